//! Records: where they lie, how they are made, and whether one that was read is whole.
//!
//! A record has ten fields, as YCSB has them. The last 8 bytes of a field are the checksum of the others, so that a
//! field that was read while it was written is known: it is torn.

use xxhash_rust::xxh3::xxh3_64;

use crate::bench::workload::draw::Draw;

/// Fields of a record.
pub(crate) const FIELDS: usize = 10;

/// Bytes of a checksum.
const SUM: usize = 8;

/// Bytes of a block that are not data.
const HEADER: usize = 32;

/// The largest block.
const LARGEST_BLOCK: usize = 1 << 20;

/// Where records lie in an array of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Bytes of a record.
    pub(crate) record: usize,
    /// Bytes of a block, with its header; 0 where there are none.
    pub(crate) block: usize,
    per_block: usize,
    data: usize,
}

impl Layout {
    /// One record after the other.
    pub(crate) fn plain(record: usize) -> Layout {
        Layout { record, block: 0, per_block: 1, data: record }
    }

    /// As many records in each of the smallest blocks that hold one as fit.
    pub(crate) fn in_blocks(record: usize) -> Layout {
        let block = (record + HEADER).next_power_of_two().max(64);
        let data = block - HEADER;
        Layout { record, block, per_block: data / record, data }
    }

    /// Whether there can be records of so many bytes, under any model; else why not.
    pub(crate) fn check(record: usize) -> Result<(), String> {
        let most = LARGEST_BLOCK - HEADER;
        if record.is_multiple_of(FIELDS) && (2 * SUM * FIELDS..=most).contains(&record) {
            return Ok(());
        }
        Err(format!(
            "there are no records of {record} bytes: a record has {FIELDS} fields of the same size, {} bytes each or \
             more, and {most} bytes at most; --record-size 1000 is what YCSB has",
            2 * SUM
        ))
    }

    /// Where a record begins.
    pub(crate) fn at(&self, record: usize) -> usize {
        record / self.per_block * self.data + record % self.per_block * self.record
    }

    /// The block of a record, and where in its data it begins.
    pub(crate) fn in_block(&self, record: usize) -> (usize, usize) {
        (record / self.per_block, record % self.per_block * self.record)
    }

    /// Bytes of `records` records, those between them included.
    pub(crate) fn len(&self, records: usize) -> usize {
        records.div_ceil(self.per_block) * self.data
    }

    /// Bytes of memory that `records` records take, headers of blocks included.
    pub(crate) fn bytes(&self, records: usize) -> usize {
        records.div_ceil(self.per_block) * self.block.max(self.data)
    }

    /// Bytes from the beginning of the first of `count` records to the end of the last.
    pub(crate) fn span(&self, first: usize, count: usize) -> usize {
        self.at(first + count - 1) + self.record - self.at(first)
    }

    /// Bytes of a field.
    pub(crate) fn field(&self) -> usize {
        self.record / FIELDS
    }
}

/// Fills a record, or a field of one, with what nobody has written before.
pub(crate) fn fill(fields: &mut [u8], field: usize, draw: &mut Draw) {
    for field in fields.chunks_exact_mut(field) {
        let (bytes, sum) = field.split_at_mut(field.len() - SUM);
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&draw.any().to_le_bytes()[..chunk.len()]);
        }
        sum.copy_from_slice(&xxh3_64(bytes).to_le_bytes());
    }
}

/// What a record that was read is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Each field is as somebody wrote it.
    Whole,
    /// Nobody has written it yet.
    Absent,
    /// A part of a field is of another write than the rest.
    Torn,
}

/// Judges a record that was read.
pub(crate) fn judge(record: &[u8]) -> State {
    let is_whole = |field: &[u8]| {
        let (bytes, sum) = field.split_at(field.len() - SUM);
        sum == xxh3_64(bytes).to_le_bytes()
    };
    if record.chunks_exact(record.len() / FIELDS).all(is_whole) {
        State::Whole
    } else if record.iter().all(|byte| *byte == 0) {
        State::Absent
    } else {
        State::Torn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(size: usize) -> Vec<u8> {
        let mut record = vec![0; size];
        fill(&mut record, size / FIELDS, &mut Draw::new(5, 0, 0));
        record
    }

    #[test]
    fn a_torn_record_is_known() {
        for size in [160, 1000, 4000] {
            let whole = record(size);
            assert_eq!(judge(&whole), State::Whole);
            assert_eq!(judge(&vec![0; size]), State::Absent);
            for at in (0..size).step_by(7) {
                let mut torn = whole.clone();
                torn[at] ^= 1;
                assert_eq!(judge(&torn), State::Torn, "byte {at} of {size}");
            }
            // Half of a new field over an old one.
            let (mut torn, mut draw) = (whole.clone(), Draw::new(6, 0, 0));
            let mut new = vec![0; size / FIELDS];
            fill(&mut new, size / FIELDS, &mut draw);
            let half = size / FIELDS / 2;
            torn[..half].copy_from_slice(&new[..half]);
            assert_eq!(judge(&torn), State::Torn);
            torn[..size / FIELDS].copy_from_slice(&new);
            assert_eq!(judge(&torn), State::Whole);
        }
    }

    #[test]
    fn records_lie_apart_and_within_their_blocks() {
        for size in [160, 1000, 2000, 100_000] {
            for layout in [Layout::plain(size), Layout::in_blocks(size)] {
                let mut end = 0;
                for record in 0..20 {
                    let at = layout.at(record);
                    assert!(at >= end, "record {record} of {layout:?}");
                    end = at + size;
                    let (block, within) = layout.in_block(record);
                    assert_eq!(block * layout.data + within, at);
                    assert!(within + size <= layout.data);
                    assert!(end <= layout.len(record + 1));
                }
                assert_eq!(layout.span(3, 1), size);
                assert_eq!(layout.span(3, 5), layout.at(7) + size - layout.at(3));
            }
        }
        // 2 of 1000 bytes fit a block of 2048.
        assert_eq!(Layout::in_blocks(1000).in_block(3), (1, 1000));
        assert_eq!((Layout::in_blocks(1000).block, Layout::in_blocks(1000).bytes(3)), (2048, 4096));
        assert_eq!(Layout::plain(1000).bytes(3), 3000);
    }

    #[test]
    fn sizes_that_cannot_be_are_refused_with_the_reason() {
        for size in [160, 1000, 1_048_540] {
            Layout::check(size).unwrap();
        }
        for size in [0, 10, 150, 1001, 1_048_550] {
            let reason = Layout::check(size).unwrap_err();
            assert!(reason.contains("10 fields") && reason.contains("--record-size"), "{reason}");
        }
    }
}
