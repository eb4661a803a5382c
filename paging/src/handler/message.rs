//! Words to standard error, from a handler: formatted on the stack, written by one system call.

use std::fmt::{self, Write};
use std::os::fd::BorrowedFd;

/// A line, as far as there is room.
pub(super) struct Line {
    text: [u8; 400],
    len: usize,
}

impl Line {
    pub(super) fn new() -> Line {
        Line { text: [0; 400], len: 0 }
    }

    /// Ends the line and writes it.
    pub(super) fn print(mut self) {
        self.len = self.len.min(self.text.len() - 1);
        self.text[self.len] = b'\n';
        // SAFETY: a number, and not owned: where there is no standard error, the write fails.
        let stderr = unsafe { BorrowedFd::borrow_raw(2) };
        let _ = rustix::io::write(stderr, &self.text[..=self.len]);
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = &mut self.text[self.len..];
        let len = text.len().min(room.len());
        room[..len].copy_from_slice(&text.as_bytes()[..len]);
        self.len += len;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut() {
        let mut line = Line::new();
        for i in 0..100 {
            write!(line, "{i:05} ").unwrap();
        }
        assert_eq!((line.len, &line.text[..12]), (400, b"00000 00001 ".as_slice()));
    }
}
