//! [`SocketAcceptor`]: listens on TCP and on a Unix socket, and waits for those, for all connections and
//! for its waker in one `poll`.

#![cfg_attr(not(test), expect(clippy::disallowed_types, reason = "here are the system's wires"))]

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;

use super::Socket;
use crate::cluster::job::{random_bytes, to_hex};
use crate::cluster::{Address, ClusterError};
use crate::primitives::{Acceptor, Interest, Primitives, Ready, System, Wake};

/// How many connections may wait in the kernel.
const BACKLOG: i32 = 4096;

#[derive(Debug)]
enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Listener::Unix(listener) => listener.as_fd(),
            Listener::Tcp(listener) => listener.as_fd(),
        }
    }
}

/// The coordinator's listeners.
#[derive(Debug)]
pub struct SocketAcceptor {
    listeners: [Listener; 2],
    /// An eventfd.
    wake: Arc<OwnedFd>,
}

/// Ends the waits of a [`SocketAcceptor`].
#[derive(Debug)]
pub struct SocketWake(Arc<OwnedFd>);

impl Wake for SocketWake {
    fn wake(&self) {
        // It cannot fail but when the counter is full, and then the thread will look anyway.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }
}

/// The socket, and the address to give to nodes.
fn listen_tcp(address: std::net::SocketAddr) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(address)?;
    rustix::net::listen(&listener, BACKLOG)?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    let shown = if bound.ip().is_unspecified() {
        // All interfaces: this host's name is what others know it by.
        format!("{}:{}", System::identity().1, bound.port())
    } else {
        bound.to_string()
    };
    Ok((listener, shown))
}

fn listen_unix(name: &str) -> io::Result<UnixListener> {
    let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?)?;
    rustix::net::listen(&listener, BACKLOG)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

impl Acceptor for SocketAcceptor {
    type Stream = Socket;
    type Wake = SocketWake;

    /// On a Unix socket for the nodes of this host, besides.
    fn listen(
        listen: std::net::SocketAddr,
    ) -> Result<(SocketAcceptor, Vec<Address>, SocketWake), ClusterError> {
        let name = format!("pangea-{}", to_hex(&random_bytes::<System, 16>()?));
        let (tcp, tcp_address) = listen_tcp(listen)
            .map_err(|error| ClusterError::system(format!("listen on {listen}"), &error))?;
        let unix = listen_unix(&name)
            .map_err(|error| ClusterError::system("listen on a Unix socket", &error))?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
            .map_err(|error| ClusterError::system("make an eventfd", &error.into()))?;
        let wake = Arc::new(wake);
        let waker = SocketWake(Arc::clone(&wake));
        let listeners = [Listener::Unix(unix), Listener::Tcp(tcp)];
        let addresses = vec![Address::Unix(name), Address::Tcp(tcp_address)];
        Ok((SocketAcceptor { listeners, wake }, addresses, waker))
    }

    fn accept(&self, listener: usize) -> io::Result<Socket> {
        match &self.listeners[listener] {
            Listener::Unix(listener) => Ok(Socket::Unix(listener.accept()?.0)),
            Listener::Tcp(listener) => Socket::tcp(listener.accept()?.0),
        }
    }

    fn wait<'a>(
        &self,
        accepting: bool,
        streams: impl Iterator<Item = (&'a Socket, Interest)>,
        timeout: Option<Duration>,
    ) -> io::Result<Ready> {
        let timeout = timeout.map(|wait| Timespec::try_from(wait).expect("waits are short"));
        let mut fds = vec![PollFd::new(&*self.wake, PollFlags::IN)];
        let connections = if accepting { PollFlags::IN } else { PollFlags::empty() };
        fds.extend(self.listeners.iter().map(|listener| PollFd::new(listener, connections)));
        fds.extend(streams.map(|(stream, interest)| {
            let mut events = PollFlags::empty();
            events.set(PollFlags::IN, interest.receive);
            events.set(PollFlags::OUT, interest.send);
            PollFd::new(stream, events)
        }));
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut ready = fds.iter().map(|fd| !fd.revents().is_empty());
        if ready.next() == Some(true) {
            // Reset before the caller looks at what it was woken for, so that what comes meanwhile
            // wakes again.
            let _ = rustix::io::read(&self.wake, &mut [0_u8; 8]);
        }
        let acceptable: Vec<bool> = ready.by_ref().take(self.listeners.len()).collect();
        let listeners = (0..acceptable.len()).filter(|&i| accepting && acceptable[i]).collect();
        Ok(Ready { streams: ready.collect(), listeners })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::Stream;

    const LIMIT: Option<Duration> = Some(Duration::from_secs(20));

    fn any_port() -> std::net::SocketAddr {
        "127.0.0.1:0".parse().expect("is an address")
    }

    #[test]
    fn it_waits_for_connections_streams_and_its_waker() {
        let (acceptor, addresses, waker) = SocketAcceptor::listen(any_port()).expect("listens");
        let nothing = acceptor.wait(true, std::iter::empty(), Some(Duration::ZERO)).expect("waits");
        assert!(nothing.listeners.is_empty());

        let mut taken = Vec::new();
        for (number, address) in addresses.iter().enumerate() {
            let ours = Socket::connect(address, Duration::from_secs(5)).expect("connects");
            let ready = acceptor.wait(true, std::iter::empty(), LIMIT).expect("waits");
            assert_eq!(ready.listeners, [number]);
            let busy = acceptor.wait(false, std::iter::empty(), Some(Duration::ZERO));
            assert!(busy.expect("waits").listeners.is_empty(), "nothing is to be accepted");
            taken.push((acceptor.accept(number).expect("accepts"), ours));
            let none = acceptor.accept(number).expect_err("there was one");
            assert_eq!(none.kind(), io::ErrorKind::WouldBlock);
        }

        let receive = Interest { receive: true, send: false };
        let streams = || taken.iter().map(|(theirs, _)| (theirs, receive));
        taken[1].1.send(b"x", &[]).expect("sends");
        let ready = acceptor.wait(true, streams(), LIMIT).expect("waits");
        assert_eq!((ready.streams, ready.listeners), (vec![false, true], vec![]));

        let neither = Interest { receive: false, send: false };
        let streams = || taken.iter().map(|(theirs, _)| (theirs, neither));
        waker.wake();
        // Without a limit: the waker ends it.
        let ready = acceptor.wait(true, streams(), None).expect("waits");
        assert_eq!(ready.streams, [false, false]);
    }
}
