//! No leak: what was taken is back at the end.

use std::collections::BTreeMap;

use super::Violation;

/// What one machine holds, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Held {
    /// Ends of queue pairs.
    pub pairs: u64,
    /// Registered regions.
    pub regions: u64,
    /// Completion queues.
    pub queues: u64,
    /// Extents of its arena that are given out.
    pub extents: u64,
}

impl Held {
    fn each(&self) -> [(&'static str, u64); 4] {
        let Held { pairs, regions, queues, extents } = *self;
        [
            ("queue pairs", pairs),
            ("regions", regions),
            ("completion queues", queues),
            ("extents", extents),
        ]
    }
}

/// Compares what each machine holds at the start and at the end. A machine that is missing holds nothing;
/// one that died is left out of both by the caller, if its holdings went with it. Less than at the start
/// is a violation too: something was given back that was not taken.
///
/// # Errors
/// Every difference.
pub fn check(start: &BTreeMap<u32, Held>, end: &BTreeMap<u32, Held>) -> Result<(), Violation> {
    let mut machines: Vec<u32> = start.keys().chain(end.keys()).copied().collect();
    machines.sort_unstable();
    machines.dedup();
    let mut text = String::new();
    for machine in machines {
        let before = start.get(&machine).copied().unwrap_or_default().each();
        let after = end.get(&machine).copied().unwrap_or_default().each();
        for ((what, before), (_, after)) in before.into_iter().zip(after) {
            if before != after {
                text += &format!(
                    "\n    machine {machine}: {before} {what} at the start, {after} at the end"
                );
            }
        }
    }
    if text.is_empty() {
        return Ok(());
    }
    Err(Violation::new("no leak", format!("what was taken is not what came back:{text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Held = Held { pairs: 2, regions: 1, queues: 1, extents: 0 };

    #[test]
    fn accepts_what_is_as_before() {
        assert!(check(&BTreeMap::new(), &BTreeMap::new()).is_ok());
        let held = BTreeMap::from([(0, SOME), (3, Held::default())]);
        assert!(check(&held, &held).is_ok());
        // Nothing held and not mentioned are the same.
        assert!(check(&held, &BTreeMap::from([(0, SOME), (4, Held::default())])).is_ok());
    }

    #[test]
    fn refuses_each_kind_of_leak() {
        let start = BTreeMap::from([(0, SOME)]);
        for more in [
            Held { pairs: 3, ..SOME },
            Held { regions: 2, ..SOME },
            Held { queues: 2, ..SOME },
            Held { extents: 1, ..SOME },
        ] {
            assert!(check(&start, &BTreeMap::from([(0, more)])).is_err());
            // And what was freed twice.
            assert!(check(&BTreeMap::from([(0, more)]), &start).is_err());
        }
        let text =
            check(&start, &BTreeMap::from([(0, SOME), (1, SOME)])).expect_err("a new machine");
        assert_eq!(
            text.to_string(),
            "no leak violated: what was taken is not what came back:\n    \
             machine 1: 0 queue pairs at the start, 2 at the end\n    \
             machine 1: 0 regions at the start, 1 at the end\n    \
             machine 1: 0 completion queues at the start, 1 at the end"
        );
    }

    #[test]
    fn refuses_a_leak_here_that_is_made_up_for_there() {
        let start = BTreeMap::from([(0, SOME), (1, SOME)]);
        let end = BTreeMap::from([(0, Held { pairs: 1, ..SOME }), (1, Held { pairs: 3, ..SOME })]);
        assert!(check(&start, &end).is_err());
    }
}
