//! What a thread does with shared segments: a trait, because it is done over views of the runtime, and in tests over a
//! model of them.

use std::ops::Range;

use pangea::{Error, Poison, Race};

use crate::views::program::{Ending, Place};

/// What is done with bytes to be changed and others to be read.
pub(super) type ChangeBeside<'a> = &'a mut dyn FnMut(&mut [u8], [&[u8]; 2]);

/// Reads and changes.
pub(super) trait Access {
    /// The bytes there.
    fn read(&mut self, place: &Place) -> Result<Vec<u8>, Error>;

    /// Changes the bytes there; `change` is called with them, once at most.
    fn change(&mut self, place: &Place, change: &mut dyn FnMut(&mut [u8])) -> Result<(), Error>;

    /// As `change`, and gives the bytes of two other places to read meanwhile.
    fn change_beside(
        &mut self,
        write: &Place,
        read: &[Place; 2],
        change: ChangeBeside<'_>,
    ) -> Result<(), Error>;

    /// The bytes there, as they are written to a file.
    fn save(&mut self, place: &Place) -> Result<Vec<u8>, Error>;

    /// What became of a holder before, if this is under a lock.
    fn poison(&mut self) -> Option<Poison>;
}

/// What is done while a lock is held.
pub(super) type Body<'a> = &'a mut dyn FnMut(&mut dyn Access);

/// The segments of a program, as one thread uses them.
pub(super) trait Memory: Access {
    /// Fetches what will be needed.
    fn populate(&mut self, place: &Place, write: bool) -> Result<(), Error>;

    /// Sees what others have released.
    fn acquire(&mut self, segment: usize) -> Result<(), Error>;

    /// Lets others see what was changed.
    fn release(&mut self, segment: usize) -> Result<(), Error>;

    /// A barrier of all nodes, which releases before and acquires after.
    fn barrier(&mut self, ending: Ending) -> Result<(), Error>;

    /// Takes a lock, acquires, calls `body`, releases and unlocks.
    fn locked(
        &mut self,
        lock: usize,
        only: Option<Range<usize>>,
        body: Body<'_>,
    ) -> Result<(), Error>;

    /// The races that these views were told of so far, where races are looked for.
    fn races(&self) -> Vec<Race>;

    /// The same segments by views of their own.
    fn apart(&self) -> Result<Box<dyn Memory>, Error>;

    /// The same views, for another thread of this node that only reads and writes, until it is dropped.
    fn together(&self) -> Box<dyn Memory>;
}
