//! The part of an edge list that one node reads.
//!
//! A file of `len` bytes is cut into equal shares of bytes; a line belongs to the share in which it
//! starts. So every line is read by exactly one node, and no node needs to know of the others.
//! Lines are counted within the share: the number of a line in the whole file is known when the
//! counts of the shares before it are added.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use super::line::{self, Columns, Malformed};

/// An edge, by the ids of its ends.
pub(crate) type Edge = (u64, u64);

/// What is read at a time; also the longest line.
const BUFFER: usize = 1 << 20;
/// Some editors of Windows put this before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A line that is no edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadLine {
    /// Its number in the share, from 0.
    pub(crate) number: u64,
    pub(crate) problem: Malformed,
}

/// The bytes of share `index` of `count`.
pub(crate) fn share_of(len: u64, index: usize, count: usize) -> Range<u64> {
    // 128 bits, because a length times a count may need more than 64. The results are within `len`.
    let cut = |index: usize| (u128::from(len) * index as u128 / count as u128) as u64;
    cut(index)..cut(index + 1)
}

/// Reads the lines that start in `share`: hands each edge to `edge`, and the number of bytes done to
/// `progress` now and then. Returns the number of lines.
///
/// # Errors
/// Outside, when the file cannot be read; inside, the first line that is no edge.
pub(crate) fn read_share(
    file: &File,
    share: Range<u64>,
    columns: Columns,
    edge: impl FnMut(Edge),
    progress: impl FnMut(u64),
) -> io::Result<Result<u64, BadLine>> {
    read_with_buffer(file, share, columns, BUFFER, edge, progress)
}

/// The columns of the first edge of the file; two when there is no sound edge before the first
/// line that is none.
pub(crate) fn columns_of(file: &File, len: u64) -> io::Result<Columns> {
    let mut lines = Lines::new(file, 0..len, BUFFER)?;
    while let Some(bytes) = lines.next_chunk()? {
        let Chunk::Lines(bytes) = bytes else { break };
        for text in bytes.split(|&byte| byte == b'\n') {
            match line::parse(text) {
                Ok(None) => {}
                Ok(Some((_, _, columns))) => return Ok(columns),
                Err(_) => return Ok(Columns::Two),
            }
        }
    }
    Ok(Columns::Two)
}

fn read_with_buffer(
    file: &File,
    share: Range<u64>,
    columns: Columns,
    buffer: usize,
    mut edge: impl FnMut(Edge),
    mut progress: impl FnMut(u64),
) -> io::Result<Result<u64, BadLine>> {
    let mut count = 0;
    let mut lines = Lines::new(file, share, buffer)?;
    while let Some(chunk) = lines.next_chunk()? {
        let mut bytes = match chunk {
            Chunk::Lines(bytes) => bytes,
            Chunk::TooLong(limit) => {
                return Ok(Err(BadLine { number: count, problem: Malformed::TooLong(limit) }));
            }
        };
        let done = bytes.len() as u64;
        while !bytes.is_empty() {
            let next = if columns == Columns::Two { line::parse_plain(bytes) } else { None };
            if let Some((from, to, next)) = next {
                edge((from, to));
                bytes = &bytes[next..];
            } else {
                let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
                match line::parse_as(&bytes[..end], columns) {
                    Ok(Some(found)) => edge(found),
                    Ok(None) => {}
                    Err(problem) => return Ok(Err(BadLine { number: count, problem })),
                }
                bytes = &bytes[bytes.len().min(end + 1)..];
            }
            count += 1;
        }
        progress(done);
    }
    Ok(Ok(count))
}

/// Whole lines of a share, in chunks.
struct Lines<'a> {
    file: &'a File,
    /// Where the next byte for the buffer comes from.
    at: u64,
    /// Where lines do not start any more.
    end: u64,
    buffer: Vec<u8>,
    /// What of the buffer has been read but not handed out.
    fresh: Range<usize>,
    over: bool,
}

enum Chunk<'a> {
    /// Lines with their line ends; the last line of the file may have none.
    Lines(&'a [u8]),
    /// A line that is longer than this.
    TooLong(usize),
}

impl<'a> Lines<'a> {
    fn new(file: &'a File, share: Range<u64>, buffer: usize) -> io::Result<Lines<'a>> {
        let mut lines = Lines {
            file,
            at: share.start,
            end: share.end,
            buffer: vec![0; buffer],
            fresh: 0..0,
            over: share.is_empty(),
        };
        if lines.over {
            return Ok(lines);
        }
        if share.start == 0 {
            lines.fill()?;
            if lines.buffer[lines.fresh.clone()].starts_with(BYTE_ORDER_MARK) {
                lines.fresh.start += BYTE_ORDER_MARK.len();
                // The line behind it belongs here, however short the share is.
                lines.end = lines.end.max(lines.position() + 1);
            }
        } else {
            // A line starts here if the byte before is a line end.
            lines.at -= 1;
            lines.skip_line()?;
        }
        Ok(lines)
    }

    /// The position in the file of the first byte not yet handed out.
    fn position(&self) -> u64 {
        self.at - self.fresh.len() as u64
    }

    /// Skips what is left of a line that started before, however long.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            self.fresh = 0..0;
            if self.fill()? == 0 {
                self.over = true;
                return Ok(());
            }
            if let Some(end) = self.buffer[self.fresh.clone()].iter().position(|&b| b == b'\n') {
                self.fresh.start += end + 1;
                return Ok(());
            }
        }
    }

    /// Reads more behind what is fresh; 0 at the end of the file, or when there is no room.
    fn fill(&mut self) -> io::Result<usize> {
        if self.fresh.start > 0 {
            self.buffer.copy_within(self.fresh.clone(), 0);
            self.fresh = 0..self.fresh.len();
        }
        let count = loop {
            match self.file.read_at(&mut self.buffer[self.fresh.end..], self.at) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.at += count as u64;
        self.fresh.end += count;
        Ok(count)
    }

    fn next_chunk(&mut self) -> io::Result<Option<Chunk<'_>>> {
        if self.over || self.position() >= self.end {
            return Ok(None);
        }
        loop {
            let fresh = &self.buffer[self.fresh.clone()];
            if let Some(last) = fresh.iter().rposition(|&byte| byte == b'\n') {
                let lines = self.within_share(last + 1);
                let chunk = self.fresh.start..self.fresh.start + lines;
                self.fresh.start = chunk.end;
                return Ok(Some(Chunk::Lines(&self.buffer[chunk])));
            }
            if fresh.len() == self.buffer.len() {
                self.over = true;
                return Ok(Some(Chunk::TooLong(self.buffer.len())));
            }
            if self.fill()? == 0 {
                // The last line of the file has no line end.
                self.over = true;
                let rest = &self.buffer[self.fresh.clone()];
                return Ok((!rest.is_empty()).then_some(Chunk::Lines(rest)));
            }
        }
    }

    /// How much of the next `len` bytes, which are whole lines, belongs to lines of this share.
    fn within_share(&self, len: usize) -> usize {
        let left = usize::try_from(self.end - self.position()).unwrap_or(usize::MAX);
        if left >= len {
            return len;
        }
        // The line that holds the share's last byte still belongs to it.
        let bytes = &self.buffer[self.fresh.clone()][..len];
        let rest = bytes[left - 1..].iter().position(|&byte| byte == b'\n');
        rest.map_or(len, |rest| left + rest)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    /// Reads all shares, with a small buffer; the edges in order, and the lines.
    fn read_all(bytes: &[u8], shares: usize, buffer: usize) -> Result<(Vec<Edge>, u64), BadLine> {
        let (file, len) = (file(bytes), bytes.len() as u64);
        let columns = columns_of(&file, len).unwrap();
        let (mut edges, mut lines) = (Vec::new(), 0);
        for index in 0..shares {
            let share = share_of(len, index, shares);
            let add = |edge| edges.push(edge);
            match read_with_buffer(&file, share, columns, buffer, add, |_| {}).unwrap() {
                Ok(count) => lines += count,
                Err(bad) => return Err(BadLine { number: lines + bad.number, ..bad }),
            }
        }
        Ok((edges, lines))
    }

    /// The same, as one would write it without shares.
    fn read_naively(text: &str) -> Result<(Vec<Edge>, u64), u64> {
        let mut edges = Vec::new();
        let mut lines = 0;
        for line in text.lines() {
            if !line.trim().is_empty() && !line.trim_start().starts_with(['#', '%']) {
                let ids: Result<Vec<u64>, _> = line.split_whitespace().map(str::parse).collect();
                match ids.as_deref() {
                    Ok(&[from, to]) => edges.push((from, to)),
                    _ => return Err(lines),
                }
            }
            lines += 1;
        }
        Ok((edges, lines))
    }

    #[test]
    fn shares_cover_the_file() {
        for (len, count) in [(0, 1), (1, 4), (10, 3), (u64::MAX, 7)] {
            let shares: Vec<_> = (0..count).map(|index| share_of(len, index, count)).collect();
            assert_eq!((shares[0].start, shares[count - 1].end), (0, len));
            assert!(shares.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
    }

    #[test]
    fn a_file_is_read() {
        let text = b"\xef\xbb\xbf# From\tTo\r\n30\t1412\r\n\r\n3 28\r\n5 5";
        for shares in 1..20 {
            let read = read_all(text, shares, 64);
            assert_eq!(read, Ok((vec![(30, 1412), (3, 28), (5, 5)], 5)), "{shares} shares");
        }
    }

    #[test]
    fn the_first_bad_line_is_named() {
        let text = b"# c\n1 2\n3 4\nfive 6\n7 8\nnine 10\n";
        for shares in 1..20 {
            let bad = read_all(text, shares, 64).unwrap_err();
            assert_eq!(bad.number, 3, "{shares} shares");
            assert!(bad.problem.to_string().contains("\"five\""));
        }
    }

    #[test]
    fn a_third_column_stands_on_all_lines_or_none() {
        assert_eq!(read_all(b"1 2 9\n3 4 -1\n", 1, 64).unwrap().0, [(1, 2), (3, 4)]);
        assert_eq!(read_all(b"1 2 9\n3 4\n", 2, 64).unwrap_err().number, 1);
        assert_eq!(read_all(b"1 2\n3 4 9\n", 2, 64).unwrap_err().number, 1);
        assert_eq!(read_all(b"x\n1 2 9\n", 1, 64).unwrap_err().number, 0);
    }

    #[test]
    fn a_line_longer_than_the_buffer_is_an_error() {
        let mut text = b"1 2\n".to_vec();
        text.extend([b'7'; 100]);
        text.extend(b"\n3 4\n");
        assert_eq!(
            read_all(&text, 1, 64),
            Err(BadLine { number: 1, problem: Malformed::TooLong(64) })
        );
        // A share that starts within it skips it.
        let mut edges = Vec::new();
        let lines = read_with_buffer(
            &file(&text),
            50..text.len() as u64,
            Columns::Two,
            64,
            |edge| edges.push(edge),
            |_| {},
        );
        assert_eq!(lines.unwrap(), Ok(1));
        assert_eq!(edges, [(3, 4)]);
    }

    #[test]
    fn no_edges_are_no_error_here() {
        assert_eq!(read_all(b"", 3, 64), Ok((vec![], 0)));
        assert_eq!(read_all(b"# nothing\n\n", 3, 64), Ok((vec![], 2)));
    }

    proptest! {
        #[test]
        fn any_cut_reads_the_same_as_no_cut(
            lines in proptest::collection::vec(
                prop_oneof![
                    8 => "[0-9]{1,4}[ \t][0-9]{1,4}",
                    1 => "[ \t]{0,2}",
                    1 => "#[ -~]{0,12}",
                    1 => "[0-9]{1,3} {1,3}[0-9]{1,3}\t",
                ],
                0..40,
            ),
            bad in proptest::option::of((0_usize..40, "[0-9]{1,3}|x 1|1 y|1 2 z")),
            crlf in any::<bool>(),
            last in any::<bool>(),
            shares in 1_usize..9,
            buffer in 16_usize..64,
        ) {
            let mut lines = lines;
            if let Some((at, bad)) = bad {
                let at = at.min(lines.len());
                lines.insert(at, bad);
            }
            let end = if crlf { "\r\n" } else { "\n" };
            let mut text = lines.join(end);
            if last && !text.is_empty() {
                text.push_str(end);
            }
            let read = read_all(text.as_bytes(), shares, buffer).map_err(|bad| bad.number);
            prop_assert_eq!(read, read_naively(&text));
        }
    }
}
