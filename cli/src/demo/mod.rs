//! Programs that show Pangea at work, each from one command.

mod generate;
pub(crate) mod pagerank;

use std::process::ExitCode;

use pangea::Model;

use crate::failure::Failure;
use crate::options::{Demo, DemoJobOptions, DemoOptions, PageRankOptions, Parameters};
use crate::style::{bold, dim};

/// `pangea demo`
pub(crate) fn run(options: &DemoOptions) -> Result<ExitCode, Failure> {
    match &options.which {
        Some(Demo::PageRank(options)) => page_rank_of_file(options),
        None => tour(options.job),
    }
}

fn page_rank_of_file(options: &PageRankOptions) -> Result<ExitCode, Failure> {
    let input = pagerank::Input::of_file(&options.file)?;
    pagerank::run(&input, options.job, options.parameters, options.output.as_deref())
}

/// The usual parameters of PageRank.
const PARAMETERS: Parameters =
    Parameters { damping: 0.85, tolerance: 1e-10, rounds: None, model: Model::Relaxed };

/// The demo without any input: PageRank on a made-up graph, with words around it.
fn tour(job: DemoJobOptions) -> Result<ExitCode, Failure> {
    let graph = generate::EdgeList::new(generate::SCALE, generate::EDGES, generate::SEED)
        .map_err(|error| Failure::failed(format_args!("the graph cannot be made: {error}")))?;
    let provider = job.provider.choice();
    println!(
        "{}\n\n\
         {} processes will share one memory through the provider {provider}, and compute the\n\
         PageRank of a made-up graph together. Each reads its share of the edges; ids, edges and\n\
         ranks travel as one-sided reads and writes of each other's memory.\n",
        bold("Pangea: one memory, many machines"),
        job.nodes,
    );
    let input = pagerank::Input::of_generated(&graph)?;
    let status = pagerank::run(&input, job, PARAMETERS, None)?;
    if status == ExitCode::SUCCESS {
        println!("{}", next_steps());
    }
    Ok(status)
}

fn next_steps() -> String {
    let step = |command: &str, what: &str| format!("  {command:<52} {}\n", dim(what));
    [
        format!("\n{}\n", bold("Next")),
        step(
            "pangea demo pagerank FILE -n 7 --output ranks.tsv",
            "a graph of yours (SNAP has many)",
        ),
        step("pangea run -n 4 -- PROGRAM", "a program of yours that calls pangea::join()"),
        step("pangea doctor", "what this machine offers, RDMA included"),
    ]
    .concat()
    .trim_end()
    .to_owned()
}
