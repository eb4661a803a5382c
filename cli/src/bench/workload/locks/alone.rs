//! What nobody else uses.

use std::hint::black_box;

use super::{BYTES, GROUP, HOME};
use crate::bench::bench::{Bench, Setting, Takes, Who, Workload};
use crate::bench::error::Error;
use crate::bench::report::Row;
use crate::bench::workload::cost::Cost;

/// A test.
#[derive(Debug)]
pub(crate) struct Alone {
    name: &'static str,
    about: &'static str,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Mutex,
    ReadLock,
    WriteLock,
    Atomic,
    Semaphore,
}

/// All of them.
pub(crate) static ALONE: [Alone; 5] = [
    Alone {
        name: "mutex",
        about: "to lock and unlock a mutex that nobody else wants",
        what: What::Mutex,
    },
    Alone {
        name: "rwlock-read",
        about: "to read under a reader-writer lock that nobody else wants",
        what: What::ReadLock,
    },
    Alone {
        name: "rwlock-write",
        about: "to write under a reader-writer lock that nobody else wants",
        what: What::WriteLock,
    },
    Alone {
        name: "atomic-add",
        about: "fetch_add of an atomic that is part of the order of coherent operations",
        what: What::Atomic,
    },
    Alone {
        name: "semaphore",
        about: "to get a permit that is there, and give it back",
        what: What::Semaphore,
    },
];

impl What {
    fn cost(self) -> Cost {
        match self {
            What::Mutex => Cost::MUTEX,
            What::ReadLock => Cost::READ_LOCK,
            What::WriteLock => Cost::WRITE_LOCK,
            What::Atomic => Cost::ATOMIC,
            // Its state is a block that is written each time.
            What::Semaphore => Cost::WRITE + Cost::WRITE,
        }
    }
}

impl Workload for Alone {
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
        Takes::default()
    }

    fn memory(&self, _: &Setting) -> u64 {
        BYTES
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let (node, name, who) = (bench.node(), bench.name(self.name), Who::First);
        let measured = match self.what {
            What::Mutex => {
                let mutex = node.mutex::<u64>(&name).on_node(HOME).create()?;
                let measured = bench.latency(who, setting, |_| {
                    let mutex = mutex.clone();
                    Ok(move |i| {
                        let mut guard = mutex.lock().map_err(pangea::Error::from)?;
                        *guard = i;
                        Ok(guard.commit()?)
                    })
                })?;
                mutex.release()?;
                measured
            }
            What::ReadLock | What::WriteLock => {
                let (lock, reads) = (
                    node.rwlock::<u64>(&name).on_node(HOME).create()?,
                    self.what == What::ReadLock,
                );
                let measured = bench.latency(who, setting, |_| {
                    let lock = lock.clone();
                    Ok(move |i| {
                        if reads {
                            black_box(*lock.read().map_err(pangea::Error::from)?);
                            return Ok(());
                        }
                        let mut guard = lock.write().map_err(pangea::Error::from)?;
                        *guard = i;
                        Ok(guard.commit()?)
                    })
                })?;
                lock.release()?;
                measured
            }
            What::Atomic => {
                let atomic = node.atomic::<u64>(&name).on_node(HOME).create()?;
                let measured = bench.latency(who, setting, |_| {
                    let atomic = atomic.clone();
                    Ok(move |_| {
                        black_box(atomic.fetch_add(1)?);
                        Ok(())
                    })
                })?;
                atomic.release()?;
                measured
            }
            What::Semaphore => {
                let semaphore = node.semaphore(&name, 2).on_node(HOME).create()?;
                let measured = bench.latency(who, setting, |_| {
                    let semaphore = semaphore.clone();
                    Ok(move |_| Ok(semaphore.acquire()?.release()?))
                })?;
                semaphore.release()?;
                measured
            }
        };
        let Some(measured) = measured else { return Ok(Vec::new()) };
        let (operations, provider) = (measured.operations(), node.provider());
        self.what.cost().check(self.name, measured.counts, operations, 0, provider)?;
        let mut row = bench.row(self, setting, &measured);
        row.verified = Some(true);
        Ok(vec![row])
    }
}
