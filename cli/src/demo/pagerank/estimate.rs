//! How much memory each node needs for a graph, told from its file.
//!
//! What nodes keep in their arenas at the worst moment is, for each edge, the word in which it
//! travels and the half word of its row, and for each id the word in which it travels, its place in
//! the table, and what the rounds keep for the vertex. There is no need to be exact: memory that is
//! not used is only reserved, and a node that has too little says so.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::size::Size;

/// Bytes of arena for each edge: 12, with room for nodes that get more than their share.
const PER_EDGE: u64 = 20;
/// Bytes of arena for each end of an edge, as if few vertices had more than one.
const PER_END: u64 = 20;
/// What a node needs in any case: samples and counters grow with the number of nodes.
const BASE: u64 = 4 << 20;
const PER_PEER: u64 = 8 << 10;

/// Where a file is looked at.
const PLACES: u64 = 16;
/// Bytes that are looked at in each place.
const PLACE: usize = 16 << 10;

/// About how many edges a list of `len` bytes has, on the high side.
pub(crate) fn edges_of(file: &File, len: u64) -> io::Result<u64> {
    let mut buffer = vec![0; PLACE];
    let (mut bytes, mut lines) = (0, 0);
    for place in 0..PLACES {
        let at = (u128::from(len) * u128::from(place) / u128::from(PLACES)) as u64;
        let count = file.read_at(&mut buffer, at)?;
        bytes += count as u64;
        lines += buffer[..count].iter().filter(|&&byte| byte == b'\n').count() as u64;
    }
    // One more for a last line without line end; without any bytes there are no lines.
    Ok(if bytes == 0 {
        0
    } else {
        (u128::from(len) * u128::from(lines + 1) / u128::from(bytes)) as u64 + 1
    })
}

/// The memory that each of `nodes` nodes needs for that many edges.
pub(crate) fn memory(edges: u64, nodes: u32) -> Size {
    let nodes = u64::from(nodes);
    let graph = edges.saturating_mul(PER_EDGE + 2 * PER_END) / nodes;
    let bytes = graph.saturating_add(BASE + nodes * PER_PEER);
    // Whole mebibytes look better in messages.
    let mebibytes = usize::try_from(bytes.div_ceil(1 << 20)).unwrap_or(usize::MAX);
    Size::mebibytes(mebibytes.min(usize::MAX >> 20))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn edges_are_estimated_from_samples() {
        let mut file = tempfile::tempfile().unwrap();
        assert_eq!(edges_of(&file, 0).unwrap(), 0);
        let mut text = Vec::new();
        let edges = 100_000_u64;
        for edge in 0..edges {
            writeln!(text, "{}\t{}", edge, edge * 7).unwrap();
        }
        file.write_all(&text).unwrap();
        let estimate = edges_of(&file, text.len() as u64).unwrap();
        assert!((edges * 9 / 10..edges * 13 / 10).contains(&estimate), "{estimate}");
    }

    #[test]
    fn memory_is_shared_by_the_nodes() {
        assert_eq!(memory(0, 1), Size::mebibytes(5));
        let (one, four) = (memory(1 << 30, 1).get(), memory(1 << 30, 4).get());
        assert!(one > 60 << 30 && four < one / 3);
        assert!(memory(u64::MAX, 1).get() > 1 << 40, "no overflow");
    }
}
