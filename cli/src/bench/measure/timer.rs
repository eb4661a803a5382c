//! What reading the clock costs.

use std::time::Instant;

/// How often the clock is read to find out.
const READS: usize = 4001;

/// The clock, and what one reading of it adds to a sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timer {
    cost: f64,
}

impl Timer {
    /// Reads the clock back to back, many times; the median counts, so that what interrupts the thread does not.
    pub(crate) fn calibrate() -> Timer {
        let mut last = Instant::now();
        let mut costs: Vec<u64> = (0..READS)
            .map(|_| {
                let now = Instant::now();
                let cost = now.duration_since(last).as_nanos() as u64;
                last = now;
                cost
            })
            .collect();
        // A clock that ticks more slowly than it is read shows many zeros; their mean is then what counts.
        let total: u64 = costs.iter().sum();
        costs.sort_unstable();
        let median = costs[READS / 2];
        let cost = if median == 0 { total as f64 / READS as f64 } else { median as f64 };
        Timer { cost }
    }

    #[cfg(test)]
    pub(crate) fn of_cost(cost: f64) -> Timer {
        Timer { cost }
    }

    /// Nanoseconds.
    pub(crate) fn cost(self) -> f64 {
        self.cost
    }

    /// How many operations that take so long (in nanoseconds) go into one sample. One, where the clock takes less
    /// than a tenth of it: what it takes is known well enough then, and averages of several would hide those that
    /// took long. Else so many that it takes a hundredth.
    pub(crate) fn group_for(self, operation: f64) -> u64 {
        if operation >= 10.0 * self.cost {
            return 1;
        }
        self.group_of_rate(operation)
    }

    /// How many of them go between two readings of the clock where only their rate counts: so many that the clock
    /// takes a hundredth, or one.
    pub(crate) fn group_of_rate(self, operation: f64) -> u64 {
        (100.0 * self.cost / operation.max(0.1)).ceil().clamp(1.0, 1e6) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_costs_something_and_not_much() {
        let cost = Timer::calibrate().cost();
        assert!(cost > 0.0 && cost < 1e6, "{cost} ns");
    }

    #[test]
    fn short_operations_are_timed_in_groups() {
        let timer = Timer::of_cost(20.0);
        for (operation, group) in [(0.0, 20_000), (3.0, 667), (199.0, 11), (200.0, 1), (1e9, 1)] {
            assert_eq!(timer.group_for(operation), group, "{operation} ns");
        }
    }

    #[test]
    fn the_clock_is_a_hundredth_of_a_rate() {
        let timer = Timer::of_cost(20.0);
        for (operation, group) in [(3.0, 667), (250.0, 8), (1999.0, 2), (2000.0, 1), (1e9, 1)] {
            assert_eq!(timer.group_of_rate(operation), group, "{operation} ns");
        }
    }
}
