//! Rows for people, as they come.

use std::io::Write;

use super::{Machine, Report, Row};
use crate::bench::error::Error;
use crate::bench::settings::Settings;

/// Tells what rank 0 measures: rows as they come, and at the end what else was asked for.
pub(crate) struct Printer {
    report: Report,
}

impl Printer {
    /// Begins a report.
    pub(crate) fn new(settings: &Settings, provider: &str) -> Printer {
        let report = Report {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            machine: Machine::here(provider),
            settings: settings.clone(),
            rows: Vec::new(),
        };
        Printer { report }
    }

    /// A test is done with one setting.
    pub(crate) fn row(&mut self, row: Row) {
        if self.report.settings.json.as_deref() != Some("-") {
            let size = row.size.map_or("-".to_owned(), |size| size.to_string());
            let time =
                row.latency.as_ref().map_or("-".to_owned(), |it| format!("{:.1} ns", it.median));
            let rate = row.rate.map_or("-".to_owned(), |rate| format!("{:.3e}/s", rate.median));
            // Who closes the pipe early has seen enough.
            let _ = writeln!(std::io::stdout(), "{:<20} {size:>9} {time:>14} {rate:>14}", row.test);
        }
        self.report.rows.push(row);
    }

    /// All tests are done.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let Some(file) = &self.report.settings.json else { return Ok(()) };
        let text = serde_json::to_string_pretty(&self.report)
            .map_err(|error| Error::wrong(format_args!("the report cannot be written: {error}")))?;
        let written = match file.as_str() {
            "-" => writeln!(std::io::stdout(), "{text}"),
            file => std::fs::write(file, text + "\n"),
        };
        written.map_err(|error| Error::wrong(format_args!("{file}: {error}")))
    }
}
