//! `RLIMIT_MEMLOCK`: how much memory the kernel lets this process pin.

use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The bit of `CAP_IPC_LOCK` in a set of capabilities.
const CAP_IPC_LOCK: u32 = 14;

/// What the kernel counts when it decides whether memory may be pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    /// The limit in bytes; `None` when there is none.
    limit: Option<u64>,
    /// Bytes pinned already.
    pinned: u64,
}

impl Allowance {
    /// That of this process, now.
    pub(super) fn now() -> Allowance {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let uid_map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
        let limit = getrlimit(Resource::Memlock).current;
        Allowance {
            limit: limit.filter(|_| !is_exempt(&status, &uid_map)),
            pinned: kilobytes(&status, "VmPin:").unwrap_or(0).saturating_mul(1024),
        }
    }

    /// The limit, if pinning `wanted` bytes more would break it.
    pub(super) fn broken_by(self, wanted: usize) -> Option<u64> {
        self.limit.filter(|limit| self.pinned.saturating_add(wanted as u64) > *limit)
    }
}

/// Raises the limit as far as a process may by itself: to the hard limit.
pub(super) fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Memlock);
    if current == maximum {
        return;
    }
    if let Err(error) = setrlimit(Resource::Memlock, Rlimit { current: maximum, maximum }) {
        log::warn!("RLIMIT_MEMLOCK stays at {current:?} bytes of {maximum:?}: {error}");
    }
}

/// Whether the limit does not hold for this process: it has `CAP_IPC_LOCK`, and not just inside of a
/// user namespace of its own, where that counts for nothing.
fn is_exempt(status: &str, uid_map: &str) -> bool {
    let capabilities = field(status, "CapEff:").and_then(|hex| u64::from_str_radix(hex, 16).ok());
    let mut map = uid_map.split_whitespace();
    let is_initial_namespace =
        (map.next(), map.next(), map.next()) == (Some("0"), Some("0"), Some("4294967295"));
    is_initial_namespace && capabilities.is_some_and(|set| set >> CAP_IPC_LOCK & 1 == 1)
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    field(status, name)?.split_whitespace().next()?.parse().ok()
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INITIAL: &str = "         0          0 4294967295\n";

    #[test]
    fn what_is_pinned_already_counts() {
        let allowance = Allowance { limit: Some(8192), pinned: 4096 };
        assert_eq!(allowance.broken_by(4096), None);
        assert_eq!(allowance.broken_by(4097), Some(8192));
        assert_eq!(allowance.broken_by(usize::MAX), Some(8192));
        assert_eq!(Allowance { limit: None, pinned: 1 }.broken_by(usize::MAX), None);
    }

    #[test]
    fn the_capability_counts_in_the_initial_namespace_only() {
        let with = "Name:\tx\nCapEff:\t0000000000004000\n";
        let without = "Name:\tx\nCapEff:\tffffffffffffbfff\n";
        assert!(is_exempt(with, INITIAL));
        assert!(!is_exempt(without, INITIAL));
        assert!(!is_exempt(with, "0 1000 1\n"));
        assert!(!is_exempt("", ""));
    }

    #[test]
    fn the_fields_of_proc_are_found() {
        let status = "VmLck:\t      12 kB\nVmPin:\t     456 kB\n";
        assert_eq!(kilobytes(status, "VmPin:"), Some(456));
        assert_eq!(kilobytes(status, "VmFoo:"), None);
    }

    #[test]
    fn the_limit_ends_up_at_the_hard_one() {
        raise();
        let limit = getrlimit(Resource::Memlock);
        assert_eq!(limit.current, limit.maximum);
    }
}
