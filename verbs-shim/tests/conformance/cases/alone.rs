//! `QueuePair::execute`: one request after the other.

use libtest_mimic::Failed;
use verbs_shim::provider::Provider;
use verbs_shim::{Atomic, Executed, RemoteAddr, Rkey, Status, WorkError, WorkRequest};

use crate::context::{Context, Outcome, Verdict};
use crate::wire::{Wire, word_at};

const TOKEN: u64 = 77;

/// Executes a request, which must not be refused, and waits for its completion if there is one.
fn execute<P: Provider>(
    wire: &mut Wire<P>,
    request: WorkRequest<'_>,
) -> Result<Result<(), WorkError>, Failed> {
    match wire.pair.execute(request.token(TOKEN)) {
        Executed::Done => Ok(Ok(())),
        Executed::Posted => {
            let completion = wire.queue.wait()?;
            if completion.token != TOKEN {
                return Err(format!("{completion:?} is of another request").into());
            }
            Ok(completion.result)
        }
        Executed::Refused => Err(format!("{:?} was refused", request.kind()).into()),
    }
}

pub(super) fn each_is_done_or_told(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    let (remote, result) = (rig.remote.at(64), rig.local.slice(0..8)?);
    for round in 0..context.repeat(300, 5) {
        let value = round * 0x0101_0101_0101;
        let wire = &mut rig.wire;
        execute(wire, WorkRequest::write_inline(&value.to_ne_bytes(), remote))??;
        let add = Atomic::FetchAdd { add: 5 };
        execute(wire, WorkRequest::atomic(add, result, remote))??;
        let mut before = vec![word_at(&rig.local, 0)];
        let swap = Atomic::CompareSwap { expected: value + 5, new: value + 9 };
        execute(wire, WorkRequest::atomic(swap, result, remote))??;
        before.push(word_at(&rig.local, 0));
        execute(wire, WorkRequest::read(result, remote))??;
        before.push(word_at(&rig.local, 0));
        if before != [value, value + 5, value + 9] {
            return Err(format!("round {round}: {before:x?}, written was {value:x}").into());
        }
        if wire.pair.outstanding() != 0 || wire.queue.poll()?.is_some() {
            return Err(format!("round {round}: something is left").into());
        }
    }
    // Batches go on from there.
    rig.works(128)?;
    Ok(Verdict::Passed)
}

pub(super) fn a_failure_is_told(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    rig.works(0)?;
    let remote = rig.remote.at(0);
    let wrong = RemoteAddr { rkey: Rkey(remote.rkey.0 ^ 0x55), ..remote };
    let request = WorkRequest::read(rig.local.slice(0..8)?, wrong);
    let Err(error) = execute(&mut rig.wire, request)? else {
        return Err("a wrong key was taken".into());
    };
    let lost = context.is_lossy() && error.status == Status::RetryExceeded;
    if error.status != Status::RemoteAccess && !lost {
        return Err(format!("{error}; should be refused").into());
    }
    let request = WorkRequest::read(rig.local.slice(0..8)?, remote);
    if rig.wire.pair.execute(request) != Executed::Refused {
        return Err("a pair in error state executes".into());
    }
    rig.reconnect()?;
    execute(&mut rig.wire, WorkRequest::read(rig.local.slice(0..8)?, remote))??;
    Ok(Verdict::Passed)
}

pub(super) fn what_is_in_flight_stands_in_the_way(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    let remote = rig.remote.at(0);
    let write = WorkRequest::write_inline(&[3; 8], remote);
    rig.wire.pair.post(&[write, write.token(1).signaled()])?;
    let read = WorkRequest::read(rig.local.slice(0..8)?, remote);
    if rig.wire.pair.execute(read) != Executed::Refused {
        return Err("it is executed behind what is outstanding".into());
    }
    let completion = rig.wire.queue.wait()?;
    completion.result?;
    if completion.token != 1 {
        return Err(format!("{completion:?} is of another request").into());
    }
    execute(&mut rig.wire, read)??;
    let word = word_at(&rig.local, 0);
    if word == u64::from_ne_bytes([3; 8]) {
        Ok(Verdict::Passed)
    } else {
        Err(format!("{word:x}").into())
    }
}
