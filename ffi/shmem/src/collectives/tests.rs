//! Every algorithm with every number of members up to 17, in every manner, against a plain computation; each again and
//! again without a sync between, so that words and chunks are used in turns.

use std::sync::LazyLock;

use super::alltoall::{Strided, alltoall, alltoalls};
use super::broadcast::broadcast;
use super::collect::{collect, fcollect};
use super::group::Group;
use super::layout::CHUNK_DATA;
use super::reduce::{Kernel, reduce};
use super::testbed::{FREE, MANNERS, Pe, run, sets};
use crate::operations::{And, Max, Operation, Product, Sum};

/// Rounds of each.
const TIMES: u64 = 5;
/// Lengths around what fits into a chunk.
const LENGTHS: [usize; 5] = [0, 1, CHUNK_DATA, CHUNK_DATA + 1, 3000];

/// A byte that depends on who, where and when.
fn byte(member: u32, index: usize, time: u64) -> u8 {
    (u64::from(member) * 31 + index as u64 * 7 + time * 13) as u8
}

/// Such bytes, copied from a row that has them all: one by one they take an unoptimized test most of its time.
fn bytes(member: u32, len: usize, time: u64) -> Vec<u8> {
    const LONGEST: usize = 17 * 3000;
    static ROW: LazyLock<Vec<u8>> =
        LazyLock::new(|| (0..256 + LONGEST).map(|index| byte(0, index, 0)).collect());
    // Where the row has the first of them: 7 times 183 is 1, modulo 256.
    let begin = usize::from(byte(member, 0, time).wrapping_mul(183));
    ROW[begin..begin + len].to_vec()
}

/// Runs a program with every number of members, in every manner.
fn everywhere(bytes: impl Fn(u32) -> usize, program: impl Fn(&Group<'_, Pe<'_>>, &Pe<'_>) + Sync) {
    for manner in MANNERS {
        for size in 1..=17 {
            for (world, set) in sets(size) {
                run(manner, world, set, bytes(size), &program);
            }
        }
    }
}

/// As [`everywhere`], with every length.
fn at_every_length(
    bytes: impl Fn(u32, usize) -> usize,
    program: impl Fn(&Group<'_, Pe<'_>>, &Pe<'_>, usize) + Sync,
) {
    for len in LENGTHS {
        everywhere(|size| bytes(size, len), |group, pe| program(group, pe, len));
    }
}

#[test]
fn nobody_leaves_a_sync_before_all_are_there() {
    use std::sync::atomic::{AtomicU64, Ordering};
    for manner in MANNERS {
        for size in 1..=17 {
            for (world, set) in sets(size) {
                let came = AtomicU64::new(0);
                run(manner, world, set, 0, |group, _| {
                    for time in 1..=3 * TIMES {
                        came.fetch_add(1, Ordering::SeqCst);
                        group.sync().unwrap();
                        assert!(came.load(Ordering::SeqCst) >= time * u64::from(size));
                    }
                });
            }
        }
    }
}

#[test]
fn words_are_shared() {
    everywhere(
        |_| 0,
        |group, _| {
            for time in 0..TIMES {
                let words = group.share(u64::from(group.me) << 32 | time).unwrap();
                assert!(
                    words
                        .into_iter()
                        .eq((0..u64::from(group.size())).map(|member| member << 32 | time))
                );
            }
        },
    );
}

#[test]
fn broadcasts_reach_all_from_every_root() {
    at_every_length(
        |_, len| 2 * len,
        |group, pe, len| {
            let (source, dest) = (FREE, FREE + len as u64);
            for time in 0..TIMES.max(u64::from(group.size())) {
                let root = (time % u64::from(group.size())) as u32;
                let root_too = time % 2 == 0;
                pe.put(source, &bytes(group.me, len, time));
                pe.put(dest, &bytes(99, len, time));
                // SAFETY: the ranges are in the arenas.
                unsafe { broadcast(group, dest, source, len, root, root_too).unwrap() };
                let from = if group.me == root && !root_too { 99 } else { root };
                assert_eq!(pe.get::<u8>(dest, len), bytes(from, len, time), "root {root}");
            }
        },
    );
}

#[test]
fn collected_is_what_all_have() {
    at_every_length(
        |size, len| len * (size as usize + 1) + 16 * size as usize * size as usize,
        |group, pe, len| {
            let room = len + group.size() as usize;
            let (source, dest) = (FREE, FREE + room as u64);
            for time in 0..TIMES {
                pe.put(source, &bytes(group.me, room, time));
                // SAFETY: the ranges are in the arenas.
                unsafe { fcollect(group, dest, source, len).unwrap() };
                let of = |member| bytes(member, len, time);
                let all = (0..group.size()).map(of).collect::<Vec<_>>().concat();
                assert_eq!(pe.get::<u8>(dest, all.len()), all);

                // Each has another length; some nothing.
                let own = |member: u32| {
                    if (u64::from(member) + time) % 3 == 0 { 0 } else { len + member as usize }
                };
                let of = |member| bytes(member, own(member), time);
                let all = (0..group.size()).map(of).collect::<Vec<_>>().concat();
                let fits = |total| {
                    assert_eq!(total, all.len());
                    Ok(())
                };
                // SAFETY: as above.
                unsafe { collect(group, dest, source, own(group.me), fits).unwrap() };
                assert_eq!(pe.get::<u8>(dest, all.len()), all);
            }
        },
    );
}

#[test]
fn blocks_are_exchanged() {
    at_every_length(
        |size, len| 2 * len * size as usize,
        |group, pe, len| {
            let all = len * group.size() as usize;
            let (source, dest) = (FREE, FREE + all as u64);
            for time in 0..TIMES {
                pe.put(source, &bytes(group.me, all, time));
                // SAFETY: the ranges are in the arenas.
                unsafe { alltoall(group, dest, source, len).unwrap() };
                let of =
                    |member| bytes(member, all, time)[group.me as usize * len..][..len].to_vec();
                let expected = (0..group.size()).map(of).collect::<Vec<_>>().concat();
                assert_eq!(pe.get::<u8>(dest, all), expected);
            }
        },
    );
}

#[test]
fn strided_blocks_are_exchanged() {
    for (count, into, from) in [(1, 3, 2), (100, 2, 1), (300, 3, 2)] {
        everywhere(
            |size| 8 * count * size as usize * (into + from),
            |group, pe| {
                let elements = count * group.size() as usize;
                let source = Strided { at: FREE, stride: from, size: 8 };
                let dest =
                    Strided { at: FREE + (8 * elements * from) as u64, stride: into, size: 8 };
                let value = |member: u32, index: usize, time: u64| {
                    u64::from(member) << 40 | (index as u64) << 20 | time
                };
                for time in 0..TIMES {
                    let have: Vec<u64> =
                        (0..elements * from).map(|index| value(group.me, index, time)).collect();
                    pe.put(source.at, &have);
                    let untouched = vec![u64::MAX; elements * into];
                    pe.put(dest.at, &untouched);
                    // SAFETY: the ranges are in the arenas.
                    unsafe { alltoalls(group, dest, source, count).unwrap() };
                    let mut expected = untouched;
                    for member in 0..group.size() {
                        for index in 0..count {
                            let at = (group.me as usize * count + index) * from;
                            expected[(member as usize * count + index) * into] =
                                value(member, at, time);
                        }
                    }
                    assert_eq!(pe.get::<u64>(dest.at, elements * into), expected);
                }
            },
        );
    }
}

/// Reduces values by an operation, also where the result takes the place of the operands.
fn reduced<T, O>(counts: &[usize], value: impl Fn(u32, usize, u64) -> T + Sync)
where
    T: Copy + PartialEq + std::fmt::Debug,
    O: Operation<T>,
{
    for &count in counts {
        let len = (count * size_of::<T>()) as u64;
        everywhere(
            |_| 2 * len as usize,
            |group, pe| {
                for time in 0..TIMES {
                    let source = FREE;
                    let dest = if time % 2 == 0 { FREE } else { FREE + len };
                    let values = |member| (0..count).map(move |index| (member, index));
                    let own: Vec<T> = values(group.me)
                        .map(|(member, index)| value(member, index, time))
                        .collect();
                    pe.put(source, &own);
                    // SAFETY: the ranges are in the arenas.
                    unsafe { reduce(group, Kernel::new::<T, O>(), dest, source, count).unwrap() };
                    let expected: Vec<T> = (0..count)
                        .map(|index| {
                            let of = |member| value(member, index, time);
                            (1..group.size())
                                .fold(of(0), |left, member| O::combine(left, of(member)))
                        })
                        .collect();
                    assert_eq!(pe.get::<T>(dest, count), expected);
                }
            },
        );
    }
}

#[test]
fn sums_are_right() {
    reduced::<i64, Sum>(&[1, CHUNK_DATA / 8, CHUNK_DATA / 8 + 1, 300], |member, index, time| {
        i64::from(member) * 1000 - index as i64 + time as i64
    });
}

#[test]
fn products_wrap_and_are_right() {
    reduced::<u16, Product>(&[5], |member, index, time| {
        (member as usize + index + time as usize + 3) as u16
    });
}

#[test]
fn floats_have_a_maximum() {
    reduced::<f64, Max>(&[5], |member, index, time| {
        ((u64::from(member) * 7919 + index as u64 * 104_729 + time) % 1009) as f64
    });
}

#[test]
fn bits_are_combined() {
    reduced::<u8, And>(&[2000], |member, index, time| {
        !(1 << ((member as usize + index + time as usize) % 8))
    });
}

/// Strings of digits as numbers: an operation that is associative but not commutative shows the order.
#[derive(Clone, Copy, Debug, PartialEq)]
struct First(u32, u32);

/// The first of the left and the last of the right.
struct Ends;

impl Operation<First> for Ends {
    fn combine(left: First, right: First) -> First {
        assert_eq!(left.1 + 1, right.0, "operands that do not follow each other");
        First(left.0, right.1)
    }
}

#[test]
fn operands_are_combined_in_the_order_of_members() {
    reduced::<First, Ends>(&[1, 200], |member, _, _| First(member, member));
}

#[test]
fn what_differs_in_order_follows_each_other() {
    // One after the other, of all kinds, so that each begins while others are still in the one before.
    everywhere(
        |size| 4096 * (size as usize + 2),
        |group, pe| {
            let (source, dest) = (FREE, FREE + 4096);
            for time in 0..4 * TIMES {
                let len = LENGTHS[(time as usize + 1) % LENGTHS.len()];
                let root = (time % u64::from(group.size())) as u32;
                pe.put(source, &bytes(group.me, len, time));
                // SAFETY: the ranges are in the arenas.
                unsafe {
                    match time % 5 {
                        0 | 1 => {
                            broadcast(group, dest, source, len, root, true).unwrap();
                            assert_eq!(pe.get::<u8>(dest, len), bytes(root, len, time));
                        }
                        2 => {
                            fcollect(group, dest, source, len).unwrap();
                            let last = group.size() - 1;
                            let at = dest + u64::from(last) * len as u64;
                            assert_eq!(pe.get::<u8>(at, len), bytes(last, len, time));
                        }
                        3 => group.sync().unwrap(),
                        _ => {
                            reduce(group, Kernel::new::<u8, Sum>(), dest, source, len).unwrap();
                            let sum = |index| {
                                (0..group.size()).fold(0_u8, |sum, member| {
                                    sum.wrapping_add(byte(member, index, time))
                                })
                            };
                            assert_eq!(
                                pe.get::<u8>(dest, len),
                                (0..len).map(sum).collect::<Vec<_>>()
                            );
                        }
                    }
                }
            }
        },
    );
}
