//! The part of a document between `<!-- NAME -->` and `<!-- /NAME -->`, which is written by this program alone.

use std::path::Path;

/// Puts `text` between the markers of a file.
pub(crate) fn replace_in(path: &Path, name: &str, text: &str) -> Result<(), String> {
    let document = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let document =
        replace(&document, name, text).map_err(|e| format!("{}: {e}", path.display()))?;
    std::fs::write(path, document).map_err(|e| format!("{}: {e}", path.display()))
}

fn replace(document: &str, name: &str, text: &str) -> Result<String, String> {
    let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let once = |marker: &str| match document.matches(marker).count() {
        1 => Ok(document.find(marker).unwrap_or_default()),
        found => Err(format!("has the marker {marker} {found} times; it must stand there once")),
    };
    let (start, end) = (once(&open)? + open.len(), once(&close)?);
    if end < start {
        return Err(format!("has the marker {close} before {open}"));
    }
    Ok(format!("{}\n\n{}\n\n{}", &document[..start], text.trim(), &document[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "before\n<!-- peers:shm -->\nold\n<!-- /peers:shm -->\nafter\n";

    #[test]
    fn what_stands_between_the_markers_is_replaced() {
        let written = replace(DOCUMENT, "peers:shm", "\nnew\n").expect("has the markers");
        assert_eq!(written, "before\n<!-- peers:shm -->\n\nnew\n\n<!-- /peers:shm -->\nafter\n");
        // Writing again changes nothing.
        assert_eq!(replace(&written, "peers:shm", "new").expect("has the markers"), written);
    }

    #[test]
    fn markers_must_stand_once_and_in_order() {
        assert!(replace(DOCUMENT, "peers:rxe", "new").is_err());
        assert!(replace(&DOCUMENT.repeat(2), "peers:shm", "new").is_err());
        assert!(replace("<!-- /a -->\n<!-- a -->", "a", "new").is_err());
    }
}
