//! [`Crew`]: the threads of all nodes, which go through rounds together.

use std::process::exit;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pangea::{Array, Error, Node};

/// Threads on each node.
const LOCAL: usize = 2;

/// The threads of all nodes, each a *worker* with a number.
pub(crate) struct Crew<'a> {
    node: &'a Node,
    meeting: Barrier,
    goes_on: AtomicBool,
    until: Instant,
    /// A part for each worker.
    reports: Array<u64>,
}

/// One of them.
pub(crate) struct Worker<'a> {
    pub(crate) crew: &'a Crew<'a>,
    /// Its number in the job.
    pub(crate) number: usize,
    local: usize,
}

impl<'a> Crew<'a> {
    /// Runs `work` on every worker. `report` is the most words that one of them reports at a time.
    ///
    /// # Errors
    /// What the first worker of this node says; another's error ends the process, because a worker that is
    /// missed leaves the others waiting.
    pub(crate) fn run<R: Send>(
        node: &Node,
        seconds: f64,
        report: usize,
        work: impl Fn(Worker<'_>) -> Result<R, String> + Sync,
    ) -> Result<R, String> {
        let workers = node.size() * LOCAL;
        let reports = node.array("reports").len(workers * report).create();
        let crew = Crew {
            node,
            meeting: Barrier::new(LOCAL),
            goes_on: AtomicBool::new(true),
            until: Instant::now() + Duration::from_secs_f64(seconds),
            reports: reports.map_err(|error| error.to_string())?,
        };
        let worker = |local| Worker { crew: &crew, number: node.rank() * LOCAL + local, local };
        std::thread::scope(|threads| {
            let (worker, work) = (&worker, &work);
            for local in 1..LOCAL {
                threads.spawn(move || work(worker(local)).unwrap_or_else(|error| end(&error)));
            }
            Ok(work(worker(0)).unwrap_or_else(|error| end(&error)))
        })
    }

    /// How many workers there are.
    pub(crate) fn workers(&self) -> usize {
        self.node.size() * LOCAL
    }

    fn part(&self) -> usize {
        self.reports.len() / self.workers()
    }

    /// What a worker has reported last, as far as anybody has.
    pub(crate) fn report_of(&self, worker: usize) -> Result<Vec<u64>, Error> {
        let mut report = vec![0; self.part()];
        self.reports.get_range(worker * self.part(), &mut report)?;
        Ok(report)
    }
}

/// Ends this process, and with it the job.
fn end(error: &str) -> ! {
    eprintln!("error: {error}");
    exit(1)
}

impl Worker<'_> {
    /// Whether this is the one that judges.
    pub(crate) fn is_judge(&self) -> bool {
        self.number == 0
    }

    /// Waits for all workers.
    pub(crate) fn meet(&self) -> Result<(), Error> {
        self.crew.meeting.wait();
        if self.local == 0 {
            self.crew.node.barrier()?;
        }
        self.crew.meeting.wait();
        Ok(())
    }

    /// Whether there is another round; all workers come to the same.
    pub(crate) fn goes_on(&self) -> Result<bool, Error> {
        self.crew.meeting.wait();
        if self.local == 0 {
            let wish = u64::from(Instant::now() < self.crew.until);
            let decided = self.crew.node.broadcast(0, wish)? == 1;
            self.crew.goes_on.store(decided, Ordering::SeqCst);
        }
        self.crew.meeting.wait();
        Ok(self.crew.goes_on.load(Ordering::SeqCst))
    }

    /// Shows the judge some words. They can be read when all have met, until the next report.
    pub(crate) fn report(&self, words: &[u64]) -> Result<(), Error> {
        self.crew.reports.put_range(self.number * self.crew.part(), words)
    }
}
