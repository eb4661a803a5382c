//! What came of a search: for each scenario seeds, failures, speed, and how often each fault happened.

use std::fmt::{self, Write};

use super::batch::Result;
use crate::fault::FaultTally;
use crate::outcome::recoveries;

/// How many failing seeds are named at the end.
const NAMED: usize = 20;

/// What came of one scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct OfScenario {
    pub(super) name: &'static str,
    pub(super) seeds: u64,
    pub(super) bad: Vec<u64>,
    operations: u64,
    nanos: u64,
    faults: [u64; FaultTally::KINDS],
    recoveries: [u64; 3],
}

impl OfScenario {
    pub(super) fn new(name: &'static str) -> OfScenario {
        OfScenario { name, ..OfScenario::default() }
    }

    pub(super) fn add(&mut self, seed: u64, result: &Result) {
        self.seeds += 1;
        if result.wrong.is_some() {
            self.bad.push(seed);
        }
        self.operations += result.operations;
        self.nanos += result.nanos;
        for (sum, count) in self.faults.iter_mut().zip(result.faults) {
            *sum += count;
        }
        for (sum, count) in self.recoveries.iter_mut().zip(result.recoveries) {
            *sum += count;
        }
    }

    /// Operations for each second of a core.
    fn speed(&self) -> u64 {
        (u128::from(self.operations) * 1_000_000_000 / u128::from(self.nanos.max(1))) as u64
    }
}

impl fmt::Display for OfScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OfScenario { name, seeds, operations, .. } = self;
        let (bad, speed) = (self.bad.len(), self.speed());
        write!(f, "{name:<12} {seeds:>9} seeds {bad:>5} bad {operations:>11} operations")?;
        write!(f, " {speed:>9}/s on a core")?;
        let names = FaultTally::default().each().map(|(_, name)| name);
        let (mut happened, mut never) = (String::new(), String::new());
        for (count, name) in self.faults.into_iter().zip(names) {
            let (text, count) = match count {
                0 => (&mut never, String::new()),
                count => (&mut happened, format!("{count} ")),
            };
            let comma = if text.is_empty() { "" } else { ", " };
            write!(text, "{comma}{count}{name}")?;
        }
        if !happened.is_empty() {
            write!(f, "\n    faults: {happened}")?;
        }
        if !never.is_empty() {
            write!(f, "\n    never: {never}")?;
        }
        if self.recoveries != [0; 3] {
            write!(f, "\n    recoveries: {}", recoveries(self.recoveries))?;
        }
        if bad > 0 {
            let mut seeds = self.bad.clone();
            seeds.sort_unstable();
            let named: Vec<String> = seeds.iter().take(NAMED).map(u64::to_string).collect();
            let more = if bad > NAMED { ", …" } else { "" };
            write!(f, "\n    bad: {}{more}", named.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_happened_and_what_did_not() {
        let mut of = OfScenario::new("writes");
        let mut result = Result { operations: 500, nanos: 1_000_000, ..Result::default() };
        result.faults[0] = 2;
        result.recoveries[1] = 3;
        of.add(1, &result);
        of.add(9, &Result { wrong: Some("x".to_owned()), ..result });
        let text = of.to_string();
        for part in [
            "2 seeds",
            "1 bad",
            "1000 operations",
            "500000/s",
            "4 pauses",
            "never: kills",
            "6 rolled forward",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
        assert!(text.ends_with("bad: 9"), "{text}");
    }
}
