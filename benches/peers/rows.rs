//! The rows of the comparison: what is measured, in what unit, and what is to hold.

use crate::options::Class;

/// What a row's figures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Nanoseconds,
    Microseconds,
    /// Million a second.
    Millions,
    /// GB a second.
    Gigabytes,
}

impl Unit {
    /// Whether less is better: for times.
    pub(crate) fn is_time(self) -> bool {
        matches!(self, Unit::Nanoseconds | Unit::Microseconds)
    }

    /// A figure as the table shows it.
    pub(crate) fn show(self, value: f64) -> String {
        let unit = match self {
            Unit::Nanoseconds if value >= 9_999.5 => return format!("{} µs", digits(value / 1e3)),
            Unit::Nanoseconds => "ns",
            Unit::Microseconds => "µs",
            Unit::Millions => "M/s",
            Unit::Gigabytes => "GB/s",
        };
        format!("{} {unit}", digits(value))
    }
}

/// Three digits that count.
pub(crate) fn digits(value: f64) -> String {
    match value.abs() {
        small if small < 9.995 => format!("{value:.2}"),
        middle if middle < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// What is to hold of Pangea's best way in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Goal {
    /// No more than so many nanoseconds above the limit.
    AboveLimit(f64),
    /// At most so many times the limit's time, or at least so many times its rate.
    OfLimit(f64),
    /// So many times as fast as the best of the contenders whose names begin so.
    TimesAsFast(f64, &'static [&'static str]),
    /// At most so many times the time of the contender whose name begins so, or at least so many times its rate,
    /// with the spread of that contender against itself on top.
    OfPeer(f64, &'static str),
}

/// One operation that is compared.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) class: Class,
    /// As programs and `--only` call it.
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    pub(crate) unit: Unit,
    pub(crate) goals: &'static [Goal],
}

const fn shm(key: &'static str, title: &'static str, unit: Unit, goals: &'static [Goal]) -> Row {
    Row { class: Class::Shm, key, title, unit, goals }
}

const fn rxe(key: &'static str, title: &'static str, unit: Unit, goals: &'static [Goal]) -> Row {
    Row { class: Class::Rxe, key, title, unit, goals }
}

const LIBRARIES: &[&str] = &["Open MPI", "UCX"];
const STORES: &[&str] = &["Redis"];
const BATCHES: &[&str] = &["Lamellar", "Open MPI"];
/// Nobody is to be faster.
const ALL: &[&str] = &[""];
const PERFTEST: &str = "perftest";

use Goal::{AboveLimit, OfLimit, OfPeer, TimesAsFast};

const ROWS: &[Row] = &[
    shm(
        "get",
        "8-byte get of a hot word",
        Unit::Nanoseconds,
        &[
            AboveLimit(5.0),
            TimesAsFast(4.0, LIBRARIES),
            TimesAsFast(100.0, STORES),
            TimesAsFast(1.0, ALL),
        ],
    ),
    shm("get-cached", "8-byte get, any word of 8 KiB", Unit::Nanoseconds, &[AboveLimit(5.0)]),
    shm(
        "get-apart",
        "8-byte get, any word of 64 MiB, independent of each other",
        Unit::Nanoseconds,
        &[AboveLimit(5.0)],
    ),
    shm(
        "get-memory",
        "8-byte get, any word of 64 MiB, each after the one before",
        Unit::Nanoseconds,
        &[AboveLimit(5.0)],
    ),
    shm(
        "put",
        "8-byte put, completed",
        Unit::Nanoseconds,
        &[AboveLimit(5.0), TimesAsFast(1.0, ALL)],
    ),
    shm(
        "add",
        "fetch-add",
        Unit::Nanoseconds,
        &[AboveLimit(5.0), TimesAsFast(2.0, LIBRARIES), TimesAsFast(1.0, ALL)],
    ),
    shm(
        "cas",
        "compare-and-swap",
        Unit::Nanoseconds,
        &[AboveLimit(5.0), TimesAsFast(100.0, STORES), TimesAsFast(1.0, ALL)],
    ),
    shm("get64k", "get of 64 KiB", Unit::Gigabytes, &[OfLimit(0.97), TimesAsFast(1.0, ALL)]),
    shm("get1m", "get of 1 MiB", Unit::Gigabytes, &[OfLimit(0.97), TimesAsFast(1.0, ALL)]),
    shm(
        "histogram",
        "random increments of 1 Mi words by both",
        Unit::Millions,
        &[TimesAsFast(1.0, BATCHES), TimesAsFast(1.0, ALL)],
    ),
    shm(
        "gups",
        "random exclusive-ors of 16 Mi words by both",
        Unit::Millions,
        &[TimesAsFast(1.0, BATCHES), TimesAsFast(1.0, ALL)],
    ),
    shm(
        "barrier",
        "barrier of 2 processes",
        Unit::Nanoseconds,
        &[OfLimit(1.5), TimesAsFast(1.0, ALL)],
    ),
    shm("load-cached", "load after load, first cache", Unit::Nanoseconds, &[]),
    shm("load-memory", "load after load, 256 MiB", Unit::Nanoseconds, &[]),
    shm("atomic", "atomic add", Unit::Nanoseconds, &[]),
    shm("handover", "cache line to another core and back", Unit::Nanoseconds, &[]),
    shm("memcpy64k", "memcpy of 64 KiB", Unit::Gigabytes, &[]),
    shm("memcpy1m", "memcpy of 1 MiB", Unit::Gigabytes, &[]),
    shm(
        "fault-other",
        "page fault served by another thread, with a copy of 4 KiB",
        Unit::Nanoseconds,
        &[],
    ),
    shm(
        "fault-own",
        "page fault served by the thread itself, with a copy of 4 KiB",
        Unit::Nanoseconds,
        &[],
    ),
    rxe(
        "read8",
        "READ of 8 bytes",
        Unit::Microseconds,
        &[OfPeer(1.05, PERFTEST), TimesAsFast(1.0, LIBRARIES)],
    ),
    rxe(
        "cas8",
        "compare-and-swap",
        Unit::Microseconds,
        &[OfPeer(1.05, PERFTEST), TimesAsFast(1.0, LIBRARIES)],
    ),
    rxe(
        "faa8",
        "fetch-add",
        Unit::Microseconds,
        &[OfPeer(1.05, PERFTEST), TimesAsFast(1.0, LIBRARIES)],
    ),
    rxe(
        "pingpong8",
        "WRITE of 8 bytes, there and back, half",
        Unit::Microseconds,
        &[OfPeer(1.05, PERFTEST)],
    ),
    rxe(
        "write8",
        "WRITE of 8 bytes, completed",
        Unit::Microseconds,
        &[OfPeer(1.05, PERFTEST), TimesAsFast(1.0, LIBRARIES)],
    ),
    rxe("read64k", "READ of 64 KiB, one outstanding", Unit::Gigabytes, &[OfPeer(0.97, PERFTEST)]),
    rxe("write64k", "WRITE of 64 KiB, one outstanding", Unit::Gigabytes, &[OfPeer(0.97, PERFTEST)]),
    rxe(
        "readrate",
        "READs of 8 bytes, 32 to a doorbell",
        Unit::Millions,
        &[OfPeer(0.95, PERFTEST)],
    ),
    rxe(
        "writerate",
        "WRITEs of 8 bytes, 32 to a doorbell",
        Unit::Millions,
        &[OfPeer(0.95, PERFTEST)],
    ),
    rxe(
        "strict64",
        "Strict read of 32 bytes, 64 on the wire",
        Unit::Microseconds,
        &[OfPeer(1.1, PERFTEST)],
    ),
    rxe(
        "strict512",
        "Strict read of 480 bytes, 512 on the wire",
        Unit::Microseconds,
        &[OfPeer(1.1, PERFTEST)],
    ),
    rxe(
        "strict16",
        "Strict read of 4,000 bytes, unchanged, 16 on the wire",
        Unit::Microseconds,
        &[OfPeer(1.1, PERFTEST)],
    ),
    rxe(
        "miss64",
        "Sequential miss of 32 bytes, 64 on the wire",
        Unit::Microseconds,
        &[OfPeer(1.15, PERFTEST)],
    ),
    rxe(
        "miss512",
        "Sequential miss of 480 bytes, 512 on the wire",
        Unit::Microseconds,
        &[OfPeer(1.15, PERFTEST)],
    ),
];

/// The rows of a class; only those named, where some are.
pub(crate) fn of(class: Class, only: &[String]) -> Result<Vec<&'static Row>, String> {
    let all: Vec<&Row> = ROWS.iter().filter(|row| row.class == class).collect();
    if let Some(name) = only.iter().find(|name| all.iter().all(|row| row.key != name.as_str())) {
        let names: Vec<_> = all.iter().map(|row| row.key).collect();
        return Err(format!(
            "there is no row {name:?} of class {}; there are {}",
            class.name(),
            names.join(", ")
        ));
    }
    Ok(all
        .into_iter()
        .filter(|row| only.is_empty() || only.iter().any(|name| name == row.key))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chosen_by_name() {
        let keys = |only: &[&str]| {
            let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
            of(Class::Shm, &only).map(|rows| rows.iter().map(|row| row.key).collect::<Vec<_>>())
        };
        assert_eq!(keys(&["add", "get"]).expect("are there"), ["get", "add"]);
        assert!(keys(&[]).expect("are there").len() > 10);
        let error = keys(&["read8"]).expect_err("is of the other class");
        assert!(error.contains("read8") && error.contains("barrier"), "{error}");
    }

    #[test]
    fn keys_are_unique() {
        for (number, row) in ROWS.iter().enumerate() {
            assert!(
                ROWS[..number].iter().all(|other| (other.class, other.key) != (row.class, row.key)),
                "{}",
                row.key
            );
        }
    }

    #[test]
    fn figures_have_three_digits() {
        assert_eq!(Unit::Nanoseconds.show(1.234), "1.23 ns");
        assert_eq!(Unit::Nanoseconds.show(123.4), "123 ns");
        assert_eq!(Unit::Nanoseconds.show(12_340.0), "12.3 µs");
        assert_eq!(Unit::Gigabytes.show(48.22), "48.2 GB/s");
    }
}
