//! Threads that start together, and stop together when one of them fails.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::bench::error::Error;

/// A meeting point of threads that can be broken, so that nobody waits for one that has failed.
pub(crate) struct Gate {
    state: Mutex<State>,
    moved: Condvar,
    threads: usize,
}

#[derive(Default)]
struct State {
    here: usize,
    round: u64,
    broken: bool,
}

impl Gate {
    pub(crate) fn new(threads: usize) -> Gate {
        Gate { state: Mutex::default(), moved: Condvar::new(), threads }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until all are here; the last one does `last` before any goes on.
    pub(crate) fn meet(&self, last: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        let mut state = self.state();
        let round = state.round;
        state.here += 1;
        if state.here == self.threads && !state.broken {
            last()?;
            state.here = 0;
            state.round += 1;
            self.moved.notify_all();
            return Ok(());
        }
        while state.round == round && !state.broken {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.round == round { Err(Error::Elsewhere) } else { Ok(()) }
    }

    /// Nobody waits any more.
    pub(crate) fn break_up(&self) {
        self.state().broken = true;
        self.moved.notify_all();
    }
}

/// Breaks a gate up when it is dropped.
struct BreaksUp<'a>(&'a Gate);

impl Drop for BreaksUp<'_> {
    fn drop(&mut self) {
        self.0.break_up();
    }
}

/// Runs `work` on so many threads, each with its number, and returns what they found in that order. One
/// thread is the caller's own. When one fails the gate is broken, and its reason is the answer.
pub(crate) fn on_threads<R: Send>(
    threads: u32,
    work: impl Fn(u32, &Gate) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let gate = Gate::new(threads as usize);
    let run = |number| {
        // Also when it panics.
        let ends = BreaksUp(&gate);
        let done = work(number, &gate)?;
        std::mem::forget(ends);
        Ok(done)
    };
    let results = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|number| scope.spawn(move || run(number))).collect();
        let mut results = vec![run(0)];
        for other in others {
            // A panic has been told by its thread.
            results
                .push(other.join().unwrap_or_else(|_| Err(Error::wrong("a thread has panicked"))));
        }
        results
    });
    let mut found = Vec::with_capacity(results.len());
    let mut failed = None;
    for result in results {
        match result {
            Ok(value) => found.push(value),
            Err(Error::Elsewhere) => failed = failed.or(Some(Error::Elsewhere)),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(found), Err)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn all_start_when_all_are_there() {
        let count = AtomicU32::new(0);
        let found = on_threads(4, |number, gate| {
            for round in 1..=50 {
                count.fetch_add(1, Ordering::SeqCst);
                gate.meet(|| {
                    assert_eq!(count.load(Ordering::SeqCst), 4 * round);
                    Ok(())
                })?;
                gate.meet(|| Ok(()))?;
            }
            Ok(number)
        });
        assert_eq!(found.unwrap(), [0, 1, 2, 3]);
    }

    #[test]
    fn nobody_waits_for_one_that_has_failed() {
        for bad in 0..3 {
            let failed = on_threads(3, |number, gate| {
                gate.meet(|| Ok(()))?;
                if number == bad {
                    return Err(Error::wrong("no luck"));
                }
                gate.meet(|| Ok(()))
            });
            assert_eq!(failed.unwrap_err().to_string(), "no luck");
        }
    }

    #[test]
    fn nobody_waits_for_one_that_has_panicked() {
        let failed = on_threads(3, |number, gate| {
            assert_ne!(number, 1, "this panic is wanted");
            gate.meet(|| Ok(()))
        });
        assert_eq!(failed.unwrap_err().to_string(), "a thread has panicked");
    }
}
