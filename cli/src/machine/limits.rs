//! What the kernel allows this process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{field, kernel_file};

/// The capability to lock any amount of memory.
const CAP_IPC_LOCK: u32 = 14;

/// How much memory this process may lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LockLimit {
    /// The limit in force, in bytes; none is unlimited.
    pub(crate) soft: Option<u64>,
    /// How far it can be raised without privilege; none is unlimited.
    pub(crate) hard: Option<u64>,
    /// Whether the limit does not count for this process.
    pub(crate) exempt: bool,
}

impl LockLimit {
    /// Asks the kernel.
    pub(crate) fn of_this_process() -> LockLimit {
        let Rlimit { current, maximum } = getrlimit(Resource::Memlock);
        LockLimit { soft: current, hard: maximum, exempt: has_capability(CAP_IPC_LOCK) }
    }

    /// Whether `bytes` may be locked, perhaps after raising the soft limit.
    pub(crate) fn allows(self, bytes: u64) -> bool {
        self.exempt || self.hard.is_none_or(|hard| hard >= bytes)
    }
}

/// Raises the soft limit of locked memory to the hard one, for this process and those it starts.
pub(crate) fn raise_lock_limit() -> Result<(), rustix::io::Errno> {
    raise(Resource::Memlock)
}

/// Makes sure that this process may have `count` files open at a time.
///
/// # Errors
/// With the number that is possible when it is less.
pub(crate) fn allow_open_files(count: u64) -> Result<(), u64> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= count) {
        return Ok(());
    }
    match limit.maximum {
        Some(maximum) if maximum < count => Err(maximum),
        _ => raise(Resource::Nofile).map_err(|_| limit.current.unwrap_or(0)),
    }
}

fn raise(resource: Resource) -> Result<(), rustix::io::Errno> {
    let Rlimit { maximum, .. } = getrlimit(resource);
    setrlimit(resource, Rlimit { current: maximum, maximum })
}

fn has_capability(number: u32) -> bool {
    kernel_file("/proc/self/status")
        .as_deref()
        .and_then(|status| field(status, "CapEff"))
        .and_then(|mask| u64::from_str_radix(mask, 16).ok())
        .is_some_and(|mask| mask & (1 << number) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_allow_what_they_say() {
        let limit = LockLimit { soft: Some(10), hard: Some(20), exempt: false };
        assert!(limit.allows(20) && !limit.allows(21));
        assert!(LockLimit { exempt: true, ..limit }.allows(21));
        assert!(LockLimit { hard: None, ..limit }.allows(u64::MAX));
    }

    #[test]
    fn open_files_are_allowed_or_the_limit_is_named() {
        assert_eq!(allow_open_files(3), Ok(()));
        match getrlimit(Resource::Nofile).maximum {
            None => assert_eq!(allow_open_files(u64::MAX), Ok(())),
            Some(maximum) => assert_eq!(allow_open_files(maximum + 1), Err(maximum)),
        }
    }
}
