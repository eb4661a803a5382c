//! The members of a collective, and how they speak.
//!
//! # Slots
//!
//! Operations of a team have numbers, the same on all members, because all do the same operations in the same order. A
//! sign is the number of the operation for which it stands, so nothing is ever set back.
//!
//! Chunks are numbered as they are taken, and used again in turns. A member may write into chunk `n` when all have
//! finished with `n - RING`, which lies in the same place. It knows that all have finished what came before an operation
//! that ended for it only after all had begun it. All but broadcasts are such; when broadcasts that follow each other
//! without one have taken all of [`RING`](layout::RING), a sync is put between, on all members alike (`stage`).
//!
//! # Work arrays
//!
//! What has no slot speaks by a `pSync`: words that rest at 0. A partner adds 1, the owner waits for 1 or more and takes 1
//! away, so a word is 0 again in the end, whoever is a sync ahead. There is nothing but syncs and one published word: all
//! data is read by who needs it, between two syncs.

use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use super::ground::Ground;
use super::layout::{self, CHUNK_DATA, DIRECT, work};
use super::schedule;
use crate::error::Problem;
use crate::types::Set;

/// What has happened in a slot, on this PE. One thread at a time is in a collective of a team.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// The number of the last operation.
    operations: AtomicU64,
    /// How many chunks were taken.
    staged: AtomicU64,
    /// How many of them all members have finished with, as far as is known.
    finished: AtomicU64,
}

impl Counts {
    /// The slot is as new.
    pub(crate) fn reset(&self) {
        for count in [&self.operations, &self.staged, &self.finished] {
            count.store(0, Ordering::Relaxed);
        }
    }

    /// Begins an operation.
    fn begin(&self) -> u64 {
        let number = self.operations.load(Ordering::Relaxed) + 1;
        self.operations.store(number, Ordering::Relaxed);
        number
    }

    /// All members have begun what this one has just ended.
    fn met(&self, staged_before: u64) {
        self.finished.store(staged_before, Ordering::Relaxed);
    }
}

/// By which words the members speak.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Words<'a> {
    /// A slot at an offset.
    Slot { at: u64, counts: &'a Counts },
    /// A `pSync` at an offset.
    Work { at: u64 },
}

/// A staged operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staged {
    slot: u64,
    sign: u64,
    /// The number of its first chunk.
    first: u64,
}

/// The members of a collective, this PE among them.
#[derive(Debug)]
pub(crate) struct Group<'a, G> {
    pub(super) ground: &'a G,
    pub(super) set: Set,
    /// The place of this PE among the members.
    pub(super) me: u32,
    words: Words<'a>,
}

impl<'a, G: Ground> Group<'a, G> {
    pub(crate) fn new(ground: &'a G, set: Set, me: u32, words: Words<'a>) -> Group<'a, G> {
        Group { ground, set, me, words }
    }

    pub(super) fn size(&self) -> u32 {
        self.set.size
    }

    /// The rank in the world of a member.
    #[inline]
    pub(super) fn rank(&self, member: u32) -> u32 {
        self.set.start.wrapping_add_signed(self.set.stride.wrapping_mul(member.cast_signed()))
    }

    /// All other members, from the next one on.
    pub(super) fn others(&self) -> impl Iterator<Item = u32> + use<'a, G> {
        schedule::others(self.me, self.set.size)
    }

    /// Whether each member speaks to each, by a slot.
    pub(super) fn is_direct(&self) -> bool {
        self.size() <= DIRECT && self.has_slot()
    }

    pub(super) fn has_slot(&self) -> bool {
        matches!(self.words, Words::Slot { .. })
    }

    /// Whether what each member gives is staged in chunks.
    pub(super) fn is_small(&self, len: usize) -> bool {
        len <= CHUNK_DATA && self.is_direct()
    }

    /// Waits until all members are here.
    pub(crate) fn sync(&self) -> Result<(), Problem> {
        match self.words {
            Words::Slot { at, counts } => {
                let sign = counts.begin();
                if self.size() <= DIRECT {
                    for member in self.others() {
                        self.tell(at, member, sign)?;
                    }
                    for member in self.others() {
                        self.hear(at, member, sign)?;
                    }
                } else {
                    for round in 0..schedule::rounds(self.size()) {
                        let ahead = schedule::ahead(self.me, self.size(), round);
                        self.ground.set(self.rank(ahead), at + layout::round(round), sign)?;
                        self.ground.until(at + layout::round(round), sign)?;
                    }
                }
                counts.met(counts.staged.load(Ordering::Relaxed));
            }
            Words::Work { at } => {
                for round in 0..schedule::rounds(self.size()) {
                    let ahead = schedule::ahead(self.me, self.size(), round);
                    let word = at + work::round(round);
                    self.ground.add(self.rank(ahead), word, 1)?;
                    self.ground.until(word, 1)?;
                    self.ground.add(self.ground.rank(), word, 1_u64.wrapping_neg())?;
                }
            }
        }
        Ok(())
    }

    /// What one member has is ready: it tells all others, who wait for it alone if that is possible.
    pub(super) fn ready(&self, root: u32) -> Result<(), Problem> {
        let (true, Words::Slot { at, counts }) = (self.is_direct(), self.words) else {
            return self.sync();
        };
        let sign = counts.begin();
        if self.me != root {
            return self.hear(at, root, sign);
        }
        self.others().try_for_each(|member| self.tell(at, member, sign))
    }

    /// All are done with what one member has: it waits for all, they for nobody if that is possible.
    pub(super) fn done(&self, root: u32) -> Result<(), Problem> {
        let (true, Words::Slot { at, counts }) = (self.is_direct(), self.words) else {
            return self.sync();
        };
        let sign = counts.begin();
        if self.me != root {
            return self.tell(at, root, sign);
        }
        self.others().try_for_each(|member| self.hear(at, member, sign))
    }

    /// Tells a member that this one has come to an operation.
    fn tell(&self, slot: u64, member: u32, sign: u64) -> Result<(), Problem> {
        self.ground.set(self.rank(member), slot + layout::member(self.me), sign)
    }

    /// Waits until a member has come to an operation.
    fn hear(&self, slot: u64, member: u32, sign: u64) -> Result<(), Problem> {
        self.ground.until(slot + layout::member(member), sign)
    }

    /// Gives a word to all members, and returns those of all in their order.
    pub(crate) fn share(&self, word: u64) -> Result<Vec<u64>, Problem> {
        // Not freed when something fails: what is under way may still be written into it.
        let mut words = ManuallyDrop::new(vec![0; self.size() as usize]);
        words[self.me as usize] = word;
        if self.is_direct() {
            let bytes = word.to_ne_bytes();
            let staged = self.stage(layout::CHUNKS)?;
            for member in self.others() {
                // SAFETY: the bytes are on the stack.
                unsafe { self.give(staged, member, self.me, bytes.as_ptr(), bytes.len())? };
            }
            for member in self.others() {
                let (from, _) = self.take(staged, member)?;
                // SAFETY: each member has given 8 bytes.
                words[member as usize] = unsafe { from.cast::<u64>().read_unaligned() };
            }
            self.all_began(staged);
            return Ok(ManuallyDrop::into_inner(words));
        }
        let (at, resting) = match self.words {
            Words::Slot { at, .. } => (at + layout::published(), false),
            Words::Work { at } => (at + work::published(), true),
        };
        self.ground.own_word(at).store(word, Ordering::Release);
        self.sync()?;
        for member in self.others() {
            let into = ptr::from_mut(&mut words[member as usize]).cast();
            // SAFETY: the word is there until `quiet`, and nobody else has it.
            unsafe { self.ground.read_later(self.rank(member), at, into, 8)? };
        }
        self.ground.quiet()?;
        self.sync()?;
        if resting {
            self.ground.own_word(at).store(0, Ordering::Release);
        }
        Ok(ManuallyDrop::into_inner(words))
    }

    /// Begins an operation that uses as many chunks as this: one, or [`CHUNKS`](layout::CHUNKS). Only with a slot.
    pub(super) fn stage(&self, chunks: u64) -> Result<Staged, Problem> {
        let Words::Slot { at: slot, counts } = self.words else {
            unreachable!("work arrays have no chunks")
        };
        let first = counts.staged.load(Ordering::Relaxed).next_multiple_of(chunks);
        if first + chunks > counts.finished.load(Ordering::Relaxed) + layout::RING {
            self.sync()?;
        }
        counts.staged.store(first + chunks, Ordering::Relaxed);
        Ok(Staged { slot, sign: counts.begin(), first })
    }

    /// Gives bytes to a member, in one of its chunks.
    ///
    /// # Safety
    /// `from` has `len` bytes that nobody writes, at most [`CHUNK_DATA`].
    pub(super) unsafe fn give(
        &self,
        staged: Staged,
        to: u32,
        index: u32,
        from: *const u8,
        len: usize,
    ) -> Result<(), Problem> {
        // SAFETY: by the contract; the length is that of the bytes.
        unsafe { self.give_part(staged, to, index, from, len, len) }
    }

    /// Gives bytes to a member, and a length that may be another.
    ///
    /// # Safety
    /// As for [`Group::give`].
    pub(super) unsafe fn give_part(
        &self,
        staged: Staged,
        to: u32,
        index: u32,
        from: *const u8,
        len: usize,
        told: usize,
    ) -> Result<(), Problem> {
        debug_assert!(len <= CHUNK_DATA);
        let chunk = staged.slot + layout::chunk(staged.first + u64::from(index));
        let rank = self.rank(to);
        if let Some(base) = self.ground.mapped(rank) {
            let chunk = base.wrapping_add(chunk as usize);
            // SAFETY: the chunk is this member's to write, by the algorithm; its sign is stored behind the rest.
            unsafe {
                chunk.add(layout::LENGTH as usize).cast::<u64>().write(told as u64);
                ptr::copy_nonoverlapping(from, chunk.add(layout::DATA as usize), len);
                AtomicU64::from_ptr(chunk.cast()).store(staged.sign, Ordering::Release);
            }
            return Ok(());
        }
        const HEAD: usize = (layout::DATA - layout::LENGTH) as usize;
        let mut bytes = [0_u8; HEAD + CHUNK_DATA];
        bytes[..HEAD].copy_from_slice(&(told as u64).to_ne_bytes());
        // SAFETY: by the contract, and `len` fits. The chunk as above.
        unsafe {
            ptr::copy_nonoverlapping(from, bytes.as_mut_ptr().add(HEAD), len);
            let at = chunk + layout::LENGTH;
            self.ground.write_sign(rank, at, bytes.as_ptr(), HEAD + len, chunk, staged.sign)
        }
    }

    /// Waits for what a member has put into a chunk of this one: the bytes, good until the operation ends here, and the
    /// length.
    pub(super) fn take(&self, staged: Staged, index: u32) -> Result<(*const u8, usize), Problem> {
        let chunk = staged.slot + layout::chunk(staged.first + u64::from(index));
        self.ground.until(chunk, staged.sign)?;
        let length = self.ground.own_word(chunk + layout::LENGTH).load(Ordering::Relaxed);
        Ok((self.ground.own(chunk + layout::DATA), length as usize))
    }

    /// A staged operation has ended here, and that is only possible after all had begun it.
    pub(super) fn all_began(&self, staged: Staged) {
        if let Words::Slot { counts, .. } = self.words {
            counts.met(staged.first);
        }
    }

    /// Begins to read from a member's memory into this PE's own; complete after [`Group::moved`].
    ///
    /// # Safety
    /// The offsets are within the symmetric range, and nobody writes these ranges meanwhile.
    #[inline]
    pub(super) unsafe fn fetch(
        &self,
        member: u32,
        at: u64,
        into: u64,
        len: usize,
    ) -> Result<(), Problem> {
        let rank = self.rank(member);
        let into = self.ground.own(into);
        if let Some(base) = self.ground.mapped(rank) {
            // SAFETY: by the contract. They overlap only if they are of this PE.
            unsafe { ptr::copy(base.wrapping_add(at as usize), into, len) };
            return Ok(());
        }
        // SAFETY: by the contract.
        unsafe { self.ground.read_later(rank, at, into, len) }
    }

    /// Completes what this thread has begun to move.
    pub(super) fn moved(&self) -> Result<(), Problem> {
        if self.ground.in_place() { Ok(()) } else { self.ground.quiet() }
    }
}
