//! [`Connections`]: the queue pairs of one thread, found by rank in one step, and visited at the cost of
//! those that are open.

use verbs_shim::{QueuePair, RemoteAddr, Window};

use crate::primitives::Primitives;

/// An open connection.
pub(super) struct Connection<P: Primitives> {
    pub(super) pair: QueuePair<P::Provider>,
    /// The arena, where it is reached in place.
    pub(super) window: Option<Window<P::Provider>>,
    /// Where the peer's arena begins, as its NIC counts.
    pub(super) arena: RemoteAddr,
    /// The number by which the pair's other end knows it.
    pub(super) key: u64,
    /// Work that nobody waited for failed on an earlier pair, and that has not been told yet.
    pub(super) owes: bool,
}

impl<P: Primitives> Connection<P> {
    /// Whether it is not in error state, as far as is known.
    #[inline]
    pub(super) fn is_good(&self) -> bool {
        self.pair.error().is_none()
    }
}

/// The open connections of one thread.
pub(super) struct Connections<P: Primitives> {
    table: Table<P>,
    /// The ranks that are open.
    open: Vec<u32>,
}

/// By rank. A connection is large, and a thread talks to few of the nodes of a large job: there each
/// has a pointer only. In a small job it lies in the table itself, because the path of a step that is executed in
/// place is so short that one more load shows.
enum Table<P: Primitives> {
    Direct(Box<[Option<Connection<P>>]>),
    Boxed(Box<[Option<Box<Connection<P>>>]>),
}

/// Nodes of a small job, at most.
const SMALL: u32 = 64;

impl<P: Primitives> Table<P> {
    #[inline]
    fn get(&self, rank: u32) -> Option<&Connection<P>> {
        match self {
            Table::Direct(table) => table.get(rank as usize)?.as_ref(),
            Table::Boxed(table) => table.get(rank as usize)?.as_deref(),
        }
    }

    #[inline]
    fn get_mut(&mut self, rank: u32) -> Option<&mut Connection<P>> {
        match self {
            Table::Direct(table) => table.get_mut(rank as usize)?.as_mut(),
            Table::Boxed(table) => table.get_mut(rank as usize)?.as_deref_mut(),
        }
    }

    fn insert(&mut self, rank: u32, connection: Connection<P>) {
        match self {
            Table::Direct(table) => table[rank as usize] = Some(connection),
            Table::Boxed(table) => table[rank as usize] = Some(Box::new(connection)),
        }
    }

    fn remove(&mut self, rank: u32) -> Option<Connection<P>> {
        match self {
            Table::Direct(table) => table.get_mut(rank as usize)?.take(),
            Table::Boxed(table) => table.get_mut(rank as usize)?.take().map(|boxed| *boxed),
        }
    }
}

impl<P: Primitives> Connections<P> {
    pub(super) fn new(size: u32) -> Connections<P> {
        let table = if size <= SMALL {
            Table::Direct((0..size).map(|_| None).collect())
        } else {
            Table::Boxed((0..size).map(|_| None).collect())
        };
        Connections { table, open: Vec::new() }
    }

    /// How many ranks there are.
    pub(super) fn ranks(&self) -> u32 {
        match &self.table {
            Table::Direct(table) => table.len() as u32,
            Table::Boxed(table) => table.len() as u32,
        }
    }

    #[inline]
    pub(super) fn get(&self, rank: u32) -> Option<&Connection<P>> {
        self.table.get(rank)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, rank: u32) -> Option<&mut Connection<P>> {
        self.table.get_mut(rank)
    }

    /// Enters the connection to a rank that has none.
    pub(super) fn insert(&mut self, rank: u32, connection: Connection<P>) {
        debug_assert!(self.get(rank).is_none(), "rank {rank} has a connection");
        self.table.insert(rank, connection);
        self.open.push(rank);
    }

    pub(super) fn remove(&mut self, rank: u32) -> Option<Connection<P>> {
        let connection = self.table.remove(rank)?;
        self.open.retain(|open| *open != rank);
        Some(connection)
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
            if let Some(connection) = self.table.get_mut(rank) {
                f(rank, connection)?;
            }
        }
        Ok(())
    }

    /// Calls `f` with each of them.
    pub(super) fn for_each(&mut self, mut f: impl FnMut(u32, &mut Connection<P>)) {
        for &rank in &self.open {
            if let Some(connection) = self.table.get_mut(rank) {
                f(rank, connection);
            }
        }
    }

    /// Takes all out.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (u32, Connection<P>)> + '_ {
        let open = std::mem::take(&mut self.open);
        open.into_iter().filter_map(|rank| Some((rank, self.table.remove(rank)?)))
    }
}
