//! Bundles: queue pairs that go from thread to thread.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use verbs_shim::{Access, Bundle, Completion, Fabric, QueuePairConfig, Unposted, WorkRequest};

use crate::context::{Context, Outcome, PeerHandle, Verdict};
use crate::protocol::{Request, pattern_bytes};
use crate::testbed::Tested;

const AREA: usize = 8192;
const PAIRS: usize = 3;
const CONFIG: QueuePairConfig = QueuePairConfig { depth: 8, peer: 0, timeout: 16, retries: 6 };
/// Nothing here takes nearly as long.
const LIMIT: Duration = Duration::from_secs(60);

/// A bundle of pairs that are connected to a peer.
fn bundle(fabric: &Fabric<Tested>, peer: &mut PeerHandle) -> Result<Bundle<Tested>, Failed> {
    let mut bundle = Bundle::new(fabric, PAIRS, &CONFIG, 2 * AREA)?;
    for label in 0..PAIRS as u32 {
        let (index, ours) = bundle.add(label)?;
        let (id, card) = peer.make_pair(&CONFIG)?;
        bundle.connect(index, &card)?;
        peer.tell(Request::Connect { pair: id, card: ours.into(), delay_ms: 0 })?;
    }
    Ok(bundle)
}

/// Polls until a pair has nothing outstanding; the last that was told of it.
fn drain(bundle: &mut Bundle<Tested>, pair: usize) -> Result<Option<Completion>, Failed> {
    let until = Instant::now() + LIMIT;
    let (_, mut pairs) = bundle.parts();
    let mut last = None;
    while pairs.outstanding(pair) > 0 {
        last = pairs.poll()?.or(last);
        if Instant::now() > until {
            return Err(format!("pair {pair} has {} outstanding", pairs.outstanding(pair)).into());
        }
    }
    Ok(last)
}

pub(super) fn one_goes_from_thread_to_thread(context: &Context) -> Outcome {
    const THREADS: u64 = 4;
    let fabric = context.fabric()?;
    let mut peer = context.peer()?;
    let (region, card) = peer.register(AREA as u64 + 8, Access::all())?;
    let remote = fabric.import(&card)?;
    let first = bundle(&fabric, &mut peer)?;
    let rounds = context.repeat(200, 4 * THREADS);
    // Each thread works with it once in each round, and hands it on while its last work is in flight.
    let work = |mut bundle: Bundle<Tested>, turn: u64| -> Result<Bundle<Tested>, Failed> {
        let pair = turn as usize % PAIRS;
        // What another thread has posted on the pair.
        drain(&mut bundle, pair)?;
        let len = [8, 100, 4096, AREA][turn as usize % 4];
        bundle.buffer().memory().write(8, &pattern_bytes(turn, len - 8));
        let (buffer, mut pairs) = bundle.parts();
        let batch = [
            WorkRequest::write(buffer.slice(8..len)?, remote.at(8)),
            WorkRequest::fetch_add(1, buffer.slice(0..8)?, remote.at(0)),
            WorkRequest::read(buffer.slice(AREA + 8..AREA + len)?, remote.at(8)).token(turn),
        ];
        pairs.post(pair, &[batch[0], batch[1], batch[2].signaled()])?;
        let told = drain(&mut bundle, pair)?.ok_or("nothing was told of signaled work")?;
        if (told.token, told.peer, told.result) != (turn, pair as u32, Ok(())) {
            return Err(format!("turn {turn}: {told:?}").into());
        }
        let (mut count, mut back) = ([0; 8], vec![0; len - 8]);
        bundle.buffer().memory().read(0, &mut count);
        bundle.buffer().memory().read(AREA + 8, &mut back);
        if u64::from_ne_bytes(count) != turn || back != pattern_bytes(turn, len - 8) {
            return Err(format!("turn {turn} found {count:?}, or other data came back").into());
        }
        let (buffer, mut pairs) = bundle.parts();
        pairs.post(pair, &[WorkRequest::read(buffer.slice(AREA..AREA + 8)?, remote.at(0))])?;
        Ok(bundle)
    };
    type Turns = (Receiver<Bundle<Tested>>, Sender<Bundle<Tested>>);
    let last = thread::scope(|scope| -> Result<Bundle<Tested>, Failed> {
        let (starts, mut ends) = channel();
        let mut turns: Vec<Turns> = Vec::new();
        for _ in 0..THREADS {
            let (sender, receiver) = channel();
            turns.push((ends, sender));
            ends = receiver;
        }
        let threads: Vec<_> = (0..THREADS)
            .zip(turns)
            .map(|(thread, (receiver, sender))| {
                scope.spawn(move || -> Result<(), Failed> {
                    for round in 0..rounds {
                        let bundle = receiver.recv_timeout(LIMIT)?;
                        sender.send(work(bundle, round * THREADS + thread)?)?;
                    }
                    Ok(())
                })
            })
            .collect();
        let mut bundle = Ok(first);
        for _ in 0..rounds {
            bundle = bundle.and_then(|bundle| {
                starts.send(bundle)?;
                Ok::<_, Failed>(ends.recv_timeout(LIMIT)?)
            });
        }
        drop((starts, ends));
        let ended = threads.into_iter().map(|thread| match thread.join() {
            Ok(ended) => ended.err().and_then(|failed| failed.message().map(str::to_owned)),
            Err(_) => Some("a thread has panicked".to_owned()),
        });
        // What went wrong in one, and that the others heard no more of it.
        let failed: Vec<_> = ended.flatten().collect();
        if failed.is_empty() { bundle } else { Err(failed.join("; ").into()) }
    })?;
    // And ends on another thread than those that have used it.
    thread::spawn(move || drop(last)).join().map_err(|_| "a bundle cannot be dropped elsewhere")?;
    if peer.read(region, 0, 8)? != (THREADS * rounds).to_ne_bytes() {
        return Err("not every turn was counted".into());
    }
    Ok(Verdict::Passed)
}

pub(super) fn a_full_pair_and_a_failed_one_say_so(context: &Context) -> Outcome {
    let fabric = context.fabric()?;
    let mut peer = context.peer()?;
    let (_, card) = peer.register(4096, Access::all())?;
    let remote = fabric.import(&card)?;
    let mut bundle = bundle(&fabric, &mut peer)?;
    let (buffer, mut pairs) = bundle.parts();
    let request = WorkRequest::read(buffer.slice(0..8)?, remote.at(0));
    for _ in 0..CONFIG.depth {
        pairs.post(0, &[request])?;
    }
    let misaligned = WorkRequest::fetch_add(1, buffer.slice(0..8)?, remote.at(4));
    let refused = [
        pairs.post(0, &[request]),
        pairs.post(1, &[request; CONFIG.depth as usize + 1]),
        pairs.post(1, &[misaligned]),
        pairs.post(PAIRS, &[request]),
    ];
    let expected = [Unposted::Full, Unposted::Full, Unposted::Malformed, Unposted::Absent];
    if refused != expected.map(Err) {
        return Err(format!("{refused:?} should be {expected:?}").into());
    }
    if let Some(told) = drain(&mut bundle, 0)? {
        return Err(format!("nobody asked for {told:?}").into());
    }
    bundle.fail(0)?;
    drain(&mut bundle, 0)?;
    let (buffer, mut pairs) = bundle.parts();
    let request = WorkRequest::read(buffer.slice(0..8)?, remote.at(0)).signaled();
    if pairs.error(0).is_none() || pairs.post(0, &[request]) != Err(Unposted::InError) {
        return Err("a failed pair takes work".into());
    }
    pairs.post(1, &[request.token(5)])?;
    match drain(&mut bundle, 1)? {
        Some(Completion { token: 5, peer: 1, result: Ok(()) }) => Ok(Verdict::Passed),
        other => Err(format!("another pair of the bundle: {other:?}").into()),
    }
}
