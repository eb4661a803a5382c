//! Segments with coherence blocks, in jobs of several nodes.

use std::collections::BTreeSet;

use super::{BlockWish, Expected, Segment, UnitWish, Wish};
use crate::cluster::{Distribution, Model, Rank};
use crate::error::Error;
use crate::testing::{Job, Paced, TestNode};

fn wish(name: &str, len: u64, distribution: Distribution, block: BlockWish) -> Wish {
    Wish {
        name: name.to_owned(),
        type_name: "SharedArray<u64>".to_owned(),
        element_bytes: 8,
        element_align: 8,
        len,
        distribution,
        model: Model::Sequential,
        unit: UnitWish::Block(block),
    }
}

fn create(node: &TestNode, wish: Wish) -> Segment<Paced> {
    Segment::create_or_attach(&node.endpoint, wish).expect("creates")
}

fn problem<T>(result: Result<T, Error>) -> String {
    result.err().expect("is refused").to_string()
}

/// Every block has one place of its own, aligned and at the home that is said, and the numbers of
/// elements by rank agree with where their blocks are.
fn check(segment: &Segment<Paced>, size: u32) {
    let (len, bytes) = (segment.len(), segment.block_bytes() as u64);
    let per_block = segment.per_block() as u64;
    assert_eq!(segment.blocks(), len.div_ceil(per_block));
    let mut places = BTreeSet::new();
    for block in 0..segment.blocks() {
        let place = segment.block_place(block);
        assert_eq!(place.rank, segment.block_home(block));
        assert!(place.rank < size && place.offset.is_multiple_of(bytes.min(4096)));
        assert!(place.offset >= segment.offset_on(place.rank));
        assert!(places.insert((place.rank, place.offset / bytes)), "two blocks in one place");
    }
    let mut at: Vec<Vec<u64>> = vec![Vec::new(); size as usize];
    for index in 0..len {
        let (block, within) = segment.block_of(index);
        assert_eq!(block * per_block + within as u64, index);
        at[segment.block_home(block) as usize].push(index);
        let addr = segment.addr(index).expect("is inside");
        assert_eq!((addr.offset(), segment.index_of(addr)), (8 * index, Some(index)));
    }
    for (rank, indices) in (0..).zip(at) {
        assert_eq!(segment.local_len(rank), indices.len() as u64);
        for (local, index) in (0..).zip(&indices) {
            assert_eq!(segment.index_at(rank, local), *index);
        }
        match segment.range_at(rank) {
            Some(range) => assert_eq!(range.collect::<Vec<_>>(), indices),
            None => assert!(indices.windows(2).any(|pair| pair[0] + 1 != pair[1])),
        }
    }
}

#[test]
fn blocks_have_places_and_elements_have_blocks() {
    Job::of(3).run(|node| {
        let small = BlockWish { bytes: 64, per_block: 4 };
        let large = BlockWish { bytes: 8192, per_block: 1020 };
        let all = [
            Distribution::Block,
            Distribution::Cyclic,
            Distribution::BlockCyclic { block: 2 },
            Distribution::OnNode(Rank(1)),
        ];
        for block in [small, large] {
            for distribution in all {
                for len in [0, 1, 3, 4, 5, 27, 28, 29, 4000] {
                    let name = format!("{block:?} {distribution} {len}");
                    let segment = create(node, wish(&name, len, distribution, block));
                    check(&segment, 3);
                    segment.release().expect("once");
                    assert!(len == 0 || segment.is_released());
                }
            }
        }
        node.barrier().expect("all are there");
    });
}

#[test]
fn distributions_deal_in_blocks() {
    Job::of(2).run(|node| {
        let block = BlockWish { bytes: 64, per_block: 4 };
        let homes = |name: &str, distribution| -> Vec<u32> {
            let segment = create(node, wish(name, 30, distribution, block));
            (0..segment.blocks()).map(|block| segment.block_home(block)).collect()
        };
        assert_eq!(homes("block", Distribution::Block), [0, 0, 0, 0, 1, 1, 1, 1]);
        assert_eq!(homes("cyclic", Distribution::Cyclic), [0, 1, 0, 1, 0, 1, 0, 1]);
        let by_three = homes("by 3", Distribution::BlockCyclic { block: 3 });
        assert_eq!(by_three, [0, 0, 0, 1, 1, 1, 0, 0]);
        node.barrier().expect("all are there");
    });
}

#[test]
fn a_segment_is_attached_to_as_what_it_is() {
    Job::of(1).run(|node| {
        let block = BlockWish { bytes: 4096, per_block: 500 };
        let shared = Wish {
            type_name: "Shared<u64>".to_owned(),
            ..wish("one", 1, Distribution::Block, block)
        };
        let mutex =
            Wish { type_name: "Mutex<u64>".to_owned(), ..wish("m", 1, Distribution::Block, block) };
        let pair = Wish {
            name: "pair".to_owned(),
            type_name: "Atomic<u64>".to_owned(),
            model: Model::Strict,
            unit: UnitWish::Element,
            ..shared
        };
        let many = create(node, wish("many", 2000, Distribution::Block, block));
        let kept = (create(node, shared), create(node, mutex), create(node, pair));
        for (name, parts) in [
            (
                "many",
                [
                    "a SharedArray (SharedArray<u64> × 2000 (block, sequential, blocks of 4 KiB))",
                    "not an Array",
                ],
            ),
            ("one", ["a Shared (Shared<u64> × 1", "attach to it as what it was created as"]),
            ("m", ["a Mutex (Mutex<u64> × 1", "blocks of 4 KiB"]),
            ("pair", ["an Atomic (Atomic<u64> × 1 (block, strict))", "not an Array"]),
        ] {
            let text = problem(node.array::<u64>(name).attach());
            for part in parts {
                assert!(text.contains(part), "{text:?} lacks {part:?}");
            }
        }
        let expected =
            Expected { type_name: "SharedArray<i64>", element_bytes: 8, kind: "SharedArray" };
        let text = problem(Segment::attach(&node.endpoint, "many", &expected));
        assert!(text.contains("holds SharedArray<u64>"), "{text}");
        // What was refused is not held: with the last release the names are free.
        for segment in [&many, &kept.0, &kept.1, &kept.2] {
            segment.release().expect("once");
        }
        assert_eq!(node.endpoint.client().catalog().expect("lists"), []);

        let array = node.array::<u64>("many").len(10).create().expect("the name is free");
        let type_name = "SharedArray<u64>";
        let expected = Expected { type_name, element_bytes: 8, kind: "SharedArray" };
        let text = problem(Segment::attach(&node.endpoint, "many", &expected));
        assert!(text.contains("an Array (u64 × 10 (block, relaxed)), not a SharedArray"), "{text}");
        drop(array);
    });
}

#[test]
fn creating_something_else_of_a_name_is_refused() {
    Job::of(1).run(|node| {
        let block = BlockWish { bytes: 4096, per_block: 500 };
        let there = create(node, wish("a", 100, Distribution::Block, block));
        let text = problem(node.array::<u64>("a").len(100).create());
        assert!(text.contains("blocks of 4 KiB") && text.contains("relaxed"), "{text}");
        let other = BlockWish { per_block: 400, ..block };
        let other = wish("a", 100, Distribution::Block, other);
        let text = problem(Segment::create_or_attach(&node.endpoint, other));
        assert!(text.contains("500 in a block") && text.contains("400 in a block"), "{text}");
        drop(there);
    });
}

#[test]
fn what_no_segment_can_be_is_refused() {
    Job::of(2).run(|node| {
        let of = |len, bytes, per_block| {
            let wish = wish("no", len, Distribution::Block, BlockWish { bytes, per_block });
            problem(Segment::create_or_attach(&node.endpoint, wish))
        };
        for (text, part) in [
            (of(1 << 40, 64, 1), "1099511627776 elements in blocks of 64 bytes exceed"),
            (of(u64::MAX, 64, 4), "exceed"),
            (of(10, 96, 4), "not 96"),
            (of(10, 64, 5), "do not fit a block of 64"),
            (of(10, 64, 0), "hold nothing"),
            (of(10, 0, 4), "blocks of no bytes"),
        ] {
            assert!(text.contains(part), "{text:?} lacks {part:?}");
        }
    });
}
