//! Axes: where a value stands, and which values are named.

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spread {
    /// Equal differences, equal distances.
    Linear,
    /// Equal ratios, equal distances.
    Logarithmic,
}

/// An axis: the values at its ends, and where they are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    spread: Spread,
    least: f64,
    greatest: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// An axis for values from `least` to `greatest` (which must be greater), drawn between `from` and `to`.
    pub(super) fn new(
        spread: Spread,
        (least, greatest): (f64, f64),
        (from, to): (f64, f64),
    ) -> Scale {
        Scale { spread, least, greatest, from, to }
    }

    /// Where a value is drawn.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = match self.spread {
            Spread::Linear => (value - self.least) / (self.greatest - self.least),
            Spread::Logarithmic => (value / self.least).ln() / (self.greatest / self.least).ln(),
        };
        self.from + share * (self.to - self.from)
    }
}

/// A value with a line across the chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    /// Whether it is named.
    pub(super) named: bool,
}

/// The ends and the ticks of an axis of values `least..=greatest`, which are more than 0.
pub(super) fn ticks(spread: Spread, least: f64, greatest: f64) -> ((f64, f64), Vec<Tick>) {
    match spread {
        Spread::Linear => linear_ticks(greatest),
        Spread::Logarithmic => logarithmic_ticks(least, greatest),
    }
}

/// From 0, in steps of 1, 2 or 5 times a power of ten.
fn linear_ticks(greatest: f64) -> ((f64, f64), Vec<Tick>) {
    let power = 10_f64.powf((greatest / 5.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let step = step.into_iter().find(|step| greatest / step <= 6.0).unwrap_or(10.0 * power);
    let count = (greatest / step - 1e-9).ceil().max(1.0) as usize;
    let ticks = (0..=count).map(|n| Tick { value: n as f64 * step, named: true }).collect();
    ((0.0, count as f64 * step), ticks)
}

/// From and to 1, 2 or 5 times a power of ten. Powers of ten are named, and what is between them where these are few.
fn logarithmic_ticks(least: f64, greatest: f64) -> ((f64, f64), Vec<Tick>) {
    let steps: Vec<(f64, bool)> = {
        let first = least.log10().floor() as i32 - 1;
        let last = greatest.log10().ceil() as i32 + 1;
        (first..=last)
            .flat_map(|power| {
                [1.0, 2.0, 5.0].map(|factor| (factor * 10_f64.powi(power), factor == 1.0))
            })
            .collect()
    };
    // A value on a step keeps it in spite of rounding.
    let low = steps.iter().rposition(|(value, _)| *value <= least * (1.0 + 1e-9)).unwrap_or(0);
    let high = steps.iter().position(|(value, _)| *value >= greatest * (1.0 - 1e-9));
    let high = high.unwrap_or(steps.len() - 1).max(low + 1);
    let shown = &steps[low..=high];
    // Two and a half powers of ten are about as many names as a chart has room for.
    let all = shown.len() <= 9;
    let ticks = shown.iter().map(|(value, power)| Tick { value: *value, named: all || *power });
    ((steps[low].0, steps[high].0), ticks.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(ticks: &[Tick]) -> Vec<f64> {
        ticks.iter().filter(|tick| tick.named).map(|tick| tick.value).collect()
    }

    #[test]
    fn values_stand_where_the_axis_has_them() {
        let scale = Scale::new(Spread::Logarithmic, (1.0, 1000.0), (300.0, 0.0));
        for (value, at) in [(1.0, 300.0), (10.0, 200.0), (1000.0, 0.0)] {
            assert!((scale.at(value) - at).abs() < 1e-9);
        }
        let scale = Scale::new(Spread::Linear, (0.0, 4.0), (0.0, 100.0));
        assert_eq!(scale.at(3.0), 75.0);
    }

    #[test]
    fn linear_axes_begin_at_zero() {
        let ((least, greatest), ticks) = ticks(Spread::Linear, 3.0, 34.0e6);
        assert_eq!((least, greatest), (0.0, 40e6));
        assert_eq!(values(&ticks), [0.0, 10e6, 20e6, 30e6, 40e6]);
    }

    #[test]
    fn logarithmic_axes_name_powers_of_ten_or_what_is_between() {
        let ((least, greatest), wide) = ticks(Spread::Logarithmic, 4.7, 180_000.0);
        assert_eq!((least, greatest), (2.0, 200_000.0));
        assert_eq!(values(&wide), [10.0, 100.0, 1000.0, 10_000.0, 100_000.0]);
        let ((least, greatest), narrow) = ticks(Spread::Logarithmic, 27.0, 27.0);
        assert_eq!((least, greatest), (20.0, 50.0));
        assert_eq!(values(&narrow), [20.0, 50.0]);
    }

    proptest! {
        #[test]
        fn every_value_is_within_its_axis(
            least in 1e-3..1e12_f64,
            ratio in 1.0..1e12_f64,
            logarithmic: bool,
        ) {
            let spread = if logarithmic { Spread::Logarithmic } else { Spread::Linear };
            let (ends, ticks) = ticks(spread, least, least * ratio);
            prop_assert!(ends.0 < ends.1);
            prop_assert!((2..60).contains(&ticks.len()), "{} ticks", ticks.len());
            prop_assert!(ticks.iter().any(|tick| tick.named));
            let scale = Scale::new(spread, ends, (0.0, 1.0));
            for value in [least, least * ratio].into_iter().chain(ticks.iter().map(|tick| tick.value)) {
                prop_assert!((-1e-6..=1.0 + 1e-6).contains(&scale.at(value)), "{value} at {}", scale.at(value));
            }
        }
    }
}
