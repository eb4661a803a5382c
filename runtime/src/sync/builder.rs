//! [`ObjectBuilder`]: where a synchronization object is to be, and how it is created or attached to.

use std::fmt;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::cluster::{ClusterError, Distribution, Model, Rank, Refusal};
use crate::coherence::protocol::{Layout, MAX_BLOCK};
use crate::coherence::{Blocks, Coherence};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::{BlockWish, Element, Segment, UnitWish, Wish};

/// A synchronization object in the making: a [`Mutex`](crate::Mutex), [`RwLock`](crate::RwLock),
/// [`Atomic`](crate::Atomic), [`Semaphore`](crate::Semaphore) or [`Once`](crate::Once).
#[must_use = "nothing is made before `create` is called"]
pub struct ObjectBuilder<O, P: Primitives = System> {
    coherence: Arc<Coherence<P>>,
    name: String,
    on_node: Option<usize>,
    plan: Result<(Plan, Make<O, P>), Error>,
}

/// Makes an object of its segment.
type Make<O, P> = Box<dyn FnOnce(&Arc<Coherence<P>>, Segment<P>) -> Result<O, Error>>;

/// What the segment of an object is to be: one element.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// What it is, without the type of its data: `Mutex`.
    kind: String,
    /// The type of its data.
    element: Option<String>,
    element_bytes: u32,
    element_align: u32,
    /// Bytes of its block, if it has one.
    block_bytes: Option<u32>,
}

impl Plan {
    /// One element, side by side with nothing.
    pub(super) fn bare(kind: &str, element: &str, bytes: u32) -> Plan {
        let (kind, element) = (kind.to_owned(), Some(element.to_owned()));
        Plan { kind, element, element_bytes: bytes, element_align: bytes, block_bytes: None }
    }

    /// A block of `data` bytes of data that need no name, with `tail` bytes behind.
    pub(super) fn block(kind: String, data: usize, tail: usize) -> Option<(Plan, Layout)> {
        let layout = Layout::for_data(data, tail)?;
        let plan = Plan {
            kind,
            element: None,
            element_bytes: data as u32,
            element_align: 1,
            block_bytes: Some(layout.bytes as u32),
        };
        Some((plan, layout))
    }

    /// A block with a `T` in it, and `tail` bytes behind.
    pub(super) fn block_of<T: Element>(kind: &str, tail: usize) -> Result<(Plan, Layout), Error> {
        let type_name = std::any::type_name::<T>();
        let bad = |reason| Error::BadElement { type_name, reason };
        if size_of::<T>() == 0 {
            return Err(bad("it has no bytes"));
        }
        let planned = Plan::block(kind.to_owned(), size_of::<T>(), tail);
        let (plan, layout) = planned.ok_or_else(|| bad("it does not fit a block of 1 MiB"))?;
        Ok((Plan { element: Some(type_name.to_owned()), ..plan }, layout))
    }

    /// A block with a value of so many bytes in it, and `tail` bytes behind. Its type is named as that of an array of bytes.
    pub(super) fn block_of_bytes(
        kind: &str,
        bytes: usize,
        tail: usize,
    ) -> Result<(Plan, Layout), Error> {
        let bad = |reason| Error::BadElement { type_name: "bytes", reason };
        if bytes == 0 {
            return Err(bad("there are none"));
        }
        // No sum of this and what else is in a block overflows.
        let planned = Some(bytes)
            .filter(|bytes| *bytes <= MAX_BLOCK)
            .and_then(|bytes| Plan::block(kind.to_owned(), bytes, tail));
        let (plan, layout) = planned.ok_or_else(|| bad("they do not fit a block of 1 MiB"))?;
        Ok((Plan { element: Some(format!("[u8; {bytes}]")), ..plan }, layout))
    }

    fn type_name(&self) -> String {
        match &self.element {
            None => self.kind.clone(),
            Some(element) => format!("{}<{element}>", self.kind),
        }
    }
}

impl<O, P: Primitives> ObjectBuilder<O, P> {
    /// Of an object that is one block.
    pub(super) fn of_block(
        coherence: &Arc<Coherence<P>>,
        name: &str,
        plan: Result<(Plan, Layout), Error>,
        make: impl FnOnce(Blocks<P>) -> Result<O, Error> + 'static,
    ) -> ObjectBuilder<O, P> {
        let plan = plan.map(|(plan, layout)| {
            let make: Make<O, P> =
                Box::new(move |coherence, segment| make(Blocks::new(coherence, segment, layout)));
            (plan, make)
        });
        ObjectBuilder {
            coherence: Arc::clone(coherence),
            name: name.to_owned(),
            on_node: None,
            plan,
        }
    }

    /// Of an object that is no block.
    pub(super) fn of_bare(
        coherence: &Arc<Coherence<P>>,
        name: &str,
        plan: Plan,
        make: impl FnOnce(&Arc<Coherence<P>>, Segment<P>) -> Result<O, Error> + 'static,
    ) -> ObjectBuilder<O, P> {
        let make: Make<O, P> = Box::new(make);
        ObjectBuilder {
            coherence: Arc::clone(coherence),
            name: name.to_owned(),
            on_node: None,
            plan: Ok((plan, make)),
        }
    }

    /// Its home. Without this the name decides, so that many objects are spread over the nodes.
    pub fn on_node(mut self, rank: usize) -> Self {
        self.on_node = Some(rank);
        self
    }

    /// The name by which the type of its data is compared between programs, in place of the one that the
    /// compiler gives it. Two programs that each define the same type agree on a name here.
    pub fn type_name(mut self, name: &str) -> Self {
        if let Ok((Plan { element: Some(element), .. }, _)) = &mut self.plan {
            name.clone_into(element);
        }
        self
    }

    /// Creates the object, its data all zero, or attaches to the one of that name. Not collective: each node
    /// calls it when it needs the object, and whoever comes first creates it. Control plane: a message to the
    /// coordinator and back.
    ///
    /// # Errors
    /// When something of that name exists that is not the same, when its home died, or has no room; what is
    /// wrong with the type.
    pub fn create(self) -> Result<O, Error> {
        let ObjectBuilder { coherence, name, on_node, plan } = self;
        let (plan, make) = plan?;
        let endpoint = coherence.endpoint();
        let create = |home: u32| {
            let wish = Wish {
                name: name.clone(),
                type_name: plan.type_name(),
                element_bytes: plan.element_bytes,
                element_align: plan.element_align,
                len: 1,
                distribution: Distribution::OnNode(Rank(home)),
                model: Model::Strict,
                unit: plan.block_bytes.map_or(UnitWish::Element, |bytes| {
                    UnitWish::Block(BlockWish { bytes, per_block: 1 })
                }),
            };
            Segment::create_or_attach(endpoint, wish)
        };
        let size = endpoint.size();
        let segment = match on_node {
            // A rank that does not fit names no node, which the catalog says.
            Some(rank) => create(u32::try_from(rank).unwrap_or(u32::MAX))?,
            None => on_a_living_node(home_of(&name, size), size, create)?,
        };
        make(&coherence, segment)
    }
}

/// The home that a name chooses.
fn home_of(name: &str, size: u32) -> u32 {
    (xxh3_64(name.as_bytes()) % u64::from(size.max(1))) as u32
}

/// Creates at `first`, or at the next node that lives. It is the coordinator that says who is dead, and it
/// says the same to all: so all come to the same node, but for an object whose home died after it was made.
fn on_a_living_node<S>(
    first: u32,
    size: u32,
    mut create: impl FnMut(u32) -> Result<S, Error>,
) -> Result<S, Error> {
    let mut died = None;
    for step in 0..size {
        let home = ((u64::from(first) + u64::from(step)) % u64::from(size)) as u32;
        match (create(home), died.take()) {
            (Ok(segment), _) => return Ok(segment),
            (Err(error), first_death) if is_death_of(&error, home) => {
                died = Some(first_death.unwrap_or(error));
            }
            // The object is there, and its home is dead.
            (Err(Error::Cluster(ClusterError::Refused(Refusal::Mismatch { .. }))), Some(death)) => {
                return Err(death);
            }
            (Err(error), _) => return Err(error),
        }
    }
    let reason = "there is no node to put it on".to_owned();
    Err(died.unwrap_or(Error::Cluster(ClusterError::Protocol(reason))))
}

fn is_death_of(error: &Error, home: u32) -> bool {
    matches!(error, Error::Cluster(ClusterError::NodeDied { rank: Rank(rank), .. }) if *rank == home)
}

impl<O, P: Primitives> fmt::Debug for ObjectBuilder<O, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.plan.as_ref().map(|(plan, _)| plan);
        f.debug_struct("ObjectBuilder").field("name", &self.name).field("plan", &plan).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn death(rank: u32) -> Error {
        ClusterError::NodeDied { rank: Rank(rank), reason: "killed".to_owned() }.into()
    }

    fn mismatch() -> Error {
        let text = String::new;
        let refusal = Refusal::Mismatch { name: text(), existing: text(), asked: text() };
        ClusterError::Refused(refusal).into()
    }

    #[test]
    fn names_spread_over_the_nodes_and_each_always_goes_to_the_same() {
        let mut count = [0; 4];
        for number in 0..400 {
            let name = format!("lock {number}");
            assert_eq!(home_of(&name, 4), home_of(&name, 4));
            count[home_of(&name, 4) as usize] += 1;
        }
        assert!(count.iter().all(|count| *count > 50), "{count:?}");
    }

    #[test]
    fn the_dead_are_passed_over() {
        let mut tried = Vec::new();
        let created = on_a_living_node(2, 4, |home| {
            tried.push(home);
            if home == 1 { Ok(home) } else { Err(death(home)) }
        });
        assert_eq!((created.unwrap(), tried), (1, vec![2, 3, 0, 1]));
        let nowhere = on_a_living_node(1, 3, |home| Err::<(), _>(death(home)));
        assert!(is_death_of(&nowhere.unwrap_err(), 1), "the node that the name chose is named");
    }

    #[test]
    fn an_object_that_died_with_its_home_is_not_made_again() {
        let lost = |home| Err::<(), _>(if home == 2 { death(2) } else { mismatch() });
        assert!(is_death_of(&on_a_living_node(2, 4, lost).unwrap_err(), 2));
        // Another's object of that name is.
        let other = on_a_living_node(0, 4, |_| Err::<(), _>(mismatch())).unwrap_err();
        assert!(matches!(other, Error::Cluster(ClusterError::Refused(_))), "{other}");
    }
}
