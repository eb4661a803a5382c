//! Windows: the same operations as in place, refused as soon as the pair would fail.

use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use verbs_shim::{Access, Atomic, Status, Update, Window, WorkRequest};

use crate::context::{Context, Outcome, Rig, Verdict, impatient};
use crate::protocol::{Request, pattern_bytes};
use crate::testbed::Tested;

/// How long a provider may take to notice.
const NOTICE: Duration = Duration::from_secs(30);

/// A window to all of the peer's region; `None` where nothing executes in place.
fn window(rig: &mut Rig<Tested>) -> Result<Option<Window<Tested>>, Failed> {
    let in_place = rig.fabric.capabilities().in_place;
    match rig.wire.pair.window(rig.remote.at(0)) {
        Some(window) if in_place => Ok(Some(window)),
        None if !in_place => Ok(None),
        Some(_) => Err("there is a window, though nothing executes in place".into()),
        None => Err("there is no window, though operations execute in place".into()),
    }
}

fn none() -> Outcome {
    Ok(Verdict::Skipped("nothing executes in place here".to_owned()))
}

/// Whether any operation is still done.
fn is_open(window: &Window<Tested>) -> bool {
    let faa = Atomic::FetchAdd { add: 0 };
    window.read(0, &mut [0; 8])
        || window.load(0).is_some()
        || window.write(&[1; 8], 0)
        || window.atomic(faa, 0).is_some()
        || window.update(Update::Or, u64::MAX, 0)
}

pub(super) fn what_is_done_is_there(context: &Context) -> Outcome {
    let mut rig = context.rig(1 << 20)?;
    let Some(window) = window(&mut rig)? else { return none() };
    for (seed, len) in [0, 1, 7, 8, 9, 64, 511, 512, 4096, 100_000].into_iter().enumerate() {
        for offset in [4096, 4097, 8191] {
            let seed = seed as u64 + offset;
            let data = pattern_bytes(seed, len);
            let mut back = vec![0; len];
            if !window.write(&data, offset) || !window.read(offset, &mut back) || back != data {
                return Err(format!("{len} bytes at {offset} did not come back").into());
            }
            let (region, len) = (rig.region, len as u64);
            rig.peer.tell(Request::CheckAndClear { region, offset, len, seed })?;
        }
    }
    let mut word = 0x0123_4567_89ab_cdef_u64;
    if !window.write(&word.to_ne_bytes(), 512) {
        return Err("a word was not written".into());
    }
    for (operand, update) in [
        (u64::MAX, Update::Add),
        (0xf0f0 << 40 | 0xff, Update::And),
        (0x0f0f << 40, Update::Or),
        (0x5555_5555_5555_5555, Update::Xor),
    ] {
        window.prefetch(512);
        if !window.update(update, operand, 512) {
            return Err(format!("{update:?} was refused").into());
        }
        word = update.of(word, operand);
        if window.load(512) != Some(word) {
            return Err(format!("{update:?} made {:x?} of {word:x}", window.load(512)).into());
        }
    }
    let swap = Atomic::CompareSwap { expected: word, new: 5 };
    let add = Atomic::FetchAdd { add: 3 };
    let before = [swap, swap, add].map(|atomic| window.atomic(atomic, 512));
    if before != [Some(word), Some(5), Some(5)] || window.load(512) != Some(8) {
        return Err(format!("atomics found {before:x?}").into());
    }
    Ok(Verdict::Passed)
}

pub(super) fn what_is_an_error_is_refused_and_nothing_happens(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    let Some(whole) = window(&mut rig)? else { return none() };
    let part = rig.wire.pair.window(rig.remote.at(2048)).ok_or("no window from the middle")?;
    let faa = Atomic::FetchAdd { add: 1 };
    for (window, len) in [(&whole, 4096_u64), (&part, 2048)] {
        for at in [len - 7, len, len + 8, 1 << 40, u64::MAX - 7, u64::MAX] {
            // A hint, wherever it points.
            window.prefetch(at);
            if window.read(at, &mut [0; 8]) || window.write(&[1; 8], at) {
                return Err(format!("8 bytes at {at} of {len} were reached").into());
            }
        }
        let mut all = vec![0; len as usize + 1];
        if window.read(0, &mut all) || window.read(u64::MAX, &mut all) {
            return Err("more than there is was read".into());
        }
        for at in [1, 4, len - 4, len, !7] {
            if window.load(at).is_some()
                || window.atomic(faa, at).is_some()
                || window.update(Update::Add, 1, at)
            {
                return Err(format!("a word at {at} of {len} was reached").into());
            }
        }
    }
    if rig.peer.read(rig.region, 0, 4096)? != [0; 4096] {
        return Err("what was refused has changed the memory".into());
    }
    // The pair has not failed of it.
    rig.works(64)?;
    if part.load(0) != Some(0) || !whole.write(&[1; 8], 4088) {
        return Err("the windows have closed".into());
    }
    // A window is one for everything.
    let (_, card) = rig.peer.register(4096, Access::read_only())?;
    let read_only = rig.fabric.import(&card)?;
    if rig.wire.pair.window(read_only.at(0)).is_some() {
        return Err("there is a window to memory that may only be read".into());
    }
    Ok(Verdict::Passed)
}

pub(super) fn it_closes_with_the_key(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    if window(&mut rig)?.is_none() {
        return none();
    }
    for _ in 0..6 {
        let (id, card) = rig.peer.register(4096, Access::all())?;
        let region = rig.fabric.import(&card)?;
        let window = rig.wire.pair.window(region.at(0)).ok_or("no window")?;
        // Another region that goes takes nothing away.
        let (other, _) = rig.peer.register(4096, Access::all())?;
        rig.peer.tell(Request::Deregister { region: other })?;
        if !is_open(&window) {
            return Err("it closed with another key".into());
        }
        rig.peer.tell(Request::Deregister { region: id })?;
        if is_open(&window) {
            return Err("it goes on without the key".into());
        }
        rig.refused(|local| Ok(WorkRequest::read(local.slice(0..8)?, region.at(0))))?;
    }
    rig.works(64)?;
    Ok(Verdict::Passed)
}

pub(super) fn it_closes_with_the_pair(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    for way in ["failed here", "gone here", "an error", "failed there", "gone there"] {
        rig.reconnect_with(&impatient())?;
        let Some(window) = window(&mut rig)? else { return none() };
        let other = window.clone();
        if !is_open(&window) {
            return Err("it did not open".into());
        }
        match way {
            "failed here" => rig.wire.pair.fail()?,
            "gone here" => rig.reconnect()?,
            "an error" => {
                let mut wrong = rig.remote.at(0);
                wrong.rkey.0 ^= 0x5a5a_5a5a;
                rig.wire.one_fails(WorkRequest::write_inline(&[1], wrong), Status::RemoteAccess)?;
            }
            "failed there" => rig.peer.tell(Request::FailPair { pair: rig.peer_pair })?,
            _ => rig.peer.tell(Request::DropPair { pair: rig.peer_pair })?,
        }
        if is_open(&window) || is_open(&other) {
            return Err(format!("it goes on with a pair that has {way}").into());
        }
    }
    Ok(Verdict::Passed)
}

pub(super) fn it_closes_when_the_peer_dies(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    let Some(window) = window(&mut rig)? else { return none() };
    rig.peer.die()?;
    let until = Instant::now() + NOTICE;
    while is_open(&window) {
        if Instant::now() > until {
            return Err("the peer's death goes unseen".into());
        }
    }
    Ok(Verdict::Passed)
}

/// The fence, as for pairs: once the home has failed its side, or ended the registration, nothing arrives.
pub(super) fn nothing_is_placed_behind_a_fence(context: &Context) -> Outcome {
    let mut rig = context.rig(128 << 10)?;
    for round in 0..40 {
        let (region, card) = rig.peer.register(128 << 10, Access::all())?;
        let remote = rig.fabric.import(&card)?;
        rig.reconnect_with(&impatient())?;
        let Some(window) = rig.wire.pair.window(remote.at(0)) else { return none() };
        let (peer, pair) = (&mut rig.peer, rig.peer_pair);
        let before = std::thread::scope(|scope| -> Result<_, Failed> {
            let home = scope.spawn(move || -> Result<Vec<u8>, Failed> {
                std::thread::sleep(Duration::from_millis(1 + round % 3));
                peer.tell(Request::FailPair { pair })?;
                peer.read(region, 0, 128 << 10)
            });
            let data = vec![round as u8; 100_000];
            let until = Instant::now() + NOTICE;
            let mut count = 0_u64;
            loop {
                count += 1;
                let done = match count % 4 {
                    0 => window.write(&data, count % 8 * 8),
                    1 => window.write(&count.to_ne_bytes(), 0),
                    2 => window.update(Update::Add, 1, 104 << 10),
                    _ => window.atomic(Atomic::FetchAdd { add: 1 }, 112 << 10).is_some(),
                };
                if !done {
                    break;
                }
                if Instant::now() > until {
                    return Err("changes went on through a fence".into());
                }
            }
            home.join().map_err(|_| "the thread of the home has panicked")?
        })?;
        if rig.peer.read(region, 0, 128 << 10)? != before {
            return Err("something was placed after the fence".into());
        }
        rig.peer.tell(Request::Deregister { region })?;
    }
    Ok(Verdict::Passed)
}
