//! `PANGEA_CHECK=races`: who writes the same bytes with nothing between is told, and nobody else.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod common;

use std::sync::Once;

use pangea::{Distribution, Error, Node, Race, View};

/// A job in the checked mode. All tests of this program want that.
fn job<R: Send + 'static>(
    size: u32,
    program: impl Fn(Node) -> R + Send + Sync + Clone + 'static,
) -> Vec<R> {
    static CHECK: Once = Once::new();
    // SAFETY: once, by the first test, before anything in this process looks for it; and Rust's own reads are locked against it.
    CHECK.call_once(|| unsafe { std::env::set_var("PANGEA_CHECK", "races") });
    common::job_with(size, 8 << 20, program)
}

fn view(node: &Node, name: &str, len: usize, distribution: Distribution) -> View<u64> {
    let array = node.release_array(name).len(len).distribution(distribution).create().unwrap();
    assert!(array.is_paged());
    array.view().unwrap()
}

fn put(view: &mut View<u64>, at: usize, value: u64) {
    view.write(at..=at).unwrap()[0] = value;
}

/// What the nodes' views have met, and nobody twice.
fn all(races: Vec<Vec<Race>>) -> Vec<Race> {
    races.into_iter().flatten().collect()
}

#[test]
fn two_writers_between_barriers_are_told_with_the_bytes() {
    for home in 0..3 {
        let races = all(job(3, move |node| {
            let home = Distribution::OnNode(pangea::cluster::Rank(home));
            let mut view = view(&node, "words", 2000, home);
            view.barrier().unwrap();
            match node.rank() {
                0 => view.write(600..610).unwrap().fill(1),
                1 => view.write(605..620).unwrap().fill(2),
                // On the same page.
                _ => view.write(620..630).unwrap().fill(3),
            }
            view.barrier().unwrap();
            let start = view.as_ptr().addr();
            let races = view.races();
            assert!(races.iter().all(|race| race.address == start + 605 * 8));
            node.barrier().unwrap();
            races
        }));
        assert_eq!(races.len(), 1, "{races:?}");
        let race = &races[0];
        assert_eq!((race.name.as_str(), &race.elements), ("words", &(605..610)));
        assert_eq!(race.bytes, 605 * 8..610 * 8);
        let mut ranks = race.ranks;
        ranks.sort_unstable();
        assert_eq!(ranks, [0, 1]);
        let text = race.to_string();
        for words in
            ["elements 605..610 of \"words\"", "bytes 4840..4880", "rank 0", "rank 1", "lock"]
        {
            assert!(text.contains(words), "{text}");
        }
    }
}

#[test]
fn a_write_that_only_one_side_locks_for_is_told() {
    let races = all(job(2, |node| {
        let mut view = view(&node, "counts", 1000, Distribution::Cyclic);
        let lock = node.view_lock("lock").create().unwrap();
        view.barrier().unwrap();
        if node.rank() == 0 {
            let mut held = view.lock(&lock).unwrap();
            held.write(700..701).unwrap()[0] = 1;
            held.unlock().unwrap();
        } else {
            put(&mut view, 700, 2);
        }
        view.barrier().unwrap();
        let races = view.races();
        node.barrier().unwrap();
        races
    }));
    assert_eq!(races.len(), 1, "{races:?}");
    assert_eq!(races[0].elements, 700..701);
}

#[test]
fn a_write_after_the_barrier_that_was_missed_is_told() {
    // Both sides have released, and nobody has acquired what the other did.
    let races = all(job(2, |node| {
        let mut view = view(&node, "late", 512, Distribution::Block);
        for rank in 0..2 {
            if node.rank() == rank {
                put(&mut view, 3, rank as u64 + 1);
                view.release().unwrap();
                view.acquire().unwrap();
            }
            // Time passes, but nothing that the view knows of.
            node.atomic::<u64>("turns").create().unwrap().fetch_add(1).unwrap();
            while node.atomic::<u64>("turns").create().unwrap().load().unwrap()
                < 2 * (rank as u64 + 1)
            {}
        }
        let races = view.races();
        node.barrier().unwrap();
        races
    }));
    assert_eq!(races.iter().map(|race| race.ranks).collect::<Vec<_>>(), [[1, 0]], "{races:?}");
}

#[test]
fn what_barriers_and_locks_order_is_no_race() {
    for distribution in [Distribution::Block, Distribution::Cyclic] {
        let races = all(job(4, move |node| {
            let mut view = view(&node, "shared", 3000, distribution);
            let lock = node.view_lock("lock").create().unwrap();
            let other = node.view_lock("other").create().unwrap();
            let (rank, size) = (node.rank(), node.size());
            for round in 0..6u64 {
                // Neighbors on one page, and other ones in each round.
                for at in (0..2000).filter(|at| (at + round as usize) % size == rank) {
                    put(&mut view, at, round * 10000 + at as u64);
                }
                view.barrier().unwrap();
                for _ in 0..3 {
                    let mut held = view.lock(&lock).unwrap();
                    held.write(2000..2100).unwrap().iter_mut().for_each(|value| *value += 1);
                    held.unlock().unwrap();
                    let mut held = view.lock_range(&other, 2100..2110).unwrap();
                    held.write(2100..2110).unwrap()[rank] += 1;
                    drop(held);
                }
                view.release().unwrap();
                node.barrier().unwrap();
                view.acquire().unwrap();
            }
            assert!(
                view.read(2000..2100).unwrap().iter().all(|value| *value == 6 * 3 * size as u64)
            );
            let races = view.races();
            node.barrier().unwrap();
            races
        }));
        assert_eq!(races, []);
    }
}

#[test]
fn what_was_ordered_by_way_of_others_is_no_race() {
    // 0 and 1 meet at one lock, 1 and 2 at another: a chain.
    let races = all(job(3, |node| {
        let mut view = view(&node, "chain", 600, Distribution::Block);
        let locks = ["a", "b"].map(|name| node.view_lock(name).create().unwrap());
        view.barrier().unwrap();
        let turn = node.atomic::<u64>("turn").create().unwrap();
        let mut step = |number: u64, rank: usize, lock: usize, at: usize| {
            if node.rank() == rank {
                while turn.load().unwrap() < number {}
                let mut held = view.lock(&locks[lock]).unwrap();
                held.write(at..=at).unwrap()[0] += 1;
                held.unlock().unwrap();
                turn.fetch_add(1).unwrap();
            }
        };
        step(0, 0, 0, 5);
        step(1, 1, 0, 6);
        step(2, 1, 1, 7);
        step(3, 2, 1, 5);
        view.barrier().unwrap();
        assert_eq!(view.read(5..6).unwrap()[0], 2);
        let races = view.races();
        node.barrier().unwrap();
        races
    }));
    assert_eq!(races, []);
}

#[test]
fn an_array_that_was_released_leaves_no_accusations() {
    let races = all(job(2, |node| {
        let mut races = Vec::new();
        for _ in 0..3 {
            let array = node.release_array::<u64>("again").len(512).create().unwrap();
            let mut view = array.view().unwrap();
            node.barrier().unwrap();
            put(&mut view, node.rank(), 1);
            view.barrier().unwrap();
            races.extend(view.races());
            drop(view);
            node.barrier().unwrap();
            array.release().unwrap();
            node.barrier().unwrap();
        }
        Ok::<_, Error>(races)
    })
    .into_iter()
    .map(Result::unwrap)
    .collect());
    assert_eq!(races, []);
}

#[test]
fn where_pages_move_races_are_told_and_what_a_settle_orders_is_none() {
    for races_in_it in [false, true] {
        let races = all(job(3, move |node| {
            let mut view = view(&node, "moving", 3000, Distribution::FirstTouch);
            let (rank, size) = (node.rank(), node.size());
            for round in 0..4usize {
                // Another one in each round, with nothing between but these.
                if round % size == rank {
                    put(&mut view, 700, round as u64 + 1);
                }
                match round % 2 {
                    0 => view.settle().unwrap(),
                    _ => view.move_to(.., round % size).unwrap(),
                }
            }
            if races_in_it && rank < 2 {
                put(&mut view, 2000, rank as u64 + 1);
            }
            view.settle().unwrap();
            assert_eq!(view.read(700..701).unwrap()[0], 4);
            let races = view.races();
            node.barrier().unwrap();
            races
        }));
        let elements: Vec<_> = races.iter().map(|race| race.elements.clone()).collect();
        let expected = races_in_it.then_some(2000..2001).into_iter();
        assert_eq!(elements, expected.collect::<Vec<_>>(), "{races:?}");
    }
}
