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
}

impl Opened {
    /// All of them.
    pub const ALL: [Opened; 6] = [
        Opened::HomeAtomicsByCpu,
        Opened::OrderAcrossPairs,
        Opened::ReconnectWithoutFence,
        Opened::TakeoverWithoutFence,
        Opened::ReleaseWithoutFence,
        Opened::VersionWords,
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
