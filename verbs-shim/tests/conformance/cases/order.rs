//! The order that reliable connections promise, on one queue pair.

use verbs_shim::{RemoteAddr, WorkRequest, WriteOrder};

use crate::context::{Context, Outcome, Verdict};
use crate::protocol::{Request, pattern_bytes};
use crate::wire::word_at;

pub(super) fn a_write_is_seen_before_the_next_one(context: &Context) -> Outcome {
    const FLAG: u64 = 0;
    const DATA: u64 = 64;
    let mut rig = context.rig(4 << 20)?;
    let capabilities = rig.fabric.capabilities();
    if capabilities.write_order != WriteOrder::InOrder {
        return Ok(Verdict::Skipped("this device promises no order of WRITEs".to_owned()));
    }
    // One packet, and several.
    let packet = u64::from(capabilities.mtu.unwrap_or(1024));
    for each in [40, 2 * packet + 100] {
        let rounds = context.repeat(1000, 2).min((rig.remote.len() - DATA) / each);
        rig.peer.tell(Request::Write { region: rig.region, offset: FLAG, bytes: vec![0; 8] })?;
        let region = rig.region;
        rig.peer.start(Request::WatchFlags { region, flag: FLAG, data: DATA, each, rounds })?;
        for round in 1..=rounds {
            let source = (round % 16 * each) as usize;
            rig.local.memory().write(source, &pattern_bytes(round, each as usize));
            let data = rig.local.slice(source..source + each as usize)?;
            let to = rig.remote.at(DATA + (round - 1) * each);
            let flag = round.to_ne_bytes();
            rig.wire.batch(&[
                WorkRequest::write(data, to),
                WorkRequest::write_inline(&flag, rig.remote.at(FLAG)).signaled(),
            ])?;
        }
        rig.peer.finish()?;
    }
    Ok(Verdict::Passed)
}

pub(super) fn a_read_follows_the_write_before_it(context: &Context) -> Outcome {
    let mut rig = context.rig(65536)?;
    for round in 1..=context.repeat(2000, 1) {
        let len = [8, 64, 1000, 6000][round as usize % 4];
        rig.local.memory().write(0, &pattern_bytes(round, len));
        let (data, back) = (rig.local.slice(0..len)?, rig.local.slice(8192..8192 + len)?);
        let remote = rig.remote.at(round % 8);
        rig.wire.batch(&[
            WorkRequest::write(data, remote),
            WorkRequest::read(back, remote).signaled(),
        ])?;
        let mut bytes = vec![0; len];
        rig.local.memory().read(8192, &mut bytes);
        if bytes != pattern_bytes(round, len) {
            return Err(format!("round {round}: a READ passed the WRITE before it").into());
        }
    }
    Ok(Verdict::Passed)
}

pub(super) fn a_read_follows_the_atomic_before_it(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    let word = rig.remote.at(128);
    let mut value = 0;
    for round in 1..=context.repeat(2000, 1) {
        let (before, read) = (rig.local.slice(0..8)?, rig.local.slice(8..16)?);
        let (atomic, after) = match round % 2 {
            0 => (WorkRequest::fetch_add(round, before, word), value + round),
            _ => (WorkRequest::compare_swap(value, round << 32, before, word), round << 32),
        };
        rig.wire.batch(&[atomic, WorkRequest::read(read, word).signaled()])?;
        let (found, seen) = (word_at(&rig.local, 0), word_at(&rig.local, 8));
        if (found, seen) != (value, after) {
            return Err(format!(
                "round {round}: {} found {found:#x} (should be {value:#x}), and the READ after it \
                 {seen:#x} (should be {after:#x})",
                atomic.kind()
            )
            .into());
        }
        value = after;
    }
    Ok(Verdict::Passed)
}

pub(super) fn one_signal_vouches_for_the_batch(context: &Context) -> Outcome {
    const READS: usize = 24;
    const EACH: usize = 512;
    let mut rig = context.rig(65536)?;
    for round in 0..context.repeat(200, 10) {
        let (region, len) = (rig.region, (READS * EACH) as u64);
        rig.peer.tell(Request::Fill { region, offset: 0, len, seed: round })?;
        rig.local.memory().write(0, &[0; READS * EACH]);
        let requests: Vec<WorkRequest<'_>> = (0..READS)
            .map(|i| {
                let into = rig.local.slice(i * EACH..(i + 1) * EACH)?;
                let read = WorkRequest::read(into, rig.remote.at((i * EACH) as u64));
                let read = read.token(i as u64);
                Ok(if i + 1 == READS { read.signaled() } else { read })
            })
            .collect::<Result<_, verbs_shim::Error>>()?;
        let completion = rig.wire.batch(&requests)?;
        if completion.token != READS as u64 - 1 {
            return Err(format!("the completion of request {} came", completion.token).into());
        }
        let mut bytes = vec![0; READS * EACH];
        rig.local.memory().read(0, &mut bytes);
        if bytes != pattern_bytes(round, READS * EACH) {
            return Err("data of an earlier READ was not there after the last one".into());
        }
        if rig.wire.queue.poll()?.is_some() || rig.wire.pair.outstanding() != 0 {
            return Err("there was more than the one completion".into());
        }
    }
    Ok(Verdict::Passed)
}

pub(super) fn completions_come_in_order_of_posting(context: &Context) -> Outcome {
    let mut rig = context.rig(65536)?;
    let depth = u64::from(rig.wire.pair.room());
    let at = |i: u64| -> RemoteAddr { rig.remote.at(i % 8 * 64) };
    for i in 0..depth {
        let slot = i as usize * 8;
        let local = rig.local.slice(slot..slot + 8)?;
        let request = match i % 4 {
            0 => WorkRequest::read(local, at(i)),
            1 => WorkRequest::write(local, at(i)),
            2 => WorkRequest::fetch_add(1, local, at(i)),
            _ => WorkRequest::write_inline(&[1, 2, 3], at(i)),
        };
        rig.wire.pair.post(&[request.token(1000 + i).signaled()])?;
    }
    for i in 0..depth {
        let completion = rig.wire.queue.wait()?;
        completion.result?;
        if completion.token != 1000 + i {
            return Err(format!("request {} completed as number {i}", completion.token).into());
        }
    }
    Ok(Verdict::Passed)
}
