//! What a semaphore's block says, and every decision on it: pure functions on its bytes.
//!
//! ```text
//!  word 0            length of the queue
//!  word 1 …          held: permits that each node has, by rank
//!  word 1 + size …   queue: rank and permits wanted of each node that waits, the first one first
//! ```
//!
//! Words of 32 bits, little-endian. All zero is a semaphore of which nobody has anything.
//!
//! Whoever changes it gives what is there to those who wait, in their order; the first is never passed
//! over, however much it wants. Whoever waits only looks whether it still does. A node waits once at most: its
//! threads queue at home.

/// A semaphore of a job of some size, in the data of its block.
pub(super) struct State<'a> {
    data: &'a mut [u8],
    size: u32,
    permits: u32,
}

const LENGTH: usize = 0;
const HELD: usize = 1;

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// The permits are the node's.
    Granted,
    /// It is in the queue.
    Queued,
}

impl<'a> State<'a> {
    /// Bytes of data in a job of `size` nodes.
    pub(super) fn bytes(size: u32) -> usize {
        4 * (1 + 3 * size as usize)
    }

    pub(super) fn new(data: &'a mut [u8], size: u32, permits: u32) -> State<'a> {
        State { data, size, permits }
    }

    fn get(&self, word: usize) -> u32 {
        get(self.data, word)
    }

    fn set(&mut self, word: usize, value: u32) {
        self.data[4 * word..4 * word + 4].copy_from_slice(&value.to_le_bytes());
    }

    fn length(&self) -> usize {
        // Never more than there is room for.
        (self.get(LENGTH) as usize).min(self.size as usize)
    }

    fn queue(&self, at: usize) -> usize {
        HELD + self.size as usize + 2 * at
    }

    fn waiting(&self, at: usize) -> (u32, u32) {
        (self.get(self.queue(at)), self.get(self.queue(at) + 1))
    }

    /// What a node has.
    pub(super) fn held(&self, rank: u32) -> u32 {
        self.get(HELD + rank as usize)
    }

    fn set_held(&mut self, rank: u32, held: u32) {
        self.set(HELD + rank as usize, held);
    }

    /// What nobody has.
    pub(super) fn available(&self) -> u32 {
        let held = (0..self.size).map(|rank| u64::from(self.held(rank))).sum::<u64>();
        u64::from(self.permits).saturating_sub(held) as u32
    }

    /// Asks for permits for a node, which does not wait yet.
    pub(super) fn request(&mut self, rank: u32, wanted: u32) -> Request {
        debug_assert!(!is_waiting(self.data, self.size, rank));
        let length = self.length();
        self.set(self.queue(length), rank);
        self.set(self.queue(length) + 1, wanted);
        self.set(LENGTH, length as u32 + 1);
        self.grant();
        if is_waiting(self.data, self.size, rank) { Request::Queued } else { Request::Granted }
    }

    /// Takes permits for a node if nobody waits and they are there.
    pub(super) fn try_request(&mut self, rank: u32, wanted: u32) -> bool {
        let fits = self.length() == 0 && wanted <= self.available();
        if fits {
            self.set_held(rank, self.held(rank) + wanted);
        }
        fits
    }

    /// A node gives permits back.
    pub(super) fn release(&mut self, rank: u32, permits: u32) {
        self.set_held(rank, self.held(rank).saturating_sub(permits));
        self.grant();
    }

    /// A node gives up waiting.
    pub(super) fn withdraw(&mut self, rank: u32) {
        self.remove(|waiting| waiting == rank);
        self.grant();
    }

    /// Takes everything from nodes that are gone. Whether there was anything.
    pub(super) fn reclaim(&mut self, is_gone: impl Fn(u32) -> bool) -> bool {
        let any = owes_anything(self.data, self.size, &is_gone);
        for rank in (0..self.size).filter(|rank| is_gone(*rank)) {
            self.set_held(rank, 0);
        }
        self.remove(is_gone);
        self.grant();
        any
    }

    /// Gives what is there to those who wait.
    fn grant(&mut self) {
        while self.length() > 0 {
            let (rank, wanted) = self.waiting(0);
            if wanted > self.available() {
                return;
            }
            self.set_held(rank, self.held(rank) + wanted);
            self.remove_at(0);
        }
    }

    fn remove(&mut self, is_out: impl Fn(u32) -> bool) {
        let mut at = 0;
        while at < self.length() {
            if is_out(self.waiting(at).0) { self.remove_at(at) } else { at += 1 }
        }
    }

    fn remove_at(&mut self, at: usize) {
        let (from, end) = (4 * self.queue(at + 1), 4 * self.queue(self.length()));
        self.data.copy_within(from..end, from - 8);
        self.set(LENGTH, self.length() as u32 - 1);
    }
}

fn get(data: &[u8], word: usize) -> u32 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&data[4 * word..4 * word + 4]);
    u32::from_le_bytes(bytes)
}

fn queue(data: &[u8], size: u32) -> impl Iterator<Item = u32> + '_ {
    let length = get(data, LENGTH).min(size) as usize;
    (0..length).map(move |at| get(data, HELD + size as usize + 2 * at))
}

/// Whether a node is in the queue.
pub(super) fn is_waiting(data: &[u8], size: u32, rank: u32) -> bool {
    queue(data, size).any(|waiting| waiting == rank)
}

/// Whether a node that is gone has permits, or waits for some.
pub(super) fn owes_anything(data: &[u8], size: u32, is_gone: impl Fn(u32) -> bool) -> bool {
    (0..size).any(|rank| get(data, HELD + rank as usize) > 0 && is_gone(rank))
        || queue(data, size).any(&is_gone)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    const SIZE: u32 = 5;

    fn data() -> Vec<u8> {
        vec![0; State::bytes(SIZE)]
    }

    #[test]
    fn permits_go_to_those_who_came_first() {
        let mut data = data();
        let mut state = State::new(&mut data, SIZE, 3);
        assert_eq!(state.request(0, 2), Request::Granted);
        assert_eq!(state.request(1, 2), Request::Queued);
        // One is there, but not for those who come later.
        assert_eq!(state.request(2, 1), Request::Queued);
        assert!(!state.try_request(3, 1));
        assert_eq!(state.available(), 1);
        state.release(0, 1);
        assert_eq!((state.held(0), state.held(1), state.held(2)), (1, 2, 0));
        state.release(1, 1);
        assert_eq!((state.held(1), state.held(2), state.available()), (1, 1, 0));
        assert!(!state.try_request(3, 1));
        state.release(2, 1);
        assert!(state.try_request(3, 1));
    }

    #[test]
    fn what_the_dead_had_comes_back() {
        let mut data = data();
        let mut state = State::new(&mut data, SIZE, 2);
        state.request(0, 2);
        state.request(1, 1);
        state.request(2, 1);
        let gone = |rank| rank < 2;
        assert!(owes_anything(state.data, SIZE, gone));
        assert!(state.reclaim(gone));
        assert_eq!((state.held(0), state.held(1), state.held(2)), (0, 0, 1));
        assert!(!is_waiting(&data, SIZE, 2) && !owes_anything(&data, SIZE, gone));
        assert!(!State::new(&mut data, SIZE, 2).reclaim(gone));
    }

    #[test]
    fn who_withdraws_lets_others_by() {
        let mut data = data();
        let mut state = State::new(&mut data, SIZE, 2);
        state.request(0, 1);
        state.request(1, 2);
        state.request(2, 1);
        state.withdraw(1);
        assert_eq!(state.held(2), 1);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Request(u32, u32),
        Try(u32, u32),
        Release(u32, u32),
        Withdraw(u32),
        Gone(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        let (rank, count) = (0..SIZE, 1..4u32);
        prop_oneof![
            (rank.clone(), count.clone()).prop_map(|(rank, count)| Step::Request(rank, count)),
            (rank.clone(), count.clone()).prop_map(|(rank, count)| Step::Try(rank, count)),
            (rank.clone(), count).prop_map(|(rank, count)| Step::Release(rank, count)),
            rank.clone().prop_map(Step::Withdraw),
            rank.prop_map(Step::Gone),
        ]
    }

    proptest! {
        /// Against a model with vectors.
        #[test]
        fn it_does_what_a_semaphore_does(
            permits in 3..6u32,
            steps in prop::collection::vec(step(), 1..60),
        ) {
            let mut data = data();
            let mut held = [0u32; SIZE as usize];
            let mut queue = VecDeque::<(u32, u32)>::new();
            for step in steps {
                let waits = |queue: &VecDeque<(u32, u32)>, rank| queue.iter().any(|(who, _)| *who == rank);
                let mut state = State::new(&mut data, SIZE, permits);
                match step {
                    Step::Request(rank, count) if !waits(&queue, rank) => {
                        queue.push_back((rank, count));
                        state.request(rank, count);
                    }
                    Step::Request(..) => {}
                    Step::Try(rank, count) => {
                        let fits = queue.is_empty() && held.iter().sum::<u32>() + count <= permits;
                        if fits {
                            held[rank as usize] += count;
                        }
                        prop_assert_eq!(state.try_request(rank, count), fits);
                    }
                    Step::Release(rank, count) => {
                        let count = count.min(held[rank as usize]);
                        held[rank as usize] -= count;
                        state.release(rank, count);
                    }
                    Step::Withdraw(rank) => {
                        queue.retain(|(who, _)| *who != rank);
                        state.withdraw(rank);
                    }
                    Step::Gone(rank) => {
                        queue.retain(|(who, _)| *who != rank);
                        held[rank as usize] = 0;
                        state.reclaim(|who| who == rank);
                    }
                }
                while let Some((rank, count)) = queue.front().copied()
                    && held.iter().sum::<u32>() + count <= permits
                {
                    held[rank as usize] += count;
                    queue.pop_front();
                }
                let state = State::new(&mut data, SIZE, permits);
                for rank in 0..SIZE {
                    prop_assert_eq!(state.held(rank), held[rank as usize]);
                }
                let waiting: Vec<_> = (0..state.length()).map(|at| state.waiting(at)).collect();
                prop_assert_eq!(waiting, Vec::from(queue.clone()));
                prop_assert!(held.iter().sum::<u32>() <= permits);
            }
        }
    }
}
