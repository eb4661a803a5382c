//! [`S3Fifo`]: which copies stay when there is no room for all. Pure: it knows keys, bytes and marks.
//!
//! S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache eviction", SOSP 2023).
//! Three queues, each in the order of coming:
//!
//! ```text
//!            known to the ghosts                   mark: to its new end, marked one less
//!  insert ───────────────────────▶ main ◀──────┐  ┌──▶──┐
//!    │                              │  oldest  │  │     │
//!    │ else                         └──────────┼──┴─────┴──▶ gone
//!    ▼                                         │
//!  small ── oldest: marked twice or more ──────┘
//!    └───── oldest: else ──▶ gone, but its key goes to the ghosts
//! ```
//!
//! *small* takes a tenth of the room, *main* the rest, and the *ghosts* are keys alone, which stand for as many
//! bytes as main may have, or for less if they would take too much room themselves. So what is used once, a scan, passes through small and leaves main as it is.
//!
//! A hit only marks (see `Copy::visit`), so queues change when something comes or goes, and only then.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The most that a mark counts to.
pub(super) const MOST_VISITS: u8 = 3;

/// Marks that take what is in small over to main.
const PROMOTING_VISITS: u8 = 2;

/// Bytes that one resident takes here.
pub(super) const NODE_BYTES: usize = 64;

/// Bytes that one ghost takes here.
pub(super) const GHOST_BYTES: usize = 96;

/// Ghosts take no more than this part of the room, however small the blocks are that they stand for.
const GHOST_PART: usize = 5;

/// So many may be given another chance before one has to go, whatever its marks say: a queue in which all are
/// marked is otherwise gone through as a whole while others wait.
pub(super) const CHANCES: usize = 256;

/// No node.
const NONE: u32 = u32::MAX;

/// How often residents were used. The marks are with the residents, where hits find them.
pub(super) trait Marks<K, R> {
    /// How often it was used since it came, up to [`MOST_VISITS`].
    fn visits(&self, key: &K, resident: &R) -> u8;
    /// Changes that.
    fn set_visits(&self, key: &K, resident: &R, visits: u8);
}

/// The bytes of *small* in a cache of so many.
pub(super) fn small_limit(budget: usize) -> usize {
    budget / 10
}

/// The most ghosts in a cache of so many bytes.
pub(super) fn most_ghosts(budget: usize) -> usize {
    budget / GHOST_PART / GHOST_BYTES
}

/// The queues. `K` is what a resident is known by, also after it is gone; `R` is what stands for it.
pub(super) struct S3Fifo<K, R> {
    nodes: Vec<Node<K, R>>,
    free: Vec<u32>,
    queues: [Queue; 3],
    ghosts: BTreeMap<K, u32>,
    small_limit: usize,
    main_limit: usize,
    most_ghosts: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Small,
    Main,
    Ghosts,
}

struct Node<K, R> {
    key: K,
    /// `None` for ghosts, and where there is nothing.
    resident: Option<R>,
    bytes: usize,
    queue: Name,
    newer: u32,
    older: u32,
}

#[derive(Clone, Copy)]
struct Queue {
    newest: u32,
    oldest: u32,
    bytes: usize,
}

impl<K: Ord + Copy, R> S3Fifo<K, R> {
    /// Queues for so many bytes. How full they get is up to the caller, who calls [`S3Fifo::evict`].
    pub(super) fn new(budget: usize) -> S3Fifo<K, R> {
        let small_limit = small_limit(budget);
        S3Fifo {
            nodes: Vec::new(),
            free: Vec::new(),
            queues: [Queue { newest: NONE, oldest: NONE, bytes: 0 }; 3],
            ghosts: BTreeMap::new(),
            small_limit,
            main_limit: budget - small_limit,
            most_ghosts: most_ghosts(budget),
        }
    }

    /// Bytes of all residents, and of what is remembered of ghosts.
    pub(super) fn used(&self) -> usize {
        self.bytes(Name::Small) + self.bytes(Name::Main) + self.ghosts.len() * GHOST_BYTES
    }

    fn bytes(&self, queue: Name) -> usize {
        self.queues[queue as usize].bytes
    }

    /// Lets a resident in that is not there. The answer is the number by which it is removed.
    pub(super) fn insert(&mut self, key: K, resident: R, bytes: usize) -> u32 {
        let queue = match self.ghosts.get(&key) {
            Some(&ghost) => {
                self.drop_ghost(ghost);
                Name::Main
            }
            None => Name::Small,
        };
        let content =
            Node { key, resident: Some(resident), bytes, queue, newer: NONE, older: NONE };
        let node = match self.free.pop() {
            Some(node) => {
                self.nodes[node as usize] = content;
                node
            }
            None => {
                self.nodes.push(content);
                (self.nodes.len() - 1) as u32
            }
        };
        self.link(node, queue);
        node
    }

    /// Removes a resident, without a trace. `None` if there is none of this number.
    pub(super) fn remove(&mut self, node: u32) -> Option<R> {
        let resident = self.nodes.get_mut(node as usize)?.resident.take()?;
        self.unlink(node);
        self.free.push(node);
        Some(resident)
    }

    /// Removes the resident that is needed least. `None` if there is none.
    pub(super) fn evict(&mut self, marks: &impl Marks<K, R>) -> Option<(K, R)> {
        if self.bytes(Name::Small) < self.small_limit
            && let Some(gone) = self.evict_main(marks)
        {
            return Some(gone);
        }
        // What is in small may all go over to main.
        self.evict_small(marks).or_else(|| self.evict_main(marks))
    }

    /// Forgets the oldest ghost; false if there is none.
    pub(super) fn forget_ghost(&mut self) -> bool {
        let oldest = self.oldest(Name::Ghosts);
        if let Some(ghost) = oldest {
            self.drop_ghost(ghost);
        }
        oldest.is_some()
    }

    /// Forgets the ghosts of these keys.
    pub(super) fn forget_ghosts(&mut self, keys: RangeInclusive<K>) {
        let ghosts: Vec<u32> = self.ghosts.range(keys).map(|(_, ghost)| *ghost).collect();
        for ghost in ghosts {
            self.drop_ghost(ghost);
        }
    }

    fn evict_small(&mut self, marks: &impl Marks<K, R>) -> Option<(K, R)> {
        for chance in 0..=CHANCES {
            let oldest = self.oldest(Name::Small)?;
            if chance == CHANCES || self.visits(oldest, marks) < PROMOTING_VISITS {
                return self.make_ghost(oldest);
            }
            self.unlink(oldest);
            self.link(oldest, Name::Main);
            if self.bytes(Name::Main) > self.main_limit {
                return self.evict_main(marks);
            }
        }
        None
    }

    fn evict_main(&mut self, marks: &impl Marks<K, R>) -> Option<(K, R)> {
        for chance in 0..=CHANCES {
            let oldest = self.oldest(Name::Main)?;
            let visits = self.visits(oldest, marks);
            if chance == CHANCES || visits == 0 {
                let key = self.nodes[oldest as usize].key;
                return self.remove(oldest).map(|resident| (key, resident));
            }
            let node = &self.nodes[oldest as usize];
            if let Some(resident) = &node.resident {
                marks.set_visits(&node.key, resident, visits - 1);
            }
            self.unlink(oldest);
            self.link(oldest, Name::Main);
        }
        None
    }

    fn visits(&self, node: u32, marks: &impl Marks<K, R>) -> u8 {
        let node = &self.nodes[node as usize];
        node.resident.as_ref().map_or(0, |resident| marks.visits(&node.key, resident))
    }

    /// Takes the resident out of a node in small, and remembers its key.
    fn make_ghost(&mut self, node: u32) -> Option<(K, R)> {
        let Node { key, resident, .. } = &mut self.nodes[node as usize];
        let (key, resident) = (*key, resident.take()?);
        self.unlink(node);
        self.link(node, Name::Ghosts);
        self.ghosts.insert(key, node);
        while self.has_too_many_ghosts() && self.forget_ghost() {}
        Some((key, resident))
    }

    fn has_too_many_ghosts(&self) -> bool {
        self.bytes(Name::Ghosts) > self.main_limit || self.ghosts.len() > self.most_ghosts
    }

    fn drop_ghost(&mut self, ghost: u32) {
        self.ghosts.remove(&self.nodes[ghost as usize].key);
        self.unlink(ghost);
        self.free.push(ghost);
    }

    fn oldest(&self, queue: Name) -> Option<u32> {
        Some(self.queues[queue as usize].oldest).filter(|node| *node != NONE)
    }

    /// Puts a node that is in no queue at the new end of one.
    fn link(&mut self, node: u32, queue: Name) {
        let Queue { newest, .. } = self.queues[queue as usize];
        let content = &mut self.nodes[node as usize];
        (content.queue, content.newer, content.older) = (queue, NONE, newest);
        let bytes = content.bytes;
        match newest {
            NONE => self.queues[queue as usize].oldest = node,
            newest => self.nodes[newest as usize].newer = node,
        }
        self.queues[queue as usize].newest = node;
        self.queues[queue as usize].bytes += bytes;
    }

    /// Takes a node out of its queue.
    fn unlink(&mut self, node: u32) {
        let Node { queue, newer, older, bytes, .. } = self.nodes[node as usize];
        match newer {
            NONE => self.queues[queue as usize].newest = older,
            newer => self.nodes[newer as usize].older = older,
        }
        match older {
            NONE => self.queues[queue as usize].oldest = newer,
            older => self.nodes[older as usize].newer = newer,
        }
        self.queues[queue as usize].bytes -= bytes;
    }

    /// The keys in a queue and their bytes, the oldest first.
    #[cfg(test)]
    pub(super) fn keys(&self, queue: Name) -> Vec<(K, usize)> {
        let mut keys = Vec::new();
        let mut at = self.queues[queue as usize].oldest;
        while at != NONE {
            let node = &self.nodes[at as usize];
            keys.push((node.key, node.bytes));
            at = node.newer;
        }
        keys
    }
}
