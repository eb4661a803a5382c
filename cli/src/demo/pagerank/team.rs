//! What the nodes do together: agree on a result, gather a few words, exchange many.

use std::fmt::Display;
use std::ops::Range;

use pangea::{Array, Distribution, Element, Node};

/// Why this node stops.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// The reason has been told by some node, and all of them stop.
    #[error("the reason has been told")]
    Told,
    /// This node alone knows.
    #[error(transparent)]
    Runtime(#[from] pangea::Error),
}

/// The nodes of the job, as one of them sees them.
pub(crate) struct Team<'a> {
    node: &'a Node,
}

impl<'a> Team<'a> {
    pub(crate) fn new(node: &'a Node) -> Team<'a> {
        Team { node }
    }

    pub(crate) fn node(&self) -> &'a Node {
        self.node
    }

    pub(crate) fn rank(&self) -> usize {
        self.node.rank()
    }

    pub(crate) fn size(&self) -> usize {
        self.node.size()
    }

    /// Adds up a number over all nodes.
    pub(crate) fn sum(&self, mine: u64) -> Result<u64, Stop> {
        Ok(self.node.reduce(mine, u64::saturating_add)?)
    }

    /// The largest of all nodes' numbers.
    pub(crate) fn max(&self, mine: u64) -> Result<u64, Stop> {
        Ok(self.node.reduce(mine, u64::max)?)
    }

    /// Goes on only when all nodes do: if any has an error, the one of lowest rank tells it, and all
    /// stop. Collective.
    pub(crate) fn together<T, E: Display>(&self, mine: Result<T, E>) -> Result<T, Stop> {
        let failed = if mine.is_err() { self.rank() as u64 } else { u64::MAX };
        let first = self.node.reduce(failed, u64::min)?;
        match mine {
            Ok(value) if first == u64::MAX => Ok(value),
            Ok(_) => Err(Stop::Told),
            Err(error) => {
                if first == failed {
                    crate::style::error(error);
                }
                Err(Stop::Told)
            }
        }
    }

    /// Stops because of something that every node has found out by itself; the leader tells it.
    pub(crate) fn all_stop(&self, reason: impl Display) -> Stop {
        if self.node.is_leader() {
            crate::style::error(reason);
        }
        Stop::Told
    }

    /// An array that all nodes make here, in equal blocks. When there is no room for it on some
    /// node, that is told once. Collective.
    pub(crate) fn array<T: Element>(&self, name: &str, len: usize) -> Result<Array<T>, Stop> {
        let builder = self.node.array(name).len(len).distribution(Distribution::Block);
        self.together(builder.create())
    }

    /// The words of every node, in the order of ranks; each gives the same number of them. Collective.
    pub(crate) fn gather(&self, name: &str, mine: &[u64]) -> Result<Vec<u64>, Stop> {
        let mut all = vec![0; mine.len() * self.size()];
        if !mine.is_empty() {
            let array = self.array(name, all.len())?;
            array.put_range(self.rank() * mine.len(), mine)?;
            self.node.barrier()?;
            array.get_range(0, &mut all)?;
            array.release()?;
        }
        Ok(all)
    }

    /// Sends part `i` of `words` to node `i`, for each `i`, and returns what the others have sent to
    /// this one, in the order of ranks.
    ///
    /// Every node first says how many words it has for whom. So each knows where in the others'
    /// inboxes its own words belong, and writes them there: one WRITE for each pair of nodes, and
    /// nobody has to ask or to wait for an answer. Collective.
    pub(crate) fn exchange(
        &self,
        name: &str,
        words: &[u64],
        parts: &[Range<usize>],
    ) -> Result<Vec<u64>, Stop> {
        let (rank, size) = (self.rank(), self.size());
        let mine: Vec<u64> = parts.iter().map(|part| part.len() as u64).collect();
        let counts = self.gather(&format!("{name} counts"), &mine)?;
        let plan = Plan { counts: &counts, size };

        let inbox = self.array::<u64>(&format!("{name} inbox"), size * plan.longest_inbox())?;
        // Everybody starts with another one, so that no node is written to by all at a time.
        for step in 0..size {
            let to = (rank + step) % size;
            let start = to * plan.longest_inbox() + plan.before(rank, to);
            inbox.put_range(start, &words[parts[to].clone()])?;
        }
        self.node.barrier()?;
        let mut received = vec![0; plan.inbox(rank)];
        inbox.get_range(rank * plan.longest_inbox(), &mut received)?;
        inbox.release()?;
        Ok(received)
    }
}

/// Who sends how many words to whom: `counts` has a row for each sender.
struct Plan<'a> {
    counts: &'a [u64],
    size: usize,
}

impl Plan<'_> {
    /// Words for `to` from nodes before `from`.
    fn before(&self, from: usize, to: usize) -> usize {
        self.counts.chunks(self.size).take(from).map(|row| row[to] as usize).sum()
    }

    /// Words for `to`.
    fn inbox(&self, to: usize) -> usize {
        self.before(self.size, to)
    }

    /// The longest of all inboxes, and at least one word, because an array has equal blocks that are
    /// not empty.
    fn longest_inbox(&self) -> usize {
        (0..self.size).map(|to| self.inbox(to)).max().unwrap_or(0).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_knows_where_their_words_belong() {
        let counts = [1, 2, 0, 4, 0, 6, 7, 8, 9];
        let plan = Plan { counts: &counts, size: 3 };
        assert_eq!((plan.before(0, 1), plan.before(1, 1), plan.before(2, 0)), (0, 2, 5));
        assert_eq!([plan.inbox(0), plan.inbox(1), plan.inbox(2)], [12, 10, 15]);
        assert_eq!(plan.longest_inbox(), 15);
        assert_eq!(Plan { counts: &[0; 4], size: 2 }.longest_inbox(), 1);
    }

    #[test]
    fn a_team_of_one_talks_to_itself() {
        let node = pangea::join().unwrap();
        let team = Team::new(&node);
        assert_eq!(team.gather("a", &[1, 2]).unwrap(), [1, 2]);
        for words in [&[5, 6, 7][..], &[]] {
            let all = 0..words.len();
            assert_eq!(team.exchange("b", words, std::slice::from_ref(&all)).unwrap(), words);
        }
        assert_eq!(team.together(Ok::<_, String>(3)).unwrap(), 3);
        assert!(matches!(team.together(Err::<(), _>("x")), Err(Stop::Told)));
    }
}
