//! [`PageLog`]: who wrote which bytes of a page, and when.

use std::ops::Range;

/// Bytes of a log: a word for whoever locks it, one for how many records there are, and the records.
pub(super) const LOG_BYTES: usize = HEAD + MOST * RECORD;

const HEAD: usize = 16;
const RECORD: usize = 16;

/// As many as a page of 4 KiB has words.
const MOST: usize = 512;

/// Bits of a range's bounds in a record. The largest pages have 2 MiB. The rest is for ranks.
const BOUND: u32 = 22;

/// Bytes of a page that a node has sent home.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    start: u32,
    end: u32,
    rank: u32,
    /// In releases of that node.
    time: u64,
}

/// The oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PageLog {
    records: Vec<Record>,
    forgets: bool,
}

impl PageLog {
    pub(super) fn decode(bytes: &[u8]) -> PageLog {
        let mut words = bytes.chunks_exact(8).map(|word| {
            word.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
        });
        let count = words.nth(1).unwrap_or(0).min(MOST as u64);
        let bound = |word: u64| (word & ((1 << BOUND) - 1)) as u32;
        let mut record = || {
            let (what, time) = (words.next()?, words.next()?);
            let (start, end) = (bound(what), bound(what >> BOUND));
            Some(Record { start, end, rank: (what >> (2 * BOUND)) as u32, time })
        };
        PageLog { records: (0..count).map_while(|_| record()).collect(), forgets: false }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut words = vec![0, self.records.len() as u64];
        for Record { start, end, rank, time } in &self.records {
            let what = u64::from(*rank) << (2 * BOUND) | u64::from(*end) << BOUND;
            words.extend([what | u64::from(*start), *time]);
        }
        let mut bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
        bytes.resize(LOG_BYTES, 0);
        bytes
    }

    /// Whether records had to go in the last addition.
    pub(super) fn forgets(&self) -> bool {
        self.forgets
    }

    /// Adds what `rank` has written, which knows of each node's releases up to `known`. Answers which bytes others
    /// have written that it does not know of.
    pub(super) fn add(
        &mut self,
        rank: u32,
        time: u64,
        known: &[u64],
        runs: &[Range<u32>],
    ) -> Vec<(Range<u32>, u32)> {
        let runs = joined(runs);
        let is_before = |record: &Record| {
            record.rank == rank
                || known.get(record.rank as usize).is_some_and(|t| record.time <= *t)
        };
        let mut clashes = Vec::new();
        for record in self.records.iter().filter(|record| !is_before(record)) {
            let common = |run: &Range<u32>| run.start.max(record.start)..run.end.min(record.end);
            let common = runs.iter().map(common).filter(|common| !common.is_empty());
            clashes.extend(common.map(|common| (common, record.rank)));
        }
        // Whoever clashes with what was before, and here, clashes with this.
        let is_covered = |record: &Record| {
            runs.iter().any(|run| run.start <= record.start && record.end <= run.end)
        };
        self.records.retain(|record| !(is_before(record) && is_covered(record)));
        let add = |run: &Range<u32>| Record { start: run.start, end: run.end, rank, time };
        self.records.extend(runs.iter().map(add));
        let over = self.records.len().saturating_sub(MOST);
        self.forgets = over > 0;
        self.records.drain(..over);
        clashes
    }
}

/// Ranges in order, of which those that touch are one.
fn joined(runs: &[Range<u32>]) -> Vec<Range<u32>> {
    let mut runs = runs.to_vec();
    runs.sort_unstable_by_key(|run| run.start);
    super::super::engine::merge(&mut runs);
    runs
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "one range is meant")]
mod tests {
    use super::*;

    #[test]
    fn what_is_ordered_is_no_race_and_takes_its_place() {
        let mut log = PageLog::default();
        assert_eq!(log.add(0, 1, &[1, 0, 0], &[0..8, 8..16, 100..108]), []);
        assert_eq!(log.records.len(), 2);
        // Rank 1 knows of it, rank 2 knows of nobody.
        assert_eq!(log.add(1, 1, &[1, 1, 0], &[0..16]), []);
        assert_eq!(log.add(2, 1, &[0, 0, 1], &[4..12, 104..120]), [(104..108, 0), (4..12, 1)]);
        // Neighbors.
        assert_eq!(log.add(2, 2, &[0, 0, 2], &[16..100]), []);
        assert_eq!(PageLog::decode(&log.encode()), log);
    }

    #[test]
    fn a_later_write_than_what_is_known_is_a_race() {
        let mut log = PageLog::default();
        // At the end of the largest page, and of what ranks and times can be.
        let mut known = vec![0; 1 << 20];
        known[(1 << 20) - 1] = u64::MAX;
        log.add((1 << 20) - 1, u64::MAX, &known, &[(2 << 20) - 1..2 << 20]);
        assert_eq!(PageLog::decode(&log.encode()), log);
        let mut log = PageLog::default();
        assert_eq!(log.add(0, 5, &[5, 0], &[0..8]), []);
        assert_eq!(log.add(1, 1, &[4, 1], &[7..9]), [(7..8, 0)]);
        // It is one for the other side, too.
        assert_eq!(log.add(0, 6, &[6, 0], &[8..10]), [(8..9, 1)]);
    }

    #[test]
    fn the_oldest_are_forgotten_and_that_is_said() {
        let mut log = PageLog::default();
        let runs = |from: u32, count: u32| {
            (0..count).map(|i| from + 2 * i..from + 2 * i + 1).collect::<Vec<_>>()
        };
        log.add(0, 1, &[1, 0], &runs(0, MOST as u32));
        assert!(!log.forgets() && log.encode().len() == LOG_BYTES);
        log.add(1, 1, &[1, 1], &runs(2000, 3));
        assert!(log.forgets());
        assert_eq!((log.records.len(), log.records[0].start), (MOST, 6));
        assert_eq!(PageLog::decode(&log.encode()).records, log.records);
    }
}
