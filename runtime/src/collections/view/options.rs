//! [`ViewOptions`]: where a view lies, what it may take, and how it works.

use paging::Mechanism;

use super::View;
use crate::coherence::{MapOptions, Mapped, ViewSetting};
use crate::collections::release_array::ReleaseArray;
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::Element;

/// A view in the making; see [`ReleaseArray::view_options`].
#[must_use = "nothing is made before `open` is called"]
pub struct ViewOptions<T: Element, P: Primitives = System> {
    array: ReleaseArray<T, P>,
    map: MapOptions,
    alike: bool,
}

/// How many addresses are tried before the nodes give up to find one that is free in all.
const TRIES: u64 = 16;

/// Where addresses that are to be alike are looked for: in a part of the address space that neither programs nor the
/// kernel's own choices nor the shadow memory of sanitizers come to, on all machines of 47 bits or more.
const FIRST: u64 = 0x2000_0000_0000;
const PAST: u64 = 0x5000_0000_0000;

/// Whether a node has its view where all try it. The greatest counts.
const DONE: u64 = 0;
const TAKEN: u64 = 1;
const FAILED: u64 = 2;

impl<T: Element, P: Primitives> ViewOptions<T, P> {
    pub(in crate::collections) fn new(array: ReleaseArray<T, P>) -> ViewOptions<T, P> {
        let cache_bytes = array.inner().coherence.cache_bytes();
        let map = MapOptions { at: None, cache_bytes, mechanism: None, read_only: false };
        ViewOptions { array, map, alike: false }
    }

    /// The address of its first byte: a multiple of the page size.
    pub fn at(mut self, address: usize) -> Self {
        self.map.at = Some(address);
        self
    }

    /// At the same address in all nodes, so that pointers into it have the same meaning everywhere. Then
    /// [`ViewOptions::open`] is collective: one thread of each node calls it, and it waits for all.
    pub fn everywhere_alike(mut self) -> Self {
        self.alike = true;
        self
    }

    /// How many bytes copies of pages may take, twins of changed ones included; as much as the node's cache if not said
    /// (`--cache`, `PANGEA_CACHE`). Of no effect where the memory of the homes is mapped.
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.map.cache_bytes = bytes;
        self
    }

    /// How page faults are told to this process; if not said, as `PANGEA_VIEW` says, or what is best here.
    pub fn mechanism(mut self, mechanism: Mechanism) -> Self {
        self.map.mechanism = Some(mechanism);
        self
    }

    /// For reading alone: what would write fails with [`Error::ReadOnly`], and a stray write through a pointer ends the
    /// process by a signal, with a message.
    pub fn read_only(mut self) -> Self {
        self.map.read_only = true;
        self
    }

    /// Makes the view.
    ///
    /// # Errors
    /// When the array was released; when the address is taken or not a multiple of the page size; when there are no addresses or
    /// no memory, or the mechanism is not to be had; with [`ViewOptions::everywhere_alike`], when another node could not
    /// make its view, or died.
    pub fn open(mut self) -> Result<View<T, P>, Error> {
        if self.map.mechanism.is_none() {
            self.map.mechanism = ViewSetting::from_env()?.mechanism();
        }
        if self.alike { self.open_alike() } else { self.open_one() }
    }

    fn open_one(&self) -> Result<View<T, P>, Error> {
        let counted = self.array.count_view()?;
        let inner = self.array.inner();
        let clocks = inner.coherence.race_clocks()?;
        let mapped = Mapped::new(&inner.segment, &self.map, clocks.as_ref())?;
        Ok(View::new(mapped, self.map.read_only, counted))
    }

    /// Each node tries the same addresses in the same order, until one is free in all.
    fn open_alike(&mut self) -> Result<View<T, P>, Error> {
        let asked = self.map.at;
        let mut tried = self.first_tries();
        if let Some(at) = asked {
            tried = vec![at];
        }
        let mut last = None;
        for at in tried {
            self.map.at = Some(at);
            let view = self.open_one();
            let outcome = match &view {
                Ok(_) => DONE,
                Err(Error::Paging { source: paging::Error::Occupied { .. }, .. }) => TAKEN,
                Err(_) => FAILED,
            };
            match (self.worst(outcome)?, view) {
                (DONE, view) => return view,
                (TAKEN, view) => last = view.err().or(last),
                (_, Err(error)) if outcome == FAILED => return Err(error),
                _ => {
                    return Err(
                        self.bad("another node of the job could not make its own".to_owned())
                    );
                }
            }
        }
        let mend = "name one by `at`, or do without `everywhere_alike`";
        Err(last.filter(|_| asked.is_some()).unwrap_or_else(|| {
            self.bad(format!("no address was found that is free in all nodes: {mend}"))
        }))
    }

    /// The addresses that all nodes try, other ones for each array.
    fn first_tries(&self) -> Vec<usize> {
        let segment = &self.array.inner().segment;
        let bytes = segment.page_count() * segment.page_bytes() as u64;
        // Whole GiB, and one between neighbors.
        let stride = (bytes.div_ceil(1 << 30) + 1) << 30;
        let slots = ((PAST - FIRST) / stride).max(1);
        let slot = |attempt: u64| (segment.id().0 * TRIES + attempt) % slots;
        (0..TRIES).map(|attempt| (FIRST + slot(attempt) * stride) as usize).collect()
    }

    /// The worst outcome of all nodes.
    fn worst(&self, outcome: u64) -> Result<u64, Error> {
        let inner = self.array.inner();
        let mut value = outcome.to_le_bytes();
        let (endpoint, clock) = (inner.coherence.endpoint(), inner.coherence.clock());
        inner.sync.reduce(endpoint, clock, &mut value, |mine, theirs| {
            if theirs.iter().rev().gt(mine.iter().rev()) {
                mine.copy_from_slice(theirs);
            }
        })?;
        Ok(u64::from_le_bytes(value))
    }

    fn bad(&self, reason: String) -> Error {
        Error::BadView { name: self.array.name().to_owned(), reason }
    }
}
