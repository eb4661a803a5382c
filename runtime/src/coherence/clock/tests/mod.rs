mod interposed;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use interposed::{Interposed, interpose, is_waiting};

use super::*;
use crate::primitives::System;

fn clock() -> Clock<System> {
    Clock::new()
}

/// Whether a copy that was last found current at `moment` may be used as it is.
fn is_fresh(clock: &Clock<System>, moment: u64) -> bool {
    moment >= clock.floor()
}

#[test]
fn logical_time_never_goes_back() {
    let clock = clock();
    assert_eq!(clock.now(), LogicalTime(0));
    clock.advance(LogicalTime(7));
    clock.advance(LogicalTime(3));
    assert_eq!(clock.now(), LogicalTime(7));
}

/// Another thread advances farther at each point of this one's advance.
#[test]
fn logical_time_rises_to_the_greatest_of_all_threads() {
    let mut points = 0;
    loop {
        let clock = Arc::new(Clock::<Interposed>::new());
        let other = Arc::clone(&clock);
        interpose(points, move || other.advance(LogicalTime(9)));
        clock.advance(LogicalTime(5));
        if is_waiting() {
            break;
        }
        assert_eq!(clock.now(), LogicalTime(9), "at point {points}");
        points += 1;
    }
    assert_eq!(points, 2, "one before each access");
}

/// Another thread brings the clock to a later period at each point of this one's tick, and fences.
#[test]
fn a_tick_that_is_late_takes_nothing_back() {
    let mut points = 0;
    loop {
        let clock = Arc::new(Clock::<Interposed>::new());
        let other = Arc::clone(&clock);
        interpose(points, move || {
            other.tick(9 * FRESH_FOR);
            other.fence();
        });
        clock.tick(5 * FRESH_FOR);
        if is_waiting() {
            break;
        }
        let moment = 9 << FENCE_BITS | 1;
        assert_eq!((clock.moment(), clock.floor()), (moment, moment), "at point {points}");
        points += 1;
    }
    assert!(points >= 3, "one before each access");
}

#[test]
fn a_fence_makes_stale_what_was_looked_at_before_and_nothing_after() {
    let clock = clock();
    let before = clock.moment();
    assert!(is_fresh(&clock, before), "there was no fence yet");
    clock.fence();
    assert!(!is_fresh(&clock, before));
    let after = clock.moment();
    assert!(is_fresh(&clock, after));
    clock.fence();
    assert!(!is_fresh(&clock, after));
}

#[test]
fn a_copy_is_fresh_for_one_period_at_least_and_two_at_most() {
    let step = FRESH_FOR / 10;
    // Looks at every phase of a period.
    for phase in 0..10 {
        let clock = clock();
        let look = 5 * FRESH_FOR + phase * step;
        clock.tick(look);
        let moment = clock.moment();
        for later in 0..30 {
            clock.tick(look + later * step);
            let fresh = is_fresh(&clock, moment);
            assert!(fresh || later * step >= FRESH_FOR, "stale after {later} steps");
            assert!(!fresh || later * step < 2 * FRESH_FOR, "fresh after {later} steps");
        }
    }
}

#[test]
fn a_copy_is_stale_after_a_pause_without_ticks() {
    let clock = clock();
    clock.tick(FRESH_FOR);
    let moment = clock.moment();
    clock.tick(100 * FRESH_FOR);
    assert!(!is_fresh(&clock, moment));
    assert!(is_fresh(&clock, clock.moment()));
}

#[test]
fn ticks_of_many_threads_are_as_one() {
    let (one, many) = (clock(), clock());
    let times = || (0..200u32).map(|step| step * FRESH_FOR / 3);
    times().for_each(|time| one.tick(time));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| times().for_each(|time| many.tick(time)));
        }
    });
    assert_eq!((one.moment(), one.floor()), (many.moment(), many.floor()));
    // And a thread that was away since an earlier period changes nothing.
    many.tick(FRESH_FOR);
    assert_eq!((one.moment(), one.floor()), (many.moment(), many.floor()));
}

#[test]
fn a_tick_that_another_thread_has_half_done_is_finished() {
    let clock = clock();
    let moment = clock.moment();
    // What `raise` leaves when it stops in the middle.
    clock.moment.store(9 << FENCE_BITS, Ordering::Release);
    clock.tick(9 * FRESH_FOR);
    assert!(!is_fresh(&clock, moment));
}

#[test]
fn the_floor_is_never_above_the_moment() {
    let clock = clock();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for step in 0..2000u32 {
                clock.tick(step * FRESH_FOR / 2);
                clock.fence();
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            let floor = clock.floor();
            assert!(floor <= clock.moment());
        }
    });
}
