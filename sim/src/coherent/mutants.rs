//! Mistakes that the protocol can be told to make, each with a case that catches it.

use std::fmt;
use std::str::FromStr;

use pangea::primitives::Trap;

/// A mistake.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// The mistake.
    pub trap: Trap,
    /// The name of the case that catches it.
    pub case: &'static str,
}

const fn mutant(trap: Trap, case: &'static str) -> Mutant {
    Mutant { trap, case }
}

/// All of them.
pub const MUTANTS: [Mutant; 10] = [
    mutant(Trap::RenewWithoutWts, "wrapped versions"),
    mutant(Trap::MissWithoutVersions, "long lease seq; words apart"),
    mutant(Trap::UnlockBeforeBody, "2+2W seq+seq; cold+cold; nodes 01"),
    mutant(Trap::UnlockByWrite, "SB seq+seq; cold+cold; nodes 01"),
    mutant(Trap::ReconnectWithoutFence, "failure: write and read; seq"),
    mutant(Trap::LongerOwnLease, "own copy seq+seq; cold+cold; nodes 01"),
    mutant(Trap::AtomicWithoutRaise, "MP by load; seq"),
    mutant(Trap::AtomicWithoutTake, "MP by load; seq"),
    mutant(Trap::LockWithoutTime, "MP inside mutex; seq"),
    mutant(Trap::BarrierWithoutTime, "barrier of 3; seq"),
];

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.trap.fmt(f)
    }
}

impl FromStr for Mutant {
    type Err = String;

    fn from_str(text: &str) -> Result<Mutant, String> {
        MUTANTS.into_iter().find(|mutant| mutant.trap.name() == text).ok_or_else(|| {
            let names = MUTANTS.map(|mutant| mutant.trap.name()).join(", ");
            format!("there is no trap {text:?}; there are {names}")
        })
    }
}
