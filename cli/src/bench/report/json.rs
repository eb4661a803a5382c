//! The report for machines: one JSON document, described in `docs/benchmarks.md`.

use std::io::{self, Write};
use std::path::Path;

use serde::Deserialize;

use super::{Machine, Report, Row};
use crate::file;

/// The version of the document: it changes when something that was there is gone, or means something else.
pub(crate) const FORMAT: u32 = 1;

/// Stands for standard output in place of a file.
pub(crate) const STDOUT: &str = "-";

/// Writes the document to a file, as a whole, or to standard output.
pub(crate) fn write(report: &Report, file: &str) -> Result<(), String> {
    let text = |out: &mut dyn Write| -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, report)?;
        out.write_all(b"\n")
    };
    if file == STDOUT {
        let mut stdout = io::stdout().lock();
        return match text(&mut stdout).and_then(|()| stdout.flush()) {
            // Who closes the pipe early has seen enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(format!("the report cannot be written to standard output: {error}"))
            }
            _ => Ok(()),
        };
    }
    file::replace(Path::new(file), text)
        .map_err(|error| format!("the report cannot be written to {file}: {error}"))
}

/// What is needed of an earlier report.
#[derive(Debug, Deserialize)]
pub(crate) struct Earlier {
    pub(crate) machine: Machine,
    pub(crate) rows: Vec<Row>,
}

/// Reads a report that an earlier run has written.
pub(crate) fn read(file: &Path) -> Result<Earlier, String> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let no_report = |why: &dyn std::fmt::Display| {
        format!("{shown} is not a report that `pangea bench --json` has written: {why}")
    };
    let document: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| no_report(&error))?;
    match document.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format == u64::from(FORMAT) => {}
        Some(format) => {
            return Err(format!(
                "{shown} has format {format}, and this version of pangea knows format {FORMAT}: measure again with one \
                 version"
            ));
        }
        None => return Err(no_report(&"it has no format")),
    }
    serde_json::from_value(document).map_err(|error| no_report(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::Fact;
    use crate::bench::report::examples::{rate, report, sized};

    fn example() -> Report {
        let mut row = sized("get", "array", 8, 5.25);
        row.rate = Some(rate(1.9e8));
        row.verified = Some(true);
        row.parameters.insert("model".to_owned(), Fact::Text("strict".to_owned()));
        row.facts.insert("hits".to_owned(), Fact::Number(0.75));
        report(vec![row])
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        write(&example(), file.to_str().unwrap()).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.ends_with("}\n"));
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), example());
        let earlier = read(&file).unwrap();
        assert_eq!((earlier.machine, earlier.rows), (example().machine, example().rows));
    }

    /// Scripts rely on these names: a change of any of them is a new [`FORMAT`].
    #[test]
    fn names_stay() {
        let document = serde_json::to_value(example()).unwrap();
        let names = |pointer: &str| {
            let object = document.pointer(pointer).unwrap().as_object().unwrap();
            let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
            names.sort_unstable();
            names.join(" ")
        };
        assert_eq!(FORMAT, 1);
        assert_eq!(names(""), "format machine rows settings version");
        assert_eq!(
            names("/machine"),
            "architecture commit cpu date emulated governor hypervisor kernel load memory_bytes nic processors \
             profile provider rustc"
        );
        assert_eq!(
            names("/machine/nic"),
            "device firmware gid_index gid_kind link_gbps link_layer mtu_bytes part port state vendor"
        );
        assert_eq!(
            names("/rows/0"),
            "bandwidth batch depth facts group latency nodes operations parameters rate round_trips seconds size \
             test threads verified"
        );
        assert_eq!(
            names("/rows/0/latency"),
            "average group max median min p90 p99 p999 p9999 samples timer_ns"
        );
        assert_eq!(names("/rows/0/rate"), "greatest least median");
        assert_eq!(document.pointer("/rows/0/facts/hits"), Some(&serde_json::json!(0.75)));
        assert_eq!(
            document.pointer("/rows/0/parameters/model"),
            Some(&serde_json::json!("strict"))
        );
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.json");
        for (text, wanted) in [
            ("", "is not a report"),
            ("[1, 2", "is not a report"),
            ("{}", "it has no format"),
            ("{\"format\": 2, \"rows\": []}", "format 2"),
            ("{\"format\": 1, \"rows\": 3}", "is not a report"),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = read(&file).unwrap_err();
            assert!(error.contains(wanted) && error.contains("some.json"), "{error}");
        }
        let error = read(&folder.path().join("absent.json")).unwrap_err();
        assert!(error.contains("cannot be read"), "{error}");
        let error = write(&example(), "/nowhere/report.json").unwrap_err();
        assert!(error.contains("/nowhere/report.json"), "{error}");
    }
}
