//! Contexts: what a page fault may use, and how it ends when something goes wrong.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};

use verbs_shim::OperationKind::{FetchAdd, Read, Write};
use verbs_shim::{Atomic, Status};

use super::exchanges::{AT, on_rank_0_of};
use crate::cluster::{Epoch, Rank};
use crate::endpoint::contexts::{Claimed, Contexts, Unserved};
use crate::endpoint::{Place, WORD_OF_DEATH};
use crate::primitives::Primitives;
use crate::testing::{Faults, Job, Paced, TestNode};

const PAGE: usize = 4096;

impl TestNode {
    fn contexts(&self, homes: &[u32], count: usize) -> Contexts<Paced> {
        let contexts = Contexts::new(&self.endpoint, homes, count, 4 * PAGE).unwrap();
        for home in homes {
            self.count(*home);
        }
        contexts
    }

    /// Fills the page at `AT` of a node's arena.
    fn fill(&self, rank: u32, byte: u8) {
        self.endpoint.write(Place::new(rank, AT), &[byte; PAGE]).unwrap();
        self.count(rank);
    }

    fn dies(&self, rank: u32) {
        self.endpoint.health().node_died(Rank(rank), "killed".to_owned(), Epoch(9));
    }
}

fn page(rank: u32) -> Place {
    Place::new(rank, AT)
}

/// The first byte of a page of the buffer, all of which are the same.
fn byte_of(claimed: &mut Claimed<'_, Paced>, number: usize) -> u8 {
    let at = claimed.buffer();
    // SAFETY: the buffer has that page, and nothing is in flight.
    let bytes = unsafe { std::slice::from_raw_parts(at.as_ptr().add(number * PAGE), PAGE) };
    assert!(bytes.iter().all(|byte| *byte == bytes[0]));
    bytes[0]
}

fn read_page(contexts: &Contexts<Paced>, rank: u32) -> Result<u8, Unserved> {
    let mut claimed = contexts.claim(rank)?;
    claimed.read(page(rank), PAGE, PAGE)?;
    claimed.wait()?;
    Ok(byte_of(&mut claimed, 1))
}

#[test]
fn a_page_is_one_read() {
    on_rank_0_of(3, |node| {
        let contexts = node.contexts(&[0, 1, 2], 2);
        for (rank, byte) in [(1, 5), (2, 6)] {
            node.fill(rank, byte);
            assert_eq!(read_page(&contexts, rank), Ok(byte));
            assert_eq!(node.count(rank), (vec![Read], 1));
        }
        node.fill(0, 4);
        assert_eq!(read_page(&contexts, 0), Ok(4));
        assert_eq!(node.count(0), (vec![], 0), "the own arena is the CPU's to read");
    });
}

#[test]
fn what_is_written_is_there_before_what_is_added_behind_it() {
    on_rank_0_of(2, |node| {
        let contexts = node.contexts(&[0, 1], 1);
        for rank in [0, 1] {
            node.fill(rank, 9);
            let mut claimed = contexts.claim(rank).unwrap();
            claimed.read(page(rank), 0, PAGE).unwrap();
            claimed.wait().unwrap();
            let word = Place::new(rank, AT + PAGE as u64);
            claimed.write(word, 64, 24).unwrap();
            let nines = u64::from_ne_bytes([9; 8]);
            assert_eq!(claimed.fetch_add(word, 1), Ok(nines));
            assert_eq!(claimed.compare_swap(word, nines, 1), Ok(nines + 1));
            let add = Atomic::FetchAdd { add: 2 };
            let twice = [(word.offset, add), (word.offset + 8, add), (word.offset, add)];
            assert_eq!(claimed.atomics(rank, twice), Ok([nines + 1, nines, nines + 3]));
            let there = [0, 8, 16].map(|at| node.word(rank, word.offset + at));
            assert_eq!(there, [nines + 5, nines + 2, nines]);
        }
        node.count(1);
        let mut claimed = contexts.claim(1).unwrap();
        claimed.write(page(1), 0, 100).unwrap();
        claimed.atomics(1, [(AT, Atomic::FetchAdd { add: 0 }); 3]).unwrap();
        assert_eq!(node.count(1), (vec![Write, FetchAdd, FetchAdd, FetchAdd], 2));
    });
}

#[test]
fn places_outside_are_refused() {
    on_rank_0_of(2, |node| {
        let contexts = node.contexts(&[0, 1], 1);
        let mut claimed = contexts.claim(1).unwrap();
        for (into, len) in [(0, 4 * PAGE + 1), (4 * PAGE, 1), (usize::MAX, 2), (1, usize::MAX)] {
            assert_eq!(claimed.read(page(1), into, len), Err(Unserved::Lost(1)));
            assert_eq!(claimed.write(page(0), into, len), Err(Unserved::Lost(0)));
        }
        assert_eq!(claimed.read(Place::new(0, u64::MAX - 3), 0, 8), Err(Unserved::Lost(0)));
        assert_eq!(claimed.read(page(7), 0, 8), Err(Unserved::Lost(7)), "no such home");
        assert!(!claimed.in_flight());
        drop(claimed);
        assert_eq!(contexts.claim(7).err(), Some(Unserved::Lost(7)));
        assert!(contexts.claim_number(1).is_none());
        node.fill(1, 3);
        assert_eq!(read_page(&contexts, 1), Ok(3));
    });
}

#[test]
fn more_than_a_pair_holds_waits_for_room() {
    Job::of(2).pair_depth(4).run(|node| {
        node.barrier().unwrap();
        if node.rank() == 0 {
            let contexts = node.contexts(&[1], 1);
            node.fill(1, 8);
            let mut claimed = contexts.claim(1).unwrap();
            for i in 0..64 {
                claimed.read(Place::new(1, AT + 64 * i), 64 * i as usize, 64).unwrap();
            }
            claimed.wait().unwrap();
            assert_eq!(byte_of(&mut claimed, 0), 8);
            claimed.atomics(1, [(AT, Atomic::FetchAdd { add: 1 }); 8]).unwrap();
            assert_eq!(node.word(1, AT), u64::from_ne_bytes([8; 8]) + 8);
        }
    });
}

#[test]
fn threads_that_want_one_context_have_it_one_after_the_other() {
    const TURNS: u64 = 500;
    on_rank_0_of(2, |node| {
        for count in [1, 2] {
            let contexts = node.contexts(&[1], count);
            let holders = AtomicU64::new(0);
            let before = node.word(1, AT);
            let turn = || {
                for _ in 0..TURNS {
                    let mut claimed = contexts.claim(1).unwrap();
                    let others = holders.fetch_add(1, Ordering::SeqCst);
                    assert!(others < count as u64, "{others} others have one of {count}");
                    claimed.read(page(1), 0, 64).unwrap();
                    claimed.fetch_add(page(1), 1).unwrap();
                    holders.fetch_sub(1, Ordering::SeqCst);
                }
            };
            #[expect(clippy::disallowed_methods, reason = "threads that fault")]
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(turn);
                }
            });
            assert_eq!(node.word(1, AT) - before, 3 * TURNS);
        }
    });
}

#[test]
fn who_does_not_wait_is_told_that_none_is_free() {
    on_rank_0_of(2, |node| {
        let contexts = node.contexts(&[1], 2);
        let first = contexts.try_claim(1).unwrap();
        let second = contexts.try_claim(1).unwrap();
        assert_ne!(first.number(), second.number());
        assert!(contexts.try_claim(1).is_none());
        assert!(contexts.claim_number(second.number()).is_none());
        let number = first.number();
        drop(first);
        assert_eq!(contexts.claim_number(number).unwrap().number(), number);
    });
}

#[test]
fn read_ahead_waits_for_whoever_comes_for_it() {
    on_rank_0_of(2, |node| {
        node.fill(1, 5);
        let contexts = node.contexts(&[1], 2);
        let mut ahead = contexts.claim(1).unwrap();
        let number = ahead.number();
        node.faults.hold(1);
        ahead.read(page(1), 0, PAGE).unwrap();
        drop(ahead);
        // Others take the other one.
        let other = contexts.claim(1).unwrap();
        assert_ne!(other.number(), number);
        node.faults.release(1);
        let mut ahead = contexts.claim_number(number).unwrap();
        assert!(ahead.in_flight());
        ahead.wait().unwrap();
        assert!(!ahead.in_flight());
        assert_eq!(byte_of(&mut ahead, 0), 5);
        // And if there is no other one, they wait for the end of it.
        ahead.read(page(1), 0, PAGE).unwrap();
        drop(ahead);
        let mut claimed = contexts.claim(1).unwrap();
        assert_eq!((claimed.number(), claimed.in_flight()), (number, false));
        drop(other);
    });
}

#[test]
fn the_rest_of_a_failed_pair_is_waited_for_by_time() {
    on_rank_0_of(2, |node| {
        let contexts = node.contexts(&[1], 2);
        // At once, within the time, and beyond it: the clock advances by a millisecond with each poll.
        for (polls, least, most) in [(0, 0, 1), (10, 5, 12), (100_000, 20, 25)] {
            node.faults.late_flushes(polls);
            node.faults.fail(1, 0, Status::RetryExceeded);
            let mut claimed = contexts.claim(1).unwrap();
            claimed.read(page(1), 0, PAGE).unwrap();
            claimed.read(page(1), PAGE, PAGE).unwrap_or_default();
            let before = Paced::now();
            assert_eq!(claimed.wait(), Err(Unserved::Lost(1)));
            let passed = (Paced::now() - before).as_millis();
            assert!((least..=most).contains(&passed), "{passed} ms for {polls} polls");
            assert_eq!(claimed.in_flight(), polls == 100_000);
            drop(claimed);
            contexts.repair().unwrap();
        }
    });
}

const FLUSHES: [fn(&Faults); 4] = [
    |_| {},
    |faults| faults.late_flushes(100),
    |faults| faults.late_flushes(100_000),
    Faults::flush_on_demand,
];

#[test]
fn a_pair_that_failed_is_replaced_and_its_home_has_fenced_the_old_one() {
    for flushes in FLUSHES {
        Job::with_the_home(move |node, home| {
            node.fill(1, 5);
            let contexts = node.contexts(&[0, 1], 2);
            for round in 1..4 {
                flushes(&node.faults);
                for _ in 0..2 {
                    // The first is lost, and the last is flushed sooner or later.
                    node.faults.fail(1, 1, Status::RetryExceeded);
                    let mut claimed = contexts.claim(1).unwrap();
                    for i in 0..3 {
                        claimed.read(page(1), i * PAGE, PAGE).unwrap_or_default();
                    }
                    assert_eq!(claimed.wait(), Err(Unserved::Lost(1)));
                    assert_eq!(claimed.read(page(1), 0, PAGE), Err(Unserved::Lost(1)));
                }
                assert_eq!(read_page(&contexts, 1), Err(Unserved::Lost(1)), "none is left");
                assert!(contexts.try_claim(1).is_none());
                assert_eq!(home.failed_ends(0), 2 * (round - 1));
                contexts.repair().unwrap();
                assert_eq!(home.failed_ends(0), 2 * round, "the home has fenced both");
                node.count(1);
                contexts.repair().unwrap();
                assert_eq!(node.count(1).1, 0, "there was nothing to repair");
                for _ in 0..3 {
                    assert_eq!(read_page(&contexts, 1), Ok(5));
                }
            }
        });
    }
}

/// The signals that a thread of this process blocks, bit by bit.
fn blocked_by(thread: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/self/task/{thread}/status")).unwrap();
    let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap();
    u64::from_str_radix(blocked.trim(), 16).unwrap()
}

#[test]
fn no_handler_comes_to_who_exchanges_a_context() {
    on_rank_0_of(3, |node| {
        let contexts = node.contexts(&[1, 2], 1);
        node.faults.fail(1, 0, Status::RetryExceeded);
        assert_eq!(read_page(&contexts, 1), Err(Unserved::Lost(1)));
        // As long as somebody has it, it is waited for.
        let claimed = contexts.claim(2).unwrap();
        let repairer = AtomicI32::new(0);
        #[expect(clippy::disallowed_methods, reason = "another thread of the node")]
        std::thread::scope(|scope| {
            scope.spawn(|| {
                repairer.store(rustix::thread::gettid().as_raw_nonzero().get(), Ordering::SeqCst);
                contexts.repair().unwrap();
                assert_eq!(blocked_by(repairer.load(Ordering::SeqCst)), 0);
            });
            let blocks = |signal: i32| {
                let thread = repairer.load(Ordering::SeqCst);
                thread != 0 && blocked_by(thread) >> (signal - 1) & 1 == 1
            };
            // SIGUSR1 and SIGALRM. If they are never blocked, the job hangs, and that is told.
            while !blocks(10) || !blocks(14) {
                std::thread::yield_now();
            }
            drop(claimed);
        });
        assert_eq!(read_page(&contexts, 1), Ok(0));
    });
}

#[test]
fn a_context_with_one_bad_pair_still_reaches_others() {
    on_rank_0_of(3, |node| {
        node.fill(1, 1);
        node.fill(2, 2);
        let contexts = node.contexts(&[1, 2], 1);
        node.faults.fail(1, 0, Status::RetryExceeded);
        assert_eq!(read_page(&contexts, 1), Err(Unserved::Lost(1)));
        assert_eq!(read_page(&contexts, 2), Ok(2));
        assert_eq!(read_page(&contexts, 1), Err(Unserved::Lost(1)));
        contexts.repair().unwrap();
        assert_eq!(read_page(&contexts, 2), Ok(2));
        assert_eq!(read_page(&contexts, 1), Ok(1));
    });
}

#[test]
fn read_ahead_that_was_lost_is_told_to_whoever_comes_for_it() {
    for flushes in FLUSHES {
        on_rank_0_of(2, move |node| {
            node.fill(1, 5);
            let contexts = node.contexts(&[1], 1);
            flushes(&node.faults);
            node.faults.fail(1, 0, Status::RetryExceeded);
            let mut ahead = contexts.claim(1).unwrap();
            ahead.read(page(1), 0, PAGE).unwrap();
            drop(ahead);
            let mut ahead = contexts.claim_number(0).unwrap();
            assert_eq!(ahead.wait(), Err(Unserved::Lost(1)));
            drop(ahead);
            contexts.repair().unwrap();
            assert_eq!(read_page(&contexts, 1), Ok(5));
        });
    }
}

#[test]
fn read_ahead_that_went_with_its_context_is_lost() {
    on_rank_0_of(3, |node| {
        node.fill(1, 5);
        let contexts = node.contexts(&[1, 2], 1);
        node.faults.fail(2, 0, Status::RetryExceeded);
        assert_eq!(read_page(&contexts, 2), Err(Unserved::Lost(2)));
        let mut ahead = contexts.claim(1).unwrap();
        ahead.read(page(1), 0, PAGE).unwrap();
        drop(ahead);
        contexts.repair().unwrap();
        let mut ahead = contexts.claim_number(0).unwrap();
        assert!(ahead.in_flight());
        assert_eq!(ahead.wait(), Err(Unserved::Lost(1)));
        assert_eq!(ahead.wait(), Ok(()), "that is told once");
        drop(ahead);
        assert_eq!(read_page(&contexts, 1), Ok(5));
        assert_eq!(read_page(&contexts, 2), Ok(0));
    });
}

#[test]
fn a_home_that_dies_is_waited_for_no_more() {
    on_rank_0_of(3, |node| {
        node.fill(2, 2);
        let contexts = node.contexts(&[1, 2], 1);
        node.faults.silence(1);
        let mut claimed = contexts.claim(1).unwrap();
        claimed.read(page(1), 0, PAGE).unwrap();
        let dead = AtomicBool::new(false);
        #[expect(clippy::disallowed_methods, reason = "the word of a death")]
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(std::time::Duration::from_millis(20));
                dead.store(true, Ordering::SeqCst);
                node.dies(1);
            });
            assert_eq!(claimed.wait(), Err(Unserved::Dead(1)));
        });
        assert!(dead.load(Ordering::SeqCst));
        assert_eq!(claimed.read(page(1), 0, PAGE), Err(Unserved::Dead(1)));
        drop(claimed);
        assert_eq!(contexts.claim(1).err(), Some(Unserved::Dead(1)));
        // Something may still arrive in its buffer.
        assert_eq!(contexts.claim(2).err(), Some(Unserved::Lost(2)));
        assert!(contexts.claim_number(0).is_none());
        contexts.repair().unwrap();
        assert_eq!(read_page(&contexts, 2), Ok(2));
        assert_eq!(read_page(&contexts, 1), Err(Unserved::Dead(1)));
    });
}

#[test]
fn contexts_are_made_without_the_dead() {
    on_rank_0_of(3, |node| {
        node.fill(2, 2);
        node.dies(1);
        let contexts = Contexts::new(&node.endpoint, &[1, 2], 2, PAGE).unwrap();
        assert_eq!(contexts.claim(1).err(), Some(Unserved::Dead(1)));
        let mut claimed = contexts.claim(2).unwrap();
        claimed.read(page(2), 0, PAGE).unwrap();
        claimed.wait().unwrap();
        assert_eq!(byte_of(&mut claimed, 0), 2);
    });
}

#[test]
fn a_node_that_has_left_is_served_no_more() {
    on_rank_0_of(2, |node| {
        let contexts = node.contexts(&[1], 1);
        let mut claimed = contexts.claim(1).unwrap();
        node.faults.silence(1);
        claimed.read(page(1), 0, PAGE).unwrap();
        node.endpoint.give_up("stuck");
        assert_eq!(claimed.wait(), Err(Unserved::Left));
        assert_eq!(claimed.fetch_add(page(1), 1), Err(Unserved::Left));
        drop(claimed);
        assert_eq!(contexts.claim(1).err(), Some(Unserved::Left));
        assert!(contexts.repair().is_err());
        assert!(Contexts::new(&node.endpoint, &[1], 1, PAGE).is_err());
    });
}

#[test]
fn a_loss_is_explained_by_a_death_if_word_of_it_comes() {
    on_rank_0_of(2, |node| {
        let contexts = node.contexts(&[1], 1);
        let before = Paced::now();
        assert_eq!(contexts.explain(Unserved::Lost(1)), Unserved::Lost(1));
        assert!(Paced::now() - before >= WORD_OF_DEATH);
        node.dies(1);
        assert_eq!(contexts.explain(Unserved::Lost(1)), Unserved::Dead(1));
        assert_eq!(contexts.explain(Unserved::Left), Unserved::Left);
    });
}

#[test]
fn homes_are_told_of_pairs_that_are_gone() {
    Job::with_the_home(|node, home| {
        let contexts = node.contexts(&[1], 3);
        drop(contexts);
        // At leisure: with the next pair that is made, at the latest.
        let _contexts = node.contexts(&[1], 1);
        assert_eq!(home.failed_ends(0), 3);
    });
}

#[test]
fn the_own_stack_is_another_one_and_deep() {
    on_rank_0_of(2, |node| {
        node.fill(1, 5);
        let contexts = node.contexts(&[1], 1);
        let mut claimed = contexts.claim(1).unwrap();
        let here = 0u8;
        let far = |from: usize, to: usize| from.abs_diff(to) > 1 << 20;
        for _ in 0..3 {
            let read = claimed.on_own_stack(|claimed| {
                let deep = [1u8; 32 << 10];
                let there = std::hint::black_box(&deep).as_ptr().addr();
                assert!(far(there, std::ptr::from_ref(&here).addr()));
                claimed.read(page(1), 0, PAGE)?;
                claimed.on_own_stack(|claimed| {
                    let inside = 0u8;
                    assert!(!far(there, std::ptr::from_ref(&inside).addr()), "it stays there");
                    claimed.wait()
                })
            });
            assert_eq!(read, Ok(()));
            assert_eq!(byte_of(&mut claimed, 0), 5);
        }
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            claimed.on_own_stack(|_| panic!("as it should"));
        }));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"as it should"));
        claimed.read(page(1), 0, PAGE).unwrap();
        assert_eq!(claimed.on_own_stack(Claimed::wait), Ok(()));
    });
}
