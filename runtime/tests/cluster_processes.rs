//! Nodes in processes of their own: SIGKILL of a node, and the loss of the launcher.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod cluster_support;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use cluster_support::{Job, card, connect, job, serve, until};
use pangea::cluster::{Client, ClusterError, JobEnv, LostPolicy, Rank};
use verbs_shim::provider::Choice;

/// Set for the processes that this test starts: what they are to do.
const PART: &str = "PANGEA_TEST_PART";

/// Not a test by itself: the processes that the tests below start begin here.
#[test]
fn child() {
    let Ok(part) = std::env::var(PART) else { return };
    let env = JobEnv::from_env().expect("is well-formed").expect("is set");
    let (client, _) = Client::connect(&env).expect("joins");
    let node = serve(client).expect("serves");
    println!("\nserving");
    match part.as_str() {
        "hang" => loop {
            std::thread::sleep(Duration::from_secs(3600));
        },
        "notice" => {
            until("the loss", || node.client.health().check().is_err());
            // Ending by itself within the grace is what a program should do.
            drop(node);
            std::process::exit(7);
        }
        other => panic!("there is no part {other:?}"),
    }
}

fn start(job: &Job, rank: u32, part: &str) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().expect("is known"))
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .envs(job.env(rank).to_env())
        .env(PART, part)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let output = BufReader::new(child.stdout.take().expect("is piped"));
    (child, output)
}

/// Waits until the process serves.
fn serving(output: &mut BufReader<ChildStdout>) {
    let mut line = String::new();
    while line.trim() != "serving" {
        line.clear();
        assert!(output.read_line(&mut line).expect("reads") > 0, "it ended before it served");
    }
}

fn end_within(child: &mut Child, limit: Duration) -> Option<i32> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().expect("can be waited for") {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().expect("can be killed");
            child.wait().expect("ends");
            panic!("it did not end within {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_killed_process_is_named_within_a_second() {
    let job = job(2, Choice::Shm);
    let (mut child, mut output) = start(&job, 1, "hang");
    let node = serve(connect(&job.env(0)).expect("joins")).expect("serves");
    serving(&mut output);
    node.client.connect_pair(Rank(1), &card("hello")).expect("it lives");
    let pid = child.id();
    let killed = Instant::now();
    child.kill().expect("can be killed");
    until("the news", || node.client.health().check().is_err());
    let took = killed.elapsed();
    let error = node.client.health().check().expect_err("rank 1 was killed");
    let ClusterError::NodeDied { rank: Rank(1), reason } = error else { panic!("{error}") };
    assert!(reason.contains(&format!("pid {pid} on ")), "{reason}");
    assert!(took < Duration::from_secs(1), "{took:?}");
    child.wait().expect("ends");
    node.client.leave(true).expect("leaves");
}

#[test]
fn a_process_ends_with_its_job() {
    let job = job(1, Choice::Shm);
    let (mut child, mut output) = start(&job, 0, "hang");
    serving(&mut output);
    drop(job);
    let lost = Instant::now();
    assert_eq!(end_within(&mut child, Duration::from_secs(10)), Some(LostPolicy::EXIT_CODE));
    assert!(lost.elapsed() > Duration::from_secs(1), "it has some grace: {:?}", lost.elapsed());
    let mut text = String::new();
    child.stderr.take().expect("is piped").read_to_string(&mut text).expect("reads");
    let expected = "pangea: rank 0: the coordinator of the job is lost";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_process_that_ends_by_itself_in_time_is_let_alone() {
    let job = job(1, Choice::Shm);
    let (mut child, mut output) = start(&job, 0, "notice");
    serving(&mut output);
    drop(job);
    assert_eq!(end_within(&mut child, Duration::from_secs(10)), Some(7));
}
