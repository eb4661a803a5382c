//! Mistakes that the protocol can be told to make, each with a case that catches it.

use std::fmt;
use std::str::FromStr;

use pangea::primitives::Trap;

/// A mistake.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// Its name on the command line.
    pub name: &'static str,
    /// The mistake.
    pub trap: Trap,
    /// The name of the case that catches it.
    pub case: &'static str,
}

const fn mutant(name: &'static str, trap: Trap, case: &'static str) -> Mutant {
    Mutant { name, trap, case }
}

/// All of them.
pub const MUTANTS: [Mutant; 10] = [
    mutant("renew-without-wts", Trap::RenewWithoutWts, "wrapped versions"),
    mutant("miss-without-versions", Trap::MissWithoutVersions, "long lease seq; words apart"),
    mutant("unlock-before-body", Trap::UnlockBeforeBody, "2+2W seq+seq; cold+cold; nodes 01"),
    mutant("unlock-by-write", Trap::UnlockByWrite, "SB seq+seq; cold+cold; nodes 01"),
    mutant("reconnect-without-fence", Trap::ReconnectWithoutFence, "failure: write and read; seq"),
    mutant("longer-own-lease", Trap::LongerOwnLease, "own copy seq+seq; cold+cold; nodes 01"),
    mutant("atomic-without-raise", Trap::AtomicWithoutRaise, "MP by load; seq"),
    mutant("atomic-without-take", Trap::AtomicWithoutTake, "MP by load; seq"),
    mutant("lock-without-time", Trap::LockWithoutTime, "MP inside mutex; seq"),
    mutant("barrier-without-time", Trap::BarrierWithoutTime, "barrier of 3; seq"),
];

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl FromStr for Mutant {
    type Err = String;

    fn from_str(text: &str) -> Result<Mutant, String> {
        MUTANTS.into_iter().find(|mutant| mutant.name == text).ok_or_else(|| {
            let names = MUTANTS.map(|mutant| mutant.name).join(", ");
            format!("there is no trap {text:?}; there are {names}")
        })
    }
}
