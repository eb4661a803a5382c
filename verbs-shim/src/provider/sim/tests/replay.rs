//! Determinism, digests, and what the host hears.

use std::sync::atomic::Ordering;

use super::super::{Faults, Nanos, NicEvent, Settings};
use super::lab::*;
use crate::{QueuePairConfig, Status, WorkRequest};

/// A random program of three processes under all faults; the answer is all that happened.
fn history(seed: u64) -> Vec<(Nanos, NicEvent)> {
    let faults = Faults {
        broken_after: 3000,
        broken_before: 3000,
        broken_midway: 3000,
        ..Faults::absorbed(50_000)
    };
    let lab = lab(Settings { faults, ..Settings::default() }, Dice(seed));
    let processes = [lab.process(0), lab.process(1), lab.process(2)];
    let config = QueuePairConfig { timeout: 2, ..QueuePairConfig::default() };
    let mut ends = Vec::new();
    for (a, b) in [(0, 1), (1, 2), (2, 0)] {
        let (near, far) = connect_with(&processes[a], &processes[b], &config);
        ends.extend([(a, b, near), (b, a, far)]);
    }
    let mut next = vec![(0, 0); ends.len()];
    for round in 0..400_u64 {
        let which = round as usize * 7 % ends.len();
        let (a, b, end) = &mut ends[which];
        let (here, there) = (&processes[*a], &processes[*b]);
        let request = match round % 3 {
            0 => here.read(200, there.at(round % 64)),
            1 => WorkRequest::write(here.local.slice(300..500).unwrap(), there.at(round % 64)),
            _ => here.add(1, 512, there.at(1024)),
        };
        let behind = WorkRequest::write_inline(&[1; 8], there.at(round % 64)).token(u64::MAX);
        if end.pair.post(&[request.signaled().token(next[which].0), behind]).is_ok() {
            next[which].0 += 1;
        }
        for _ in 0..round % 40 {
            lab.network.step();
        }
        // Completions of a pair come in order.
        for (token, _) in end.told().into_iter().filter(|(token, _)| *token != u64::MAX) {
            assert_eq!(token, next[which].1);
            next[which].1 += 1;
        }
    }
    lab.run();
    for ((_, _, end), (posted, mut told)) in ends.iter().zip(next) {
        for (token, _) in end.told().into_iter().filter(|(token, _)| *token != u64::MAX) {
            assert_eq!(token, told);
            told += 1;
        }
        assert_eq!(told, posted);
    }
    let counts = lab.network.fault_counts();
    for (count, name) in [
        (counts.stragglers, "stragglers"),
        (counts.duplicates, "duplicates"),
        (counts.lost_requests, "lost requests"),
        (counts.lost_answers, "lost answers"),
        (counts.interrupted, "interrupted"),
        (counts.reordered, "reordered"),
        (counts.passed_reads, "passed READs"),
    ] {
        assert!(count > 0, "{name}");
    }
    let events = std::mem::take(&mut *lab.recorder.events.lock().unwrap());
    assert!(events.iter().all(|(_, event)| !event.to_string().is_empty()));
    events
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let first = history(1);
    assert!(first.len() > 1000);
    assert_eq!(first, history(1));
    assert_ne!(first, history(2));
    assert!(first.windows(2).all(|two| two[0].0 <= two[1].0), "time went back");
}

#[test]
fn seeds_differ_in_what_breaks() {
    let broken = |seed| {
        let failed = |event: &NicEvent| {
            matches!(event, NicEvent::Failed { status: Status::RetryExceeded, .. })
        };
        history(seed).iter().filter(|(_, event)| failed(event)).count()
    };
    let counts: Vec<usize> = (10..20).map(broken).collect();
    assert!(counts.iter().any(|count| *count > 0), "{counts:?}");
}

#[test]
fn digests_tell_states_apart_and_not_times() {
    let state = |one_way, posted: u64, steps, add| {
        let mut settings = timeless();
        settings.latency.one_way = one_way;
        let lab = lab(settings, Least);
        let (here, there) = (lab.process(0), lab.process(1));
        let (mut near, _far) = connect(&here, &there);
        for _ in 0..posted {
            near.pair.post(&[here.add(add, 0, there.at(0))]).unwrap();
        }
        for _ in 0..steps {
            assert!(lab.network.step());
        }
        lab.digest()
    };
    let base = state(100, 1, 0, 1);
    assert_eq!(base, state(100, 1, 0, 1));
    assert_eq!(base, state(7777, 1, 0, 1));
    for (posted, steps, add) in [(0, 0, 1), (2, 0, 1), (1, 1, 1), (1, 2, 1), (1, 3, 1), (1, 0, 2)] {
        assert_ne!(base, state(100, posted, steps, add), "{posted} {steps} {add}");
    }
    // Half way, what was added is in the memory or about to be.
    assert_ne!(state(100, 1, 1, 1), state(100, 1, 1, 2));
}

#[test]
fn different_orders_that_come_to_the_same_have_the_same_digest() {
    let mut digests = std::collections::BTreeSet::new();
    let runs = explore(|choose| {
        let lab = lab(timeless(), Least);
        let (a, b, home) = (lab.process(0), lab.process(1), lab.process(2));
        let ((mut wire_a, _x), (mut wire_b, _y)) = (connect(&a, &home), connect(&b, &home));
        wire_a.pair.post(&[a.read(128, home.at(0))]).unwrap();
        wire_b.pair.post(&[WorkRequest::write_inline(&[1; 8], home.at(512)).signaled()]).unwrap();
        lab.run_by(choose);
        digests.insert(lab.digest());
    });
    assert!(runs > 10, "{runs}");
    assert_eq!(digests.len(), 1);
}

#[test]
fn time_moves_forwards_and_not_past_what_is_due() {
    let lab = lab(timeless(), Least);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    lab.network.advance_to(1000);
    lab.network.advance_to(10);
    assert_eq!((lab.network.now(), lab.network.next_event()), (1000, None));
    assert!(!lab.network.step());
    near.pair.post(&[here.add(1, 0, there.at(0))]).unwrap();
    assert_eq!(lab.network.next_event(), Some(1800));
    lab.network.advance_to(5000);
    assert_eq!(lab.network.now(), 1800);
    lab.run();
    assert_eq!(lab.network.now(), 2600);
}

#[test]
fn the_host_hears_of_posts_polls_and_changes() {
    let lab = lab(timeless(), Least);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    near.pair.post(&[WorkRequest::write_inline(&[1; 8], there.at(0)).signaled()]).unwrap();
    assert_eq!(lab.recorder.posts.load(Ordering::Relaxed), 1);
    assert_eq!(*lab.recorder.changes.lock().unwrap(), []);
    lab.run();
    assert_eq!(*lab.recorder.changes.lock().unwrap(), [1, 0]);
    let before = lab.recorder.polls.load(Ordering::Relaxed);
    assert_eq!(near.told(), [(0, Status::Success)]);
    assert!(lab.recorder.polls.load(Ordering::Relaxed) > before);
    let lines: Vec<String> =
        lab.recorder.events.lock().unwrap().iter().map(|(_, event)| event.to_string()).collect();
    let addr = there.region.addr();
    let want = [
        format!("m0 q1 #0 posted: WRITE of 8 bytes at {addr:#x} of m1"),
        format!("m0 q1 #0 placed 8 bytes at {addr:#x} of m1: 0x0 -> 0x101010101010101"),
        "m0 q1 #0 completed: success".to_owned(),
    ];
    assert_eq!(lines, want);
}
