//! What a test has: a fabric of the provider under test, and peers, here or on another host.

use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use verbs_shim::provider::{Choice, Provider};
use verbs_shim::{
    Access, Card, Fabric, Memory, QueuePairConfig, Region, RemoteRegion, Status, WorkError,
    WorkRequest,
};

use crate::link::Link;
use crate::peer;
use crate::protocol::{Histories, Id, Reply, Request, peer_arguments};
use crate::testbed::{Kind, SimNetwork, Tested};
use crate::wire::Wire;

/// How a test ended that did not fail.
#[derive(Debug)]
pub(crate) enum Verdict {
    Passed,
    Skipped(String),
}

pub(crate) type Outcome = Result<Verdict, Failed>;

/// What one test runs with.
pub(crate) struct Context {
    pub(crate) kind: Kind,
    /// The network of this test, for the simulated NIC.
    sim: Option<SimNetwork>,
    /// Where peers are spawned; `None` is here.
    agent: Option<String>,
    /// How long one small operation takes, in round figures; sizes adapt to it.
    latency: Duration,
    links: Mutex<Vec<Link>>,
    /// The last exchange with a peer, for the report of a test that hangs.
    last: Arc<Mutex<String>>,
}

pub(crate) fn open(choice: Choice) -> Result<Fabric<Tested>, Failed> {
    Ok(Fabric::new(Tested::open(choice)?))
}

impl Context {
    pub(crate) fn new(kind: Kind, agent: Option<String>, latency: Duration) -> Context {
        let sim = kind.is_sim().then(|| SimNetwork::new(kind));
        Context { kind, sim, agent, latency, links: Mutex::default(), last: Arc::default() }
    }

    /// The provider under test, opened once more.
    pub(crate) fn provider(&self) -> Result<Tested, Failed> {
        match (self.kind, &self.sim) {
            (Kind::Job(choice), _) => Tested::open(choice),
            (_, Some(sim)) => Ok(Tested::Sim(sim.network.open(sim.next_machine()))),
            (kind, None) => Err(format!("{kind} has no network").into()),
        }
    }

    pub(crate) fn fabric(&self) -> Result<Fabric<Tested>, Failed> {
        Ok(Fabric::new(self.provider()?))
    }

    /// How often to repeat something of so many round trips: as often as wanted, or less where
    /// round trips are slow, such that it takes a second or two.
    pub(crate) fn repeat(&self, wanted: u64, round_trips: u64) -> u64 {
        let affordable = Duration::from_millis(1500).as_nanos()
            / (self.latency.as_nanos().max(1) * u128::from(round_trips));
        wanted.min(affordable as u64).max(4)
    }

    /// A new peer: a process, or for the simulated NIC a thread on a machine of its own.
    pub(crate) fn peer(&self) -> Result<PeerHandle, Failed> {
        let (link, child) = match (self.kind, &self.agent) {
            (Kind::Job(choice), None) => {
                let (ours, theirs) = UnixStream::pair()?;
                let child = spawn_peer(choice, true, theirs.into())?;
                (Link::Unix(ours), Some(child))
            }
            (Kind::Sim | Kind::FaultySim, _) => {
                let (ours, theirs) = UnixStream::pair()?;
                let sim = self.sim.clone().ok_or("there is no network")?;
                std::thread::spawn(move || peer::run_simulated(&sim, Link::Unix(theirs)));
                (Link::Unix(ours), None)
            }
            (Kind::Job(choice), Some(address)) => {
                let stream = TcpStream::connect(address).map_err(|e| format!("{address}: {e}"))?;
                stream.set_nodelay(true)?;
                let mut link = Link::Tcp(stream);
                link.send(Request::BecomePeer { provider: choice.name().to_owned() })?;
                (link, None)
            }
        };
        self.links.lock().unwrap_or_else(PoisonError::into_inner).push(link.try_clone()?);
        let mut peer = PeerHandle { link, child, last: Arc::clone(&self.last) };
        peer.finish()?;
        Ok(peer)
    }

    /// Whether packets may be lost between the test and its peers.
    pub(crate) fn is_lossy(&self) -> bool {
        self.agent.is_some() || self.kind == Kind::FaultySim
    }

    /// What peers were last told, or have last answered.
    pub(crate) fn last_exchange(&self) -> String {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends all peers: they notice the end of their links.
    pub(crate) fn end_peers(&self) {
        for link in self.links.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            link.shutdown();
        }
    }

    /// A fabric, a peer with a region of `len` bytes and all rights, and a connection to it.
    pub(crate) fn rig(&self, len: u64) -> Result<Rig<Tested>, Failed> {
        let mut rig = Rig::new(self.fabric()?, self.peer()?, len)?;
        rig.lossy = self.is_lossy();
        Ok(rig)
    }
}

/// Starts a peer process here, with `link` as its standard input.
pub(crate) fn spawn_peer(choice: Choice, unix: bool, link: OwnedFd) -> Result<Child, Failed> {
    Ok(Command::new(std::env::current_exe()?)
        .args(peer_arguments(choice, unix))
        .stdin(Stdio::from(link))
        .spawn()?)
}

/// Estimates how long one small operation takes.
pub(crate) fn measure_latency(fabric: &Fabric<Tested>) -> Result<Duration, Failed> {
    const ROUNDS: u32 = 30;
    let region = fabric.register(Memory::allocate(4096)?, Access::all())?;
    let remote = fabric.import(&region.card())?;
    let (mut wire, _other) = loopback(fabric, &QueuePairConfig::default())?;
    let start = Instant::now();
    for _ in 0..ROUNDS {
        wire.one(WorkRequest::read(region.slice(0..8)?, remote.at(64)))?;
    }
    Ok(start.elapsed() / ROUNDS)
}

/// Two pairs of this process that are connected to each other.
pub(crate) fn loopback<P: Provider>(
    fabric: &Fabric<P>,
    config: &QueuePairConfig,
) -> Result<(Wire<P>, Wire<P>), Failed> {
    let queue = fabric.completion_queue(config.depth + 1)?;
    let other_queue = fabric.completion_queue(config.depth + 1)?;
    let pair = fabric.queue_pair(&queue, config)?;
    let other = fabric.queue_pair(&other_queue, config)?;
    let (card, other_card) = (pair.card(), other.card());
    Ok((
        Wire { pair: pair.connect(&other_card)?, queue },
        Wire { pair: other.connect(&card)?, queue: other_queue },
    ))
}

/// A peer process, as the test sees it. It ends when this is dropped.
pub(crate) struct PeerHandle {
    link: Link,
    child: Option<Child>,
    last: Arc<Mutex<String>>,
}

impl PeerHandle {
    /// Asks without waiting for the answer.
    pub(crate) fn start(&mut self, request: Request) -> Result<(), Failed> {
        let mut text = format!("{request:?}");
        text.truncate(text.floor_char_boundary(100));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = format!("asked for {text}");
        Ok(self.link.send(request)?)
    }

    /// The answer to [`PeerHandle::start`].
    pub(crate) fn answer(&mut self) -> Result<Reply, Failed> {
        let reply = self.link.receive().map_err(|e| format!("the peer process has gone: {e}"))?;
        self.last.lock().unwrap_or_else(PoisonError::into_inner).push_str(", which was answered");
        match reply {
            Reply::Failed(reason) => Err(format!("in the peer: {reason}").into()),
            reply => Ok(reply),
        }
    }

    pub(crate) fn ask(&mut self, request: Request) -> Result<Reply, Failed> {
        self.start(request)?;
        self.answer()
    }

    /// An answer without content.
    pub(crate) fn finish(&mut self) -> Result<(), Failed> {
        match self.answer()? {
            Reply::Done => Ok(()),
            other => Err(format!("the peer answered {other:?}").into()),
        }
    }

    pub(crate) fn tell(&mut self, request: Request) -> Result<(), Failed> {
        self.start(request)?;
        self.finish()
    }

    pub(crate) fn register(&mut self, len: u64, access: Access) -> Result<(Id, Card), Failed> {
        match self.ask(Request::Register { len, rights: access.into() })? {
            Reply::Made { id, card } => Ok((id, card.into())),
            other => Err(format!("the peer answered {other:?}").into()),
        }
    }

    pub(crate) fn make_pair(&mut self, config: &QueuePairConfig) -> Result<(Id, Card), Failed> {
        match self.ask(Request::MakePair { options: config.into() })? {
            Reply::Made { id, card } => Ok((id, card.into())),
            other => Err(format!("the peer answered {other:?}").into()),
        }
    }

    pub(crate) fn import(&mut self, card: Card) -> Result<Id, Failed> {
        match self.ask(Request::Import { card: card.into() })? {
            Reply::Imported { id } => Ok(id),
            other => Err(format!("the peer answered {other:?}").into()),
        }
    }

    pub(crate) fn read(&mut self, region: Id, offset: u64, len: u64) -> Result<Vec<u8>, Failed> {
        match self.ask(Request::Read { region, offset, len })? {
            Reply::Bytes(bytes) => Ok(bytes),
            other => Err(format!("the peer answered {other:?}").into()),
        }
    }

    /// The answer to [`Request::Contend`].
    pub(crate) fn histories(&mut self) -> Result<Histories, Failed> {
        match self.answer()? {
            Reply::Histories(histories) => Ok(histories),
            other => Err(format!("the peer answered {other:?}").into()),
        }
    }

    /// Connects a new pair of ours with a new one of the peer's.
    pub(crate) fn connect<P: Provider>(
        &mut self,
        fabric: &Fabric<P>,
        config: &QueuePairConfig,
    ) -> Result<(Wire<P>, Id), Failed> {
        let queue = fabric.completion_queue(config.depth + 1)?;
        let pair = fabric.queue_pair(&queue, config)?;
        let (id, card) = self.make_pair(config)?;
        let ours = pair.card();
        let pair = pair.connect(&card)?;
        self.tell(Request::Connect { pair: id, card: ours.into(), delay_ms: 0 })?;
        Ok((Wire { pair, queue }, id))
    }

    /// Kills the process, and waits until it has ended where that can be seen.
    pub(crate) fn die(mut self) -> Result<(), Failed> {
        self.start(Request::Die)?;
        match &mut self.child {
            Some(child) => drop(child.wait()?),
            // The link ends with the process.
            None => drop(self.link.receive::<Reply>()),
        }
        self.child = None;
        Ok(())
    }
}

impl Drop for PeerHandle {
    fn drop(&mut self) {
        self.link.shutdown();
        if let Some(child) = &mut self.child
            && let Err(error) = child.kill().and_then(|()| child.wait())
        {
            eprintln!("a peer process cannot be ended: {error}");
        }
    }
}

/// What most tests need.
pub(crate) struct Rig<P: Provider> {
    // Dropped in this order.
    pub(crate) wire: Wire<P>,
    pub(crate) remote: RemoteRegion,
    /// Ours, for local buffers.
    pub(crate) local: Region,
    pub(crate) fabric: Fabric<P>,
    pub(crate) peer: PeerHandle,
    /// The peer's region and pair.
    pub(crate) region: Id,
    pub(crate) peer_pair: Id,
    pub(crate) lossy: bool,
}

impl<P: Provider> Rig<P> {
    pub(crate) fn new(fabric: Fabric<P>, mut peer: PeerHandle, len: u64) -> Result<Rig<P>, Failed> {
        let (region, card) = peer.register(len, Access::all())?;
        let remote = fabric.import(&card)?;
        let local = fabric.register(Memory::allocate(len as usize)?, Access::local())?;
        let (wire, peer_pair) = peer.connect(&fabric, &QueuePairConfig::default())?;
        Ok(Rig { wire, remote, local, fabric, peer, region, peer_pair, lossy: false })
    }

    /// Goes on with a new pair to the same peer.
    pub(crate) fn reconnect(&mut self) -> Result<(), Failed> {
        self.reconnect_with(&QueuePairConfig::default())
    }

    pub(crate) fn reconnect_with(&mut self, config: &QueuePairConfig) -> Result<(), Failed> {
        (self.wire, self.peer_pair) = self.peer.connect(&self.fabric, config)?;
        Ok(())
    }

    /// Executes a request that the responder must refuse as `RemoteAccess`, and goes on with a new
    /// pair.
    ///
    /// A responder that refuses answers once, and is in error state then. When that one answer is
    /// lost, the initiator asks in vain until it gives up; so on a wire that loses packets the request
    /// is tried again.
    pub(crate) fn refused<F>(&mut self, request: F) -> Result<WorkError, Failed>
    where
        F: for<'a> Fn(&'a Region) -> Result<WorkRequest<'a>, Failed>,
    {
        for _ in 0..5 {
            let number = self.wire.pair.number();
            let error = match self.wire.try_one(request(&self.local)?)? {
                Ok(()) => return Err(format!("{:?} succeeded", request(&self.local)?).into()),
                Err(error) => error,
            };
            self.reconnect()?;
            match error.status {
                Status::RemoteAccess if error.queue_pair == number => return Ok(error),
                Status::RetryExceeded if self.lossy => {}
                _ => return Err(format!("{error}; should be refused").into()),
            }
        }
        Err("the answer was lost five times".into())
    }

    /// Writes the word at `offset` of the peer's region and reads it back: all is well.
    pub(crate) fn works(&mut self, offset: u64) -> Result<(), Failed> {
        let value = 0x1122_3344_5566_7788 ^ offset;
        let remote = self.remote.at(offset);
        self.wire.one(WorkRequest::write_inline(&value.to_ne_bytes(), remote))?;
        let back = self.wire.word(&self.local, remote)?;
        if back == value { Ok(()) } else { Err(format!("read {back:#x} back").into()) }
    }
}

/// Gives up on a silent peer within a second or so, but not on one whose machine is emulated.
pub(crate) fn impatient() -> QueuePairConfig {
    QueuePairConfig { timeout: 16, retries: 2, ..QueuePairConfig::default() }
}
