//! A mutex that goes from one node to another and back.
//!
//! Ranks 0 and 1 both want it all the time. Who gets it looks at who has had it meanwhile: if that was the other,
//! and once, the time since this one had it before is that of two handovers, each from a lock to the next. No clocks of
//! two nodes are compared.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::{BYTES, GROUP, HOME};
use crate::bench::bench::{Bench, Hand, Setting, Takes, Who, Workload};
use crate::bench::error::Error;
use crate::bench::measure::{Latencies, Operation, Timer};
use crate::bench::report::{Fact, Row};

/// How long it takes until the next node has it.
pub(crate) struct Handover;

impl Workload for Handover {
    fn name(&self) -> &'static str {
        "mutex-handover"
    }

    fn group(&self) -> &'static str {
        GROUP
    }

    fn about(&self) -> &'static str {
        "from one node's holding a mutex to another's that waits for it (half of there and back)"
    }

    fn takes(&self) -> Takes {
        Takes::default()
    }

    fn memory(&self, _: &Setting) -> u64 {
        BYTES
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let (node, timer) = (bench.node(), bench.timer());
        let mutex = node.mutex::<Held>(&bench.name(self.name())).on_node(HOME).create()?;
        let (found, had) = (Mutex::new(Latencies::new(2)), AtomicU64::new(0));
        // Ranks 0 and 1, and no other.
        let two = Setting { bidirectional: true, threads: 1, ..setting.clone() };
        let measured = bench.rate(Who::First, &two, 1, |hand| {
            Ok(Turns {
                mutex: mutex.clone(),
                hand,
                timer,
                before: None,
                times: Latencies::new(2),
                found: &found,
                had: &had,
            })
        })?;
        let held = mutex.lock().map_err(pangea::Error::from)?.times;
        let all_times = node.reduce(had.into_inner(), |one, other| one + other)?;
        mutex.release()?;
        let mine = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let all = bench.gather(&mine.to_words())?;
        let (Some(measured), Some(all)) = (measured, all) else { return Ok(Vec::new()) };
        let mut times = Latencies::new(2);
        all.iter().for_each(|words| times.merge(&Latencies::from_words(words)));
        let mut row = bench.row(self, setting, &measured);
        row.latency = times.summary(timer);
        let samples = row.latency.as_ref().map_or(0, |latency| latency.samples);
        let share = samples as f64 / row.operations.max(1) as f64;
        row.facts.insert("handed over".to_owned(), Fact::Number(share));
        if samples > 0 {
            // The others were had by a node that had it just before, or has waited for nobody.
            row.operations = 2 * samples;
        }
        // The lock has kept the other out.
        row.verified = Some(held == all_times);
        Ok(vec![row])
    }
}

/// Who had the mutex last, and how often it was had.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Held {
    holder: u64,
    times: u64,
}

/// A node's turns.
struct Turns<'a> {
    mutex: pangea::Mutex<Held>,
    hand: Hand,
    timer: Timer,
    /// When this node had it before, and how often it had been had then.
    before: Option<(Instant, u64)>,
    times: Latencies,
    found: &'a Mutex<Latencies>,
    /// How often this node had it.
    had: &'a AtomicU64,
}

impl Operation for Turns<'_> {
    fn call(&mut self, _: u64) -> Result<(), Error> {
        let me = self.hand.rank as u64;
        let mut guard = self.mutex.lock().map_err(pangea::Error::from)?;
        let now = Instant::now();
        if let Some((before, times)) = self.before
            && guard.holder != me
            && guard.times == times + 1
        {
            self.times.record(now.duration_since(before).as_nanos() as u64, self.timer);
        }
        *guard = Held { holder: me, times: guard.times + 1 };
        self.before = Some((now, guard.times));
        self.had.fetch_add(1, Ordering::Relaxed);
        Ok(guard.commit()?)
    }

    /// After warming up, and after measuring: what was found last counts.
    fn finish(&mut self) -> Result<(), Error> {
        self.before = None;
        let times = std::mem::replace(&mut self.times, Latencies::new(2));
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = times;
        Ok(())
    }
}
