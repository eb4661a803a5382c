//! Which faults come, when; and how often each really did.
//!
//! A [`FaultPlan`] says what may happen. What is [`Draw`]n comes from the seed: how many, to whom, when.
//! What is [`Planned`] comes as it says. The scheduler performs both.

use std::collections::BTreeMap;
use std::fmt;

use verbs_shim::provider::sim::{self, FaultCounts, Machine, Nanos, NicEvent};

use crate::chance::Seeded;
use crate::schedule::{Due, World};
use crate::timeline::Event;
use crate::wire::SILENCE;

/// A fault that happens to machines. The NIC's own are in [`sim::Faults`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No task of the machine runs for so many nanoseconds; its NIC goes on.
    Pause {
        /// Which.
        machine: Machine,
        /// For how long.
        lasting: Nanos,
    },
    /// The machine is gone for good.
    Kill {
        /// Which.
        machine: Machine,
    },
    /// Nothing of the NICs passes from one machine to another for so many nanoseconds.
    Cut {
        /// From this one.
        from: Machine,
        /// To this one.
        to: Machine,
        /// And back.
        both: bool,
        /// For how long.
        lasting: Nanos,
    },
    /// Nothing passes the machine's connections of the control plane for so many nanoseconds. After ten
    /// seconds they are lost.
    Stall {
        /// Which.
        machine: Machine,
        /// For how long.
        lasting: Nanos,
    },
    /// One of the machine's queue pairs with work outstanding fails.
    FailPair {
        /// Which.
        machine: Machine,
        /// Which of them, counted around.
        nth: u64,
    },
}

/// When a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So many nanoseconds after the start.
    Time(Nanos),
    /// At this step of the scheduler.
    Step(u64),
    /// So many nanoseconds after all nodes have joined.
    Joined(Nanos),
    /// At the `nth` thing, from 1, that happens to any request of this machine after it called
    /// [`SimNode::arm`](crate::SimNode::arm): a post, a cache line read or placed, a step of an atomic, a completion.
    Event {
        /// Which machine.
        machine: Machine,
        /// Which event.
        nth: u32,
    },
}

/// A fault, and when it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// When.
    pub when: When,
    /// What.
    pub fault: Fault,
}

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// [`Fault::Pause`] of a node.
    Pause,
    /// [`Fault::Kill`] of a node; rank 0 is killed as the others are.
    Kill,
    /// [`Fault::Kill`] of the coordinator.
    KillCoordinator,
    /// [`Fault::Cut`] between two nodes.
    Cut,
    /// [`Fault::Stall`] of a node.
    Stall,
    /// [`Fault::FailPair`] of a node.
    FailPair,
}

/// Faults that are drawn from the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Of this kind.
    pub kind: Kind,
    /// At least so many.
    pub least: u32,
    /// At most so many.
    pub most: u32,
    /// Within so many nanoseconds after all nodes have joined.
    pub within: Nanos,
    /// Those that last, last for at most so many nanoseconds.
    pub lasting: Nanos,
}

/// Which faults may come.
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    /// Those of the NICs.
    pub nic: sim::Faults,
    /// Those that are drawn.
    pub drawn: Vec<Draw>,
    /// Those that come as they say.
    pub planned: Vec<Planned>,
}

impl FaultPlan {
    /// Everything that will happen to machines in a job of `nodes` nodes under `seed`.
    pub(crate) fn draw(&self, seed: u64, nodes: u32) -> Vec<Planned> {
        let mut planned = self.planned.clone();
        for (number, draw) in self.drawn.iter().enumerate() {
            let mut chance = Seeded::new(seed, "faults", number as u64);
            let count = chance.between(u64::from(draw.least), u64::from(draw.most));
            for _ in 0..count {
                let when = When::Joined(chance.below(draw.within.max(1)));
                let lasting = chance.between(1, draw.lasting.max(1));
                let machine = chance.below(u64::from(nodes)) as Machine;
                let fault = match draw.kind {
                    Kind::Pause => Fault::Pause { machine, lasting },
                    Kind::Kill => Fault::Kill { machine },
                    Kind::KillCoordinator => Fault::Kill { machine: nodes },
                    Kind::Cut if nodes < 2 => continue,
                    Kind::Cut => {
                        let step = chance.between(1, u64::from(nodes) - 1) as Machine;
                        let to = (machine + step) % nodes;
                        Fault::Cut { from: machine, to, both: chance.one_in(2), lasting }
                    }
                    Kind::Stall => Fault::Stall { machine, lasting },
                    Kind::FailPair => Fault::FailPair { machine, nth: chance.any() },
                };
                planned.push(Planned { when, fault });
            }
        }
        planned
    }
}

/// How often each fault really happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultTally {
    /// Those of the network.
    pub nic: FaultCounts,
    /// Machines that were paused.
    pub pauses: u64,
    /// Machines that were killed.
    pub kills: u64,
    /// Links that were cut, one way or both.
    pub cuts: u64,
    /// Machines whose wires stalled.
    pub stalls: u64,
    /// Machines whose wires stalled for so long that they were lost.
    pub lost_wires: u64,
    /// Queue pairs that were made to fail.
    pub failed_pairs: u64,
}

impl FaultTally {
    /// How many kinds of faults are counted.
    pub const KINDS: usize = 20;

    /// Each count with its name.
    pub fn each(&self) -> [(u64, &'static str); FaultTally::KINDS] {
        [
            (self.pauses, "pauses"),
            (self.kills, "kills"),
            (self.cuts, "cuts"),
            (self.stalls, "stalls"),
            (self.lost_wires, "lost wires"),
            (self.failed_pairs, "failed pairs"),
            (self.nic.stragglers, "stragglers"),
            (self.nic.duplicates, "duplicates"),
            (self.nic.lost_requests, "lost requests"),
            (self.nic.lost_answers, "lost answers"),
            (self.nic.interrupted, "interrupted"),
            (self.nic.given_up_before, "given up without effect"),
            (self.nic.given_up_midway, "given up midway"),
            (self.nic.given_up_after, "given up after the effect"),
            (self.nic.torn_reads, "torn reads"),
            (self.nic.passed_reads, "passed reads"),
            (self.nic.reordered, "reordered"),
            (self.nic.late_arrivals, "late arrivals"),
            (self.nic.fenced, "fenced"),
            (self.nic.lost_to_atomics, "stores lost to atomics"),
        ]
    }
}

impl fmt::Display for FaultTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (count, name) in self.each().into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{}{count} {name}", if first { "" } else { ", " })?;
            first = false;
        }
        if first { f.write_str("none") } else { Ok(()) }
    }
}

/// The faults of a running simulation.
pub(crate) struct Faults {
    planned: Vec<Planned>,
    pub(crate) tally: FaultTally,
    /// Machines to which something happened that may cost them their place in the job.
    pub(crate) harmed: Vec<Machine>,
    /// For each machine that was armed, how much has happened to its requests since then.
    armed: BTreeMap<Machine, u32>,
}

/// Marks the end of a lasting fault among the numbers of faults.
const END: u32 = 1 << 31;

impl Faults {
    pub(crate) fn new(planned: Vec<Planned>) -> Faults {
        Faults { planned, tally: FaultTally::default(), harmed: Vec::new(), armed: BTreeMap::new() }
    }

    /// Something happened to a request of a machine that is armed: the faults planned for then.
    fn count(&mut self, machine: Machine) -> Vec<u32> {
        let Some(count) = self.armed.get_mut(&machine) else { return Vec::new() };
        *count += 1;
        let now = When::Event { machine, nth: *count };
        let due = self.planned.iter().zip(0..).filter(|(planned, _)| planned.when == now);
        due.map(|(_, number)| number).collect()
    }
}

/// Whose request an event is about, if it is about one that takes place.
fn initiator(event: &NicEvent) -> Option<Machine> {
    match event {
        NicEvent::Posted { request, .. }
        | NicEvent::Placed { request, .. }
        | NicEvent::Sampled { request, .. }
        | NicEvent::Loaded { request, .. }
        | NicEvent::Stored { request, .. }
        | NicEvent::Completed { request, .. } => Some(request.machine),
        _ => None,
    }
}

impl World {
    fn schedule_where(&self, at: impl Fn(When) -> Option<Nanos>) {
        let mut state = self.state.borrow_mut();
        for number in 0..state.faults.planned.len() {
            if let Some(at) = at(state.faults.planned[number].when) {
                state.push(at, Due::Fault(number as u32));
            }
        }
    }

    /// The run begins.
    pub(crate) fn schedule_faults(&self) {
        self.schedule_where(|when| match when {
            When::Time(at) => Some(at),
            When::Step(_) | When::Joined(_) | When::Event { .. } => None,
        });
    }

    /// All nodes have joined.
    pub(crate) fn all_joined(&self) {
        let now = self.now();
        self.schedule_where(|when| match when {
            When::Joined(after) => Some(now + after),
            When::Time(_) | When::Step(_) | When::Event { .. } => None,
        });
    }

    /// What is planned for events of this machine counts from now on.
    pub(crate) fn arm(&self, machine: Machine) {
        self.state.borrow_mut().faults.armed.insert(machine, 0);
    }

    /// Something happened in the network: what is planned for then comes next.
    pub(crate) fn count_event(&self, event: &NicEvent) {
        let Some(machine) = initiator(event) else { return };
        let mut state = self.state.borrow_mut();
        for number in state.faults.count(machine) {
            state.push(self.now(), Due::Fault(number));
        }
    }

    /// Performs what is planned for this step; the step of the next one.
    pub(crate) fn perform_faults_of_step(&self, step: u64) -> Option<u64> {
        let count = self.state.borrow().faults.planned.len();
        let mut next: Option<u64> = None;
        for number in 0..count {
            let when = self.state.borrow().faults.planned[number].when;
            let When::Step(at) = when else { continue };
            if at <= step {
                self.state.borrow_mut().faults.planned[number].when = When::Step(u64::MAX);
                self.perform_fault(number as u32);
            } else {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        }
        next.filter(|&next| next != u64::MAX)
    }

    pub(crate) fn perform_fault(&self, number: u32) {
        let fault = self.state.borrow().faults.planned[(number & !END) as usize].fault;
        if number & END != 0 {
            self.end_fault(fault);
        } else if let Some(lasting) = self.begin_fault(fault) {
            let at = self.now().saturating_add(lasting);
            self.state.borrow_mut().push(at, Due::Fault(number | END));
        }
    }

    /// Begins a fault; how long it lasts, if it does and has an end to be performed.
    fn begin_fault(&self, fault: Fault) -> Option<Nanos> {
        let now = self.now();
        let is_dead = |machine: Machine| self.state.borrow().machines[machine as usize].dead;
        match fault {
            Fault::Pause { machine, lasting } => {
                let until = now.saturating_add(lasting);
                let mut state = self.state.borrow_mut();
                let paused = &mut state.machines[machine as usize].paused_until;
                *paused = until.max(*paused);
                state.faults.tally.pauses += 1;
                drop(state);
                self.record(&Event::Paused { machine, until });
                None
            }
            Fault::Kill { machine } => {
                if !is_dead(machine) {
                    let mut state = self.state.borrow_mut();
                    state.faults.tally.kills += 1;
                    state.faults.harmed.push(machine);
                    drop(state);
                    self.kill(machine);
                }
                None
            }
            Fault::Cut { from, to, both, lasting } => {
                self.network.cut(from, to);
                if both {
                    self.network.cut(to, from);
                }
                self.record(&Event::Cut { from, to });
                self.state.borrow_mut().faults.tally.cuts += 1;
                Some(lasting)
            }
            Fault::Stall { machine, lasting } => {
                let mut state = self.state.borrow_mut();
                state.wires.stall(machine, now);
                state.faults.tally.stalls += 1;
                drop(state);
                self.record(&Event::Stalled { machine });
                Some(lasting.min(SILENCE))
            }
            Fault::FailPair { machine, nth } => {
                if !is_dead(machine) && self.network.fail_pair_of(machine, nth) {
                    self.state.borrow_mut().faults.tally.failed_pairs += 1;
                    self.record(&Event::PairFailed { machine });
                }
                None
            }
        }
    }

    fn end_fault(&self, fault: Fault) {
        match fault {
            Fault::Cut { from, to, both, .. } => {
                self.network.heal(from, to);
                if both {
                    self.network.heal(to, from);
                }
                self.record(&Event::Healed { from, to });
            }
            Fault::Stall { machine, .. } => {
                let mut state = self.state.borrow_mut();
                let (lost, dues) = state.wires.unstall(machine, self.now());
                if lost {
                    state.faults.tally.lost_wires += 1;
                    state.faults.harmed.push(machine);
                }
                for (at, due) in dues {
                    state.push(at, due);
                }
                drop(state);
                self.record(&Event::Flows { machine });
            }
            Fault::Pause { .. } | Fault::Kill { .. } | Fault::FailPair { .. } => {}
        }
    }

    /// How often each fault has happened.
    pub(crate) fn tally(&self) -> FaultTally {
        let nic = self.network.fault_counts();
        FaultTally { nic, ..self.state.borrow().faults.tally }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_keeps_its_bounds_and_comes_from_the_seed() {
        let draw = |kind| Draw { kind, least: 1, most: 5, within: 1000, lasting: 70 };
        let plan = FaultPlan {
            drawn: vec![draw(Kind::Cut), draw(Kind::Pause), draw(Kind::KillCoordinator)],
            ..FaultPlan::default()
        };
        let of_seed = |seed| plan.draw(seed, 3);
        assert_eq!(of_seed(4), of_seed(4));
        assert!((0..20).any(|seed| of_seed(seed) != of_seed(4)));
        for seed in 0..100 {
            let planned = of_seed(seed);
            assert!((3..=15).contains(&planned.len()));
            for Planned { when, fault } in planned {
                assert!(matches!(when, When::Joined(0..1000)), "{when:?}");
                match fault {
                    Fault::Cut { from, to, lasting: 1..=70, .. } => {
                        assert!(from != to && from.max(to) < 3);
                    }
                    Fault::Pause { machine: 0..3, lasting: 1..=70 }
                    | Fault::Kill { machine: 3 } => {}
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_tally_names_what_happened() {
        assert_eq!(FaultTally::default().to_string(), "none");
        let nic = FaultCounts { torn_reads: 2, ..FaultCounts::default() };
        let tally = FaultTally { kills: 1, nic, ..FaultTally::default() };
        assert_eq!(tally.to_string(), "1 kills, 2 torn reads");
    }
}
