//! What the NIC does, without the runtime: READ, WRITE and atomics as work requests on queue pairs and
//! registered memory of their own, as perftest posts them, so that the two can be compared.
//!
//! | file | subject |
//! | --- | --- |
//! | `mail.rs` | how the two sides learn of each other's memory and queue pairs |
//! | `connection.rs` | a queue pair and its memory |
//! | `single.rs` | one request at a time |
//! | `ping_pong.rs` | WRITEs there and back, as `ib_write_lat` has it |
//! | `stream.rs` | many requests in flight |
//!
//! Defaults are perftest's: one request in flight for latency, 128 for bandwidth and rates; 65,536 bytes for
//! bandwidth. WRITEs travel inside the request where latency counts and they fit; for bandwidth and rates they
//! do not. One request of a batch is signaled, the last, and of single ones about one of 64 (perftest: one of
//! 100). READs and atomics that are posted beyond what the NIC keeps in flight wait in its queue: a queue pair
//! asks for as many as both sides can (`max_rd_atomic` and `max_dest_rd_atomic`), which is perftest's default,
//! too (its `--outs`). Each thread has a queue pair and memory of its own.
//!
//! The provider `shm` is driven in the same way, so that what is measured there is its work requests; arrays
//! do better, because they execute in place.

mod connection;
mod mail;
mod ping_pong;
mod single;
mod stream;

use verbs_shim::Fabric;
use verbs_shim::provider::{AnyProvider, Choice, Counted};

use self::connection::Connection;
use self::mail::Mail;
use self::ping_pong::{Ping, pong};
use self::single::Single;
use self::stream::Stream;
use crate::bench::bell::Bell;
use crate::bench::bench::{Bench, Hand, Measured, Setting, Sizes, Takes, Who, Workload};
use crate::bench::error::Error;
use crate::bench::measure::Kind;
use crate::bench::report::Row;

/// What is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Read,
    Write,
    CompareSwap,
    FetchAdd,
}

/// How.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// One after another, each until it is complete.
    Single,
    /// There and back.
    PingPong,
    /// Many in flight; large ones, whose bytes count.
    Bandwidth,
    /// Many in flight; small ones, whose number counts.
    Rate,
}

/// A test of one of them.
pub(crate) struct RawTest {
    name: &'static str,
    about: &'static str,
    verb: Verb,
    manner: Manner,
}

const fn test(name: &'static str, verb: Verb, manner: Manner, about: &'static str) -> RawTest {
    RawTest { name, about, verb, manner }
}

/// All of them.
pub(crate) static TESTS: &[RawTest] = &[
    test("read-lat", Verb::Read, Manner::Single, "latency of a READ (ib_read_lat)"),
    test(
        "write-lat",
        Verb::Write,
        Manner::PingPong,
        "half of a WRITE there and back (ib_write_lat)",
    ),
    test("write-done-lat", Verb::Write, Manner::Single, "latency of a WRITE until it is complete"),
    test(
        "cas-lat",
        Verb::CompareSwap,
        Manner::Single,
        "latency of a compare-and-swap (ib_atomic_lat -A CMP_AND_SWAP)",
    ),
    test(
        "faa-lat",
        Verb::FetchAdd,
        Manner::Single,
        "latency of a fetch-and-add (ib_atomic_lat -A FETCH_AND_ADD)",
    ),
    test("read-bw", Verb::Read, Manner::Bandwidth, "bandwidth of READs (ib_read_bw)"),
    test("write-bw", Verb::Write, Manner::Bandwidth, "bandwidth of WRITEs (ib_write_bw)"),
    test(
        "read-rate",
        Verb::Read,
        Manner::Rate,
        "rate of small READs, in batches (ib_read_bw -s 8 -l 32)",
    ),
    test(
        "write-rate",
        Verb::Write,
        Manner::Rate,
        "rate of small WRITEs, in batches (ib_write_bw -s 8 -l 32)",
    ),
    test(
        "atomic-rate",
        Verb::FetchAdd,
        Manner::Rate,
        "rate of fetch-and-adds, in batches (ib_atomic_bw -l 32)",
    ),
];

/// The provider of the job, opened once more, with round trips counted.
type Raw = Counted<AnyProvider>;

impl Workload for RawTest {
    fn name(&self) -> &'static str {
        self.name
    }

    fn group(&self) -> &'static str {
        "raw"
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn takes(&self) -> Takes {
        let sizes = match (self.verb, self.manner) {
            (Verb::CompareSwap | Verb::FetchAdd, _) => None,
            (_, Manner::Bandwidth) => Some(64 << 10),
            _ => Some(8),
        };
        let many = matches!(self.manner, Manner::Bandwidth | Manner::Rate);
        Takes {
            size: sizes.map(|usual| Sizes { usual, least: 1, most: 1 << 30 }),
            depth: many.then_some(128),
            batch: many.then_some(if self.manner == Manner::Rate { 32 } else { 1 }),
            threads: true,
            bidirectional: self.manner != Manner::PingPong,
            ..Takes::default()
        }
    }

    fn memory(&self, setting: &Setting) -> u64 {
        Mail::bytes(setting.threads)
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let choice: Choice = bench.node().provider().parse().map_err(Error::wrong)?;
        let provider = AnyProvider::open(choice, bench.verbs()).map_err(verbs_shim::Error::from)?;
        let fabric = Fabric::new(Counted::new(provider));
        let mail = Mail::new(bench, setting.threads)?;
        bench.count_beside(Some(fabric.provider().counter()));
        let measured = self.measure(bench, setting, &fabric, &mail)?;
        bench.count_beside(None);
        mail.release()?;
        Ok(bench.rows(self, setting, measured.as_ref()))
    }
}

impl RawTest {
    fn measure(
        &self,
        bench: &Bench<'_>,
        setting: &Setting,
        fabric: &Fabric<Raw>,
        mail: &Mail,
    ) -> Result<Option<Measured>, Error> {
        let connect = |hand: Hand| Connection::open(fabric, mail, setting, hand);
        // The home of one-sided operations has its side of the queue pairs, and nothing to do.
        let lend = |hand: Hand, bell: &Bell| {
            let _connection = connect(hand)?;
            bell.wait()
        };
        let batch = u64::from(setting.batch);
        match self.manner {
            Manner::Single => bench.measure(
                Who::First,
                setting,
                Kind::Latency,
                |hand| Ok(Single::new(connect(hand)?, self.verb)),
                lend,
            ),
            Manner::PingPong => {
                let bell = bench.bell();
                bench.measure(
                    Who::First,
                    setting,
                    Kind::Round,
                    |hand| Ok(Ping::new(connect(hand)?, bell.clone(), hand.peer)),
                    |hand, bell| pong(connect(hand)?, bell, hand.peer),
                )
            }
            Manner::Bandwidth | Manner::Rate => bench.measure(
                Who::First,
                setting,
                Kind::Rate { per_call: batch },
                |hand| Ok(Stream::new(connect(hand)?, self.verb, setting)),
                lend,
            ),
        }
    }
}
