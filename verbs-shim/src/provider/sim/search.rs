//! For exhaustive search: which events may come next, and what a state is.

use std::hash::{Hash, Hasher};

use super::Machine;
use super::lines::Lines;
use super::machine::PAGE;
use super::pair::{Head, Pair, Progress, Stage, Timer};
use super::settings::Faults;
use super::slab::Id;
use super::state::{State, What};
use crate::error::Status;
use crate::work_request::OperationKind;

/// An event that may come next: each is about one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pending {
    /// The initiator.
    pub machine: Machine,
    /// The number of its pair.
    pub pair: u32,
    /// What comes.
    pub step: Step,
}

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The oldest request on its way arrives at the responder, and begins.
    Begin,
    /// The WRITE under way places this one of its cache lines.
    Place(u32),
    /// The atomic under way stores its result.
    Store,
    /// A READ samples a cache line.
    Sample {
        /// Which request of the pair.
        index: u64,
        /// Which of its lines.
        line: u32,
    },
    /// The answer to the oldest request outstanding arrives.
    Answer,
    /// The initiator has waited for too long, and sends again or gives up.
    Resend,
}

impl State {
    /// All pairs, by machine and number.
    fn all_pairs(&self) -> Vec<(Id, &Pair)> {
        let mut pairs: Vec<_> = self.pairs.iter().collect();
        pairs.sort_unstable_by_key(|(_, pair)| (pair.machine, pair.number));
        pairs
    }

    /// The lines that may be taken next.
    fn lines<'a>(&self, lines: &'a Lines) -> impl Iterator<Item = u32> + use<'a> {
        let most = if self.settings.line_reordering { usize::MAX } else { 1 };
        lines.iter().take(most)
    }

    /// All events that may come next. One timer of a pair may stand for several of them.
    pub(super) fn pending(&self) -> Vec<Pending> {
        let mut all = Vec::new();
        for (_, pair) in self.all_pairs() {
            let start = all.len();
            let mut add =
                |step| all.push(Pending { machine: pair.machine, pair: pair.number, step });
            match &pair.head {
                _ if !pair.turn.is_set() => {}
                Head::Placing(lines) => self.lines(lines).for_each(|line| add(Step::Place(line))),
                Head::Storing { .. } => add(Step::Store),
                _ => add(Step::Begin),
            }
            for read in &pair.reads {
                let index = read.index;
                self.lines(&read.lines).for_each(|line| add(Step::Sample { index, line }));
            }
            if pair.answer.is_set() {
                add(Step::Answer);
            }
            if pair.resend.is_set() {
                add(Step::Resend);
            }
            all[start..].sort_unstable();
        }
        all
    }

    fn pair_of(&self, event: Pending) -> Option<(Id, &Pair)> {
        let mut pairs = self.pairs.iter();
        pairs.find(|(_, it)| (it.machine, it.number) == (event.machine, event.pair))
    }

    /// See [`Network::is_late`](super::Network::is_late).
    pub(super) fn is_late(&self, event: Pending) -> bool {
        self.pair_of(event).is_some_and(|(_, pair)| pair.stage != Stage::Connected)
    }

    /// See [`Network::is_private`](super::Network::is_private).
    pub(super) fn is_private(&self, event: Pending) -> bool {
        let Some((id, pair)) = self.pair_of(event) else { return false };
        if pair.stage != Stage::Connected || self.reaches(id) != (true, true) {
            return false;
        }
        match event.step {
            Step::Answer => pair.outstanding.front().is_some_and(|it| {
                matches!(it.progress, Progress::Answered { status: Status::Success, .. })
            }),
            Step::Begin => {
                let (Some(request), Some(peer)) = (pair.lane.front(), pair.peer) else {
                    return false;
                };
                if request.duplicate || self.settings.faults != Faults::default() {
                    return false;
                }
                let node = &self.nodes[peer.place];
                let kind = request.kind();
                match kind {
                    _ if request.len == 0 => true,
                    OperationKind::Read => node.check(request.remote, request.len, kind).is_ok(),
                    OperationKind::Write => false,
                    OperationKind::FetchAdd | OperationKind::CompareSwap => {
                        node.unit.is_some_and(|unit| unit != id)
                            && node.check(request.remote, request.len, kind).is_ok()
                    }
                }
            }
            Step::Place(_) | Step::Store | Step::Sample { .. } | Step::Resend => false,
        }
    }

    /// Performs an event that may come next, whenever it is due.
    ///
    /// # Panics
    /// When it may not.
    pub(super) fn perform_pending(&mut self, event: Pending) {
        self.searching = true;
        let Some((id, _)) = self.pair_of(event) else { panic!("there is no pair for {event:?}") };
        let pair = &mut self.pairs[id];
        let (timer, what, line) = match event.step {
            Step::Begin | Step::Store => (&mut pair.turn, What::Turn, None),
            Step::Place(line) => (&mut pair.turn, What::Turn, Some(line)),
            Step::Answer => (&mut pair.answer, What::Answer, None),
            Step::Resend => (&mut pair.resend, What::Resend, None),
            Step::Sample { index, line } => {
                let Some(read) = pair.reads.iter_mut().find(|read| read.index == index) else {
                    panic!("no READ is sampled for {event:?}");
                };
                (&mut read.timer, What::Sample(index), Some(line))
            }
        };
        assert!(timer.is_set(), "{event:?} may not come now");
        let due = std::mem::take(timer).at;
        let allowed = match (&pair.head, event.step) {
            (Head::Placing(lines), Step::Place(line)) => lines.iter().any(|left| left == line),
            (Head::Placing(_), Step::Begin | Step::Store) => false,
            (head, Step::Store) => matches!(head, Head::Storing { .. }),
            (head, Step::Begin) => !matches!(head, Head::Storing { .. }),
            (_, Step::Place(_)) => false,
            (_, Step::Sample { index, line }) => pair
                .reads
                .iter()
                .any(|read| read.index == index && read.lines.iter().any(|left| left == line)),
            _ => true,
        };
        assert!(allowed, "{event:?} may not come now");
        self.now = self.now.max(due);
        self.perform(id, what, line);
    }

    /// All that decides what may happen from now on, but for times and what chance will say.
    pub(super) fn digest(&self, mut hasher: &mut dyn Hasher) {
        let to = &mut hasher;
        for place in self.places() {
            let node = &self.nodes[place];
            (node.machine, node.last_number).hash(to);
            for region in node.regions() {
                let access = region.access;
                (region.key, region.addr, region.memory.len()).hash(to);
                (access.remote_read, access.remote_write, access.remote_atomic).hash(to);
                let pages = region.memory.len().div_ceil(PAGE) as u32;
                if region.is_remote() {
                    hash_memory(&region.memory, 0..pages, to);
                } else {
                    hash_memory(&region.memory, region.answered_pages(), to);
                }
            }
            let unit = node.unit.and_then(|id| self.pairs.get(id));
            unit.map(|pair| (pair.machine, pair.number)).hash(to);
            for queue in node.queues.iter().filter_map(|id| self.queues.get(*id)) {
                queue.len().hash(to);
                queue.iter().for_each(|entry| (entry.id, entry.status).hash(to));
            }
        }
        for (_, pair) in self.all_pairs() {
            hash_pair(pair, to);
        }
        self.cuts.hash(to);
    }
}

/// Pages that are zero, as most are, cost little.
fn hash_memory(
    memory: &crate::memory::Memory,
    pages: impl IntoIterator<Item = u32>,
    to: &mut &mut dyn Hasher,
) {
    static ZEROS: [u8; PAGE] = [0; PAGE];
    let mut bytes = [0; PAGE];
    for number in pages {
        let at = number as usize * PAGE;
        let page = &mut bytes[..(memory.len() - at).min(PAGE)];
        memory.read(at, page);
        if *page != ZEROS[..page.len()] {
            number.hash(to);
            to.write(page);
        }
    }
    u64::MAX.hash(to);
}

fn hash_pair(pair: &Pair, to: &mut &mut dyn Hasher) {
    (pair.machine, pair.number, pair.stage, pair.broken).hash(to);
    pair.peer.map(|peer| (peer.machine, peer.number, peer.id.is_some())).hash(to);
    (pair.posted, pair.expected, pair.attempts).hash(to);
    let set = |timer: Timer| timer.is_set();
    (set(pair.turn), set(pair.answer), set(pair.resend)).hash(to);
    pair.outstanding.len().hash(to);
    for it in &pair.outstanding {
        (it.id, it.signaled, it.kind, it.before, it.drawn).hash(to);
        (it.local, it.remote, it.len).hash(to);
        match it.progress {
            Progress::Sent => 0_u8.hash(to),
            Progress::Sampling => 1_u8.hash(to),
            Progress::Answered { status, .. } => (2_u8, status).hash(to),
            Progress::Unanswered { status } => (3_u8, status).hash(to),
        }
    }
    pair.lane.len().hash(to);
    for request in &pair.lane {
        (request.index, request.duplicate, request.drawn, request.remote, request.len).hash(to);
        request.operation.hash(to);
    }
    pair.head.hash(to);
    pair.reads.len().hash(to);
    for read in &pair.reads {
        (read.index, &read.lines).hash(to);
    }
}
