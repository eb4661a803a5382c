//! What `pangea bench` leaves behind: the table, JSON, the drawing, and the comparison with an earlier run.

mod common;

use std::path::Path;
use std::process::Command;

use common::{output_of, pangea, provider};
use roxmltree::Document;
use serde_json::Value;

/// A short run of these tests with these options.
fn bench(words: &[&str]) -> Command {
    let mut command = pangea(&["bench", "-n", "2", "--provider", &provider()]);
    command.args(words);
    command
}

fn document(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn a_run_is_told_to_people_machines_and_eyes() {
    let folder = tempfile::tempdir().unwrap();
    let (json, plot) = (folder.path().join("run.json"), folder.path().join("run.svg"));
    let words = ["get", "read-bw", "--all-sizes", "--iters", "64", "--threads", "1,2"];
    let mut command = bench(&words);
    command.arg("--json").arg(&json).arg("--plot").arg(&plot);
    let finished = output_of(&mut command).success();
    for part in
        ["pangea bench  2 nodes over", "reading the clock costs", "median", "64 KiB", "GB/s"]
    {
        assert!(finished.stdout.contains(part), "{part:?} is not in:\n{}", finished.stdout);
    }

    let report = document(&json);
    let rows = report["rows"].as_array().unwrap();
    let of = |test: &str| rows.iter().filter(|row| row["test"] == test).collect::<Vec<_>>();
    assert!(of("get").len() >= 40 && of("read-bw").len() >= 40, "{} rows", rows.len());
    for row in of("get") {
        let latency = |name: &str| row["latency"][name].as_f64().unwrap();
        assert!(
            latency("min") <= latency("median") && latency("median") <= latency("max"),
            "{row}"
        );
        assert!(row["threads"] == 1 || row["threads"] == 2);
    }
    assert_eq!(report["machine"]["provider"], provider());
    assert!(report["machine"]["rustc"].as_str().unwrap().starts_with("rustc 1."));

    let svg = std::fs::read_to_string(&plot).unwrap();
    let svg = Document::parse(&svg).unwrap();
    let texts = svg.descendants().filter(|node| node.has_tag_name("text"));
    let texts: Vec<&str> = texts.filter_map(|node| node.text()).collect();
    for part in [
        "Latency over size",
        "Bandwidth over size",
        "Throughput over threads",
        "get, threads 2",
        "read-bw, 4 KiB",
    ] {
        assert!(texts.contains(&part), "{part:?} is not in {texts:?}");
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 2, "nothing is left beside them");
}

#[test]
fn json_on_standard_output_is_alone_there() {
    let finished = output_of(&mut bench(&["get", "--iters", "64", "--json", "-"])).success();
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!((&report["format"], report["rows"].as_array().unwrap().len()), (&Value::from(1), 1));
    assert_eq!(finished.stderr, "");
}

#[test]
fn a_run_is_compared_with_an_earlier_one() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("old.json");
    output_of(bench(&["get", "put", "--iters", "64", "--json"]).arg(&json)).success();
    let finished = output_of(bench(&["get", "--iters", "64", "--compare"]).arg(&json)).success();
    let lines: Vec<&str> = finished.stdout.lines().collect();
    let at = lines.iter().position(|line| line.starts_with("Compared with")).expect("is there");
    assert!(lines[at].contains("old.json"), "{}", lines[at]);
    assert!(finished.stdout.contains("only there: put 8 B"), "{}", finished.stdout);
    let ratio = lines[at..].iter().find(|line| line.contains("latency")).expect("is compared");
    let ratio: f64 = ratio.split_whitespace().last().unwrap().parse().unwrap();
    assert!(ratio > 0.0, "{ratio}");

    // Standard output is for the JSON, so the comparison goes elsewhere.
    let mut command = bench(&["get", "--iters", "64", "--json", "-", "--compare"]);
    let finished = output_of(command.arg(&json)).success();
    assert!(serde_json::from_str::<Value>(&finished.stdout).is_ok(), "{}", finished.stdout);
    assert!(finished.stderr.contains("Compared with"), "{}", finished.stderr);
}

#[test]
fn what_cannot_be_told_is_refused_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.json");
    std::fs::write(&other, "{}").unwrap();
    let other = other.to_str().unwrap();
    for (words, parts) in [
        (["--plot", "x.svg"], ["nothing to plot", "--all-sizes"]),
        (["--json", "/nowhere/x.json"], ["/nowhere/x.json", "No such file"]),
        (["--compare", "/nowhere/x.json"], ["/nowhere/x.json", "No such file"]),
        (["--compare", other], ["other.json", "is not a report"]),
    ] {
        let finished = output_of(bench(&["get"]).args(words)).failure(2, &parts);
        assert_eq!(finished.stdout, "");
    }
    assert!(!Path::new("x.svg").exists());
}

/// `docs/benchmarks.md`
const DOCS: &str = include_str!("../../docs/benchmarks.md");

/// All names in a document, but for those of maps whose keys are data.
fn names(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.push(name.clone());
                if !["settings", "parameters", "facts"].contains(&name.as_str()) {
                    names(value, found);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| names(value, found)),
        _ => {}
    }
}

#[test]
fn the_documentation_has_every_test_and_every_name() {
    let list = output_of(&mut pangea(&["bench", "--list"])).success().stdout;
    let tests = list.lines().filter(|line| line.starts_with("  "));
    let mut wanted: Vec<String> =
        tests.filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect();
    assert!(wanted.len() > 10, "{list}");
    let finished = output_of(&mut bench(&["get", "--iters", "64", "--json", "-"])).success();
    names(&serde_json::from_str(&finished.stdout).unwrap(), &mut wanted);
    for name in wanted {
        assert!(DOCS.contains(&format!("`{name}`")), "{name} is not in docs/benchmarks.md");
    }
}
