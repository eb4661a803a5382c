//! Queue pairs that fail, and homes that die.

use verbs_shim::{OperationKind, Status};

use super::*;
use crate::cluster::{Epoch, Rank};
use crate::testing::Job;

#[test]
fn a_release_that_is_lost_is_repeated() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 3, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 8);
            if node.rank() == 1 {
                for (step, with_effect) in (0..8).flat_map(|step| [(step, false), (step, true)]) {
                    let value = (1 + 2 * step + usize::from(with_effect)) as u8;
                    for page in 0..3 {
                        view.put(page * PAGE + 17, value);
                    }
                    match with_effect {
                        true => node.faults.lose_answer(0, step),
                        false => node.faults.fail(0, step, Status::RetryExceeded),
                    }
                    view.release();
                    assert!(!node.faults.is_pending(0), "step {step}, {with_effect}, {mechanism}");
                    // What was counted twice is dropped in vain, and read again.
                    view.acquire();
                    for page in 0..3 {
                        assert_eq!(view.get(page * PAGE + 17), value);
                    }
                    let home = Plain::of(&segment, mechanism, 3);
                    assert_eq!(
                        (0..3).map(|page| home.get(page * PAGE + 17)).collect::<Vec<_>>(),
                        [value; 3]
                    );
                }
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn what_is_too_long_to_get_through_goes_home_and_is_looked_at_in_pieces() {
    Job::of(2).run(|node| {
        let by_hand = Mechanism::ByHand { relax: Paced::relax };
        let segment = segment(node, "long", 3000, Distribution::OnNode(Rank(0)));
        let view = Plain::of(&segment, by_hand, 3000);
        view.barrier(node);
        if node.rank() == 1 {
            view.engine.populate(0..3 * PAGE, Access::Write).unwrap();
            (0..3 * PAGE).for_each(|at| view.put(at, 7));
            node.faults.take_posted(0);
            node.faults.fail_longer(0, 700);
            view.release();
            let posted = node.faults.take_posted(0);
            let writes = posted.iter().filter(|(kind, _)| *kind == OperationKind::Write);
            let lens: Vec<usize> = writes.map(|(_, len)| *len).collect();
            assert_eq!(lens.iter().filter(|&&len| len <= 700).sum::<usize>(), 3 * PAGE);
            let pages = (0..3).filter(|page| view.engine.core().table.room(*page).is_some());
            assert_eq!(pages.count(), 0, "what has gone home needs no twin");
        }
        node.barrier().unwrap();
        if node.rank() == 0 {
            assert!((0..3 * PAGE).all(|at| view.get(at) == 7));
            (0..3000).step_by(65).for_each(|page| view.put(page * PAGE, 8));
            view.release();
        }
        node.barrier().unwrap();
        if node.rank() == 1 {
            // Rows of counters are longer than that.
            view.acquire();
            node.faults.fail_longer(0, usize::MAX);
            let firsts = view.firsts(0..66);
            assert_eq!(firsts, [&[8, 7, 7][..], &[0; 62], &[8]].concat());
        }
        node.barrier().unwrap();
    });
}

#[test]
fn pages_that_do_not_come_together_are_fetched_fewer_at_a_time() {
    Job::of(2).run(|node| {
        let by_hand = Mechanism::ByHand { relax: Paced::relax };
        let segment = segment(node, "wide", 300, Distribution::OnNode(Rank(0)));
        let view = Plain::of(&segment, by_hand, 300);
        if node.rank() == 1 {
            node.faults.fail_longer(0, 10 * PAGE);
            view.engine.populate(0..250 * PAGE, Access::Read).unwrap();
            node.faults.fail_longer(0, usize::MAX);
            view.engine.populate(250 * PAGE..300 * PAGE, Access::Read).unwrap();
            assert_eq!(view.firsts(0..300), [0; 300]);
        }
        node.barrier().unwrap();
    });
}

#[test]
fn a_fetch_that_is_lost_is_repeated_by_another_context_or_after_repair() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 64, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 64);
            if node.rank() == 0 {
                (0..64).for_each(|page| view.put(page * PAGE, page as u8));
                view.release();
            }
            node.barrier().unwrap();
            if node.rank() == 1 {
                let mut page = 0;
                for step in [0, 0, 0, 0, 0, 0] {
                    node.faults.fail(0, step, Status::RetryExceeded);
                    // Pages that nobody expects.
                    page = (page + 37) % 64;
                    view.engine.populate(page * PAGE..page * PAGE + 1, Access::Read).unwrap();
                    assert_eq!(view.get(page * PAGE), page as u8);
                    assert!(!node.faults.is_pending(0));
                }
                assert_eq!(view.firsts(0..64), (0..64).collect::<Vec<u8>>());
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn an_eviction_that_is_lost_is_made_up_for() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            for step in 0..5 {
                let name = format!("{number} {step}");
                let segment = segment(node, &name, 40, Distribution::OnNode(Rank(0)));
                let view = Plain::of(&segment, mechanism, 4);
                if node.rank() == 1 {
                    (0..4).for_each(|page| view.put(page * PAGE, 1));
                    node.faults.fail(0, step, Status::RetryExceeded);
                    for page in 4..40 {
                        view.engine.populate(page * PAGE..page * PAGE + 1, Access::Write).unwrap();
                        view.put(page * PAGE, 1);
                    }
                    view.release();
                    view.acquire();
                    assert_eq!(view.firsts(0..40), [1; 40]);
                }
                node.barrier().unwrap();
            }
        }
    });
}

#[test]
fn changes_that_cannot_go_home_fill_the_cache_and_are_not_lost() {
    const PAGES: usize = 400;
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let name = number.to_string();
            let segment = segment(node, &name, PAGES, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 4);
            if node.rank() == 1 {
                (0..4).for_each(|page| view.put(page * PAGE, 1));
                node.faults.fail(0, 0, Status::RetryExceeded);
                // By faults alone, which repair nothing.
                let paged = view.engine.paged();
                let start = |page: usize| page * PAGE..page * PAGE + 1;
                let full = (4..PAGES).find_map(|page| {
                    let error = paged.populate(start(page), Access::Write).err()?;
                    Some((page, error.to_string()))
                });
                let (full, told) = full.expect("there is an end to what it may take");
                assert!(!node.faults.is_pending(0) && full > 200, "{full}");
                assert!(
                    told.contains("the cache is full of changes that cannot be sent home"),
                    "{told}"
                );
                (4..full).for_each(|page| view.put(page * PAGE, 1));
                // By a call, which repairs.
                view.engine.populate(start(full), Access::Write).unwrap();
                view.put(full * PAGE, 1);
                view.release();
                let home = Plain::of(&segment, mechanism, PAGES);
                assert!(home.firsts(0..full + 1).iter().all(|&byte| byte == 1));
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn a_dead_home_is_named() {
    Job::of(2).run(|node| {
        if node.rank() == 0 {
            return;
        }
        let by_hand = Mechanism::ByHand { relax: Paced::relax };
        let segment = segment(node, "lost", 4, Distribution::OnNode(Rank(0)));
        let view = Plain::of(&segment, by_hand, 4);
        view.put(0, 1);
        node.endpoint.health().node_died(Rank(0), "killed".to_owned(), Epoch(9));
        says(view.engine.populate(PAGE..PAGE + 1, Access::Read), "rank 0");
        says(view.engine.release(&[]), "rank 0");
        says(view.engine.acquire(&[]), "rank 0");
        // Once more: nothing was forgotten, nothing hangs.
        says(view.engine.release(&[]), "rank 0");
        assert_eq!(view.get(0), 1);
    });
}

#[test]
fn a_dead_home_of_a_log_of_races_does_not_keep_others_from_being_seen() {
    Job::of(3).run(|node| {
        let clocks = Arc::new(Clocks::new(&node.endpoint).unwrap());
        let segment = segment(node, "checked", 3, Distribution::Block);
        let view = Plain::checked(&segment, &clocks);
        if node.rank() == 1 {
            assert_eq!(view.get(0), 0);
            view.put(2 * PAGE, 1);
        }
        node.barrier().unwrap();
        if node.rank() == 0 {
            view.put(0, 7);
            view.release();
        }
        node.barrier().unwrap();
        if node.rank() == 1 {
            node.endpoint.health().node_died(Rank(2), "killed".to_owned(), Epoch(9));
            says(view.engine.release(&[]), "rank 2");
            says(view.engine.acquire(&[]), "rank 2");
            assert_eq!(view.get(0), 7, "rank 0 lives, and has released it");
        }
    });
}

#[test]
fn locks_go_on_where_the_times_for_races_are_lost() {
    Job::of(2).run(|node| {
        let clocks = Arc::new(Clocks::new(&node.endpoint).unwrap());
        node.barrier().unwrap();
        if node.rank() == 1 {
            clocks.locked("a lock").unwrap();
            clocks.unlocks("a lock").unwrap();
            node.endpoint.health().node_died(Rank(0), "killed".to_owned(), Epoch(9));
            clocks.locked("a lock").unwrap();
            clocks.locked("another").unwrap();
            clocks.unlocks("a lock").unwrap();
        }
    });
}
