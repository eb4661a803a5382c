//! The views of the runtime as the memory of a program.

use std::cell::{Ref, RefCell, RefMut};
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use pangea::primitives::Primitives;
use pangea::{
    Element, Error, LockError, LockedView, Mechanism, Model, Node, Poison, Race, ReleaseArray,
    SyncView, View, ViewLock,
};

use super::super::log::Failure;
use super::memory::{Access, Body, ChangeBeside, Memory};
use crate::job::SimNode;
use crate::simulated::Simulated;
use crate::views::program::{Ending, Place, Program, Segment};

/// Makes or attaches to the segments of a program, and opens a view of each.
pub(super) fn make(sim: &SimNode, program: &Program) -> Result<Box<dyn Memory>, Failure> {
    let node = sim.node();
    let mut segments = Vec::new();
    for (number, segment) in program.segments.iter().enumerate() {
        segments.push(match segment.width {
            1 => Typed::<u8>::make(node, number, segment)?,
            4 => Typed::<u32>::make(node, number, segment)?,
            8 => Typed::<u64>::make(node, number, segment)?,
            12 => Typed::<[u32; 3]>::make(node, number, segment)?,
            24 => Typed::<[u64; 3]>::make(node, number, segment)?,
            width => return Err(format!("no type of {width} bytes is known").into()),
        });
    }
    let mut locks = Vec::new();
    for (number, segment) in program.locks.iter().enumerate() {
        let home = number % program.nodes;
        locks.push((*segment, node.view_lock(&format!("lock-{number}")).on_node(home).create()?));
    }
    Ok(Box::new(Views { node: node.clone(), segments, locks: Rc::new(locks) }))
}

/// A view of each segment.
struct Views {
    node: Node<Simulated>,
    segments: Vec<Box<dyn Viewed>>,
    /// Locks, and the segments that they are for.
    locks: Rc<Vec<(usize, ViewLock<Simulated>)>>,
}

impl Access for Views {
    fn read(&mut self, place: &Place) -> Result<Vec<u8>, Error> {
        self.segments[place.segment].read(place.elements.clone())
    }

    fn change(&mut self, place: &Place, change: &mut dyn FnMut(&mut [u8])) -> Result<(), Error> {
        self.segments[place.segment].change(place.elements.clone(), change)
    }

    fn change_beside(
        &mut self,
        write: &Place,
        read: &[Place; 2],
        change: ChangeBeside<'_>,
    ) -> Result<(), Error> {
        self.segments[write.segment].change_beside(write.elements.clone(), ranges(read), change)
    }

    fn save(&mut self, place: &Place) -> Result<Vec<u8>, Error> {
        self.segments[place.segment].save(place.elements.clone())
    }

    fn poison(&mut self) -> Option<Poison> {
        None
    }
}

fn ranges(read: &[Place; 2]) -> [Range<usize>; 2] {
    [read[0].elements.clone(), read[1].elements.clone()]
}

impl Memory for Views {
    fn populate(&mut self, place: &Place, write: bool) -> Result<(), Error> {
        self.segments[place.segment].populate(place.elements.clone(), write)
    }

    fn acquire(&mut self, segment: usize) -> Result<(), Error> {
        self.segments[segment].whole(&mut |view| view.acquire())
    }

    fn release(&mut self, segment: usize) -> Result<(), Error> {
        self.segments[segment].whole(&mut |view| view.release())
    }

    fn barrier(&mut self, ending: Ending) -> Result<(), Error> {
        let segments = &mut self.segments;
        match ending {
            Ending::Each => segments.iter_mut().try_for_each(|segment| segment.barrier()),
            Ending::Settle => segments.iter_mut().try_for_each(|segment| segment.settle()),
            Ending::Move { element, node } => {
                segments.iter_mut().try_for_each(|segment| segment.move_to(element, node))
            }
            Ending::ByHand => {
                segments.iter_mut().try_for_each(|it| it.whole(&mut |view| view.release()))?;
                self.node.barrier()?;
                segments.iter_mut().try_for_each(|it| it.whole(&mut |view| view.acquire()))
            }
            Ending::All => match &mut segments[..] {
                [one] => one.whole(&mut |view| self.node.view_barrier(&mut [view])),
                [one, two, ..] => one.whole(&mut |one| {
                    two.whole(&mut |two| self.node.view_barrier(&mut [&mut *one, two]))
                }),
                [] => Ok(()),
            },
        }
    }

    fn locked(
        &mut self,
        lock: usize,
        only: Option<Range<usize>>,
        body: Body<'_>,
    ) -> Result<(), Error> {
        let (segment, lock) = &self.locks[lock];
        self.segments[*segment].locked(lock, only, body)
    }

    fn races(&self) -> Vec<Race> {
        self.segments.iter().flat_map(|segment| segment.races()).collect()
    }

    fn apart(&self) -> Result<Box<dyn Memory>, Error> {
        let segments: Result<_, Error> = self.segments.iter().map(|it| it.apart()).collect();
        let (node, segments, locks) = (self.node.clone(), segments?, Rc::clone(&self.locks));
        Ok(Box::new(Views { node, segments, locks }))
    }

    fn together(&self) -> Box<dyn Memory> {
        let segments = self.segments.iter().map(|segment| segment.together()).collect();
        let (node, locks) = (self.node.clone(), Rc::clone(&self.locks));
        Box::new(Views { node, segments, locks })
    }
}

/// A view, whatever its elements.
trait Viewed {
    fn read(&mut self, elements: Range<usize>) -> Result<Vec<u8>, Error>;
    fn change(
        &mut self,
        elements: Range<usize>,
        change: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Error>;
    fn change_beside(
        &mut self,
        elements: Range<usize>,
        read: [Range<usize>; 2],
        change: ChangeBeside<'_>,
    ) -> Result<(), Error>;
    fn save(&mut self, elements: Range<usize>) -> Result<Vec<u8>, Error>;
    fn populate(&mut self, elements: Range<usize>, write: bool) -> Result<(), Error>;
    /// Does something with all of it.
    fn whole(&mut self, what: Whole<'_>) -> Result<(), Error>;
    fn barrier(&mut self) -> Result<(), Error>;
    fn settle(&mut self) -> Result<(), Error>;
    fn move_to(&mut self, element: usize, node: usize) -> Result<(), Error>;
    fn locked(
        &mut self,
        lock: &ViewLock<Simulated>,
        only: Option<Range<usize>>,
        body: Body<'_>,
    ) -> Result<(), Error>;
    fn races(&self) -> Vec<Race>;
    /// Another view of the same segment.
    fn apart(&self) -> Result<Box<dyn Viewed>, Error>;
    /// The same view.
    fn together(&self) -> Box<dyn Viewed>;
}

type Whole<'a> = &'a mut dyn FnMut(&mut dyn SyncView) -> Result<(), Error>;

struct Typed<T: Element> {
    array: ReleaseArray<T, Simulated>,
    view: Rc<RefCell<View<T, Simulated>>>,
    cache_bytes: usize,
    /// Views are shared, and written as such.
    shared: bool,
}

/// A view of that array, on whose pages nobody faults.
fn open<T: Element>(
    array: &ReleaseArray<T, Simulated>,
    cache_bytes: usize,
) -> Result<Rc<RefCell<View<T, Simulated>>>, Error> {
    let by_hand = Mechanism::ByHand { relax: Simulated::relax };
    let view = array.view_options().cache_bytes(cache_bytes).mechanism(by_hand).open()?;
    Ok(Rc::new(RefCell::new(view)))
}

impl<T: Element> Typed<T> {
    fn make(
        node: &Node<Simulated>,
        number: usize,
        segment: &Segment,
    ) -> Result<Box<dyn Viewed>, Error> {
        let array = node
            .release_array::<T>(&format!("segment-{number}"))
            .len(segment.len)
            .page_size(segment.page)
            .distribution(segment.distribution)
            .create()?;
        debug_assert_eq!(array.model(), Model::Release);
        let cache_bytes = segment.cache_bytes;
        let view = open(&array, cache_bytes)?;
        Ok(Box::new(Typed { array, view, cache_bytes, shared: false }))
    }

    /// The view, as soon as no other thread of this node writes by it.
    fn lend(&self) -> Ref<'_, View<T, Simulated>> {
        let mut attempt = 0;
        loop {
            match self.view.try_borrow() {
                Ok(view) => return view,
                Err(_) => pause(&mut attempt),
            }
        }
    }

    /// The view, as soon as no other thread of this node uses it.
    fn lend_mut(&self) -> RefMut<'_, View<T, Simulated>> {
        let mut attempt = 0;
        loop {
            match self.view.try_borrow_mut() {
                Ok(view) => return view,
                Err(_) => pause(&mut attempt),
            }
        }
    }
}

/// Each time for longer, up to a millisecond: the other thread may wait for a link that is cut.
fn pause(attempt: &mut u32) {
    Simulated::sleep(Duration::from_nanos(500 << *attempt));
    *attempt = (*attempt + 1).min(11);
}

impl<T: Element> Viewed for Typed<T> {
    fn read(&mut self, elements: Range<usize>) -> Result<Vec<u8>, Error> {
        let view = self.lend();
        let slice = view.read(elements)?;
        Ok(bytemuck::cast_slice(&slice).to_vec())
    }

    fn change(
        &mut self,
        elements: Range<usize>,
        change: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Error> {
        if !self.shared {
            let mut view = self.lend_mut();
            change(bytemuck::cast_slice_mut(&mut view.write(elements)?));
            return Ok(());
        }
        // Others read other elements of the same pages meanwhile.
        self.populate(elements.clone(), true)?;
        let mut view = self.lend_mut();
        let cells = view.cells(elements)?;
        let mut copy: Vec<T> = cells.iter().map(|cell| cell.load()).collect();
        change(bytemuck::cast_slice_mut(&mut copy));
        cells.iter().zip(copy).for_each(|(cell, new)| cell.store(new));
        Ok(())
    }

    fn change_beside(
        &mut self,
        elements: Range<usize>,
        read: [Range<usize>; 2],
        change: ChangeBeside<'_>,
    ) -> Result<(), Error> {
        if self.shared {
            let [first, second] = read.map(|read| Viewed::read(self, read));
            let [first, second] = [first?, second?];
            return Viewed::change(self, elements, &mut |bytes| change(bytes, [&first, &second]));
        }
        let mut view = self.lend_mut();
        let (mut bytes, [first, second]) = view.write_beside(elements, read)?;
        let read = [&first, &second].map(|read| bytemuck::cast_slice(read));
        change(bytemuck::cast_slice_mut(&mut bytes), read);
        Ok(())
    }

    fn save(&mut self, elements: Range<usize>) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.lend().write_to(&mut bytes, elements)?;
        Ok(bytes)
    }

    fn populate(&mut self, elements: Range<usize>, write: bool) -> Result<(), Error> {
        let access = if write { pangea::Access::Write } else { pangea::Access::Read };
        self.lend().populate(elements, access)
    }

    fn whole(&mut self, what: Whole<'_>) -> Result<(), Error> {
        what(&mut *self.lend_mut())
    }

    fn barrier(&mut self) -> Result<(), Error> {
        self.lend_mut().barrier()
    }

    fn settle(&mut self) -> Result<(), Error> {
        self.lend_mut().settle()
    }

    fn move_to(&mut self, element: usize, node: usize) -> Result<(), Error> {
        let mut view = self.lend_mut();
        let element = element % view.len();
        match view.move_to(element..=element, node) {
            // There is no room for it, so all are told that it stays where it is.
            Err(Error::BadView { .. }) => view.acquire(),
            moved => {
                moved?;
                match view.home_of(element)? {
                    Some(home) if home == node => Ok(()),
                    home => {
                        panic!("element {element} was moved to node {node}, and is on {home:?}")
                    }
                }
            }
        }
    }

    fn locked(
        &mut self,
        lock: &ViewLock<Simulated>,
        only: Option<Range<usize>>,
        body: Body<'_>,
    ) -> Result<(), Error> {
        let mut view = self.lend_mut();
        let held = match only {
            None => view.lock(lock),
            Some(only) => view.lock_range(lock, only),
        };
        let mut held = held.or_else(LockError::into_inner)?;
        body(&mut held);
        held.clear_poison();
        held.unlock()
    }

    fn races(&self) -> Vec<Race> {
        self.lend().races()
    }

    fn apart(&self) -> Result<Box<dyn Viewed>, Error> {
        let (array, cache_bytes) = (self.array.clone(), self.cache_bytes);
        let view = open(&array, cache_bytes)?;
        Ok(Box::new(Typed { array, view, cache_bytes, shared: false }))
    }

    fn together(&self) -> Box<dyn Viewed> {
        let (array, view) = (self.array.clone(), Rc::clone(&self.view));
        Box::new(Typed { array, view, cache_bytes: self.cache_bytes, shared: true })
    }
}

impl<T: Element> Access for LockedView<'_, T, Simulated> {
    fn read(&mut self, place: &Place) -> Result<Vec<u8>, Error> {
        let slice = LockedView::read(self, place.elements.clone())?;
        Ok(bytemuck::cast_slice(&slice).to_vec())
    }

    fn change(&mut self, place: &Place, change: &mut dyn FnMut(&mut [u8])) -> Result<(), Error> {
        let mut slice = self.write(place.elements.clone())?;
        change(bytemuck::cast_slice_mut(&mut slice));
        Ok(())
    }

    fn change_beside(
        &mut self,
        write: &Place,
        read: &[Place; 2],
        change: ChangeBeside<'_>,
    ) -> Result<(), Error> {
        let (mut bytes, [first, second]) =
            self.write_beside(write.elements.clone(), ranges(read))?;
        let read = [&first, &second].map(|read| bytemuck::cast_slice(read));
        change(bytemuck::cast_slice_mut(&mut bytes), read);
        Ok(())
    }

    fn save(&mut self, place: &Place) -> Result<Vec<u8>, Error> {
        Access::read(self, place)
    }

    fn poison(&mut self) -> Option<Poison> {
        LockedView::poison(self)
    }
}
