//! The search: depth first through all that may happen, each state once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher};

use pangea::primitives::Trap;
use pangea::protocol::{Flags, Lease, Verdict, judge as judge_block, lease_of};
use xxhash_rust::xxh3::xxh3_128;

use super::agent::{Setting, TORN, value_of};
use super::perform::{
    DAMAGED, EXPELLED, HOLDER_DIED, HOLDER_TORE, INDETERMINATE, POISONED, REFUSED,
};
use super::program::{Case, Kind};
use super::spec::{Begun, Outcome, is_explained, outcomes};
use super::world::{Choice, World};

/// How a case is searched.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// The mistake that the protocol makes.
    pub trap: Option<Trap>,
    /// The search ends after so many states.
    pub states: u64,
    /// Only runs in which so often at most a thread is left that could go on.
    pub switches: Option<u32>,
}

impl Default for Search {
    fn default() -> Search {
        Search { trap: None, states: 20_000_000, switches: None }
    }
}

/// What a search has found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Different states.
    pub states: u64,
    /// Steps between them.
    pub steps: u64,
    /// Whether all states were seen.
    pub complete: bool,
    /// How many outcomes there were.
    pub seen: usize,
    /// How many there may be.
    pub allowed: usize,
    /// The first thing that is wrong, and the way to it.
    pub violation: Option<Violation>,
    /// Which verdicts there were on the blocks of dead nodes: unlock, roll forward, poisoned.
    pub verdicts: [bool; 3],
}

/// Something that must not be.
#[derive(Clone, Debug)]
pub struct Violation {
    /// What.
    pub text: String,
    pub(crate) path: Vec<Choice>,
}

/// Words as they are, one after the other.
#[derive(Default)]
struct Words(Vec<u8>);

impl Hasher for Words {
    fn finish(&self) -> u64 {
        xxh3_128(&self.0) as u64
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// Fingerprints are digests already.
#[derive(Clone, Copy, Default)]
struct Digested(u64);

impl Hasher for Digested {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum << 8 | u64::from(*byte));
    }

    fn write_u128(&mut self, word: u128) {
        self.0 = word as u64;
    }
}

impl BuildHasher for Digested {
    type Hasher = Digested;

    fn build_hasher(&self) -> Digested {
        Digested::default()
    }
}

struct Frame {
    world: World,
    choices: Vec<Choice>,
    next: usize,
    /// The thread that made the last step.
    last: Option<u8>,
    switches: u32,
}

struct Run<'a> {
    setting: &'a Setting,
    search: Search,
    visited: HashSet<u128, Digested>,
    words: Words,
    allowed: BTreeSet<Outcome>,
    outcomes: BTreeSet<Outcome>,
    explained: HashMap<(Outcome, Begun), bool>,
    found: Found,
}

/// Searches a case; ends with the first violation.
#[must_use]
pub fn search(case: &Case, search: Search) -> Found {
    let setting = Setting::new(case, search.trap);
    let allowed = outcomes(case);
    let found = Found { allowed: allowed.len(), ..Found::default() };
    let mut run = Run {
        setting: &setting,
        search,
        visited: HashSet::default(),
        words: Words::default(),
        allowed,
        outcomes: BTreeSet::new(),
        explained: HashMap::new(),
        found,
    };
    run.all();
    run.found.seen = run.outcomes.intersection(&run.allowed).count();
    run.found
}

impl Run<'_> {
    fn all(&mut self) {
        let mut stack: Vec<Frame> = Vec::new();
        let mut path: Vec<Choice> = Vec::new();
        if let Some(frame) = self.enter(World::new(self.setting), None, 0, &mut path) {
            stack.push(frame);
        }
        while let Some(frame) = stack.last_mut() {
            if self.found.violation.is_some() || self.found.states >= self.search.states {
                return;
            }
            let Some(choice) = frame.choices.get(frame.next).copied() else {
                stack.pop();
                path.pop();
                continue;
            };
            frame.next += 1;
            let (last, switches) = match (choice, frame.last) {
                (Choice::Step(thread, _), Some(before)) if thread != before => {
                    let could_go_on = frame
                        .choices
                        .iter()
                        .any(|c| matches!(c, Choice::Step(t, _) if *t == before));
                    (Some(thread), frame.switches + u32::from(could_go_on))
                }
                (Choice::Step(thread, _), _) => (Some(thread), frame.switches),
                _ => (frame.last, frame.switches),
            };
            if self.search.switches.is_some_and(|most| switches > most) {
                continue;
            }
            // The last choice needs no copy of the state.
            let mut world = frame.world.clone();
            world.choose(self.setting, choice);
            self.found.steps += 1;
            path.push(choice);
            match self.enter(world, last, switches, &mut path) {
                Some(next) => stack.push(next),
                None => {
                    path.pop();
                }
            }
        }
        self.found.complete = true;
    }

    /// Judges a state that was not seen before.
    fn enter(
        &mut self,
        world: World,
        last: Option<u8>,
        switches: u32,
        path: &mut [Choice],
    ) -> Option<Frame> {
        self.words.0.clear();
        world.hash(&mut self.words);
        if self.search.switches.is_some() {
            (last, switches).hash(&mut self.words);
        }
        if !self.visited.insert(xxh3_128(&self.words.0)) {
            return None;
        }
        self.found.states += 1;
        for (bit, seen) in self.found.verdicts.iter_mut().enumerate() {
            *seen |= world.verdicts >> bit & 1 == 1;
        }
        let mut choices = Vec::new();
        world.choices(self.setting, last, &mut choices);
        if let Some(text) = self.wrong(&world, choices.is_empty()) {
            self.found.violation = Some(Violation { text, path: path.to_vec() });
        }
        Some(Frame { world, choices, next: 0, last, switches })
    }

    fn wrong(&mut self, world: &World, is_end: bool) -> Option<String> {
        if world.wrong.is_some() {
            return world.wrong.clone();
        }
        let settled = world.is_settled(self.setting);
        if !settled && !is_end {
            return None;
        }
        let outcome = outcome(self.setting, world);
        if !self.allowed.contains(&outcome) {
            let what = if settled { "outcome" } else { "hang" };
            return Some(format!("{what} {}", describe(&outcome)));
        }
        if self.setting.case.linearizable {
            let begun = world.threads.iter().map(|thread| thread.begun.clone()).collect();
            let key = (outcome.clone(), begun);
            let case = &self.setting.case;
            let explain = |key: &(Outcome, Begun)| is_explained(case, &key.0, &key.1);
            let explained = *self.explained.entry(key).or_insert_with_key(explain);
            if !explained {
                return Some(format!("not linearizable: {}", describe(&outcome)));
            }
        }
        self.outcomes.insert(outcome);
        None
    }
}

/// What came out.
fn outcome(setting: &Setting, world: &World) -> Outcome {
    let results = world.threads.iter().map(|thread| thread.results.clone()).collect();
    let finals = (0..world.homes.len()).map(|object| last_value(setting, world, object)).collect();
    Outcome { results, finals }
}

/// The value of an object, as the next one to ask would find it.
fn last_value(setting: &Setting, world: &World, object: usize) -> u64 {
    let home = &world.homes[object];
    match setting.case.objects[object].kind {
        Kind::Barrier => return 0,
        Kind::Word => return home.words[0],
        Kind::Block(_) | Kind::Lock { .. } => {}
    }
    let (layout, block) = (&setting.layouts[object], home.bytes());
    let (there, body): (Lease, _) = (lease_of(&block), layout.open(&block));
    let alive = there.owner.map(|rank| world.nodes[setting.case.node(rank)].alive);
    match (alive, body) {
        (Some(true), _) => EXPELLED,
        (None, Some(body)) if body.version != there.version => DAMAGED,
        (None, None) => DAMAGED,
        (_, Some(body)) if body.flags.has(Flags::TORN) => POISONED,
        (Some(false), body) if judge_block(there, body) == Verdict::Poisoned => POISONED,
        _ => value_of(layout, &block),
    }
}

/// A result, readable.
pub(crate) fn word(word: u64) -> String {
    match word {
        TORN => "torn".to_owned(),
        POISONED => "poisoned".to_owned(),
        INDETERMINATE => "?".to_owned(),
        DAMAGED => "damaged".to_owned(),
        EXPELLED => "owned".to_owned(),
        REFUSED => "refused".to_owned(),
        HOLDER_TORE => "holder tore".to_owned(),
        value if value & HOLDER_DIED != 0 && value < 2 * HOLDER_DIED => {
            format!("{} (holder died)", value - HOLDER_DIED)
        }
        value => value.to_string(),
    }
}

/// An outcome, readable.
fn describe(outcome: &Outcome) -> String {
    let list = |words: &[u64]| words.iter().map(|w| word(*w)).collect::<Vec<_>>().join(" ");
    let threads: Vec<String> = outcome.results.iter().map(|results| list(results)).collect();
    format!("{} [{}]", threads.join(" | "), list(&outcome.finals))
}
