//! Sizes of memory as people write them: `64M`, `1GiB`, `4096`.

use std::fmt;
use std::str::FromStr;

/// A number of bytes, more than 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(usize);

/// Suffixes and the power of two that each stands for.
const UNITS: [(&str, u32); 5] = [("", 0), ("K", 10), ("M", 20), ("G", 30), ("T", 40)];

/// Why a text is not a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSize {
    /// No number with a known unit.
    #[error(
        "a size is a whole number with K, M, G or T behind it (powers of 1024), as in 64M or 1GiB"
    )]
    Malformed,
    /// Nothing.
    #[error("a size of 0 bytes is of no use")]
    Zero,
    /// More than there are addresses.
    #[error("this is more than {} bytes, which no machine can address", usize::MAX)]
    TooLarge,
}

impl Size {
    /// That many bytes; 0 counts as 1.
    pub const fn bytes(bytes: usize) -> Size {
        Size(if bytes == 0 { 1 } else { bytes })
    }

    /// That many mebibytes.
    pub const fn mebibytes(count: usize) -> Size {
        Size::bytes(count << 20)
    }

    /// The number of bytes.
    pub const fn get(self) -> usize {
        self.0
    }
}

impl FromStr for Size {
    type Err = BadSize;

    fn from_str(text: &str) -> Result<Size, BadSize> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, suffix) = text.split_at(end);
        if digits.is_empty() {
            return Err(BadSize::Malformed);
        }
        let suffix = suffix.trim_start().to_ascii_uppercase();
        let unit = suffix.strip_suffix("IB").filter(|unit| !unit.is_empty()).unwrap_or(&suffix);
        let unit = if unit == "B" { "" } else { unit };
        let (_, shift) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(BadSize::Malformed)?;
        // Digits alone can fail only by being too many.
        let number: usize = digits.parse().map_err(|_| BadSize::TooLarge)?;
        match number.checked_mul(1 << shift) {
            None => Err(BadSize::TooLarge),
            Some(0) => Err(BadSize::Zero),
            Some(bytes) => Ok(Size(bytes)),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&text(self.0 as u64))
    }
}

/// Bytes in the largest unit that leaves a number of at least 1, exact where that is short.
pub fn text(bytes: u64) -> String {
    let Some((unit, shift)) = UNITS.iter().rev().find(|(_, shift)| bytes >> shift > 0) else {
        return "0 B".to_owned();
    };
    let unit = if *shift == 0 { "B".to_owned() } else { format!("{unit}iB") };
    if bytes.is_multiple_of(1 << shift) {
        format!("{} {unit}", bytes >> shift)
    } else {
        format!("{:.1} {unit}", bytes as f64 / (1_u64 << shift) as f64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_read() {
        let cases = [
            ("1", 1),
            ("4096", 4096),
            ("7B", 7),
            ("64K", 64 << 10),
            ("64M", 64 << 20),
            ("64m", 64 << 20),
            ("1G", 1 << 30),
            ("1GiB", 1 << 30),
            ("3 MiB", 3 << 20),
            ("2T", 2 << 40),
        ];
        for (text, bytes) in cases {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "M", "-1", "1.5G", "1GB", "1iB", "12X", "1 2", "0x10", "∞"] {
            assert_eq!(text.parse::<Size>(), Err(BadSize::Malformed), "{text}");
        }
        for text in ["0", "0K", "00T"] {
            assert_eq!(text.parse::<Size>(), Err(BadSize::Zero), "{text}");
        }
        for text in ["99999999999999999999", "99999999T"] {
            assert_eq!(text.parse::<Size>(), Err(BadSize::TooLarge), "{text}");
        }
    }

    #[test]
    fn sizes_are_shown_short() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (256 << 20, "256 MiB"),
            (3 << 40, "3 TiB"),
        ];
        for (bytes, shown) in cases {
            assert_eq!(text(bytes), shown);
        }
    }

    proptest! {
        #[test]
        fn whole_sizes_survive_the_round_trip(number in 1_usize..1024, unit in 0_usize..4) {
            let size = Size(number << UNITS[unit].1);
            prop_assert_eq!(size.to_string().parse(), Ok(size));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,24}") {
            let _ = text.parse::<Size>();
        }
    }
}
