//! What `get` and `put` of 8 bytes cost on `shm`, beside a plain load and store of the same memory.
//!
//! `cargo bench -p pangea-benches --bench shm`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pangea::cluster::CoordinatorConfig;
use pangea_benches::Pair;
use verbs_shim::provider::Choice;

/// Elements at the target: 8 KiB, so that both sides measure the first cache and not memory.
const ELEMENTS: usize = 1024;

/// A walk over the elements that no prefetcher knows.
fn next(index: usize) -> usize {
    (index * 5 + 331) % ELEMENTS
}

fn shm(criterion: &mut Criterion) {
    let pair = Pair::start(&CoordinatorConfig::local(2, Choice::Shm, 1 << 20));
    let array = pair.node.array::<u64>("target").len(ELEMENTS).on_node(1).create().expect("fits");
    let part = array.segment_of(1).expect("is mapped");
    let cells = part.cells();
    let mut index = 0;

    let mut get = criterion.benchmark_group("get of 8 bytes");
    get.bench_function("plain load", |b| {
        b.iter(|| {
            index = next(index);
            black_box(cells[black_box(index)].load())
        });
    });
    get.bench_function("get", |b| {
        b.iter(|| {
            index = next(index);
            array.get(black_box(index)).expect("is there")
        });
    });
    get.finish();

    let mut put = criterion.benchmark_group("put of 8 bytes");
    put.bench_function("plain store", |b| {
        b.iter(|| {
            index = next(index);
            cells[black_box(index)].store(black_box(7));
        });
    });
    put.bench_function("put", |b| {
        b.iter(|| {
            index = next(index);
            array.put(black_box(index), black_box(7)).expect("is there");
        });
    });
    put.finish();

    let mut add = criterion.benchmark_group("fetch-and-add of 8 bytes");
    let memory = verbs_shim::Memory::allocate(4096).expect("a page");
    add.bench_function("CPU atomic", |b| {
        let word = memory.atomic_u64(64);
        b.iter(|| word.fetch_add(black_box(1), std::sync::atomic::Ordering::AcqRel));
    });
    add.bench_function("fetch_add", |b| {
        b.iter(|| array.fetch_add(black_box(5), black_box(1)).expect("is there"));
    });
    add.finish();

    let bytes = 1 << 20;
    let large = Pair::start(&CoordinatorConfig::local(2, Choice::Shm, 4 << 20));
    let far = large.node.array::<u8>("large").len(bytes).on_node(1).create().expect("fits");
    let (from, mut to) = (vec![1u8; bytes], vec![0u8; bytes]);
    let mut copy = criterion.benchmark_group("1 MiB");
    copy.bench_function("memcpy", |b| b.iter(|| to.copy_from_slice(black_box(&from))));
    copy.bench_function("get_range", |b| {
        b.iter(|| far.get_range(0, black_box(&mut to)).expect("is there"));
    });
    copy.finish();

    drop((array, far, part));
    pair.end();
    large.end();
}

criterion_group!(benches, shm);
criterion_main!(benches);
