//! What data-race-free programs see.

use super::*;
use crate::cluster::Rank;
use crate::testing::Job;

const ALL: [Distribution; 3] =
    [Distribution::Block, Distribution::Cyclic, Distribution::OnNode(Rank(0))];

#[test]
fn what_was_released_before_a_barrier_is_seen_after_it() {
    Job::of(3).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            for distribution in ALL {
                let name = format!("{number} {distribution}");
                let view = Plain::of(&segment(node, &name, 9, distribution), mechanism, 9);
                for round in 1..6u8 {
                    // Another node writes each time, and all have a copy of what was.
                    for page in
                        (0..9).filter(|page| (page + round as usize) % 3 == node.rank() as usize)
                    {
                        view.put(page * PAGE + round as usize, round * 10 + page as u8);
                    }
                    view.barrier(node);
                    for page in 0..9 {
                        for past in 1..=round {
                            assert_eq!(
                                view.get(page * PAGE + past as usize),
                                past * 10 + page as u8
                            );
                        }
                    }
                    // Nobody writes before all have read.
                    node.barrier().unwrap();
                }
            }
        }
    });
}

#[test]
fn four_nodes_write_one_page_byte_by_byte() {
    Job::of(4).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 2, Distribution::OnNode(Rank(1)));
            let view = Plain::of(&segment, mechanism, 2);
            for round in 1..12u8 {
                for at in (node.rank() as usize..2 * PAGE).step_by(4) {
                    // Some bytes stay as they are.
                    if !(at / 4 + round as usize).is_multiple_of(3) {
                        view.put(at, round);
                    }
                }
                view.barrier(node);
                let expected = |at: usize| match (at / 4 + round as usize) % 3 {
                    0 => round - 1,
                    _ => round,
                };
                assert!((0..2 * PAGE).all(|at| view.get(at) == expected(at)), "round {round}");
                node.barrier().unwrap();
            }
        }
    });
}

#[test]
fn a_view_of_some_bytes_is_brought_up_to_date_alone() {
    Job::of(2).run(|node| {
        let segment = segment(node, "some", 200, Distribution::OnNode(Rank(0)));
        for mechanism in mechanisms() {
            let view = Plain::of(&segment, mechanism, 200);
            let pages = [3usize, 70, 150];
            if node.rank() == 1 {
                pages.iter().for_each(|page| assert!(view.get(page * PAGE) < 255));
            }
            node.barrier().unwrap();
            let before = view.get(3 * PAGE);
            node.barrier().unwrap();
            if node.rank() == 0 {
                pages.iter().for_each(|page| view.put(page * PAGE, before + 1));
                view.release();
            }
            node.barrier().unwrap();
            if node.rank() == 1 {
                let seen = || pages.map(|page| view.get(page * PAGE) - before);
                assert_eq!(seen(), [0, 0, 0]);
                let byte = 70 * PAGE..70 * PAGE + 1;
                view.engine.acquire(&[byte.clone(), byte]).unwrap();
                assert_eq!(seen(), [0, 1, 0]);
                // What was not looked at is still found by a look at all.
                view.acquire();
                assert_eq!(seen(), [1, 1, 1]);
                assert_eq!(view.counts().dropped, 3);
                // A write to one page alone goes home.
                view.put(70 * PAGE, 100);
                view.put(150 * PAGE, 100);
                let ends = [70 * PAGE..70 * PAGE + 1, 71 * PAGE - 1..71 * PAGE];
                view.engine.release(&ends).unwrap();
                let home = Plain::of(&segment, mechanism, 200);
                assert_eq!([home.get(70 * PAGE), home.get(150 * PAGE) - before], [100, 1]);
                view.release();
                drop(home);
                let home = Plain::of(&segment, mechanism, 200);
                assert_eq!(home.get(150 * PAGE), 100);
                for page in pages {
                    view.put(page * PAGE, 0);
                }
                view.release();
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn what_is_dirty_survives_the_drop_of_its_page() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 1, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 1);
            if node.rank() == 1 {
                view.put(1, 1);
            }
            node.barrier().unwrap();
            if node.rank() == 0 {
                view.put(0, 2);
                view.release();
            }
            node.barrier().unwrap();
            if node.rank() == 1 {
                // The page has changed, and is dirty.
                view.acquire();
                assert_eq!([view.get(0), view.get(1)], [2, 1]);
                let home = Plain::of(&segment, mechanism, 1);
                assert_eq!([home.get(0), home.get(1)], [2, 1]);
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn what_was_read_ahead_before_an_acquire_is_not_used_after_it() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            for stop in [3, 8, 20, 40] {
                let name = format!("{number} {stop}");
                let segment = segment(node, &name, 200, Distribution::OnNode(Rank(0)));
                let view = Plain::of(&segment, mechanism, 400);
                for round in 1..4u8 {
                    if node.rank() == 0 {
                        (0..200).for_each(|page| view.put(page * PAGE, round));
                        view.release();
                    }
                    node.barrier().unwrap();
                    if node.rank() == 1 {
                        view.acquire();
                        // All of it; then only the beginning, with more on the way.
                        assert_eq!(view.firsts(0..200), [round; 200]);
                    }
                    node.barrier().unwrap();
                    if node.rank() == 0 {
                        (0..200).for_each(|page| view.put(page * PAGE, 100 + round));
                        view.release();
                    }
                    node.barrier().unwrap();
                    if node.rank() == 1 {
                        view.acquire();
                        assert_eq!(view.firsts(0..stop), vec![100 + round; stop]);
                    }
                    node.barrier().unwrap();
                }
            }
        }
    });
}

#[test]
fn threads_read_and_write_while_others_synchronize() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            if matches!(mechanism, Mechanism::ByHand { .. }) {
                // Nothing stops a write between touch and store.
                continue;
            }
            let segment = segment(node, &number.to_string(), 40, Distribution::OnNode(Rank(0)));
            let view = Plain::of(&segment, mechanism, 24);
            if node.rank() == 1 {
                std::thread::scope(|scope| {
                    let writers: Vec<_> = (0..2)
                        .map(|thread| {
                            let view = &view;
                            scope.spawn(move || {
                                for round in 1..=100u8 {
                                    for page in 0..40 {
                                        view.put(page * PAGE + thread, round);
                                        assert_eq!(view.get(page * PAGE + thread), round);
                                    }
                                }
                            })
                        })
                        .collect();
                    while !writers.iter().all(|writer| writer.is_finished()) {
                        view.release();
                        view.acquire();
                    }
                });
                view.release();
            }
            node.barrier().unwrap();
            view.acquire();
            let home = Plain::of(&segment, mechanism, 40);
            assert!((0..40).all(|page| [0, 1].map(|at| home.get(page * PAGE + at)) == [100, 100]));
            node.barrier().unwrap();
        }
    });
}
