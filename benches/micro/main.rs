//! What the hot paths cost the CPU, in time: address translation, headers, posting and polling, accesses in place
//! and posted, hits in the cache, what goes to the home, and the allocator.
//!
//! `cargo bench -p pangea-benches --bench micro [-- FILTER]`
//!
//! The same operations in instructions: `count.rs`.

mod ground;
mod operations;
#[path = "../../runtime/tests/posting/nic.rs"]
mod posted;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use ground::Ground;
use operations::Meter;

struct Timed<'a>(&'a mut Criterion);

impl Meter for Timed<'_> {
    fn operation(&mut self, name: &str, mut run: impl FnMut()) {
        self.0.bench_function(name, |bencher| bencher.iter(&mut run));
    }
}

fn micro(criterion: &mut Criterion) {
    operations::all(&mut Timed(criterion), &Ground::default());
}

/// Operations are many, and short.
fn settings() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group!(name = benches; config = settings(); targets = micro);
criterion_main!(benches);
