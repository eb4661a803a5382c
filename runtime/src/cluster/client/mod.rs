//! A node's side of the control plane.
//!
//! # States
//!
//! ```text
//!  connect ──▶ joined ──announce──▶ ready ──serve──▶ serving ──leave──▶ left
//!                 └──── leave(false), fail, drop ─────────┴───────────▶ left
//! ```
//!
//! Until `serve`, messages are read by the thread that calls [`Client::announce`]. From then on one
//! control thread reads them, owns the handler, and alone writes [`Health`]. Any thread sends: a
//! frame is written under the lock of [`Shared::send`], and the coordinator always reads, so a send
//! waits for nobody who waits for us.
//!
//! A request is entered in [`Requests`] before it is sent; whoever takes it out answers it: the
//! reply, or what ended the connection. After that no request is entered any more, so none is left
//! waiting.

mod connect;
mod control;
mod requests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, Ordering};
use std::time::Duration;

use verbs_shim::Card;
use verbs_shim::provider::Choice;

use super::error::ClusterError;
use super::frame::{self, LIMIT_MEMBER};
use super::health::Health;
use super::job::JobEnv;
use super::message::{self, Answer, Files, MAX_CARD, RequestId, ToCoordinator, ToNode};
use super::segment::{CatalogEntry, SegmentDescriptor, SegmentSpec};
use super::{Arenas, Epoch, Rank, Refusal, SegmentId};
use crate::primitives::{Condvar, JoinHandle, Mutex, Primitives, Stream, System};
use control::Reader;
use requests::{Reply, Requests};

/// What a node is told when it has joined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Welcome {
    /// This node's rank.
    pub rank: Rank,
    /// The number of nodes of the job.
    pub size: u32,
    /// The epoch that this node's joining began.
    pub epoch: Epoch,
    /// The provider that all nodes use.
    pub provider: Choice,
    /// The size in bytes of the arena that each node contributes.
    pub arena_bytes: u64,
    /// How many bytes of coherent data this node caches at most: what its own environment says, else what
    /// the coordinator does.
    pub cache_bytes: u64,
    /// Whether this node shares the coordinator's host. When it is so for all nodes they all share
    /// one; the provider `shm` admits no others.
    pub one_host: bool,
}

/// What the control thread does for the coordinator and the peers. Lives on that thread only, so it
/// may own objects that are not `Send`.
///
/// The methods are called one after another, in the order in which the coordinator decided; they
/// should not wait for anybody, and must not call [`Client`]'s blocking requests.
pub trait Handler {
    /// A peer (or this node itself) connects a queue pair to this node, and shows its card; the
    /// answer is the card of this node's side, or why there is none.
    ///
    /// # Errors
    /// A text that the peer is told.
    fn pair_requested(&mut self, from: Rank, card: &Card) -> Result<Card, String>;

    /// Sets `len` bytes at `offset` of this node's arena to zero: nobody has a segment there any
    /// more, and the next one begins as zeros.
    fn clear(&mut self, offset: u64, len: u64);

    /// A node died. Its queue pairs to this node have to be in error state when this returns: the
    /// next call may clear memory that it was writing to.
    fn peer_died(&mut self, rank: Rank);
}

/// What happens to a node whose coordinator is lost while it serves: a node must not survive its
/// job.
pub enum LostPolicy {
    /// After the grace, unless the client was dropped before, a message on standard error and the
    /// end of the process with [`LostPolicy::EXIT_CODE`].
    EndProcess {
        /// How long the program has to end by itself.
        grace: Duration,
    },
    /// Nothing beyond the errors: the program ends itself.
    Keep,
    /// This is called at once, on the control thread.
    Call(Box<dyn FnOnce(&ClusterError) + Send>),
}

impl LostPolicy {
    /// The exit status of a node that [`LostPolicy::EndProcess`] ended (`EX_TEMPFAIL`).
    pub const EXIT_CODE: i32 = 75;
}

impl Default for LostPolicy {
    /// The end of the process after 2 seconds.
    fn default() -> LostPolicy {
        LostPolicy::EndProcess { grace: Duration::from_secs(2) }
    }
}

impl fmt::Debug for LostPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LostPolicy::EndProcess { grace } => write!(f, "EndProcess({grace:?})"),
            LostPolicy::Keep => f.write_str("Keep"),
            LostPolicy::Call(_) => f.write_str("Call(…)"),
        }
    }
}

/// How a client behaves.
#[derive(Debug)]
#[non_exhaustive]
pub struct ClientOptions {
    /// What happens when the coordinator is lost.
    pub on_coordinator_lost: LostPolicy,
    /// How long connecting and the handshake may take for each address.
    pub connect_timeout: Duration,
}

impl Default for ClientOptions {
    fn default() -> ClientOptions {
        ClientOptions {
            on_coordinator_lost: LostPolicy::default(),
            connect_timeout: Duration::from_secs(10),
        }
    }
}

/// A node's connection to the coordinator of its job. Shared by all threads.
///
/// Dropping it without [`Client::leave`] looks to the others as if this node had died.
pub struct Client<P: Primitives = System> {
    shared: Arc<Shared<P>>,
    stage: Mutex<Stage<P>, P>,
}

/// Who reads messages.
enum Stage<P: Primitives> {
    /// The thread that calls `announce`.
    Joined { reader: Reader, policy: LostPolicy, announced: bool },
    /// The control thread.
    Serving(P::JoinHandle),
    /// Nobody any more.
    Left,
}

/// This node has asked for the end of the job.
const ENDED_HERE: u8 = 1;
/// The coordinator has told of it.
const ENDED: u8 = 2;

/// How long the coordinator may take to do so.
const EXIT_TOLD: Duration = Duration::from_secs(1);

/// What all threads of the node share.
struct Shared<P: Primitives> {
    rank: Rank,
    size: u32,
    arena_bytes: u64,
    stream: P::Stream,
    /// Held while a frame is written.
    sending: Mutex<(), P>,
    requests: Requests<P>,
    health: Arc<Health<P>>,
    /// Set by `leave`: the end of the connection is no loss any more.
    leaving: AtomicBool,
    /// Whether the job has been ended: [`ENDED_HERE`], [`ENDED`].
    ending: AtomicU8,
    /// The status with which it has; there before `ending` says so.
    end_status: AtomicI32,
    /// Set, with a notification, when the client is dropped.
    dropped: Mutex<bool, P>,
    drop_noticed: Condvar<P>,
}

impl<P: Primitives> fmt::Debug for Client<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("rank", &self.shared.rank).finish_non_exhaustive()
    }
}

impl<P: Primitives> Client<P> {
    /// Joins the job.
    ///
    /// # Errors
    /// [`ClusterError::Unreachable`], [`ClusterError::WrongSecret`], [`ClusterError::Version`],
    /// [`ClusterError::Impostor`], or the coordinator's refusal.
    pub fn connect(job: &JobEnv) -> Result<(Client<P>, Welcome), ClusterError> {
        Client::connect_with(job, ClientOptions::default())
    }

    /// As [`Client::connect`], with options.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub fn connect_with(
        job: &JobEnv,
        options: ClientOptions,
    ) -> Result<(Client<P>, Welcome), ClusterError> {
        let joined = connect::join::<P>(job, options.connect_timeout)?;
        let welcome = joined.welcome;
        let shared = Arc::new(Shared {
            rank: welcome.rank,
            size: welcome.size,
            arena_bytes: welcome.arena_bytes,
            stream: joined.stream,
            sending: Mutex::new(()),
            requests: Requests::default(),
            health: Arc::new(Health::new(welcome.size, welcome.epoch)),
            leaving: AtomicBool::new(false),
            ending: AtomicU8::new(0),
            end_status: AtomicI32::new(0),
            dropped: Mutex::new(false),
            drop_noticed: Condvar::new(),
        });
        let stage = Stage::Joined {
            reader: Reader::new(joined.decoder),
            policy: options.on_coordinator_lost,
            announced: false,
        };
        Ok((Client { shared, stage: Mutex::new(stage) }, welcome))
    }

    /// Gives this node's arena to the job, waits until all nodes have done so, and returns the
    /// cards of all arenas by rank. The first `reserved_bytes` of the arena are never given out.
    ///
    /// # Errors
    /// [`ClusterError::NodeDied`] when a node that is waited for will not come any more.
    pub fn announce(&self, arena: &Card, reserved_bytes: u64) -> Result<Arenas, ClusterError> {
        let mut stage = self.stage.lock();
        let Stage::Joined { reader, announced, .. } = &mut *stage else {
            return Err(ClusterError::Misuse("announce comes once, before serve"));
        };
        if reserved_bytes > self.shared.arena_bytes {
            return Err(ClusterError::Misuse(
                "the arena has no room beyond what the runtime needs at its start; give each node more \
                 memory (--memory, PANGEA_MEMORY)",
            ));
        }
        self.shared.check_card(arena).map_err(ClusterError::Protocol)?;
        if std::mem::replace(announced, true) {
            return Err(ClusterError::Misuse("announce comes once, before serve"));
        }
        let (card, files) = message::split(arena);
        self.shared.send(&ToCoordinator::Announce { reserved: reserved_bytes, card }, &files)?;
        control::collect_arenas(&self.shared, reader)
    }

    /// Starts the control thread. `make_handler` is called on it, and what it makes stays there.
    /// Returns when the handler is made.
    ///
    /// # Errors
    /// [`ClusterError::Misuse`] before [`Client::announce`] or a second time;
    /// [`ClusterError::System`] when there can be no further thread.
    pub fn serve(
        &self,
        make_handler: impl FnOnce() -> Box<dyn Handler> + Send + 'static,
    ) -> Result<(), ClusterError> {
        let mut stage = self.stage.lock();
        match std::mem::replace(&mut *stage, Stage::Left) {
            Stage::Joined { reader, policy, announced: true } => {
                let thread = control::start(&self.shared, reader, policy, make_handler)?;
                *stage = Stage::Serving(thread);
                Ok(())
            }
            other => {
                *stage = other;
                Err(ClusterError::Misuse("serve comes once, after announce"))
            }
        }
    }

    /// This node's rank.
    pub fn rank(&self) -> Rank {
        self.shared.rank
    }

    /// The number of nodes of the job.
    pub fn size(&self) -> u32 {
        self.shared.size
    }

    /// What this node knows of the others' deaths.
    pub fn health(&self) -> &Arc<Health<P>> {
        &self.shared.health
    }

    /// Shows the card of a queue pair of this node to the control thread of `to`, which may be this
    /// node, and returns the card of its side. The bytes may be twice [`Card::MAX_BYTES`], so that
    /// there is room for what the caller puts around a provider's card. One round trip to the coordinator and one from there
    /// to the peer.
    ///
    /// # Errors
    /// [`ClusterError::NodeDied`]; [`Refusal::PairRefused`] with what the peer says.
    pub fn connect_pair(&self, to: Rank, card: &Card) -> Result<Card, ClusterError> {
        self.shared.check_card(card).map_err(ClusterError::Protocol)?;
        let (bytes, files) = message::split(card);
        let ask = |request| ToCoordinator::ConnectPair { request, to, card: bytes };
        match self.request(ask, &files)? {
            (Answer::Pair { card }, fds) => Ok(Card { bytes: card, fds }),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// Creates the segment, all zero, or attaches it if there is one of this name, and counts a
    /// reference of this node.
    ///
    /// # Errors
    /// [`Refusal::Mismatch`], [`Refusal::ArenaTooSmall`], [`Refusal::BadSpec`], or
    /// [`ClusterError::NodeDied`] when a piece would be on a dead node.
    pub fn create_or_attach(&self, spec: &SegmentSpec) -> Result<SegmentDescriptor, ClusterError> {
        let ask = |request| ToCoordinator::CreateOrAttach { request, spec: spec.clone() };
        self.segment(ask)
    }

    /// Attaches the segment of this name, and counts a reference of this node.
    ///
    /// # Errors
    /// [`Refusal::NoSuchSegment`], or [`ClusterError::NodeDied`] when a piece is on a dead node.
    pub fn attach(&self, name: &str) -> Result<SegmentDescriptor, ClusterError> {
        let name = name.to_owned();
        self.segment(|request| ToCoordinator::Attach { request, name })
    }

    fn segment(
        &self,
        ask: impl FnOnce(RequestId) -> ToCoordinator,
    ) -> Result<SegmentDescriptor, ClusterError> {
        match self.request(ask, &Files::new())? {
            (Answer::Segment(descriptor), _) => Ok(descriptor),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// Gives up one reference of this node. With the last of all nodes the segment is gone: its
    /// homes clear its memory, which is then free again. Operations on it must have completed.
    ///
    /// # Errors
    /// [`Refusal::NotAttached`].
    pub fn release(&self, id: SegmentId) -> Result<(), ClusterError> {
        match self.request(|request| ToCoordinator::Release { request, id }, &Files::new())? {
            (Answer::Released, _) => Ok(()),
            (other, _) => Err(unexpected(&other)),
        }
    }

    /// All segments of the job, by name. Each request brings some of them, so what changes
    /// meanwhile may be seen or not.
    ///
    /// # Errors
    /// [`ClusterError::CoordinatorLost`].
    pub fn catalog(&self) -> Result<Vec<CatalogEntry>, ClusterError> {
        let mut all: Vec<CatalogEntry> = Vec::new();
        loop {
            let after = all.last().map(|entry| entry.name.clone());
            let ask = |request| ToCoordinator::Catalog { request, after };
            match self.request(ask, &Files::new())? {
                (Answer::Catalog { entries, more }, _) => {
                    let done = !more || entries.is_empty();
                    all.extend(entries);
                    if done {
                        return Ok(all);
                    }
                }
                (other, _) => return Err(unexpected(&other)),
            }
        }
    }

    /// Sends a request and waits for its answer.
    fn request(
        &self,
        ask: impl FnOnce(RequestId) -> ToCoordinator,
        files: &Files,
    ) -> Result<Reply, ClusterError> {
        match &*self.stage.lock() {
            Stage::Joined { .. } => {
                return Err(ClusterError::Misuse("requests come after serve"));
            }
            Stage::Serving(thread) if thread.is_current() => {
                return Err(ClusterError::Misuse(
                    "a handler cannot wait for a request: its thread reads the answers",
                ));
            }
            Stage::Serving(_) => {}
            Stage::Left => return Err(ClusterError::Misuse(requests::AFTER_LEAVE)),
        }
        let (id, waiter) = self.shared.requests.enter()?;
        if let Err(error) = self.shared.send(&ask(id), files) {
            self.shared.requests.withdraw(id);
            return Err(error);
        }
        waiter.wait()
    }

    /// Leaves the job.
    ///
    /// `orderly`: tells the coordinator, and waits until every other node has left or died, so that
    /// nobody's memory goes while others use it. Not orderly (this node's program failed): the
    /// others are told that this node died, and nothing is waited for.
    ///
    /// Before [`Client::serve`] a node cannot be a home, so the others are told that it failed in
    /// either case. Leaving again is no error and does nothing.
    ///
    /// # Errors
    /// [`ClusterError::CoordinatorLost`] when nobody is left to say goodbye to.
    pub fn leave(&self, orderly: bool) -> Result<(), ClusterError> {
        if orderly { self.leave_orderly() } else { self.fail("its program failed") }
    }

    /// Leaves as a node that failed, with the reason that the others are told.
    ///
    /// # Errors
    /// [`ClusterError::CoordinatorLost`] when nobody can be told.
    pub fn fail(&self, reason: &str) -> Result<(), ClusterError> {
        let stage = std::mem::replace(&mut *self.stage.lock(), Stage::Left);
        if matches!(stage, Stage::Left) {
            return Ok(());
        }
        let reason = reason.chars().take(1000).collect();
        let result = self.shared.send(&ToCoordinator::Fail { reason }, &Files::new());
        self.end(stage);
        result
    }

    /// Has the whole job end at once with this code. The processes of the other nodes end as by `exit`; this one is the
    /// caller's to end, once this returns, which is when the coordinator knows.
    ///
    /// # Errors
    /// [`ClusterError::CoordinatorLost`] when nobody can be told; [`ClusterError::Misuse`] after this node has left.
    pub fn exit(&self, code: i32) -> Result<(), ClusterError> {
        if matches!(*self.stage.lock(), Stage::Left) {
            return Err(ClusterError::Misuse(requests::AFTER_LEAVE));
        }
        self.shared.note_end(ENDED_HERE, code);
        self.shared.send(&ToCoordinator::Exit { code }, &Files::new())?;
        let limit = P::now() + EXIT_TOLD;
        while self.shared.ending.load(Ordering::Acquire) & ENDED == 0 && P::now() < limit {
            P::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// The status with which a node has ended the job, if one has: nobody is to be waited for any more. One load while none has.
    pub fn end_status(&self) -> Option<i32> {
        let is_ending = self.shared.ending.load(Ordering::Acquire) != 0;
        is_ending.then(|| self.shared.end_status.load(Ordering::Relaxed))
    }

    fn leave_orderly(&self) -> Result<(), ClusterError> {
        let stage = std::mem::replace(&mut *self.stage.lock(), Stage::Left);
        match stage {
            Stage::Left => Ok(()),
            Stage::Joined { .. } => {
                *self.stage.lock() = stage;
                self.fail("it left before the job had begun")
            }
            Stage::Serving(thread) if thread.is_current() => {
                *self.stage.lock() = Stage::Serving(thread);
                Err(ClusterError::Misuse(
                    "a handler cannot wait for the goodbye: its thread reads it",
                ))
            }
            Stage::Serving(thread) => {
                self.shared.leaving.store(true, Ordering::Release);
                let sent = self.shared.send(&ToCoordinator::Leave, &Files::new());
                // The control thread goes on serving until the goodbye.
                let goodbye = sent.and_then(|()| self.shared.requests.wait_for_goodbye());
                self.end(Stage::Serving(thread));
                goodbye
            }
        }
    }

    /// Closes the connection and waits for the control thread.
    fn end(&self, stage: Stage<P>) {
        self.shared.leaving.store(true, Ordering::Release);
        *self.shared.dropped.lock() = true;
        self.shared.drop_noticed.notify_all();
        self.shared.requests.end(&ClusterError::Misuse(requests::AFTER_LEAVE));
        self.shared.stream.shutdown();
        if let Stage::Serving(thread) = stage
            && !thread.is_current()
        {
            thread.join();
        }
    }
}

impl<P: Primitives> Drop for Client<P> {
    fn drop(&mut self) {
        let stage = std::mem::replace(&mut *self.stage.lock(), Stage::Left);
        if !matches!(stage, Stage::Left) {
            self.end(stage);
        }
    }
}

impl<P: Primitives> Shared<P> {
    /// Notes that the job ends with a status, of which the first counts: who had noted what.
    fn note_end(&self, by: u8, code: i32) -> u8 {
        if self.ending.load(Ordering::Acquire) == 0 {
            self.end_status.store(code, Ordering::Relaxed);
        }
        self.ending.fetch_or(by, Ordering::AcqRel)
    }

    /// Whether a card can be sent; what it is if not.
    fn check_card(&self, card: &Card) -> Result<(), String> {
        let (bytes, files) = (card.bytes.len(), card.fds.len());
        if bytes > MAX_CARD || files > Card::MAX_FDS {
            return Err(format!("a card of {bytes} bytes and {files} files is too large"));
        }
        if files > 0 && !self.stream.carries_files() {
            return Err("a card with files cannot be sent to another host".to_owned());
        }
        Ok(())
    }

    /// Sends one message, whole.
    fn send(&self, message: &ToCoordinator, files: &Files) -> Result<(), ClusterError> {
        let payload = message::encode(message);
        if payload.len() > LIMIT_MEMBER {
            let what = format!("a request of {} bytes", payload.len());
            return Err(Refusal::TooLarge { what, limit: LIMIT_MEMBER as u64 }.into());
        }
        let bytes = frame::frame(&payload, files.len());
        let _sending = self.sending.lock();
        connect::send_all::<P>(&self.stream, &bytes, files)
            .map_err(|error| ClusterError::CoordinatorLost { reason: error.to_string() })
    }
}

fn unexpected(answer: &Answer) -> ClusterError {
    ClusterError::Protocol(format!("the coordinator answered something else: {answer:?}"))
}
