//! One connection of the coordinator: its stream, what has come and what is to go.

use std::collections::VecDeque;
use std::error::Error;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use super::super::auth::{Challenged, Verified};
use super::super::frame::{self, Decoder};
use super::super::message::Files;
use crate::primitives::Stream;

/// The most bytes that wait for a node that does not read.
const MAX_QUEUED: usize = if cfg!(test) { 4 << 20 } else { 64 << 20 };
/// How long a stranger has for the handshake.
pub(super) const HANDSHAKE: Duration = Duration::from_secs(5);
/// How long a connection that is to be closed has to take what is left.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long until files are sent again when too many are on their way in the whole system.
const CONGESTION: Duration = Duration::from_millis(3);

/// How far the handshake has come.
pub(super) enum Phase {
    /// Nothing has been said.
    New,
    /// The challenge was sent.
    Challenged(Challenged),
    /// The proof was right; the state machine is about to conclude.
    Verified(Verified),
    /// The node belongs to the job.
    Member,
    /// To be closed when the queue is empty.
    Closing,
}

/// A frame that is being sent.
struct Outgoing {
    /// Perhaps shared with other connections.
    bytes: Arc<[u8]>,
    sent: usize,
    files: Vec<Arc<OwnedFd>>,
}

pub(super) struct Connection<S> {
    pub(super) stream: S,
    pub(super) decoder: Decoder,
    pub(super) phase: Phase,
    /// When the phase has to be over; the phase `Member` does not end.
    pub(super) deadline: Duration,
    pub(super) arrived: Duration,
    queue: VecDeque<Outgoing>,
    queued: usize,
    /// Until when nothing is sent.
    congested_until: Option<Duration>,
}

/// Why a connection cannot go on.
pub(super) fn broken(reason: impl Into<Box<dyn Error + Send + Sync>>) -> io::Error {
    io::Error::other(reason)
}

impl<S: Stream> Connection<S> {
    pub(super) fn new(stream: S, now: Duration) -> io::Result<Connection<S>> {
        stream.set_nonblocking()?;
        Ok(Connection {
            stream,
            decoder: Decoder::for_stranger(),
            phase: Phase::New,
            deadline: now + HANDSHAKE,
            arrived: now,
            queue: VecDeque::new(),
            queued: 0,
            congested_until: None,
        })
    }

    pub(super) fn is_stranger(&self) -> bool {
        !matches!(self.phase, Phase::Member)
    }

    /// Whether something is left to send.
    pub(super) fn has_unsent(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Whether the stream should be asked for room.
    pub(super) fn wants_to_send(&self) -> bool {
        self.has_unsent() && self.congested_until.is_none()
    }

    pub(super) fn wants_to_receive(&self) -> bool {
        !matches!(self.phase, Phase::Closing)
    }

    /// When something is to be done although nothing comes.
    pub(super) fn wake_at(&self) -> Option<Duration> {
        let deadline = self.is_stranger().then_some(self.deadline);
        deadline.into_iter().chain(self.congested_until).min()
    }

    /// Receives what there is, once. False at the end of the stream.
    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> io::Result<bool> {
        let mut files = Vec::new();
        match self.stream.receive(buffer, &mut files) {
            Ok(0) if self.decoder.is_amid_frame() => {
                Err(broken("its connection ended amid a message"))
            }
            Ok(0) => Ok(false),
            Ok(len) => {
                self.decoder.push(&buffer[..len], files);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Sends a payload in a frame, now or as soon as there is room.
    pub(super) fn send(&mut self, payload: &[u8], files: Files, now: Duration) -> io::Result<()> {
        self.send_frame(frame::frame(payload, files.len()).into(), files, now)
    }

    /// Sends a frame that is made already.
    pub(super) fn send_frame(
        &mut self,
        bytes: Arc<[u8]>,
        files: Files,
        now: Duration,
    ) -> io::Result<()> {
        self.queued += bytes.len();
        if self.queued > MAX_QUEUED {
            return Err(broken(format!("it left {} bytes unread", self.queued)));
        }
        self.queue.push_back(Outgoing { bytes, sent: 0, files });
        self.flush(now)
    }

    /// Sends what there is room for.
    pub(super) fn flush(&mut self, now: Duration) -> io::Result<()> {
        if self.congested_until.is_some_and(|until| now < until) {
            return Ok(());
        }
        self.congested_until = None;
        while let Some(first) = self.queue.front_mut() {
            match self.stream.send(&first.bytes[first.sent..], &first.files) {
                Ok(sent) => {
                    // They went with the first byte; ours are not needed any more.
                    first.files.clear();
                    first.sent += sent;
                    self.queued -= sent;
                    if first.sent == first.bytes.len() {
                        self.queue.pop_front();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                    self.congested_until = Some(now + CONGESTION);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// From now on only sends what is left.
    pub(super) fn close_when_sent(&mut self, now: Duration) {
        self.phase = Phase::Closing;
        self.deadline = now + FAREWELL;
    }

    /// Whether it can be dropped.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Closing) && !self.has_unsent()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::net::UnixStream;

    use super::super::super::Socket;
    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn connection() -> (Connection<Socket>, Socket) {
        let (ours, theirs) = UnixStream::pair().expect("sockets");
        let connection = Connection::new(Socket::Unix(ours), NOW).expect("is good");
        (connection, Socket::Unix(theirs))
    }

    #[test]
    fn what_does_not_fit_waits_and_arrives_in_order_with_its_files() {
        let (mut connection, peer) = connection();
        let file: Arc<OwnedFd> = Arc::new(File::open("/dev/null").expect("opens").into());
        let payloads: Vec<Vec<u8>> = (0..20).map(|number| vec![number; 100_000]).collect();
        for payload in &payloads {
            connection.send(payload, vec![Arc::clone(&file)], NOW).expect("is queued");
        }
        assert!(connection.wants_to_send(), "sockets hold less than 2 MB");

        let mut decoder = Decoder::for_stranger();
        decoder.trust(true);
        let (mut found, mut buffer) = (Vec::new(), vec![0; 30_000]);
        while found.len() < payloads.len() {
            let mut files = Vec::new();
            let len = peer.receive(&mut buffer, &mut files).expect("receives");
            decoder.push(&buffer[..len], files);
            while let Some((payload, files)) = decoder.next().expect("frames are good") {
                assert_eq!(files.len(), 1);
                found.push(payload);
            }
            connection.flush(NOW).expect("goes on");
        }
        assert!(found == payloads && !connection.wants_to_send() && connection.queued == 0);
        assert_eq!(Arc::strong_count(&file), 1, "what was sent is not kept");
    }

    #[test]
    fn a_peer_that_does_not_read_is_given_up() {
        let (mut connection, _peer) = connection();
        let payload = vec![0; 1 << 20];
        let sent = (0..2 * MAX_QUEUED / payload.len())
            .map(|_| connection.send(&payload, Files::new(), NOW))
            .find(Result::is_err);
        let error = sent.expect("the queue has an end").expect_err("was searched").to_string();
        assert!(error.contains("unread"), "{error}");
    }

    #[test]
    fn the_end_amid_a_message_is_told_from_the_end() {
        let (mut connection, peer) = connection();
        peer.send(&[1, 0, 0], &[]).expect("sends");
        peer.shutdown();
        let mut buffer = [0; 16];
        assert!(connection.receive(&mut buffer).expect("three bytes"));
        let error = connection.receive(&mut buffer).expect_err("the frame has no end");
        assert!(error.to_string().contains("amid a message"));

        let (mut connection, peer) = self::connection();
        peer.shutdown();
        assert!(!connection.receive(&mut buffer).expect("the end"));
    }
}
