//! Cells: words that programs share as coherent objects of several kinds and sizes, for the scenarios.
//!
//! A cell is one word to the checkers, but many copies of it in memory: it fills a whole value or a part of a
//! block, so that a value which is half old and half new shows.

use pangea::cluster::Distribution;
use pangea::{Error, Model, Node, Shared, SharedArray};

use super::log::Log;
use crate::chance::Seeded;
use crate::history::Object;
use crate::simulated::Simulated;

/// A word that all share.
pub(super) trait Cell {
    /// Its number for the checkers.
    fn object(&self) -> Object;
    /// In whose memory it is.
    fn home(&self) -> u32;
    /// Reads it.
    fn load(&self, how: Reading) -> Result<u64, Error>;
    /// Overwrites it.
    fn store(&self, value: u64) -> Result<(), Error>;
    /// Adds to it; the answer is what it was.
    fn add(&self, add: u64) -> Result<u64, Error>;
    /// Replaces it if it is as expected; the answer is what it was.
    fn compare_swap(&self, expected: u64, new: u64) -> Result<u64, Error>;
    /// Replaces it under a guard, which is held while `meanwhile` runs; the answer is what it was. Without a
    /// new value it stays as it is.
    fn guarded(&self, new: Option<u64>, meanwhile: &dyn Fn()) -> Result<u64, Error>;
}

/// How a cell is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As programs usually do.
    Plain,
    /// Within a batch.
    Batched,
    /// By a guard of the copy.
    Guarded,
    /// At its home.
    AtHome,
}

impl Reading {
    pub(super) const ALL: [Reading; 4] =
        [Reading::Plain, Reading::Batched, Reading::Guarded, Reading::AtHome];
}

/// What one object is to be; the same on all nodes.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// What tells it from others.
    number: usize,
    pub(super) model: Model,
    kind: Kind,
    home: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A value of so many words.
    Lone(Words),
    /// Two records of so many words, in one block or in two.
    Array { block_bytes: usize, words: usize, apart: bool },
}

#[derive(Clone, Copy, Debug)]
enum Words {
    One,
    Twelve,
    Sixty,
    Many,
}

/// Cells of one object have numbers from its own times this on.
const CELLS: u64 = 2;

impl Wish {
    /// One of any kind and size, with a home anywhere.
    pub(super) fn draw(chance: &mut Seeded, number: usize, nodes: u32, model: Model) -> Wish {
        let home = chance.below(nodes.into()) as usize;
        let kind = if chance.below(3) < 2 {
            Kind::Lone(*chance.pick(&[Words::One, Words::Twelve, Words::Sixty, Words::Many]))
        } else {
            let block_bytes = *chance.pick(&[64, 128, 512, 2048]);
            let most = (block_bytes - HEADER) / 8;
            let apart = chance.one_in(2);
            let words = match (chance.one_in(2), apart) {
                (true, _) => 1,
                (false, true) => most,
                (false, false) => most / 2,
            };
            Kind::Array { block_bytes, words, apart }
        };
        Wish { number, model, kind, home }
    }

    /// Those numbers that belong to it.
    pub(super) fn has(&self, object: Object) -> bool {
        object / CELLS == self.number as u64
    }

    /// Creates it or attaches to it.
    pub(super) fn make(
        &self,
        node: &Node<Simulated>,
        log: &Log,
    ) -> Result<Vec<Box<dyn Cell>>, Error> {
        match self.kind {
            Kind::Lone(Words::One) => self.lone::<1>(node, log),
            Kind::Lone(Words::Twelve) => self.lone::<12>(node, log),
            Kind::Lone(Words::Sixty) => self.lone::<60>(node, log),
            Kind::Lone(Words::Many) => self.lone::<130>(node, log),
            Kind::Array { block_bytes, words, apart } => {
                self.array(node, log, (block_bytes, words, apart))
            }
        }
    }

    fn lone<const N: usize>(
        &self,
        node: &Node<Simulated>,
        log: &Log,
    ) -> Result<Vec<Box<dyn Cell>>, Error> {
        let name = format!("lone-{}", self.number);
        let shared =
            node.shared::<[u64; N]>(&name).model(self.model).on_node(self.home).create()?;
        let object = self.number as u64 * CELLS;
        let (home, node, log) = (self.home as u32, node.clone(), log.clone());
        Ok(vec![Box::new(Lone { shared, node, home, object, log })])
    }

    fn array(
        &self,
        node: &Node<Simulated>,
        log: &Log,
        (block_bytes, words, apart): (usize, usize, bool),
    ) -> Result<Vec<Box<dyn Cell>>, Error> {
        let name = format!("array-{}", self.number);
        let each = (block_bytes - HEADER) / 8;
        let array = node
            .shared_array::<u64>(&name)
            .len(2 * each)
            .model(self.model)
            .block_bytes(block_bytes)
            .distribution(Distribution::Cyclic)
            .create()?;
        let starts = if apart { [0, each] } else { [0, words.min(each - 1)] };
        let mut cells: Vec<Box<dyn Cell>> = Vec::new();
        for (start, number) in starts.into_iter().zip(0..) {
            let block = array.block_of(start)?;
            let home = array.home_of(block)? as u32;
            let object = self.number as u64 * CELLS + number;
            let (array, node, log) = (array.clone(), node.clone(), log.clone());
            cells.push(Box::new(Record { array, block, start, words, node, home, object, log }));
        }
        Ok(cells)
    }
}

/// Bytes of a block that are no data.
const HEADER: usize = 32;

/// The word that all of these are.
fn whole(log: &Log, object: Object, words: &[u64]) -> u64 {
    if let Some(other) = words.iter().find(|word| **word != words[0]) {
        log.fail(format!("cell {object} is torn: {} and {other} in one read", words[0]));
    }
    words[0]
}

/// A value of its own.
struct Lone<const N: usize> {
    shared: Shared<[u64; N], Simulated>,
    node: Node<Simulated>,
    home: u32,
    object: Object,
    log: Log,
}

impl<const N: usize> Cell for Lone<N> {
    fn object(&self) -> Object {
        self.object
    }

    fn home(&self) -> u32 {
        self.home
    }

    fn load(&self, how: Reading) -> Result<u64, Error> {
        let words = match how {
            Reading::Plain => self.shared.load()?,
            Reading::Batched => self.shared.load_in(&self.node.batch())?,
            Reading::Guarded => *self.shared.read()?,
            Reading::AtHome => self.shared.wait_until(|_| true)?,
        };
        Ok(whole(&self.log, self.object, &words))
    }

    fn store(&self, value: u64) -> Result<(), Error> {
        self.shared.store([value; N])
    }

    fn add(&self, add: u64) -> Result<u64, Error> {
        self.shared.update(|words| {
            let before = whole(&self.log, self.object, words);
            *words = [before.wrapping_add(add); N];
            before
        })
    }

    fn compare_swap(&self, expected: u64, new: u64) -> Result<u64, Error> {
        let (Ok(words) | Err(words)) = self.shared.compare_exchange([expected; N], [new; N])?;
        Ok(whole(&self.log, self.object, &words))
    }

    fn guarded(&self, new: Option<u64>, meanwhile: &dyn Fn()) -> Result<u64, Error> {
        let mut guard = self.shared.write()?;
        let before = whole(&self.log, self.object, &*guard);
        meanwhile();
        if let Some(new) = new {
            *guard = [new; N];
        }
        guard.commit()?;
        Ok(before)
    }
}

/// Some elements of a block of an array.
struct Record {
    array: SharedArray<u64, Simulated>,
    block: usize,
    start: usize,
    words: usize,
    node: Node<Simulated>,
    home: u32,
    object: Object,
    log: Log,
}

impl Record {
    fn whole(&self, words: &[u64]) -> u64 {
        whole(&self.log, self.object, words)
    }

    /// Replaces all of it, by what `new` makes of what it was.
    fn change(&self, new: impl FnOnce(u64) -> Option<u64>) -> Result<u64, Error> {
        let first = self.array.block_range(self.block)?.start;
        let mut guard = self.array.write_block(self.block)?;
        let range = self.start - first..self.start - first + self.words;
        let before = self.whole(&guard[range.clone()]);
        if let Some(new) = new(before) {
            guard[range].fill(new);
        }
        guard.commit()?;
        Ok(before)
    }
}

impl Cell for Record {
    fn object(&self) -> Object {
        self.object
    }

    fn home(&self) -> u32 {
        self.home
    }

    fn load(&self, how: Reading) -> Result<u64, Error> {
        match how {
            Reading::AtHome => self.array.wait_until(self.start, |_| true),
            Reading::Batched => self.array.get_in(&self.node.batch(), self.start),
            Reading::Guarded => {
                let first = self.array.block_range(self.block)?.start;
                let guard = self.array.read_block(self.block)?;
                Ok(self.whole(&guard[self.start - first..][..self.words]))
            }
            Reading::Plain if self.words == 1 => self.array.get(self.start),
            Reading::Plain => {
                let mut words = vec![0; self.words];
                self.array.get_range(self.start, &mut words)?;
                Ok(self.whole(&words))
            }
        }
    }

    fn store(&self, value: u64) -> Result<(), Error> {
        match self.words {
            1 => self.array.set(self.start, value),
            words => self.array.set_range(self.start, &vec![value; words]),
        }
    }

    fn add(&self, add: u64) -> Result<u64, Error> {
        match self.words {
            1 => self.array.update(self.start, |word| {
                let before = *word;
                *word = before.wrapping_add(add);
                before
            }),
            _ => self.change(|before| Some(before.wrapping_add(add))),
        }
    }

    fn compare_swap(&self, expected: u64, new: u64) -> Result<u64, Error> {
        match self.words {
            1 => {
                let (Ok(word) | Err(word)) =
                    self.array.compare_exchange(self.start, expected, new)?;
                Ok(word)
            }
            _ => self.change(|before| (before == expected).then_some(new)),
        }
    }

    fn guarded(&self, new: Option<u64>, meanwhile: &dyn Fn()) -> Result<u64, Error> {
        self.change(|_| {
            meanwhile();
            new
        })
    }
}
