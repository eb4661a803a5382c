//! [`Peers`]: the arenas of all nodes. What they have shown is kept packed, and only those that are used
//! are made reachable.

use std::collections::BTreeMap;

use verbs_shim::{Error, Fabric, RemoteRegion};

use crate::cluster::{Arenas, Rank};
use crate::primitives::{Mutex, Primitives};

/// The arenas of a job's nodes. Threads ask once for each peer, when they open a connection.
pub(super) struct Peers<P: Primitives> {
    arenas: Arenas,
    /// Kept as long as the endpoint: they hold what the provider needs to reach them.
    imported: Mutex<BTreeMap<u32, RemoteRegion>, P>,
}

impl<P: Primitives> Peers<P> {
    pub(super) fn new(arenas: Arenas) -> Peers<P> {
        Peers { arenas, imported: Mutex::new(BTreeMap::new()) }
    }

    /// The arena of `rank`, made reachable on first use.
    pub(super) fn region(
        &self,
        fabric: &Fabric<P::Provider>,
        rank: u32,
    ) -> Result<RemoteRegion, Error> {
        let mut imported = self.imported.lock();
        if let Some(region) = imported.get(&rank) {
            return Ok(region.clone());
        }
        // A rank that does not exist has no card, which the provider refuses.
        let card = self.arenas.card(Rank(rank)).unwrap_or_default();
        let region = fabric.import(&card)?;
        imported.insert(rank, region.clone());
        Ok(region)
    }
}
