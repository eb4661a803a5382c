//! Views in all orders: the small litmus tests, with accesses that flags, locks and barriers order, two writers on one page,
//! and evictions.
//!
//! A page is 64 cache lines, and each is read as a whole most of the time. So half of a page is sampled at the same moment; what a test
//! looks at lies in one half, or in both.

use std::cell::RefCell;

use pangea::cluster::{Distribution, Rank};
use pangea::{Error, LockError, Mechanism, View, ViewLock};

use super::scenarios::{Found, Registers, note, run_job};
use super::{Scenario, explored};
use crate::explore::ExploreError;
use crate::job::{Job, ProgramResult, SimNode};
use crate::litmus::Search;
use crate::simulated::Simulated;

pub(super) const SCENARIOS: [Scenario; 8] = [
    Scenario {
        name: "views, message by a flag",
        promise: "what was released before a flag is seen by who sees the flag and acquires",
        departures: None,
        run: |search| message(search, 3, 2),
    },
    Scenario {
        name: "views, message by a flag, own",
        promise: "the same where the writer is the home, and its pages are its arena",
        departures: None,
        run: |search| message(search, 2, 0),
    },
    Scenario {
        name: "views, stores by locks",
        promise: "of two nodes that write one element and then read the other's, one sees the other",
        departures: Some(2),
        run: stores_by_locks,
    },
    Scenario {
        name: "views, stores by a barrier",
        promise: "what was written before a barrier is seen after it",
        departures: Some(2),
        run: stores_by_barrier,
    },
    Scenario {
        name: "views, two writers",
        promise: "two nodes change elements of one page: both are there",
        departures: None,
        run: |search| two_writers(search, 2),
    },
    Scenario {
        name: "views, two writers, own",
        promise: "the same where one of them is the home",
        departures: None,
        run: |search| two_writers(search, 0),
    },
    Scenario {
        name: "views, readers by locks",
        promise: "two nodes that read two elements in different order agree on which was written first",
        departures: Some(1),
        run: readers_by_locks,
    },
    Scenario {
        name: "views, eviction",
        promise: "what is evicted amid writes of others, and whose eviction fails, is there after a release",
        departures: Some(3),
        run: eviction,
    },
];

/// Elements of a page.
const PAGE: usize = 512;

type Words = View<u64, Simulated>;

/// How a job is.
#[derive(Clone, Copy)]
struct Plan {
    nodes: u32,
    pages: usize,
    cache: usize,
    distribution: Distribution,
    /// Elements that are looked at.
    places: &'static [usize],
}

/// Runs `program` with a view of which all nodes have all pages, and with a lock for each place.
fn over_views(
    search: &Search,
    plan: Plan,
    program: impl Fn(&SimNode, &mut Words, &[ViewLock<Simulated>], &Registers) -> ProgramResult
    + 'static,
) -> Result<Found, ExploreError> {
    let mut job = Job::new("exhaustive", plan.nodes, 0);
    job.arena_bytes = 96 << 10;
    job.grain = search.grain;
    job.traps.clone_from(&search.traps);
    job.network.files = true;
    job.network.line_reordering = false;
    job.network.lines_at_once = 32;
    run_job(search, &job, move |sim, registers| {
        let node = sim.node();
        let array = node
            .release_array::<u64>("words")
            .len(plan.pages * PAGE)
            .page_size(8 * PAGE)
            .distribution(plan.distribution)
            .create()?;
        let by_hand =
            Mechanism::ByHand { relax: <Simulated as pangea::primitives::Primitives>::relax };
        let view = array.view_options().cache_bytes(plan.cache * 8 * PAGE).mechanism(by_hand);
        let mut view = view.open()?;
        let mut locks = Vec::new();
        for number in 0..plan.places.len() {
            let home = number % plan.nodes as usize;
            locks.push(node.view_lock(&format!("lock-{number}")).on_node(home).create()?);
        }
        // All pairs that will be used are opened, and all pages were read.
        for lock in &locks {
            for turn in 0..plan.nodes {
                if sim.rank() == turn {
                    drop(view.lock(lock).or_else(LockError::into_inner)?);
                }
                node.barrier()?;
            }
        }
        for page in 0..plan.pages {
            put(&mut view, page * PAGE + 8 * (1 + sim.rank() as usize), 1)?;
        }
        view.barrier()?;
        for page in 0..plan.pages {
            get(&view, page * PAGE)?;
        }
        node.barrier()?;
        program(sim, &mut view, &locks, registers)
    })
}

fn get(view: &Words, at: usize) -> Result<u64, Error> {
    Ok(view.read(at..=at)?[0])
}

fn put(view: &mut Words, at: usize, word: u64) -> Result<(), Error> {
    view.write(at..=at)?[0] = word;
    Ok(())
}

/// Node 0 writes two elements, releases, and sets a flag; node 1 acquires and reads, looks at the flag, acquires, and reads.
fn message(search: &Search, nodes: u32, home: u32) -> Result<Found, ExploreError> {
    let distribution = Distribution::OnNode(Rank(home));
    let plan = Plan { nodes, pages: 1, cache: 4, distribution, places: &[] };
    over_views(search, plan, move |sim, view, _, registers| {
        let node = sim.node();
        let flag = node.atomic::<u64>("flag").on_node(home as usize).create()?;
        flag.load()?;
        node.barrier()?;
        let kept = explored(sim, || match sim.rank() {
            0 => {
                put(view, 0, 1)?;
                put(view, PAGE - 1, 1)?;
                view.release()?;
                Ok(flag.store(1)?)
            }
            1 => {
                // What it fetches now may be older than what it acquires now.
                view.acquire()?;
                get(view, 0)?;
                let seen = flag.load()?;
                view.acquire()?;
                let found = [get(view, 0)?, get(view, PAGE - 1)?];
                note(sim, registers, 0, seen);
                note(sim, registers, 1, found[0]);
                note(sim, registers, 2, found[1]);
                match (seen, found) {
                    (1, [1, 1]) | (0, _) => Ok(()),
                    _ => Err(format!("the flag is seen, but of the elements {found:?}").into()),
                }
            }
            _ => Ok(()),
        });
        node.barrier()?;
        kept
    })
}

fn with_lock<R>(
    view: &mut Words,
    lock: &ViewLock<Simulated>,
    what: impl FnOnce(&mut pangea::LockedView<'_, u64, Simulated>) -> Result<R, Error>,
) -> Result<R, Error> {
    let mut held = view.lock(lock).or_else(LockError::into_inner)?;
    let done = what(&mut held)?;
    held.unlock()?;
    Ok(done)
}

fn put_locked(view: &mut Words, lock: &ViewLock<Simulated>, at: usize) -> Result<(), Error> {
    with_lock(view, lock, |held| {
        held.write(at..=at)?[0] = 1;
        Ok(())
    })
}

fn get_locked(view: &mut Words, lock: &ViewLock<Simulated>, at: usize) -> Result<u64, Error> {
    with_lock(view, lock, |held| Ok(held.read(at..=at)?[0]))
}

/// Where the two elements of a test lie: in the halves of one page.
const HALVES: &[usize] = &[0, PAGE - 1];

fn stores_by_locks(search: &Search) -> Result<Found, ExploreError> {
    let distribution = Distribution::OnNode(Rank(0));
    let plan = Plan { nodes: 2, pages: 1, cache: 4, distribution, places: HALVES };
    over_views(search, plan, |sim, view, locks, registers| {
        let me = sim.rank() as usize;
        explored(sim, || {
            put_locked(view, &locks[me], HALVES[me])?;
            let found = get_locked(view, &locks[1 - me], HALVES[1 - me])?;
            note(sim, registers, me, found);
            Ok(())
        })?;
        sim.node().barrier()?;
        match registers.borrow()[..] {
            [0, 0] => Err("neither sees what the other wrote".into()),
            _ => Ok(()),
        }
    })
}

fn stores_by_barrier(search: &Search) -> Result<Found, ExploreError> {
    let distribution = Distribution::Cyclic;
    let plan = Plan { nodes: 2, pages: 2, cache: 4, distribution, places: &[] };
    over_views(search, plan, |sim, view, _, registers| {
        let me = sim.rank() as usize;
        explored(sim, || {
            // In the other's memory, and in its own.
            put(view, (1 - me) * PAGE, 1)?;
            put(view, me * PAGE + 1, 1)?;
            view.barrier()?;
            let found = [get(view, me * PAGE)?, get(view, (1 - me) * PAGE + 1)?];
            note(sim, registers, 2 * me, found[0]);
            note(sim, registers, 2 * me + 1, found[1]);
            match found {
                [1, 1] => Ok(()),
                _ => Err(format!("node {me} reads {found:?} behind the barrier").into()),
            }
        })
    })
}

/// Node 0 changes two elements, node 1 the one between them, and both release. Afterwards everybody finds all.
fn two_writers(search: &Search, home: u32) -> Result<Found, ExploreError> {
    let distribution = Distribution::OnNode(Rank(home));
    let plan = Plan { nodes: home.max(1) + 1, pages: 1, cache: 4, distribution, places: &[] };
    over_views(search, plan, |sim, view, _, registers| {
        explored(sim, || {
            let me = sim.rank();
            let elements: &[usize] = match me {
                0 => &[0, 2],
                1 => &[1],
                _ => return Ok(()),
            };
            elements.iter().try_for_each(|at| put(view, *at, 1))?;
            Ok(view.release()?)
        })?;
        view.barrier()?;
        let found = [get(view, 0)?, get(view, 1)?, get(view, 2)?];
        if sim.rank() == 0 {
            found.iter().enumerate().for_each(|(at, word)| note(sim, registers, at, *word));
        }
        match found {
            [1, 1, 1] => Ok(()),
            _ => Err(format!("node {} finds {found:?}", sim.rank()).into()),
        }
    })
}

fn readers_by_locks(search: &Search) -> Result<Found, ExploreError> {
    let distribution = Distribution::Cyclic;
    let plan = Plan { nodes: 4, pages: 2, cache: 4, distribution, places: &[0, PAGE] };
    over_views(search, plan, |sim, view, locks, registers| {
        let me = sim.rank() as usize;
        explored(sim, || {
            if me < 2 {
                return Ok(put_locked(view, &locks[me], me * PAGE)?);
            }
            for (number, place) in [me - 2, 3 - me].into_iter().enumerate() {
                let found = get_locked(view, &locks[place], place * PAGE)?;
                note(sim, registers, (me - 2) * 2 + number, found);
            }
            Ok(())
        })?;
        sim.node().barrier()?;
        match registers.borrow()[..] {
            [1, 0, 1, 0] => Err("the readers disagree on which was written first".into()),
            _ => Ok(()),
        }
    })
}

/// Node 0 changes three pages, and has room for less; it takes the first change back. Node 1 writes beside it. Meanwhile a queue
/// pair of node 0 fails at any moment: node 2 sees to that.
fn eviction(search: &Search) -> Result<Found, ExploreError> {
    let distribution = Distribution::OnNode(Rank(2));
    let plan = Plan { nodes: 3, pages: 3, cache: 3, distribution, places: &[] };
    over_views(search, plan, |sim, view, _, registers: &RefCell<Vec<u64>>| {
        explored(sim, || match sim.rank() {
            0 => {
                (0..3).try_for_each(|page| put(view, page * PAGE, 1))?;
                put(view, 0, 0)?;
                Ok(view.release()?)
            }
            1 => {
                put(view, 1, 1)?;
                Ok(view.release()?)
            }
            _ => {
                sim.give_way();
                sim.fail_pair_of(0, 0);
                Ok(())
            }
        })?;
        view.barrier()?;
        let found = [get(view, 0)?, get(view, 1)?, get(view, PAGE)?, get(view, 2 * PAGE)?];
        if sim.rank() == 0 {
            found.iter().enumerate().for_each(|(at, word)| note(sim, registers, at, *word));
        }
        match found {
            [0, 1, 1, 1] => Ok(()),
            _ => Err(format!("node {} finds {found:?}", sim.rank()).into()),
        }
    })
}
