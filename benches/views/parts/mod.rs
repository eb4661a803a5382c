//! What one process measures: a line `figure NAME VALUE` for each figure.
//!
//! | file | subject |
//! | --- | --- |
//! | `hit.rs` | the same loops over a view and over a `Vec` |
//! | `miss.rs` | pages that are not there, beside bare faults |
//! | `scan.rs` | reading much that is not there |
//! | `acquire.rs` | with little and with much cached |
//! | `sync.rs` | atomics and barriers |
//! | `pair.rs` | the job of two nodes |

mod acquire;
mod hit;
mod miss;
mod pair;
mod scan;
mod sync;

use std::error::Error;
use std::str::FromStr;

use verbs_shim::provider::Choice;

use self::pair::Pair;
use crate::rows::{Kind, Place};

/// The first argument of such a process; the part, the provider and the kind follow.
pub(crate) const INSIDE: &str = "--inside";
/// Its last argument, if only few rounds are wanted.
pub(crate) const BRIEF: &str = "--brief";

/// Something to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Hit,
    Miss,
    Scan,
    Acquire,
    Sync,
}

impl Part {
    pub(crate) const ALL: [Part; 5] =
        [Part::Hit, Part::Miss, Part::Scan, Part::Acquire, Part::Sync];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Part::Hit => "hit",
            Part::Miss => "miss",
            Part::Scan => "scan",
            Part::Acquire => "acquire",
            Part::Sync => "sync",
        }
    }

    /// Whether it has anything to tell there.
    pub(crate) fn is_for(self, place: Place, kind: Kind) -> bool {
        match self {
            Part::Hit => place == Place::Shm,
            // Nothing is ever absent where the view is the home memory.
            Part::Miss => kind != Kind::Direct,
            Part::Scan => place == Place::Rxe,
            // More memory than a virtual machine should be asked for.
            Part::Acquire => place == Place::Shm && kind != Kind::Direct,
            Part::Sync => true,
        }
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(name: &str) -> Result<Part, String> {
        let found = Part::ALL.into_iter().find(|part| part.name() == name);
        found.ok_or_else(|| {
            let names = Part::ALL.map(Part::name).join(", ");
            format!("there is no part {name:?}; there are {names}")
        })
    }
}

/// What a part is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    provider: Choice,
    kind: Kind,
    brief: bool,
}

/// Names of figures, and what they are.
type Measured = Vec<(&'static str, f64)>;
/// Measures a part.
type Measure = fn(Setting, &Pair) -> Result<Measured, Box<dyn Error>>;

impl Setting {
    /// So many rounds, or few if only a brief look is wanted.
    fn rounds(self, usual: usize) -> usize {
        if self.brief { 3 } else { usual }
    }
}

/// Measures what the arguments name, and prints the figures.
pub(crate) fn measure(arguments: &[String]) -> Result<(), String> {
    let [part, provider, kind, rest @ ..] = arguments else {
        return Err("a part, a provider and a kind are missing".into());
    };
    let provider = match provider.as_str() {
        "shm" => Choice::Shm,
        "verbs" => Choice::Verbs,
        _ => return Err(format!("provider {provider:?} is not measured")),
    };
    let kind = Kind::of_name(kind).ok_or_else(|| format!("there is no kind {kind:?}"))?;
    let setting = Setting { provider, kind, brief: rest.iter().any(|argument| argument == BRIEF) };
    let (memory, measure): (usize, Measure) = match part.parse()? {
        Part::Hit => (hit::MEMORY, hit::measure),
        Part::Miss => (miss::MEMORY, miss::measure),
        Part::Scan => (scan::MEMORY, scan::measure),
        Part::Acquire => (acquire::MEMORY, acquire::measure),
        Part::Sync => (sync::MEMORY, sync::measure),
    };
    let told = |error: Box<dyn Error>| error.to_string();
    let pair = Pair::start(provider, memory).map_err(told)?;
    let measured = measure(setting, &pair);
    pair.end().map_err(told)?;
    for (name, value) in measured.map_err(told)? {
        println!("figure {name} {value:.6}");
    }
    Ok(())
}
