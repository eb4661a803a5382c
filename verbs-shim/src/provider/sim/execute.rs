//! The execution of requests at the responder: READs and WRITEs line by line, atomics in two steps.

use super::Nanos;
use super::event::NicEvent;
use super::lines::{self, Lines};
use super::pair::{Broken, Head, Operation, Peer, Progress, Reading, Request, Stage, Timer};
use super::slab::Id;
use super::state::{State, What};
use crate::error::Status;
use crate::memory::Memory;
use crate::work_request::{Atomic, OperationKind};

fn word(bytes: &[u8], addr: u64) -> Option<u64> {
    let word = <[u8; 8]>::try_from(bytes).ok()?;
    addr.is_multiple_of(8).then(|| u64::from_ne_bytes(word))
}

impl State {
    /// When a request that has begun goes on: within `most`, but for faults.
    fn soon(&mut self, most: Nanos) -> Nanos {
        let mut at = self.now + self.up_to(most);
        if self.happens(self.settings.faults.interrupted) {
            self.counts.interrupted += 1;
            at += self.up_to(self.settings.latency.straggler);
        }
        at
    }

    // READ.

    pub(super) fn begin_read(&mut self, id: Id) {
        let pair = &mut self.pairs[id];
        let Some(request) = pair.lane.front() else { return };
        let index = request.index;
        if request.len == 0 {
            self.answer(id, index, Status::Success);
        } else {
            self.read_again(id, index);
        }
        self.next_request(id);
    }

    /// Samples a READ that is outstanding from its first line on.
    pub(super) fn read_again(&mut self, id: Id, index: u64) {
        let pair = &mut self.pairs[id];
        let Some((_, it)) = pair.outstanding(index) else { return };
        if it.len == 0 {
            return;
        }
        if it.progress == Progress::Sent {
            it.progress = Progress::Sampling;
        }
        let (remote, len, local) = (it.remote, it.len, it.local);
        let spare = &mut self.spare_lines;
        let lines = Lines::all(remote.addr, len, || spare.pop().unwrap_or_default());
        let reading = Reading {
            index,
            timer: Timer::default(),
            remote,
            len,
            local,
            lines,
            fingerprint: None,
            passed: false,
        };
        match pair.reads.iter_mut().find(|read| read.index == index) {
            Some(read) => *read = reading,
            None => pair.reads.push(reading),
        }
        let at = self.soon(self.settings.latency.line);
        self.set(id, What::Sample(index), at);
    }

    /// A READ samples one line.
    pub(super) fn sample(&mut self, id: Id, index: u64, line: Option<u32>) {
        let Some(at) = self.pairs[id].reads.iter().position(|read| read.index == index) else {
            return;
        };
        let pair = &mut self.pairs[id];
        let Some(peer) = pair.peer else { return };
        // An answer that arrived meanwhile has ended it: this is one that was sent again.
        if pair.outstanding(index).is_none() {
            return self.end_read(id, at);
        }
        let pair = &self.pairs[id];
        let read = &pair.reads[at];
        let (remote, len, local, left) = (read.remote, read.len, read.local, read.lines.left());
        let (many, own_place) = (lines::count(remote.addr, len) > 1, pair.place);
        let source = self.nodes[peer.place].check(remote, len, OperationKind::Read);
        let target = self.nodes[own_place].region(local.key);
        let (source, offset, target) = match (source, target) {
            (Ok((source, offset)), Some(target)) => (source, offset, target),
            (source, _) => {
                let status = source.err();
                self.end_read(id, at);
                return match status {
                    Some(status) => self.refuse_begun(id, index, status),
                    None => self.answer(id, index, Status::LocalProtection),
                };
            }
        };
        let fingerprint =
            (many && read.fingerprint.is_none()).then(|| fingerprint(source, offset, len));
        let mut line = match line {
            Some(line) => {
                self.pairs[id].reads[at].lines.take_line(line);
                line
            }
            None => {
                let place = match left {
                    0 | 1 => 0,
                    n if self.settings.line_reordering => self.chance.below(n as u64) as usize,
                    _ => 0,
                };
                self.pairs[id].reads[at].lines.take(Some(place))
            }
        };
        let last = left.saturating_sub(self.settings.lines_at_once.max(1) as usize);
        let left = loop {
            let range = lines::bytes(remote.addr, len, line);
            let mut bytes = [0; lines::LINE as usize];
            let bytes = &mut bytes[..range.len()];
            let addr = remote.addr + range.start as u64;
            source.read(offset + range.start, bytes);
            target.write_answer(local.offset + range.start, bytes);
            // In a search, what was read is told whatever it is, because states that differ in it are not the same.
            let (source, len) = (source, range.len() as u32);
            let print =
                || self.searching.then(|| self::fingerprint(source, offset + range.start, len));
            let pair = &self.pairs[id];
            self.record(|| NicEvent::Sampled {
                request: pair.request_id(index),
                to: peer.machine,
                addr,
                len,
                word: word(bytes, addr).or_else(print),
            });
            let left = self.pairs[id].reads[at].lines.left();
            if left <= last {
                break left + 1;
            }
            line = self.pairs[id].reads[at].lines.take(None);
        };
        let first = self.pairs[id].reads[at].fingerprint;
        if left > 1 {
            if first.is_none() {
                self.pairs[id].reads[at].fingerprint = fingerprint;
            }
            let due = self.soon(self.settings.latency.line);
            return self.set(id, What::Sample(index), due);
        }
        if let Some(first) = first
            && let Ok((source, offset)) =
                self.nodes[peer.place].check(remote, len, OperationKind::Read)
            && self::fingerprint(source, offset, len) != first
        {
            self.counts.torn_reads += 1;
        }
        self.end_read(id, at);
        let sampling =
            self.pairs[id].outstanding(index).map(|(_, it)| it.progress == Progress::Sampling);
        if sampling == Some(true) {
            self.answer(id, index, Status::Success);
        }
    }

    /// A READ is not sampled any further.
    fn end_read(&mut self, id: Id, at: usize) {
        let pair = &mut self.pairs[id];
        let read = pair.reads.remove(at);
        if pair.reads.is_empty() && pair.head == Head::Draining {
            pair.head = Head::Ready;
            let now = self.now;
            self.set(id, What::Turn, now);
        }
        self.keep_lines(read.lines.into_spare());
    }

    // WRITE.

    pub(super) fn begin_write(&mut self, id: Id) {
        let pair = &mut self.pairs[id];
        let Some(request) = pair.lane.front() else { return };
        let (index, remote, len) = (request.index, request.remote, request.len);
        let spare = &mut self.spare_lines;
        let lines = Lines::all(remote.addr, len, || spare.pop().unwrap_or_default());
        match lines {
            Lines::None => {
                self.answer(id, index, Status::Success);
                self.next_request(id);
            }
            Lines::One => {
                pair.head = Head::Placing(lines);
                self.place_line(id, None);
            }
            Lines::Many(_) => {
                pair.head = Head::Placing(lines);
                let at = self.soon(self.settings.latency.line);
                self.set(id, What::Turn, at);
            }
        }
    }

    /// The WRITE under way places one line.
    pub(super) fn place_line(&mut self, id: Id, line: Option<u32>) {
        let pair = &self.pairs[id];
        let (Some(request), Some(peer)) = (pair.lane.front(), pair.peer) else { return };
        let (index, remote, len) = (request.index, request.remote, request.len);
        let Head::Placing(left) = &pair.head else { return };
        let count = left.left();
        let place = match count {
            0 | 1 => 0,
            n if line.is_none() && self.settings.line_reordering => {
                self.chance.below(n as u64) as usize
            }
            _ => 0,
        };
        let target = match self.nodes[peer.place].check(remote, len, OperationKind::Write) {
            Ok(_) if count == 0 => return,
            Ok(target) => target,
            Err(status) => return self.refuse(id, index, status),
        };
        let pair = &mut self.pairs[id];
        let Head::Placing(left) = &mut pair.head else { return };
        let line = match line {
            Some(line) => {
                left.take_line(line);
                line
            }
            None => left.take(Some(place)),
        };
        let pair = &self.pairs[id];
        let Some(Request { operation: Operation::Write(payload), .. }) = pair.lane.front() else {
            return;
        };
        let range = lines::bytes(remote.addr, len, line);
        let bytes = &payload.bytes()[range.clone()];
        let addr = remote.addr + range.start as u64;
        let (memory, offset) = (target.0, target.1 + range.start);
        let records = self.host.as_ref().is_some_and(|host| host.records());
        let before = if records && bytes.len() == 8 {
            let mut before = [0; 8];
            memory.read(offset, &mut before);
            word(&before, addr)
        } else {
            None
        };
        memory.write(offset, bytes);
        self.record(|| NicEvent::Placed {
            request: pair.request_id(index),
            to: peer.machine,
            addr,
            len: range.len() as u32,
            word: before.zip(word(bytes, addr)),
            late: pair.stage != Stage::Connected,
        });
        self.changed(peer.machine);
        if count > 1 {
            let live = self.pairs[id].stage == Stage::Connected;
            if live && self.happens(self.settings.faults.broken_midway) {
                let pair = &mut self.pairs[id];
                pair.broken = Some(Broken::Requests);
                let request = pair.request_id(index);
                self.record(|| NicEvent::Lost { request, answer: false });
                return self.await_resend(id);
            }
            let at = self.soon(self.settings.latency.line);
            return self.set(id, What::Turn, at);
        }
        let head = std::mem::replace(&mut self.pairs[id].head, Head::Ready);
        if let Head::Placing(lines) = head {
            self.keep_lines(lines.into_spare());
        }
        self.answer(id, index, Status::Success);
        self.next_request(id);
    }

    // Atomics.

    pub(super) fn load(&mut self, id: Id, peer: Peer) {
        let pair = &self.pairs[id];
        let Some(request) = pair.lane.front() else { return };
        let Operation::Atomic(atomic) = request.operation else { return };
        let (index, remote) = (request.index, request.remote);
        let Ok((memory, offset)) = self.nodes[peer.place].check(remote, 8, atomic.kind()) else {
            return;
        };
        let mut before = [0; 8];
        memory.read(offset, &mut before);
        let before = u64::from_ne_bytes(before);
        self.record(|| NicEvent::Loaded {
            request: pair.request_id(index),
            to: peer.machine,
            addr: remote.addr,
            before,
            late: pair.stage != Stage::Connected,
        });
        let after = match atomic {
            Atomic::FetchAdd { add } => before.wrapping_add(add),
            Atomic::CompareSwap { expected, new } if before == expected => new,
            // Stricter than any hardware is known to be: what was loaded is stored back.
            Atomic::CompareSwap { .. } => before,
        };
        if let Some((_, it)) = self.pairs[id].outstanding(index) {
            it.before = before;
        }
        if self.settings.atomic_gap {
            self.nodes[peer.place].unit = Some(id);
            self.pairs[id].head = Head::Storing { before, after };
            let at = self.soon(self.settings.latency.atomic);
            self.set(id, What::Turn, at);
        } else {
            self.store(id, before, after);
        }
    }

    pub(super) fn store(&mut self, id: Id, before: u64, after: u64) {
        self.pairs[id].head = Head::Ready;
        self.release_unit(id);
        let pair = &self.pairs[id];
        let (Some(request), Some(peer)) = (pair.lane.front(), pair.peer) else { return };
        let (index, remote, kind) = (request.index, request.remote, request.kind());
        let (memory, offset) = match self.nodes[peer.place].check(remote, 8, kind) {
            Ok(target) => target,
            Err(status) => return self.refuse(id, index, status),
        };
        let mut now = [0; 8];
        memory.read(offset, &mut now);
        let now = u64::from_ne_bytes(now);
        let lost = (now != before).then_some(now);
        memory.write(offset, &after.to_ne_bytes());
        self.record(|| NicEvent::Stored {
            request: pair.request_id(index),
            to: peer.machine,
            addr: remote.addr,
            after,
            lost,
        });
        self.counts.lost_to_atomics += u64::from(lost.is_some());
        self.changed(peer.machine);
        self.answer(id, index, Status::Success);
        self.next_request(id);
    }

    /// Frees the atomic unit of the pair's responder, if the pair has it.
    pub(super) fn release_unit(&mut self, id: Id) {
        if let Some(peer) = self.pairs[id].peer {
            self.release_unit_of(peer.place, id);
        }
    }

    /// As [`State::release_unit`], for a pair that may be gone. The unit goes to one of those that wait
    /// for it, lest all of them come at once. A search decides itself who comes next.
    pub(super) fn release_unit_of(&mut self, place: usize, id: Id) {
        let now = self.now;
        if self.nodes[place].unit != Some(id) {
            return;
        }
        self.nodes[place].unit = None;
        while !self.nodes[place].waiting.is_empty() {
            let count = self.nodes[place].waiting.len() as u64;
            let which = if self.searching { 0 } else { self.chance.below(count) };
            let next = self.nodes[place].waiting.swap_remove(which as usize);
            let Some(pair) = self.pairs.get_mut(next).filter(|pair| pair.head == Head::Unit) else {
                continue;
            };
            pair.head = Head::Ready;
            self.set(next, What::Turn, now);
            if !self.searching {
                self.nodes[place].unit = Some(next);
                return;
            }
        }
    }
}

/// A number that tells whether any byte of the range has changed.
fn fingerprint(memory: &Memory, offset: usize, len: u32) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut bytes = [0; 256];
    let (mut at, end) = (offset, offset + len as usize);
    while at < end {
        let piece = &mut bytes[..(end - at).min(256)];
        memory.read(at, piece);
        for word in piece.chunks(8) {
            let mut padded = [0; 8];
            padded[..word.len()].copy_from_slice(word);
            hash = (hash ^ u64::from_le_bytes(padded)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            hash ^= hash >> 29;
        }
        at += piece.len();
    }
    hash
}
