//! Litmus tests: small programs whose outcomes tell which consistency a memory has.
//!
//! A [`Program`] is a few threads that each do a few operations on a few words, in the form in which a
//! program would do them to an array of 64-bit elements. [`tests`] lists the standard ones in all their
//! variants; [`outcomes`] enumerates, with a model of its own and no code of the runtime, what each
//! may and should bring about; [`run()`] runs one over the real runtime in all orders; [`table`] sets what was
//! seen against what may be.
//!
//! | test | what happens | the telling outcome |
//! | --- | --- | --- |
//! | SB | each of two threads writes one word and reads the other | both read the old |
//! | MP | one writes data and then a flag; another reads the flag and then the data | new flag, old data |
//! | LB | each of two threads reads one word and writes the other | both read the new |
//! | WRC | one writes; one reads that and writes a flag; one reads the flag, then the first word | new, new, old |
//! | IRIW | two write a word each; two read both, in different order | the readers disagree |
//! | CoRR | one writes, another reads twice | new, then old |
//! | CoWR | two write one word; one of them then reads it | reads the other's, though its own comes last |
//! | 2+2W | two write both words, in different order | both first writes remain |

mod catalog;
mod command;
mod model;
mod report;
mod run;

pub use catalog::{Accesses, Homes, Shape, Test, tests};
pub use command::{LitmusArgs, command};
pub use model::{Outcomes, outcomes};
pub use report::{Cost, Row, judge, table};
pub use run::{Search, run};

use std::fmt;

/// The number of a word; see [`Program::homes`].
pub type Location = usize;

/// The number of a register, counted through all threads of a program; each is assigned once.
pub type Register = usize;

/// One operation of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A blocking write (`Array::put`).
    Put(Location, u64),
    /// A non-blocking write (`Array::put_nb`).
    PutNb(Location, u64),
    /// A blocking read (`Array::get`).
    Get(Location, Register),
    /// An atomic addition, which answers the word before (`Array::fetch_add`).
    FetchAdd(Location, u64, Register),
    /// An atomic read (`Array::load`).
    Load(Location, Register),
    /// Waits for all non-blocking writes of the thread (`Node::quiet`).
    Quiet,
    /// Orders (`Node::fence`).
    Fence,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Put(at, word) => write!(f, "put x{at} {word}"),
            Step::PutNb(at, word) => write!(f, "put_nb x{at} {word}"),
            Step::Get(at, register) => write!(f, "r{register} = get x{at}"),
            Step::FetchAdd(at, add, register) => write!(f, "r{register} = fetch_add x{at} {add}"),
            Step::Load(at, register) => write!(f, "r{register} = load x{at}"),
            Step::Quiet => write!(f, "quiet"),
            Step::Fence => write!(f, "fence"),
        }
    }
}

/// Threads, each on a node of its own (thread t on rank t), that share words. All words are zero at the
/// start, and all threads begin behind a barrier.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Program {
    /// What each thread does.
    pub threads: Vec<Vec<Step>>,
    /// The rank that is home to each word. It may be that of a thread, or of a node without one.
    pub homes: Vec<u32>,
    /// The words whose content at the end belongs to the outcome: after all threads called quiet and
    /// passed a barrier.
    pub finals: Vec<Location>,
}

impl Program {
    /// How many registers its threads assign.
    pub fn registers(&self) -> usize {
        let register = |step: &Step| match step {
            Step::Get(_, register) | Step::FetchAdd(_, _, register) | Step::Load(_, register) => {
                register + 1
            }
            _ => 0,
        };
        self.threads.iter().flatten().map(register).max().unwrap_or(0)
    }

    /// How many nodes it needs: as many as the highest rank named, and one more.
    pub fn nodes(&self) -> u32 {
        let homes = self.homes.iter().map(|home| home + 1).max().unwrap_or(0);
        homes.max(self.threads.len() as u32)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (thread, steps) in self.threads.iter().enumerate() {
            let steps: Vec<String> = steps.iter().map(Step::to_string).collect();
            writeln!(f, "node {thread}: {}", steps.join("; "))?;
        }
        for (location, home) in self.homes.iter().enumerate() {
            writeln!(f, "x{location} is at home on node {home}")?;
        }
        Ok(())
    }
}

/// What one run of a program brought about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Outcome {
    /// The registers.
    pub registers: Vec<u64>,
    /// The words named by [`Program::finals`].
    pub finals: Vec<u64>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers =
            |words: &[u64]| words.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        match (&self.registers[..], &self.finals[..]) {
            (registers, []) => write!(f, "{}", numbers(registers)),
            ([], finals) => write!(f, "[{}]", numbers(finals)),
            (registers, finals) => write!(f, "{} [{}]", numbers(registers), numbers(finals)),
        }
    }
}

#[cfg(test)]
mod tests;
