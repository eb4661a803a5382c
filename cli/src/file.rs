//! Files that are written as a whole, so that nobody sees half of one.

use std::fs::Permissions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

/// Finds out beforehand whether the file can be written, without touching it.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    if !is_special(path) {
        // Says more plainly that there is no such folder.
        folder_of(path).metadata()?;
        NamedTempFile::new_in(folder_of(path))?;
    }
    Ok(())
}

/// Writes the file under another name and then renames it.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let write = |file: &std::fs::File| {
        let mut file = BufWriter::with_capacity(1 << 20, file);
        write(&mut file)?;
        file.flush()
    };
    if is_special(path) {
        return write(&std::fs::OpenOptions::new().write(true).open(path)?);
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
    write(file.as_file())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("figures");
        for text in ["one", "two"] {
            check(&path).unwrap();
            replace(&path, |file| file.write_all(text.as_bytes())).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        let failed = replace(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no more");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_written_is_refused_before_and_after() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        let path = folder.path().join("absent/figures");
        for error in [check(&path).unwrap_err(), replace(&path, |_| Ok(())).unwrap_err()] {
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
    }

    #[test]
    fn a_device_is_written_as_it_is() {
        check(Path::new("/dev/null")).unwrap();
        replace(Path::new("/dev/null"), |file| file.write_all(b"x")).unwrap();
    }
}
