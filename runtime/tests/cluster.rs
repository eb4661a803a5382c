//! Jobs whose nodes live in this process: joining, segments, pairs, deaths, leaving.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod cluster_support;

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use cluster_support::{
    ARENA, Call, PATIENCE, card, connect, in_time, inode, job, leave_all, nodes, options, pipe,
    serve, spec, until,
};
use pangea::cluster::{
    Address, Client, ClusterError, Coordinator, CoordinatorConfig, Epoch, JobEnv, JobEvent,
    LostPolicy, Rank, Refusal, Secret, SegmentSpec,
};
use pangea::primitives::System;
use verbs_shim::Card;
use verbs_shim::provider::Choice;

fn tcp_only(env: &JobEnv) -> JobEnv {
    let is_tcp = |address: &&Address| matches!(address, Address::Tcp(_));
    JobEnv { addresses: env.addresses.iter().filter(is_tcp).cloned().collect(), ..env.clone() }
}

#[test]
fn a_job_of_one_node() {
    let job = job(1, Choice::Shm);
    let (client, welcome) = Client::connect_with(&job.env(0), options()).expect("joins");
    assert_eq!((welcome.rank, welcome.size, welcome.epoch), (Rank(0), 1, Epoch(1)));
    assert_eq!((welcome.provider, welcome.arena_bytes), (Choice::Shm, ARENA));
    assert!(welcome.one_host);
    assert_eq!(welcome.cache_bytes, 64 << 20);
    let node = serve(client).expect("serves");
    let echo = node.client.connect_pair(Rank(0), &card("to myself")).expect("connects");
    assert_eq!(echo.bytes, b"to myself");
    let segment = node.client.create_or_attach(&spec("a", &[800])).expect("creates");
    assert!(segment.created);
    assert_eq!(node.client.catalog().expect("lists")[0].name, "a");
    node.client.release(segment.id).expect("releases");
    let Call::Pair { .. } = node.next_call() else { panic!("the pair first") };
    assert_eq!(node.next_call(), Call::Clear { offset: segment.offset_on[0], len: 832 });
    node.client.leave(true).expect("leaves");
    assert_eq!(node.client.leave(true), Ok(()), "again is no error");
    assert!(matches!(node.client.catalog(), Err(ClusterError::Misuse(_))));
    assert_eq!(node.client.health().check(), Ok(()));
}

#[test]
fn a_node_is_told_how_much_to_cache_and_its_own_wish_goes_before() {
    let config = CoordinatorConfig {
        cache_bytes: 5 << 20,
        ..CoordinatorConfig::local(2, Choice::Shm, ARENA)
    };
    let coordinator = Coordinator::<System>::start(&config).expect("starts");
    let join = |env: &JobEnv| {
        let (client, welcome) = Client::<System>::connect_with(env, options()).expect("joins");
        (client, welcome.cache_bytes)
    };
    let (_first, told) = join(coordinator.job());
    let (_second, own) = join(&JobEnv { cache_bytes: Some(1), ..coordinator.job().clone() });
    assert_eq!((told, own), (5 << 20, 1));
}

#[test]
fn arenas_of_all_come_by_rank_over_both_transports() {
    let job = job(3, Choice::Verbs);
    std::thread::scope(|scope| {
        for rank in 0..3 {
            let env = job.env(rank);
            scope.spawn(move || {
                let env = if rank == 1 { tcp_only(&env) } else { env };
                let (client, welcome) =
                    Client::<System>::connect_with(&env, options()).expect("joins");
                assert_eq!(welcome.one_host, rank != 1);
                let arenas = client.announce(&card(&format!("arena {rank}")), 0).expect("all");
                assert_eq!(arenas.len(), 3);
                for other in 0..3 {
                    let arena = arenas.card(Rank(other)).expect("is there").bytes;
                    assert_eq!(arena, format!("arena {other}").into_bytes());
                }
                assert!(arenas.card(Rank(3)).is_none());
            });
        }
    });
}

#[test]
fn ranks_without_a_wish_are_all_different() {
    let job = job(4, Choice::Shm);
    let clients: Vec<Client> =
        (0..4).map(|_| connect(job.coordinator.job()).expect("joins")).collect();
    let ranks: Vec<u32> = clients.iter().map(|client| client.rank().0).collect();
    assert_eq!(ranks, [0, 1, 2, 3]);
    let full = connect(job.coordinator.job()).expect_err("is full");
    assert_eq!(full, ClusterError::Refused(Refusal::JobFull { size: 4 }));
    let taken = connect(&job.env(2)).expect_err("is taken").to_string();
    assert!(taken.contains("rank 2 (PANGEA_RANK) has already joined"), "{taken}");
    let none = connect(&job.env(9)).expect_err("does not exist").to_string();
    assert!(none.contains("rank 9") && none.contains("4 nodes"), "{none}");
}

#[test]
fn segments_are_created_once_and_checked() {
    let job = job(2, Choice::Shm);
    let nodes = nodes(&job, 2);
    let [a, b] = &nodes[..] else { panic!("two nodes") };
    let wanted = spec("ranks", &[400, 400]);
    let first = a.client.create_or_attach(&wanted).expect("creates");
    let second = b.client.create_or_attach(&wanted).expect("attaches");
    assert!(first.created && !second.created);
    assert_eq!((first.id, &first.offset_on, first.epoch), (second.id, &second.offset_on, Epoch(2)));
    assert!(first.offset_on.iter().all(|&offset| offset >= 64), "the reserved part is not used");
    assert_eq!(b.client.attach("ranks").expect("attaches").id, first.id);

    let other = SegmentSpec { type_name: "u64".to_owned(), ..wanted };
    let mismatch = b.client.create_or_attach(&other).expect_err("another type").to_string();
    assert_eq!(
        mismatch,
        "segment \"ranks\" is f64 × 100 (block, relaxed); \
         this node asked for u64 × 100 (block, relaxed)"
    );
    let missing = b.client.attach("rank").expect_err("no such name");
    assert_eq!(missing, ClusterError::Refused(Refusal::NoSuchSegment { name: "rank".to_owned() }));
    let big = a.client.create_or_attach(&spec("big", &[0, 2 * ARENA])).expect_err("too large");
    let text = big.to_string();
    assert!(text.contains("rank 1 is too small") && text.contains("PANGEA_MEMORY"), "{text}");

    let listed = a.client.catalog().expect("lists");
    assert_eq!((listed.len(), listed[0].nodes, listed[0].bytes), (1, 2, 800));
    for _ in 0..2 {
        b.client.release(first.id).expect("B attached twice");
    }
    assert!(b.client.release(first.id).is_err());
    a.client.release(first.id).expect("A created it");
    let cleared = Call::Clear { offset: first.offset_on[0], len: 448 };
    assert_eq!((a.next_call(), b.next_call()), (cleared.clone(), cleared));
    until("the end of the segment", || a.client.catalog().expect("lists").is_empty());
    leave_all(&nodes);
}

#[test]
fn long_catalogs_come_in_several_answers() {
    let job = job(1, Choice::Shm);
    let nodes = nodes(&job, 1);
    let names: Vec<String> = (0..1203).map(|number| format!("segment {number:04}")).collect();
    for name in &names {
        nodes[0].client.create_or_attach(&spec(name, &[64])).expect("creates");
    }
    let listed = nodes[0].client.catalog().expect("lists");
    assert_eq!(listed.into_iter().map(|entry| entry.name).collect::<Vec<_>>(), names);
    leave_all(&nodes);
}

#[test]
fn memory_that_is_being_cleared_is_waited_for() {
    let job = job(2, Choice::Shm);
    let nodes = nodes(&job, 2);
    let all = [0, ARENA - 4096];
    for round in 0..50 {
        let name = format!("round {round}");
        let segment = nodes[0].client.create_or_attach(&spec(&name, &all)).expect("has room");
        assert!(segment.created);
        nodes[0].client.release(segment.id).expect("releases");
    }
    leave_all(&nodes);
}

#[test]
fn pairs_connect_while_the_peer_computes() {
    let job = job(3, Choice::Shm);
    let nodes = nodes(&job, 3);
    std::thread::scope(|scope| {
        for client in nodes.iter().map(|node| &node.client) {
            for thread in 0..4 {
                scope.spawn(move || {
                    for to in (0..3).map(Rank) {
                        let text = format!("{} {thread} {to}", client.rank());
                        let answer = client.connect_pair(to, &card(&text)).expect("connects");
                        assert_eq!(answer.bytes, text.as_bytes());
                    }
                });
            }
        }
    });
    assert_eq!(nodes.iter().map(|node| node.calls.try_iter().count()).sum::<usize>(), 36);
    let refused = nodes[0].client.connect_pair(Rank(1), &card("refuse")).expect_err("refuses");
    assert_eq!(
        refused.to_string(),
        "rank 1 refused to connect a queue pair: it was told to refuse"
    );
    let nobody = nodes[0].client.connect_pair(Rank(7), &card("")).expect_err("no such rank");
    assert!(nobody.to_string().contains("rank 7"), "{nobody}");
    leave_all(&nodes);
}

#[test]
fn the_files_of_cards_arrive_and_are_closed_when_unused() {
    let job = job(2, Choice::Shm);
    let (mut reader, writer) = pipe();
    let same = inode(&writer);
    let nodes = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|rank| {
                let (env, writer, same) = (job.env(rank), Arc::clone(&writer), same.clone());
                scope.spawn(move || {
                    let client = connect(&env).expect("joins");
                    let card = Card { bytes: vec![7], fds: vec![Arc::clone(&writer), writer] };
                    let arenas = client.announce(&card, 0).expect("all announce");
                    for rank in 0..2 {
                        let arena = arenas.card(Rank(rank)).expect("is there");
                        assert_eq!(arena.fds.len(), 2);
                        assert!(arena.fds.iter().all(|file| inode(file) == same));
                    }
                    client
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("joins")).collect::<Vec<_>>()
    });
    let (client, other) = (&nodes[0], &nodes[1]);
    for client in [client, other] {
        client.serve(|| Box::new(Files)).expect("serves");
    }
    let card = Card { bytes: vec![1], fds: vec![Arc::clone(&writer)] };
    let back = client.connect_pair(Rank(1), &card).expect("connects");
    assert_eq!(inode(&back.fds[0]), same);
    let mut copy = std::fs::File::from(back.fds[0].try_clone().expect("copies"));
    copy.write_all(b"through").expect("is a pipe");

    // The end of the pipe comes when every copy is closed, the coordinator's too.
    drop((copy, back, card, writer, nodes, job));
    let text = in_time("the end of the pipe", move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("reads");
        text
    });
    assert_eq!(text, "through");
}

/// Answers with what it got.
struct Files;

impl pangea::cluster::Handler for Files {
    fn pair_requested(&mut self, _: Rank, card: &Card) -> Result<Card, String> {
        Ok(card.clone())
    }

    fn clear(&mut self, _: u64, _: u64) {}

    fn peer_died(&mut self, _: Rank) {}
}

#[test]
fn cards_that_cannot_be_sent_are_refused_at_once() {
    let job = job(1, Choice::Verbs);
    let client = connect(&tcp_only(&job.env(0))).expect("joins");
    let (_reader, file) = pipe();
    let with_file = Card { bytes: vec![], fds: vec![file] };
    let error = client.announce(&with_file, 0).expect_err("a file over TCP").to_string();
    assert!(error.contains("another host"), "{error}");
    let large = Card { bytes: vec![0; 2 * Card::MAX_BYTES + 1], fds: vec![] };
    assert!(client.announce(&large, 0).is_err());
    assert!(matches!(client.announce(&card("a"), ARENA + 1), Err(ClusterError::Misuse(_))));
    assert!(matches!(client.catalog(), Err(ClusterError::Misuse(_))), "before serve");
    assert!(matches!(client.serve(|| Box::new(Files)), Err(ClusterError::Misuse(_))));
    client.announce(&card("a"), 0).expect("a good one still goes");
}

#[test]
fn shm_over_tcp_is_refused_with_the_reason() {
    let job = job(1, Choice::Shm);
    let error = connect(&tcp_only(&job.env(0))).expect_err("needs the same host").to_string();
    assert!(error.contains("shm") && error.contains("over TCP"), "{error}");
    // The Unix socket of another host does not answer here; the next address is tried.
    let mut env = job.env(0);
    env.addresses[0] = Address::Unix("pangea-nobody-listens-here".to_owned());
    let error = connect(&env).expect_err("needs the same host").to_string();
    assert!(error.contains("over TCP"), "{error}");
    assert!(connect(&job.env(0)).is_ok(), "the rank is still free");
}

#[test]
fn a_wrong_secret_is_a_clear_error() {
    let job = job(1, Choice::Shm);
    let wrong = JobEnv { secret: Secret::random::<System>().expect("random"), ..job.env(0) };
    for env in [wrong.clone(), tcp_only(&wrong)] {
        let error = connect(&env).expect_err("is wrong");
        assert_eq!(error, ClusterError::WrongSecret);
        assert!(error.to_string().contains("PANGEA_SECRET"), "{error}");
    }
    assert!(connect(&job.env(0)).is_ok());
}

#[test]
fn no_coordinator_is_a_clear_error() {
    let job = job(1, Choice::Shm);
    let env = job.env(0);
    drop(job);
    let error = connect(&env).expect_err("nobody listens").to_string();
    assert!(error.contains("unix:@pangea-") && error.contains("tcp:127.0.0.1:"), "{error}");
}

#[test]
fn jobs_that_cannot_be_are_refused() {
    for (size, arena, problem) in [(0, 1, "not 0"), (65_536, 1, "not 65536"), (1, 0, "0 bytes")] {
        let config = CoordinatorConfig::local(size, Choice::Shm, arena);
        let error = Coordinator::<System>::start(&config).expect_err("cannot be").to_string();
        assert!(error.contains(problem), "{error}");
    }
    let job = job(1, Choice::Shm);
    let Some(Address::Tcp(taken)) = job.coordinator.job().addresses.last().cloned() else {
        panic!("it listens on TCP");
    };
    let listen = taken.parse().expect("an address");
    let config = CoordinatorConfig { listen, ..CoordinatorConfig::local(1, Choice::Shm, 1) };
    let error = Coordinator::<System>::start(&config).expect_err("the port is taken").to_string();
    assert!(error.contains(&taken), "{error}");
}

#[test]
fn a_death_is_told_to_all_within_a_second() {
    let job = job(3, Choice::Shm);
    let mut nodes = nodes(&job, 3);
    assert_eq!(nodes[0].client.health().check(), Ok(()));
    let began = Instant::now();
    drop(nodes.remove(1));
    for node in &nodes {
        let health = node.client.health();
        until("the news", || health.check().is_err());
        let Err(ClusterError::NodeDied { rank: Rank(1), reason }) = health.check() else {
            panic!("another error: {:?}", health.check());
        };
        assert!(reason.contains(&format!("pid {}", std::process::id())), "{reason}");
        assert!(health.is_dead(Rank(1)) && !health.is_dead(Rank(0)));
        assert_eq!(health.epoch(), Epoch(4));
        assert_eq!(node.next_call(), Call::Died(Rank(1)));
        let error = node.client.connect_pair(Rank(1), &card("")).expect_err("is dead");
        assert!(matches!(error, ClusterError::NodeDied { rank: Rank(1), .. }), "{error}");
    }
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(job.wait_for_death().0, Rank(1));
    leave_all(&nodes);
}

#[test]
fn a_death_before_all_have_joined_ends_the_waiting() {
    let job = job(3, Choice::Shm);
    let waiting = connect(&job.env(0)).expect("joins");
    let dying = connect(&job.env(1)).expect("joins");
    let waits = std::thread::spawn(move || waiting.announce(&card("a"), 0));
    // The first death is the one that is named, not what follows from it.
    drop(dying);
    let error = waits.join().expect("ends").expect_err("the job cannot begin");
    assert!(matches!(error, ClusterError::NodeDied { rank: Rank(1), .. }), "{error}");
    let late = connect(&job.env(2)).expect_err("the job cannot begin");
    assert!(matches!(late, ClusterError::NodeDied { rank: Rank(1), .. }), "{late}");
}

#[test]
fn a_process_that_ends_before_it_joins_is_named() {
    let job = job(2, Choice::Shm);
    let client = connect(&job.env(0)).expect("joins");
    let waits = std::thread::spawn(move || client.announce(&card("a"), 0));
    job.coordinator.node_exited(Rank(1), "exit status 3");
    let error = waits.join().expect("ends").expect_err("the job cannot begin").to_string();
    assert_eq!(error, "rank 1 died: its process ended before it joined: exit status 3");
    let joined = job.wait_for(|event| match event {
        JobEvent::Died { joined, .. } => Some(*joined),
        _ => None,
    });
    assert!(!joined);
}

#[test]
fn a_death_amid_a_request_answers_it() {
    let job = job(2, Choice::Shm);
    let (asked, is_asked) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let (a, b) = std::thread::scope(|scope| {
        let env = job.env(0);
        let a = scope.spawn(move || serve(connect(&env).expect("joins")).expect("serves"));
        let b = connect(&job.env(1)).expect("joins");
        b.announce(&card("b"), 0).expect("all announce");
        b.serve(move || Box::new(Stuck { asked, may_go_on })).expect("serves");
        (a.join().expect("starts"), b)
    });
    let a = Arc::new(a.client);
    let asks = Arc::clone(&a);
    let request = std::thread::spawn(move || asks.connect_pair(Rank(1), &card("x")));
    is_asked.recv_timeout(PATIENCE).expect("the peer is asked");
    job.coordinator.node_exited(Rank(1), "killed by signal 9");
    let error =
        in_time("the request", || request.join().expect("no panic")).expect_err("the peer is dead");
    let ClusterError::NodeDied { rank: Rank(1), reason } = error else { panic!("{error}") };
    assert!(reason.ends_with("killed by signal 9"), "{reason}");
    drop(go_on);
    drop(b);
    a.leave(true).expect("alone, it may go");
}

/// A handler that hangs in the first request.
struct Stuck {
    asked: std::sync::mpsc::Sender<()>,
    may_go_on: std::sync::mpsc::Receiver<()>,
}

impl pangea::cluster::Handler for Stuck {
    fn pair_requested(&mut self, _: Rank, card: &Card) -> Result<Card, String> {
        let _ = self.asked.send(());
        let _ = self.may_go_on.recv();
        Ok(card.clone())
    }

    fn clear(&mut self, _: u64, _: u64) {}

    fn peer_died(&mut self, _: Rank) {}
}

#[test]
fn leaving_waits_for_the_others_and_not_for_the_dead() {
    let job = job(3, Choice::Shm);
    let mut nodes = nodes(&job, 3);
    let (last, dying) = (nodes.remove(2), nodes.remove(1));
    let first = nodes.remove(0);
    let (done, is_done) = channel();
    let waits = std::thread::spawn(move || {
        first.client.leave(true).expect("leaves");
        done.send(()).expect("is waited for");
    });
    until("the news", || last.client.health().has_left(Rank(0)));
    assert_eq!(last.client.health().check(), Ok(()), "leaving is no trouble");
    // A node that waits in leave still answers.
    last.client.connect_pair(Rank(0), &card("still there?")).expect("it is");
    drop(dying);
    until("the news", || last.client.health().is_dead(Rank(1)));
    assert!(is_done.try_recv().is_err(), "one is still there");
    last.client.leave(true).expect("leaves");
    is_done.recv_timeout(PATIENCE).expect("all have left");
    waits.join().expect("no panic");
}

#[test]
fn a_node_that_fails_says_so_and_waits_for_nobody() {
    let job = job(2, Choice::Shm);
    let nodes = nodes(&job, 2);
    nodes[0].client.fail("index out of range").expect("tells");
    let health = nodes[1].client.health();
    until("the news", || health.is_dead(Rank(0)));
    let text = health.check().expect_err("rank 0 failed").to_string();
    assert!(text.ends_with("index out of range"), "{text}");
    nodes[1].client.leave(false).expect("tells");
}

#[test]
fn the_loss_of_the_coordinator_ends_every_wait() {
    let job = job(3, Choice::Shm);
    let mut nodes = nodes(&job, 2 + 1);
    let (lost, is_lost) = channel();
    let with_policy = {
        let job = cluster_support::job(1, Choice::Shm);
        let mut options = options();
        options.on_coordinator_lost = LostPolicy::Call(Box::new(move |error| {
            let _ = lost.send(error.clone());
        }));
        let (client, _) = Client::connect_with(&job.env(0), options).expect("joins");
        serve(client).expect("serves")
    };
    let error = is_lost.recv_timeout(PATIENCE).expect("the policy is called");
    assert!(matches!(error, ClusterError::CoordinatorLost { .. }), "{error}");
    assert_eq!(with_policy.client.catalog().expect_err("nobody answers"), error);
    assert_eq!(with_policy.client.health().check(), Err(error));

    let leaving = nodes.remove(0);
    let leaves = std::thread::spawn(move || leaving.client.leave(true));
    until("the news", || nodes[0].client.health().has_left(Rank(0)));
    let joining = cluster_support::job(2, Choice::Shm);
    let alone = connect(&joining.env(0)).expect("joins");
    let announces = std::thread::spawn(move || alone.announce(&card("a"), 0));
    joining.wait_for(|event| matches!(event, JobEvent::Joined { .. }).then_some(()));
    drop(job);
    drop(joining);
    for result in [
        in_time("leave", || leaves.join().expect("no panic")),
        in_time("announce", || announces.join().expect("no panic").map(|_| ())),
    ] {
        assert!(matches!(result, Err(ClusterError::CoordinatorLost { .. })), "{result:?}");
    }
    until("the news", || nodes[0].client.health().check().is_err());
}

#[test]
fn two_jobs_do_not_know_of_each_other() {
    let (one, two) = (job(2, Choice::Shm), job(2, Choice::Shm));
    let (nodes_one, nodes_two) = (nodes(&one, 2), nodes(&two, 2));
    let a = nodes_one[0].client.create_or_attach(&spec("same", &[64, 64])).expect("creates");
    let b = nodes_two[0].client.create_or_attach(&spec("same", &[8, 8])).expect("creates");
    assert!(a.created && b.created);
    let stray = JobEnv { secret: one.env(0).secret, ..two.env(0) };
    assert_eq!(connect(&stray).expect_err("another job"), ClusterError::WrongSecret);
    drop(nodes_one);
    drop(one);
    assert_eq!(nodes_two[1].client.catalog().expect("lists").len(), 1);
    assert_eq!(nodes_two[1].client.health().check(), Ok(()));
    leave_all(&nodes_two);
}

#[test]
fn sixty_four_nodes_at_once() {
    const SIZE: u32 = 64;
    let job = job(SIZE, Choice::Shm);
    let nodes = nodes(&job, SIZE);
    let everywhere = spec("everywhere", &[1024; SIZE as usize]);
    std::thread::scope(|scope| {
        for client in nodes.iter().map(|node| &node.client) {
            let wanted = &everywhere;
            scope.spawn(move || {
                let segment = client.create_or_attach(wanted).expect("attaches");
                for step in [0, 1, 7] {
                    let to = Rank((client.rank().0 + step) % SIZE);
                    client.connect_pair(to, &card("hello")).expect("connects");
                }
                client.release(segment.id).expect("releases");
            });
        }
    });
    assert_eq!(nodes[5].client.catalog().expect("lists"), []);
    leave_all(&nodes);
}
