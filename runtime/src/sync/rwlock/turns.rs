//! [`Turns`]: who of a node's threads reads or writes under a lock, and who is next. Pure: nothing here waits,
//! or goes to the home.
//!
//! ```text
//!               writer           ┌─────────┐  first reader: Fetch
//!        ┌──────── Fetch ────────│  free   │───────────┐
//!        ▼                       └─────────┘           ▼
//!    at home ──fetched──▶ writing    ▲             at home ──fetched──▶ reading ◀─┐ Join, at most
//!                            │       │                                     │  └────┘ JOINS in a row
//!                            └─leave─┴──────── at home ◀──last one leaves──┘
//! ```
//!
//! Threads that cannot enter at once queue, readers and writers alike, and enter in the order in which they
//! came: a reader behind a writer that waits does not join the readers that are there. And a node's readers do
//! not keep the lock for ever by relieving each other: after [`JOINS`] the rest wait until it has been
//! given back once.

use std::collections::VecDeque;

/// How many readers join in before a node gives its share of the lock back.
pub(super) const JOINS: u32 = 64;

/// What a thread wants of the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
}

/// What a thread does that may enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Enter {
    /// Gets the lock from its home, and then says [`Turns::fetched`] or [`Turns::returned`].
    Fetch,
    /// Reads: the node has the lock for reading.
    Join,
}

/// What a reader does that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// Nothing: others still read.
    Stay,
    /// Gives the lock back at its home, and then says [`Turns::returned`].
    Return,
}

/// Which threads of a node have a lock, and which wait. `K` tells threads apart.
#[derive(Debug)]
pub(super) struct Turns<K> {
    state: State,
    /// The threads that have it, or are on the way.
    inside: Vec<K>,
    /// Readers that joined since the node has the lock for reading.
    joined: u32,
    queue: VecDeque<(u64, Kind)>,
    next_ticket: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    /// A thread is at the home.
    Busy,
    Reading,
    Writing,
}

/// A thread that wants what it has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HasIt;

impl<K: Copy + PartialEq> Turns<K> {
    pub(super) fn new() -> Turns<K> {
        Turns {
            state: State::Free,
            inside: Vec::new(),
            joined: 0,
            queue: VecDeque::new(),
            next_ticket: 0,
        }
    }

    /// Queues a thread up. Its turn has come when [`Turns::enter`] says so.
    pub(super) fn queue_up(&mut self, thread: K, kind: Kind) -> Result<u64, HasIt> {
        self.check(thread)?;
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.queue.push_back((ticket, kind));
        Ok(ticket)
    }

    fn check(&self, thread: K) -> Result<(), HasIt> {
        if self.inside.contains(&thread) { Err(HasIt) } else { Ok(()) }
    }

    /// Lets the thread with this ticket in, if it is its turn.
    pub(super) fn enter(&mut self, thread: K, ticket: u64) -> Option<Enter> {
        let (first, kind) = *self.queue.front()?;
        if first != ticket {
            return None;
        }
        let enter = self.may_enter(kind)?;
        self.queue.pop_front();
        self.admit(thread, enter);
        Some(enter)
    }

    /// Lets a thread in that does not wait: if nobody does, and the lock is free for it.
    pub(super) fn try_enter(&mut self, thread: K, kind: Kind) -> Result<Option<Enter>, HasIt> {
        self.check(thread)?;
        let enter = if self.queue.is_empty() { self.may_enter(kind) } else { None };
        if let Some(enter) = enter {
            self.admit(thread, enter);
        }
        Ok(enter)
    }

    fn may_enter(&self, kind: Kind) -> Option<Enter> {
        match (self.state, kind) {
            (State::Free, _) => Some(Enter::Fetch),
            (State::Reading, Kind::Read) if self.joined < JOINS => Some(Enter::Join),
            _ => None,
        }
    }

    fn admit(&mut self, thread: K, enter: Enter) {
        self.inside.push(thread);
        match enter {
            Enter::Fetch => self.state = State::Busy,
            Enter::Join => self.joined += 1,
        }
    }

    /// The thread that went to the home has got the lock.
    pub(super) fn fetched(&mut self, kind: Kind) {
        self.joined = 0;
        self.state = match kind {
            Kind::Read => State::Reading,
            Kind::Write => State::Writing,
        };
    }

    /// A reader is done.
    pub(super) fn leave_reading(&mut self, thread: K) -> Leave {
        if self.inside.len() > 1 {
            self.forget(thread);
            return Leave::Stay;
        }
        self.state = State::Busy;
        Leave::Return
    }

    /// Whether the writer that is about to leave may leave the lock to a thread of this node: the next is a
    /// writer.
    pub(super) fn next_writes(&self) -> bool {
        matches!(self.queue.front(), Some((_, Kind::Write)))
    }

    /// Whether any thread waits for its turn.
    pub(super) fn anybody_waits(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The node does not have the lock any more, or the thread that went to the home did not get it; or the
    /// next writer finds it handed over.
    pub(super) fn returned(&mut self, thread: K) {
        self.forget(thread);
        self.state = State::Free;
    }

    fn forget(&mut self, thread: K) {
        if let Some(at) = self.inside.iter().position(|inside| *inside == thread) {
            self.inside.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn readers_share_and_writers_do_not() {
        let mut turns = Turns::new();
        assert_eq!(turns.try_enter(1, Kind::Read), Ok(Some(Enter::Fetch)));
        assert_eq!(turns.try_enter(2, Kind::Read), Ok(None), "the first is on its way");
        turns.fetched(Kind::Read);
        assert_eq!(turns.try_enter(2, Kind::Read), Ok(Some(Enter::Join)));
        assert_eq!(turns.try_enter(3, Kind::Write), Ok(None));
        assert_eq!(turns.leave_reading(1), Leave::Stay);
        assert_eq!(turns.leave_reading(2), Leave::Return);
        assert_eq!(turns.try_enter(3, Kind::Write), Ok(None), "it is not back yet");
        turns.returned(2);
        assert_eq!(turns.try_enter(3, Kind::Write), Ok(Some(Enter::Fetch)));
        turns.fetched(Kind::Write);
        assert_eq!(turns.try_enter(4, Kind::Write), Ok(None));
        assert_eq!(turns.try_enter(4, Kind::Read), Ok(None));
        assert_eq!(turns.try_enter(3, Kind::Read), Err(HasIt));
        assert_eq!(turns.queue_up(3, Kind::Write), Err(HasIt));
    }

    #[test]
    fn a_reader_does_not_pass_a_writer_that_waits() {
        let mut turns = Turns::new();
        turns.try_enter(1, Kind::Read).unwrap();
        turns.fetched(Kind::Read);
        let writer = turns.queue_up(2, Kind::Write).unwrap();
        let reader = turns.queue_up(3, Kind::Read).unwrap();
        assert_eq!(turns.enter(3, reader), None);
        assert_eq!(turns.try_enter(4, Kind::Read), Ok(None));
        assert!(turns.next_writes());
        assert_eq!(turns.leave_reading(1), Leave::Return);
        turns.returned(1);
        assert_eq!(turns.enter(3, reader), None);
        assert_eq!(turns.enter(2, writer), Some(Enter::Fetch));
        turns.fetched(Kind::Write);
        assert!(!turns.next_writes(), "a reader is next");
        turns.returned(2);
        assert_eq!(turns.enter(3, reader), Some(Enter::Fetch));
    }

    #[test]
    fn a_node_whose_readers_relieve_each_other_gives_the_lock_back_now_and_then() {
        let mut turns = Turns::new();
        turns.try_enter(0, Kind::Read).unwrap();
        turns.fetched(Kind::Read);
        let mut last = 0;
        for next in 1..=JOINS {
            assert_eq!(turns.try_enter(next, Kind::Read), Ok(Some(Enter::Join)));
            assert_eq!(turns.leave_reading(last), Leave::Stay);
            last = next;
        }
        let ticket = turns.queue_up(JOINS + 1, Kind::Read).unwrap();
        assert_eq!(turns.enter(JOINS + 1, ticket), None);
        assert_eq!(turns.leave_reading(last), Leave::Return);
        turns.returned(last);
        assert_eq!(turns.enter(JOINS + 1, ticket), Some(Enter::Fetch));
    }

    proptest! {
        /// Whatever threads do: readers or one writer, all get in, and in the order in which they came.
        #[test]
        fn nobody_is_forgotten(steps in prop::collection::vec((0..6usize, any::<bool>()), 1..200)) {
            #[derive(Clone, Copy, PartialEq, Debug)]
            enum Thread { Out, Waiting(u64, Kind), AtHome(Kind), Inside(Kind), Leaving }
            let mut turns = Turns::new();
            let mut threads = [Thread::Out; 6];
            let mut served = Vec::new();
            let end = (0..2000).map(|step| (step % 6, false));
            let count = steps.len();
            for (step, (who, writes)) in steps.into_iter().chain(end).enumerate() {
                let kind = if writes { Kind::Write } else { Kind::Read };
                threads[who] = match threads[who] {
                    Thread::Out if step >= count => Thread::Out,
                    Thread::Out => Thread::Waiting(turns.queue_up(who, kind).unwrap(), kind),
                    Thread::Waiting(ticket, kind) => match turns.enter(who, ticket) {
                        None => Thread::Waiting(ticket, kind),
                        Some(enter) => {
                            served.push(ticket);
                            if enter == Enter::Join { Thread::Inside(kind) } else { Thread::AtHome(kind) }
                        }
                    },
                    Thread::AtHome(kind) => { turns.fetched(kind); Thread::Inside(kind) }
                    Thread::Inside(Kind::Write) => { turns.returned(who); Thread::Out }
                    Thread::Inside(Kind::Read) => match turns.leave_reading(who) {
                        Leave::Stay => Thread::Out,
                        Leave::Return => Thread::Leaving,
                    },
                    Thread::Leaving => { turns.returned(who); Thread::Out }
                };
                let count = |kind| threads.iter().filter(|thread| **thread == Thread::Inside(kind)).count();
                let (readers, writers) = (count(Kind::Read), count(Kind::Write));
                prop_assert!(writers == 0 || (writers == 1 && readers == 0), "{threads:?}");
            }
            prop_assert!(threads.iter().all(|thread| *thread == Thread::Out), "{threads:?}");
            prop_assert!(served.is_sorted(), "{served:?}");
        }
    }
}
