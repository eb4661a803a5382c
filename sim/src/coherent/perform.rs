//! Operations of programs, by steps of the protocol.

use pangea::primitives::Trap;
use pangea::protocol::{
    Acquired, Agent, AtomicOperation, AtomicOutcome, CachingAgent, Held, Lease, LockWords, Locked,
    LogicalTime, Poison, Reading, Request, Rule, Trouble, WHOLE, acquire, atomic, commit_and_keep,
    hand_over, lock, lock_shared, read, read_whole, release, try_lock, try_lock_shared, unlock,
    unlock_shared,
};

use super::agent::{Script, Stop};
use super::node::{Local, Note, OBJECTS};
use super::program::{Kind, Op};

/// The block is half written, and its writer is dead.
pub(crate) const POISONED: u64 = u64::MAX - 2;
/// It is not known whether an atomic happened.
pub(crate) const INDETERMINATE: u64 = u64::MAX - 3;
/// What must never come out: what is there is no block; the lock is another's.
pub(crate) const DAMAGED: u64 = u64::MAX - 4;
pub(crate) const EXPELLED: u64 = u64::MAX - 5;
/// What an exchange that the search alone makes cannot stand.
const BROKEN: u64 = u64::MAX - 6;
/// The lock was not to be had.
pub(crate) const REFUSED: u64 = u64::MAX - 7;
/// Added to the value under a lock whose holder died; of a torn one there is no value.
pub(crate) const HOLDER_DIED: u64 = 1 << 32;
pub(crate) const HOLDER_TORE: u64 = 1 << 33;

/// What a thread takes from one operation to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Carried {
    reached: [LogicalTime; OBJECTS],
    guess: [Lease; OBJECTS],
    pub(crate) locked: Option<(usize, Locked, u64)>,
    reading: Option<Reading>,
    /// Whether the lock was left to this thread by another of its node.
    inherited: bool,
}

/// Why an operation ends without its result.
enum Ending {
    Stop,
    With(u64),
}

impl From<Stop> for Ending {
    fn from(Stop: Stop) -> Ending {
        Ending::Stop
    }
}

impl From<Trouble<Stop>> for Ending {
    fn from(trouble: Trouble<Stop>) -> Ending {
        match trouble {
            Trouble::Fatal(Stop) => Ending::Stop,
            Trouble::Poisoned { .. } => Ending::With(POISONED),
            Trouble::Damaged => Ending::With(DAMAGED),
            Trouble::Expelled => Ending::With(EXPELLED),
        }
    }
}

/// Runs an operation up to its end, or to the next call that has to be decided. The result is 0 where there
/// is none.
pub(crate) fn perform(script: &mut Script, op: Op, carried: &mut Carried) -> Option<u64> {
    script.at(op.object().unwrap_or(0));
    let done = run(script, op, carried);
    if script.is_stopped() {
        return None;
    }
    match done {
        Ok(result) => Some(result),
        Err(Ending::With(result)) => {
            script.release_hold(None);
            Some(result)
        }
        Err(Ending::Stop) => None,
    }
}

fn run(script: &mut Script, op: Op, carried: &mut Carried) -> Result<u64, Ending> {
    match op {
        Op::Read(object) => {
            let rule = match script.setting.case.objects[object].kind {
                Kind::Block(rule) => rule,
                _ => Rule::Validated,
            };
            script.mark();
            value(script, rule)
        }
        Op::Until(_, value) => {
            let mark = script.mark();
            if self::value(script, Rule::Validated)? == value {
                return Ok(0);
            }
            Err(script.wait(mark, true).into())
        }
        Op::Down(_) => down(script),
        Op::Write(_, value) => {
            script.hold()?;
            let held = locked_for(script, Acquired::Nothing)?;
            put(script, held, value)
        }
        Op::Add(_, add) => {
            script.hold()?;
            let held = locked_for(script, Acquired::Data)?;
            let before = script.value();
            put(script, held, before.wrapping_add(add)).map(|_| before)
        }
        Op::CompareExchange(_, expected, new) => {
            script.hold()?;
            let held = locked_for(script, Acquired::Data)?;
            let before = script.value();
            if before == expected {
                put(script, held, new)?;
            } else {
                release(script, held)?;
                script.release_hold(None);
            }
            Ok(before)
        }
        Op::FetchAdd(_, add) => at_word(script, carried, AtomicOperation::FetchAdd(add)),
        Op::CompareSwap(_, expected, new) => {
            at_word(script, carried, AtomicOperation::CompareSwap { expected, new })
        }
        Op::Load(_) => at_word(script, carried, AtomicOperation::Load),
        Op::UntilLoad(_, value) => {
            let mark = script.mark();
            script.unmark();
            if at_word(script, carried, AtomicOperation::Load)? == value {
                return Ok(0);
            }
            Err(script.wait(mark, true).into())
        }
        Op::Lock(object) => {
            let words = words(script, object)?;
            if let Some(note) = script.hold()? {
                carried.inherited = true;
                return Ok(entered(carried, object, note.locked, note.value));
            }
            let locked = lock(script, words, carried.guess[object])?;
            carried.inherited = false;
            Ok(entered(carried, object, locked, script.value()))
        }
        Op::TryLock(object) => {
            let words = words(script, object)?;
            if let Some(note) = script.hold()? {
                carried.inherited = true;
                return Ok(entered(carried, object, note.locked, note.value));
            }
            let Some(locked) = try_lock(script, words, carried.guess[object])? else {
                script.release_hold(None);
                return Ok(REFUSED);
            };
            carried.inherited = false;
            Ok(entered(carried, object, locked, script.value()))
        }
        Op::Unlock(object, add) => leave(script, carried, object, add),
        Op::LockShared(object) => {
            let words = words(script, object)?;
            script.hold()?;
            let reading = lock_shared(script, words)?;
            carried.reading = Some(reading);
            Ok(with_poison(script.value(), reading.poison))
        }
        Op::TryLockShared(object) => {
            let words = words(script, object)?;
            script.hold()?;
            let Some(reading) = try_lock_shared(script, words)? else {
                script.release_hold(None);
                return Ok(REFUSED);
            };
            carried.reading = Some(reading);
            Ok(with_poison(script.value(), reading.poison))
        }
        Op::UnlockShared(object) => {
            let words = words(script, object)?;
            if let Some(reading) = carried.reading.take() {
                unlock_shared(script, words, reading)?;
                script.release_hold(None);
            }
            Ok(0)
        }
        Op::Arrive(_) => arrive(script),
        Op::Depart(_) => depart(script),
        Op::Fence => {
            script.local(Local::Fence);
            Ok(0)
        }
        Op::Await(thread, ops) => {
            script.await_thread(thread, ops)?;
            Ok(0)
        }
    }
}

/// Reads the block in hand.
fn value(script: &mut Script, rule: Rule) -> Result<u64, Ending> {
    if rule == Rule::Validated && script.layout().end() <= WHOLE {
        read_whole(script)?;
        return Ok(script.value());
    }
    Ok(read(script, rule)?.value)
}

/// Locks the block in hand, guessing by the node's copy.
fn locked_for(script: &mut Script, wanted: Acquired) -> Result<Held, Ending> {
    let guess = script.cached().map_or(Lease::default(), |copy| script.known(&copy).lease);
    Ok(acquire(script, guess, wanted)?)
}

fn put(script: &mut Script, held: Held, value: u64) -> Result<u64, Ending> {
    script.fill(value);
    commit_and_keep(script, held, Lease::FIRST)?;
    script.release_hold(None);
    Ok(0)
}

fn down(script: &mut Script) -> Result<u64, Ending> {
    let mark = script.mark();
    if value(script, Rule::Validated)? == 0 {
        return Err(script.wait(mark, true).into());
    }
    script.unmark();
    script.hold()?;
    let held = locked_for(script, Acquired::Data)?;
    let before = script.value();
    if before > 0 {
        return put(script, held, before - 1).map(|_| before);
    }
    release(script, held)?;
    script.release_hold(None);
    Err(script.wait(mark, false).into())
}

fn at_word(
    script: &mut Script,
    carried: &mut Carried,
    operation: AtomicOperation,
) -> Result<u64, Ending> {
    let reached = &mut carried.reached[script.object()];
    match atomic(script, reached, operation)? {
        AtomicOutcome::Before(before) => Ok(before),
        AtomicOutcome::Indeterminate => Ok(INDETERMINATE),
    }
}

fn words(script: &Script, object: usize) -> Result<LockWords, Ending> {
    script.setting.case.objects[object].words().ok_or(Ending::With(BROKEN))
}

fn entered(carried: &mut Carried, object: usize, locked: Locked, value: u64) -> u64 {
    carried.locked = Some((object, locked, value));
    with_poison(value, locked.poison)
}

fn with_poison(value: u64, poison: Option<Poison>) -> u64 {
    match poison {
        None => value,
        Some(Poison::Holder { .. } | Poison::Failed { .. }) => value + HOLDER_DIED,
        Some(Poison::Torn { .. }) => HOLDER_TORE,
    }
}

/// Gives a lock back, to another thread of the node if one waits; but not twice in a row past another node.
fn leave(
    script: &mut Script,
    carried: &mut Carried,
    object: usize,
    add: u64,
) -> Result<u64, Ending> {
    let words = words(script, object)?;
    let Some((_, locked, value)) = carried.locked.take() else { return Ok(0) };
    let torn = matches!(locked.poison, Some(Poison::Torn { .. }));
    // What is half old and half new is overwritten.
    let value = if torn { add } else { value.wrapping_add(add) };
    let waiting = script.local(Local::Waiting(object))[0];
    script.fill(value);
    if waiting > 0 && !(carried.inherited && locked.next.is_some()) {
        let locked = hand_over(script, words, locked, locked.poison)?;
        script.release_hold(Some(Note { locked, value }));
        return Ok(0);
    }
    unlock(script, locked, locked.poison)?;
    if locked.next.is_none() {
        carried.guess[object] = locked.held.lease.written(0);
    }
    script.release_hold(None);
    Ok(0)
}

/// A barrier, as the runtime makes it, but with all slots at one home: each thread brings its clock, and takes the
/// latest.
fn arrive(script: &mut Script) -> Result<u64, Ending> {
    let carries = !script.falls_into(Trap::BarrierWithoutTime);
    let time = if carries { script.now().0 } else { 0 };
    let at = 8 * script.thread();
    match script.exchange([Request::FetchAdd { at, add: time + 1 }]) {
        Ok(_) => Ok(0),
        Err(_) => Err(Ending::With(BROKEN)),
    }
}

fn depart(script: &mut Script) -> Result<u64, Ending> {
    let mark = script.mark();
    let arriving =
        |thread: &super::program::Thread, object| thread.ops.contains(&Op::Arrive(object));
    let object = script.object();
    let threads = &script.setting.case.threads;
    let slots: Vec<usize> = (0..threads.len()).filter(|t| arriving(&threads[*t], object)).collect();
    let len = 8 * threads.len();
    if script.exchange([Request::ReadBlock { len }]).is_err() {
        return Err(Ending::With(BROKEN));
    }
    let times: Vec<u64> = slots.into_iter().map(|slot| script.word(8 * slot)).collect();
    if times.contains(&0) {
        return Err(script.wait(mark, true).into());
    }
    let latest = times.into_iter().max().unwrap_or(1);
    script.advance(LogicalTime(latest - 1));
    Ok(0)
}
