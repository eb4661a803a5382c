//! A node for the tests of views: `view_node ROLE`.
//!
//! Each role joins the job and then does what its name says. What it prints is what the tests look at.

mod roles;

use std::process::ExitCode;
use std::time::Duration;

use pangea::{Access, Node, View};
use rustix::process::{Signal, getpid, kill_process};

use roles::Outcome;

fn main() -> ExitCode {
    roles::play(|role| match role {
        "pointers" => pointers(),
        "released" => released(),
        "die-in-barrier" => die_in_barrier(),
        "settings" => settings(),
        _ => roles::unknown(role),
    })
}

const LEN: usize = 4000;

fn view(node: &Node) -> Result<View<u64>, pangea::Error> {
    node.release_array("words").len(LEN).create()?.view()
}

/// Every node stores pointers into the parts of others, and then follows all of them.
fn pointers() -> Outcome {
    let node = pangea::join()?;
    let array = node.release_array::<usize>("links").len(LEN).create()?;
    let mut view = array.view_options().everywhere_alike().open()?;
    let start = view.as_ptr();
    // A prime stride visits each element once.
    for at in (node.rank()..LEN).step_by(node.size()) {
        view.write(at..=at)?[0] = start.wrapping_add((at + 1009) % LEN).addr();
    }
    view.barrier()?;
    let (mut at, mut hops) = (start, 0);
    loop {
        // SAFETY: nobody writes any more, and all nodes have stored addresses of elements, which are the same in all.
        at = start.with_addr(unsafe { *at });
        hops += 1;
        if at == start || hops > LEN {
            break;
        }
    }
    println!("at {:#x}: {hops} hops", start.addr());
    view.barrier()?;
    Ok(())
}

/// Reads through a pointer into a view that is gone.
fn released() -> Outcome {
    let node = pangea::join()?;
    let mut view = view(&node)?;
    view.write(..)?.fill(1);
    let pointer = view.as_ptr();
    println!("{}", view.read(5..6)?[0]);
    drop(view);
    // SAFETY: none of these; the range is reserved still, and closed, so that the process ends here.
    println!("{}", unsafe { pointer.add(5).read_volatile() });
    Ok(())
}

/// Rank 1 is killed while the others wait for it with their views.
fn die_in_barrier() -> Outcome {
    let node = pangea::join()?;
    let mut view = view(&node)?;
    view.barrier()?;
    if node.rank() == 1 {
        std::thread::sleep(Duration::from_millis(200));
        kill_process(getpid(), Signal::KILL)?;
    }
    view.write(..10)?.fill(7);
    let told = view.barrier().err().ok_or("nobody told that rank 1 is dead")?;
    println!("barrier: {told}");
    let told = view.acquire().err().ok_or("what rank 1 had is gone, and nobody told")?;
    println!("acquire: {told}");
    let told = view.populate(.., Access::Read).err().ok_or("it was fetched from nowhere")?;
    println!("populate: {told}");
    Ok(())
}

/// Rank 0 makes an array, and rank 1 attaches to it.
fn settings() -> Outcome {
    let node = pangea::join()?;
    let words = node.release_array::<u64>("words");
    if node.rank() == 0 {
        let array = words.len(LEN).create()?;
        node.barrier()?;
        println!("{}", array.is_paged());
        node.barrier()?;
        return Ok(());
    }
    node.barrier()?;
    let attached = words.attach().map(|array| array.is_paged().to_string());
    let created = node.release_array::<u64>("words").len(LEN).create();
    println!("{}", attached.unwrap_or_else(|error| error.to_string()));
    println!("{}", created.err().map_or("the same".to_owned(), |error| error.to_string()));
    node.barrier()?;
    Ok(())
}
