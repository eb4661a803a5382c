//! Pages that live where they are touched first, and move.

use super::*;
use crate::coherence::release::Move;
use crate::testing::Job;

const PIECE: usize = 64;

fn view(node: &TestNode, name: &str, pages: usize, mechanism: Mechanism) -> Plain {
    Plain::of(&segment(node, name, pages, Distribution::FirstTouch), mechanism, pages)
}

fn homes(view: &Plain, pieces: usize) -> Vec<Option<u32>> {
    (0..pieces).map(|piece| view.engine.home_of(piece * PIECE).unwrap()).collect()
}

impl Plain {
    fn rearrange(&self, node: &TestNode, what: Move<'_>) -> Result<(), Error> {
        self.engine.rearrange(what, || node.barrier())
    }
}

#[test]
fn pages_live_where_they_are_touched_first() {
    Job::of(3).run(|node| {
        let me = node.rank() as usize;
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            // The last piece has one page.
            let view = view(node, &number.to_string(), 5 * PIECE + 1, mechanism);
            assert_eq!(homes(&view, 6), [None; 6]);
            node.barrier().unwrap();
            // Ranks in turn, by reads and by writes; each knows the others' from the directory.
            for piece in (me..6).step_by(3) {
                let at = (piece * PIECE + 7 % (5 * PIECE + 1 - piece * PIECE)) * PAGE;
                assert_eq!(view.get(at), 0);
                view.put(at, piece as u8 + 1);
            }
            assert_eq!(view.counts().twins, 0);
            view.barrier(node);
            assert_eq!(homes(&view, 6), [0, 1, 2, 0, 1, 2].map(Some));
            for piece in 0..6 {
                let at = (piece * PIECE + 7 % (5 * PIECE + 1 - piece * PIECE)) * PAGE;
                assert_eq!(view.get(at), piece as u8 + 1);
                // By all nodes, byte by byte.
                view.put(at + 1 + me, 10 + me as u8);
            }
            view.barrier(node);
            for piece in 0..6 {
                let at = (piece * PIECE + 7 % (5 * PIECE + 1 - piece * PIECE)) * PAGE;
                assert_eq!([1, 2, 3].map(|i| view.get(at + i)), [10, 11, 12]);
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn own_pages_that_were_touched_cost_no_network() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let view = view(node, &number.to_string(), 4 * PIECE, mechanism);
            let mine = node.rank() as usize * 2 * PIECE;
            view.put((mine + 70) * PAGE, 1);
            view.put(mine * PAGE, 1);
            node.faults.take_posted(0);
            node.faults.take_posted(1);
            for page in mine..mine + 2 * PIECE {
                view.put(page * PAGE, 7);
            }
            view.release();
            assert_eq!(node.faults.take_posted(0), []);
            assert_eq!(node.faults.take_posted(1), []);
            node.barrier().unwrap();
            view.acquire();
            assert_eq!(view.firsts(0..4 * PIECE), [7; 4 * PIECE]);
            node.barrier().unwrap();
        }
    });
}

#[test]
fn whoever_finds_no_room_stores_at_the_next() {
    Job::of(3).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let view = view(node, &number.to_string(), 12 * PIECE, mechanism);
            if node.rank() == 1 {
                (0..12).for_each(|piece| view.put((piece * PIECE + piece) * PAGE, piece as u8 + 1));
            }
            view.barrier(node);
            // Four are a share; there is room for a quarter and one more.
            let expected = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2].map(Some);
            assert_eq!(homes(&view, 12), expected);
            for piece in 0..12 {
                assert_eq!(view.get((piece * PIECE + piece) * PAGE), piece as u8 + 1);
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn threads_of_all_nodes_touch_a_piece_at_once_and_agree() {
    Job::of(3).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let view = view(node, &number.to_string(), 10 * PIECE, mechanism);
            node.barrier().unwrap();
            for piece in 0..10 {
                view.put((piece * PIECE + node.rank() as usize) * PAGE, 9);
            }
            view.barrier(node);
            let seen = homes(&view, 10);
            for (piece, home) in seen.iter().enumerate() {
                assert!(home.is_some());
                assert_eq!(view.firsts(piece * PIECE..piece * PIECE + 4), [9, 9, 9, 0]);
            }
            // Slots that were taken in vain were given back: 4 + 1 + 1 at each.
            let directory = view.engine.core().directory().unwrap();
            assert_eq!(directory.rooms.slots, 6);
            let mut used = [0; 3];
            seen.iter().flatten().for_each(|rank| used[*rank as usize] += 1);
            if node.rank() == 0 {
                for rank in 0..3 {
                    let core = view.engine.core();
                    let at = core.slots_at(directory.rooms, rank, 0);
                    let mut word = [0; 8];
                    core.endpoint().read(at, &mut word).unwrap();
                    assert_eq!(u64::from_le_bytes(word).count_ones(), used[rank as usize]);
                }
            }
            node.barrier().unwrap();
        }
    });
}

#[test]
fn pieces_move_to_who_uses_them_and_where_they_are_told() {
    Job::of(3).run(|node| {
        let me = node.rank();
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let view = view(node, &number.to_string(), 6 * PIECE, mechanism);
            if me == 0 {
                (0..3 * PIECE).for_each(|page| view.put(page * PAGE, page as u8 | 1));
            }
            view.barrier(node);
            assert_eq!(homes(&view, 6), [Some(0), Some(0), Some(0), None, None, None]);
            // What was written so far counts: one piece is used less than its home did.
            view.rearrange(node, Move::ToUsers).unwrap();
            assert_eq!(homes(&view, 3), [Some(0); 3]);
            for round in 1..=3u8 {
                match me {
                    1 => (0..4).for_each(|page| view.put((PIECE + page) * PAGE + 1, round)),
                    2 => drop((
                        view.get(0),
                        view.get(PIECE * PAGE),
                        view.put(2 * PIECE * PAGE + 2, round),
                    )),
                    _ => (0..2).for_each(|i| view.put((2 * PIECE + i) * PAGE + 1, round)),
                }
                view.barrier(node);
            }
            view.rearrange(node, Move::ToUsers).unwrap();
            assert_eq!(homes(&view, 3), [Some(2), Some(1), Some(0)]);
            let all_there = |round: u8| {
                for page in 0..3 * PIECE {
                    assert_eq!(view.get(page * PAGE), page as u8 | 1, "page {page}");
                }
                (0..4).for_each(|page| assert_eq!(view.get((PIECE + page) * PAGE + 1), round));
                assert_eq!(view.get(2 * PIECE * PAGE + 1), round);
                assert_eq!(view.get(2 * PIECE * PAGE + 2), round);
            };
            all_there(3);
            node.barrier().unwrap();
            // Everybody writes to all of them, at their new homes.
            (0..3).for_each(|piece| view.put((piece * PIECE + 9) * PAGE + 5 + me as usize, 40));
            view.barrier(node);
            for piece in 0..3 {
                let seen = [5, 6, 7].map(|at| view.get((piece * PIECE + 9) * PAGE + at));
                assert_eq!(seen, [40; 3]);
            }
            node.barrier().unwrap();
            // Round the nodes, also what nobody has touched, more often than there are slots.
            for turn in 0..12 {
                let bytes = 0..2 * PIECE * PAGE;
                view.rearrange(node, Move::To(&bytes, turn % 3)).unwrap();
                assert_eq!(homes(&view, 2), [Some(turn % 3); 2]);
                let one = (3 + turn as usize % 2) * PIECE * PAGE;
                view.rearrange(node, Move::To(&(one..one + 1), 1)).unwrap();
                all_there(3);
                node.barrier().unwrap();
            }
            // What is new in a slot that was another's is zero.
            view.rearrange(node, Move::To(&(0..2 * PIECE * PAGE), 0)).unwrap();
            if me == 1 {
                assert!(view.firsts(3 * PIECE..6 * PIECE).iter().all(|byte| *byte == 0));
            }
            view.barrier(node);
            all_there(3);
            let all = 0..6 * PIECE * PAGE;
            says(view.rearrange(node, Move::To(&all, 2)), "rank 2 has no room");
            all_there(3);
            node.barrier().unwrap();
        }
    });
}

#[test]
fn a_second_view_finds_what_the_first_has_placed() {
    Job::of(2).run(|node| {
        for (number, mechanism) in mechanisms().into_iter().enumerate() {
            let segment = segment(node, &number.to_string(), 3 * PIECE, Distribution::FirstTouch);
            let first = Plain::of(&segment, mechanism, 3 * PIECE);
            if node.rank() == 1 {
                first.put(0, 5);
                first.put(2 * PIECE * PAGE, 6);
            }
            first.barrier(node);
            drop(first);
            let second = Plain::of(&segment, mechanism, 3 * PIECE);
            assert_eq!(homes(&second, 3), [Some(1), None, Some(1)]);
            node.barrier().unwrap();
            // Its old home has not looked at it in this view.
            second.rearrange(node, Move::To(&(0..PAGE), 0)).unwrap();
            assert_eq!(homes(&second, 3), [Some(0), None, Some(1)]);
            assert_eq!((second.get(0), second.get(2 * PIECE * PAGE)), (5, 6));
            node.barrier().unwrap();
        }
    });
}

#[test]
fn placed_by_a_formula_nothing_moves() {
    Job::of(2).run(|node| {
        let by_hand = Mechanism::ByHand { relax: Paced::relax };
        let view = Plain::of(&segment(node, "fixed", 4, Distribution::Block), by_hand, 4);
        says(view.rearrange(node, Move::ToUsers), "Distribution::FirstTouch");
        assert_eq!(view.engine.home_of(3).unwrap(), Some(1));
    });
}
