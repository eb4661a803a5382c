//! Whether programs ended as they may: with an error only if something happened that explains it.

use crate::outcome::{NodeEnd, Outcome};

/// The ends that nothing explains.
pub(super) fn ends(outcome: &Outcome) -> Vec<String> {
    let mut found = Vec::new();
    for (rank, end) in outcome.nodes.iter().enumerate() {
        let NodeEnd::Failed(error) = end else { continue };
        let why = if !may_fail(outcome) {
            "and nothing happened that explains it"
        } else if names_death(error) && !may_hear_of_death(outcome) {
            "and nobody died"
        } else {
            continue;
        };
        found.push(format!("the program of node {rank} ended with an error, {why}: {error}"));
    }
    // Whoever was killed was to be.
    let cut = outcome.nodes.iter().filter(|end| **end == NodeEnd::Cut).count() as u64;
    if outcome.is_good() && cut > outcome.faults.kills {
        found.push(format!("{cut} programs did not end, but {} were killed", outcome.faults.kills));
    }
    found
}

/// Whether anything happened that a program may see as an error.
fn may_fail(outcome: &Outcome) -> bool {
    let faults = &outcome.faults;
    let nic = &faults.nic;
    let given_up = nic.given_up_before + nic.given_up_midway + nic.given_up_after;
    faults.kills + faults.lost_wires + faults.failed_pairs + faults.cuts + given_up > 0
}

/// Whether a program may hear that a node died. One whose program ended early has left, which is as
/// good as dead to those who wait for it.
fn may_hear_of_death(outcome: &Outcome) -> bool {
    may_fail(outcome)
        && (outcome.faults.kills + outcome.faults.lost_wires > 0
            || outcome
                .nodes
                .iter()
                .any(|end| matches!(end, NodeEnd::Failed(error) if !names_death(error))))
}

/// Whether an error says that a rank is dead.
fn names_death(error: &str) -> bool {
    error.contains(" died: ")
}
