//! [`Trap`]: mistakes that a simulation can have made.

use std::fmt;
use std::str::FromStr;

/// Mistakes of the kind that NICs punish, each of which a simulation can make the runtime, or its program, commit to
/// show that its search would find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trap {
    /// A home changes a word that NIC atomics touch by its own CPU.
    HomeAtomicsByCpu,
    /// A barrier begins before work on other queue pairs is known to be complete.
    OrderAcrossPairs,
    /// A new queue pair replaces one that failed before the home has put the old one's other end in
    /// error state.
    ReconnectWithoutFence,
    /// The memory of a dead node's segments is given out again while its WRITEs may still arrive.
    TakeoverWithoutFence,
    /// Memory is given back while WRITEs of a queue pair that failed may still arrive.
    ReleaseWithoutFence,
    /// A program takes a record for whole when the words at its two ends agree.
    VersionWords,
    /// A lease is prolonged though the data may be another's: the time of the write is not compared.
    RenewWithoutWts,
    /// A block that was read counts though lease and data are of different versions.
    MissWithoutVersions,
    /// A block is unlocked before its body is there.
    UnlockBeforeBody,
    /// A block is unlocked by a WRITE of its lease word, which compare-and-swaps touch.
    UnlockByWrite,
    /// A writer uses its own copy for longer than the lease at the home says.
    LongerOwnLease,
    /// An atomic does not raise the time of its word to its node's clock.
    AtomicWithoutRaise,
    /// An atomic does not take the time of its word over into its node's clock.
    AtomicWithoutTake,
    /// Locks do not carry logical time.
    LockWithoutTime,
    /// Barriers and collectives do not carry logical time.
    BarrierWithoutTime,
    /// A view's counters of changes are raised before the bytes that they count are there.
    CountersBeforeBytes,
    /// The number by which a page of a view is known is read together with the page, not before it.
    NumberWithPage,
    /// Bytes between two changed runs of a page are sent home with them.
    FilledGaps,
    /// An acquire compares one word of the two that a counter of changes has.
    OneWordOfCounter,
    /// The twin of a page that stays open over a release is not brought up to date.
    OldTwin,
    /// A changed page goes home when it is evicted, but its counters are not raised.
    UncountedEviction,
    /// What an eviction tried to send home is forgotten when nobody knows whether it got there.
    ForgottenEviction,
    /// Pages that were READ ahead before an acquire are opened after it.
    ReadAheadOverAcquire,
    /// Whoever gets a dead holder's lock does not ask other homes than the lock's whether they have fenced the dead.
    InheritWithoutFences,
    /// An acquire asks one home of a view for what has changed there, and no others.
    OneHome,
}

impl Trap {
    /// All of them.
    pub const ALL: [Trap; 25] = [
        Trap::HomeAtomicsByCpu,
        Trap::OrderAcrossPairs,
        Trap::ReconnectWithoutFence,
        Trap::TakeoverWithoutFence,
        Trap::ReleaseWithoutFence,
        Trap::VersionWords,
        Trap::RenewWithoutWts,
        Trap::MissWithoutVersions,
        Trap::UnlockBeforeBody,
        Trap::UnlockByWrite,
        Trap::LongerOwnLease,
        Trap::AtomicWithoutRaise,
        Trap::AtomicWithoutTake,
        Trap::LockWithoutTime,
        Trap::BarrierWithoutTime,
        Trap::CountersBeforeBytes,
        Trap::NumberWithPage,
        Trap::FilledGaps,
        Trap::OneWordOfCounter,
        Trap::OldTwin,
        Trap::UncountedEviction,
        Trap::ForgottenEviction,
        Trap::ReadAheadOverAcquire,
        Trap::InheritWithoutFences,
        Trap::OneHome,
    ];

    /// Whether the runtime falls into it, and not the program.
    pub const fn is_of_runtime(self) -> bool {
        !matches!(self, Trap::VersionWords)
    }

    /// Its name on a command line.
    pub const fn name(self) -> &'static str {
        match self {
            Trap::HomeAtomicsByCpu => "home-atomics-by-cpu",
            Trap::OrderAcrossPairs => "order-across-pairs",
            Trap::ReconnectWithoutFence => "reconnect-without-fence",
            Trap::TakeoverWithoutFence => "takeover-without-fence",
            Trap::ReleaseWithoutFence => "release-without-fence",
            Trap::VersionWords => "version-words",
            Trap::RenewWithoutWts => "renew-without-wts",
            Trap::MissWithoutVersions => "miss-without-versions",
            Trap::UnlockBeforeBody => "unlock-before-body",
            Trap::UnlockByWrite => "unlock-by-write",
            Trap::LongerOwnLease => "longer-own-lease",
            Trap::AtomicWithoutRaise => "atomic-without-raise",
            Trap::AtomicWithoutTake => "atomic-without-take",
            Trap::LockWithoutTime => "lock-without-time",
            Trap::BarrierWithoutTime => "barrier-without-time",
            Trap::CountersBeforeBytes => "counters-before-bytes",
            Trap::NumberWithPage => "number-with-page",
            Trap::FilledGaps => "filled-gaps",
            Trap::OneWordOfCounter => "one-word-of-counter",
            Trap::OldTwin => "old-twin",
            Trap::UncountedEviction => "uncounted-eviction",
            Trap::ForgottenEviction => "forgotten-eviction",
            Trap::ReadAheadOverAcquire => "read-ahead-over-acquire",
            Trap::InheritWithoutFences => "inherit-without-fences",
            Trap::OneHome => "one-home",
        }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Trap {
    type Err = String;

    fn from_str(text: &str) -> Result<Trap, String> {
        Trap::ALL.into_iter().find(|trap| trap.name() == text).ok_or_else(|| {
            let names = Trap::ALL.map(Trap::name).join(", ");
            format!("there is no trap {text:?}; there are {names}")
        })
    }
}
