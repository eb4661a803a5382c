//! A text and a graph, made up, the same in each run.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use pangea_benches::figures::Random;
use tempfile::TempDir;

/// Files that go when this is dropped.
pub(crate) struct Inputs {
    folder: TempDir,
}

impl Inputs {
    pub(crate) fn new(brief: bool) -> Result<Inputs, String> {
        let failed = |error: io::Error| format!("the inputs cannot be made: {error}");
        let inputs = Inputs { folder: tempfile::tempdir().map_err(failed)? };
        let (words, edges) = if brief { (5_000, 3_000) } else { (700_000, 200_000) };
        inputs.write_text(words).map_err(failed)?;
        inputs.write_graph(edges).map_err(failed)?;
        Ok(inputs)
    }

    pub(crate) fn text(&self) -> PathBuf {
        self.folder.path().join("text")
    }

    pub(crate) fn graph(&self) -> PathBuf {
        self.folder.path().join("graph")
    }

    /// Where one of the two versions writes what it has come to.
    pub(crate) fn output(&self, which: usize) -> PathBuf {
        self.folder.path().join(format!("output-{which}"))
    }

    /// Few words come often, many seldom.
    fn write_text(&self, words: usize) -> io::Result<()> {
        let mut file = BufWriter::new(File::create(self.text())?);
        let mut random = Random::new(1);
        for at in 1..=words {
            let word = rare(&mut random, 20_000);
            // Letters of a number that looks like no other's.
            let mut rest = (word + 27) * 7919;
            while rest > 0 {
                file.write_all(&[b'a' + (rest % 26) as u8])?;
                rest /= 26;
            }
            file.write_all(if at % 12 == 0 { b".\n" } else { b" " })?;
        }
        file.flush()
    }

    /// Many edges lead to few vertices.
    fn write_graph(&self, edges: usize) -> io::Result<()> {
        let mut file = BufWriter::new(File::create(self.graph())?);
        let mut random = Random::new(2);
        let vertices = edges / 10;
        for _ in 0..edges {
            let (from, to) = (random.below(vertices), rare(&mut random, vertices));
            writeln!(file, "{from}\t{to}")?;
        }
        file.flush()
    }
}

/// A number below `bound`, the more seldom, the larger it is: about as Zipf's law has it.
fn rare(random: &mut Random, bound: usize) -> usize {
    let share = random.below(1 << 30) as f64 / f64::from(1 << 30);
    (((bound + 1) as f64).powf(share) - 1.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_come_often() {
        let mut random = Random::new(1);
        let mut counts = [0; 100];
        for _ in 0..10_000 {
            counts[rare(&mut random, 100)] += 1;
        }
        assert!(counts[0] > 5 * counts[10] && counts[10] > counts[99], "{counts:?}");
    }

    #[test]
    fn inputs_are_always_the_same() {
        let read = |path| std::fs::read_to_string(path).expect("is there");
        let (one, other) =
            (Inputs::new(true).expect("is made"), Inputs::new(true).expect("is made"));
        assert_eq!(read(one.text()), read(other.text()));
        assert_eq!(read(one.graph()), read(other.graph()));
        assert_eq!(read(one.graph()).lines().count(), 3_000);
        assert_eq!(read(one.text()).split_whitespace().count(), 5_000);
    }
}
