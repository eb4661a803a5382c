//! The looks of the terminal output: few colors, and none where they would be in the way.

use std::fmt::{self, Display};
use std::io::{IsTerminal, Write};
use std::sync::LazyLock;

/// Whether standard output takes colors.
static STDOUT: LazyLock<bool> = LazyLock::new(|| wanted(std::io::stdout().is_terminal()));
/// Whether standard error takes colors.
static STDERR: LazyLock<bool> = LazyLock::new(|| wanted(std::io::stderr().is_terminal()));

/// Colors go to terminals only, and not when <https://no-color.org> or a dumb terminal says no.
fn wanted(terminal: bool) -> bool {
    // Unit tests compare plain text, wherever they run.
    terminal
        && !cfg!(test)
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether lines on standard output, or on standard error, may be colored.
pub(crate) fn colored(on_stderr: bool) -> bool {
    if on_stderr { *STDERR } else { *STDOUT }
}

/// Letters on a line of standard output; 100 where it is no terminal.
pub(crate) fn width() -> usize {
    let stdout = std::io::stdout();
    let size = stdout.is_terminal().then(|| rustix::termios::tcgetwinsize(&stdout).ok());
    // A terminal that does not know says 0.
    match size.flatten().map(|size| size.ws_col) {
        None | Some(0) => 100,
        Some(columns) => columns.into(),
    }
}

/// A text with a style, for standard output.
pub(crate) struct Styled<T> {
    code: &'static str,
    text: T,
    on: bool,
}

impl<T: Display> Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.on {
            write!(f, "\x1b[{}m", self.code)?;
            self.text.fmt(f)?;
            f.write_str("\x1b[0m")
        } else {
            // Width and alignment asked for by the caller count for the text alone.
            self.text.fmt(f)
        }
    }
}

macro_rules! styles {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub(crate) fn $name<T: Display>(text: T) -> Styled<T> {
            Styled { code: $code, text, on: *STDOUT }
        })*
    };
}

styles! {
    /// Headings, and figures that matter.
    bold = "1";
    /// What is there for those who look closer.
    dim = "2";
    /// Good.
    green = "32";
    /// Not so good.
    yellow = "33";
    /// Bad.
    red = "31";
}

/// An `error:` line on standard error, of the same look as those of the option parser.
pub(crate) fn error(message: impl Display) {
    let (on, off) = if *STDERR { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    say(&format!("{on}error:{off} {message}\n"));
}

/// A `pangea:` line on standard error: what the launcher has to say while a job runs.
pub(crate) fn note(message: impl Display) {
    let (on, off) = if *STDERR { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    say(&format!("{on}pangea:{off} {message}\n"));
}

/// Writes a line to standard error in one piece, so that lines of other processes do not mix in.
fn say(line: &str) {
    // Nobody is left to tell when standard error is gone.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

/// A whole number with thousands separated.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration in the unit that fits, with three digits or so.
pub(crate) fn seconds(time: std::time::Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 0.001 => format!("{:.0} µs", s * 1e6),
        s if s < 0.1 => format!("{:.1} ms", s * 1e3),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 100.0 => format!("{s:.2} s"),
        s => format!("{s:.0} s"),
    }
}

/// Breaks a text at blanks into lines of at most `width`, if its words let it.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn thousands_are_separated() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn durations_take_the_unit_that_fits() {
        assert_eq!(seconds(Duration::from_micros(12)), "12 µs");
        assert_eq!(seconds(Duration::from_micros(12_340)), "12.3 ms");
        assert_eq!(seconds(Duration::from_millis(640)), "640 ms");
        assert_eq!(seconds(Duration::from_millis(1_234)), "1.23 s");
    }

    #[test]
    fn long_lines_are_wrapped() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("incompressible x", 4), ["incompressible", "x"]);
        assert_eq!(wrap("a\nb", 9), ["a", "b"]);
    }
}
