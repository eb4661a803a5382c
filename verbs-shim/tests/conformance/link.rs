//! The control connection between the suite and a peer process: frames of postcard over a Unix
//! socket (which also carries files) or TCP.
//!
//! A frame is its length (4 bytes, little-endian), and so many bytes. Files travel with the first
//! byte of the length.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use verbs_shim::Card;

/// No frame is longer; the largest one carries a history of numbers.
const MAX_FRAME: usize = 16 << 20;
const MAX_FILES: usize = 4;

pub(crate) enum Link {
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// A card inside of a frame; its files travel beside it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct WireCard {
    bytes: Vec<u8>,
    #[serde(skip)]
    files: Vec<Arc<OwnedFd>>,
}

impl From<Card> for WireCard {
    fn from(card: Card) -> WireCard {
        WireCard { bytes: card.bytes, files: card.fds }
    }
}

impl From<WireCard> for Card {
    fn from(card: WireCard) -> Card {
        Card { bytes: card.bytes, fds: card.files }
    }
}

/// A message that may have a card in it.
pub(crate) trait Message: Serialize + DeserializeOwned {
    fn card(&mut self) -> Option<&mut WireCard>;
}

impl Link {
    /// From the standard input of a peer process.
    pub(crate) fn from_stdin(unix: bool) -> io::Result<Link> {
        let fd = io::stdin().as_fd().try_clone_to_owned()?;
        Ok(if unix { Link::Unix(fd.into()) } else { Link::Tcp(fd.into()) })
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Link::Unix(stream) => stream.as_fd(),
            Link::Tcp(stream) => stream.as_fd(),
        }
    }

    pub(crate) fn try_clone(&self) -> io::Result<Link> {
        Ok(match self {
            Link::Unix(stream) => Link::Unix(stream.try_clone()?),
            Link::Tcp(stream) => Link::Tcp(stream.try_clone()?),
        })
    }

    /// Ends the connection; the process at the other end then ends itself.
    pub(crate) fn shutdown(&self) {
        // It may have ended already.
        let _ = match self {
            Link::Unix(stream) => stream.shutdown(Shutdown::Both),
            Link::Tcp(stream) => stream.shutdown(Shutdown::Both),
        };
    }

    pub(crate) fn send<M: Message>(&mut self, mut message: M) -> io::Result<()> {
        let files = message.card().map(|card| std::mem::take(&mut card.files)).unwrap_or_default();
        let body = postcard::to_stdvec(&message).map_err(io::Error::other)?;
        let mut frame = (body.len() as u32).to_le_bytes().to_vec();
        frame.extend(body);
        match self {
            Link::Unix(stream) if !files.is_empty() => send_with_files(stream, &frame, &files),
            Link::Unix(stream) => stream.write_all(&frame),
            Link::Tcp(_) if !files.is_empty() => {
                Err(io::Error::other("files cannot be carried to another host"))
            }
            Link::Tcp(stream) => stream.write_all(&frame),
        }
    }

    pub(crate) fn receive<M: Message>(&mut self) -> io::Result<M> {
        let mut length = [0; 4];
        let files = match self {
            Link::Unix(stream) => receive_with_files(stream, &mut length)?,
            Link::Tcp(stream) => {
                stream.read_exact(&mut length)?;
                Vec::new()
            }
        };
        let length = u32::from_le_bytes(length) as usize;
        if length > MAX_FRAME {
            return Err(io::Error::other(format!("a frame of {length} bytes")));
        }
        let mut body = vec![0; length];
        match self {
            Link::Unix(stream) => stream.read_exact(&mut body)?,
            Link::Tcp(stream) => stream.read_exact(&mut body)?,
        }
        let mut message: M = postcard::from_bytes(&body).map_err(io::Error::other)?;
        if let Some(card) = message.card() {
            card.files = files.into_iter().map(Arc::new).collect();
        }
        Ok(message)
    }
}

fn send_with_files(
    stream: &mut UnixStream,
    frame: &[u8],
    files: &[Arc<OwnedFd>],
) -> io::Result<()> {
    let fds: Vec<BorrowedFd<'_>> = files.iter().map(|file| file.as_fd()).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FILES))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&fds)) {
        return Err(io::Error::other("too many files"));
    }
    let data = [IoSlice::new(frame)];
    let sent = rustix::net::sendmsg(&*stream, &data, &mut control, SendFlags::NOSIGNAL)?;
    stream.write_all(&frame[sent..])
}

fn receive_with_files(stream: &mut UnixStream, head: &mut [u8]) -> io::Result<Vec<OwnedFd>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FILES))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let got = rustix::net::recvmsg(
        &*stream,
        &mut [IoSliceMut::new(head)],
        &mut control,
        RecvFlags::CMSG_CLOEXEC,
    )?
    .bytes;
    if got == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut files = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(fds) = message {
            files.extend(fds);
        }
    }
    stream.read_exact(&mut head[got..])?;
    Ok(files)
}
