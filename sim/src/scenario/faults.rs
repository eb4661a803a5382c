//! Which faults come in a run: drawn from its seed.
//!
//! Every kind is there in some seeds and not in others, and what is drawn for one kind does not depend
//! on which others are switched on; so a failing seed can be tried with fewer kinds. Times and
//! frequencies are drawn over several orders of magnitude, because an operation takes two microseconds,
//! a NIC gives up after two seconds, and a silent wire is lost after ten.

use std::fmt;
use std::str::FromStr;

use verbs_shim::provider::sim::{Faults, Nanos};

use crate::chance::Seeded;
use crate::fault::{Draw, Fault, FaultPlan, Kind, Planned, When};

const MICRO: Nanos = 1_000;
const MILLI: Nanos = 1_000_000;
const SECOND: Nanos = 1_000_000_000;

/// A kind of fault that can be switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Stragglers, duplicates, lost requests and answers: what a connection absorbs.
    Absorbed,
    /// Requests that a NIC gives up, with or without effect, and all that follows on their pair.
    Broken,
    /// Queue pairs that go to error state with work outstanding.
    Pairs,
    /// Nodes that are paused.
    Pauses,
    /// Links that are cut, one way or both, for shorter or longer than a NIC tries.
    Cuts,
    /// Wires of the control plane that stall, and are lost if that lasts.
    Stalls,
    /// Nodes that are killed.
    Kills,
    /// The coordinator is killed.
    Coordinator,
}

impl FaultKind {
    const ALL: [FaultKind; 8] = [
        FaultKind::Absorbed,
        FaultKind::Broken,
        FaultKind::Pairs,
        FaultKind::Pauses,
        FaultKind::Cuts,
        FaultKind::Stalls,
        FaultKind::Kills,
        FaultKind::Coordinator,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            FaultKind::Absorbed => "absorbed",
            FaultKind::Broken => "broken",
            FaultKind::Pairs => "pairs",
            FaultKind::Pauses => "pauses",
            FaultKind::Cuts => "cuts",
            FaultKind::Stalls => "stalls",
            FaultKind::Kills => "kills",
            FaultKind::Coordinator => "coordinator",
        }
    }
}

/// A set of kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultKinds(u8);

impl FaultKinds {
    /// All of them.
    pub const ALL: FaultKinds = FaultKinds(u8::MAX);
    /// None of them.
    pub const NONE: FaultKinds = FaultKinds(0);

    /// This one only.
    pub const fn only(kind: FaultKind) -> FaultKinds {
        FaultKinds(1 << kind as u8)
    }

    /// Those in both.
    pub const fn and(self, other: FaultKinds) -> FaultKinds {
        FaultKinds(self.0 & other.0)
    }

    /// Those in one of them.
    pub const fn or(self, other: FaultKinds) -> FaultKinds {
        FaultKinds(self.0 | other.0)
    }

    /// Whether a kind is among them.
    pub const fn has(self, kind: FaultKind) -> bool {
        self.0 & FaultKinds::only(kind).0 != 0
    }
}

impl fmt::Display for FaultKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == FaultKinds::ALL {
            return f.write_str("all");
        }
        let names: Vec<&str> = FaultKind::ALL
            .into_iter()
            .filter(|&kind| self.has(kind))
            .map(FaultKind::name)
            .collect();
        f.write_str(if names.is_empty() { "none" } else { "" })?;
        f.write_str(&names.join(","))
    }
}

impl FromStr for FaultKinds {
    type Err = String;

    fn from_str(text: &str) -> Result<FaultKinds, String> {
        match text {
            "all" => return Ok(FaultKinds::ALL),
            "none" => return Ok(FaultKinds::NONE),
            _ => {}
        }
        let mut kinds = FaultKinds::NONE;
        for name in text.split(',') {
            let kind = FaultKind::ALL.into_iter().find(|kind| kind.name() == name);
            let kind = kind.ok_or_else(|| {
                let names = FaultKind::ALL.map(FaultKind::name).join(", ");
                format!("there are no faults {name:?}; there are all, none, {names}")
            })?;
            kinds.0 |= FaultKinds::only(kind).0;
        }
        Ok(kinds)
    }
}

/// What comes in a run.
pub(super) struct Plan {
    pub(super) faults: FaultPlan,
    /// The kinds that may come; none in a quiet run.
    pub(super) kinds: FaultKinds,
    /// How long requests in flight may land after their initiator failed or died.
    pub(super) late: Nanos,
    /// Machines that are to be killed or to lose their wires.
    pub(super) victims: Vec<u32>,
}

/// A chance per million that is present once in `one_in` seeds.
fn rate(chance: &mut Seeded, one_in: u64, rates: &[u32]) -> u32 {
    let present = chance.one_in(one_in);
    let rate = *chance.pick(rates);
    if present { rate } else { 0 }
}

/// A number up to `most`, of any order of magnitude.
fn any_magnitude(chance: &mut Seeded, most: u64) -> u64 {
    let bits = chance.between(0, u64::from(most.max(1).ilog2()));
    chance.between(1 << bits, (2 << bits) - 1).min(most)
}

/// Draws what comes.
pub(super) fn draw(seed: u64, nodes: u32, kinds: FaultKinds) -> Plan {
    let quiet = Seeded::new(seed, "quiet", 0).one_in(8);
    let kinds = if quiet { FaultKinds::NONE } else { kinds };
    let mut plan = Plan { faults: FaultPlan::default(), kinds, late: 0, victims: Vec::new() };
    plan.late =
        *Seeded::new(seed, "late", 0).pick(&[100 * MICRO, 10 * MILLI, 4 * SECOND, 15 * SECOND]);
    for kind in FaultKind::ALL {
        if kinds.has(kind) {
            let mut chance = Seeded::new(seed, kind.name(), 0);
            plan.add(kind, nodes, &mut chance);
        }
    }
    let mut victims: Vec<u32> = Vec::new();
    for planned in plan.faults.draw(seed, nodes) {
        match planned.fault {
            Fault::Kill { machine } => victims.push(machine),
            Fault::Stall { machine, lasting } if lasting > SECOND => victims.push(machine),
            _ => {}
        }
    }
    victims.sort_unstable();
    victims.dedup();
    plan.victims = victims;
    plan
}

impl Plan {
    fn add(&mut self, kind: FaultKind, nodes: u32, chance: &mut Seeded) {
        let nic = &mut self.faults.nic;
        match kind {
            FaultKind::Absorbed => {
                let rates = [300, 3_000, 30_000];
                *nic = Faults {
                    straggler: rate(chance, 2, &rates),
                    duplicate: rate(chance, 2, &rates),
                    lost_request: rate(chance, 3, &rates),
                    lost_answer: rate(chance, 3, &rates),
                    interrupted: rate(chance, 3, &rates),
                    ..*nic
                };
            }
            FaultKind::Broken => {
                let rates = [300, 3_000, 15_000];
                nic.broken_before = rate(chance, 3, &rates);
                nic.broken_after = rate(chance, 3, &rates);
                nic.broken_midway = rate(chance, 3, &rates);
            }
            FaultKind::Pairs => self.drawn(Kind::FailPair, 3, 12, &[1], chance),
            FaultKind::Pauses => {
                self.drawn(Kind::Pause, 3, 3, &[50 * MICRO, 20 * MILLI, 6 * SECOND], chance);
            }
            FaultKind::Cuts => {
                self.drawn(Kind::Cut, 4, 3, &[50 * MICRO, 100 * MILLI, 5 * SECOND], chance);
            }
            FaultKind::Stalls => {
                self.drawn(Kind::Stall, 4, 2, &[MILLI, 500 * MILLI, 14 * SECOND], chance);
            }
            FaultKind::Kills => self.kills(nodes, chance),
            FaultKind::Coordinator => {
                self.drawn(Kind::KillCoordinator, 16, 1, &[1], chance);
            }
        }
    }

    /// Up to `most` of a kind, once in `one_in` seeds.
    fn drawn(
        &mut self,
        kind: Kind,
        one_in: u64,
        most: u32,
        lasting: &[Nanos],
        chance: &mut Seeded,
    ) {
        if chance.one_in(one_in) {
            let within = *chance.pick(&[50 * MICRO, 300 * MICRO, 3 * MILLI, 4 * SECOND]);
            let lasting = *chance.pick(lasting);
            self.faults.drawn.push(Draw { kind, least: 1, most, within, lasting });
        }
    }

    /// Nodes die some time after all have joined, or at any step.
    fn kills(&mut self, nodes: u32, chance: &mut Seeded) {
        if !chance.one_in(4) {
            return;
        }
        if chance.one_in(3) {
            let step = any_magnitude(chance, 100_000);
            let machine = chance.below(nodes.into()) as u32;
            let fault = Fault::Kill { machine };
            self.faults.planned.push(Planned { when: When::Step(step), fault });
        } else {
            self.drawn(Kind::Kill, 1, 2, &[1], chance);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_written_as_they_are_read() {
        for text in ["all", "none", "pauses", "absorbed,kills"] {
            assert_eq!(text.parse::<FaultKinds>().expect("is one").to_string(), text);
        }
        let text = "kills,bugs".parse::<FaultKinds>().expect_err("is none");
        assert!(text.contains("\"bugs\"") && text.contains("coordinator"), "{text}");
    }

    #[test]
    fn each_kind_comes_in_some_seeds_and_not_in_others() {
        for kind in FaultKind::ALL {
            let comes = |seed| {
                let FaultPlan { nic, drawn, planned } =
                    draw(seed, 4, FaultKinds::only(kind)).faults;
                nic != Faults::default() || !drawn.is_empty() || !planned.is_empty()
            };
            let count = (0..800).filter(|&seed| comes(seed)).count();
            assert!((20..780).contains(&count), "{}: {count}", kind.name());
        }
    }

    #[test]
    fn a_kind_is_the_same_with_others_and_without() {
        let kills = FaultKinds::only(FaultKind::Kills);
        for seed in 0..200 {
            let alone = draw(seed, 4, kills).faults;
            let all = draw(seed, 4, FaultKinds::ALL).faults;
            assert_eq!(alone.planned, all.planned);
            assert!(alone.drawn.iter().all(|draw| all.drawn.contains(draw)));
            assert_eq!(draw(seed, 4, FaultKinds::NONE).faults.nic, Faults::default());
        }
    }

    #[test]
    fn all_orders_of_magnitude_come() {
        let mut chance = Seeded::new(1, "test", 0);
        let drawn: Vec<u64> = (0..2000).map(|_| any_magnitude(&mut chance, 100_000)).collect();
        assert!(drawn.iter().all(|n| (1..=100_000).contains(n)));
        for (low, high) in [(1, 9), (10, 99), (100, 999), (1000, 9999), (10_000, 100_000)] {
            assert!(drawn.iter().filter(|n| (low..=high).contains(*n)).count() > 100);
        }
    }
}
