//! Loads, atomics and copies of one processor; random updates by two.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use pangea_benches::figures::{
    PATTERN, Random, TABLE_SLICES, UPDATES, Wanted, figure, indices, median, pin, repeat,
    take_turns,
};
use verbs_shim::Memory;

use super::Outcome;

const SLICES: usize = 15;

/// A walk through so many cache lines in which each load says where the next one is: one cycle over all of them
/// (Sattolo's shuffle).
fn cycle(lines: usize) -> Vec<[usize; 8]> {
    let mut order: Vec<usize> = (0..lines).collect();
    let mut random = Random::new(7);
    for last in (1..lines).rev() {
        order.swap(last, random.below(last));
    }
    order.into_iter().map(|next| [next; 8]).collect()
}

/// Prints what one processor does alone.
pub(crate) fn measure(wanted: &Wanted) -> Outcome {
    for (row, lines, calls) in [("load-cached", 256, 100_000), ("load-memory", 4 << 20, 20_000)] {
        if wanted.has(row) {
            let cycle = cycle(lines);
            let mut at = 0;
            let mut walk = |calls| repeat(calls, || at = black_box(cycle[at][0]));
            figure(row, take_turns(SLICES, calls, &mut [&mut walk])[0], "");
        }
    }
    if wanted.has("atomic") {
        let word = AtomicU64::new(0);
        let mut add = |calls| repeat(calls, || word.fetch_add(black_box(1), Ordering::AcqRel));
        figure("atomic", take_turns(SLICES, 100_000, &mut [&mut add])[0], "");
    }
    for (row, bytes, calls) in [("memcpy64k", 64 << 10, 200), ("memcpy1m", 1 << 20, 20)] {
        if wanted.has(row) {
            let (from, mut into) = (vec![1u8; bytes], vec![2u8; bytes]);
            let mut copy = |calls| repeat(calls, || into.copy_from_slice(black_box(&from)));
            figure(row, bytes as f64 / take_turns(4 * SLICES, calls, &mut [&mut copy])[0], "");
        }
    }
    Ok(())
}

/// Million updates a second that two processors make in a table of one process, by their own atomics.
pub(crate) fn updates(row: &str, words: usize) -> Result<f64, Box<dyn std::error::Error>> {
    // The same kind of memory that a node's arena is, with the same pages.
    let memory = Memory::allocate(words * 8)?;
    let start = memory.atomic_u64(0);
    // SAFETY: the mapping has `words` words of 8 bytes from here on, aligned, which live as long as `memory` does and are
    // only reached as atomics.
    let table = unsafe { std::slice::from_raw_parts(start, words) };
    let barrier = Barrier::new(2);
    let work = |rank: usize| {
        // The error waits until the other thread is not left alone at the barrier.
        let pinned = pin(rank);
        let indices = indices(rank, words);
        let mut rates = Vec::new();
        for slice in 0..=TABLE_SLICES {
            barrier.wait();
            let start = Instant::now();
            for index in &indices {
                if row == "gups" {
                    table[*index].fetch_xor(PATTERN, Relaxed);
                } else {
                    table[*index].fetch_add(1, Relaxed);
                }
            }
            barrier.wait();
            if slice > 0 {
                rates.push((2 * UPDATES) as f64 / start.elapsed().as_secs_f64() / 1e6);
            }
        }
        pinned.map(|()| median(&rates))
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| work(1));
        let rate = work(0);
        other.join().map_err(|_| "the other thread has panicked")??;
        Ok(rate?)
    })
}
