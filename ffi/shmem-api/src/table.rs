//! The table of routines in the documentation.

use std::fmt::Write;

use crate::list::{Call, List, Source};

/// What stands before the table in a document, and what behind it.
pub const MARKERS: [&str; 2] = ["<!-- routines -->\n", "<!-- end of routines -->\n"];

/// Routines that are there and do nothing, or not all that their name may promise, and why. All others do what the
/// specification says.
const REMARKS: [(&str, &str); 9] = [
    ("shmem_pcontrol", "does nothing; a tool may replace it"),
    ("shmem_malloc_with_hints", "hints change nothing: all of the heap is good for all uses"),
    ("start_pes", "the number is ignored"),
    ("shmem_clear_cache_inv", NO_CACHES),
    ("shmem_set_cache_inv", NO_CACHES),
    ("shmem_clear_cache_line_inv", NO_CACHES),
    ("shmem_set_cache_line_inv", NO_CACHES),
    ("shmem_udcflush", NO_CACHES),
    ("shmem_udcflush_line", NO_CACHES),
];

const NO_CACHES: &str = "does nothing: caches are coherent";

/// A table of all routines of the specification, and one of those that others have, too.
pub fn table(list: &List) -> String {
    let mut text = String::new();
    for (source, title) in [
        (Source::Specification, "Of the specification"),
        (Source::Others, "Of other implementations"),
    ] {
        line(&mut text, &format!("\n### {title}\n"));
        line(&mut text, "| routine | for | since | deprecated | with a context | C11 | state |");
        line(&mut text, "| --- | --- | --- | --- | --- | --- | --- |");
        for call in list.calls.iter().filter(|call| call.source == source) {
            line(&mut text, &row(call, list));
        }
    }
    text + "\n"
}

/// A document with its table made anew; `None` if it has no place for one.
pub fn renewed(document: &str, list: &List) -> Option<String> {
    let [begin, end] = MARKERS;
    let (before, rest) = document.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}{}{end}{after}", table(list)))
}

fn row(call: &Call, list: &List) -> String {
    let members = call.family.as_ref().and_then(|family| list.families.get(family));
    let by_type =
        members.is_some_and(|members| members.iter().any(|member| member.c_type.is_some()));
    let name = call.prototype.name.replace("{N}", if by_type { "TYPE" } else { "SIZE" });
    let whole = |member: &String| format!("`{member}`");
    let members = members.map(|members| {
        let names: Vec<String> = members.iter().map(|member| whole(&member.name)).collect();
        match &call.family {
            Some(family) if names.len() > 5 => format!("{} types: [{family}](#types)", names.len()),
            _ => names.join(", "),
        }
    });
    let version = |version: Option<_>| {
        version.map_or_else(String::new, |version: crate::Version| version.to_string())
    };
    let remark = REMARKS.iter().find(|(routine, _)| *routine == name).map(|(_, remark)| *remark);
    format!(
        "| `{name}` | {} | {} | {} | {} | {} | {} |",
        members.unwrap_or_default(),
        call.since,
        version(call.deprecated),
        version(call.ctx),
        call.generic.as_ref().map(whole).unwrap_or_default(),
        remark.unwrap_or("works"),
    )
}

fn line(text: &mut String, line: &str) {
    // Strings can always be written to.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_last_one() {
        let list = "types t int=int, long=long\n\
                    call 1.0 1.5 1.4 shmem_p t void shmem_{N}_p({T} *dest, int pe)\n\
                    also 1.2 - - - - void shmem_pcontrol(int level)";
        let list = List::parse(list).expect("is good");
        let document = format!("before\n{}old\n{}after\n", MARKERS[0], MARKERS[1]);
        let made = renewed(&document, &list).expect("has a place");
        assert!(made.starts_with("before\n<!-- routines -->\n\n### Of the specification\n"));
        assert!(made.ends_with("|\n\n<!-- end of routines -->\nafter\n"));
        assert!(made.contains(
            "| `shmem_TYPE_p` | `int`, `long` | 1.0 | 1.5 | 1.4 | `shmem_p` | works |\n"
        ));
        assert!(made.contains(
            "| `shmem_pcontrol` |  | 1.2 |  |  |  | does nothing; a tool may replace it |\n"
        ));
        assert_eq!(renewed("no place", &list), None);
    }

    #[test]
    fn remarks_are_of_routines_of_the_list() {
        let list = List::parse(crate::OPENSHMEM).expect("is good");
        for (name, _) in REMARKS {
            assert!(list.calls.iter().any(|call| call.prototype.name == name), "{name}");
        }
    }
}
