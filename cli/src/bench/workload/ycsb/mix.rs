//! The core workloads of YCSB, and the operations that a thread makes of one.
//!
//! As Cooper et al. define them ("Benchmarking Cloud Serving Systems with YCSB", SoCC 2010) and the files
//! `workloads/workloada` to `workloadf` of YCSB do: a read reads all fields, an update writes one, scans take 1 to 100
//! records, evenly. Keys follow Zipf's law with 0.99, scattered over all records; in D the latest are the most popular.

use crate::bench::workload::draw::{Draw, Zipf, scatter};

/// The exponent of Zipf's law.
const ZIPF: f64 = 0.99;

/// YCSB draws the places that it scatters from so many, however many records there are.
const PLACES: u64 = 10_000_000_000;

/// The longest scan.
pub(crate) const LONGEST_SCAN: u64 = 100;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Update,
    Insert,
    Scan,
    /// Reads, and then updates what it has read.
    Modify,
}

impl Kind {
    pub(crate) const ALL: [Kind; 5] =
        [Kind::Read, Kind::Update, Kind::Insert, Kind::Scan, Kind::Modify];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Read => "read",
            Kind::Update => "update",
            Kind::Insert => "insert",
            Kind::Scan => "scan",
            Kind::Modify => "read-modify-write",
        }
    }
}

/// One of the core workloads.
#[derive(Debug)]
pub(crate) struct Mix {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// How often what is done; the shares add up to 1.
    pub(crate) shares: [(Kind, f64); 2],
    /// Whether the records that were inserted last are the most popular.
    latest: bool,
}

/// All of them.
pub(crate) const MIXES: [Mix; 6] = [
    Mix {
        name: "ycsb-a",
        about: "half reads, half updates of records",
        shares: [(Kind::Read, 0.5), (Kind::Update, 0.5)],
        latest: false,
    },
    Mix {
        name: "ycsb-b",
        about: "95 % reads, 5 % updates of records",
        shares: [(Kind::Read, 0.95), (Kind::Update, 0.05)],
        latest: false,
    },
    Mix {
        name: "ycsb-c",
        about: "reads of records",
        shares: [(Kind::Read, 1.0), (Kind::Update, 0.0)],
        latest: false,
    },
    Mix {
        name: "ycsb-d",
        about: "95 % reads of the latest records, 5 % inserts",
        shares: [(Kind::Read, 0.95), (Kind::Insert, 0.05)],
        latest: true,
    },
    Mix {
        name: "ycsb-e",
        about: "95 % scans of up to 100 records, 5 % inserts",
        shares: [(Kind::Scan, 0.95), (Kind::Insert, 0.05)],
        latest: false,
    },
    Mix {
        name: "ycsb-f",
        about: "half reads, half read-modify-writes of records",
        shares: [(Kind::Read, 0.5), (Kind::Modify, 0.5)],
        latest: false,
    },
];

/// One operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) kind: Kind,
    pub(crate) target: Target,
    /// The field that is written.
    pub(crate) field: usize,
    /// How many records a scan takes.
    pub(crate) length: usize,
}

/// Which record an operation is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// The one of this number.
    Record(u64),
    /// So many before the latest.
    BeforeLatest(u64),
}

impl Mix {
    /// `count` operations of one thread, on `records` records of `fields` fields.
    pub(crate) fn operations(
        &self,
        draw: &mut Draw,
        records: u64,
        fields: usize,
        count: usize,
    ) -> Vec<Operation> {
        let places = Zipf::new(if self.latest { records } else { PLACES }, ZIPF);
        let [(first, share), (second, _)] = self.shares;
        let operation = |_| {
            let kind = if draw.happens(share) { first } else { second };
            let place = places.draw(draw);
            let target = match self.latest {
                true => Target::BeforeLatest(place),
                false => Target::Record(scatter(place) % records),
            };
            let field = draw.below(fields as u64) as usize;
            let length = 1 + draw.below(LONGEST_SCAN) as usize;
            Operation { kind, target, field, length }
        };
        (0..count).map(operation).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: u64 = 1000;

    fn drawn(mix: &Mix) -> Vec<Operation> {
        mix.operations(&mut Draw::new(1, 0, 0), RECORDS, 10, 100_000)
    }

    fn share(operations: &[Operation], is_so: impl Fn(&Operation) -> bool) -> f64 {
        operations.iter().filter(|operation| is_so(operation)).count() as f64
            / operations.len() as f64
    }

    #[test]
    fn operations_come_in_their_shares() {
        for mix in &MIXES {
            let operations = drawn(mix);
            for (kind, wanted) in mix.shares {
                let found = share(&operations, |operation| operation.kind == kind);
                assert!((found - wanted).abs() < 0.01, "{}: {found} {}s", mix.name, kind.name());
            }
            assert_eq!(mix.shares.iter().map(|(_, share)| share).sum::<f64>(), 1.0);
        }
    }

    #[test]
    fn a_few_scattered_records_are_the_most_popular() {
        let operations = drawn(&MIXES[0]);
        let mut seen = vec![0u32; RECORDS as usize];
        for operation in &operations {
            let Target::Record(record) = operation.target else { panic!("{operation:?}") };
            seen[record as usize] += 1;
        }
        // The first place comes up once in 26.47 draws, and most records do at all.
        let (most, hits) = seen.iter().enumerate().max_by_key(|(_, hits)| **hits).unwrap();
        assert_eq!(most as u64, scatter(0) % RECORDS);
        assert!((3400..4400).contains(hits), "{hits}");
        assert!(seen.iter().filter(|hits| **hits > 0).count() > 900);
    }

    #[test]
    fn the_latest_records_are_the_most_popular_in_d() {
        let operations = drawn(&MIXES[3]);
        let before = |operation: &Operation| match operation.target {
            Target::BeforeLatest(steps) => steps,
            Target::Record(_) => panic!("{operation:?}"),
        };
        let latest = share(&operations, |operation| before(operation) == 0);
        let second = share(&operations, |operation| before(operation) == 1);
        assert!((0.11..0.15).contains(&latest), "{latest}");
        assert!((1.8..2.2).contains(&(latest / second)), "{latest} and {second}");
        assert!(operations.iter().all(|operation| before(operation) < RECORDS));
    }

    #[test]
    fn scans_and_fields_are_even() {
        let operations = drawn(&MIXES[4]);
        let all = operations.len() as f64;
        let mean = operations.iter().map(|operation| operation.length as f64).sum::<f64>() / all;
        assert!((50.0..51.0).contains(&mean), "{mean}");
        assert!(operations.iter().all(|operation| (1..=100).contains(&operation.length)));
        let first = share(&operations, |operation| operation.field == 0);
        assert!((0.09..0.11).contains(&first), "{first}");
    }
}
