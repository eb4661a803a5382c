//! `pangea bench`: that every test runs, and what it tells. How fast anything is does not matter here.

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use common::{Guard, kill, output_of, pangea, provider};
use serde_json::Value;

/// `pangea bench` on the provider under test.
fn bench(arguments: &[&str]) -> Command {
    let mut command = pangea(&["bench"]);
    command.args(arguments).args(["--provider", &provider()]);
    command
}

/// The rows of a run.
fn rows(arguments: &[&str]) -> Vec<Value> {
    let finished = output_of(bench(arguments).arg("--json")).success();
    let report: Value = serde_json::from_str(&finished.stdout).expect("is JSON");
    assert_eq!(report["machine"]["provider"], provider());
    let Value::Array(rows) = &report["rows"] else { panic!("no rows in {report}") };
    rows.clone()
}

fn number(row: &Value, path: &str) -> f64 {
    row.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path} in {row}"))
}

/// What holds of any measurement.
fn is_sane(row: &Value) {
    assert!(number(row, "/operations") >= 1.0 && number(row, "/seconds") > 0.0, "{row}");
    let rising = |part: &str, names: &[&str]| {
        let known = |name: &&str| row.pointer(&format!("/{part}/{name}")).and_then(Value::as_f64);
        let values: Vec<f64> = names.iter().filter_map(known).collect();
        assert!(values.iter().all(|value| value.is_finite() && *value >= 0.0), "{part}: {row}");
        assert!(values.is_sorted(), "{part}: {row}");
        values.last().is_some_and(|value| *value > 0.0)
    };
    let latency = rising("latency", &["min", "median", "p90", "p99", "p999", "p9999", "max"]);
    let rate = rising("rate", &["least", "median", "greatest"]);
    assert!(latency || rate, "nothing was measured: {row}");
    if latency {
        let average = number(row, "/latency/average");
        assert!(average <= number(row, "/latency/max") && average >= number(row, "/latency/min"));
        let counted = number(row, "/latency/samples") * number(row, "/latency/group");
        assert!(counted >= number(row, "/operations"), "{row}");
    }
    if !row["bandwidth"].is_null() {
        let bytes = number(row, "/bandwidth/median") / number(row, "/rate/median");
        assert!((bytes / number(row, "/size") - 1.0).abs() < 1e-6, "{row}");
    }
    assert_ne!(row["verified"], false, "{row}");
}

/// The names of all tests.
fn all_names() -> Vec<String> {
    let list = output_of(&mut pangea(&["bench", "--list"])).success().stdout;
    let tests = list.lines().filter(|line| line.starts_with(' '));
    tests.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn every_test_runs() {
    let rows = rows(&["all", "--iters", "20"]);
    rows.iter().for_each(is_sane);
    for name in all_names() {
        assert!(rows.iter().any(|row| row["test"] == name.as_str()), "{name} has no row");
    }
}

#[test]
fn every_test_of_threads_runs_on_three_nodes() {
    let rows = rows(&["all", "--iters", "20", "-n", "3", "--threads", "2"]);
    assert!(rows.len() > 10, "{} rows", rows.len());
    for row in &rows {
        is_sane(row);
        assert_eq!((row["nodes"].as_u64(), row["threads"].as_u64()), (Some(3), Some(2)), "{row}");
    }
}

#[test]
fn both_sides_at_once_do_twice_as_much() {
    let one = rows(&["raw", "array", "--iters", "20"]);
    let both = rows(&["raw", "array", "--iters", "20", "-b", "-n", "3"]);
    assert!(both.len() > 10, "{} rows", both.len());
    for row in &both {
        is_sane(row);
        let alone = one.iter().find(|alone| alone["test"] == row["test"]).expect("runs alone, too");
        assert_eq!(number(row, "/operations"), 2.0 * number(alone, "/operations"), "{row}");
    }
}

#[test]
fn round_trips_are_counted() {
    let names = ["read-lat", "write-lat", "cas-lat", "get", "fetch-add", "get-local"];
    let rows = rows(&[&names[..], &["--iters", "300"]].concat());
    let found: Vec<(&str, f64)> = rows
        .iter()
        .map(|row| (row["test"].as_str().unwrap(), number(row, "/round_trips")))
        .collect();
    for (name, expected) in [
        ("read-lat", 1.0),
        // Half of there and back.
        ("write-lat", 0.5),
        ("cas-lat", 1.0),
        ("get", 1.0),
        ("fetch-add", 1.0),
        ("get-local", 0.0),
    ] {
        assert!(found.contains(&(name, expected)), "{name}: {found:?}");
    }
}

#[test]
fn sizes_and_batches_are_as_asked_for() {
    let rows = rows(&["get", "write-bw", "write-lat", "--all-sizes", "--iters", "3"]);
    for name in ["get", "write-bw", "write-lat"] {
        let sizes: Vec<u64> = rows
            .iter()
            .filter(|row| row["test"] == name)
            .map(|row| row["size"].as_u64().unwrap())
            .collect();
        assert!(sizes.iter().copied().eq((1..=23).map(|power| 1 << power)), "{name}: {sizes:?}");
    }
    for (depth, batch) in [(1, 1), (2, 1), (2, 2), (3, 2), (7, 3), (10, 4), (64, 64), (512, 512)] {
        let (depth, batch) = (depth.to_string(), batch.to_string());
        let arguments =
            ["read-bw", "-s", "100", "--iters", "2000", "--depth", &depth, "-l", &batch];
        let rows = self::rows(&arguments);
        assert_eq!(rows.len(), 1);
        is_sane(&rows[0]);
        assert!(number(&rows[0], "/operations") >= 2000.0);
        assert_eq!(rows[0]["depth"].to_string(), depth);
        assert_eq!(rows[0]["batch"].to_string(), batch);
    }
}

#[test]
fn the_duration_is_kept() {
    let arguments = ["read-lat", "write-lat", "get-nb", "barrier", "-D", "0.2", "--repeat", "2"];
    let rows = rows(&arguments);
    assert_eq!(rows.len(), 8);
    for row in &rows {
        is_sane(row);
        let seconds = number(row, "/seconds");
        // For barriers it is foreseen. Reading the clock, a sixth at most, is no part of it.
        let least = if row["test"] == "barrier" { 0.0 } else { 0.15 };
        assert!((least..20.0).contains(&seconds), "{row}");
    }
}

#[test]
fn one_node_measures_what_needs_no_other() {
    let rows = rows(&["array", "collective", "-n", "1", "--iters", "20"]);
    let names: Vec<&str> = rows.iter().map(|row| row["test"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["get-local", "put-local", "fetch-add-local", "barrier", "reduce", "broadcast"]
    );
}

#[test]
fn the_table_is_for_people_and_the_report_goes_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let run = |file: &str| output_of(&mut bench(&["get", "--iters", "20", "--json", file]));
    let shown = run(file.to_str().unwrap()).success().stdout;
    assert!(shown.contains("get") && !shown.contains('{'), "{shown}");
    let report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(report["rows"].as_array().unwrap().len(), 1);
    assert_eq!(report["settings"]["length"]["iterations"], 20);
    assert!(report["settings"]["memory"].as_u64().unwrap() > 1 << 20);
    run("/no/such/folder/report.json").failure(2, &["/no/such/folder/report.json"]);
}

#[test]
fn wrong_use_is_told_with_the_mend_before_anything_starts() {
    for (line, words) in [
        ("gte", &["there is no test \"gte\"", "did you mean get?"][..]),
        ("get -n 1", &["get is a test of 2 nodes or more", "-n"]),
        ("raw -n 1", &["2 nodes or more"]),
        ("barrier -b", &["--bidirectional has no meaning for barrier", "read-bw"]),
        ("collective --threads 2", &["--threads has no meaning for barrier"]),
        ("get --depth 4", &["--depth has no meaning for get", "read-bw"]),
        ("get -l 4", &["--batch has no meaning for get", "get-many"]),
        ("get --model strict", &["--model has no meaning for get"]),
        ("cas-lat -s 8", &["cas-lat has no sizes"]),
        ("get -s 1T", &["get cannot have", "64 MiB"]),
        ("get -s 16M --memory 8M", &["get needs 17 MiB", "8 MiB", "--memory"]),
        ("read-rate --depth 8 -l 32", &["32 operations at once", "--depth"]),
        ("get --threads 0", &["1..=256"]),
        ("get --iters 5 -D 1", &["cannot be used with"]),
        ("get --json put", &["put is a test"]),
        ("get --server -n 1", &["2 nodes at least"]),
        ("get --memory 900T", &["of memory", "--memory"]),
    ] {
        let words_of_line: Vec<&str> = line.split(' ').collect();
        let finished = output_of(pangea(&["bench"]).args(words_of_line)).failure(2, words);
        assert_eq!(finished.stdout, "", "{line}");
    }
    let mut command = pangea(&["bench", "get", "--provider", "verbs", "-d", "nowhere0"]);
    // A library that is not there makes every machine one without RDMA.
    command.env("PANGEA_VERBS_LIBRARY", "/nowhere/libibverbs.so.1");
    output_of(&mut command).failure(2, &["verbs", "/nowhere/libibverbs.so.1", "--provider shm"]);
    output_of(pangea(&["bench", "get", "--connect", "127.0.0.1:1"]).env_remove("PANGEA_SECRET"))
        .failure(2, &["PANGEA_SECRET is not set"]);
    let secret = "ab".repeat(32);
    output_of(pangea(&["bench", "get", "--connect", "127.0.0.1:1"]).env("PANGEA_SECRET", secret))
        .failure(1, &["127.0.0.1:1"]);
}

/// A server that waits, and what it says is to be typed at the other host: the secret and the arguments.
fn server(arguments: &[&str]) -> (Guard, String, Vec<String>) {
    let mut command = bench(arguments);
    command.args(["--server", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Guard(command.spawn().unwrap());
    let lines = BufReader::new(child.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line =
        lines.take(10).find(|line| line.contains("PANGEA_SECRET")).expect("tells what to type");
    let mut words = line.split_whitespace().map(str::to_owned);
    let secret = words.next().unwrap().split_once('=').unwrap().1.to_owned();
    assert_eq!(words.next().as_deref(), Some("pangea"));
    (child, secret, words.collect())
}

fn client(secret: &str, arguments: &[String]) -> Command {
    let mut command = pangea(&[]);
    command.args(arguments).env("PANGEA_SECRET", secret);
    command
}

#[test]
fn server_and_client_are_started_by_hand() {
    let (mut server, secret, arguments) = server(&["get", "read-bw", "barrier", "--iters", "20"]);
    let finished = output_of(client(&secret, &arguments).arg("--json")).success();
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    let rows = report["rows"].as_array().unwrap();
    rows.iter().for_each(is_sane);
    assert_eq!(rows.len(), 3);
    assert_eq!(report["settings"]["nodes"], 2);
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

#[test]
fn the_clients_tests_count() {
    let (mut server, secret, mut arguments) = server(&["get", "--iters", "20", "-n", "3"]);
    arguments[1] = "put".to_owned();
    let mut second = Guard(client(&secret, &arguments).stdout(Stdio::null()).spawn().unwrap());
    let finished = output_of(client(&secret, &arguments).arg("--repeat=2")).success();
    assert!(!finished.stdout.contains("get"), "{finished:?}");
    assert_eq!(second.0.wait().unwrap().code(), Some(0));
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_client_that_asks_for_more_than_the_server_has_is_told() {
    let (mut server, secret, arguments) = server(&["get", "--iters", "20", "--memory", "4M"]);
    output_of(client(&secret, &arguments).args(["-s", "16M"]))
        .failure(1, &["get needs 17 MiB", "there are 4 MiB", "--memory"]);
    assert_eq!(server.0.wait().unwrap().code(), Some(1));
}

#[test]
fn a_server_ends_with_its_client() {
    for test in ["get", "write-lat", "barrier"] {
        let (mut server, secret, arguments) = server(&[test, "-D", "60"]);
        let mut command = client(&secret, &arguments);
        let mut child = Guard(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        std::thread::sleep(std::time::Duration::from_millis(700));
        kill(child.0.id(), "KILL");
        child.0.wait().unwrap();
        assert_eq!(server.0.wait().unwrap().code(), Some(1), "{test}");
    }
}
