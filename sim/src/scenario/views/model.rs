//! A model of a memory that keeps the promise, or makes a mistake: each view is a copy of everything, of which a release
//! sends the bytes that have changed, and an acquire replaces those that have not.
//!
//! It shows that the programs are free of races, because under it they read what the interpreter says; and that the interpreter
//! would notice, because it finds the mistakes.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use pangea::primitives::Primitives;
use pangea::{Error, LockError, Mutex, Node, Poison, Race};

use super::super::log::Failure;
use super::memory::{Access, Body, ChangeBeside, Memory};
use crate::job::SimNode;
use crate::simulated::Simulated;
use crate::views::program::{Ending, Place, Program};

/// What is wrong with a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    Nothing,
    /// An acquire does nothing.
    NoAcquire,
    /// Whole words are sent.
    FilledGaps,
    /// The last byte that has changed is not sent.
    ForgetsByte,
    /// A lock is given back before the release.
    UnlocksFirst,
    /// A lock that cares for some elements acquires none.
    NoAcquireOfRange,
}

/// The bytes of each segment at home.
pub(super) type Homes = Rc<RefCell<Vec<Vec<u8>>>>;

/// A view of a segment: what it has, and what it had when it was last the same as at home.
#[derive(Clone)]
struct Copy {
    bytes: Vec<u8>,
    twin: Vec<u8>,
}

pub(super) struct Model {
    homes: Homes,
    mistake: Mistake,
    node: Node<Simulated>,
    widths: Vec<usize>,
    lock_segments: Vec<usize>,
    locks: Vec<Mutex<u64, Simulated>>,
    views: Rc<RefCell<Vec<Copy>>>,
}

impl Model {
    pub(super) fn make(
        sim: &SimNode,
        program: &Program,
        homes: &Homes,
        mistake: Mistake,
    ) -> Result<Box<dyn Memory>, Failure> {
        let sizes: Vec<usize> = program.segments.iter().map(|it| it.len * it.width).collect();
        let views = new_views(&sizes);
        if homes.borrow().is_empty() {
            *homes.borrow_mut() = sizes.iter().map(|size| vec![0; *size]).collect();
        }
        let mut locks = Vec::new();
        for lock in 0..program.locks.len() {
            locks.push(sim.node().mutex(&format!("lock-{lock}")).create()?);
        }
        Ok(Box::new(Model {
            homes: Rc::clone(homes),
            mistake,
            node: sim.node().clone(),
            widths: program.segments.iter().map(|segment| segment.width).collect(),
            lock_segments: program.locks.clone(),
            locks,
            views,
        }))
    }

    fn bytes(&self, place: &Place) -> Range<usize> {
        let width = self.widths[place.segment];
        place.elements.start * width..place.elements.end * width
    }

    fn acquire_range(&self, segment: usize, range: Range<usize>) {
        if self.mistake == Mistake::NoAcquire {
            return;
        }
        Simulated::give_way();
        let mut views = self.views.borrow_mut();
        let Copy { bytes, twin } = &mut views[segment];
        for offset in range {
            if bytes[offset] == twin[offset] {
                bytes[offset] = self.homes.borrow()[segment][offset];
                twin[offset] = bytes[offset];
            }
        }
    }

    fn release_range(&self, segment: usize, range: Range<usize>) {
        let mut changed: Vec<usize> = {
            let Copy { bytes, twin } = &self.views.borrow()[segment];
            range.filter(|offset| bytes[*offset] != twin[*offset]).collect()
        };
        match self.mistake {
            Mistake::ForgetsByte => drop(changed.pop()),
            Mistake::FilledGaps => {
                let len = self.homes.borrow()[segment].len();
                changed.iter_mut().for_each(|offset| *offset = *offset / 8 * 8);
                changed.dedup();
                let word = |start: usize| start..len.min(start + 8);
                changed = changed.into_iter().flat_map(word).collect();
            }
            _ => {}
        }
        for offset in changed {
            if offset % 16 == 0 {
                Simulated::give_way();
            }
            let mut views = self.views.borrow_mut();
            let Copy { bytes, twin } = &mut views[segment];
            self.homes.borrow_mut()[segment][offset] = bytes[offset];
            twin[offset] = bytes[offset];
        }
    }
}

fn new_views(sizes: &[usize]) -> Rc<RefCell<Vec<Copy>>> {
    let new = |size: &usize| Copy { bytes: vec![0; *size], twin: vec![0; *size] };
    Rc::new(RefCell::new(sizes.iter().map(new).collect()))
}

impl Access for Model {
    fn read(&mut self, place: &Place) -> Result<Vec<u8>, Error> {
        let range = self.bytes(place);
        Ok(self.views.borrow()[place.segment].bytes[range].to_vec())
    }

    fn change(&mut self, place: &Place, change: &mut dyn FnMut(&mut [u8])) -> Result<(), Error> {
        let range = self.bytes(place);
        change(&mut self.views.borrow_mut()[place.segment].bytes[range]);
        Ok(())
    }

    fn change_beside(
        &mut self,
        write: &Place,
        read: &[Place; 2],
        change: ChangeBeside<'_>,
    ) -> Result<(), Error> {
        let [first, second] = [self.read(&read[0])?, self.read(&read[1])?];
        self.change(write, &mut |bytes| change(bytes, [&first, &second]))
    }

    fn save(&mut self, place: &Place) -> Result<Vec<u8>, Error> {
        self.read(place)
    }

    fn poison(&mut self) -> Option<Poison> {
        None
    }
}

impl Memory for Model {
    fn populate(&mut self, _: &Place, _: bool) -> Result<(), Error> {
        Ok(())
    }

    fn acquire(&mut self, segment: usize) -> Result<(), Error> {
        let len = self.homes.borrow()[segment].len();
        self.acquire_range(segment, 0..len);
        Ok(())
    }

    fn release(&mut self, segment: usize) -> Result<(), Error> {
        let len = self.homes.borrow()[segment].len();
        self.release_range(segment, 0..len);
        Ok(())
    }

    fn barrier(&mut self, _: Ending) -> Result<(), Error> {
        for segment in 0..self.widths.len() {
            self.release(segment)?;
        }
        self.node.barrier()?;
        for segment in 0..self.widths.len() {
            self.acquire(segment)?;
        }
        Ok(())
    }

    fn locked(
        &mut self,
        lock: usize,
        only: Option<Range<usize>>,
        body: Body<'_>,
    ) -> Result<(), Error> {
        let segment = self.lock_segments[lock];
        let range = match &only {
            Some(only) => self.bytes(&Place { segment, elements: only.clone() }),
            None => 0..self.homes.borrow()[segment].len(),
        };
        let mutex = self.locks[lock].clone();
        let mut guard = Some(mutex.lock().or_else(LockError::into_inner)?);
        if only.is_none() || self.mistake != Mistake::NoAcquireOfRange {
            self.acquire_range(segment, range.clone());
        }
        body(self);
        if self.mistake == Mistake::UnlocksFirst {
            guard = None;
            self.node.fence()?;
        }
        self.release_range(segment, range);
        guard.map_or(Ok(()), |guard| guard.commit())
    }

    fn races(&self) -> Vec<Race> {
        Vec::new()
    }

    fn apart(&self) -> Result<Box<dyn Memory>, Error> {
        let sizes: Vec<usize> = self.homes.borrow().iter().map(Vec::len).collect();
        Ok(Box::new(Model { views: new_views(&sizes), ..self.clone_handles() }))
    }

    fn together(&self) -> Box<dyn Memory> {
        Box::new(self.clone_handles())
    }
}

impl Model {
    fn clone_handles(&self) -> Model {
        Model {
            homes: Rc::clone(&self.homes),
            mistake: self.mistake,
            node: self.node.clone(),
            widths: self.widths.clone(),
            lock_segments: self.lock_segments.clone(),
            locks: self.locks.clone(),
            views: Rc::clone(&self.views),
        }
    }
}
