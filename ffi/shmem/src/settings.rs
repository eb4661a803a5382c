//! What the environment says.

use std::env;

use pangea::symmetric::Symmetric;

use crate::address::Space;
use crate::error::{Problem, problem};

/// The heap's size where nothing is said, and memory is pinned.
pub(crate) const SYMMETRIC_BYTES: u64 = 128 << 20;
/// The same where memory takes room when it is touched: the most that other implementations give.
pub(crate) const SPARSE_SYMMETRIC_BYTES: u64 = 512 << 20;
const PAGE: u64 = 4096;

const INFO: &str = "\
SHMEM_VERSION             set: the version is printed when the library is set up
SHMEM_INFO                set: this text is printed
SHMEM_SYMMETRIC_SIZE      bytes of the symmetric heap: a number, with k, m, g or t behind it if need be; without it
                          512m on shared memory, 128m over a NIC
SHMEM_DEBUG               set: says what is symmetric and why memory is refused, and checks every access the long way
SMA_VERSION, SMA_INFO, SMA_SYMMETRIC_SIZE, SMA_DEBUG
                          the same, by their names before OpenSHMEM 1.4
SHMEM_SYMMETRIC_HEAP_SIZE the same as SHMEM_SYMMETRIC_SIZE, by its name in Open MPI and Cray SHMEM
PANGEA_SHMEM_VARIABLES=0  global and static variables are not symmetric";

/// What the environment says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Nothing, if it does not say.
    pub symmetric_bytes: Option<u64>,
    pub version: bool,
    pub info: bool,
    pub debug: bool,
    pub variables: bool,
}

impl Settings {
    /// What the environment says.
    ///
    /// # Errors
    /// For a size that is none.
    pub(crate) fn from_env() -> Result<Settings, Problem> {
        let symmetric_bytes = match value("SYMMETRIC_SIZE").or_else(|| value("SYMMETRIC_HEAP_SIZE"))
        {
            Some((name, text)) => {
                Some(size(&text).map_err(|why| problem!("{name}={text}: {why}"))?)
            }
            None => None,
        };
        let is_set = |name| value(name).is_some();
        Ok(Settings {
            symmetric_bytes,
            version: is_set("VERSION"),
            info: is_set("INFO"),
            debug: is_set("DEBUG"),
            variables: env::var_os("PANGEA_SHMEM_VARIABLES").is_none_or(|value| value != "0"),
        })
    }

    /// Prints what was asked for.
    pub(crate) fn report(&self, symmetric: &Symmetric, space: &Space) {
        let is_first = symmetric.rank() == 0;
        if self.version && is_first {
            let version = env!("CARGO_PKG_VERSION");
            eprintln!("Pangea {version}, with OpenSHMEM 1.5, on {}", symmetric.node().provider());
        }
        if self.info && is_first {
            eprintln!("{INFO}");
        }
        if self.debug {
            let (rank, size) = (symmetric.rank(), symmetric.size());
            eprintln!("PE {rank} of {size}, process {}: {space}", std::process::id());
        }
    }
}

/// A variable of the specification by its present name, else by the one before 1.4.
fn value(name: &str) -> Option<(String, String)> {
    ["SHMEM_", "SMA_"].iter().find_map(|prefix| {
        let name = format!("{prefix}{name}");
        let value = env::var_os(&name)?;
        Some((name, value.to_string_lossy().into_owned()))
    })
}

/// A size as the specification has it: a number, fractions allowed, and a letter for a power of 1024. Whole pages.
fn size(text: &str) -> Result<u64, &'static str> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" => 10,
        "m" | "mb" => 20,
        "g" | "gb" => 30,
        "t" | "tb" => 40,
        _ => return Err("behind the number may be k, m, g or t"),
    };
    let number: f64 = digits.trim().parse().map_err(|_| "it is no number")?;
    let bytes = number * (1_u64 << shift) as f64;
    if !(1.0..=(1_u64 << 47) as f64).contains(&bytes) {
        return Err("it must be at least 1 byte and at most 128 t");
    }
    Ok((bytes as u64).next_multiple_of(PAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_with_letters() {
        for (text, bytes) in [
            ("4096", 4096),
            ("1", 4096),
            ("64k", 64 << 10),
            ("1.5M", 3 << 19),
            ("2 G", 2 << 30),
            ("1t", 1 << 40),
            ("100000", 102_400),
            (" 8mb ", 8 << 20),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "k", "0", "-1", "1x", "nan", "inf", "1e30", "5.5.5", "200t"] {
            size(text).expect_err(text);
        }
    }
}
