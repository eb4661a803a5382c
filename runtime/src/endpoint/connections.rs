//! [`Connections`]: the queue pairs of one thread, found by rank in one step, and visited at the cost of
//! those that are open.

use verbs_shim::{QueuePair, RemoteAddr};

use crate::primitives::Primitives;

/// An open connection.
pub(super) struct Connection<P: Primitives> {
    pub(super) pair: QueuePair<P::Provider>,
    /// Where the peer's arena begins, as its NIC counts.
    pub(super) arena: RemoteAddr,
    /// The number by which the pair's other end knows it.
    pub(super) key: u64,
}

/// The open connections of one thread.
pub(super) struct Connections<P: Primitives> {
    /// By rank; a pointer each, because a job has many nodes and a thread talks to few of them.
    by_rank: Box<[Option<Box<Connection<P>>>]>,
    /// The ranks that are open.
    open: Vec<u32>,
}

impl<P: Primitives> Connections<P> {
    pub(super) fn new(size: u32) -> Connections<P> {
        Connections { by_rank: (0..size).map(|_| None).collect(), open: Vec::new() }
    }

    #[inline]
    pub(super) fn get(&self, rank: u32) -> Option<&Connection<P>> {
        self.by_rank.get(rank as usize)?.as_deref()
    }

    #[inline]
    pub(super) fn get_mut(&mut self, rank: u32) -> Option<&mut Connection<P>> {
        self.by_rank.get_mut(rank as usize)?.as_deref_mut()
    }

    /// Enters the connection to a rank that has none.
    pub(super) fn insert(&mut self, rank: u32, connection: Connection<P>) {
        let before = self.by_rank[rank as usize].replace(Box::new(connection));
        debug_assert!(before.is_none(), "rank {rank} has a connection");
        self.open.push(rank);
    }

    pub(super) fn remove(&mut self, rank: u32) -> Option<Connection<P>> {
        let connection = self.by_rank.get_mut(rank as usize)?.take()?;
        self.open.retain(|open| *open != rank);
        Some(*connection)
    }

    /// All, with their ranks.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Connection<P>)> {
        self.open.iter().filter_map(|&rank| Some((rank, self.get(rank)?)))
    }

    /// Calls `f` with each of them, until it fails.
    pub(super) fn try_for_each<E>(
        &mut self,
        mut f: impl FnMut(u32, &mut Connection<P>) -> Result<(), E>,
    ) -> Result<(), E> {
        for &rank in &self.open {
            if let Some(Some(connection)) = self.by_rank.get_mut(rank as usize) {
                f(rank, connection)?;
            }
        }
        Ok(())
    }

    /// Takes all out.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (u32, Connection<P>)> + '_ {
        let open = std::mem::take(&mut self.open);
        open.into_iter().filter_map(|rank| {
            let connection = self.by_rank.get_mut(rank as usize)?.take()?;
            Some((rank, *connection))
        })
    }
}
