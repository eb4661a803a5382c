//! A mutex that all threads of all nodes want.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{BYTES, GROUP, HOME};
use crate::bench::bench::{Bench, Setting, Takes, Who, Workload};
use crate::bench::error::Error;
use crate::bench::measure::Intervals;
use crate::bench::report::{Fact, Row};

/// How often it is had by all together, and how evenly.
pub(crate) struct Contended;

impl Workload for Contended {
    fn name(&self) -> &'static str {
        "mutex-contended"
    }

    fn group(&self) -> &'static str {
        GROUP
    }

    fn about(&self) -> &'static str {
        "to lock and unlock a mutex that all threads of all nodes want; how evenly they get it"
    }

    fn takes(&self) -> Takes {
        Takes { threads: true, ..Takes::default() }
    }

    fn memory(&self, _: &Setting) -> u64 {
        BYTES
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let node = bench.node();
        let mutex = node.mutex::<u64>(&bench.name(self.name())).on_node(HOME).create()?;
        let held = AtomicU64::new(0);
        let measured = bench.latency(Who::All, setting, |_| {
            let (mutex, held) = (mutex.clone(), &held);
            Ok(move |_| {
                let mut guard = mutex.lock().map_err(pangea::Error::from)?;
                *guard += 1;
                guard.commit()?;
                held.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
        })?;
        let all = node.reduce(held.into_inner(), |one, other| one + other)?;
        let counted = *mutex.lock().map_err(pangea::Error::from)?;
        node.barrier()?;
        mutex.release()?;
        let Some(measured) = measured else { return Ok(Vec::new()) };
        let mut row = bench.row(self, setting, &measured);
        let (least, greatest) = shares(&measured.intervals);
        row.facts.insert("least share".to_owned(), Fact::Number(least));
        row.facts.insert("greatest share".to_owned(), Fact::Number(greatest));
        row.facts.insert("fairness".to_owned(), Fact::Number(least / greatest));
        // The lock has kept everybody else out.
        row.verified = Some(counted == all);
        Ok(vec![row])
    }
}

/// What the thread that had it least often had of an even share, and the one that had it most often.
fn shares(threads: &[Intervals]) -> (f64, f64) {
    // Where each thread does a given number, those that had it more often took less time for it.
    let rate = |it: &Intervals| it.operations() as f64 / it.nanoseconds().max(1) as f64;
    let even = threads.iter().map(rate).sum::<f64>() / threads.len().max(1) as f64;
    let shares = threads.iter().map(|it| rate(it) / even);
    shares.fold((f64::INFINITY, 0.0), |(least, most), share| (share.min(least), share.max(most)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_tell_who_got_less() {
        let thread = |operations, nanoseconds| {
            let mut intervals = Intervals::new();
            intervals.push(operations, nanoseconds);
            intervals
        };
        assert_eq!(shares(&[thread(16, 128), thread(16, 128)]), (1.0, 1.0));
        assert_eq!(shares(&[thread(16, 128), thread(48, 128), thread(32, 128)]), (0.5, 1.5));
        assert_eq!(shares(&[thread(48, 384 * 3), thread(48, 384)]), (0.5, 1.5));
    }
}
