//! `pangea`: starts jobs of nodes that share one memory, shows what that is good for, and tells what
//! this machine offers.
//!
//! | folder or file | subject |
//! | --- | --- |
//! | `options.rs` | the command line |
//! | `job/` | nodes that are started, watched and ended together |
//! | `bench/` | measures what Pangea and the NIC under it can do |
//! | `demo/` | programs that show Pangea at work |
//! | `doctor/` | what this machine offers, with the mends |
//! | `machine/` | facts read from the kernel |
//! | `style.rs`, `failure.rs`, `file.rs` | looks, errors, files written as a whole |

mod bench;
mod demo;
mod doctor;
mod failure;
mod file;
mod job;
mod machine;
mod options;
mod style;

use std::process::ExitCode;

use clap::Parser;
use pangea::cluster::size;

use failure::Failure;
use job::{Job, Manner, Program};
use options::{Command, Options, RunOptions};

fn main() -> ExitCode {
    let options = Options::parse();
    // PANGEA_LOG=debug shows more, PANGEA_LOG=off nothing.
    env_logger::Builder::from_env(env_logger::Env::new().filter_or("PANGEA_LOG", "warn"))
        .format_timestamp(None)
        .init();
    let done = match options.command {
        Command::Run(options) => run(options),
        Command::Demo(options) => demo::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Doctor => Ok(doctor::run()),
        Command::Node(options) => Ok(job::trampoline::become_program(&options)),
        Command::BenchNode(options) => Ok(bench::node::run(&options)),
        Command::PageRankNode(options) => Ok(demo::pagerank::node::run(&options)),
    };
    done.unwrap_or_else(|failure| failure.report())
}

/// `pangea run`
fn run(options: RunOptions) -> Result<ExitCode, Failure> {
    let mut words = options.program.into_iter();
    let name = words.next().ok_or_else(|| Failure::usage("no program was given"))?;
    let job = Job {
        size: options.nodes,
        provider: options.provider.choice(),
        verbs: None,
        memory: options.memory,
        cache: options.cache,
        keep_going: options.keep_going,
        listen: options.listen,
        grace: options.grace,
        program: Program::find(name, words.collect())?,
        manner: if options.plain { Manner::Plain } else { Manner::Launcher },
    };
    job.run()
}
