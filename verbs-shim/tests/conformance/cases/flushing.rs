//! What is told of a pair that its owner puts in error state with work outstanding.

use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use verbs_shim::{Completion, WorkRequest};

use crate::context::{Context, Outcome, Rig, Verdict};
use crate::testbed::Tested;

/// Polls until nothing is outstanding any more; the answer is what was told until then.
fn drain(rig: &Rig<Tested>) -> Result<Vec<Completion>, Failed> {
    let until = Instant::now() + Duration::from_secs(20);
    let mut told = Vec::new();
    loop {
        match rig.wire.queue.poll()? {
            Some(completion) => told.push(completion),
            None if rig.wire.pair.outstanding() == 0 => return Ok(told),
            None if Instant::now() > until => {
                let left = rig.wire.pair.outstanding();
                return Err(format!("{left} requests never end; told: {told:?}").into());
            }
            None => std::hint::spin_loop(),
        }
    }
}

pub(super) fn a_failed_pair_tells_all_that_was_signaled(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    for _ in 0..context.repeat(20, 20) {
        let write = WorkRequest::write_inline(&[7; 8], rig.remote.at(0)).signaled();
        let batch: Vec<_> = (0..8).map(|token| write.token(token)).collect();
        rig.wire.pair.post(&batch)?;
        rig.wire.pair.fail()?;
        let told: Vec<u64> = drain(&rig)?.iter().map(|completion| completion.token).collect();
        if told != [0, 1, 2, 3, 4, 5, 6, 7] {
            return Err(format!("told of {told:?} when nothing was outstanding").into());
        }
        rig.reconnect()?;
    }
    rig.works(8)?;
    Ok(Verdict::Passed)
}

pub(super) fn a_failed_pair_with_silent_work_empties(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    for round in 0..context.repeat(20, 20) {
        let write = WorkRequest::write_inline(&[7; 8], rig.remote.at(0));
        let batch: Vec<_> = (0..8).map(|token| write.token(token)).collect();
        let signaled = [batch[0].signaled()];
        rig.wire.pair.post(if round % 2 == 0 { &[] } else { &signaled })?;
        rig.wire.pair.post(&batch[1..])?;
        rig.wire.pair.fail()?;
        let told = drain(&rig)?;
        // Silent work is told of only where it failed.
        let wrong = told.iter().find(|told| told.token != 0 && told.result.is_ok());
        let first = told.iter().filter(|told| told.token == 0).count() as u64;
        if wrong.is_some() || first != round % 2 {
            return Err(format!("round {round}: told of {told:?}").into());
        }
        rig.reconnect()?;
    }
    rig.works(8)?;
    Ok(Verdict::Passed)
}
