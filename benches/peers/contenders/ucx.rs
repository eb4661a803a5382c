//! `ucx_perftest`: a server in the background, a client, and the last line of its table.

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Contender, PATIENCE};
use crate::figure::Figure;
use pangea_benches::perftest::free_port;
use pangea_benches::process::{Running, first_line};

/// A row, its test, bytes, calls; and what to take of the result.
type Test = (&'static str, &'static str, &'static str, &'static str, Take);

#[derive(Clone, Copy)]
enum Take {
    Nanoseconds,
    Microseconds,
    Gigabytes,
}

struct Ucx {
    name: &'static str,
    /// For a network, with a short limit for connections that never come to be.
    variables: &'static [(&'static str, &'static str)],
    tests: &'static [Test],
    rows: Vec<&'static str>,
}

// A put of few bytes is complete when it has been posted, in memory; over a NIC the test waits for the one that is
// outstanding.
const SHM: &[Test] = &[
    ("get", "ucp_get", "8", "500000", Take::Nanoseconds),
    ("put", "ucp_put_bw", "8", "500000", Take::Nanoseconds),
    ("add", "ucp_fadd", "8", "500000", Take::Nanoseconds),
    ("cas", "ucp_cswap", "8", "500000", Take::Nanoseconds),
    ("get64k", "ucp_get", "65536", "10000", Take::Gigabytes),
    ("get1m", "ucp_get", "1048576", "500", Take::Gigabytes),
];
const RXE: &[Test] = &[
    ("read8", "ucp_get", "8", "1000", Take::Microseconds),
    ("write8", "ucp_put_bw", "8", "1000", Take::Microseconds),
    ("faa8", "ucp_fadd", "8", "1000", Take::Microseconds),
    ("cas8", "ucp_cswap", "8", "1000", Take::Microseconds),
    ("read64k", "ucp_get", "65536", "500", Take::Gigabytes),
    ("write64k", "ucp_put_bw", "65536", "500", Take::Gigabytes),
];

fn new(
    name: &'static str,
    variables: &'static [(&str, &str)],
    tests: &'static [Test],
) -> Box<dyn Contender> {
    Box::new(Ucx { name, variables, tests, rows: tests.iter().map(|test| test.0).collect() })
}

/// Over both kinds of shared memory that it has.
pub(crate) fn shm() -> Vec<Box<dyn Contender>> {
    vec![
        new("UCX posix", &[("UCX_TLS", "posix,self")], SHM),
        new("UCX sysv", &[("UCX_TLS", "sysv,self")], SHM),
    ]
}

/// Over soft-RoCE.
pub(crate) fn rxe() -> Vec<Box<dyn Contender>> {
    vec![new(
        "UCX rc_verbs",
        &[
            ("UCX_TLS", "rc_verbs,ud_verbs:aux,self"),
            ("UCX_NET_DEVICES", "rxe0:1"),
            ("UCX_UD_TIMEOUT", "10s"),
        ],
        RXE,
    )]
}

impl Ucx {
    fn measure(&self, (row, test, size, calls, take): Test) -> Result<Figure, String> {
        let port = free_port()?.to_string();
        let command = |processor: &str| {
            let mut command = Command::new("ucx_perftest");
            command.args(["-c", processor, "-p", &port]).envs(self.variables.iter().copied());
            command
        };
        let mut server = Running::start(&mut command("1"))?;
        // It says nothing when it is ready.
        let start = Instant::now();
        let warm_up = (calls.parse().unwrap_or(1000) / 10).to_string();
        loop {
            sleep(Duration::from_millis(100));
            let mut client = command("0");
            client.args([
                "127.0.0.1",
                "-t",
                test,
                "-s",
                size,
                "-n",
                calls,
                "-w",
                &warm_up,
                "-O",
                "1",
                "-f",
            ]);
            match Running::start(&mut client)?.finish(PATIENCE) {
                Ok(output) => {
                    let value = parse(&output, take)
                        .ok_or_else(|| format!("{test} has printed no result"))?;
                    return Ok(Figure::new(row, "", value));
                }
                Err(error) if start.elapsed() > Duration::from_secs(5) || server.is_over() => {
                    return Err(error);
                }
                Err(_) => {}
            }
        }
    }
}

impl Contender for Ucx {
    fn name(&self) -> &str {
        self.name
    }

    fn rows(&self) -> &[&'static str] {
        &self.rows
    }

    fn prepare(&mut self) -> Result<String, String> {
        let line = first_line("ucx_info", &["-v"])?;
        Ok(line.rsplit(' ').next().unwrap_or_default().to_owned())
    }

    fn sample(&mut self, rows: &[&str]) -> Result<Vec<Figure>, String> {
        self.tests
            .iter()
            .filter(|test| rows.contains(&test.0))
            .map(|test| self.measure(*test))
            .collect()
    }
}

/// Of the table that `-f` prints, the last line: iterations, latency (median, average, overall, µs), bandwidth (average,
/// overall, MiB/s), messages per second (average, overall). The last one has the most digits.
fn parse(output: &str, take: Take) -> Option<f64> {
    let line = output.lines().rfind(|line| line.starts_with(' '))?;
    let numbers: Vec<f64> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
    let [_, _, _, _, _, bandwidth, _, messages] = numbers[..] else { return None };
    let value = match take {
        Take::Nanoseconds => 1e9 / messages,
        Take::Microseconds => 1e6 / messages,
        Take::Gigabytes => bandwidth * f64::from(1 << 20) / 1e9,
    };
    (value.is_finite() && value > 0.0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `ucx_perftest -t ucp_get -s 8 -n 300000 -f`, version 1.13.1.
    const OUTPUT: &str = "\
+--------------+--------------+------------------------------+---------------------+-----------------------+
|              |              |        latency (usec)        |   bandwidth (MB/s)  |  message rate (msg/s) |
+--------------+--------------+----------+---------+---------+----------+----------+-----------+-----------+
|     Test     | # iterations | 50.0%ile | average | overall |  average |  overall |  average  |  overall  |
+--------------+--------------+----------+---------+---------+----------+----------+-----------+-----------+
                      300000      0.020     0.075     0.075      101.47     101.47    13300191    13300191
";

    #[test]
    fn the_last_line_is_read() {
        let nanoseconds = parse(OUTPUT, Take::Nanoseconds).expect("is a result");
        assert!((nanoseconds - 75.187).abs() < 0.001, "{nanoseconds}");
        let gigabytes = parse(OUTPUT, Take::Gigabytes).expect("is a result");
        assert!((gigabytes - 0.1064).abs() < 0.0001, "{gigabytes}");
        assert_eq!(parse("+---+\n| Test |\n", Take::Nanoseconds), None);
        assert_eq!(parse("  300000 0.020\n", Take::Nanoseconds), None);
    }
}
