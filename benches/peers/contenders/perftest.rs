//! perftest: a server in the background, a client, and the line of its table that begins with the size.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::ucx::free_port;
use super::{Contender, PATIENCE};
use crate::figure::Figure;
use crate::process::{Priority, Running, first_line};

/// What to take of a result.
#[derive(Clone, Copy)]
enum Take {
    /// The typical latency, µs.
    Typical,
    /// The average bandwidth. Its MB are MiB.
    Bandwidth,
    /// Messages: the time of one, µs.
    Completed,
    /// Messages: million a second.
    Messages,
}

struct Test {
    rows: &'static [&'static str],
    program: &'static str,
    size: &'static str,
    options: &'static [&'static str],
    take: Take,
}

impl Test {
    /// As that of Pangea's own programs for the row.
    fn priority(&self) -> Priority {
        if self.rows == ["pingpong8"] { Priority::Usual } else { Priority::RealTime }
    }
}

const fn lat(rows: &'static [&'static str], program: &'static str, size: &'static str) -> Test {
    Test { rows, program, size, options: &["-n", "1000"], take: Take::Typical }
}

const TESTS: &[Test] = &[
    lat(&["read8"], "ib_read_lat", "8"),
    Test {
        rows: &["cas8"],
        program: "ib_atomic_lat",
        size: "8",
        options: &["-n", "1000", "-A", "CMP_AND_SWAP"],
        take: Take::Typical,
    },
    Test {
        rows: &["faa8"],
        program: "ib_atomic_lat",
        size: "8",
        options: &["-n", "1000", "-A", "FETCH_AND_ADD"],
        take: Take::Typical,
    },
    lat(&["pingpong8"], "ib_write_lat", "8"),
    Test {
        rows: &["write8"],
        program: "ib_write_bw",
        size: "8",
        options: &["-n", "1000", "-t", "1"],
        take: Take::Completed,
    },
    Test {
        rows: &["read64k"],
        program: "ib_read_bw",
        size: "65536",
        options: &["-n", "300", "-t", "1"],
        take: Take::Bandwidth,
    },
    Test {
        rows: &["write64k"],
        program: "ib_write_bw",
        size: "65536",
        options: &["-n", "300", "-t", "1"],
        take: Take::Bandwidth,
    },
    Test {
        rows: &["readrate"],
        program: "ib_read_bw",
        size: "8",
        options: &["-n", "6400", "-l", "32"],
        take: Take::Messages,
    },
    Test {
        rows: &["writerate"],
        program: "ib_write_bw",
        size: "8",
        options: &["-n", "6400", "-l", "32"],
        take: Take::Messages,
    },
    lat(&["strict64", "miss64"], "ib_read_lat", "64"),
    lat(&["strict512", "miss512"], "ib_read_lat", "512"),
    lat(&["strict16"], "ib_read_lat", "16"),
];

struct Perftest {
    rows: Vec<&'static str>,
}

/// perftest, over the first NIC.
pub(crate) fn new() -> Box<dyn Contender> {
    Box::new(Perftest { rows: TESTS.iter().flat_map(|test| test.rows).copied().collect() })
}

impl Test {
    fn measure(&self) -> Result<f64, String> {
        let port = free_port()?.to_string();
        let command = || {
            let mut command = self.priority().command(self.program);
            // -F: do not refuse when the processor's frequency varies.
            command.args(["-F", "-s", self.size, "-p", &port]).args(self.options);
            command
        };
        let mut server = Running::start(&mut command())?;
        let start = Instant::now();
        loop {
            // The server takes a while, and says nothing when it is ready.
            sleep(Duration::from_millis(300));
            match Running::start(command().arg("127.0.0.1"))?.finish(PATIENCE) {
                Ok(output) => {
                    let value = parse(&output, self.size, self.take);
                    return value.ok_or_else(|| format!("{} has printed no result", self.program));
                }
                Err(error) if start.elapsed() > Duration::from_secs(15) || server.is_over() => {
                    return Err(error);
                }
                Err(_) => {}
            }
        }
    }
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
        for test in TESTS {
            let wanted: Vec<_> = test.rows.iter().filter(|row| rows.contains(row)).collect();
            if !wanted.is_empty() {
                let value = test.measure()?;
                let what = format!("{} {}", test.program, test.size);
                figures.extend(wanted.into_iter().map(|row| Figure::new(row, &what, value)));
            }
        }
        Ok(figures)
    }
}

/// Of a latency: bytes, iterations, least, greatest, typical … Of a bandwidth: bytes, iterations, peak, average (MiB a
/// second), million messages a second.
fn parse(output: &str, size: &str, take: Take) -> Option<f64> {
    let mut lines = output.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let words = lines.find(|words| words.first() == Some(&size) && words.len() >= 5)?;
    let number = |column: usize| words.get(column)?.parse::<f64>().ok();
    let value = match take {
        Take::Typical => number(4)?,
        Take::Bandwidth => number(3)? * f64::from(1 << 20) / 1e9,
        Take::Completed => 1.0 / number(4)?,
        Take::Messages => number(4)?,
    };
    (value.is_finite() && value > 0.0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `ib_read_lat -F -s 8 -n 1000`, version 6.06.
    const LATENCY: &str = "\
 #bytes #iterations    t_min[usec]    t_max[usec]  t_typical[usec]    t_avg[usec]    t_stdev[usec]   99% percentile[usec]   99.9% percentile[usec] 
Conflicting CPU frequency values detected: 2600.000000 != 2599.998000. CPU Frequency is not max.
 8       1000          27.09          1250.47      29.88     	       31.74       	38.03   		55.26   		1250.47
";
    /// Of `ib_write_bw -F -s 65536 -n 300 -t 1`.
    const BANDWIDTH: &str = "\
 #bytes     #iterations    BW peak[MB/sec]    BW average[MB/sec]   MsgRate[Mpps]
 65536      300              158.91             151.32  \t\t   0.002421
";

    #[test]
    fn results_are_read() {
        assert_eq!(parse(LATENCY, "8", Take::Typical), Some(29.88));
        assert_eq!(parse(LATENCY, "64", Take::Typical), None);
        let gigabytes = parse(BANDWIDTH, "65536", Take::Bandwidth).expect("is a result");
        assert!((gigabytes - 0.15867).abs() < 1e-5, "{gigabytes}");
        assert_eq!(parse(BANDWIDTH, "65536", Take::Messages), Some(0.002421));
        let microseconds = parse(BANDWIDTH, "65536", Take::Completed).expect("is a result");
        assert!((microseconds - 413.05).abs() < 0.01, "{microseconds}");
        assert_eq!(parse("Couldn't connect to 127.0.0.1:18515\n", "8", Take::Typical), None);
    }
}
