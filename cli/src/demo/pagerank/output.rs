//! The file of ranks: `id<TAB>rank`, sorted by id, with 15 significant digits.

use std::fs::Permissions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

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

/// The folder in which a file is made.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether the file is something that must be written as it is, like a pipe or `/dev/stdout`.
fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

/// Finds out beforehand whether the file can be written, without touching it.
pub(crate) fn check(path: &Path) -> Result<(), CannotWrite> {
    if path.is_dir() {
        let source = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(CannotWrite { path: path.to_owned(), source });
    }
    if !is_special(path) {
        NamedTempFile::new_in(folder_of(path)).map_err(CannotWrite::to(path))?;
    }
    Ok(())
}

/// Writes the file under another name and then renames it, so that nobody sees half of it.
pub(crate) fn write(path: &Path, ids: &[u64], ranks: &[f64]) -> Result<(), CannotWrite> {
    let done = || -> io::Result<()> {
        if is_special(path) {
            return write_lines(std::fs::OpenOptions::new().write(true).open(path)?, ids, ranks);
        }
        // Temporary files are private, but this one is to become what anybody would have made.
        let mode = match path.metadata() {
            Ok(meta) => meta.permissions(),
            Err(_) => Permissions::from_mode(0o666),
        };
        let file = tempfile::Builder::new()
            .prefix(".pangea-")
            .permissions(mode)
            .tempfile_in(folder_of(path))?;
        write_lines(file.as_file(), ids, ranks)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    done().map_err(CannotWrite::to(path))
}

fn write_lines(file: impl Write, ids: &[u64], ranks: &[f64]) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, file);
    for (id, rank) in ids.iter().zip(ranks) {
        writeln!(file, "{id}\t{rank:.14e}")?;
    }
    file.flush()
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
    fn the_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ranks.tsv");
        for ranks in [[0.25], [0.5]] {
            check(&path).unwrap();
            write(&path, &[1], &ranks).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "1\t5.00000000000000e-1\n");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1, "nothing is left beside it");
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

    #[test]
    fn a_device_is_written_as_it_is() {
        check(Path::new("/dev/null")).unwrap();
        write(Path::new("/dev/null"), &[1], &[1.0]).unwrap();
    }
}
