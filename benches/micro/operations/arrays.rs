//! Addresses, and relaxed arrays.

use std::hint::black_box;

use pangea::primitives::Primitives;
use pangea::{Array, Node};

use super::Meter;
use crate::ground::{TARGET, Walk};

/// Elements at the target: 8 KiB, so that the first cache is measured and not memory.
const ELEMENTS: usize = 1024;

/// Elements that are accessed together.
const MANY: usize = 32;

/// From index to address and back.
pub(super) fn addresses<P: Primitives>(meter: &mut impl Meter, node: &Node<P>) {
    let array: Array<u64, P> = node.array("addresses").len(ELEMENTS).create().expect("fits");
    let walk = Walk::through(ELEMENTS);
    meter.operation("address/of an index", || {
        black_box(array.addr(walk.next()).expect("is inside"));
    });
    let addr = array.addr(77).expect("is inside");
    meter.operation("address/to an index", || {
        black_box(array.index_of(black_box(addr)).expect("is one"));
    });
}

/// Single accesses, and many at once.
pub(super) fn accesses<P: Primitives>(meter: &mut impl Meter, how: &str, node: &Node<P>) {
    let array: Array<u64, P> =
        node.array("target").len(ELEMENTS).on_node(TARGET).create().expect("fits");
    let blocks: Array<u64, P> = node.array("blocks").len(2 * ELEMENTS).create().expect("fits");
    let walk = Walk::through(ELEMENTS);
    meter.operation(&format!("{how}/get"), || {
        black_box(array.get(walk.next()).expect("is there"));
    });
    meter.operation(&format!("{how}/get, spread by blocks"), || {
        black_box(blocks.get(ELEMENTS + walk.next()).expect("is there"));
    });
    meter.operation(&format!("{how}/put"), || {
        array.put(walk.next(), black_box(7)).expect("is there");
    });
    meter.operation(&format!("{how}/put without waiting, and quiet"), || {
        array.put_nb(walk.next(), black_box(&[7])).expect("is there");
        node.quiet().expect("arrives");
    });
    meter.operation(&format!("{how}/quiet, nothing to wait for"), || {
        node.quiet().expect("nothing has failed");
    });
    meter.operation(&format!("{how}/fetch_add"), || {
        black_box(array.fetch_add(walk.next(), black_box(1)).expect("is there"));
    });
    meter.operation(&format!("{how}/compare_swap"), || {
        black_box(array.compare_swap(walk.next(), black_box(1), 2).expect("is there"));
    });
    let mut values = [0; MANY];
    meter.operation(&format!("{how}/get_range of {MANY}"), || {
        array.get_range(black_box(64), black_box(&mut values)).expect("is there");
    });
    let indices: [usize; MANY] = std::array::from_fn(|_| walk.next());
    meter.operation(&format!("{how}/gather {MANY}"), || {
        array.gather(black_box(&indices), black_box(&mut values)).expect("is there");
    });
    meter.operation(&format!("{how}/scatter {MANY}"), || {
        array.scatter(black_box(&indices), black_box(&values)).expect("is there");
    });
}
