//! [`Clock`]: what the threads of a node share of time, logical and real.
//!
//! # Logical time
//!
//! One clock for each node, so that threads of a node that meet outside of Pangea (in a lock of the standard
//! library, say) are not behind each other. It only rises, and it is never behind the `wts` of anything in
//! the node's cache: whoever keeps a copy has advanced the clock before. So a thread that finds a copy and then
//! looks at the clock reads the copy at a logical time that is not before it was written.
//!
//! # Moments
//!
//! A lease says nothing of real time: a node that only reads would read the same for ever. So a copy is also
//! *fresh* or not. The node counts moments, each copy carries the moment that was present when the look began
//! that last found it current, and the node has a *floor*: copies from below it are validated at their
//! home before their next use.
//!
//! ```text
//!  63                    24 23                     0
//! | period (40)            | fences within it (24)  |    a moment
//! ```
//!
//! * `fence` begins a new moment and makes it the floor: no copy from before is used as it is.
//! * `tick` brings the period up to real time and makes the period before it the floor. A copy is so used
//!   without its home for one period at least and two at most.
//!
//! Both words only rise, and what a tick makes of them depends on the time alone. Ticks of several threads at
//! once, or one that is late, therefore come to the same as one: none is lost, and none counts twice.
//! The moment is raised before the floor, so `floor <= moment`: what is being looked at now will be fresh.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::protocol::LogicalTime;
use crate::primitives::Primitives;

/// A copy may be used for so long without a word with its home, and for less than twice as long.
pub(crate) const FRESH_FOR: Duration = Duration::from_millis(100);

/// Bits of a moment that count fences. More of them in one period than fit would let what was validated then
/// pass for one period younger; no program can do that many.
const FENCE_BITS: u32 = 24;

/// The clock of a node, in a cache line of its own (and in the one that is fetched with it).
#[repr(align(128))]
pub(crate) struct Clock<P> {
    time: AtomicU64,
    moment: AtomicU64,
    floor: AtomicU64,
    primitives: PhantomData<fn() -> P>,
}

impl<P: Primitives> Clock<P> {
    /// A clock at the beginning of logical time.
    pub(crate) fn new() -> Clock<P> {
        Clock {
            time: AtomicU64::new(0),
            moment: AtomicU64::new(0),
            floor: AtomicU64::new(0),
            primitives: PhantomData,
        }
    }

    /// The present logical time. It is not behind the `wts` of a copy that was found before.
    #[inline]
    pub(crate) fn now(&self) -> LogicalTime {
        P::give_way();
        // Meets the fetch_max of `advance`.
        LogicalTime(self.time.load(Ordering::Acquire))
    }

    /// Sets the logical time forward to at least `to`. Stores only if it is behind, so that threads that read
    /// what others of this node have read leave the cache line alone.
    #[inline]
    pub(crate) fn advance(&self, to: LogicalTime) {
        P::give_way();
        if self.time.load(Ordering::Acquire) < to.0 {
            P::give_way();
            self.time.fetch_max(to.0, Ordering::AcqRel);
        }
    }

    /// The present moment. What is found current by requests posted after this is fresh from it on.
    ///
    /// Before a look, [`tick`](Clock::tick): a moment from before a pause would make the copy that comes of the
    /// look older than it is.
    #[inline]
    pub(crate) fn moment(&self) -> u64 {
        P::give_way();
        self.moment.load(Ordering::Acquire)
    }

    /// Copies that were last found current before this moment are to be validated before their next use.
    #[inline]
    pub(crate) fn floor(&self) -> u64 {
        P::give_way();
        self.floor.load(Ordering::Acquire)
    }

    /// Makes every copy stale that was found current by a look that began before.
    pub(crate) fn fence(&self) {
        P::give_way();
        let moment = self.moment.fetch_add(1, Ordering::AcqRel) + 1;
        P::give_way();
        self.floor.fetch_max(moment, Ordering::AcqRel);
    }

    /// Makes every copy stale that was last found current before the period of [`FRESH_FOR`] that came before
    /// the one in which `now` is. `now` is [`Primitives::now`].
    #[inline]
    pub(crate) fn tick(&self, now: Duration) {
        let period = now.as_nanos() as u64 / FRESH_FOR.as_nanos() as u64;
        let moment = period << FENCE_BITS;
        let floor = period.saturating_sub(1) << FENCE_BITS;
        // Both are looked at: another thread may be between raising the one and the other.
        if self.moment() < moment || self.floor() < floor {
            self.raise(moment, floor);
        }
    }

    #[cold]
    fn raise(&self, moment: u64, floor: u64) {
        P::give_way();
        self.moment.fetch_max(moment, Ordering::AcqRel);
        P::give_way();
        self.floor.fetch_max(floor, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests;
