//! Programs whose nodes share plain memory: slices of a view, read and written like those of a `Vec`, with a
//! barrier or a lock where nodes hand on what they have written.
//!
//! `pangea run -n 4 -- target/release/examples/views PROGRAM [OPTIONS] [--verify]`
//!
//! | program | what is shared | what to look at |
//! | --- | --- | --- |
//! | `gemm` | matrices, by rows | slices that outlive guards, for kernels such as those of BLAS |
//! | `sor` | a grid, by rows | one part written in place while its neighbors are read |
//! | `is` | keys | each node writes its own part, and reads pieces of all others, many pages at once |
//! | `lu` | a matrix, by blocks | blocks placed where they are worked on |
//! | `nbody` | positions of bodies | two views that change places; one barrier for each step |
//! | `wordcount` | a text, and what was found in it | files read into memory that is shared; totals under a lock |
//!
//! Each says how long it took, and gives a checksum of its result, which depends on the input alone and not on
//! the number of nodes. With `--verify` the leader computes the same alone, in a `Vec`, and compares every bit;
//! of `wordcount`, each node what it has added up.
//! Iteration on two grids is in `examples/jacobi.rs`.

mod common;
mod gemm;
mod is;
mod lu;
mod nbody;
mod sor;
mod wordcount;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use common::{Job, Outcome, Result};

/// Programs whose nodes share plain memory.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    program: Program,
    /// Compare the result with what one process alone computes
    #[arg(long, global = true)]
    verify: bool,
    /// Bytes of a page: a power of two from 4096 to 2 MiB
    #[arg(long, global = true, default_value_t = 4096)]
    page_size: usize,
}

#[derive(Debug, Subcommand)]
enum Program {
    /// Multiply two matrices
    Gemm(gemm::Options),
    /// Spread heat over a plate by red-black successive over-relaxation
    Sor(sor::Options),
    /// Sort integers
    Is(is::Options),
    /// Factor a matrix into a lower and an upper triangle
    Lu(lu::Options),
    /// Let bodies attract each other
    Nbody(nbody::Options),
    /// Count the words of a text
    Wordcount(wordcount::Options),
}

impl Program {
    fn run(&self, job: &Job<'_>) -> Result<Outcome> {
        match self {
            Program::Gemm(options) => gemm::run(job, options),
            Program::Sor(options) => sor::run(job, options),
            Program::Is(options) => is::run(job, options),
            Program::Lu(options) => lu::run(job, options),
            Program::Nbody(options) => nbody::run(job, options),
            Program::Wordcount(options) => wordcount::run(job, options),
        }
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let node = pangea::join()?;
    let job = Job { node: &node, page_size: options.page_size, verify: options.verify };
    let Outcome { what, time, checksum } = options.program.run(&job)?;
    if node.is_leader() {
        let (nodes, time) = (node.size(), time.as_secs_f64());
        println!("{what}, on {nodes} nodes: {time:.6} s, checksum {checksum:016x}");
        if options.verify {
            println!("it is the same to the last bit as computed by one process alone");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outcome of a program on a job of one node, compared with its reference.
    fn alone(line: &str) -> Outcome {
        let options = Options::try_parse_from(line.split(' ')).unwrap();
        let node = pangea::join().unwrap();
        let job = Job { node: &node, page_size: options.page_size, verify: true };
        options.program.run(&job).unwrap()
    }

    #[test]
    fn every_program_agrees_with_its_reference() {
        let text = concat!(env!("CARGO_MANIFEST_DIR"), "/views/main.rs");
        for line in [
            "views gemm --size 70",
            "views sor --rows 13 --columns 600 --rounds 4",
            "views is --keys 5000 --bits 13",
            "views lu --size 100 --block 24",
            "views nbody --bodies 150 --steps 3",
            &format!("views wordcount {text}"),
        ] {
            let outcome = alone(line);
            assert_eq!(outcome.checksum, alone(line).checksum, "{line}");
            assert_ne!(outcome.checksum, 0, "{line}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        for (line, reason) in [
            ("views gemm --size 0", "--size"),
            ("views sor --omega 2", "between 0 and 2"),
            ("views is --bits 33", "--bits"),
            ("views lu --block 0", "--block"),
            ("views wordcount", "<FILE>"),
        ] {
            let error = Options::try_parse_from(line.split(' ')).unwrap_err().to_string();
            assert!(error.contains(reason), "{line}: {error}");
        }
    }
}
