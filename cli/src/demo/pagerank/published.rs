//! [`Published`]: what the nodes tell each other in each round, under any consistency model.
//!
//! It alternates between two places: what a node writes for the next round cannot meet what a slower one still reads of
//! this round, because a node is never more than one barrier ahead.

use std::ops::Range;

use pangea::{Model, View};

use super::parts::Parts;
use super::team::{Stop, Team};

/// Words that a node tells before those of its vertices; they are added up over all nodes.
pub(crate) const HEAD: usize = 2;

/// A few sums, and a number for each vertex, told by its owner.
pub(crate) struct Published {
    owners: Vec<Range<usize>>,
    rank: usize,
    places: Places,
    /// Which of two places was published last.
    turn: usize,
}

enum Places {
    /// A part for each node, which all others copy.
    Copied { parts: [Parts; 2], all: Vec<f64> },
    /// The heads of all nodes, then a number for each vertex, read where they are.
    InPlace(Box<[View<f64>; 2]>),
}

impl Published {
    /// Collective.
    pub(crate) fn new(
        team: &Team<'_>,
        owners: &[Range<usize>],
        model: Model,
    ) -> Result<Published, Stop> {
        let vertices = owners.last().map_or(0, |last| last.end);
        let names = ["contributions, even rounds", "contributions, odd rounds"];
        let places = if model == Model::Release {
            let len = HEAD * team.size() + vertices;
            let view = |name| {
                let array = team.node().release_array(name).len(len).create();
                team.together(array.and_then(|array| array.view()))
            };
            Places::InPlace(Box::new([view(names[0])?, view(names[1])?]))
        } else {
            let part = HEAD + owners.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
            let parts = |name| Parts::new(team, name, part, model);
            let parts = [parts(names[0])?, parts(names[1])?];
            Places::Copied { parts, all: vec![0.0; vertices] }
        };
        Ok(Published { owners: owners.to_vec(), rank: team.rank(), places, turn: 0 })
    }

    /// Tells the others this node's head, and a number for each of its vertices. Collective: when it returns, all
    /// have done so.
    pub(crate) fn publish(&mut self, team: &Team<'_>, words: &[f64]) -> Result<(), pangea::Error> {
        self.turn = 1 - self.turn;
        match &mut self.places {
            Places::Copied { parts, .. } => {
                parts[self.turn].put(self.rank, words)?;
                team.node().barrier()
            }
            Places::InPlace(views) => {
                let view = &mut views[self.turn];
                let (head, own) = words.split_at(HEAD);
                let at = self.rank * HEAD;
                view.write(at..at + HEAD)?.copy_from_slice(head);
                let at = self.owners.len() * HEAD + self.owners[self.rank].start;
                view.write(at..at + own.len())?.copy_from_slice(own);
                view.barrier()
            }
        }
    }

    /// Makes what was published last ready to be read here; the sum of all heads, in the order of ranks.
    pub(crate) fn collect(&mut self) -> Result<[f64; HEAD], pangea::Error> {
        let mut sums = [0.0; HEAD];
        let mut add = |head: &[f64]| {
            for (sum, word) in sums.iter_mut().zip(head) {
                *sum += word;
            }
        };
        match &mut self.places {
            Places::Copied { parts, all } => {
                let longest = self.owners.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
                let mut words = vec![0.0; HEAD + longest];
                for (rank, owned) in self.owners.iter().enumerate() {
                    let words = &mut words[..HEAD + owned.len()];
                    parts[self.turn].get(rank, words)?;
                    add(words);
                    all[owned.clone()].copy_from_slice(&words[HEAD..]);
                }
            }
            Places::InPlace(views) => {
                views[self.turn].read(0..self.owners.len() * HEAD)?.chunks(HEAD).for_each(add);
            }
        }
        Ok(sums)
    }

    /// Reads the numbers of all vertices that were collected last.
    pub(crate) fn read<R>(&self, work: impl FnOnce(&[f64]) -> R) -> Result<R, pangea::Error> {
        match &self.places {
            Places::Copied { all, .. } => Ok(work(all)),
            Places::InPlace(views) => {
                let view = &views[self.turn];
                Ok(work(&view.read(self.owners.len() * HEAD..view.len())?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_tells_what_is_published() {
        for model in Model::ALL {
            // Each in a job of its own: names are those of the program.
            let node = pangea::join().unwrap();
            let team = Team::new(&node);
            let owned = 0..1000;
            let mut published = Published::new(&team, std::slice::from_ref(&owned), model).unwrap();
            for round in 0..3 {
                let words: Vec<f64> =
                    (0..HEAD + owned.len()).map(|at| (at + round) as f64).collect();
                published.publish(&team, &words).unwrap();
                assert_eq!(published.collect().unwrap(), words[..HEAD], "{model}");
                published.read(|all| assert_eq!(all, &words[HEAD..], "{model}")).unwrap();
            }
        }
    }
}
