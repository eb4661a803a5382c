//! Shared values and arrays: what every model promises, the guards, and what is refused.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod common;

use bytemuck::{Pod, Zeroable};
use common::job;
use pangea::{Distribution, Error, Model, Node};

const MODELS: [Model; 2] = [Model::Sequential, Model::Strict];

/// Larger than a cache line, and all of it says the same.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
struct Record([u64; 40]);

impl Record {
    fn of(word: u64) -> Record {
        Record([word; 40])
    }

    fn is_whole(&self) -> bool {
        self.0.iter().all(|word| *word == self.0[0])
    }
}

fn rounds(node: &Node, mut round: impl FnMut(usize)) {
    for turn in 0..node.size() {
        round(turn);
        node.barrier().unwrap();
    }
}

#[test]
fn what_one_node_stores_all_load() {
    for size in [1, 2, 4] {
        job(size, |node| {
            for model in MODELS {
                let name = format!("value {model}");
                let value = node.shared::<u64>(&name).model(model).create().unwrap();
                assert_eq!((value.name(), value.model()), (&*name, model));
                rounds(&node, |turn| {
                    if node.rank() == turn {
                        value.store(turn as u64 + 100).unwrap();
                    }
                    node.barrier().unwrap();
                    assert_eq!(value.load().unwrap(), turn as u64 + 100);
                    assert_eq!(value.load_in(&node.batch()).unwrap(), turn as u64 + 100);
                    assert_eq!(*value.read().unwrap(), turn as u64 + 100);
                });
            }
        });
    }
}

#[test]
fn updates_of_all_nodes_and_threads_lose_nothing() {
    job(3, |node| {
        for model in MODELS {
            let sum = node.shared::<u64>(&format!("sum {model}")).model(model).create().unwrap();
            let cas = node.shared::<u64>(&format!("cas {model}")).model(model).create().unwrap();
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        for _ in 0..40 {
                            sum.update(|sum| *sum += 1).unwrap();
                            let mut seen = cas.load().unwrap();
                            while let Err(there) = cas.compare_exchange(seen, seen + 1).unwrap() {
                                seen = there;
                            }
                        }
                    });
                }
            });
            node.barrier().unwrap();
            assert_eq!(sum.load().unwrap(), 240);
            assert_eq!(cas.load().unwrap(), 240);
        }
    });
}

#[test]
fn nobody_sees_half_a_record() {
    job(3, |node| {
        for model in MODELS {
            let name = format!("record {model}");
            let record = node.shared::<Record>(&name).model(model).create().unwrap();
            let mut last = 0;
            for turn in 0..150 {
                if node.rank() == 0 {
                    record.store(Record::of(turn)).unwrap();
                } else {
                    let found = record.read().unwrap();
                    assert!(found.is_whole(), "{:?}", *found);
                    assert!(found.0[0] >= last, "time goes back");
                    last = found.0[0];
                }
            }
            node.barrier().unwrap();
            assert_eq!(record.load().unwrap(), Record::of(149));
        }
    });
}

#[test]
fn a_snapshot_stays_as_it_is() {
    job(2, |node| {
        let value = node.shared::<Record>("value").create().unwrap();
        node.barrier().unwrap();
        let old = value.read().unwrap();
        node.barrier().unwrap();
        if node.is_leader() {
            value.store(Record::of(7)).unwrap();
        }
        node.barrier().unwrap();
        assert_eq!(value.load().unwrap(), Record::of(7));
        assert_eq!(*old, Record::of(0));
    });
}

#[test]
fn a_write_guard_is_exclusive_and_writes_back() {
    job(2, |node| {
        let value = node.shared::<u64>("value").create().unwrap();
        let other = node.shared::<u64>("other").create().unwrap();
        for _ in 0..50 {
            let mut guard = value.write().unwrap();
            let before = *guard;
            *guard = before + 1;
            // Another's in between would be lost.
            assert_eq!(*guard, before + 1);
            if before % 2 == 0 { guard.commit().unwrap() } else { drop(guard) }
        }
        node.barrier().unwrap();
        assert_eq!(value.load().unwrap(), 100);
        let untouched = other.write().unwrap();
        assert_eq!(*untouched, 0);
        drop(untouched);
        node.barrier().unwrap();
        let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            *other.write().unwrap() = 5;
            *value.write().unwrap() += 1;
            let mut lost = other.write().unwrap();
            *lost = 9;
            panic!("a test");
        }));
        assert!(panics.is_err());
        node.barrier().unwrap();
        assert_eq!(other.load().unwrap(), 5, "what a panic interrupts is not written");
        assert_eq!(value.load().unwrap(), 102);
    });
}

#[test]
fn a_thread_that_would_wait_for_itself_is_told() {
    job(1, |node| {
        let value = node.shared::<u64>("value").create().unwrap();
        let array = node.shared_array::<u64>("array").len(2000).create().unwrap();
        let guard = value.write().unwrap();
        for error in [
            value.write().map(drop).unwrap_err(),
            value.store(1).unwrap_err(),
            value.update(|_| ()).unwrap_err(),
        ] {
            assert!(matches!(error, Error::WouldDeadlock { .. }), "{error}");
            assert!(error.to_string().contains("\"value\""), "{error}");
        }
        drop(guard);
        value.store(3).unwrap();
        let _block = array.write_block(1).unwrap();
        let error = array.set(600, 1).unwrap_err();
        assert!(error.to_string().contains("block 1 of \"array\""), "{error}");
        array.set(5, 1).unwrap();
    });
}

#[test]
fn arrays_agree_with_a_vector_on_every_distribution() {
    for size in [1, 3] {
        job(size, move |node| {
            let distributions =
                [Distribution::Block, Distribution::Cyclic, Distribution::BlockCyclic { block: 2 }];
            for (distribution, model) in
                distributions.into_iter().flat_map(|d| MODELS.map(|m| (d, m)))
            {
                for (len, bytes) in [(1, 64), (50, 64), (301, 256), (3000, 4096)] {
                    let name = format!("{distribution}/{model}/{len}");
                    let array = node
                        .shared_array::<u64>(&name)
                        .len(len)
                        .block_bytes(bytes)
                        .distribution(distribution)
                        .model(model)
                        .create()
                        .unwrap();
                    let expected: Vec<u64> = (0..len as u64).map(|i| i * i + 7).collect();
                    for index in (node.rank()..len).step_by(node.size().max(len / 12)) {
                        array.set(index, 1).unwrap();
                    }
                    node.barrier().unwrap();
                    let piece = len.div_ceil(node.size());
                    let (from, to) = (node.rank() * piece, ((node.rank() + 1) * piece).min(len));
                    if from < to {
                        array.set_range(from, &expected[from..to]).unwrap();
                    }
                    node.barrier().unwrap();
                    let mut all = vec![0; len];
                    array.get_range(0, &mut all).unwrap();
                    assert_eq!(all, expected, "{name}");
                    let batch = node.batch();
                    for index in (0..len).step_by(1 + len / 50) {
                        assert_eq!(array.get(index).unwrap(), expected[index]);
                        assert_eq!(array.get_in(&batch, index).unwrap(), expected[index]);
                    }
                    for block in 0..array.blocks() {
                        let range = array.block_range(block).unwrap();
                        assert_eq!(*array.read_block(block).unwrap(), expected[range]);
                    }
                    node.barrier().unwrap();
                }
            }
        });
    }
}

#[test]
fn a_block_is_written_as_a_whole() {
    job(2, |node| {
        let array = node.shared_array::<u64>("array").len(1000).block_bytes(1024).create().unwrap();
        for _ in 0..30 {
            for block in 0..array.blocks() {
                let mut guard = array.write_block(block).unwrap();
                guard.iter_mut().for_each(|element| *element += 1);
                guard.commit().unwrap();
                let block = array.read_block(block).unwrap();
                assert!(block.iter().all(|element| *element == block[0]));
            }
        }
        node.barrier().unwrap();
        assert_eq!(array.get(999).unwrap(), 60);
        node.barrier().unwrap();
        let seen = array.update(999, |element| std::mem::replace(element, *element + 1));
        assert!((60..62).contains(&seen.unwrap()));
        node.barrier().unwrap();
        assert_eq!(array.compare_exchange(999, 0, 5).unwrap(), Err(62));
        let addr = array.addr(999).unwrap();
        assert_eq!(array.index_of(addr), Some(999));
    });
}

#[test]
fn a_node_that_waits_sees_the_value() {
    job(2, |node| {
        let flag = node.shared::<u64>("flag").create().unwrap();
        let data = node.shared::<u64>("data").create().unwrap();
        // Copies of both, so that there is something to be stale.
        assert_eq!(data.load().unwrap() + flag.load().unwrap(), 0);
        node.barrier().unwrap();
        if node.is_leader() {
            data.store(42).unwrap();
            flag.store(1).unwrap();
        } else {
            assert_eq!(flag.wait_until(|flag| *flag == 1).unwrap(), 1);
            assert_eq!(data.load().unwrap(), 42);
        }
    });
}

#[test]
fn a_node_that_only_reads_sees_every_value_in_the_end() {
    job(2, |node| {
        let flag = node.shared::<u64>("flag").create().unwrap();
        assert_eq!(flag.load().unwrap(), 0);
        node.barrier().unwrap();
        if node.is_leader() {
            flag.store(1).unwrap();
        }
        while flag.load().unwrap() == 0 {
            std::thread::yield_now();
        }
        node.barrier().unwrap();
        assert_eq!(flag.load().unwrap(), 1);
        node.barrier().unwrap();
        if node.is_leader() {
            flag.store(2).unwrap();
        }
        // The same within one batch, whose pin is made once.
        let batch = node.batch();
        while flag.load_in(&batch).unwrap() == 1 {
            std::thread::yield_now();
        }
    });
}

#[test]
fn after_a_fence_copies_are_validated() {
    let told = std::sync::Arc::new(std::sync::Barrier::new(2));
    job(2, move |node| {
        let value = node.shared::<u64>("value").create().unwrap();
        assert_eq!(value.load().unwrap(), 0);
        node.barrier().unwrap();
        for round in 1..50 {
            if node.is_leader() {
                value.store(round).unwrap();
            }
            // The runtime sees nothing of this.
            told.wait();
            node.fence().unwrap();
            assert_eq!(value.load().unwrap(), round);
            told.wait();
        }
    });
}

#[test]
fn what_does_not_agree_is_refused() {
    job(1, |node| {
        #[derive(Clone, Copy, Pod, Zeroable)]
        #[repr(C, align(128))]
        struct Aligned([u8; 128]);
        #[derive(Clone, Copy, Pod, Zeroable)]
        #[repr(C)]
        struct Huge([u64; 1 << 17]);
        let fails = |error: Error, expected: &str| {
            assert!(error.to_string().contains(expected), "{error}");
        };
        fails(node.shared::<Huge>("huge").create().unwrap_err(), "1048544");
        fails(node.shared::<Aligned>("aligned").create().unwrap_err(), "aligned to 128");
        fails(node.shared::<[u8; 0]>("empty").create().unwrap_err(), "no bytes");
        let relaxed = node.shared::<u64>("relaxed").model(Model::Relaxed);
        fails(relaxed.create().unwrap_err(), "Node::array");
        fails(node.shared_array::<u64>("len").create().unwrap_err(), "length");
        let odd = node.shared_array::<u64>("odd").len(9).block_bytes(100);
        fails(odd.create().unwrap_err(), "power of two");
        let value = node.shared::<u64>("value").create().unwrap();
        fails(node.shared::<i64>("value").create().unwrap_err(), "Shared<i64>");
        fails(node.shared::<u64>("value").model(Model::Strict).create().unwrap_err(), "strict");
        fails(node.shared_array::<u64>("value").attach().unwrap_err(), "not a SharedArray");
        fails(node.array::<u64>("value").attach().unwrap_err(), "value");
        fails(node.shared::<u64>("nothing").attach().unwrap_err(), "nothing");
        let array = node.shared_array::<u64>("array").len(10).create().unwrap();
        fails(array.get(10).unwrap_err(), "index 10");
        fails(array.set_range(8, &[0; 3]).unwrap_err(), "8 and the 3");
        fails(array.read_block(1).unwrap_err(), "block 1");
        let copy = value.clone();
        value.release().unwrap();
        fails(copy.load().unwrap_err(), "released");
        fails(copy.store(1).unwrap_err(), "released");
    });
}

#[test]
fn a_batch_of_another_node_of_the_process_does_no_harm() {
    job(1, |node| {
        let value = node.shared::<u64>("value").create().unwrap();
        value.store(7).unwrap();
        job(1, move |other| {
            let value = other.shared::<u64>("value").create().unwrap();
            value.store(8).unwrap();
            assert_eq!(value.load_in(&node.batch()).unwrap(), 8);
        });
    });
}

#[test]
fn values_of_all_sizes_survive() {
    job(2, |node| {
        fn check<const N: usize>(node: &Node) {
            let value = node.shared::<[u8; N]>(&format!("{N} bytes")).on_node(1).create().unwrap();
            for round in 1..4u8 {
                if node.is_leader() {
                    value.update(|bytes| bytes.fill(round)).unwrap();
                }
                node.barrier().unwrap();
                assert!(value.read().unwrap().iter().all(|byte| *byte == round), "{N}");
                node.barrier().unwrap();
            }
        }
        check::<1>(&node);
        check::<7>(&node);
        check::<32>(&node);
        check::<33>(&node);
        check::<1000>(&node);
        check::<65_504>(&node);
        check::<65_505>(&node);
        check::<1_048_544>(&node);
    });
}
