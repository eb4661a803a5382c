//! [`Simulated`]: what the runtime needs of the machine it runs on, given by the scheduler.

use std::io;
use std::ptr;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, MutexGuard, TryLockError};
use std::time::Duration;

use pangea::primitives::{JoinHandle, Primitives, ThreadStates, Trap};
use verbs_shim::Memory;
use verbs_shim::provider::Counted;
use verbs_shim::provider::sim::Sim;

use crate::connection::{SimAcceptor, SimStream};
use crate::schedule::{Reach, TaskId, Wait, World, nanos};
use crate::timeline::Event;

/// Simulated threads, time, wires and NICs. Only for the tasks of a simulation.
#[derive(Debug)]
pub enum Simulated {}

/// The first simulated process has the number after this; by machine.
const FIRST_PROCESS: u32 = 1000;

/// Bytes of a cache line: what the CPU reads or writes at once.
const LINE: usize = 64;

/// In so many waits for a condition, one ends for no reason.
const SPURIOUS: u64 = 64;

/// A simulated thread, to be waited for.
#[derive(Debug)]
pub struct SimJoinHandle {
    task: TaskId,
}

impl JoinHandle for SimJoinHandle {
    fn is_current(&self) -> bool {
        World::try_current().and_then(|world| world.task()) == Some(self.task)
    }

    fn join(self) {
        let Some(world) = World::try_current() else { return };
        while !world.has_ended(self.task) && world.wait(Wait::Join(self.task), None) {}
    }
}

impl Primitives for Simulated {
    type Provider = Counted<Sim>;
    type JoinHandle = SimJoinHandle;
    type Stream = SimStream;
    type Acceptor = SimAcceptor;

    #[inline]
    fn with_states<R>(f: impl FnOnce(&ThreadStates<Simulated>) -> R) -> Option<R> {
        let states = World::try_current()?.states()?;
        Some(f(&states))
    }

    fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> io::Result<SimJoinHandle> {
        let world = World::current();
        let machine = world.machine().ok_or(io::ErrorKind::Unsupported)?;
        Ok(SimJoinHandle { task: world.spawn(machine, name, f)? })
    }

    fn panicking() -> bool {
        std::thread::panicking() && World::try_current().is_none_or(|world| world.unwinding())
    }

    fn is_over() -> bool {
        World::try_current().is_some_and(|world| world.is_ending())
    }

    fn now() -> Duration {
        Duration::from_nanos(World::try_current().map_or(0, |world| world.now()))
    }

    fn sleep(duration: Duration) {
        let Some(world) = World::try_current() else { return };
        let until = world.now().saturating_add(nanos(duration));
        while world.now() < until && world.wait(Wait::Sleep, Some(until)) {}
    }

    #[inline]
    fn relax(_attempt: u32) {
        if let Some(world) = World::try_current() {
            world.relax();
        }
    }

    fn exit(status: i32, message: &str) -> ! {
        let world = World::current();
        world.exit(status, message)
    }

    fn identity() -> (u32, String) {
        let machine = World::try_current().and_then(|world| world.machine()).unwrap_or_default();
        (FIRST_PROCESS + machine, format!("machine-{machine}"))
    }

    fn fill_random(bytes: &mut [u8]) -> io::Result<()> {
        World::try_current().ok_or(io::ErrorKind::Unsupported)?.fill_secret(bytes);
        Ok(())
    }

    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        let mut again = false;
        if let Some(world) = World::try_current() {
            world.give_way();
        }
        loop {
            match mutex.try_lock() {
                Ok(guard) => return guard,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {
                    let world = World::current();
                    world.wait_for_lock(ptr::from_ref(mutex).addr(), again);
                    again = true;
                }
            }
        }
    }

    fn wait<'a, T>(
        condvar: &Condvar,
        mutex: &'a Mutex<T>,
        guard: MutexGuard<'a, T>,
        limit: Option<Duration>,
    ) -> MutexGuard<'a, T> {
        drop(guard);
        if let Some(world) = World::try_current() {
            let until = limit.map(|limit| world.now().saturating_add(nanos(limit)));
            if world.is_timed() && world.state.borrow_mut().chance.one_in(SPURIOUS) {
                world.give_way();
            } else {
                world.wait(Wait::Condvar(ptr::from_ref(condvar).addr()), until);
            }
        }
        Simulated::lock(mutex)
    }

    fn notify_all(condvar: &Condvar) {
        if let Some(world) = World::try_current() {
            world.notify(ptr::from_ref(condvar).addr());
        }
    }

    fn read(memory: &Memory, offset: usize, into: &mut [u8]) {
        let world = World::current();
        let range = (offset, into.len());
        world.by_lines(range, |from, len| {
            memory.read(from, &mut into[from - offset..][..len]);
        });
        world.observe(into);
    }

    fn write(memory: &Memory, offset: usize, from: &[u8]) {
        let world = World::current();
        world.by_lines((offset, from.len()), |to, len| {
            memory.write(to, &from[to - offset..][..len]);
            world.set_active();
        });
    }

    fn load(memory: &Memory, offset: usize) -> u64 {
        let world = World::current();
        world.give_way_before(Reach::Load);
        let word = memory.atomic_u64(offset).load(Ordering::Acquire);
        world.observe(&word.to_le_bytes());
        word
    }

    fn give_way() {
        if let Some(world) = World::try_current() {
            world.give_way();
        }
    }

    fn falls_into(trap: Trap) -> bool {
        World::try_current().is_some_and(|world| world.falls_into(trap))
    }
}

impl World {
    /// Calls `access` with the offset and length of each cache line's part of a range, in any order,
    /// and gives way before each.
    fn by_lines(&self, (offset, len): (usize, usize), mut access: impl FnMut(usize, usize)) {
        let end = offset + len;
        let first = offset / LINE;
        let count = end.div_ceil(LINE) - first;
        if count <= 1 {
            self.give_way();
            return access(offset, len);
        }
        // Any line first, then around: enough to find each pair in both orders.
        let start = self.state.borrow_mut().chance.below(count as u64) as usize;
        let backwards = self.is_timed() && self.state.borrow_mut().chance.one_in(2);
        for step in 0..count {
            let turn = if backwards { count - 1 - step } else { step };
            let line = first + (start + turn) % count;
            let from = (line * LINE).max(offset);
            let to = ((line + 1) * LINE).min(end);
            self.give_way();
            access(from, to - from);
        }
    }

    fn states(&self) -> Option<Rc<ThreadStates<Simulated>>> {
        let task = self.task()?;
        self.state.borrow().tasks[task as usize].states.clone()
    }

    fn exit(&self, status: i32, message: &str) -> ! {
        if let Some(machine) = self.machine() {
            self.record(&Event::Exited { machine, status, message });
            self.note_exit(machine, status, message);
            self.kill(machine);
        }
        self.never_go_on()
    }
}
