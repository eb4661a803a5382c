//! [`Cost`]: what an operation has to ask of the NIC, so that a row measures what it says.

use std::ops::Add;

use pangea::Counts;

use crate::bench::error::Error;

/// Requests of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Batches, where requests are posted; what is executed in place has none.
    pub(crate) round_trips: u64,
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    pub(crate) atomics: u64,
}

impl Add for Cost {
    type Output = Cost;

    fn add(self, other: Cost) -> Cost {
        Cost {
            round_trips: self.round_trips + other.round_trips,
            reads: self.reads + other.reads,
            writes: self.writes + other.writes,
            atomics: self.atomics + other.atomics,
        }
    }
}

/// As [`Cost`], of an operation of so many round trips.
const fn cost(round_trips: u64, reads: u64, writes: u64, atomics: u64) -> Cost {
    Cost { round_trips, reads, writes, atomics }
}

impl Cost {
    pub(crate) const NOTHING: Cost = cost(0, 0, 0, 0);
    /// READ a block, or the words of its header.
    pub(crate) const READ: Cost = cost(1, 1, 0, 0);
    /// CAS a lease, READ what it is of.
    pub(crate) const RENEW: Cost = cost(1, 1, 0, 1);
    /// CAS and READ to lock a block; WRITE and CAS to write and unlock it.
    pub(crate) const WRITE: Cost = cost(2, 1, 1, 2);
    /// CAS, FAA, READ to lock a mutex; WRITE and CAS to unlock it.
    pub(crate) const MUTEX: Cost = cost(2, 1, 1, 3);
    /// FAA and READ to enter; two FAAs to leave.
    pub(crate) const READ_LOCK: Cost = cost(2, 1, 0, 3);
    /// As a mutex, and FAA the readers.
    pub(crate) const WRITE_LOCK: Cost = cost(2, 1, 1, 4);
    /// The atomic itself, READ its time.
    pub(crate) const ATOMIC: Cost = cost(1, 1, 0, 1);

    /// Whether `operations` of them have cost `counted`, all in all: `extra` READs and one part in a hundred may
    /// be more or less.
    ///
    /// # Errors
    /// What does not fit.
    pub(crate) fn check(
        self,
        test: &str,
        counted: Counts,
        operations: u64,
        extra: u64,
        provider: &str,
    ) -> Result<(), Error> {
        let Cost { round_trips, reads, writes, atomics } = self;
        let is_posted = provider != "shm";
        let round_trips = if is_posted { round_trips } else { reads + writes + atomics };
        for (what, wanted, found, extra) in [
            ("round trips", round_trips, counted.round_trips, extra),
            ("READs", reads, counted.reads, extra),
            ("WRITEs", writes, counted.writes, 0),
            ("atomics", atomics, counted.atomics, 0),
        ] {
            let all = wanted * operations;
            if found.abs_diff(all) > extra + 2 + (all.max(operations)) / 100 {
                return Err(Error::wrong(format_args!(
                    "{test}: {operations} operations have taken {found} {what}, not {all}: so what was timed is not \
                     what it should be; is something else using the same objects?"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(round_trips: u64, reads: u64, writes: u64, atomics: u64) -> Counts {
        Counts { round_trips, reads, writes, atomics, ..Counts::default() }
    }

    #[test]
    fn what_fits_is_taken_and_what_does_not_is_named() {
        let check = |counted, provider| Cost::WRITE.check("store", counted, 1000, 0, provider);
        check(counts(2000, 1000, 1000, 2000), "verbs").unwrap();
        check(counts(4000, 1000, 1000, 2000), "shm").unwrap();
        check(counts(2010, 1005, 1005, 2010), "verbs").unwrap();
        for (counted, provider, what) in [
            (counts(3000, 1000, 1000, 2000), "verbs", "3000 round trips, not 2000"),
            (counts(2000, 1000, 1000, 2000), "shm", "2000 round trips, not 4000"),
            (counts(2000, 1500, 1000, 2000), "verbs", "READs"),
            (counts(2000, 1000, 980, 2000), "verbs", "WRITEs"),
            (counts(2000, 1000, 1000, 2100), "verbs", "atomics"),
        ] {
            let error = check(counted, provider).unwrap_err().to_string();
            assert!(error.starts_with("store: 1000 operations") && error.contains(what), "{error}");
        }
    }

    #[test]
    fn hits_that_are_misses_are_found_and_validations_are_not_held_against_them() {
        let check = |reads, extra| {
            Cost::NOTHING.check("hit", counts(reads, reads, 0, 0), 1000, extra, "verbs")
        };
        check(0, 0).unwrap();
        check(60, 64).unwrap();
        check(100, 64).unwrap_err();
        check(1000, 64).unwrap_err();
    }
}
