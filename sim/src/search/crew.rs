//! The processes of a search, side by side. Each worker is a thread that takes the next batch, starts a
//! process for it, and listens. A process that dies or says nothing for too long fails the seed that it
//! was at, and another one goes on behind that.

use std::io::{self, BufReader, IsTerminal, Write};
use std::ops::Range;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::SearchArgs;
use super::batch::{self, Result, Word};
use super::summary::OfScenario;
use crate::scenario::Scenario;

/// Seeds of one process.
const BATCH: u64 = 200;

/// How often everybody looks whether it is time to stop.
const GLANCE: Duration = Duration::from_millis(100);

/// Failures of a scenario that are printed in full.
const SHOWN: usize = 5;

type Batches = Box<dyn Iterator<Item = (usize, Range<u64>)> + Send>;

/// What the workers share.
struct Crew<'a> {
    args: &'a SearchArgs,
    chosen: &'a [&'static Scenario],
    batches: Mutex<Batches>,
    results: Mutex<Vec<OfScenario>>,
    /// It is time to stop: for a signal, or because time is up.
    stop: Arc<AtomicBool>,
}

/// Runs a search in processes; whether all was good.
pub(super) fn search(args: &SearchArgs, chosen: &[&'static Scenario]) -> io::Result<bool> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // A second one ends this process at once.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let count = chosen.len();
    let batches = args.seeds.batches(BATCH);
    // All scenarios in turn, so that an endless search gets to each.
    let batches = batches.flat_map(move |seeds| (0..count).map(move |it| (it, seeds.clone())));
    let results = chosen.iter().map(|scenario| OfScenario::new(scenario.name)).collect();
    let crew = Crew {
        args,
        chosen,
        batches: Mutex::new(Box::new(batches)),
        results: Mutex::new(results),
        stop,
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.unwrap_or(cores).max(1);
    let begun = Instant::now();
    let worked = thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(|| crew.work())).collect();
        crew.oversee(begun, || workers.iter().all(thread::ScopedJoinHandle::is_finished));
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    });
    worked?;
    let results = crew.results();
    let mut out = io::stdout().lock();
    for of in results.iter() {
        writeln!(out, "{of}")?;
    }
    Ok(results.iter().all(|of| of.bad.is_empty()))
}

impl Crew<'_> {
    fn results(&self) -> MutexGuard<'_, Vec<OfScenario>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Watches the clock, and shows how far it is.
    fn oversee(&self, begun: Instant, all_done: impl Fn() -> bool) {
        let limit = self.args.seconds.map(Duration::from_secs);
        let shows = io::stderr().is_terminal();
        let total =
            self.args.seeds.count().map(|count| count.saturating_mul(self.chosen.len() as u64));
        while !all_done() {
            thread::sleep(GLANCE);
            if limit.is_some_and(|limit| begun.elapsed() >= limit) {
                self.stop.store(true, Ordering::Relaxed);
            }
            if shows {
                let results = self.results();
                let seeds: u64 = results.iter().map(|of| of.seeds).sum();
                let bad: usize = results.iter().map(|of| of.bad.len()).sum();
                drop(results);
                let of = total.map_or_else(String::new, |total| format!(" of {total}"));
                let seconds = begun.elapsed().as_secs();
                // Nobody is helped if that fails.
                let _ = write!(io::stderr(), "\r{seconds} s: {seeds}{of} seeds, {bad} bad\x1b[K");
            }
        }
        if shows {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    fn work(&self) -> io::Result<()> {
        while !self.is_over() {
            let next = self.batches.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((scenario, seeds)) = next else { break };
            let mut from = seeds.start;
            while from < seeds.end && !self.is_over() {
                from = self.run(scenario, from..seeds.end)?;
            }
        }
        Ok(())
    }

    /// Runs seeds in a process; the first seed that it did not come to.
    fn run(&self, scenario: usize, seeds: Range<u64>) -> io::Result<u64> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["batch", "--scenario", self.chosen[scenario].name])
            .args(["--seeds", &format!("{}..{}", seeds.start, seeds.end)])
            .args(self.args.settings.arguments())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // So that Ctrl-C comes here only.
            .process_group(0)
            .spawn()?;
        let (tell, words) = mpsc::channel();
        let listener = child.stdout.take().map(|out| {
            let out = BufReader::new(out);
            thread::spawn(move || batch::listen(out, |word| tell.send(word).is_ok()))
        });
        let next = self.follow(scenario, &seeds, &mut child, &words)?;
        // It has ended, or is not wanted any more.
        let _ = child.kill();
        child.wait()?;
        if let Some(listener) = listener {
            let _ = listener.join();
        }
        Ok(next)
    }

    /// Notes what a process says.
    fn follow(
        &self,
        scenario: usize,
        seeds: &Range<u64>,
        child: &mut Child,
        words: &Receiver<Word>,
    ) -> io::Result<u64> {
        let patience = Duration::from_secs(self.args.patience.max(1));
        let mut at = None;
        let mut heard = Instant::now();
        let mut next = seeds.start;
        let mut wrong = String::new();
        while !self.is_over() {
            let what = match words.recv_timeout(GLANCE) {
                Ok(word) => {
                    heard = Instant::now();
                    match word {
                        Word::Begins(seed) => {
                            at = Some(seed);
                            next = seed + 1;
                        }
                        Word::Wrong(line) => wrong = wrong + &line + "\n",
                        Word::Ended(mut result) => {
                            let seed = at.take().unwrap_or(seeds.start);
                            let text = std::mem::take(&mut wrong);
                            result.wrong = result.wrong.map(|_| text);
                            self.note(scenario, seed, &result)?;
                        }
                        Word::Other(line) => writeln!(io::stdout(), "{line}")?,
                    }
                    continue;
                }
                Err(RecvTimeoutError::Timeout) if heard.elapsed() < patience => continue,
                Err(RecvTimeoutError::Timeout) => {
                    format!("HANG: for {} s of real time it said nothing", patience.as_secs())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let status = child.wait()?;
                    if status.success() && next >= seeds.end && at.is_none() {
                        return Ok(next);
                    }
                    format!("DIED: its process ended with {status}")
                }
            };
            let seed = at.unwrap_or(next.min(seeds.end - 1));
            self.note(scenario, seed, &self.lost(scenario, seed, &what))?;
            return Ok(seed + 1);
        }
        Ok(next)
    }

    /// The result of a seed whose process was lost.
    fn lost(&self, scenario: usize, seed: u64, what: &str) -> Result {
        let name = self.chosen[scenario].name;
        let options = self.args.settings.setup(seed, true).options();
        let again = format!("pangea-sim --scenario {name} --seeds {seed}{options} --timeline");
        let text = format!("{name} seed {seed}: {what}\n  again: {again}\n");
        Result { wrong: Some(text), ..Result::default() }
    }

    fn note(&self, scenario: usize, seed: u64, result: &Result) -> io::Result<()> {
        let mut results = self.results();
        let of = &mut results[scenario];
        of.add(seed, result);
        if let Some(text) = &result.wrong {
            let mut out = io::stdout().lock();
            if of.bad.len() <= SHOWN {
                out.write_all(text.as_bytes())?;
            } else {
                writeln!(out, "{} seed {seed}: bad too", of.name)?;
            }
        }
        Ok(())
    }
}
