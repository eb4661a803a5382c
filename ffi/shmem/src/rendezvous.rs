//! The barrier of what all PEs call alike: setup, allocation, finalize. It compares what they called.
//!
//! Dissemination: in round *r* a PE writes to the one 2^*r* ahead of it and waits for the one 2^*r* behind. A word is the
//! number of the barrier in its lower half and a hash of the call in its upper half. Two sets of words in turns: who is
//! one barrier ahead does not overwrite what the one behind has still to compare, and nobody gets two ahead.

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Problem, problem};
use crate::state::State;
use crate::words;

/// As many rounds as ranks have bits, so that the words do not depend on the number of PEs.
const ROUNDS: u64 = 32;

/// How long a word may take to be whole once a part of it is there.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many barriers there were.
#[derive(Debug, Default)]
pub(crate) struct Rendezvous {
    count: Mutex<u32>,
}

impl State {
    /// Completes what this thread has under way, and waits until all PEs are here, with the same call.
    ///
    /// # Errors
    /// When another PE has called something else; when one died.
    pub(crate) fn meet(&self, call: fmt::Arguments<'_>) -> Result<(), Problem> {
        // Threads of one PE come one by one.
        let mut count = self.rendezvous.count.lock().unwrap_or_else(PoisonError::into_inner);
        crate::order::complete(self)?;
        *count = count.wrapping_add(1);
        let call = call.to_string();
        let hash = (xxh3_64(call.as_bytes()) >> 32) as u32;
        let word = u64::from(*count) | u64::from(hash) << 32;
        let set = words::RENDEZVOUS + u64::from(*count & 1) * ROUNDS * 8;
        for round in (0..32).take_while(|round| 1_u64 << round < u64::from(self.size)) {
            let at = set + round * 8;
            let distance = 1_u32 << round;
            let ahead = (u64::from(self.rank) + u64::from(distance)) % u64::from(self.size);
            self.store_word(ahead as u32, at, word)?;
            let mut found = 0;
            self.symmetric.wait(|| {
                found = self.own_word(at).load(Ordering::Acquire);
                (found as u32).wrapping_sub(*count).cast_signed() >= 0
            })?;
            // The NIC may write a word piece by piece: a hash that is still the last one's is soon this one's.
            let since = Instant::now();
            self.symmetric.wait(|| {
                found = self.own_word(at).load(Ordering::Acquire);
                found == word || found as u32 != *count || since.elapsed() > PATIENCE
            })?;
            if found as u32 == *count && found != word {
                let behind = (u64::from(self.rank) + u64::from(self.size) - u64::from(distance))
                    % u64::from(self.size);
                return Err(problem!(
                    "all PEs must call this alike, but PE {behind} has called something else than PE {}'s {call}",
                    self.rank
                ));
            }
        }
        Ok(())
    }
}
