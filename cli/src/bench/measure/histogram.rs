//! [`Latencies`]: how long operations took.

use hdrhistogram::Histogram;

use super::Timer;
use crate::bench::report::Latency;

/// Kept in picoseconds, so that averages of groups of very short operations are not rounded away.
const PICOSECONDS: f64 = 1e3;
/// Longer samples count as this: 1,000 s.
const LONGEST: u64 = 1_000_000_000_000_000;
/// Samples that must lie beyond a percentile for it to mean anything.
const BEYOND: f64 = 10.0;

/// A histogram of times with three digits. Recording allocates nothing.
#[derive(Clone, Debug)]
pub(crate) struct Latencies {
    histogram: Histogram<u64>,
    group: u64,
}

impl Latencies {
    /// Empty, for samples of so many operations each.
    pub(crate) fn new(group: u64) -> Latencies {
        // Constants that the library takes.
        let histogram = Histogram::new_with_bounds(1, LONGEST, 3).expect("the bounds are sound");
        Latencies { histogram, group }
    }

    /// Records a sample: a group of operations that took so long, reading the clock included.
    #[inline]
    pub(crate) fn record(&mut self, nanoseconds: u64, timer: Timer) {
        let each = (nanoseconds as f64 - timer.cost()).max(0.0) / self.group as f64;
        self.histogram.saturating_record((each * PICOSECONDS) as u64);
    }

    /// Takes in the samples of another.
    pub(crate) fn merge(&mut self, other: &Latencies) {
        // They have the same bounds.
        for value in other.histogram.iter_recorded() {
            self.histogram.saturating_record_n(value.value_iterated_to(), value.count_at_value());
        }
        self.group = self.group.max(other.group);
    }

    /// As numbers that [`Latencies::from_words`] takes back.
    pub(crate) fn to_words(&self) -> Vec<u64> {
        let mut words = vec![self.group];
        for value in self.histogram.iter_recorded() {
            words.extend([value.value_iterated_to(), value.count_at_value()]);
        }
        words
    }

    /// From the numbers that another node has sent.
    pub(crate) fn from_words(words: &[u64]) -> Latencies {
        let mut latencies = Latencies::new(words.first().copied().unwrap_or(1).max(1));
        for pair in words.get(1..).unwrap_or(&[]).chunks_exact(2) {
            latencies.histogram.saturating_record_n(pair[0], pair[1]);
        }
        latencies
    }

    /// What is told of it; nothing when there is no sample.
    pub(crate) fn summary(&self, timer: Timer) -> Option<Latency> {
        let samples = self.histogram.len();
        if samples == 0 {
            return None;
        }
        let ns = |value: u64| value as f64 / PICOSECONDS;
        let at = |quantile: f64| ns(self.histogram.value_at_quantile(quantile));
        let percentile = |quantile: f64| {
            (samples as f64 * (1.0 - quantile) >= BEYOND * 0.999).then(|| at(quantile))
        };
        Some(Latency {
            samples,
            group: self.group,
            timer_ns: timer.cost(),
            min: ns(self.histogram.min()),
            median: at(0.5),
            average: self.histogram.mean() / PICOSECONDS,
            p90: percentile(0.9),
            p99: percentile(0.99),
            p999: percentile(0.999),
            p9999: percentile(0.9999),
            max: ns(self.histogram.max()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(samples: impl IntoIterator<Item = u64>, group: u64) -> Latencies {
        let mut latencies = Latencies::new(group);
        samples.into_iter().for_each(|ns| latencies.record(ns, Timer::of_cost(0.0)));
        latencies
    }

    #[test]
    fn a_summary_tells_the_percentiles_that_mean_something() {
        let timer = Timer::of_cost(0.0);
        let summary = of(1..=1000, 1).summary(timer).unwrap();
        assert_eq!((summary.samples, summary.group), (1000, 1));
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 0.002, "{a} is not {b}");
        near(summary.min, 1.0);
        near(summary.median, 500.0);
        near(summary.average, 500.5);
        near(summary.p90.unwrap(), 900.0);
        near(summary.p99.unwrap(), 990.0);
        near(summary.max, 1000.0);
        assert_eq!((summary.p999, summary.p9999), (None, None));
        assert!(of([], 1).summary(timer).is_none());
    }

    #[test]
    fn the_clock_is_taken_off_and_groups_are_divided() {
        let timer = Timer::of_cost(20.0);
        let mut latencies = Latencies::new(100);
        latencies.record(350, timer);
        // Less than the clock alone is nothing, not less than nothing.
        latencies.record(10, timer);
        let summary = latencies.summary(timer).unwrap();
        assert!((summary.max - 3.3).abs() < 0.01, "{}", summary.max);
        assert_eq!(summary.min, 0.0);
        assert_eq!((summary.group, summary.timer_ns), (100, 20.0));
    }

    #[test]
    fn what_travels_is_the_same() {
        let near = of((0..5000).map(|i| i * i), 3);
        let far = Latencies::from_words(&near.to_words());
        let timer = Timer::of_cost(0.0);
        assert_eq!(far.summary(timer).unwrap(), near.summary(timer).unwrap());
        let mut both = of([7], 1);
        both.merge(&far);
        assert_eq!(both.summary(timer).unwrap().samples, 5001);
        assert_eq!(both.summary(timer).unwrap().group, 3);
        assert!(Latencies::from_words(&[]).summary(timer).is_none());
    }

    #[test]
    fn no_sample_is_too_long() {
        let summary = of([u64::MAX], 1).summary(Timer::of_cost(0.0)).unwrap();
        assert!(summary.max > 9e11);
    }
}
