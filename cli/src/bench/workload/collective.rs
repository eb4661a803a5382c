//! What all nodes do together. An operation begins at a node when its last one has ended there.

use std::hint::black_box;

use crate::bench::bench::{Bench, Setting, Takes, Who, Workload};
use crate::bench::error::Error;
use crate::bench::report::Row;

/// What they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Barrier,
    Reduce,
    Broadcast,
}

/// A test of one of them.
pub(crate) struct CollectiveTest {
    name: &'static str,
    about: &'static str,
    act: Act,
}

/// All of them.
pub(crate) static TESTS: &[CollectiveTest] = &[
    CollectiveTest {
        name: "barrier",
        about: "latency of a barrier of all nodes",
        act: Act::Barrier,
    },
    CollectiveTest {
        name: "reduce",
        about: "latency of a reduction of 8 bytes that all nodes get",
        act: Act::Reduce,
    },
    CollectiveTest {
        name: "broadcast",
        about: "latency of a broadcast of 8 bytes from rank 0 (it ends when all have it)",
        act: Act::Broadcast,
    },
];

impl Workload for CollectiveTest {
    fn name(&self) -> &'static str {
        self.name
    }

    fn group(&self) -> &'static str {
        "collective"
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn takes(&self) -> Takes {
        Takes::default()
    }

    fn nodes(&self) -> u32 {
        1
    }

    fn memory(&self, _: &Setting) -> u64 {
        0
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let node = bench.node().clone();
        let measured = match self.act {
            Act::Barrier => bench.latency(Who::Together, setting, |_| {
                let node = node.clone();
                Ok(move |_| Ok(node.barrier()?))
            }),
            Act::Reduce => bench.latency(Who::Together, setting, |_| {
                let node = node.clone();
                Ok(move |i| {
                    black_box(node.reduce(i, u64::wrapping_add)?);
                    Ok(())
                })
            }),
            Act::Broadcast => bench.latency(Who::Together, setting, |_| {
                let node = node.clone();
                Ok(move |i| {
                    black_box(node.broadcast(0, i)?);
                    Ok(())
                })
            }),
        }?;
        // Every node has done the same operations, which count once.
        let measured = measured.map(|all| all.together(node.size()));
        Ok(bench.rows(self, setting, measured.as_ref()))
    }
}
