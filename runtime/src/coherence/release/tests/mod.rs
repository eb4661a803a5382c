//! The engine on a NIC that fails as tests say, with each way of telling faults.

mod costs;
mod failures;
mod homes;
mod litmus;

use std::ops::Range;
use std::ptr;
use std::sync::Arc;

use paging::{Access, Mechanism};

use super::engine::Engine;
use super::{Clocks, MapOptions, ViewCounts};
use crate::cluster::{Distribution, Model, PageSpec};
use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::{Segment, UnitWish, Wish};
use crate::testing::{Paced, TestNode};

const PAGE: usize = 4096;

/// What the machine can do.
fn mechanisms() -> Vec<Mechanism> {
    let real = Mechanism::ALL.into_iter().filter(|mechanism| mechanism.check().is_ok());
    real.chain([Mechanism::ByHand { relax: Paced::relax }]).collect()
}

/// An engine, used as plain memory.
struct Plain {
    engine: Engine<Paced>,
}

/// A segment of so many pages.
fn segment(
    node: &TestNode,
    name: &str,
    pages: usize,
    distribution: Distribution,
) -> Arc<Segment<Paced>> {
    let wish = Wish {
        name: name.to_owned(),
        type_name: "u8".to_owned(),
        element_bytes: 1,
        element_align: 1,
        len: (pages * PAGE) as u64,
        distribution,
        model: Model::Release,
        unit: UnitWish::Page(PageSpec { bytes: PAGE as u32, paged: true, checked: false }),
    };
    Arc::new(Segment::create_or_attach(&node.endpoint, wish).unwrap())
}

impl Plain {
    fn of(segment: &Arc<Segment<Paced>>, mechanism: Mechanism, cache: usize) -> Plain {
        let options = MapOptions {
            at: None,
            cache_bytes: cache * PAGE,
            mechanism: Some(mechanism),
            read_only: false,
        };
        Plain { engine: Engine::new(segment, &options, None).unwrap() }
    }

    /// One by which races are looked for.
    fn checked(segment: &Arc<Segment<Paced>>, clocks: &Arc<Clocks<Paced>>) -> Plain {
        let options = MapOptions {
            at: None,
            cache_bytes: PAGE,
            mechanism: Some(Mechanism::ByHand { relax: Paced::relax }),
            read_only: false,
        };
        Plain { engine: Engine::new(segment, &options, Some(clocks)).unwrap() }
    }

    fn touch(&self, at: usize, len: usize, access: Access) {
        if self.engine.is_by_hand() {
            self.engine.populate(at..at + len, access).unwrap();
        }
    }

    fn get(&self, at: usize) -> u8 {
        assert!(at < self.engine.paged().len());
        self.touch(at, 1, Access::Read);
        // SAFETY: inside of the view; threads race in no byte.
        unsafe { ptr::read_volatile(self.engine.start().as_ptr().add(at)) }
    }

    fn put(&self, at: usize, value: u8) {
        assert!(at < self.engine.paged().len());
        self.touch(at, 1, Access::Write);
        // SAFETY: as above.
        unsafe { ptr::write_volatile(self.engine.start().as_ptr().add(at), value) };
    }

    /// The first bytes of pages.
    fn firsts(&self, pages: Range<usize>) -> Vec<u8> {
        pages.map(|page| self.get(page * PAGE)).collect()
    }

    fn release(&self) {
        self.engine.release(&[]).unwrap();
    }

    fn acquire(&self) {
        self.engine.acquire(&[]).unwrap();
    }

    fn barrier(&self, node: &TestNode) {
        self.release();
        node.barrier().unwrap();
        self.acquire();
    }

    fn counts(&self) -> ViewCounts {
        self.engine.counts()
    }
}

#[track_caller]
fn says<T>(result: Result<T, Error>, part: &str) {
    let text = result.err().expect("must fail").to_string();
    assert!(text.contains(part), "{text:?} does not say {part:?}");
}
