//! Just enough SVG: elements, attributes, and text that is escaped.

use std::fmt::{Display, Write};

/// A document, or a part of one, as it grows.
#[derive(Debug, Default)]
pub(super) struct Svg {
    text: String,
}

impl Svg {
    /// An element without content.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &dyn Display)]) {
        self.tag(name, attributes);
        self.text += "/>\n";
    }

    /// An element whose content is text.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, &dyn Display)], content: &str) {
        self.tag(name, attributes);
        self.text.push('>');
        self.text += &escaped(content);
        let _ = writeln!(self.text, "</{name}>");
    }

    /// An element whose content `fill` adds.
    pub(super) fn nested(
        &mut self,
        name: &str,
        attributes: &[(&str, &dyn Display)],
        fill: impl FnOnce(&mut Svg),
    ) {
        self.tag(name, attributes);
        self.text += ">\n";
        fill(self);
        let _ = writeln!(self.text, "</{name}>");
    }

    /// The whole text.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &dyn Display)]) {
        self.text.push('<');
        self.text += name;
        for (attribute, value) in attributes {
            let _ = write!(self.text, " {attribute}=\"{}\"", escaped(&value.to_string()));
        }
    }
}

/// Text as XML has it; what XML cannot have at all becomes a question mark.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\t' | '\n' => escaped.push(letter),
            '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            letter if letter < ' ' => escaped.push('?'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A coordinate: a tenth of a pixel is enough.
pub(super) fn coordinate(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// The letters `M x y L x y …` of a path through points.
pub(super) fn path(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut text = String::new();
    for (at, (x, y)) in points.into_iter().enumerate() {
        let command = if at == 0 { "M" } else { " L" };
        let _ = write!(text, "{command}{} {}", coordinate(x), coordinate(y));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_xml_is_escaped() {
        let mut svg = Svg::default();
        svg.text("text", &[("id", &"a\"<b>")], "x < y & \u{1b}[1m");
        assert_eq!(svg.into_text(), "<text id=\"a&quot;&lt;b&gt;\">x &lt; y &amp; ?[1m</text>\n");
    }

    #[test]
    fn paths_are_short() {
        assert_eq!(path([(1.0, 2.04), (3.26, 10.0)]), "M1 2 L3.3 10");
    }
}
