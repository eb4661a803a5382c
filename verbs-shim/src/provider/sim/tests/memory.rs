//! What READs, WRITEs and atomics do to memory, and in which order.

use std::collections::BTreeSet;

use super::super::{Settings, Step};
use super::lab::*;
use crate::{Status, WorkRequest};

#[test]
fn a_read_is_torn_at_cache_lines_in_any_order_of_addresses() {
    let lab = lab(timeless(), Least);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    there.region.memory().write(0, &[1; 128]);
    near.pair.post(&[here.read(128, there.at(0))]).unwrap();
    let take = |step| {
        let event = lab.network.pending().into_iter().find(|it| it.step == step);
        lab.network.perform(event.unwrap());
    };
    take(Step::Begin);
    take(Step::Sample { index: 0, line: 1 });
    there.region.memory().write(0, &[2; 128]);
    take(Step::Sample { index: 0, line: 0 });
    take(Step::Answer);
    assert_eq!(near.told(), [(0, Status::Success)]);
    let mut bytes = [0; 128];
    here.local.memory().read(0, &mut bytes);
    assert_eq!((bytes[..64].to_vec(), bytes[64..].to_vec()), (vec![2; 64], vec![1; 64]));
    assert_eq!(lab.network.fault_counts().torn_reads, 1);

    // Nobody changes it, so it is not counted.
    near.pair.post(&[here.read(128, there.at(0))]).unwrap();
    lab.run();
    assert_eq!(lab.network.fault_counts().torn_reads, 1);
}

#[test]
fn a_read_sees_all_writes_before_it_and_perhaps_those_after_it() {
    let mut seen = BTreeSet::new();
    let mut passed = 0;
    explore(|choose| {
        let lab = lab(timeless(), Least);
        let (here, there) = (lab.process(0), lab.process(1));
        let (mut near, _far) = connect(&here, &there);
        let write =
            |value: u64| WorkRequest::write(here.local.slice(0..0).unwrap(), there.at(value));
        let (one, two) = (1_u64.to_ne_bytes(), 2_u64.to_ne_bytes());
        let read = here.local.slice(64..72).unwrap();
        near.pair
            .post(&[
                write(0),
                WorkRequest::write_inline(&one, there.at(0)),
                WorkRequest::read(read, there.at(0)),
                WorkRequest::write_inline(&two, there.at(0)).signaled(),
            ])
            .unwrap();
        lab.run_by(choose);
        assert_eq!(near.told(), [(0, Status::Success)]);
        seen.insert(here.result(64));
        passed += lab.network.fault_counts().passed_reads;
        assert_eq!(there.word(0), 2);
    });
    assert_eq!(seen, BTreeSet::from([1, 2]));
    assert!(passed > 0);
}

#[test]
fn a_write_is_whole_before_the_next_one_begins() {
    let runs = explore(|choose| {
        let lab = lab(timeless(), Least);
        let (here, there) = (lab.process(0), lab.process(1));
        let (mut near, _far) = connect(&here, &there);
        here.local.memory().write(0, &[7; 192]);
        let data = WorkRequest::write(here.local.slice(0..192).unwrap(), there.at(64));
        let flag = WorkRequest::write_inline(&[1; 8], there.at(0)).signaled();
        near.pair.post(&[data, flag]).unwrap();
        let mut steps = lab.network.pending();
        while !steps.is_empty() {
            lab.network.perform(steps[choose(steps.len())]);
            if there.word(0) != 0 {
                let mut bytes = [0; 192];
                there.region.memory().read(64, &mut bytes);
                assert_eq!(bytes, [7; 192]);
            }
            steps = lab.network.pending();
        }
        assert_eq!(near.told().len(), 1);
    });
    // Three lines in any order at least.
    assert!(runs >= 6, "{runs}");
}

#[test]
fn an_atomic_loses_what_others_store_in_its_gap() {
    let lab = lab(timeless(), Least);
    let (here, there, third) = (lab.process(0), lab.process(1), lab.process(2));
    let (mut near, _far) = connect(&here, &there);
    let (mut other, _end) = connect(&third, &there);
    let take = |machine, step| {
        let mut pending = lab.network.pending().into_iter();
        lab.network.perform(pending.find(|it| (it.machine, it.step) == (machine, step)).unwrap());
    };

    // A store of the CPU.
    near.pair.post(&[here.add(1, 0, there.at(0))]).unwrap();
    take(0, Step::Begin);
    there.store(0, 100);
    take(0, Step::Store);
    assert_eq!((there.word(0), lab.network.fault_counts().lost_to_atomics), (1, 1));
    lab.run();
    assert_eq!((near.told().len(), here.result(0)), (1, 0));

    // A WRITE of another peer.
    near.pair.post(&[here.add(1, 0, there.at(0))]).unwrap();
    other.pair.post(&[WorkRequest::write_inline(&[9; 8], there.at(0))]).unwrap();
    take(0, Step::Begin);
    take(2, Step::Begin);
    assert_eq!(there.word(0), u64::from_ne_bytes([9; 8]));
    take(0, Step::Store);
    assert_eq!((there.word(0), lab.network.fault_counts().lost_to_atomics), (2, 2));

    // A compare that fails stores back what it found.
    lab.run();
    let swap = WorkRequest::compare_swap(77, 1, here.local.slice(0..8).unwrap(), there.at(0));
    near.pair.post(&[swap]).unwrap();
    take(0, Step::Begin);
    there.store(0, 5);
    lab.run();
    assert_eq!((there.word(0), lab.network.fault_counts().lost_to_atomics), (2, 3));
    assert_eq!(here.result(0), 2);
}

#[test]
fn without_the_gap_an_atomic_is_one_event() {
    let lab = lab(Settings { atomic_gap: false, ..timeless() }, Least);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    near.pair.post(&[here.add(1, 0, there.at(0))]).unwrap();
    let [begin] = lab.network.pending()[..] else { panic!("one event") };
    lab.network.perform(begin);
    assert_eq!(there.word(0), 1);
}

#[test]
fn atomics_of_a_nic_are_never_lost_against_each_other() {
    let runs = explore(|choose| {
        let lab = lab(timeless(), Least);
        let (a, b, home) = (lab.process(0), lab.process(1), lab.process(2));
        let ((mut wire_a, _x), (mut wire_b, _y)) = (connect(&a, &home), connect(&b, &home));
        wire_a.pair.post(&[a.add(1, 0, home.at(0)), a.add(1, 8, home.at(0))]).unwrap();
        wire_b.pair.post(&[b.add(1, 0, home.at(0))]).unwrap();
        lab.run_by(choose);
        assert_eq!(home.word(0), 3);
        let mut found = [a.result(0), a.result(8), b.result(0)];
        assert!(found[0] < found[1]);
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2]);
        assert_eq!((wire_a.told().len(), wire_b.told().len()), (2, 1));
        assert_eq!(lab.network.fault_counts().lost_to_atomics, 0);
    });
    assert!(runs > 20, "{runs}");
}

#[test]
fn a_registration_that_ends_forbids_at_once() {
    let lab = lab(timeless(), Least);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    let extra = there.fabric.register(there.fabric.allocate(4096).unwrap(), crate::Access::all());
    let extra = extra.unwrap();
    let memory = extra.memory().clone();
    let remote = there.fabric.import(&extra.card()).unwrap();
    here.local.memory().write(0, &[7; 256]);
    let write = WorkRequest::write(here.local.slice(0..256).unwrap(), remote.at(0));
    near.pair.post(&[write.token(1).signaled()]).unwrap();
    // The first lines.
    for _ in 0..3 {
        lab.network.perform(lab.network.pending()[0]);
    }
    drop(extra);
    lab.run();
    assert_eq!(near.told(), [(1, Status::RemoteAccess)]);
    let mut bytes = [0; 256];
    memory.read(0, &mut bytes);
    assert_eq!(bytes.iter().filter(|byte| **byte == 7).count(), 128);
}

#[test]
fn a_local_buffer_that_is_gone_fails_its_request_behind_those_before_it() {
    let lab = lab(timeless(), Least);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    let buffer = here.fabric.register(here.fabric.allocate(4096).unwrap(), crate::Access::local());
    let buffer = buffer.unwrap();
    let write = WorkRequest::write(buffer.slice(0..8).unwrap(), there.at(0));
    near.pair
        .post(&[
            here.add(1, 0, there.at(64)).token(1),
            write.token(2),
            here.add(1, 0, there.at(64)).token(3),
        ])
        .unwrap();
    drop(buffer);
    lab.run();
    let told = [(1, Status::Success), (2, Status::LocalProtection), (3, Status::Flushed)];
    assert_eq!(near.told(), told);
    assert_eq!(there.word(64), 1);
}

#[test]
fn many_atomics_take_turns_at_the_unit() {
    let settings =
        Settings { faults: super::super::Faults::absorbed(50_000), ..Settings::default() };
    let lab = lab(settings, Dice(4));
    let home = lab.process(0);
    let peers: Vec<_> = (1..=8).map(|machine| lab.process(machine)).collect();
    let config = crate::QueuePairConfig { timeout: 2, ..crate::QueuePairConfig::default() };
    let mut ends: Vec<_> = peers.iter().map(|peer| connect_with(peer, &home, &config)).collect();
    for ((near, _), peer) in ends.iter_mut().zip(&peers) {
        for i in 0..10 {
            near.pair.post(&[peer.add(1, i * 8, home.at(0))]).unwrap();
        }
    }
    // One of those that wait, or has just been chosen, is fenced.
    while ends[0].0.told().is_empty() {
        assert!(lab.network.step());
    }
    ends[3].1.pair.fail().unwrap();
    lab.run();
    let mut done = 0;
    let mut values = BTreeSet::new();
    for (which, ((near, _), peer)) in ends.iter().zip(&peers).enumerate() {
        let told = near.told().iter().filter(|(_, status)| *status == Status::Success).count();
        assert!(which == 3 || told + usize::from(which == 0) >= 10, "{which}: {told}");
        let found = (0..10).map(|i| peer.result(i * 8)).filter(|_| which != 3);
        values.extend(found);
        done += if which == 3 { 0 } else { 10 };
    }
    assert_eq!(values.len(), done);
    assert!(home.word(0) >= done as u64 && home.word(0) < done as u64 + 10);
}
