//! Transfers between the node's own arena and others, which need no staging memory because the arena is registered
//! itself; reads into memory of the caller that outlive the call; and signs behind what was written.

use std::ops::Range;

use verbs_shim::WorkRequest;

use super::progress::{END_OF_BATCH, LATER};
use super::staging::{SLOT, Staging};
use super::thread::Thread;
use super::{Endpoint, Place};
use crate::error::Error;
use crate::primitives::Primitives;

/// What one request moves at most. Every device takes as much.
const PIECE: usize = 1 << 20;

/// What is done to a word, so that it says that what was written before is there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sign {
    /// It becomes this.
    Set(u64),
    /// This is added.
    Add(u64),
}

/// Which way the bytes go, as seen from the own arena.
#[derive(Clone, Copy)]
enum Way {
    In,
    Out,
}

/// Cuts a transfer into pieces: the place, and the range of the own arena.
fn pieces(place: Place, own: Range<usize>) -> impl Iterator<Item = (Place, Range<usize>)> {
    own.clone().step_by(PIECE).map(move |start| {
        let at = place.offset + (start - own.start) as u64;
        (Place::new(place.rank, at), start..own.end.min(start + PIECE))
    })
}

impl<P: Primitives> Endpoint<P> {
    /// READs into this range of the node's own arena. One round trip.
    pub(crate) fn read_direct(&self, from: Place, own: Range<usize>) -> Result<(), Error> {
        self.with(|thread| thread.direct(self, from, own, Way::In))
    }

    /// WRITEs this range of the node's own arena. One round trip.
    pub(crate) fn write_direct(&self, to: Place, own: Range<usize>) -> Result<(), Error> {
        self.with(|thread| thread.direct(self, to, own, Way::Out))
    }

    /// Begins to READ into this range of the node's own arena; complete after [`Endpoint::quiet`].
    pub(crate) fn read_direct_later(&self, from: Place, own: Range<usize>) -> Result<(), Error> {
        self.with(|thread| thread.direct_later(self, from, own, Way::In))
    }

    /// Begins to WRITE this range of the node's own arena; complete after [`Endpoint::quiet`].
    pub(crate) fn write_direct_later(&self, to: Place, own: Range<usize>) -> Result<(), Error> {
        self.with(|thread| thread.direct_later(self, to, own, Way::Out))
    }

    /// Begins to READ into memory of the caller; complete after [`Endpoint::quiet`].
    ///
    /// # Safety
    /// `into` is valid for writes of `len` bytes, and nobody else's, until `quiet` of this thread has returned without
    /// an error.
    pub(crate) unsafe fn read_to_later(
        &self,
        from: Place,
        into: *mut u8,
        len: usize,
    ) -> Result<(), Error> {
        self.with(|thread| {
            let staging = thread.staging(self)?;
            for at in (0..len).step_by(SLOT) {
                let place = Place::new(from.rank, from.offset + at as u64);
                // SAFETY: a part of what the caller promises.
                unsafe {
                    thread.read_slot_to(
                        self,
                        staging,
                        place,
                        into.wrapping_add(at),
                        SLOT.min(len - at),
                    )?;
                }
            }
            Ok(())
        })
    }

    /// Begins to write bytes and then a sign, in that order, both to the same node; complete after
    /// [`Endpoint::quiet`]. One doorbell, as long as a staging slot holds the bytes.
    pub(crate) fn write_and_sign(
        &self,
        to: Place,
        bytes: &[u8],
        at: Place,
        sign: Sign,
    ) -> Result<(), Error> {
        debug_assert_eq!(to.rank, at.rank);
        self.with(|thread| thread.write_and_sign(self, to, bytes, at, sign))
    }
}

impl<P: Primitives> Thread<P> {
    fn direct_request<'a>(
        &self,
        endpoint: &'a Endpoint<P>,
        place: Place,
        own: Range<usize>,
        way: Way,
    ) -> Result<WorkRequest<'a>, Error> {
        let remote = self.remote(endpoint, place)?;
        let own = endpoint.arena.slice(own)?;
        Ok(match way {
            Way::In => WorkRequest::read(own, remote),
            Way::Out => WorkRequest::write(own, remote),
        })
    }

    fn direct(
        &self,
        endpoint: &Endpoint<P>,
        place: Place,
        own: Range<usize>,
        way: Way,
    ) -> Result<(), Error> {
        let mut pieces = pieces(place, own);
        let posted = pieces.try_for_each(|(place, own)| {
            let request = self.direct_request(endpoint, place, own, way)?;
            self.post_batch(endpoint, place.rank, &[request.token(END_OF_BATCH).signaled()])
        });
        // Also after an error: what was posted is over before this is.
        let finished = self.finish_batches(endpoint);
        posted.and(finished)
    }

    fn direct_later(
        &self,
        endpoint: &Endpoint<P>,
        place: Place,
        own: Range<usize>,
        way: Way,
    ) -> Result<(), Error> {
        pieces(place, own).try_for_each(|(place, own)| {
            let request = self.direct_request(endpoint, place, own, way)?;
            self.post(endpoint, place.rank, &[request.token(LATER)])
        })
    }

    /// # Safety
    /// As [`Endpoint::read_to_later`].
    unsafe fn read_slot_to(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
        from: Place,
        into: *mut u8,
        len: usize,
    ) -> Result<(), Error> {
        let slot = self.take_slot_alone(endpoint, staging)?;
        let posted = (|| {
            let remote = self.remote(endpoint, from)?;
            let request = WorkRequest::read(staging.slot(slot, len)?, remote);
            self.post(endpoint, from.rank, &[request.token(slot as u64).signaled()])
        })();
        match posted {
            // SAFETY: as the caller promises.
            Ok(()) => unsafe { staging.land(slot, into, len) },
            Err(_) => staging.release(slot),
        }
        posted
    }

    fn write_and_sign(
        &self,
        endpoint: &Endpoint<P>,
        to: Place,
        bytes: &[u8],
        at: Place,
        sign: Sign,
    ) -> Result<(), Error> {
        let (staging, inline) = (self.staging(endpoint)?, endpoint.inline());
        let (word, remote) = (self.remote(endpoint, at)?, self.remote(endpoint, to)?);
        let value;
        let sign = match sign {
            Sign::Add(add) => WorkRequest::fetch_add(add, staging.nowhere()?, word),
            Sign::Set(new) if inline >= size_of_val(&new) => {
                value = new.to_ne_bytes();
                WorkRequest::write_inline(&value, word)
            }
            Sign::Set(new) => {
                self.write_later(endpoint, to, bytes)?;
                return self.write_later(endpoint, at, &new.to_ne_bytes());
            }
        };
        let sign = sign.token(LATER);
        // What follows a payload is signaled, so that `quiet` afterwards only waits.
        if bytes.is_empty() {
            return self.post(endpoint, at.rank, &[sign]);
        }
        if bytes.len() <= inline {
            let data = WorkRequest::write_inline(bytes, remote).token(LATER);
            return self.post(endpoint, at.rank, &[data, sign.signaled()]);
        }
        // If the pair fails in between, that is told instead of posting the sign.
        let (front, last) = bytes.split_at((bytes.len() - 1) / SLOT * SLOT);
        self.write_pieces_later(endpoint, to, front)?;
        let slot = self.take_slot_alone(endpoint, staging)?;
        staging.memory().write(Staging::slot_at(slot), last);
        let posted = (|| {
            let data = WorkRequest::write(
                staging.slot(slot, last.len())?,
                remote.plus(front.len() as u64),
            );
            self.post(endpoint, at.rank, &[data.token(slot as u64).signaled(), sign.signaled()])
        })();
        match posted {
            Ok(()) => staging.posted(slot, true),
            Err(_) => staging.release(slot),
        }
        posted
    }
}
