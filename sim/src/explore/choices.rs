//! A sequence of choices: what makes a run happen again.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

/// The index that was chosen at each choice point. Prints as `0.2.1`, equal neighbors in short as `0x3`; an
/// empty sequence as `-`. Can be read back.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choices(Vec<u32>);

impl Choices {
    /// How many choices there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The choice at a point, if the sequence goes that far.
    pub fn get(&self, at: usize) -> Option<usize> {
        self.0.get(at).map(|&choice| choice as usize)
    }

    /// Adds a choice.
    pub fn push(&mut self, choice: usize) {
        self.0.push(choice as u32);
    }
}

impl From<Vec<u32>> for Choices {
    fn from(choices: Vec<u32>) -> Choices {
        Choices(choices)
    }
}

impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return write!(f, "-");
        }
        let equal = self.0.chunk_by(|a, b| a == b).flat_map(|equal| equal.chunks(u16::MAX.into()));
        for (i, equal) in equal.enumerate() {
            let dot = if i > 0 { "." } else { "" };
            match equal {
                [choice] => write!(f, "{dot}{choice}")?,
                _ => write!(f, "{dot}{}x{}", equal[0], equal.len())?,
            }
        }
        Ok(())
    }
}

impl FromStr for Choices {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Choices, ParseIntError> {
        let mut choices = Vec::new();
        if text == "-" {
            return Ok(Choices(choices));
        }
        for part in text.split('.') {
            let (choice, times) = match part.split_once('x') {
                // More are printed in several parts; a typing error must not fill the memory.
                Some((choice, times)) => (choice, usize::from(times.parse::<u16>()?)),
                None => (part, 1),
            };
            choices.extend(std::iter::repeat_n(choice.parse::<u32>()?, times));
        }
        Ok(Choices(choices))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_back() {
        for (choices, text) in [
            (vec![], "-"),
            (vec![3], "3"),
            (vec![0, 2, 1], "0.2.1"),
            (vec![0, 0, 0, 2, 1, 1], "0x3.2.1x2"),
        ] {
            let choices = Choices(choices);
            assert_eq!(choices.to_string(), text);
            assert_eq!(text.parse::<Choices>().as_ref(), Ok(&choices));
        }
        for wrong in ["", "a", "1.", "1x", "1x99999999", "-1"] {
            assert!(wrong.parse::<Choices>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn long_repetitions_read_back() {
        let choices = Choices(vec![1; 70_000]);
        assert_eq!(choices.to_string(), "1x65535.1x4465");
        assert!(choices.to_string().parse().as_ref() == Ok(&choices));
    }
}
