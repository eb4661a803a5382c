//! Counts the words of a text. The leader reads the file into a view; all nodes count the words of their shares,
//! and add up what they have found in a table that they share, each part of which has a lock.
//!
//! An entry of the table does not hold its word but says where it is in the text: places in shared memory mean the
//! same to every node. A lock is bound to its part of the table: locking it fetches what others have changed
//! there, unlocking it sends home what this node has changed, and the rest of the table is left alone.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;

use bytemuck::{Pod, Zeroable};
use clap::Args;
use pangea::{Error, View, ViewLock};

use crate::common::{Job, Outcome, Result};

#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// The text, which the leader can read
    file: PathBuf,
}

/// Parts of the table, each with a lock.
const PARTS: usize = 16;

/// A word that was found; all zero where there is none.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
struct Entry {
    /// Words whose hashes differ need not be looked up in the text to be told apart.
    hash: u64,
    start: u64,
    len: u64,
    count: u64,
}

impl Entry {
    fn word<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start as usize..][..self.len as usize]
    }

    fn same_word(&self, other: &Entry, text: &[u8]) -> bool {
        self.hash == other.hash && self.word(text) == other.word(text)
    }
}

pub(crate) fn run(job: &Job<'_>, options: &Options) -> Result<Outcome> {
    let name = options.file.display();
    let failed = |error: std::io::Error| format!("{name}: {error}");
    let (mut file, mut len) = (None, 0);
    if job.node.is_leader() {
        let opened = File::open(&options.file).map_err(failed)?;
        len = opened.metadata().map_err(failed)?.len();
        file = Some(opened);
    }
    let len = usize::try_from(job.node.broadcast(0, len)?)?;
    if len == 0 {
        return Err(format!("{name}: a text that is not empty is wanted").into());
    }
    let mut text = job.view::<u8>("text", len)?;
    if let Some(mut file) = file {
        text.read_from(&mut file, ..)?;
    }
    text.barrier()?;

    let text = text.read(..)?;
    let (found, counting) = job.timed(|| Ok(count(&text, job.share(len))))?;
    let mut table = Table::new(job, &found)?;
    let ((), merging) = job.timed(|| Ok(table.add_all(job, &text, &found)?))?;

    let mut counts = BTreeMap::new();
    if job.node.is_leader() {
        for entry in table.entries.read(..)?.iter().filter(|entry| entry.count > 0) {
            counts.insert(entry.word(&text), entry.count);
        }
    }
    if job.verifies() {
        let bytes = std::fs::read(&options.file).map_err(failed)?;
        compare(&counts, &alone(&bytes))?;
    }
    let words: u64 = counts.values().sum();
    let time = counting + merging;
    let term = |(word, count): (&&[u8], &u64)| hash(word).wrapping_mul(*count);
    let checksum = job.checksum(counts.iter().map(term).fold(0, u64::wrapping_add))?;
    let what = format!("wordcount of {len} bytes, {words} words, {} different", counts.len());
    Ok(Outcome { what, time, checksum })
}

/// The words of all nodes.
struct Table {
    entries: View<Entry>,
    /// Entries of a part.
    slots: usize,
    locks: Vec<ViewLock>,
}

impl Table {
    /// A table that has room for what all nodes have found. Collective.
    fn new(job: &Job<'_>, found: &[Vec<Entry>; PARTS]) -> std::result::Result<Table, Error> {
        // What has been found here may have been found by nobody else.
        let lens = found.each_ref().map(|part| part.len() as u64);
        let lens = job.node.reduce(lens, |a, b| std::array::from_fn(|part| a[part] + b[part]))?;
        let most = lens.into_iter().max().unwrap_or(0) as usize;
        // Whole pages, so that who has one lock does not write to the pages of another.
        let slots = (2 * most).max(1).next_multiple_of(job.page_size.div_ceil(size_of::<Entry>()));
        let locks = (0..PARTS).map(|part| job.node.view_lock(&format!("part {part}")).create());
        let locks = locks.collect::<std::result::Result<_, _>>()?;
        Ok(Table { entries: job.view("words", PARTS * slots)?, slots, locks })
    }

    /// Adds up what all nodes have found. Collective.
    fn add_all(
        &mut self,
        job: &Job<'_>,
        text: &[u8],
        found: &[Vec<Entry>; PARTS],
    ) -> std::result::Result<(), Error> {
        // Everybody starts with another part, so that not all wait for one lock.
        let first = job.share(PARTS).start;
        for part in (first..PARTS).chain(0..first) {
            if !found[part].is_empty() {
                let place = part * self.slots..(part + 1) * self.slots;
                let mut held = self.entries.lock_range(&self.locks[part], place.clone())?;
                add(&mut held.write(place)?, text, &found[part]);
                held.unlock()?;
            }
        }
        self.entries.barrier()
    }
}

/// The same in memory of this process.
fn alone(text: &[u8]) -> BTreeMap<&[u8], u64> {
    let mut counts = BTreeMap::new();
    for word in words(text, 0..text.len()) {
        *counts.entry(&text[word]).or_default() += 1;
    }
    counts
}

fn compare(found: &BTreeMap<&[u8], u64>, expected: &BTreeMap<&[u8], u64>) -> Result<()> {
    let words = found.keys().chain(expected.keys());
    match words.into_iter().find(|&word| found.get(word) != expected.get(word)) {
        None => Ok(()),
        Some(word) => {
            let count = |counts: &BTreeMap<&[u8], u64>| counts.get(word).copied().unwrap_or(0);
            let text = String::from_utf8_lossy(word);
            Err(format!("{text:?} was found {} times instead of {}", count(found), count(expected))
                .into())
        }
    }
}

/// Letters and digits; bytes of characters beyond ASCII count as letters.
fn belongs_to_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// The words that start in a share of the text; the last may go on behind it.
fn words(text: &[u8], share: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end_from = |at: usize| {
        text[at..]
            .iter()
            .position(|&byte| !belongs_to_word(byte))
            .map_or(text.len(), |len| at + len)
    };
    let mut at = share.start;
    if at > 0 && belongs_to_word(text[at - 1]) {
        at = end_from(at);
    }
    std::iter::from_fn(move || {
        let ahead = text.get(at..share.end)?;
        let start = at + ahead.iter().position(|&byte| belongs_to_word(byte))?;
        at = end_from(start);
        Some(start..at)
    })
}

/// The words of a share, by the part of the table that they belong to.
fn count(text: &[u8], share: Range<usize>) -> [Vec<Entry>; PARTS] {
    let mut entries: HashMap<&[u8], Entry> = HashMap::new();
    for word in words(text, share) {
        let (start, len) = (word.start as u64, word.len() as u64);
        let new = |word: &&[u8]| Entry { hash: hash(word), start, len, count: 0 };
        entries.entry(&text[word]).or_insert_with_key(new).count += 1;
    }
    let mut parts = [(); PARTS].map(|()| Vec::new());
    for entry in entries.into_values() {
        parts[entry.hash as usize % PARTS].push(entry);
    }
    parts
}

/// Adds entries to a part of the table, which has more slots than there are words.
fn add(slots: &mut [Entry], text: &[u8], entries: &[Entry]) {
    for entry in entries {
        let mut at = (entry.hash / PARTS as u64) as usize % slots.len();
        while slots[at].count > 0 && !slots[at].same_word(entry, text) {
            at = (at + 1) % slots.len();
        }
        match &mut slots[at] {
            free if free.count == 0 => *free = *entry,
            found => found.count += entry.count,
        }
    }
}

/// FNV-1a.
fn hash(word: &[u8]) -> u64 {
    word.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common;

    const TEXT: &[u8] = b"  one two,two -- three\xc3\xa4 three3 one. a";

    #[test]
    fn words_are_found() {
        let found: Vec<_> = words(TEXT, 0..TEXT.len()).map(|word| &TEXT[word]).collect();
        let expected: [&[u8]; 7] =
            [b"one", b"two", b"two", b"three\xc3\xa4", b"three3", b"one", b"a"];
        assert_eq!(found, expected);
        assert_eq!(words(b"", 0..0).count(), 0);
        assert_eq!(words(b" .", 0..2).count(), 0);
    }

    #[test]
    fn every_word_belongs_to_one_share() {
        let all: Vec<_> = words(TEXT, 0..TEXT.len()).collect();
        for size in 1..50 {
            let shares = (0..size).map(|rank| common::share(rank, size, TEXT.len()));
            assert_eq!(shares.flat_map(|share| words(TEXT, share)).collect::<Vec<_>>(), all);
        }
    }

    #[test]
    fn shares_add_up_in_the_table() {
        let mut table = vec![[Entry::zeroed(); 5]; PARTS];
        for rank in 0..4 {
            let found = count(TEXT, common::share(rank, 4, TEXT.len()));
            for (slots, entries) in table.iter_mut().zip(&found) {
                add(slots, TEXT, entries);
            }
        }
        let used = table.iter().flatten().filter(|entry| entry.count > 0);
        let counts: BTreeMap<_, _> = used.map(|entry| (entry.word(TEXT), entry.count)).collect();
        compare(&counts, &alone(TEXT)).unwrap();
        let told = compare(&BTreeMap::new(), &counts).unwrap_err().to_string();
        assert_eq!(told, "\"a\" was found 0 times instead of 1");
    }
}
