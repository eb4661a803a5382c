//! What the machine does without the library: the other operations are read beside these.

use std::hint::black_box;
use std::sync::atomic::Ordering;

use verbs_shim::Memory;

use super::Meter;
use crate::ground::Walk;

/// Elements, as `arrays.rs` has them.
const ELEMENTS: usize = 1024;

pub(super) fn all(meter: &mut impl Meter) {
    let memory = Memory::allocate(ELEMENTS * 8).expect("two pages");
    let cells = memory.cells::<u64>(0, ELEMENTS);
    let walk = Walk::through(ELEMENTS);
    meter.operation("limit/load", || _ = black_box(cells[walk.next()].load()));
    meter.operation("limit/store", || cells[walk.next()].store(black_box(7)));
    let word = memory.atomic_u64(64);
    meter.operation("limit/fetch_add", || _ = black_box(word.fetch_add(1, Ordering::SeqCst)));
}
