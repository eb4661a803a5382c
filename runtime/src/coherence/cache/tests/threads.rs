use std::sync::atomic::{AtomicBool, AtomicU64};
use std::thread;

use super::*;

/// Threads of a test, more than there are cores.
const THREADS: u64 = 4;

/// Numbers that are as good as random, and the same each time.
fn mixed(seed: u64, step: u64) -> u64 {
    let mut x = (seed << 32 ^ step).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The budget has room for a few, so that whatever is read is about to be freed.
#[test]
fn nothing_is_freed_that_is_read() {
    let node = Node::new(4096);
    let table = node.table(300);
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let (node, table) = (&node, &table);
            scope.spawn(move || {
                let handle = node.handle();
                for step in 0..8000 {
                    let guard = handle.pin();
                    let mut read = Vec::new();
                    for more in 0..4 {
                        let random = mixed(seed, 4 * step + more);
                        let block = random % 300;
                        let found = match random >> 32 & 3 {
                            0 => None,
                            _ => table.find(block, &guard),
                        };
                        let copy = found.unwrap_or_else(|| {
                            keep(table, block, random >> 40, 64 << (block % 3), &guard)
                        });
                        read.push((block, copy));
                    }
                    if step % 16 == 0 {
                        thread::yield_now();
                    }
                    for (block, copy) in read {
                        check_copy(copy, block);
                    }
                }
            });
        }
    });
    node.check(&[&table]);
}

#[test]
fn the_budget_holds_at_every_moment() {
    let node = Node::new(32 << 10);
    let table = node.table(2000);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..THREADS)
            .map(|seed| {
                let (node, table) = (&node, &table);
                scope.spawn(move || {
                    let handle = node.handle();
                    for step in 0..5000 {
                        let random = mixed(seed, step);
                        let guard = handle.pin();
                        match random >> 32 & 7 {
                            0 => table.drop_copy(random % 2000, &guard),
                            _ => {
                                keep(table, random % 2000, step + 1, 64 << (random % 4), &guard);
                            }
                        }
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                let used = node.cache.used();
                assert!(used <= 32 << 10, "{used} bytes");
                thread::yield_now();
            }
        });
        for writer in writers {
            let outcome = writer.join();
            if outcome.is_err() {
                done.store(true, Ordering::Release);
            }
            outcome.expect("no panic");
        }
        done.store(true, Ordering::Release);
    });
    node.check(&[&table]);
}

/// There is room for all, so that a copy that is gone for an older one would be seen.
#[test]
fn time_never_goes_back_for_those_who_read() {
    let node = Node::new(1 << 20);
    let table = node.table(8);
    let time = AtomicU64::new(1);
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let (node, table, time) = (&node, &table, &time);
            scope.spawn(move || {
                let handle = node.handle();
                let mut seen = [0; 8];
                for step in 0..20_000 {
                    let random = mixed(seed, step);
                    let block = random % 8;
                    let guard = handle.pin();
                    let copy = if random >> 32 & 1 == 0 {
                        table.find(block, &guard)
                    } else {
                        // What this thread has got may be old by now, or what others have already.
                        let wts = time.fetch_add(random >> 33 & 1, Ordering::Relaxed);
                        let wts = wts.saturating_sub(random >> 34 & 3);
                        let copy = keep(table, block, wts, 64, &guard);
                        assert!(copy.wts().0 >= wts);
                        Some(copy)
                    };
                    let Some(copy) = copy else { continue };
                    check_copy(copy, block);
                    let last = &mut seen[block as usize];
                    assert!(copy.wts().0 >= *last, "block {block} was newer before");
                    *last = copy.wts().0;
                }
            });
        }
    });
    node.check(&[&table]);
}

#[test]
fn a_lease_grows_to_the_longest_of_all_threads() {
    let node = Node::new(1 << 20);
    let table = node.table(1);
    keep(&table, 0, 10, 64, &node.handle().pin());
    thread::scope(|scope| {
        for first in 0..THREADS {
            let (node, table) = (&node, &table);
            scope.spawn(move || {
                let guard = node.handle().pin();
                let copy = table.find(0, &guard).expect("there is room");
                for length in (first..4000).step_by(THREADS as usize) {
                    copy.renew(known(10, length).lease, length);
                    assert!(copy.rts() >= 10 + length && copy.is_fresh(length));
                    assert!(copy.known().rts().0 >= 10 + length);
                }
            });
        }
    });
    let guard = node.handle().pin();
    let copy = table.find(0, &guard).expect("there is room");
    assert_eq!((copy.rts(), copy.known()), (4009, known(10, 3999)));
    assert!(copy.is_fresh(3999) && !copy.is_fresh(4000));
}

#[test]
fn tables_come_and_go_while_others_are_used() {
    let node = Node::new(16 << 10);
    let lasting = node.table(500);
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let (node, lasting) = (&node, &lasting);
            scope.spawn(move || {
                let handle = node.handle();
                for step in 0..300 {
                    let passing = node.table(500);
                    let guard = handle.pin();
                    let mut read = Vec::new();
                    for more in 0..20 {
                        let block = mixed(seed, 20 * step + more) % 500;
                        read.push((block, keep(&passing, block, 1, 64, &guard)));
                        read.push((block, keep(lasting, block, step + 1, 128, &guard)));
                    }
                    drop(passing);
                    for (block, copy) in read {
                        check_copy(copy, block);
                    }
                }
            });
        }
    });
    node.check(&[&lasting]);
    drop(lasting);
    assert_eq!(node.cache.used(), 0);
}
