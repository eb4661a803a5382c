//! A node for the tests of the launcher: `test_node ROLE`.
//!
//! Each role joins the job and then does what its name says. What it prints is what the tests look
//! at.

mod roles;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pangea::cluster::{Client, JobEnv};
use pangea::primitives::System;
use pangea::symmetric::{Options, Symmetric};
use rustix::process::{Signal, getpid, kill_process};

use roles::Outcome;

fn main() -> ExitCode {
    roles::play(|role| match role {
        "sum" => sum(),
        "linger" => linger(),
        "die" => die(),
        "survive" => survive(),
        "cache" => cache(),
        "exit" => exit(),
        "garbage" => garbage(),
        _ => roles::unknown(role),
    })
}

/// Adds up the ranks.
fn sum() -> Outcome {
    let node = pangea::join()?;
    let total = node.reduce(node.rank() as u64, |a, b| a + b)?;
    println!("rank {} of {} over {}: sum {total}", node.rank(), node.size(), node.provider());
    Ok(())
}

/// Stays until somebody ends it.
fn linger() -> Outcome {
    let node = pangea::join()?;
    node.barrier()?;
    println!("pid {}", getpid().as_raw_nonzero());
    std::io::stdout().flush()?;
    loop {
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Rank 2 is killed while the others wait for it, each in its own way.
fn die() -> Outcome {
    let node = pangea::join()?;
    let array = node.array::<u64>("words").len(1 << 10).create()?;
    node.barrier()?;
    if node.rank() == 2 {
        // Gives the others time to wait.
        std::thread::sleep(Duration::from_millis(200));
        println!("dies at {}", milliseconds()?);
        kill_process(getpid(), Signal::KILL)?;
    }
    let told = if node.rank() == 0 {
        node.reduce(1_u64, |a, b| a + b).err()
    } else {
        node.barrier().err()
    };
    let error = told.ok_or("nobody told that rank 2 is dead")?;
    println!("told at {}: {error}", milliseconds()?);
    drop(array);
    Err(error.into())
}

/// Rank 1 is killed; the others go on with what does not need it.
fn survive() -> Outcome {
    let node = pangea::join()?;
    let words = node.array::<u64>("words").len(2).on_node(0).create()?;
    node.barrier()?;
    if node.rank() == 1 {
        // The others may still be in the barrier, which has to succeed.
        while words.load(1)? < 2 {
            std::thread::sleep(Duration::from_millis(1));
        }
        kill_process(getpid(), Signal::KILL)?;
    }
    words.fetch_add(1, 1)?;
    let told = node.barrier().err().ok_or("nobody told that rank 1 is dead")?;
    let more = node.array::<u64>("made after that").len(1).on_node(2).create()?;
    words.fetch_add(0, 1)?;
    more.fetch_add(0, 1)?;
    let deadline = Instant::now() + Duration::from_secs(20);
    while words.load(0)? < 2 || more.load(0)? < 2 {
        if Instant::now() > deadline {
            return Err("the other survivor does not come".into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    // The launcher is to see that others go on.
    std::thread::sleep(Duration::from_millis(300));
    println!("survived: {told}");
    Ok(())
}

/// Rank 1 ends the job with the status of the second argument, while the others wait, each in its own way.
fn exit() -> Outcome {
    let status = std::env::args().nth(2).ok_or("which status?")?.parse()?;
    let symmetric = Symmetric::join(Options { bytes: 4096, ..Options::default() })?;
    symmetric.node().barrier()?;
    match symmetric.rank() {
        0 => symmetric.wait(|| false)?,
        1 => {
            // Gives the others time to wait.
            std::thread::sleep(Duration::from_millis(100));
            print!("the last word");
            std::io::stdout().flush()?;
            symmetric.exit(status)
        }
        2 => loop {
            std::hint::spin_loop();
        },
        3 => symmetric.node().barrier()?,
        _ => loop {
            std::thread::sleep(Duration::from_secs(60));
        },
    }
    Err("it did not end".into())
}

/// Shows how much this node is told to cache, and does no more.
fn cache() -> Outcome {
    let job = JobEnv::from_env()?.ok_or("this is no node")?;
    let (_client, welcome) = Client::<System>::connect(&job)?;
    println!("{}", welcome.cache_bytes);
    Ok(())
}

fn milliseconds() -> Result<u128, std::time::SystemTimeError> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())
}

/// Rank 0 lets strangers knock at the coordinator's door while the job works.
fn garbage() -> Outcome {
    let node = pangea::join()?;
    node.barrier()?;
    let mut strangers: Vec<Box<dyn std::any::Any>> = Vec::new();
    if node.rank() == 0 {
        for address in std::env::var("PANGEA_JOB")?.split(',') {
            for junk in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", &[0xff; 4096], &[0; 70_000]] {
                strangers.push(knock(address, junk)?);
            }
        }
        println!("{} strangers knocked", strangers.len());
    }
    let total = node.reduce(1_u64, |a, b| a + b)?;
    let array = node.array::<u64>("made while strangers knock").len(100).create()?;
    array.fetch_add(7, 1)?;
    node.barrier()?;
    println!("{total} nodes, counted {}", array.load(7)?);
    Ok(())
}

/// Connects and sends junk. What comes back does not matter; that it comes to an end does, where
/// anything was sent. A silent stranger stays connected.
fn knock(address: &str, junk: &[u8]) -> Result<Box<dyn std::any::Any>, Box<dyn std::error::Error>> {
    fn talk(mut stream: impl Read + Write, junk: &[u8]) {
        // The coordinator may hang up in the middle.
        let _ = stream.write_all(junk);
        let _ = stream.flush();
        let mut answer = Vec::new();
        let _ = stream.take(1 << 20).read_to_end(&mut answer);
    }
    let patience = Some(Duration::from_secs(20));
    if let Some(address) = address.strip_prefix("tcp:") {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(patience)?;
        if !junk.is_empty() {
            talk(&stream, junk);
        }
        return Ok(Box::new(stream));
    }
    let name = address.strip_prefix("unix:@").ok_or("an unknown kind of address")?;
    let stream = UnixStream::connect_addr(&SocketAddr::from_abstract_name(name)?)?;
    stream.set_read_timeout(patience)?;
    if !junk.is_empty() {
        talk(&stream, junk);
    }
    Ok(Box::new(stream))
}
