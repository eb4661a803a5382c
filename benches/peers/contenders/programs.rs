//! Programs of this project that print a line for each figure.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Contender, LIMIT, PANGEA, PATIENCE};
use crate::figure::{self, Figure};
use pangea_benches::process::{Running, first_line};

/// What a program prints last, where its end tells nothing.
const DONE: &str = "done";

struct Program {
    name: &'static str,
    rows: &'static [&'static str],
    /// The command up to the rows.
    command: Vec<String>,
    variables: Vec<(&'static str, String)>,
    /// The file without which it cannot run.
    needs: PathBuf,
    version: fn() -> Result<String, String>,
    /// Whether it says that it is done, and may fail after that.
    says_done: bool,
}

impl Contender for Program {
    fn name(&self) -> &str {
        self.name
    }

    fn rows(&self) -> &[&'static str] {
        self.rows
    }

    fn prepare(&mut self) -> Result<String, String> {
        let version = (self.version)()?;
        if self.needs.exists() {
            Ok(version)
        } else {
            Err(format!("{} was not built", self.needs.display()))
        }
    }

    fn sample(&mut self, rows: &[&str]) -> Result<Vec<Figure>, String> {
        let (program, args) = self.command.split_first().ok_or("it has no command")?;
        let variables = self.variables.iter().map(|(name, value)| (*name, value.as_str()));
        let mut running =
            Running::start(Command::new(program).args(args).args(rows).envs(variables))?;
        let (status, output) = running.wait(PATIENCE)?;
        let done = self.says_done && output.lines().any(|line| line.trim() == DONE);
        let figures = figure::parse(&output);
        if !status.success() && !done {
            return Err(running.failure(&status.to_string(), &output));
        }
        if figures.is_empty() {
            return Err(running.failure("has printed no figure", &output));
        }
        Ok(figures)
    }
}

fn ours() -> Result<String, String> {
    Ok(env!("CARGO_PKG_VERSION").to_owned())
}

fn open_mpi() -> Result<String, String> {
    let line = first_line("mpirun", &["--version"])?;
    Ok(line.rsplit(' ').next().unwrap_or_default().to_owned())
}

const WORDS: &[&str] =
    &["get", "put", "add", "cas", "get64k", "get1m", "histogram", "gups", "barrier"];
const LIMITS: &[&str] = &[
    "histogram",
    "gups",
    "barrier",
    "load-cached",
    "load-memory",
    "atomic",
    "handover",
    "memcpy64k",
    "memcpy1m",
    "fault-other",
    "fault-own",
];
const OURS: &[&str] = &[
    "get",
    "get-cached",
    "get-apart",
    "get-memory",
    "put",
    "add",
    "cas",
    "get64k",
    "get1m",
    "histogram",
    "gups",
    "barrier",
];

/// `mpirun` and `oshrun` refuse root otherwise.
fn as_root() -> Vec<(&'static str, String)> {
    ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]
        .map(|name| (name, "1".to_owned()))
        .to_vec()
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

/// Those on the shared memory of one host.
pub(crate) fn shm(built: &Path) -> Vec<Box<dyn Contender>> {
    let file = |path: &str| built.join(path);
    let command = |text: &str, path: &Path| {
        let mut command = words(text);
        command.push(path.display().to_string());
        command
    };
    let (pangea, limits) =
        (file("release/examples/peers-pangea"), file("release/examples/peers-limits"));
    let (rma, shmem) = (file("peers/rma"), file("peers/shmem"));
    let launcher = file("release/pangea").display().to_string();
    let mut start_pangea = vec![launcher];
    start_pangea.extend(command("run -n 2 --provider shm --memory 256M --", &pangea));
    vec![
        Box::new(Program {
            name: PANGEA,
            rows: OURS,
            command: start_pangea,
            variables: Vec::new(),
            needs: pangea,
            version: ours,
            says_done: false,
        }),
        Box::new(Program {
            name: LIMIT,
            rows: LIMITS,
            command: vec![limits.display().to_string()],
            variables: Vec::new(),
            needs: limits,
            version: ours,
            says_done: false,
        }),
        Box::new(Program {
            name: "Open MPI RMA",
            rows: WORDS,
            command: command("mpirun -n 2 --bind-to core", &rma),
            variables: as_root(),
            needs: rma,
            version: open_mpi,
            says_done: false,
        }),
        Box::new(Program {
            name: "Open MPI OpenSHMEM",
            rows: WORDS,
            command: command("oshrun -n 2 --bind-to core -x SHMEM_SYMMETRIC_SIZE=256M", &shmem),
            variables: as_root(),
            needs: shmem,
            version: open_mpi,
            // Debian's build crashes in shmem_finalize, when everything has been measured.
            says_done: true,
        }),
        Box::new(Lamellar { program: file("peers/lamellar/target/release/pangea-peer-lamellar") }),
    ]
}

/// Those over soft-RoCE.
pub(crate) fn rxe(built: &Path) -> Vec<Box<dyn Contender>> {
    let rma = built.join("peers/rma");
    let over = |name, how: &str| -> Box<dyn Contender> {
        let mut command = words("mpirun -n 2 --bind-to core");
        command.extend(words(how));
        command.extend([rma.display().to_string(), "nic".to_owned()]);
        Box::new(Program {
            name,
            rows: &["read8", "write8", "faa8", "cas8"],
            command,
            variables: as_root(),
            needs: rma.clone(),
            version: open_mpi,
            says_done: false,
        })
    };
    // No shared memory: the components that use it are left out.
    vec![
        over(
            "Open MPI RMA over UCX",
            "--mca osc ucx --mca pml ucx --mca btl ^vader -x UCX_TLS=rc_verbs,ud_verbs:aux,self -x UCX_NET_DEVICES=rxe0:1 -x UCX_UD_TIMEOUT=10s",
        ),
        over(
            "Open MPI RMA over TCP",
            "--mca osc pt2pt --mca pml ob1 --mca btl tcp,self --mca mpi_yield_when_idle 1",
        ),
    ]
}

/// The shared memory of Lamellar's jobs, which they do not remove.
fn left_behind() -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("lamellar_"))
        .map(|entry| entry.path())
        .collect()
}

/// Two PEs that are started by hand, each on a processor of its own.
struct Lamellar {
    program: PathBuf,
}

impl Contender for Lamellar {
    fn name(&self) -> &str {
        "Lamellar"
    }

    fn rows(&self) -> &[&'static str] {
        WORDS
    }

    fn prepare(&mut self) -> Result<String, String> {
        if !self.program.exists() {
            return Err(format!("{} was not built", self.program.display()));
        }
        let manifest = include_str!("../lamellar/Cargo.toml");
        let line = manifest.lines().find(|line| line.starts_with("lamellar = "));
        let version = line
            .and_then(|line| line.split('"').nth(1))
            .ok_or("its version is not in its manifest")?;
        Ok(version.trim_start_matches('=').to_owned())
    }

    fn sample(&mut self, rows: &[&str]) -> Result<Vec<Figure>, String> {
        // Its shared memory is found by this number.
        let job = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_nanos() % 1_000_000_000);
        let start = |rank: usize| {
            let mut command = Command::new("taskset");
            command
                .args(["-c", &rank.to_string()])
                .arg(&self.program)
                .args(rows)
                .envs([
                    ("LAMELLAR_BACKEND", "shmem"),
                    ("LAMELLAR_THREADS", "1"),
                    ("LAMELLAR_NUM_PES", "2"),
                ])
                .env("LAMELLAR_HEAP_SIZE", (512 << 20).to_string())
                .env("LAMELLAR_PE_ID", rank.to_string())
                .env("LAMELLAR_JOB_ID", job.to_string())
                .stdin(Stdio::null());
            Running::start(&mut command)
        };
        let before = left_behind();
        let (first, second) = (start(0)?, start(1)?);
        let output = first.finish(PATIENCE);
        let ended = second.finish(PATIENCE);
        for path in left_behind().difference(&before) {
            // Somebody else may have tidied up.
            let _ = std::fs::remove_file(path);
        }
        ended?;
        Ok(figure::parse(&output?))
    }
}
