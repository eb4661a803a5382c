//! Symmetric memory, over whatever the provider does, and over one that is posted to: what lies where, transfers, atomics
//! and signals, and what is refused.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod posting;
mod symmetric_support;

use std::sync::Barrier;
use std::sync::atomic::Ordering;
use std::thread;

use pangea::Error;
use pangea::primitives::{Primitives, System};
use pangea::symmetric::{Atomic32, Atomic64, LOCKS_BYTES, Signal, Strided, SymmetricError};
use posting::Posting;
use symmetric_support::{BYTES, Pe, mapped_all, pattern, run_on};

/// The same test on the system and on one that is posted to.
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($pe:ident, $size:expr) $body:block)*) => {$(
        mod $name {
            use super::*;

            fn program<P: Primitives>($pe: &Pe<'_, P>) $body

            #[test]
            fn as_it_comes() {
                for size in $size {
                    run_on::<System>(size, program);
                }
            }

            #[test]
            fn posted() {
                for size in $size {
                    run_on::<Posting>(size, program);
                }
            }
        }
    )*};
}

/// Lengths on both sides of all that is treated otherwise.
const LENGTHS: [usize; 14] =
    [0, 1, 7, 8, 61, 300, 511, 512, 1024, 5000, 65_536, 65_543, 300_000, 1_500_001];

on_both! {
    fn all_see_the_same_offsets(pe, [1, 3]) {
        let symmetric = pe.symmetric;
        assert_eq!((symmetric.len(), symmetric.image_len()), (BYTES as usize, 0));
        assert!(pe.own(0, BYTES as usize).iter().all(|byte| *byte == 0));
        let last = BYTES - 8;
        pe.word(last).store(u64::from(pe.rank()) + 1, Ordering::SeqCst);
        pe.barrier();
        for rank in 0..symmetric.size() {
            let word = pe.read(rank, last, 8).expect("is there");
            assert_eq!(word, (u64::from(rank) + 1).to_ne_bytes());
            assert_eq!(symmetric.mapped(rank).is_some(), rank == pe.rank() || mapped_all());
        }
        assert_eq!(symmetric.mapped(pe.rank()), Some(symmetric.base()));
        assert_eq!(symmetric.mapped(symmetric.size()), None);
        assert_eq!(symmetric.offset_of(pe.at(17), 5), Some(17));
        assert_eq!(symmetric.offset_of(pe.at(last), 8), Some(last));
        assert_eq!(symmetric.offset_of(pe.at(last), 9), None);
        assert_eq!(symmetric.offset_of(pe.at(0).wrapping_sub(1), 1), None);
    }

    fn transfers_move_what_they_say(pe, [1, 2]) {
        let (half, symmetric) = (BYTES / 2, pe.symmetric);
        for (round, len) in LENGTHS.into_iter().enumerate() {
            for shift in [0, 3] {
                let (mine, theirs) = (pattern(pe.rank(), round, len), pattern(pe.before(), round, len));
                let seen = |offset| pe.own(offset + shift, len);
                // From memory of the test, and from symmetric memory, to the next node.
                pe.write(pe.next(), shift, &mine).expect("fits");
                pe.barrier();
                assert_eq!(seen(0), theirs, "write of {len}");
                pe.barrier();
                // SAFETY: slices that nobody else has; what is lent is not touched before the barrier.
                unsafe {
                    symmetric.write_later(pe.next(), shift, mine.as_ptr(), len).expect("fits");
                    pe.fill(half + shift, &mine);
                    let own = pe.at(half + shift);
                    symmetric.write_lent(pe.next(), BYTES / 4 + shift, own, len).expect("fits");
                }
                pe.barrier();
                assert_eq!(seen(0), theirs, "write of {len}, later");
                assert_eq!(seen(BYTES / 4), theirs, "write of {len}, lent");
                pe.fill(shift, &vec![0; len]);
                pe.barrier();
                // SAFETY: as above.
                unsafe { symmetric.write_later(pe.next(), shift, pe.at(half + shift), len).expect("fits") };
                pe.fill(half + shift, &vec![0xAA; len]);
                pe.barrier();
                assert_eq!(seen(0), theirs, "the source may be changed");
                pe.barrier();
                // SAFETY: as above.
                unsafe { symmetric.write(pe.next(), half + shift, pe.at(shift), len).expect("fits") };
                pe.barrier();
                // What was passed on once more came from the one before.
                let passed = pattern((pe.before() + symmetric.size() - 1) % symmetric.size(), round, len);
                assert_eq!(seen(half), passed);
                // And back, into memory of the test and into symmetric memory.
                assert_eq!(pe.read(pe.next(), shift, len).expect("fits"), mine);
                let mut later = vec![0; len];
                // SAFETY: as above; `later` is not touched before `quiet`.
                unsafe {
                    symmetric.read_later(pe.next(), shift, later.as_mut_ptr(), len).expect("fits");
                    symmetric.read_later(pe.next(), shift, pe.at(BYTES / 4 + shift), len).expect("fits");
                    symmetric.read(pe.next(), shift, pe.at(BYTES / 4 * 3 + shift), len).expect("fits");
                }
                symmetric.quiet().expect("nothing fails");
                assert_eq!(later, mine, "read of {len}, later");
                assert_eq!(seen(BYTES / 4), mine, "read of {len} into symmetric memory, later");
                assert_eq!(seen(BYTES / 4 * 3), mine, "read of {len} into symmetric memory");
                pe.barrier();
            }
        }
    }

    fn ranges_of_ones_own_may_overlap(pe, [1]) {
        let bytes = pattern(0, 1, 3000);
        pe.fill(0, &bytes);
        // SAFETY: nobody else uses this memory.
        unsafe {
            pe.symmetric.write(0, 10, pe.at(0), 3000).expect("fits");
            assert_eq!(pe.own(10, 3000), bytes);
            pe.symmetric.read(0, 10, pe.at(3), 3000).expect("fits");
            assert_eq!(pe.own(3, 3000), bytes);
            pe.symmetric.write_later(0, 3, pe.at(3), 3000).expect("fits");
        }
        assert_eq!(pe.own(3, 3000), bytes);
    }

    fn much_may_be_under_way(pe, [2]) {
        // More than there are slots, and more than queues hold.
        let each = 70_000;
        let mut bytes = vec![0; 30 * each];
        pe.fill(0, &pattern(pe.rank(), 0, bytes.len()));
        pe.barrier();
        for n in 0..30 {
            // SAFETY: not touched before `quiet`.
            unsafe {
                let into = bytes.as_mut_ptr().wrapping_add(n * each);
                pe.symmetric.read_later(pe.next(), (n * each) as u64, into, each).expect("fits");
            }
        }
        for n in 0..1000_u64 {
            let word = (n + 1).to_ne_bytes();
            // SAFETY: a value of this function.
            unsafe {
                let at = BYTES / 2 + 1000 * 8 * u64::from(pe.rank()) + 8 * n;
                pe.symmetric.write_later(pe.next(), at, word.as_ptr(), 8).expect("fits");
            }
        }
        pe.symmetric.quiet().expect("nothing fails");
        assert!(bytes == pattern(pe.next(), 0, bytes.len()));
        pe.barrier();
        for n in 0..1000 {
            let at = BYTES / 2 + 1000 * 8 * u64::from(pe.before()) + 8 * n;
            assert_eq!(pe.word(at).load(Ordering::SeqCst), n + 1);
        }
    }

    fn strided_elements_find_their_places(pe, [1, 2]) {
        for (each, count) in [(1, 5), (4, 64), (8, 200), (16, 65), (700, 70), (8, 0), (8, 1)] {
            let elements = pattern(pe.rank(), each, each * count * 2);
            let to = Strided { first: 64_u64, stride: 3 * each };
            let from = Strided { first: elements.as_ptr(), stride: 2 * each };
            // SAFETY: the slice has that many elements.
            unsafe { pe.symmetric.write_strided(pe.next(), to, from, each, count).expect("fits") };
            pe.barrier();
            let theirs = pattern(pe.before(), each, each * count * 2);
            for n in 0..count {
                assert_eq!(pe.own(64 + (3 * each * n) as u64, each), theirs[2 * each * n..][..each]);
            }
            let mut back = vec![0; each * count * 2];
            let into = Strided { first: back.as_mut_ptr(), stride: 2 * each };
            // SAFETY: as above.
            unsafe { pe.symmetric.read_strided(pe.next(), to, into, each, count).expect("fits") };
            for n in 0..count {
                let (element, gap) = back[2 * each * n..].split_at(each);
                assert_eq!(element, &elements[2 * each * n..][..each]);
                assert!(gap[..each].iter().all(|byte| *byte == 0), "gaps stay as they are");
            }
            pe.barrier();
        }
        let far = Strided { first: 0, stride: BYTES as usize / 2 };
        let bytes = [0_u8; 24];
        let from = Strided { first: bytes.as_ptr(), stride: 8 };
        // SAFETY: the slice has that many elements.
        let error = unsafe { pe.symmetric.write_strided(0, far, from, 8, 3) };
        assert!(matches!(error, Err(Error::Symmetric(SymmetricError::Outside { .. }))), "{error:?}");
    }

    fn atomics_answer_with_the_value_before(pe, [1, 2]) {
        let (locks, at) = (0, LOCKS_BYTES + 64);
        let rank = pe.next();
        let wide = |operation| pe.symmetric.atomic(rank, at, operation).expect("is there");
        let narrow =
            |operation| pe.symmetric.atomic32(rank, at + 12, operation, locks).expect("is there");
        macro_rules! walk {
            ($do:ident, $kind:ident, $max:expr) => {
                assert_eq!($do($kind::Fetch), 0);
                assert_eq!($do($kind::Add(5)), 0);
                assert_eq!($do($kind::Swap(0xF0)), 5);
                assert_eq!($do($kind::Or(0x0F)), 0xF0);
                assert_eq!($do($kind::And(0x3C)), 0xFF);
                assert_eq!($do($kind::Xor(0xFF)), 0x3C);
                assert_eq!($do($kind::CompareSwap { expected: 1, new: 2 }), 0xC3);
                assert_eq!($do($kind::CompareSwap { expected: 0xC3, new: $max }), 0xC3);
                assert_eq!($do($kind::Add(2)), $max);
                $do($kind::Set(77));
                assert_eq!($do($kind::Fetch), 77);
            };
        }
        walk!(wide, Atomic64, u64::MAX);
        walk!(narrow, Atomic32, u32::MAX);
        pe.barrier();
        assert_eq!(pe.word(at).load(Ordering::SeqCst), 77);
        assert_eq!(pe.word(at + 8).load(Ordering::SeqCst), 77 << 32, "the neighbor is as it was");
        assert!(pe.own(locks, LOCKS_BYTES as usize).iter().all(|byte| *byte == 0));
    }

    fn nothing_is_added_twice_or_lost(pe, [3]) {
        let (locks, at) = (0, LOCKS_BYTES);
        let threads = 2;
        let rounds = 200;
        let start = Barrier::new(threads);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    start.wait();
                    for round in 0..rounds {
                        pe.symmetric.atomic(0, at, Atomic64::Add(1)).expect("is there");
                        pe.symmetric.atomic_later(0, at + 8, Atomic64::Add(3)).expect("is there");
                        pe.symmetric.atomic32(0, at + 16, Atomic32::Add(1), locks).expect("is there");
                        pe.symmetric.atomic32(0, at + 20, Atomic32::Add(2), locks).expect("is there");
                        pe.symmetric.atomic(0, at + 24, Atomic64::Xor(1 << (round % 64))).expect("is there");
                    }
                    pe.symmetric.quiet().expect("nothing fails");
                });
            }
        });
        pe.barrier();
        let all = u64::from(pe.symmetric.size()) * (threads * rounds) as u64;
        if pe.rank() == 0 {
            let halves = all | (2 * all) << 32;
            let words = [all, 3 * all, halves, 0].map(u64::to_ne_bytes).concat();
            assert_eq!(pe.own(at, 32), words);
        }
    }

    fn puts_beside_a_narrow_atomic_are_kept(pe, [4]) {
        // Rank 0 is the home, and stores to a neighbor itself; rank 1 puts to another; all add in between.
        let (locks, at) = (0, LOCKS_BYTES);
        let rounds = 300_u32;
        for round in 1..=rounds {
            match pe.rank() {
                0 => pe.half(at).store(round, Ordering::Release),
                1 => pe.write(0, at + 8, &round.to_ne_bytes()).expect("is there"),
                _ => {}
            }
            pe.symmetric.atomic32(0, at + 4, Atomic32::Add(1), locks).expect("is there");
            pe.symmetric.atomic32(0, at + 12, Atomic32::Xor(1 << pe.rank()), locks).expect("is there");
            let seen = match pe.rank() {
                0 => pe.half(at).load(Ordering::Acquire),
                1 => pe.symmetric.atomic32(0, at + 8, Atomic32::Fetch, locks).expect("is there"),
                _ => round,
            };
            assert_eq!(seen, round, "a store beside an atomic is lost");
        }
        pe.barrier();
        if pe.rank() == 0 {
            let halves = [rounds, rounds * 4, rounds, 0].map(u32::to_ne_bytes).concat();
            assert_eq!(pe.own(at, 16), halves);
        }
    }

    fn a_signal_comes_behind_its_data(pe, [1, 2]) {
        let (sign, data) = (0, 64);
        for (round, len) in LENGTHS.into_iter().cycle().take(4 * LENGTHS.len()).enumerate() {
            let len = len.min(200_000);
            let mine = pattern(pe.rank(), round, len);
            let signal = match round % 2 {
                0 => Signal::Set(round as u64 + 1),
                _ => Signal::Add(1),
            };
            // SAFETY: a slice that nobody else has; what is lent is not touched before the barrier.
            unsafe {
                let symmetric = pe.symmetric;
                if round % 4 < 2 {
                    symmetric.write_signal(pe.next(), data, mine.as_ptr(), len, sign, signal)
                } else {
                    let own = pe.at(BYTES / 2);
                    pe.fill(BYTES / 2, &mine);
                    symmetric.write_signal_lent(pe.next(), data, own, len, sign, signal)
                }
            }
            .expect("fits");
            let arrived = || pe.word(sign).load(Ordering::Acquire) == round as u64 + 1;
            pe.symmetric.wait(arrived).expect("all live");
            assert!(pe.own(data, len) == pattern(pe.before(), round, len), "{len} bytes, {signal:?}");
            pe.barrier();
        }
    }

    fn what_cannot_be_is_refused(pe, [2]) {
        let symmetric = pe.symmetric;
        let size = u64::from(symmetric.size());
        for (at, len) in [(BYTES, 1), (BYTES - 7, 8), (u64::MAX, 1), (u64::MAX - 3, 8)] {
            let error = pe.write(pe.next(), at, &vec![0; len]).expect_err("lies outside");
            let text = error.to_string();
            assert!(text.contains(&format!("offset {at} ")) && text.contains("symmetric memory"), "{text}");
            pe.read(pe.next(), at, len).expect_err("lies outside");
            let outside = Atomic64::Add(1);
            symmetric.atomic(pe.next(), at & !7, outside).map(drop).unwrap_or_default();
        }
        let error = pe.read(symmetric.size(), 0, 1).expect_err("no such rank");
        assert_eq!(error.to_string(), format!("there is no rank {size} in a job of {size} nodes"));
        let error = symmetric.atomic(0, 4, Atomic64::Fetch).expect_err("misaligned");
        assert!(error.to_string().contains("an atomic of 8 bytes at offset 4"), "{error}");
        let error = symmetric.atomic32(0, 6, Atomic32::Fetch, 0).expect_err("misaligned");
        assert!(error.to_string().contains("an atomic of 4 bytes at offset 6"), "{error}");
        // SAFETY: nothing is read.
        let error = unsafe { symmetric.write_signal(0, 0, [].as_ptr(), 0, 12, Signal::Set(1)) };
        assert!(matches!(error, Err(Error::Symmetric(SymmetricError::Misaligned { at: 12, .. }))));
        pe.write(pe.next(), BYTES, &[]).expect("nothing fits everywhere");
    }
}
