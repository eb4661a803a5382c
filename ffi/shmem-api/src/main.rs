//! The program `shmem-api`: prints the list of routines, and makes the headers.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use shmem_api::{HEADERS, List, OPENSHMEM, Source, renewed};

const USAGE: &str = "usage: shmem-api names          the routines of the specification, one a line
       shmem-api also           those that other implementations have, too
       shmem-api prototypes     all of them, as they are declared
       shmem-api headers FOLDER writes the headers
       shmem-api table DOCUMENT writes the table of routines into a document";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads it has enough.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("shmem-api: {failure}");
            ExitCode::from(if matches!(failure, Failure::Usage) { 2 } else { 1 })
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{}", USAGE)]
    Usage,
    #[error("openshmem-1.5-routines.txt, {0}")]
    List(#[from] shmem_api::ListError),
    #[error("writing {0}: {1}")]
    File(String, io::Error),
    #[error("{0} has no place for a table of routines")]
    NoPlace(String),
    #[error("writing: {0}")]
    Output(#[from] io::Error),
}

fn run(arguments: &[&str]) -> Result<(), Failure> {
    let list = List::parse(OPENSHMEM)?;
    match arguments {
        ["names"] => names(&list, Source::Specification)?,
        ["also"] => names(&list, Source::Others)?,
        ["prototypes"] => {
            let mut out = io::stdout().lock();
            for routine in list.routines() {
                writeln!(out, "{};", routine.prototype)?;
            }
        }
        ["headers", folder] => headers(&list, Path::new(folder))?,
        ["table", document] => table(&list, document)?,
        _ => return Err(Failure::Usage),
    }
    Ok(())
}

fn names(list: &List, source: Source) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for routine in list.routines().iter().filter(|routine| routine.source == source) {
        writeln!(out, "{}", routine.name())?;
    }
    Ok(())
}

fn headers(list: &List, folder: &Path) -> Result<(), Failure> {
    for header in &HEADERS {
        let path = folder.join(header.path);
        let failed = |error| Failure::File(path.display().to_string(), error);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        std::fs::write(&path, (header.text)(list)).map_err(failed)?;
    }
    Ok(())
}

fn table(list: &List, document: &str) -> Result<(), Failure> {
    let failed = |error| Failure::File(document.to_owned(), error);
    let old = std::fs::read_to_string(document).map_err(failed)?;
    let new = renewed(&old, list).ok_or_else(|| Failure::NoPlace(document.to_owned()))?;
    std::fs::write(document, new).map_err(failed)
}
