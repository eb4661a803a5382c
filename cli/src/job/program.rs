//! Finds the program of a job, with the answers and exit statuses that shells give.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::failure::{Failure, NOT_EXECUTABLE, NOT_FOUND};

/// Where programs are sought when there is no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The file that `name` stands for: itself when it has a slash, else the first in `PATH`.
pub(crate) fn find(name: &OsStr) -> Result<PathBuf, Failure> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from(DEFAULT_PATH));
    find_in(name, &path)
}

fn find_in(name: &OsStr, path: &OsStr) -> Result<PathBuf, Failure> {
    let shown = Path::new(name).display();
    if name.is_empty() {
        return Err(Failure::usage("the name of the program is empty"));
    }
    if name.as_bytes().contains(&b'/') {
        return match judge(Path::new(name)) {
            Verdict::Executable => Ok(PathBuf::from(name)),
            Verdict::Not(reason) => Err(Failure::new(
                NOT_EXECUTABLE,
                format!("the program {shown} cannot be executed: {reason}"),
            )),
            Verdict::Absent(reason) => Err(Failure::new(
                NOT_FOUND,
                format!("the program {shown} does not exist: {reason}"),
            )),
        };
    }
    let mut refused = None;
    for directory in std::env::split_paths(path) {
        // An empty entry of PATH is the current folder.
        let file = Path::new(".").join(directory).join(name);
        match judge(&file) {
            Verdict::Executable => return Ok(file),
            Verdict::Not(reason) => {
                refused.get_or_insert((file, reason));
            }
            Verdict::Absent(_) => {}
        }
    }
    Err(match refused {
        Some((file, reason)) => Failure::new(
            NOT_EXECUTABLE,
            format!("the program {} cannot be executed: {reason}", file.display()),
        ),
        None => {
            let hint = if Path::new(name).is_file() {
                format!("; there is one in this folder: write ./{shown}")
            } else {
                String::new()
            };
            Failure::new(NOT_FOUND, format!("there is no program {shown} in PATH{hint}"))
        }
    })
}

enum Verdict {
    Executable,
    Not(String),
    Absent(String),
}

fn judge(file: &Path) -> Verdict {
    match std::fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Verdict::Not(error.to_string())
        }
        Err(error) => Verdict::Absent(error.to_string()),
        Ok(meta) if meta.is_dir() => Verdict::Not("it is a folder".to_owned()),
        Ok(_) => match access(file, Access::EXEC_OK) {
            Ok(()) => Verdict::Executable,
            Err(_) => Verdict::Not("permission denied (is it marked executable?)".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, mode) in [("runs", 0o755), ("text", 0o644)] {
            let file = folder.path().join(name);
            std::fs::write(&file, "#!/bin/sh\n").unwrap();
            std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
        }
        folder
    }

    #[test]
    fn programs_are_found_in_the_path() {
        let folder = folder();
        let path = std::env::join_paths([Path::new("/nowhere"), folder.path()]).unwrap();
        assert_eq!(find_in(OsStr::new("runs"), &path).unwrap(), folder.path().join("runs"));
        let failure = find_in(OsStr::new("text"), &path).unwrap_err();
        assert_eq!(failure.status(), NOT_EXECUTABLE);
        let failure = find_in(OsStr::new("absent"), &path).unwrap_err();
        assert_eq!(failure.status(), NOT_FOUND);
        assert!(failure.message().contains("absent"));
    }

    #[test]
    fn a_name_with_a_slash_is_a_file() {
        let folder = folder();
        let in_folder = |name: &str| folder.path().join(name).into_os_string();
        let nothing = OsStr::new("");
        assert_eq!(find_in(&in_folder("runs"), nothing).unwrap(), folder.path().join("runs"));
        for (name, status) in
            [("text", NOT_EXECUTABLE), ("absent", NOT_FOUND), ("", NOT_EXECUTABLE)]
        {
            assert_eq!(find_in(&in_folder(name), nothing).unwrap_err().status(), status, "{name}");
        }
    }
}
