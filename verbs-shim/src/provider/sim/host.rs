//! Who runs the threads that use the network: what the model asks of the outside.

use super::event::NicEvent;
use super::{Machine, Nanos};

/// Where chance comes from: a seeded generator, or a search that tries all answers.
pub trait Chance: Send {
    /// A number below `bound`, which is above 0.
    fn below(&mut self, bound: u64) -> u64;
}

/// What a thread is about to do when it gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// To post a batch.
    Post,
    /// To poll a completion queue.
    Poll,
}

/// Who runs the threads that use the network.
pub trait Host: Send + Sync {
    /// A thread of `machine` is about to post or to poll. Others may go first: the host may switch
    /// to another thread here. Called without any lock held.
    fn give_way(&self, machine: Machine, point: Point);

    /// Something changed that a waiting thread of `machine` may see: a completion, or its memory.
    /// Called with the network's lock held, so it must neither call back nor switch.
    fn changed(&self, machine: Machine);

    /// What happened, for a timeline. Called as [`Host::changed`] is, and only while
    /// [`Host::records`] is true.
    fn record(&self, at: Nanos, event: &NicEvent);

    /// Whether events are to be recorded.
    fn records(&self) -> bool;
}
