use super::*;
use crate::testing::{Job, Paced};

#[test]
fn data_begins_at_a_cache_line_and_is_as_it_came() {
    let node = Node::new(1 << 20);
    let table = node.table(4);
    let guard = node.handle().pin();
    for (block, bytes) in [0usize, 1, 8, 63, 64, 65, 4064].into_iter().enumerate() {
        let data: Vec<u8> = (0..bytes).map(|byte| byte as u8).collect();
        let arrival = Arrival { block: block as u64, known: known(1, 0), moment: 0, data: &data };
        let copy = table.admit(&arrival, &guard);
        assert_eq!(copy.data(), data);
        assert_eq!(copy.data().as_ptr().addr() % 64, 0);
        assert_eq!(copy.bytes(), 64 + bytes.next_multiple_of(64));
    }
}

#[test]
fn a_lease_is_only_ever_prolonged() {
    let node = Node::new(1 << 20);
    let table = node.table(1);
    let guard = node.handle().pin();
    let copy = keep(&table, 0, 100, 64, &guard);
    assert_eq!((copy.known(), copy.rts()), (known(100, 8), 108));
    copy.renew(known(100, 50).lease, 3);
    assert_eq!((copy.known(), copy.rts()), (known(100, 50), 150));
    assert!(copy.is_fresh(3) && !copy.is_fresh(4));
    copy.renew(known(100, 20).lease, 2);
    assert_eq!((copy.known(), copy.rts()), (known(100, 50), 150), "it was longer already");
    assert!(copy.is_fresh(3), "it was found current later already");
    copy.renew(known(100, 20).lease, 7);
    assert!(copy.is_fresh(7), "each for itself");
    // Lengths that are stored with different exponents.
    copy.renew(known(100, 1 << 40).lease, 7);
    copy.renew(known(100, (1 << 26) - 1).lease, 7);
    assert_eq!(copy.rts(), 100 + (1 << 40));
}

#[test]
fn of_two_copies_the_newer_stays() {
    let node = Node::new(1 << 20);
    let table = node.table(1);
    let guard = node.handle().pin();
    keep(&table, 0, 5, 64, &guard);
    assert_eq!(keep(&table, 0, 7, 64, &guard).wts(), LogicalTime(7));
    let kept = keep(&table, 0, 6, 64, &guard);
    assert_eq!(kept.wts(), LogicalTime(7), "the answer is what is there");
    check_copy(kept, 0);
    node.check(&[&table]);
}

/// Two threads that miss at once: the newer copy comes after the other has looked, and before it has the lock.
#[test]
fn a_newer_copy_is_noticed_under_the_lock_too() {
    let node = Node::new(1 << 20);
    let table = node.table(1);
    let guard = node.handle().pin();
    let data = [0; 64];
    let late = Arrival { block: 0, known: known(6, 8), moment: 0, data: &data };
    let draft = Draft::new(late.known, 0, 0, &data);
    keep(&table, 0, 7, 64, &guard);
    let kept = node.cache.settle(&table.slots, &late, draft, &guard);
    assert_eq!(kept.wts(), LogicalTime(7));
    check_copy(table.find(0, &guard).expect("there is room"), 0);
    node.check(&[&table]);
}

#[test]
fn the_same_copy_again_prolongs_the_one_that_is_there() {
    let node = Node::new(1 << 20);
    let table = node.table(1);
    let guard = node.handle().pin();
    let first = keep(&table, 0, 5, 64, &guard);
    let data = first.data().to_vec();
    let again = Arrival { block: 0, known: known(5, 30), moment: 9, data: &data };
    let second = table.admit(&again, &guard);
    assert!(std::ptr::eq(first, second));
    assert_eq!(first.rts(), 35);
    assert!(first.is_fresh(9));
}

#[test]
fn a_use_is_counted_once_in_an_era_and_three_times_in_all() {
    let node = Node::new(1 << 20);
    let table = node.table(1);
    let guard = node.handle().pin();
    let copy = keep(&table, 0, 1, 64, &guard);
    for era in 0..6 {
        for _ in 0..5 {
            table.find(0, &guard);
            assert_eq!(copy.visits(), era.min(3), "in era {era}");
        }
        node.cache.era.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_new_version_stands_where_the_old_one_stood() {
    let node = Node::new(1 << 20);
    let table = node.table(1);
    let guard = node.handle().pin();
    keep(&table, 0, 1, 64, &guard);
    node.cache.era.0.fetch_add(1, Ordering::Relaxed);
    table.find(0, &guard);
    let used = node.cache.used();
    let copy = keep(&table, 0, 2, 64, &guard);
    assert_eq!(copy.visits(), 1);
    assert_eq!(node.cache.used(), used);
    node.check(&[&table]);
    // Of another size, it is a newcomer.
    keep(&table, 0, 3, 640, &guard);
    assert_eq!(node.cache.used(), used + 640 - 64);
    node.check(&[&table]);
}

#[test]
fn what_is_forgotten_is_gone_with_its_chunk() {
    let node = Node::new(1 << 20);
    let table = node.table(1000);
    let guard = node.handle().pin();
    let copy = keep(&table, 700, 1, 64, &guard);
    table.drop_copy(700, &guard);
    table.drop_copy(700, &guard);
    table.drop_copy(5, &guard);
    assert!(table.find(700, &guard).is_none());
    assert_eq!(node.cache.used(), 0);
    check_copy(copy, 700);
}

#[test]
fn blocks_beyond_the_table_are_shown_and_not_kept() {
    let node = Node::new(1 << 20);
    for table in [node.table(0), node.table(10)] {
        let guard = node.handle().pin();
        check_copy(keep(&table, 5000, 1, 64, &guard), 5000);
        assert!(table.find(5000, &guard).is_none());
        assert_eq!(node.cache.used(), 0);
    }
}

#[test]
fn a_table_of_very_many_blocks_counts_those_in_use_only() {
    let node = Node::new(1 << 20);
    let table = node.table(1 << 28);
    let guard = node.handle().pin();
    for block in [0, 1 << 20, (1 << 28) - 1] {
        keep(&table, block, 1, 64, &guard);
        check_copy(table.find(block, &guard).expect("it was kept"), block);
    }
    assert_eq!(node.cache.used(), 3 * (cost(64) + CHUNK_BYTES));
}

#[test]
fn under_a_guard_of_another_node_nothing_is_found() {
    let (node, other) = (Node::new(1 << 20), Node::new(1 << 20));
    let table = node.table(1);
    let guard = node.handle().pin();
    keep(&table, 0, 1, 64, &guard);
    assert!(table.find(0, &other.handle().pin()).is_none());
    check_copy(table.find(0, &guard).expect("it was kept"), 0);
}

#[test]
fn a_snapshot_outlives_its_copy_and_its_table() {
    Job::of(1).run(|node| {
        let cache = Arc::new(Cache::<Paced>::new(node.endpoint.collector(), 4096));
        let table = Table::new(&cache, 1000);
        let data = [7; 64];
        let pin = || node.endpoint.pin();
        assert!(table.snapshot(3, pin()).is_none());
        let kept = table.keep(3, known(1, 8), 5, &data, pin());
        let found = table.snapshot(3, pin()).expect("it was kept");
        assert!(std::ptr::eq(&raw const *kept, &raw const *found));
        for block in 4..1000 {
            table.keep(block, known(1, 8), 5, &[block as u8; 64], pin());
        }
        assert!(table.get(3, &pin()).is_none(), "there is no room for so many");
        let last = table.snapshot(999, pin()).expect("it came last");
        table.forget(999, &pin());
        assert!(table.snapshot(999, pin()).is_none());
        drop(table);
        assert_eq!(cache.used(), 0);
        assert_eq!((kept.data(), found.known()), (&data[..], known(1, 8)));
        assert_eq!(last.data(), [999u64 as u8; 64]);
    });
}
