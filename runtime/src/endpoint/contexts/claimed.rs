//! [`Claimed`]: a context, and what whoever has claimed it does with it.

use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{Ordering, fence};
use std::time::Duration;

use arrayvec::ArrayVec;
use verbs_shim::{Atomic, Region, RemoteAddr, Unposted, WorkRequest};

use super::context::{ANSWERS, Context};
use super::{AHEAD, Contexts, IDLE, SPOILED, Slot, Unserved};
use crate::cluster::Rank;
use crate::endpoint::Place;
use crate::primitives::Primitives;

/// Bytes of this node's own arena that are copied at once.
const PIECE: usize = 1024;

/// How long the rest of the work of a pair that has failed is waited for.
const PATIENCE: Duration = Duration::from_millis(20);

/// A context that nobody else uses. See the top of the module for what its methods do not do.
///
/// Dropped, it is given back, with what is in flight in it.
pub(crate) struct Claimed<'c, P: Primitives> {
    contexts: &'c Contexts<P>,
    slot: &'c Slot<P>,
    number: usize,
}

impl<'c, P: Primitives> Claimed<'c, P> {
    /// The context of a slot whose state the caller has turned to `CLAIMED`.
    pub(super) fn new(
        contexts: &'c Contexts<P>,
        number: usize,
        slot: &'c Slot<P>,
    ) -> Claimed<'c, P> {
        Claimed { contexts, slot, number }
    }

    fn context(&mut self) -> &mut Context<P> {
        // SAFETY: the state is `CLAIMED`, by whoever made this value, of which there is one.
        unsafe { &mut *self.slot.context.get() }
    }

    /// The number of the context, below [`Contexts::count`].
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Where its buffer begins, at a multiple of the page size.
    pub(crate) fn buffer(&mut self) -> NonNull<u8> {
        NonNull::new(self.context().bundle.buffer().memory().as_ptr())
            .unwrap_or(NonNull::dangling())
    }

    /// Calls `f` on the context's own stack; if it runs there already, where it is. A panic of `f` goes on through here.
    pub(crate) fn on_own_stack<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        if self.contexts.by_hand {
            return f(self);
        }
        let Some(mut stack) = self.context().stack.take() else { return f(self) };
        let result = corosensei::on_stack(&mut stack, || f(self));
        self.context().stack = Some(stack);
        result
    }

    /// Whether something is in flight, so that [`Claimed::wait`] has to be called before the buffer is used.
    pub(crate) fn in_flight(&mut self) -> bool {
        let context = self.context();
        !context.flying.is_empty() || context.lost.is_some()
    }

    /// What was lost with the context that was here before is of no interest.
    pub(super) fn forget_lost(&mut self) {
        self.context().lost = None;
    }

    /// Begins to copy bytes from an arena to the buffer. They are there after [`Claimed::wait`]; those of this node's own
    /// arena, or of one that is reached in place, at once.
    pub(crate) fn read(&mut self, from: Place, into: usize, len: usize) -> Result<(), Unserved> {
        self.move_bytes(from, into, len, Direction::Read)
    }

    /// Begins to copy bytes from the buffer to an arena, as [`Claimed::read`] does. They must stay as they are until
    /// [`Claimed::wait`].
    pub(crate) fn write(&mut self, to: Place, from: usize, len: usize) -> Result<(), Unserved> {
        self.move_bytes(to, from, len, Direction::Write)
    }

    fn move_bytes(
        &mut self,
        place: Place,
        at: usize,
        len: usize,
        direction: Direction,
    ) -> Result<(), Unserved> {
        self.contexts.check(place.rank)?;
        let end = at.checked_add(len).filter(|end| *end <= self.contexts.buffer_bytes);
        let Some(end) = end else { return Err(Unserved::Lost(place.rank)) };
        if place.rank == self.contexts.endpoint.rank() {
            return self.move_own(place, at..end, direction);
        }
        self.post(place.rank, |buffer, arena, batch| {
            let Ok(local) = buffer.slice(at..end) else { return };
            let remote = arena.plus(place.offset);
            batch.push(match direction {
                Direction::Read => WorkRequest::read(local, remote),
                Direction::Write => WorkRequest::write(local, remote),
            });
        })
    }

    /// By the CPU, piece by piece, because both sides are memory that others may access.
    fn move_own(
        &mut self,
        place: Place,
        range: Range<usize>,
        direction: Direction,
    ) -> Result<(), Unserved> {
        let arena = self.contexts.endpoint.arena();
        let fits =
            |offset: &usize| offset.checked_add(range.len()).is_some_and(|end| end <= arena.len());
        let offset = usize::try_from(place.offset).ok().filter(fits);
        let offset = offset.ok_or(Unserved::Lost(place.rank))?;
        let buffer = self.context().bundle.buffer().memory();
        let mut piece = [0; PIECE];
        for at in range.clone().step_by(PIECE) {
            let piece = &mut piece[..PIECE.min(range.end - at)];
            let offset = offset + (at - range.start);
            match direction {
                Direction::Read => {
                    P::read(arena, offset, piece);
                    buffer.write(at, piece);
                }
                Direction::Write => {
                    buffer.read(at, piece);
                    P::write(arena, offset, piece);
                }
            }
        }
        fence(Ordering::SeqCst);
        Ok(())
    }

    /// Adds to a word of an arena, after all that was posted to that home before, and waits for all that is in flight. The
    /// answer is the word before.
    pub(crate) fn fetch_add(&mut self, at: Place, add: u64) -> Result<u64, Unserved> {
        let [before] = self.atomics(at.rank, [(at.offset, Atomic::FetchAdd { add })])?;
        Ok(before)
    }

    /// Stores `new` in a word of an arena if it is `expected`, as [`Claimed::fetch_add`] adds.
    pub(crate) fn compare_swap(
        &mut self,
        at: Place,
        expected: u64,
        new: u64,
    ) -> Result<u64, Unserved> {
        let swap = Atomic::CompareSwap { expected, new };
        let [before] = self.atomics(at.rank, [(at.offset, swap)])?;
        Ok(before)
    }

    /// Executes atomics on words of one arena, in order, as one batch, as [`Claimed::fetch_add`] adds. (The home's own are
    /// executed by the NIC too, so there has to be a pair to it.)
    pub(crate) fn atomics<const N: usize>(
        &mut self,
        rank: u32,
        atomics: [(u64, Atomic); N],
    ) -> Result<[u64; N], Unserved> {
        const { assert!(N <= ANSWERS) };
        self.contexts.check(rank)?;
        let answers = Context::<P>::answers_at(self.contexts.buffer_bytes);
        self.post(rank, |buffer, arena, batch| {
            for (i, (offset, atomic)) in atomics.into_iter().enumerate() {
                let at = answers + 8 * i;
                let Ok(result) = buffer.slice(at..at + 8) else { return };
                batch.push(WorkRequest::atomic(atomic, result, arena.plus(offset)));
            }
        })?;
        self.wait()?;
        let memory = self.context().bundle.buffer().memory();
        Ok(std::array::from_fn(|i| {
            let mut before = [0; 8];
            memory.read(answers + 8 * i, &mut before);
            u64::from_ne_bytes(before)
        }))
    }

    /// Posts a batch to a home, and waits for room if there is none.
    fn post(
        &mut self,
        rank: u32,
        fill: impl for<'b> FnOnce(&'b Region, RemoteAddr, &mut ArrayVec<WorkRequest<'b>, ANSWERS>),
    ) -> Result<(), Unserved> {
        let (contexts, slot) = (self.contexts, self.slot);
        let home = contexts.home(rank).ok_or(Unserved::Lost(rank))?;
        let context = self.context();
        let arena = *context.arenas.get(home).ok_or(Unserved::Lost(rank))?;
        let depth = context.depth;
        let (buffer, mut pairs) = context.bundle.parts();
        let mut batch = ArrayVec::new();
        fill(buffer, arena, &mut batch);
        for batch in batch.chunks(depth.max(1)) {
            let mut attempt = 0u32;
            loop {
                match pairs.post(home, batch) {
                    Ok(()) => break,
                    Err(Unposted::Full) => {}
                    Err(_) => return Err(contexts.lose(slot, home)),
                }
                if pairs.poll().is_err() {
                    return Err(contexts.lose(slot, home));
                }
                contexts.check(rank)?;
                P::relax(attempt / 2);
                attempt = attempt.saturating_add(1);
            }
            // There is room for all homes.
            if !context.flying.contains(&home) && context.flying.len() < context.flying.capacity() {
                context.flying.push(home);
            }
        }
        Ok(())
    }

    /// Waits until all that is in flight is complete.
    ///
    /// # Errors
    /// When a pair has failed, or a home with work in flight is dead, at once. The context should be given back then,
    /// because something may still be in flight.
    pub(crate) fn wait(&mut self) -> Result<(), Unserved> {
        let lost = self.context().lost.take();
        let mut outcome = lost.map_or(Ok(()), |rank| Err(Unserved::Lost(rank)));
        let (mut attempt, mut failed_at) = (0u32, None);
        while !self.context().flying.is_empty() {
            outcome = outcome.and(self.poll());
            if self.context().flying.is_empty() || matches!(outcome, Err(Unserved::Left)) {
                break;
            }
            if let Some(died) = self.find_dead() {
                return Err(died);
            }
            if outcome.is_err() {
                let now = P::now();
                if now.saturating_sub(*failed_at.get_or_insert(now)) > PATIENCE {
                    break;
                }
            }
            // A NIC needs no processor of ours, so it is worth spinning for longer than for a peer.
            P::relax(attempt / 2);
            attempt = attempt.saturating_add(1);
        }
        outcome
    }

    /// Takes note of what has completed.
    fn poll(&mut self) -> Result<(), Unserved> {
        let (contexts, slot) = (self.contexts, self.slot);
        if !contexts.endpoint.is_member() {
            return Err(Unserved::Left);
        }
        let context = self.context();
        let (_, mut pairs) = context.bundle.parts();
        let polled = loop {
            match pairs.poll() {
                Ok(Some(_)) => {}
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        let mut failed = None;
        context.flying.retain(|&home| {
            if !polled || pairs.error(home).is_some() {
                failed = failed.or(Some(home));
            }
            pairs.outstanding(home) > 0
        });
        failed.map_or(Ok(()), |home| Err(contexts.lose(slot, home)))
    }

    /// A dead home with work in flight.
    fn find_dead(&mut self) -> Option<Unserved> {
        let contexts = self.contexts;
        let ranks = self.context().flying.iter().filter_map(|home| contexts.homes.get(*home));
        let is_dead = |rank: &u32| contexts.endpoint.health().is_dead(Rank(*rank));
        ranks.map(|home| home.rank).find(is_dead).map(Unserved::Dead)
    }

    /// In which state the context is to be given back.
    fn state_after(&mut self) -> u32 {
        if !self.in_flight() {
            return IDLE;
        }
        let slot = self.slot;
        let lost = self.context().flying.iter().any(|home| !slot.reaches(*home));
        if lost || self.find_dead().is_some() { SPOILED } else { AHEAD }
    }
}

/// Which way bytes go.
#[derive(Clone, Copy)]
enum Direction {
    Read,
    Write,
}

impl<P: Primitives> Drop for Claimed<'_, P> {
    fn drop(&mut self) {
        let state = self.state_after();
        self.slot.state.store(state, Ordering::Release);
    }
}
