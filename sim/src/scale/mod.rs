//! What operations cost and how that grows with the number of nodes; and how fast the simulator is.
//!
//! One [`measure`] is one job: its nodes join, create arrays, and take the steps of `program.rs`
//! together. Between two steps all of them meet outside of the simulated network, and whoever comes
//! last reads every node's counters (operations, bytes and queue pairs at its provider, messages at
//! the simulated wires). Nothing is computed from formulas; the formulas come afterwards, in
//! [`Report::problems`], which compares them with what was counted.
//!
//! | file | what |
//! | --- | --- |
//! | `program.rs` | the job, and its steps |
//! | `ledger.rs` | where nodes meet, and who counts |
//! | `report.rs` | what was counted, and what is to be expected of it |
//! | `table.rs` | tables of it |
//! | `document.rs` | the same in a document |
//! | `speed.rs` | simulated operations per second of real time |
//! | `mod.rs` | the command, with a process for each number of nodes |
//!
//! Each number of nodes has a process of its own, because the most memory that it ever had is what
//! the system tells about a process.

mod document;
mod ledger;
mod program;
mod report;
mod speed;
mod table;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub use program::measure;
pub use report::{Cost, Report, Spread};
pub use speed::{Speed, Weather, measure_speed};

/// Operations under steady load, in sum.
const STEADY: u64 = 1 << 16;

/// How the results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Columns, for people.
    Table,
    /// Tables for a document.
    Markdown,
    /// One object in each line, with all that was counted.
    Json,
}

/// What the command line says.
#[derive(Clone, Debug, clap::Args)]
pub struct ScaleArgs {
    /// Numbers of nodes
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "2,4,8,16,32,64,128,256,512,1024,2048,4096",
        value_parser = clap::value_parser!(u32).range(2..=65_535)
    )]
    pub nodes: Vec<u32>,
    /// How the results are printed
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// Write tables and speed into this document, in place of those that are in it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["speed", "here", "format"])]
    pub update: Option<PathBuf>,
    /// Those of them for which the cost of each step is shown
    #[arg(long, value_delimiter = ',', default_value = "16,4096")]
    pub costs: Vec<u32>,
    /// Measure the speed of the simulator instead
    #[arg(long)]
    pub speed: bool,
    /// Runs of which the median speed is taken
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub runs: u32,
    /// Operations of each run, in sum over its 16 nodes
    #[arg(long, default_value_t = 400_000)]
    pub operations: u64,
    /// Where all chance comes from; with the default no thread loses its processor amid its work
    #[arg(long, default_value_t = 13)]
    pub seed: u64,
    /// Measure in this process, which then is of one number of nodes only
    #[arg(long, hide = true)]
    pub here: bool,
}

/// Measures, prints, and says whether all was as expected.
///
/// # Errors
/// When nothing can be printed, or a process not be started or understood.
pub fn command(args: &ScaleArgs) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    if args.here {
        let mut good = true;
        for &nodes in &args.nodes {
            let mut report = measure(nodes, STEADY, args.seed);
            report.peak_bytes = peak_bytes();
            good &= report.problems().is_empty();
            writeln!(out, "{}", report.to_json()?)?;
        }
        return Ok(good);
    }
    if args.speed {
        let (text, good) = speed::lines(args, args.format)?;
        out.write_all(text.as_bytes())?;
        return Ok(good);
    }
    let mut reports = Vec::new();
    for &nodes in &args.nodes {
        let report = measure_apart(nodes, args.seed)?;
        for problem in report.problems() {
            eprintln!("{nodes} nodes: {problem}");
        }
        if args.format == Format::Json {
            writeln!(out, "{}", report.to_json()?)?;
        } else {
            eprintln!("{nodes} nodes: {:.1} s", report.real_seconds);
        }
        reports.push(report);
    }
    let mut good = reports.iter().all(|report| report.problems().is_empty());
    match &args.update {
        Some(document) => {
            let (speed, fast) = speed::lines(args, Format::Markdown)?;
            good &= fast;
            document::update(document, &(tables(&reports, &args.costs, true) + &speed))?;
        }
        None if args.format == Format::Json => {}
        None => {
            let markdown = args.format == Format::Markdown;
            write!(out, "{}", tables(&reports, &args.costs, markdown))?;
        }
    }
    Ok(good)
}

/// All tables, each under its title.
fn tables(reports: &[Report], costs: &[u32], markdown: bool) -> String {
    let mut text = String::new();
    let mut section = |title: &str, table: &table::Table| {
        let mark = if markdown { "### " } else { "" };
        text += &format!("{mark}{title}\n\n{}\n", table.to_text(markdown));
    };
    section(
        "Data and synchronization: round trips of each node (barrier: WRITEs), virtual time",
        &table::data(reports),
    );
    section(
        "Control plane: messages, bytes and queue pairs of each node",
        &table::control(reports),
    );
    section("The simulation itself", &table::simulation(reports));
    for report in reports.iter().filter(|report| costs.contains(&report.nodes)) {
        let title = format!("Each step of a job of {} nodes", report.nodes);
        section(&title, &table::costs(report));
    }
    text
}

/// Measures in a process of its own.
fn measure_apart(nodes: u32, seed: u64) -> io::Result<Report> {
    let (nodes, seed) = (nodes.to_string(), seed.to_string());
    let output = Command::new(std::env::current_exe()?)
        .args(["scale", "--here", "--nodes", &nodes, "--seed", &seed])
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Report::from_json(text.trim()).map_err(|error| {
        let status = output.status;
        io::Error::other(format!("the process for {nodes} nodes ({status}) said: {error}"))
    })
}

/// The most memory that this process ever had, where the system tells.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}
