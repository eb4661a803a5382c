//! Atomicity when many processes change the same word, the home among them.

use std::sync::atomic::Ordering;
use std::thread;

use libtest_mimic::Failed;
use verbs_shim::{Access, Atomicity, Memory, QueuePairConfig};

use super::data::home;
use crate::context::{Context, Outcome, Verdict, loopback};
use crate::protocol::{Histories, Request};
use crate::wire::{Arena, contend, word_at};

const PROCESSES: usize = 3;

/// Three processes and the home, which goes through a loopback pair, as it must where atomics are
/// those of the NIC; where they are those of the system, its CPU joins in.
pub(super) fn words_are_atomic_among_processes_and_the_home(context: &Context) -> Outcome {
    let fabric = context.fabric()?;
    let region = home(&fabric, 4096)?;
    let scratch = fabric.register(Memory::allocate(4096)?, Access::local())?;
    // Each swap is tried again as often as there are others, more or less.
    let rounds = context.repeat(20_000, 3 * (PROCESSES as u64 + 2));
    let by_cpu = fabric.capabilities().atomicity == Atomicity::System;
    let parties = PROCESSES as u64 + 1 + u64::from(by_cpu);
    let arena = Arena { start: 0, parties, faa: 64, cas: 192, rounds };

    let mut peers = Vec::new();
    for _ in 0..PROCESSES {
        let mut peer = context.peer()?;
        let (wire, pair) = peer.connect(&fabric, &QueuePairConfig::default())?;
        let import = peer.import(region.card())?;
        peers.push((peer, wire, pair, import));
    }
    let (mut own, _other) = loopback(&fabric, &QueuePairConfig::default())?;
    let remote = fabric.import(&region.card())?;

    for (peer, _, pair, import) in &mut peers {
        let (pair, import) = (*pair, *import);
        peer.start(Request::Contend { pair, import, arena })?;
    }
    let cpu = by_cpu.then(|| {
        let memory = region.memory().clone();
        thread::spawn(move || contend_by_cpu(&memory, arena))
    });
    let mut all = vec![contend(&mut own, &scratch, &remote, arena)?];
    for (peer, ..) in &mut peers {
        all.push(peer.histories()?);
    }
    if let Some(cpu) = cpu {
        all.push(cpu.join().map_err(|_| "the thread of the home has panicked")?);
    }

    let sums = (word_at(&region, arena.faa as usize), word_at(&region, arena.cas as usize));
    if sums != (parties * rounds, parties * rounds) {
        return Err(format!(
            "{parties} parties counted {rounds} times each, but the words are {sums:?}"
        )
        .into());
    }
    each_value_once("fetch-and-add", all.iter().flat_map(|h| &h.added_to), parties * rounds)?;
    each_value_once("compare-and-swap", all.iter().flat_map(|h| &h.swapped), parties * rounds)?;
    Ok(Verdict::Passed)
}

fn contend_by_cpu(memory: &Memory, arena: Arena) -> Histories {
    let word = |offset: u64| memory.atomic_u64(offset as usize);
    let (start, faa, cas) = (word(arena.start), word(arena.faa), word(arena.cas));
    start.fetch_add(1, Ordering::SeqCst);
    while start.load(Ordering::SeqCst) < arena.parties {
        thread::yield_now();
    }
    let mut histories = Histories::default();
    for _ in 0..arena.rounds {
        histories.added_to.push(faa.fetch_add(1, Ordering::SeqCst));
        let mut seen = 0;
        while let Err(now) =
            cas.compare_exchange(seen, seen + 1, Ordering::SeqCst, Ordering::SeqCst)
        {
            seen = now;
        }
        histories.swapped.push(seen);
    }
    histories
}

/// Every value from 0 to `count` was found exactly once: no update was lost, none was seen twice.
fn each_value_once<'a>(
    what: &str,
    found: impl Iterator<Item = &'a u64>,
    count: u64,
) -> Result<(), Failed> {
    let mut found: Vec<u64> = found.copied().collect();
    found.sort_unstable();
    match (0..count).zip(&found).find(|(want, found)| want != *found) {
        Some((want, found)) => Err(format!("{what} found {found} where {want} should be").into()),
        None if found.len() as u64 != count => {
            Err(format!("{what} found {} values, not {count}", found.len()).into())
        }
        None => Ok(()),
    }
}
