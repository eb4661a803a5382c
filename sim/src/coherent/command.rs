//! The command `coherent`: all cases, or some, and the mistakes that they catch.

use std::io::{self, Write};
use std::time::Instant;

use clap::Args;

use super::cases::cases;
use super::mutants::{MUTANTS, Mutant};
use super::program::Case;
use super::search::{Found, Search, Violation, search};
use super::trace::trace;

/// What the command line says.
#[derive(Clone, Debug, Args)]
pub struct CoherentArgs {
    /// Only cases whose name has this in it, as in "MP seq"; may be given more than once
    #[arg(long)]
    case: Vec<String>,
    /// Let the protocol make this mistake: some case should come out wrong
    #[arg(long)]
    trap: Option<Mutant>,
    /// So many states of each case at most
    #[arg(long, default_value_t = 1_000_000)]
    states: u64,
    /// Show the steps that lead to a violation
    #[arg(long)]
    trace: bool,
}

/// The most switches between threads that a short way to a violation is looked for with.
const SWITCHES: u32 = 6;

/// Searches cases and prints a line for each, and then, unless a trap is given, shows that each mistake is caught.
/// False when a case came out wrong, or with a trap none did, or a mistake was not caught.
///
/// # Errors
/// When nothing can be printed, or no case has such a name.
pub fn command(args: &CoherentArgs) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let start = Instant::now();
    let wanted = |case: &Case| {
        args.case.is_empty() || args.case.iter().any(|part| case.name.contains(part.as_str()))
    };
    let chosen: Vec<Case> = cases().into_iter().filter(wanted).collect();
    if chosen.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no case has such a name"));
    }
    let trap = args.trap.map(|mutant| mutant.trap);
    let how = Search { trap, states: args.states, ..Search::default() };
    let (mut wrong, mut bounded, mut states) = (0, 0, 0);
    let mut verdicts = [false; 3];
    writeln!(out, "{}", head())?;
    for case in &chosen {
        let begin = Instant::now();
        let found = search(case, how);
        writeln!(out, "{}", line(case, &found, begin))?;
        states += found.states;
        bounded += usize::from(!found.complete && found.violation.is_none());
        for (all, seen) in verdicts.iter_mut().zip(found.verdicts) {
            *all |= seen;
        }
        if let Some(violation) = &found.violation {
            wrong += 1;
            tell(&mut out, case, how, violation, args.trace)?;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let [unlock, forward, poisoned] = verdicts.map(|seen| if seen { "seen" } else { "not seen" });
    writeln!(
        out,
        "{} cases, {wrong} wrong, {bounded} not searched beyond {} states; {states} states, {seconds:.1} s",
        chosen.len(),
        args.states
    )?;
    writeln!(
        out,
        "dead writers: unlocked {unlock}, rolled forward {forward}, poisoned {poisoned}"
    )?;
    if trap.is_some() {
        return Ok(wrong > 0);
    }
    let caught = if args.case.is_empty() { mutants(&mut out, args.trace)? } else { true };
    Ok(wrong == 0 && caught)
}

fn head() -> String {
    format!(
        "| {:<58} | nodes | threads | {:>9} | {:>9} | verdict | seconds |\n|---|---|---|---|---|---|---|",
        "case", "states", "outcomes"
    )
}

fn line(case: &Case, found: &Found, begin: Instant) -> String {
    let (nodes, threads) = (case.nodes(), case.threads.len());
    let outcomes = format!("{}/{}", found.seen, found.allowed);
    let verdict = match (&found.violation, found.complete) {
        (Some(_), _) => "WRONG",
        (None, true) => "sound",
        (None, false) => "bounded",
    };
    let (name, states, seconds) = (&case.name, found.states, begin.elapsed().as_secs_f64());
    format!(
        "| {name:<58} | {nodes:>5} | {threads:>7} | {states:>9} | {outcomes:>9} | {verdict:<7} | {seconds:>7.2} |"
    )
}

/// Tells of a violation, with as few switches between threads as can be.
fn tell(
    out: &mut impl Write,
    case: &Case,
    how: Search,
    violation: &Violation,
    steps: bool,
) -> io::Result<()> {
    writeln!(out, "  {}", violation.text)?;
    if steps {
        let short = (0..=SWITCHES).find_map(|switches| {
            search(case, Search { switches: Some(switches), ..how }).violation
        });
        writeln!(out, "{}", trace(case, how, short.as_ref().unwrap_or(violation)))?;
    }
    Ok(())
}

fn mutants(out: &mut impl Write, steps: bool) -> io::Result<bool> {
    let mut good = true;
    writeln!(out, "| {:<24} | {:<40} | states | what came out |", "mistake", "caught by")?;
    writeln!(out, "|---|---|---|---|")?;
    for mutant in MUTANTS {
        let how = Search { trap: Some(mutant.trap), ..Search::default() };
        let case = cases().into_iter().find(|case| case.name == mutant.case);
        let Some(case) = case else { return Ok(false) };
        let found = search(&case, how);
        let (name, case_name, states) = (mutant.trap.name(), mutant.case, found.states);
        let text = found.violation.as_ref().map_or("NOT CAUGHT", |found| &found.text);
        writeln!(out, "| {name:<24} | {case_name:<40} | {states:>6} | {text} |")?;
        match &found.violation {
            Some(violation) if steps => tell(out, &case, how, violation, true)?,
            Some(_) => {}
            None => good = false,
        }
    }
    Ok(good)
}
