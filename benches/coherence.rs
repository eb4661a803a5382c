//! What coherent objects cost on `shm`: hits beside plain loads through a reference, locks beside those of the
//! standard library.
//!
//! `cargo bench -p pangea-benches --bench coherence [-- --test]`
//!
//! The contenders of a group take turns, in samples of some microseconds, so that a machine that slows down or has
//! other things to do spoils all of them alike. What is printed is the median of the samples and the least, and
//! how far each is above the first of the group. With `--test` everything runs, but the figures say nothing.
//!
//! The last group hits one value from more and more threads: if a hit stored anything to memory that threads
//! share, it would cost more the more of them there are.

use std::hint::black_box;
use std::sync::{Barrier, Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use pangea::cluster::CoordinatorConfig;
use pangea::{Model, Node, Shared, SharedArray};
use pangea_benches::Pair;
use verbs_shim::provider::Choice;

/// Values that are read in turn: all of them, with what the cache knows of them, fit the first cache.
const VALUES: usize = 64;

/// Elements of the array: 8 KiB.
const ELEMENTS: usize = 1024;

/// A sample takes about so long: much shorter than what a scheduler gives to others.
const SAMPLE: Duration = Duration::from_micros(20);

/// One of a group: does its work so many times.
type Contender<'a> = (String, Box<dyn FnMut(u64) + 'a>);

/// A contender whose work is the same every time.
fn work<'a, R>(name: &str, mut work: impl FnMut() -> R + 'a) -> Contender<'a> {
    let run = move |times| {
        for _ in 0..times {
            black_box(work());
        }
    };
    (name.to_owned(), Box::new(run))
}

/// A contender that reads one of `count` things each time, in an order that no prefetcher knows.
fn walk<'a, R>(name: &str, count: usize, read: impl Fn(usize) -> R + 'a) -> Contender<'a> {
    walk_in(name, count, || (), move |(), index| read(index))
}

/// As [`walk`], with something that is made for each sample.
fn walk_in<'a, B, R>(
    name: &str,
    count: usize,
    begin: impl Fn() -> B + 'a,
    read: impl Fn(&B, usize) -> R + 'a,
) -> Contender<'a> {
    let run = move |times| {
        let with = begin();
        let mut index = 0;
        for _ in 0..times {
            index = (index * 5 + 331) % count;
            black_box(read(&with, index));
        }
    };
    (name.to_owned(), Box::new(run))
}

/// How many samples there are of each.
struct Measure {
    samples: usize,
}

impl Measure {
    fn from_args() -> Measure {
        let is_test = std::env::args().any(|argument| argument == "--test");
        Measure { samples: if is_test { 3 } else { 2000 } }
    }

    /// Measures a group, and prints it.
    fn group(&self, name: &str, mut contenders: Vec<Contender<'_>>) {
        println!("{name}");
        let times: Vec<u64> =
            contenders.iter_mut().map(|(_, work)| times_in_sample(work)).collect();
        let mut figures = vec![Vec::with_capacity(self.samples); contenders.len()];
        for _ in 0..self.samples {
            for (((_, work), times), figures) in contenders.iter_mut().zip(&times).zip(&mut figures)
            {
                let start = Instant::now();
                work(*times);
                figures.push(start.elapsed().as_secs_f64() * 1e9 / *times as f64);
            }
        }
        let summaries: Vec<_> =
            figures.iter_mut().map(|figures| median_and_least(figures)).collect();
        for ((name, _), (median, least)) in contenders.iter().zip(&summaries) {
            println!(
                "  {name:<36} median {median:8.2} ns ({:+8.2})   least {least:8.2} ns ({:+8.2})",
                median - summaries[0].0,
                least - summaries[0].1,
            );
        }
    }
}

fn median_and_least(figures: &mut [f64]) -> (f64, f64) {
    figures.sort_by(f64::total_cmp);
    (figures[figures.len() / 2], figures[0])
}

/// How often a contender does its work in a sample. Warms it up, too.
fn times_in_sample(work: &mut impl FnMut(u64)) -> u64 {
    let mut times = 1;
    loop {
        let start = Instant::now();
        work(times);
        if start.elapsed() >= SAMPLE {
            return times;
        }
        times *= 2;
    }
}

fn single_values(measure: &Measure, node: &Node) {
    let value = |number: usize| -> Shared<u64> {
        let value = node.shared(&format!("value {number}")).on_node(1).create().expect("fits");
        value.load().expect("is there");
        value
    };
    let values: Vec<_> = (0..VALUES).map(value).collect();
    let plain: Vec<Box<u64>> = (0..VALUES as u64).map(Box::new).collect();
    let contenders = vec![
        walk("plain reference", VALUES, |index| *black_box(&*plain[index])),
        walk_in(
            "hit in a batch (load_in)",
            VALUES,
            || node.batch(),
            |batch, index| values[index].load_in(batch).expect("is there"),
        ),
        walk("hit alone (load)", VALUES, |index| values[index].load().expect("is there")),
        walk("hit by a guard (read)", VALUES, |index| *values[index].read().expect("is there")),
        walk_in(
            "through a guard that is held",
            VALUES,
            || values[0].read().expect("is there"),
            |guard, _| **black_box(guard),
        ),
    ];
    measure.group("read of one value", contenders);
}

fn arrays(measure: &Measure, node: &Node) {
    let array: SharedArray<u64> =
        node.shared_array("array").len(ELEMENTS).on_node(1).create().expect("fits");
    let plain = vec![0; ELEMENTS];
    let (mut here, mut there) = (plain.clone(), plain.clone());
    array.get_range(0, &mut here).expect("is there");
    let contenders = vec![
        walk("plain slice", ELEMENTS, |index| black_box(&plain[..])[index]),
        walk_in(
            "hit in a batch (get_in)",
            ELEMENTS,
            || node.batch(),
            |batch, index| array.get_in(batch, index).expect("is there"),
        ),
        walk("hit alone (get)", ELEMENTS, |index| array.get(index).expect("is there")),
    ];
    measure.group("read of an element", contenders);
    let contenders = vec![
        work("copy_from_slice", || here.copy_from_slice(black_box(&plain))),
        work("hits (get_range)", || array.get_range(0, black_box(&mut there)).expect("is there")),
    ];
    measure.group("read of 8 KiB", contenders);
}

fn strict(measure: &Measure, node: &Node) {
    let strict = |name| node.shared(name).model(Model::Strict).on_node(1);
    let small: Shared<u64> = strict("small").create().expect("fits");
    let large: Shared<[u8; 4000]> =
        node.shared("large").model(Model::Strict).on_node(1).create().expect("fits");
    let relaxed = node.array::<u64>("relaxed").len(1).on_node(1).create().expect("fits");
    let contenders = vec![
        work("relaxed get of 8 bytes", || relaxed.get(0).expect("is there")),
        work("strict load of 8 bytes", || small.load().expect("is there")),
        work("strict read of 4000, unchanged", || large.read().expect("is there")[7]),
    ];
    measure.group("read at the home", contenders);
    let hit: Shared<u64> = node.shared("written").on_node(1).create().expect("fits");
    let contenders = vec![
        work("relaxed put of 8 bytes", || relaxed.put(0, 7).expect("is there")),
        work("store", || hit.store(7).expect("is there")),
        work("update", || hit.update(|value| *value += 1).expect("is there")),
    ];
    measure.group("write", contenders);
}

fn locks(measure: &Measure, node: &Node) {
    let here = Mutex::new(0u64);
    let mutex = node.mutex::<u64>("mutex").on_node(1).create().expect("fits");
    let contenders = vec![
        work("std::sync::Mutex", || *here.lock().expect("is sound") += 1),
        work("Mutex", || *mutex.lock().expect("is sound") += 1),
    ];
    measure.group("lock and unlock a mutex, uncontended", contenders);
    let here = RwLock::new(0u64);
    let lock = node.rwlock::<u64>("rwlock").on_node(1).create().expect("fits");
    let contenders = vec![
        work("std::sync::RwLock", || *here.read().expect("is sound")),
        work("RwLock", || *lock.read().expect("is sound")),
    ];
    measure.group("read under a lock, uncontended", contenders);
}

/// The time that each of `threads` takes for one of `times` reads, side by side: the median of their samples.
fn side_by_side(measure: &Measure, threads: usize, read: impl Fn() + Sync) -> f64 {
    let start = Barrier::new(threads);
    let run = || {
        let mut work = |times| (0..times).for_each(|_| read());
        let times = times_in_sample(&mut work);
        start.wait();
        let mut figures = Vec::with_capacity(measure.samples);
        for _ in 0..measure.samples {
            let begin = Instant::now();
            work(times);
            figures.push(begin.elapsed().as_secs_f64() * 1e9 / times as f64);
        }
        median_and_least(&mut figures).0
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let figures = workers.into_iter().map(|worker| worker.join().expect("works"));
        figures.fold(0.0, f64::max)
    })
}

fn threads(measure: &Measure, node: &Node) {
    println!(
        "hits of one value, from several threads: the slowest thread's median, the least of 5 runs"
    );
    let value: Shared<u64> = node.shared("hot").on_node(1).create().expect("fits");
    let most = thread::available_parallelism().map_or(1, |count| count.get().min(8));
    for count in (0..).map(|power| 1 << power).take_while(|count| *count <= most) {
        let run = |_| {
            side_by_side(measure, count, || {
                black_box(black_box(&value).load().expect("is there"));
            })
        };
        let figure = (0..5).map(run).fold(f64::INFINITY, f64::min);
        println!("  threads: {count} {figure:34.2} ns");
    }
}

fn main() {
    let measure = Measure::from_args();
    let pair = Pair::start(&CoordinatorConfig::local(2, Choice::Shm, 4 << 20));
    single_values(&measure, &pair.node);
    arrays(&measure, &pair.node);
    strict(&measure, &pair.node);
    locks(&measure, &pair.node);
    threads(&measure, &pair.node);
    pair.end();
}
