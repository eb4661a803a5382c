//! PEs that are threads, each with memory of its own, in place or reached by copies only.

use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::ground::Ground;
use super::group::{Counts, Group, Words};
use super::layout;
use crate::error::Problem;
use crate::types::Set;

/// Where the memory of a test begins, behind a slot and a work array.
pub(super) const FREE: u64 = WORK + layout::work::WORDS * 8;
const WORK: u64 = layout::SLOT_BYTES;

/// How members reach each other, and by which words they speak.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub in_place: bool,
    pub slot: bool,
}

/// All manners.
pub(super) const MANNERS: [Manner; 4] = [
    Manner { in_place: true, slot: true },
    Manner { in_place: true, slot: false },
    Manner { in_place: false, slot: true },
    Manner { in_place: false, slot: false },
];

/// The memory of all PEs.
struct Memory {
    arenas: Vec<*mut u8>,
    in_place: bool,
    /// A PE has found something wrong: the others need not wait for it.
    has_failed: AtomicBool,
}

// SAFETY: the pointers are to memory that outlives the threads; who uses what when is what is tested.
unsafe impl Sync for Memory {}

/// A PE's view of it.
pub(super) struct Pe<'a> {
    memory: &'a Memory,
    rank: u32,
}

impl Pe<'_> {
    fn at(&self, rank: u32, at: u64) -> *mut u8 {
        self.memory.arenas[rank as usize].wrapping_add(at as usize)
    }

    /// Writes values into this PE's memory.
    pub(super) fn put<T: Copy>(&self, at: u64, values: &[T]) {
        // SAFETY: tests stay within the arenas.
        unsafe { ptr::copy_nonoverlapping(values.as_ptr(), self.own(at).cast(), values.len()) };
    }

    /// Reads values out of this PE's memory.
    pub(super) fn get<T: Copy>(&self, at: u64, count: usize) -> Vec<T> {
        let mut values: Vec<T> = Vec::with_capacity(count);
        // SAFETY: as in `put`; what was copied is `count` values.
        unsafe {
            ptr::copy_nonoverlapping(
                self.own(at),
                values.as_mut_ptr().cast(),
                count * size_of::<T>(),
            );
            values.set_len(count);
        }
        values
    }
}

impl Ground for Pe<'_> {
    fn rank(&self) -> u32 {
        self.rank
    }

    fn mapped(&self, rank: u32) -> Option<*mut u8> {
        (self.memory.in_place || rank == self.rank).then(|| self.at(rank, 0))
    }

    fn in_place(&self) -> bool {
        self.memory.in_place
    }

    unsafe fn read_later(
        &self,
        rank: u32,
        at: u64,
        into: *mut u8,
        len: usize,
    ) -> Result<(), Problem> {
        // SAFETY: as the caller promises.
        unsafe { ptr::copy(self.at(rank, at), into, len) };
        Ok(())
    }

    unsafe fn write_later(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
    ) -> Result<(), Problem> {
        // SAFETY: as the caller promises.
        unsafe { ptr::copy(from, self.at(rank, at), len) };
        Ok(())
    }

    unsafe fn write_sign(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
        sign: u64,
        value: u64,
    ) -> Result<(), Problem> {
        // SAFETY: as the caller promises; signs are aligned.
        unsafe {
            if len > 0 {
                ptr::copy(from, self.at(rank, at), len);
            }
            AtomicU64::from_ptr(self.at(rank, sign).cast()).store(value, Ordering::Release);
        }
        Ok(())
    }

    fn add(&self, rank: u32, at: u64, value: u64) -> Result<(), Problem> {
        // SAFETY: words are aligned.
        unsafe { AtomicU64::from_ptr(self.at(rank, at).cast()) }.fetch_add(value, Ordering::AcqRel);
        Ok(())
    }

    fn quiet(&self) -> Result<(), Problem> {
        Ok(())
    }

    fn wait(&self, mut ready: impl FnMut() -> bool) -> Result<(), Problem> {
        while !ready() {
            assert!(!self.memory.has_failed.load(Ordering::Relaxed), "another PE has failed");
            thread::yield_now();
        }
        Ok(())
    }
}

/// Says that its thread panics.
struct Tell<'a>(&'a AtomicBool);

impl Drop for Tell<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// Runs a program on all members of a set, in a world of `world` PEs with `bytes` for the test. Words of the set are
/// asked to be at rest in the end.
pub(super) fn run(
    manner: Manner,
    world: u32,
    set: Set,
    bytes: usize,
    program: impl Fn(&Group<'_, Pe<'_>>, &Pe<'_>) + Sync,
) {
    let words = (FREE as usize + bytes).div_ceil(8);
    let mut arenas = vec![vec![0_u64; words]; world as usize];
    let memory = Memory {
        arenas: arenas.iter_mut().map(|arena| arena.as_mut_ptr().cast()).collect(),
        in_place: manner.in_place,
        has_failed: AtomicBool::new(false),
    };
    thread::scope(|scope| {
        for me in 0..set.size {
            let (memory, program) = (&memory, &program);
            scope.spawn(move || {
                let rank = set.rank(me.cast_signed()).expect("a member");
                let pe = Pe { memory, rank };
                let _tell = Tell(&memory.has_failed);
                let counts = Counts::default();
                let words = if manner.slot {
                    Words::Slot { at: 0, counts: &counts }
                } else {
                    Words::Work { at: WORK }
                };
                program(&Group::new(&pe, set, me, words), &pe);
            });
        }
    });
    for arena in &arenas {
        let work = &arena[WORK as usize / 8..][..layout::work::WORDS as usize];
        assert!(work.iter().all(|word| *word == 0), "a work array is not at rest: {work:?}");
    }
}

/// Sets of so many members: all PEs, and for some sizes others, with strides both ways.
pub(super) fn sets(size: u32) -> Vec<(u32, Set)> {
    let mut sets = vec![(size, Set { start: 0, stride: 1, size })];
    if [1, 2, 3, 7, 8, 9].contains(&size) {
        sets.push((2 * size + 1, Set { start: 1, stride: 2, size }));
        sets.push((size + 1, Set { start: size, stride: -1, size }));
    }
    sets
}
