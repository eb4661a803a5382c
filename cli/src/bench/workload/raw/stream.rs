//! Many requests in flight, posted in batches.

use arrayvec::ArrayVec;
use verbs_shim::WorkRequest;

use super::Verb;
use super::connection::Connection;
use crate::bench::bench::Setting;
use crate::bench::error::Error;
use crate::bench::measure::Operation;

/// Of single requests, about one of so many is signaled.
const SIGNAL_EVERY: usize = 64;

/// Posts a batch with each call, as soon as there is room.
pub(super) struct Stream {
    connection: Connection,
    verb: Verb,
    depth: u32,
    batch: usize,
    /// The last request of a batch is signaled when there were so many since the last one that was. At most half
    /// of the depth unless each batch is: so there is something to wait for whenever there is no room.
    signal_every: usize,
    since: usize,
    at: usize,
}

impl Stream {
    pub(super) fn new(connection: Connection, verb: Verb, setting: &Setting) -> Stream {
        let (depth, batch) = (setting.depth, setting.batch as usize);
        let signal_every = batch.max((depth as usize / 2).min(SIGNAL_EVERY));
        Stream { connection, verb, depth, batch, signal_every, since: 0, at: 0 }
    }
}

impl Operation for Stream {
    #[inline]
    fn call(&mut self, _: u64) -> Result<(), Error> {
        while (self.depth - self.connection.pair.outstanding()) < self.batch as u32 {
            self.connection.reap()?;
        }
        let mut requests = ArrayVec::<WorkRequest<'_>, { Setting::MOST_BATCH as usize }>::new();
        let buffers = &self.connection.buffers;
        for _ in 0..self.batch {
            requests.push(buffers.request(self.verb, self.at)?);
            self.at = buffers.after(self.at);
        }
        self.since += self.batch;
        if self.since >= self.signal_every
            && let Some(last) = requests.last_mut()
        {
            *last = last.signaled();
            self.since = 0;
        }
        self.connection.pair.post(&requests)?;
        Ok(())
    }

    fn in_flight(&self) -> u64 {
        self.connection.pair.outstanding().into()
    }

    fn finish(&mut self) -> Result<(), Error> {
        if self.connection.pair.is_silent() {
            // Of no bytes, and complete when all before it are.
            let last =
                [WorkRequest::write_inline(&[], self.connection.buffers.theirs(0)).signaled()];
            self.connection.pair.post(&last)?;
        }
        while self.connection.pair.outstanding() > 0 {
            self.connection.reap()?;
        }
        self.since = 0;
        Ok(())
    }
}
