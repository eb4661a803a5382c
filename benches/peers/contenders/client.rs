//! A client of a store, as lean as can be: requests that are ready, one at a time, on a connection that stays open. It
//! reads as many lines as an answer has and looks at nothing but how the last one begins.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;

/// A connection.
pub(super) struct Client {
    stream: Box<dyn Stream>,
    /// The answer that came last.
    answer: Vec<u8>,
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

impl Client {
    pub(super) fn unix(path: &Path) -> Result<Client, String> {
        let stream = UnixStream::connect(path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Client { stream: Box::new(stream), answer: vec![0; 4096] })
    }

    pub(super) fn tcp(port: u16) -> Result<Client, String> {
        let connect = || {
            let stream = TcpStream::connect(("127.0.0.1", port))?;
            stream.set_nodelay(true)?;
            Ok::<_, std::io::Error>(stream)
        };
        let stream = connect().map_err(|e| format!("port {port}: {e}"))?;
        Ok(Client { stream: Box::new(stream), answer: vec![0; 4096] })
    }

    /// Sends a request and waits for an answer of so many lines.
    pub(super) fn call(&mut self, request: &[u8], lines: usize) -> Result<&[u8], String> {
        let lost = |e: std::io::Error| format!("the connection: {e}");
        self.stream.write_all(request).map_err(lost)?;
        let mut len = 0;
        loop {
            let read = self.stream.read(&mut self.answer[len..]).map_err(lost)?;
            if read == 0 {
                return Err(
                    "the store has closed the connection, or says more than was expected".into()
                );
            }
            len += read;
            let answer = &self.answer[..len];
            if is_error(answer) || ends(answer, lines) {
                break;
            }
        }
        let answer = &self.answer[..len];
        if is_error(answer) {
            return Err(format!("the store says {}", String::from_utf8_lossy(answer).trim()));
        }
        Ok(answer)
    }
}

fn ends(answer: &[u8], lines: usize) -> bool {
    answer.ends_with(b"\r\n") && answer.iter().filter(|byte| **byte == b'\n').count() >= lines
}

/// Redis: `-…`; memcached: `ERROR`, `CLIENT_ERROR …`, `SERVER_ERROR …`, and what tells that nothing was done.
fn is_error(answer: &[u8]) -> bool {
    let failures: [&[u8]; 7] =
        [b"-", b"ERROR", b"CLIENT_ERROR", b"SERVER_ERROR", b"NOT_FOUND", b"EX", b"NF"];
    answer.ends_with(b"\r\n") && failures.iter().any(|failure| answer.starts_with(failure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_end_after_their_lines() {
        assert!(ends(b"$8\r\n12345678\r\n", 2));
        assert!(!ends(b"$8\r\n", 2));
        assert!(!ends(b"$8\r\n1234\n", 2));
        assert!(ends(b"VALUE k 0 8\r\n12345678\r\nEND\r\n", 3));
    }

    #[test]
    fn failures_are_seen() {
        assert!(is_error(b"-ERR unknown command\r\n"));
        assert!(is_error(b"EX\r\n"));
        assert!(!is_error(b":1\r\n"));
        assert!(!is_error(b"-ERR unkn"), "not yet");
    }
}
