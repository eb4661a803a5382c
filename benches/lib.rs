//! What the benchmarks share.

pub mod bare;
pub mod figures;
pub mod goals;
pub mod perftest;
pub mod process;

use std::thread::JoinHandle;

use pangea::Node;
use pangea::cluster::{Coordinator, CoordinatorConfig, Rank};

/// A job of two nodes in this process: one to measure from, and one whose memory is the target and
/// which does nothing, because one-sided operations need nothing of it.
pub struct Pair {
    /// The node to measure from, rank 0.
    pub node: Node,
    target: JoinHandle<()>,
    _coordinator: Coordinator,
}

impl Pair {
    /// Starts such a job.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(config: &CoordinatorConfig) -> Pair {
        let coordinator = Coordinator::start(config).expect("the coordinator starts");
        let job = coordinator.job().for_rank(Rank(1));
        // Leaving waits for the other node, so the target's memory stays as long as it is needed.
        let target = std::thread::spawn(move || drop(pangea::join_at(&job).expect("joins")));
        let node = pangea::join_at(&coordinator.job().for_rank(Rank(0))).expect("joins");
        Pair { node, target, _coordinator: coordinator }
    }

    /// Ends the job. Every other handle of its node must be gone.
    ///
    /// # Panics
    /// When the target has panicked.
    pub fn end(self) {
        drop(self.node);
        self.target.join().expect("the target leaves");
    }
}
