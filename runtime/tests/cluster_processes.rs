//! Nodes in processes of their own: SIGKILL of a node, and the loss of the launcher.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod children;
mod cluster_support;

use std::time::{Duration, Instant};

use children::Process;
use cluster_support::{card, connect, job, serve, until};
use pangea::cluster::{Client, ClusterError, JobEnv, LostPolicy, Rank};
use verbs_shim::provider::Choice;

/// Not a test by itself: the processes that the tests below start begin here.
#[test]
fn child() {
    let Some(part) = children::part() else { return };
    let env = JobEnv::from_env().expect("is well-formed").expect("is set");
    let (client, _) = Client::connect(&env).expect("joins");
    let node = serve(client).expect("serves");
    children::say("serving");
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

const LIMIT: Duration = Duration::from_secs(10);

#[test]
fn a_killed_process_is_named_within_a_second() {
    let job = job(2, Choice::Shm);
    let mut child = Process::start(&job.env(1), "hang", &[]);
    let node = serve(connect(&job.env(0)).expect("joins")).expect("serves");
    child.wait_for("serving");
    node.client.connect_pair(Rank(1), &card("hello")).expect("it lives");
    let pid = child.id();
    let killed = Instant::now();
    child.kill();
    until("the news", || node.client.health().check().is_err());
    let took = killed.elapsed();
    let error = node.client.health().check().expect_err("rank 1 was killed");
    let ClusterError::NodeDied { rank: Rank(1), reason } = error else { panic!("{error}") };
    assert!(reason.contains(&format!("pid {pid} on ")), "{reason}");
    assert!(took < Duration::from_secs(1), "{took:?}");
    node.client.leave(true).expect("leaves");
}

#[test]
fn a_process_ends_with_its_job() {
    let job = job(1, Choice::Shm);
    let mut child = Process::start(&job.env(0), "hang", &[]);
    child.wait_for("serving");
    drop(job);
    let lost = Instant::now();
    let (status, said) = child.end_within(LIMIT);
    assert_eq!(status.code(), Some(LostPolicy::EXIT_CODE));
    assert!(lost.elapsed() > Duration::from_secs(1), "it has some grace: {:?}", lost.elapsed());
    let expected = "pangea: rank 0: the coordinator of the job is lost";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_process_that_ends_by_itself_in_time_is_let_alone() {
    let job = job(1, Choice::Shm);
    let mut child = Process::start(&job.env(0), "notice", &[]);
    child.wait_for("serving");
    drop(job);
    assert_eq!(child.end_within(LIMIT).0.code(), Some(7));
}
