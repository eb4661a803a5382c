//! The command line.

use std::path::PathBuf;

/// What connects the two processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The shared memory of one host.
    Shm,
    /// Soft-RoCE, in a virtual machine.
    Rxe,
}

impl Class {
    /// As the markers name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Class::Shm => "shm",
            Class::Rxe => "rxe",
        }
    }
}

/// What is to be compared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) class: Class,
    /// Only these rows; all of them where it is empty.
    pub(crate) only: Vec<String>,
    pub(crate) samples: usize,
    /// Where cargo and `benches/peers/run` have put the programs.
    pub(crate) built: PathBuf,
}

/// Fewer samples say too little of their spread.
const LEAST_SAMPLES: usize = 9;

impl Options {
    /// From arguments, without the program's name.
    pub(crate) fn from_args(args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options {
            class: Class::Shm,
            only: Vec::new(),
            samples: LEAST_SAMPLES,
            built: PathBuf::from("target"),
        };
        let mut args = args.peekable();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--rxe" => options.class = Class::Rxe,
                "--only" => {
                    while let Some(name) = args.next_if(|arg| !arg.starts_with('-')) {
                        options.only.push(name);
                    }
                    if options.only.is_empty() {
                        return Err("--only wants the names of rows, such as get".into());
                    }
                }
                "--samples" => {
                    let text = args.next().ok_or("--samples wants a number")?;
                    options.samples =
                        text.parse().ok().filter(|samples| *samples >= LEAST_SAMPLES).ok_or_else(
                            || {
                                format!(
                                    "--samples wants a number from {LEAST_SAMPLES} on, not {text:?}"
                                )
                            },
                        )?;
                }
                "--built" => options.built = args.next().ok_or("--built wants a folder")?.into(),
                _ => {
                    return Err(format!(
                        "unknown option {arg:?}; there are --rxe, --only ROW… and --samples N"
                    ));
                }
            }
        }
        Ok(options)
    }

    /// The command that was given, for the table.
    pub(crate) fn command(&self) -> String {
        let class = if self.class == Class::Rxe { " --rxe" } else { "" };
        let only = if self.only.is_empty() {
            String::new()
        } else {
            format!(" --only {}", self.only.join(" "))
        };
        format!("benches/peers/run{class}{only} --samples {}", self.samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options, String> {
        Options::from_args(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read_and_shown() {
        let options = parse("--rxe --only get add --samples 11").expect("is right");
        assert_eq!(options.class, Class::Rxe);
        assert_eq!(options.only, ["get", "add"]);
        assert_eq!(options.command(), "benches/peers/run --rxe --only get add --samples 11");
        assert_eq!(parse("").expect("is right").command(), "benches/peers/run --samples 9");
    }

    #[test]
    fn mistakes_are_named() {
        for (text, named) in [
            ("--samples 3", "\"3\""),
            ("--samples", "a number"),
            ("--only --rxe", "names of rows"),
            ("--fast", "--fast"),
        ] {
            assert!(parse(text).expect_err(text).contains(named), "{text}");
        }
    }
}
