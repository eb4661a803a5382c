//! The coordinator's sockets, and the one thread that waits for all of them.
//!
//! Strangers cost little: frames of 512 bytes at most, 5 seconds for the handshake, and
//! [`MAX_STRANGERS`] at a time. Beyond that the oldest makes room once it has had a fair time, and
//! until then new ones wait in the kernel's queue; so a flood of strangers slows joining down and
//! does not stop it. Nodes that have joined are not affected.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};

use super::super::auth::{self, AuthError};
use super::super::error::{ClusterError, Refusal};
use super::super::frame::LIMIT_MEMBER;
use super::super::job::{Address, JobEnv, Secret, random_bytes, to_hex};
use super::super::lock;
use super::super::message::{self, Files, ToNode, Verdict};
use super::super::stream::Stream;
use super::connection::{Connection, Phase, broken};
use super::state::{ConnectionId, Input, Output, State};
use super::{Coordinator, CoordinatorConfig, JobEvent, Orders, Shared};

/// The most connections that have not finished the handshake.
const MAX_STRANGERS: usize = 256;
/// How long a stranger may stay when others wait.
const FAIR_TIME: Duration = Duration::from_millis(250);
/// How long nothing is accepted after the system could not.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How many connections are accepted before those that there are get their turn.
const ACCEPT_AT_ONCE: usize = 16;
/// How many connections may wait in the kernel.
const BACKLOG: i32 = 4096;

enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    fn accept(&self) -> io::Result<Stream> {
        match self {
            Listener::Unix(listener) => Ok(Stream::Unix(listener.accept()?.0)),
            Listener::Tcp(listener) => Stream::tcp(listener.accept()?.0),
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Listener::Unix(listener) => listener.as_fd(),
            Listener::Tcp(listener) => listener.as_fd(),
        }
    }
}

pub(super) type OnEvent = Box<dyn FnMut(&JobEvent) + Send>;

struct Server {
    listeners: [Listener; 2],
    accept_from: Instant,
    connections: BTreeMap<ConnectionId, Connection>,
    next_connection: u64,
    state: State,
    /// What the state machine has still to be told.
    inputs: VecDeque<Input>,
    secret: Secret,
    on_event: OnEvent,
    shared: Arc<Shared>,
    buffer: Box<[u8]>,
}

pub(super) fn start(
    config: &CoordinatorConfig,
    on_event: OnEvent,
) -> Result<Coordinator, ClusterError> {
    if config.size == 0 || config.size > CoordinatorConfig::MAX_SIZE {
        let (size, max) = (config.size, CoordinatorConfig::MAX_SIZE);
        return Err(ClusterError::Config(format!("a job has 1 to {max} nodes, not {size}")));
    }
    if config.arena_bytes == 0 {
        let problem = "each node contributes some memory, not 0 bytes (--memory, PANGEA_MEMORY)";
        return Err(ClusterError::Config(problem.to_owned()));
    }
    let name = format!("pangea-{}", to_hex(&random_bytes::<16>()?));
    let (tcp, tcp_address) = listen_tcp(config.listen)
        .map_err(|error| ClusterError::system(format!("listen on {}", config.listen), &error))?;
    let unix = listen_unix(&name)
        .map_err(|error| ClusterError::system("listen on a Unix socket", &error))?;
    let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
        .map_err(|error| ClusterError::system("make an eventfd", &error.into()))?;
    let secret = Secret::random()?;
    let job = JobEnv {
        addresses: vec![Address::Unix(name), Address::Tcp(tcp_address)],
        secret: secret.clone(),
        rank: None,
    };
    let shared = Arc::new(Shared { orders: Mutex::new(Orders::default()), wake });
    let mut server = Server {
        listeners: [Listener::Unix(unix), Listener::Tcp(tcp)],
        accept_from: Instant::now(),
        connections: BTreeMap::new(),
        next_connection: 0,
        state: State::new(config),
        inputs: VecDeque::new(),
        secret,
        on_event,
        shared: Arc::clone(&shared),
        buffer: vec![0; 64 << 10].into(),
    };
    let thread = std::thread::Builder::new()
        .name("pangea-coordinator".to_owned())
        .spawn(move || server.run())
        .map_err(|error| ClusterError::system("start the coordinator's thread", &error))?;
    Ok(Coordinator { job, shared, thread: Some(thread) })
}

/// The socket, and the address to give to nodes.
fn listen_tcp(address: std::net::SocketAddr) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(address)?;
    rustix::net::listen(&listener, BACKLOG)?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    let shown = if bound.ip().is_unspecified() {
        // All interfaces: this host's name is what others know it by.
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        format!("{name}:{}", bound.port())
    } else {
        bound.to_string()
    };
    Ok((listener, shown))
}

fn listen_unix(name: &str) -> io::Result<UnixListener> {
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?)?;
    rustix::net::listen(&listener, BACKLOG)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

impl Server {
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
        }
    }

    /// Waits until something can be done; which connections have something, and which listeners.
    fn wait(&self) -> io::Result<(Vec<ConnectionId>, Vec<usize>)> {
        let now = Instant::now();
        let mut wake_at: Option<Instant> =
            self.connections.values().filter_map(Connection::wake_at).min();
        let accept_from = self.may_accept_from();
        if accept_from > now {
            wake_at = Some(wake_at.map_or(accept_from, |at| at.min(accept_from)));
        }
        let timeout = wake_at.map(|at| {
            // A little late rather than early, or the loop would spin until it is time.
            let wait = at.saturating_duration_since(now) + Duration::from_millis(1);
            Timespec::try_from(wait).expect("waits are short")
        });

        let mut fds = vec![PollFd::new(&self.shared.wake, PollFlags::IN)];
        let accepting = if accept_from <= now { PollFlags::IN } else { PollFlags::empty() };
        fds.extend(self.listeners.iter().map(|listener| PollFd::new(listener, accepting)));
        for connection in self.connections.values() {
            let mut events = PollFlags::empty();
            events.set(PollFlags::IN, connection.wants_to_receive());
            events.set(PollFlags::OUT, connection.wants_to_send());
            fds.push(PollFd::new(&connection.stream, events));
        }
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }

        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        let (own, of_connections) = ready.split_at(1 + self.listeners.len());
        let acceptable =
            (0..self.listeners.len()).filter(|&index| accept_from <= now && own[1 + index]);
        let readable = self.connections.keys().zip(of_connections).filter(|(_, ready)| **ready);
        Ok((readable.map(|(&id, _)| id).collect(), acceptable.collect()))
    }

    /// What the owner wants; true for the end.
    fn take_orders(&mut self) -> bool {
        // Reset before looking, so that an order given meanwhile wakes again.
        let _ = rustix::io::read(&self.shared.wake, &mut [0_u8; 8]);
        let mut orders = lock(&self.shared.orders);
        let exited = std::mem::take(&mut orders.exited);
        let stop = orders.stop;
        drop(orders);
        if !exited.is_empty() {
            // What a process said before it ended comes before its end.
            for id in self.connections.keys().copied().collect::<Vec<_>>() {
                self.receive(id);
            }
        }
        for (rank, description) in exited {
            self.inputs.push_back(Input::Exited { rank, description });
        }
        self.work_off();
        stop
    }

    fn strangers(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.connections
            .iter()
            .filter(|(_, connection)| connection.is_stranger())
            .map(|(&id, connection)| (id, connection))
    }

    /// When there is, or can be made, room for another stranger.
    fn may_accept_from(&self) -> Instant {
        if self.strangers().count() < MAX_STRANGERS {
            return self.accept_from;
        }
        // The oldest comes first.
        let arrived = self.strangers().next().map(|(_, oldest)| oldest.arrived);
        arrived.map_or(self.accept_from, |at| self.accept_from.max(at + FAIR_TIME))
    }

    fn accept(&mut self, listener: usize) {
        for _ in 0..ACCEPT_AT_ONCE {
            let now = Instant::now();
            if self.may_accept_from() > now {
                return;
            }
            match self.listeners[listener].accept() {
                Ok(stream) => {
                    self.make_room();
                    match Connection::new(stream, now) {
                        Ok(connection) => {
                            let id = ConnectionId(self.next_connection);
                            self.next_connection += 1;
                            self.connections.insert(id, connection);
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
        let oldest = self.strangers().next().map(|(id, _)| id);
        if self.strangers().count() >= MAX_STRANGERS
            && let Some(oldest) = oldest
        {
            log::debug!("a connection that did not introduce itself makes room");
            self.connections.remove(&oldest);
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
                    if let Err(error) = self.act_on(id, &payload, files) {
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
        let now = Instant::now();
        let Some(connection) = self.connections.get_mut(&id) else { return Ok(()) };
        match std::mem::replace(&mut connection.phase, Phase::New) {
            Phase::New => {
                let nonce = random_bytes().map_err(broken)?;
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
        let now = Instant::now();
        match output {
            Output::Conclude { connection: id, verdict } => {
                let secret = &self.secret;
                let Some(connection) = self.connections.get_mut(&id) else {
                    return self.inputs.push_back(gone(id));
                };
                if let Err(error) = conclude(connection, secret, &verdict, now) {
                    self.lose(id, &error.to_string());
                }
            }
            Output::Send { connection: id, message, files } => {
                let Some(connection) = self.connections.get_mut(&id) else { return };
                if let Err(error) = connection.send(&encode(&message), files, now) {
                    self.lose(id, &error.to_string());
                }
            }
            Output::Close { connection: id } => {
                if let Some(connection) = self.connections.get_mut(&id) {
                    connection.close_when_sent(now);
                }
            }
            Output::Event(event) => {
                log::debug!("{event}");
                (self.on_event)(&event);
            }
        }
    }

    /// Sends what there is room for, and ends what has had its time.
    fn look_after_connections(&mut self) {
        let now = Instant::now();
        let mut over = Vec::new();
        for (&id, connection) in &mut self.connections {
            if let Err(error) = connection.flush(now) {
                over.push((id, error.to_string()));
            } else if connection.is_done() {
                over.push((id, "it is done".to_owned()));
            } else if connection.is_stranger() && connection.deadline <= now {
                over.push((id, "it took too long".to_owned()));
            }
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

fn turn_away(connection: &mut Connection, error: &AuthError, now: Instant) {
    log::warn!("a connection from {} was turned away: {error}", connection.stream.peer());
    connection.close_when_sent(now);
}

/// Sends the verdict; who is admitted is a member from here on.
fn conclude(
    connection: &mut Connection,
    secret: &Secret,
    verdict: &Verdict,
    now: Instant,
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
