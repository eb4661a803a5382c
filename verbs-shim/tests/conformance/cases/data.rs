//! What arrives: every operation and size.

use verbs_shim::provider::Provider;
use verbs_shim::{Access, Memory, WorkRequest};

use crate::context::{Context, Outcome, Rig, Verdict};
use crate::protocol::{Reply, Request, pattern_bytes};
use crate::wire::word_at;

const AREA: u64 = 2 << 20;

/// From nothing to 1 MiB, and around the size of a packet.
fn sizes<P: Provider>(rig: &Rig<P>) -> Vec<usize> {
    let mtu = rig.fabric.capabilities().mtu.unwrap_or(4096) as usize;
    let mut sizes = vec![0, 1, 2, 7, 8, 9, 63, 64, 65, 100, 511, 512, 513, 4096, 1 << 20];
    sizes.extend([mtu - 1, mtu, mtu + 1, 2 * mtu, 3 * mtu + 5]);
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// Pairs of (local, remote) offsets.
const OFFSETS: [(usize, u64); 5] = [(1, 8193), (0, 4096), (0, 4096 + 3), (5, 4096), (3, 8192 - 1)];

/// All of them, or one where it takes seconds: a message of a thousand packets of which some are
/// lost.
fn offsets<P: Provider>(rig: &Rig<P>, size: usize) -> &'static [(usize, u64)] {
    if rig.lossy && size > 100_000 { &OFFSETS[..1] } else { &OFFSETS }
}

pub(super) fn writes_of_every_size_and_alignment(context: &Context) -> Outcome {
    let mut rig = context.rig(AREA)?;
    for size in sizes(&rig) {
        for (i, (from, to)) in offsets(&rig, size).iter().copied().enumerate() {
            let seed = (size + i) as u64;
            rig.local.memory().write(from, &pattern_bytes(seed, size));
            let source = rig.local.slice(from..from + size)?;
            rig.wire.one(WorkRequest::write(source, rig.remote.at(to)))?;
            rig.peer.tell(Request::CheckAndClear {
                region: rig.region,
                offset: to,
                len: size as u64,
                seed,
            })?;
        }
    }
    Ok(Verdict::Passed)
}

pub(super) fn reads_of_every_size_and_alignment(context: &Context) -> Outcome {
    const AROUND: usize = 64;
    let mut rig = context.rig(AREA)?;
    for size in sizes(&rig) {
        for (i, (to, from)) in offsets(&rig, size).iter().copied().enumerate() {
            let seed = (size * 3 + i) as u64;
            let (region, len) = (rig.region, size as u64);
            rig.peer.tell(Request::Fill { region, offset: from, len, seed })?;
            let to = to + AROUND;
            let zeros = vec![0; size + 2 * AROUND];
            rig.local.memory().write(to - AROUND, &zeros);
            let target = rig.local.slice(to..to + size)?;
            rig.wire.one(WorkRequest::read(target, rig.remote.at(from)))?;
            let mut got = zeros;
            rig.local.memory().read(to - AROUND, &mut got);
            let mut want = vec![0; AROUND];
            want.extend(pattern_bytes(seed, size));
            want.extend([0; AROUND]);
            if let Some(at) = (0..want.len()).find(|i| got[*i] != want[*i]) {
                return Err(format!(
                    "READ of {size} bytes at {from} into {to}: byte {} is {:#x}, should be {:#x}",
                    at as isize - AROUND as isize,
                    got[at],
                    want[at]
                )
                .into());
            }
        }
    }
    Ok(Verdict::Passed)
}

pub(super) fn inline_writes_up_to_the_limit(context: &Context) -> Outcome {
    let mut rig = context.rig(65536)?;
    let max = rig.fabric.capabilities().max_inline;
    if max == 0 {
        return Ok(Verdict::Skipped("this device has no inline WRITE".to_owned()));
    }
    let mut sizes = vec![0, 1, 7, 8, 9, 16, max / 2, max - 1, max];
    sizes.retain(|size| *size <= max);
    for size in sizes {
        let mut data = pattern_bytes(size as u64, size);
        let request = WorkRequest::write_inline(&data, rig.remote.at(4096 + 1)).signaled();
        rig.wire.pair.post(&[request])?;
        // It has travelled with the request: the buffer may be reused before the completion.
        data.fill(0xee);
        rig.wire.queue.wait()?.result?;
        rig.peer.tell(Request::CheckAndClear {
            region: rig.region,
            offset: 4096 + 1,
            len: size as u64,
            seed: size as u64,
        })?;
    }
    Ok(Verdict::Passed)
}

pub(super) fn atomics_return_the_value_before(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    let at = 4096 - 8;
    let word = rig.remote.at(at);
    let start = u64::MAX - 2;
    let bytes = start.to_ne_bytes().to_vec();
    rig.peer.tell(Request::Write { region: rig.region, offset: at, bytes })?;
    let result = rig.local.slice(8..16)?;
    // (request, value before, value after)
    let steps = [
        (WorkRequest::fetch_add(0, result, word), start, start),
        (WorkRequest::fetch_add(5, result, word), start, 2),
        (WorkRequest::fetch_add(u64::MAX, result, word), 2, 1),
        (WorkRequest::compare_swap(7, 9, result, word), 1, 1),
        (WorkRequest::compare_swap(1, u64::MAX / 3, result, word), 1, u64::MAX / 3),
        (WorkRequest::compare_swap(u64::MAX / 3, 0, result, word), u64::MAX / 3, 0),
    ];
    for (i, (request, before, after)) in steps.into_iter().enumerate() {
        rig.wire.one(request)?;
        let got = word_at(&rig.local, 8);
        let now = rig.peer.read(rig.region, at, 8)?;
        if got != before || now != after.to_ne_bytes() {
            return Err(format!(
                "step {i} ({}): found {got:#x}, should be {before:#x}; left {now:x?}, should be \
                 {after:#x}",
                request.kind()
            )
            .into());
        }
    }
    Ok(Verdict::Passed)
}

pub(super) fn a_gigabyte_is_reached_at_both_ends(context: &Context) -> Outcome {
    const GIB: u64 = 1 << 30;
    let mut rig = context.rig(65536)?;
    let rights = Access::all().into();
    let (id, card) = match rig.peer.ask(Request::Register { len: GIB, rights })? {
        Reply::Made { id, card } => (id, card),
        Reply::NoMemory(reason) => return Ok(Verdict::Skipped(reason)),
        other => return Err(format!("the peer answered {other:?}").into()),
    };
    let big = rig.fabric.import(&card.into())?;
    if big.len() != GIB {
        return Err(format!("the region has {} bytes", big.len()).into());
    }
    for (seed, at, len) in [(1, 0, 64), (2, GIB - 64, 64), (3, GIB / 2 - 1, 5000), (4, 0, 0)] {
        rig.local.memory().write(0, &pattern_bytes(seed, len));
        let data = rig.local.slice(0..len)?;
        rig.wire.one(WorkRequest::write(data, big.at(at)))?;
        let back = rig.local.slice(8192..8192 + len)?;
        rig.wire.one(WorkRequest::read(back, big.at(at)))?;
        let mut bytes = vec![0; len];
        rig.local.memory().read(8192, &mut bytes);
        if bytes != pattern_bytes(seed, len) {
            return Err(format!("{len} bytes at {at} did not come back").into());
        }
        rig.peer.tell(Request::CheckAndClear { region: id, offset: at, len: len as u64, seed })?;
    }
    let last = big.at(GIB - 8);
    rig.wire.one(WorkRequest::fetch_add(3, rig.local.slice(0..8)?, last))?;
    if rig.peer.read(id, GIB - 8, 8)? != 3_u64.to_ne_bytes() {
        return Err("the atomic on the last word did not arrive".into());
    }
    Ok(Verdict::Passed)
}

/// Registers memory here with all rights; for tests in which this process is the home.
pub(super) fn home<P: Provider>(
    fabric: &verbs_shim::Fabric<P>,
    len: usize,
) -> Result<verbs_shim::Region, libtest_mimic::Failed> {
    Ok(fabric.register(Memory::allocate(len)?, Access::all())?)
}
