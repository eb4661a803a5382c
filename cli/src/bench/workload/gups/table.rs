//! [`Table`]: the words that are updated, and whether all updates came to pass.

use std::ops::Range;

use pangea::{Array, Error, Node};

use super::stream::Stream;

/// Updates that a process may have in flight at once, by the rules.
pub(crate) const LOOK_AHEAD: usize = 1024;

/// Fewer words than this are no table.
const LEAST_WORDS: u64 = 4096;

/// Bytes that the smallest table takes, on one node.
pub(crate) const LEAST_BYTES: u64 = LEAST_WORDS * size_of::<u64>() as u64;

/// How an update is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// As many as may be in flight by one call.
    Together,
    /// One after the other, by compare-and-swap until it holds.
    Exact,
}

impl Way {
    pub(crate) fn about(self) -> &'static str {
        match self {
            Way::Together => "xor_many",
            Way::Exact => "compare-and-swap",
        }
    }
}

/// A power of two of words that lie on all nodes, each holding as many in a row.
pub(crate) struct Table {
    words: Array<u64>,
}

/// Which part of all updates each worker makes: worker `w` of `workers` begins at place `w * share` of the
/// sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) workers: u64,
    /// From the start of one worker to that of the next.
    pub(crate) distance: u64,
    /// Updates that each makes: all up to the next one's start, or fewer when time is short.
    pub(crate) updates: u64,
}

impl Share {
    /// All updates, which are four for each word.
    pub(crate) fn of_all(words: usize, workers: usize) -> Share {
        let distance = 4 * words as u64 / workers as u64;
        Share { workers: workers as u64, distance, updates: distance }
    }

    /// The first updates of each.
    pub(crate) fn at_most(self, updates: u64) -> Share {
        Share { updates: self.updates.min(updates.max(1)), ..self }
    }

    /// The numbers of a worker, from a place of its part on.
    pub(crate) fn numbers(&self, worker: u64, from: u64) -> Stream {
        Stream::at(worker * self.distance + from)
    }
}

impl Table {
    /// How many words take about half of so many bytes on each of the nodes: the greatest power of two that does
    /// not take more, but some thousands.
    pub(crate) fn words_for(bytes: u64, nodes: usize) -> usize {
        let half = bytes / 2 / size_of::<u64>() as u64 * nodes as u64;
        1 << half.max(LEAST_WORDS).ilog2()
    }

    /// A table of that name.
    pub(crate) fn create(node: &Node, name: &str, words: usize) -> Result<Table, Error> {
        Ok(Table { words: node.array(name).len(words.next_power_of_two()).create()? })
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    fn place(&self, number: u64) -> usize {
        number as usize & (self.len() - 1)
    }

    /// What this node holds.
    fn own(&self) -> Range<usize> {
        self.words.local_range().unwrap_or_default()
    }

    /// Fills this node's part: each word with its index.
    pub(crate) fn fill(&self, node: &Node) -> Result<(), Error> {
        let part = self.words.segment_of(node.rank())?;
        for (index, word) in self.own().zip(part.cells()) {
            word.store(index as u64);
        }
        Ok(())
    }

    /// Makes the next `count` updates of a stream, with `window` of them in flight.
    pub(crate) fn update(
        &self,
        way: Way,
        numbers: &mut Stream,
        count: u64,
        window: usize,
    ) -> Result<(), Error> {
        if way == Way::Exact {
            return numbers.take(count as usize).try_for_each(|number| {
                self.words.fetch_xor(self.place(number), number).map(|_| ())
            });
        }
        let mut places = vec![0; window];
        let mut bits = vec![0; window];
        let mut left = count;
        while left > 0 {
            let some = (window as u64).min(left) as usize;
            for ((place, bits), number) in
                places.iter_mut().zip(&mut bits).zip(numbers.by_ref().take(some))
            {
                *place = self.place(number);
                *bits = number;
            }
            self.words.xor_many(&places[..some], &bits[..some])?;
            left -= some as u64;
        }
        Ok(())
    }

    /// Makes all updates of all workers to this node's part once more, alone, which undoes them; the answer is how
    /// many words then are not what they were filled with. Nobody else may be using the table.
    pub(crate) fn errors_after(&self, node: &Node, share: Share) -> Result<u64, Error> {
        let (part, own) = (self.words.segment_of(node.rank())?, self.own());
        let cells = part.cells();
        for worker in 0..share.workers {
            for number in share.numbers(worker, 0).take(share.updates as usize) {
                let place = self.place(number);
                if own.contains(&place) {
                    let cell = &cells[place - own.start];
                    cell.store(cell.load() ^ number);
                }
            }
        }
        Ok(own.zip(cells).filter(|(index, word)| word.load() != *index as u64).count() as u64)
    }

    /// Gives it back.
    pub(crate) fn release(self) -> Result<(), Error> {
        self.words.release()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::workload::testing::job;

    #[test]
    fn the_table_takes_about_half_of_the_memory() {
        assert_eq!(Table::words_for(1 << 20, 1), 1 << 16);
        assert_eq!(Table::words_for(1 << 20, 2), 1 << 17);
        for nodes in 1..9 {
            for bytes in [100_000, 1 << 20, 3 << 20] {
                let part =
                    Table::words_for(bytes, nodes) as f64 * 8.0 / (bytes * nodes as u64) as f64;
                assert!(part > 0.25 && part <= 0.5, "{part} of {bytes} on {nodes}");
            }
        }
        assert_eq!(Table::words_for(1, 2), 4096);
    }

    /// How many words are wrong after all updates of a table of so many, of which `spoil` spoils some.
    fn errors(
        words: usize,
        way: Way,
        window: usize,
        spoil: impl Fn(&Table) -> Result<(), Error> + Copy + Send + 'static,
    ) -> u64 {
        let found = job(2, "gups", move |bench, _| {
            let node = bench.node();
            let table = Table::create(node, &bench.name("table"), words)?;
            let share = Share::of_all(words, 2);
            table.fill(node)?;
            node.barrier()?;
            let mut numbers = share.numbers(node.rank() as u64, 0);
            table.update(way, &mut numbers, share.updates, window)?;
            node.barrier()?;
            if node.is_leader() {
                spoil(&table)?;
            }
            node.barrier()?;
            let found = node.reduce(table.errors_after(node, share)?, |one, other| one + other)?;
            table.release()?;
            Ok(found)
        });
        found.unwrap()
    }

    #[test]
    fn updates_are_there_and_a_wrong_word_is_found() {
        assert_eq!(errors(1 << 12, Way::Exact, 1, |_| Ok(())), 0);
        assert_eq!(errors(1 << 12, Way::Exact, 1, |table| table.words.put(77, 0)), 1);
        // One update too many.
        let twice = |table: &Table| table.update(Way::Exact, &mut Stream::at(5), 1, 1);
        assert_eq!(errors(1 << 12, Way::Exact, 1, twice), 1);
    }

    #[test]
    fn none_is_lost_of_many_in_flight() {
        // As many in flight as the rules allow, on a table that is far too small for it.
        assert_eq!(errors(1 << 10, Way::Together, LOOK_AHEAD, |_| Ok(())), 0);
    }
}
