//! [`Variable`]: a word of shared memory, in one of the kinds that Pangea has, for whoever does not care which.

use std::fmt;

use pangea::{Atomic, Distribution, Error, Model, Mutex, Node, RwLock, Shared, SharedArray};
use pangea_sim::history::Operation;

/// A coherent word.
pub(crate) enum Variable {
    Alone(Shared<u64>),
    Element(SharedArray<u64>, usize),
    Atomic(Atomic<u64>),
    Mutex(Mutex<u64>),
    RwLock(RwLock<u64>),
}

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// By itself.
    Alone(Model),
    /// In one block with others that have nothing to do with it.
    Element(Model),
    Atomic,
    Mutex,
    RwLock,
}

impl Kind {
    /// All kinds; those that are cached under leases twice, since they have most to go wrong.
    pub(crate) const MIXED: [Kind; 9] = [
        Kind::Alone(Model::Sequential),
        Kind::Element(Model::Sequential),
        Kind::Alone(Model::Strict),
        Kind::Atomic,
        Kind::Alone(Model::Sequential),
        Kind::Element(Model::Sequential),
        Kind::Element(Model::Strict),
        Kind::Mutex,
        Kind::RwLock,
    ];

    /// Those that are linearizable each.
    pub(crate) const LINEARIZABLE: [Kind; 5] = [
        Kind::Alone(Model::Strict),
        Kind::Element(Model::Strict),
        Kind::Atomic,
        Kind::Mutex,
        Kind::RwLock,
    ];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Alone(model) => write!(f, "{model} value"),
            Kind::Element(model) => write!(f, "element of a {model} array"),
            Kind::Atomic => f.write_str("atomic"),
            Kind::Mutex => f.write_str("mutex"),
            Kind::RwLock => f.write_str("reader-writer lock"),
        }
    }
}

impl Variable {
    /// `count` variables of the kinds in turn, on all nodes in turn. Every node calls it with the same names.
    pub(crate) fn pool(
        node: &Node,
        name: &str,
        kinds: &[Kind],
        count: usize,
    ) -> Result<Vec<Variable>, Error> {
        let elements =
            |model| (0..count).filter(move |at| kinds[at % kinds.len()] == Kind::Element(model));
        let array = |model: Model| {
            // Four words to a block, each of which is used by somebody else.
            let array = node.shared_array(&format!("{name}, {model}")).model(model);
            let array = array.distribution(Distribution::Cyclic).block_bytes(64);
            array.len(elements(model).count().max(1)).create()
        };
        let (sequential, strict) = (array(Model::Sequential)?, array(Model::Strict)?);
        let make = |number: usize| {
            let name = format!("{name} {number}");
            let home = number / kinds.len() % node.size();
            Ok(match kinds[number % kinds.len()] {
                Kind::Alone(model) => {
                    Variable::Alone(node.shared(&name).model(model).on_node(home).create()?)
                }
                Kind::Element(model) => {
                    let array = if model == Model::Strict { &strict } else { &sequential };
                    let at = elements(model).take_while(|&at| at < number).count();
                    Variable::Element(array.clone(), at)
                }
                Kind::Atomic => Variable::Atomic(node.atomic(&name).on_node(home).create()?),
                Kind::Mutex => Variable::Mutex(node.mutex(&name).on_node(home).create()?),
                Kind::RwLock => Variable::RwLock(node.rwlock(&name).on_node(home).create()?),
            })
        };
        (0..count).map(make).collect()
    }

    /// Does it; the answer is the word before (0 for a write).
    pub(crate) fn apply(&self, operation: Operation) -> Result<u64, Error> {
        match (self, operation) {
            (Variable::Alone(word), Operation::Read) => word.load(),
            (Variable::Alone(word), Operation::Write(new)) => word.store(new).map(|()| 0),
            (Variable::Alone(word), Operation::CompareSwap { expected, new }) => {
                Ok(before(word.compare_exchange(expected, new)?))
            }
            (Variable::Alone(word), _) => word.update(|word| change(word, operation)),
            (Variable::Element(array, at), Operation::Read) => array.get(*at),
            (Variable::Element(array, at), Operation::Write(new)) => {
                array.set(*at, new).map(|()| 0)
            }
            (Variable::Element(array, at), Operation::CompareSwap { expected, new }) => {
                Ok(before(array.compare_exchange(*at, expected, new)?))
            }
            (Variable::Element(array, at), _) => array.update(*at, |word| change(word, operation)),
            (Variable::Atomic(word), _) => match operation {
                Operation::Read => word.load(),
                Operation::Write(new) => word.store(new).map(|()| 0),
                Operation::Swap(new) => word.swap(new),
                Operation::FetchAdd(add) => word.fetch_add(add),
                Operation::CompareSwap { expected, new } => {
                    Ok(before(word.compare_exchange(expected, new)?))
                }
            },
            (Variable::Mutex(mutex), _) => {
                let mut word = mutex.lock()?;
                let before = change(&mut word, operation);
                word.commit()?;
                Ok(before)
            }
            (Variable::RwLock(lock), Operation::Read) => {
                let word = lock.read()?;
                Ok(*word)
            }
            (Variable::RwLock(lock), _) => {
                let mut word = lock.write()?;
                let before = change(&mut word, operation);
                word.commit()?;
                Ok(before)
            }
        }
    }
}

/// Of a compare-exchange, the word before.
fn before(outcome: Result<u64, u64>) -> u64 {
    outcome.unwrap_or_else(|present| present)
}

fn change(word: &mut u64, operation: Operation) -> u64 {
    let before = *word;
    *word = operation.after(before);
    if operation.tells() { before } else { 0 }
}
