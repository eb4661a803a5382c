//! Runs tests of the benchmark as a small job, whose nodes are threads of this process.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use clap::Parser;
use pangea::Node;
use pangea::cluster::{Coordinator, CoordinatorConfig, Rank};
use pangea::primitives::System;
use verbs_shim::provider::{AnyProvider, Choice, Counted, VerbsOptions};

use crate::bench::bench::Bench;
use crate::bench::error::Error;
use crate::bench::report::{Fact, Row};
use crate::bench::settings::{Planned, Settings};
use crate::options::{Command, Options};

/// No job of these tests takes nearly as long.
const HANGS: Duration = Duration::from_secs(120);

/// What each node contributes.
const ARENA_BYTES: u64 = 16 << 20;

/// What `program` answers on rank 0 of a job of so many nodes with these options of `pangea bench`.
pub(crate) fn job<R: Send + 'static>(
    nodes: u32,
    options: &str,
    program: impl Fn(&Bench<'_>, &Settings) -> Result<R, Error> + Clone + Send + 'static,
) -> Result<R, String> {
    let line = format!("pangea bench {options}");
    let options = match Options::try_parse_from(line.split(' ')) {
        Ok(Options { command: Command::Bench(options) }) => options,
        Ok(other) => panic!("{other:?}"),
        Err(error) => return Err(error.to_string()),
    };
    let settings = options.settings();
    let config = CoordinatorConfig::local(nodes, Choice::Shm, ARENA_BYTES);
    let coordinator = Coordinator::<System>::start(&config).expect("starts");
    let (tell, told) = channel();
    for rank in 0..nodes {
        let job = coordinator.job().for_rank(Rank(rank));
        let (settings, program, tell) = (settings.clone(), program.clone(), tell.clone());
        thread::spawn(move || {
            let verbs = VerbsOptions::default();
            let open = |_: &_| {
                let provider = AnyProvider::open(Choice::Shm, &verbs);
                Ok::<_, pangea::Error>(Counted::new(provider.map_err(verbs_shim::Error::from)?))
            };
            let run = || {
                let node = Node::join_with(&job, open)?;
                let bench = Bench::new(&node, &verbs)?;
                program(&bench, &settings)
            };
            // The receiver is gone only if the test has failed already.
            let _ = tell.send((rank, run().map_err(|error| error.to_string())));
        });
    }
    drop(tell);
    let mut answer = Err("rank 0 is gone".to_owned());
    for _ in 0..nodes {
        match told.recv_timeout(HANGS).expect("a node hangs, or has panicked") {
            (0, of_leader) => answer = of_leader,
            (_, Ok(_)) => {}
            (rank, Err(error)) => return Err(format!("rank {rank}: {error}")),
        }
    }
    answer
}

/// The rows of the tests that these options name, of a job of so many nodes.
pub(crate) fn rows(nodes: u32, options: &str) -> Result<Vec<Row>, String> {
    job(nodes, options, |bench, settings| {
        let mut rows = Vec::new();
        let nodes = bench.node().size() as u32;
        for Planned { test, settings } in settings.plan(nodes).map_err(Error::wrong)? {
            for setting in settings {
                rows.extend(test.run(bench, &setting)?);
            }
        }
        // Nothing is left behind.
        bench.node().barrier()?;
        if bench.node().is_leader() {
            let left: Vec<_> = bench.node().catalog()?.into_iter().map(|it| it.name).collect();
            assert_eq!(left, ["bench bells"]);
        }
        bench.node().barrier()?;
        Ok(rows)
    })
}

/// A number among the parameters or the facts of a row.
#[track_caller]
pub(crate) fn number(row: &Row, name: &str) -> f64 {
    match row.parameters.get(name).or_else(|| row.facts.get(name)) {
        Some(Fact::Number(number)) => *number,
        other => panic!("{} has {other:?} as {name:?}", row.test),
    }
}

/// What every row has to have.
#[track_caller]
pub(crate) fn is_sane(row: &Row, nodes: u32) {
    assert_eq!(row.nodes, nodes, "{row:?}");
    assert!(row.operations > 0 && row.seconds > 0.0, "{row:?}");
    let rate = row.rate.expect("there is a rate");
    assert!(
        0.0 < rate.least && rate.least <= rate.median && rate.median <= rate.greatest,
        "{row:?}"
    );
    if let Some(latency) = &row.latency {
        assert!(latency.samples > 0 && latency.min <= latency.median, "{row:?}");
        assert!(latency.median <= latency.max, "{row:?}");
    }
    assert_eq!(row.verified, Some(true), "{row:?}");
}
