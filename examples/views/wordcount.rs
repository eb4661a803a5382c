//! Counts the words of a text. The leader reads the file into a view; each node counts the words of its share, and writes
//! down in its own part of another view what it has found, for each node by itself. After a barrier each node reads what
//! all have written for it, which lies together in each part, and adds that up.
//!
//! What each node has come to is added to totals that all share, under a lock: locking it fetches what others have added, unlocking
//! it sends home what this node has.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::path::PathBuf;

use clap::Args;
use pangea::{Access, View};

use crate::common::{self, Job, Outcome, Result};

#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// The text, which the leader can read
    file: PathBuf,
}

/// How often words were found.
type Counts<'a> = HashMap<&'a [u8], u64, BuildHasherDefault<Fnv>>;

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
    let ((lens, mine), counting) = job.timed(|| {
        let found = count(&text, job.share(len));
        Ok(records(&found, job.node.size()))
    })?;
    let mut found = Found::new(job, mine.len())?;
    let (counts, adding) = job.timed(|| {
        found.write(&lens, &mine)?;
        found.records.barrier()?;
        found.add_up()
    })?;
    let time = counting + adding;

    if job.verify {
        // Each node what it has added up itself.
        let mut expected = count(&text, 0..len);
        expected.retain(|word, _| owner(word, job.node.size()) == job.node.rank());
        compare(&counts, &expected)?;
    }
    if job.verifies() && std::fs::read(&options.file).map_err(failed)? != *text {
        return Err(format!("{name}: what is shared is another text").into());
    }
    let [words, different] = totals(job, &counts)?;
    let term = |(word, count): (&&[u8], &u64)| hash(word).wrapping_mul(*count);
    let checksum = job.checksum(counts.iter().map(term).fold(0, u64::wrapping_add))?;
    let what = format!("wordcount of {len} bytes, {words} words, {different} different");
    Ok(Outcome { what, time, checksum })
}

/// How many words all nodes have, and how many different ones. Collective.
fn totals(job: &Job<'_>, counts: &Counts<'_>) -> Result<[u64; 2]> {
    let mut totals = job.view::<u64>("totals", 2)?;
    let lock = job.node.view_lock("totals' lock").create()?;
    let mut held = totals.lock(&lock).map_err(pangea::Error::from)?;
    let mut sums = held.write(..)?;
    sums[0] += counts.values().sum::<u64>();
    sums[1] += counts.len() as u64;
    held.unlock()?;
    totals.barrier()?;
    let all = totals.read(..)?;
    Ok([all[0], all[1]])
}

/// What all nodes have found, each in a part of its own: a header, which says how many bytes are for each node, and these.
struct Found<'a, 'b> {
    job: &'a Job<'b>,
    records: View<u8>,
    /// Bytes of a part.
    part: usize,
}

impl<'a, 'b> Found<'a, 'b> {
    /// Room for what all nodes have found, this one so many bytes. Collective.
    fn new(job: &'a Job<'b>, bytes: usize) -> Result<Found<'a, 'b>> {
        let most = job.node.reduce(bytes as u64, u64::max)?;
        let header = job.node.size() * size_of::<u64>();
        // Whole pages, so that each part is memory of its own node.
        let part = (header + usize::try_from(most)?).next_multiple_of(job.page_size);
        Ok(Found { job, records: job.view("records", job.node.size() * part)?, part })
    }

    /// Writes down what this node has found.
    fn write(&mut self, lens: &[u64], records: &[u8]) -> Result<()> {
        let (start, header) = (self.job.node.rank() * self.part, size_of_val(lens));
        let place = start..start + header + records.len();
        self.records.populate(place.clone(), Access::Write)?;
        let mut part = self.records.write(place)?;
        part[..header].copy_from_slice(bytemuck::cast_slice(lens));
        part[header..].copy_from_slice(records);
        Ok(())
    }

    /// Adds up what all nodes have found for this one.
    fn add_up(&self) -> Result<Counts<'_>> {
        let (rank, size) = (self.job.node.rank(), self.job.node.size());
        let mut counts = Counts::default();
        // SAFETY: after the barrier nobody writes to the records any more, and the view lives as long as the words.
        let all: &[u8] = unsafe { self.records.slice(..) }?;
        // Everybody begins with its own part, so that not all read from one node.
        for from in (rank..size).chain(0..rank) {
            let start = from * self.part;
            let header = start..start + size * size_of::<u64>();
            let lens: Vec<u64> = bytemuck::pod_collect_to_vec(&all[header.clone()]);
            let before = lens[..rank].iter().sum::<u64>() as usize;
            let place = header.end + before..header.end + before + lens[rank] as usize;
            self.records.populate(place.clone(), Access::Read)?;
            add(&mut counts, &all[place]);
        }
        Ok(counts)
    }
}

fn compare(found: &Counts<'_>, expected: &Counts<'_>) -> Result<()> {
    let words = found.keys().chain(expected.keys());
    match words.into_iter().find(|&word| found.get(word) != expected.get(word)) {
        None => Ok(()),
        Some(word) => {
            let count = |counts: &Counts<'_>| counts.get(word).copied().unwrap_or(0);
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

/// The words of a share.
fn count(text: &[u8], share: Range<usize>) -> Counts<'_> {
    let mut counts = Counts::default();
    for word in words(text, share) {
        *counts.entry(&text[word]).or_default() += 1;
    }
    counts
}

/// Bytes of a record before its word: how often that was found, and its length.
const HEAD: usize = 16;

/// What was found as records, those for one node after those for another, and how many bytes there are for each.
fn records(counts: &Counts<'_>, nodes: usize) -> (Vec<u64>, Vec<u8>) {
    let mut lens = vec![0; nodes];
    for word in counts.keys() {
        lens[owner(word, nodes)] += (HEAD + word.len()) as u64;
    }
    let mut next: Vec<usize> = common::running_sum(&lens).collect();
    let mut records = vec![0; lens.iter().sum::<u64>() as usize];
    for (word, count) in counts {
        let at = &mut next[owner(word, nodes)];
        let record = &mut records[*at..*at + HEAD + word.len()];
        record[..8].copy_from_slice(&count.to_le_bytes());
        record[8..HEAD].copy_from_slice(&(word.len() as u64).to_le_bytes());
        record[HEAD..].copy_from_slice(word);
        *at += record.len();
    }
    (lens, records)
}

/// Adds records up.
fn add<'a>(counts: &mut Counts<'a>, records: &'a [u8]) {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let mut rest = records;
    while let Some((head, after)) = rest.split_at_checked(HEAD) {
        let (word, after) = after.split_at(number(&head[8..]) as usize);
        *counts.entry(word).or_default() += number(&head[..8]);
        rest = after;
    }
}

/// The node that adds a word up.
fn owner(word: &[u8], nodes: usize) -> usize {
    (hash(word) >> 32) as usize % nodes
}

fn hash(word: &[u8]) -> u64 {
    let mut hasher = Fnv::default();
    hasher.write(word);
    hasher.finish()
}

/// FNV-1a, of what has no parts.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// The length, which comes before the bytes, tells nothing more.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
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
    fn what_all_have_found_adds_up() {
        for nodes in [1, 4] {
            let of = |rank| count(TEXT, common::share(rank, nodes, TEXT.len()));
            let found: Vec<_> = (0..nodes).map(|rank| records(&of(rank), nodes)).collect();
            let mut all = Counts::default();
            for rank in 0..nodes {
                let mut counts = Counts::default();
                for (lens, records) in &found {
                    let ends: Vec<usize> = common::running_sum(lens).collect();
                    add(&mut counts, &records[ends[rank]..][..lens[rank] as usize]);
                }
                assert!(counts.keys().all(|word| owner(word, nodes) == rank));
                all.extend(counts);
            }
            compare(&all, &count(TEXT, 0..TEXT.len())).unwrap();
            assert_eq!((all.len(), all[&b"two"[..]], all[&b"a"[..]]), (5, 2, 1));
        }
        let told = compare(&Counts::default(), &count(b"a", 0..1)).unwrap_err().to_string();
        assert_eq!(told, "\"a\" was found 0 times instead of 1");
    }
}
