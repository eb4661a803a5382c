//! [`Prefixer`]: puts a prefix before each line of one stream, whatever bytes it brings in whatever
//! pieces.

/// Longest line that is kept together. What is longer is broken, so that a stream without line ends
/// takes no unbounded memory.
const LONGEST_LINE: usize = 1 << 20;

/// Gathers the bytes of one stream into prefixed lines.
#[derive(Debug)]
pub(crate) struct Prefixer {
    prefix: Vec<u8>,
    /// The start of a line whose end has not come yet.
    partial: Vec<u8>,
}

impl Prefixer {
    pub(crate) fn new(prefix: impl Into<Vec<u8>>) -> Prefixer {
        Prefixer { prefix: prefix.into(), partial: Vec::new() }
    }

    /// Takes bytes of the stream; appends the lines that they complete to `out`.
    pub(crate) fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            self.line(&bytes[..end], out);
            bytes = &bytes[end + 1..];
        }
        while self.partial.len() + bytes.len() > LONGEST_LINE {
            let (now, later) = bytes.split_at(LONGEST_LINE - self.partial.len());
            self.line(now, out);
            bytes = later;
        }
        self.partial.extend_from_slice(bytes);
    }

    /// The stream has ended: a last line without line end gets one.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if !self.partial.is_empty() {
            self.line(&[], out);
        }
    }

    fn line(&mut self, rest: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.prefix);
        out.append(&mut self.partial);
        out.extend_from_slice(rest);
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prefixed(pieces: &[&[u8]]) -> Vec<u8> {
        let mut prefixer = Prefixer::new("[2] ");
        let mut out = Vec::new();
        for piece in pieces {
            prefixer.push(piece, &mut out);
        }
        prefixer.finish(&mut out);
        out
    }

    #[test]
    fn lines_are_prefixed() {
        assert_eq!(prefixed(&[b"one\ntwo\n"]), b"[2] one\n[2] two\n");
        assert_eq!(prefixed(&[b"o", b"ne", b"\n\ntw", b"o"]), b"[2] one\n[2] \n[2] two\n");
        assert_eq!(prefixed(&[]), b"");
    }

    #[test]
    fn bytes_need_not_be_text() {
        assert_eq!(prefixed(&[b"\xff\0\r\n\xc3"]), b"[2] \xff\0\r\n[2] \xc3\n");
    }

    #[test]
    fn endless_lines_are_broken() {
        let long = vec![b'x'; 2 * LONGEST_LINE + 7];
        let out = prefixed(&[&long]);
        let lines: Vec<&[u8]> = out.split(|&byte| byte == b'\n').collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[2], b"[2] xxxxxxx");
        assert!(lines[..2].iter().all(|line| line.len() == LONGEST_LINE + 4));
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200),
            cuts in proptest::collection::vec(0_usize..200, 0..6),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> =
                cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            prop_assert_eq!(prefixed(&pieces), prefixed(&[&bytes]));
        }
    }
}
