//! The same elements under both models, and what single accesses cost.

use std::ops::AddAssign;

use pangea::{Array, Counts, Distribution, Error, Node, SharedArray};

use super::mix::{Access, Shape};

/// What an element is.
pub(crate) type Value = [u8; 64];

/// Bytes of a block that are not data.
const HEADER: usize = 32;

/// An array under either model.
pub(crate) enum Table {
    Sequential(SharedArray<Value>),
    Relaxed(Array<Value>),
}

impl Table {
    /// The two tables of that name.
    pub(crate) fn both(node: &Node, name: &str, shape: Shape) -> Result<[Table; 2], Error> {
        let len = shape.blocks() * shape.per_block;
        let block = (shape.per_block * size_of::<Value>() + HEADER).next_power_of_two();
        let sequential =
            node.shared_array(&format!("{name} sequential")).len(len).block_bytes(block);
        let sequential = sequential.distribution(Distribution::Cyclic).create()?;
        let relaxed = node.array(&format!("{name} relaxed")).len(len);
        let dealt = Distribution::BlockCyclic { block: shape.per_block as u64 };
        let relaxed = relaxed.distribution(dealt).create()?;
        Ok([Table::Sequential(sequential), Table::Relaxed(relaxed)])
    }

    #[inline]
    pub(crate) fn access(&self, access: Access) -> Result<(), Error> {
        let Access { element, is_write } = access;
        match self {
            Table::Sequential(array) if is_write => array.set(element, [element as u8; 64]),
            Table::Sequential(array) => array.get(element).map(drop),
            Table::Relaxed(array) if is_write => array.put(element, [element as u8; 64]),
            Table::Relaxed(array) => array.get(element).map(drop),
        }
    }

    /// Gives it back.
    pub(crate) fn release(self) -> Result<(), Error> {
        match self {
            Table::Sequential(array) => array.release(),
            Table::Relaxed(array) => array.release(),
        }
    }
}

/// What single accesses of `Sequential` cost, summed over all nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(crate) struct Tally {
    pub(crate) reads: u64,
    /// Reads without the network.
    pub(crate) hits: u64,
    /// Reads that only READ: misses, and copies that had to be validated.
    pub(crate) fetched: u64,
    /// Reads that only prolonged a lease.
    pub(crate) renewed: u64,
    /// Reads that found the lease over and the data changed, or that of the home over too.
    pub(crate) both: u64,
    /// What the reads asked of the NICs.
    pub(crate) read_requests: u64,
    pub(crate) writes: u64,
    /// What the writes asked of the NICs.
    pub(crate) write_requests: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        let words: &mut [u64; 8] = bytemuck::cast_mut(self);
        for (word, more) in words.iter_mut().zip(bytemuck::cast::<Tally, [u64; 8]>(other)) {
            *word += more;
        }
    }
}

impl Tally {
    /// Counts an access that has cost so much.
    pub(crate) fn count(&mut self, access: Access, cost: Counts) {
        if access.is_write {
            self.writes += 1;
            self.write_requests += cost.round_trips;
            return;
        }
        self.reads += 1;
        self.read_requests += cost.round_trips;
        // A renewal reads a word of the header.
        let has_fetched = cost.bytes_read > size_of::<Value>() as u64;
        *match (cost.atomics > 0, has_fetched) {
            (false, false) => &mut self.hits,
            (false, true) => &mut self.fetched,
            (true, false) => &mut self.renewed,
            (true, true) => &mut self.both,
        } += 1;
    }

    /// Why caching wins or loses against a model that asks for `plain` requests per access: what it asks for beyond
    /// that, per access, and what most of the reads are.
    pub(crate) fn why(&self, ratio: f64, plain: f64) -> String {
        let all = (self.reads + self.writes).max(1) as f64;
        let beyond = |requests: u64, count: u64| (requests as f64 - count as f64 * plain) / all;
        let reads = beyond(self.read_requests, self.reads);
        let writes = beyond(self.write_requests, self.writes);
        let most = [
            (self.hits, "mostly hits"),
            (self.fetched, "mostly fetches"),
            (self.renewed, "mostly renewals"),
            (self.both, "mostly renewals in vain"),
        ];
        let most = most.into_iter().max_by_key(|(count, _)| *count).map_or("", |(_, most)| most);
        let verdict = if ratio >= 1.0 {
            "wins"
        } else if writes > reads {
            "loses by writes"
        } else {
            "loses by reads"
        };
        format!("{verdict}: reads {reads:+.2} ({most}), writes {writes:+.2} per operation")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Access = Access { element: 0, is_write: false };
    const WRITE: Access = Access { element: 0, is_write: true };

    fn cost(round_trips: u64, atomics: u64, bytes_read: u64) -> Counts {
        Counts { round_trips, atomics, bytes_read, ..Counts::default() }
    }

    #[test]
    fn accesses_are_told_apart_by_what_they_cost() {
        let mut tally = Tally::default();
        tally.count(READ, cost(0, 0, 0));
        tally.count(READ, cost(1, 0, 96));
        tally.count(READ, cost(1, 1, 8));
        tally.count(READ, cost(2, 1, 104));
        tally.count(WRITE, cost(2, 2, 96));
        let Tally { reads, hits, fetched, renewed, both, .. } = tally;
        assert_eq!((reads, hits, fetched, renewed, both), (4, 1, 1, 1, 1));
        assert_eq!((tally.read_requests, tally.writes, tally.write_requests), (4, 1, 2));
        tally += tally;
        assert_eq!((tally.reads, tally.write_requests), (8, 4));
    }

    #[test]
    fn the_reason_names_what_costs_most() {
        let tally =
            Tally { reads: 90, hits: 90, writes: 10, write_requests: 20, ..Tally::default() };
        assert_eq!(
            tally.why(2.0, 1.0),
            "wins: reads -0.90 (mostly hits), writes +0.10 per operation"
        );
        assert!(tally.why(0.5, 1.0).starts_with("loses by writes"));
        let tally =
            Tally { reads: 90, renewed: 50, both: 40, read_requests: 130, ..Tally::default() };
        let why = tally.why(0.5, 1.0);
        assert!(why.starts_with("loses by reads: reads +0.44 (mostly renewals)"), "{why}");
    }
}
