//! Redis and memcached: a server without persistence, one thread, and a client of our own that asks for one thing at a
//! time. On one processor both take turns without waking another one, which is their best case; on two, each has its own.

use std::process::Command;
use std::time::{Duration, Instant};

use pangea_benches::figures::{pin, take_turns};
use tempfile::TempDir;

use super::Contender;
use super::client::Client;
use crate::figure::Figure;
use pangea_benches::perftest::free_port;
use pangea_benches::process::{Running, first_line};

const ROWS: &[&str] = &["get", "put", "add", "cas"];
const SLICES: usize = 5;
const CALLS: u64 = 300;

#[derive(Clone, Copy, PartialEq)]
enum Store {
    Redis,
    Memcached,
}

/// A server that runs, and how it is reached.
struct Server {
    variant: String,
    store: Store,
    client: Client,
    /// Of the value at the key that compare-and-swap uses.
    version: u64,
    _running: Running,
    _folder: TempDir,
}

struct Stores {
    store: Store,
    servers: Vec<Server>,
}

/// Both.
pub(crate) fn all() -> Vec<Box<dyn Contender>> {
    [Store::Redis, Store::Memcached]
        .map(|store| Box::new(Stores { store, servers: Vec::new() }) as Box<dyn Contender>)
        .into()
}

fn start(store: Store, unix: bool, processor: usize) -> Result<Server, String> {
    let folder = tempfile::tempdir().map_err(|e| format!("a temporary folder: {e}"))?;
    let socket = folder.path().join("socket");
    let port = free_port()?;
    let mut command = Command::new("taskset");
    command.args(["-c", &processor.to_string()]).current_dir(folder.path());
    match store {
        Store::Redis => {
            command.args([
                "redis-server",
                "--save",
                "",
                "--appendonly",
                "no",
                "--bind",
                "127.0.0.1",
                "--unixsocket",
            ]);
            command.arg(&socket).args(["--port", &port.to_string()]);
        }
        Store::Memcached => {
            command.args(["memcached", "-u", "root", "-t", "1"]);
            if unix {
                command.arg("-s").arg(&socket);
            } else {
                command.args(["-l", "127.0.0.1", "-U", "0", "-p", &port.to_string()]);
            }
        }
    }
    let mut running = Running::start(&mut command)?;
    let begun = Instant::now();
    let client = loop {
        match if unix { Client::unix(&socket) } else { Client::tcp(port) } {
            Ok(client) => break client,
            Err(error) if begun.elapsed() > Duration::from_secs(10) || running.is_over() => {
                return Err(running.failure(&error, ""));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    let variant = format!(
        "{}, {}",
        if unix { "Unix socket" } else { "TCP" },
        if processor == 0 { "one core" } else { "two cores" }
    );
    Ok(Server { variant, store, client, version: 0, _running: running, _folder: folder })
}

/// Redis' protocol: a request is an array of texts.
fn redis(words: &[&str]) -> Vec<u8> {
    let mut request = format!("*{}\r\n", words.len());
    for word in words {
        request += &format!("${}\r\n{word}\r\n", word.len());
    }
    request.into_bytes()
}

/// Compare-and-swap as Redis can do it in one request.
const SCRIPT: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) return 1 end return redis.error_reply('differs')";

impl Server {
    /// Puts the values there that the requests use; of a script, the name by which it is called.
    fn fill(&mut self) -> Result<String, String> {
        match self.store {
            Store::Redis => {
                for (key, value) in [("word", "12345678"), ("count", "1"), ("swapped", "aaaaaaaa")]
                {
                    self.client.call(&redis(&["SET", key, value]), 1)?;
                }
                let answer = self.client.call(&redis(&["SCRIPT", "LOAD", SCRIPT]), 2)?;
                let text = String::from_utf8_lossy(answer).into_owned();
                Ok(text.lines().nth(1).unwrap_or_default().to_owned())
            }
            Store::Memcached => {
                self.client.call(b"set word 0 0 8\r\n12345678\r\n", 1)?;
                self.client.call(b"set count 0 0 1\r\n1\r\n", 1)?;
                self.version = version_of(self.client.call(b"ms swapped 8 c\r\naaaaaaaa\r\n", 1)?)?;
                Ok(String::new())
            }
        }
    }

    /// Nanoseconds of one request of a row.
    fn measure(&mut self, row: &str) -> Result<f64, String> {
        let script = self.fill()?;
        let values = ["aaaaaaaa", "bbbbbbbb"];
        // One request after another, where they are all alike.
        let (same, lines) = match (self.store, row) {
            (Store::Redis, "get") => (redis(&["GET", "word"]), 2),
            (Store::Redis, "put") => (redis(&["SET", "word", "12345678"]), 1),
            (Store::Redis, "add") => (redis(&["INCRBY", "count", "1"]), 1),
            (Store::Memcached, "get") => (b"get word\r\n".to_vec(), 3),
            (Store::Memcached, "put") => (b"set word 0 0 8\r\n12345678\r\n".to_vec(), 1),
            (Store::Memcached, "add") => (b"incr count 1\r\n".to_vec(), 1),
            _ => (Vec::new(), 1),
        };
        let swaps = [0, 1]
            .map(|i: usize| redis(&["EVALSHA", &script, "1", "swapped", values[i], values[1 - i]]));
        let (mut turn, mut failed) = (0, None);
        let mut ask = |calls| {
            for _ in 0..calls {
                let outcome = if !same.is_empty() {
                    self.client.call(&same, lines).map(drop)
                } else if self.store == Store::Redis {
                    self.client.call(&swaps[turn % 2], 1).map(drop)
                } else {
                    let request = format!("ms swapped 8 C{} c\r\naaaaaaaa\r\n", self.version);
                    let answer = self.client.call(request.as_bytes(), 1).and_then(version_of);
                    answer.map(|version| self.version = version)
                };
                turn += 1;
                if let Err(error) = outcome {
                    failed.get_or_insert(error);
                    return;
                }
            }
        };
        let nanoseconds = take_turns(SLICES, CALLS, &mut [&mut ask])[0];
        failed.map_or(Ok(nanoseconds), Err)
    }
}

/// memcached's answer to a write that asks for the value's version: `HD c123`.
fn version_of(answer: &[u8]) -> Result<u64, String> {
    let text = String::from_utf8_lossy(answer);
    let version = text.strip_prefix("HD c").and_then(|rest| rest.trim().parse().ok());
    version.ok_or_else(|| format!("memcached says {:?} to a compare-and-swap", text.trim()))
}

impl Contender for Stores {
    fn name(&self) -> &str {
        match self.store {
            Store::Redis => "Redis",
            Store::Memcached => "memcached",
        }
    }

    fn rows(&self) -> &[&'static str] {
        ROWS
    }

    fn prepare(&mut self) -> Result<String, String> {
        let (program, column) = match self.store {
            Store::Redis => ("redis-server", 2),
            Store::Memcached => ("memcached", 1),
        };
        let line = first_line(program, &["--version"])?;
        for (unix, processor) in [(true, 0), (false, 0), (true, 1)] {
            self.servers.push(start(self.store, unix, processor)?);
        }
        let version = line.split(' ').nth(column).unwrap_or_default();
        Ok(version.trim_start_matches("v=").to_owned())
    }

    fn sample(&mut self, rows: &[&str]) -> Result<Vec<Figure>, String> {
        // A thread of its own, which may be kept to a processor.
        std::thread::scope(|scope| {
            let measure = || {
                pin(0)?;
                let mut figures = Vec::new();
                for server in &mut self.servers {
                    for row in ROWS.iter().filter(|row| rows.contains(row)) {
                        let nanoseconds = server.measure(row)?;
                        figures.push(Figure::new(row, &server.variant, nanoseconds));
                    }
                }
                Ok(figures)
            };
            scope.spawn(measure).join().map_err(|_| "its client has panicked".to_owned())?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_answers() {
        assert_eq!(redis(&["GET", "word"]), b"*2\r\n$3\r\nGET\r\n$4\r\nword\r\n");
        assert_eq!(version_of(b"HD c42\r\n"), Ok(42));
        assert!(version_of(b"NS \r\n").is_err());
    }
}
