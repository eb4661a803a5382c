//! The traps that a search may open: mistakes of the kind that NICs punish, to show that it would find
//! them.

use std::fmt;
use std::str::FromStr;

use pangea::primitives::Trap;

/// A trap that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// A home changes words that NIC atomics touch by its own CPU.
    HomeAtomicsByCpu,
    /// A barrier relies on an order between queue pairs.
    OrderAcrossPairs,
    /// A new queue pair replaces a failed one whose other end is not fenced.
    ReconnectWithoutFence,
    /// A dead node's memory is given out again though its WRITEs may still arrive.
    TakeoverWithoutFence,
    /// Memory is given back though WRITEs of a queue pair that failed may still arrive.
    ReleaseWithoutFence,
    /// A record is taken for whole when the words at its two ends agree.
    VersionWords,
    /// A lease is prolonged without a look at the time of the write.
    RenewWithoutWts,
    /// A block that was read counts though lease and data are of different versions.
    MissWithoutVersions,
    /// A block is unlocked before its body is there.
    UnlockBeforeBody,
    /// A block is unlocked by a WRITE of the word that compare-and-swaps touch.
    UnlockByWrite,
    /// A writer uses its own copy for longer than its lease.
    LongerOwnLease,
    /// An atomic does not raise the time of its word.
    AtomicWithoutRaise,
    /// An atomic does not take the time of its word over.
    AtomicWithoutTake,
    /// Locks do not carry logical time.
    LockWithoutTime,
    /// Barriers do not carry logical time.
    BarrierWithoutTime,
    /// A view's counters are raised before the bytes that they count are there.
    CountersBeforeBytes,
    /// A page of a view is known by a number that was read together with it.
    NumberWithPage,
    /// Bytes between changed ones are sent home with them.
    FilledGaps,
    /// An acquire compares one word of the two of a counter.
    OneWordOfCounter,
    /// The twin of a page that stays open is not brought up to date.
    OldTwin,
    /// A changed page is evicted, but not counted.
    UncountedEviction,
    /// What an eviction tried to send home is forgotten.
    ForgottenEviction,
    /// Pages that were read ahead before an acquire are opened after it.
    ReadAheadOverAcquire,
}

impl Opened {
    /// All of them.
    pub const ALL: [Opened; 23] = [
        Opened::HomeAtomicsByCpu,
        Opened::OrderAcrossPairs,
        Opened::ReconnectWithoutFence,
        Opened::TakeoverWithoutFence,
        Opened::ReleaseWithoutFence,
        Opened::VersionWords,
        Opened::RenewWithoutWts,
        Opened::MissWithoutVersions,
        Opened::UnlockBeforeBody,
        Opened::UnlockByWrite,
        Opened::LongerOwnLease,
        Opened::AtomicWithoutRaise,
        Opened::AtomicWithoutTake,
        Opened::LockWithoutTime,
        Opened::BarrierWithoutTime,
        Opened::CountersBeforeBytes,
        Opened::NumberWithPage,
        Opened::FilledGaps,
        Opened::OneWordOfCounter,
        Opened::OldTwin,
        Opened::UncountedEviction,
        Opened::ForgottenEviction,
        Opened::ReadAheadOverAcquire,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Opened::HomeAtomicsByCpu => "home-atomics-by-cpu",
            Opened::OrderAcrossPairs => "order-across-pairs",
            Opened::ReconnectWithoutFence => "reconnect-without-fence",
            Opened::TakeoverWithoutFence => "takeover-without-fence",
            Opened::ReleaseWithoutFence => "release-without-fence",
            Opened::VersionWords => "version-words",
            Opened::RenewWithoutWts => "renew-without-wts",
            Opened::MissWithoutVersions => "miss-without-versions",
            Opened::UnlockBeforeBody => "unlock-before-body",
            Opened::UnlockByWrite => "unlock-by-write",
            Opened::LongerOwnLease => "longer-own-lease",
            Opened::AtomicWithoutRaise => "atomic-without-raise",
            Opened::AtomicWithoutTake => "atomic-without-take",
            Opened::LockWithoutTime => "lock-without-time",
            Opened::BarrierWithoutTime => "barrier-without-time",
            Opened::CountersBeforeBytes => "counters-before-bytes",
            Opened::NumberWithPage => "number-with-page",
            Opened::FilledGaps => "filled-gaps",
            Opened::OneWordOfCounter => "one-word-of-counter",
            Opened::OldTwin => "old-twin",
            Opened::UncountedEviction => "uncounted-eviction",
            Opened::ForgottenEviction => "forgotten-eviction",
            Opened::ReadAheadOverAcquire => "read-ahead-over-acquire",
        }
    }

    /// The runtime's name for it; `None` when the program falls into it and not the runtime.
    pub(crate) fn of_runtime(self) -> Option<Trap> {
        match self {
            Opened::HomeAtomicsByCpu => Some(Trap::HomeAtomicsByCpu),
            Opened::OrderAcrossPairs => Some(Trap::OrderAcrossPairs),
            Opened::ReconnectWithoutFence => Some(Trap::ReconnectWithoutFence),
            Opened::TakeoverWithoutFence => Some(Trap::TakeoverWithoutFence),
            Opened::ReleaseWithoutFence => Some(Trap::ReleaseWithoutFence),
            Opened::VersionWords => None,
            Opened::RenewWithoutWts => Some(Trap::RenewWithoutWts),
            Opened::MissWithoutVersions => Some(Trap::MissWithoutVersions),
            Opened::UnlockBeforeBody => Some(Trap::UnlockBeforeBody),
            Opened::UnlockByWrite => Some(Trap::UnlockByWrite),
            Opened::LongerOwnLease => Some(Trap::LongerOwnLease),
            Opened::AtomicWithoutRaise => Some(Trap::AtomicWithoutRaise),
            Opened::AtomicWithoutTake => Some(Trap::AtomicWithoutTake),
            Opened::LockWithoutTime => Some(Trap::LockWithoutTime),
            Opened::BarrierWithoutTime => Some(Trap::BarrierWithoutTime),
            Opened::CountersBeforeBytes => Some(Trap::CountersBeforeBytes),
            Opened::NumberWithPage => Some(Trap::NumberWithPage),
            Opened::FilledGaps => Some(Trap::FilledGaps),
            Opened::OneWordOfCounter => Some(Trap::OneWordOfCounter),
            Opened::OldTwin => Some(Trap::OldTwin),
            Opened::UncountedEviction => Some(Trap::UncountedEviction),
            Opened::ForgottenEviction => Some(Trap::ForgottenEviction),
            Opened::ReadAheadOverAcquire => Some(Trap::ReadAheadOverAcquire),
        }
    }
}

impl fmt::Display for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Opened {
    type Err = String;

    fn from_str(text: &str) -> Result<Opened, String> {
        Opened::ALL.into_iter().find(|trap| trap.name() == text).ok_or_else(|| {
            let names = Opened::ALL.map(Opened::name).join(", ");
            format!("there is no trap {text:?}; there are {names}")
        })
    }
}
