//! A job of two nodes in this process. Both are used by the thread that measures; but an end, and whatever else is
//! collective, takes two threads.

use std::error::Error;

use pangea::cluster::{Coordinator, CoordinatorConfig, Rank};
use pangea::{Element, Node, ReleaseArray, View};
use verbs_shim::provider::Choice;

/// Bytes of a page.
pub(super) const PAGE: usize = 4096;

pub(super) struct Pair {
    /// The node to measure from.
    pub(super) node: Node,
    /// The node whose memory is the target.
    pub(super) target: Node,
    _coordinator: Coordinator,
}

impl Pair {
    /// Each node gives so much memory.
    pub(super) fn start(provider: Choice, memory: usize) -> Result<Pair, Box<dyn Error>> {
        let config = CoordinatorConfig::local(2, provider, memory as u64);
        let coordinator = Coordinator::start(&config)?;
        let job = coordinator.job().for_rank(Rank(1));
        let target = std::thread::spawn(move || pangea::join_at(&job));
        let node = pangea::join_at(&coordinator.job().for_rank(Rank(0)))?;
        let target = target.join().map_err(|_| "the target's thread has panicked")??;
        Ok(Pair { node, target, _coordinator: coordinator })
    }

    /// Zeros in the memory of one node, as both see them.
    pub(super) fn shared<T: Element>(
        &self,
        name: &str,
        len: usize,
        home: usize,
    ) -> Result<Shared<T>, Box<dyn Error>> {
        let of = |node: &Node| {
            let array = node.release_array(name).len(len).page_size(PAGE);
            array.on_node(home).create()
        };
        let (here, there) = (of(&self.node)?, of(&self.target)?);
        // Everything fits, so that nothing is evicted.
        let cache = 2 * len * size_of::<T>() + (16 << 20);
        let view = here.view_options().cache_bytes(cache).open()?;
        let theirs = there.view_options().cache_bytes(cache).open()?;
        Ok(Shared { view, theirs, _arrays: [here, there] })
    }

    /// Does the same on both nodes, each in a thread of its own; what the node to measure from has returned.
    pub(super) fn both<T: Send>(&self, work: impl Fn(&Node) -> T + Sync) -> T {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| work(&self.target));
            let result = work(&self.node);
            other.join().expect("the target's thread ends");
            result
        })
    }

    /// Ends the job. Everything else of it must be gone.
    pub(super) fn end(self) -> Result<(), Box<dyn Error>> {
        let target = self.target;
        let leaving = std::thread::spawn(move || drop(target));
        drop(self.node);
        leaving.join().map_err(|_| "the target's thread has panicked".into())
    }
}

/// Memory of one node.
pub(super) struct Shared<T: Element> {
    pub(super) view: View<T>,
    /// As the target sees it.
    pub(super) theirs: View<T>,
    _arrays: [ReleaseArray<T>; 2],
}

impl Shared<u64> {
    /// Lets the target write `value` at the start of each of these pages, and the other node know of it.
    pub(super) fn change(
        &mut self,
        pages: impl Iterator<Item = usize>,
        value: u64,
    ) -> Result<(), pangea::Error> {
        for page in pages {
            let word = page * PAGE / size_of::<u64>();
            self.theirs.write(word..word + 1)?[0] = value;
        }
        self.theirs.release()
    }

    pub(super) fn pages(&self) -> usize {
        self.view.len() * size_of::<u64>() / PAGE
    }
}
