//! perftest: a server in the background, a client, and the line of its table that begins with the size.

use std::net::TcpListener;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::process::{Priority, Running};

/// What to take of a result.
#[derive(Clone, Copy, Debug)]
pub enum Take {
    /// The typical latency, µs.
    Typical,
    /// The average bandwidth, GB/s. perftest's MB are MiB.
    Bandwidth,
    /// Messages: the time of one, µs.
    Completed,
    /// Messages: million a second.
    Messages,
}

/// One of its programs, with what it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Test {
    /// Such as `ib_read_lat`.
    pub program: &'static str,
    /// Bytes of a message.
    pub size: &'static str,
    /// What else it is told.
    pub options: &'static [&'static str],
    /// What counts.
    pub take: Take,
    /// As that of the programs that it is compared with.
    pub priority: Priority,
}

/// How long one run may take.
const PATIENCE: Duration = Duration::from_secs(90);

impl Test {
    /// Runs it, over the first NIC.
    ///
    /// # Errors
    /// When it is not installed, or fails; with what it has said.
    pub fn measure(&self) -> Result<f64, String> {
        let port = free_port()?.to_string();
        let command = || {
            let mut command = self.priority.command(self.program);
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

/// A port that is free now.
///
/// # Errors
/// When the system has none.
pub fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|e| format!("no free port: {e}"))
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
