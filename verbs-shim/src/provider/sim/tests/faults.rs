//! Faults: what fails, what is flushed, what arrives late, and what fences.

use super::super::{FaultCounts, Faults, Live, Settings, Step};
use super::lab::*;
use crate::{QueuePairConfig, Status, WorkRequest};

const ALWAYS: u32 = 1_000_000;

fn with(faults: Faults) -> Settings {
    Settings { faults, ..timeless() }
}

#[test]
fn a_write_arrives_after_its_initiator_has_failed() {
    let lab = lab(timeless(), Most);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    here.local.memory().write(0, &[5; 8]);
    let write = WorkRequest::write(here.local.slice(0..8).unwrap(), there.at(0));
    near.pair.post(&[write.token(1)]).unwrap();
    near.pair.fail().unwrap();
    assert_eq!(near.told(), [(1, Status::Flushed)]);
    assert_eq!(near.pair.outstanding(), 0);
    // What is in flight has left: the buffer may be used again.
    here.local.memory().write(0, &[6; 8]);
    drop(near);
    assert_eq!(there.word(0), 0);
    lab.run();
    assert_eq!(there.word(0), u64::from_ne_bytes([5; 8]));
    assert_eq!(lab.network.fault_counts().late_arrivals, 1);
    assert_eq!(lab.network.state().pairs.iter().count(), 1);
}

#[test]
fn a_write_half_placed_goes_on_after_its_initiator_has_failed() {
    let lab = lab(timeless(), Most);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    here.local.memory().write(0, &[5; 128]);
    near.pair.post(&[WorkRequest::write(here.local.slice(0..128).unwrap(), there.at(0))]).unwrap();
    assert!(lab.network.step() && lab.network.step());
    near.pair.fail().unwrap();
    here.local.memory().write(0, &[6; 128]);
    lab.run();
    let mut bytes = [0; 128];
    there.region.memory().read(0, &mut bytes);
    assert_eq!(bytes, [5; 128]);
}

#[test]
fn nothing_arrives_late_if_chance_or_the_settings_say_so() {
    for (late, most) in [(0, true), (100, false)] {
        let settings = Settings { late, ..timeless() };
        let lab = if most { lab(settings, Most) } else { lab(settings, Least) };
        let (here, there) = (lab.process(0), lab.process(1));
        let (mut near, _far) = connect(&here, &there);
        near.pair.post(&[WorkRequest::write_inline(&[5; 8], there.at(0))]).unwrap();
        near.pair.fail().unwrap();
        lab.run();
        assert_eq!((there.word(0), lab.network.fault_counts().late_arrivals), (0, 0));
    }
}

#[test]
fn nothing_arrives_once_the_responder_has_failed_its_end() {
    // The initiator lives, has failed, or is dead; the end is failed, dropped, or its machine killed.
    for initiator in 0..3 {
        for responder in 0..3 {
            let lab = lab(timeless(), Most);
            let (here, there) = (lab.process(0), lab.process(1));
            let (mut near, mut far) = connect(&here, &there);
            here.local.memory().write(0, &[5; 192]);
            let long = WorkRequest::write(here.local.slice(0..192).unwrap(), there.at(0));
            near.pair.post(&[long, here.add(1, 0, there.at(512))]).unwrap();
            // One of three lines.
            assert!(lab.network.step() && lab.network.step());
            match initiator {
                0 => {}
                1 => near.pair.fail().unwrap(),
                _ => lab.network.kill(0),
            }
            match responder {
                0 => far.pair.fail().unwrap(),
                1 => drop(far),
                _ => lab.network.kill(1),
            }
            let mut before = [0; LEN];
            there.region.memory().read(0, &mut before);
            assert_eq!(before.iter().filter(|byte| **byte == 5).count(), 64);
            lab.run();
            let mut after = [0; LEN];
            there.region.memory().read(0, &mut after);
            assert!(before == after, "case {initiator} {responder}");
            assert_eq!(lab.network.fault_counts().fenced, 2, "case {initiator} {responder}");
            let told: Vec<Status> = near.told().into_iter().map(|(_, status)| status).collect();
            match initiator {
                0 => assert_eq!(told, [Status::RetryExceeded, Status::Flushed]),
                1 => assert_eq!(told, [Status::Flushed, Status::Flushed]),
                _ => assert_eq!(told, []),
            }
        }
    }
}

#[test]
fn a_fence_ends_an_atomic_in_its_gap_and_frees_the_unit() {
    let lab = lab(timeless(), Least);
    let (a, b, home) = (lab.process(0), lab.process(1), lab.process(2));
    let ((mut wire_a, mut end_a), (mut wire_b, _end_b)) = (connect(&a, &home), connect(&b, &home));
    wire_a.pair.post(&[a.add(1, 0, home.at(0))]).unwrap();
    wire_b.pair.post(&[b.add(10, 0, home.at(0))]).unwrap();
    for machine in [0, 1] {
        let begin = lab.network.pending().into_iter().find(|it| it.machine == machine).unwrap();
        assert_eq!(begin.step, Step::Begin);
        lab.network.perform(begin);
    }
    end_a.pair.fail().unwrap();
    lab.run();
    assert_eq!(home.word(0), 10);
    assert_eq!(wire_b.told(), [(0, Status::Success)]);
    assert_eq!(wire_a.told(), [(0, Status::RetryExceeded)]);
}

#[test]
fn an_answer_is_lost_after_the_effect() {
    let lab = lab(with(Faults { broken_after: ALWAYS, ..Faults::default() }), Least);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    near.pair
        .post(&[here.add(1, 0, there.at(0)).token(1), here.add(1, 0, there.at(8)).token(2)])
        .unwrap();
    lab.run();
    assert_eq!(near.told(), [(1, Status::RetryExceeded), (2, Status::Flushed)]);
    assert_eq!((there.word(0), there.word(8)), (1, 1));
    let counts = lab.network.fault_counts();
    assert_eq!((counts.given_up_after, counts.given_up_before), (1, 0));
}

#[test]
fn a_request_is_given_up_without_effect_and_may_still_arrive() {
    for late in [false, true] {
        let settings = with(Faults { broken_before: ALWAYS, ..Faults::default() });
        let lab = if late { lab(settings, Most) } else { lab(settings, Least) };
        // What `Most` says of a chance is no, so the pair is broken by a cut.
        let (here, there) = (lab.process(0), lab.process(1));
        let (mut near, _far) = connect(&here, &there);
        if late {
            lab.network.cut(0, 1);
        }
        near.pair.post(&[here.add(1, 0, there.at(0)).token(1)]).unwrap();
        while near.pair.outstanding() > 0 {
            assert!(lab.network.step());
            let told = near.told();
            assert!(told.is_empty() || told == [(1, Status::RetryExceeded)], "{told:?}");
        }
        assert_eq!(there.word(0), 0);
        assert_eq!(lab.network.fault_counts().given_up_before, 1);
        lab.network.heal(0, 1);
        lab.run();
        assert_eq!(there.word(0), u64::from(late));
        assert_eq!(lab.network.fault_counts().late_arrivals, u64::from(late));
    }
}

#[test]
fn a_write_is_given_up_half_placed() {
    let lab = lab(with(Faults { broken_midway: ALWAYS, ..Faults::default() }), Least);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    here.local.memory().write(0, &[5; 192]);
    let write = WorkRequest::write(here.local.slice(0..192).unwrap(), there.at(0));
    near.pair.post(&[write.token(1), here.add(1, 192, there.at(192)).token(2)]).unwrap();
    lab.run();
    assert_eq!(near.told(), [(1, Status::RetryExceeded), (2, Status::Flushed)]);
    let mut bytes = [0; 200];
    there.region.memory().read(0, &mut bytes);
    let placed = bytes.chunks(64).filter(|line| line.iter().all(|byte| *byte == 5)).count();
    assert_eq!((placed, bytes.iter().filter(|byte| **byte != 0).count()), (1, 64));
    let counts = lab.network.fault_counts();
    assert_eq!((counts.given_up_midway, counts.given_up_before, counts.given_up_after), (1, 0, 0));
}

#[test]
fn what_has_begun_may_stop_for_long() {
    let settings = Settings {
        faults: Faults { interrupted: ALWAYS, ..Faults::default() },
        ..Settings::default()
    };
    let lab = lab(settings, Dice(3));
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    for request in [here.read(128, there.at(0)), here.add(1, 256, there.at(128))] {
        let before = (lab.network.now(), lab.network.fault_counts().interrupted);
        near.pair.post(&[request.token(1)]).unwrap();
        lab.run();
        assert_eq!(near.told(), [(1, Status::Success)]);
        assert!(lab.network.fault_counts().interrupted > before.1);
        assert!(lab.network.now() - before.0 > 3_000, "it took no longer than others");
    }
}

#[test]
fn what_is_sent_again_is_absorbed() {
    type Count = fn(FaultCounts) -> u64;
    let faults: [(Faults, Count); 3] = [
        (Faults { duplicate: ALWAYS, ..Faults::default() }, |it| it.duplicates),
        (Faults { lost_request: ALWAYS, ..Faults::default() }, |it| it.lost_requests),
        (Faults { lost_answer: ALWAYS, ..Faults::default() }, |it| it.lost_answers),
    ];
    for (faults, count) in faults {
        let lab = lab(with(faults), Least);
        let (here, there) = (lab.process(0), lab.process(1));
        let config = QueuePairConfig { timeout: 1, ..QueuePairConfig::default() };
        let (mut near, _far) = connect_with(&here, &there, &config);
        for round in 0..10_u64 {
            let word = round.to_le_bytes();
            near.pair
                .post(&[
                    here.add(1, 8 * round as usize, there.at(0)),
                    WorkRequest::write_inline(&word, there.at(64)),
                    WorkRequest::read(here.local.slice(512..520).unwrap(), there.at(64)).signaled(),
                ])
                .unwrap();
            lab.run();
            assert_eq!(near.told(), [(0, Status::Success), (0, Status::Success)]);
            assert_eq!((here.result(8 * round as usize), here.result(512)), (round, round));
        }
        assert_eq!(there.word(0), 10);
        assert_eq!(count(lab.network.fault_counts()), 30);
        if faults.duplicate == 0 {
            // It took the timeout each time.
            assert!(lab.network.now() > 10 * 8192);
        }
    }
}

#[test]
fn a_straggler_holds_up_its_own_pair_alone() {
    let lab = lab(with(Faults { straggler: ALWAYS, ..Faults::default() }), Dice(3));
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut one, _x) = connect(&here, &there);
    let (mut two, _y) = connect(&here, &there);
    for round in 0..20 {
        let write = |at| WorkRequest::write_inline(&[1; 8], there.at(at)).token(round).signaled();
        one.pair.post(&[write(0)]).unwrap();
        two.pair.post(&[write(8)]).unwrap();
    }
    lab.run();
    for end in [one, two] {
        let tokens: Vec<u64> = end.told().into_iter().map(|(token, _)| token).collect();
        assert_eq!(tokens, (0..20).collect::<Vec<_>>());
    }
    let counts = lab.network.fault_counts();
    assert_eq!(counts.stragglers, 40);
    assert!(counts.reordered > 0);
}

#[test]
fn a_killed_machine_is_silent_but_what_it_sent_still_arrives() {
    // Before its peer gives it up, which fences it.
    let lab = lab(Settings { late: 5000, ..timeless() }, Most);
    let (dead, alive) = (lab.process(0), lab.process(1));
    let (mut near, mut far) = connect(&dead, &alive);
    near.pair.post(&[WorkRequest::write_inline(&[5; 8], alive.at(0))]).unwrap();
    far.pair.post(&[alive.add(1, 0, dead.at(0)).token(4)]).unwrap();
    lab.network.kill(0);
    assert_eq!(lab.network.live(0), Live::default());
    lab.run();
    assert_eq!(alive.word(0), u64::from_ne_bytes([5; 8]));
    assert_eq!(far.told(), [(4, Status::RetryExceeded)]);
    assert_eq!(dead.word(0), 0);
    assert_eq!(lab.network.fault_counts().late_arrivals, 1);
    // Its handles do nothing any more.
    near.pair.post(&[WorkRequest::write_inline(&[6; 8], alive.at(0))]).unwrap();
    drop((near, dead));
    lab.run();
    assert_eq!(alive.word(0), u64::from_ne_bytes([5; 8]));

    // A new process on the same machine has nothing to do with it.
    let again = lab.process(0);
    let (mut near, _far) = connect(&again, &alive);
    near.pair.post(&[again.add(1, 0, alive.at(8))]).unwrap();
    lab.run();
    assert_eq!(near.told(), [(0, Status::Success)]);
}

#[test]
fn a_link_is_cut_one_way_and_healed() {
    for (from, to, effect) in [(0, 1, 0), (1, 0, 1)] {
        let lab = lab(timeless(), Least);
        let (here, there) = (lab.process(0), lab.process(1));
        let config = QueuePairConfig { retries: 3, ..impatient() };
        let (mut near, _far) = connect_with(&here, &there, &config);
        lab.network.cut(from, to);
        near.pair.post(&[here.add(1, 0, there.at(0))]).unwrap();
        while lab.network.now() < 2 * 8192 {
            assert!(lab.network.step());
        }
        assert_eq!((near.told(), there.word(0)), (vec![], effect));
        lab.network.heal(from, to);
        lab.run();
        assert_eq!((near.told(), there.word(0)), (vec![(0, Status::Success)], 1));
        assert_eq!(here.result(0), 0);
        assert_eq!(lab.network.fault_counts().duplicates, effect);

        // Not healed in time.
        lab.network.cut(from, to);
        near.pair.post(&[here.add(1, 0, there.at(0)).token(2)]).unwrap();
        lab.run();
        assert_eq!(near.told(), [(2, Status::RetryExceeded)]);
        assert_eq!(there.word(0), 1 + effect);
        let counts = lab.network.fault_counts();
        assert_eq!((counts.given_up_before, counts.given_up_after), (1 - effect, effect));
    }
}

#[test]
fn a_duplicate_that_is_cut_off_holds_up_nothing() {
    for from in [0, 1] {
        let lab = lab(with(Faults { duplicate: ALWAYS, ..Faults::default() }), Least);
        let (here, there) = (lab.process(0), lab.process(1));
        let (mut near, _far) = connect(&here, &there);
        let mut told = Vec::new();
        near.pair.post(&[here.add(1, 0, there.at(0)).token(1)]).unwrap();
        while there.word(0) == 0 {
            assert!(lab.network.step());
        }
        // The answer is under way, and so is the request for a second time.
        lab.network.cut(from, 1 - from);
        lab.run();
        told.extend(near.told());
        lab.network.heal(from, 1 - from);
        near.pair.post(&[here.add(1, 0, there.at(0)).token(2)]).unwrap();
        lab.run();
        told.extend(near.told());
        assert_eq!(told, [(1, Status::Success), (2, Status::Success)], "cut from {from}");
        assert_eq!(there.word(0), 2);
    }
}

#[test]
fn a_pair_with_work_outstanding_is_broken_on_command() {
    let lab = lab(timeless(), Least);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, _far) = connect(&here, &there);
    assert!(!lab.network.fail_pair_of(0, 5));
    near.pair
        .post(&[here.add(1, 0, there.at(0)).token(1), here.add(1, 0, there.at(0)).token(2)])
        .unwrap();
    assert!(!lab.network.fail_pair_of(1, 0));
    assert!(lab.network.fail_pair_of(0, 5));
    assert_eq!(near.told(), [(1, Status::RetryExceeded), (2, Status::Flushed)]);
    assert!(!lab.network.fail_pair_of(0, 5));
}

#[test]
fn an_error_flushes_what_follows_and_fails_both_ends() {
    let lab = lab(timeless(), Most);
    let (here, there) = (lab.process(0), lab.process(1));
    let (mut near, mut far) = connect(&here, &there);
    let mut bad = there.at(0);
    bad.rkey.0 += 100;
    near.pair
        .post(&[
            here.read(128, there.at(0)).token(1),
            here.add(1, 0, bad).token(2),
            here.add(1, 0, there.at(0)).token(3),
        ])
        .unwrap();
    far.pair.post(&[there.add(1, 0, here.at(0)).token(9)]).unwrap();
    // Its own request is still on its way when it refuses: it is flushed, whatever becomes of it.
    lab.network.cut(1, 0);
    for _ in 0..3 {
        let begin = lab.network.pending().into_iter().find(|it| it.machine == 0).unwrap();
        lab.network.perform(begin);
    }
    lab.network.heal(1, 0);
    lab.run();
    let told = [(1, Status::Success), (2, Status::RemoteAccess), (3, Status::Flushed)];
    assert_eq!(near.told(), told);
    assert_eq!(far.told(), [(9, Status::Flushed)]);
    assert_eq!(there.word(0), 0);
}

#[test]
fn nothing_leaks() {
    let lab = lab(Settings { faults: Faults::absorbed(200_000), ..Settings::default() }, Dice(9));
    let (here, there) = (lab.process(0), lab.process(1));
    for _ in 0..50 {
        let (mut near, far) = connect(&here, &there);
        near.pair.post(&vec![here.add(1, 0, there.at(0)); 8]).unwrap();
        lab.network.step();
        assert_eq!(lab.network.live(0), Live { pairs: 1, regions: 2, completion_queues: 1 });
        drop((near, far));
    }
    lab.run();
    assert_eq!(lab.network.state().pairs.iter().count(), 0);
    drop((here, there));
    assert_eq!((lab.network.live(0), lab.network.live(1)), (Live::default(), Live::default()));
    assert_eq!(lab.network.next_event(), None);
}
