//! What every mechanism must do, checked for each of them.
//!
//! ```text
//! cargo test -p paging --test conformance                   all mechanisms that this machine has
//! cargo test -p paging --test conformance -- userfaultfd    this one
//! ```
//!
//! A mechanism that this machine lacks has its tests reported as ignored, with the reason. Tests that end a process run in
//! a child: this binary again, as `--child CASE MECHANISM` ([`children`]).

mod children;
mod faults;
mod home;
mod layouts;
mod sync_points;
mod system_calls;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};
use paging::Mechanism;

/// A test: its name, and what panics if it fails.
type Case = (&'static str, fn(Mechanism));

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, case, mechanism] = &arguments[..]
        && flag == "--child"
    {
        return children::run(case, mechanism);
    }
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for mechanism in Mechanism::ALL {
        let missing = mechanism.check().err();
        let cases: [&[Case]; 5] = [
            faults::CASES,
            layouts::CASES,
            sync_points::CASES,
            system_calls::CASES,
            children::CASES,
        ];
        for (name, case) in cases.into_iter().flatten().copied() {
            let missing = missing.clone();
            trials.push(Trial::ignorable_test(format!("{mechanism}::{name}"), move || {
                if let Some(reason) = missing {
                    return Ok(Completion::ignored_with(reason.to_string()));
                }
                case(mechanism);
                Ok(Completion::Completed)
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
