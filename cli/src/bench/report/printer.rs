//! Rank 0 tells what was measured: a table as rows come, and at the end what else was asked for.

use std::io::Write;
use std::path::Path;

use pangea::Node;

use super::json::{self, Earlier, FORMAT, STDOUT};
use super::table::Table;
use super::{Machine, Report, Row, compare, plot};
use crate::bench::catalog;
use crate::bench::error::Error;
use crate::bench::settings::{Planned, Settings};
use crate::{file, style};

/// A report that grows.
pub(crate) struct Printer {
    report: Report,
    /// None when standard output is for the JSON.
    table: Option<Table>,
    earlier: Option<Earlier>,
}

/// Finds out, before anything is measured, whether what is asked for can be read, drawn and written.
///
/// # Errors
/// What cannot, and why.
pub(crate) fn check(settings: &Settings, planned: &[Planned]) -> Result<(), String> {
    let written = settings.json.iter().filter(|file| *file != STDOUT).chain(&settings.plot);
    for path in written {
        file::check(Path::new(path))
            .map_err(|error| format!("{path} cannot be written: {error}"))?;
    }
    if settings.plot.is_some() && planned.iter().all(|test| test.settings.len() < 2) {
        return Err(plot::NothingToPlot.to_string());
    }
    if let Some(path) = &settings.compare {
        json::read(Path::new(path))?;
    }
    Ok(())
}

impl Printer {
    /// Begins a report, with what reading the clock costs.
    ///
    /// # Errors
    /// When the earlier report cannot be read.
    pub(crate) fn new(settings: &Settings, node: &Node, timer_ns: f64) -> Result<Printer, Error> {
        let report = Report {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            machine: Machine::here(node.provider_ref().inner()),
            settings: settings.clone(),
            rows: Vec::new(),
        };
        let earlier = settings.compare.as_ref().map(|file| json::read(Path::new(file)));
        let for_people = settings.json.as_deref() != Some(STDOUT);
        let longest = catalog::all().iter().map(|test| test.name().chars().count()).max();
        let table = for_people
            .then(|| Table::new(style::width(), longest.unwrap_or(0), settings.threads.len() > 1));
        if let Some(table) = &table {
            say(&table.head(node.size(), &report.machine, timer_ns));
        }
        let earlier = earlier.transpose().map_err(Error::wrong)?;
        Ok(Printer { report, table, earlier })
    }

    /// A test is done with one setting.
    pub(crate) fn rows(&mut self, rows: Vec<Row>) {
        if let Some(table) = &mut self.table {
            say(&table.rows(&rows));
        }
        self.report.rows.extend(rows);
    }

    /// All tests are done.
    ///
    /// # Errors
    /// What could not be written, while all else was; and a test that computed something wrong.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let Printer { report, table, earlier } = self;
        let settings = &report.settings;
        let mut failures = Vec::new();
        if let Some(row) = report.rows.iter().find(|row| row.verified == Some(false)) {
            failures.push(format!("{} computed something wrong", row.test));
        }
        if let Some(table) = &table {
            say(&table.legend());
        }
        if let (Some(file), Some(earlier)) = (&settings.compare, &earlier) {
            let text = compare::text(Path::new(file), earlier, &report.machine, &report.rows);
            // Standard output may be for the JSON alone.
            if table.is_some() { say(&text) } else { eprint!("{text}") }
        }
        if let Some(file) = &settings.plot {
            let drawn = plot::svg(&report).map_err(|nothing| nothing.to_string());
            let written = drawn.and_then(|svg| {
                file::replace(Path::new(file), |out| out.write_all(svg.as_bytes()))
                    .map_err(|error| format!("the plot cannot be written to {file}: {error}"))
            });
            failures.extend(written.err());
        }
        if let Some(file) = &settings.json {
            failures.extend(json::write(&report, file).err());
        }
        if failures.is_empty() { Ok(()) } else { Err(Error::wrong(failures.join("; "))) }
    }
}

/// Who closes the pipe early has seen enough.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
