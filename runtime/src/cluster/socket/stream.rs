//! [`Socket`]: TCP and Unix sockets as one thing, with files beside the bytes on the latter.

#![cfg_attr(not(test), expect(clippy::disallowed_types, reason = "here are the system's wires"))]

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::{TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg, sockopt,
};
use verbs_shim::Card;

use crate::cluster::Address;
use crate::primitives::Stream;

/// A host that no longer answers is given up after about this long.
const SILENCE: Duration = Duration::from_secs(10);

/// A connected socket.
#[derive(Debug)]
pub enum Socket {
    /// Of this host; carries files.
    Unix(UnixStream),
    /// Of any host.
    Tcp(TcpStream),
}

impl Socket {
    /// Takes a TCP connection: small messages go at once, and a host that vanishes is noticed.
    pub(super) fn tcp(stream: TcpStream) -> io::Result<Socket> {
        stream.set_nodelay(true)?;
        let millis = u32::try_from(SILENCE.as_millis()).expect("it is a few seconds");
        sockopt::set_socket_keepalive(&stream, true)?;
        sockopt::set_tcp_keepidle(&stream, SILENCE / 2)?;
        sockopt::set_tcp_keepintvl(&stream, Duration::from_secs(1))?;
        sockopt::set_tcp_keepcnt(&stream, 5)?;
        sockopt::set_tcp_user_timeout(&stream, millis)?;
        Ok(Socket::Tcp(stream))
    }
}

impl Stream for Socket {
    /// Tries every address that a host name stands for.
    fn connect(address: &Address, timeout: Duration) -> io::Result<Socket> {
        match address {
            Address::Unix(name) => {
                let address = SocketAddr::from_abstract_name(name)?;
                Ok(Socket::Unix(UnixStream::connect_addr(&address)?))
            }
            Address::Tcp(address) => {
                let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
                for address in address.to_socket_addrs()? {
                    match TcpStream::connect_timeout(&address, timeout) {
                        Ok(stream) => return Socket::tcp(stream),
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        }
    }

    fn carries_files(&self) -> bool {
        matches!(self, Socket::Unix(_))
    }

    fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Socket::Unix(stream) => {
                stream.set_read_timeout(timeout)?;
                stream.set_write_timeout(timeout)
            }
            Socket::Tcp(stream) => {
                stream.set_read_timeout(timeout)?;
                stream.set_write_timeout(timeout)
            }
        }
    }

    fn set_nonblocking(&self) -> io::Result<()> {
        match self {
            Socket::Unix(stream) => stream.set_nonblocking(true),
            Socket::Tcp(stream) => stream.set_nonblocking(true),
        }
    }

    fn peer(&self) -> String {
        match self {
            Socket::Unix(_) => "this host".to_owned(),
            Socket::Tcp(stream) => match stream.peer_addr() {
                Ok(address) => address.to_string(),
                Err(_) => "a host that is gone".to_owned(),
            },
        }
    }

    fn shutdown(&self) {
        // It may have ended already; that is as good.
        let _ = rustix::net::shutdown(self, rustix::net::Shutdown::Both);
    }

    fn send(&self, bytes: &[u8], files: &[Arc<OwnedFd>]) -> io::Result<usize> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(Card::MAX_FDS))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let files: Vec<BorrowedFd<'_>> = files.iter().map(AsFd::as_fd).collect();
        let fits = files.is_empty()
            || (files.len() <= Card::MAX_FDS
                && control.push(SendAncillaryMessage::ScmRights(&files)));
        if !fits || !(files.is_empty() || self.carries_files()) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{} files cannot be sent over this connection", files.len()),
            ));
        }
        let sent =
            retry(|| sendmsg(self, &[IoSlice::new(bytes)], &mut control, SendFlags::NOSIGNAL));
        sent.map_err(|error| match error {
            Errno::TOOMANYREFS => io::Error::from(io::ErrorKind::ResourceBusy),
            error => error.into(),
        })
    }

    fn receive(&self, into: &mut [u8], files: &mut Vec<OwnedFd>) -> io::Result<usize> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(Card::MAX_FDS))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let message = retry(|| {
            recvmsg(self, &mut [IoSliceMut::new(into)], &mut control, RecvFlags::CMSG_CLOEXEC)
        })?;
        let before = files.len();
        for received in control.drain() {
            if let RecvAncillaryMessage::ScmRights(received) = received {
                files.extend(received);
            }
        }
        // The space is rounded up, so that a file too many can also get through.
        let too_many = files.len() - before > Card::MAX_FDS;
        if too_many || message.flags.contains(ReturnFlags::CTRUNC) {
            return Err(io::Error::other(
                "files were lost on the way: too many in one message, or this process may open no \
                 more (ulimit -n)",
            ));
        }
        Ok(message.bytes)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Socket::Unix(stream) => stream.as_fd(),
            Socket::Tcp(stream) => stream.as_fd(),
        }
    }
}

/// Again after a signal.
fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    fn pair() -> (Socket, Socket) {
        let (a, b) = UnixStream::pair().expect("sockets");
        (Socket::Unix(a), Socket::Unix(b))
    }

    #[test]
    fn files_arrive_with_their_bytes_and_are_closed_on_exec() {
        let (a, b) = pair();
        let (mut reader, writer) = io::pipe().expect("a pipe");
        a.send(b"plain", &[]).expect("sends");
        a.send(b"with", &[Arc::new(writer.into())]).expect("sends");
        a.send(b"after", &[]).expect("sends");
        let (mut bytes, mut files) = (Vec::new(), Vec::new());
        while bytes.len() < 14 {
            let mut buffer = [0; 64];
            let len = b.receive(&mut buffer, &mut files).expect("receives");
            bytes.extend_from_slice(&buffer[..len]);
            // A receive never goes past the bytes that files came with.
            assert!(bytes.len() <= 9 || !files.is_empty());
        }
        assert_eq!(bytes, b"plainwithafter");
        assert_eq!(files.len(), 1);
        let flags = rustix::io::fcntl_getfd(&files[0]).expect("is open");
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
        let mut writer = File::from(files.remove(0));
        writer.write_all(b"through").expect("the other end reads");
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("all ends are closed");
        assert_eq!(text, "through");
    }

    #[test]
    fn too_many_files_are_an_error_on_both_sides() {
        let (a, b) = pair();
        let file: Arc<OwnedFd> = Arc::new(File::open("/dev/null").expect("opens").into());
        let three = [Arc::clone(&file), Arc::clone(&file), file];
        assert_eq!(a.send(b"x", &three).expect_err("three").kind(), io::ErrorKind::InvalidInput);

        let borrowed: Vec<BorrowedFd<'_>> = three.iter().map(AsFd::as_fd).collect();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        assert!(control.push(SendAncillaryMessage::ScmRights(&borrowed)));
        sendmsg(&a, &[IoSlice::new(b"x")], &mut control, SendFlags::NOSIGNAL).expect("sends");
        let error = b.receive(&mut [0; 8], &mut Vec::new()).expect_err("three were sent");
        assert!(error.to_string().contains("too many"), "{error}");
    }

    #[test]
    fn tcp_carries_bytes_and_no_files() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
        let address = Address::Tcp(listener.local_addr().expect("is bound").to_string());
        let a = Socket::connect(&address, Duration::from_secs(5)).expect("connects");
        let b = Socket::tcp(listener.accept().expect("accepts").0).expect("has options");
        assert_eq!(a.send(b"hello", &[]).expect("sends"), 5);
        let mut buffer = [0; 8];
        assert_eq!(b.receive(&mut buffer, &mut Vec::new()).expect("receives"), 5);
        let file: Arc<OwnedFd> = Arc::new(File::open("/dev/null").expect("opens").into());
        assert_eq!(a.send(b"x", &[file]).expect_err("a file").kind(), io::ErrorKind::InvalidInput);
        a.shutdown();
        assert_eq!(b.receive(&mut buffer, &mut Vec::new()).expect("the end"), 0);
    }
}
