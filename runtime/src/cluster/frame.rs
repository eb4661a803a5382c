//! Where a message begins and ends in a stream of bytes, within limits.
//!
//! ```text
//!  bytes 0..4   length of the payload, little-endian
//!  bytes 4..8   number of files that come with it, little-endian
//!  bytes 8..    payload
//! ```
//!
//! Files arrive beside the bytes, with the first byte of their frame (a [`Stream`](crate::primitives::Stream) sends them so). The
//! limits are checked on the header, before anything is kept for the payload.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use verbs_shim::Card;

use super::message::Files;

/// Bytes before the payload.
pub(crate) const HEADER: usize = 8;
/// The largest payload before a peer has shown that it belongs to the job.
pub(crate) const LIMIT_STRANGER: usize = 512;
/// The largest payload afterwards.
pub(crate) const LIMIT_MEMBER: usize = 1 << 20;
/// The room that a decoder keeps when it has nothing to decode: long frames are rare.
const KEPT: usize = 16 << 10;

/// A violation of the framing, after which the stream means nothing any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame of {0} bytes, at most {1} are allowed")]
    TooLong(usize, usize),
    #[error("a frame with {0} files, at most {1} are allowed")]
    TooManyFiles(usize, usize),
    #[error("a frame with {0} files, of which {1} came")]
    FilesMissing(usize, usize),
    #[error("files that belong to no frame")]
    StrayFiles,
}

/// Makes one frame. The caller keeps within the limits ([`LIMIT_MEMBER`], [`Card::MAX_FDS`]).
pub(crate) fn frame(payload: &[u8], files: usize) -> Vec<u8> {
    let word = |number: usize| u32::try_from(number).expect("frames are small").to_le_bytes();
    let mut frame = Vec::with_capacity(HEADER + payload.len());
    frame.extend_from_slice(&word(payload.len()));
    frame.extend_from_slice(&word(files));
    frame.extend_from_slice(payload);
    frame
}

/// Cuts a stream into frames.
#[derive(Debug)]
pub(crate) struct Decoder {
    /// What has come and is not yet part of a frame that was handed out, from `start` on.
    bytes: Vec<u8>,
    start: usize,
    files: VecDeque<OwnedFd>,
    limit: usize,
    /// The most files of one frame.
    max_files: usize,
}

impl Decoder {
    /// For a peer that has not yet shown that it belongs to the job: short frames without files.
    pub(crate) fn for_stranger() -> Decoder {
        Decoder {
            bytes: Vec::new(),
            start: 0,
            files: VecDeque::new(),
            limit: LIMIT_STRANGER,
            max_files: 0,
        }
    }

    /// From now on for a member; what has come already stays.
    pub(crate) fn trust(&mut self, carries_files: bool) {
        self.limit = LIMIT_MEMBER;
        self.max_files = if carries_files { Card::MAX_FDS } else { 0 };
    }

    /// Takes what was received.
    pub(crate) fn push(&mut self, bytes: &[u8], files: impl IntoIterator<Item = OwnedFd>) {
        self.bytes.extend_from_slice(bytes);
        self.files.extend(files);
    }

    /// The next frame, if all of it has come. Not to be used again after an error.
    pub(crate) fn next(&mut self) -> Result<Option<(Vec<u8>, Files)>, FrameError> {
        let rest = &self.bytes[self.start..];
        let word = |at: usize| {
            let bytes = rest.get(at..at + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().expect("four bytes")) as usize)
        };
        let (Some(len), Some(files)) = (word(0), word(4)) else {
            return self.pause();
        };
        if len > self.limit {
            return Err(FrameError::TooLong(len, self.limit));
        }
        if files > self.max_files {
            return Err(FrameError::TooManyFiles(files, self.max_files));
        }
        if files > self.files.len() {
            // They come with the first byte of the frame, so these never will.
            return Err(FrameError::FilesMissing(files, self.files.len()));
        }
        let Some(payload) = rest.get(HEADER..HEADER + len) else {
            return self.pause();
        };
        if files < self.files.len() && rest.len() == HEADER + len {
            // No frame has begun that the others could belong to.
            return Err(FrameError::StrayFiles);
        }
        let payload = payload.to_vec();
        let files = self.files.drain(..files).map(Arc::new).collect();
        self.start += HEADER + len;
        Ok(Some((payload, files)))
    }

    /// More bytes are needed. Gives back the room of what was handed out.
    fn pause(&mut self) -> Result<Option<(Vec<u8>, Files)>, FrameError> {
        self.bytes.drain(..self.start);
        self.start = 0;
        if self.bytes.is_empty() {
            self.bytes.shrink_to(KEPT);
        }
        // Files of an unfinished frame may wait here, but no others.
        if self.files.len() > if self.bytes.is_empty() { 0 } else { self.max_files } {
            return Err(FrameError::StrayFiles);
        }
        Ok(None)
    }

    /// Whether a frame has begun and not ended.
    pub(crate) fn is_amid_frame(&self) -> bool {
        self.start < self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use proptest::prelude::*;

    use super::*;

    fn member() -> Decoder {
        let mut decoder = Decoder::for_stranger();
        decoder.trust(true);
        decoder
    }

    fn file() -> OwnedFd {
        File::open("/dev/null").expect("/dev/null opens").into()
    }

    fn payload(decoder: &mut Decoder) -> Option<Vec<u8>> {
        decoder.next().expect("frames are good").map(|(payload, _)| payload)
    }

    #[test]
    fn the_layout_is_pinned() {
        assert_eq!(frame(b"abc", 2), b"\x03\0\0\0\x02\0\0\0abc");
    }

    #[test]
    fn frames_come_out_whole_however_they_arrive() {
        let mut stream = frame(b"one", 0);
        stream.extend(frame(b"", 0));
        stream.extend(frame(&[7; 5000], 0));
        for step in [1, 2, 3, 7, 8, 9, 4096, 9000] {
            let mut decoder = member();
            let mut found = Vec::new();
            for chunk in stream.chunks(step) {
                decoder.push(chunk, []);
                found.extend(std::iter::from_fn(|| payload(&mut decoder)));
            }
            assert_eq!(found, [b"one".to_vec(), Vec::new(), vec![7; 5000]], "in steps of {step}");
            assert!(!decoder.is_amid_frame());
        }
    }

    #[test]
    fn the_limit_is_checked_on_the_header_alone() {
        let mut decoder = Decoder::for_stranger();
        decoder.push(&frame(&[0; 512], 0), []);
        assert_eq!(payload(&mut decoder), Some(vec![0; 512]));
        decoder.push(&513_u32.to_le_bytes(), []);
        assert_eq!(payload(&mut decoder), None);
        decoder.push(&[0; 4], []);
        assert_eq!(decoder.next().err(), Some(FrameError::TooLong(513, 512)));

        let mut decoder = member();
        decoder.push(&[0xFF; 8], []);
        assert_eq!(
            decoder.next().err(),
            Some(FrameError::TooLong(u32::MAX as usize, LIMIT_MEMBER))
        );
    }

    #[test]
    fn files_stay_with_their_frame() {
        let mut decoder = member();
        decoder.push(&frame(b"none", 0), []);
        decoder.push(&frame(b"two", 2)[..5], [file(), file()]);
        assert_eq!(payload(&mut decoder), Some(b"none".to_vec()));
        assert_eq!(payload(&mut decoder), None);
        decoder.push(&frame(b"two", 2)[5..], []);
        let (bytes, files) = decoder.next().expect("is good").expect("is whole");
        assert_eq!((bytes.as_slice(), files.len()), (&b"two"[..], 2));
    }

    #[test]
    fn files_out_of_place_are_refused() {
        let mut decoder = member();
        decoder.push(&frame(b"a", 0), [file()]);
        assert_eq!(decoder.next().err(), Some(FrameError::StrayFiles));

        let mut decoder = member();
        decoder.push(&[1, 0, 0], [file(), file(), file()]);
        assert_eq!(decoder.next().err(), Some(FrameError::StrayFiles));

        let mut decoder = member();
        decoder.push(&frame(b"a", 1), []);
        assert_eq!(decoder.next().err(), Some(FrameError::FilesMissing(1, 0)));

        let mut decoder = member();
        decoder.push(&frame(b"a", 3), [file(), file(), file()]);
        assert_eq!(decoder.next().err(), Some(FrameError::TooManyFiles(3, 2)));

        let mut decoder = Decoder::for_stranger();
        decoder.push(&frame(b"a", 1), [file()]);
        assert_eq!(decoder.next().err(), Some(FrameError::TooManyFiles(1, 0)));
    }

    proptest! {
        #[test]
        fn garbage_never_panics_and_never_grows_the_buffer(
            chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..64), 0..64)
        ) {
            let mut decoder = Decoder::for_stranger();
            'stream: for chunk in chunks {
                decoder.push(&chunk, []);
                loop {
                    match decoder.next() {
                        Ok(Some((payload, _))) => prop_assert!(payload.len() <= LIMIT_STRANGER),
                        Ok(None) => break,
                        Err(_) => break 'stream,
                    }
                }
                prop_assert!(decoder.bytes.len() < HEADER + LIMIT_STRANGER);
            }
        }
    }
}
