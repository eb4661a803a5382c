//! Operations on arrays, as programs call them: what the runtime adds to READ, WRITE and atomics.

use std::collections::VecDeque;
use std::hint::black_box;

use pangea::cluster::Rank;
use pangea::{Array, Distribution, Element, Error as RuntimeError, Node, Transfer};

use super::draw::Draw;
use crate::bench::bench::{Bench, Hand, Measured, Setting, Sizes, Takes, Who, Workload};
use crate::bench::error::Error;
use crate::bench::measure::Operation;
use crate::bench::report::Row;

/// What is done to an element, or to a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Get,
    Put,
    GetLater,
    PutLater,
    GetMany,
    PutMany,
    GetRange,
    PutRange,
    FetchAdd,
    CompareSwap,
}

/// A test of one of them.
pub(crate) struct ArrayTest {
    name: &'static str,
    about: &'static str,
    verb: Verb,
    /// On the node's own part, not on another node's.
    local: bool,
}

const fn test(name: &'static str, verb: Verb, about: &'static str) -> ArrayTest {
    ArrayTest { name, about, verb, local: false }
}

const fn local(name: &'static str, verb: Verb, about: &'static str) -> ArrayTest {
    ArrayTest { name, about, verb, local: true }
}

/// All of them.
pub(crate) static TESTS: &[ArrayTest] = &[
    test(
        "get",
        Verb::Get,
        "latency of get from another node: of an element of 8 bytes, else of a range",
    ),
    test("put", Verb::Put, "latency of put to another node, until it is there"),
    test("fetch-add", Verb::FetchAdd, "latency of fetch_add on another node"),
    test("compare-swap", Verb::CompareSwap, "latency of a compare_swap that succeeds"),
    test("get-nb", Verb::GetLater, "rate of get_nb, several in flight"),
    test("put-nb", Verb::PutLater, "rate of put_nb, a quiet after so many as the depth says"),
    test(
        "get-many",
        Verb::GetMany,
        "rate of random elements by gather, so many at once as the batch says",
    ),
    test("put-many", Verb::PutMany, "rate of random elements by scatter"),
    test("get-range", Verb::GetRange, "bandwidth of get_range"),
    test("put-range", Verb::PutRange, "bandwidth of put_range"),
    local("get-local", Verb::Get, "latency of get from the node's own part"),
    local("put-local", Verb::Put, "latency of put to the node's own part"),
    local("fetch-add-local", Verb::FetchAdd, "latency of fetch_add on the node's own part"),
];

/// Elements among which the random ones are.
const MANY: usize = 1 << 16;
/// Random indices, used again and again.
const INDICES: usize = 1 << 14;
/// What threads write to lies so far apart, that they do not share a cache line.
const LINE: usize = 64;

impl Workload for ArrayTest {
    fn name(&self) -> &'static str {
        self.name
    }

    fn group(&self) -> &'static str {
        "array"
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn takes(&self) -> Takes {
        let usual = |usual| Some(Sizes { usual, least: 1, most: 64 << 20 });
        let all = Takes { threads: true, bidirectional: !self.local, ..Takes::default() };
        match self.verb {
            Verb::Get | Verb::Put => Takes { size: usual(8), ..all },
            Verb::GetLater => Takes { size: usual(8), depth: Some(8), ..all },
            Verb::PutLater => Takes { size: usual(8), depth: Some(64), ..all },
            Verb::GetMany | Verb::PutMany => Takes { batch: Some(64), ..all },
            Verb::GetRange | Verb::PutRange => Takes { size: usual(64 << 10), ..all },
            Verb::FetchAdd | Verb::CompareSwap => all,
        }
    }

    fn nodes(&self) -> u32 {
        if self.local { 1 } else { 2 }
    }

    fn memory(&self, setting: &Setting) -> u64 {
        match self.verb {
            Verb::GetMany | Verb::PutMany => (MANY * size_of::<u64>()) as u64,
            _ => (stride(setting.bytes()) * setting.threads as usize) as u64,
        }
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let threads = setting.threads as usize;
        let words = threads * LINE / 8;
        let measured = match self.verb {
            Verb::FetchAdd | Verb::CompareSwap => {
                self.on_targets(bench, words, |targets| self.atomics(bench, setting, targets))
            }
            Verb::GetMany | Verb::PutMany => {
                self.on_targets(bench, MANY, |targets| self.many(bench, setting, targets))
            }
            _ if setting.size == 8 => self.on_targets(bench, words, |targets: &Targets<u64>| {
                self.transfers(bench, setting, targets, 1, LINE / 8)
            }),
            _ => {
                let (bytes, apart) = (setting.bytes(), stride(setting.bytes()));
                self.on_targets(bench, threads * apart, |targets: &Targets<u8>| {
                    self.transfers(bench, setting, targets, bytes, apart)
                })
            }
        }?;
        Ok(bench.rows(self, setting, measured.as_ref()))
    }
}

/// How far apart the parts of two threads are.
fn stride(bytes: usize) -> usize {
    bytes.next_multiple_of(LINE)
}

/// An array at each node that measures or is measured against.
struct Targets<T: Element> {
    arrays: Vec<Array<T>>,
    local: bool,
}

impl<T: Element> Targets<T> {
    fn new(bench: &Bench<'_>, len: usize, local: bool) -> Result<Targets<T>, Error> {
        let nodes = bench.node().size().min(2) as u32;
        let at = |rank| bench.array("target", len, Distribution::OnNode(Rank(rank)));
        Ok(Targets { arrays: (0..nodes).map(at).collect::<Result<_, _>>()?, local })
    }

    /// What one who measures there works on.
    fn of(&self, hand: Hand) -> Array<T> {
        self.arrays[if self.local { hand.rank } else { hand.peer }].clone()
    }

    fn release(self) -> Result<(), Error> {
        self.arrays.into_iter().try_for_each(Array::release)?;
        Ok(())
    }
}

impl ArrayTest {
    /// Measures on arrays of so many elements, which are there meanwhile.
    fn on_targets<T: Element>(
        &self,
        bench: &Bench<'_>,
        len: usize,
        measure: impl FnOnce(&Targets<T>) -> Result<Option<Measured>, Error>,
    ) -> Result<Option<Measured>, Error> {
        let targets = Targets::new(bench, len, self.local)?;
        let measured = measure(&targets)?;
        targets.release()?;
        Ok(measured)
    }

    fn atomics(
        &self,
        bench: &Bench<'_>,
        setting: &Setting,
        targets: &Targets<u64>,
    ) -> Result<Option<Measured>, Error> {
        let at = |hand: Hand| hand.thread as usize * LINE / 8;
        if self.verb == Verb::FetchAdd {
            return bench.latency(Who::First, setting, |hand| {
                let (target, at) = (targets.of(hand), at(hand));
                Ok(move |_| done(target.fetch_add(at, 1)))
            });
        }
        bench.latency(Who::First, setting, |hand| {
            let (target, at) = (targets.of(hand), at(hand));
            let mut known = 0;
            Ok(move |_| {
                let before = target.compare_swap(at, known, known + 1)?;
                if before != known {
                    return Err(Error::wrong(format_args!(
                        "a compare_swap has found {before} where nobody else writes and {known} was left"
                    )));
                }
                known += 1;
                Ok(())
            })
        })
    }

    fn many(
        &self,
        bench: &Bench<'_>,
        setting: &Setting,
        targets: &Targets<u64>,
    ) -> Result<Option<Measured>, Error> {
        let batch = setting.batch as usize;
        let writes = self.verb == Verb::PutMany;
        bench.rate(Who::First, setting, batch as u64, |hand| {
            let target = targets.of(hand);
            let mut draw = Draw::new(4, hand.rank, hand.thread as usize);
            let indices: Vec<usize> =
                (0..INDICES.max(batch)).map(|_| draw.below(MANY as u64) as usize).collect();
            let mut elements = vec![0_u64; batch];
            let mut at = 0;
            Ok(move |_| {
                let indices = &indices[at..at + batch];
                at = if at + 2 * batch <= INDICES { at + batch } else { 0 };
                if writes {
                    target.scatter(indices, &elements)?;
                } else {
                    target.gather(indices, &mut elements)?;
                    black_box(&mut elements);
                }
                Ok(())
            })
        })
    }

    /// Elements, so many at a time; those of two threads lie `apart`.
    fn transfers<T: Element>(
        &self,
        bench: &Bench<'_>,
        setting: &Setting,
        targets: &Targets<T>,
        count: usize,
        apart: usize,
    ) -> Result<Option<Measured>, Error> {
        let (who, depth) = (Who::First, setting.depth as usize);
        let at = |hand: Hand| hand.thread as usize * apart;
        match self.verb {
            // One element.
            Verb::Get if setting.size == 8 => bench.latency(who, setting, |hand| {
                let (target, at) = (targets.of(hand), at(hand));
                Ok(move |_| done(target.get(at)))
            }),
            Verb::Put if setting.size == 8 => bench.latency(who, setting, |hand| {
                let (target, at) = (targets.of(hand), at(hand));
                Ok(move |_| done(target.put(at, black_box(T::zeroed()))))
            }),
            Verb::Get => {
                bench.latency(who, setting, |hand| Ok(reading(targets.of(hand), at(hand), count)))
            }
            Verb::Put => {
                bench.latency(who, setting, |hand| Ok(writing(targets.of(hand), at(hand), count)))
            }
            Verb::GetLater => bench.rate(who, setting, 1, |hand| {
                let flights = VecDeque::with_capacity(depth);
                Ok(GetLater { target: targets.of(hand), at: at(hand), count, depth, flights })
            }),
            Verb::PutLater => {
                let node = bench.node().clone();
                bench.rate(who, setting, depth as u64, |hand| {
                    let from = vec![T::zeroed(); count];
                    let (node, target) = (node.clone(), targets.of(hand));
                    Ok(putting_later(node, target, at(hand), from, depth))
                })
            }
            Verb::GetRange => {
                bench.rate(who, setting, 1, |hand| Ok(reading(targets.of(hand), at(hand), count)))
            }
            _ => bench.rate(who, setting, 1, |hand| Ok(writing(targets.of(hand), at(hand), count))),
        }
    }
}

/// Ends a call, whatever its answer was.
#[inline]
fn done<T>(answer: Result<T, RuntimeError>) -> Result<(), Error> {
    black_box(answer?);
    Ok(())
}

fn reading<T: Element>(target: Array<T>, at: usize, count: usize) -> impl Operation {
    let mut into = vec![T::zeroed(); count];
    move |_| {
        target.get_range(at, &mut into)?;
        black_box(&mut into);
        Ok(())
    }
}

fn writing<T: Element>(target: Array<T>, at: usize, count: usize) -> impl Operation {
    let from = vec![T::zeroed(); count];
    move |_| done(target.put_range(at, black_box(&from)))
}

fn putting_later<T: Element>(
    node: Node,
    target: Array<T>,
    at: usize,
    from: Vec<T>,
    depth: usize,
) -> impl Operation {
    move |_| {
        for _ in 0..depth {
            target.put_nb(at, black_box(&from))?;
        }
        done(node.quiet())
    }
}

/// Reads of which several are in flight. (Each hands its elements over in a new vector.)
struct GetLater<T: Element> {
    target: Array<T>,
    at: usize,
    count: usize,
    depth: usize,
    flights: VecDeque<Transfer<T>>,
}

impl<T: Element> Operation for GetLater<T> {
    fn call(&mut self, _: u64) -> Result<(), Error> {
        if self.flights.len() == self.depth
            && let Some(oldest) = self.flights.pop_front()
        {
            black_box(oldest.wait()?);
        }
        self.flights.push_back(self.target.get_nb(self.at, self.count)?);
        Ok(())
    }

    fn in_flight(&self) -> u64 {
        self.flights.len() as u64
    }

    fn finish(&mut self) -> Result<(), Error> {
        for flight in self.flights.drain(..) {
            black_box(flight.wait()?);
        }
        Ok(())
    }
}
