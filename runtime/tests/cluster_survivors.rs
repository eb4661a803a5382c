//! What nodes can do after others have died: everything that does not need the dead.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod cluster_support;
mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use cluster_support::{Call, PATIENCE, card, leave_all, nodes, spec, until};
use pangea::cluster::{ClusterError, Model, Rank, SegmentSpec};
use pangea::{Distribution, Error, Node};
use verbs_shim::provider::Choice;

/// Ends a node as one whose program failed.
fn die(node: Node) {
    let end = catch_unwind(AssertUnwindSafe(move || {
        let _node = node;
        panic!("this node is to die");
    }));
    assert!(end.is_err());
}

/// Until a barrier is told that somebody will never come.
fn until_told(node: &Node) -> String {
    let error = node.barrier().expect_err("somebody died");
    assert!(matches!(error, Error::Cluster(ClusterError::NodeDied { .. })), "{error}");
    error.to_string()
}

/// How an access to a dead node fails. Until its connections are closed too, memory of a node that lived in this
/// process may still answer.
fn until_lost<T>(mut access: impl FnMut() -> Result<T, Error>) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        access()?;
        assert!(Instant::now() < deadline, "the memory of the dead node stays within reach");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[track_caller]
fn names<T>(result: Result<T, Error>, rank: u32) {
    let Err(Error::Cluster(ClusterError::NodeDied { rank: named, reason })) = &result else {
        panic!("no death is told: {:?}", result.err());
    };
    assert_eq!(*named, Rank(rank));
    assert!(reason.contains("its program failed"), "{reason}");
}

#[test]
fn survivors_share_memory_create_attach_and_leave() {
    // The job's own barrier fails where the news of a death comes before all signs.
    let met = Arc::new(Barrier::new(3));
    let counts = common::job(3, move |node| {
        let old = node.array::<u64>("old").len(8).on_node(0).create().unwrap();
        let of_dead = node.array::<u64>("of the dead").len(8).on_node(2).create().unwrap();
        met.wait();
        if node.rank() == 2 {
            drop((old, of_dead));
            die(node);
            return 0;
        }
        assert!(until_told(&node).contains("rank 2"));

        // What is on the dead node is lost, and so is what would have a part there.
        names(until_lost(|| of_dead.get(0)), 2);
        names(node.array::<u64>("of the dead").attach(), 2);
        names(node.array::<u64>("everywhere").len(99).create(), 2);
        of_dead.release().unwrap();

        // All else goes on.
        old.fetch_add(1, 1).unwrap();
        let new = node.array::<u64>("new").len(4).on_node(1).create().unwrap();
        let again = node.array::<u64>("new").attach().unwrap();
        again.fetch_add(0, 1).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while new.load(0).unwrap() < 2 || old.load(1).unwrap() < 2 {
            assert!(Instant::now() < deadline, "the other survivor does not come");
            std::thread::sleep(Duration::from_millis(1));
        }
        new.put(node.rank() + 1, 7).unwrap();
        assert_eq!(new.get(node.rank() + 1).unwrap(), 7);
        let listed = node.catalog().unwrap();
        assert!(listed.iter().any(|entry| entry.name == "new" && entry.nodes >= 1));
        node.quiet().unwrap();
        new.release().unwrap();
        again.release().unwrap();
        old.release().unwrap();
        1
    });
    assert_eq!(counts, [1, 1, 0], "the survivors left in good order");
}

#[test]
fn each_of_several_deaths_is_named() {
    // The job's own barrier fails where the news of a death comes before all signs.
    let met = Arc::new(Barrier::new(4));
    common::job(4, move |node| {
        let homes: Vec<_> = (0..4)
            .map(|rank| node.array::<u64>(&format!("at {rank}")).len(1).on_node(rank))
            .map(|array| array.create().unwrap())
            .collect();
        // Connected before the deaths, so that it is the death that ends the connection.
        let sum: u64 = homes.iter().map(|home| home.fetch_add(0, 0).unwrap()).sum();
        assert_eq!(sum, 0);
        met.wait();
        if node.rank() == 3 {
            drop(homes);
            return die(node);
        }
        assert!(until_told(&node).contains("rank 3"));
        homes[0].fetch_add(0, 1).unwrap();
        if node.rank() == 2 {
            drop(homes);
            return die(node);
        }
        names(until_lost(|| homes[2].fetch_add(0, 1)), 2);
        names(until_lost(|| homes[3].fetch_add(0, 1)), 3);
        assert!(homes[0].fetch_add(0, 1).is_ok() && homes[1].fetch_add(0, 1).is_ok());
    });
}

#[test]
fn memory_of_the_dead_segments_parts_is_free_again() {
    let job = cluster_support::job(3, Choice::Shm);
    let mut nodes = nodes(&job, 3);
    let wide = nodes[0].client.create_or_attach(&spec("wide", &[640, 640, 640])).expect("creates");
    nodes[2].client.create_or_attach(&spec("of 2 alone", &[640, 0, 0])).expect("creates");
    drop(nodes.remove(2));
    for node in &nodes {
        until("the news", || node.client.health().is_dead(Rank(2)));
        assert_eq!(node.next_call(), Call::Died(Rank(2)));
    }
    let [a, b] = &nodes[..] else { panic!("two are left") };
    // Only the dead node had it.
    let Call::Clear { len: 640, .. } = a.next_call() else { panic!("nothing is cleared") };

    let died = |error: ClusterError| matches!(error, ClusterError::NodeDied { rank: Rank(2), .. });
    assert!(died(b.client.attach("wide").expect_err("has a part there")));
    assert!(died(b.client.connect_pair(Rank(2), &card("x")).expect_err("is dead")));
    a.client.release(wide.id).expect("what there is can be given back");
    let cleared: Vec<Call> = vec![a.next_call(), b.next_call()];
    assert!(cleared.iter().all(|call| matches!(call, Call::Clear { len: 640, .. })), "{cleared:?}");

    let wanted = SegmentSpec {
        model: Model::Sequential,
        block_bytes: 4096,
        block_elements: 500,
        len: 700,
        distribution: Distribution::OnNode(Rank(1)),
        ..spec("wide", &[0, 8192, 0])
    };
    let made = a.client.create_or_attach(&wanted).expect("its home lives, and the name is free");
    assert!(made.created && made.offset_on[1].is_multiple_of(4096));
    assert_eq!(b.client.attach("wide").expect("attaches").id, made.id);
    let listed = b.client.catalog().expect("lists");
    assert_eq!((listed.len(), listed[0].nodes, listed[0].block_bytes), (1, 2, 4096));
    assert_eq!(b.client.connect_pair(Rank(0), &card("hello")).expect("it lives").bytes, b"hello");
    leave_all(&nodes);
}
