//! Places for the names of lines beside the chart: each as near to the end of its line as the others let it.

/// Labels that push one another, from `first` to `last` in the order of the wishes.
struct Cluster {
    count: usize,
    /// Sum of where each label would have the first one stand.
    sum: f64,
}

impl Cluster {
    fn first_at(&self) -> f64 {
        self.sum / self.count as f64
    }
}

/// Moves `wishes` apart until they are at least `gap` from each other, by as little as it takes, and within `bounds` if
/// there is room. The answers are in the order of the wishes given.
pub(super) fn apart(wishes: &[f64], gap: f64, (least, greatest): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|a, b| wishes[*a].total_cmp(&wishes[*b]));

    let mut clusters: Vec<Cluster> = Vec::new();
    for &label in &order {
        let mut last = Cluster { count: 1, sum: wishes[label] };
        // A label that would reach into those before it joins them, and all of them share the push.
        while let Some(before) = clusters.pop() {
            let free_from = before.first_at() + before.count as f64 * gap;
            if last.first_at() >= free_from {
                clusters.push(before);
                break;
            }
            let shift = last.count as f64 * before.count as f64 * gap;
            last = Cluster { count: before.count + last.count, sum: before.sum + last.sum - shift };
        }
        clusters.push(last);
    }

    let mut places: Vec<f64> = clusters
        .iter()
        .flat_map(|cluster| (0..cluster.count).map(|at| cluster.first_at() + at as f64 * gap))
        .collect();
    let mut limit = greatest;
    for place in places.iter_mut().rev() {
        *place = place.min(limit);
        limit = *place - gap;
    }
    let mut limit = least;
    for place in &mut places {
        *place = place.max(limit);
        limit = *place + gap;
    }

    let mut answers = vec![0.0; wishes.len()];
    for (label, place) in order.into_iter().zip(places) {
        answers[label] = place;
    }
    answers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn those_that_are_apart_stay() {
        assert_eq!(apart(&[50.0, 10.0, 30.0], 10.0, (0.0, 100.0)), [50.0, 10.0, 30.0]);
    }

    #[test]
    fn those_that_meet_share_the_push() {
        assert_eq!(apart(&[50.0, 50.0], 10.0, (0.0, 100.0)), [45.0, 55.0]);
        assert_eq!(apart(&[50.0, 52.0, 54.0, 80.0], 10.0, (0.0, 100.0)), [42.0, 52.0, 62.0, 80.0]);
        assert_eq!(apart(&[99.0, 98.0], 10.0, (0.0, 100.0)), [100.0, 90.0]);
    }

    proptest! {
        #[test]
        fn none_overlap_and_all_are_inside(wishes in prop::collection::vec(0.0..100.0_f64, 0..=9)) {
            let mut places = apart(&wishes, 11.0, (0.0, 100.0));
            places.sort_by(f64::total_cmp);
            prop_assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 11.0 - 1e-9), "{places:?}");
            prop_assert!(places.iter().all(|place| (-1e-9..=100.0 + 1e-9).contains(place)), "{places:?}");
        }
    }
}
