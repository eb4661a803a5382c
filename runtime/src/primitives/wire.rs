//! The connections between nodes and the coordinator: byte streams, with files beside the bytes where
//! both ends share a host.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use crate::cluster::Address;

/// A connected byte stream. Any thread may send while another receives.
pub trait Stream: Sized + Send + Sync + fmt::Debug + 'static {
    /// Connects to a coordinator.
    ///
    /// # Errors
    /// As the system has it.
    fn connect(address: &Address, timeout: Duration) -> io::Result<Self>;

    /// Whether files can be sent over it, that is, whether the other side is on this host.
    fn carries_files(&self) -> bool;

    /// How long a send and a receive may wait; for ever without it. They fail with
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when that is over.
    ///
    /// # Errors
    /// As the system has it.
    fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()>;

    /// From now on sends and receives that would wait fail with
    /// [`WouldBlock`](io::ErrorKind::WouldBlock).
    ///
    /// # Errors
    /// As the system has it.
    fn set_nonblocking(&self) -> io::Result<()>;

    /// Where the other side is, for the log.
    fn peer(&self) -> String;

    /// Ends both directions, so that a thread that waits here or at the other end goes on.
    fn shutdown(&self);

    /// Sends some of `bytes`, not empty; `files` go with the first of them.
    ///
    /// # Errors
    /// [`ResourceBusy`](io::ErrorKind::ResourceBusy) when so many files are on their way that the
    /// system carries no more until some have arrived; [`InvalidInput`](io::ErrorKind::InvalidInput)
    /// for files that cannot go this way; else as the system has it.
    fn send(&self, bytes: &[u8], files: &[Arc<OwnedFd>]) -> io::Result<usize>;

    /// Receives some bytes into `into`, and the files that come with them; 0 at the end.
    ///
    /// # Errors
    /// As the system has it.
    fn receive(&self, into: &mut [u8], files: &mut Vec<OwnedFd>) -> io::Result<usize>;
}

/// What a stream is to be watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// That something can be received, or that it has ended.
    pub receive: bool,
    /// That there is room to send.
    pub send: bool,
}

/// What can be done now.
#[derive(Clone, Debug, Default)]
pub struct Ready {
    /// For each stream, in the order of asking: something that was of interest has come about, or its
    /// end.
    pub streams: Vec<bool>,
    /// The listeners, by number, at which a connection waits.
    pub listeners: Vec<usize>,
}

/// Where the coordinator takes connections, and how its thread waits for all it has to do with.
pub trait Acceptor: Sized + Send + 'static {
    /// Its connections.
    type Stream: Stream;
    /// What ends a wait from another thread.
    type Wake: Wake;

    /// Begins to listen, on `listen` and wherever else is natural; also gives the addresses for nodes,
    /// in the order to try them. The waits of the thread that has the acceptor are ended by the waker.
    ///
    /// # Errors
    /// As the system has it, with what was tried.
    fn listen(
        listen: SocketAddr,
    ) -> Result<(Self, Vec<Address>, Self::Wake), crate::cluster::ClusterError>;

    /// The connection that waits at a listener.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when there is none, and as the system has it.
    fn accept(&self, listener: usize) -> io::Result<Self::Stream>;

    /// Waits until one of `streams` has what is asked of it, a connection has come (if `accepting`), it
    /// has been woken, or `timeout` is over.
    ///
    /// # Errors
    /// When the system cannot wait.
    fn wait<'a>(
        &self,
        accepting: bool,
        streams: impl Iterator<Item = (&'a Self::Stream, Interest)>,
        timeout: Option<Duration>,
    ) -> io::Result<Ready>;
}

/// Ends the wait of an [`Acceptor`], now or the next one.
pub trait Wake: Send + Sync + 'static {
    /// Does it.
    fn wake(&self);
}
