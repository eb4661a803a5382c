//! Operations in place: executed at once by providers that have no NIC, refused by the others.

use verbs_shim::{Atomic, Atomicity, Status};

use crate::context::{Context, Outcome, Verdict};
use crate::protocol::{Request, pattern_bytes};

pub(super) fn executes_or_says_that_it_does_not(context: &Context) -> Outcome {
    let mut rig = context.rig(1 << 20)?;
    let in_place = rig.fabric.capabilities().in_place;
    if in_place && rig.fabric.capabilities().atomicity != Atomicity::System {
        return Err("what is executed by this CPU is atomic against CPUs".into());
    }
    let remote = rig.remote.at(4096);
    if !in_place {
        let wrote = rig.wire.pair.write_in_place(&[1; 8], remote);
        let read = rig.wire.pair.read_in_place(remote, &mut [0; 8]);
        let added = rig.wire.pair.atomic_in_place(Atomic::FetchAdd { add: 1 }, remote);
        if wrote.is_some() || read.is_some() || added.is_some() {
            return Err("it executed in place, which its capabilities deny".into());
        }
        if rig.peer.read(rig.region, 4096, 8)? != [0; 8] {
            return Err("it changed the memory all the same".into());
        }
        return Ok(Verdict::Passed);
    }
    const NONE: &str = "it did not execute in place, which its capabilities promise";
    for (seed, len) in [0, 1, 7, 8, 9, 64, 511, 512, 4096, 100_000].into_iter().enumerate() {
        for offset in [4096, 4097, 8191] {
            let seed = seed as u64 + offset;
            let data = pattern_bytes(seed, len);
            rig.wire.pair.write_in_place(&data, rig.remote.at(offset)).ok_or(NONE)??;
            let mut back = vec![0; len];
            rig.wire.pair.read_in_place(rig.remote.at(offset), &mut back).ok_or(NONE)??;
            if back != data {
                return Err(format!("{len} bytes at {offset} did not come back").into());
            }
            let (region, len) = (rig.region, len as u64);
            rig.peer.tell(Request::CheckAndClear { region, offset, len, seed })?;
        }
    }
    let add = Atomic::FetchAdd { add: 7 };
    let swap = |expected, new| Atomic::CompareSwap { expected, new };
    for (atomic, want) in [(add, 0), (add, 7), (swap(3, 4), 14), (swap(14, 5), 14), (add, 5)] {
        let before = rig.wire.pair.atomic_in_place(atomic, remote).ok_or(NONE)??;
        if before != want {
            return Err(format!("{atomic:?} found {before}, should be {want}").into());
        }
    }
    Ok(Verdict::Passed)
}

pub(super) fn errors_are_those_of_posted_work(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    if !rig.fabric.capabilities().in_place {
        return Ok(Verdict::Skipped("nothing executes in place here".to_owned()));
    }
    let mut byte = [0; 8];
    let faa = Atomic::FetchAdd { add: 1 };
    let mut wrong_key = rig.remote.at(0);
    wrong_key.rkey.0 ^= 0x5a5a_5a5a;
    for step in 0..4 {
        let pair = &mut rig.wire.pair;
        let (done, want) = match step {
            0 => (pair.read_in_place(rig.remote.at(4090), &mut byte), Status::RemoteAccess),
            1 => (pair.write_in_place(&byte, wrong_key), Status::RemoteAccess),
            2 => {
                let done = pair.atomic_in_place(faa, rig.remote.at(4));
                (done.map(|r| r.map(drop)), Status::RemoteInvalidRequest)
            }
            _ => {
                let done = pair.atomic_in_place(faa, rig.remote.at(4096));
                (done.map(|r| r.map(drop)), Status::RemoteAccess)
            }
        };
        match done {
            Some(Err(error)) if error.status == want => {}
            other => return Err(format!("step {step}: {other:?}, should be {want:?}").into()),
        }
        // Nothing goes on, in place or posted.
        match rig.wire.pair.read_in_place(rig.remote.at(0), &mut byte) {
            Some(Err(error)) if error.status == Status::Flushed => {}
            other => return Err(format!("after step {step}: {other:?}").into()),
        }
        let refused = rig
            .wire
            .pair
            .post(&[verbs_shim::WorkRequest::read(rig.local.slice(0..8)?, rig.remote.at(0))]);
        let refused = refused.err().ok_or("posting went on after an error")?.to_string();
        if !refused.contains("error state after") || !refused.contains(&want.to_string()) {
            return Err(format!("after step {step} posting says: {refused}").into());
        }
        rig.reconnect()?;
        rig.works(64)?;
    }
    Ok(Verdict::Passed)
}
