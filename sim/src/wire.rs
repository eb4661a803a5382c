//! Simulated connections between nodes and the coordinator: queues of bytes, with delays.
//!
//! A wire has two ends: 0 is that of who connected, 1 that of who accepted. What is sent at one is a
//! packet in flight to the other, due at a time of its own but never before an earlier one. A machine's
//! wires can stall: packets then wait until they flow again, or, after [`SILENCE`], are lost with the
//! connection, as a system gives up a silent peer. When a machine dies its wires end at the other
//! side: mostly soon, sometimes only after that silence.

use std::collections::{BTreeMap, VecDeque};

use verbs_shim::provider::sim::{Machine, Nanos};

use crate::chance::Seeded;
use crate::schedule::Due;
use crate::traffic::{Frames, Ledger};

/// A silent peer is given up after this long, in nanoseconds.
pub(crate) const SILENCE: Nanos = 10_000_000_000;

/// Bytes that one end may have sent and the other not taken.
const WINDOW: usize = 256 << 10;

/// The room that an end keeps for what arrives, in bytes.
const KEPT: usize = 1 << 10;

/// Nanoseconds on the way, at least and at most.
const DELAY: (Nanos, Nanos) = (5_000, 60_000);

/// Why nothing more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The other side has ended it.
    Orderly,
    /// It broke.
    Reset,
}

enum Packet {
    /// The connection itself.
    Hello,
    Bytes(Vec<u8>),
    End(Ended),
}

/// One end of a wire.
struct End {
    machine: Machine,
    /// What has arrived and was not taken.
    arrived: VecDeque<u8>,
    flight: VecDeque<(Nanos, Packet)>,
    in_flight: usize,
    /// When the last packet in flight arrives.
    last: Nanos,
    /// Whether a heap entry for the first packet in flight exists.
    asked: bool,
    ended: Option<Ended>,
    /// Whoever had it has dropped it, or shut it down.
    closed: bool,
    open: bool,
    /// How far what is sent to it is in its messages.
    frames: Frames,
}

struct Wire {
    ends: [End; 2],
    acceptor: u32,
}

pub(crate) struct AcceptorState {
    pub(crate) machine: Machine,
    pub(crate) name: String,
    pub(crate) pending: VecDeque<u32>,
    pub(crate) woken: bool,
}

/// All wires of a simulation.
pub(crate) struct Wires {
    wires: Vec<Option<Wire>>,
    pub(crate) acceptors: Vec<AcceptorState>,
    /// By machine, which of them stall, and since when.
    stalled: BTreeMap<Machine, Nanos>,
    chance: Seeded,
    timed: bool,
    /// What was sent.
    pub(crate) traffic: Ledger,
}

/// What is to be put on the scheduler's heap.
pub(crate) type Dues = Vec<(Nanos, Due)>;

impl Wires {
    /// Without times, everything arrives at once.
    pub(crate) fn new(chance: Seeded, timed: bool) -> Wires {
        Wires {
            wires: Vec::new(),
            acceptors: Vec::new(),
            stalled: BTreeMap::new(),
            chance,
            timed,
            traffic: Ledger::default(),
        }
    }

    fn end(&mut self, wire: u32, end: u8) -> Option<&mut End> {
        Some(&mut self.wires.get_mut(wire as usize)?.as_mut()?.ends[end as usize])
    }

    /// A listener; its number.
    pub(crate) fn listen(&mut self, machine: Machine, name: String) -> u32 {
        let state = AcceptorState { machine, name, pending: VecDeque::new(), woken: false };
        self.acceptors.push(state);
        self.acceptors.len() as u32 - 1
    }

    pub(crate) fn find_listener(&self, name: &str) -> Option<u32> {
        self.acceptors.iter().position(|acceptor| acceptor.name == name).map(|i| i as u32)
    }

    /// Begins to connect `machine` to a listener.
    pub(crate) fn connect(&mut self, machine: Machine, acceptor: u32, now: Nanos) -> (u32, Dues) {
        let end = |machine| End {
            machine,
            arrived: VecDeque::new(),
            flight: VecDeque::new(),
            in_flight: 0,
            last: 0,
            asked: false,
            ended: None,
            closed: false,
            open: false,
            frames: Frames::default(),
        };
        let to = self.acceptors[acceptor as usize].machine;
        self.wires.push(Some(Wire { ends: [end(machine), end(to)], acceptor }));
        let wire = self.wires.len() as u32 - 1;
        let dues = self.send_packet(wire, 1, Packet::Hello, now);
        (wire, dues)
    }

    /// Whether the connection has come about.
    pub(crate) fn is_open(&mut self, wire: u32) -> bool {
        self.end(wire, 0).is_some_and(|end| end.open)
    }

    /// Puts a packet on its way to `end`.
    fn send_packet(&mut self, wire: u32, end: u8, packet: Packet, now: Nanos) -> Dues {
        let delay = if self.timed { self.chance.between(DELAY.0, DELAY.1) } else { 0 };
        self.send_after(wire, end, packet, now, delay)
    }

    fn send_after(
        &mut self,
        wire: u32,
        number: u8,
        packet: Packet,
        now: Nanos,
        delay: Nanos,
    ) -> Dues {
        let Some(end) = self.end(wire, number) else { return Dues::new() };
        end.last = end.last.max(now + delay);
        if let Packet::Bytes(bytes) = &packet {
            end.in_flight += bytes.len();
        }
        end.flight.push_back((end.last, packet));
        let at = end.last;
        if std::mem::replace(&mut end.asked, true) {
            return Dues::new();
        }
        vec![(at, Due::Wire { wire, end: number })]
    }

    /// How many bytes `end` may send now; an error when nothing gets out any more.
    pub(crate) fn room(&mut self, wire: u32, number: u8) -> Result<usize, Ended> {
        let own = self.end(wire, number).ok_or(Ended::Reset)?;
        if own.closed || own.ended == Some(Ended::Reset) {
            return Err(Ended::Reset);
        }
        let other = self.end(wire, 1 - number).ok_or(Ended::Reset)?;
        Ok(WINDOW.saturating_sub(other.in_flight + other.arrived.len()))
    }

    /// Sends some of `bytes`, which fit; how many.
    pub(crate) fn send(
        &mut self,
        wire: u32,
        number: u8,
        bytes: &[u8],
        now: Nanos,
    ) -> (usize, Dues) {
        // A socket may take less than it is given.
        let part = self.chance.one_in(16) && bytes.len() > 1;
        let len =
            if part { self.chance.between(1, bytes.len() as u64 - 1) } else { bytes.len() as u64 };
        let bytes = &bytes[..len as usize];
        if let Some(Some(entry)) = self.wires.get_mut(wire as usize) {
            let from = entry.ends[number as usize].machine;
            let to = &mut entry.ends[1 - number as usize];
            self.traffic.sent((from, to.machine), &mut to.frames, bytes);
        }
        let packet = Packet::Bytes(bytes.to_vec());
        (len as usize, self.send_packet(wire, 1 - number, packet, now))
    }

    /// Whether something can be received, or there is an end to be told of.
    pub(crate) fn can_receive(&mut self, wire: u32, number: u8) -> bool {
        self.end(wire, number)
            .is_none_or(|end| !end.arrived.is_empty() || end.ended.is_some() || end.closed)
    }

    /// Whether it broke.
    pub(crate) fn has_ended(&mut self, wire: u32, number: u8) -> bool {
        self.end(wire, number).is_none_or(|end| end.ended == Some(Ended::Reset))
    }

    /// Whether the other side may be waiting for room to send.
    pub(crate) fn is_full(&mut self, wire: u32, number: u8) -> bool {
        self.end(wire, number).is_some_and(|end| end.in_flight + end.arrived.len() >= WINDOW)
    }

    /// Takes bytes; `Ok(0)` at the end, `None` when there is nothing yet.
    pub(crate) fn receive(
        &mut self,
        wire: u32,
        number: u8,
        into: &mut [u8],
    ) -> Option<Result<usize, Ended>> {
        let Some(end) = self.end(wire, number) else { return Some(Ok(0)) };
        if end.closed {
            return Some(Ok(0));
        }
        if end.ended == Some(Ended::Reset) {
            return Some(Err(Ended::Reset));
        }
        let len = into.len().min(end.arrived.len());
        if len == 0 && !into.is_empty() {
            return end.ended.map(|_| Ok(0));
        }
        for (byte, taken) in into.iter_mut().zip(end.arrived.drain(..len)) {
            *byte = taken;
        }
        if end.arrived.is_empty() && end.arrived.capacity() > KEPT {
            // Long messages are rare, and wires are many.
            end.arrived = VecDeque::new();
        }
        Some(Ok(len))
    }

    /// The machine at an end.
    pub(crate) fn machine(&mut self, wire: u32, number: u8) -> Option<Machine> {
        self.end(wire, number).map(|end| end.machine)
    }

    /// Ends both directions, from this side.
    pub(crate) fn shut(&mut self, wire: u32, number: u8, now: Nanos) -> Dues {
        match self.end(wire, number) {
            Some(end) if !end.closed => end.closed = true,
            _ => return Dues::new(),
        }
        self.send_packet(wire, 1 - number, Packet::End(Ended::Orderly), now)
    }

    /// Forgets the wire, when both sides have.
    pub(crate) fn forget(&mut self, wire: u32) {
        if let Some(Some(entry)) = self.wires.get(wire as usize)
            && entry.ends.iter().all(|end| end.closed)
        {
            self.wires[wire as usize] = None;
        }
    }

    fn is_stalled(&self, wire: u32) -> bool {
        let Some(Some(wire)) = self.wires.get(wire as usize) else { return false };
        wire.ends.iter().any(|end| self.stalled.contains_key(&end.machine))
    }

    /// The first packet in flight to `end` arrives, unless it stalls; the machine that may notice.
    pub(crate) fn arrive(&mut self, wire: u32, number: u8, now: Nanos) -> Option<Machine> {
        let stalled = self.is_stalled(wire);
        let end = self.end(wire, number)?;
        if stalled {
            end.asked = false;
            return None;
        }
        let mut hello = false;
        while let Some((at, _)) = end.flight.front()
            && *at <= now
        {
            match end.flight.pop_front()?.1 {
                Packet::Hello => hello = true,
                Packet::Bytes(bytes) => {
                    end.in_flight -= bytes.len();
                    if !end.closed {
                        end.arrived.extend(bytes);
                    }
                }
                Packet::End(how) => end.ended = end.ended.or(Some(how)),
            }
        }
        end.asked = !end.flight.is_empty();
        let machine = end.machine;
        if hello {
            end.open = true;
            let acceptor = self.wires[wire as usize].as_ref()?.acceptor;
            if number == 1 {
                self.acceptors[acceptor as usize].pending.push_back(wire);
            }
        }
        Some(machine)
    }

    /// When the next packet arrives at `end`, if there is one that does not stall.
    pub(crate) fn next_arrival(&mut self, wire: u32, number: u8) -> Option<Nanos> {
        let end = self.end(wire, number)?;
        end.asked.then(|| end.flight.front().map(|(at, _)| *at)).flatten()
    }

    /// The answer to a connection that has been taken in.
    pub(crate) fn accept(&mut self, acceptor: u32, now: Nanos) -> Option<(u32, Dues)> {
        let wire = self.acceptors[acceptor as usize].pending.pop_front()?;
        let dues = self.send_packet(wire, 0, Packet::Hello, now);
        Some((wire, dues))
    }

    fn of_machine(&self, machine: Machine) -> Vec<u32> {
        let all = self.wires.iter().enumerate();
        all.filter(|(_, wire)| {
            wire.as_ref().is_some_and(|wire| wire.ends.iter().any(|end| end.machine == machine))
        })
        .map(|(number, _)| number as u32)
        .collect()
    }

    /// The machine dies: the other ends of its wires learn it.
    pub(crate) fn kill(&mut self, machine: Machine, now: Nanos) -> Dues {
        let mut dues = Dues::new();
        // With the process only, its system says goodbye; with the whole machine, nobody does.
        let silent = self.chance.one_in(4);
        for wire in self.of_machine(machine) {
            for number in 0..2 {
                let Some(end) = self.end(wire, number) else { continue };
                if end.machine != machine || end.closed {
                    continue;
                }
                end.closed = true;
                let how = if self.chance.one_in(2) { Ended::Reset } else { Ended::Orderly };
                let delay =
                    if silent { SILENCE } else { self.chance.between(DELAY.0, 100 * DELAY.1) };
                dues.extend(self.send_after(wire, 1 - number, Packet::End(how), now, delay));
            }
        }
        for acceptor in &mut self.acceptors {
            if acceptor.machine == machine {
                // Nobody can find it any more.
                acceptor.name.clear();
                acceptor.pending.clear();
            }
        }
        dues
    }

    /// Nothing passes the machine's wires from now on.
    pub(crate) fn stall(&mut self, machine: Machine, now: Nanos) {
        self.stalled.entry(machine).or_insert(now);
    }

    /// What was held up goes on. After too long a silence the connections are lost.
    pub(crate) fn unstall(&mut self, machine: Machine, now: Nanos) -> (bool, Dues) {
        let Some(since) = self.stalled.remove(&machine) else { return (false, Dues::new()) };
        let lost = now - since >= SILENCE;
        let mut dues = Dues::new();
        for wire in self.of_machine(machine) {
            for number in 0..2 {
                let Some(end) = self.end(wire, number) else { continue };
                if lost {
                    end.flight.clear();
                    end.in_flight = 0;
                    end.flight.push_back((now, Packet::End(Ended::Reset)));
                }
                if let Some((at, _)) = end.flight.front()
                    && !end.asked
                {
                    end.asked = true;
                    dues.push(((*at).max(now), Due::Wire { wire, end: number }));
                }
            }
        }
        (lost, dues)
    }
}

#[cfg(test)]
mod tests;
