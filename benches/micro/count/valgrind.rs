//! Runs this program under callgrind, and reads what it has counted.
//!
//! Callgrind writes a file each time the function that is counted returns, in the order of the calls.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{PidfdFlags, getpid, pidfd_open};

use super::Outcome;
use super::counted::{ROUNDS, TIMES};

/// The argument that makes this program the one that is counted.
pub(super) const COUNTED: &str = "--counted";

/// The function that is counted.
const FUNCTION: &str = "pangea_counted_by_callgrind";

/// Instructions of one operation, by name.
pub(super) fn count() -> Outcome<BTreeMap<String, f64>> {
    let folder = tempfile::tempdir()?;
    let option = |name: &str, value: &Path| {
        let mut option = OsString::from(format!("--{name}="));
        option.push(value);
        option
    };
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--compress-strings=no"])
        .arg(format!("--toggle-collect={FUNCTION}"))
        .arg(format!("--dump-after={FUNCTION}"))
        .arg(option("callgrind-out-file", &folder.path().join("counts")))
        .arg(option("log-file", &folder.path().join("log")))
        .arg(std::env::current_exe()?)
        .arg(COUNTED)
        .stdin(Stdio::from(pidfd_open(getpid(), PidfdFlags::empty())?))
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            format!("valgrind cannot be started: {error}; install it (Debian: valgrind)")
        })?;
    if !output.status.success() {
        let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
        return Err(format!("valgrind ended with {}\n{log}", output.status).into());
    }
    let names = String::from_utf8(output.stdout)?;
    let mut counts = BTreeMap::new();
    for (number, name) in names.lines().enumerate() {
        let mut least = u64::MAX;
        for round in 0..ROUNDS {
            // Numbered from 1.
            let file = folder.path().join(format!("counts.{}", number * ROUNDS + round + 1));
            let text = fs::read_to_string(&file)
                .map_err(|error| format!("callgrind has not counted {name:?}: {error}"))?;
            least = least.min(total(&text).ok_or_else(|| format!("no total in {file:?}"))?);
        }
        // To a tenth, which is what can be told of so many.
        let each = (least as f64 / f64::from(TIMES) * 10.0).round() / 10.0;
        counts.insert(name.to_owned(), each);
    }
    Ok(counts)
}

/// All that was counted in a file of callgrind.
fn total(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix("totals: "))?.trim().parse().ok()
}
