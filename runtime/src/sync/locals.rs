//! [`Locals`]: what all handles of an object share within a node: who of its threads has a lock, say.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use crate::cluster::SegmentId;
use crate::primitives::{Mutex, Primitives};

/// By segment, for as long as there is a handle.
pub(crate) struct Locals<P> {
    entries: Mutex<BTreeMap<SegmentId, Weak<Local>>, P>,
}

type Local = dyn Any + Send + Sync;

impl<P: Primitives> Locals<P> {
    pub(super) fn new() -> Locals<P> {
        Locals { entries: Mutex::new(BTreeMap::new()) }
    }

    /// What belongs to a segment, made for the first handle. `None` if it is of another type.
    pub(super) fn get<T: Any + Send + Sync>(
        &self,
        segment: SegmentId,
        make: impl FnOnce() -> T,
    ) -> Option<Arc<T>> {
        let mut entries = self.entries.lock();
        if let Some(present) = entries.get(&segment).and_then(Weak::upgrade) {
            return present.downcast().ok();
        }
        // Those whose handles are all gone.
        entries.retain(|_, local| local.strong_count() > 0);
        let new = Arc::new(make());
        let local: Arc<Local> = Arc::<T>::clone(&new);
        entries.insert(segment, Arc::downgrade(&local));
        Some(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::System;

    #[test]
    fn handles_share_as_long_as_there_are_any() {
        let locals = Locals::<System>::new();
        let first = locals.get(SegmentId(1), || 5u32).unwrap();
        assert_eq!(*locals.get(SegmentId(1), || 6u32).unwrap(), 5);
        assert_eq!(*locals.get(SegmentId(2), || 7u32).unwrap(), 7);
        assert!(locals.get(SegmentId(1), || "text").is_none());
        drop(first);
        assert_eq!(*locals.get(SegmentId(1), || 8u32).unwrap(), 8);
        assert_eq!(locals.entries.lock().len(), 1, "what nobody has is forgotten");
    }
}
