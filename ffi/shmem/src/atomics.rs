//! Atomics on words of 32 and 64 bits: instructions of the CPU in place, else as the runtime has them.

use std::ffi::c_int;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use pangea::symmetric::AtomicOperation::{self, Add, And, CompareSwap, Fetch, Or, Set, Swap, Xor};

use crate::contexts::Target;
use crate::error::{Problem, ending, problem};
use crate::state::{State, state};
use crate::types::Context;
use crate::ways::element;
use crate::words;

/// What a word holds.
pub(crate) trait Value: Copy {
    type Word: Word;
    fn to_word(self) -> Self::Word;
    fn of_word(word: Self::Word) -> Self;
}

/// A number that can be added to and whose bits can be combined.
pub(crate) trait Integer: Value {
    const ONE: Self;
}

/// A word without a sign.
pub(crate) trait Word: Copy {
    /// In place.
    ///
    /// # Safety
    /// It is a word there, aligned, which all change by atomics or whole stores.
    unsafe fn execute(at: *mut Self, operation: AtomicOperation<Self>) -> Self;

    /// By rank and offset; `is_wanted` is whether the answer is.
    fn far(
        state: &State,
        target: Target,
        at: u64,
        operation: AtomicOperation<Self>,
        is_wanted: bool,
    ) -> Result<Self, Problem>;
}

macro_rules! execute {
    ($atomic:ident) => {
        #[inline(always)]
        unsafe fn execute(at: *mut Self, operation: AtomicOperation<Self>) -> Self {
            // SAFETY: promised.
            let word = unsafe { $atomic::from_ptr(at) };
            let order = Ordering::AcqRel;
            match operation {
                Fetch => word.load(Ordering::Acquire),
                Set(new) => {
                    word.store(new, Ordering::Release);
                    new
                }
                Swap(new) => word.swap(new, order),
                CompareSwap { expected, new } => word
                    .compare_exchange(expected, new, order, Ordering::Acquire)
                    .unwrap_or_else(|found| found),
                Add(add) => word.fetch_add(add, order),
                And(bits) => word.fetch_and(bits, order),
                Or(bits) => word.fetch_or(bits, order),
                Xor(bits) => word.fetch_xor(bits, order),
            }
        }
    };
}

impl Word for u64 {
    execute!(AtomicU64);

    fn far(
        state: &State,
        target: Target,
        at: u64,
        operation: AtomicOperation<u64>,
        is_wanted: bool,
    ) -> Result<u64, Problem> {
        if is_wanted || !target.may_wait {
            return Ok(state.symmetric.atomic(target.rank, at, operation)?);
        }
        state.symmetric.atomic_later(target.rank, at, operation)?;
        Ok(0)
    }
}

impl Word for u32 {
    execute!(AtomicU32);

    fn far(
        state: &State,
        target: Target,
        at: u64,
        operation: AtomicOperation<u32>,
        _is_wanted: bool,
    ) -> Result<u32, Problem> {
        Ok(state.symmetric.atomic32(target.rank, at, operation, words::LOCKS_AT)?)
    }
}

macro_rules! integers {
    ($word:ident: $($integer:ident),*) => {$(
        impl Value for $integer {
            type Word = $word;
            #[inline(always)]
            fn to_word(self) -> $word {
                self as $word
            }
            #[inline(always)]
            fn of_word(word: $word) -> $integer {
                word as $integer
            }
        }
        impl Integer for $integer {
            const ONE: $integer = 1;
        }
    )*};
}
integers!(u32: u32, i32);
integers!(u64: u64, i64, usize, isize);

macro_rules! floats {
    ($($float:ident, $word:ident);*) => {$(
        impl Value for $float {
            type Word = $word;
            #[inline(always)]
            fn to_word(self) -> $word {
                self.to_bits()
            }
            #[inline(always)]
            fn of_word(word: $word) -> $float {
                $float::from_bits(word)
            }
        }
    )*};
}
floats!(f32, u32; f64, u64);

/// The offset of a word of that type.
pub(crate) fn offset_of<T>(state: &State, at: *const T) -> Result<u64, Problem> {
    let offset = state.to_offset(at, size_of::<T>())?;
    if at.addr().is_multiple_of(size_of::<T>()) {
        return Ok(offset);
    }
    Err(problem!(
        "the address {at:p} is not a multiple of {}, as atomics of so many bytes need it",
        size_of::<T>()
    ))
}

/// Executes an operation. `is_wanted` is whether the answer is.
///
/// # Safety
/// `at` is a word of this type on the PE, if it is symmetric.
#[inline(always)]
unsafe fn apply<T: Value>(
    name: &'static str,
    context: Context,
    at: *const T,
    operation: AtomicOperation<T::Word>,
    pe: c_int,
    is_wanted: bool,
) -> T {
    if let Some(world) = context.pe_of_world(pe)
        && let Some(at) = element(at, world)
    {
        // SAFETY: it is mapped here and aligned; the rest is the caller's promise.
        return T::of_word(unsafe { T::Word::execute(at.cast(), operation) });
    }
    T::of_word(far(name, context, at.cast(), operation, pe, is_wanted))
}

#[cold]
fn far<W: Word>(
    name: &str,
    context: Context,
    at: *const W,
    operation: AtomicOperation<W>,
    pe: c_int,
    is_wanted: bool,
) -> W {
    ending(name, || {
        let state = state()?;
        let target = context.target(state, pe)?;
        W::far(state, target, offset_of(state, at)?, operation, is_wanted)
    })
}

/// An operation by its name, in all its forms.
macro_rules! operation {
    ($bound:ident: $fetching:ident, $nbi:ident, $plain:tt, ($($value:ident),*) => $operation:expr) => {
        /// Answered by the value before.
        ///
        /// # Safety
        /// As [`apply`].
        #[inline(always)]
        pub(crate) unsafe fn $fetching<T: $bound>(
            name: &'static str, context: Context, at: *mut T, $($value: T,)* pe: c_int,
        ) -> T {
            // SAFETY: the same promise.
            unsafe { apply(name, context, at, $operation, pe, true) }
        }

        /// Answered at an address, when complete.
        ///
        /// # Safety
        /// As [`apply`], and the answer may be written there.
        #[inline(always)]
        pub(crate) unsafe fn $nbi<T: $bound>(
            name: &'static str, context: Context, answer: *mut T, at: *mut T, $($value: T,)* pe: c_int,
        ) {
            // SAFETY: the same promise.
            unsafe { answer.write_unaligned(apply(name, context, at, $operation, pe, true)) }
        }

        operation!($bound: $plain, ($($value),*) => $operation);
    };
    ($bound:ident: _, ($($value:ident),*) => $operation:expr) => {};
    ($bound:ident: $plain:ident, ($($value:ident),*) => $operation:expr) => {
        /// Without an answer.
        ///
        /// # Safety
        /// As [`apply`].
        #[inline(always)]
        pub(crate) unsafe fn $plain<T: $bound>(
            name: &'static str, context: Context, at: *mut T, $($value: T,)* pe: c_int,
        ) {
            // SAFETY: the same promise.
            unsafe { apply(name, context, at, $operation, pe, false) };
        }
    };
}

operation!(Value: swap, swap_nbi, _, (value) => Swap(value.to_word()));
operation!(Value: set, (value) => Set(value.to_word()));
operation!(Integer: fetch_inc, fetch_inc_nbi, inc, () => Add(T::ONE.to_word()));
operation!(Integer: fetch_add, fetch_add_nbi, add, (value) => Add(value.to_word()));
operation!(Integer: fetch_and, fetch_and_nbi, and, (value) => And(value.to_word()));
operation!(Integer: fetch_or, fetch_or_nbi, or, (value) => Or(value.to_word()));
operation!(Integer: fetch_xor, fetch_xor_nbi, xor, (value) => Xor(value.to_word()));
operation!(Integer: compare_swap, compare_swap_nbi, _, (expected, value) => CompareSwap {
    expected: expected.to_word(),
    new: value.to_word()
});

/// The value.
///
/// # Safety
/// As [`apply`].
#[inline(always)]
pub(crate) unsafe fn fetch<T: Value>(
    name: &'static str,
    context: Context,
    at: *const T,
    pe: c_int,
) -> T {
    crate::ways::read(name, at);
    // SAFETY: the same promise.
    unsafe { apply(name, context, at, Fetch, pe, true) }
}

/// The value, at an address.
///
/// # Safety
/// As [`apply`], and it may be written there.
#[inline(always)]
pub(crate) unsafe fn fetch_nbi<T: Value>(
    name: &'static str,
    context: Context,
    answer: *mut T,
    at: *const T,
    pe: c_int,
) {
    // SAFETY: the same promise.
    unsafe { answer.write_unaligned(apply(name, context, at, Fetch, pe, true)) }
}
