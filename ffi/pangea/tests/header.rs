//! `pangea.h`: that the one in the repository is made of this crate, and that compilers take it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn header() -> PathBuf {
    crate_folder().join("../include/pangea.h")
}

/// What the source says.
fn made() -> String {
    let mut config = cbindgen::Config::from_file(crate_folder().join("cbindgen.toml"))
        .expect("it is well-formed");
    config.header = Some(fs::read_to_string(crate_folder().join("head.h")).expect("it is there"));
    let bindings = cbindgen::Builder::new()
        .with_crate(crate_folder())
        .with_config(config)
        .generate()
        .expect("the source is well-formed");
    let mut text = Vec::new();
    bindings.write(&mut text);
    String::from_utf8(text).expect("it is text")
}

#[test]
fn the_header_is_that_of_the_source() {
    let made = made();
    if std::env::var_os("PANGEA_WRITE_HEADER").is_some() {
        fs::write(header(), &made).expect("it can be written");
    }
    let there = fs::read_to_string(header()).unwrap_or_default();
    let mend = "make it anew: PANGEA_WRITE_HEADER=1 cargo test -p pangea-c --test header";
    assert!(there == made, "ffi/include/pangea.h is not of the source; {mend}");
}

const STRICT: [&str; 6] = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow"];

/// Whether a compiler takes a program that includes it twice; `None` when there is no such compiler.
fn takes(compiler: &str, file: &str, standard: &str) -> Option<Result<(), String>> {
    let folder = tempfile::tempdir().expect("there is room");
    let text = "#include <pangea.h>\n#include <pangea.h>\n\
                pangea_status f(pangea_node **node) { return pangea_join(node); }\n";
    // C wants a prototype before.
    let text =
        text.replace("pangea_status f", "pangea_status f(pangea_node **node);\npangea_status f");
    fs::write(folder.path().join(file), text).expect("there is room");
    let mut command = Command::new(compiler);
    command.current_dir(folder.path()).args(STRICT).arg(format!("-std={standard}"));
    command.arg("-I").arg(crate_folder().join("../include")).args(["-c", file, "-o", "it.o"]);
    let output = command.output().ok()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(if output.status.success() { Ok(()) } else { Err(errors) })
}

#[test]
fn c_compilers_take_it() {
    for standard in ["c99", "c11", "c17"] {
        let taken =
            takes("cc", "it.c", standard).expect("there is a C compiler where there is rustc");
        assert_eq!(taken, Ok(()), "{standard}");
    }
}

#[test]
fn cpp_compilers_take_it() {
    for standard in ["c++11", "c++17", "c++20"] {
        match takes("c++", "it.cpp", standard) {
            Some(taken) => assert_eq!(taken, Ok(()), "{standard}"),
            None => eprintln!("skipped: there is no c++"),
        }
    }
}
