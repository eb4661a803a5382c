//! perftest.

use pangea_benches::perftest::{Take, Test};
use pangea_benches::process::{Priority, first_line};

use super::Contender;
use crate::figure::Figure;

/// Which rows a test is for.
type Rows = &'static [&'static str];

const fn lat(rows: Rows, program: &'static str, size: &'static str) -> (Rows, Test) {
    test(rows, program, size, &["-n", "1000"], Take::Typical)
}

const fn test(
    rows: Rows,
    program: &'static str,
    size: &'static str,
    options: &'static [&'static str],
    take: Take,
) -> (Rows, Test) {
    (rows, Test { program, size, options, take, priority: Priority::RealTime })
}

const TESTS: &[(Rows, Test)] = &[
    lat(&["read8"], "ib_read_lat", "8"),
    test(&["cas8"], "ib_atomic_lat", "8", &["-n", "1000", "-A", "CMP_AND_SWAP"], Take::Typical),
    test(&["faa8"], "ib_atomic_lat", "8", &["-n", "1000", "-A", "FETCH_AND_ADD"], Take::Typical),
    (
        &["pingpong8"],
        Test {
            program: "ib_write_lat",
            size: "8",
            options: &["-n", "1000"],
            take: Take::Typical,
            priority: Priority::Usual,
        },
    ),
    test(&["write8"], "ib_write_bw", "8", &["-n", "1000", "-t", "1"], Take::Completed),
    test(&["read64k"], "ib_read_bw", "65536", &["-n", "300", "-t", "1"], Take::Bandwidth),
    test(&["write64k"], "ib_write_bw", "65536", &["-n", "300", "-t", "1"], Take::Bandwidth),
    test(&["readrate"], "ib_read_bw", "8", &["-n", "6400", "-l", "32"], Take::Messages),
    test(&["writerate"], "ib_write_bw", "8", &["-n", "6400", "-l", "32"], Take::Messages),
    lat(&["strict64", "miss64"], "ib_read_lat", "64"),
    lat(&["strict512", "miss512"], "ib_read_lat", "512"),
    lat(&["strict16"], "ib_read_lat", "16"),
];

struct Perftest {
    rows: Vec<&'static str>,
}

/// perftest, over the first NIC.
pub(crate) fn new() -> Box<dyn Contender> {
    Box::new(Perftest { rows: TESTS.iter().flat_map(|(rows, _)| *rows).copied().collect() })
}

impl Contender for Perftest {
    fn name(&self) -> &str {
        "perftest"
    }

    fn rows(&self) -> &[&'static str] {
        &self.rows
    }

    fn prepare(&mut self) -> Result<String, String> {
        let line = first_line("ib_read_lat", &["--version"])?;
        Ok(line.trim_start_matches("Version:").trim().to_owned())
    }

    fn sample(&mut self, rows: &[&str]) -> Result<Vec<Figure>, String> {
        let mut figures = Vec::new();
        for (rows_of_test, test) in TESTS {
            let wanted: Vec<_> = rows_of_test.iter().filter(|row| rows.contains(row)).collect();
            if !wanted.is_empty() {
                let value = test.measure()?;
                let what = format!("{} {}", test.program, test.size);
                figures.extend(wanted.into_iter().map(|row| Figure::new(row, &what, value)));
            }
        }
        Ok(figures)
    }
}
