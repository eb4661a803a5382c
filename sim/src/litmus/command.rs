//! The command `litmus`: all tests, or some, over the real runtime in all orders.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use clap::Args;

use super::{Cost, Row, Search, Test, judge, outcomes, run, tests};
use crate::exhaustive::SCENARIOS;
use crate::scenario::Opened;

/// What the command line says about litmus tests.
#[derive(Clone, Debug, Default, Args)]
pub struct LitmusArgs {
    /// Only tests and scenarios whose name has this in it, as in "MP (put_nb; apart)"; may be given
    /// more than once
    #[arg(long)]
    test: Vec<String>,
    /// Only tests of so many threads
    #[arg(long)]
    threads: Option<usize>,
    /// Choose every single step, also those whose order makes no difference
    #[arg(long)]
    full: bool,
    /// Let the runtime fall into this trap: its tests should come out wrong
    #[arg(long)]
    trap: Option<Opened>,
    /// List the outcomes that were seen, each with the choices that lead to it
    #[arg(long)]
    verbose: bool,
}

impl LitmusArgs {
    fn wants(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.test.is_empty() || self.test.iter().any(|part| name.contains(&part.to_lowercase()))
    }

    fn search(&self) -> Search {
        let mut search = Search::default();
        search.grain.reduced = !self.full;
        search.traps.extend(self.trap);
        search
    }
}

/// Runs the tests and prints a line for each, and then the other exhaustive scenarios. False when any test
/// did not come out exactly as expected, or a scenario went wrong.
///
/// # Errors
/// When nothing can be printed, or a run is not a function of its choices.
pub fn command(args: &LitmusArgs) -> io::Result<bool> {
    if let Some(trap) = args.trap
        && !trap.is_of_runtime()
    {
        let text = format!("{trap} is no trap of the runtime, so no test goes near it");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let mut out = io::stdout().lock();
    let (search, start) = (args.search(), Instant::now());
    let mut good = true;
    let mut count = 0;
    let of_threads = |test: &Test| args.threads.is_none_or(|n| n == test.program.threads.len());
    let chosen = tests().into_iter().filter(|test| args.wants(&test.to_string()));
    for test in chosen.filter(of_threads) {
        if count == 0 {
            out.write_all(Row::head().as_bytes())?;
        }
        count += 1;
        good &= one_test(&test, &search, args.verbose, &mut out)?;
    }
    let scenarios = SCENARIOS.iter().filter(|scenario| args.wants(scenario.name));
    let mut others = 0;
    for scenario in scenarios.filter(|_| args.threads.is_none()) {
        others += 1;
        let start = Instant::now();
        let found = scenario.search(&search).map_err(io::Error::other)?;
        let (runs, states) = (found.statistics.runs, found.statistics.states);
        let (name, outcomes, time) = (scenario.name, found.outcomes.len(), millis(start.elapsed()));
        writeln!(out, "{name}: {outcomes} outcomes, {runs} runs, {states} states, {time} ms")?;
        if let Some(most) = scenario.departures {
            writeln!(out, "  in orders that depart from the first one at {most} choices at most")?;
        }
        if args.verbose {
            for (outcome, choices) in &found.outcomes {
                writeln!(out, "  {outcome}, by {choices}")?;
            }
        }
        for (violation, choices) in &found.violations {
            good = false;
            writeln!(out, "{violation}\n  by {choices}")?;
        }
        if !found.complete && found.violations.is_empty() {
            good = false;
            writeln!(out, "  not searched to the end")?;
        }
    }
    if count + others == 0 {
        let text = "no test has such a name and so many threads";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let time = millis(start.elapsed());
    let verdict = if good { "all as expected" } else { "NOT as expected" };
    writeln!(out, "{count} tests, {others} scenarios, {verdict}; {time} ms")?;
    Ok(good)
}

fn millis(time: Duration) -> u128 {
    time.as_millis()
}

fn one_test(test: &Test, search: &Search, verbose: bool, out: &mut impl Write) -> io::Result<bool> {
    let start = Instant::now();
    let found = run(&test.program, search).map_err(io::Error::other)?;
    let time = start.elapsed();
    let seen: BTreeSet<_> = found.outcomes.keys().cloned().collect();
    let cost = Cost { runs: found.statistics.runs, states: found.statistics.states, time };
    let outcomes = outcomes(&test.program);
    let row = Row { test: test.clone(), outcomes, seen: Some(seen), cost: Some(cost) };
    out.write_all(row.line().as_bytes())?;
    if verbose {
        for (outcome, choices) in &found.outcomes {
            writeln!(out, "  {outcome}, by {choices}")?;
        }
    }
    let Row { test, outcomes, seen: Some(seen), .. } = row else { return Ok(false) };
    let mut good = true;
    if let Err(violation) = judge(&test, &outcomes.expected, &seen) {
        good = false;
        writeln!(out, "{violation}")?;
        for (outcome, choices) in &found.outcomes {
            if !outcomes.expected.contains(outcome) {
                writeln!(out, "  {outcome}, by {choices}")?;
            }
        }
    }
    for outcome in outcomes.expected.difference(&seen) {
        good = false;
        writeln!(out, "  {outcome} was never seen")?;
    }
    for (violation, choices) in &found.violations {
        good = false;
        writeln!(out, "{violation}\n  by {choices}")?;
    }
    if !found.complete && found.violations.is_empty() {
        good = false;
        writeln!(out, "  not searched to the end")?;
    }
    Ok(good)
}
