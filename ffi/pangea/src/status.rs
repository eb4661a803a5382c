//! [`pangea_status`]: what functions answer; and what else is known of the last error of a thread.

use std::cell::RefCell;
use std::ffi::{CString, c_char, c_int};

/// What a function answers. Everything but `PANGEA_STATUS_OK` is an error; `pangea_error_message` tells more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum pangea_status {
    /// Done.
    Ok = 0,
    /// A pointer that is needed is NULL.
    NullPointer = 1,
    /// A handle that was freed, or is of another type, or is none; any, in a child of `fork`.
    BadHandle = 2,
    /// A handle that belongs to another thread: that of a lock, a transfer, or a batch.
    WrongThread = 3,
    /// An argument that makes no sense; the message names it.
    BadArgument = 4,
    /// Elements of another type or length than the function is for.
    BadType = 5,
    /// The handle is in use right now: a view that is locked, or an object within its own callback.
    InUse = 6,
    /// What was tried would have to wait.
    WouldBlock = 7,
    /// A mistake in the library itself. The object should not be used any more.
    Panic = 8,

    /// An environment variable that describes the job is missing or malformed.
    Environment = 20,
    /// The job cannot be joined.
    Join = 21,
    /// The coordinator refused: something else of that name exists, or there is no room.
    Refused = 22,
    /// A node died, and what was asked for with it; see `pangea_error_rank`.
    NodeDied = 23,
    /// The coordinator is lost, and the job with it.
    CoordinatorLost = 24,
    /// The control plane met what it should not.
    Protocol = 25,
    /// The operating system refused something.
    System = 26,
    /// The provider could not do what was asked.
    Fabric = 27,
    /// An operation failed, and its home is not known to be dead.
    Work = 28,
    /// Whether an atomic took effect cannot be told; it happened at most once.
    Indeterminate = 29,

    /// An index or a range does not lie in the array.
    OutOfRange = 40,
    /// The object was released by another handle.
    Released = 41,
    /// Two lengths that belong together differ.
    LengthMismatch = 42,
    /// A rank that the job does not have.
    NoSuchRank = 43,
    /// Memory of another node that cannot be reached by loads and stores.
    NotMapped = 44,
    /// A value too large for a reduction or a broadcast.
    ValueTooLarge = 45,
    /// Elements that cannot be shared.
    BadElement = 46,
    /// An array that cannot be, or is not what was expected.
    BadArray = 47,
    /// A file could not be read.
    File = 48,
    /// A file has another size than the array.
    FileSize = 49,
    /// An earlier barrier or reduction failed, so no other can follow.
    CollectiveBroken = 50,
    /// A node died amid a write; overwrite the whole block.
    Poisoned = 51,
    /// Memory was changed by something that is no part of the protocol.
    Damaged = 52,
    /// This node was taken for dead.
    Expelled = 53,
    /// Somebody who lives has had a block locked for too long.
    Stuck = 54,
    /// Whoever had the lock before died or failed. The lock is this thread's all the same, and the guard is given.
    LockPoisoned = 55,
    /// A synchronization object that cannot be.
    BadObject = 56,
    /// More permits than a semaphore has.
    TooManyPermits = 57,
    /// This thread has locked what it would wait for.
    WouldDeadlock = 58,
    /// A view that cannot be.
    BadView = 59,
    /// The memory of a view could not be set up.
    Paging = 60,
    /// The array has views that are open.
    ViewsOpen = 61,
    /// Elements to be written that are at the same time to be read.
    Overlap = 62,
    /// The view is for reading alone.
    ReadOnly = 63,
    /// Elements that a lock was not taken for.
    NotLocked = 64,
    /// A stream or file failed.
    Stream = 65,
    /// An error that this version of the interface has no code for.
    Other = 99,
}

/// The last error of a thread.
struct Last {
    status: pangea_status,
    rank: Option<u32>,
    message: CString,
}

thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

/// Notes an error for this thread.
pub(crate) fn note(status: pangea_status, rank: Option<u32>, message: &str) {
    // Not while the thread ends.
    let _ = LAST
        .try_with(|last| *last.borrow_mut() = Some(Last { status, rank, message: text(message) }));
}

/// A message as C has it.
fn text(message: &str) -> CString {
    CString::new(message.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// Of the last error, if there was one.
fn of_last<R>(what: impl FnOnce(&Last) -> R) -> Option<R> {
    LAST.try_with(|last| last.borrow().as_ref().map(what)).ok().flatten()
}

/// What was wrong in the last call of this thread that failed, and how to mend it; "" if none has. Never NULL. It is good until the
/// next call of this thread that fails.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_error_message() -> *const c_char {
    of_last(|last| last.message.as_ptr()).unwrap_or(c"".as_ptr())
}

/// The code of the last call of this thread that failed; functions that answer something else leave it here, too.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_error_status() -> pangea_status {
    of_last(|last| last.status).unwrap_or(pangea_status::Ok)
}

/// The rank that the last error of this thread names as the one who died; -1 if it names none.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_error_rank() -> c_int {
    let rank = of_last(|last| last.rank).flatten();
    rank.and_then(|rank| c_int::try_from(rank).ok()).unwrap_or(-1)
}
