//! PageRank of a graph that several nodes hold together.
//!
//! | file | subject |
//! | --- | --- |
//! | `edge_list/` | reading edge lists, each node a share |
//! | `ids.rs` | vertex ids and their dense indices |
//! | `partition.rs` | who owns what |
//! | `rows.rs` | the edges of one node, by the vertex they lead to |
//! | `team.rs` | what nodes do together: agree, gather, exchange |
//! | `parts.rs` | numbers that they share, under every consistency model but `release` |
//! | `published.rs` | what they tell each other in each round, under every consistency model |
//! | `build.rs` | from edges to the shared graph |
//! | `iterate.rs` | the rounds |
//! | `top.rs`, `output.rs`, `report.rs`, `progress.rs` | what comes out |
//! | `estimate.rs` | how much memory it takes |
//! | `node.rs` | what each process does, from beginning to end |
//!
//! This file has the launcher's part: it checks what it can before any process is started, and
//! starts this very program as the nodes.

mod build;
mod edge_list;
mod estimate;
mod ids;
mod iterate;
pub(crate) mod node;
mod output;
mod partition;
mod parts;
mod progress;
mod published;
mod report;
mod rows;
mod team;
mod top;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::generate::EdgeList;
use crate::failure::Failure;
use crate::job::{Job, Manner, Program};
use crate::options::{DEFAULT_CACHE, DemoJobOptions, Parameters};

/// How long the other nodes may go on when one has failed. They are told, and have nothing to save.
const GRACE: Duration = Duration::from_secs(5);

/// An edge list that can be read.
#[derive(Debug)]
pub(crate) struct Input {
    path: PathBuf,
    /// How to call it.
    title: String,
    edges_at_most: u64,
}

impl Input {
    /// A file of the user.
    pub(crate) fn of_file(path: &Path) -> Result<Input, Failure> {
        let name = path.display();
        let fail =
            |error: io::Error| Failure::usage(format_args!("{name} cannot be read: {error}"));
        // Opening a named pipe would wait for a writer, so the kind is looked at first.
        let meta = path.metadata().map_err(fail)?;
        if meta.is_dir() {
            return Err(Failure::usage(format_args!("{name} is a folder, not an edge list")));
        }
        if !meta.is_file() {
            return Err(Failure::usage(format_args!(
                "{name} is not a regular file, so nodes cannot read shares of it; save it to a file \
                 first"
            )));
        }
        let file = File::open(path).map_err(fail)?;
        if let Some(format) = compression(&file).map_err(fail)? {
            return Err(Failure::usage(format_args!(
                "{name} is compressed ({format}); unpack it first"
            )));
        }
        Ok(Input {
            path: path.to_owned(),
            title: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            edges_at_most: estimate::edges_of(&file, meta.len()).map_err(fail)?,
        })
    }

    /// The graph that this program has made.
    pub(crate) fn of_generated(list: &EdgeList) -> Result<Input, Failure> {
        let input = Input::of_file(&list.path())?;
        Ok(Input { title: "a made-up graph".to_owned(), ..input })
    }
}

/// The format of a packed file, by its first bytes.
fn compression(file: &File) -> io::Result<Option<&'static str>> {
    const MAGIC: [(&[u8], &str); 5] = [
        (b"\x1f\x8b", "gzip"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"PK\x03\x04", "zip"),
    ];
    let mut start = [0; 6];
    let count = file.read_at(&mut start, 0)?;
    let found = MAGIC.iter().find(|(magic, _)| start[..count].starts_with(magic));
    Ok(found.map(|(_, format)| *format))
}

/// Starts the nodes, and waits until they are done.
pub(crate) fn run(
    input: &Input,
    options: DemoJobOptions,
    parameters: Parameters,
    output: Option<&Path>,
) -> Result<ExitCode, Failure> {
    if let Some(path) = output {
        output::check(path).map_err(Failure::usage)?;
    }
    let memory =
        options.memory.unwrap_or_else(|| estimate::memory(input.edges_at_most, options.nodes));
    let job = Job {
        size: options.nodes,
        provider: options.provider.choice(),
        verbs: None,
        memory,
        cache: DEFAULT_CACHE,
        keep_going: false,
        listen: None,
        grace: GRACE,
        program: Program::Own(node_arguments(input, parameters, output)),
        manner: Manner::Demo,
    };
    job.run()
}

/// The command line of a node, as [`node::NodeOptions`] reads it.
fn node_arguments(input: &Input, parameters: Parameters, output: Option<&Path>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["__pagerank".into()];
    // In one word with its value, so that a name that starts with a hyphen stays a name.
    let mut add = |name: &str, value: OsString| {
        let mut argument = OsString::from(format!("--{name}="));
        argument.push(value);
        arguments.push(argument);
    };
    add("launcher", std::process::id().to_string().into());
    add("file", input.path.clone().into());
    add("title", input.title.clone().into());
    add("damping", parameters.damping.to_string().into());
    add("tolerance", parameters.tolerance.to_string().into());
    add("model", parameters.model.to_string().into());
    if let Some(rounds) = parameters.rounds {
        add("rounds", rounds.to_string().into());
    }
    if let Some(path) = output {
        add("output", path.into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use pangea::Model;

    use super::*;
    use crate::options::{Command, Options};

    #[test]
    fn nodes_understand_what_the_launcher_tells_them() {
        let input = Input {
            path: PathBuf::from("-strange =name"),
            title: "--title x".to_owned(),
            edges_at_most: 1,
        };
        let parameters = Parameters {
            damping: 0.1 + 0.2,
            tolerance: 1e-300,
            rounds: Some(9),
            model: Model::Strict,
        };
        let arguments = node_arguments(&input, parameters, Some(Path::new("-o")));
        let words = std::iter::once("pangea".into()).chain(arguments);
        let Command::PageRankNode(options) = Options::try_parse_from(words).unwrap().command else {
            panic!("another command");
        };
        assert_eq!(options.file, input.path);
        assert_eq!(options.title, input.title);
        assert_eq!(options.parameters, parameters);
        assert_eq!(options.output.as_deref(), Some(Path::new("-o")));
        assert_eq!(options.launcher as u32, std::process::id());
    }

    #[test]
    fn what_is_no_edge_list_is_told_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        let packed = folder.path().join("graph.txt.gz");
        std::fs::write(&packed, b"\x1f\x8b\x08\0\0\0").unwrap();
        let absent = folder.path().join("absent.txt");
        for (path, reason) in [
            (packed.as_path(), "gzip"),
            (absent.as_path(), "No such file"),
            (folder.path(), "is a folder"),
            (Path::new("/dev/null"), "not a regular file"),
        ] {
            let failure = Input::of_file(path).unwrap_err();
            assert_eq!(failure.status(), crate::failure::USAGE);
            assert!(failure.message().contains(reason), "{}", failure.message());
        }
    }
}
