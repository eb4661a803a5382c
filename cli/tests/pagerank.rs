//! `pangea demo pagerank` against an independent implementation, and against bad input.

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use common::reference::{assert_agree, edges_of, page_rank, read_ranks};
use common::{output_of, pangea, provider};

/// Sizes of jobs: alone, even, odd, and more nodes than some graphs have vertices.
const SIZES: [usize; 5] = [1, 2, 3, 4, 7];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Ranks a graph on so many nodes; the file of ranks, and what was printed.
fn rank(graph: &Path, nodes: usize, more: &[&str]) -> (String, String) {
    rank_viewed("auto", graph, nodes, more)
}

/// The same, with a setting of how views come to their pages.
fn rank_viewed(view: &str, graph: &Path, nodes: usize, more: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let ranks = folder.path().join("ranks.tsv");
    let mut command = pangea(&["demo", "pagerank", "-n", &nodes.to_string()]);
    command.args(["--provider", &provider(), "--output"]).arg(&ranks).arg(graph).args(more);
    command.env("PANGEA_VIEW", view);
    let finished = output_of(&mut command).success();
    (std::fs::read_to_string(&ranks).unwrap(), finished.stdout)
}

fn check_sizes(graph: &Path, sizes: &[usize]) {
    let text = std::fs::read_to_string(graph).unwrap();
    let expected = page_rank(&edges_of(&text), 0.85, 1e-11);
    for nodes in sizes {
        let (ranks, _) = rank(graph, *nodes, &[]);
        let what = format!("{} on {nodes} nodes", graph.display());
        assert_agree(&read_ranks(&ranks), &expected, &what);
    }
}

#[test]
fn small_graphs_are_ranked_as_by_definition() {
    for name in ["tangled.txt", "scattered.txt", "temporal.txt", "one-edge.txt"] {
        check_sizes(&data(name), &SIZES);
    }
}

/// Edges of a graph with hubs, dangling vertices and ids in steps; from a generator of its own.
fn random_graph(vertices: u64, edges: usize, step: u64) -> String {
    let mut state = 1_u64;
    let mut random = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut text = String::from("# made up\n");
    for _ in 0..edges {
        let from = random(vertices);
        // A third of all edges lead to a few.
        let to = if random(3) == 0 { random(vertices / 50 + 1) } else { random(vertices) };
        if from % 7 != 0 {
            writeln!(text, "{}\t{}", from * step, to * step).unwrap();
        }
    }
    text
}

#[test]
fn random_graphs_are_ranked_as_by_definition() {
    let folder = tempfile::tempdir().unwrap();
    for (name, step) in [("dense.txt", 1), ("scattered.txt", 1_000_003)] {
        let graph = folder.path().join(name);
        std::fs::write(&graph, random_graph(1500, 9000, step)).unwrap();
        check_sizes(&graph, &SIZES);
    }
}

/// The graphs of SNAP, if this machine has them.
fn big_graphs() -> Vec<PathBuf> {
    let Some(folder) = std::env::var_os("PANGEA_TEST_DATA") else {
        println!("skipped: PANGEA_TEST_DATA is not set");
        return Vec::new();
    };
    let graphs = ["wiki-Vote.txt", "email-Enron.txt"].map(|name| Path::new(&folder).join(name));
    for graph in &graphs {
        assert!(graph.exists(), "PANGEA_TEST_DATA has no {}", graph.display());
    }
    graphs.into()
}

#[test]
fn big_graphs_are_ranked_as_by_definition() {
    for graph in big_graphs() {
        check_sizes(&graph, &SIZES);
    }
}

/// Ranks a graph under the other models: by definition, and to the last bit as relaxed memory does, because
/// all sums are made in the same order.
fn check_models(graph: &Path) {
    let text = std::fs::read_to_string(graph).unwrap();
    let expected = page_rank(&edges_of(&text), 0.85, 1e-11);
    for nodes in 1..=4 {
        let (relaxed, report) = rank(graph, nodes, &[]);
        assert!(report.contains("memory relaxed"), "{report}");
        for model in ["strict", "sequential", "release"] {
            let what = format!("{} on {nodes} nodes, {model}", graph.display());
            let (ranks, report) = rank(graph, nodes, &["--model", model]);
            assert!(report.contains(&format!("memory {model}")), "{what}: {report}");
            assert_agree(&read_ranks(&ranks), &expected, &what);
            assert_eq!(ranks, relaxed, "{what}");
        }
        let (ranks, _) = rank_viewed("paged", graph, nodes, &["--model", "release"]);
        assert_eq!(ranks, relaxed, "{} on {nodes} nodes, pages fetched", graph.display());
    }
}

#[test]
fn every_model_gives_the_same_ranks() {
    for name in ["tangled.txt", "scattered.txt", "one-edge.txt"] {
        check_models(&data(name));
    }
    let folder = tempfile::tempdir().unwrap();
    let graph = folder.path().join("graph.txt");
    // More vertices for each node than a block holds.
    std::fs::write(&graph, random_graph(3000, 12_000, 1)).unwrap();
    check_models(&graph);
}

#[test]
fn every_model_gives_the_same_ranks_of_big_graphs() {
    for graph in big_graphs() {
        check_models(&graph);
    }
}

#[test]
fn the_same_job_gives_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let graph = folder.path().join("graph.txt");
    std::fs::write(&graph, random_graph(800, 5000, 3)).unwrap();
    let (first, _) = rank(&graph, 3, &[]);
    for _ in 0..3 {
        assert_eq!(rank(&graph, 3, &[]).0, first);
    }
}

#[test]
fn parameters_are_followed() {
    let text = std::fs::read_to_string(data("tangled.txt")).unwrap();
    let expected = page_rank(&edges_of(&text), 0.5, 1e-12);
    let (ranks, _) = rank(&data("tangled.txt"), 2, &["--damping", "0.5", "--tolerance", "1e-12"]);
    assert_agree(&read_ranks(&ranks), &expected, "damping 0.5");
}

#[test]
fn the_report_tells_what_was_done() {
    let (_, report) = rank(&data("tangled.txt"), 2, &[]);
    for part in [
        "PageRank of tangled.txt",
        "8 vertices · 12 edges · 1 without out-edges",
        "rounds",
        &format!("2 nodes over {}, memory relaxed", provider()),
        "one-sided operations",
        "round trips",
    ] {
        assert!(report.contains(part), "{part:?} is not in:\n{report}");
    }
    assert!(!report.contains('\x1b'), "no colors where there is no terminal");
}

#[test]
fn the_demo_alone_shows_something() {
    let finished = output_of(pangea(&["demo"]).args(["--provider", &provider()])).success();
    for part in ["4 processes", "PageRank of a made-up graph", "  10  ", "pangea doctor"] {
        assert!(finished.stdout.contains(part), "{part:?} is not in: {finished:?}");
    }
    assert_eq!(finished.stderr, "");
}

/// Ranks a text that is no graph; it must fail with this message, told once.
fn refuse(text: &str, nodes: usize, message: &str) {
    let folder = tempfile::tempdir().unwrap();
    let graph = folder.path().join("graph.txt");
    std::fs::write(&graph, text).unwrap();
    let ranks = folder.path().join("ranks.tsv");
    let mut command = pangea(&["demo", "pagerank", "-n", &nodes.to_string(), "--provider"]);
    command.arg(provider()).arg("--output").arg(&ranks).arg(&graph);
    let finished = output_of(&mut command).failure(1, &[message]);
    assert_eq!(finished.stderr.matches("error:").count(), 1, "{finished:?}");
    assert_eq!(finished.stdout, "");
    assert!(!ranks.exists());
}

#[test]
fn a_malformed_line_is_named() {
    let mut lines: Vec<String> = (0..500).map(|i| format!("{i}\t{}", i * 3 % 500)).collect();
    lines[331] = "331 one".to_owned();
    lines[417] = "oops".to_owned();
    let text = lines.join("\n");
    for nodes in SIZES {
        refuse(&text, nodes, "graph.txt:332: \"one\" is not a vertex id");
    }
    refuse("# c\r\n\r\n1 2\r\n3\r\n", 3, "graph.txt:4: 3 stands alone");
    refuse("1 2\n2 3 4\n", 2, "graph.txt:2: 3 columns, but the first edge of the file has 2");
    refuse("1,2\n", 1, "graph.txt:1: \"1,2\" is not a vertex id");
    refuse("1 18446744073709551616\n", 2, "\"18446744073709551616\" is not a vertex id");
}

#[test]
fn a_file_without_edges_is_refused() {
    for nodes in [1, 3] {
        refuse("", nodes, "graph.txt: the file is empty");
        refuse("# only\n\n% comments", nodes, "graph.txt: the file has no edges");
    }
}

#[test]
fn what_cannot_be_is_told_before_anything_starts() {
    let graph = data("tangled.txt");
    let graph = graph.to_str().unwrap();
    let demo = |arguments: &[&str]| output_of(pangea(&["demo", "pagerank"]).args(arguments));
    demo(&["/nowhere/graph.txt"]).failure(2, &["/nowhere/graph.txt", "No such file"]);
    demo(&["/tmp"]).failure(2, &["is a folder"]);
    demo(&["/dev/null"]).failure(2, &["not a regular file"]);
    demo(&[graph, "-n", "0"]).failure(2, &["1..=65535"]);
    demo(&[graph, "--model", "lax"])
        .failure(2, &["relaxed, strict, sequential or release", "\"lax\""]);
    demo(&[graph, "--output", "/nowhere/ranks.tsv"]).failure(2, &["/nowhere/ranks.tsv"]);
    demo(&[graph, "--output", "/tmp"]).failure(2, &["written to /tmp"]);
    demo(&[graph, "--memory", "1P"]).failure(2, &["K, M, G or T"]);
    demo(&[graph, "--memory", "1000T"]).failure(2, &["of memory", "--memory"]);
}

#[test]
fn an_arena_that_is_too_small_is_told_once_with_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    let graph = folder.path().join("graph.txt");
    std::fs::write(&graph, random_graph(3000, 40_000, 1)).unwrap();
    for nodes in [1, 4] {
        let mut command = pangea(&["demo", "pagerank", "-n", &nodes.to_string()]);
        command.args(["--memory", "64K", "--provider", &provider()]).arg(&graph);
        let finished = output_of(&mut command).failure(1, &["too small", "--memory"]);
        assert_eq!(finished.stderr.matches("error:").count(), 1, "{finished:?}");
    }
}

#[test]
fn ranks_that_cannot_settle_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let graph = folder.path().join("graph.txt");
    std::fs::write(&graph, random_graph(500, 4000, 1)).unwrap();
    let mut command = pangea(&["demo", "pagerank", "-n", "2", "--rounds", "3"]);
    command.args(["--provider", &provider()]).arg(&graph);
    output_of(&mut command).failure(1, &["have not settled: round 3", "--tolerance"]);
}

#[test]
fn two_jobs_at_once_do_not_meet() {
    let folder = tempfile::tempdir().unwrap();
    let jobs: Vec<_> = (0..2_u64)
        .map(|job| {
            let graph = folder.path().join(format!("{job}.txt"));
            std::fs::write(&graph, random_graph(400 + job * 100, 3000, 1 + job)).unwrap();
            std::thread::spawn(move || check_sizes(&graph, &[3, 3, 3]))
        })
        .collect();
    for job in jobs {
        job.join().expect("its ranks are right");
    }
}
