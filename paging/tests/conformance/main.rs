//! What every mechanism must do, checked for each of them.
//!
//! ```text
//! cargo test -p paging --test conformance                   all mechanisms that this machine has
//! cargo test -p paging --test conformance -- userfaultfd    this one
//! ```
//!
//! What needs no faults is checked by hand, too: there `load` and `store` announce themselves.
//!
//! A mechanism that this machine lacks has its tests reported as ignored, with the reason. Tests that end a process run in
//! a child: this binary again, as `--child CASE MECHANISM` ([`children`], [`child`]).

mod adopted;
mod child;
mod children;
mod faults;
mod home;
mod joined;
mod layouts;
mod own;
mod runs;
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
        return child::run(case, mechanism);
    }
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    let alike: [&[Case]; 6] = [
        adopted::CASES,
        faults::CASES,
        layouts::CASES,
        own::CASES,
        runs::CASES,
        sync_points::CASES,
    ];
    let faulting: [&[Case]; 5] =
        [own::AMID, runs::OPENED, sync_points::AMID, system_calls::CASES, children::CASES];
    for mechanism in Mechanism::ALL {
        add(&mut trials, mechanism, alike.iter().chain(&faulting));
    }
    let relax = |_: u32| std::thread::yield_now();
    add(&mut trials, Mechanism::ByHand { relax }, alike.iter());
    trials.extend(joined::CASES.iter().map(|(name, case)| {
        Trial::test(format!("joined::{name}"), move || {
            case();
            Ok(())
        })
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn add<'a>(
    trials: &mut Vec<Trial>,
    mechanism: Mechanism,
    cases: impl Iterator<Item = &'a &'static [Case]>,
) {
    let missing = mechanism.check().err();
    for (name, case) in cases.copied().flatten().copied() {
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
