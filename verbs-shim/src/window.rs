//! [`Window`]: the shortest way to a region of a peer that is reached in place; [`Windows`]: those of a thread.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use crate::provider::{Provider, RawQueuePair, RawWindow};
use crate::work_request::Atomic;

/// What is done to a 64-bit word that nobody wants to hear of. Atomic against other updates and atomics, as those
/// are against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Update {
    /// Adds, wrapping around.
    Add,
    /// Bitwise "and".
    And,
    /// Bitwise "or".
    Or,
    /// Bitwise "exclusive or".
    Xor,
}

impl Update {
    /// The word after it.
    #[inline]
    pub fn of(self, word: u64, operand: u64) -> u64 {
        match self {
            Update::Add => word.wrapping_add(operand),
            Update::And => word & operand,
            Update::Or => word | operand,
            Update::Xor => word ^ operand,
        }
    }
}

/// A region of the peer of a queue pair, open for operations in place by the pair's thread without the pair at hand
/// ([`QueuePair::window`](crate::QueuePair::window)).
///
/// What is done through it is done through the pair: in order with it, counted as its, and under the same checks at
/// each operation. Whatever would be an error, or takes more than a copy or an instruction (the pair has failed or is
/// gone, the peer is dead, the key is not valid any more, the range lies outside), a window only refuses, and then
/// nothing has happened; the pair tells what is wrong. A window whose pair has failed or is gone stays closed.
///
/// Offsets count from the address that it was opened at.
pub struct Window<P: Provider> {
    raw: <P::QueuePair as RawQueuePair>::Window,
    /// It stays on the thread of its pair.
    _thread: PhantomData<Rc<()>>,
}

impl<P: Provider> Clone for Window<P> {
    fn clone(&self) -> Self {
        Window::new(self.raw.clone())
    }
}

impl<P: Provider> Window<P> {
    pub(crate) fn new(raw: <P::QueuePair as RawQueuePair>::Window) -> Window<P> {
        Window { raw, _thread: PhantomData }
    }

    /// READs at once; false, and nothing has happened, if that cannot be.
    #[inline(always)]
    pub fn read(&self, offset: u64, into: &mut [u8]) -> bool {
        self.raw.read(offset, into)
    }

    /// READs an aligned word of 8 bytes, as [`Window::read`] does; it may refuse where that does not, when something has
    /// changed at the peer.
    #[inline(always)]
    pub fn load(&self, offset: u64) -> Option<u64> {
        self.raw.load(offset)
    }

    /// WRITEs at once, as [`Window::read`] reads.
    #[inline(always)]
    pub fn write(&self, from: &[u8], offset: u64) -> bool {
        self.raw.write(from, offset)
    }

    /// Executes an atomic at once, as [`Window::read`] reads; the answer is the word's value before.
    #[inline(always)]
    pub fn atomic(&self, atomic: Atomic, offset: u64) -> Option<u64> {
        self.raw.atomic(atomic, offset)
    }

    /// Updates a word at once, as [`Window::read`] reads. Counted as an atomic.
    #[inline(always)]
    pub fn update(&self, update: Update, operand: u64, offset: u64) -> bool {
        self.raw.update(update, operand, offset)
    }

    /// Has the processor bring the word of an update that will come, if it can. Nothing depends on it.
    #[inline]
    pub fn prefetch(&self, offset: u64) {
        self.raw.prefetch(offset);
    }
}

/// Windows by the number of their peer.
pub type WindowsByPeer<P> = Rc<[Option<Window<P>>]>;

/// The windows that a thread looks through most, by a number that it gives its peers (a rank, say), all under one
/// label; made to be kept in a `thread_local!`.
///
/// It is not dropped with its thread, because what has nothing to drop is reached without asking whether it has been:
/// whoever shows windows takes them down again, by showing none.
///
/// Looking through one costs no count of references and no flag: nothing that an operation through a window executes can
/// come to replace it, see [`RawWindow`].
pub struct Windows<P: Provider> {
    label: Cell<u64>,
    shown: UnsafeCell<ManuallyDrop<Option<WindowsByPeer<P>>>>,
}

impl<P: Provider> Windows<P> {
    /// None, under label 0.
    pub const fn new() -> Windows<P> {
        Windows { label: Cell::new(0), shown: UnsafeCell::new(ManuallyDrop::new(None)) }
    }

    /// The label of what is shown.
    #[inline]
    pub fn label(&self) -> u64 {
        self.label.get()
    }

    /// Shows other windows, or none.
    pub fn show(&self, label: u64, windows: Option<WindowsByPeer<P>>) {
        self.label.set(label);
        // SAFETY: a reference to what is there lives only within `through`, during which nothing calls this. What is
        // replaced is dropped after that, so this may be called again meanwhile.
        let before = unsafe { self.shown.get().replace(ManuallyDrop::new(windows)) };
        drop(ManuallyDrop::into_inner(before));
    }

    /// Calls `f` with a window of that label, if there is one. `f` is an operation of [`RawWindow`] and nothing else.
    #[inline(always)]
    fn through<R>(
        &self,
        label: u64,
        number: u32,
        f: impl FnOnce(&Window<P>) -> Option<R>,
    ) -> Option<R> {
        if self.label.get() != label {
            return None;
        }
        // SAFETY: nobody changes it while the reference lives: the type is not `Sync`, and what `f` does cannot come
        // to `show`, as implementations of `RawWindow` promise.
        let shown = unsafe { &*self.shown.get() };
        f(shown.as_ref()?.get(number as usize)?.as_ref()?)
    }

    /// As [`Window::read`], through the window of that number; false if there is none, or another label.
    #[inline(always)]
    pub fn read(&self, label: u64, number: u32, offset: u64, into: &mut [u8]) -> bool {
        self.through(label, number, |window| window.read(offset, into).then_some(())).is_some()
    }

    /// As [`Window::load`], see [`Windows::read`].
    #[inline(always)]
    pub fn load(&self, label: u64, number: u32, offset: u64) -> Option<u64> {
        self.through(label, number, |window| window.load(offset))
    }

    /// As [`Window::write`], see [`Windows::read`].
    #[inline(always)]
    pub fn write(&self, label: u64, number: u32, from: &[u8], offset: u64) -> bool {
        self.through(label, number, |window| window.write(from, offset).then_some(())).is_some()
    }

    /// As [`Window::update`], see [`Windows::read`].
    #[inline(always)]
    pub fn update(
        &self,
        label: u64,
        number: u32,
        update: Update,
        operand: u64,
        offset: u64,
    ) -> bool {
        let update = |window: &Window<P>| window.update(update, operand, offset).then_some(());
        self.through(label, number, update).is_some()
    }

    /// As [`Window::prefetch`], see [`Windows::read`].
    #[inline(always)]
    pub fn prefetch(&self, label: u64, number: u32, offset: u64) {
        self.through(label, number, |window| {
            window.prefetch(offset);
            Some(())
        });
    }

    /// As [`Window::atomic`], see [`Windows::read`].
    #[inline(always)]
    pub fn atomic(&self, label: u64, number: u32, atomic: Atomic, offset: u64) -> Option<u64> {
        self.through(label, number, |window| window.atomic(atomic, offset))
    }
}

impl<P: Provider> Default for Windows<P> {
    fn default() -> Self {
        Windows::new()
    }
}

impl<P: Provider> fmt::Debug for Windows<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Windows").field("label", &self.label).finish_non_exhaustive()
    }
}
