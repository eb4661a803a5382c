//! The other side of a test: a process (or a thread, for the simulated NIC) that makes regions and
//! queue pairs and does what it is told.
//!
//! It ends when its control connection ends, whatever it is doing, so nothing is left behind.

use std::thread;
use std::time::Duration;

use libtest_mimic::Failed;
use rustix::event::{PollFd, PollFlags};
use rustix::process::Signal;
use verbs_shim::provider::Choice;
use verbs_shim::provider::sim::{Machine, Network};
use verbs_shim::{
    Access, Error, Fabric, Memory, QueuePairConfig, Region, RemoteRegion, UnconnectedQueuePair,
};

use crate::link::Link;
use crate::protocol::{Histories, Id, Reply, Request, pattern};
use crate::testbed::{SimNetwork, Tested};
use crate::wire::{Wire, contend, word_at};

enum Pair {
    Fresh(Option<Unconnected>),
    Connected(Wire<Tested>),
    Gone,
}

struct Unconnected {
    pair: UnconnectedQueuePair<Tested>,
    queue: verbs_shim::CompletionQueue<Tested>,
}

/// How a peer ends at once, its NIC with it.
enum Death {
    /// With its process.
    Kill,
    /// Its machine of the simulated network is killed.
    Machine(Network, Machine),
}

struct Peer {
    fabric: Fabric<Tested>,
    death: Death,
    scratch: Region,
    regions: Vec<Option<Region>>,
    imports: Vec<RemoteRegion>,
    pairs: Vec<Pair>,
}

/// The life of a peer process.
pub(crate) fn run(choice: Choice, unix: bool) -> Result<(), Failed> {
    let link = Link::from_stdin(unix)?;
    end_with(link.try_clone()?);
    let opened = Tested::open(choice).and_then(|provider| Peer::new(provider, Death::Kill));
    serve(link, opened)
}

/// The life of a peer thread, on a new machine.
pub(crate) fn run_simulated(sim: &SimNetwork, link: Link) {
    let machine = sim.next_machine();
    let provider = Tested::Sim(sim.network.open(machine));
    let opened = Peer::new(provider, Death::Machine(sim.network.clone(), machine));
    // The test may have gone.
    let _ = serve(link, opened);
}

fn serve(mut link: Link, opened: Result<Peer, Failed>) -> Result<(), Failed> {
    let mut peer = match opened {
        Ok(peer) => peer,
        Err(error) => {
            link.send(Reply::Failed(error_text(&error)))?;
            return Ok(());
        }
    };
    link.send(Reply::Done)?;
    while let Ok(request) = link.receive::<Request>() {
        if let Request::Die = request {
            return peer.die();
        }
        let reply = peer.handle(request).unwrap_or_else(|e| Reply::Failed(error_text(&e)));
        link.send(reply)?;
    }
    Ok(())
}

pub(crate) fn error_text(error: &Failed) -> String {
    error.message().unwrap_or("failed without a message").to_owned()
}

/// Ends this process when the other end of the link is closed.
fn end_with(link: Link) {
    thread::spawn(move || {
        loop {
            let mut fds = [PollFd::from_borrowed_fd(link.fd(), PollFlags::RDHUP)];
            let ready = rustix::event::poll(&mut fds, None);
            if ready.is_ok() && !fds[0].revents().is_empty() {
                std::process::exit(0);
            }
        }
    });
}

impl Peer {
    fn new(provider: Tested, death: Death) -> Result<Peer, Failed> {
        let fabric = Fabric::new(provider);
        let scratch = fabric.register(Memory::allocate(4096)?, Access::local())?;
        Ok(Peer { fabric, death, scratch, regions: vec![], imports: vec![], pairs: vec![] })
    }

    fn die(&self) -> Result<(), Failed> {
        match &self.death {
            Death::Kill => {
                rustix::process::kill_process(rustix::process::getpid(), Signal::KILL)?;
            }
            Death::Machine(network, machine) => network.kill(*machine),
        }
        Ok(())
    }

    fn region(&self, id: Id) -> Result<&Region, Failed> {
        self.regions.get(id.0).and_then(Option::as_ref).ok_or_else(|| "no such region".into())
    }

    fn handle(&mut self, request: Request) -> Result<Reply, Failed> {
        match request {
            Request::BecomePeer { .. } | Request::Finish | Request::Die => {
                return Err("this is a peer".into());
            }
            Request::Register { len, rights } => return self.register(len, rights.into()),
            Request::Deregister { region } => {
                self.regions.get_mut(region.0).and_then(Option::take).ok_or("no such region")?;
            }
            Request::MakePair { options } => return self.make_pair(&options.into()),
            Request::Connect { pair, card, delay_ms } => {
                thread::sleep(Duration::from_millis(delay_ms));
                let Some(Pair::Fresh(fresh)) = self.pairs.get_mut(pair.0) else {
                    return Err("no such unconnected pair".into());
                };
                let Unconnected { pair: made, queue } = fresh.take().ok_or("connected before")?;
                let connected = made.connect(&card.into())?;
                self.pairs[pair.0] = Pair::Connected(Wire { pair: connected, queue });
            }
            Request::FailPair { pair } => self.wire(pair)?.pair.fail()?,
            Request::DropPair { pair } => {
                *self.pairs.get_mut(pair.0).ok_or("no such pair")? = Pair::Gone;
            }
            Request::Import { card } => {
                self.imports.push(self.fabric.import(&card.into())?);
                return Ok(Reply::Imported { id: Id(self.imports.len() - 1) });
            }
            Request::Write { region, offset, bytes } => {
                self.region(region)?.memory().write(offset as usize, &bytes);
            }
            Request::Read { region, offset, len } => {
                let mut bytes = vec![0; len as usize];
                self.region(region)?.memory().read(offset as usize, &mut bytes);
                return Ok(Reply::Bytes(bytes));
            }
            Request::Fill { region, offset, len, seed } => {
                let bytes = crate::protocol::pattern_bytes(seed, len as usize);
                self.region(region)?.memory().write(offset as usize, &bytes);
            }
            Request::CheckAndClear { region, offset, len, seed } => {
                check_and_clear(self.region(region)?, offset as usize, len as usize, seed)?;
            }
            Request::WatchFlags { region, flag, data, each, rounds } => {
                watch_flags(self.region(region)?, flag, data, each, rounds)?;
            }
            Request::Contend { pair, import, arena } => {
                let remote = self.imports.get(import.0).ok_or("no such import")?;
                let Some(Pair::Connected(wire)) = self.pairs.get_mut(pair.0) else {
                    return Err("no such connected pair".into());
                };
                let histories: Histories = contend(wire, &self.scratch, remote, arena)?;
                return Ok(Reply::Histories(histories));
            }
        }
        Ok(Reply::Done)
    }

    fn wire(&mut self, id: Id) -> Result<&mut Wire<Tested>, Failed> {
        match self.pairs.get_mut(id.0) {
            Some(Pair::Connected(wire)) => Ok(wire),
            _ => Err("no such connected pair".into()),
        }
    }

    fn register(&mut self, len: u64, access: Access) -> Result<Reply, Failed> {
        let registered =
            Memory::allocate(len as usize).and_then(|memory| self.fabric.register(memory, access));
        let region = match registered {
            Ok(region) => region,
            Err(error @ (Error::OutOfMemory { .. } | Error::MemlockTooLow { .. })) => {
                return Ok(Reply::NoMemory(error.to_string()));
            }
            Err(error) => return Err(error.into()),
        };
        let card = region.card().into();
        self.regions.push(Some(region));
        Ok(Reply::Made { id: Id(self.regions.len() - 1), card })
    }

    fn make_pair(&mut self, config: &QueuePairConfig) -> Result<Reply, Failed> {
        let queue = self.fabric.completion_queue(config.depth + 1)?;
        let pair = self.fabric.queue_pair(&queue, config)?;
        let card = pair.card().into();
        self.pairs.push(Pair::Fresh(Some(Unconnected { pair, queue })));
        Ok(Reply::Made { id: Id(self.pairs.len() - 1), card })
    }
}

/// How far around a range it is checked that nothing was written.
const AROUND: usize = 256;

fn check_and_clear(region: &Region, offset: usize, len: usize, seed: u64) -> Result<(), Failed> {
    let start = offset.saturating_sub(AROUND);
    let end = (offset + len + AROUND).min(region.len());
    let mut bytes = vec![0; end - start];
    region.memory().read(start, &mut bytes);
    for (i, byte) in bytes.iter().enumerate() {
        let at = start + i;
        let inside = at >= offset && at < offset + len;
        let want = if inside { pattern(seed, (at - offset) as u64) } else { 0 };
        if *byte != want {
            return Err(format!(
                "byte {at} of the home is {byte:#x}, should be {want:#x} (of {len} bytes written at \
                 {offset})"
            )
            .into());
        }
    }
    bytes.fill(0);
    region.memory().write(start, &bytes);
    Ok(())
}

/// Round `r` (from 1) writes `each` bytes of the pattern of `r` at `data + (r - 1) * each`, and then
/// the flag. So whoever sees flag `r` must see the data of all rounds up to `r`.
fn watch_flags(
    region: &Region,
    flag: u64,
    data: u64,
    each: u64,
    rounds: u64,
) -> Result<(), Failed> {
    let mut seen = 0;
    let mut bytes = vec![0; each as usize];
    while seen < rounds {
        let now = word_at(region, flag as usize);
        // Pairs with the order of WRITE after WRITE.
        std::sync::atomic::fence(std::sync::atomic::Ordering::Acquire);
        for round in seen + 1..=now {
            region.memory().read((data + (round - 1) * each) as usize, &mut bytes);
            if let Some(at) = (0..each).find(|i| bytes[*i as usize] != pattern(round, *i)) {
                return Err(format!(
                    "the flag of round {round} was seen before byte {at} of its data"
                )
                .into());
            }
        }
        if now == seen {
            thread::yield_now();
        }
        seen = now.max(seen);
    }
    Ok(())
}
