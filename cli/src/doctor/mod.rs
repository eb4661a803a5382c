//! `pangea doctor`: what this machine offers, and how to get what is missing.
//!
//! | file | subject |
//! | --- | --- |
//! | `rdma.rs` | devices, soft-RoCE, locked memory |
//! | `memory.rs` | memory, huge pages, shared memory |
//! | `kernel.rs` | cores, pidfd |
//! | `views.rs` | page faults: userfaultfd, mprotect |
//!
//! Each probe looks or tries; none changes anything.

mod kernel;
mod memory;
mod rdma;
mod views;

use std::process::ExitCode;

use verbs_shim::provider::{AnyProvider, Choice, VerbsOptions};

use crate::failure::FAILED;
use crate::options::ProviderOption;
use crate::style::{bold, dim, green, red, wrap, yellow};

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// It is there.
    Ok,
    /// It is there, but less than it could be.
    Note,
    /// It is not there.
    Missing,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    mark: Mark,
    name: &'static str,
    /// What was found; more than one line for several things of a kind.
    found: Vec<String>,
    /// What to do about it.
    mend: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, found: impl Into<String>) -> Finding {
        Finding { mark: Mark::Ok, name, found: vec![found.into()], mend: None }
    }

    fn note(name: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Finding {
        let (found, mend) = (vec![found.into()], Some(mend.into()));
        Finding { mark: Mark::Note, name, found, mend }
    }

    fn missing(name: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Finding {
        let (found, mend) = (vec![found.into()], Some(mend.into()));
        Finding { mark: Mark::Missing, name, found, mend }
    }
}

/// Looks at everything and prints it. Fails only where no job could run at all.
pub(crate) fn run() -> ExitCode {
    let sections = [
        ("RDMA", rdma::findings()),
        ("Memory", memory::findings()),
        ("Kernel", kernel::findings()),
        ("Views", views::findings()),
        ("Providers", providers()),
    ];
    let works = sections[4].1.iter().any(|finding| finding.mark == Mark::Ok);
    let text: Vec<String> =
        sections.iter().map(|(name, findings)| section(name, findings)).collect();
    // Who closes the pipe early has seen enough.
    let _ = std::io::Write::write_all(&mut std::io::stdout().lock(), text.join("\n").as_bytes());
    if works { ExitCode::SUCCESS } else { ExitCode::from(FAILED) }
}

/// What programs can use.
fn providers() -> Vec<Finding> {
    let chosen = ProviderOption::Auto.choice();
    let finding = |choice: Choice| {
        let opened =
            VerbsOptions::from_env().and_then(|options| AnyProvider::open(choice, &options));
        match opened {
            Ok(provider) => {
                let capabilities = verbs_shim::provider::Provider::capabilities(&provider);
                let auto =
                    if choice == chosen { "; what `auto` takes for jobs of this host" } else { "" };
                Finding::ok(choice.name(), format!("works on {}{auto}", capabilities.device))
            }
            Err(error) => Finding::missing(choice.name(), "does not work here", error.to_string()),
        }
    };
    Choice::ALL.into_iter().rev().map(finding).collect()
}

/// Width of the column of names.
const NAMES: usize = 24;

fn section(name: &str, findings: &[Finding]) -> String {
    let mut text = format!("{}\n", bold(name));
    for finding in findings {
        let mark = match finding.mark {
            Mark::Ok => green("ok     ").to_string(),
            Mark::Note => yellow("note   ").to_string(),
            Mark::Missing => red("missing").to_string(),
        };
        for (at, found) in finding.found.iter().enumerate() {
            let (mark, name) =
                if at == 0 { (mark.as_str(), finding.name) } else { ("       ", "") };
            text += &format!("  {mark}  {name:<NAMES$}  {found}\n");
        }
        if let Some(mend) = &finding.mend {
            for line in wrap(mend, 64) {
                text += &format!("  {:7}  {:NAMES$}  {}\n", "", "", dim(line));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_aligned() {
        let findings = [
            Finding::ok("cores", "8"),
            Finding::missing("pages", "none", "ask for some"),
            Finding { found: vec!["a".to_owned(), "b".to_owned()], ..Finding::ok("devices", "") },
        ];
        let text = section("Things", &findings);
        let column = |line: &str, what: &str| line.find(what).expect("is in the line");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "Things");
        let at = column(lines[1], "8");
        assert_eq!(at, column(lines[2], "none"));
        assert_eq!(at, column(lines[3], "ask"));
        assert_eq!(at, column(lines[5], "b"));
        assert!(lines[2].contains("missing"));
    }

    #[test]
    fn shm_works_wherever_tests_run() {
        let shm = providers().into_iter().find(|finding| finding.name == "shm").unwrap();
        assert_eq!(shm.mark, Mark::Ok, "{shm:?}");
        assert!(shm.found[0].contains("auto"));
    }
}
