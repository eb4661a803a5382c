//! Lamellar's side of the comparison: 2 PEs over its `shmem` lamellae. Each figure is one line of PE 0,
//! `figure ROW VALUE [VARIANT]`, in the unit of the row: nanoseconds, million updates a second, or GB a second.
//!
//! Started once for each PE, with `LAMELLAR_BACKEND=shmem LAMELLAR_NUM_PES=2 LAMELLAR_PE_ID=… LAMELLAR_JOB_ID=…`,
//! with the rows that are wanted as arguments; all of them without any.

use std::hint::black_box;
use std::time::Instant;

use lamellar::active_messaging::prelude::*;
use lamellar::array::prelude::*;
use lamellar::memregion::prelude::*;

/// Slices of one figure; the figure is their median.
const SLICES: usize = 7;
/// Words of the tables that are updated, and updates of each PE in one slice: the same for all contenders.
const HISTOGRAM: usize = 1 << 20;
const GUPS: usize = 1 << 24;
const UPDATES: usize = 1 << 18;
const PATTERN: u64 = 0x5555_5555_5555_5555;

fn median(mut slices: Vec<f64>) -> f64 {
    slices.sort_by(f64::total_cmp);
    slices[slices.len() / 2]
}

/// Nanoseconds of one of `calls` calls.
fn nanoseconds(calls: u32, mut call: impl FnMut()) -> f64 {
    for _ in 0..calls / 10 + 1 {
        call();
    }
    median(
        (0..SLICES)
            .map(|_| {
                let start = Instant::now();
                for _ in 0..calls {
                    call();
                }
                start.elapsed().as_nanos() as f64 / f64::from(calls)
            })
            .collect(),
    )
}

/// The indices that this PE updates in a table of `len` words, from the same generator in all contenders.
fn indices(pe: usize, len: usize) -> Vec<usize> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(pe as u64 + 1);
    (0..UPDATES)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % len as u64) as usize
        })
        .collect()
}

/// Million updates a second of both PEs together, after one slice to warm up; `update` is collective.
fn updates(world: &LamellarWorld, mut update: impl FnMut()) -> f64 {
    let rates = (0..=SLICES)
        .map(|_| {
            world.barrier();
            let start = Instant::now();
            update();
            world.wait_all();
            world.barrier();
            (UPDATES * world.num_pes()) as f64 / start.elapsed().as_secs_f64() / 1e6
        })
        .skip(1)
        .collect();
    median(rates)
}

/// Whether a row was asked for: by name, or all where none is.
fn wanted(row: &str) -> bool {
    std::env::args().len() < 2 || std::env::args().skip(1).any(|name| name == row)
}

/// Measures a row that was asked for, and prints it.
fn measure(row: &str, variant: &str, figure: impl FnOnce() -> f64) {
    if wanted(row) {
        println!("figure {row} {:.3} {variant}", figure());
    }
}

/// 8-byte operations of PE 0 on a word of PE 1, while PE 1 waits in a barrier as Lamellar's PEs do.
fn words(world: &LamellarWorld) {
    let array = AtomicArray::<u64>::new(world, 2 * 1024, Distribution::Block).block();
    let far = 1024 + 5;
    array.barrier();
    if world.my_pe() == 0 {
        measure("get", "", || nanoseconds(20_000, || _ = black_box(array.blocking_get(far))));
        measure("put", "", || nanoseconds(20_000, || array.put(far, 7).block()));
        measure("add", "", || {
            nanoseconds(20_000, || _ = black_box(array.fetch_add(far, 1).block()))
        });
        let mut seen = array.load(far).block();
        let swap = || match array.compare_exchange(far, seen, seen + 1).block() {
            Ok(_) => seen += 1,
            Err(other) => seen = other,
        };
        measure("cas", "", || nanoseconds(20_000, swap));
    }
    world.barrier();
}

/// Ranges of PE 1's memory, copied by PE 0.
fn ranges(world: &LamellarWorld) {
    let len = 1 << 20;
    let array = UnsafeArray::<u8>::new(world, 2 * len, Distribution::Block).block();
    array.barrier();
    if world.my_pe() == 0 {
        for (row, bytes, calls) in [("get64k", 64 << 10, 2000), ("get1m", 1 << 20, 100)] {
            let into = world.alloc_one_sided_mem_region::<u8>(bytes);
            // SAFETY: nobody writes the array, and nobody else uses the region.
            let copy = || unsafe {
                let buffer = LamellarBuffer::from_one_sided_memory_region(into.clone());
                array.blocking_get_into_buffer(len, buffer);
            };
            measure(row, "", || bytes as f64 / nanoseconds(calls, copy));
        }
    }
    world.barrier();
}

/// Exclusive-ors of the table or increments, by both PEs, on arrays of two kinds.
fn tables(world: &LamellarWorld) {
    for (row, len) in [("histogram", HISTOGRAM), ("gups", GUPS)] {
        if !wanted(row) {
            continue;
        }
        let indices = indices(world.my_pe(), len);
        let print = |rate: f64, sum: u64, variant: &str| {
            let updates = (UPDATES * world.num_pes() * (SLICES + 1)) as u64;
            let expected = if row == "gups" { 0 } else { updates };
            assert_eq!(sum, expected, "the sum of the table {row}");
            if world.my_pe() == 0 {
                println!("figure {row} {rate:.3} {variant}");
            }
        };
        let atomic = AtomicArray::<u64>::new(world, len, Distribution::Block).block();
        let rate = updates(world, || match row {
            "gups" => drop(atomic.batch_bit_xor(&indices[..], PATTERN).block()),
            _ => drop(atomic.batch_add(&indices[..], 1).block()),
        });
        print(rate, atomic.sum().block().unwrap_or(0), "batches on an AtomicArray");
        drop(atomic);
        world.barrier();
        let locked = LocalLockArray::<u64>::new(world, len, Distribution::Block).block();
        let rate = updates(world, || match row {
            "gups" => drop(locked.batch_bit_xor(&indices[..], PATTERN).block()),
            _ => drop(locked.batch_add(&indices[..], 1).block()),
        });
        let sum = locked.read_lock().block().sum().block().unwrap_or(0);
        print(rate, sum, "batches on a LocalLockArray");
        drop(locked);
        world.barrier();
    }
}

fn main() {
    let world = LamellarWorldBuilder::new().build();
    words(&world);
    ranges(&world);
    tables(&world);
    if wanted("barrier") {
        // Both PEs take part in each.
        let nanoseconds = nanoseconds(2000, || world.barrier());
        if world.my_pe() == 0 {
            println!("figure barrier {nanoseconds:.3}");
        }
    }
}
