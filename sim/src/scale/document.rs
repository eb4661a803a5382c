//! Results in a document: between two marks, which stay.

use std::fs;
use std::io;
use std::path::Path;

const BEGIN: &str = "<!-- begin: written by pangea-sim scale --update -->\n";
const END: &str = "<!-- end -->\n";

/// Writes results into a document, with the machine that they are from.
pub(super) fn update(document: &Path, results: &str) -> io::Result<()> {
    let text = fs::read_to_string(document)?;
    let results = format!("\nMeasured on {}.\n\n{results}\n", machine());
    let text = replaced(&text, &results).ok_or_else(|| {
        let (begin, end) = (BEGIN.trim(), END.trim());
        io::Error::other(format!("{} has no lines {begin} and {end}", document.display()))
    })?;
    fs::write(document, text)
}

/// The text with something else between the marks.
fn replaced(text: &str, results: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{results}{END}{after}"))
}

/// What the processor is, as far as the system tells.
fn machine() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = text.lines().find_map(|line| line.strip_prefix("model name"));
    let model = field.map_or("an unknown processor", |it| it.trim_start_matches([' ', '\t', ':']));
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {count} processors")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let text = |inside: &str| format!("# Title\n{BEGIN}{inside}{END}The end.\n");
        assert_eq!(replaced(&text("old\n"), "new\n"), Some(text("new\n")));
        assert_eq!(replaced("# Title\n", "new"), None);
        assert_eq!(replaced(&format!("{END}{BEGIN}"), "new"), None);
    }
}
