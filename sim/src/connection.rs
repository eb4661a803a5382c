//! The runtime's [`Stream`] and [`Acceptor`] over simulated wires.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use pangea::cluster::{Address, ClusterError};
use pangea::primitives::{Acceptor, Interest, Ready, Stream, Wake};
use verbs_shim::provider::sim::Nanos;

use crate::schedule::{State, Wait, World, nanos};
use crate::timeline::Event;
use crate::wire::Dues;

/// One end of a simulated connection.
#[derive(Debug)]
pub struct SimStream {
    wire: u32,
    end: u8,
    /// Nanoseconds that a send or a receive may wait; `FOREVER` without a limit.
    timeout: AtomicU64,
    nonblocking: AtomicBool,
}

const FOREVER: u64 = u64::MAX;

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "there is no simulation any more")
}

fn reset() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "the connection broke")
}

impl State {
    fn push_all(&mut self, dues: Dues) {
        for (at, due) in dues {
            self.push(at, due);
        }
    }
}

impl World {
    /// Puts what is due on the heap; without times it arrives at once.
    fn dispatch(&self, dues: Dues) {
        if self.is_timed() {
            self.state.borrow_mut().push_all(dues);
        } else {
            for (_, due) in dues {
                self.perform_now(due);
            }
        }
    }
}

impl SimStream {
    fn new(wire: u32, end: u8) -> SimStream {
        SimStream {
            wire,
            end,
            timeout: AtomicU64::new(FOREVER),
            nonblocking: AtomicBool::new(false),
        }
    }

    /// Waits for something to come about, if this stream waits.
    fn wait(&self, world: &World, deadline: Nanos) -> io::Result<()> {
        if self.nonblocking.load(Ordering::Relaxed) || world.now() >= deadline {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let until = (deadline != FOREVER).then_some(deadline);
        if world.wait(Wait::Wire, until) { Ok(()) } else { Err(reset()) }
    }

    fn deadline(&self, world: &World) -> Nanos {
        world.now().saturating_add(self.timeout.load(Ordering::Relaxed))
    }
}

impl Stream for SimStream {
    fn connect(address: &Address, timeout: Duration) -> io::Result<SimStream> {
        let world = World::try_current().ok_or_else(gone)?;
        let machine = world.machine().ok_or_else(gone)?;
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        let Address::Unix(name) = address else { return Err(refused()) };
        let deadline = world.now().saturating_add(nanos(timeout));
        let listener = world.state.borrow().wires.find_listener(name).ok_or_else(refused)?;
        let (wire, dues) = world.state.borrow_mut().wires.connect(machine, listener, world.now());
        world.dispatch(dues);
        world.record(&Event::Connected { machine, wire });
        let stream = SimStream::new(wire, 0);
        loop {
            let mut state = world.state.borrow_mut();
            if state.wires.is_open(wire) {
                return Ok(stream);
            }
            if state.wires.room(wire, 0).is_err() {
                return Err(reset());
            }
            drop(state);
            if world.now() >= deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            if !world.wait(Wait::Wire, Some(deadline)) {
                return Err(reset());
            }
        }
    }

    fn carries_files(&self) -> bool {
        false
    }

    fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.timeout.store(timeout.map_or(FOREVER, nanos), Ordering::Relaxed);
        Ok(())
    }

    fn set_nonblocking(&self) -> io::Result<()> {
        self.nonblocking.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn peer(&self) -> String {
        let machine = World::try_current()
            .and_then(|world| world.state.borrow_mut().wires.machine(self.wire, 1 - self.end));
        match machine {
            Some(machine) => format!("machine {machine}"),
            None => "a machine that is gone".to_owned(),
        }
    }

    fn shutdown(&self) {
        let Some(world) = World::try_current() else { return };
        let mut state = world.state.borrow_mut();
        let dues = state.wires.shut(self.wire, self.end, world.now());
        let machine = state.wires.machine(self.wire, self.end);
        if let Some(machine) = machine {
            state.wake_wires(machine, world.now());
        }
        drop(state);
        if let (false, Some(machine)) = (dues.is_empty(), machine) {
            world.record(&Event::WireEnded { machine, wire: self.wire });
        }
        world.dispatch(dues);
    }

    fn send(&self, bytes: &[u8], files: &[Arc<OwnedFd>]) -> io::Result<usize> {
        if !files.is_empty() {
            let problem = format!("{} files cannot be sent over this connection", files.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        let world = World::try_current().ok_or_else(gone)?;
        let deadline = self.deadline(&world);
        loop {
            let room = world.state.borrow_mut().wires.room(self.wire, self.end);
            match room {
                Err(_) => return Err(io::ErrorKind::BrokenPipe.into()),
                Ok(0) => self.wait(&world, deadline)?,
                Ok(room) => {
                    let bytes = &bytes[..bytes.len().min(room)];
                    let mut state = world.state.borrow_mut();
                    let (len, dues) = state.wires.send(self.wire, self.end, bytes, world.now());
                    drop(state);
                    if let Some(machine) = world.machine() {
                        let bytes = &bytes[..len];
                        world.record(&Event::Sent { machine, wire: self.wire, bytes });
                    }
                    world.observe(bytes);
                    world.dispatch(dues);
                    return Ok(len);
                }
            }
        }
    }

    fn receive(&self, into: &mut [u8], _files: &mut Vec<OwnedFd>) -> io::Result<usize> {
        let world = World::try_current().ok_or_else(gone)?;
        let deadline = self.deadline(&world);
        loop {
            let mut state = world.state.borrow_mut();
            let was_full = state.wires.is_full(self.wire, self.end);
            let received = state.wires.receive(self.wire, self.end, into);
            match received {
                Some(Ok(len)) => {
                    let peer = state.wires.machine(self.wire, 1 - self.end);
                    if let (true, Some(peer)) = (was_full, peer) {
                        state.wake_wires(peer, world.now());
                    }
                    drop(state);
                    world.observe(&into[..len]);
                    world.set_active();
                    return Ok(len);
                }
                Some(Err(_)) => return Err(reset()),
                None => drop(state),
            }
            self.wait(&world, deadline)?;
        }
    }
}

impl Drop for SimStream {
    fn drop(&mut self) {
        self.shutdown();
        if let Some(world) = World::try_current() {
            world.state.borrow_mut().wires.forget(self.wire);
        }
    }
}

/// Where the simulated coordinator takes connections.
#[derive(Debug)]
pub struct SimAcceptor {
    number: u32,
}

/// Ends the waits of a [`SimAcceptor`].
#[derive(Debug)]
pub struct SimWake {
    number: u32,
}

impl Wake for SimWake {
    fn wake(&self) {
        let Some(world) = World::try_current() else { return };
        let mut state = world.state.borrow_mut();
        let acceptor = &mut state.wires.acceptors[self.number as usize];
        acceptor.woken = true;
        let machine = acceptor.machine;
        state.wake_wires(machine, world.now());
    }
}

impl Acceptor for SimAcceptor {
    type Stream = SimStream;
    type Wake = SimWake;

    fn listen(_listen: SocketAddr) -> Result<(SimAcceptor, Vec<Address>, SimWake), ClusterError> {
        let world = World::current();
        let machine = world.machine().unwrap_or_default();
        let mut state = world.state.borrow_mut();
        let name = format!("sim-{}", state.wires.acceptors.len());
        let number = state.wires.listen(machine, name.clone());
        Ok((SimAcceptor { number }, vec![Address::Unix(name)], SimWake { number }))
    }

    fn accept(&self, _listener: usize) -> io::Result<SimStream> {
        let world = World::try_current().ok_or_else(gone)?;
        let accepted = world.state.borrow_mut().wires.accept(self.number, world.now());
        let (wire, dues) = accepted.ok_or(io::ErrorKind::WouldBlock)?;
        world.dispatch(dues);
        Ok(SimStream::new(wire, 1))
    }

    fn wait<'a>(
        &self,
        accepting: bool,
        streams: impl Iterator<Item = (&'a SimStream, Interest)>,
        timeout: Option<Duration>,
    ) -> io::Result<Ready> {
        let world = World::try_current().ok_or_else(gone)?;
        let deadline = timeout.map(|timeout| world.now().saturating_add(nanos(timeout)));
        let asked: Vec<(u32, u8, Interest)> =
            streams.map(|(stream, interest)| (stream.wire, stream.end, interest)).collect();
        loop {
            let mut state = world.state.borrow_mut();
            let wires = &mut state.wires;
            let ready: Vec<bool> = asked
                .iter()
                .map(|&(wire, end, Interest { receive, send })| {
                    receive && wires.can_receive(wire, end)
                        || send && wires.room(wire, end) != Ok(0)
                        || wires.has_ended(wire, end)
                })
                .collect();
            let acceptor = &mut wires.acceptors[self.number as usize];
            let woken = std::mem::take(&mut acceptor.woken);
            let arrived = accepting && !acceptor.pending.is_empty();
            drop(state);
            let late = deadline.is_some_and(|deadline| world.now() >= deadline);
            if woken || arrived || late || ready.contains(&true) {
                let listeners = if arrived { vec![0] } else { Vec::new() };
                return Ok(Ready { streams: ready, listeners });
            }
            if !world.wait(Wait::Wire, deadline) {
                return Err(gone());
            }
        }
    }
}
