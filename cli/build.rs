//! Tells the program what it was built from and with, for the reports of `pangea bench`: the compiler, the profile
//! and the commit.
//!
//! It runs again when the commit changes, or a source that goes into the program: when the program is built again
//! anyway. From a source archive, or without git, the commit is `unknown`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What goes into the program, from the root of the workspace.
const SOURCES: [&str; 9] = [
    "Cargo.toml",
    "Cargo.lock",
    "cli/Cargo.toml",
    "cli/build.rs",
    "cli/src",
    "runtime/Cargo.toml",
    "runtime/src",
    "verbs-shim/Cargo.toml",
    "verbs-shim/src",
];

fn main() {
    let rustc = env::var("RUSTC")
        .ok()
        .and_then(|rustc| output(Command::new(rustc).arg("--version")))
        .unwrap_or_else(unknown);
    let profile = env::var("PROFILE").unwrap_or_else(|_| unknown());
    println!("cargo::rustc-env=PANGEA_BUILD_RUSTC={rustc}");
    println!("cargo::rustc-env=PANGEA_BUILD_PROFILE={profile}");

    // As it is now: this program may have been built before the checkout was moved.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").expect("cargo says it");
    let root = Path::new(&manifest).join("..");
    for source in SOURCES {
        again_when_changed(&root.join(source));
    }
    let commit = Repository::of(&root).and_then(|repository| repository.commit());
    println!("cargo::rustc-env=PANGEA_BUILD_COMMIT={}", commit.unwrap_or_else(unknown));
}

fn unknown() -> String {
    "unknown".to_owned()
}

/// Cargo would run this script each time for a file that is not there.
fn again_when_changed(path: &Path) {
    if path.exists() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

/// The git repository whose root is that of the workspace.
struct Repository {
    root: PathBuf,
}

impl Repository {
    /// None for sources that are no repository, also when they lie within that of something else.
    fn of(root: &Path) -> Option<Repository> {
        let root = root.canonicalize().ok()?;
        let repository = Repository { root };
        let top = repository.git(&["rev-parse", "--show-toplevel"])?;
        (Path::new(&top).canonicalize().ok()? == repository.root).then_some(repository)
    }

    /// The commit in short, with `-dirty` when a source is not as it was committed.
    fn commit(&self) -> Option<String> {
        // Each commit and checkout writes the log of HEAD; where there is none, HEAD's branch.
        let branch = self.git(&["symbolic-ref", "--quiet", "HEAD"]);
        for file in ["HEAD", "logs/HEAD"].into_iter().chain(branch.as_deref()) {
            if let Some(path) = self.git(&["rev-parse", "--git-path", file]) {
                again_when_changed(&self.root.join(path));
            }
        }
        let commit = self.git(&["rev-parse", "--short=12", "HEAD"])?;
        let changes = self.git(&[&["status", "--porcelain", "--"], &SOURCES[..]].concat())?;
        Some(if changes.is_empty() { commit } else { format!("{commit}-dirty") })
    }

    fn git(&self, arguments: &[&str]) -> Option<String> {
        let mut command = Command::new("git");
        // Inside of a git hook these name another repository, or another index.
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(variable);
        }
        command.current_dir(&self.root).arg("--no-optional-locks").args(arguments);
        output(&mut command)
    }
}

/// What a command prints, trimmed; none when it fails or is not there.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
