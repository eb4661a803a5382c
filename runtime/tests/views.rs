//! Views: plain memory that nodes share, on every distribution, and what safe code can do with it.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::single_range_in_vec_init,
    reason = "tests use the system as it is"
)]

mod common;

use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use common::{job, job_with, provider};
use pangea::cluster::Rank;
use pangea::{Access, Distribution, Error, LockError, Model, Node, View};
use verbs_shim::provider::Choice;

fn distributions(size: usize) -> [Distribution; 5] {
    [
        Distribution::Block,
        Distribution::Cyclic,
        Distribution::BlockCyclic { block: 3 },
        Distribution::OnNode(Rank(size as u32 - 1)),
        Distribution::FirstTouch,
    ]
}

/// The elements of one node when all share them equally, wherever their pages are.
fn share(node: &Node, len: usize) -> Range<usize> {
    let each = len.div_ceil(node.size());
    (node.rank() * each).min(len)..((node.rank() + 1) * each).min(len)
}

fn view_of(node: &Node, name: &str, len: usize) -> View<u64> {
    node.release_array(name).len(len).create().unwrap().view().unwrap()
}

#[track_caller]
fn says<T>(result: Result<T, Error>, parts: &[&str]) {
    let text = result.err().expect("must fail").to_string();
    for part in parts {
        assert!(text.contains(part), "{text:?} does not say {part:?}");
    }
}

#[test]
fn what_one_writes_all_read_after_a_barrier() {
    for size in [1, 3] {
        job(size, |node| {
            for distribution in distributions(node.size()) {
                for len in [1, 513, 1500] {
                    let array = node.release_array::<u64>(&format!("{distribution} {len}"));
                    let array = array.len(len).distribution(distribution).create().unwrap();
                    let mut view = array.view().unwrap();
                    assert!(view.read(..).unwrap().iter().all(|&value| value == 0));
                    view.barrier().unwrap();
                    for round in 1..3 {
                        // Neighbors on one page are written by different nodes.
                        for start in (node.rank() * 7..len).step_by(node.size() * 7) {
                            let mut some = view.write(start..len.min(start + 7)).unwrap();
                            for (index, value) in (start..).zip(&mut *some) {
                                *value = (round * len + index) as u64;
                            }
                        }
                        view.barrier().unwrap();
                        let all = view.read(..).unwrap();
                        assert!((0..).zip(&*all).all(|(i, v)| *v == (round * len + i) as u64));
                        view.barrier().unwrap();
                    }
                    drop(view);
                    node.barrier().unwrap();
                    array.release().unwrap();
                }
            }
        });
    }
}

#[test]
fn the_setting_says_how_pages_are_reached() {
    let paged = |view: String| view.starts_with("paged");
    let expected = provider() != Choice::Shm || std::env::var("PANGEA_VIEW").is_ok_and(paged);
    job(2, move |node| {
        let array = node.release_array::<u64>("pages").len(10_000).on_node(1).create().unwrap();
        assert_eq!(array.is_paged(), expected);
        let view = array.view().unwrap();
        assert_eq!(view.read(..).unwrap().iter().sum::<u64>(), 0);
        assert_eq!(view.counts().fetched > 0, expected && node.rank() == 0);
        node.barrier().unwrap();
    });
}

#[test]
fn elements_may_lie_on_two_pages() {
    job(3, |node| {
        let array =
            node.release_array::<[u8; 24]>("odd").len(1000).distribution(Distribution::Cyclic);
        let array = array.create().unwrap();
        let mut view = array.view().unwrap();
        let element = |i: usize| std::array::from_fn::<u8, 24, _>(|b| (i * 31 + b) as u8);
        for i in (node.rank()..1000).step_by(3) {
            view.write(i..i + 1).unwrap()[0] = element(i);
        }
        view.barrier().unwrap();
        assert!(view.read(..).unwrap().iter().enumerate().all(|(i, e)| *e == element(i)));
        node.barrier().unwrap();
    });
}

#[test]
fn each_element_is_in_the_local_range_of_one_node() {
    for size in [1, 2, 3] {
        job(size, |node| {
            for (at, len) in [1, 100, 1024, 1025, 4000].into_iter().enumerate() {
                let array = node.release_array::<[u8; 24]>(&format!("block {len}")).len(len);
                let mut view = array.create().unwrap().view().unwrap();
                let name = format!("counts {len}");
                let mut owners =
                    node.release_array::<u8>(&name).len(len).create().unwrap().view().unwrap();
                let mine = view.local_range().expect("one range");
                for owner in &mut *owners.write(mine.clone()).unwrap() {
                    *owner += 1;
                }
                view.write(mine).unwrap().fill([at as u8; 24]);
                node.view_barrier(&mut [&mut view, &mut owners]).unwrap();
                assert!(owners.read(..).unwrap().iter().all(|&owners| owners == 1));
                assert!(view.read(..).unwrap().iter().all(|bytes| *bytes == [at as u8; 24]));
                node.barrier().unwrap();
            }
            let cyclic = node.release_array::<u64>("cyclic").len(5000);
            let cyclic = cyclic.distribution(Distribution::Cyclic).create().unwrap();
            assert_eq!(cyclic.view().unwrap().local_range().is_some(), node.size() == 1);
        });
    }
}

#[test]
fn rows_are_written_beside_their_neighbors() {
    job(2, |node| {
        let mut view = view_of(&node, "grid", 3000);
        if node.is_leader() {
            view.write(..1000).unwrap().fill(1);
            view.write(2000..).unwrap().fill(2);
        }
        view.barrier().unwrap();
        let mine = share(&node, 1000);
        let (mut row, [above, below]) =
            view.write_beside(1000 + mine.start..1000 + mine.end, [0..1000, 2000..3000]).unwrap();
        for (at, cell) in (mine.start..).zip(&mut *row) {
            *cell = above[at] + below[at];
        }
        view.barrier().unwrap();
        assert!(view.read(1000..2000).unwrap().iter().all(|&value| value == 3));
        let overlap = view.write_beside(0..10, [20..30, 9..12]).map(|_| ());
        says(overlap, &["elements 0..10 of \"grid\"", "beside 9..12", "without common"]);
        says(view.write_beside(0..10, [3000..3001]).map(|_| ()), &["3001", "3000 elements"]);
        view.write_beside(10..20, [0..10, 20..30, 5..5, 15..15]).map(|_| ()).unwrap();
        node.barrier().unwrap();
    });
}

#[test]
fn locks_order_what_nodes_write() {
    const ROUNDS: u64 = 50;
    job(3, |node| {
        let mut view = view_of(&node, "sums", 4000);
        let lock = node.view_lock("lock").create().unwrap();
        for _ in 0..ROUNDS {
            let mut held = view.lock(&lock).unwrap();
            for at in [0, 1000, 3999] {
                held.write(at..=at).unwrap()[0] += 1;
            }
            held.unlock().unwrap();
            let mut held = view.lock_range(&lock, 2000..2010).unwrap();
            held.write(2000..2010).unwrap()[3] += 1;
            let (mut one, [others]) = held.write_beside(2000..2001, [2001..2010]).unwrap();
            one[0] = others[2];
            drop(held);
        }
        view.barrier().unwrap();
        let total = ROUNDS * node.size() as u64;
        for at in [0, 1000, 3999, 2000, 2003] {
            assert_eq!(view.read(at..=at).unwrap()[0], total, "element {at}");
        }
        node.barrier().unwrap();
    });
}

#[test]
fn a_lock_of_some_elements_gives_no_others() {
    job(1, |node| {
        let mut view = view_of(&node, "some", 100);
        let lock = node.view_lock("lock").create().unwrap();
        let mut held = view.lock_range(&lock, 10..20).unwrap();
        assert_eq!(held.range(), 10..20);
        says(held.read(9..15), &["elements 9..15 of \"some\"", "(10..20)"]);
        says(held.write(19..21), &["19..21"]);
        says(held.write_beside(10..12, [20..21]).map(|_| ()), &["20..21"]);
        says(held.read(90..101), &["101", "100 elements"]);
        held.write(10..20).unwrap().fill(1);
        drop(held);
        says(view.lock_range(&lock, 5..101).map(|_| ()).map_err(Error::from), &["101"]);
        assert_eq!(view.read(..).unwrap().iter().sum::<u64>(), 10);
    });
}

#[test]
fn a_holder_that_panics_poisons_the_lock_and_releases() {
    job(2, |node| {
        let mut view = view_of(&node, "data", 10);
        let lock = node.view_lock("lock").create().unwrap();
        if node.rank() == 1 {
            let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let mut held = view.lock(&lock).unwrap();
                held.write(..).unwrap()[0] = 7;
                std::panic::panic_any("on purpose");
            }));
            assert!(panicked.is_err());
        }
        node.barrier().unwrap();
        if node.is_leader() {
            let Err(LockError::Poisoned(poisoned)) = view.lock(&lock) else {
                panic!("is poisoned")
            };
            let mut held = poisoned.into_inner();
            assert!(held.poison().is_some());
            assert_eq!(held.read(..).unwrap()[0], 7);
            held.clear_poison();
            held.unlock().unwrap();
            drop(view.lock(&lock).unwrap());
        }
        node.barrier().unwrap();
    });
}

#[test]
fn threads_of_a_node_share_a_view() {
    job(2, |node| {
        let mut view = view_of(&node, "shared", 8000);
        let mine = share(&node, 8000);
        thread::scope(|scope| {
            for part in view.write(mine.clone()).unwrap().into_slice().chunks_mut(500) {
                scope.spawn(move || part.fill(3));
            }
        });
        view.barrier().unwrap();
        let view_ref = &view;
        let sum = AtomicUsize::new(0);
        thread::scope(|scope| {
            for part in 0..8 {
                let sum = &sum;
                scope.spawn(move || {
                    let part = view_ref.read(part * 1000..(part + 1) * 1000).unwrap();
                    sum.fetch_add(part.iter().sum::<u64>() as usize, Ordering::Relaxed);
                });
            }
        });
        assert_eq!(sum.into_inner(), 24000);
        view.barrier().unwrap();
        let cells = view.cells(mine).unwrap();
        thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || cells.iter().for_each(|cell| cell.store(thread)));
            }
        });
        assert!(cells.iter().all(|cell| cell.load() < 4));
        node.barrier().unwrap();
    });
}

#[test]
fn slices_and_pointers_outlive_guards() {
    job(2, |node| {
        let mut view = view_of(&node, "pointers", 2000);
        let mine = share(&node, 2000);
        // SAFETY: each node writes its own half, and the slices are not used after the barrier.
        let slice = unsafe { view.slice_mut(mine.clone()).unwrap() };
        slice.fill(node.rank() as u64 + 1);
        // SAFETY: inside, and this node's own half.
        unsafe { *view.as_mut_ptr().add(mine.start) = 9 };
        view.barrier().unwrap();
        // SAFETY: nobody writes from here on.
        let all = unsafe { view.slice(..).unwrap() };
        view.barrier().unwrap();
        assert_eq!((all[0], all[999], all[1000], all[1999]), (9, 1, 9, 2));
        // SAFETY: inside.
        assert_eq!(unsafe { *view.as_ptr().add(1999) }, 2);
        // SAFETY: refused.
        says(unsafe { view.slice(1..2001) }, &["2001"]);
        node.barrier().unwrap();
    });
}

#[test]
fn files_fill_views_and_views_fill_files() {
    job_with(2, 16 << 20, |node| {
        let len = 100_000;
        let mut view = view_of(&node, "file", len);
        let mine = share(&node, len);
        let path =
            std::env::temp_dir().join(format!("views-{}-{}", std::process::id(), node.rank()));
        let numbers: Vec<u64> = mine.clone().map(|at| at as u64 * 3).collect();
        std::fs::write(&path, bytes_of(&numbers)).unwrap();
        view.read_from(&mut std::fs::File::open(&path).unwrap(), mine.clone()).unwrap();
        view.barrier().unwrap();
        assert!(view.read(..).unwrap().iter().enumerate().all(|(i, v)| *v == 3 * i as u64));
        let mut file = std::fs::File::create(&path).unwrap();
        view.write_to(&mut file, ..).unwrap();
        let all: Vec<u64> = (0..len as u64).map(|at| 3 * at).collect();
        assert!(std::fs::read(&path).unwrap() == bytes_of(&all));
        std::fs::remove_file(&path).unwrap();
        let mut short = Cursor::new(vec![0; 20]);
        says(view.read_from(&mut short, mine), &["\"file\"", "after 20 of 400000 bytes"]);
        view.barrier().unwrap();
    });
}

fn bytes_of(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_ne_bytes()).collect()
}

#[test]
fn a_view_lies_where_it_is_asked_to() {
    job(2, |node| {
        // All nodes are in one process, so no address is free for both.
        let array = node.release_array::<u64>("alike").len(2000).create().unwrap();
        says(
            array.view_options().everywhere_alike().open(),
            &["\"alike\"", "free in all nodes", "without `everywhere_alike`"],
        );
        let somewhere = array.view().unwrap();
        let taken = somewhere.as_ptr().addr();
        says(array.view_options().at(taken).open(), &["\"alike\"", "not free", "another address"]);
        says(array.view_options().at(taken + 8).open(), &["multiple of the page size"]);
        says(array.view_options().at(taken).everywhere_alike().open(), &["not free"]);
        node.barrier().unwrap();
    });
    job(1, |node| {
        let array = node.release_array::<u64>("alone").len(2000).create().unwrap();
        let mut one = array.view_options().everywhere_alike().open().unwrap();
        let other = array.view_options().everywhere_alike().open().unwrap();
        assert_ne!(one.as_ptr(), other.as_ptr());
        drop(other);
        one.write(..).unwrap().fill(1);
        one.barrier().unwrap();
        let at = one.as_ptr().addr() + (1 << 30);
        let there = array.view_options().at(at).open().unwrap();
        assert_eq!((there.as_ptr().addr(), there.read(5..6).unwrap()[0]), (at, 1));
    });
}

#[test]
fn an_array_with_views_is_not_released() {
    job(2, |node| {
        let array = node.release_array::<u64>("held").len(100).create().unwrap();
        let (second, third) = (array.clone(), array.clone());
        let (one, two) = (array.view().unwrap(), second.view().unwrap());
        says(array.release(), &["\"held\"", "views of it (2)", "drop them first"]);
        drop(one);
        says(second.clone().release(), &["views of it (1)"]);
        drop(two);
        second.release().unwrap();
        says(third.view(), &["\"held\" was released"]);
        says(third.release(), &["was released"]);
        node.barrier().unwrap();
        let again = node.release_array::<u64>("held").len(100).create().unwrap();
        assert!(again.view().unwrap().read(..).unwrap().iter().all(|&value| value == 0));
        node.barrier().unwrap();
    });
}

#[test]
fn what_is_dropped_is_released() {
    job(2, |node| {
        let array = node.release_array::<u64>("dropped").len(3000).create().unwrap();
        let mut view = array.view().unwrap();
        view.write(share(&node, 3000)).unwrap().fill(5);
        drop(view);
        assert!(array.view().unwrap().read(share(&node, 3000)).unwrap().iter().all(|&v| v == 5));
        node.barrier().unwrap();
        assert!(array.view().unwrap().read(..).unwrap().iter().all(|&value| value == 5));
        node.barrier().unwrap();
    });
}

#[test]
fn pages_live_where_they_are_touched_first_and_move() {
    job(2, |node| {
        // Four pieces of 64 pages.
        let len = 4 * 64 * 512;
        let array = node.release_array::<u64>("pages").len(len);
        let array = array.distribution(Distribution::FirstTouch).create().unwrap();
        let mut view = array.view().unwrap();
        let (quarter, me) = (len / 4, node.rank());
        let piece = |number: usize| number * quarter..(number + 1) * quarter;
        let homes = |view: &View<u64>| [0, 1, 2, 3].map(|p| view.home_of(p * quarter).unwrap());
        node.barrier().unwrap();
        view.write(piece(3 - me)).unwrap().fill(me as u64 + 1);
        view.barrier().unwrap();
        // Mapped from each other, nodes have blocks.
        let blocks = [0, 0, 1, 1].map(Some);
        let is_paged = array.is_paged();
        assert_eq!(homes(&view), if is_paged { [None, None, Some(1), Some(0)] } else { blocks });
        assert_eq!(view.local_range().is_none(), is_paged);
        // Now the other one uses them.
        for round in 0..3 {
            view.write(piece(2 + me)).unwrap().fill(10 * round + me as u64);
            view.barrier().unwrap();
        }
        view.settle().unwrap();
        view.settle().unwrap();
        let settled = [None, None, Some(0), Some(1)];
        assert_eq!(homes(&view), if is_paged { settled } else { blocks });
        let right = |view: &View<u64>| {
            let slice = view.read(..).unwrap();
            slice.iter().enumerate().all(|(i, value)| match i / quarter {
                0 | 1 => *value == 0,
                piece => *value == 20 + piece as u64 - 2,
            })
        };
        view.move_to(piece(2), 1).unwrap();
        assert_eq!(view.home_of(2 * quarter).unwrap(), Some(1), "as it was, or is now");
        assert!(right(&view));
        let attached = node.release_array::<u64>(array.name()).attach().unwrap();
        for array in [&array, &attached] {
            let second = (me == 0).then(|| array.view().unwrap());
            says(view.settle(), &["another view"]);
            drop(second);
        }
        says(view.move_to(0..1, 2), &["rank 2"]);
        says(view.move_to(0..len + 1, 1), &["does not lie in"]);
        says(view.home_of(len), &["does not lie in"]);
        view.move_to(.., 0).unwrap();
        assert_eq!(homes(&view), if is_paged { [Some(0); 4] } else { blocks });
        assert!(right(&view));
        let mut fixed = view_of(&node, "fixed", len);
        assert_eq!(homes(&fixed), blocks);
        assert_eq!(fixed.settle().is_err(), is_paged);
        let array = node.array::<u64>("elements").len(10);
        says(array.distribution(Distribution::FirstTouch).create(), &["take another distribution"]);
        node.barrier().unwrap();
    });
}

#[test]
fn bad_arrays_and_ranges_are_named() {
    job(2, |node| {
        let array = || node.release_array::<u64>("bad");
        says(array().create(), &["\"bad\"", "its length is not given"]);
        says(array().len(0).create(), &["no elements"]);
        says(array().len(10).page_size(2048).create(), &["from 4096 to 2097152 bytes, not 2048"]);
        says(array().len(10).page_size(5000).create(), &["not 5000"]);
        says(array().len(10).page_size(1 << 40).create(), &["power of two"]);
        says(array().len(usize::MAX).create(), &["exceed"]);
        says(array().len(usize::MAX / 16).create(), &["exceed"]);
        says(array().len(10).on_node(7).create(), &["rank 7"]);
        says(array().len(1 << 30).create(), &["\"bad\"", "bytes"]);
        says(node.release_array::<()>("none").len(1).create(), &["no bytes"]);
        says(node.shared::<u64>("one").model(Model::Release).create(), &["Node::release_array"]);
        node.barrier().unwrap();

        let there = array().len(1000).create().unwrap();
        assert_eq!((there.model(), there.page_size()), (Model::Release, 4096));
        says(
            array().len(1001).create(),
            &["u64 × 1000 (block, release, ", "pages of 4 KiB)", "1001"],
        );
        says(array().len(1000).page_size(8192).create(), &["pages of 8 KiB"]);
        says(node.array::<u64>("bad").attach(), &["it is a ReleaseArray", "not an Array"]);
        says(node.release_array::<i64>("bad").attach(), &["holds u64"]);
        says(array().attach().unwrap().view_options().at(12345).open(), &["multiple"]);

        let mut view = array().attach().unwrap().view().unwrap();
        says(view.read(0..1001), &["1001", "\"bad\" of 1000 elements"]);
        says(view.write(1001..), &["1001"]);
        says(view.cells(..=1000), &["1000"]);
        says(view.populate(usize::MAX..=usize::MAX, Access::Read), &["does not lie"]);
        #[expect(clippy::reversed_empty_ranges, reason = "is refused")]
        says(view.read(7..3), &["7", "3"]);
        assert!(view.read(1000..).unwrap().is_empty());
        view.populate(1000..1000, Access::Write).unwrap();
        view.populate(.., Access::Write).unwrap();
        node.barrier().unwrap();
    });
}

#[test]
fn pages_have_many_sizes() {
    job_with(2, 16 << 20, |node| {
        for bytes in [4096, 16384, 2 << 20] {
            let array = node.release_array::<u32>(&format!("{bytes}")).len(3_000_000 / 4);
            let array = array.page_size(bytes).distribution(Distribution::Cyclic).create().unwrap();
            let mut view = array.view().unwrap();
            assert_eq!(view.page_size(), bytes);
            assert!(view.as_ptr().addr().is_multiple_of(bytes));
            for at in share(&node, view.len()).step_by(1000) {
                view.write(at..=at).unwrap()[0] = node.rank() as u32 + 1;
            }
            view.barrier().unwrap();
            let sum: u32 = view.read(..).unwrap().iter().sum();
            assert_eq!(sum, 375 + 2 * 375);
            drop(view);
            node.barrier().unwrap();
            array.release().unwrap();
        }
    });
}

#[test]
fn views_count_as_uses_of_the_node() {
    // The node leaves when its last handle is gone, be it a view.
    let views = job(2, |node| {
        let view = view_of(&node, "last", 100);
        drop(node);
        let view = Arc::new(view);
        assert_eq!(view.read(0..1).unwrap()[0], 0);
        Arc::strong_count(&view)
    });
    assert_eq!(views, [1, 1]);
}
