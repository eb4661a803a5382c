//! One request at a time, each until it is complete.

use super::Verb;
use super::connection::Connection;
use crate::bench::error::Error;
use crate::bench::measure::Operation;

/// Posts and waits.
pub(super) struct Single {
    connection: Connection,
    verb: Verb,
    /// What travels inside of a WRITE.
    inline: Option<Vec<u8>>,
}

impl Single {
    pub(super) fn new(connection: Connection, verb: Verb) -> Single {
        let inline = connection.buffers.inline().filter(|_| verb == Verb::Write);
        Single { connection, verb, inline }
    }
}

impl Operation for Single {
    #[inline]
    fn call(&mut self, _: u64) -> Result<(), Error> {
        match &self.inline {
            Some(data) => self.connection.complete_inline(data),
            None => self.connection.complete(self.verb, 0),
        }
    }
}
