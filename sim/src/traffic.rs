//! What has passed over the simulated wires: messages and bytes, by machine.
//!
//! A stream has no messages of its own, and one that is sent may go in several packets. So each
//! direction of a wire follows the frames of the control plane: eight bytes of header, of which the
//! first four say how many bytes follow it.

use std::ops::Sub;

use verbs_shim::provider::sim::Machine;

/// Messages of the control plane, and their bytes with all headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages sent.
    pub messages_sent: u64,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Messages that were sent to it.
    pub messages_received: u64,
    /// Bytes that were sent to it.
    pub bytes_received: u64,
}

impl Traffic {
    /// Sent and received together.
    pub fn messages(&self) -> u64 {
        self.messages_sent + self.messages_received
    }

    /// Sent and received together.
    pub fn bytes(&self) -> u64 {
        self.bytes_sent + self.bytes_received
    }
}

impl Sub for Traffic {
    type Output = Traffic;

    fn sub(self, before: Traffic) -> Traffic {
        Traffic {
            messages_sent: self.messages_sent - before.messages_sent,
            bytes_sent: self.bytes_sent - before.bytes_sent,
            messages_received: self.messages_received - before.messages_received,
            bytes_received: self.bytes_received - before.bytes_received,
        }
    }
}

/// Bytes before the payload of a frame.
const HEADER: usize = 8;

/// How far a direction is in its frames.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frames {
    header: [u8; HEADER],
    /// Bytes of the header that have passed; all of them while the payload passes.
    got: usize,
    /// Bytes of the payload that have still to pass.
    left: usize,
}

impl Frames {
    /// Takes note of the next bytes; how many frames they complete.
    fn pass(&mut self, mut bytes: &[u8]) -> u64 {
        let mut complete = 0;
        while !bytes.is_empty() {
            if self.got < HEADER {
                let take = bytes.len().min(HEADER - self.got);
                self.header[self.got..self.got + take].copy_from_slice(&bytes[..take]);
                self.got += take;
                bytes = &bytes[take..];
                if self.got == HEADER {
                    let [a, b, c, d, ..] = self.header;
                    self.left = u32::from_le_bytes([a, b, c, d]) as usize;
                }
            } else {
                let take = bytes.len().min(self.left);
                self.left -= take;
                bytes = &bytes[take..];
            }
            if self.got == HEADER && self.left == 0 {
                self.got = 0;
                complete += 1;
            }
        }
        complete
    }
}

/// The traffic of all machines.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    machines: Vec<Traffic>,
}

impl Ledger {
    fn entry(&mut self, machine: Machine) -> &mut Traffic {
        let place = machine as usize;
        if place >= self.machines.len() {
            self.machines.resize(place + 1, Traffic::default());
        }
        &mut self.machines[place]
    }

    /// Counts bytes on their way.
    pub(crate) fn sent(
        &mut self,
        (from, to): (Machine, Machine),
        frames: &mut Frames,
        bytes: &[u8],
    ) {
        let (messages, bytes) = (frames.pass(bytes), bytes.len() as u64);
        let sender = self.entry(from);
        sender.messages_sent += messages;
        sender.bytes_sent += bytes;
        let receiver = self.entry(to);
        receiver.messages_received += messages;
        receiver.bytes_received += bytes;
    }

    /// What a machine has sent and what was sent to it.
    pub(crate) fn of(&self, machine: Machine) -> Traffic {
        self.machines.get(machine as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(len: usize) -> Vec<u8> {
        let mut frame = (len as u32).to_le_bytes().to_vec();
        frame.extend([0; 4]);
        frame.resize(HEADER + len, 7);
        frame
    }

    #[test]
    fn frames_are_counted_however_they_are_cut() {
        let stream: Vec<u8> = [300, 0, 1, 70].into_iter().flat_map(frame).collect();
        for piece in [1, 3, 8, 9, 100, 1000] {
            let (mut ledger, mut frames) = (Ledger::default(), Frames::default());
            for bytes in stream.chunks(piece) {
                ledger.sent((4, 1), &mut frames, bytes);
            }
            let (sender, receiver) = (ledger.of(4), ledger.of(1));
            assert_eq!((sender.messages_sent, sender.messages_received), (4, 0), "{piece}");
            assert_eq!(sender.bytes_sent, stream.len() as u64);
            assert_eq!((receiver.messages(), receiver.bytes()), (4, stream.len() as u64));
            assert_eq!((ledger.of(0), ledger.of(9)), (Traffic::default(), Traffic::default()));
            assert_eq!((sender - sender).bytes(), 0);
        }
    }
}
