//! The sequential interpreter: does what threads did on a plain array, in the order in which they did it, and
//! compares what it finds with what they found.
//!
//! Accesses that conflict are ordered in a program without data races, and what is ordered happened in that order. So
//! any order of the others gives the same values, and the order of events is one.
//!
//! What a thread has changed and not yet released when it fails or dies may have come home or not, byte
//! by byte. Whoever reads such a byte may find any value that it has had since the last release. Whoever
//! reads what a living thread has not released reads in a data race: then the program is wrong, and
//! that is said, too. What a release that failed has not sent may be sent later, when the thread that failed ends; but not by a
//! node that was killed: whoever comes after it has seen to it that nothing more arrives.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::program::{Place, Program, Sharing};
use super::record::{Event, Record, Scope};

/// So many violations are told.
const SHOWN: usize = 3;

/// Compares what is recorded with what had to happen; each text is a violation.
pub fn judge(program: &Program, record: &Record) -> Vec<String> {
    let mut interpreter = Interpreter::new(program, record);
    for (number, (thread, event)) in record.events().iter().enumerate() {
        interpreter.event(number, *thread, event);
        if interpreter.found.len() >= SHOWN {
            break;
        }
    }
    interpreter.found
}

/// A byte that was changed and has not been released.
struct Pending {
    /// By whose view.
    view: usize,
    /// What may be at home.
    may: BTreeSet<u8>,
    /// A release of it has failed.
    failed: bool,
}

struct Interpreter<'a> {
    program: &'a Program,
    record: &'a Record,
    /// The segments.
    bytes: Vec<Vec<u8>>,
    pending: Vec<BTreeMap<usize, Pending>>,
    /// What may come back, though it was overwritten: its release failed, and may be tried again.
    haunted: Vec<BTreeMap<usize, BTreeSet<u8>>>,
    /// The number of each view's last event.
    last: Vec<usize>,
    /// The thread that has each lock.
    holders: Vec<Option<usize>>,
    found: Vec<String>,
}

impl<'a> Interpreter<'a> {
    fn new(program: &'a Program, record: &'a Record) -> Interpreter<'a> {
        let mut last = vec![0; program.all_threads()];
        for (number, (thread, _)) in record.events().iter().enumerate() {
            last[view_of(program, *thread)] = number;
        }
        let size = |segment: &super::program::Segment| vec![0; segment.len * segment.width];
        Interpreter {
            program,
            record,
            bytes: program.segments.iter().map(size).collect(),
            pending: program.segments.iter().map(|_| BTreeMap::new()).collect(),
            haunted: program.segments.iter().map(|_| BTreeMap::new()).collect(),
            last,
            holders: vec![None; program.locks.len()],
            found: Vec::new(),
        }
    }

    fn event(&mut self, number: usize, thread: usize, event: &Event) {
        match event {
            Event::Read(place, found) => self.look(number, thread, place, found),
            Event::Change(place, fill, found) => {
                self.look(number, thread, place, found);
                let mut new = found.clone();
                fill.apply(&mut new);
                self.change(thread, place, found, &new);
            }
            Event::Locked(lock) => {
                if let Some(holder) = self.holders[*lock].replace(thread)
                    && self.last[view_of(self.program, holder)] > number
                {
                    let text = format!(
                        "lock {lock} was given to thread {thread} while thread {holder} had it"
                    );
                    self.found.push(text);
                }
            }
            Event::Releasing(scope, end) => self.release(thread, scope, end.is_some()),
            Event::Released => {}
        }
    }

    /// Compares what a thread has found with what there is.
    fn look(&mut self, number: usize, thread: usize, place: &Place, found: &[u8]) {
        let view = view_of(self.program, thread);
        let range = self.program.bytes(place);
        let mut wrong = None;
        for (offset, byte) in range.zip(found) {
            let expected = &mut self.bytes[place.segment][offset];
            let haunted = self.haunted[place.segment].get(&offset);
            if expected != byte && haunted.is_some_and(|may| may.contains(byte)) {
                *expected = *byte;
            }
            let expected = *expected;
            let Some(pending) = self.pending[place.segment].get_mut(&offset) else {
                if expected != *byte {
                    wrong = wrong.or(Some((offset, format!("not {expected:#04x}"))));
                }
                continue;
            };
            if pending.view == view {
                if expected != *byte {
                    wrong = wrong.or(Some((offset, format!("not its own {expected:#04x}"))));
                }
                continue;
            }
            let is_gone = self.last[pending.view] < number;
            if !is_gone && !pending.failed {
                let text = format!("what thread {} has not released", pending.view);
                wrong = wrong.or(Some((offset, text)));
            } else if !pending.may.contains(byte) {
                wrong = wrong.or(Some((offset, format!("none of {:02x?}", pending.may))));
            } else if is_gone && !pending.failed {
                // Nobody changes it any more, so it stays.
                pending.may = BTreeSet::from([*byte]);
                self.bytes[place.segment][offset] = *byte;
            }
        }
        if let Some((offset, why)) = wrong {
            let text = self.explain(number, thread, place, found, offset, &why);
            self.found.push(text);
        }
    }

    fn change(&mut self, thread: usize, place: &Place, found: &[u8], new: &[u8]) {
        let view = view_of(self.program, thread);
        let range = self.program.bytes(place);
        for ((offset, old), new) in range.zip(found).zip(new) {
            self.bytes[place.segment][offset] = *new;
            let pending = self.pending[place.segment].entry(offset);
            let pending =
                pending.or_insert_with(|| Pending { view, may: BTreeSet::new(), failed: false });
            if pending.view != view {
                let holder = self.program.node_of(pending.view);
                if pending.failed && !self.record.is_killed(holder) {
                    let haunted = self.haunted[place.segment].entry(offset).or_default();
                    haunted.extend(&pending.may);
                }
                *pending = Pending { view, may: BTreeSet::new(), failed: false };
            }
            pending.may.extend([*old, *new]);
        }
    }

    fn release(&mut self, thread: usize, scope: &Scope, succeeds: bool) {
        let view = view_of(self.program, thread);
        let whole = |segment: usize| (segment, 0..self.bytes[segment].len());
        let covered: Vec<(usize, Range<usize>)> = match scope {
            Scope::All => (0..self.bytes.len()).map(whole).collect(),
            Scope::Segment(segment) => vec![whole(*segment)],
            Scope::Lock { lock, segment, only } => {
                self.holders[*lock] = None;
                let width = self.program.segments[*segment].width;
                let only = only.as_ref().map(|only| (only.start * width, only.end * width));
                let only = only.map(|(start, end)| (*segment, start..end));
                vec![only.unwrap_or_else(|| whole(*segment))]
            }
        };
        for (segment, range) in covered {
            let mut here: Vec<usize> = Vec::new();
            for (offset, pending) in self.pending[segment].range_mut(range) {
                if pending.view == view {
                    pending.failed |= !succeeds;
                    here.push(*offset);
                }
            }
            if succeeds {
                here.iter().for_each(|offset| drop(self.pending[segment].remove(offset)));
            }
        }
    }

    /// What happened to one byte.
    fn explain(
        &self,
        number: usize,
        thread: usize,
        place: &Place,
        found: &[u8],
        offset: usize,
        why: &str,
    ) -> String {
        let Place { segment, elements } = place;
        let start = self.program.bytes(place).start;
        let (byte, page) = (found[offset - start], self.program.segments[*segment].page);
        let mut text = format!(
            "thread {thread} on node {} finds {byte:#04x} at byte {} of page {} of segment {segment} \
             (elements {elements:?}), {why}",
            self.program.node_of(thread),
            offset % page,
            offset / page,
        );
        for (at, (thread, event)) in self.record.events().iter().enumerate().take(number + 1) {
            let line = match event {
                Event::Read(place, bytes) | Event::Change(place, _, bytes) => {
                    let range = self.program.bytes(place);
                    if place.segment != *segment || !range.contains(&offset) {
                        continue;
                    }
                    let found = bytes[offset - range.start];
                    match event {
                        Event::Change(_, fill, _) => {
                            let mut new = bytes.clone();
                            fill.apply(&mut new);
                            format!("changes {found:#04x} to {:#04x}", new[offset - range.start])
                        }
                        _ => format!("reads {found:#04x}"),
                    }
                }
                Event::Releasing(scope, end) if *scope != Scope::All || end.is_none() => {
                    let end = end.map_or("in vain".to_owned(), |end| format!("until {end}"));
                    format!("releases {scope:?} {end}")
                }
                Event::Releasing(..) => "releases all".to_owned(),
                Event::Locked(lock) => format!("has lock {lock}"),
                Event::Released => continue,
            };
            text += &format!("\n    {at}: thread {thread} {line}");
        }
        text
    }
}

/// Whose changes go with this thread's: the number of the first thread that uses the same views.
fn view_of(program: &Program, thread: usize) -> usize {
    match program.sharing {
        Sharing::Together => thread / program.threads * program.threads,
        Sharing::Alone | Sharing::Apart => thread,
    }
}

#[cfg(test)]
mod tests;
