//! [`Network`]: the handle of the whole, with its lock and its clock.

use std::fmt;
use std::hash::Hasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::event::NicEvent;
use super::host::{Chance, Host, Point};
use super::nic::Sim;
use super::search::Pending;
use super::settings::{FaultCounts, Settings};
use super::state::State;
use super::{Machine, Nanos};

/// A simulated network. Clones are handles of the same one.
#[derive(Clone)]
pub struct Network {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    host: Option<Arc<dyn Host>>,
    /// When a network in real time began.
    clock: Option<Instant>,
}

/// What of a machine lives: all of it is to be 0 when its process has ended in good order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// Queue pairs.
    pub pairs: usize,
    /// Registrations.
    pub regions: usize,
    /// Completion queues.
    pub completion_queues: usize,
}

impl Network {
    /// A network whose threads are run by `host`, in virtual time that the host moves by
    /// [`Network::step`]. All of it must stay on one thread of the system.
    pub fn new(settings: Settings, chance: Box<dyn Chance>, host: Arc<dyn Host>) -> Network {
        let state = State::new(settings, chance, Some(Arc::clone(&host)));
        let shared = Shared { state: Mutex::new(state), host: Some(host), clock: None };
        Network { shared: Arc::new(shared) }
    }

    /// A network for threads of the system. Time is that of the machine, and whoever polls performs
    /// what is due.
    pub fn in_real_time(settings: Settings, chance: Box<dyn Chance>) -> Network {
        let state = State::new(settings, chance, None);
        let clock = Some(Instant::now());
        Network { shared: Arc::new(Shared { state: Mutex::new(state), host: None, clock }) }
    }

    /// The provider of a process on this machine.
    ///
    /// # Panics
    /// When the number is 2^24 or more: addresses have no room for it.
    pub fn open(&self, machine: Machine) -> Sim {
        assert!(machine < 1 << 24, "machine {machine} is none: numbers are below 2^24");
        self.state().place(machine);
        Sim::new(self.clone(), machine)
    }

    /// The time since the network was made.
    pub fn now(&self) -> Nanos {
        self.timed().now
    }

    /// Moves time on, not beyond the next event, and never back.
    pub fn advance_to(&self, at: Nanos) {
        let mut state = self.state();
        let next = state.next_event().unwrap_or(Nanos::MAX);
        state.now = state.now.max(at.min(next));
    }

    /// When the next event is due, if there is any.
    pub fn next_event(&self) -> Option<Nanos> {
        self.state().next_event()
    }

    /// Performs the next event, and moves time to when it is due. False when there is none.
    pub fn step(&self) -> bool {
        self.state().step()
    }

    /// All events that may come next when latencies do not count, in an order that depends on the
    /// state alone.
    pub fn pending(&self) -> Vec<Pending> {
        self.state().pending()
    }

    /// Whether one of [`Network::pending`] only carries on the work of its own pair, and touches no
    /// memory that anybody else does: the good answer to a request, the arrival of a READ that has
    /// still to be sampled or of a WRITE of nothing, and that of an atomic that finds the atomic unit
    /// taken. It makes no difference for the events of other pairs, nor for the CPUs of other
    /// machines, whether such an event comes before or after theirs; so a search need not try both.
    pub fn is_private(&self, event: Pending) -> bool {
        self.state().is_private(event)
    }

    /// Whether one of [`Network::pending`] is about a request whose initiator has failed or is gone.
    pub fn is_late(&self, event: Pending) -> bool {
        self.state().is_late(event)
    }

    /// Performs one of [`Network::pending`], and moves time on to when it was due if that is later.
    ///
    /// # Panics
    /// When it is none of them.
    pub fn perform(&self, event: Pending) {
        self.state().perform_pending(event);
    }

    /// Feeds all that decides what may happen next: the contents of memory that peers can reach and of
    /// local buffers that answers were written to, the pairs, what is in flight and what waits to be
    /// polled; not times, nor what chance will say. States with equal digests go on alike, if only the
    /// processes stand where they stood and have the same in memory that is theirs alone.
    pub fn digest(&self, hasher: &mut dyn Hasher) {
        self.state().digest(hasher);
    }

    /// The process on the machine is gone at once: its NIC forgets its regions, pairs and completion
    /// queues. What it had posted may still arrive. A new process may be opened on it.
    pub fn kill(&self, machine: Machine) {
        self.timed().kill(machine);
    }

    /// From now on nothing arrives in this direction, until it is healed.
    pub fn cut(&self, from: Machine, to: Machine) {
        let mut state = self.timed();
        if state.cuts.insert((from, to)) {
            state.record(|| NicEvent::Link { from, to, cut: true });
        }
    }

    /// Undoes [`Network::cut`].
    pub fn heal(&self, from: Machine, to: Machine) {
        let mut state = self.timed();
        if state.cuts.remove(&(from, to)) {
            state.record(|| NicEvent::Link { from, to, cut: false });
        }
    }

    /// Puts one of the machine's pairs with work outstanding (the `nth` of them, modulo their number)
    /// in error state, as after all retries. False when there is none.
    pub fn fail_pair_of(&self, machine: Machine, nth: u64) -> bool {
        self.timed().break_pair_of(machine, nth)
    }

    /// How often each fault really happened.
    pub fn fault_counts(&self) -> FaultCounts {
        self.state().counts
    }

    /// What lives of a machine.
    pub fn live(&self, machine: Machine) -> Live {
        let mut state = self.state();
        let place = state.place(machine);
        let node = &state.nodes[place];
        Live {
            pairs: node.pairs.len(),
            regions: node.regions().len(),
            completion_queues: node.queues.len(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A panic of one simulated thread ends the test anyway.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, in real time at what time it is.
    pub(super) fn timed(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        if let Some(clock) = self.shared.clock {
            state.now = state.now.max(clock.elapsed().as_nanos() as Nanos);
        }
        state
    }

    /// In real time: performs all that is due.
    pub(super) fn perform_due(&self, state: &mut State) {
        if self.shared.clock.is_some() {
            let now = state.now;
            while state.next_event().is_some_and(|at| at <= now) {
                state.step();
            }
        }
    }

    pub(super) fn is_in_real_time(&self) -> bool {
        self.shared.clock.is_some()
    }

    #[inline]
    pub(super) fn give_way(&self, machine: Machine, point: Point) {
        if let Some(host) = &self.shared.host {
            host.give_way(machine, point);
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}
