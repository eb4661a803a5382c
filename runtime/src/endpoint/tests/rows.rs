//! Many steps at one home, and rows of several homes.

use verbs_shim::OperationKind::{FetchAdd, Read, Write};
use verbs_shim::Status;

use super::exchanges::{AT, on_rank_0_of};
use crate::endpoint::staging::{BATCH, CELL, SLOT, SLOTS};
use crate::endpoint::{ExchangeError, Place, Step};
use crate::testing::{Job, TestNode};

#[test]
fn steps_of_any_number_take_a_doorbell_for_each_batch() {
    for count in [0, 1, BATCH, BATCH + 1, 3 * BATCH + 5] {
        on_rank_0_of(2, move |node| {
            node.begin_count(1);
            let body = 7u64.to_ne_bytes();
            let mut steps: Vec<_> = (0..count as u64)
                .map(|i| match i % 2 {
                    0 => Step::Write { at: AT + 8 * i, from: &body },
                    _ => Step::FetchAdd { at: AT + 8 * (i - 1), add: i },
                })
                .collect();
            let mut answers = vec![1; count];
            node.endpoint.exchange_slice(1, &mut steps, &mut answers).unwrap();
            let expected: Vec<_> = (0..count).map(|i| if i % 2 == 0 { 0 } else { 7 }).collect();
            assert_eq!(answers, expected);
            let (kinds, doorbells) = node.count(1);
            assert_eq!(doorbells, count.div_ceil(BATCH));
            let posted: Vec<_> = (0..count).map(|i| [Write, FetchAdd][i % 2]).collect();
            assert_eq!(kinds, posted);
            let words: Vec<_> = (1..count as u64).step_by(2).map(|i| (i - 1, 7 + i)).collect();
            assert!(words.iter().all(|(i, word)| node.word(1, AT + 8 * i) == *word));
        });
    }
}

/// A byte that tells a place of one arena from others.
fn mark(rank: u32, at: usize) -> u8 {
    (at as u32).wrapping_mul(2_654_435_761).rotate_left(9) as u8 ^ rank as u8
}

const MARKED: usize = 2 << 20;

fn run(job: &Job, program: impl Fn(&TestNode) + Send + Sync + 'static) {
    job.run(move |node| {
        let marks: Vec<_> = (0..MARKED).map(|at| mark(node.rank(), at)).collect();
        node.endpoint.write(Place::new(node.rank(), AT), &marks).unwrap();
        node.barrier().unwrap();
        if node.rank() == 0 {
            program(node);
        }
    });
}

/// Reads rows of these homes, offsets and lengths, and looks at what came.
fn read(node: &TestNode, rows: &[(u32, usize, usize)]) -> Result<(), ExchangeError> {
    let mut bytes: Vec<_> = rows.iter().map(|(.., len)| vec![0; *len]).collect();
    let place = |(rank, at, _): &(u32, usize, usize)| Place::new(*rank, AT + *at as u64);
    let mut asked: Vec<_> =
        rows.iter().map(place).zip(bytes.iter_mut().map(Vec::as_mut_slice)).collect();
    node.endpoint.read_rows(&mut asked)?;
    for ((rank, at, len), bytes) in rows.iter().zip(bytes) {
        let is_there = bytes.iter().enumerate().all(|(i, byte)| *byte == mark(*rank, at + i));
        assert!(is_there, "{len} bytes at {at} of rank {rank}");
    }
    Ok(())
}

#[test]
fn rows_of_all_homes_are_in_flight_at_once() {
    run(&Job::of(4), |node| {
        let rows: Vec<_> = (0..12).map(|i| (i % 4, 100 * i as usize, 512)).collect();
        // The first time it opens the pairs.
        read(node, &rows).unwrap();
        for home in 1..4 {
            node.count(home);
        }
        // Nobody answers before all have been asked.
        for home in 1..4 {
            node.faults.hold(home);
        }
        let faults = std::sync::Arc::clone(&node.faults);
        #[expect(
            clippy::disallowed_methods,
            reason = "a NIC that answers when all have been asked"
        )]
        let nic = std::thread::spawn(move || {
            for home in 1..4 {
                while faults.take_doorbells(home) == 0 {
                    std::thread::yield_now();
                }
            }
            (1..4).for_each(|home| faults.release(home));
        });
        read(node, &rows).unwrap();
        nic.join().unwrap();
        for home in 1..4 {
            assert_eq!(node.count(home), (vec![Read; 3], 0), "home {home}");
        }
        assert_eq!(node.count(0), (vec![], 0), "the own arena needs no NIC");
    });
}

#[test]
fn rows_of_every_length_arrive() {
    for depth in [2, 3, 20, 128] {
        run(&Job::of(3).pair_depth(depth), |node| {
            let lengths = [0, 1, 8, CELL, CELL + 1, SLOT, SLOT + 1, 5 * SLOT + 3];
            let rows: Vec<_> =
                lengths.iter().map(|len| (*len as u32 % 3, len % 77, *len)).collect();
            read(node, &rows).unwrap();
            let long = [(1, 3, (SLOTS + 2) * SLOT), (2, 5, 7), (0, 0, 900), (2, 9, SLOT + 9)];
            read(node, &long).unwrap();
            let many: Vec<_> = (0..4 * BATCH).map(|i| (i as u32 % 3, 8 * i, 16)).collect();
            read(node, &many).unwrap();
            read(node, &[]).unwrap();
            node.endpoint.assert_nothing_is_held();
        });
    }
}

#[test]
fn rows_that_are_longer_than_a_cell_share_slots() {
    run(&Job::of(2), |node| {
        let rows: Vec<_> = (0..60).map(|i| (1, 1100 * i, 1001)).collect();
        read(node, &rows).unwrap();
        node.count(1);
        read(node, &rows).unwrap();
        assert_eq!(node.count(1), (vec![Read; 60], 1));
    });
}

#[test]
fn slots_that_others_hold_are_waited_for() {
    run(&Job::of(2), |node| {
        let elsewhere = node.array::<u8>("elsewhere").len(16 * SLOT).on_node(1).create().unwrap();
        elsewhere.put_nb(0, &vec![7; 16 * SLOT]).unwrap();
        let transfers: Vec<_> = (0..8).map(|i| elsewhere.get_nb(i * SLOT, SLOT).unwrap()).collect();
        read(node, &[(1, 3, 20 * SLOT)]).unwrap();
        for transfer in transfers {
            assert!(transfer.wait().unwrap().iter().all(|byte| *byte == 7));
        }
        node.quiet().unwrap();
        node.endpoint.assert_nothing_is_held();
    });
}

#[test]
fn a_pair_that_fails_is_told_and_the_next_try_goes_well() {
    type Flushes = fn(&crate::testing::Faults);
    let flushes: [Flushes; 3] =
        [|_| {}, |faults| faults.late_flushes(2000), |faults| faults.flush_on_demand()];
    let cases = flushes.into_iter().flat_map(|how| [0, 3, 7].map(|skip| (how, skip)));
    for (flushes, skip) in cases {
        run(&Job::of(3), move |node| {
            let rows: Vec<_> = (0..24).map(|i| (1 + i % 2, 64 * i as usize, 1000)).collect();
            read(node, &rows).unwrap();
            flushes(&node.faults);
            node.faults.fail(2, skip, Status::RetryExceeded);
            match read(node, &rows) {
                Err(ExchangeError::Lost(error)) => assert_eq!(error.peer, 2),
                other => panic!("{other:?}"),
            }
            read(node, &rows).unwrap();
            node.endpoint.assert_nothing_is_held();
        });
    }
}

#[test]
fn what_nobody_waited_for_is_left_to_be_told_to_others() {
    run(&Job::of(2), |node| {
        let array = node.array::<u64>("data").len(8).on_node(1).create().unwrap();
        node.faults.fail(1, 0, Status::RetryExceeded);
        array.put_nb(0, &[42]).unwrap();
        let rows = [(1, 0, 100), (1, 200, 100)];
        // Whether that is known yet makes a difference for the first only.
        let _ = read(node, &rows);
        read(node, &rows).unwrap();
        assert_eq!(super::work(node.quiet()).status, Status::RetryExceeded);
        read(node, &rows).unwrap();
    });
}

#[test]
fn a_dead_home_is_fatal() {
    run(&Job::of(3), |node| {
        let rows = [(1, 0, 100), (2, 0, 100)];
        read(node, &rows).unwrap();
        let health = node.endpoint.health();
        health.node_died(crate::cluster::Rank(2), "killed".to_owned(), crate::cluster::Epoch(9));
        assert!(matches!(read(node, &rows), Err(ExchangeError::Fatal(_))));
        read(node, &rows[..1]).unwrap();
    });
}
