//! [`Atomic`]: a word that carries logical time.

mod value;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use value::{AtomicBits, AtomicInteger, AtomicValue};

use super::builder::{ObjectBuilder, Plan};
use crate::coherence::protocol::{
    self, AtomicOperation, AtomicOutcome, AtomicWords, Layout, LogicalTime, MIN_BLOCK, Trouble,
};
use crate::coherence::{BlockAgent, Coherence, Patience};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::Segment;

/// An integer or truth value that all nodes share and change atomically.
///
/// # Order
/// All operations are part of the one order that coherent operations are in
/// ([`Ordering::SeqCst`], in words of the standard library): whoever finds what another left here sees all that
/// it had done before in any coherent object. (Atomics on the elements of an [`Array`](crate::Array) do not
/// say that.)
///
/// # Cost
/// In round trips: `load`, `fetch_add`, `fetch_sub` 1; `compare_exchange` 1; all others 1 if the value is what this
/// handle last saw, and one for each time that somebody else has changed it since. And 1 more where this
/// node's logical clock is ahead of the word's, which most often is so after a write to something else.
///
/// ```
/// let node = pangea::join()?;
/// let tickets = node.atomic::<u64>("tickets").create()?;
/// let mine = tickets.fetch_add(1)?;
/// assert!(tickets.load()? > mine);
/// # Ok::<(), pangea::Error>(())
/// ```
pub struct Atomic<T: AtomicValue, P: Primitives = System> {
    pair: Arc<Pair<P>>,
    value: PhantomData<T>,
}

/// The word and its time, at their home.
struct Pair<P: Primitives> {
    coherence: Arc<Coherence<P>>,
    segment: Segment<P>,
    /// Of no block: atomics touch two words only.
    layout: Layout,
    /// A logical time that the word's has reached.
    reached: AtomicU64,
    /// The word as it was last seen.
    seen: AtomicU64,
}

impl<T: AtomicValue, P: Primitives> Clone for Atomic<T, P> {
    fn clone(&self) -> Self {
        Atomic { pair: Arc::clone(&self.pair), value: PhantomData }
    }
}

impl<P: Primitives> Pair<P> {
    fn execute(&self, operation: AtomicOperation) -> Result<u64, Error> {
        self.check()?;
        let mut reached = LogicalTime(self.reached.load(Ordering::Relaxed));
        let known = reached;
        let mut agent = self.agent(&mut []);
        let outcome = protocol::atomic(&mut agent, &mut reached, operation);
        if reached > known {
            // Only ever later, whoever else is at it.
            self.reached.fetch_max(reached.0, Ordering::Relaxed);
        }
        match (outcome, agent.loss()) {
            (Ok(AtomicOutcome::Before(word)), _) => Ok(word),
            (Ok(AtomicOutcome::Indeterminate), Some(error)) => Err(Error::Indeterminate(error)),
            (Ok(AtomicOutcome::Indeterminate), None) => Err(Error::Expelled),
            (Err(Trouble::Fatal(error)), _) => Err(error),
            // Only blocks have such trouble.
            (Err(_), _) => Err(Error::Damaged { name: self.name().to_owned(), block: 0 }),
        }
    }

    fn agent<'a>(&'a self, buffer: &'a mut [u8]) -> BlockAgent<'a, P> {
        let place = self.segment.place(0);
        BlockAgent::new(&self.coherence, place, self.layout, buffer, Patience::Brief)
    }

    fn name(&self) -> &str {
        &self.segment.spec().name
    }

    fn check(&self) -> Result<(), Error> {
        if self.segment.is_released() {
            return Err(Error::Released { name: self.name().to_owned() });
        }
        Ok(())
    }

    fn seen(&self) -> u64 {
        self.seen.load(Ordering::Relaxed)
    }

    fn note(&self, word: u64) -> u64 {
        self.seen.store(word, Ordering::Relaxed);
        word
    }

    fn load(&self) -> Result<u64, Error> {
        Ok(self.note(self.execute(AtomicOperation::Load)?))
    }

    fn add(&self, add: u64) -> Result<u64, Error> {
        let before = self.execute(AtomicOperation::FetchAdd(add))?;
        self.note(before.wrapping_add(add));
        Ok(before)
    }

    /// The word before; it was swapped if that is `expected`.
    fn compare_swap(&self, expected: u64, new: u64) -> Result<u64, Error> {
        let before = self.execute(AtomicOperation::CompareSwap { expected, new })?;
        self.note(if before == expected { new } else { before });
        Ok(before)
    }

    /// Replaces the word by what `next` makes of it, and answers the one before; or the one for which `next` has
    /// nothing.
    fn update(&self, mut next: impl FnMut(u64) -> Option<u64>) -> Result<Result<u64, u64>, Error> {
        // Whether it is there now is not known, unless a swap finds it, or the home has just said so.
        let (mut seen, mut sure) = (self.seen(), false);
        loop {
            seen = match next(seen) {
                Some(new) => match self.compare_swap(seen, new)? {
                    before if before == seen => return Ok(Ok(before)),
                    before => before,
                },
                None if sure => return Ok(Err(seen)),
                None => self.load()?,
            };
            sure = true;
        }
    }
}

impl<T: AtomicValue, P: Primitives> Atomic<T, P> {
    pub(crate) fn builder(coherence: &Arc<Coherence<P>>, name: &str) -> ObjectBuilder<Self, P> {
        let plan = Plan::bare("Atomic", T::NAME, AtomicWords::BYTES as u32);
        ObjectBuilder::of_bare(coherence, name, plan, |coherence, segment| {
            // There is such a block.
            let layout = Layout::for_data(1, 0)
                .ok_or_else(|| Error::Damaged { name: segment.spec().name.clone(), block: 0 })?;
            debug_assert_eq!(layout.bytes, MIN_BLOCK);
            let (reached, seen) = (AtomicU64::new(0), AtomicU64::new(0));
            let coherence = Arc::clone(coherence);
            let pair = Pair { coherence, segment, layout, reached, seen };
            Ok(Atomic { pair: Arc::new(pair), value: PhantomData })
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.pair.name()
    }

    /// The value.
    ///
    /// # Errors
    /// When its home died, or cannot be reached.
    pub fn load(&self) -> Result<T, Error> {
        self.pair.load().map(T::from_word)
    }

    /// Replaces the value.
    ///
    /// # Errors
    /// As [`Atomic::load`]; [`Error::Indeterminate`] when the connection failed after the request went out and
    /// before its answer came. It is never repeated, so it happened at most once.
    pub fn store(&self, value: T) -> Result<(), Error> {
        self.swap(value).map(|_| ())
    }

    /// Replaces the value; the answer is the one before.
    ///
    /// # Errors
    /// As [`Atomic::store`].
    pub fn swap(&self, value: T) -> Result<T, Error> {
        self.replace(|_| value)
    }

    /// Stores `new` if the value is `current`; the answer is the value before, as an error if it was another.
    ///
    /// # Errors
    /// As [`Atomic::store`].
    pub fn compare_exchange(&self, current: T, new: T) -> Result<Result<T, T>, Error> {
        let seen = self.pair.seen();
        let is_current = |word: u64| T::from_word(word) == current;
        let mut expected = if is_current(seen) { seen } else { current.to_word() };
        loop {
            let before = self.pair.compare_swap(expected, new.to_word())?;
            if before == expected {
                return Ok(Ok(current));
            }
            if !is_current(before) {
                return Ok(Err(T::from_word(before)));
            }
            // Another word for the same value.
            expected = before;
        }
    }

    /// Replaces the value by what `next` makes of it, and answers the one before; if `next` has nothing, the value
    /// stays and is the answer, as an error. `next` may be called several times, first with the value
    /// that this handle saw last.
    ///
    /// # Errors
    /// As [`Atomic::store`].
    pub fn fetch_update(
        &self,
        mut next: impl FnMut(T) -> Option<T>,
    ) -> Result<Result<T, T>, Error> {
        let next = |word| next(T::from_word(word)).map(T::to_word);
        Ok(self.pair.update(next)?.map(T::from_word).map_err(T::from_word))
    }

    /// Waits until the value is as wanted, and answers it. 1 round trip for each look.
    ///
    /// # Errors
    /// As [`Atomic::load`].
    pub fn wait_until(&self, mut is_good: impl FnMut(T) -> bool) -> Result<T, Error> {
        let mut attempt = 0;
        loop {
            let value = self.load()?;
            if is_good(value) {
                return Ok(value);
            }
            self.pair.coherence.pause(attempt)?;
            attempt = attempt.saturating_add(1);
        }
    }

    fn replace(&self, mut next: impl FnMut(T) -> T) -> Result<T, Error> {
        let (Ok(before) | Err(before)) =
            self.pair.update(|word| Some(next(T::from_word(word)).to_word()))?;
        Ok(T::from_word(before))
    }

    /// Gives this hold of it back, as [`Mutex::release`](crate::Mutex::release) does.
    ///
    /// # Errors
    /// As [`Mutex::release`](crate::Mutex::release).
    pub fn release(self) -> Result<(), Error> {
        super::release(&self.pair.segment)
    }
}

impl<T: AtomicBits, P: Primitives> Atomic<T, P> {
    /// Bitwise "and"; the answer is the value before.
    ///
    /// # Errors
    /// As [`Atomic::store`].
    pub fn fetch_and(&self, bits: T) -> Result<T, Error> {
        self.replace(|value| value.and(bits))
    }

    /// Bitwise "or"; the answer is the value before.
    ///
    /// # Errors
    /// As [`Atomic::store`].
    pub fn fetch_or(&self, bits: T) -> Result<T, Error> {
        self.replace(|value| value.or(bits))
    }

    /// Bitwise "exclusive or"; the answer is the value before.
    ///
    /// # Errors
    /// As [`Atomic::store`].
    pub fn fetch_xor(&self, bits: T) -> Result<T, Error> {
        self.replace(|value| value.xor(bits))
    }
}

impl<T: AtomicInteger, P: Primitives> Atomic<T, P> {
    /// Adds, wrapping around; the answer is the value before.
    ///
    /// # Errors
    /// As [`Atomic::store`].
    pub fn fetch_add(&self, add: T) -> Result<T, Error> {
        self.pair.add(add.to_word()).map(T::from_word)
    }

    /// Subtracts, wrapping around; the answer is the value before.
    ///
    /// # Errors
    /// As [`Atomic::store`].
    pub fn fetch_sub(&self, subtract: T) -> Result<T, Error> {
        self.pair.add(subtract.to_word().wrapping_neg()).map(T::from_word)
    }

    /// Replaces the value by the larger of it and `other`; the answer is the one before.
    ///
    /// # Errors
    /// As [`Atomic::store`].
    pub fn fetch_max(&self, other: T) -> Result<T, Error> {
        let (Ok(before) | Err(before)) =
            self.fetch_update(|value| (value < other).then_some(other))?;
        Ok(before)
    }

    /// Replaces the value by the smaller of it and `other`; the answer is the one before.
    ///
    /// # Errors
    /// As [`Atomic::store`].
    pub fn fetch_min(&self, other: T) -> Result<T, Error> {
        let (Ok(before) | Err(before)) =
            self.fetch_update(|value| (value > other).then_some(other))?;
        Ok(before)
    }
}

impl<T: AtomicValue, P: Primitives> fmt::Debug for Atomic<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Atomic<{}>({:?})", T::NAME, self.name())
    }
}
