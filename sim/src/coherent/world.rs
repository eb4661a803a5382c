//! The state of a search: homes, nodes, threads; and what may happen next.

use std::hash::{Hash, Hasher};

use pangea::primitives::Trap;
use pangea::protocol::{Lease, Verdict};

use super::agent::{Call, LOST, OK, Script, Setting};
use super::memory::{Batch, Home, Looked, digest, home};
use super::node::{Copied, Node, OBJECTS};
use super::perform::{Carried, perform};
use super::program::Op;

/// More words of answers than any operation needs.
const LONGEST: usize = 4000;

/// Something that may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Choice {
    /// A thread goes on: the cache line of its request, or 0.
    Step(u8, u8),
    /// The exchange of a thread fails.
    Fail(u8),
    /// A node dies.
    Kill(u8),
    /// A home acknowledges that nothing of a dead node takes effect any more: node, object.
    Fence(u8, u8),
    /// What nobody waits for any more takes effect: number, cache line.
    Late(u8, u8),
    /// A copy vanishes: node, object.
    Evict(u8, u8),
}

/// A thread.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Thread {
    pub(crate) op: usize,
    /// The answers to its calls in this operation.
    log: Vec<u64>,
    pub(crate) call: Option<Call>,
    pub(crate) carried: Carried,
    pub(crate) results: Vec<u64>,
    /// How many operations of each thread had ended when each of this one's began.
    pub(crate) begun: Vec<u8>,
    started: bool,
    looked: Looked,
    /// How long the log was when it last went on after waiting.
    resumed: Option<usize>,
    /// What it had seen first when it last waited.
    waited: Option<Looked>,
    /// The nodes that were fenced when it last looked, or asked.
    fences: Option<u8>,
    pub(crate) dead: bool,
}

/// Requests of a queue pair that has failed, or of a dead node.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Late {
    /// The dead node, until whose fence they may take effect; without one, for ever.
    node: Option<usize>,
    pub(crate) batch: Batch,
}

/// Everything.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) homes: Vec<Home>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) threads: Vec<Thread>,
    pub(crate) late: Vec<Late>,
    failures: u8,
    evictions: u8,
    tokens: [u64; OBJECTS],
    /// How often a node got the lock while another waited in its queue.
    passed: [u8; 16],
    /// What was found to be wrong on the way.
    pub(crate) wrong: Option<String>,
    /// The verdicts of the last step, one bit each.
    pub(crate) verdicts: u8,
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.homes, &self.nodes, &self.threads, &self.late).hash(state);
        (self.failures, self.evictions, self.tokens, self.passed).hash(state);
    }
}

impl World {
    pub(crate) fn new(setting: &Setting) -> World {
        let case = &setting.case;
        let thread = Thread {
            op: 0,
            log: Vec::new(),
            call: None,
            carried: Carried::default(),
            results: Vec::new(),
            begun: Vec::new(),
            started: false,
            looked: Looked::default(),
            resumed: None,
            waited: None,
            fences: None,
            dead: false,
        };
        let mut world = World {
            homes: case.objects.iter().map(home).collect(),
            nodes: case.clocks.iter().map(|clock| Node::new(*clock)).collect(),
            threads: vec![thread; case.threads.len()],
            late: Vec::new(),
            failures: case.faults.failures,
            evictions: case.faults.evictions,
            tokens: [0; OBJECTS],
            passed: [0; 16],
            wrong: None,
            verdicts: 0,
        };
        for (number, object) in case.objects.iter().enumerate() {
            for node in (0..case.nodes()).filter(|node| object.warm >> node & 1 == 1) {
                let (wts, value) = object.outdated.unwrap_or((object.wts, object.value));
                let lease = world.homes[number].words[0];
                world.nodes[node].copies[number] = Some(Copied { wts, lease, value, moment: 0 });
            }
        }
        for thread in 0..world.threads.len() {
            world.run(setting, thread);
        }
        world
    }

    /// What may happen next, the thread `last` first.
    pub(crate) fn choices(&self, setting: &Setting, last: Option<u8>, into: &mut Vec<Choice>) {
        into.clear();
        if let Some(thread) = self.apart(setting) {
            self.steps(setting, thread, into);
            return;
        }
        if let Some(last) = last {
            self.steps(setting, usize::from(last), into);
        }
        for thread in (0..self.threads.len()).filter(|thread| last != Some(*thread as u8)) {
            self.steps(setting, thread, into);
        }
        for (number, late) in self.late.iter().enumerate() {
            let home = &self.homes[usize::from(late.batch.object)];
            into.extend(late.batch.steps(home).map(|line| Choice::Late(number as u8, line)));
        }
        for (number, node) in self.nodes.iter().enumerate() {
            let busy = (0..self.threads.len()).any(|thread| {
                setting.case.threads[thread].node == number && !self.is_over(setting, thread)
            });
            for object in 0..self.homes.len() {
                if !node.alive && node.fenced >> object & 1 == 0 {
                    into.push(Choice::Fence(number as u8, object as u8));
                }
                if self.evictions > 0 && busy && node.copies[object].is_some() {
                    into.push(Choice::Evict(number as u8, object as u8));
                }
            }
            if setting.case.faults.dies == Some(number) && node.alive && busy {
                into.push(Choice::Kill(number as u8));
            }
        }
    }

    /// A thread whose next step nobody else can notice, now or later: in whatever order it comes with the
    /// steps of others, the same states are reached.
    fn apart(&self, setting: &Setting) -> Option<usize> {
        let spent = self.failures == 0 && self.evictions == 0 && self.late.is_empty();
        if !spent || setting.case.faults.dies.is_some() || setting.case.linearizable {
            return None;
        }
        let touches = |thread: usize, object: usize| {
            let ops = &setting.case.threads[thread].ops[self.threads[thread].op..];
            ops.iter().any(|op| op.object() == Some(object))
        };
        (0..self.threads.len()).find(|thread| match &self.threads[*thread].call {
            Some(Call::Exchange(batch)) => {
                let object = usize::from(batch.object);
                (0..self.threads.len()).all(|other| other == *thread || !touches(other, object))
            }
            _ => false,
        })
    }

    /// Whether a thread has come to its end.
    pub(crate) fn is_over(&self, setting: &Setting, thread: usize) -> bool {
        let state = &self.threads[thread];
        state.dead || state.op == setting.case.threads[thread].ops.len()
    }

    /// Whether nothing that is still to happen can be told from nothing.
    pub(crate) fn is_settled(&self, setting: &Setting) -> bool {
        let all = (1u8 << self.homes.len()) - 1;
        (0..self.threads.len()).all(|thread| self.is_over(setting, thread))
            && self.nodes.iter().all(|node| node.alive || node.fenced == all)
    }

    fn steps(&self, setting: &Setting, thread: usize, into: &mut Vec<Choice>) {
        let number = thread as u8;
        let node = &self.nodes[setting.case.threads[thread].node];
        let enabled = match &self.threads[thread].call {
            None => false,
            Some(Call::Exchange(batch)) => {
                let home = &self.homes[usize::from(batch.object)];
                into.extend(batch.steps(home).map(|line| Choice::Step(number, line)));
                if batch.is_done() {
                    into.push(Choice::Step(number, 0));
                }
                if self.failures > 0 {
                    into.push(Choice::Fail(number));
                }
                false
            }
            Some(Call::Local(_) | Call::Fenced(_)) => true,
            Some(Call::Pause { always, .. }) => !self.is_blocked(setting, thread, *always),
            Some(Call::Hold(object)) => node.holds[*object].is_none(),
            Some(Call::Await(other, ops)) => self.threads[*other].results.len() >= *ops,
        };
        if enabled {
            into.push(Choice::Step(number, 0));
        }
    }

    /// Whether a thread would see again what it saw when it last looked.
    fn is_blocked(&self, setting: &Setting, thread: usize, always: bool) -> bool {
        let state = &self.threads[thread];
        let Some(object) = setting.case.threads[thread].ops[state.op].object() else {
            return false;
        };
        let words = &self.homes[object].words;
        let (from, to) = setting.tail(object);
        let me = setting.case.rank(setting.case.threads[thread].node);
        let lease = state.looked.lease.is_some_and(|lease| {
            // Its own lock may have come as a surprise: it is in nobody's way, unless it is again.
            let in_the_way = match Lease::from_bits(lease).owner {
                None => false,
                Some(owner) => owner != me || state.waited == Some(state.looked),
            };
            lease == words[0] && (always || in_the_way)
        });
        let tail = state.looked.tail.is_none_or(|tail| tail == digest(&words[from..to]));
        lease && tail && state.fences.is_none_or(|fences| fences == self.fences(object))
    }

    fn fences(&self, object: usize) -> u8 {
        let bits = self.nodes.iter().enumerate();
        bits.map(|(number, node)| (node.fenced >> object & 1) << number).sum()
    }

    /// Makes a choice.
    pub(crate) fn choose(&mut self, setting: &Setting, choice: Choice) {
        self.verdicts = 0;
        match choice {
            Choice::Step(thread, line) => self.step(setting, usize::from(thread), line),
            Choice::Fail(thread) => self.fail(setting, usize::from(thread)),
            Choice::Kill(node) => self.kill(setting, usize::from(node)),
            Choice::Fence(node, object) => {
                let (node, object) = (usize::from(node), usize::from(object));
                self.nodes[node].fenced |= 1 << object;
                let homes = &mut self.homes;
                self.late.retain(|late| {
                    let stays = late.node != Some(node) || usize::from(late.batch.object) != object;
                    if !stays {
                        late.batch.abandon(&mut homes[object]);
                    }
                    stays
                });
            }
            Choice::Late(number, line) => {
                let late = &mut self.late[usize::from(number)];
                let home = &mut self.homes[usize::from(late.batch.object)];
                late.batch.step(home, line, setting.case.gaps, &mut Looked::default());
                if !late.batch.has_effects() {
                    self.late.remove(usize::from(number));
                }
            }
            Choice::Evict(node, object) => {
                self.evictions -= 1;
                self.nodes[usize::from(node)].copies[usize::from(object)] = None;
            }
        }
    }

    fn step(&mut self, setting: &Setting, thread: usize, line: u8) {
        if setting.case.linearizable && !self.threads[thread].started {
            let ended: Vec<u8> =
                self.threads.iter().map(|other| other.results.len() as u8).collect();
            self.threads[thread].begun.extend(ended);
        }
        self.threads[thread].started = true;
        let number = setting.case.threads[thread].node;
        let waiting = self.waiting(setting, thread);
        let op = setting.case.threads[thread].ops.get(self.threads[thread].op);
        let fences = self.fences(op.and_then(|op| op.object()).unwrap_or(0));
        let state = &mut self.threads[thread];
        match &mut state.call {
            None => return,
            Some(Call::Exchange(batch)) => {
                state.fences.get_or_insert(fences);
                if !batch.is_done() {
                    let home = &mut self.homes[usize::from(batch.object)];
                    batch.step(home, line, setting.case.gaps, &mut state.looked);
                    if !batch.is_done() || self.failures > 0 {
                        return;
                    }
                }
                state.log.push(OK);
                state.log.extend(batch.answers());
                state.log.extend(batch.read().unwrap_or(&[]));
            }
            Some(Call::Local(call)) => {
                let answer = self.nodes[number].local(*call, waiting);
                state.log.extend(answer);
            }
            Some(Call::Fenced(rank)) => {
                let op = setting.case.threads[thread].ops[state.op];
                let object = op.object().unwrap_or(0);
                let fenced = self.nodes[setting.case.node(*rank)].fenced >> object & 1;
                state.log.push(u64::from(fenced));
                state.fences = Some(fences);
            }
            Some(Call::Pause { restart, .. }) => {
                state.waited = Some(state.looked);
                (state.looked, state.fences) = (Looked::default(), None);
                let op = setting.case.threads[thread].ops[state.op];
                let look = if setting.case.faults.dies.is_some() { 3 } else { 2 };
                match (*restart, state.resumed) {
                    (Some(restart), _) => state.log.truncate(restart),
                    // In the queue of a lock, a look at the lease word that found it taken is forgotten.
                    (None, Some(at)) if op.queues() && state.log.len() == at + look => {
                        state.log.truncate(at);
                    }
                    _ => {
                        state.log.push(0);
                        state.resumed = Some(state.log.len());
                    }
                }
            }
            Some(Call::Hold(object)) => {
                self.nodes[number].holds[*object] = Some(thread as u8);
                state.log.push(0);
            }
            Some(Call::Await(..)) => state.log.push(0),
        }
        self.run(setting, thread);
    }

    /// How many other threads of the node wait for the lock that this one has.
    fn waiting(&self, setting: &Setting, thread: usize) -> u64 {
        let Some(Call::Local(super::node::Local::Waiting(object))) = self.threads[thread].call
        else {
            return 0;
        };
        let program = &setting.case.threads;
        let waits = |other: &usize| {
            let state = &self.threads[*other];
            program[*other].node == program[thread].node
                && matches!(state.call, Some(Call::Hold(held)) if held == object)
                && matches!(program[*other].ops[state.op], Op::Lock(_) | Op::TryLock(_))
        };
        (0..self.threads.len()).filter(waits).count() as u64
    }

    fn fail(&mut self, setting: &Setting, thread: usize) {
        self.failures -= 1;
        let state = &mut self.threads[thread];
        if let Some(Call::Exchange(batch)) = state.call.take() {
            if setting.trap == Some(Trap::ReconnectWithoutFence) && batch.has_effects() {
                self.late.push(Late { node: None, batch });
            } else {
                batch.abandon(&mut self.homes[usize::from(batch.object)]);
            }
        }
        state.log.push(LOST);
        state.looked = Looked::default();
        self.run(setting, thread);
    }

    fn kill(&mut self, setting: &Setting, node: usize) {
        self.nodes[node] = Node { alive: false, ..Node::new(0) };
        for (number, thread) in self.threads.iter_mut().enumerate() {
            let ops = &setting.case.threads[number].ops;
            if setting.case.threads[number].node != node || thread.op == ops.len() {
                continue;
            }
            thread.dead = true;
            thread.log.clear();
            thread.carried = Carried::default();
            thread.looked = Looked::default();
            if let Some(Call::Exchange(batch)) = thread.call.take() {
                if batch.has_effects() {
                    self.late.push(Late { node: Some(node), batch });
                } else {
                    batch.abandon(&mut self.homes[usize::from(batch.object)]);
                }
            }
        }
    }

    /// Runs a thread up to its next call that has to be decided.
    fn run(&mut self, setting: &Setting, thread: usize) {
        let ops = &setting.case.threads[thread].ops;
        let number = setting.case.threads[thread].node;
        let sibling = |other: &usize| {
            *other != thread
                && setting.case.threads[*other].node == number
                && !self.is_over(setting, *other)
        };
        let alone = self.evictions == 0 && !(0..self.threads.len()).any(|other| sibling(&other));
        loop {
            let state = &mut self.threads[thread];
            let Some(op) = ops.get(state.op) else {
                state.call = None;
                return;
            };
            let mut carried = state.carried.clone();
            let node = &mut self.nodes[number];
            let mut script = Script::new(setting, thread, alone, node, &mut state.log);
            let result = perform(&mut script, *op, &mut carried);
            let (call, verdict) = script.end();
            self.verdicts |= match verdict {
                None => 0,
                Some(Verdict::Unlock) => 1,
                Some(Verdict::RollForward) => 2,
                Some(Verdict::Poisoned) => 4,
            };
            let Some(result) = result else {
                state.call = call;
                if state.log.len() > LONGEST {
                    let text = format!("thread {thread} goes on for ever: {op}");
                    self.wrong.get_or_insert(text);
                }
                return;
            };
            state.results.push(result);
            state.op += 1;
            state.log.clear();
            state.carried = carried;
            state.started = false;
            state.looked = Looked::default();
            (state.resumed, state.waited, state.fences) = (None, None, None);
            self.check_lock(setting, thread, *op);
        }
    }

    /// Tokens rise, and nobody is passed by again and again.
    fn check_lock(&mut self, setting: &Setting, thread: usize, op: Op) {
        let (Op::Lock(_) | Op::TryLock(_)) = op else { return };
        let Some((object, locked, _)) = self.threads[thread].carried.locked else { return };
        if locked.token <= self.tokens[object] {
            let before = self.tokens[object];
            let text = format!("token {} after token {before}", locked.token);
            self.wrong.get_or_insert(text);
        }
        self.tokens[object] = locked.token;
        let me = setting.case.threads[thread].node;
        let waiting = self.homes[object].words[setting.tail(object).0 + 2];
        for node in 0..self.nodes.len() {
            let rank = setting.case.rank(node);
            let waits = rank < u64::BITS && waiting >> rank & 1 == 1 && self.nodes[node].alive;
            let count = &mut self.passed[4 * node + me];
            *count = if waits && node != me { *count + 1 } else { 0 };
            if *count > 2 {
                let text = format!("node {me} got the lock {count} times while node {node} waited");
                self.wrong.get_or_insert(text);
            }
            if node == me {
                self.passed[4 * node..4 * node + 4].fill(0);
            }
        }
    }
}
