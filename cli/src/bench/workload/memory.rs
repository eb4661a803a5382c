//! Making shared memory, giving it back, and finding it. These are requests to the coordinator, not to the NIC.

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use pangea::cluster::Rank;
use pangea::{Array, Distribution};

use crate::bench::bench::{Bench, Hand, Setting, Sizes, Stage, Takes, Who, Workload};
use crate::bench::error::Error;
use crate::bench::measure::{Kind, Latencies, Plan, Sample, Timer, measure};
use crate::bench::report::Row;
use crate::bench::settings::Length;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Create,
    Attach,
    FirstGet,
}

/// A test of one of them.
pub(crate) struct MemoryTest {
    name: &'static str,
    about: &'static str,
    act: Act,
}

/// All of them.
pub(crate) static TESTS: &[MemoryTest] = &[
    MemoryTest {
        name: "create",
        about: "latency of creating an array on another node and releasing it",
        act: Act::Create,
    },
    MemoryTest {
        name: "attach",
        about: "latency of attaching to an array and releasing it",
        act: Act::Attach,
    },
    MemoryTest {
        name: "first-get",
        about: "latency of the first get of a new thread, which connects to the home",
        act: Act::FirstGet,
    },
];

impl Workload for MemoryTest {
    fn name(&self) -> &'static str {
        self.name
    }

    fn group(&self) -> &'static str {
        "memory"
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn takes(&self) -> Takes {
        let sizes = Sizes { usual: 4096, least: 8, most: 1 << 30 };
        let size = (self.act == Act::Create).then_some(sizes);
        Takes { size, threads: true, own_warmup: self.act == Act::FirstGet, ..Takes::default() }
    }

    fn memory(&self, setting: &Setting) -> u64 {
        // What is freed is there again when its home has cleared it, which others need not wait for.
        4 * u64::from(setting.threads) * setting.size.max(64)
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let (node, name) = (bench.node().clone(), bench.name("made"));
        let on_the_other = Distribution::OnNode(Rank(1));
        let measured = match self.act {
            Act::Create => bench.latency(Who::First, setting, |hand| {
                let (node, name) = (node.clone(), format!("{name} {}", hand.thread));
                let bytes = setting.bytes();
                Ok(move |_| {
                    let builder = node.array::<u8>(&name).len(bytes).distribution(on_the_other);
                    Ok(builder.create()?.release()?)
                })
            })?,
            Act::Attach => {
                let target = bench.array::<u64>("target", 1, on_the_other)?;
                let measured = bench.latency(Who::First, setting, |_| {
                    let (node, name) = (node.clone(), target.name().to_owned());
                    Ok(move |_| Ok(node.array::<u64>(&name).attach()?.release()?))
                })?;
                target.release()?;
                measured
            }
            Act::FirstGet => {
                let target = bench.array::<u64>("target", 1, on_the_other)?;
                let timer = bench.timer();
                let work = |_: Hand, stage: &Stage<'_>| {
                    stage.begin()?;
                    let sample = first_gets(timer, setting.length, &target)?;
                    stage.end()?;
                    Ok(sample)
                };
                let measured = bench.sample(Who::First, setting, work, |_, bell| bell.wait())?;
                target.release()?;
                measured
            }
        };
        let mut rows = bench.rows(self, setting, measured.as_ref());
        if self.act == Act::FirstGet {
            // How many threads can be started is another question.
            rows.iter_mut().for_each(|row| row.rate = None);
        }
        Ok(rows)
    }
}

/// First gets, each by a thread of its own. Starting the thread does not count.
fn first_gets(timer: Timer, length: Length, target: &Array<u64>) -> Result<Sample, Error> {
    let first_get = || {
        let start = Instant::now();
        black_box(target.get(0)?);
        Ok::<_, Error>(start.elapsed())
    };
    let mut latencies = Latencies::new(1);
    let mut operation = |_| {
        let told = thread::scope(|scope| scope.spawn(first_get).join());
        let time = told.unwrap_or_else(|_| Err(Error::wrong("a thread has panicked")))?;
        latencies.record(time.as_nanos() as u64, timer);
        Ok(())
    };
    // A thread takes far longer than the clock, so each is looked at alone.
    let kind = Kind::Rate { per_call: 1 };
    let plan = Plan::new(length, kind, f64::MAX, timer);
    let mut sample = measure(&mut operation, kind, plan, 0, timer)?;
    sample.latencies = Some(latencies);
    Ok(sample)
}
