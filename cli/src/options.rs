//! The command line.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use pangea::Model;
use pangea::cluster::CoordinatorConfig;
use verbs_shim::provider::Choice;

use crate::bench;
use crate::bench::options::BenchOptions;
use crate::demo::pagerank::node::NodeOptions;
use crate::job::trampoline::TrampolineOptions;
use crate::size::Size;

/// What each node caches when nothing is said.
pub(crate) const DEFAULT_CACHE: Size = Size::bytes(CoordinatorConfig::CACHE_BYTES as usize);

/// One memory, many machines: starts jobs of nodes that share one memory.
#[derive(Debug, Parser)]
#[command(name = "pangea", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a job: N processes of a program that share one memory
    ///
    /// Each node runs PROGRAM with the same arguments. Its output is shown with its rank before each
    /// line; signals that the launcher gets go to all nodes. Input goes to rank 0 unless it is a
    /// terminal. The exit status is 0 when all nodes ended with 0, else that of the node that failed
    /// first (128 + the signal's number when it was killed).
    Run(RunOptions),
    /// Show what Pangea does on a real problem, from one command
    Demo(DemoOptions),
    /// Measure what Pangea and the NIC under it can do
    Bench(Box<BenchOptions>),
    /// Show what this machine offers, and how to get what is missing
    Doctor,
    /// What runs in a node before its program.
    #[command(name = "__node", hide = true)]
    Node(TrampolineOptions),
    /// A node of a benchmark.
    #[command(name = "__bench", hide = true)]
    BenchNode(Box<bench::node::NodeOptions>),
    /// A node of the PageRank demo.
    #[command(name = "__pagerank", hide = true)]
    PageRankNode(NodeOptions),
}

/// What moves the bytes, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProviderOption {
    /// The best for where the nodes are: shm, since all are on this machine
    Auto,
    /// Memory that all nodes map
    Shm,
    /// An InfiniBand, RoCE or soft-RoCE device
    Verbs,
}

impl ProviderOption {
    /// The provider for a job whose nodes are all on this host.
    pub(crate) fn choice(self) -> Choice {
        match self {
            ProviderOption::Auto => Choice::recommended(true),
            ProviderOption::Shm => Choice::Shm,
            ProviderOption::Verbs => Choice::Verbs,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// How many nodes to start
    #[arg(short, long = "nodes", value_name = "N", value_parser = node_count())]
    pub(crate) nodes: u32,

    /// What moves the bytes between nodes
    #[arg(long, value_enum, default_value_t = ProviderOption::Auto)]
    pub(crate) provider: ProviderOption,

    /// Memory that each node contributes, such as 64M or 1GiB
    #[arg(long, value_name = "SIZE", env = "PANGEA_MEMORY", default_value = "256M")]
    pub(crate) memory: Size,

    /// Memory in which each node caches coherent data, such as 64M or 1GiB
    #[arg(long, value_name = "SIZE", env = "PANGEA_CACHE", default_value_t = DEFAULT_CACHE)]
    pub(crate) cache: Size,

    /// Where the coordinator listens for nodes, such as 0.0.0.0:7000 [default: this host only]
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,

    /// When a node dies, let the others go on to their ends
    ///
    /// The exit status is then 0 if a node ended with 0 and every other one ended with 0 or was
    /// killed, else that of the node that first ended with another status, or was killed.
    #[arg(long)]
    pub(crate) keep_going: bool,

    /// Show output as it is, without ranks before its lines; input goes to rank 0 from a terminal, too
    #[arg(long)]
    pub(crate) plain: bool,

    /// How long nodes may go on after another has failed
    #[arg(long, conflicts_with = "keep_going", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) grace: Duration,

    /// The program, then its arguments
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "PROGRAM"
    )]
    pub(crate) program: Vec<OsString>,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct DemoOptions {
    #[command(subcommand)]
    pub(crate) which: Option<Demo>,
    #[command(flatten)]
    pub(crate) job: DemoJobOptions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Demo {
    /// Rank the vertices of a graph by PageRank
    ///
    /// FILE is an edge list as SNAP publishes them: one edge on a line, as two numbers with tabs or
    /// blanks between them; lines that start with # or % are comments. A third column (weights,
    /// times) is ignored when all lines have one.
    #[command(name = "pagerank")]
    PageRank(PageRankOptions),
}

/// How many nodes do it, and on what.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct DemoJobOptions {
    /// How many nodes to start
    #[arg(short, long = "nodes", value_name = "N", default_value = "4", value_parser = node_count())]
    pub(crate) nodes: u32,

    /// What moves the bytes between nodes
    #[arg(long, value_enum, default_value_t = ProviderOption::Auto)]
    pub(crate) provider: ProviderOption,

    /// Memory that each node contributes [default: what the size of the graph calls for]
    #[arg(long, value_name = "SIZE", env = "PANGEA_MEMORY")]
    pub(crate) memory: Option<Size>,
}

#[derive(Debug, Args)]
pub(crate) struct PageRankOptions {
    /// The edge list
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) job: DemoJobOptions,

    /// Write `id<TAB>rank` for every vertex, sorted by id
    #[arg(long, short, value_name = "FILE.tsv")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) parameters: Parameters,
}

/// The parameters of PageRank.
#[derive(Clone, Copy, Debug, PartialEq, Args)]
pub(crate) struct Parameters {
    /// The share of rank that follows the edges; the rest is spread over all vertices
    #[arg(long, value_name = "FRACTION", default_value = "0.85", value_parser = damping)]
    pub(crate) damping: f64,

    /// Stop when a round changes the ranks by less than this, summed over all vertices
    #[arg(long, value_name = "CHANGE", default_value = "1e-10", value_parser = tolerance)]
    pub(crate) tolerance: f64,

    /// Give up after so many rounds [default: what the tolerance calls for, and some]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: Option<u32>,

    /// The consistency model of what the nodes tell each other: relaxed, strict, sequential or release
    #[arg(long, value_name = "MODEL", default_value_t = Model::Relaxed)]
    pub(crate) model: Model,
}

fn node_count() -> impl clap::builder::TypedValueParser<Value = u32> {
    clap::value_parser!(u32).range(1..=i64::from(CoordinatorConfig::MAX_SIZE))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let bad = || "a number of seconds is wanted, such as 10 or 0.5".to_owned();
    let seconds: f64 = text.parse().map_err(|_| bad())?;
    // More than a year is taken for a mistake, which also keeps the clock from overflowing.
    if !(0.0..=366.0 * 86_400.0).contains(&seconds) {
        return Err(bad());
    }
    Ok(Duration::from_secs_f64(seconds))
}

fn damping(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..1.0).contains(&value) => Ok(value),
        _ => Err("a number from 0 to less than 1 is wanted, such as 0.85".to_owned()),
    }
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("a number more than 0 is wanted, such as 1e-10".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        Options::try_parse_from(line.split(' '))
            .map(|options| options.command)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_is_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn run_takes_the_program_as_it_stands() {
        let Ok(Command::Run(run)) = parse("pangea run -n 3 --memory 1GiB -- prog -n 5 --x") else {
            panic!("not understood");
        };
        assert_eq!((run.nodes, run.memory), (3, Size::mebibytes(1024)));
        assert_eq!(run.program, ["prog", "-n", "5", "--x"]);
        assert_eq!((run.cache, run.keep_going, run.plain), (DEFAULT_CACHE, false, false));
        let Ok(Command::Run(run)) =
            parse("pangea run -n 3 --cache 2M --keep-going --plain prog --x")
        else {
            panic!("not understood");
        };
        assert_eq!((run.cache, run.keep_going, run.plain), (Size::mebibytes(2), true, true));
        let Ok(Command::Run(run)) = parse("pangea run -n 3 prog --memory 4") else {
            panic!("not understood");
        };
        assert_eq!(run.program, ["prog", "--memory", "4"]);
    }

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        for (line, reason) in [
            ("pangea run -n 0 -- x", "1..=65535"),
            ("pangea run -n 65536 -- x", "1..=65535"),
            ("pangea run -n four -- x", "invalid digit"),
            ("pangea run -n 2 --memory 0 -- x", "0 bytes"),
            ("pangea run -n 2 --memory 12Q -- x", "K, M, G or T"),
            ("pangea run -n 2 --cache lots -- x", "K, M, G or T"),
            ("pangea run -n 2 --keep-going --grace 3 -- x", "cannot be used with"),
            ("pangea run -n 2 --grace -1 -- x", "seconds"),
            ("pangea run -n 2 --grace nan -- x", "seconds"),
            ("pangea run -n 2 --provider tcp -- x", "auto, shm, verbs"),
            ("pangea run -n 2", "PROGRAM"),
            ("pangea demo pagerank f --damping 1", "less than 1"),
            ("pangea demo pagerank f --tolerance 0", "more than 0"),
            ("pangea demo pagerank f --rounds 0", "not in 1.."),
            ("pangea demo pagerank f --model lax", "relaxed, strict, sequential or release"),
            ("pangea demo pagerank", "FILE"),
        ] {
            let error = parse(line).expect_err(line);
            assert!(error.contains(reason), "{line}: {error}");
        }
    }

    #[test]
    fn the_demo_has_defaults() {
        let Ok(Command::Demo(demo)) = parse("pangea demo") else { panic!("not understood") };
        assert!(demo.which.is_none());
        assert_eq!(demo.job.nodes, 4);
        let Ok(Command::Demo(demo)) = parse("pangea demo pagerank g.txt -n 7 --output o") else {
            panic!("not understood");
        };
        let Some(Demo::PageRank(options)) = demo.which else { panic!("no demo") };
        assert_eq!((options.job.nodes, options.parameters.damping), (7, 0.85));
    }
}
