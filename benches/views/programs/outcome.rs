//! What a program says of its result and its time.

use std::path::Path;

/// How a program says it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says {
    /// `WHAT, on 4 nodes: TIME s, checksum SUM`
    Checksum,
    /// `build TIME UNIT`, `iterate TIME UNIT`; ranks in a file.
    Ranks,
}

/// What it has come to.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    pub(crate) result: Found,
}

/// A result.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// Of what, and its checksum.
    Checksum(String),
    /// By vertex.
    Ranks(Vec<(u64, f64)>),
}

/// Ranks of the two versions are sums in different orders.
const CLOSE: f64 = 1e-8;

impl Found {
    pub(crate) fn agrees(&self, other: &Found) -> bool {
        match (self, other) {
            (Found::Ranks(ours), Found::Ranks(theirs)) => {
                let close =
                    |(a, b): (&(u64, f64), &(u64, f64))| a.0 == b.0 && (a.1 - b.1).abs() < CLOSE;
                ours.len() == theirs.len() && ours.iter().zip(theirs).all(close)
            }
            _ => self == other,
        }
    }
}

impl Outcome {
    /// From what was printed, and the file that may have been written.
    pub(crate) fn of(says: Says, printed: &str, file: &Path) -> Result<Outcome, String> {
        let outcome = match says {
            Says::Checksum => checksum(printed),
            Says::Ranks => {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| format!("{}: {error}", file.display()))?;
                ranks(printed, &text)
            }
        };
        outcome.ok_or_else(|| format!("no result in what it has said: {}", printed.trim()))
    }
}

/// Lines without the rank in brackets, which the launcher puts before them.
fn lines(printed: &str) -> impl Iterator<Item = &str> {
    printed.lines().map(|line| match line.split_once("] ") {
        Some((rank, rest)) if rank.starts_with('[') => rest,
        _ => line,
    })
}

fn checksum(printed: &str) -> Option<Outcome> {
    lines(printed).find_map(|line| {
        let (what, rest) = line.split_once(", on ")?;
        let (_, rest) = rest.split_once(": ")?;
        let (seconds, sum) = rest.split_once(" s, checksum ")?;
        let result = Found::Checksum(format!("{what}: {}", sum.trim()));
        Some(Outcome { seconds: seconds.parse().ok()?, result })
    })
}

fn ranks(printed: &str, file: &str) -> Option<Outcome> {
    let phase = |name: &str| {
        lines(printed).find_map(|line| {
            let mut words = line.split_whitespace();
            let (first, number, unit) = (words.next()?, words.next()?, words.next()?);
            let scale = match unit {
                "s" => 1.0,
                "ms" => 1e-3,
                "µs" => 1e-6,
                _ => return None,
            };
            (first == name).then_some(number.parse::<f64>().ok()? * scale)
        })
    };
    let rank = |line: &str| {
        let (id, rank) = line.split_once('\t')?;
        Some((id.parse().ok()?, rank.parse().ok()?))
    };
    let ranks = file.lines().map(rank).collect::<Option<Vec<_>>>()?;
    Some(Outcome { seconds: phase("build")? + phase("iterate")?, result: Found::Ranks(ranks) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_found() {
        let printed =
            "[0] sor of 5 × 5, 3 rounds, on 4 nodes: 0.250000 s, checksum 00e5\n[0] it is\n";
        let outcome = checksum(printed).expect("is there");
        let result = Found::Checksum("sor of 5 × 5, 3 rounds: 00e5".to_owned());
        assert_eq!(outcome, Outcome { seconds: 0.25, result });
        assert_eq!(checksum(printed.trim_start_matches("[0] ")), Some(outcome));
        assert_eq!(checksum("gemm failed"), None);
    }

    #[test]
    fn ranks_need_not_agree_to_the_last_bit() {
        let printed = "  build      12.0 ms  5 edges\n  iterate   1.50 s  29 rounds\n";
        let outcome = ranks(printed, "1\t5e-1\n2\t2.5e-1\n").expect("is there");
        assert!((outcome.seconds - 1.512).abs() < 1e-12);
        let other = Found::Ranks(vec![(1, 0.5 + 1e-10), (2, 0.25)]);
        assert!(outcome.result.agrees(&other));
        assert!(!outcome.result.agrees(&Found::Ranks(vec![(1, 0.5), (2, 0.26)])));
        assert!(!outcome.result.agrees(&Found::Ranks(vec![(1, 0.5)])));
        assert_eq!(ranks(printed, "1 5e-1\n"), None);
    }
}
