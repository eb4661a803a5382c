//! The program that callgrind runs: each operation some times, and its name on standard output.

use std::hint::black_box;
use std::os::fd::AsFd;
use std::process::ExitCode;

use super::Outcome;
use super::ground::Ground;
use super::operations::{self, Meter};

/// Operations that are counted together. As many pins of a thread are a multiple of those after which it looks at the
/// time, so that such a look is in each count as often.
pub(super) const TIMES: u32 = 256;

/// Counts of each operation, of which the least is taken: what happens by the clock, as that copies are to be validated
/// again, is in one of them at most.
pub(super) const ROUNDS: usize = 3;

/// Operations before the first that are counted: connections are made, and copies in the cache.
const WARM_UP: u32 = 64;

/// What is in here is counted, and nothing else: callgrind looks for the name, of which there is no other.
#[inline(never)]
#[unsafe(no_mangle)]
fn pangea_counted_by_callgrind(work: &mut dyn FnMut()) {
    work();
    // Or the call would be a jump, and the function over too early.
    black_box(());
}

struct Counted;

impl Meter for Counted {
    fn operation(&mut self, name: &str, mut run: impl FnMut()) {
        (0..WARM_UP).for_each(|_| run());
        for _ in 0..ROUNDS {
            pangea_counted_by_callgrind(&mut || (0..TIMES).for_each(|_| run()));
        }
        println!("{name}");
    }
}

/// Runs all operations. Standard input is a pidfd of the program that has started this one, because valgrind knows no
/// way to open one.
pub(super) fn run() -> Outcome<ExitCode> {
    let process = std::io::stdin().as_fd().try_clone_to_owned()?;
    operations::all(&mut Counted, &Ground { process: Some(process) });
    Ok(ExitCode::SUCCESS)
}
