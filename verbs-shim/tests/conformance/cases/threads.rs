//! Threads, each with its own queue pair and completion queue.

use std::sync::Mutex;
use std::thread;

use libtest_mimic::Failed;
use verbs_shim::{Access, Fabric, Memory, QueuePairConfig, RemoteRegion, WorkRequest};

use crate::context::{Context, Outcome, PeerHandle, Verdict};
use crate::protocol::pattern_bytes;
use crate::testbed::Tested;

const THREADS: u64 = 8;
const AREA: u64 = 32768;
/// A word that all of them add to.
const COUNTER: u64 = THREADS * AREA;

pub(super) fn each_thread_has_its_own_pair(context: &Context) -> Outcome {
    let fabric = context.fabric()?;
    let mut peer = context.peer()?;
    let (region, card) = peer.register(COUNTER + 4096, Access::all())?;
    let remote = fabric.import(&card)?;
    let rounds = context.repeat(300, 4 * THREADS);
    let peer = Mutex::new(peer);
    thread::scope(|scope| -> Result<(), Failed> {
        let threads: Vec<_> = (0..THREADS)
            .map(|n| {
                let (fabric, peer, remote) = (&fabric, &peer, &remote);
                scope.spawn(move || work(fabric, peer, remote, n, rounds))
            })
            .collect();
        for thread in threads {
            thread.join().map_err(|_| "a thread has panicked")??;
        }
        Ok(())
    })?;
    let mut peer = peer.into_inner().map_err(|_| "a thread has panicked")?;
    let counter = peer.read(region, COUNTER, 8)?;
    if counter != (THREADS * rounds).to_ne_bytes() {
        return Err(format!("{THREADS} threads counted to {counter:?}").into());
    }
    Ok(Verdict::Passed)
}

fn work(
    fabric: &Fabric<Tested>,
    peer: &Mutex<PeerHandle>,
    remote: &RemoteRegion,
    thread: u64,
    rounds: u64,
) -> Result<(), Failed> {
    let local = fabric.register(Memory::allocate(2 * AREA as usize)?, Access::local())?;
    let config = QueuePairConfig { peer: thread as u32, ..Default::default() };
    let (mut wire, _) = {
        let mut peer = peer.lock().map_err(|_| "another thread has panicked")?;
        peer.connect(fabric, &config)?
    };
    for round in 0..rounds {
        let seed = thread << 32 | round;
        let len = [8, 100, 4096, 20_000][round as usize % 4];
        let at = thread * AREA + round % 7;
        local.memory().write(0, &pattern_bytes(seed, len));
        let back = AREA as usize..AREA as usize + len;
        let completion = wire.batch(&[
            WorkRequest::write(local.slice(0..len)?, remote.at(at)),
            WorkRequest::fetch_add(1, local.slice(24_576..24_584)?, remote.at(COUNTER)),
            WorkRequest::read(local.slice(back.clone())?, remote.at(at)).token(seed).signaled(),
        ])?;
        if (completion.token, completion.peer) != (seed, thread as u32) {
            return Err(format!("thread {thread} got {completion:?}").into());
        }
        let mut bytes = vec![0; len];
        local.memory().read(back.start, &mut bytes);
        if bytes != pattern_bytes(seed, len) {
            return Err(format!("thread {thread}, round {round}: other data came back").into());
        }
    }
    Ok(())
}
