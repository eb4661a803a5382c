//! What one line of an edge list says.

use std::fmt;

/// How many columns the lines of a list have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Columns {
    /// The two ids.
    Two,
    /// The two ids and a number that is skipped.
    Three,
}

impl Columns {
    fn count(self) -> usize {
        match self {
            Columns::Two => 2,
            Columns::Three => 3,
        }
    }
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("{0} is not a vertex id (a whole number from 0 to {max})", max = u64::MAX)]
    NotAnId(Excerpt),
    #[error("{0} stands alone, but an edge is two vertex ids")]
    OneId(u64),
    #[error("{0} is not a number (a third column is a time, a weight or a sign)")]
    NotANumber(Excerpt),
    #[error("{0} columns; an edge is two vertex ids, perhaps with one number after them")]
    TooManyColumns(usize),
    #[error("{found} columns, but the first edge of the file has {expected}")]
    OtherColumns { found: usize, expected: usize },
    #[error("the line is longer than {0} bytes; is this an edge list?")]
    TooLong(usize),
}

/// The start of a text from a file, safe to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excerpt(String);

impl Excerpt {
    /// Longest part that is shown, in bytes of the file.
    const LONGEST: usize = 40;

    fn of(bytes: &[u8]) -> Excerpt {
        let shown = &bytes[..bytes.len().min(Self::LONGEST)];
        let more = if shown.len() < bytes.len() { "…" } else { "" };
        Excerpt(format!("{:?}{more}", String::from_utf8_lossy(shown)))
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Digits that always fit 64 bits.
const SAFE_DIGITS: usize = 19;

/// The two ids of a plain line at the start of `bytes`, and where the next line starts.
///
/// Plain is what nearly all lines are: an id, one or more tabs or blanks, an id, a line end. None
/// means that [`parse`] has to look at the line.
#[inline]
pub(crate) fn parse_plain(bytes: &[u8]) -> Option<(u64, u64, usize)> {
    let (from, at) = plain_id(bytes, 0)?;
    let mut at = at;
    while matches!(bytes.get(at), Some(b'\t' | b' ')) {
        at += 1;
    }
    // Without a separator there are no digits here either, so the second id fails.
    let (to, mut at) = plain_id(bytes, at)?;
    if bytes.get(at) == Some(&b'\r') {
        at += 1;
    }
    (bytes.get(at) == Some(&b'\n')).then_some((from, to, at + 1))
}

#[inline]
fn plain_id(bytes: &[u8], start: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    let mut at = start;
    while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|d| *d < 10) {
        // Wraps only beyond the safe digits, where the result is thrown away.
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (1..=SAFE_DIGITS).contains(&(at - start)).then_some((value, at))
}

/// What a line says: an edge with its number of columns, or nothing (empty, or a comment). `line`
/// comes without its line end.
pub(crate) fn parse(line: &[u8]) -> Result<Option<(u64, u64, Columns)>, Malformed> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut columns =
        line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|column| !column.is_empty());
    let Some(first) = columns.next() else { return Ok(None) };
    if matches!(first[0], b'#' | b'%') {
        return Ok(None);
    }
    let from = id(first)?;
    let to = id(columns.next().ok_or(Malformed::OneId(from))?)?;
    let Some(third) = columns.next() else { return Ok(Some((from, to, Columns::Two))) };
    match columns.count() {
        0 if is_number(third) => Ok(Some((from, to, Columns::Three))),
        0 => Err(Malformed::NotANumber(Excerpt::of(third))),
        more => Err(Malformed::TooManyColumns(3 + more)),
    }
}

/// What a line says in a list whose edges have `expected` columns.
pub(crate) fn parse_as(line: &[u8], expected: Columns) -> Result<Option<(u64, u64)>, Malformed> {
    match parse(line)? {
        None => Ok(None),
        Some((from, to, found)) if found == expected => Ok(Some((from, to))),
        Some((_, _, found)) => {
            Err(Malformed::OtherColumns { found: found.count(), expected: expected.count() })
        }
    }
}

fn id(text: &[u8]) -> Result<u64, Malformed> {
    let value = text.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    });
    value.ok_or_else(|| Malformed::NotAnId(Excerpt::of(text)))
}

fn is_number(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_understood() {
        let max = u64::MAX;
        for (line, edge) in [
            ("0\t1", Some((0, 1, Columns::Two))),
            ("  30 \t 1412 \r", Some((30, 1412, Columns::Two))),
            ("18446744073709551615 00007", Some((max, 7, Columns::Two))),
            ("1 2 1082040961", Some((1, 2, Columns::Three))),
            ("1 2 -0.5", Some((1, 2, Columns::Three))),
            ("", None),
            (" \t\r", None),
            ("# Nodes: 3 Edges: 4", None),
            ("  % comment", None),
            ("#", None),
        ] {
            assert_eq!(parse(line.as_bytes()), Ok(edge), "{line:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, reason) in [
            ("7", "7 stands alone"),
            ("a b", "\"a\" is not a vertex id"),
            ("1 b", "\"b\" is not a vertex id"),
            ("1,2", "\"1,2\" is not a vertex id"),
            ("-1 2", "\"-1\" is not a vertex id"),
            ("1.5 2", "\"1.5\" is not a vertex id"),
            ("18446744073709551616 0", "0 to 18446744073709551615"),
            ("1 2 x", "\"x\" is not a number"),
            ("1 2 inf", "\"inf\" is not a number"),
            ("1 2 3 4 5", "5 columns"),
            ("1\u{a0}2 3", "is not a vertex id"),
            ("\u{1b}[2J 1", "\"\\u{1b}[2J\" is not"),
        ] {
            let error = parse(line.as_bytes()).expect_err(line).to_string();
            assert!(error.contains(reason), "{line:?}: {error}");
        }
        let long = vec![b'x'; 1000];
        assert!(parse(&long).unwrap_err().to_string().len() < 200);
        assert!(parse(b"\xff\xfe 1").is_err());
    }

    #[test]
    fn columns_must_be_those_of_the_first_edge() {
        assert_eq!(parse_as(b"1 2", Columns::Two), Ok(Some((1, 2))));
        assert_eq!(parse_as(b"1 2 3", Columns::Three), Ok(Some((1, 2))));
        assert_eq!(parse_as(b"# 1", Columns::Three), Ok(None));
        let error = parse_as(b"1 2 3", Columns::Two).unwrap_err().to_string();
        assert_eq!(error, "3 columns, but the first edge of the file has 2");
    }

    #[test]
    fn the_plain_way_leaves_what_is_not_plain() {
        assert_eq!(parse_plain(b"12\t34\r\n5"), Some((12, 34, 7)));
        assert_eq!(parse_plain(b"12  34\n"), Some((12, 34, 7)));
        for line in
            ["", "\n", "12", "12\n", "12 34", "12 34 \n", "1 2 3\n", "#1 2\n", "12\r34\n", " 1 2\n"]
        {
            assert_eq!(parse_plain(line.as_bytes()), None, "{line:?}");
        }
        assert_eq!(parse_plain(b"10000000000000000000 1\n"), None, "it has 20 digits");
    }

    proptest! {
        #[test]
        fn both_ways_agree(line in "[0-9]{0,22}[ \t]{0,3}[0-9]{0,22}[ \ta#]{0,2}\r?") {
            let bytes = format!("{line}\n").into_bytes();
            if let Some((from, to, next)) = parse_plain(&bytes) {
                prop_assert_eq!(next, bytes.len());
                prop_assert_eq!(parse(line.as_bytes()), Ok(Some((from, to, Columns::Two))));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(line in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = parse(&line).map_err(|error| error.to_string());
            let _ = parse_plain(&line);
        }
    }
}
