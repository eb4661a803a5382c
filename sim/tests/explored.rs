//! Exhaustive search through the real runtime: what the schedules of two nodes can lead to.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use pangea_sim::explore::{Exploration, Limits, explore};
use pangea_sim::{End, Grain, Job, ProgramResult, SimNode};

/// All that two nodes can find, each running `program` between two barriers on two words, the first at
/// home with node 0 and the second with node 1.
fn outcomes(
    limits: Limits,
    program: impl Fn(&SimNode, &pangea::Array<u64, pangea_sim::Simulated>) -> Result<u64, pangea::Error>
    + Copy
    + 'static,
) -> Exploration<[u64; 2], String> {
    explore(limits, |chooser| {
        let found = Rc::new(RefCell::new([u64::MAX; 2]));
        let place = Rc::clone(&found);
        let mut job = Job::new("explored", 2, 0);
        // All of it is hashed at each choice.
        job.arena_bytes = 32 << 10;
        job.grain = Grain::coarse();
        let outcome = job.run_chosen(chooser, move |sim: &SimNode| -> ProgramResult {
            let words = sim.node().array::<u64>("words").len(2).create()?;
            // The pairs are opened before, so that only their use is searched.
            words.fetch_add(0, 0)?;
            words.fetch_add(1, 0)?;
            sim.node().barrier()?;
            sim.explore();
            let answer = program(sim, &words)?;
            sim.observe(&answer.to_le_bytes());
            place.borrow_mut()[sim.rank() as usize] = answer;
            sim.end_explore();
            sim.node().barrier()?;
            Ok(())
        });
        match outcome.end {
            End::Abandoned => None,
            End::Finished => Some(Ok(found.take())),
            _ => Some(Err(outcome.to_string())),
        }
    })
    .expect("runs are functions of their choices")
}

fn found(exploration: &Exploration<[u64; 2], String>) -> BTreeSet<[u64; 2]> {
    assert!(exploration.violations.is_empty(), "{:?}", exploration.violations);
    assert!(exploration.complete, "{:?}", exploration.statistics);
    exploration.outcomes.keys().copied().collect()
}

#[test]
fn every_order_of_two_additions_is_found_and_nothing_else() {
    let exploration = outcomes(Limits::default(), |_, words| words.fetch_add(0, 1));
    assert_eq!(found(&exploration), BTreeSet::from([[0, 1], [1, 0]]));
}

#[test]
fn a_put_that_has_returned_is_seen() {
    // Each writes a word at the other's home and then reads its own: not both may miss it.
    let exploration = outcomes(Limits::default(), |sim, words| {
        let rank = sim.rank() as usize;
        words.put(1 - rank, 1)?;
        words.get(rank)
    });
    assert_eq!(found(&exploration), BTreeSet::from([[0, 1], [1, 0], [1, 1]]));
}
