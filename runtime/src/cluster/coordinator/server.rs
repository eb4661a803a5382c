//! The coordinator's connections, and the one thread that waits for all of them.
//!
//! Strangers cost little: frames of 512 bytes at most, 5 seconds for the handshake, and
//! [`MAX_STRANGERS`] at a time. Beyond that the oldest makes room once it has had a fair time, and
//! until then new ones wait in the kernel's queue; so a flood of strangers slows joining down and
//! does not stop it. Nodes that have joined are not affected.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::super::auth::{self, AuthError};
use super::super::error::{ClusterError, Refusal};
use super::super::frame::{self, LIMIT_MEMBER};
use super::super::job::{JobEnv, Secret, random_bytes};
use super::super::message::{self, Files, ToNode, Verdict};
use super::connection::{Connection, Phase, broken};
use super::state::{ConnectionId, Input, Output, State};
use super::{Coordinator, CoordinatorConfig, JobEvent, Orders, Shared};
use crate::primitives::{Acceptor, Interest, Mutex, Primitives, Stream};

/// The most connections that have not finished the handshake.
const MAX_STRANGERS: usize = 256;
/// How long a stranger may stay when others wait.
const FAIR_TIME: Duration = Duration::from_millis(250);
/// How long nothing is accepted after the system could not.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How many connections are accepted before those that there are get their turn.
const ACCEPT_AT_ONCE: usize = 16;
/// How long those who leave are gathered before the others are told: when a job ends, all leave, and
/// each is to be told to all.
const DEPARTURES: Duration = Duration::from_millis(1);

pub(super) type OnEvent = Box<dyn FnMut(&JobEvent) + Send>;

struct Server<P: Primitives> {
    acceptor: P::Acceptor,
    accept_from: Duration,
    connections: BTreeMap<ConnectionId, Connection<P::Stream>>,
    /// Those that are not members, oldest first.
    strangers: BTreeSet<ConnectionId>,
    /// Those with something left to send.
    unsent: BTreeSet<ConnectionId>,
    next_connection: u64,
    state: State,
    /// When who has left is told, if anybody has.
    departures_at: Option<Duration>,
    /// What the state machine has still to be told.
    inputs: VecDeque<Input>,
    secret: Secret,
    on_event: OnEvent,
    shared: Arc<Shared<P>>,
    buffer: Box<[u8]>,
}

pub(super) fn start<P: Primitives>(
    config: &CoordinatorConfig,
    on_event: OnEvent,
) -> Result<Coordinator<P>, ClusterError> {
    if config.size == 0 || config.size > CoordinatorConfig::MAX_SIZE {
        let (size, max) = (config.size, CoordinatorConfig::MAX_SIZE);
        return Err(ClusterError::Config(format!("a job has 1 to {max} nodes, not {size}")));
    }
    if config.arena_bytes == 0 {
        let problem = "each node contributes some memory, not 0 bytes (--memory, PANGEA_MEMORY)";
        return Err(ClusterError::Config(problem.to_owned()));
    }
    let (acceptor, addresses, wake) = P::Acceptor::listen(config.listen)?;
    let secret = Secret::random::<P>()?;
    let job = JobEnv {
        addresses,
        secret: secret.clone(),
        rank: None,
        cache_bytes: None,
        local_size: None,
        local_processors: None,
    };
    let shared = Arc::new(Shared { orders: Mutex::new(Orders::default()), wake });
    let mut server = Server::<P> {
        acceptor,
        accept_from: P::now(),
        connections: BTreeMap::new(),
        strangers: BTreeSet::new(),
        unsent: BTreeSet::new(),
        next_connection: 0,
        state: State::new(config),
        departures_at: None,
        inputs: VecDeque::new(),
        secret,
        on_event,
        shared: Arc::clone(&shared),
        buffer: vec![0; 64 << 10].into(),
    };
    let thread = P::spawn("pangea-coordinator", move || server.run())
        .map_err(|error| ClusterError::system("start the coordinator's thread", &error))?;
    Ok(Coordinator { job, shared, thread: Some(thread) })
}

impl<P: Primitives> Server<P> {
    fn run(&mut self) {
        loop {
            let (readable, acceptable) = match self.wait() {
                Ok(ready) => ready,
                Err(error) => {
                    log::error!("the coordinator cannot wait for its connections: {error}");
                    return;
                }
            };
            for id in readable {
                self.receive(id);
            }
            if self.take_orders() {
                return;
            }
            for listener in acceptable {
                self.accept(listener);
            }
            self.look_after_connections();
            self.work_off();
            self.tell_departures();
        }
    }

    /// Waits until something can be done; which connections have something, and which listeners.
    fn wait(&self) -> io::Result<(Vec<ConnectionId>, Vec<usize>)> {
        let now = P::now();
        let of = |id: &ConnectionId| self.connections.get(id);
        let cared_for = self.strangers.iter().chain(&self.unsent).filter_map(of);
        let accept_from = self.may_accept_from();
        let accepting = accept_from <= now;
        let wake_at = cared_for
            .filter_map(Connection::wake_at)
            .chain((!accepting).then_some(accept_from))
            .chain(self.departures_at)
            .min();
        // A little late rather than early, or the loop would spin until it is time.
        let timeout = wake_at.map(|at| at.saturating_sub(now) + Duration::from_millis(1));
        let streams = self.connections.values().map(|connection| {
            let receive = connection.wants_to_receive();
            let send = connection.wants_to_send();
            (&connection.stream, Interest { receive, send })
        });
        let ready = self.acceptor.wait(accepting, streams, timeout)?;
        let readable = self.connections.keys().zip(ready.streams).filter(|(_, ready)| *ready);
        Ok((readable.map(|(&id, _)| id).collect(), ready.listeners))
    }

    /// What the owner wants; true for the end.
    fn take_orders(&mut self) -> bool {
        let mut orders = self.shared.orders.lock();
        let exited = std::mem::take(&mut orders.exited);
        let (pause, stop) = (orders.pause.take(), orders.stop);
        drop(orders);
        if let Some(pause) = pause {
            pause.begun.fill(());
            pause.over.take();
        }
        if !exited.is_empty() {
            // What a process said before it ended comes before its end. It may be amid joining.
            let mut from: Vec<ConnectionId> = self.strangers.iter().copied().collect();
            from.extend(exited.iter().filter_map(|(rank, _)| self.state.connection_of(*rank)));
            for id in from {
                self.receive(id);
            }
        }
        for (rank, description) in exited {
            self.inputs.push_back(Input::Exited { rank, description });
        }
        self.work_off();
        stop
    }

    /// Tells who has left, when it is time.
    fn tell_departures(&mut self) {
        if !self.state.has_departures() {
            self.departures_at = None;
            return;
        }
        let now = P::now();
        if *self.departures_at.get_or_insert(now + DEPARTURES) <= now {
            self.departures_at = None;
            self.inputs.push_back(Input::TellDepartures);
            self.work_off();
        }
    }

    /// When there is, or can be made, room for another stranger.
    fn may_accept_from(&self) -> Duration {
        if self.strangers.len() < MAX_STRANGERS {
            return self.accept_from;
        }
        // The oldest comes first.
        let oldest = self.strangers.first().and_then(|id| self.connections.get(id));
        oldest.map_or(self.accept_from, |oldest| self.accept_from.max(oldest.arrived + FAIR_TIME))
    }

    /// Notes what there is to look after of a connection, after something happened to it.
    fn settle(&mut self, id: ConnectionId) {
        let connection = self.connections.get(&id);
        for (set, belongs) in [
            (&mut self.strangers, connection.is_some_and(Connection::is_stranger)),
            (&mut self.unsent, connection.is_some_and(Connection::has_unsent)),
        ] {
            if belongs {
                set.insert(id);
            } else {
                set.remove(&id);
            }
        }
    }

    fn accept(&mut self, listener: usize) {
        for _ in 0..ACCEPT_AT_ONCE {
            let now = P::now();
            if self.may_accept_from() > now {
                return;
            }
            match self.acceptor.accept(listener) {
                Ok(stream) => {
                    self.make_room();
                    match Connection::new(stream, now) {
                        Ok(connection) => {
                            let id = ConnectionId(self.next_connection);
                            self.next_connection += 1;
                            self.connections.insert(id, connection);
                            self.settle(id);
                        }
                        Err(error) => log::debug!("a connection failed at once: {error}"),
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if is_about_one_connection(&error) => {}
                Err(error) => {
                    log::warn!("the coordinator cannot accept connections just now: {error}");
                    self.accept_from = now + ACCEPT_PAUSE;
                    return;
                }
            }
        }
    }

    /// The oldest stranger goes when there are too many.
    fn make_room(&mut self) {
        if self.strangers.len() >= MAX_STRANGERS
            && let Some(oldest) = self.strangers.pop_first()
        {
            log::debug!("a connection that did not introduce itself makes room");
            self.connections.remove(&oldest);
            self.settle(oldest);
        }
    }

    /// Takes what has come over a connection, and acts on each message of it.
    fn receive(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if !connection.wants_to_receive() {
            // Only an error or the end can have been reported, or room to send.
            return;
        }
        let more = match connection.receive(&mut self.buffer) {
            Ok(more) => more,
            Err(error) => return self.lose(id, &error.to_string()),
        };
        while let Some(connection) = self.connections.get_mut(&id)
            && connection.wants_to_receive()
        {
            match connection.decoder.next() {
                Ok(None) => break,
                Ok(Some((payload, files))) => {
                    let done = self.act_on(id, &payload, files);
                    self.settle(id);
                    if let Err(error) = done {
                        self.lose(id, &error.to_string());
                    }
                    self.work_off();
                }
                Err(error) => self.lose(id, &error.to_string()),
            }
        }
        if !more {
            self.lose(id, "its connection ended before it had left");
        }
    }

    fn act_on(&mut self, id: ConnectionId, payload: &[u8], files: Files) -> io::Result<()> {
        let now = P::now();
        let Some(connection) = self.connections.get_mut(&id) else { return Ok(()) };
        match std::mem::replace(&mut connection.phase, Phase::New) {
            Phase::New => {
                let nonce = random_bytes::<P, _>().map_err(broken)?;
                let (reply, next) = auth::challenge(payload, nonce);
                if let Some(reply) = reply {
                    connection.send(&reply, Files::new(), now)?;
                }
                match next {
                    Ok(challenged) => connection.phase = Phase::Challenged(challenged),
                    Err(error) => turn_away(connection, &error, now),
                }
            }
            Phase::Challenged(challenged) => match challenged.verify(&self.secret, payload) {
                Ok((verified, identity)) => {
                    connection.phase = Phase::Verified(verified);
                    let local = connection.stream.carries_files();
                    self.inputs.push_back(Input::Identified { connection: id, identity, local });
                }
                Err(error) => {
                    if error == AuthError::WrongSecret {
                        connection.send(&auth::wrong_secret(), Files::new(), now)?;
                    }
                    turn_away(connection, &error, now);
                }
            },
            Phase::Member => {
                connection.phase = Phase::Member;
                let message = message::decode(payload).map_err(broken)?;
                self.inputs.push_back(Input::Received { connection: id, message, files });
            }
            // Neither is reached: the one is left within one step, the other receives nothing.
            waiting @ (Phase::Verified(_) | Phase::Closing) => connection.phase = waiting,
        }
        Ok(())
    }

    /// A connection is no good any more.
    fn lose(&mut self, id: ConnectionId, reason: &str) {
        if let Some(connection) = self.connections.remove(&id) {
            self.settle(id);
            if connection.is_stranger() {
                let peer = connection.stream.peer();
                log::debug!("a connection from {peer} ended that was not of this job: {reason}");
            } else {
                self.inputs.push_back(Input::Closed { connection: id, reason: reason.to_owned() });
            }
        }
    }

    /// Tells the state machine what has happened, and carries out what it says.
    fn work_off(&mut self) {
        while let Some(input) = self.inputs.pop_front() {
            for output in self.state.handle(input) {
                self.carry_out(output);
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Conclude { connection: id, verdict } => {
                let secret = &self.secret;
                let Some(connection) = self.connections.get_mut(&id) else {
                    return self.inputs.push_back(gone(id));
                };
                let concluded = conclude(connection, secret, &verdict, P::now());
                self.settle(id);
                if let Err(error) = concluded {
                    self.lose(id, &error.to_string());
                }
            }
            Output::Send { connection, message, files } => {
                self.send(connection, &framed(&message, &files), files);
            }
            Output::SendAll { connections, message, files } => {
                let frame = framed(&message, &files);
                for &connection in &*connections {
                    self.send(connection, &frame, files.clone());
                }
            }
            Output::Close { connection: id } => {
                if let Some(connection) = self.connections.get_mut(&id) {
                    connection.close_when_sent(P::now());
                    self.settle(id);
                }
            }
            Output::Event(event) => {
                log::debug!("{event}");
                (self.on_event)(&event);
            }
        }
    }

    fn send(&mut self, id: ConnectionId, frame: &Arc<[u8]>, files: Files) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let sent = connection.send_frame(Arc::clone(frame), files, P::now());
        self.settle(id);
        if let Err(error) = sent {
            self.lose(id, &error.to_string());
        }
    }

    /// Sends what there is room for, and ends what has had its time.
    fn look_after_connections(&mut self) {
        let now = P::now();
        let mut over = Vec::new();
        let cared_for: BTreeSet<_> = self.strangers.union(&self.unsent).copied().collect();
        for id in cared_for {
            let Some(connection) = self.connections.get_mut(&id) else { continue };
            if let Err(error) = connection.flush(now) {
                over.push((id, error.to_string()));
            } else if connection.is_done() {
                over.push((id, "it is done".to_owned()));
            } else if connection.is_stranger() && connection.deadline <= now {
                over.push((id, "it took too long".to_owned()));
            }
            self.settle(id);
        }
        for (id, reason) in over {
            self.lose(id, &reason);
        }
    }
}

/// A connection that vanished between the proof and the verdict.
fn gone(connection: ConnectionId) -> Input {
    Input::Closed { connection, reason: "its connection ended while it joined".to_owned() }
}

fn turn_away<S: Stream>(connection: &mut Connection<S>, error: &AuthError, now: Duration) {
    log::warn!("a connection from {} was turned away: {error}", connection.stream.peer());
    connection.close_when_sent(now);
}

/// Sends the verdict; who is admitted is a member from here on.
fn conclude<S: Stream>(
    connection: &mut Connection<S>,
    secret: &Secret,
    verdict: &Verdict,
    now: Duration,
) -> io::Result<()> {
    let Phase::Verified(verified) = std::mem::replace(&mut connection.phase, Phase::Member) else {
        return Err(broken("a verdict without a proof"));
    };
    if let Err(refusal) = verdict {
        log::warn!("a node on {} was refused: {refusal}", connection.stream.peer());
    }
    connection.decoder.trust(connection.stream.carries_files());
    connection.send(&verified.conclude(secret, verdict), Files::new(), now)?;
    if verdict.is_err() {
        connection.close_when_sent(now);
    }
    Ok(())
}

/// The frame of a message that goes with those files.
fn framed(message: &ToNode, files: &Files) -> Arc<[u8]> {
    frame::frame(&encode(message), files.len()).into()
}

/// Encodes a message; an answer that is too large for a frame is replaced by saying so.
fn encode(message: &ToNode) -> Vec<u8> {
    let payload = message::encode(message);
    match message {
        ToNode::Reply { request, .. } if payload.len() > LIMIT_MEMBER => {
            let what = format!("an answer of {} bytes", payload.len());
            let result = Err(Refusal::TooLarge { what, limit: LIMIT_MEMBER as u64 });
            message::encode(&ToNode::Reply { request: *request, result })
        }
        _ => payload,
    }
}

/// Whether an error of `accept` concerns the connection only, and the next one may do.
fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted, InvalidInput};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted | InvalidInput)
}

#[cfg(test)]
mod tests {
    use super::super::super::message::Answer;
    use super::*;

    #[test]
    fn an_answer_that_is_too_large_says_so() {
        let reply = |len| {
            let result = Ok(Answer::Pair { card: vec![0; len] });
            encode(&ToNode::Reply { request: 7, result })
        };
        let small = message::decode::<ToNode>(&reply(100)).expect("is a message");
        assert!(matches!(small, ToNode::Reply { request: 7, result: Ok(_) }));
        let large = message::decode::<ToNode>(&reply(LIMIT_MEMBER)).expect("is a message");
        let ToNode::Reply { request: 7, result: Err(refusal) } = large else {
            panic!("no refusal: {large:?}");
        };
        assert!(refusal.to_string().contains("1048576 bytes"), "{refusal}");
    }
}
