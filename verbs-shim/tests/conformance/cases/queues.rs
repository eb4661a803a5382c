//! Bounded queues: full is an ordinary result, and nothing gets stuck or overruns.

use std::time::{Duration, Instant};

use verbs_shim::{Error, PostError, QueuePairConfig, WorkRequest};

use super::data::home;
use crate::context::{Context, Outcome, Verdict, loopback};

pub(super) fn a_full_queue_recovers_when_polled(context: &Context) -> Outcome {
    const DEPTH: u32 = 8;
    let mut rig = context.rig(4096)?;
    rig.reconnect_with(&QueuePairConfig { depth: DEPTH, peer: 42, ..Default::default() })?;
    let request = WorkRequest::read(rig.local.slice(0..8)?, rig.remote.at(0)).signaled();
    for _ in 0..context.repeat(50, u64::from(DEPTH)) {
        for posted in 0..DEPTH {
            if rig.wire.pair.room() != DEPTH - posted || rig.wire.pair.outstanding() != posted {
                return Err(format!("{posted} posted, room {}", rig.wire.pair.room()).into());
            }
            rig.wire.pair.post(&[request])?;
        }
        match rig.wire.pair.post(&[request]) {
            Err(PostError::Full { peer: 42, outstanding: DEPTH, depth: DEPTH, batch: 1 }) => {}
            other => return Err(format!("a full queue: {other:?}").into()),
        }
        // One completion makes room for one more, at least (others may be known by now, too).
        rig.wire.queue.wait()?.result?;
        let room = rig.wire.pair.room();
        if room == 0 {
            return Err("a completion made no room".into());
        }
        rig.wire.pair.post(&vec![request; room as usize])?;
        for _ in 0..DEPTH - 1 + room {
            rig.wire.queue.wait()?.result?;
        }
        if rig.wire.queue.poll()?.is_some() {
            return Err("there were more completions than requests".into());
        }
    }
    rig.works(64)?;
    Ok(Verdict::Passed)
}

pub(super) fn unsignaled_work_alone_never_gets_stuck(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    for depth in [1, 2, 3, 8, 64] {
        rig.reconnect_with(&QueuePairConfig { depth, ..Default::default() })?;
        let mut total = 0;
        // Batches of all lengths, such that a long one may follow a few that nobody hears of.
        for round in 0..context.repeat(300, 2) {
            let batch = match round % 4 {
                0 => depth as usize / 3,
                1 => 1,
                2 => depth as usize,
                _ => depth as usize / 2,
            };
            let bytes = (total as u64).to_ne_bytes();
            let requests = vec![WorkRequest::write_inline(&bytes, rig.remote.at(0)); batch.max(1)];
            let until = Instant::now() + Duration::from_secs(20);
            while let Err(error) = rig.wire.pair.post(&requests) {
                if !matches!(error, PostError::Full { .. }) {
                    return Err(error.into());
                }
                if let Some(completion) = rig.wire.queue.poll()? {
                    return Err(format!("nobody asked for {completion:?}").into());
                }
                if Instant::now() > until {
                    return Err(format!("depth {depth}, round {round}: stuck; {error}").into());
                }
            }
            total += requests.len();
        }
    }
    rig.reconnect()?;
    rig.works(8)?;
    Ok(Verdict::Passed)
}

pub(super) fn room_is_accounted_for_over_many_rounds(context: &Context) -> Outcome {
    const DEPTH: u32 = 16;
    let mut rig = context.rig(4096)?;
    rig.reconnect_with(&QueuePairConfig { depth: DEPTH, ..Default::default() })?;
    let mut random = 12345_u64;
    let (mut signaled, mut completed) = (0, 0);
    for round in 0..context.repeat(3000, 2) {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        let batch = (random >> 33) as usize % 6 + 1;
        let requests: Vec<WorkRequest<'_>> = (0..batch)
            .map(|i| {
                let request = WorkRequest::read(rig.local.slice(0..8)?, rig.remote.at(8));
                let request = request.token(round);
                Ok(if random >> (40 + i) & 3 == 0 { request.signaled() } else { request })
            })
            .collect::<Result<_, Error>>()?;
        // The last ones of all batches are signaled now and then only.
        let wanted = (0..batch).filter(|i| random >> (40 + i) & 3 == 0).count();
        loop {
            match rig.wire.pair.post(&requests) {
                Ok(()) => break,
                Err(PostError::Full { .. }) => {
                    if let Some(completion) = rig.wire.queue.poll()? {
                        completion.result?;
                        completed += 1;
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        signaled += wanted;
    }
    rig.wire.pair.fail()?;
    let until = Instant::now() + Duration::from_secs(2);
    while completed < signaled && Instant::now() < until {
        // Flushed or not, each that was signaled tells.
        completed += usize::from(rig.wire.queue.poll()?.is_some());
    }
    if completed < signaled {
        return Err(format!("{signaled} were signaled, {completed} have completed").into());
    }
    Ok(Verdict::Passed)
}

pub(super) fn a_completion_queue_promises_no_more_than_it_has(context: &Context) -> Outcome {
    let fabric = context.fabric()?;
    let region = home(&fabric, 4096)?;
    let remote = fabric.import(&region.card())?;
    let queue = fabric.completion_queue(66)?;
    let half = QueuePairConfig { depth: 32, ..Default::default() };
    let make = || fabric.queue_pair(&queue, &half);
    for _ in 0..context.repeat(100, 64) {
        let (a, b) = (make()?, make()?);
        match make() {
            Err(Error::CompletionQueueTooSmall { depth: 66, reserved: 66, wanted: 33 }) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Err("a third pair of 32 fits 66 entries".into()),
        }
        let (card_a, card_b) = (a.card(), b.card());
        let (mut a, mut b) = (a.connect(&card_b)?, b.connect(&card_a)?);
        // Fill it to the last entry.
        let request = WorkRequest::read(region.slice(0..8)?, remote.at(64)).signaled();
        a.post(&[request.token(1); 32])?;
        b.post(&[request.token(2); 32])?;
        let mut of = [0; 3];
        for _ in 0..64 {
            let completion = queue.wait()?;
            completion.result?;
            of[completion.token as usize] += 1;
        }
        if of != [0, 32, 32] {
            return Err(format!("completions of the two pairs: {of:?}").into());
        }
        // Left behind by a pair that goes: its entries come back to the next one.
        a.post(&[request; 32])?;
    }
    Ok(Verdict::Passed)
}

pub(super) fn limits_are_named(context: &Context) -> Outcome {
    let fabric = context.fabric()?;
    let max = fabric.capabilities().max_send_depth;
    let queue = fabric.completion_queue(65)?;
    let config = QueuePairConfig::default();
    for wrong in [
        QueuePairConfig { depth: 0, ..config.clone() },
        QueuePairConfig { depth: max.saturating_add(1), ..config.clone() },
        // What a NIC, or soft-RoCE, would take for "for ever" is refused as well.
        QueuePairConfig { timeout: 0, ..config.clone() },
        QueuePairConfig { timeout: 32, ..config.clone() },
        QueuePairConfig { retries: 7, ..config },
    ] {
        match fabric.queue_pair(&queue, &wrong) {
            Err(Error::Limit { .. } | Error::Setting { .. }) => {}
            Err(error) => return Err(format!("{wrong:?}: {error}").into()),
            Ok(_) => return Err(format!("{wrong:?} was accepted").into()),
        }
    }
    // None of these has taken room.
    let (_wire, _other) = loopback(&fabric, &config)?;
    let pair = fabric.queue_pair(&queue, &config)?;
    drop(pair);
    Ok(Verdict::Passed)
}
