//! [`Sim`]: the provider of one simulated process, and the handles that it makes.

use std::collections::VecDeque;
use std::sync::Arc;

use super::card::{PairCard, RegionCard};
use super::host::Point;
use super::network::Network;
use super::pair::{Head, Pair, Peer, Stage, Timer};
use super::slab::Id;
use super::state::Queue;
use super::{Machine, Nanos};
use crate::capabilities::{Atomicity, Capabilities, WriteOrder};
use crate::card::Card;
use crate::error::Error;
use crate::memory::{HugePages, Memory};
use crate::provider::{
    NoWindow, Portable, Provider, RawCompletion, RawCompletionQueue, RawQueuePair, Refusal,
};
use crate::queue_pair::QueuePairConfig;
use crate::region::{Access, Registration, RemoteRegion, Rkey};
use crate::work_request::WorkRequest;

const DEVICE: &str = "simulated NIC";
const MAX_DEPTH: u32 = 1 << 15;

/// The provider of one process on a machine of a simulated [`Network`].
#[derive(Debug)]
pub struct Sim {
    network: Network,
    machine: Machine,
    capabilities: Capabilities,
}

impl Sim {
    pub(super) fn new(network: Network, machine: Machine) -> Sim {
        let capabilities = Capabilities {
            provider: "sim",
            device: DEVICE.to_owned(),
            atomicity: Atomicity::Nic,
            write_order: WriteOrder::InOrder,
            in_place: false,
            max_inline: 220,
            max_outstanding_reads: MAX_DEPTH,
            max_message: 1 << 30,
            max_send_depth: MAX_DEPTH,
            max_completions: 1 << 22,
            on_demand_paging: false,
            pins_memory: false,
            link_gbps: None,
            mtu: None,
        };
        Sim { network, machine, capabilities }
    }

    /// The network that it is on.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The machine that it runs on.
    pub fn machine(&self) -> Machine {
        self.machine
    }
}

/// Ends a registration when dropped.
struct Registered {
    network: Network,
    machine: Machine,
    key: u32,
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut state = self.network.state();
        let place = state.place(self.machine);
        state.nodes[place].deregister(self.key);
    }
}

impl Provider for Sim {
    type CompletionQueue = SimCompletionQueue;
    type QueuePair = SimQueuePair;

    #[inline]
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn allocate(&self, len: usize, _huge: HugePages) -> Result<Memory, Error> {
        if self.network.state().settings.files {
            return Memory::allocate_with(len, HugePages::No);
        }
        Memory::anonymous(len)
    }

    fn register(&self, memory: &Arc<Memory>, access: Access) -> Result<Registration, Error> {
        let (network, machine) = (self.network.clone(), self.machine);
        let mut state = network.state();
        let place = state.place(machine);
        let made = state.nodes[place].register(memory, access);
        drop(state);
        let (key, addr) = made.ok_or_else(|| Error::DeviceFailed {
            device: DEVICE.to_owned(),
            reason: "its keys or addresses are used up".to_owned(),
        })?;
        let card = RegionCard { machine, key, addr, len: memory.len() as u64 }.encode();
        let guard = Box::new(Registered { network, machine, key });
        Ok(Registration { lkey: key, addr, rkey: Rkey(key), card, guard })
    }

    fn import(&self, card: &Card) -> Result<RemoteRegion, Error> {
        let card = RegionCard::decode(card)?;
        Ok(RemoteRegion::new(card.addr, card.len, Rkey(card.key), None, Arc::new(())))
    }

    fn completion_queue(&self, _depth: u32) -> Result<SimCompletionQueue, Error> {
        let mut state = self.network.state();
        let place = state.place(self.machine);
        let id = state.queues.insert(Queue::new());
        state.nodes[place].queues.push(id);
        drop(state);
        Ok(SimCompletionQueue { network: self.network.clone(), machine: self.machine, id })
    }

    fn queue_pair(
        &self,
        queue: &mut SimCompletionQueue,
        config: &QueuePairConfig,
    ) -> Result<SimQueuePair, Error> {
        let (network, machine) = (self.network.clone(), self.machine);
        let mut state = network.state();
        let place = state.place(machine);
        let node = &mut state.nodes[place];
        node.last_number += 1;
        let number = node.last_number;
        let id = state.pairs.insert(Pair {
            machine,
            place,
            number,
            queue: queue.id,
            timeout: timeout(config.timeout),
            retries: config.retries,
            stage: Stage::Made,
            peer: None,
            posted: 0,
            outstanding: VecDeque::new(),
            answer: Timer::default(),
            resend: Timer::default(),
            attempts: 0,
            broken: None,
            lane: VecDeque::new(),
            last_arrival: 0,
            expected: 0,
            head: Head::Ready,
            turn: Timer::default(),
            reads: Vec::new(),
        });
        state.nodes[place].pairs.push((number, id));
        drop(state);
        Ok(SimQueuePair { network, machine, number, id })
    }
}

// SAFETY: its objects are names of what the network keeps behind a lock.
unsafe impl Portable for Sim {}

/// 4.096 µs times 2 to the power of `exponent`.
fn timeout(exponent: u8) -> Nanos {
    4096 << exponent.min(31)
}

/// A completion queue of [`Sim`].
pub struct SimCompletionQueue {
    network: Network,
    machine: Machine,
    id: Id,
}

impl RawCompletionQueue for SimCompletionQueue {
    fn poll(&mut self, into: &mut Vec<RawCompletion>) -> Result<(), Refusal> {
        self.network.give_way(self.machine, Point::Poll);
        let mut state = self.network.timed();
        self.network.perform_due(&mut state);
        let mut taken = 0;
        // It has none, and never will, if its machine was killed.
        if let Some(queue) = state.queues.get_mut(self.id) {
            taken = queue.len().min(into.capacity() - into.len());
            into.extend(queue.drain(..taken));
        }
        drop(state);
        if taken == 0 && self.network.is_in_real_time() {
            std::thread::yield_now();
        }
        Ok(())
    }
}

impl Drop for SimCompletionQueue {
    fn drop(&mut self) {
        let mut state = self.network.state();
        if state.queues.remove(self.id).is_some() {
            let place = state.place(self.machine);
            state.nodes[place].queues.retain(|id| *id != self.id);
        }
    }
}

/// A queue pair of [`Sim`].
pub struct SimQueuePair {
    network: Network,
    machine: Machine,
    number: u32,
    id: Id,
}

impl RawQueuePair for SimQueuePair {
    type Window = NoWindow;

    fn number(&self) -> u32 {
        self.number
    }

    fn card(&self) -> Card {
        PairCard { machine: self.machine, number: self.number }.encode()
    }

    fn connect(&mut self, peer: &Card) -> Result<(), Error> {
        let PairCard { machine, number } = PairCard::decode(peer)?;
        let mut state = self.network.state();
        let place = state.place(machine);
        let node = &state.nodes[place];
        if number == 0 || number > node.last_number {
            return Err(Error::BadCard {
                reason: format!("machine {machine} has never had a queue pair {number}"),
            });
        }
        let id = node.pair(number);
        if let Some(pair) = state.pairs.get_mut(self.id) {
            pair.peer = Some(Peer { machine, place, number, id });
            pair.stage = Stage::Connected;
        }
        Ok(())
    }

    fn post(
        &mut self,
        requests: &[WorkRequest<'_>],
        first_id: u64,
        signal_last: bool,
    ) -> Result<(), Refusal> {
        self.network.give_way(self.machine, Point::Post);
        self.network.timed().post(self.id, requests, first_id, signal_last);
        Ok(())
    }

    fn fail(&mut self) -> Result<(), Error> {
        self.network.timed().fail_pair(self.id, crate::error::Status::Flushed);
        Ok(())
    }
}

impl Drop for SimQueuePair {
    fn drop(&mut self) {
        self.network.timed().drop_pair(self.id);
    }
}
