//! Integers and truth values that all nodes change atomically, sequentially consistent: [`pangea_atomic`].

use std::ffi::{c_char, c_void};

use pangea::{Atomic, AtomicBits, AtomicInteger, AtomicValue, Error, Node};

use crate::callback::{needed, pangea_test};
use crate::failure::{Failure, call};
use crate::handle::{Handle, Kind, Owner, borrow, insert, share, take};
use crate::memory::{give, give_if_wanted, place, text};
use crate::node::pangea_node;
use crate::spec::{self, Number, Uses, pangea_spec};
use crate::status::pangea_status;

/// An integer or truth value that all nodes share and change atomically; whoever finds what another left here sees all that it had done before in any
/// coherent object. Values are passed as `uint64_t`: signed ones as what they are converted to. May be used from any thread. Got by `pangea_atomic_create`;
/// freed by `pangea_atomic_free`, `pangea_atomic_release`, or `pangea_leave`.
pub struct pangea_atomic {
    _opaque: [u8; 0],
}

impl Handle for pangea_atomic {
    type Object = Box<dyn Words>;
    const KIND: Kind = Kind::Atomic;
}

/// What is done to an atomic of whatever type.
#[derive(Clone, Copy)]
pub enum Operation {
    /// The value.
    Load,
    /// Replaces it.
    Swap,
    /// Adds, wrapping around.
    Add,
    /// Subtracts, wrapping around.
    Sub,
    /// The larger of it and another.
    Max,
    /// The smaller of it and another.
    Min,
    /// Bitwise.
    And,
    /// Bitwise.
    Or,
    /// Bitwise.
    Xor,
}

/// An atomic whose values are passed as words.
pub trait Words: Send + Sync {
    /// Does it; the answer is the value before.
    ///
    /// # Errors
    /// When it is not for that type, or fails.
    fn execute(&self, operation: Operation, operand: u64) -> Result<u64, Failure>;

    /// The value before, which was replaced if it is `expected`.
    ///
    /// # Errors
    /// When it fails.
    fn compare_exchange(&self, expected: u64, new: u64) -> Result<Result<u64, u64>, Failure>;

    /// Waits for a value that is wanted.
    ///
    /// # Errors
    /// When it fails.
    fn wait_until(&self, is_good: &mut dyn FnMut(u64) -> bool) -> Result<u64, Failure>;

    /// Gives a hold back.
    ///
    /// # Errors
    /// When it fails.
    fn release(&self) -> Result<(), Error>;
}

/// What integers can, and truth values cannot.
trait Numbers<T: AtomicValue> {
    fn calculate(&self, operation: Operation, operand: T) -> Result<T, Failure>;
}

impl<T: AtomicInteger> Numbers<T> for Atomic<T> {
    fn calculate(&self, operation: Operation, operand: T) -> Result<T, Failure> {
        Ok(match operation {
            Operation::Add => self.fetch_add(operand)?,
            Operation::Sub => self.fetch_sub(operand)?,
            Operation::Max => self.fetch_max(operand)?,
            _ => self.fetch_min(operand)?,
        })
    }
}

/// An atomic with what it can beyond bits.
struct Typed<T: AtomicValue> {
    atomic: Atomic<T>,
    calculate: fn(&Atomic<T>, Operation, T) -> Result<T, Failure>,
}

impl<T: AtomicBits> Words for Typed<T> {
    fn execute(&self, operation: Operation, operand: u64) -> Result<u64, Failure> {
        let (atomic, operand) = (&self.atomic, T::from_word(operand));
        let before = match operation {
            Operation::Load => atomic.load()?,
            Operation::Swap => atomic.swap(operand)?,
            Operation::And => atomic.fetch_and(operand)?,
            Operation::Or => atomic.fetch_or(operand)?,
            Operation::Xor => atomic.fetch_xor(operand)?,
            Operation::Add | Operation::Sub | Operation::Max | Operation::Min => {
                (self.calculate)(atomic, operation, operand)?
            }
        };
        Ok(before.to_word())
    }

    fn compare_exchange(&self, expected: u64, new: u64) -> Result<Result<u64, u64>, Failure> {
        let outcome = self.atomic.compare_exchange(T::from_word(expected), T::from_word(new))?;
        Ok(outcome.map(T::to_word).map_err(T::to_word))
    }

    fn wait_until(&self, is_good: &mut dyn FnMut(u64) -> bool) -> Result<u64, Failure> {
        Ok(self.atomic.wait_until(|value| is_good(value.to_word()))?.to_word())
    }

    fn release(&self) -> Result<(), Error> {
        self.atomic.clone().release()
    }
}

fn create<T: AtomicBits>(
    node: &Node,
    name: &str,
    home: Option<usize>,
    calculate: fn(&Atomic<T>, Operation, T) -> Result<T, Failure>,
) -> Result<Box<dyn Words>, Failure> {
    let mut builder = node.atomic::<T>(name);
    if let Some(rank) = home {
        builder = builder.on_node(rank);
    }
    Ok(Box::new(Typed { atomic: builder.create()?, calculate }))
}

fn create_integer<T: AtomicInteger>(
    node: &Node,
    name: &str,
    home: Option<usize>,
) -> Result<Box<dyn Words>, Failure> {
    create::<T>(node, name, home, Numbers::calculate)
}

fn no_arithmetic(_: &Atomic<bool>, _: Operation, _: bool) -> Result<bool, Failure> {
    let message = "a truth value cannot be calculated with: take bitwise operations";
    Err(Failure::new(pangea_status::BadType, message))
}

/// Creates an atomic, zero, or attaches to the one of that name. Of `spec` it uses the type (`PANGEA_TYPE_U64`, `_I64`, `_U32`, `_I32` or `_BOOL`), and the node it
/// is on (chosen by the name if not said).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_create(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    atomic: *mut *mut pangea_atomic,
) -> pangea_status {
    call(|| {
        let (object, atomic) = (share(node)?, place(atomic, "atomic")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, Uses::DATA)?) };
        let (node_, home) = (&object.node, spec.home());
        let made = match spec.element()?.number {
            Some(Number::U64) => create_integer::<u64>(node_, name, home)?,
            Some(Number::I64) => create_integer::<i64>(node_, name, home)?,
            Some(Number::U32) => create_integer::<u32>(node_, name, home)?,
            Some(Number::I32) => create_integer::<i32>(node_, name, home)?,
            Some(Number::Bool) => create(node_, name, home, no_arithmetic)?,
            _ => {
                let message = "an atomic is a U64, I64, U32, I32 or BOOL";
                return Err(Failure::new(pangea_status::BadType, message));
            }
        };
        let handle = insert(Owner::node(node), made)?;
        // SAFETY: as above.
        unsafe { give(atomic, handle, "atomic") }
    })
}

/// Frees the handle. The atomic stays, and this node's hold of it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_atomic_free(atomic: *mut pangea_atomic) -> pangea_status {
    call(|| take(atomic).map(drop))
}

/// Gives this hold of it back, and frees the handle in any case.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_atomic_release(atomic: *mut pangea_atomic) -> pangea_status {
    call(|| Ok(take(atomic)?.release()?))
}

/// # Safety
/// `before` is NULL or has room; no other thread frees the handle meanwhile.
unsafe fn execute(
    atomic: *const pangea_atomic,
    operation: Operation,
    operand: u64,
    before: *mut u64,
) -> pangea_status {
    call(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let value = borrow(atomic)?.execute(operation, operand)?;
            give_if_wanted(before, value, "before")
        }
    })
}

/// The value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_load(
    atomic: *const pangea_atomic,
    value: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_atomic_create`.
    unsafe { execute(atomic, Operation::Load, 0, value) }
}

/// Replaces the value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_store(
    atomic: *const pangea_atomic,
    value: u64,
) -> pangea_status {
    // SAFETY: as in `pangea_atomic_create`.
    unsafe { execute(atomic, Operation::Swap, value, std::ptr::null_mut()) }
}

/// Replaces the value; `before` (which may be NULL, as for all that follow) is the one before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_swap(
    atomic: *const pangea_atomic,
    value: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_atomic_create`.
    unsafe { execute(atomic, Operation::Swap, value, before) }
}

/// Adds, wrapping around.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_fetch_add(
    atomic: *const pangea_atomic,
    add: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_atomic_create`.
    unsafe { execute(atomic, Operation::Add, add, before) }
}

/// Subtracts, wrapping around.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_fetch_sub(
    atomic: *const pangea_atomic,
    subtract: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_atomic_create`.
    unsafe { execute(atomic, Operation::Sub, subtract, before) }
}

/// Replaces the value by the larger of it and `other`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_fetch_max(
    atomic: *const pangea_atomic,
    other: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_atomic_create`.
    unsafe { execute(atomic, Operation::Max, other, before) }
}

/// Replaces the value by the smaller of it and `other`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_fetch_min(
    atomic: *const pangea_atomic,
    other: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_atomic_create`.
    unsafe { execute(atomic, Operation::Min, other, before) }
}

/// Bitwise "and".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_fetch_and(
    atomic: *const pangea_atomic,
    bits: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_atomic_create`.
    unsafe { execute(atomic, Operation::And, bits, before) }
}

/// Bitwise "or".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_fetch_or(
    atomic: *const pangea_atomic,
    bits: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_atomic_create`.
    unsafe { execute(atomic, Operation::Or, bits, before) }
}

/// Bitwise "exclusive or".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_fetch_xor(
    atomic: *const pangea_atomic,
    bits: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_atomic_create`.
    unsafe { execute(atomic, Operation::Xor, bits, before) }
}

/// Stores `desired` if the value is `expected`. `found` is the value before, and `exchanged` whether it was replaced; either may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_compare_exchange(
    atomic: *const pangea_atomic,
    expected: u64,
    desired: u64,
    found: *mut u64,
    exchanged: *mut bool,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_atomic_create`; a handle is not freed while another thread uses it.
        unsafe {
            let outcome = borrow(atomic)?.compare_exchange(expected, desired)?;
            let (Ok(before) | Err(before)) = outcome;
            give_if_wanted(found, before, "found")?;
            give_if_wanted(exchanged, outcome.is_ok(), "exchanged")
        }
    })
}

/// Waits until the value, which the function gets as a `uint64_t`, is as wanted. `value` is what was found, and may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_atomic_wait_until(
    atomic: *const pangea_atomic,
    function: pangea_test,
    context: *mut c_void,
    value: *mut u64,
) -> pangea_status {
    call(|| {
        let (atomic, function) = (share(atomic)?, needed(function)?);
        let mut is_good = |word: u64| {
            // SAFETY: as in `pangea_atomic_create`.
            unsafe { function((&raw const word).cast(), context) }
        };
        let found = atomic.wait_until(&mut is_good)?;
        // SAFETY: as in `pangea_atomic_create`.
        unsafe { give_if_wanted(value, found, "value") }
    })
}
