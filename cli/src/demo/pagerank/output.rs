//! The file of ranks: `id<TAB>rank`, sorted by id, with 15 significant digits.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::file;

/// The ranks could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the ranks cannot be written to {}: {source}", path.display())]
pub(crate) struct CannotWrite {
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl CannotWrite {
    fn to(path: &Path) -> impl FnOnce(io::Error) -> CannotWrite + '_ {
        move |source| CannotWrite { path: path.to_owned(), source }
    }
}

/// Finds out beforehand whether the file can be written, without touching it.
pub(crate) fn check(path: &Path) -> Result<(), CannotWrite> {
    file::check(path).map_err(CannotWrite::to(path))
}

/// Writes the file as a whole.
pub(crate) fn write(path: &Path, ids: &[u64], ranks: &[f64]) -> Result<(), CannotWrite> {
    file::replace(path, |file| write_lines(file, ids, ranks)).map_err(CannotWrite::to(path))
}

fn write_lines(file: &mut dyn Write, ids: &[u64], ranks: &[f64]) -> io::Result<()> {
    for (id, rank) in ids.iter().zip(ranks) {
        writeln!(file, "{id}\t{rank:.14e}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_fifteen_digits() {
        let mut text = Vec::new();
        write_lines(&mut text, &[3, u64::MAX], &[1.0 / 3.0, 4.25e-7]).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, "3\t3.33333333333333e-1\n18446744073709551615\t4.25000000000000e-7\n");
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = check(folder.path()).unwrap_err().to_string();
        assert!(error.contains("directory"), "{error}");
        let path = folder.path().join("absent/ranks.tsv");
        for error in [check(&path).unwrap_err(), write(&path, &[], &[]).unwrap_err()] {
            let error = error.to_string();
            assert!(error.contains("absent/ranks.tsv") && error.contains("No such"), "{error}");
        }
    }
}
