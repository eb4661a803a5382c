//! Finding the changed bytes of a page of 4 KiB, beside the comparison of memory that finds whether there are any.
//!
//! `cargo bench -p pangea-benches --bench diff [-- FILTER]`

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use pangea::{Grain, changed_runs};

const PAGE: usize = 4096;

/// What has changed: a name, and every how manieth byte.
const CHANGES: [(&str, usize); 5] = [
    ("one byte", PAGE),
    ("8 bytes apart", PAGE / 8),
    ("64 bytes apart", PAGE / 64),
    ("every second byte", 2),
    ("all", 1),
];

fn diff(criterion: &mut Criterion) {
    let twin = vec![0x5a_u8; PAGE];
    let same = twin.clone();
    let mut group = criterion.benchmark_group("4 KiB");
    group.bench_function("nothing: memcmp", |bencher| {
        bencher.iter(|| black_box(&same[..]) == black_box(&twin[..]));
    });
    let mut runs = |name: &str, now: &[u8]| {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut bytes = 0;
                changed_runs(black_box(now), black_box(&twin), Grain::BYTE, |run| {
                    bytes += run.len();
                });
                bytes
            });
        });
    };
    runs("nothing", &same);
    for (name, every) in CHANGES {
        let mut now = twin.clone();
        now.iter_mut().step_by(every).for_each(|byte| *byte ^= 0xff);
        runs(name, &now);
    }
}

fn settings() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group!(name = benches; config = settings(); targets = diff);
criterion_main!(benches);
