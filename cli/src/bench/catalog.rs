//! All tests, and how they are chosen.

use super::bench::Workload;
use super::workload::array;
use crate::failure::Failure;

/// All tests, group by group; a line for each.
pub(crate) fn all() -> Vec<&'static dyn Workload> {
    vec![&array::Get]
}

/// What runs when no test is named.
const TOUR: &[&str] = &["get"];

/// The tests of these names and groups, each once, in the order of the catalog.
pub(crate) fn choose(names: &[String]) -> Result<Vec<&'static dyn Workload>, Failure> {
    let catalog = all();
    let known = |name: &str| {
        name == "all" || catalog.iter().any(|test| test.name() == name || test.group() == name)
    };
    for name in names {
        if !known(name) {
            return Err(Failure::usage(format_args!("there is no test {name}; see --list")));
        }
    }
    let wanted = |test: &&'static dyn Workload| {
        if names.is_empty() {
            return TOUR.contains(&test.name());
        }
        names.iter().any(|name| name == "all" || name == test.name() || name == test.group())
    };
    Ok(catalog.into_iter().filter(wanted).collect())
}
