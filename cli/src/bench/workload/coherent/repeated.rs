//! The same operation again and again: hits, strict reads, writes.

use std::hint::black_box;

use pangea::{Element, Model, ReadGuard, Shared};

use super::{GROUP, HOME, LARGE};
use crate::bench::bench::{Bench, Measured, Models, Setting, Takes, Who, Workload};
use crate::bench::error::Error;
use crate::bench::measure::Operation;
use crate::bench::report::Row;
use crate::bench::workload::cost::Cost;

/// Values that are used in turn, in an order that no prefetcher knows. What the cache knows of all of them fits a
/// processor's first cache.
const VALUES: usize = 64;

/// A copy is found current again this often, in seconds, for one READ.
const FRESH: f64 = 0.1;

/// A test.
#[derive(Debug)]
pub(crate) struct Repeated {
    name: &'static str,
    about: &'static str,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    HitInBatch,
    HitAlone,
    HitByGuard,
    StrictSmall,
    StrictLarge,
    Store,
    Update,
    CompareExchange,
}

/// All of them.
pub(crate) static REPEATED: [Repeated; 8] = [
    Repeated {
        name: "hit",
        about: "a cached value of 8 bytes, within a batch of reads",
        what: What::HitInBatch,
    },
    Repeated {
        name: "hit-alone",
        about: "a cached value of 8 bytes, by a read of its own",
        what: What::HitAlone,
    },
    Repeated {
        name: "hit-guard",
        about: "a cached value of 8 bytes, by a guard that keeps it as it is",
        what: What::HitByGuard,
    },
    Repeated { name: "strict", about: "a strict read of 8 bytes", what: What::StrictSmall },
    Repeated {
        name: "strict-large",
        about: "a strict read of 4000 bytes that have not changed",
        what: What::StrictLarge,
    },
    Repeated { name: "store", about: "a coherent write of 8 bytes", what: What::Store },
    Repeated {
        name: "update",
        about: "a coherent read-modify-write of 8 bytes",
        what: What::Update,
    },
    Repeated {
        name: "compare-exchange",
        about: "a coherent compare-exchange of 8 bytes, which finds what it expects",
        what: What::CompareExchange,
    },
];

impl What {
    fn cost(self) -> Cost {
        match self {
            What::HitInBatch | What::HitAlone | What::HitByGuard => Cost::NOTHING,
            What::StrictSmall | What::StrictLarge => Cost::READ,
            What::Store | What::Update | What::CompareExchange => Cost::WRITE,
        }
    }

    fn is_hit(self) -> bool {
        self.cost() == Cost::NOTHING
    }

    fn is_write(self) -> bool {
        self.cost() == Cost::WRITE
    }
}

impl Workload for Repeated {
    fn name(&self) -> &'static str {
        self.name
    }

    fn group(&self) -> &'static str {
        GROUP
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn takes(&self) -> Takes {
        let models = Models { usual: Model::Sequential, relaxed: false };
        Takes {
            threads: self.what.is_hit(),
            model: self.what.is_write().then_some(models),
            ..Takes::default()
        }
    }

    fn memory(&self, _: &Setting) -> u64 {
        (VALUES * 64 + 8192) as u64
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let name = bench.name("value");
        let model = match self.what {
            what if what.is_hit() => Model::Sequential,
            What::StrictSmall | What::StrictLarge => Model::Strict,
            _ => setting.model,
        };
        // Nobody else uses them.
        let measured = if self.what == What::StrictLarge {
            let values = values::<[u8; LARGE]>(bench, &name, model, 1)?;
            let measured = bench.latency(Who::First, setting, |_| {
                let value = values[0].clone();
                Ok(move |_| {
                    black_box(value.read()?[LARGE / 2]);
                    Ok(())
                })
            })?;
            release(values)?;
            measured
        } else {
            let count = if self.what.is_hit() { VALUES } else { 1 };
            let values = values::<u64>(bench, &name, model, count)?;
            let measured = self.of_words(bench, setting, &values)?;
            release(values)?;
            measured
        };
        let Some(measured) = measured else { return Ok(Vec::new()) };
        let copies =
            if self.what.is_hit() { VALUES as u64 * u64::from(setting.threads) } else { 0 };
        let extra = copies * (1 + (measured.seconds() / FRESH) as u64);
        let (operations, provider) = (measured.operations(), bench.node().provider());
        self.what.cost().check(self.name, measured.counts, operations, extra, provider)?;
        let mut row = bench.row(self, setting, &measured);
        row.verified = Some(true);
        Ok(vec![row])
    }
}

impl Repeated {
    fn of_words(
        &self,
        bench: &Bench<'_>,
        setting: &Setting,
        values: &[Shared<u64>],
    ) -> Result<Option<Measured>, Error> {
        let who = Who::First;
        let (node, one) = (bench.node(), || values[0].clone());
        match self.what {
            What::HitInBatch => bench.latency(who, setting, |_| {
                let batch = node.batch();
                Ok(Walk::new(values, move |value: &Shared<u64>| value.load_in(&batch)))
            }),
            What::HitAlone => bench.latency(who, setting, |_| {
                Ok(Walk::new(values, |value: &Shared<u64>| value.load()))
            }),
            What::HitByGuard => bench.latency(who, setting, |_| {
                Ok(Walk::new(values, |value: &Shared<u64>| {
                    value.read().map(|guard: ReadGuard<u64>| *guard)
                }))
            }),
            What::StrictSmall | What::StrictLarge => bench.latency(who, setting, |_| {
                let value = one();
                Ok(move |_| {
                    black_box(value.load()?);
                    Ok(())
                })
            }),
            What::Store => bench.latency(who, setting, |_| {
                let value = one();
                Ok(move |i| Ok(value.store(i)?))
            }),
            What::Update => bench.latency(who, setting, |_| {
                let value = one();
                Ok(move |_| Ok(value.update(|value| *value += 1)?))
            }),
            What::CompareExchange => bench.latency(who, setting, |_| {
                let value = one();
                let mut expected = value.load()?;
                Ok(move |_| match value.compare_exchange(expected, expected + 1)? {
                    Ok(_) => {
                        expected += 1;
                        Ok(())
                    }
                    Err(found) => {
                        Err(Error::wrong(format_args!("the value is {found} and not {expected}")))
                    }
                })
            }),
        }
    }
}

/// Reads one value after the other.
struct Walk<'a, F> {
    values: &'a [Shared<u64>],
    at: usize,
    read: F,
}

impl<'a, F> Walk<'a, F> {
    fn new(values: &'a [Shared<u64>], read: F) -> Walk<'a, F> {
        Walk { values, at: 0, read }
    }
}

impl<F: FnMut(&Shared<u64>) -> Result<u64, pangea::Error>> Operation for Walk<'_, F> {
    #[inline]
    fn call(&mut self, _: u64) -> Result<(), Error> {
        self.at = (self.at * 5 + 331) % VALUES;
        black_box((self.read)(&self.values[self.at])?);
        Ok(())
    }
}

/// Values at the home, which rank 0 has read.
fn values<T: Element>(
    bench: &Bench<'_>,
    name: &str,
    model: Model,
    count: usize,
) -> Result<Vec<Shared<T>>, Error> {
    let node = bench.node();
    if !node.is_leader() {
        return Ok(Vec::new());
    }
    let make = |number| {
        let value: Shared<T> =
            node.shared(&format!("{name} {number}")).model(model).on_node(HOME).create()?;
        value.read()?;
        Ok(value)
    };
    (0..count).map(make).collect()
}

fn release<T: Element>(values: Vec<Shared<T>>) -> Result<(), Error> {
    Ok(values.into_iter().try_for_each(Shared::release)?)
}
