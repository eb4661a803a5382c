//! Many small accesses at once: one doorbell for each home, all homes in flight together.

use arrayvec::ArrayVec;
use verbs_shim::{RemoteAddr, Slice, WorkRequest};

use super::progress::{END_OF_BATCH, IN_BATCH};
use super::staging::{BATCH, CELL, Staging};
use super::thread::Thread;
use super::{Endpoint, Place};
use crate::error::Error;
use crate::primitives::Primitives;

/// One access of many: where, and which element of the caller's buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) place: Place,
    pub(crate) index: usize,
}

/// Requests that travel in a batch.
pub(super) trait Requests {
    /// Prepares a cell and makes the request for it.
    fn request<'a>(
        &mut self,
        remote: RemoteAddr,
        staging: &'a Staging,
        cell: usize,
        item: Item,
    ) -> Result<WorkRequest<'a>, Error>;

    /// Takes the result out of a cell.
    fn finish(&mut self, staging: &Staging, cell: usize, item: Item);
}

/// Which way the bytes go.
trait Direction: Requests {
    /// An access that is done at once, by the CPU of the home or in place; false, and nothing has happened, if
    /// it cannot be.
    fn at_once<P: Primitives>(&mut self, endpoint: &Endpoint<P>, item: Item) -> bool;

    /// An access that needs no NIC: the node's own arena, or a provider that executes in place.
    fn direct<P: Primitives>(
        &mut self,
        thread: &Thread<P>,
        endpoint: &Endpoint<P>,
        item: Item,
    ) -> Result<(), Error>;
}

/// Elements of `each` bytes that are read.
pub(super) struct Reading<'a> {
    pub(super) each: usize,
    pub(super) into: &'a mut [u8],
}

impl Reading<'_> {
    fn element(&mut self, item: Item) -> &mut [u8] {
        &mut self.into[item.index * self.each..][..self.each]
    }
}

impl Direction for Reading<'_> {
    #[inline]
    fn at_once<P: Primitives>(&mut self, endpoint: &Endpoint<P>, item: Item) -> bool {
        endpoint.read_at_once(item.place, self.element(item))
    }

    fn direct<P: Primitives>(
        &mut self,
        thread: &Thread<P>,
        endpoint: &Endpoint<P>,
        item: Item,
    ) -> Result<(), Error> {
        thread.read_piece(endpoint, item.place, self.element(item))
    }
}

impl Requests for Reading<'_> {
    fn request<'a>(
        &mut self,
        remote: RemoteAddr,
        staging: &'a Staging,
        cell: usize,
        _: Item,
    ) -> Result<WorkRequest<'a>, Error> {
        let into: Slice<'a> = staging.cell(cell, self.each)?;
        Ok(WorkRequest::read(into, remote))
    }

    fn finish(&mut self, staging: &Staging, cell: usize, item: Item) {
        staging.memory().read(Staging::cell_at(cell), self.element(item));
    }
}

struct Writing<'a> {
    each: usize,
    from: &'a [u8],
}

impl<'a> Writing<'a> {
    fn element(&self, item: Item) -> &'a [u8] {
        &self.from[item.index * self.each..][..self.each]
    }
}

impl Direction for Writing<'_> {
    #[inline]
    fn at_once<P: Primitives>(&mut self, endpoint: &Endpoint<P>, item: Item) -> bool {
        endpoint.write_at_once(item.place, self.element(item))
    }

    fn direct<P: Primitives>(
        &mut self,
        thread: &Thread<P>,
        endpoint: &Endpoint<P>,
        item: Item,
    ) -> Result<(), Error> {
        thread.write_piece(endpoint, item.place, self.element(item))
    }
}

impl Requests for Writing<'_> {
    fn request<'a>(
        &mut self,
        remote: RemoteAddr,
        staging: &'a Staging,
        cell: usize,
        item: Item,
    ) -> Result<WorkRequest<'a>, Error> {
        staging.memory().write(Staging::cell_at(cell), self.element(item));
        Ok(WorkRequest::write(staging.cell(cell, self.each)?, remote))
    }

    fn finish(&mut self, _: &Staging, _: usize, _: Item) {}
}

impl<P: Primitives> Thread<P> {
    /// See [`Endpoint::read_many`].
    pub(super) fn read_many(
        &self,
        endpoint: &Endpoint<P>,
        each: usize,
        items: impl Iterator<Item = Item>,
        into: &mut [u8],
    ) -> Result<(), Error> {
        if each > CELL && !self.in_place {
            // Long enough to be worth a doorbell each. Items come in the order of the buffer.
            return self.read_pieces(endpoint, items.map(|item| (item.place, each)), into);
        }
        self.many(endpoint, items, &mut Reading { each, into })
    }

    /// See [`Endpoint::write_many`].
    pub(super) fn write_many(
        &self,
        endpoint: &Endpoint<P>,
        each: usize,
        items: impl Iterator<Item = Item>,
        from: &[u8],
    ) -> Result<(), Error> {
        if each > CELL && !self.in_place {
            return self.write_pieces(endpoint, items.map(|item| (item.place, each)), from);
        }
        self.many(endpoint, items, &mut Writing { each, from })
    }

    fn many(
        &self,
        endpoint: &Endpoint<P>,
        items: impl Iterator<Item = Item>,
        direction: &mut impl Direction,
    ) -> Result<(), Error> {
        if self.in_place {
            return self.many_in_place(endpoint, items, direction);
        }
        let window = self.longest_batch();
        let mut waiting = ArrayVec::<Item, BATCH>::new();
        for item in items {
            if item.place.rank == endpoint.rank() {
                direction.direct(self, endpoint, item)?;
                continue;
            }
            waiting.push(item);
            if waiting.len() == window {
                self.exchange(endpoint, &waiting, direction)?;
                waiting.clear();
            }
        }
        self.exchange(endpoint, &waiting, direction)
    }

    fn many_in_place(
        &self,
        endpoint: &Endpoint<P>,
        mut items: impl Iterator<Item = Item>,
        direction: &mut impl Direction,
    ) -> Result<(), Error> {
        while let Some(refused) = items.find(|item| !direction.at_once(endpoint, *item)) {
            direction.direct(self, endpoint, refused)?;
        }
        Ok(())
    }

    /// Posts one batch for each home among the items, and waits for all of them.
    pub(super) fn exchange(
        &self,
        endpoint: &Endpoint<P>,
        items: &[Item],
        direction: &mut impl Requests,
    ) -> Result<(), Error> {
        if items.is_empty() {
            return Ok(());
        }
        let staging = self.staging(endpoint)?;
        let mut posted = [false; BATCH];
        let mut outcome = Ok(());
        for start in 0..items.len() {
            if posted[start] {
                continue;
            }
            let rank = items[start].place.rank;
            let arena = match self.remote(endpoint, Place::new(rank, 0)) {
                Ok(arena) => arena,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            };
            let mut batch = ArrayVec::<WorkRequest<'_>, BATCH>::new();
            for cell in start..items.len() {
                if items[cell].place.rank == rank {
                    posted[cell] = true;
                    let remote = arena.plus(items[cell].place.offset);
                    let request = direction.request(remote, staging, cell, items[cell])?;
                    batch.push(request.token(IN_BATCH));
                }
            }
            outcome = self.post_marked(endpoint, rank, &mut batch);
            if outcome.is_err() {
                break;
            }
        }
        // Also after an error: what was posted must be over before the cells are used again.
        let finished = self.finish_batches(endpoint);
        outcome.and(finished)?;
        for (cell, item) in items.iter().enumerate() {
            direction.finish(staging, cell, *item);
        }
        Ok(())
    }

    fn post_marked(
        &self,
        endpoint: &Endpoint<P>,
        rank: u32,
        batch: &mut ArrayVec<WorkRequest<'_>, BATCH>,
    ) -> Result<(), Error> {
        if let Some(last) = batch.last_mut() {
            *last = last.token(END_OF_BATCH).signaled();
        }
        self.post_batch(endpoint, rank, batch)
    }
}
