//! All tests, and how they are chosen.

use super::bench::Workload;
use super::workload::{array, coherent, collective, gups, locks, memory, raw, sweep, ycsb};
use crate::style::{bold, dim};

/// All tests, group by group; a line for each.
pub(crate) fn all() -> Vec<&'static dyn Workload> {
    let mut tests: Vec<&'static dyn Workload> = Vec::new();
    tests.extend(raw::TESTS.iter().map(|test| test as &dyn Workload));
    tests.extend(array::TESTS.iter().map(|test| test as &dyn Workload));
    tests.extend(coherent::REPEATED.iter().map(|test| test as &dyn Workload));
    tests.extend(coherent::ROUNDS.iter().map(|test| test as &dyn Workload));
    tests.extend(locks::ALONE.iter().map(|test| test as &dyn Workload));
    tests.extend([&locks::Contended as &dyn Workload, &locks::Handover]);
    tests.extend(collective::TESTS.iter().map(|test| test as &dyn Workload));
    tests.extend(memory::TESTS.iter().map(|test| test as &dyn Workload));
    tests.extend(gups::TESTS.iter().map(|test| test as &dyn Workload));
    tests.extend(ycsb::TESTS.iter().map(|test| test as &dyn Workload));
    tests.extend(sweep::TESTS.iter().map(|test| test as &dyn Workload));
    tests
}

/// What runs when no test is named.
const TOUR: &[&str] = &[
    "read-lat",
    "write-lat",
    "cas-lat",
    "read-bw",
    "read-rate",
    "get",
    "put",
    "fetch-add",
    "get-many",
    "get-range",
    "hit",
    "miss",
    "store",
    "mutex",
    "mutex-handover",
    "barrier",
    "reduce",
    "create",
    "gups-batched",
    "ycsb-b",
];

/// Everything that may be named.
const ALL: &str = "all";

/// Whether this is a test, or a group of tests.
pub(crate) fn is_known(name: &str) -> bool {
    name == ALL || all().iter().any(|test| test.name() == name || test.group() == name)
}

/// The tests of these names and groups, each once, in the order of the catalog.
///
/// # Errors
/// For a name that nothing has, with the nearest one that something has.
pub(crate) fn choose(names: &[String]) -> Result<Vec<&'static dyn Workload>, String> {
    if let Some(name) = names.iter().find(|name| !is_known(name)) {
        let hint = match nearest(name) {
            Some(other) => format!("; did you mean {other}?"),
            None => String::new(),
        };
        return Err(format!("there is no test {name:?}{hint} (--list shows all)"));
    }
    let wanted = |test: &&'static dyn Workload| {
        if names.is_empty() {
            return TOUR.contains(&test.name());
        }
        names.iter().any(|name| name == ALL || name == test.name() || name == test.group())
    };
    Ok(all().into_iter().filter(wanted).collect())
}

/// What somebody who has typed this may have meant.
fn nearest(name: &str) -> Option<&'static str> {
    let known = all().into_iter().flat_map(|test| [test.name(), test.group()]).chain([ALL]);
    let (changes, best) = known.map(|it| (distance(name, it), it)).min()?;
    (changes <= 2 + name.len() / 8 && changes < name.len()).then_some(best)
}

/// How many characters have to be inserted, removed or replaced to get from one word to another.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// All tests, by group, for people.
pub(crate) fn list() -> String {
    let mut text = String::new();
    let mut group = "";
    for test in all() {
        if test.group() != group {
            group = test.group();
            text += &format!("{}\n", bold(group));
        }
        text += &format!("  {:<18} {}\n", test.name(), dim(test.about()));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn chosen(names: &[&str]) -> Result<Vec<&'static str>, String> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        Ok(choose(&names)?.into_iter().map(|test| test.name()).collect())
    }

    #[test]
    fn names_are_unique_and_groups_are_together() {
        let mut seen = HashSet::new();
        assert!(all().iter().all(|test| seen.insert(test.name())), "a name is given twice");
        let mut groups: Vec<&str> = all().iter().map(|test| test.group()).collect();
        groups.dedup();
        assert!(
            groups.iter().all(|group| seen.insert(group)),
            "a group is split, or named as a test"
        );
        assert!(seen.insert(ALL));
    }

    #[test]
    fn tests_are_chosen_by_name_and_group() {
        assert_eq!(chosen(&["get"]).unwrap(), ["get"]);
        assert_eq!(chosen(&["get", "get"]).unwrap(), ["get"]);
        assert_eq!(chosen(&["all"]).unwrap().len(), all().len());
        let tour = chosen(&[]).unwrap();
        assert_eq!(tour.len(), TOUR.len(), "{tour:?}");
        let array = chosen(&["array"]).unwrap();
        assert!(array.contains(&"get") && all().len() >= array.len());
    }

    #[test]
    fn what_was_meant_is_guessed() {
        for (typed, hint) in [
            ("gte", "did you mean get?"),
            ("arrays", "did you mean array?"),
            ("", "--list"),
            ("something-else", "--list"),
        ] {
            let error = chosen(&[typed]).unwrap_err();
            assert!(error.contains(hint), "{error}");
        }
        assert!(!chosen(&["something-else"]).unwrap_err().contains("did you mean"));
    }

    #[test]
    fn the_list_has_everything() {
        let list = list();
        for test in all() {
            assert!(list.contains(test.name()) && list.contains(test.about()));
        }
    }
}
