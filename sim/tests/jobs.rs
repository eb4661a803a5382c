//! The real runtime on simulated machines: that jobs work, that runs repeat, that trouble is seen.

use std::cell::Cell;
use std::process::Command;
use std::rc::Rc;

use pangea::cluster::Distribution;
use pangea_sim::fault::{Draw, Fault, FaultPlan, Kind, Planned, When};
use pangea_sim::scenario::{self, Setup};
use pangea_sim::{End, Job, NodeEnd, Outcome, ProgramResult, SimNode};
use verbs_shim::provider::sim::Faults;

const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;

fn good(outcome: &Outcome) {
    assert!(outcome.is_good(), "{outcome}");
}

fn failures(outcome: &Outcome) -> &[String] {
    match &outcome.end {
        End::Failed(what) => what,
        _ => panic!("it did not fail: {outcome}"),
    }
}

/// Uses all that a node can do.
fn everything(sim: &SimNode) -> ProgramResult {
    let node = sim.node();
    let (rank, size) = (node.rank(), node.size());
    let words =
        node.array::<u64>("words").len(size * 10).distribution(Distribution::Cyclic).create()?;
    let sum = node.array::<u64>("sum").len(1).create()?;
    node.barrier()?;
    for i in 0..10 {
        words.put(i * size + (rank + 1) % size, (rank * 100 + i) as u64)?;
        sum.fetch_add(0, i as u64)?;
    }
    let many: Vec<u64> = (0..300).map(|i| i * 3 + rank as u64).collect();
    let large = node.array::<u64>("large").len(300 * size).create()?;
    large.put_range(300 * rank, &many)?;
    node.barrier()?;
    for i in 0..10 {
        let writer = (rank + size - 1) % size;
        assert_eq!(words.get(i * size + rank)?, (writer * 100 + i) as u64);
    }
    assert_eq!(sum.load(0)?, 45 * size as u64);
    let next = (rank + 1) % size;
    let mut found = vec![0; 300];
    large.get_range(300 * next, &mut found)?;
    assert!(found.iter().enumerate().all(|(i, word)| *word == (i * 3 + next) as u64));
    let total = node.reduce(rank as u64, |a, b| a + b)?;
    assert_eq!(total as usize, (0..size).sum::<usize>());
    assert_eq!(node.broadcast(size - 1, rank as u64)?, size as u64 - 1);
    node.barrier()?;
    Ok(())
}

#[test]
fn jobs_of_all_sizes_do_their_work_and_leave_nothing_behind() {
    for nodes in [1, 2, 3, 4, 5, 8] {
        for seed in 0..10 {
            let outcome = Job::new("everything", nodes, seed).run(everything);
            good(&outcome);
            assert!(outcome.nodes.iter().all(|end| *end == NodeEnd::Ended));
        }
    }
}

#[test]
fn faults_that_connections_absorb_are_absorbed() {
    let mut tally = pangea_sim::fault::FaultTally::default();
    for seed in 0..30 {
        let mut job = Job::new("everything", 3, seed);
        job.faults.nic = Faults::absorbed(20_000);
        let outcome = job.run(everything);
        good(&outcome);
        tally.nic.stragglers += outcome.faults.nic.stragglers;
        tally.nic.duplicates += outcome.faults.nic.duplicates;
        tally.nic.lost_requests += outcome.faults.nic.lost_requests;
        tally.nic.lost_answers += outcome.faults.nic.lost_answers;
    }
    let nic = tally.nic;
    for count in [nic.stragglers, nic.duplicates, nic.lost_requests, nic.lost_answers] {
        assert!(count > 10, "{tally}");
    }
}

#[test]
fn a_seed_is_a_run_and_another_seed_another() {
    let run = |seed| {
        let setup = Setup { timeline: true, ..Setup::of_seed(seed) };
        scenario::find("put_get").expect("is there").run(&setup)
    };
    let (first, again, other) = (run(5), run(5), run(12));
    good(&first);
    let text = first.timeline.as_deref().expect("was wanted");
    assert!(text.lines().count() > 1000);
    assert!(first.timeline == again.timeline, "the timelines differ");
    assert_eq!((first.digest, first.time, first.steps), (again.digest, again.time, again.steps));
    assert_ne!(first.digest, other.digest);
    // The digest does not depend on whether anybody reads the lines.
    let silent = scenario::find("put_get").expect("is there").run(&Setup::of_seed(5));
    assert_eq!(silent.digest, first.digest);
}

#[test]
fn a_seed_is_the_same_run_in_every_process() {
    let run = |scenario| {
        let output = Command::new(env!("CARGO_BIN_EXE_pangea-sim"))
            .args(["--scenario", scenario, "--seeds", "3..6", "--timeline"])
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    for scenario in ["put_get", "coherent", "locks", "bank"] {
        let (first, second) = (run(scenario), run(scenario));
        assert!(first.len() > 50_000, "{scenario}: {} bytes", first.len());
        assert!(first == second, "{scenario}: two processes disagree");
    }
}

#[test]
fn survivors_of_a_killed_node_hear_of_it_and_end() {
    for seed in 0..40 {
        let mut job = Job::new("killed", 4, seed);
        job.allow_errors = true;
        job.faults.drawn =
            vec![Draw { kind: Kind::Kill, least: 1, most: 1, within: 2 * MILLISECOND, lasting: 0 }];
        let outcome = job.run(|sim| {
            let words = sim.node().array::<u64>("words").len(64).create()?;
            loop {
                match sim.node().barrier() {
                    Err(error) if error.to_string().contains("died") => return Err(error.into()),
                    // The peer does not answer; why, the coordinator has still to find out.
                    Err(_) => sim.sleep(MILLISECOND),
                    // Errors come up again in the barrier.
                    Ok(()) => (0..64).for_each(|i| drop(words.fetch_add(i, 1))),
                }
            }
        });
        good(&outcome);
        assert_eq!(outcome.faults.kills, 1, "{outcome}");
        let mut cut = 0;
        for end in &outcome.nodes {
            match end {
                NodeEnd::Cut => cut += 1,
                NodeEnd::Failed(error) => assert!(error.contains("died"), "{error}"),
                other => panic!("{other:?} in {outcome}"),
            }
        }
        assert_eq!(cut, 1, "{outcome}");
    }
}

#[test]
fn a_node_may_be_killed_at_any_step() {
    let steps = Job::new("killed", 2, 1).run(everything).steps;
    for step in (1..steps).step_by(steps as usize / 60) {
        let mut job = Job::new("killed", 2, 1);
        job.allow_errors = true;
        let fault = Fault::Kill { machine: 1 };
        job.faults.planned = vec![Planned { when: When::Step(step), fault }];
        let outcome = job.run(everything);
        good(&outcome);
        assert_eq!(outcome.faults.kills, 1);
    }
}

/// With a fault at each thing that happens to one request and no other: all that a reader may find.
#[test]
fn a_fault_may_come_at_each_event_of_an_operation() {
    let run = |nth, fault| {
        let mut job = Job::new("event", 2, 3);
        job.allow_errors = true;
        job.timeline = true;
        job.faults.planned = vec![Planned { when: When::Event { machine: 1, nth }, fault }];
        let outcome = job.run(|sim| {
            let words = sim.node().array::<u64>("words").len(16).on_node(0).create()?;
            sim.node().barrier()?;
            if sim.rank() == 1 {
                sim.arm();
                words.put_range(0, &[7; 16])?;
            }
            // The other one is told in either case: it came, or it died.
            sim.node().barrier()?;
            Ok(())
        });
        good(&outcome);
        outcome
    };
    let mut placed = Vec::new();
    for nth in 1..=4 {
        let outcome = run(nth, Fault::Kill { machine: 1 });
        assert_eq!(outcome.faults.kills, 1, "{nth}");
        // What happened between the first post to the home and the end.
        let text = outcome.timeline.expect("was wanted");
        let (before, _) = text.split_once("m1 killed").expect("it died");
        let from = before.rfind("WRITE of 128 bytes").expect("it was posted");
        placed.push(before[from..].matches(" placed 64 bytes ").count());
    }
    // Posted, a line, the other line, completed.
    assert_eq!(placed, [0, 1, 2, 2]);
    assert_eq!(run(2, Fault::FailPair { machine: 1, nth: 0 }).faults.failed_pairs, 1);
    assert_eq!(run(1000, Fault::Kill { machine: 1 }).faults.kills, 0);
}

/// A guard on the stack of a dead node does nothing from the grave, and nobody waits for it.
#[test]
fn a_dead_nodes_guards_are_not_dropped() {
    let mut job = Job::new("grave", 2, 3);
    job.allow_errors = true;
    let outcome = job.run(|sim| {
        let value = sim.node().shared::<u64>("value").on_node(0).create()?;
        sim.node().barrier()?;
        if sim.rank() == 1 {
            let mut guard = value.write()?;
            *guard = 5;
            sim.kill();
        }
        sim.sleep(MILLISECOND);
        // The lock is found, and taken back.
        assert_eq!(value.update(|value| *value)?, 0);
        Ok(())
    });
    good(&outcome);
    assert_eq!(outcome.recoveries, [1, 0, 0]);
}

/// A compare-and-swap that fails, and a guard that is given back untouched, have read the value: a later write comes
/// after them in logical time too, though they wrote nothing. The search has found this one.
#[test]
fn what_was_read_under_a_lock_was_read() {
    for by_guard in [false, true] {
        let outcome = Job::new("read under a lock", 3, 1).run(move |sim| {
            let x = sim.node().shared::<u64>("x").create()?;
            let y = sim.node().shared::<u64>("y").create()?;
            let step = |at: u64| sim.sleep((at * MILLISECOND).saturating_sub(sim.now() % SECOND));
            match sim.rank() {
                0 => {
                    step(10);
                    y.store(1)?;
                    step(30);
                    y.store(2)?;
                    if by_guard {
                        assert_eq!(*x.write()?, 0);
                    } else {
                        assert_eq!(x.compare_exchange(7, 8)?, Err(0));
                    }
                }
                1 => {
                    step(40);
                    x.store(1)?;
                }
                _ => {
                    step(20);
                    assert_eq!(y.load()?, 1);
                    step(50);
                    assert_eq!((x.load()?, y.load()?), (1, 2), "x = 1 came after y = 2");
                }
            }
            sim.node().barrier()?;
            Ok(())
        });
        good(&outcome);
    }
}

#[test]
fn nodes_end_when_their_coordinator_is_gone() {
    for seed in 0..10 {
        let mut job = Job::new("orphans", 3, seed);
        job.allow_errors = true;
        let fault = Fault::Kill { machine: 3 };
        job.faults.planned = vec![Planned { when: When::Joined(MILLISECOND), fault }];
        let outcome = job.run(|sim| {
            loop {
                sim.node().barrier()?;
            }
        });
        good(&outcome);
        let mut lost = 0;
        for end in &outcome.nodes {
            let (NodeEnd::Failed(text) | NodeEnd::Exited { message: text, .. }) = end else {
                panic!("{outcome}")
            };
            // Who hears of it late only finds that the others do not answer any more.
            assert!(text.contains("coordinator") || text.contains("does not answer"), "{text}");
            lost += u32::from(text.contains("coordinator"));
        }
        assert!(lost > 0, "{outcome}");
    }
}

#[test]
fn a_node_that_does_not_end_when_its_coordinator_is_gone_is_ended() {
    let mut job = Job::new("orphans", 2, 1);
    job.allow_errors = true;
    let fault = Fault::Kill { machine: 2 };
    job.faults.planned = vec![Planned { when: When::Joined(MILLISECOND), fault }];
    let outcome = job.run(|sim| {
        sim.sleep(100 * SECOND);
        Ok(())
    });
    good(&outcome);
    for end in &outcome.nodes {
        assert!(matches!(end, NodeEnd::Exited { status: 75, .. }), "{outcome}");
    }
}

#[test]
fn a_hang_names_the_tasks() {
    let outcome = Job::new("hang", 2, 3).run(|sim| {
        if sim.rank() == 0 {
            sim.node().barrier()?;
        } else {
            loop {
                sim.sleep(SECOND);
            }
        }
        Ok(())
    });
    let End::Hang { reason, tasks } = &outcome.end else { panic!("{outcome}") };
    assert!(reason.contains("virtual time"), "{reason}");
    let named = |what: &str| tasks.iter().any(|task| task.contains(what));
    // At the very end it is about to look, or between two looks.
    let looks = |task: &String| task.contains("\"main\" of m0") && task.contains(", since ");
    assert!(tasks.iter().any(looks), "{tasks:#?}");
    assert!(named("\"main\" of m1 sleeps"), "{tasks:#?}");
    assert!(outcome.to_string().contains("--seeds 3"));
}

#[test]
fn a_node_that_waits_for_one_that_left_is_told_so() {
    let mut job = Job::new("left", 2, 3);
    job.allow_errors = true;
    let outcome = job.run(|sim| {
        if sim.rank() == 0 {
            sim.node().barrier()?;
        }
        Ok(())
    });
    good(&outcome);
    assert!(matches!(&outcome.nodes[0], NodeEnd::Failed(_)), "{outcome}");
}

#[test]
fn a_panic_is_reported_with_its_task_and_place() {
    let outcome = Job::new("panic", 3, 9).run(|sim| {
        sim.node().barrier()?;
        assert_ne!(sim.rank(), 1, "rank one has had enough");
        loop {
            sim.node().barrier()?;
        }
    });
    let what = failures(&outcome);
    assert!(what[0].contains("main of m1 panicked at sim/tests/jobs.rs"), "{what:?}");
    assert!(what[0].contains("rank one has had enough"), "{what:?}");
    assert!(!std::thread::panicking());
    good(&Job::new("afterwards", 2, 9).run(everything));
}

#[test]
fn an_error_of_a_program_is_a_failure() {
    let outcome = Job::new("error", 2, 9).run(|sim| {
        sim.node().barrier()?;
        if sim.rank() == 1 { Err("it is wrong".into()) } else { Ok(()) }
    });
    assert!(failures(&outcome)[0].contains("node 1: it is wrong"), "{outcome}");
}

#[test]
fn a_leak_is_a_failure() {
    let outcome = Job::new("leak", 2, 9).run(|sim| {
        if sim.rank() == 1 {
            // A handle that is never dropped keeps the node in the job.
            std::mem::forget(sim.node().clone());
        }
        Ok(())
    });
    assert!(!outcome.is_good(), "{outcome}");
}

#[test]
fn a_paused_node_is_waited_for() {
    let run = |lasting| {
        let mut job = Job::new("pause", 3, 4);
        job.timeline = true;
        if lasting > 0 {
            let fault = Fault::Pause { machine: 1, lasting };
            job.faults.planned = vec![Planned { when: When::Joined(0), fault }];
        }
        let outcome = job.run(everything);
        good(&outcome);
        outcome
    };
    let (through, paused) = (run(0), run(SECOND));
    assert_eq!(paused.faults.pauses, 1);
    assert!(through.time < SECOND && paused.time > SECOND);
    assert!(paused.timeline.expect("was wanted").contains("m1 paused until"));
}

#[test]
fn a_cut_that_heals_soon_is_not_noticed() {
    for seed in 0..20 {
        let mut job = Job::new("cut", 3, seed);
        let draw =
            Draw { kind: Kind::Cut, least: 1, most: 3, within: MILLISECOND, lasting: MILLISECOND };
        job.faults = FaultPlan { drawn: vec![draw], ..FaultPlan::default() };
        let outcome = job.run(everything);
        good(&outcome);
        assert!(outcome.faults.cuts >= 1);
    }
}

#[test]
fn a_cut_that_does_not_heal_is_an_error() {
    let mut job = Job::new("cut", 2, 8);
    job.allow_errors = true;
    let fault = Fault::Cut { from: 0, to: 1, both: true, lasting: 100 * SECOND };
    job.faults.planned = vec![Planned { when: When::Joined(0), fault }];
    let outcome = job.run(everything);
    good(&outcome);
    assert!(outcome.nodes.iter().any(|end| matches!(end, NodeEnd::Failed(_))), "{outcome}");
}

#[test]
fn stalled_wires_flow_again_or_are_lost() {
    let run = |lasting| {
        let mut job = Job::new("stall", 3, 8);
        job.allow_errors = true;
        let fault = Fault::Stall { machine: 1, lasting };
        job.faults.planned = vec![Planned { when: When::Joined(0), fault }];
        job.run(everything)
    };
    let short = run(SECOND);
    good(&short);
    assert!(short.nodes.iter().all(|end| *end == NodeEnd::Ended), "{short}");
    assert_eq!((short.faults.stalls, short.faults.lost_wires), (1, 0));
    let long = run(60 * SECOND);
    good(&long);
    assert!(!long.nodes.contains(&NodeEnd::Ended), "{long}");
    assert_eq!(long.faults.lost_wires, 1);
}

#[test]
fn a_failed_pair_is_an_error_and_the_next_use_opens_another() {
    let mut failed = 0;
    for seed in 0..40 {
        let mut job = Job::new("pair", 2, seed);
        let draw =
            Draw { kind: Kind::FailPair, least: 1, most: 4, within: MILLISECOND / 2, lasting: 0 };
        job.faults.drawn = vec![draw];
        let outcome = job.run(|sim| {
            let words = sim.node().array::<u64>("words").len(2).create()?;
            let other = 1 - sim.rank() as usize;
            for i in 0..200 {
                // Writing it again is right whether or not it was written.
                while words.put(other, i).is_err() {}
                while !matches!(words.get(other), Ok(found) if found == i) {}
            }
            // Nobody leaves while the other may still have to open a pair.
            sim.sleep(10 * MILLISECOND);
            Ok(())
        });
        good(&outcome);
        failed += outcome.faults.failed_pairs;
    }
    assert!(failed > 10, "only {failed} pairs failed");
}

#[test]
fn threads_of_a_node_run_side_by_side() {
    for seed in 0..10 {
        let outcome = Job::new("threads", 2, seed).run(|sim| {
            let words = sim.node().array::<u64>("words").len(8).create()?;
            sim.node().barrier()?;
            let order = Rc::new(Cell::new(0_u32));
            let mut threads = Vec::new();
            for number in 0..3 {
                let order = Rc::clone(&order);
                threads.push(sim.spawn(&format!("worker {number}"), move |sim| {
                    let words = sim.node().array::<u64>("words").len(8).attach()?;
                    for i in 0..8 {
                        words.fetch_add(i, 1)?;
                    }
                    order.set(order.get() + 1);
                    Ok(())
                })?);
            }
            for thread in threads {
                thread.join()?;
            }
            assert_eq!(order.get(), 3);
            sim.node().barrier()?;
            for i in 0..8 {
                assert_eq!(words.load(i)?, 6);
            }
            sim.node().barrier()?;
            Ok(())
        });
        good(&outcome);
    }
}
