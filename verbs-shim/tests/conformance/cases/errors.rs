//! Every error: what is refused, by whom, and what the pair does afterwards.

use libtest_mimic::Failed;
use verbs_shim::OperationKind::{CompareSwap, FetchAdd, Read, Write};
use verbs_shim::{Access, PostError, RemoteAddr, Rkey, Status, WorkRequest};

use crate::context::{Context, Outcome, Rig, Verdict};
use crate::protocol::Request;
use crate::testbed::Tested;

type AnyRig = Rig<Tested>;

/// READ, WRITE, inline WRITE and both atomics of 8 bytes at `remote`, one on a new pair each, must
/// fail with `RemoteAccess`, as far as `which` says (READ, WRITE, atomic).
fn all_refused(rig: &mut AnyRig, remote: RemoteAddr, which: [bool; 3]) -> Result<(), Failed> {
    for kind in 0..5 {
        let [read, write, atomic] = which;
        if ![read, write, write, atomic, atomic][kind] {
            continue;
        }
        let error = rig.refused(|local| {
            let local = local.slice(0..8)?;
            let request = match kind {
                0 => WorkRequest::read(local, remote),
                1 => WorkRequest::write(local, remote),
                2 => WorkRequest::write_inline(&[1; 8], remote),
                3 => WorkRequest::fetch_add(1, local, remote),
                _ => WorkRequest::compare_swap(0, 1, local, remote),
            };
            Ok(request.token(77))
        })?;
        let kind = [Read, Write, Write, FetchAdd, CompareSwap][kind];
        if (error.kind, error.remote, error.token, error.len) != (kind, remote, 77, 8) {
            return Err(format!("the error names {error:?}").into());
        }
    }
    Ok(())
}

/// The peer's region has no byte that is not 0.
fn untouched(rig: &mut AnyRig) -> Result<(), Failed> {
    match rig.peer.read(rig.region, 0, rig.remote.len())?.iter().position(|byte| *byte != 0) {
        Some(at) => Err(format!("byte {at} of the home was changed").into()),
        None => Ok(()),
    }
}

pub(super) fn wrong_keys_are_refused(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    let good = rig.remote.at(0);
    for rkey in [good.rkey.0 ^ 0x0100_0000, good.rkey.0 ^ 0x0005_5500, 0, u32::MAX] {
        all_refused(&mut rig, RemoteAddr { rkey: Rkey(rkey), ..good }, [true; 3])?;
    }
    untouched(&mut rig)?;
    rig.works(0)?;
    Ok(Verdict::Passed)
}

pub(super) fn a_deregistered_key_never_comes_back(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    let mut old = Vec::new();
    for _ in 0..6 {
        let (id, card) = rig.peer.register(4096, Access::all())?;
        let region = rig.fabric.import(&card)?;
        rig.wire.one(WorkRequest::write_inline(&[9; 8], region.at(8)))?;
        rig.peer.tell(Request::Deregister { region: id })?;
        // At once, on the pair that has just used it.
        let gone = region.at(8);
        rig.refused(|local| Ok(WorkRequest::read(local.slice(0..8)?, gone)))?;
        old.push(region);
    }
    // Registered again and again, so that slots are used again.
    let (_again, card) = rig.peer.register(4096, Access::all())?;
    let again = rig.fabric.import(&card)?;
    for region in &old {
        if region.at(0).rkey == again.at(0).rkey {
            return Err(format!("the key of {region:?} was given out again").into());
        }
        all_refused(&mut rig, region.at(8), [true; 3])?;
    }
    rig.wire.one(WorkRequest::write_inline(&[9; 8], again.at(8)))?;
    Ok(Verdict::Passed)
}

pub(super) fn ranges_outside_are_refused(context: &Context) -> Outcome {
    let mut rig = context.rig(8192)?;
    let (start, end) = (rig.remote.at(0), rig.remote.at(8192));
    let at = |addr: u64| RemoteAddr { addr, ..start };
    // Aligned, so that atomics are posted at all.
    for remote in [end, at(start.addr - 8), at(0), at(u64::MAX - 7), end.plus(1 << 40)] {
        all_refused(&mut rig, remote, [true; 3])?;
    }
    // Across the end, across the start, and across the end of the address space.
    for remote in [at(end.addr - 4), at(start.addr - 4), at(u64::MAX - 3)] {
        all_refused(&mut rig, remote, [true, true, false])?;
    }
    // Longer than the region, from its first byte on.
    let whole = rig.peer.register(4096, Access::all())?;
    let small = rig.fabric.import(&whole.1)?;
    let too_much = small.len() as usize + 1;
    rig.refused(|local| Ok(WorkRequest::write(local.slice(0..too_much)?, small.at(0))))?;
    untouched(&mut rig)?;
    rig.works(8184)?;
    Ok(Verdict::Passed)
}

pub(super) fn missing_rights_are_refused(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    for bits in 0..8 {
        let access = Access {
            remote_read: bits & 1 != 0,
            remote_write: bits & 2 != 0,
            remote_atomic: bits & 4 != 0,
        };
        let (id, card) = rig.peer.register(4096, access)?;
        let region = rig.fabric.import(&card)?;
        let missing = [!access.remote_read, !access.remote_write, !access.remote_atomic];
        all_refused(&mut rig, region.at(64), missing)?;
        // What is allowed works.
        let local = rig.local.slice(0..8)?;
        if access.remote_read {
            rig.wire.one(WorkRequest::read(local, region.at(64)))?;
        }
        if access.remote_write {
            rig.wire.one(WorkRequest::write(local, region.at(64)))?;
        }
        if access.remote_atomic {
            rig.wire.one(WorkRequest::fetch_add(1, local, region.at(64)))?;
        }
        rig.peer.tell(Request::Deregister { region: id })?;
    }
    Ok(Verdict::Passed)
}

pub(super) fn malformed_requests_are_not_posted(context: &Context) -> Outcome {
    let mut rig = context.rig(65536)?;
    let limits = rig.fabric.capabilities().clone();
    let remote = rig.remote.at(0);
    let local = rig.local.slice(0..8)?;
    let too_long = vec![1; limits.max_inline + 1];
    for request in [
        WorkRequest::fetch_add(1, local, rig.remote.at(4)),
        WorkRequest::compare_swap(0, 1, local, rig.remote.at(1)),
        WorkRequest::fetch_add(1, rig.local.slice(0..7)?, remote),
        WorkRequest::fetch_add(1, rig.local.slice(0..16)?, remote),
        WorkRequest::fetch_add(1, rig.local.slice(4..12)?, remote),
        WorkRequest::write_inline(&too_long, remote),
    ] {
        // Nothing of the batch is posted, the good part before it neither.
        let first = WorkRequest::write_inline(&[1; 8], remote);
        let error = match rig.wire.pair.post(&[first, request.signaled()]) {
            Ok(()) => return Err(format!("{request:?} was posted").into()),
            Err(error) => error,
        };
        let fits = match error {
            PostError::Misaligned { addr } => addr == remote.addr + 4 || addr == remote.addr + 1,
            PostError::ResultBuffer { len, .. } => [7, 8, 16].contains(&len),
            PostError::InlineTooLong { len, max } => {
                (len, max) == (too_long.len(), limits.max_inline)
            }
            _ => false,
        };
        if !fits {
            return Err(format!("{request:?} was refused with {error:?}").into());
        }
    }
    let depth = rig.wire.pair.room();
    let batch = vec![WorkRequest::read(local, remote); depth as usize + 1];
    match rig.wire.pair.post(&batch) {
        Err(PostError::BatchTooLong { batch, depth: its }) if batch == its as usize + 1 => {}
        other => return Err(format!("a batch too long: {other:?}").into()),
    }
    let (after, before) = (9, 8);
    if rig.local.slice(65530..65537).is_ok() || rig.local.slice(after..before).is_ok() {
        return Err("a slice outside of its region was made".into());
    }
    if rig.wire.pair.outstanding() != 0 || rig.wire.queue.poll()?.is_some() {
        return Err("something was posted".into());
    }
    untouched(&mut rig)?;
    rig.works(0)?;
    Ok(Verdict::Passed)
}

pub(super) fn an_error_flushes_what_follows_and_is_named_afterwards(context: &Context) -> Outcome {
    // On a wire that loses packets the refusal may be lost, see `Rig::refused`.
    for _ in 0..5 {
        match error_flushes(context)? {
            Status::RetryExceeded if context.is_lossy() => {}
            Status::RemoteAccess => return Ok(Verdict::Passed),
            status => return Err(format!("it failed with: {status}").into()),
        }
    }
    Err("the answer was lost five times".into())
}

/// The answer is how the first one failed; all else is checked.
fn error_flushes(context: &Context) -> Result<Status, Failed> {
    let mut rig = context.rig(4096)?;
    let bad = RemoteAddr { rkey: Rkey(rig.remote.at(0).rkey.0 ^ 0x0100_0000), ..rig.remote.at(0) };
    let write = |offset: u64| WorkRequest::write_inline(&[7; 8], rig.remote.at(offset));
    rig.wire.pair.post(&[
        write(0).token(1),
        WorkRequest::write_inline(&[7; 8], bad).token(2),
        write(16).token(3),
        write(24).token(4).signaled(),
    ])?;
    // Not polled yet, so this may be posted; it is not executed either.
    let posted_later = rig.wire.pair.post(&[write(32).token(5).signaled()]).is_ok();
    // Failed requests complete, signaled or not; the one before them succeeded in silence.
    let first = rig.wire.queue.wait()?;
    let status = match first.result {
        Err(error) if first.token == 2 => error.status,
        _ => return Err(format!("{first:?} came first").into()),
    };
    for token in if posted_later { 3..=5 } else { 3..=4 } {
        let completion = rig.wire.queue.wait()?;
        let got = completion.result.err().map(|error| error.status);
        if (completion.token, got) != (token, Some(Status::Flushed)) {
            return Err(format!("{completion:?}, should be {token}, flushed").into());
        }
    }
    let refused = rig.wire.pair.post(&[write(40)]).err().ok_or("posting went on")?.to_string();
    if !refused.contains(&status.to_string()) || !refused.contains("WRITE of 8 bytes") {
        return Err(format!("posting is refused without the cause: {refused}").into());
    }
    let error = rig.wire.pair.error().ok_or("the pair does not know its error")?;
    if (error.token, error.status) != (2, status) {
        return Err(format!("the pair blames {error:?}").into());
    }
    let bytes = rig.peer.read(rig.region, 0, 64)?;
    let mut placed = [0; 64];
    placed[..8].fill(7);
    if bytes != placed {
        return Err(format!("the home has {bytes:?}").into());
    }
    if rig.wire.queue.poll()?.is_some() {
        return Err("there are more completions than requests".into());
    }
    rig.reconnect()?;
    rig.works(8)?;
    Ok(status)
}

pub(super) fn a_failed_pair_takes_no_work(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    rig.works(0)?;
    rig.wire.pair.fail()?;
    let request = WorkRequest::write_inline(&[1; 8], rig.remote.at(64));
    match rig.wire.pair.post(&[request]) {
        Err(error @ PostError::InError { .. }) if error.to_string().contains("fail") => {}
        other => return Err(format!("posting on a failed pair: {other:?}").into()),
    }
    // Again is no harm.
    rig.wire.pair.fail()?;
    let bytes = rig.peer.read(rig.region, 64, 8)?;
    if bytes != [0; 8] {
        return Err("it was executed".into());
    }
    rig.reconnect()?;
    rig.works(64)?;
    Ok(Verdict::Passed)
}
