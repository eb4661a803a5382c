//! Arrays: every distribution and every form of access against a plain vector.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod common;

use common::{job, job_with};
use pangea::{Array, Distribution, Element, Node};
use verbs_shim::provider::Choice;

fn distributions(size: usize) -> Vec<Distribution> {
    use pangea::cluster::Rank;
    vec![
        Distribution::Block,
        Distribution::Cyclic,
        Distribution::BlockCyclic { block: 3 },
        Distribution::BlockCyclic { block: 50 },
        Distribution::OnNode(Rank(size as u32 - 1)),
    ]
}

/// A value that tells where it belongs, also across torn or shifted copies.
fn value(index: usize, round: usize) -> u64 {
    (index as u64) << 32 | (round as u64) << 8 | 0x5a
}

fn fill(node: &Node, array: &Array<u64>, round: usize) {
    for index in (node.rank()..array.len()).step_by(node.size()) {
        array.put(index, value(index, round)).unwrap();
    }
    node.barrier().unwrap();
}

#[test]
fn single_elements_and_ranges_agree_on_every_distribution() {
    for size in [1, 2, 3] {
        job(size, move |node| {
            for (round, distribution) in distributions(node.size()).into_iter().enumerate() {
                for len in [1, 2, 7, 100, 1001] {
                    let name = format!("{distribution}/{len}");
                    let array = node.array::<u64>(&name).len(len).distribution(distribution);
                    let array = array.create().unwrap();
                    fill(&node, &array, round);
                    for index in (0..len).step_by(1 + len / 20) {
                        assert_eq!(array.get(index).unwrap(), value(index, round));
                    }
                    for (start, count) in [(0, len), (len / 3, len / 2), (len, 0), (0, 1)] {
                        let mut into = vec![0; count];
                        array.get_range(start, &mut into).unwrap();
                        let expected: Vec<u64> =
                            (start..start + count).map(|i| value(i, round)).collect();
                        assert_eq!(into, expected, "{name}: {count} from {start}");
                        let later = array.get_nb(start, count).unwrap();
                        assert_eq!(later.wait().unwrap(), expected, "{name}, later");
                    }
                    node.barrier().unwrap();
                    if node.is_leader() {
                        let new: Vec<u64> = (0..len).map(|i| value(i, round + 100)).collect();
                        let middle = len / 2;
                        array.put_range(0, &new[..middle]).unwrap();
                        array.put_nb(middle, &new[middle..]).unwrap();
                    }
                    node.barrier().unwrap();
                    let mut all = vec![0; len];
                    array.get_range(0, &mut all).unwrap();
                    assert!(all.iter().enumerate().all(|(i, v)| *v == value(i, round + 100)));
                    node.barrier().unwrap();
                    array.release().unwrap();
                }
            }
        });
    }
}

#[test]
fn strided_and_scattered_access() {
    job(3, |node| {
        for (round, distribution) in distributions(node.size()).into_iter().enumerate() {
            let len = 1000;
            let array = node.array::<u64>(&distribution.to_string()).len(len);
            let array = array.distribution(distribution).create().unwrap();
            fill(&node, &array, round);
            for (start, stride, count) in [(0, 1, 1000), (5, 7, 142), (999, 1000, 1), (3, 0, 4)] {
                let mut into = vec![0; count];
                array.get_strided(start, stride, &mut into).unwrap();
                assert!(
                    into.iter().enumerate().all(|(i, v)| *v == value(start + i * stride, round))
                );
            }
            let indices: Vec<usize> = (0..500).map(|i| (i * 617 + 31) % len).collect();
            let mut into = vec![0; indices.len()];
            array.gather(&indices, &mut into).unwrap();
            assert!(into.iter().zip(&indices).all(|(v, i)| *v == value(*i, round)));
            node.barrier().unwrap();
            // Each node writes its own third.
            let mine: Vec<usize> = (node.rank()..len).step_by(3).collect();
            let (low, high) = mine.split_at(mine.len() / 2);
            let new: Vec<u64> = low.iter().map(|i| value(*i, 77)).collect();
            array.scatter(low, &new).unwrap();
            let new: Vec<u64> = high.iter().map(|i| value(*i, 77)).collect();
            array.put_strided(high[0], 3, &new).unwrap();
            node.barrier().unwrap();
            let mut all = vec![0; len];
            array.get_range(0, &mut all).unwrap();
            assert!(all.iter().enumerate().all(|(i, v)| *v == value(i, 77)), "{distribution}");
            node.barrier().unwrap();
        }
    });
}

#[test]
fn elements_of_any_size() {
    fn check<const N: usize>(node: &Node)
    where
        [u8; N]: Element,
    {
        for distribution in [Distribution::Block, Distribution::Cyclic] {
            let name = format!("{N} {distribution}");
            let array = node.array::<[u8; N]>(&name).len(40).distribution(distribution);
            let array = array.create().unwrap();
            let element = |i: usize| std::array::from_fn::<u8, N, _>(|b| (i * 31 + b) as u8);
            for i in (node.rank()..40).step_by(node.size()) {
                array.put(i, element(i)).unwrap();
            }
            node.barrier().unwrap();
            for i in 0..40 {
                assert_eq!(array.get(i).unwrap(), element(i));
            }
            let mut odd = vec![[0; N]; 20];
            array.get_strided(1, 2, &mut odd).unwrap();
            assert!(odd.iter().enumerate().all(|(i, v)| *v == element(2 * i + 1)));
        }
    }
    job(2, |node| {
        check::<1>(&node);
        check::<2>(&node);
        check::<7>(&node);
        check::<16>(&node);
        check::<64>(&node);
        check::<65>(&node);
        check::<1000>(&node);
    });
}

#[test]
fn transfers_longer_than_all_staging() {
    let bytes = 6 << 20;
    job_with(2, 16 << 20, move |node| {
        let array = node.array::<u64>("long").len(bytes / 8 * 2).create().unwrap();
        let other = array.range_of(1 - node.rank()).unwrap().unwrap();
        let data: Vec<u64> = other.clone().map(|i| value(i, node.rank())).collect();
        array.put_range(other.start, &data).unwrap();
        let mut back = vec![0; data.len()];
        array.get_range(other.start, &mut back).unwrap();
        assert!(back == data);
        array.put_range(other.start, &vec![0; data.len()]).unwrap();
        array.put_nb(other.start, &data).unwrap();
        node.quiet().unwrap();
        // Several at once, one of them longer than the slots, one forgotten in flight.
        let short = array.get_nb(other.start + 3, 1000).unwrap();
        drop(array.get_nb(other.start, data.len()).unwrap());
        drop(array.get_nb(other.start, 9000).unwrap());
        let long = array.get_nb(other.start, data.len()).unwrap();
        assert!(long.wait().unwrap() == data);
        assert!(short.wait().unwrap() == data[3..1003]);
        node.quiet().unwrap();
        assert_eq!(array.get(other.start + 5).unwrap(), data[5]);
    });
}

#[test]
fn threads_of_a_node_work_side_by_side() {
    job(2, |node| {
        let array = node.array::<u64>("threads").len(8000).create().unwrap();
        let sum = node.array::<u64>("sum").len(1).create().unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (array, sum, node) = (array.clone(), sum.clone(), node.clone());
                scope.spawn(move || {
                    let worker = node.rank() * 4 + thread;
                    for i in (worker..8000).step_by(8) {
                        array.put(i, value(i, 1)).unwrap();
                        sum.fetch_add(0, 1).unwrap();
                    }
                });
            }
        });
        node.barrier().unwrap();
        let mut all = vec![0; 8000];
        array.get_range(0, &mut all).unwrap();
        assert!(all.iter().enumerate().all(|(i, v)| *v == value(i, 1)));
        assert_eq!(sum.load(0).unwrap(), 8000);
    });
}

#[test]
fn work_of_a_thread_that_ends_is_done() {
    job(2, |node| {
        let array = node.array::<u64>("left behind").len(2000).create().unwrap();
        let other = array.range_of(1 - node.rank()).unwrap().unwrap();
        let data: Vec<u64> = other.clone().map(|i| value(i, 9)).collect();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for (i, element) in other.clone().zip(&data) {
                    array.put_nb(i, &[*element]).unwrap();
                }
            });
        });
        // The thread's state ends with the thread, which `scope` does not wait for.
        let mut back = vec![0; data.len()];
        while back != data {
            array.get_range(other.start, &mut back).unwrap();
        }
        node.barrier().unwrap();
    });
}

#[test]
fn barriers_may_be_called_by_one_thread_after_the_other() {
    job(3, |node| {
        let board = node.array::<u64>("board").len(3).create().unwrap();
        for round in 1..=40 {
            let (node, board) = (node.clone(), board.clone());
            std::thread::spawn(move || {
                board.put(node.rank(), round).unwrap();
                node.barrier().unwrap();
                let mut seen = [0; 3];
                board.get_range(0, &mut seen).unwrap();
                assert_eq!(seen, [round; 3]);
                node.barrier().unwrap();
            })
            .join()
            .unwrap();
        }
    });
}

#[test]
fn round_trips_are_as_few_as_promised() {
    job(2, |node| {
        let array = node.array::<u64>("counted").len(2000).create().unwrap();
        let other = array.range_of(1 - node.rank()).unwrap().unwrap().start;
        // Not the element that the other node works on.
        let own = array.local_range().unwrap().start + 1;
        array.get(other).unwrap(); // opens the connection
        node.barrier().unwrap();
        let cost = |f: &dyn Fn()| {
            let before = node.counts();
            f();
            node.counts() - before
        };
        let get = cost(&|| _ = array.get(other).unwrap());
        assert_eq!((get.reads, get.operations(), get.round_trips), (1, 1, 1));
        assert_eq!(get.bytes_read, 8);
        let put = cost(&|| array.put(other, 1).unwrap());
        assert_eq!((put.writes, put.operations(), put.round_trips), (1, 1, 1));
        let add = cost(&|| _ = array.fetch_add(other, 1).unwrap());
        assert_eq!((add.atomics, add.operations(), add.round_trips), (1, 1, 1));
        let swap = cost(&|| _ = array.compare_swap(other, 0, 1).unwrap());
        assert_eq!((swap.atomics, swap.operations(), swap.round_trips), (1, 1, 1));
        let load = cost(&|| _ = array.load(other).unwrap());
        assert_eq!((load.operations(), load.round_trips), (1, 1));
        let exchange = cost(&|| _ = array.swap(other, 5).unwrap());
        assert_eq!((exchange.operations(), exchange.round_trips), (2, 2));
        let near = cost(&|| {
            array.get(own).unwrap();
            array.put(own, 1).unwrap();
            array.get_range(own, &mut [0; 100]).unwrap();
        });
        assert_eq!(near.operations(), 0, "the node's own part needs no NIC");
        let range = cost(&|| array.get_range(other, &mut [0; 900]).unwrap());
        assert_eq!((range.operations(), range.bytes_read), (1, 7200));
        let indices: Vec<usize> = (0..64).map(|i| other + i * 3).collect();
        let gather = cost(&|| array.gather(&indices, &mut [0; 64]).unwrap());
        assert_eq!((gather.reads, gather.bytes_read), (64, 512));
        if common::provider() == Choice::Verbs {
            assert_eq!(gather.round_trips, 1, "one doorbell for one home");
        }
        let nothing = cost(&|| node.fence().unwrap());
        assert_eq!(nothing.operations(), 0);
        node.barrier().unwrap();
        // Two nodes: one round.
        let barrier = cost(&|| node.barrier().unwrap());
        assert!(barrier.writes <= 2 && barrier.reads == 0 && barrier.atomics == 0, "{barrier:?}");
        node.barrier().unwrap();
    });
}

#[test]
fn the_own_part_is_plain_memory() {
    job(3, |node| {
        let array = node.array::<u32>("parts").len(100).create().unwrap();
        let mut part = array.segment_of(node.rank()).unwrap();
        for (local, cell) in part.cells().iter().enumerate() {
            cell.store(part.index_of(local) as u32 + 1);
        }
        node.barrier().unwrap();
        for i in 0..100 {
            assert_eq!(array.get(i).unwrap(), i as u32 + 1);
        }
        node.barrier().unwrap();
        // SAFETY: between these two barriers nobody else touches this node's part.
        for element in unsafe { part.as_mut_slice() } {
            *element *= 2;
        }
        node.barrier().unwrap();
        assert_eq!(array.get(99).unwrap(), 200);
        // SAFETY: nobody writes any more.
        let plain = unsafe { part.as_slice() };
        assert_eq!(plain.len(), array.local_len());
        let other = (node.rank() + 1) % 3;
        match array.segment_of(other) {
            Ok(part) => assert_eq!(part.cells()[0].load(), 2 * (part.index_of(0) as u32 + 1)),
            Err(error) => {
                assert_eq!(common::provider(), Choice::Verbs);
                assert!(error.to_string().contains("is not mapped"), "{error}");
            }
        }
        assert!(array.segment_of(3).unwrap_err().to_string().contains("no rank 3 in a job of 3"));
        node.barrier().unwrap();
    });
}

#[test]
fn arrays_are_filled_from_a_file_in_parallel() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("elements");
    let elements: Vec<u8> = (0..3000u32).flat_map(|i| (i * 7).to_ne_bytes()).collect();
    std::fs::write(&path, elements).unwrap();
    job(3, move |node| {
        for distribution in distributions(3) {
            let array = node.array::<u32>(&distribution.to_string()).len(3000);
            let array = array.distribution(distribution).create().unwrap();
            array.fill_from_file(&path).unwrap();
            node.barrier().unwrap();
            let mut all = vec![0; 3000];
            array.get_range(0, &mut all).unwrap();
            assert!(all.iter().enumerate().all(|(i, v)| *v == i as u32 * 7), "{distribution}");
        }
        let short = node.array::<u32>("short").len(2999).create().unwrap();
        let error = short.fill_from_file(&path).unwrap_err().to_string();
        assert!(error.contains("has 12000 bytes") && error.contains("exactly 11996"), "{error}");
        let error = short.fill_from_file("/nowhere/to/be/found").unwrap_err().to_string();
        assert!(error.contains("/nowhere/to/be/found"), "{error}");
        node.barrier().unwrap();
    });
}

#[test]
fn global_addresses_lead_back() {
    job(2, |node| {
        let array = node.array::<[u8; 24]>("records").len(10).create().unwrap();
        let other = node.array::<[u8; 24]>("others").len(10).create().unwrap();
        for i in 0..10 {
            let addr = array.addr(i).unwrap();
            assert_eq!(addr.offset(), i as u64 * 24);
            assert_eq!(array.index_of(addr), Some(i));
            assert_eq!(other.index_of(addr), None);
        }
        assert!(array.addr(10).is_err());
        node.barrier().unwrap();
    });
}
