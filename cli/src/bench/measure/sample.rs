//! The loop that measures, on one thread. It allocates and formats nothing, and does as little as can be between
//! two operations: where code is slow the first time, as in an emulated processor, what runs in between makes the
//! next one slower. So one reading of the clock ends a sample and begins the next, and samples are put in order later.

use std::time::{Duration, Instant};

use super::{Intervals, Latencies, Timer};
use crate::bench::error::Error;
use crate::bench::settings::Length;

/// What is done again and again. Any closure that takes the number of the call is one.
pub(crate) trait Operation {
    /// Call number `i`; warm-up and measuring count on from each other.
    fn call(&mut self, i: u64) -> Result<(), Error>;

    /// Operations that calls have begun and that are not known to be complete.
    fn in_flight(&self) -> u64 {
        0
    }

    /// Waits for what calls have left in flight. It counts into the measured time.
    fn finish(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

impl<F: FnMut(u64) -> Result<(), Error>> Operation for F {
    // Into the loop that measures, as into any loop of a program.
    #[inline(always)]
    fn call(&mut self, i: u64) -> Result<(), Error> {
        self(i)
    }
}

/// What is to be found out of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// How long each takes.
    Latency,
    /// The same, where a call is there and back, two operations.
    Round,
    /// How many there are in a second; a call does so many.
    Rate {
        /// Operations in one call.
        per_call: u64,
    },
}

impl Kind {
    /// Operations in one call.
    pub(crate) fn per_call(self) -> u64 {
        match self {
            Kind::Latency => 1,
            Kind::Round => 2,
            Kind::Rate { per_call } => per_call.max(1),
        }
    }
}

/// How the loop is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plan {
    /// Calls between two readings of the clock.
    pub(crate) group: u64,
    /// When it ends.
    pub(crate) end: End,
}

/// When measuring ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// After so many groups.
    Groups(u64),
    /// After that time.
    Time(Duration),
}

impl Plan {
    /// For calls that take so many nanoseconds each.
    pub(crate) fn new(length: Length, kind: Kind, each: f64, timer: Timer) -> Plan {
        let wanted = match kind {
            Kind::Latency | Kind::Round => timer.group_for(each),
            Kind::Rate { .. } => timer.group_of_rate(each),
        };
        match length {
            Length::Iterations(operations) => {
                let calls = operations.div_ceil(kind.per_call()).max(1);
                // As many samples as there can be, down to 100, before one gets more operations.
                let group = wanted.min((calls / 100).max(1));
                Plan { group, end: End::Groups(calls.div_ceil(group)) }
            }
            Length::Seconds(seconds) => {
                Plan { group: wanted, end: End::Time(Duration::from_secs_f64(seconds)) }
            }
        }
    }
}

/// Readings of the clock that have not been made samples of yet.
struct Stamps {
    times: [Instant; Stamps::MOST],
    len: usize,
}

impl Stamps {
    const MOST: usize = 256;

    fn new() -> Stamps {
        Stamps { times: [Instant::now(); Stamps::MOST], len: 1 }
    }

    /// The next sample begins now, and this is when.
    fn begin(&mut self) -> Instant {
        self.len = 1;
        self.times[0] = Instant::now();
        self.times[0]
    }

    /// A sample has ended. Whether there is no room for more.
    #[inline]
    fn push(&mut self, time: Instant) -> bool {
        self.times[self.len] = time;
        self.len += 1;
        self.len == Stamps::MOST
    }

    #[inline(never)]
    fn record(&self, latencies: &mut Latencies, timer: Timer) {
        for pair in self.times[..self.len].windows(2) {
            latencies.record(pair[1].duration_since(pair[0]).as_nanos() as u64, timer);
        }
    }
}

/// What one thread has measured.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) latencies: Option<Latencies>,
    pub(crate) intervals: Intervals,
}

/// Calls the operation until it is warm: for a tenth of what is measured, and 0.2 s at most. The answer is how
/// many calls that were, and how long one takes in nanoseconds.
pub(crate) fn warm_up(
    operation: &mut impl Operation,
    length: Length,
    per_call: u64,
    wished: Option<u64>,
) -> Result<(u64, f64), Error> {
    const LONGEST: Duration = Duration::from_millis(200);
    let (most, longest) = match (wished, length) {
        (Some(operations), _) => (operations.div_ceil(per_call), Duration::MAX),
        (None, Length::Iterations(operations)) => (operations.div_ceil(per_call) / 10 + 1, LONGEST),
        (None, Length::Seconds(seconds)) => {
            (u64::MAX, Duration::from_secs_f64(seconds / 10.0).min(LONGEST))
        }
    };
    // Once at least, lest nobody know how long it takes.
    let most = most.max(1);
    let start = Instant::now();
    let (mut done, mut part, mut each) = (0, 1, 0.0);
    while done < most && start.elapsed() < longest {
        let count = part.min(most - done);
        let begin = Instant::now();
        for i in done..done + count {
            operation.call(i)?;
        }
        // The last and longest part counts, when everything is in its place.
        each = begin.elapsed().as_nanos() as f64 / count as f64;
        done += count;
        part = (2 * part).min(1 << 16);
    }
    operation.finish()?;
    Ok((done, each))
}

/// How nodes that do operations together keep in step: in each interval all do as many groups as rank 0 foresees.
pub(crate) struct InStep<'a> {
    /// Nanoseconds of a call, as far as is known before.
    pub(crate) each: f64,
    /// Tells what rank 0 says, to all nodes. Collective.
    pub(crate) agree: &'a dyn Fn(u64) -> Result<u64, Error>,
}

/// Groups for which there is time left, if each takes so many nanoseconds, after so many in the interval before.
fn foreseen(left: Duration, each: f64, before: u64) -> u64 {
    // By steps, because operations may turn out to take far longer than the first few did.
    let most = before.saturating_mul(4).max(1);
    ((left.as_nanos() as f64 / each.max(1.0)) as u64).clamp(1, most)
}

/// Calls the operation as planned, from call number `first` on. What reading the clock takes is taken off the time.
pub(crate) fn measure(
    operation: &mut impl Operation,
    kind: Kind,
    plan: Plan,
    first: u64,
    timer: Timer,
) -> Result<Sample, Error> {
    measure_in_step(operation, kind, plan, first, timer, None)
}

/// The same for operations that all nodes may have to do together.
pub(crate) fn measure_in_step(
    operation: &mut impl Operation,
    kind: Kind,
    plan: Plan,
    first: u64,
    timer: Timer,
    in_step: Option<&InStep<'_>>,
) -> Result<Sample, Error> {
    let mut latencies = match kind {
        Kind::Latency | Kind::Round => Some(Latencies::new(plan.group * kind.per_call())),
        Kind::Rate { .. } => None,
    };
    let mut intervals = Intervals::new();
    let mut next = first;
    let (mut flying, mut most_flying) = (operation.in_flight(), 0);
    let mut stamps = Stamps::new();
    let started = Instant::now();
    // What a group takes, and how many there were, in the interval before.
    let (mut each, mut before) = (in_step.map_or(0.0, |it| it.each * plan.group as f64), 1);
    for interval in 1..=Intervals::COUNT {
        let last = interval == Intervals::COUNT;
        let (groups, until) = match plan.end {
            End::Groups(groups) => {
                let upto = |i: u64| {
                    (u128::from(groups) * u128::from(i) / u128::from(Intervals::COUNT)) as u64
                };
                (upto(interval) - upto(interval - 1), None)
            }
            End::Time(time) => {
                let until = time * interval as u32 / Intervals::COUNT as u32;
                match in_step {
                    None => (u64::MAX, Some(until)),
                    Some(nodes) => {
                        let left = until.saturating_sub(started.elapsed());
                        let is_over = left.is_zero() && !last;
                        let mine = if is_over { 0 } else { foreseen(left, each, before) };
                        ((nodes.agree)(mine)?, None)
                    }
                }
            }
        };
        // A long operation may have gone beyond the end of an interval that has not begun.
        let is_over = |now: Instant| until.is_some_and(|until| now - started >= until);
        let (begin, from) = (stamps.begin(), next);
        if groups == 0 || (!last && is_over(begin)) {
            continue;
        }
        let (mut done, mut recording) = (0, Duration::ZERO);
        let mut end = loop {
            for i in next..next + plan.group {
                operation.call(i)?;
            }
            let now = Instant::now();
            let is_full = stamps.push(now);
            next += plan.group;
            done += 1;
            let is_over = done == groups || is_over(now);
            if is_over || is_full {
                if let Some(latencies) = &mut latencies {
                    stamps.record(latencies, timer);
                }
                if is_over {
                    break now;
                }
                recording += stamps.begin().duration_since(now);
            }
        };
        if last {
            operation.finish()?;
            end = Instant::now();
        }
        // What is complete counts, not what was begun.
        let begun = flying + (next - from) * kind.per_call();
        flying = operation.in_flight();
        most_flying = flying.max(most_flying);
        let time = (end.duration_since(begin) - recording).as_nanos() as f64;
        (each, before) = (time / done as f64, done);
        // A few very short operations take less than is known of the clock.
        let time = (time - timer.cost() * done as f64).max(time / 2.0);
        intervals.push(begun.saturating_sub(flying), time as u64);
    }
    // Completions become known many at a time.
    Ok(Sample { latencies, intervals: intervals.of_at_least(8 * most_flying) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts its calls.
    #[derive(Default)]
    struct Counter {
        calls: Vec<u64>,
        finished: u32,
    }

    impl Operation for Counter {
        fn call(&mut self, i: u64) -> Result<(), Error> {
            self.calls.push(i);
            Ok(())
        }

        fn finish(&mut self) -> Result<(), Error> {
            self.finished += 1;
            Ok(())
        }
    }

    const TIMER: fn() -> Timer = || Timer::of_cost(10.0);

    #[test]
    fn iterations_are_done_exactly_and_in_order() {
        for iterations in [1, 9, 10, 11, 250, 1001] {
            let mut counter = Counter::default();
            let plan = Plan::new(Length::Iterations(iterations), Kind::Latency, 1e9, TIMER());
            let sample = measure(&mut counter, Kind::Latency, plan, 5, TIMER()).unwrap();
            assert!(counter.calls.iter().copied().eq(5..5 + iterations), "{iterations}");
            assert_eq!(sample.intervals.operations(), iterations);
            assert_eq!(counter.finished, 1);
            let summary = sample.latencies.unwrap().summary(TIMER()).unwrap();
            assert_eq!(summary.samples, iterations);
        }
    }

    #[test]
    fn groups_are_as_large_as_the_clock_asks_for_and_iterations_allow() {
        let group = |iterations, each| {
            Plan::new(Length::Iterations(iterations), Kind::Latency, each, TIMER()).group
        };
        assert_eq!(group(1_000_000, 10.0), 100);
        assert_eq!(group(1_000, 10.0), 10, "100 samples go before");
        assert_eq!(group(10, 10.0), 1);
        assert_eq!(group(1_000_000, 1000.0), 1);
        let timed = Plan::new(Length::Seconds(0.5), Kind::Latency, 10.0, TIMER());
        assert_eq!(timed, Plan { group: 100, end: End::Time(Duration::from_millis(500)) });
    }

    #[test]
    fn calls_that_do_many_operations_count_them_all() {
        let mut counter = Counter::default();
        let kind = Kind::Rate { per_call: 32 };
        let plan = Plan::new(Length::Iterations(100), kind, 1e9, TIMER());
        let sample = measure(&mut counter, kind, plan, 0, TIMER()).unwrap();
        assert_eq!((counter.calls.len(), sample.intervals.operations()), (4, 128));
        assert!(sample.latencies.is_none());
    }

    #[test]
    fn there_and_back_are_two() {
        let mut nap = |_| {
            std::thread::sleep(Duration::from_millis(2));
            Ok(())
        };
        let plan = Plan::new(Length::Iterations(20), Kind::Round, 1e9, TIMER());
        let sample = measure(&mut nap, Kind::Round, plan, 0, TIMER()).unwrap();
        assert_eq!(sample.intervals.operations(), 20);
        let summary = sample.latencies.unwrap().summary(TIMER()).unwrap();
        assert_eq!((summary.samples, summary.group), (10, 2));
        assert!(summary.min >= 999_000.0 && summary.min < 2e6, "{}", summary.min);
    }

    /// Of which some are in flight, and are complete all at once.
    struct Wave {
        depth: u64,
        flying: u64,
    }

    impl Operation for Wave {
        fn call(&mut self, _: u64) -> Result<(), Error> {
            if self.flying == self.depth {
                self.finish()?;
            }
            self.flying += 1;
            Ok(())
        }

        fn in_flight(&self) -> u64 {
            self.flying
        }

        fn finish(&mut self) -> Result<(), Error> {
            std::thread::sleep(Duration::from_millis(self.flying));
            self.flying = 0;
            Ok(())
        }
    }

    #[test]
    fn what_is_only_begun_does_not_count() {
        for (iterations, depth) in [(50, 100), (50, 5), (200, 4)] {
            let mut wave = Wave { depth, flying: 0 };
            let kind = Kind::Rate { per_call: 1 };
            let plan = Plan::new(Length::Iterations(iterations), kind, 1e6, TIMER());
            let sample = measure(&mut wave, kind, plan, 0, TIMER()).unwrap();
            assert_eq!(sample.intervals.operations(), iterations);
            // A millisecond for each, whatever is in flight.
            let rate = Intervals::rate(&[sample.intervals]).unwrap();
            assert!(rate.greatest <= 1001.0 && rate.least > 100.0, "{rate:?}");
        }
    }

    #[test]
    fn time_is_kept() {
        let mut nap = |_| {
            std::thread::sleep(Duration::from_millis(1));
            Ok(())
        };
        let length = Length::Seconds(0.1);
        let (calls, each) = warm_up(&mut nap, length, 1, None).unwrap();
        assert!(calls >= 1 && each >= 1e6, "{calls} calls of {each} ns");
        let plan = Plan::new(length, Kind::Latency, each, TIMER());
        let sample = measure(&mut nap, Kind::Latency, plan, 0, TIMER()).unwrap();
        // But for what is between two intervals.
        assert!(sample.intervals.nanoseconds() >= 99_000_000);
        let summary = sample.latencies.unwrap().summary(TIMER()).unwrap();
        assert!(summary.min >= 999_000.0, "{}", summary.min);
    }

    #[test]
    fn long_operations_take_no_more_time_than_one_of_them() {
        let mut calls = 0;
        let mut nap = |_| {
            calls += 1;
            std::thread::sleep(Duration::from_millis(40));
            Ok(())
        };
        let kind = Kind::Rate { per_call: 1 };
        let plan = Plan::new(Length::Seconds(0.1), kind, 4e7, TIMER());
        let sample = measure(&mut nap, kind, plan, 0, TIMER()).unwrap();
        assert_eq!(sample.intervals.operations(), calls);
        // Three are begun in time, and one more in the last interval.
        assert!(calls <= 4, "{calls} calls");
    }

    #[test]
    fn nodes_in_step_keep_the_time_though_the_first_calls_were_quick() {
        let nap = |_| {
            std::thread::sleep(Duration::from_millis(1));
            Ok(())
        };
        let plan = Plan { group: 1, end: End::Time(Duration::from_millis(100)) };
        let said = std::cell::RefCell::new(Vec::new());
        let agree = |groups| {
            said.borrow_mut().push(groups);
            Ok(groups)
        };
        // A thousand times as quick as they turn out to be.
        let in_step = InStep { each: 1e3, agree: &agree };
        let began = Instant::now();
        let sample =
            measure_in_step(&mut { nap }, Kind::Latency, plan, 0, TIMER(), Some(&in_step)).unwrap();
        assert!(began.elapsed() < Duration::from_secs(5));
        let said = said.into_inner();
        assert_eq!(said.len() as u64, Intervals::COUNT, "nodes agree on each interval");
        assert_eq!(said.iter().sum::<u64>(), sample.intervals.operations());
        assert!(said[0] <= 4 && (10..=100).contains(&sample.intervals.operations()), "{said:?}");
    }

    #[test]
    fn reading_the_clock_is_no_part_of_a_rate() {
        let nap = |_| {
            std::thread::sleep(Duration::from_millis(1));
            Ok(())
        };
        // A clock that takes 100 µs is read once for each group.
        let dear = Timer::of_cost(1e5);
        let plan = Plan { group: 1, end: End::Groups(20) };
        for kind in [Kind::Latency, Kind::Rate { per_call: 1 }] {
            let began = Instant::now();
            let sample = measure(&mut { nap }, kind, plan, 0, dear).unwrap();
            let off = Duration::from_micros(20 * 100);
            let time = Duration::from_nanos(sample.intervals.nanoseconds());
            assert!(time >= Duration::from_millis(20) - off, "{time:?}");
            assert!(time <= began.elapsed() - off, "{time:?}");
        }
    }

    #[test]
    fn warm_up_does_what_is_wished() {
        for (wished, calls) in [(0, 1), (1, 1), (100, 100), (101, 101)] {
            let mut counter = Counter::default();
            let done = warm_up(&mut counter, Length::Seconds(9.0), 1, Some(wished)).unwrap();
            assert_eq!((done.0, counter.calls.len() as u64), (calls, calls));
        }
        let mut counter = Counter::default();
        warm_up(&mut counter, Length::Iterations(50), 1, None).unwrap();
        assert_eq!(counter.calls.len(), 6);
    }

    #[test]
    fn a_failure_ends_it() {
        let mut fails = |i| if i < 7 { Ok(()) } else { Err(Error::wrong("no luck")) };
        let plan = Plan::new(Length::Seconds(60.0), Kind::Latency, 1e9, TIMER());
        assert!(measure(&mut fails, Kind::Latency, plan, 0, TIMER()).is_err());
    }
}
