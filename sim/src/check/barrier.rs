//! Barrier separation: nobody leaves a round before everybody has entered it.

use std::collections::BTreeMap;

use super::Violation;

const PROMISE: &str = "barrier separation";

/// One process's passage through one round, in order numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Passage {
    /// Who.
    pub process: u32,
    /// The how-manieth barrier of this process.
    pub round: u64,
    /// When it called.
    pub entered: u64,
    /// When the call returned successfully; `None` when it did not.
    pub left: Option<u64>,
}

/// Checks the rounds of a barrier of the processes `parties`.
///
/// # Errors
/// The first passage that ended before all had entered, or that is out of turn for its process.
pub fn check(parties: &[u32], passages: &[Passage]) -> Result<(), Violation> {
    let broken = |text: String| Err(Violation::new(PROMISE, text));
    let mut rounds: BTreeMap<u64, BTreeMap<u32, &Passage>> = BTreeMap::new();
    for passage in passages {
        let Passage { process, round, .. } = passage;
        if !parties.contains(process) {
            return broken(format!("p{process} passed round {round} and is no party"));
        }
        if rounds.entry(*round).or_default().insert(*process, passage).is_some() {
            return broken(format!("p{process} entered round {round} twice"));
        }
    }
    for (round, entered) in &rounds {
        for passage in entered.values() {
            let Some(left) = passage.left else { continue };
            for party in parties {
                let text = match entered.get(party) {
                    Some(other) if other.entered < left => continue,
                    Some(other) => format!("p{party} entered at {} only", other.entered),
                    None => format!("p{party} never entered"),
                };
                let process = passage.process;
                return broken(format!("p{process} left round {round} at {left}, but {text}"));
            }
        }
    }
    in_turn(&rounds)
}

/// Each process takes its rounds in order, without leaving one out, and leaves one before the next.
fn in_turn(rounds: &BTreeMap<u64, BTreeMap<u32, &Passage>>) -> Result<(), Violation> {
    let mut last: BTreeMap<u32, &Passage> = BTreeMap::new();
    for passage in rounds.values().flat_map(|round| round.values()) {
        if let Some(before) = last.insert(passage.process, passage) {
            let next = passage.round == before.round + 1
                && before.left.is_some_and(|left| left < passage.entered);
            if !next {
                let text = format!("out of turn:\n    {before:?}\n    {passage:?}");
                return Err(Violation::new(PROMISE, text));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(process: u32, round: u64, entered: u64, left: u64) -> Passage {
        Passage { process, round, entered, left: (left > 0).then_some(left) }
    }

    #[test]
    fn accepts_rounds_that_separate() {
        assert!(check(&[0, 1], &[]).is_ok());
        let sound = [pass(0, 0, 0, 3), pass(1, 0, 1, 2), pass(0, 1, 4, 7), pass(1, 1, 5, 6)];
        assert!(check(&[0, 1], &sound).is_ok());
        // One is in the next round while the other has yet to leave the last.
        assert!(check(&[0, 1], &[pass(0, 0, 0, 9), pass(1, 0, 1, 2), pass(1, 1, 3, 0)]).is_ok());
        // Nobody leaves when one is dead.
        assert!(check(&[0, 1, 2], &[pass(0, 0, 0, 0), pass(1, 0, 1, 0)]).is_ok());
        assert!(check(&[5], &[pass(5, 0, 0, 1), pass(5, 1, 2, 3)]).is_ok());
    }

    #[test]
    fn refuses_leaving_early() {
        let early = [pass(0, 0, 0, 1), pass(1, 0, 2, 3)];
        let text = check(&[0, 1], &early).expect_err("early").to_string();
        assert_eq!(
            text,
            "barrier separation violated: p0 left round 0 at 1, but p1 entered at 2 only"
        );
        // The third never came.
        assert!(check(&[0, 1, 2], &[pass(0, 0, 0, 3), pass(1, 0, 1, 2)]).is_err());
        // A sign of the last round taken for one of this round: round 1 ends before p1 enters it.
        let stale = [pass(0, 0, 0, 3), pass(1, 0, 1, 2), pass(0, 1, 4, 5), pass(1, 1, 6, 7)];
        assert!(check(&[0, 1], &stale).is_err());
    }

    #[test]
    fn refuses_nonsense() {
        assert!(check(&[0], &[pass(0, 0, 0, 1), pass(0, 0, 2, 3)]).is_err());
        assert!(check(&[0], &[pass(1, 0, 0, 1)]).is_err());
        assert!(check(&[0], &[pass(0, 0, 0, 1), pass(0, 2, 2, 3)]).is_err());
        assert!(check(&[0], &[pass(0, 0, 0, 0), pass(0, 1, 2, 3)]).is_err());
    }
}
