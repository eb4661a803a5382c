//! Exchanges when all goes well: order, answers, and what they cost.

use verbs_shim::OperationKind;
use verbs_shim::OperationKind::{CompareSwap, FetchAdd, Read, Write};

use crate::endpoint::staging::{SLOT, SLOTS};
use crate::endpoint::{ExchangeError, Place, Step};
use crate::testing::{Job, MAX_INLINE, TestNode};

/// Memory that belongs to no segment.
pub(super) const AT: u64 = 4 << 20;

/// Runs `program` on rank 0 of a job of `size`.
pub(super) fn on_rank_0_of(size: u32, program: impl Fn(&TestNode) + Send + Sync + 'static) {
    run(&Job::of(size), program);
}

fn run(job: &Job, program: impl Fn(&TestNode) + Send + Sync + 'static) {
    job.run(move |node| {
        node.barrier().unwrap();
        if node.rank() == 0 {
            program(node);
        }
    });
}

impl TestNode {
    pub(super) fn exchange<const N: usize>(
        &self,
        rank: u32,
        steps: [Step<'_>; N],
    ) -> Result<[u64; N], ExchangeError> {
        self.endpoint.exchange(rank, steps)
    }

    /// The word at `at` of a node's arena.
    pub(crate) fn word(&self, rank: u32, at: u64) -> u64 {
        let mut word = [0; 8];
        self.endpoint.read(Place::new(rank, at), &mut word).unwrap();
        u64::from_ne_bytes(word)
    }

    /// Forgets what has been posted to `rank`, once the pair to it is open.
    pub(super) fn begin_count(&self, rank: u32) {
        self.exchange(rank, [Step::FetchAdd { at: AT + (2 << 20), add: 0 }]).unwrap();
        self.faults.take_posted(rank);
        self.faults.take_doorbells(rank);
    }

    /// What has been posted since, and with how many doorbells.
    pub(super) fn count(&self, rank: u32) -> (Vec<OperationKind>, usize) {
        let kinds = self.faults.take_posted(rank).into_iter().map(|(kind, _)| kind).collect();
        (kinds, self.faults.take_doorbells(rank))
    }
}

#[test]
fn steps_take_effect_in_order_with_one_doorbell() {
    // Inside of a request, in a cell, and in a slot.
    for len in [8, 60, 64, 65, MAX_INLINE, MAX_INLINE + 1, 4096, SLOT] {
        on_rank_0_of(2, move |node| {
            node.begin_count(1);
            let body = vec![7; len];
            let (mut before, mut after) = (vec![1; len], vec![1; len]);
            let answers = node.exchange(
                1,
                [
                    Step::FetchAdd { at: AT, add: 5 },
                    Step::Read { at: AT + 8, into: &mut before },
                    Step::Write { at: AT + 8, from: &body },
                    Step::CompareSwap { at: AT, expected: 5, new: 9 },
                    Step::Read { at: AT + 8, into: &mut after },
                ],
            );
            assert_eq!(answers.unwrap(), [0, 0, 0, 5, 0]);
            assert_eq!((before, after), (vec![0; len], body));
            assert_eq!(node.count(1), (vec![FetchAdd, Read, Write, CompareSwap, Read], 1));
            assert_eq!(node.word(1, AT), 9);
        });
    }
}

#[test]
fn a_swap_that_does_not_win_tells_what_is_there() {
    on_rank_0_of(2, |node| {
        let mut seen = [0; 8];
        let answers = node.exchange(
            1,
            [
                Step::CompareSwap { at: AT, expected: 0, new: 3 },
                Step::CompareSwap { at: AT, expected: 0, new: 4 },
                Step::Read { at: AT, into: &mut seen },
            ],
        );
        assert_eq!(answers.unwrap(), [0, 3, 0]);
        assert_eq!(u64::from_ne_bytes(seen), 3);
    });
}

#[test]
fn nothing_is_no_exchange() {
    on_rank_0_of(2, |node| {
        node.begin_count(1);
        assert_eq!(node.exchange(1, []).unwrap(), [0; 0]);
        let answers = node
            .exchange(1, [Step::Read { at: AT, into: &mut [] }, Step::Write { at: AT, from: &[] }]);
        assert_eq!(answers.unwrap(), [0; 2]);
        assert_eq!(node.count(1).1, 1);
    });
}

/// As many bytes as the largest block has.
const LONG: usize = 1 << 20;

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

/// Writes and reads back the largest block, around atomics.
fn exchange_long(node: &TestNode) {
    let body = pattern(LONG);
    let written = node.exchange(
        1,
        [
            Step::CompareSwap { at: AT, expected: 0, new: 1 },
            Step::Write { at: AT + 8, from: &body[8..] },
            Step::CompareSwap { at: AT, expected: 1, new: 2 },
        ],
    );
    assert_eq!(written.unwrap(), [0, 0, 1]);
    let mut back = vec![0; LONG];
    let read = node
        .exchange(1, [Step::FetchAdd { at: AT, add: 1 }, Step::Read { at: AT, into: &mut back }]);
    assert_eq!(read.unwrap(), [2, 0]);
    assert_eq!(back[..8], 3u64.to_ne_bytes());
    assert!(back[8..] == body[8..]);
}

#[test]
fn the_largest_block_takes_one_doorbell() {
    on_rank_0_of(2, |node| {
        node.begin_count(1);
        exchange_long(node);
        let (kinds, doorbells) = node.count(1);
        let pieces = LONG / SLOT;
        assert_eq!(doorbells, 2);
        let wrote = [vec![CompareSwap], vec![Write; pieces], vec![CompareSwap]].concat();
        assert_eq!(kinds, [wrote, vec![FetchAdd], vec![Read; pieces]].concat());
    });
}

#[test]
fn more_than_all_slots_goes_in_order() {
    on_rank_0_of(2, |node| {
        node.begin_count(1);
        let body = pattern(2 * LONG);
        let mut back = vec![0; 2 * LONG];
        let steps = [Step::Write { at: AT, from: &body }, Step::Read { at: AT, into: &mut back }];
        node.exchange(1, steps).unwrap();
        assert!(back == body);
        assert_eq!(node.count(1).1, 4 * LONG / SLOT / SLOTS, "waits only for want of slots");
    });
}

#[test]
fn pairs_of_any_depth_will_do() {
    for depth in [2, 3, 8, 17, 18] {
        run(&Job::of(2).pair_depth(depth), |node| {
            exchange_long(node);
            node.endpoint.assert_nothing_is_held();
        });
    }
}

#[test]
fn slots_that_others_hold_are_waited_for() {
    on_rank_0_of(3, |node| {
        let sevens = node.array::<u8>("sevens").len(8 * SLOT).on_node(1).create().unwrap();
        let transfers: Vec<_> = (0..8).map(|i| sevens.get_nb(i * SLOT, SLOT).unwrap()).collect();
        // Writes free theirs by themselves.
        let elsewhere = node.array::<u8>("elsewhere").len(8 * SLOT).on_node(2).create().unwrap();
        elsewhere.put_nb(0, &pattern(8 * SLOT)).unwrap();
        exchange_long(node);
        for transfer in transfers {
            assert!(transfer.wait().unwrap().iter().all(|byte| *byte == 0));
        }
        node.quiet().unwrap();
        node.endpoint.assert_nothing_is_held();
    });
}

#[test]
fn at_home_the_nic_executes_runs_of_atomics_only() {
    on_rank_0_of(2, |node| {
        node.begin_count(0);
        let body = pattern(LONG);
        let (mut first, mut last) = (vec![0; LONG], [0; 24]);
        let answers = node.exchange(
            0,
            [
                Step::Write { at: AT + 8, from: &body[8..] },
                Step::CompareSwap { at: AT, expected: 0, new: 5 },
                Step::FetchAdd { at: AT, add: 2 },
                Step::Read { at: AT, into: &mut first },
                Step::FetchAdd { at: AT, add: 1 },
                Step::Read { at: AT, into: &mut last },
            ],
        );
        assert_eq!(answers.unwrap(), [0, 0, 5, 0, 7, 0]);
        assert_eq!(first[..8], 7u64.to_ne_bytes());
        assert!(first[8..] == body[8..]);
        assert_eq!((&last[..8], &last[8..]), (&8u64.to_ne_bytes()[..], &body[8..24]));
        assert_eq!(node.count(0), (vec![CompareSwap, FetchAdd, FetchAdd], 2));
    });
}

#[test]
fn nodes_that_take_turns_by_swaps_lose_no_update() {
    const TURNS: u64 = 200;
    Job::of(3).run(|node| {
        let me = u64::from(node.rank()) + 1;
        node.barrier().unwrap();
        for _ in 0..TURNS {
            let mut count = [0; 64];
            loop {
                let lock = Step::CompareSwap { at: AT, expected: 0, new: me };
                let read = Step::Read { at: AT + 8, into: &mut count };
                if node.exchange(1, [lock, read]).unwrap()[0] == 0 {
                    break;
                }
                std::thread::yield_now();
            }
            // One number, repeated, so that half of an update would show.
            let mut words = count.chunks_exact_mut(8);
            let next = u64::from_ne_bytes(words.next().unwrap().try_into().unwrap()) + 1;
            assert!(words.all(|word| word == (next - 1).to_ne_bytes()));
            let body = [next; 8].map(u64::to_ne_bytes).concat();
            let unlock = Step::CompareSwap { at: AT, expected: me, new: 0 };
            let write = Step::Write { at: AT + 8, from: &body };
            assert_eq!(node.exchange(1, [write, unlock]).unwrap(), [0, me]);
        }
        node.barrier().unwrap();
        assert_eq!(node.word(1, AT + 8), 3 * TURNS);
    });
}
