//! What it costs, counted.

use std::ops::Range;
use std::slice;
use std::time::{Duration, Instant};

use verbs_shim::{OperationKind, Status};

use super::*;
use crate::cluster::Rank;
use crate::testing::Job;

/// READs that an acquire has posted to rank 0 since the last call, and their bytes.
fn reads(node: &TestNode) -> Vec<usize> {
    let posted = node.faults.take_posted(0).into_iter();
    posted.filter(|(kind, _)| *kind == OperationKind::Read).map(|(_, len)| len).collect()
}

#[test]
fn an_acquire_costs_what_has_changed_and_not_what_is_here() {
    Job::of(2).run(|node| {
        let by_hand = Mechanism::ByHand { relax: Paced::relax };
        let segment = segment(node, "large", 3000, Distribution::OnNode(Rank(0)));
        let view = Plain::of(&segment, by_hand, 3000);
        view.barrier(node);
        let mut changed = 0;
        for cached in [0, 3000] {
            if node.rank() == 1 {
                view.firsts(0..cached);
                node.faults.take_posted(0);
                let before = view.counts();
                view.acquire();
                // One row of one pair: 3000 pages are 47 groups.
                assert_eq!(reads(node), [16]);
                assert_eq!(view.counts().counter_reads - before.counter_reads, 1);
            }
            node.barrier().unwrap();
            changed += 1;
            if node.rank() == 0 {
                // Ten pages in ten groups, no two side by side.
                (0..10).for_each(|i| view.put((i * 4 * 64 + 5) * PAGE, changed));
                view.release();
            }
            node.barrier().unwrap();
            if node.rank() == 1 {
                let before = view.counts();
                node.faults.take_posted(0);
                view.acquire();
                let mut expected = vec![16, 47 * 16];
                expected.extend([64 * 16; 10]);
                assert_eq!(reads(node), expected);
                let after = view.counts();
                let dropped = if cached > 0 { 10 } else { 0 };
                assert_eq!(after.dropped - before.dropped, dropped);
                assert_eq!(view.firsts(0..6), [0, 0, 0, 0, 0, changed]);
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn a_release_sends_changed_bytes_then_counts_each_level_once() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 130, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 130);
            if node.rank() == 1 {
                view.acquire();
                for page in [0, 1, 64] {
                    view.put(page * PAGE, 1);
                    view.put(page * PAGE + 9, 2);
                }
                node.faults.take_posted(0);
                node.faults.take_doorbells(0);
                view.release();
                let posted = node.faults.take_posted(0);
                let expected = [
                    vec![(OperationKind::Write, 1); 6],
                    // Three pages, two groups, one top.
                    vec![(OperationKind::FetchAdd, 8); 6],
                ];
                assert_eq!(posted, expected.concat());
                assert_eq!(node.faults.take_doorbells(0), 1);
                // Nobody else has written, so what it has is up to date.
                let before = view.counts();
                view.acquire();
                assert_eq!(reads(node), [16]);
                assert_eq!(view.counts().dropped, before.dropped);
                view.release();
                assert_eq!(node.faults.take_posted(0), []);
                // Written, but as it was.
                view.put(0, 1);
                view.release();
                assert_eq!(node.faults.take_posted(0), []);
                let counts = view.counts();
                assert_eq!((counts.bytes_home, counts.writes_home, counts.compared), (6, 6, 4));
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn a_release_asks_all_homes_at_once() {
    Job::of(3).run(|node| {
        let by_hand = Mechanism::ByHand { relax: Paced::relax };
        let segment = segment(node, "spread", 9, Distribution::Block);
        let view = Plain::of(&segment, by_hand, 32);
        view.barrier(node);
        if node.rank() == 2 {
            (0..6).for_each(|page| view.put(page * PAGE, 3));
            for home in 0..2 {
                node.faults.take_posted(home);
                node.faults.take_doorbells(home);
                node.faults.hold(home);
            }
            #[expect(clippy::disallowed_methods, reason = "another thread of the node")]
            std::thread::scope(|scope| {
                let release = scope.spawn(|| view.release());
                // Three pages, one group, one top. No home has answered, and both are asked.
                let limit = Instant::now() + Duration::from_secs(20);
                let mut asked = [0; 2];
                while asked != [3 + 5; 2] && Instant::now() < limit {
                    for (home, asked) in (0..).zip(&mut asked) {
                        *asked += node.faults.take_posted(home).len();
                    }
                }
                assert!(!release.is_finished());
                (0..2).for_each(|home| node.faults.release(home));
                assert_eq!(asked, [8; 2]);
            });
            assert_eq!(node.faults.take_doorbells(0), 1);
        }
        node.barrier().unwrap();
        view.acquire();
        assert_eq!(view.firsts(0..9), [3, 3, 3, 3, 3, 3, 0, 0, 0]);
        node.barrier().unwrap();
    });
}

#[test]
fn homes_that_fail_amid_a_release_to_all_are_asked_again() {
    Job::of(3).run(|node| {
        let by_hand = Mechanism::ByHand { relax: Paced::relax };
        let segment = segment(node, "failing", 9, Distribution::Block);
        let view = Plain::of(&segment, by_hand, 32);
        view.barrier(node);
        if node.rank() == 2 {
            for (step, home) in (0..8).flat_map(|step| [(step, 0), (step, 1)]) {
                let value = (2 * step) as u8 + home as u8 + 1;
                // One of them in slots.
                (0..6).for_each(|page| view.put(page * PAGE + 5, value));
                (0..600).for_each(|at| view.put(4 * PAGE + at, value));
                match step % 2 {
                    0 => node.faults.fail(home, step, Status::RetryExceeded),
                    _ => node.faults.lose_answer(home, step),
                }
                view.release();
                assert!(!node.faults.is_pending(home), "step {step} at {home}");
                let seen = Plain::of(&segment, by_hand, 9);
                assert_eq!([0, 1, 2, 3, 4, 5].map(|page| seen.get(page * PAGE + 5)), [value; 6]);
                assert_eq!(seen.get(4 * PAGE + 599), value);
            }
        }
        node.barrier().unwrap();
    });
}

#[test]
fn what_lies_between_changed_bytes_goes_with_them_where_nobody_else_writes() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 4, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 4);
            if node.rank() == 1 {
                view.acquire();
                let put = || (0..40).step_by(4).for_each(|at| view.put(at, view.get(at) + 1));
                let writes = || {
                    let posted = node.faults.take_posted(0).into_iter();
                    let writes = posted.filter(|(kind, _)| *kind == OperationKind::Write);
                    writes.map(|(_, bytes)| bytes).collect::<Vec<_>>()
                };
                writes();
                put();
                view.release();
                assert_eq!(writes(), [1; 10]);
                put();
                view.engine.release(slice::from_ref(&(0..60))).unwrap();
                assert_eq!(writes(), [37]);
                // Bytes before 9, and from 31 on, may be written by others.
                put();
                view.engine.release(slice::from_ref(&(9..31))).unwrap();
                assert_eq!(writes(), [1, 1, 21, 1, 1]);
                // A longer gap costs more than a WRITE.
                put();
                view.put(700, 1);
                view.engine.release(slice::from_ref(&(0..PAGE))).unwrap();
                assert_eq!(writes(), [37, 1]);
            }
            node.barrier().unwrap();
            view.acquire();
            let seen: Vec<u8> = (0..40).map(|at| view.get(at)).collect();
            assert_eq!(seen, [4, 0, 0, 0].repeat(10));
            node.barrier().unwrap();
        }
    });
}

#[test]
fn own_pages_cost_no_network_and_no_copy() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 8, Distribution::Block);
            let view = Plain::of(&segment, mechanism, 8);
            view.barrier(node);
            let mine = node.rank() as usize * 4;
            node.faults.take_posted(0);
            node.faults.take_posted(1);
            for page in mine..mine + 4 {
                view.put(page * PAGE, 7);
            }
            view.release();
            assert_eq!(node.faults.take_posted(0), []);
            assert_eq!(node.faults.take_posted(1), []);
            let counts = view.counts();
            assert_eq!((counts.fetched, counts.twins, counts.compared), (0, 0, 0));
            node.barrier().unwrap();
            view.acquire();
            assert_eq!(view.firsts(0..8), [7; 8]);
            node.barrier().unwrap();
        }
    });
}

#[test]
fn a_page_that_is_always_written_faults_less_and_less_often() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 2, Distribution::Block);
            let view = Plain::of(&segment, mechanism, 2);
            view.barrier(node);
            let mut twins = Vec::new();
            // The other node's page; and its own, which has no twins, but as many faults.
            let theirs = 1 - node.rank() as usize;
            let before = view.counts();
            for round in 1..=30u8 {
                view.put(theirs * PAGE, round);
                view.put((1 - theirs) * PAGE + 1, round);
                view.release();
                twins.push(view.counts().twins);
            }
            // Three times, then open for eight releases, closed, and open again at once, for sixteen.
            let expected: Vec<u64> = (1..=30)
                .map(|release| match release {
                    1..=4 => release,
                    5..=12 => 4,
                    13..=29 => 5,
                    _ => 6,
                })
                .collect();
            assert_eq!(twins, expected);
            let after = view.counts();
            assert_eq!(after.bytes_home - before.bytes_home, 30);
            // One fetch; the faults of first writes to pages that are there bring nothing.
            assert_eq!(after.fetched, 1);
            node.barrier().unwrap();
            view.acquire();
            for page in 0..2 {
                assert_eq!([view.get(page * PAGE), view.get(page * PAGE + 1)], [30, 30]);
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn own_pages_that_were_written_together_are_opened_together() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 400, Distribution::Block);
            let view = Plain::of(&segment, mechanism, 400);
            view.barrier(node);
            let mine = node.rank() as usize * 200;
            let write = |pages: Range<usize>, value: u8| {
                let before = view.counts().faults;
                pages.for_each(|page| view.put((mine + page) * PAGE, value));
                view.release();
                view.counts().faults - before
            };
            assert_eq!(write(0..150, 1), 150);
            // Pages that are open already tell nobody, so three times 64 at most.
            assert_eq!(write(0..150, 2), 3);
            // Those that were not written then are not opened with them.
            assert_eq!(write(150..160, 3), 10);
            assert_eq!(write(140..160, 4), 2);
            node.barrier().unwrap();
            view.acquire();
            let other = 200 - mine;
            let firsts = view.firsts(other..other + 161);
            let expected = |page| match page {
                0..140 => 2,
                140..160 => 4,
                _ => 0,
            };
            assert_eq!(firsts, (0..161).map(expected).collect::<Vec<u8>>());
            node.barrier().unwrap();
        }
    });
}

#[test]
fn a_small_cache_gives_way() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 300, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 8);
            if node.rank() == 1 {
                // More than there is room for, dirty all of them.
                (0..300).for_each(|page| view.put(page * PAGE + 3, page as u8 | 1));
                let counts = view.counts();
                assert!(counts.evicted >= 290, "{counts:?}");
                let used = || view.engine.core().budget.used() / PAGE;
                assert!(used() <= 9, "{} pages, {mechanism}", used());
                assert!((0..300).all(|page| view.get(page * PAGE + 3) == page as u8 | 1));
                assert!(used() <= 9, "{} pages, {mechanism}", used());
                view.release();
            }
            node.barrier().unwrap();
            view.acquire();
            assert!((0..300).all(|page| view.get(page * PAGE + 3) == page as u8 | 1));
            node.barrier().unwrap();
        }
    });
}

#[test]
fn pages_that_were_dropped_take_no_room_from_others() {
    // So far from each other that each comes alone.
    const SOME: [usize; 4] = [0, 9, 27, 17];
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 40, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 8);
            let used = || view.engine.core().budget.used() / PAGE;
            let kept = if view.engine.paged().keeps_memory() { SOME.len() } else { 0 };
            for round in 1..6 {
                if node.rank() == 0 {
                    (0..40).for_each(|page| view.put(page * PAGE, round));
                }
                view.barrier(node);
                if node.rank() == 1 {
                    assert_eq!(used(), if round > 1 { kept } else { 0 }, "{mechanism}");
                    if round == 5 {
                        assert_eq!(view.firsts(0..40), [round; 40]);
                        assert!(used() <= 9, "{} pages, {mechanism}", used());
                    } else {
                        assert_eq!(SOME.map(|page| view.get(page * PAGE)), [round; 4]);
                        assert_eq!((used(), view.counts().evicted), (SOME.len(), 0), "{mechanism}");
                    }
                }
                view.barrier(node);
            }
        }
    });
}

#[test]
fn pages_in_a_row_are_fetched_together_and_ahead() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 1000, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 1000);
            if node.rank() == 0 {
                (0..1000).for_each(|page| view.put(page * PAGE + 8, page as u8));
                view.release();
            }
            node.barrier().unwrap();
            if node.rank() == 1 {
                node.faults.take_posted(0);
                assert!((0..1000).all(|page| view.get(page * PAGE + 8) == page as u8));
                let counts = view.counts();
                // 1, 1, 2, 4, ... 64 pages at a time.
                assert_eq!(counts.fetched, 1000);
                assert!(counts.faults <= 24, "{counts:?}");
                assert_eq!(counts.read_ahead, 1000 - counts.faults);
                let reads = reads(node);
                assert_eq!(reads.iter().sum::<usize>(), 1000 * PAGE);
                assert_eq!(reads.iter().max(), Some(&(64 * PAGE)));
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn pages_at_a_stride_are_fetched_together_and_pages_at_random_alone() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 1000, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 1000);
            if node.rank() == 1 {
                for page in (0..600).step_by(3) {
                    assert_eq!(view.get(page * PAGE), 0);
                }
                let counts = view.counts();
                // A window may end in vain.
                assert!((200..=216).contains(&counts.fetched), "{counts:?}");
                assert!(counts.faults <= 30, "{counts:?}");
                for page in (0..300).map(|i| (i * i * 7919 + i * 104_729) % 1000) {
                    assert_eq!(view.get(page * PAGE), 0);
                }
                let random = view.counts();
                let ahead = random.read_ahead - counts.read_ahead;
                assert!(ahead * 5 <= random.fetched - counts.fetched, "{random:?}");
            }
            node.barrier().unwrap();
        }
    });
}
