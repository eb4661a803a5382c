//! The way to a violation, readable.

use std::fmt::Write;

use pangea::protocol::{Lease, Request, WTS};

use super::agent::{Call, Setting};
use super::memory::Batch;
use super::node::Local;
use super::program::Case;
use super::search::{Search, Violation};
use super::world::{Choice, World};

/// The steps that lead to a violation, one line each, and what each changed.
#[must_use]
pub fn trace(case: &Case, search: Search, violation: &Violation) -> String {
    let setting = Setting::new(case, search.trap);
    let mut world = World::new(&setting);
    let mut text = format!("{case}");
    let mut last = None;
    for (number, choice) in violation.path.iter().enumerate() {
        let what = describe(&setting, &world, *choice);
        let before = world.clone();
        world.choose(&setting, *choice);
        let who = match choice {
            Choice::Step(thread, _) | Choice::Fail(thread) => Some(*thread),
            _ => None,
        };
        if who != last {
            text.push('\n');
        }
        last = who;
        let _ = writeln!(text, "{:>4}  {what}{}", number + 1, changes(&before, &world));
        for (thread, state) in world.threads.iter().enumerate() {
            let ended = before.threads[thread].results.len();
            for (op, result) in state.results.iter().enumerate().skip(ended) {
                let op = case.threads[thread].ops[op];
                let result = super::search::word(*result);
                let _ = writeln!(text, "      ── thread {thread} has done: {op} → {result}");
            }
        }
    }
    let _ = writeln!(text, "\n      {}", violation.text);
    text
}

/// What a choice is, in the state before it.
fn describe(setting: &Setting, world: &World, choice: Choice) -> String {
    match choice {
        Choice::Step(thread, part) => {
            let number = usize::from(thread);
            let program = &setting.case.threads[number];
            let state = &world.threads[number];
            let op = program.ops.get(state.op).map(ToString::to_string).unwrap_or_default();
            let call = state.call.as_ref().map(|call| step(call, part)).unwrap_or_default();
            format!("thread {thread} (node {}), {op}: {call}", program.node)
        }
        Choice::Fail(thread) => format!("thread {thread}: its queue pair fails"),
        Choice::Kill(node) => format!("node {node} dies"),
        Choice::Fence(node, object) => {
            format!("the home of {} has fenced node {node}", name(usize::from(object)))
        }
        Choice::Late(number, part) => {
            let late = world.late.get(usize::from(number));
            format!("late: {}", late.map(|late| request(&late.batch, part)).unwrap_or_default())
        }
        Choice::Evict(node, object) => {
            format!("node {node} drops its copy of {}", name(usize::from(object)))
        }
    }
}

fn name(object: usize) -> char {
    char::from(b'x' + object as u8)
}

fn step(call: &Call, part: u8) -> String {
    match call {
        Call::Exchange(batch) if batch.is_done() => "the answers arrive".to_owned(),
        Call::Exchange(batch) => request(batch, part),
        Call::Local(Local::Cached(object)) => format!("looks for its copy of {}", name(*object)),
        Call::Local(Local::Now) => "reads the clock".to_owned(),
        Call::Local(Local::Advance(to)) => format!("advances the clock to {to}"),
        Call::Local(Local::Keep(object, copy)) => {
            format!("keeps {}={} of time {}", name(*object), copy.value, copy.wts)
        }
        Call::Local(Local::Renew(object, copy)) => {
            let (object, lease) = (name(*object), lease(copy.lease));
            format!("prolongs its copy of {object} of time {} to {lease}", copy.wts)
        }
        Call::Local(Local::Moment) => "notes the moment".to_owned(),
        Call::Local(Local::Fence) => "fences its copies".to_owned(),
        Call::Local(Local::Waiting(_)) => "looks who waits in its node".to_owned(),
        Call::Fenced(rank) => format!("asks whether rank {rank} is fenced"),
        Call::Pause { .. } => "looks again".to_owned(),
        Call::Hold(object) => format!("gets its node's lock of {}", name(*object)),
        Call::Await(thread, _) => format!("is told of thread {thread}"),
    }
}

fn request(batch: &Batch, part: u8) -> String {
    match batch.request() {
        Some(Request::CompareSwap { at: 0, expected, new }) => {
            format!("CAS lease {} → {}", lease(expected), lease(new))
        }
        Some(Request::CompareSwap { at, expected, new }) => {
            format!("CAS word at {at}: {expected} → {new}")
        }
        Some(Request::FetchAdd { at, add }) => format!("FAA word at {at}: {:+}", add as i64),
        Some(Request::ReadWord { at: 0 }) => "READ lease".to_owned(),
        Some(Request::ReadWord { at: WTS }) => "READ wts".to_owned(),
        Some(Request::ReadWord { at }) => format!("READ word at {at}"),
        Some(Request::ReadBlock { len }) => format!("READ {len} bytes, part {part}"),
        Some(Request::WriteWord { word, .. }) => format!("WRITE lease {}", lease(word)),
        Some(Request::WriteBody) => format!("WRITE body, part {part}"),
        None => String::new(),
    }
}

fn lease(word: u64) -> String {
    let lease = Lease::from_bits(word);
    let owner = lease.owner.map_or("free".to_owned(), |rank| format!("rank {rank}"));
    format!("({owner}, v{}, δ{})", lease.version, lease.delta.length())
}

/// What a step changed in memory, and in clocks.
fn changes(before: &World, after: &World) -> String {
    let mut text = String::new();
    for (object, (old, new)) in before.homes.iter().zip(&after.homes).enumerate() {
        if old.words[0] != new.words[0] {
            let (name, word) = (name(object), new.words[0]);
            let _ = write!(text, "  [{name}: {}]", lease(word));
        }
        if old.words[1] != new.words[1] {
            let _ = write!(text, "  [{}: time {}]", name(object), new.words[1]);
        }
    }
    for (number, (old, new)) in before.nodes.iter().zip(&after.nodes).enumerate() {
        if old.clock != new.clock {
            let _ = write!(text, "  [clock of node {number}: {}]", new.clock);
        }
    }
    text
}
