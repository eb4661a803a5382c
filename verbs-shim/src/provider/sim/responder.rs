//! The responder's side: a lane's turn, and the execution of requests.
//!
//! What a turn does depends on the head of the lane:
//!
//! ```text
//!  Ready ──lost, peer unreachable──> Blocked ──resend──> Ready
//!    ├──READ: its lines are sampled from now on; the lane goes on at once──> (next) Ready
//!    ├──WRITE of one line, atomic without gap──> (next) Ready
//!    ├──WRITE──> Placing ──last line──> (next) Ready
//!    ├──atomic, unit free──> Storing ──> (next) Ready
//!    ├──atomic, unit taken──> Unit ──unit free──> Ready
//!    └──refused──> Draining ──READs before it have ended──> Ready
//! ```
//!
//! Memory is found by its key at every single step, so the end of a registration forbids at once.

use super::event::NicEvent;
use super::pair::{Broken, Head, Operation, Pair, Payload, Peer, Request, Stage, Timer};
use super::slab::Id;
use super::state::{State, What};
use crate::error::Status;
use crate::work_request::OperationKind;

impl State {
    /// Whether the responder's end of the pair is up, and connected to it.
    pub(super) fn accepts(&self, pair: &Pair, peer: &Peer) -> bool {
        let Some(end) = peer.id.and_then(|id| self.pairs.get(id)) else { return false };
        end.stage == Stage::Connected
            && end.peer.is_some_and(|its| (its.machine, its.number) == (pair.machine, pair.number))
    }

    /// Whether requests of the pair arrive, and answers come back.
    pub(super) fn reaches(&self, id: Id) -> (bool, bool) {
        let pair = &self.pairs[id];
        let Some(peer) = pair.peer.filter(|peer| self.accepts(pair, peer)) else {
            return (false, false);
        };
        let there = pair.broken != Some(Broken::Requests)
            && !self.cuts.contains(&(pair.machine, peer.machine));
        let back = pair.broken != Some(Broken::Answers)
            && !self.cuts.contains(&(peer.machine, pair.machine));
        (there, back)
    }

    /// The lane's turn.
    pub(super) fn turn(&mut self, id: Id, line: Option<u32>) {
        match self.pairs[id].head {
            Head::Placing(_) => self.place_line(id, line),
            Head::Storing { before, after } => self.store(id, before, after),
            _ => {
                self.pairs[id].head = Head::Ready;
                self.begin(id);
            }
        }
    }

    /// The oldest request of the lane arrives at the responder.
    fn begin(&mut self, id: Id) {
        let place = self.pairs[id].peer.map(|peer| peer.place);
        let reserved = place.filter(|place| self.nodes[*place].unit == Some(id));
        self.begin_with(id);
        // The unit was kept for it, but it has not come to need it.
        let stores =
            self.pairs.get(id).is_some_and(|pair| matches!(pair.head, Head::Storing { .. }));
        if let Some(place) = reserved.filter(|_| !stores) {
            self.release_unit_of(place, id);
        }
    }

    fn begin_with(&mut self, id: Id) {
        let (there, _) = self.reaches(id);
        let live = self.pairs[id].stage == Stage::Connected;
        if !live && !there {
            // Requests of an initiator that is gone are not sent again.
            return self.empty_lane(id);
        }
        let again = self.pairs[id].lane.front().is_some_and(|request| request.duplicate);
        if !there && again {
            // Nobody waits for it, so nobody would ever send it once more.
            return self.next_request(id);
        }
        if !there || (live && self.is_lost(id)) {
            self.pairs[id].head = Head::Blocked;
            return self.await_resend(id);
        }
        let pair = &mut self.pairs[id];
        let Some(request) = pair.lane.front() else { return };
        let (index, remote, len) = (request.index, request.remote, request.len);
        let (kind, order) = (request.kind(), request.order);
        let Some(peer) = pair.peer else { return };
        if request.duplicate && index < pair.expected {
            return self.absorb(id, index);
        }
        let local_lost = !self.fetch(id);
        let node = &self.nodes[peer.place];
        // A message without bytes accesses nothing, so nothing of it is checked.
        let checked = match len {
            0 => Ok(()),
            _ => node.check(remote, len, kind).map(drop),
        };
        let pair = &mut self.pairs[id];
        if (checked.is_err() || local_lost) && !pair.reads.is_empty() {
            // What went before is answered first.
            pair.head = Head::Draining;
            return;
        }
        match checked {
            Ok(()) if local_lost => return self.local_error(id, index),
            Err(status) => return self.refuse(id, index, status),
            Ok(()) => {}
        }
        if kind != OperationKind::Read && len > 0 {
            let passed = pair.reads.iter_mut().filter(|read| !read.passed);
            let passed = passed.map(|read| read.passed = true).count();
            self.counts.passed_reads += passed as u64;
        }
        let is_atomic = matches!(kind, OperationKind::CompareSwap | OperationKind::FetchAdd);
        let node = &mut self.nodes[peer.place];
        if is_atomic && node.unit.is_some_and(|has| has != id) {
            node.waiting.push(id);
            self.pairs[id].head = Head::Unit;
            return;
        }
        self.count_begun(id, order, live);
        match kind {
            OperationKind::Read => self.begin_read(id),
            OperationKind::Write => self.begin_write(id),
            _ => self.load(id, peer),
        }
    }

    /// Draws whether the oldest request of the lane gets lost, once for each.
    fn is_lost(&mut self, id: Id) -> bool {
        let faults = self.settings.faults;
        let pair = &mut self.pairs[id];
        let Some(request) = pair.lane.front_mut() else { return false };
        if std::mem::replace(&mut request.drawn, true) || request.duplicate {
            return false;
        }
        let index = request.index;
        let request = pair.request_id(index);
        let may_be_lost = pair.retries > 0;
        if self.happens(faults.broken_before) {
            self.pairs[id].broken = Some(Broken::Requests);
        } else if self.happens(faults.broken_after) {
            self.pairs[id].broken = Some(Broken::Answers);
            return false;
        } else if may_be_lost && self.happens(faults.lost_request) {
            self.counts.lost_requests += 1;
        } else {
            return false;
        }
        self.record(|| NicEvent::Lost { request, answer: false });
        true
    }

    /// Counts a request that is about to take effect.
    fn count_begun(&mut self, id: Id, order: u64, live: bool) {
        let node = &mut self.nodes[self.pairs[id].place];
        if order < node.newest {
            self.counts.reordered += 1;
        } else {
            node.newest = order;
        }
        if !live {
            self.counts.late_arrivals += 1;
        }
    }

    /// Fetches the bytes of the WRITE at the head of the lane from its local buffer, if that has not
    /// been done. False when they are no longer registered.
    pub(super) fn fetch(&mut self, id: Id) -> bool {
        let pair = &mut self.pairs[id];
        let Some(request) = pair.lane.front_mut() else { return true };
        let node = &self.nodes[pair.place];
        fetch(request, node, &mut self.spare_bytes)
    }

    fn absorb(&mut self, id: Id, index: u64) {
        let pair = &self.pairs[id];
        let (request, to) = (pair.request_id(index), pair.peer.map_or(0, |peer| peer.machine));
        self.counts.duplicates += 1;
        self.record(|| NicEvent::Duplicate { request, to });
        let kind = self.pairs[id].lane.front().map(Request::kind);
        if kind == Some(OperationKind::Read) {
            self.read_again(id, index);
        }
        self.next_request(id);
    }

    // What follows.

    /// The responder refuses the request at the head of the lane, and its end fails.
    pub(super) fn refuse(&mut self, id: Id, index: u64, status: Status) {
        self.pairs[id].head = Head::Ready;
        self.refuse_begun(id, index, status);
        if self.pairs.get(id).is_some_and(|pair| pair.stage != Stage::Connected) {
            self.empty_lane(id);
        }
    }

    /// As [`State::refuse`], for one that may have left the lane already.
    pub(super) fn refuse_begun(&mut self, id: Id, index: u64, status: Status) {
        let pair = &mut self.pairs[id];
        let request = pair.request_id(index);
        if pair.lane.front().is_some_and(|front| front.index == index) {
            pair.lane.pop_front();
            pair.expected = index + 1;
        }
        let Some(peer) = pair.peer else { return };
        self.record(|| NicEvent::Refused { request, to: peer.machine, status });
        self.answer(id, index, status);
        if let Some(end) = peer.id {
            self.fail_pair(end, Status::Flushed);
        }
    }

    /// The initiator itself cannot send the request at the head of the lane.
    fn local_error(&mut self, id: Id, index: u64) {
        if self.pairs[id].stage != Stage::Connected {
            return self.empty_lane(id);
        }
        self.answer_with(id, index, Status::LocalProtection, self.now);
        // Nothing behind it is sent.
        self.pairs[id].lane.clear();
        self.pairs[id].head = Head::Draining;
    }

    /// The request at the head of the lane has been taken; the next one may come.
    pub(super) fn next_request(&mut self, id: Id) {
        let faults = self.settings.faults;
        let pair = &mut self.pairs[id];
        let live = pair.stage == Stage::Connected;
        pair.head = Head::Ready;
        let Some(mut done) = pair.lane.pop_front() else { return };
        pair.expected = pair.expected.max(done.index + 1);
        if let Operation::Write(Payload::Large(bytes)) = &mut done.operation {
            let bytes = std::mem::take(bytes);
            self.keep_bytes(bytes);
        }
        if live && !done.duplicate && self.happens(faults.duplicate) {
            if let Operation::Write(payload) = &mut done.operation {
                *payload = Payload::Small { bytes: [0; Payload::SMALL], len: 0 };
            }
            // It arrives behind some of those that are on their way.
            let lane = &mut self.pairs[id].lane;
            let at = self.chance.below(lane.len() as u64 + 1) as usize;
            let lane = &mut self.pairs[id].lane;
            let before = at.checked_sub(1).map_or(self.now, |before| lane[before].arrival);
            let after = lane.get(at).map_or(u64::MAX, |after| after.arrival);
            done.arrival = (before + self.settings.latency.one_way).min(after);
            done.duplicate = true;
            lane.insert(at, done);
        }
        let pair = &self.pairs[id];
        match pair.lane.front() {
            Some(next) => {
                let at = next.arrival.max(self.now);
                self.set(id, What::Turn, at);
            }
            None if pair.stage == Stage::Gone => {
                self.pairs.remove(id);
            }
            None => {}
        }
    }

    /// Drops all that is on its way of a pair that is not connected any more, also what is half done.
    pub(super) fn empty_lane(&mut self, id: Id) {
        self.release_unit(id);
        let pair = &mut self.pairs[id];
        pair.lane.clear();
        pair.reads.clear();
        pair.head = Head::Ready;
        pair.turn = Timer::default();
        if pair.stage == Stage::Gone {
            self.pairs.remove(id);
        }
    }
}

/// Fetches the bytes of a WRITE from its local buffer, if that has not been done. False when they are
/// no longer registered.
pub(super) fn fetch(
    request: &mut Request,
    node: &super::machine::Node,
    spare: &mut Vec<Vec<u8>>,
) -> bool {
    let len = request.len as usize;
    let Operation::Write(payload) = &mut request.operation else { return true };
    let Payload::Local(local) = *payload else { return true };
    let Some(region) = node.region(local.key) else { return false };
    *payload = if len <= Payload::SMALL {
        let mut bytes = [0; Payload::SMALL];
        region.memory.read(local.offset, &mut bytes[..len]);
        Payload::Small { bytes, len: len as u8 }
    } else {
        let mut bytes = spare.pop().unwrap_or_default();
        bytes.clear();
        bytes.resize(len, 0);
        region.memory.read(local.offset, &mut bytes);
        Payload::Large(bytes)
    };
    true
}
