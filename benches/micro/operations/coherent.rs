//! Coherent values, arrays and locks.

use std::hint::black_box;

use pangea::primitives::Primitives;
use pangea::{Element, Model, Node, Shared, SharedArray};

use super::Meter;
use crate::ground::{TARGET, Walk};

/// Values that are read in turn.
const VALUES: usize = 64;

/// Elements of the array: 8 KiB.
const ELEMENTS: usize = 1024;

/// Reads that find their block in the node's cache.
pub(super) fn hits<P: Primitives>(meter: &mut impl Meter, how: &str, node: &Node<P>) {
    let value = |number: usize| -> Shared<u64, P> {
        let name = format!("value {number}");
        let value = node.shared(&name).on_node(TARGET).create().expect("fits");
        value.load().expect("is there");
        value
    };
    let values: Vec<_> = (0..VALUES).map(value).collect();
    let walk = Walk::through(VALUES);
    meter.operation(&format!("{how}/hit: load"), || {
        black_box(values[walk.next()].load().expect("is there"));
    });
    meter.operation(&format!("{how}/hit: read"), || {
        black_box(*values[walk.next()].read().expect("is there"));
    });
    meter.operation(&format!("{how}/hit: {VALUES} times load_in a batch"), || {
        let batch = node.batch();
        for _ in 0..VALUES {
            black_box(values[walk.next()].load_in(&batch).expect("is there"));
        }
    });

    let array: SharedArray<u64, P> =
        node.shared_array("array").len(ELEMENTS).on_node(TARGET).create().expect("fits");
    let mut all = vec![0; ELEMENTS];
    array.get_range(0, &mut all).expect("is there");
    let walk = Walk::through(ELEMENTS);
    meter.operation(&format!("{how}/hit: get"), || {
        black_box(array.get(walk.next()).expect("is there"));
    });
    meter.operation(&format!("{how}/hit: get_range of 8 KiB"), || {
        array.get_range(0, black_box(&mut all)).expect("is there");
    });
}

/// Reads under `Strict`, of a value that was written once, as values are, so that it comes with a lease.
fn strict<P: Primitives, T: Element>(meter: &mut impl Meter, how: &str, node: &Node<P>) {
    let bytes = size_of::<T>();
    let name = format!("strict {bytes}");
    let value: Shared<T, P> =
        node.shared(&name).model(Model::Strict).on_node(TARGET).create().expect("fits");
    value.store(T::zeroed()).expect("is there");
    meter.operation(&format!("{how}/strict read of {bytes}"), || {
        black_box(&*value.read().expect("is there"));
    });
}

/// What goes to the home of a block.
pub(super) fn at_home<P: Primitives>(meter: &mut impl Meter, how: &str, node: &Node<P>) {
    strict::<P, u64>(meter, how, node);
    strict::<P, [u64; 4]>(meter, how, node);
    strict::<P, [u64; 60]>(meter, how, node);
    strict::<P, [u64; 500]>(meter, how, node);

    let value: Shared<u64, P> = node.shared("written").on_node(TARGET).create().expect("fits");
    meter.operation(&format!("{how}/store"), || {
        value.store(black_box(7)).expect("is there");
    });
    let mutex = node.mutex::<u64>("mutex").on_node(TARGET).create().expect("fits");
    meter.operation(&format!("{how}/mutex: lock, unlock"), || {
        *mutex.lock().expect("is sound") += 1;
    });
    let lock = node.rwlock::<u64>("rwlock").on_node(TARGET).create().expect("fits");
    meter.operation(&format!("{how}/rwlock: read, leave"), || {
        black_box(*lock.read().expect("is sound"));
    });
    let atomic = node.atomic::<u64>("atomic").on_node(TARGET).create().expect("fits");
    meter.operation(&format!("{how}/atomic: fetch_add"), || {
        black_box(atomic.fetch_add(black_box(1)).expect("is there"));
    });
}
