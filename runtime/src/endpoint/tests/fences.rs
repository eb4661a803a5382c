//! Deaths as exchanges see them: homes that die, dead nodes that homes have fenced, and nodes that give
//! themselves up.

use std::sync::Barrier;

use crate::cluster::{ClusterError, Epoch, Rank};
use crate::endpoint::{ExchangeError, Step};
use crate::error::Error;
use crate::testing::{Job, TestNode};

use super::exchanges::{AT, on_rank_0_of};

/// Who died, and why, of an error that says nothing else.
fn death(error: Error) -> (u32, String) {
    match error {
        Error::Cluster(ClusterError::NodeDied { rank, reason }) => (rank.0, reason),
        error => panic!("nobody died: {error:?}"),
    }
}

/// As the others hear it, after who it was.
fn told(error: Error) -> (u32, String) {
    let (rank, reason) = death(error);
    let last = reason.rsplit(": ").next().unwrap_or_default();
    (rank, last.to_owned())
}

fn fatal<T>(result: Result<T, ExchangeError>) -> Error {
    match result {
        Err(ExchangeError::Fatal(error)) => error,
        Err(ExchangeError::Lost(error)) => panic!("lost: {error:?}"),
        Ok(_) => panic!("it succeeded"),
    }
}

fn add(node: &TestNode, rank: u32) -> Result<[u64; 1], ExchangeError> {
    node.exchange(rank, [Step::FetchAdd { at: AT, add: 1 }])
}

/// The last rank of `size` dies, and `program` runs on rank 0 when it has heard of it. The others stay until it is
/// over.
fn after_a_death(size: u32, program: impl Fn(&TestNode) + Send + Sync + 'static) {
    let met = Barrier::new(size as usize);
    Job::of(size).run(move |node| {
        node.begin_count(size - 1);
        // The job's own barrier would fail where the news comes before all signs.
        met.wait();
        if node.rank() == size - 1 {
            node.endpoint.give_up("it was told to");
        }
        while node.rank() == 0 && !node.endpoint.health().is_dead(Rank(size - 1)) {
            std::thread::yield_now();
        }
        if node.rank() == 0 {
            program(node);
        }
    });
}

#[test]
fn who_has_left_is_as_good_as_fenced() {
    Job::of(2).run(|node| {
        if node.rank() == 0 {
            node.endpoint.health().node_left(Rank(1));
            assert!(
                node.endpoint.is_fenced(0, 1).unwrap() && node.endpoint.is_fenced(1, 1).unwrap()
            );
        }
    });
}

#[test]
fn who_has_lost_the_coordinator_begins_nothing_any_more() {
    on_rank_0_of(2, |node| {
        add(node, 1).unwrap();
        // A step before may have ended with that, half done; the homes may not have heard of it yet.
        node.endpoint.health().coordinator_lost("as a test has it".to_owned());
        for rank in 0..2 {
            let error = fatal(add(node, rank));
            assert!(error.to_string().contains("as a test has it"), "{error}");
        }
    });
}

#[test]
fn the_living_are_not_fenced() {
    let over = Barrier::new(3);
    Job::of(3).run(move |node| {
        node.barrier().unwrap();
        node.begin_count(1);
        let fenced = [0, 1, 2].map(|home| node.endpoint.is_fenced(home, (node.rank() + 1) % 3));
        // Who leaves before the others have looked is as good as fenced.
        over.wait();
        assert!(fenced.into_iter().all(|fenced| !fenced.unwrap()));
    });
}

#[test]
fn homes_say_that_they_have_fenced_the_dead() {
    after_a_death(4, |node| {
        for home in 0..3 {
            assert!(node.endpoint.is_fenced(home, 3).unwrap());
        }
        // Where nobody needs to be asked, nothing is noted.
        let noted: Vec<_> = node.endpoint.fenced.lock().iter().copied().collect();
        assert_eq!(noted, [(1, 3), (2, 3)]);
    });
}

#[test]
fn a_dead_home_cannot_say_whether_it_has_fenced() {
    after_a_death(3, |node| {
        let error = node.endpoint.is_fenced(2, 2).unwrap_err();
        // The reason is its own, or that its connection broke, whichever the coordinator saw first.
        assert_eq!(death(error).0, 2);
    });
}

#[test]
fn a_home_that_has_not_heard_of_a_death_has_not_fenced() {
    on_rank_0_of(3, |node| {
        node.endpoint.health().node_died(Rank(2), "as far as I know".to_owned(), Epoch(9));
        let refusal = node.endpoint.is_fenced(1, 2).unwrap_err().to_string();
        assert!(refusal.contains("rank 1") && refusal.contains("rank 2"), "{refusal}");
        assert!(node.endpoint.fenced.lock().is_empty());
        // What a home has said is not asked again.
        node.endpoint.fenced.lock().insert((1, 2));
        assert!(node.endpoint.is_fenced(1, 2).unwrap());
    });
}

#[test]
fn an_exchange_with_a_dead_home_is_fatal_and_others_go_on() {
    after_a_death(3, |node| {
        for _ in 0..2 {
            assert_eq!(death(fatal(add(node, 2))).0, 2);
        }
        assert_eq!(add(node, 1).unwrap(), [0]);
        assert_eq!(add(node, 0).unwrap(), [0]);
    });
}

#[test]
fn an_exchange_whose_home_dies_meanwhile_is_fatal() {
    on_rank_0_of(3, |node| {
        add(node, 1).unwrap();
        node.faults.silence(1);
        let health = std::sync::Arc::clone(node.endpoint.health());
        let faults = std::sync::Arc::clone(&node.faults);
        faults.take_doorbells(1);
        #[expect(clippy::disallowed_methods, reason = "a home that dies while it is waited for")]
        let news = std::thread::spawn(move || {
            while faults.take_doorbells(1) == 0 {
                std::thread::yield_now();
            }
            health.node_died(Rank(1), "killed".to_owned(), Epoch(9));
        });
        assert_eq!(death(fatal(add(node, 1))), (1, "killed".to_owned()));
        news.join().unwrap();
        assert_eq!(add(node, 2).unwrap(), [0]);
        node.endpoint.assert_nothing_is_held();
    });
}

#[test]
fn a_node_that_gives_up_fails_with_its_reason_from_then_on() {
    let met = Barrier::new(2);
    Job::of(2).run(move |node| {
        let array = node.array::<u64>("data").len(8).on_node(1).create().unwrap();
        met.wait();
        if node.rank() == 1 {
            while !node.endpoint.health().is_dead(Rank(0)) {
                std::thread::yield_now();
            }
            let said = node.endpoint.health().check().unwrap_err();
            assert_eq!(told(said.into()), (0, "stuck".to_owned()));
            // What it did before has happened.
            assert_eq!(node.word(1, AT), 1);
            return;
        }
        add(node, 1).unwrap();
        assert!(!node.endpoint.has_given_up());
        node.endpoint.give_up("stuck");
        node.endpoint.give_up("another reason");
        assert!(node.endpoint.has_given_up());
        let failures = [
            fatal(add(node, 0)),
            fatal(add(node, 1)),
            array.put(0, 1).unwrap_err(),
            array.get(0).unwrap_err(),
            array.fetch_add(0, 1).unwrap_err(),
            node.barrier().unwrap_err(),
            node.endpoint.check_membership().unwrap_err(),
        ];
        for failure in failures {
            assert_eq!(death(failure), (0, "stuck".to_owned()));
        }
    });
}

#[test]
fn work_that_waits_ends_when_the_node_gives_up() {
    on_rank_0_of(2, |node| {
        add(node, 1).unwrap();
        node.faults.silence(1);
        let (faults, endpoint) = (&node.faults, &node.endpoint);
        faults.take_doorbells(1);
        #[expect(clippy::disallowed_methods, reason = "another thread of the node")]
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while faults.take_doorbells(1) == 0 {
                    std::thread::yield_now();
                }
                endpoint.give_up("stuck");
            });
            assert_eq!(death(fatal(add(node, 1))), (0, "stuck".to_owned()));
        });
    });
}

#[test]
fn all_that_live_are_asked_for_their_fences_of_all_the_dead() {
    on_rank_0_of(5, |node| {
        let endpoint = &node.endpoint;
        endpoint.outlast(None).expect("nobody died");
        endpoint.health().node_died(Rank(4), "as far as I know".to_owned(), Epoch(9));
        endpoint.health().node_died(Rank(2), "as far as I know".to_owned(), Epoch(9));
        for (home, dead) in [(1, 2), (3, 2), (1, 4), (3, 4)] {
            let refusal = endpoint.outlast(Some(4)).unwrap_err().to_string();
            let says = |rank: u32| refusal.contains(&format!("rank {rank}"));
            assert!(says(home) && says(dead), "{refusal}, and not {home} of {dead}");
            endpoint.note_fence_of(home, dead);
        }
        endpoint.outlast(Some(4)).expect("all have fenced both");
    });
}

#[test]
fn who_has_not_heard_of_a_death_waits_for_the_news() {
    on_rank_0_of(3, |node| {
        let health = std::sync::Arc::clone(node.endpoint.health());
        node.endpoint.note_fence_of(1, 2);
        let waits = std::sync::Arc::new(Barrier::new(2));
        let met = std::sync::Arc::clone(&waits);
        #[expect(clippy::disallowed_methods, reason = "news while they are waited for")]
        let news = std::thread::spawn(move || {
            met.wait();
            std::thread::sleep(std::time::Duration::from_millis(30));
            health.node_died(Rank(2), "killed".to_owned(), Epoch(9));
        });
        waits.wait();
        node.endpoint.outlast(Some(2)).expect("the news have come, and home 1 has fenced it");
        assert!(node.endpoint.health().is_dead(Rank(2)));
        news.join().unwrap();
        // Who has nobody to be told by waits in vain, and not for long.
        node.endpoint.health().coordinator_lost("as a test has it".to_owned());
        let error = node.endpoint.outlast(Some(1)).unwrap_err().to_string();
        assert!(error.contains("as a test has it"), "{error}");
    });
}
