//! The initiator's side: posting, answers, sending again, and failing.
//!
//! When a pair fails or goes, two things end that have nothing to do with each other: what it has
//! posted is *flushed*, though some of it may still arrive ([`State::orphan`]); and what its peer has
//! posted to it is *fenced*, and never arrives any more ([`State::fence`]).

use super::event::NicEvent;
use super::pair::{Head, Local, Operation, Outstanding, Payload, Progress, Request, Stage, Timer};
use super::responder::fetch;
use super::slab::Id;
use super::state::{State, What};
use super::{Machine, Nanos};
use crate::error::Status;
use crate::provider::nth_id;
use crate::region::Slice;
use crate::work_request::{Operation as Posted, OperationKind, WorkRequest};

impl State {
    pub(super) fn post(
        &mut self,
        id: Id,
        requests: &[WorkRequest<'_>],
        first_id: u64,
        signal_last: bool,
    ) {
        let Some(pair) = self.pairs.get(id) else { return };
        let (machine, queue) = (pair.machine, pair.queue);
        match pair.stage {
            Stage::Connected => {}
            Stage::Made | Stage::Gone => return,
            Stage::Failed => {
                for i in 0..requests.len() {
                    self.push(queue, nth_id(first_id, i), Status::Flushed);
                }
                return self.changed(machine);
            }
        }
        for (i, request) in requests.iter().enumerate() {
            let signaled = request.signaled || (signal_last && i + 1 == requests.len());
            self.post_one(id, request, nth_id(first_id, i), signaled);
        }
    }

    #[inline]
    fn post_one(&mut self, id: Id, request: &WorkRequest<'_>, work: u64, signaled: bool) {
        let straggles = self.happens(self.settings.faults.straggler);
        let mut arrival = self.now + self.one_way();
        if straggles {
            self.counts.stragglers += 1;
            arrival += self.up_to(self.settings.latency.straggler);
        }
        let pair = &self.pairs[id];
        let place = pair.place;
        let none = Local { key: 0, offset: 0 };
        let (local, operation) = match request.operation {
            Posted::Read { into } => (self.local(place, into), Operation::Read),
            Posted::Atomic { result, atomic } => {
                (self.local(place, result), Operation::Atomic(atomic))
            }
            Posted::Write { from } => {
                (none, Operation::Write(Payload::Local(self.local(place, from))))
            }
            Posted::WriteInline { data } => (none, Operation::Write(self.inline(data))),
        };
        let node = &mut self.nodes[place];
        node.posted += 1;
        let (order, kind, len) = (node.posted, request.kind(), request.len() as u32);
        let remote = request.remote;
        let pair = &mut self.pairs[id];
        let index = pair.posted;
        pair.posted += 1;
        pair.outstanding.push_back(Outstanding {
            id: work,
            signaled,
            kind,
            progress: Progress::Sent,
            local,
            remote,
            len,
            before: 0,
            drawn: false,
        });
        arrival = arrival.max(pair.last_arrival);
        pair.last_arrival = arrival;
        let first = pair.lane.is_empty() && pair.head == Head::Ready;
        pair.lane.push_back(Request {
            index,
            arrival,
            order,
            remote,
            len,
            duplicate: false,
            drawn: false,
            operation,
        });
        let pair = &self.pairs[id];
        let request = pair.request_id(index);
        self.record(|| NicEvent::Posted {
            request,
            to: pair.peer.map_or(0, |peer| peer.machine),
            kind,
            addr: remote.addr,
            len,
        });
        if straggles {
            self.record(|| NicEvent::Straggles { request });
        }
        if first {
            self.set(id, What::Turn, arrival);
        }
    }

    /// Where a local buffer lies.
    #[inline]
    fn local(&self, place: usize, slice: Slice<'_>) -> Local {
        let found = self.nodes[place].region(slice.lkey).and_then(|region| {
            let offset = slice.addr.addr().checked_sub(region.memory.as_ptr().addr())?;
            let fits = offset <= region.memory.len() && slice.len <= region.memory.len() - offset;
            fits.then_some(Local { key: slice.lkey, offset })
        });
        // A buffer of another provider: the request will fail.
        found.unwrap_or(Local { key: 0, offset: 0 })
    }

    fn inline(&mut self, data: &[u8]) -> Payload {
        if data.len() <= Payload::SMALL {
            let mut bytes = [0; Payload::SMALL];
            bytes[..data.len()].copy_from_slice(data);
            return Payload::Small { bytes, len: data.len() as u8 };
        }
        let mut bytes = self.spare_bytes.pop().unwrap_or_default();
        bytes.clear();
        bytes.extend_from_slice(data);
        Payload::Large(bytes)
    }

    // Answers.

    /// The responder has done with a request, and answers.
    pub(super) fn answer(&mut self, id: Id, index: u64, status: Status) {
        if self.pairs[id].stage != Stage::Connected {
            return;
        }
        let pair = &mut self.pairs[id];
        let may_be_lost = pair.retries > 0
            && pair
                .outstanding(index)
                .is_some_and(|(_, it)| !std::mem::replace(&mut it.drawn, true));
        let lost = may_be_lost && self.happens(self.settings.faults.lost_answer);
        self.counts.lost_answers += u64::from(lost);
        let (_, back) = self.reaches(id);
        if back && !lost {
            let at = self.now + self.one_way();
            return self.answer_with(id, index, status, at);
        }
        let Some((place, it)) = self.pairs[id].outstanding(index) else { return };
        it.progress = Progress::Unanswered { status };
        let request = self.pairs[id].request_id(index);
        self.record(|| NicEvent::Lost { request, answer: true });
        if place == 0 {
            self.await_resend(id);
        }
    }

    /// The answer will arrive then, or when all before it have.
    pub(super) fn answer_with(&mut self, id: Id, index: u64, status: Status, at: Nanos) {
        let Some((place, it)) = self.pairs[id].outstanding(index) else { return };
        it.progress = Progress::Answered { status, at };
        if place == 0 {
            self.set(id, What::Answer, at);
        }
    }

    /// The oldest answer arrives.
    pub(super) fn answer_arrives(&mut self, id: Id) {
        let pair = &mut self.pairs[id];
        let Some(it) = pair.outstanding.front().copied() else { return };
        let Progress::Answered { mut status, .. } = it.progress else { return };
        let (place, queue) = (pair.place, pair.queue);
        let index = pair.posted - pair.outstanding.len() as u64;
        if status == Status::Success
            && matches!(it.kind, OperationKind::CompareSwap | OperationKind::FetchAdd)
        {
            match self.nodes[place].region(it.local.key) {
                Some(region) => region.write_answer(it.local.offset, &it.before.to_ne_bytes()),
                None => status = Status::LocalProtection,
            }
        }
        if status != Status::Success {
            return self.end_with(id, status);
        }
        let pair = &mut self.pairs[id];
        pair.outstanding.pop_front();
        pair.attempts = 0;
        pair.resend = Timer::default();
        let next = pair.outstanding.front().map(|next| next.progress);
        let (blocked, request) = (pair.is_blocked(), pair.request_id(index));
        let machine = pair.machine;
        self.record(|| NicEvent::Completed { request, status });
        if it.signaled {
            self.push(queue, it.id, status);
            self.changed(machine);
        }
        match next {
            Some(Progress::Answered { at, .. }) => {
                let at = at.max(self.now);
                self.set(id, What::Answer, at);
            }
            Some(Progress::Unanswered { .. }) => self.await_resend(id),
            _ if blocked => self.await_resend(id),
            _ => {}
        }
    }

    /// The oldest request outstanding ends in an error, and with it the pair.
    fn end_with(&mut self, id: Id, status: Status) {
        let pair = &mut self.pairs[id];
        let index = pair.posted - pair.outstanding.len() as u64;
        let (queue, request) = (pair.queue, pair.request_id(index));
        if status != Status::RetryExceeded {
            // What follows one that was refused is never executed.
            pair.lane.clear();
        }
        if let Some(it) = pair.outstanding.pop_front() {
            self.record(|| NicEvent::Completed { request, status });
            self.push(queue, it.id, status);
        }
        self.fail_pair(id, status);
    }

    // Sending again.

    /// The initiator has waited for an answer for too long.
    pub(super) fn resend(&mut self, id: Id) {
        let pair = &mut self.pairs[id];
        let Some(it) = pair.outstanding.front().copied() else { return };
        let index = pair.posted - pair.outstanding.len() as u64;
        let blocked = pair.is_blocked();
        let unanswered = matches!(it.progress, Progress::Unanswered { .. });
        if !blocked && !unanswered {
            return;
        }
        if pair.attempts >= pair.retries && !matches!(it.progress, Progress::Answered { .. }) {
            return self.give_up(id);
        }
        pair.attempts = pair.attempts.saturating_add(1);
        if blocked && pair.head != Head::Blocked {
            // In the midst of a WRITE. What is missing gets lost each time.
            self.await_resend(id);
        } else if blocked {
            pair.head = Head::Ready;
            if !pair.lane.is_empty() {
                let at = self.now + self.one_way();
                self.set(id, What::Turn, at);
            }
        }
        let Progress::Unanswered { status } = it.progress else { return };
        if self.reaches(id) != (true, true) {
            return self.await_resend(id);
        }
        let pair = &self.pairs[id];
        let (request, to) = (pair.request_id(index), pair.peer.map_or(0, |peer| peer.machine));
        self.counts.duplicates += 1;
        self.record(|| NicEvent::Duplicate { request, to });
        if it.kind == OperationKind::Read && it.len > 0 && status == Status::Success {
            if let Some(first) = self.pairs[id].outstanding.front_mut() {
                first.progress = Progress::Sent;
            }
            self.read_again(id, index);
        } else {
            let at = self.now + self.one_way() + self.one_way();
            self.answer_with(id, index, status, at);
        }
    }

    /// Whether the oldest request outstanding is a WRITE that has been placed in part.
    fn is_midway(&self, id: Id) -> bool {
        let pair = &self.pairs[id];
        let oldest = pair.posted - pair.outstanding.len() as u64;
        matches!(pair.head, Head::Placing(_))
            && pair.lane.front().is_some_and(|request| request.index == oldest)
    }

    /// The peer does not answer.
    fn give_up(&mut self, id: Id) {
        let taken = self.pairs[id].outstanding.front().map(|it| it.progress);
        match taken {
            Some(Progress::Sent) if self.is_midway(id) => self.counts.given_up_midway += 1,
            Some(Progress::Sent) => self.counts.given_up_before += 1,
            _ => self.counts.given_up_after += 1,
        }
        self.end_with(id, Status::RetryExceeded);
    }

    // Failing.

    /// Puts a connected pair in error state: what is outstanding is flushed.
    pub(super) fn fail_pair(&mut self, id: Id, status: Status) {
        let Some(pair) = self.pairs.get_mut(id).filter(|pair| pair.stage == Stage::Connected)
        else {
            return;
        };
        pair.stage = Stage::Failed;
        let (queue, machine, number) = (pair.queue, pair.machine, pair.number);
        let flushed = std::mem::take(&mut pair.outstanding);
        let oldest = pair.posted - flushed.len() as u64;
        for (index, it) in (oldest..).zip(&flushed) {
            let request = self.pairs[id].request_id(index);
            self.record(|| NicEvent::Completed { request, status: Status::Flushed });
            self.push(queue, it.id, Status::Flushed);
        }
        let fenced = self.fence(id);
        let in_flight = self.orphan(id);
        self.record(|| NicEvent::Failed { machine, pair: number, status, in_flight, fenced });
        self.changed(machine);
    }

    /// The handle of a pair is gone.
    pub(super) fn drop_pair(&mut self, id: Id) {
        let Some(pair) = self.pairs.get_mut(id).filter(|pair| pair.stage != Stage::Gone) else {
            return;
        };
        let was = std::mem::replace(&mut pair.stage, Stage::Gone);
        let (machine, place, number) = (pair.machine, pair.place, pair.number);
        pair.outstanding.clear();
        self.nodes[place].pairs.retain(|(its, _)| *its != number);
        if was == Stage::Connected {
            let fenced = self.fence(id);
            let in_flight = self.orphan(id);
            let status = Status::Flushed;
            self.record(|| NicEvent::Failed { machine, pair: number, status, in_flight, fenced });
        }
        if self.pairs.get(id).is_some_and(|pair| pair.lane.is_empty()) {
            self.pairs.remove(id);
        }
    }

    /// What the pair has posted has lost its initiator: chance decides how much of it still arrives,
    /// and when. The answer is how much.
    fn orphan(&mut self, id: Id) -> u32 {
        let late = self.settings.late;
        let Some(pair) = self.pairs.get_mut(id) else { return 0 };
        pair.answer = Timer::default();
        pair.resend = Timer::default();
        pair.turn = Timer::default();
        pair.reads.clear();
        // It lives on in what is in flight already, which no broken wire holds up.
        pair.broken = None;
        let begun = matches!(pair.head, Head::Placing(_) | Head::Storing { .. });
        pair.lane.retain(Request::changes);
        let most = pair.lane.len();
        // A responder that has fenced it has counted it.
        let accepted = pair.peer.is_some_and(|peer| self.accepts(&self.pairs[id], &peer));
        let keep = if late == 0 || most == 0 || !accepted {
            0
        } else {
            self.chance.below(most as u64 + 1) as usize
        };
        if keep == 0 || !begun {
            self.release_unit(id);
            self.pairs[id].head = Head::Ready;
        }
        let pair = &mut self.pairs[id];
        pair.lane.truncate(keep);
        let node = &self.nodes[pair.place];
        let spare = &mut self.spare_bytes;
        let whole =
            pair.lane.iter_mut().map_while(|it| fetch(it, node, spare).then_some(())).count();
        pair.lane.truncate(whole);
        let mut at = self.now;
        for i in 0..whole {
            at += self.up_to(late / whole as u64);
            self.pairs[id].lane[i].arrival = at;
        }
        if let Some(first) = self.pairs[id].lane.front() {
            let at = first.arrival;
            self.set(id, What::Turn, at);
        }
        whole as u32
    }

    /// Refuses what the peer of this pair has in flight to it, from now on. The answer is how much
    /// that is.
    fn fence(&mut self, id: Id) -> u32 {
        let Some(its) = self.pairs[id].peer.and_then(|peer| peer.id) else { return 0 };
        let Some(peer) = self.pairs.get(its) else { return 0 };
        if peer.peer.and_then(|back| back.id) != Some(id) || its == id {
            return 0;
        }
        let fenced = peer.changes_in_flight();
        self.counts.fenced += u64::from(fenced);
        if peer.stage != Stage::Connected {
            self.empty_lane(its);
            return fenced;
        }
        self.release_unit(its);
        let peer = &mut self.pairs[its];
        peer.turn = Timer::default();
        for read in std::mem::take(&mut peer.reads) {
            if let Some((_, it)) = peer.outstanding(read.index)
                && it.progress == Progress::Sampling
            {
                it.progress = Progress::Unanswered { status: Status::Success };
            }
        }
        // What it waits for it will ask for again, in vain.
        peer.lane.retain(|request| !request.duplicate);
        peer.head = if peer.lane.is_empty() { Head::Ready } else { Head::Blocked };
        let unanswered = peer
            .outstanding
            .front()
            .is_some_and(|it| matches!(it.progress, Progress::Unanswered { .. }));
        if unanswered || peer.head == Head::Blocked {
            self.await_resend(its);
        }
        fenced
    }

    /// The process on the machine is gone.
    pub(super) fn kill(&mut self, machine: Machine) {
        let place = self.place(machine);
        self.record(|| NicEvent::Killed { machine });
        for (_, id) in self.nodes[place].pairs.clone() {
            self.drop_pair(id);
        }
        let node = &mut self.nodes[place];
        node.forget_regions();
        let queues = std::mem::take(&mut node.queues);
        for queue in queues {
            self.queues.remove(queue);
        }
    }

    /// Breaks one of the machine's pairs that have work outstanding, as after all retries.
    pub(super) fn break_pair_of(&mut self, machine: Machine, nth: u64) -> bool {
        let place = self.place(machine);
        let busy: Vec<Id> = self.nodes[place]
            .pairs
            .iter()
            .map(|(_, id)| *id)
            .filter(|id| !self.pairs[*id].outstanding.is_empty())
            .collect();
        if busy.is_empty() {
            return false;
        }
        self.give_up(busy[(nth % busy.len() as u64) as usize]);
        true
    }
}
