//! Every decision of the coordinator, as a deterministic state machine: no sockets, threads or
//! clocks. What happens goes in as an [`Input`]; what is to be done comes out as [`Output`]s, to be
//! carried out in this order.
//!
//! # A rank's states
//!
//! ```text
//!  Vacant ──identified──▶ Joined ──announce──▶ Announced ──leave──▶ Leaving ──all have──▶ Gone
//!    │                      │                     │                    │
//!    └──process ended───────┴──connection or process ended, failure────┴──▶ Dead
//! ```
//!
//! The job is *ready* once all ranks are Announced; before that nobody can leave in good order, and
//! a death ends the job, since its rank is not given out again.
//!
//! # Invariants
//!
//! 1. `ranks` holds exactly the connections of members that are Joined, Announced or Leaving;
//!    messages of others are ignored.
//! 2. Every request gets one reply, unless its sender dies or leaves; relays and parked requests are
//!    the ones that have none yet.
//! 3. A death is told before the clearing orders that follow from it.
//! 4. The counts `announced` and `staying` say what the members' stages say.

mod requests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use verbs_shim::Card;
use verbs_shim::provider::Choice;

use super::super::arenas::Arenas;
use super::super::catalog::Catalog;
use super::super::error::Refusal;
use super::super::message::{
    Admission, Answer, Files, Identity, MAX_CARD, RequestId, ToCoordinator, ToNode, Verdict,
};
use super::super::{Epoch, Rank};
use super::{CoordinatorConfig, JobEvent};
use requests::{Parked, Relay};

/// Names a connection on which the handshake succeeded; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// What happens.
#[derive(Debug)]
pub(crate) enum Input {
    /// A node has proven that it knows the secret. `local`: it came over the Unix socket.
    Identified { connection: ConnectionId, identity: Identity, local: bool },
    /// A message came.
    Received { connection: ConnectionId, message: ToCoordinator, files: Files },
    /// A connection ended, or has to because of what came over it.
    Closed { connection: ConnectionId, reason: String },
    /// The launcher saw a process end.
    Exited { rank: Rank, description: String },
    /// It is time to tell who has left ([`State::has_departures`]).
    TellDepartures,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Output {
    /// Ends the handshake. A connection that is refused is closed then.
    Conclude { connection: ConnectionId, verdict: Verdict },
    /// Sends a message.
    Send { connection: ConnectionId, message: ToNode, files: Files },
    /// Sends the same message to several.
    SendAll { connections: Arc<[ConnectionId]>, message: ToNode, files: Files },
    /// Closes a connection, once what was to be sent before has been.
    Close { connection: ConnectionId },
    /// For the launcher.
    Event(JobEvent),
}

/// The longest reason of a death that is passed on, in characters.
const MAX_REASON: usize = 200;

#[derive(Debug)]
enum Stage {
    Joined,
    Announced { reserved: u64, arena: Card },
    Leaving,
}

#[derive(Debug)]
enum Member {
    Vacant,
    Present { connection: ConnectionId, identity: Identity, stage: Stage },
    Dead { reason: String },
    Gone,
}

/// The coordinator's state.
#[derive(Debug)]
pub(crate) struct State {
    size: u32,
    provider: Choice,
    arena_bytes: u64,
    cache_bytes: u64,
    epoch: Epoch,
    members: Vec<Member>,
    /// Below it no rank is vacant.
    lowest_vacant: Rank,
    /// How many members are Announced; counts until the job is ready.
    announced: u32,
    /// How many are Vacant, Joined or Announced.
    staying: u32,
    /// Who has left and nobody has been told of. Told together: a job that ends is `n` nodes who leave,
    /// and each of them is to be told to all.
    departures: Vec<Rank>,
    /// The first rank that died; other deaths may follow from it.
    first_dead: Option<Rank>,
    /// Whether a node has ended the job.
    has_exited: bool,
    ranks: BTreeMap<ConnectionId, Rank>,
    /// There once the job is ready.
    catalog: Option<Catalog>,
    relays: BTreeMap<u64, Relay>,
    next_relay: u64,
    /// In the order in which they came.
    parked: VecDeque<Parked>,
    outputs: Vec<Output>,
}

/// What a message is refused with that its sender could not have meant.
type Violation = String;

impl State {
    pub(crate) fn new(config: &CoordinatorConfig) -> State {
        State {
            size: config.size,
            provider: config.provider,
            arena_bytes: config.arena_bytes,
            cache_bytes: config.cache_bytes,
            epoch: Epoch(0),
            members: (0..config.size).map(|_| Member::Vacant).collect(),
            lowest_vacant: Rank(0),
            announced: 0,
            staying: config.size,
            departures: Vec::new(),
            first_dead: None,
            has_exited: false,
            ranks: BTreeMap::new(),
            catalog: None,
            relays: BTreeMap::new(),
            next_relay: 0,
            parked: VecDeque::new(),
            outputs: Vec::new(),
        }
    }

    /// Takes note of what happened, and says what is to be done.
    pub(crate) fn handle(&mut self, input: Input) -> Vec<Output> {
        match input {
            Input::Identified { connection, identity, local } => {
                let verdict = self.admit(connection, &identity, local);
                let rank = verdict.as_ref().ok().map(|admission| admission.rank);
                self.outputs.push(Output::Conclude { connection, verdict });
                if let Some(rank) = rank {
                    let Identity { pid, host, .. } = identity;
                    self.outputs.push(Output::Event(JobEvent::Joined { rank, pid, host }));
                }
            }
            Input::Received { connection, message, files } => {
                if let Some(&rank) = self.ranks.get(&connection)
                    && let Err(violation) = self.receive(rank, message, files)
                {
                    self.die(rank, &format!("it violated the cluster protocol: {violation}"));
                }
            }
            Input::Closed { connection, reason } => {
                if let Some(&rank) = self.ranks.get(&connection) {
                    self.die(rank, &reason);
                }
            }
            Input::Exited { rank, description } => self.exited(rank, &description),
            Input::TellDepartures => {
                let ranks = std::mem::take(&mut self.departures);
                if !ranks.is_empty() {
                    self.send_all(ToNode::NodesLeft { ranks });
                }
            }
        }
        std::mem::take(&mut self.outputs)
    }

    /// Whether [`Input::TellDepartures`] is to come, soon.
    pub(crate) fn has_departures(&self) -> bool {
        !self.departures.is_empty()
    }

    /// The connection of a rank that is there.
    pub(crate) fn connection_of(&self, rank: Rank) -> Option<ConnectionId> {
        match self.members.get(rank.index())? {
            Member::Present { connection, .. } => Some(*connection),
            Member::Vacant | Member::Dead { .. } | Member::Gone => None,
        }
    }

    fn admit(&mut self, connection: ConnectionId, who: &Identity, local: bool) -> Verdict {
        if self.provider == Choice::Shm && !local {
            return Err(Refusal::NeedsSameHost { provider: self.provider.to_string() });
        }
        let rank = self.choose_rank(who.rank)?;
        self.epoch.0 += 1;
        self.ranks.insert(connection, rank);
        self.members[rank.index()] =
            Member::Present { connection, identity: who.clone(), stage: Stage::Joined };
        Ok(Admission {
            rank,
            size: self.size,
            epoch: self.epoch,
            provider: self.provider.to_string(),
            arena_bytes: self.arena_bytes,
            cache_bytes: self.cache_bytes,
            one_host: local,
        })
    }

    fn choose_rank(&mut self, wish: Option<Rank>) -> Result<Rank, Refusal> {
        let size = self.size;
        if let Some(rank) = wish {
            let holder = match self.members.get(rank.index()) {
                None => return Err(Refusal::NoSuchRank { rank, size }),
                Some(Member::Vacant) => None,
                Some(Member::Present { identity, .. }) => {
                    Some(format!("pid {} on {}", identity.pid, identity.host))
                }
                Some(Member::Dead { reason }) => Some(format!("it died: {reason}")),
                Some(Member::Gone) => Some("it has left".to_owned()),
            };
            if let Some(holder) = holder {
                return Err(Refusal::RankTaken { rank, holder });
            }
        }
        // With a rank that can never join, the job will never be ready.
        if let Some(rank) = self.first_dead
            && let Member::Dead { reason } = &self.members[rank.index()]
        {
            return Err(Refusal::NodeDied { rank, reason: reason.clone() });
        }
        if let Some(rank) = wish {
            return Ok(rank);
        }
        while let Some(member) = self.members.get(self.lowest_vacant.index()) {
            if matches!(member, Member::Vacant) {
                return Ok(self.lowest_vacant);
            }
            self.lowest_vacant.0 += 1;
        }
        Err(Refusal::JobFull { size })
    }

    /// The connections of all who are there.
    fn all(&self) -> Arc<[ConnectionId]> {
        self.ranks.keys().copied().collect()
    }

    fn send_all(&mut self, message: ToNode) {
        let connections = self.all();
        self.outputs.push(Output::SendAll { connections, message, files: Files::new() });
    }

    fn send_with(&mut self, to: Rank, message: ToNode, files: Files) {
        if let Member::Present { connection, .. } = self.members[to.index()] {
            self.outputs.push(Output::Send { connection, message, files });
        }
    }

    fn send(&mut self, to: Rank, message: ToNode) {
        self.send_with(to, message, Files::new());
    }

    fn reply(&mut self, to: Rank, request: RequestId, result: Result<Answer, Refusal>) {
        self.send(to, ToNode::Reply { request, result });
    }

    fn receive(
        &mut self,
        from: Rank,
        message: ToCoordinator,
        files: Files,
    ) -> Result<(), Violation> {
        let Member::Present { stage, .. } = &self.members[from.index()] else {
            return Ok(());
        };
        let leaving = matches!(stage, Stage::Leaving);
        match message {
            ToCoordinator::Announce { reserved, card } => {
                let arena = self.card(card, files)?;
                return self.announce(from, reserved, arena);
            }
            ToCoordinator::PairAnswer { relay, result } => {
                let result = match result {
                    Ok(bytes) => Ok(self.card(bytes, files)?),
                    Err(_) if !files.is_empty() => return Err("files without a card".to_owned()),
                    Err(reason) => Err(reason),
                };
                return self.pair_answered(from, relay, result);
            }
            ToCoordinator::ConnectPair { request, to, card } => {
                let card = self.card(card, files)?;
                if let Some(refusal) = self.untimely(leaving) {
                    self.reply(from, request, Err(refusal));
                } else {
                    self.connect_pair(from, request, to, card);
                }
                return Ok(());
            }
            _ if !files.is_empty() => return Err("files without a card".to_owned()),
            _ => {}
        }
        match message {
            ToCoordinator::Cleared { clear } => self.cleared(from, clear),
            ToCoordinator::Exit { code } => {
                self.exit(from, code);
                Ok(())
            }
            ToCoordinator::Leave => self.leave(from),
            ToCoordinator::Fail { reason } => {
                self.die(from, &reason);
                Ok(())
            }
            ToCoordinator::CreateOrAttach { request, .. }
            | ToCoordinator::Attach { request, .. }
            | ToCoordinator::Release { request, .. }
            | ToCoordinator::Catalog { request, .. } => {
                match self.untimely(leaving) {
                    Some(refusal) => self.reply(from, request, Err(refusal)),
                    None => self.serve(from, message),
                }
                Ok(())
            }
            ToCoordinator::Announce { .. }
            | ToCoordinator::PairAnswer { .. }
            | ToCoordinator::ConnectPair { .. } => Ok(()),
        }
    }

    /// Why requests cannot be served now, if they cannot.
    fn untimely(&self, leaving: bool) -> Option<Refusal> {
        let problem = if self.catalog.is_none() {
            "the job has not begun: not all nodes have announced their arenas"
        } else if leaving {
            "this node has left the job"
        } else {
            return None;
        };
        Some(Refusal::WrongTime(problem.to_owned()))
    }

    fn card(&self, bytes: Vec<u8>, fds: Files) -> Result<Card, Violation> {
        if bytes.len() > MAX_CARD || fds.len() > Card::MAX_FDS {
            return Err(format!("a card of {} bytes and {} files", bytes.len(), fds.len()));
        }
        if !fds.is_empty() && self.provider != Choice::Shm {
            return Err(format!("a card of the provider {} with files", self.provider));
        }
        Ok(Card { bytes, fds })
    }

    fn announce(&mut self, from: Rank, reserved: u64, arena: Card) -> Result<(), Violation> {
        let arena_bytes = self.arena_bytes;
        let Member::Present { stage, .. } = &mut self.members[from.index()] else {
            return Ok(());
        };
        if !matches!(stage, Stage::Joined) {
            return Err("it announced its arena twice".to_owned());
        }
        if reserved > arena_bytes {
            return Err(format!("it reserves {reserved} of {arena_bytes} bytes"));
        }
        *stage = Stage::Announced { reserved, arena };
        self.announced += 1;
        if self.announced == self.size {
            self.begin();
        }
        Ok(())
    }

    /// All have announced their arenas.
    fn begin(&mut self) {
        let mut reserved_on = Vec::with_capacity(self.members.len());
        let mut arenas = Arenas::default();
        for member in &mut self.members {
            if let Member::Present { stage: Stage::Announced { reserved, arena }, .. } = member {
                reserved_on.push(*reserved);
                // Nobody asks the coordinator for it again.
                let Card { bytes, fds } = std::mem::take(arena);
                arenas.push(&bytes, fds);
            }
        }
        self.catalog = Some(Catalog::new(self.arena_bytes, reserved_on));
        let all = self.all();
        for (message, files) in arenas.messages(self.epoch) {
            let connections = Arc::clone(&all);
            self.outputs.push(Output::SendAll { connections, message, files });
        }
        self.outputs.push(Output::Event(JobEvent::Ready));
    }

    fn leave(&mut self, rank: Rank) -> Result<(), Violation> {
        let Some(catalog) = &mut self.catalog else {
            self.die(rank, "it left before all nodes had joined");
            return Ok(());
        };
        match &mut self.members[rank.index()] {
            Member::Present { stage: Stage::Leaving, .. } => {
                return Err("it left twice".to_owned());
            }
            Member::Present { stage, .. } => *stage = Stage::Leaving,
            _ => return Ok(()),
        }
        self.staying -= 1;
        let orders = catalog.node_left(rank);
        self.forget_requests_of(rank);
        self.outputs.push(Output::Event(JobEvent::Left { rank }));
        self.departures.push(rank);
        self.order_clearing(orders);
        self.dismiss_if_all_left();
        Ok(())
    }

    fn exited(&mut self, rank: Rank, description: &str) {
        match self.members.get(rank.index()) {
            Some(Member::Vacant) => {
                self.die(rank, &format!("its process ended before it joined: {description}"));
            }
            Some(Member::Present { .. }) => {
                self.die(rank, &format!("its process ended: {description}"));
            }
            Some(Member::Dead { .. } | Member::Gone) | None => {}
        }
    }

    /// A node ends the job: all are told at once, that node too; rank 0 last, because in a job without a launcher the
    /// coordinator ends with its process.
    fn exit(&mut self, by: Rank, code: i32) {
        if self.has_exited {
            return;
        }
        self.has_exited = true;
        self.outputs.push(Output::Event(JobEvent::Exited { by, code }));
        let mut told: Vec<(Rank, ConnectionId)> =
            self.ranks.iter().map(|(connection, rank)| (*rank, *connection)).collect();
        told.sort_by_key(|(rank, _)| std::cmp::Reverse(rank.0));
        let connections = told.into_iter().map(|(_, connection)| connection).collect();
        let message = ToNode::Exit { code };
        self.outputs.push(Output::SendAll { connections, message, files: Files::new() });
    }

    /// A rank is lost. Tells everybody who is there, and ends every wait for it.
    fn die(&mut self, rank: Rank, why: &str) {
        let why: String = why.chars().take(MAX_REASON).collect();
        let mut stays = true;
        let (joined, reason) = match &self.members[rank.index()] {
            Member::Vacant => (false, why),
            Member::Present { connection, identity, stage } => {
                stays = !matches!(stage, Stage::Leaving);
                if matches!(stage, Stage::Announced { .. }) {
                    self.announced -= 1;
                }
                self.ranks.remove(connection);
                self.outputs.push(Output::Close { connection: *connection });
                (true, format!("pid {} on {}: {why}", identity.pid, identity.host))
            }
            Member::Dead { .. } | Member::Gone => return,
        };
        self.members[rank.index()] = Member::Dead { reason: reason.clone() };
        self.staying -= u32::from(stays);
        // Whoever dies after leaving has not left in good order.
        self.departures.retain(|left| *left != rank);
        self.first_dead.get_or_insert(rank);
        self.epoch.0 += 1;
        self.outputs.push(Output::Event(JobEvent::Died { rank, reason: reason.clone(), joined }));
        let epoch = self.epoch;
        self.send_all(ToNode::NodeDied { rank, reason: reason.clone(), epoch });

        self.forget_requests_of(rank);
        self.refuse_requests_to(rank, &reason);
        if let Some(catalog) = &mut self.catalog {
            let orders = catalog.node_died(rank, &reason);
            self.order_clearing(orders);
            self.retry_parked();
        }
        self.dismiss_if_all_left();
    }

    /// Nobody uses anybody's memory any more: all may go.
    fn dismiss_if_all_left(&mut self) {
        if self.staying > 0 {
            return;
        }
        self.departures.clear();
        self.send_all(ToNode::Goodbye);
        for (_, rank) in std::mem::take(&mut self.ranks) {
            self.members[rank.index()] = Member::Gone;
        }
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
