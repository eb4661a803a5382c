//! Kinds: the types that handles are of.

use std::fmt;

/// What handles stand for. The greater ones use the lesser, and are freed before them when a node leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// `pangea_node`
    Node = 1,
    /// `pangea_array`
    Array,
    /// `pangea_shared`
    Shared,
    /// `pangea_shared_array`
    SharedArray,
    /// `pangea_release_array`
    ReleaseArray,
    /// `pangea_mutex`
    Mutex,
    /// `pangea_rwlock`
    RwLock,
    /// `pangea_view_lock`
    ViewLock,
    /// `pangea_atomic`
    Atomic,
    /// `pangea_semaphore`
    Semaphore,
    /// `pangea_once`
    Once,
    /// `pangea_barrier`
    Barrier,
    /// `pangea_view`
    View,
    /// `pangea_locked_view`
    LockedView,
    /// `pangea_mutex_guard`
    MutexGuard,
    /// `pangea_rwlock_read_guard`
    RwLockReadGuard,
    /// `pangea_rwlock_write_guard`
    RwLockWriteGuard,
    /// `pangea_permits`
    Permits,
    /// `pangea_transfer`
    Transfer,
    /// `pangea_batch`
    Batch,
}

/// The names of the kinds, from 1 on.
pub(super) const NAMES: [&str; 20] = [
    "node",
    "array",
    "shared",
    "shared_array",
    "release_array",
    "mutex",
    "rwlock",
    "view_lock",
    "atomic",
    "semaphore",
    "once",
    "barrier",
    "view",
    "locked_view",
    "mutex_guard",
    "rwlock_read_guard",
    "rwlock_write_guard",
    "permits",
    "transfer",
    "batch",
];

/// The type of what is at fault, with its article.
pub(super) struct Named(pub(super) u8);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = usize::from(self.0).checked_sub(1).and_then(|number| NAMES.get(number));
        write!(f, "pangea_{}", name.unwrap_or(&"?"))
    }
}
