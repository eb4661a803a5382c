//! Exchanges where the provider executes in place, on real threads and the real provider.

use std::sync::Arc;

use verbs_shim::provider::{AnyProvider, Choice, Counted, VerbsOptions};
use verbs_shim::{Atomic, Update};

use super::exchanges::AT;
use crate::cluster::{Coordinator, CoordinatorConfig, Epoch, Rank};
use crate::endpoint::contexts::{Contexts, Unserved};
use crate::endpoint::control::Abandoned;
use crate::endpoint::{Change, Endpoint, ExchangeError, Place, Step};
use crate::error::Error;
use crate::primitives::System;
use crate::sync::RESERVED_BYTES;

/// Runs `program` on rank 0 of two nodes on `shm`.
fn on_rank_0(program: impl FnOnce(&Arc<Endpoint<System>>) + Send + 'static) {
    let config = CoordinatorConfig::local(2, Choice::Shm, 16 << 20);
    let coordinator = Coordinator::<System>::start(&config).unwrap();
    let join = |rank| {
        let job = coordinator.job().for_rank(Rank(rank));
        move || {
            let endpoint = Endpoint::<System>::join(&job, None, RESERVED_BYTES, None, |_| {
                let provider = AnyProvider::open(Choice::Shm, &VerbsOptions::default());
                Ok(Counted::new(provider.unwrap()))
            });
            Arc::new(endpoint.unwrap())
        }
    };
    let (first, second) = (join(0), join(1));
    #[expect(clippy::disallowed_methods, reason = "the other node")]
    let home = std::thread::spawn(move || drop(second()));
    program(&first());
    home.join().unwrap();
}

fn round_trips(endpoint: &Endpoint<System>) -> u64 {
    endpoint.fabric().provider().counts().round_trips
}

#[test]
fn steps_take_effect_in_order() {
    on_rank_0(|endpoint| {
        for rank in [0, 1] {
            // The first opens the pair, the second finds it open.
            for round in 0..2 {
                let body = vec![7 + round as u8; 1 << 20];
                let (mut before, mut after) = (vec![1; 1 << 20], vec![1; 1 << 20]);
                let answers = endpoint.exchange(
                    rank,
                    [
                        Step::FetchAdd { at: AT, add: 5 },
                        Step::Read { at: AT + 8, into: &mut before },
                        Step::Write { at: AT + 8, from: &body },
                        Step::CompareSwap { at: AT, expected: 5 + 9 * round, new: 9 },
                        Step::Read { at: AT + 8, into: &mut after },
                    ],
                );
                assert_eq!(answers.unwrap(), [9 * round, 0, 0, 9 * round + 5, 0]);
                assert!(after == body);
                assert!(before.iter().all(|byte| u64::from(*byte) == 7 * round));
            }
        }
    });
}

/// Every kind of access that goes through the window: the end of the pair is told once, and then a new pair goes on.
#[test]
fn a_window_that_the_home_closed_is_told_of_once() {
    on_rank_0(|endpoint| {
        let at = Place::new(1, AT);
        let add = || Change { place: at, operand: 1 };
        type Access = fn(&Endpoint<System>, Place) -> Result<(), Error>;
        let accesses: [Access; 4] = [
            |endpoint, at| endpoint.read(at, &mut [0; 8]),
            |endpoint, at| endpoint.write(at, &[0; 8]),
            |endpoint, at| endpoint.atomic(at, Atomic::FetchAdd { add: 0 }).map(drop),
            |endpoint, at| endpoint.modify(at, |word| word | 1).map(drop),
        ];
        for access in accesses {
            endpoint.update_many(Update::Add, 3, |_| add()).unwrap();
            assert!(endpoint.load_at_once(at).is_some(), "there is a window");
            let key = endpoint.with(|thread| Ok(thread.key_of(1))).unwrap();
            let pair = Abandoned { peer: 1, key, dirty: true };
            endpoint.client().connect_pair(Rank(1), &pair.close()).unwrap();
            assert_eq!(endpoint.load_at_once(at), None);
            match access(endpoint, at) {
                Err(Error::Work(error) | Error::Indeterminate(error)) => assert_eq!(error.peer, 1),
                other => panic!("the end of the pair was not told: {other:?}"),
            }
            access(endpoint, at).unwrap();
            assert!(endpoint.load_at_once(at).is_some(), "there is a window again");
        }
        assert_eq!(
            endpoint.load_at_once(Place::new(1, AT + 1)),
            None,
            "a word that is not aligned"
        );
        assert_eq!(endpoint.load_at_once(Place::new(1, 1 << 40)), None, "beyond the arena");
    });
}

#[test]
fn an_own_block_is_read_without_any_pair() {
    on_rank_0(|endpoint| {
        let before = round_trips(endpoint);
        let mut word = [1; 8];
        endpoint.exchange(0, [Step::Read { at: AT, into: &mut word }]).unwrap();
        assert_eq!(word, [0; 8]);
        assert_eq!(round_trips(endpoint), before);
    });
}

#[test]
fn a_pair_that_the_home_closed_is_lost_once() {
    on_rank_0(|endpoint| {
        let add = |at| Step::FetchAdd { at, add: 1 };
        let mut word = [0; 8];
        endpoint.exchange(1, [add(AT)]).unwrap();
        let key = endpoint.with(|thread| Ok(thread.key_of(1))).unwrap();
        let pair = Abandoned { peer: 1, key, dirty: true };
        endpoint.client().connect_pair(Rank(1), &pair.close()).unwrap();
        let read = Step::Read { at: AT, into: &mut word };
        match endpoint.exchange(1, [read, add(AT)]) {
            Err(ExchangeError::Lost(error)) => assert_eq!(error.peer, 1),
            other => panic!("not lost: {other:?}"),
        }
        assert_eq!(endpoint.exchange(1, [add(AT)]).unwrap(), [1]);
    });
}

#[test]
fn contexts_read_where_it_is_and_write_through_their_pairs() {
    const PAGE: usize = 4096;
    on_rank_0(|endpoint| {
        let contexts = Contexts::new(endpoint, &[0, 1], 2, PAGE).unwrap();
        for (rank, byte) in [(0, 5), (1, 6)] {
            let page = Place::new(rank, AT);
            endpoint.write(page, &[byte; PAGE]).unwrap();
            let before = round_trips(endpoint);
            let at = contexts.mapped(page, PAGE).unwrap().expect("it is mapped here");
            // SAFETY: the arena has that page, and nobody writes to it now.
            let bytes = unsafe { std::slice::from_raw_parts(at.as_ptr(), PAGE) };
            assert!(bytes.iter().all(|there| *there == byte));
            assert_eq!(round_trips(endpoint), before);

            let mut claimed = contexts.claim(rank).unwrap();
            claimed.read(page, 0, PAGE).unwrap();
            claimed.wait().unwrap();
            claimed.write(Place::new(rank, AT + 64), 0, 8).unwrap();
            let there = u64::from_ne_bytes([byte; 8]);
            assert_eq!(claimed.fetch_add(page, 3), Ok(there));
            assert_eq!(claimed.compare_swap(page, there + 3, 1), Ok(there + 3));
            let mut word = [0; 8];
            endpoint.read(page, &mut word).unwrap();
            assert_eq!(u64::from_ne_bytes(word), 1);
        }
        for (place, len) in [(Place::new(1, u64::MAX), 1), (Place::new(1, AT), 1 << 40)] {
            assert_eq!(contexts.mapped(place, len), Ok(None), "outside of the arena");
        }
        // The home takes it for gone: what is left of its pairs is of no use.
        for key in contexts.keys_of(1) {
            let pair = Abandoned { peer: 1, key, dirty: true };
            endpoint.client().connect_pair(Rank(1), &pair.close()).unwrap();
        }
        for _ in 0..2 {
            let mut claimed = contexts.claim(1).unwrap();
            claimed.write(Place::new(1, AT), 0, 8).unwrap_or_default();
            assert_eq!(claimed.wait(), Err(Unserved::Lost(1)));
        }
        assert_eq!(contexts.claim(1).err(), Some(Unserved::Lost(1)));
        contexts.repair().unwrap();
        let mut claimed = contexts.claim(1).unwrap();
        assert_eq!(claimed.fetch_add(Place::new(1, AT), 0), Ok(1), "nothing was written");
        drop(claimed);
        endpoint.health().node_died(Rank(1), "killed".to_owned(), Epoch(9));
        assert_eq!(contexts.mapped(Place::new(1, AT), 8), Err(Unserved::Dead(1)));
    });
}

impl Contexts<System> {
    /// The numbers by which a home knows its pairs.
    fn keys_of(&self, rank: u32) -> Vec<u64> {
        (0..self.count()).map(|number| self.key(number, rank)).collect()
    }
}
