//! What is shown, and the goals.

use std::fmt;

use paging::Mechanism;
use pangea_benches::goals::{Figures, Goal, Row, row};
use pangea_benches::perftest::{Take, Test};
use pangea_benches::process::Priority;

use crate::parts::Part;

/// Where it is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The shared memory of this host.
    Shm,
    /// Soft-RoCE.
    Rxe,
}

impl Place {
    /// As `Choice` reads it.
    pub(crate) fn provider(self) -> &'static str {
        match self {
            Place::Shm => "shm",
            Place::Rxe => "verbs",
        }
    }
}

/// How a view comes by its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// They are the home memory itself.
    Direct,
    /// By faults that this tells of.
    Userfaultfd,
    /// As well.
    Mprotect,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Direct, Kind::Userfaultfd, Kind::Mprotect];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Direct => "direct",
            Kind::Userfaultfd => "userfaultfd",
            Kind::Mprotect => "mprotect",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What `PANGEA_VIEW` must be.
    pub(crate) fn setting(self) -> &'static str {
        match self {
            Kind::Direct => "auto",
            Kind::Userfaultfd => "paged-userfaultfd",
            Kind::Mprotect => "paged-mprotect",
        }
    }

    /// How faults are told, where there are any.
    pub(crate) fn mechanism(self) -> Option<Mechanism> {
        match self {
            Kind::Direct => None,
            Kind::Userfaultfd => Some(Mechanism::Userfaultfd),
            Kind::Mprotect => Some(Mechanism::Mprotect),
        }
    }

    /// Why this machine does not have it.
    pub(crate) fn problem(self) -> Option<String> {
        let mechanism = self.mechanism()?;
        mechanism.check().err().map(|reason| reason.to_string())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Direct => f.write_str("the home memory, mapped"),
            Kind::Userfaultfd | Kind::Mprotect => write!(f, "paged by {}", self.name()),
        }
    }
}

/// What there is in a place.
pub(crate) fn kinds(place: Place) -> &'static [Kind] {
    match place {
        Place::Shm => &Kind::ALL,
        Place::Rxe => &Kind::ALL[1..],
    }
}

/// Those of one place.
pub(crate) fn of(place: Place) -> &'static [Row] {
    match place {
        Place::Shm => SHM,
        Place::Rxe => RXE,
    }
}

const SHM: &[Row] = &[
    row("sum-vec", "sum of 256 KiB: Vec", "µs", Goal::None("")),
    row("sum-own", "  own pages", "µs", Goal::AtMost(&[(1.02, "sum-vec")])),
    row("sum-other", "  pages of another node", "µs", Goal::AtMost(&[(1.02, "sum-vec")])),
    row("bigsum-vec", "sum of 16 MiB: Vec", "µs", Goal::None("")),
    row("bigsum-own", "  own pages", "µs", Goal::AtMost(&[(1.02, "bigsum-vec")])),
    row("bigsum-other", "  pages of another node", "µs", Goal::AtMost(&[(1.02, "bigsum-vec")])),
    row("stencil-vec", "stencil on 2 × 256 KiB: Vec", "µs", Goal::None("")),
    row("stencil-own", "  own pages", "µs", Goal::AtMost(&[(1.02, "stencil-vec")])),
    row("stencil-other", "  pages of another node", "µs", Goal::AtMost(&[(1.02, "stencil-vec")])),
    row("miss-bare", "load of a page of 4 KiB: bare fault, copy", "µs", Goal::None("")),
    row("miss", "  miss, pages in random order", "µs", Goal::AtMost(&[(1.3, "miss-bare")])),
    row("ahead", "  one after the other", "µs", Goal::None("with read-ahead")),
    row("acquire-small", "acquire, 10 of 10 MiB's pages changed", "µs", Goal::None("")),
    row("acquire-large", "  10 of 1 GiB's", "µs", Goal::AtMost(&[(2.0, "acquire-small")])),
    row("acquire-warm", "  none of 1 GiB's", "µs", Goal::None("Argo on one host: 9.4 ms")),
    row("atomic", "fetch_add", "µs", Goal::None("Argo: 1.2 µs")),
    row("barrier", "barrier of 2 nodes", "µs", Goal::None("Argo: 12.6 µs")),
    row("view-barrier", "  of a view", "µs", Goal::None("release, barrier, acquire")),
];

const RXE: &[Row] = &[
    row("miss-bare", "load of a page of 4 KiB: bare fault, copy", "µs", Goal::None("")),
    row("read-lat", "  ib_read_lat of 4 KiB", "µs", Goal::None("")),
    row("read-then-bare", "  both, in turns", "µs", Goal::None("`get_range`, then a bare fault")),
    row(
        "miss",
        "  miss, pages in random order",
        "µs",
        Goal::AtMost(&[(1.3, "miss-bare"), (1.2, "read-lat")]),
    ),
    row("ahead", "  one after the other", "µs", Goal::None("with read-ahead")),
    row("read-bw", "16 MiB in messages of 64 KiB: ib_read_bw", "MB/s", Goal::None("")),
    row("scan", "  sum of a view, nothing cached", "MB/s", Goal::AtLeast(0.8, "read-bw")),
    row("atomic", "fetch_add", "µs", Goal::None("")),
    row("barrier", "barrier of 2 nodes", "µs", Goal::None("")),
    row("view-barrier", "  of a view", "µs", Goal::None("release, barrier, acquire")),
];

/// What the NIC can do, by perftest.
pub(crate) fn limits(parts: &[Part]) -> Result<Figures, String> {
    let latency = Test {
        program: "ib_read_lat",
        size: "4096",
        options: &["-n", "1000"],
        take: Take::Typical,
        priority: Priority::RealTime,
    };
    let bandwidth = Test {
        program: "ib_read_bw",
        size: "65536",
        options: &["-n", "300"],
        take: Take::Bandwidth,
        // The driver's thread works while a scan copies and adds.
        priority: Priority::Usual,
    };
    let mut limits = Figures::new();
    if parts.contains(&Part::Miss) {
        limits.insert("read-lat".to_owned(), latency.measure()?);
    }
    if parts.contains(&Part::Scan) {
        limits.insert("read-bw".to_owned(), bandwidth.measure()? * 1e3);
    }
    Ok(limits)
}
