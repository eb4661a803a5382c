//! The agent of the search. The protocol is straight-line code, and deterministic: it is run again from the
//! beginning of the operation with the answers that it has got so far, up to the next call whose answer
//! depends on others. There it is made to return, and the search decides who goes on.

use std::cell::RefCell;

use pangea::primitives::Trap;
use pangea::protocol::{
    Agent, CachingAgent, DATA, Failure, Known, Layout, Lease, LogicalTime, Request, Verdict,
};

use super::memory::{Batch, LARGE, WORDS};
use super::node::{ANSWER, Copied, Local, Node, Note, copy_of};
use super::program::{Case, Kind};

/// Why an operation goes no further for now: a call has to be decided.
#[derive(Debug)]
pub(crate) struct Stop;

/// Data that was read is of several values.
pub(crate) const TORN: u64 = u64::MAX - 1;

/// An answer of an exchange: it succeeded, it was lost.
pub(crate) const OK: u64 = 0;
pub(crate) const LOST: u64 = 1;

/// A call that the search has to decide.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::large_enum_variant,
    reason = "most states have it, and a box of it would be cloned with each"
)]
pub(crate) enum Call {
    /// A batch on its way.
    Exchange(Batch),
    /// Something in the node that other threads may touch.
    Local(Local),
    /// Whether a node is dead and fenced.
    Fenced(u32),
    /// A moment of waiting. The answers from number `restart` on are forgotten then. `always`: until something
    /// has changed; else only if a lock is in the way.
    Pause { restart: Option<usize>, always: bool },
    /// The node's own lock of a block.
    Hold(usize),
    /// Another thread's end of so many operations.
    Await(usize, usize),
}

/// What does not change in a search.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) case: Case,
    pub(crate) layouts: Vec<Layout>,
    pub(crate) trap: Option<Trap>,
}

impl Setting {
    pub(crate) fn new(case: &Case, trap: Option<Trap>) -> Setting {
        let layouts = case.objects.iter().map(super::program::Object::layout).collect();
        let mut case = case.clone();
        case.gaps |= trap == Some(Trap::UnlockByWrite);
        Setting { case, layouts, trap }
    }

    /// Where the words behind the data are: all of the block of an object without data.
    pub(crate) fn tail(&self, object: usize) -> (usize, usize) {
        let object = &self.case.objects[object];
        match object.kind {
            Kind::Block(_) | Kind::Word => (0, 0),
            Kind::Barrier => (0, self.case.threads.len()),
            Kind::Lock { shared, wide } => {
                let from = object.layout().tail() / 8;
                let words = if wide { 2 } else { 1 };
                (from, from + 2 + words * if shared { 2 } else { 1 })
            }
        }
    }
}

/// A thread amid an operation.
pub(crate) struct Script<'a> {
    pub(crate) setting: &'a Setting,
    thread: usize,
    /// Whether nobody else can touch what is in the node.
    alone: bool,
    object: usize,
    buffer: [u8; LARGE],
    restart: Option<usize>,
    /// The moment of the last look.
    look: u64,
    inner: RefCell<Inner<'a>>,
}

struct Inner<'a> {
    node: &'a mut Node,
    log: &'a mut Vec<u64>,
    cursor: usize,
    call: Option<Call>,
    verdict: Option<Verdict>,
}

impl Inner<'_> {
    /// The next `N` words that were answered.
    fn take<const N: usize>(&mut self) -> Option<[u64; N]> {
        let words = self.log.get(self.cursor..self.cursor + N)?.try_into().ok()?;
        self.cursor += N;
        Some(words)
    }
}

impl<'a> Script<'a> {
    pub(crate) fn new(
        setting: &'a Setting,
        thread: usize,
        alone: bool,
        node: &'a mut Node,
        log: &'a mut Vec<u64>,
    ) -> Script<'a> {
        let inner = RefCell::new(Inner { node, log, cursor: 0, call: None, verdict: None });
        let buffer = [0; LARGE];
        Script { setting, thread, alone, object: 0, buffer, restart: None, look: 0, inner }
    }

    /// The call that it stopped at, and what was found of a dead node's block.
    pub(crate) fn end(self) -> (Option<Call>, Option<Verdict>) {
        let inner = self.inner.into_inner();
        (inner.call, inner.verdict)
    }

    /// Goes on at this object.
    pub(crate) fn at(&mut self, object: usize) {
        self.object = object;
        self.begin_look();
    }

    pub(crate) fn object(&self) -> usize {
        self.object
    }

    pub(crate) fn thread(&self) -> usize {
        self.thread
    }

    /// What was answered from here on is forgotten at the next moment of waiting.
    pub(crate) fn mark(&mut self) -> usize {
        let cursor = self.inner.borrow().cursor;
        self.restart = Some(cursor);
        cursor
    }

    pub(crate) fn unmark(&mut self) {
        self.restart = None;
    }

    fn stop(&self, call: Call) -> Stop {
        self.inner.borrow_mut().call.get_or_insert(call);
        Stop
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.inner.borrow().call.is_some()
    }

    /// A call inside the node.
    pub(crate) fn local(&self, call: Local) -> [u64; ANSWER] {
        let mut inner = self.inner.borrow_mut();
        if inner.call.is_some() {
            return [0; ANSWER];
        }
        if let Some(answer) = inner.take() {
            return answer;
        }
        if !self.alone {
            inner.call = Some(Call::Local(call));
            return [0; ANSWER];
        }
        let answer = inner.node.local(call, 0);
        inner.log.extend(answer);
        inner.cursor += ANSWER;
        answer
    }

    /// The answer of one word to a call that the world decides.
    fn decided(&self, call: Call) -> Result<u64, Stop> {
        let mut inner = self.inner.borrow_mut();
        if inner.call.is_some() {
            return Err(Stop);
        }
        if let Some([answer]) = inner.take() {
            return Ok(answer);
        }
        drop(inner);
        Err(self.stop(call))
    }

    /// Gets the node's own lock of the block; with what the holder before left.
    pub(crate) fn hold(&self) -> Result<Option<Note>, Stop> {
        if self.alone {
            let mut inner = self.inner.borrow_mut();
            if inner.call.is_none() && inner.cursor == inner.log.len() {
                inner.node.holds[self.object] = Some(self.thread as u8);
                inner.log.push(0);
            }
        }
        self.decided(Call::Hold(self.object))?;
        Ok(self.inner.borrow().node.notes[self.object])
    }

    /// Gives it back, and leaves something for the next.
    pub(crate) fn release_hold(&self, note: Option<Note>) {
        let mut inner = self.inner.borrow_mut();
        let mine = inner.node.holds[self.object] == Some(self.thread as u8);
        if inner.call.is_none() && mine {
            inner.node.holds[self.object] = None;
            inner.node.notes[self.object] = note;
        }
    }

    pub(crate) fn wait(&self, restart: usize, always: bool) -> Stop {
        self.stop(Call::Pause { restart: Some(restart), always })
    }

    pub(crate) fn await_thread(&self, thread: usize, ops: usize) -> Result<(), Stop> {
        self.decided(Call::Await(thread, ops)).map(|_| ())
    }

    /// Fills the data with a value.
    pub(crate) fn fill(&mut self, value: u64) {
        let end = self.layout().end();
        for word in self.buffer[DATA..end].chunks_exact_mut(8) {
            word.copy_from_slice(&value.to_le_bytes());
        }
    }

    /// The value that the data is filled with.
    pub(crate) fn value(&self) -> u64 {
        value_of(&self.setting.layouts[self.object], &self.buffer)
    }

    /// The word of the buffer at this offset.
    pub(crate) fn word(&self, at: usize) -> u64 {
        pangea::protocol::word_of(&self.buffer, at)
    }
}

/// The value that the data of a block is filled with.
pub(crate) fn value_of(layout: &Layout, block: &[u8]) -> u64 {
    let value = pangea::protocol::word_of(block, DATA);
    let same = block[DATA..layout.end()].chunks_exact(8).all(|word| word == value.to_le_bytes());
    if same { value } else { TORN }
}

impl Agent for Script<'_> {
    type Error = Stop;

    fn rank(&self) -> u32 {
        self.setting.case.rank(self.setting.case.threads[self.thread].node)
    }

    fn layout(&self) -> Layout {
        self.setting.layouts[self.object]
    }

    fn now(&mut self) -> LogicalTime {
        LogicalTime(self.local(Local::Now)[0])
    }

    fn advance(&mut self, to: LogicalTime) {
        self.local(Local::Advance(to.0));
    }

    fn exchange<const N: usize>(
        &mut self,
        requests: [Request; N],
    ) -> Result<[u64; N], Failure<Stop>> {
        let inner = self.inner.get_mut();
        if inner.call.is_some() {
            return Err(Failure::Fatal(Stop));
        }
        let Some([status]) = inner.take() else {
            let mut body = [0; WORDS];
            for (word, bytes) in body.iter_mut().zip(self.buffer.chunks_exact(8)) {
                *word = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
            }
            let end = self.setting.layouts[self.object].end().div_ceil(8).min(WORDS);
            let tail = self.setting.tail(self.object);
            let pieces = self.setting.case.words_apart;
            let batch = Batch::new(self.object, &requests, body, end, tail, pieces);
            return Err(Failure::Fatal(self.stop(Call::Exchange(batch))));
        };
        if status == LOST {
            return Err(Failure::Lost);
        }
        let answers = inner.take().unwrap_or([0; N]);
        for request in requests {
            if let Request::ReadBlock { len } = request {
                let words = len.div_ceil(8).min(WORDS);
                let read = &inner.log[inner.cursor..inner.cursor + words];
                let last = read[words - 1];
                let all = read.iter().copied().chain(std::iter::repeat(last));
                for (bytes, word) in
                    self.buffer[..len.next_multiple_of(8)].chunks_exact_mut(8).zip(all)
                {
                    bytes.copy_from_slice(&word.to_le_bytes());
                }
                inner.cursor += words;
            }
        }
        Ok(answers)
    }

    fn buffer(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    fn is_fenced(&mut self, rank: u32) -> Result<bool, Stop> {
        if self.setting.case.faults.dies.is_none() {
            return if self.is_stopped() { Err(Stop) } else { Ok(false) };
        }
        Ok(self.decided(Call::Fenced(rank))? == 1)
    }

    fn back_off(&mut self, _attempt: u32) -> Result<(), Stop> {
        self.decided(Call::Pause { restart: self.restart, always: false }).map(|_| ())
    }

    fn falls_into(&self, trap: Trap) -> bool {
        self.setting.trap == Some(trap)
    }

    fn recovered(&mut self, verdict: Verdict) {
        let inner = self.inner.get_mut();
        // Told again each time that the operation is run again.
        if inner.call.is_none() && inner.cursor == inner.log.len() {
            inner.verdict = Some(verdict);
        }
    }
}

impl CachingAgent for Script<'_> {
    type Copy = Copied;

    fn cached(&mut self) -> Option<Copied> {
        copy_of(self.local(Local::Cached(self.object)))
    }

    /// As it was when the copy was got: a longer lease, which another thread may have got since, is
    /// as if that had come later.
    fn known(&self, copy: &Copied) -> Known {
        Known { wts: LogicalTime(copy.wts), lease: Lease::from_bits(copy.lease) }
    }

    fn is_fresh(&self, copy: &Copied) -> bool {
        let mut inner = self.inner.borrow_mut();
        if !self.setting.case.has_fences() || inner.call.is_some() {
            return true;
        }
        if let Some([floor]) = inner.take() {
            return copy.moment >= floor;
        }
        let floor = inner.node.floor;
        inner.log.push(floor);
        inner.cursor += 1;
        copy.moment >= floor
    }

    fn begin_look(&mut self) {
        if self.setting.case.has_fences() {
            self.look = self.local(Local::Moment)[0];
        }
    }

    fn renew(&mut self, copy: &Copied, lease: Lease) {
        let copy = Copied { lease: lease.bits(), moment: self.look, ..*copy };
        self.local(Local::Renew(self.object, copy));
    }

    fn keep(&mut self, known: Known) -> Copied {
        let (wts, lease) = (known.wts.0, known.lease.bits());
        let copy = Copied { wts, lease, value: self.value(), moment: self.look };
        copy_of(self.local(Local::Keep(self.object, copy))).unwrap_or(copy)
    }
}
