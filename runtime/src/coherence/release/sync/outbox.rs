//! [`Outbox`]: what is to go to one home: changed bytes, and the counters that say so.
//!
//! What is in it stays until the home has taken it, whatever fails. To send the same bytes once more does no harm: whoever
//! is to change them after this node has been told so by a synchronization that comes after the release.

use super::super::pages::counters::{Counters, Home, Level};
use crate::cluster::CounterRows;
use crate::endpoint::Step;

/// Changed bytes that lie side by side.
struct Write {
    /// Where, in the home's arena.
    at: u64,
    /// Where in the outbox.
    from: usize,
    len: usize,
}

/// A counter was raised, and had this number before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) level: Level,
    pub(crate) home: usize,
    pub(crate) index: u64,
    pub(crate) before: u64,
}

impl Answer {
    /// Takes it over into what is known.
    pub(crate) fn note(self, counters: &Counters) {
        counters.advance(self.level, self.home, self.index, self.before);
    }
}

/// What is to go to one home.
#[derive(Default)]
pub(crate) struct Outbox {
    bytes: Vec<u8>,
    writes: Vec<Write>,
    /// The pages, by their numbers there, whose counters are to be raised once the bytes are there.
    pages: Vec<u64>,
    /// The groups of pages that were changed in this release, raised after all of its pages.
    groups: Vec<u64>,
}

impl Outbox {
    pub(crate) fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.groups.is_empty()
    }

    /// Bytes that wait.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn writes(&self) -> usize {
        self.writes.len()
    }

    /// The pages that have bytes in here, by their numbers at the home.
    pub(crate) fn pages(&self) -> &[u64] {
        &self.pages
    }

    /// Adds changed bytes, which belong at `at`. What lies side by side with the last ones goes with them.
    pub(crate) fn add(&mut self, at: u64, changed: &[u8]) {
        match self.writes.last_mut() {
            Some(last) if last.at + last.len as u64 == at => last.len += changed.len(),
            _ => {
                let write = Write { at, from: self.bytes.len(), len: changed.len() };
                self.writes.push(write);
            }
        }
        self.bytes.extend_from_slice(changed);
    }

    /// Counts a page as changed, whose bytes have been added.
    pub(crate) fn add_page(&mut self, page: u64) {
        self.pages.push(page);
        let group = page / CounterRows::GROUP;
        if self.groups.last() != Some(&group) {
            self.groups.push(group);
        }
    }

    /// What to do at the home: all writes, the pages' counters, and, if that is all of this release, those above.
    pub(crate) fn steps(&mut self, home: &Home, all: bool) -> (Vec<Step<'_>>, Vec<(Level, u64)>) {
        let mut raised: Vec<(Level, u64)> = self.pages.iter().map(|&p| (Level::Page, p)).collect();
        if all {
            self.groups.sort_unstable();
            self.groups.dedup();
            raised.extend(self.groups.iter().map(|&group| (Level::Group, group)));
            let mut last = None;
            for top in self.groups.iter().map(|group| group / CounterRows::GROUP) {
                if last.replace(top) != Some(top) {
                    raised.push((Level::Top, top));
                }
            }
        }
        let bytes = &self.bytes;
        let writes =
            self.writes.iter().map(|w| Step::Write { at: w.at, from: &bytes[w.from..][..w.len] });
        let adds = raised
            .iter()
            .map(|&(level, index)| Step::FetchAdd { at: home.place(level, index).offset, add: 1 });
        (writes.chain(adds).collect(), raised)
    }

    /// The home has done these steps.
    pub(crate) fn done(&mut self, all: bool) {
        self.bytes.clear();
        self.writes.clear();
        self.pages.clear();
        if all {
            self.groups.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(outbox: &mut Outbox, home: &Home, all: bool) -> Vec<String> {
        let (steps, _) = outbox.steps(home, all);
        let tell = |step: &Step<'_>| match step {
            Step::Write { at, from } => format!("{at}: {from:?}"),
            Step::FetchAdd { at, add } => format!("{at} + {add}"),
            other => format!("{other:?}"),
        };
        steps.iter().map(tell).collect()
    }

    #[test]
    fn bytes_go_before_pages_before_groups_before_the_top() {
        let counters = Counters::new([(1, 130, 1000, false)].into_iter(), 2).unwrap();
        let home = &counters.homes()[0];
        let mut outbox = Outbox::default();
        assert!(outbox.is_empty());
        outbox.add(10, &[1, 2]);
        // Side by side with the last, on the next page.
        outbox.add_page(0);
        outbox.add(12, &[3]);
        outbox.add_page(1);
        outbox.add(40, &[4]);
        outbox.add_page(129);
        let data = ["10: [1, 2, 3]", "40: [4]"];
        let pages = ["1000 + 1", "1016 + 1", "3064 + 1"];
        // The rows of groups and of groups of groups follow 130 pairs, and 3.
        let above = ["3112 + 1", "3144 + 1", "3176 + 1"];
        assert_eq!(told(&mut outbox, home, false), [&data[..], &pages].concat());
        // Lost, and so again; this time it is all.
        assert_eq!(told(&mut outbox, home, true), [&data[..], &pages, &above].concat());
        outbox.done(false);
        assert_eq!(told(&mut outbox, home, true), above);
        assert!(!outbox.is_empty());
        outbox.done(true);
        assert!(outbox.is_empty() && told(&mut outbox, home, true).is_empty());
    }
}
