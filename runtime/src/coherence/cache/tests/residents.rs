use proptest::prelude::*;

use super::*;

/// Uses a block as an array does that is read element by element.
fn use_block(table: &Table<System>, block: u64, handle: &LocalHandle) -> bool {
    let guard = handle.pin();
    let hit = table.find(block, &guard).is_some();
    if !hit {
        keep(table, block, 1, 4096, &guard);
    }
    for _ in 0..16 {
        table.find(block, &guard);
    }
    hit
}

/// The working set is half of the budget, the scan 25 times the budget. Though every block of the scan is
/// used many times while it is there, none of them is needed again, and they must not stay for the sake
/// of it.
#[test]
fn a_scan_leaves_the_working_set_as_it_is() {
    let room = 200;
    let node = Node::new(room * cost(4096) + 64 * 1024);
    let (hot, cold) = (node.table(100), node.table(5000));
    let handle = node.handle();
    // They are used again and again, with something else in between.
    for round in 0..20 {
        for block in 0..100 {
            use_block(&hot, block, &handle);
            use_block(&cold, 100 * round + block, &handle);
        }
    }
    let mut hits = 0;
    for block in 2000..5000 {
        use_block(&cold, block, &handle);
        // Each block of the working set once in a while: in the time of half a budget.
        hits += usize::from(use_block(&hot, block % 100, &handle));
    }
    assert_eq!(hits, 3000, "misses because of the scan");
    // Nor if it rests during a scan of many times the budget.
    for block in 0..5000 {
        use_block(&cold, block, &handle);
    }
    let missing = (0..100).filter(|block| !use_block(&hot, *block, &handle)).count();
    assert_eq!(missing, 0, "blocks of the working set are gone");
    node.check(&[&hot, &cold]);
}

#[test]
fn what_is_larger_than_the_budget_is_shown_and_not_kept() {
    let node = Node::new(8192);
    let table = node.table(10);
    let handle = node.handle();
    let guard = handle.pin();
    keep(&table, 1, 1, 64, &guard);
    let used = node.cache.used();
    let copy = keep(&table, 2, 1, 16 << 10, &guard);
    check_copy(copy, 2);
    assert!(table.find(2, &guard).is_none());
    assert!(table.find(1, &guard).is_some(), "nothing else has to go for it");
    assert_eq!(node.cache.used(), used);
    assert_eq!(node.cache.garbage(), copy.bytes());
    drop(guard);
    drain(&handle);
    assert_eq!(node.cache.garbage(), 0);
}

#[test]
fn a_cache_without_a_budget_keeps_nothing() {
    let node = Node::new(0);
    let table = node.table(10);
    let guard = node.handle().pin();
    check_copy(keep(&table, 1, 1, 64, &guard), 1);
    assert_eq!(node.cache.used(), 0);
}

/// Lets the collector see that nobody is pinned.
fn drain(handle: &LocalHandle) {
    for _ in 0..8 {
        handle.pin().flush();
    }
}

/// 64 KiB blocks: what fills the bag of a thread before the collector would look at it is 4 MiB.
#[test]
fn garbage_does_not_pile_up() {
    let node = Node::new(1 << 20);
    let table = node.table(1000);
    let handle = node.handle();
    let mut most = 0;
    for block in 0..1000 {
        keep(&table, block, 1, 64 << 10, &handle.pin());
        most = most.max(node.cache.garbage());
    }
    assert!(most <= 1 << 20, "{most} bytes of garbage, as much as the budget");
}

#[test]
fn a_table_that_is_dropped_gives_its_bytes_back() {
    let node = Node::new(64 << 10);
    let (one, two) = (node.table(1000), node.table(1000));
    let handle = node.handle();
    for block in 0..1000 {
        keep(&one, block, 1, 64, &handle.pin());
        keep(&two, block, 1, 64, &handle.pin());
    }
    node.check(&[&one, &two]);
    let guard = handle.pin();
    let copy = keep(&one, 999, 2, 64, &guard);
    drop(one);
    check_copy(copy, 999);
    node.check(&[&two]);
    drop(two);
    assert_eq!(node.cache.used(), 0);
    drop(guard);
    drain(&handle);
    assert_eq!(node.cache.garbage(), 0);
}

/// Blocks far from each other, each with a chunk of its own: the chunks count too, and go with their copies.
#[test]
fn scattered_blocks_stay_within_the_budget() {
    let node = Node::new(64 << 10);
    let table = node.table(100 << 20);
    let handle = node.handle();
    for block in 0..2000u64 {
        keep(&table, block * 7919, 1, 64, &handle.pin());
        assert!(node.cache.used() <= 64 << 10);
    }
    let kept = node.cache.residents.lock().chunks.len();
    assert!(kept <= (64 << 10) / CHUNK_BYTES, "{kept} chunks");
    assert!(kept >= 32, "most of the budget is used: {kept} chunks");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever is done, slots, queues and counts agree, and a copy that is found is the last one kept.
    #[test]
    fn slots_and_queues_agree(
        acts in prop::collection::vec((0..3u8, 0..2usize, 0..400u64, 0..3usize), 1..200),
    ) {
        let node = Node::new(8 << 10);
        let tables = [node.table(400), node.table(400)];
        let handle = node.handle();
        let mut last = BTreeMap::new();
        for (time, (act, table, block, size)) in (1..).zip(acts) {
            let guard = handle.pin();
            match act {
                0 => tables[table].drop_copy(block, &guard),
                1 => {
                    if let Some(copy) = tables[table].find(block, &guard) {
                        prop_assert_eq!(Some(&copy.wts().0), last.get(&(table, block)));
                        check_copy(copy, block);
                    }
                }
                _ => {
                    keep(&tables[table], block, time, [64, 200, 3000][size], &guard);
                    last.insert((table, block), time);
                }
            }
            node.check(&[&tables[0], &tables[1]]);
        }
    }
}
