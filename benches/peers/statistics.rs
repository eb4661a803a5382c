//! Medians of samples, and ratios of them with their spread.

/// The samples of one contender in one row, one for each round; `None` where it has given none.
pub(crate) type Series = Vec<Option<f64>>;

/// The median; of an even number, the mean of the two in the middle.
pub(crate) fn median(series: &[Option<f64>]) -> Option<f64> {
    let mut sorted: Vec<f64> = series.iter().flatten().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    Some(f64::midpoint(sorted[last / 2], sorted[last - last / 2]))
}

/// The least and the greatest.
pub(crate) fn range(series: &[Option<f64>]) -> Option<(f64, f64)> {
    let least = series.iter().flatten().copied().min_by(f64::total_cmp)?;
    let greatest = series.iter().flatten().copied().max_by(f64::total_cmp)?;
    Some((least, greatest))
}

/// The ratio of two contenders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    /// Of the medians.
    pub(crate) median: f64,
    /// The least and the greatest ratio of one round.
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

/// `a` over `b`, of those rounds in which both have a sample.
pub(crate) fn ratio(a: &[Option<f64>], b: &[Option<f64>]) -> Option<Ratio> {
    let rounds: Series = a.iter().zip(b).map(|(a, b)| Some((*a)? / (*b)?)).collect();
    let (least, greatest) = range(&rounds)?;
    Some(Ratio { median: median(a)? / median(b)?, least, greatest })
}

/// How far the medians of the odd and the even rounds of one contender are apart, as a share: what two equal contenders
/// would show.
pub(crate) fn own_spread(series: &[Option<f64>]) -> Option<f64> {
    let part = |first| median(&series.iter().skip(first).step_by(2).copied().collect::<Series>());
    let (even, odd) = (part(0)?, part(1)?);
    Some((even / odd).max(odd / even) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Series {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn medians() {
        assert_eq!(median(&series(&[3.0, 1.0, 2.0])), Some(2.0));
        assert_eq!(median(&series(&[4.0, 1.0, 2.0, 3.0])), Some(2.5));
        assert_eq!(median(&[Some(5.0), None]), Some(5.0));
        assert_eq!(median(&[None]), None);
    }

    #[test]
    fn ratios_are_of_medians_and_their_spread_of_rounds() {
        let found =
            ratio(&series(&[2.0, 4.0, 9.0]), &series(&[1.0, 2.0, 3.0])).expect("has samples");
        assert_eq!(found, Ratio { median: 2.0, least: 2.0, greatest: 3.0 });
        // A round counts for the spread if both were there.
        let found =
            ratio(&[Some(2.0), None, Some(6.0)], &series(&[1.0, 2.0, 2.0])).expect("has samples");
        assert_eq!(found, Ratio { median: 2.0, least: 2.0, greatest: 3.0 });
        assert_eq!(ratio(&[Some(2.0), None], &[None, Some(1.0)]), None);
    }

    #[test]
    fn what_is_equal_has_a_spread_of_its_own() {
        assert_eq!(own_spread(&series(&[1.0, 1.0, 1.0])), Some(0.0));
        let found = own_spread(&series(&[1.0, 1.5, 1.0, 1.5])).expect("has samples");
        assert!((found - 0.5).abs() < 1e-12, "{found}");
        assert_eq!(own_spread(&series(&[1.0])), None);
    }
}
