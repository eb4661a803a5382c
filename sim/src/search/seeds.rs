//! [`Seeds`]: which seeds are to be run, and the batches that they are cut into.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Seeds: one, some, or from one on without end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeds {
    from: u64,
    /// Behind the last; `None` without end.
    to: Option<u64>,
}

impl Seeds {
    /// Whether it is one only.
    pub fn is_single(&self) -> bool {
        self.from.checked_add(1).is_some_and(|next| self.to == Some(next))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = u64> + use<> {
        self.from..self.to.unwrap_or(u64::MAX)
    }

    /// Cut into batches of at most `size`.
    pub(super) fn batches(&self, size: u64) -> impl Iterator<Item = Range<u64>> + use<> {
        let (mut next, end) = (self.from, self.to.unwrap_or(u64::MAX));
        std::iter::from_fn(move || {
            let from = next;
            next = from.saturating_add(size).min(end);
            (from < next).then_some(from..next)
        })
    }

    /// How many there are, if they have an end.
    pub(super) fn count(&self) -> Option<u64> {
        self.to.map(|to| to - self.from)
    }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(_) if self.is_single() => write!(f, "{}", self.from),
            Some(to) => write!(f, "{}..{to}", self.from),
            None => write!(f, "{}..", self.from),
        }
    }
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Seeds, String> {
        let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text:?}: {error}"));
        match text.split_once("..") {
            None => {
                let from = number(text)?;
                let to = from.checked_add(1).ok_or("this seed is too large")?;
                Ok(Seeds { from, to: Some(to) })
            }
            Some((from, "")) => Ok(Seeds { from: number(from)?, to: None }),
            Some((from, to)) => {
                let (from, to) = (number(from)?, number(to)?);
                if from >= to {
                    return Err("these are no seeds".to_owned());
                }
                Ok(Seeds { from, to: Some(to) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_read_as_they_are_written() {
        for text in ["7", "0..5", "3.."] {
            assert_eq!(text.parse::<Seeds>().expect("are seeds").to_string(), text);
        }
        for text in ["", "x", "5..5", "5..3", "..3", "18446744073709551615"] {
            assert!(text.parse::<Seeds>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn batches_are_all_seeds_once() {
        let seeds: Seeds = "3..25".parse().expect("are seeds");
        let batches: Vec<_> = seeds.batches(10).collect();
        assert_eq!(batches, [3..13, 13..23, 23..25]);
        assert_eq!(seeds.iter().count() as u64, seeds.count().expect("they end"));
        let endless: Seeds = "9..".parse().expect("are seeds");
        assert_eq!(endless.batches(5).nth(2), Some(19..24));
        assert!(!endless.is_single() && endless.count().is_none());
    }
}
