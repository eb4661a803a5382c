//! Jobs whose nodes are threads of the test process, on the provider that `PANGEA_TEST_PROVIDER` names
//! (`shm` if it names none). Inside the soft-RoCE machine the same tests run on `verbs`.

#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use pangea::Node;
use pangea::cluster::{Coordinator, CoordinatorConfig, Rank};
use pangea::primitives::System;
use verbs_shim::provider::Choice;

/// No job of these tests takes nearly as long, also under emulation.
const LIMIT: Duration = Duration::from_secs(120);

pub(crate) fn provider() -> Choice {
    match std::env::var("PANGEA_TEST_PROVIDER") {
        Ok(name) => name.parse().expect("PANGEA_TEST_PROVIDER"),
        Err(_) => Choice::Shm,
    }
}

/// Runs `program` as every node of a job of `size`, with arenas of `arena` bytes, and returns what
/// each said, by rank.
pub(crate) fn job_with<R: Send + 'static>(
    size: u32,
    arena: u64,
    program: impl Fn(Node) -> R + Send + Sync + Clone + 'static,
) -> Vec<R> {
    let coordinator =
        Coordinator::<System>::start(&CoordinatorConfig::local(size, provider(), arena))
            .expect("starts");
    let (tell, told) = mpsc::channel();
    let nodes: Vec<_> = (0..size)
        .map(|rank| {
            let job = coordinator.job().for_rank(Rank(rank));
            let (program, tell) = (program.clone(), tell.clone());
            thread::spawn(move || {
                let result = program(pangea::join_at(&job).expect("joins"));
                // The receiver is gone only if the test has failed already.
                let _ = tell.send(rank);
                result
            })
        })
        .collect();
    drop(tell);
    for _ in 0..size {
        match told.recv_timeout(LIMIT) {
            Ok(_) | Err(mpsc::RecvTimeoutError::Disconnected) => {}
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("the job hangs"),
        }
    }
    nodes
        .into_iter()
        .map(|node| node.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        .collect()
}

pub(crate) fn job<R: Send + 'static>(
    size: u32,
    program: impl Fn(Node) -> R + Send + Sync + Clone + 'static,
) -> Vec<R> {
    job_with(size, 4 << 20, program)
}
