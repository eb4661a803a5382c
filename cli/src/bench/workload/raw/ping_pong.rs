//! WRITEs there and back, as `ib_write_lat` has it: each side waits until the last byte of what the other has
//! written is there, and answers.

use std::thread;
use std::time::{Duration, Instant};

use super::Verb;
use super::connection::Connection;
use crate::bench::bell::Bell;
use crate::bench::error::Error;
use crate::bench::measure::Operation;

/// Marks go from 1 to this.
const MARKS: u64 = 250;
/// The mark that ends it.
const END: u8 = 255;

/// Looks between two readings of the clock.
const LOOKS: u32 = 64;
/// After so long the processor is offered to others with each further reading: a NIC in software may need it.
const SHORT: Duration = Duration::from_micros(20);
/// Whoever waits for so long makes sure that the other node is still there.
const LONG: Duration = Duration::from_millis(500);

/// The side that measures.
pub(super) struct Ping {
    side: Side,
}

impl Ping {
    pub(super) fn new(connection: Connection, bell: Bell, peer: usize) -> Ping {
        Ping { side: Side::new(connection, bell, peer) }
    }
}

impl Operation for Ping {
    #[inline]
    fn call(&mut self, i: u64) -> Result<(), Error> {
        let mark = (i % MARKS + 1) as u8;
        self.side.write(mark)?;
        self.side.wait_for(|arrived| arrived == mark)?;
        Ok(())
    }
}

impl Drop for Ping {
    fn drop(&mut self) {
        // If the other side cannot be told, it finds out by itself.
        let _ = self.side.write(END);
    }
}

/// The side that answers, until it is told to end.
pub(super) fn pong(connection: Connection, bell: &Bell, peer: usize) -> Result<(), Error> {
    let mut side = Side::new(connection, bell.clone(), peer);
    let mut last = 0;
    loop {
        last = side.wait_for(|arrived| arrived != last)?;
        if last == END {
            return bell.wait();
        }
        side.write(last)?;
    }
}

struct Side {
    connection: Connection,
    bell: Bell,
    peer: usize,
    /// What travels inside of the request, if it fits.
    inline: Option<Vec<u8>>,
}

impl Side {
    fn new(connection: Connection, bell: Bell, peer: usize) -> Side {
        let inline = connection.buffers.inline();
        Side { connection, bell, peer, inline }
    }

    /// WRITEs bytes that end with a mark, and waits for the completion, as perftest does.
    #[inline]
    fn write(&mut self, mark: u8) -> Result<(), Error> {
        let last = self.connection.buffers.bytes - 1;
        match &mut self.inline {
            Some(data) => {
                data[last] = mark;
                self.connection.complete_inline(data)
            }
            None => {
                self.connection.buffers.fill(last, mark);
                self.connection.complete(Verb::Write, 0)
            }
        }
    }

    /// Waits until the last byte that the other side has written is such, and answers it.
    #[inline]
    fn wait_for(&self, is_it: impl Fn(u8) -> bool) -> Result<u8, Error> {
        let last = self.connection.buffers.bytes - 1;
        let mut start = None;
        let mut asked = Duration::ZERO;
        loop {
            for _ in 0..LOOKS {
                let arrived = self.connection.buffers.arrived(last);
                if is_it(arrived) {
                    return Ok(arrived);
                }
                std::hint::spin_loop();
            }
            let waited = start.get_or_insert_with(Instant::now).elapsed();
            if waited > SHORT {
                thread::yield_now();
            }
            if waited - asked > LONG {
                asked = waited;
                self.bell.alive(self.peer)?;
            }
        }
    }
}
