//! Symmetric memory over simulated NICs, which tear and reorder all that they may: above all, atomics on words of 32 bits
//! beside which others write.

use pangea::symmetric::{Atomic32, Atomic64, LOCKS_BYTES, Symmetric};
use pangea_sim::{End, Job, ProgramResult, SimNode, Simulated};
use verbs_shim::provider::sim::Faults;

/// Behind the locks: a word that the home stores to, one that all add to, one that rank 1 puts to, and one whose bits all
/// turn over.
const AT: u64 = LOCKS_BYTES;

const ROUNDS: u32 = 8;

fn job(seed: u64, faults: Faults) -> Job {
    let mut job = Job::new("symmetric", 3, seed);
    job.symmetric_bytes = 2 * LOCKS_BYTES;
    job.faults.nic = faults;
    job
}

fn symmetric(sim: &SimNode) -> &Symmetric<Simulated> {
    sim.symmetric().expect("the job has it")
}

fn put(sim: &SimNode, rank: u32, at: u64, value: u32) -> ProgramResult {
    let bytes = value.to_ne_bytes();
    // SAFETY: a value of this function.
    unsafe { symmetric(sim).write(rank, at, bytes.as_ptr(), bytes.len())? };
    Ok(())
}

fn get(sim: &SimNode, rank: u32, at: u64) -> Result<u32, Box<dyn std::error::Error>> {
    let mut bytes = [0; 4];
    // SAFETY: a value of this function.
    unsafe { symmetric(sim).read(rank, at, bytes.as_mut_ptr(), bytes.len())? };
    Ok(u32::from_ne_bytes(bytes))
}

/// Each node adds to and turns over words at rank 0, whose neighbors are written meanwhile.
fn beside_each_other(sim: &SimNode, add: impl Fn(&SimNode, u64) -> ProgramResult) -> ProgramResult {
    sim.node().barrier()?;
    for round in 1..=ROUNDS {
        match sim.rank() {
            0 => put(sim, 0, AT, round)?,
            1 => put(sim, 0, AT + 8, round)?,
            _ => {}
        }
        add(sim, AT + 4)?;
        add(sim, AT + 12)?;
        let seen = match sim.rank() {
            0 => get(sim, 0, AT)?,
            1 => get(sim, 0, AT + 8)?,
            _ => round,
        };
        if seen != round {
            return Err(format!("of {round}, {seen} is left").into());
        }
    }
    sim.node().barrier()?;
    let all = ROUNDS * sim.size();
    for (at, expected) in [(AT, ROUNDS), (AT + 4, all), (AT + 8, ROUNDS), (AT + 12, all)] {
        let found = get(sim, 0, at)?;
        if found != expected {
            return Err(format!("at {at} is {found}, not {expected}").into());
        }
    }
    Ok(())
}

fn locked(sim: &SimNode, at: u64) -> ProgramResult {
    symmetric(sim).atomic32(0, at, Atomic32::Add(1), 0)?;
    Ok(())
}

/// What a NIC seems to offer: a compare-and-swap of the 8 bytes around.
fn swapped(sim: &SimNode, at: u64) -> ProgramResult {
    let (around, shift) = (at & !7, (at & 7) * 8);
    let mut expected = symmetric(sim).atomic(0, around, Atomic64::Fetch)?;
    loop {
        let word = ((expected >> shift) as u32).wrapping_add(1);
        let new = expected & !(u64::from(u32::MAX) << shift) | u64::from(word) << shift;
        let swap = Atomic64::CompareSwap { expected, new };
        let before = symmetric(sim).atomic(0, around, swap)?;
        if before == expected {
            return Ok(());
        }
        expected = before;
    }
}

#[test]
fn writes_beside_a_narrow_atomic_are_kept() {
    for seed in 0..24 {
        let faults = if seed % 2 == 0 { Faults::default() } else { Faults::absorbed(20_000) };
        let outcome = job(seed, faults).run(|sim| beside_each_other(sim, locked));
        assert!(outcome.is_good(), "{outcome}");
    }
}

#[test]
fn the_simulation_shows_what_a_wider_swap_would_lose() {
    let lost = (0..60).any(|seed| {
        let outcome = job(seed, Faults::default()).run(|sim| beside_each_other(sim, swapped));
        matches!(outcome.end, End::Failed(_))
    });
    assert!(lost, "no write was lost, so the test above shows nothing");
}

#[test]
fn threads_of_a_node_take_turns() {
    for seed in 0..20 {
        let outcome = job(seed, Faults::default()).run(|sim| {
            sim.node().barrier()?;
            let more = sim.spawn("more", |sim| (0..6).try_for_each(|_| locked(sim, AT + 4)))?;
            (0..6).try_for_each(|_| locked(sim, AT + 4))?;
            more.join()?;
            symmetric(sim).quiet()?;
            sim.node().barrier()?;
            match get(sim, 0, AT + 4)? {
                sum if sum == 12 * sim.size() => Ok(()),
                sum => Err(format!("the sum is {sum}").into()),
            }
        });
        assert!(outcome.is_good(), "{outcome}");
    }
}
