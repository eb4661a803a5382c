//! A node for the tests of what goes wrong with views: `view_failure ROLE`.
//!
//! Each role joins the job and then does what its name says. What it prints is what the tests look at.

mod roles;

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use pangea::{Access, LockError, Node, ReleaseArray};
use rustix::process::{Resource, Rlimit, Signal, getpid, kill_process, setrlimit};

use roles::Outcome;

fn main() -> ExitCode {
    roles::play(perform)
}

fn perform(role: &str) -> Outcome {
    // Dying on purpose need not leave files behind.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    let node = pangea::join()?;
    match role {
        "die-in-barrier" => die_in_barrier(&node),
        "die-with-lock" => die_with_lock(&node),
        "die-while-read" => die_while_read(&node),
        "read-what-died" => read_what_died(&node),
        "full-of-what-died" => full_of_what_died(&node),
        "larger-than-cache" => larger_than_cache(&node),
        "stray-remote" => stray_write(&node, 1),
        "stray-own" => stray_write(&node, 0),
        "released" => released(&node),
        "system-calls" => system_calls(&node),
        _ => roles::unknown(role),
    }
}

/// Elements of a page.
const PAGE: usize = 512;
const PAGES: usize = 64;
const LEN: usize = PAGES * PAGE;

/// All of it on one node.
fn array_on(node: &Node, home: usize) -> Result<ReleaseArray<u64>, pangea::Error> {
    node.release_array::<u64>("words").len(LEN).on_node(home).create()
}

fn die() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    loop {
        thread::sleep(Duration::from_secs(1));
    }
}

/// Waits until everybody has been told that rank 1 is dead.
fn until_told(node: &Node) {
    while node.barrier().is_ok() {}
}

fn told<T>(what: &str, result: Result<T, pangea::Error>) -> Outcome {
    match result {
        Ok(_) => Err(format!("{what}: nobody told").into()),
        Err(error) => {
            println!("{what}: {error}");
            Ok(())
        }
    }
}

/// Rank 1, the home, is killed while the others wait for it, with changes of theirs.
fn die_in_barrier(node: &Node) -> Outcome {
    let mut view = array_on(node, 1)?.view()?;
    view.barrier()?;
    let ready = node.atomic::<u64>("ready").on_node(0).create()?;
    if node.rank() == 1 {
        while ready.load()? + 1 < node.size() as u64 {}
        thread::sleep(Duration::from_millis(200));
        die();
    }
    view.write(PAGE * node.rank()..PAGE * (node.rank() + 1))?.fill(7);
    ready.fetch_add(1)?;
    told("barrier", view.barrier())?;
    view.write(PAGE * node.rank()..PAGE * (node.rank() + 1))?.fill(8);
    told("release", view.release())?;
    told("acquire", view.acquire())?;
    told("populate", view.populate(.., Access::Read))?;
    told("barrier again", view.barrier())
}

/// Rank 1 is killed with the lock, after half of its work has gone home. The data is on rank 0.
fn die_with_lock(node: &Node) -> Outcome {
    let mut view = array_on(node, 0)?.view()?;
    let lock = node.view_lock("lock").on_node(0).create()?;
    view.barrier()?;
    if node.rank() == 1 {
        let mut held = view.lock(&lock).map_err(pangea::Error::from)?;
        held.write(..PAGE)?.fill(1);
        held.unlock()?;
        let mut held = view.lock(&lock).map_err(pangea::Error::from)?;
        held.write(..PAGE)?.fill(2);
        node.barrier()?;
        die();
    }
    node.barrier()?;
    match view.lock(&lock) {
        Ok(_) => println!("mended by another"),
        Err(LockError::Failed(error)) => return Err(error.into()),
        Err(LockError::Poisoned(poisoned)) => {
            println!("poisoned: {}", poisoned.poison());
            let mut held = poisoned.into_inner();
            let first = held.read(..1)?[0];
            println!("some value: {}", held.read(..PAGE)?.iter().all(|&value| value == first));
            held.write(..PAGE)?.fill(3);
            held.clear_poison();
            held.unlock()?;
        }
    }
    let sum: u64 = view.lock(&lock).map_err(pangea::Error::from)?.read(..PAGE)?.iter().sum();
    println!("sum: {sum}");
    Ok(())
}

/// Rank 1 is killed while rank 0 reads its pages, again and again, with room for a few.
fn die_while_read(node: &Node) -> Outcome {
    let view = array_on(node, 1)?.view_options().cache_bytes(4 * 4096).open()?;
    node.barrier()?;
    if node.rank() == 1 {
        thread::sleep(Duration::from_millis(100));
        die();
    }
    let all = view.read(..)?;
    println!("reads");
    loop {
        if (0..PAGES).any(|page| all[page * PAGE] != 0) {
            return Err("something else was read than was written".into());
        }
    }
}

/// Rank 0 reads a page of rank 1 when that is dead and has been told to be: by a call, and by a load.
fn read_what_died(node: &Node) -> Outcome {
    let mut view = array_on(node, 1)?.view()?;
    if node.rank() == 1 {
        view.write(..)?.fill(5);
        view.release()?;
    }
    node.barrier()?;
    println!("before: {}", view.read(..1)?[0]);
    node.barrier()?;
    if node.rank() == 1 {
        die();
    }
    until_told(node);
    told("populate", view.populate(LEN - 1.., Access::Read))?;
    println!("still here: {}", view.read(..1)?[0]);
    println!("the page is there: {}", view.read(LEN - 1..)?[0]);
    Ok(())
}

/// Rank 0 has filled its cache with changes when rank 1, the home, dies, and goes on writing.
fn full_of_what_died(node: &Node) -> Outcome {
    let mut view = array_on(node, 1)?.view_options().cache_bytes(4 * 4096).open()?;
    if node.rank() == 0 {
        view.write(..LEN / 2)?.fill(1);
    }
    node.barrier()?;
    if node.rank() == 1 {
        die();
    }
    until_told(node);
    told("release", view.release())?;
    told("populate", view.populate(LEN / 2.., Access::Write))?;
    println!("still here: {}", view.read(LEN / 2 - 1..LEN / 2)?[0]);
    let last = &mut view.write(LEN - 1..)?[0];
    *last = 1;
    println!("was written: {last}");
    Ok(())
}

/// Everybody writes a share of every page with room for four.
fn larger_than_cache(node: &Node) -> Outcome {
    let array = array_on(node, 1)?;
    let mut view = array.view_options().cache_bytes(4 * 4096).open()?;
    for round in 1..3 {
        for at in (0..LEN).step_by(32).filter(|at| at / 32 % node.size() == node.rank()) {
            view.write(at..=at)?[0] = (round * at) as u64;
        }
        view.barrier()?;
        let all = view.read(..)?;
        if let Some(at) = (0..LEN).step_by(32).find(|at| all[*at] != (round * at) as u64) {
            return Err(format!("element {at} is {} in round {round}", all[at]).into());
        }
        view.barrier()?;
    }
    // The home has no copies.
    println!("{}", node.rank() == 1 || view.counts().evicted > 2 * PAGES as u64);
    told("no room for a page", array.view_options().cache_bytes(100).open())
}

/// A store through a pointer into a view that is for reading.
fn stray_write(node: &Node, home: usize) -> Outcome {
    let array = array_on(node, home)?;
    let mut writes = array.view()?;
    if node.rank() == home {
        writes.write(..)?.fill(6);
    }
    writes.barrier()?;
    if node.rank() == 1 {
        return Ok(node.barrier()?);
    }
    let mut view = array.view_options().read_only().open()?;
    println!("{} {}", view.is_read_only(), view.read(PAGE..PAGE + 1)?[0]);
    told("write", view.write(..1))?;
    told("write beside", view.write_beside(0..1, [1..2, 2..3]))?;
    told("cells", view.cells(..))?;
    told("populate", view.populate(.., Access::Write))?;
    told("read from", view.read_from(&mut &[0; 8][..], ..1))?;
    // SAFETY: refused.
    told("slice", unsafe { view.slice_mut(..1) })?;
    view.acquire()?;
    view.release()?;
    node.barrier()?;
    let start = view.as_mut_ptr();
    // SAFETY: none; the process ends here.
    unsafe { start.add(PAGE + 1).write_volatile(9) };
    println!("was written: {}", view.read(PAGE..PAGE + 2)?[1]);
    Ok(())
}

/// A load and, on another rank, a store through a pointer into a view that is gone.
fn released(node: &Node) -> Outcome {
    let array = array_on(node, 0)?;
    let mut view = array.view()?;
    if node.rank() == 0 {
        view.write(..)?.fill(1);
    }
    view.barrier()?;
    let pointer = view.as_mut_ptr();
    println!("{}", view.read(5..6)?[0]);
    drop(view);
    // Another view does not come to lie there.
    let other = array.view()?;
    println!("{}", other.as_ptr() != pointer);
    node.barrier()?;
    if node.rank() == 0 {
        until_told(node);
        return Ok(());
    }
    // SAFETY: none; the range is reserved still, and closed, so that the process ends here.
    println!("{}", unsafe { pointer.add(5).read_volatile() });
    Ok(())
}

/// `read` and `write` of a file from and to a view, without help and with.
fn system_calls(node: &Node) -> Outcome {
    let array = array_on(node, 1)?;
    let path = std::env::temp_dir().join(format!("view-failure-{}", std::process::id()));
    let numbers: Vec<u8> = (0..LEN as u64).flat_map(u64::to_ne_bytes).collect();
    std::fs::write(&path, &numbers)?;
    let done = with_file(node, &array, &path);
    std::fs::remove_file(&path)?;
    node.barrier()?;
    done
}

fn with_file(node: &Node, array: &ReleaseArray<u64>, path: &std::path::Path) -> Outcome {
    if node.rank() == 1 {
        return Ok(());
    }
    let mut view = array.view()?;
    let open = || std::fs::File::open(path);
    // SAFETY: nobody else uses the array before the barrier.
    let bytes = |view: &pangea::View<u64>, page: usize| unsafe {
        std::slice::from_raw_parts_mut(view.as_mut_ptr().add(page * PAGE).cast::<u8>(), PAGE * 8)
    };
    let tell = |what: &str, read: rustix::io::Result<usize>| match read {
        Ok(count) => println!("{what}: {count} bytes"),
        Err(errno) => println!("{what}: {errno}"),
    };
    tell("absent", rustix::io::read(open()?, bytes(&view, 3)));
    println!("after a load: {}", view.read(3 * PAGE..3 * PAGE + 1)?[0]);
    tell("open for reading", rustix::io::read(open()?, bytes(&view, 3)));
    view.populate(3 * PAGE..4 * PAGE, Access::Write)?;
    tell("populated", rustix::io::read(open()?, bytes(&view, 3)));
    println!("last: {}", view.read(4 * PAGE - 1..4 * PAGE)?[0]);
    let null = || std::fs::OpenOptions::new().write(true).open(path);
    tell("absent, to a file", rustix::io::write(null()?, bytes(&view, 9)));
    std::fs::write(path, (0..LEN as u64).flat_map(u64::to_ne_bytes).collect::<Vec<_>>())?;
    // With room for less than what is read at once.
    drop(view);
    view = array.view_options().cache_bytes(8 * 4096).open()?;
    view.read_from(&mut open()?, ..)?;
    view.release()?;
    println!("all: {}", (0..).zip(&*view.read(..)?).all(|(at, value)| *value == at));
    let mut copy = Vec::new();
    view.write_to(&mut copy, ..)?;
    println!("and back: {}", copy == std::fs::read(path)?);
    Ok(())
}
