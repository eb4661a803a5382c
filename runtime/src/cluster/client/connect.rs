//! Finding the coordinator, and the node's side of the handshake.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use super::super::auth::NodeHandshake;
use super::super::error::ClusterError;
use super::super::frame::{self, Decoder};
use super::super::job::{Address, JobEnv, random_bytes};
use super::super::message::{Admission, Identity};
use super::Welcome;
use crate::primitives::{Primitives, Stream};

/// How often an address is tried whose connection ends amid the handshake: a coordinator that is
/// beset by strangers gives up the oldest connection that has not shown who it is.
const ATTEMPTS: u32 = 10;

/// A connection on which the handshake succeeded.
pub(super) struct Joined<S> {
    pub(super) stream: S,
    pub(super) decoder: Decoder,
    pub(super) welcome: Welcome,
}

/// How one attempt ended.
enum Failure {
    /// The connection did not come about or ended early; another address may do.
    Connection(io::Error),
    /// The answer is final.
    Final(ClusterError),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        // A socket with a time limit says so when it is over.
        Failure::Connection(match error.kind() {
            io::ErrorKind::WouldBlock => {
                io::Error::new(io::ErrorKind::TimedOut, "it does not answer in time")
            }
            _ => error,
        })
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Failure {
        Failure::Final(error)
    }
}

/// Tries the job's addresses in order.
pub(super) fn join<P: Primitives>(
    job: &JobEnv,
    timeout: Duration,
) -> Result<Joined<P::Stream>, ClusterError> {
    let (pid, host) = P::identity();
    let identity = Identity { rank: job.rank, pid, host: shortened(host) };
    let mut tried = Vec::new();
    for address in &job.addresses {
        match join_at::<P>(address, job, &identity, timeout) {
            Ok(joined) => return Ok(joined),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Connection(error)) => tried.push(format!("{address}: {error}")),
        }
    }
    Err(ClusterError::Unreachable { tried: tried.join("; ") })
}

fn join_at<P: Primitives>(
    address: &Address,
    job: &JobEnv,
    identity: &Identity,
    timeout: Duration,
) -> Result<Joined<P::Stream>, Failure> {
    let deadline = P::now() + timeout;
    let mut attempt = 1;
    loop {
        let stream = P::Stream::connect(address, timeout)?;
        match handshake::<P>(stream, job, identity, deadline) {
            Err(Failure::Connection(error))
                if was_cut(&error) && attempt < ATTEMPTS && P::now() < deadline =>
            {
                log::debug!("{address} ended the handshake ({error}); trying again");
                P::sleep(Duration::from_millis(20) * attempt);
                attempt += 1;
            }
            result => return result,
        }
    }
}

/// Whether the other side ended the connection.
fn was_cut(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}

fn handshake<P: Primitives>(
    stream: P::Stream,
    job: &JobEnv,
    identity: &Identity,
    deadline: Duration,
) -> Result<Joined<P::Stream>, Failure> {
    let left = deadline.saturating_sub(P::now());
    stream.set_timeout(Some(left.max(Duration::from_millis(1))))?;
    let mut decoder = Decoder::for_stranger();

    let node = NodeHandshake::new(&job.secret, random_bytes::<P, _>()?);
    send_all::<P>(&stream, &frame::frame(&node.hello(), 0), &[])?;
    let challenge = receive_plain(&stream, &mut decoder)?;
    let (node, proof) = node.prove(&challenge, identity)?;
    send_all::<P>(&stream, &frame::frame(&proof, 0), &[])?;
    let admission = node.conclude(&receive_plain(&stream, &mut decoder)?)?;

    stream.set_timeout(None)?;
    decoder.trust(stream.carries_files());
    Ok(Joined { stream, decoder, welcome: welcome(admission, job)? })
}

fn welcome(admission: Admission, job: &JobEnv) -> Result<Welcome, ClusterError> {
    let Admission { rank, size, epoch, provider, arena_bytes, cache_bytes, one_host } = admission;
    let provider = provider.parse().map_err(|error| {
        ClusterError::Protocol(format!("the job's provider is not known here: {error}"))
    })?;
    let cache_bytes = job.cache_bytes.unwrap_or(cache_bytes);
    Ok(Welcome { rank, size, epoch, provider, arena_bytes, cache_bytes, one_host })
}

/// One frame of the handshake.
fn receive_plain(stream: &impl Stream, decoder: &mut Decoder) -> Result<Vec<u8>, Failure> {
    let mut files = Vec::new();
    loop {
        match decoder.next() {
            Ok(Some((payload, _))) => return Ok(payload),
            Ok(None) => {}
            // Whatever listens there, it is not a coordinator.
            Err(error) => {
                log::debug!("the handshake is not one: {error}");
                return Err(Failure::Final(ClusterError::Impostor));
            }
        }
        let mut buffer = [0; 1024];
        match stream.receive(&mut buffer, &mut files)? {
            0 => {
                let problem = "the connection ended during the handshake";
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, problem).into());
            }
            len => decoder.push(&buffer[..len], files.drain(..)),
        }
    }
}

/// Sends all of a frame; the files go with its first byte.
pub(super) fn send_all<P: Primitives>(
    stream: &P::Stream,
    mut bytes: &[u8],
    mut files: &[Arc<OwnedFd>],
) -> io::Result<()> {
    while !bytes.is_empty() {
        match stream.send(bytes, files) {
            Ok(sent) => {
                bytes = &bytes[sent..];
                files = &[];
            }
            // So many files are on their way that the system carries no more until some arrive.
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                P::sleep(Duration::from_millis(2));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The name of a host, no longer than a message may have it.
fn shortened(mut name: String) -> String {
    name.truncate(name.floor_char_boundary(Identity::MAX_HOST));
    name
}
