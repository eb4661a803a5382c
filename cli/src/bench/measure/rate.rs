//! [`Intervals`]: how many operations there were in how long.

use crate::bench::report::Rate;

/// Operations and nanoseconds of each interval of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Intervals {
    parts: Vec<(u64, u64)>,
}

impl Intervals {
    /// How many a run is cut into.
    pub(crate) const COUNT: u64 = 10;

    /// Without any yet; adding as many as a run has allocates nothing more.
    pub(crate) fn new() -> Intervals {
        Intervals { parts: Vec::with_capacity(Intervals::COUNT as usize + 1) }
    }

    /// So many operations took so long.
    pub(crate) fn push(&mut self, operations: u64, nanoseconds: u64) {
        self.parts.push((operations, nanoseconds));
    }

    /// With neighbours put together until each has at least so many operations, as far as there are so many.
    pub(crate) fn of_at_least(self, operations: u64) -> Intervals {
        let mut merged = Intervals::new();
        let mut open = (0, 0);
        for (done, nanoseconds) in self.parts {
            open = (open.0 + done, open.1 + nanoseconds);
            if open.0 >= operations {
                merged.parts.push(std::mem::take(&mut open));
            }
        }
        match merged.parts.last_mut() {
            Some(last) => *last = (last.0 + open.0, last.1 + open.1),
            None => merged.parts.push(open),
        }
        merged
    }

    /// All operations.
    pub(crate) fn operations(&self) -> u64 {
        self.parts.iter().map(|(operations, _)| operations).sum()
    }

    /// The whole time in nanoseconds.
    pub(crate) fn nanoseconds(&self) -> u64 {
        self.parts.iter().map(|(_, nanoseconds)| nanoseconds).sum()
    }

    /// As numbers that [`Intervals::from_words`] takes back.
    pub(crate) fn to_words(&self) -> Vec<u64> {
        self.parts
            .iter()
            .flat_map(|(operations, nanoseconds)| [*operations, *nanoseconds])
            .collect()
    }

    /// From the numbers that another node has sent.
    pub(crate) fn from_words(words: &[u64]) -> Intervals {
        Intervals { parts: words.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect() }
    }

    fn rate_of(&self, interval: usize) -> f64 {
        // Who has done fewer intervals goes on as in its last.
        let (operations, nanoseconds) =
            self.parts.get(interval).or(self.parts.last()).copied().unwrap_or_default();
        if nanoseconds == 0 { 0.0 } else { operations as f64 * 1e9 / nanoseconds as f64 }
    }

    /// Operations per second of all of them together, who ran at the same time: median, least and greatest of
    /// the intervals.
    pub(crate) fn rate(of: &[Intervals]) -> Option<Rate> {
        let count = of.iter().map(|it| it.parts.len()).max().filter(|count| *count > 0)?;
        let mut rates: Vec<f64> =
            (0..count).map(|i| of.iter().map(|it| it.rate_of(i)).sum()).collect();
        rates.sort_unstable_by(f64::total_cmp);
        let median = (rates[(count - 1) / 2] + rates[count / 2]) / 2.0;
        Some(Rate { median, least: rates[0], greatest: rates[count - 1] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[(u64, u64)]) -> Intervals {
        Intervals { parts: parts.to_vec() }
    }

    #[test]
    fn the_median_counts_and_the_spread_is_told() {
        let one = of(&[(10, 1_000), (10, 2_000), (10, 500)]);
        let rate = Intervals::rate(std::slice::from_ref(&one)).unwrap();
        assert_eq!(rate, Rate { median: 1e7, least: 5e6, greatest: 2e7 });
        assert_eq!((one.operations(), one.nanoseconds()), (30, 3_500));
        let two = of(&[(1, 1_000), (3, 1_000)]);
        assert_eq!(Intervals::rate(&[two]).unwrap().median, 2e6);
        assert_eq!(Intervals::rate(&[]), None);
        assert_eq!(Intervals::rate(&[of(&[])]), None);
    }

    #[test]
    fn short_intervals_are_put_together() {
        let parts = [(0, 5), (3, 1), (4, 1), (9, 1), (2, 1)];
        let merged = |least| of(&parts).of_at_least(least).parts;
        assert_eq!(merged(0), parts);
        assert_eq!(merged(4), [(7, 7), (11, 2)]);
        assert_eq!(merged(17), [(18, 9)]);
        assert_eq!(merged(100), [(18, 9)]);
        assert_eq!(of(&[]).of_at_least(1).operations(), 0);
    }

    #[test]
    fn rates_of_threads_add_up() {
        let fast = of(&[(10, 1_000), (10, 1_000)]);
        let slow = of(&[(1, 1_000)]);
        let rate = Intervals::rate(&[fast, slow]).unwrap();
        assert_eq!(rate, Rate { median: 1.1e7, least: 1.1e7, greatest: 1.1e7 });
    }

    #[test]
    fn what_travels_is_the_same() {
        let near = of(&[(10, 1_000), (7, 9)]);
        assert_eq!(Intervals::from_words(&near.to_words()), near);
    }
}
