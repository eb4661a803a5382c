//! The standard tests and their variants.

use std::fmt;

use super::{Location, Outcome, Program, Register, Step};

/// The standard tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Store buffering.
    Sb,
    /// Message passing.
    Mp,
    /// Load buffering.
    Lb,
    /// Write-to-read causality.
    Wrc,
    /// Independent reads of independent writes.
    Iriw,
    /// Coherence of two reads.
    CoRr,
    /// Coherence of a write and a read of it.
    CoWr,
    /// Two times two writes.
    TwoPlusTwoW,
}

impl Shape {
    /// All of them.
    pub const ALL: [Shape; 8] = [
        Shape::Sb,
        Shape::Mp,
        Shape::Lb,
        Shape::Wrc,
        Shape::Iriw,
        Shape::CoRr,
        Shape::CoWr,
        Shape::TwoPlusTwoW,
    ];
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Shape::Sb => "SB",
            Shape::Mp => "MP",
            Shape::Lb => "LB",
            Shape::Wrc => "WRC",
            Shape::Iriw => "IRIW",
            Shape::CoRr => "CoRR",
            Shape::CoWr => "CoWR",
            Shape::TwoPlusTwoW => "2+2W",
        })
    }
}

/// With which operations the threads write and read, and what comes in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accesses {
    /// `put` and `get`.
    Blocking,
    /// The same, with `fence` in between.
    BlockingFence,
    /// `put_nb` and `get`.
    NonBlocking,
    /// The same, with `fence` in between.
    NonBlockingFence,
    /// The same, with `quiet` in between.
    NonBlockingQuiet,
    /// `fetch_add` in place of the write, and `load`.
    Atomic,
    /// `fetch_add` in place of both: reads add 0.
    AtomicReads,
}

impl Accesses {
    /// All of them.
    pub const ALL: [Accesses; 7] = [
        Accesses::Blocking,
        Accesses::BlockingFence,
        Accesses::NonBlocking,
        Accesses::NonBlockingFence,
        Accesses::NonBlockingQuiet,
        Accesses::Atomic,
        Accesses::AtomicReads,
    ];

    fn between(self) -> Option<Step> {
        match self {
            Accesses::BlockingFence | Accesses::NonBlockingFence => Some(Step::Fence),
            Accesses::NonBlockingQuiet => Some(Step::Quiet),
            _ => None,
        }
    }
}

impl fmt::Display for Accesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Accesses::Blocking => "put",
            Accesses::BlockingFence => "put, fence",
            Accesses::NonBlocking => "put_nb",
            Accesses::NonBlockingFence => "put_nb, fence",
            Accesses::NonBlockingQuiet => "put_nb, quiet",
            Accesses::Atomic => "fetch_add, load",
            Accesses::AtomicReads => "fetch_add both",
        })
    }
}

/// Where the words are at home. Threads are on the ranks from 0 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Homes {
    /// Each word on a node of its own, without a thread.
    Apart,
    /// All on one node without a thread.
    Together,
    /// The first word on the node of the first thread, the next on the next: some accesses are to a
    /// node's own memory.
    Own,
    /// The first word on the node of the second thread, the next on that of the first: as `Own`, with
    /// near and far exchanged.
    Crossed,
}

impl Homes {
    /// All of them.
    pub const ALL: [Homes; 4] = [Homes::Apart, Homes::Together, Homes::Own, Homes::Crossed];
}

impl fmt::Display for Homes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Homes::Apart => "apart",
            Homes::Together => "together",
            Homes::Own => "own",
            Homes::Crossed => "crossed",
        })
    }
}

/// The telling outcome, which no sequentially consistent memory shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Telling {
    /// Registers, and what they hold.
    registers: Vec<(Register, u64)>,
    /// All of the final words.
    finals: Vec<u64>,
}

/// A standard test in one of its variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Which test.
    pub shape: Shape,
    /// With which operations.
    pub accesses: Accesses,
    /// Where its words are.
    pub homes: Homes,
    /// What to run.
    pub program: Program,
    telling: Telling,
}

impl Test {
    /// A test in one of its variants.
    pub fn new(shape: Shape, accesses: Accesses, homes: Homes) -> Test {
        // W: writes a word; R: reads it.
        let (x, y) = (0, 1);
        let plan: &[&[Plan]] = match shape {
            Shape::Sb => &[&[W(x, 1), R(y)], &[W(y, 1), R(x)]],
            Shape::Mp => &[&[W(x, 1), W(y, 1)], &[R(y), R(x)]],
            Shape::Lb => &[&[R(x), W(y, 1)], &[R(y), W(x, 1)]],
            Shape::Wrc => &[&[W(x, 1)], &[R(x), W(y, 1)], &[R(y), R(x)]],
            Shape::Iriw => &[&[W(x, 1)], &[W(y, 1)], &[R(x), R(y)], &[R(y), R(x)]],
            Shape::CoRr => &[&[W(x, 1)], &[R(x), R(x)]],
            Shape::CoWr => &[&[W(x, 1), R(x)], &[W(x, 2)]],
            Shape::TwoPlusTwoW => &[&[W(x, 1), W(y, 2)], &[W(y, 1), W(x, 2)]],
        };
        let mut builder = Builder { accesses, reads: Vec::new(), registers: 0 };
        let threads: Vec<Vec<Step>> = plan.iter().map(|thread| builder.thread(thread)).collect();
        let locations = if matches!(shape, Shape::CoRr | Shape::CoWr) { 1 } else { 2 };
        let apart = threads.len() as u32;
        let home = |location| match homes {
            Homes::Apart => apart + location,
            Homes::Together => apart,
            Homes::Own => location,
            Homes::Crossed => 1 - location,
        };
        let finals = match shape {
            Shape::CoWr => vec![x],
            Shape::TwoPlusTwoW => vec![x, y],
            _ => vec![],
        };
        let program = Program { threads, homes: (0..locations).map(home).collect(), finals };
        let telling = builder.telling(shape);
        Test { shape, accesses, homes, program, telling }
    }

    /// Whether an outcome is the one that tells: no sequentially consistent memory shows it.
    pub fn is_telling(&self, outcome: &Outcome) -> bool {
        let Telling { registers, finals } = &self.telling;
        registers.iter().all(|&(register, word)| outcome.registers[register] == word)
            && outcome.finals == *finals
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}; {})", self.shape, self.accesses, self.homes)
    }
}

/// What a thread does, whatever the operations are.
#[derive(Clone, Copy)]
enum Plan {
    Write(Location, u64),
    Read(Location),
}
use Plan::{Read as R, Write as W};

struct Builder {
    accesses: Accesses,
    /// The registers of the reads of the plan, in order. (Those of writes by fetch-add do not count.)
    reads: Vec<Register>,
    registers: usize,
}

impl Builder {
    fn register(&mut self) -> Register {
        self.registers += 1;
        self.registers - 1
    }

    fn thread(&mut self, plan: &[Plan]) -> Vec<Step> {
        let mut steps = Vec::new();
        for (i, &what) in plan.iter().enumerate() {
            if i > 0 {
                steps.extend(self.accesses.between());
            }
            steps.push(self.step(what));
        }
        steps
    }

    fn step(&mut self, what: Plan) -> Step {
        match (what, self.accesses) {
            (W(at, word), Accesses::Blocking | Accesses::BlockingFence) => Step::Put(at, word),
            (W(at, word), Accesses::Atomic | Accesses::AtomicReads) => {
                Step::FetchAdd(at, word, self.register())
            }
            (W(at, word), _) => Step::PutNb(at, word),
            (R(at), accesses) => {
                let register = self.register();
                self.reads.push(register);
                match accesses {
                    Accesses::Atomic => Step::Load(at, register),
                    Accesses::AtomicReads => Step::FetchAdd(at, 0, register),
                    _ => Step::Get(at, register),
                }
            }
        }
    }

    /// What the reads of the plan and the final words are in the telling outcome.
    fn telling(&self, shape: Shape) -> Telling {
        let atomic = matches!(self.accesses, Accesses::Atomic | Accesses::AtomicReads);
        let (reads, finals): (&[u64], &[u64]) = match shape {
            Shape::Sb => (&[0, 0], &[]),
            Shape::Mp => (&[1, 0], &[]),
            Shape::Lb => (&[1, 1], &[]),
            Shape::Wrc => (&[1, 1, 0], &[]),
            Shape::Iriw => (&[1, 0, 1, 0], &[]),
            Shape::CoRr => (&[1, 0], &[]),
            // What was added does not replace: the own addition is missing.
            Shape::CoWr if atomic => (&[2], &[3]),
            Shape::CoWr => (&[2], &[1]),
            // Additions come to the same in any order; one of each word would have been lost.
            Shape::TwoPlusTwoW => (&[], &[1, 1]),
        };
        let registers = self.reads.iter().copied().zip(reads.iter().copied()).collect();
        Telling { registers, finals: finals.to_vec() }
    }
}

/// All tests in all variants. (Those of one word do not have it apart, which would be together.)
pub fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    for shape in Shape::ALL {
        for accesses in Accesses::ALL {
            for homes in Homes::ALL {
                let one_word = matches!(shape, Shape::CoRr | Shape::CoWr);
                if !(one_word && homes == Homes::Apart) {
                    tests.push(Test::new(shape, accesses, homes));
                }
            }
        }
    }
    tests
}
