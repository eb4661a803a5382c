//! One word, and ranges: rank 0 on the memory of rank 1, in turns with the processor's own loads, stores, atomics
//! and copies of the same memory.

use std::hint::black_box;
use std::sync::atomic::Ordering::{AcqRel, Acquire};

use pangea::Node;
use pangea_benches::figures::{Random, Wanted, figure, repeat, take_turns};

use super::Outcome;

/// Slices of a figure, and calls in one: 2 ms or so.
const SLICES: usize = 15;
const CALLS: u64 = 100_000;

/// What every call relies on.
const HOME: &str = "rank 1 is there until rank 0 has done";

const WORDS: usize = 1024;
/// The words that are used: far enough from each other not to share a cache line.
const READ: usize = 5;
const ADDED: usize = 64;
const SWAPPED: usize = 128;

/// Prints the figures of two contenders, the processor and Pangea.
fn both(row: &str, nanoseconds: &[f64], operation: &str) {
    figure(row, nanoseconds[0], "limit");
    figure(row, nanoseconds[1], operation);
}

/// One hot word.
pub(crate) fn measure(node: &Node, wanted: &Wanted) -> Outcome {
    let array = node.array::<u64>("words").len(WORDS).on_node(1).create()?;
    node.barrier()?;
    if node.rank() == 0 {
        let part = array.segment_of(1)?;
        let cells = part.cells();
        // An atomic of this process: Pangea's own are not to be had in place.
        let memory = verbs_shim::Memory::allocate(4096)?;
        let word = memory.atomic_u64(0);
        let mut load = |calls| repeat(calls, || cells[black_box(READ)].load());
        let mut get = |calls| repeat(calls, || array.get(black_box(READ)).expect(HOME));
        if wanted.has("get") {
            both("get", &take_turns(SLICES, CALLS, &mut [&mut load, &mut get]), "get");
        }
        let mut store = |calls| repeat(calls, || cells[black_box(READ)].store(black_box(7)));
        let mut put =
            |calls| repeat(calls, || array.put(black_box(READ), black_box(7)).expect(HOME));
        if wanted.has("put") {
            both("put", &take_turns(SLICES, CALLS, &mut [&mut store, &mut put]), "put");
        }
        let mut add = |calls| repeat(calls, || word.fetch_add(black_box(1), AcqRel));
        let mut fetch_add =
            |calls| repeat(calls, || array.fetch_add(black_box(ADDED), black_box(1)).expect(HOME));
        if wanted.has("add") {
            both("add", &take_turns(SLICES, CALLS, &mut [&mut add, &mut fetch_add]), "fetch_add");
        }
        let mut own = word.load(Acquire);
        let mut exchange = |calls| {
            for _ in 0..calls {
                own = word
                    .compare_exchange(own, own.wrapping_add(1), AcqRel, Acquire)
                    .map_or_else(|v| v, |v| v + 1);
            }
        };
        let mut seen = array.load(SWAPPED)?;
        let mut compare_swap = |calls| {
            for _ in 0..calls {
                let before = array.compare_swap(black_box(SWAPPED), seen, seen + 1).expect(HOME);
                seen = if before == seen { seen + 1 } else { before };
            }
        };
        if wanted.has("cas") {
            both(
                "cas",
                &take_turns(SLICES, CALLS, &mut [&mut exchange, &mut compare_swap]),
                "compare_swap",
            );
            if array.load(SWAPPED)? != seen {
                return Err("a compare-and-swap is missing".into());
            }
        }
    }
    node.barrier()?;
    Ok(())
}

/// Words anywhere: in 8 KiB, which the first cache holds, and in 64 MiB, which no cache holds. The loads of
/// `get-cached` and `get-apart` do not depend on each other, so a processor may overlap them; those of `get-memory` do,
/// because each word says where the next one is.
pub(crate) fn anywhere(node: &Node, wanted: &Wanted) -> Outcome {
    for (row, words) in [("get-cached", 1 << 10), ("get-apart", 1 << 23), ("get-memory", 1 << 23)] {
        if !wanted.has(row) {
            continue;
        }
        let array = node.array::<u64>(row).len(words).on_node(1).create()?;
        if node.rank() == 1 {
            let mut random = Random::new(3);
            for cell in array.segment_of(1)?.cells() {
                cell.store(random.below(words) as u64);
            }
        }
        node.barrier()?;
        if node.rank() == 0 {
            let part = array.segment_of(1)?;
            let cells = part.cells();
            let chained = row == "get-memory";
            // What a word says is added to a sequence of its own: following the words alone would end in a cycle that
            // a cache may hold.
            let (mut one, mut other) = (Random::new(1), Random::new(2));
            let (mut found, mut got) = (0, 0);
            let next = |random: &mut Random, before: u64| {
                let before = if chained { before as usize } else { 0 };
                black_box((random.below(words) + before) % words)
            };
            let mut load = |calls| {
                repeat(calls, || {
                    found = cells[next(&mut one, found)].load();
                    found
                });
            };
            let mut get = |calls| {
                repeat(calls, || {
                    got = array.get(next(&mut other, got)).expect(HOME);
                    got
                });
            };
            both(row, &take_turns(SLICES, CALLS, &mut [&mut load, &mut get]), "get");
        }
        node.barrier()?;
        array.release()?;
    }
    Ok(())
}

/// Ranges of bytes, against `memcpy` of the same memory.
pub(crate) fn ranges(node: &Node, wanted: &Wanted) -> Outcome {
    let len = 1 << 20;
    let array = node.array::<u8>("bytes").len(len).on_node(1).create()?;
    node.barrier()?;
    if node.rank() == 0 {
        let part = array.segment_of(1)?;
        // SAFETY: nobody writes this array.
        let from = unsafe { part.as_slice() };
        for (row, bytes, calls) in [("get64k", 64 << 10, 200), ("get1m", len, 20)] {
            if !wanted.has(row) {
                continue;
            }
            let (mut into, mut other) = (vec![1u8; bytes], vec![1u8; bytes]);
            let mut copy =
                |calls| repeat(calls, || into.copy_from_slice(black_box(&from[..bytes])));
            let mut get = |calls| repeat(calls, || array.get_range(0, &mut other).expect(HOME));
            let nanoseconds = take_turns(4 * SLICES, calls, &mut [&mut copy, &mut get]);
            let bandwidth: Vec<f64> = nanoseconds.iter().map(|ns| bytes as f64 / ns).collect();
            both(row, &bandwidth, "get_range");
        }
    }
    node.barrier()?;
    Ok(())
}
