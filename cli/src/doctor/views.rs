//! Views: who can serve the page faults of shared memory that is read by plain loads.

use paging::Mechanism;

use super::Finding;

pub(super) fn findings() -> Vec<Finding> {
    let chosen = Mechanism::recommended();
    Mechanism::ALL.into_iter().map(|mechanism| finding(mechanism, chosen)).collect()
}

fn finding(mechanism: Mechanism, chosen: Mechanism) -> Finding {
    let (name, how) = match mechanism {
        Mechanism::Userfaultfd => ("userfaultfd", "faults come as SIGBUS to the thread itself"),
        _ => ("mprotect", "faults come as SIGSEGV"),
    };
    match mechanism.check() {
        Ok(()) => {
            let taken = if mechanism == chosen { "; what views take" } else { "" };
            Finding::ok(name, format!("works: {how}{taken}"))
        }
        Err(reason) => Finding::missing(
            name,
            "does not work here",
            format!("{reason}; views take {chosen} instead"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Mark;

    #[test]
    fn one_mechanism_is_taken_and_works() {
        let taken: Vec<_> = findings()
            .into_iter()
            .filter(|finding| finding.found[0].contains("what views take"))
            .collect();
        assert_eq!(taken.len(), 1, "{taken:?}");
        assert_eq!(taken[0].mark, Mark::Ok);
    }

    #[test]
    fn any_linux_has_mprotect() {
        let mprotect = findings().into_iter().find(|finding| finding.name == "mprotect");
        assert_eq!(mprotect.map(|finding| finding.mark), Some(Mark::Ok));
    }
}
