//! Pangea beside its peers: runs the contenders in turns, and writes their tables into `docs/performance.md`.
//!
//! `benches/peers/run` builds what this needs and starts it.

mod contenders;
mod figure;
mod machine;
mod markers;
mod options;
mod rows;
mod sampling;
mod statistics;
mod table;

use std::path::Path;
use std::process::ExitCode;

use contenders::Contender;
use options::{Class, Options};

/// Where the tables go, from the project's root.
const DOCUMENT: &str = "docs/performance.md";

fn main() -> ExitCode {
    match Options::from_args(std::env::args().skip(1)).and_then(|options| compare(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(options: &Options) -> Result<(), String> {
    let rows = rows::of(options.class, &options.only)?;
    let contenders = match options.class {
        Class::Shm => contenders::shm(&options.built),
        Class::Rxe => contenders::rxe(&options.built),
    };
    let mut skipped = Vec::new();
    let mut versions = Vec::new();
    let mut ready: Vec<Box<dyn Contender>> = Vec::new();
    let has_a_row =
        |contender: &&dyn Contender| rows.iter().any(|row| contender.rows().contains(&row.key));
    for mut contender in contenders.into_iter().filter(|contender| has_a_row(&contender.as_ref())) {
        match contender.prepare() {
            Ok(version) => {
                versions.push(format!("{} {version}", contender.name()));
                ready.push(contender);
            }
            Err(reason) => skipped.push((contender.name().to_owned(), reason)),
        }
    }
    for (name, reason) in &skipped {
        eprintln!("skipped: {name}: {reason}");
    }
    let samples = sampling::run(&mut ready, &rows, options.samples, &mut skipped);
    let machine = machine::describe(&versions, options);
    let text = table::render(&rows, &samples, &skipped, &machine);
    println!("{text}");
    if options.only.is_empty() {
        let name = format!("peers:{}", options.class.name());
        markers::replace_in(Path::new(DOCUMENT), &name, &text)
    } else {
        eprintln!("{DOCUMENT} keeps its tables: these are only some of the rows");
        Ok(())
    }
}
