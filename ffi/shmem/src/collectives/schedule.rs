//! Who speaks to whom: pure functions of the number of members and of one's place among them.

use std::ops::Range;

/// The rounds of dissemination: in round `k` member `i` tells `i + 2^k`, so after all rounds each has heard of all.
pub(super) fn rounds(size: u32) -> u32 {
    size.next_power_of_two().trailing_zeros()
}

/// Whom a member tells in a round of dissemination.
pub(super) fn ahead(me: u32, size: u32, round: u32) -> u32 {
    ((u64::from(me) + (1 << round)) % u64::from(size)) as u32
}

/// The children of a member of a binomial tree, those with the deepest trees first.
pub(super) fn children(me: u32, root: u32, size: u32) -> impl Iterator<Item = u32> {
    // Both are members: no division is needed.
    let place = if me >= root { me - root } else { me + (size - root) };
    let below = if place == 0 { rounds(size) } else { place.trailing_zeros() };
    (0..below).rev().filter_map(move |round| {
        let child = place + (1 << round);
        (child < size)
            .then(|| if child < size - root { child + root } else { child - (size - root) })
    })
}

/// What a member does in recursive doubling, which combines all values in the order of the members.
///
/// With `p` the largest power of two in `size`, the first `2 (size - p)` members pair up: the even one gives its value to
/// the odd one and gets the result from it in the end. The `p` that are left double the range that they stand for in each
/// round.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Doubling {
    /// Gives to the next member, and takes the result from it.
    Gives,
    /// Is one of those that exchange; before and afterwards it serves the member before it, if `serves`.
    Exchanges { place: u32, serves: bool },
}

/// What a member does in recursive doubling.
pub(super) fn doubling(me: u32, size: u32) -> Doubling {
    let pairs = size - power(size);
    match me {
        me if me >= 2 * pairs => Doubling::Exchanges { place: me - pairs, serves: false },
        me if me % 2 == 1 => Doubling::Exchanges { place: me / 2, serves: true },
        _ => Doubling::Gives,
    }
}

/// The member at a place among those that exchange.
pub(super) fn exchanging(place: u32, size: u32) -> u32 {
    let pairs = size - power(size);
    if place < pairs { 2 * place + 1 } else { place + pairs }
}

/// The rounds of recursive doubling.
pub(super) fn doublings(size: u32) -> u32 {
    power(size).trailing_zeros()
}

/// The largest power of two that is not above `size`.
fn power(size: u32) -> u32 {
    1 << size.ilog2()
}

/// The part of `count` elements that a member works on: as equal as can be, in order, all elements once.
pub(super) fn slice(me: u32, size: u32, count: usize) -> Range<usize> {
    let (me, size) = (me as usize, size as usize);
    let (each, rest) = (count / size, count % size);
    let start = me * each + me.min(rest);
    start..start + each + usize::from(me < rest)
}

/// All others, from the next one on, so that not all begin with the same.
pub(super) fn others(me: u32, size: u32) -> impl Iterator<Item = u32> {
    (me + 1..size).chain(0..me)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: std::ops::RangeInclusive<u32> = 1..=17;

    #[test]
    fn dissemination_reaches_all() {
        for size in SIZES {
            let mut heard: Vec<u32> = (0..size).map(|me| 1 << me).collect();
            for round in 0..rounds(size) {
                let before = heard.clone();
                for me in 0..size {
                    heard[ahead(me, size, round) as usize] |= before[me as usize];
                }
            }
            assert!(heard.iter().all(|heard| *heard == (1 << size) - 1), "{size} members");
        }
    }

    #[test]
    fn a_tree_reaches_each_once() {
        for size in SIZES {
            for root in 0..size {
                let mut reached = vec![root];
                let mut next = 0;
                while next < reached.len() {
                    reached.extend(children(reached[next], root, size));
                    next += 1;
                }
                reached.sort_unstable();
                assert_eq!(reached, (0..size).collect::<Vec<_>>(), "{size} members, root {root}");
            }
        }
    }

    #[test]
    fn doubling_combines_all_in_order() {
        for size in SIZES {
            let mut ranges: Vec<Vec<u32>> = Vec::new();
            for place in 0..1 << doublings(size) {
                let me = exchanging(place, size);
                let Doubling::Exchanges { place: same, serves } = doubling(me, size) else {
                    panic!("member {me} of {size} exchanges")
                };
                assert_eq!(same, place);
                assert!(!serves || doubling(me - 1, size) == Doubling::Gives);
                ranges.push(if serves { vec![me - 1, me] } else { vec![me] });
            }
            let giving = (0..size).filter(|me| doubling(*me, size) == Doubling::Gives).count();
            assert_eq!(giving + ranges.len(), size as usize);
            for round in 0..doublings(size) {
                let before = ranges.clone();
                for (place, range) in ranges.iter_mut().enumerate() {
                    let other = place ^ (1 << round);
                    let (low, high) = (place.min(other), place.max(other));
                    *range = [before[low].clone(), before[high].clone()].concat();
                }
            }
            let all: Vec<u32> = (0..size).collect();
            assert!(ranges.iter().all(|range| *range == all), "{size} members");
        }
    }

    #[test]
    fn slices_are_all_elements_once() {
        for size in SIZES {
            for count in 0..100 {
                let slices: Vec<_> = (0..size).map(|me| slice(me, size, count)).collect();
                assert!(slices.iter().flat_map(Clone::clone).eq(0..count), "{count} by {size}");
                let lengths = slices.iter().map(ExactSizeIterator::len);
                assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1);
            }
        }
    }

    #[test]
    fn others_are_all_but_oneself() {
        for size in SIZES {
            for me in 0..size {
                let mut all: Vec<u32> = others(me, size).collect();
                assert_eq!(all.first(), (size > 1).then_some(&((me + 1) % size)));
                all.sort_unstable();
                assert!(all.into_iter().eq((0..size).filter(|other| *other != me)));
            }
        }
    }
}
