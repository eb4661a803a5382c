//! Pins, and the allocator.

use std::hint::black_box;

use pangea::Node;
use pangea::primitives::Primitives;

use super::Meter;

/// What keeps the cache from under a reader.
pub(super) fn pins<P: Primitives>(meter: &mut impl Meter, node: &Node<P>) {
    meter.operation("memory/pin", || _ = black_box(node.batch()));
}

/// Making an array and giving it back: the coordinator allocates in the arenas and clears what was used.
pub(super) fn allocation<P: Primitives>(meter: &mut impl Meter, node: &Node<P>) {
    meter.operation("memory/create and release an array", || {
        let array = node.array::<u64>(black_box("short-lived")).len(1024).create().expect("fits");
        array.release().expect("is ours");
    });
}
