//! [`Expected`]: what a node that attaches by name expects to find.

use crate::cluster::{Model, SegmentSpec};

/// What a node that attaches by name expects to find.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) type_name: &'a str,
    pub(crate) element_bytes: usize,
    /// The type that the program uses it by: `Array`, `SharedArray`, … Of coherent ones the name of the
    /// type begins with it.
    pub(crate) kind: &'static str,
}

impl Expected<'_> {
    /// Why the segment is not that, if it is not.
    pub(super) fn check(&self, found: &SegmentSpec) -> Result<(), String> {
        let Expected { type_name, element_bytes, kind } = *self;
        if kind_of(found) != kind {
            return Err(format!(
                "it is {} ({found}), not {}: attach to it as what it was created as",
                with_article(kind_of(found)),
                with_article(kind)
            ));
        }
        if found.type_name != type_name || found.element_bytes as usize != element_bytes {
            return Err(format!(
                "it holds {} ({} bytes each), not {type_name} ({element_bytes} bytes each)",
                found.type_name, found.element_bytes
            ));
        }
        Ok(())
    }
}

fn with_article(kind: &str) -> String {
    let article = if kind.starts_with('A') { "an" } else { "a" };
    format!("{article} {kind}")
}

/// The type by which programs use a segment. What is coherent has it in the name of its element type, as in
/// `Mutex<u64>`; what is relaxed is an array, whatever the program calls its elements, and so is what has views.
fn kind_of(spec: &SegmentSpec) -> &str {
    match spec.model {
        Model::Relaxed => "Array",
        Model::Release => "ReleaseArray",
        _ => spec.type_name.split('<').next().unwrap_or_default(),
    }
}
