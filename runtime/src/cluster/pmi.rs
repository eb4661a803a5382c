//! Jobs that a job starter such as Slurm's `srun` has started: rank and size come from its PMI library, and the place
//! of the coordinator, which lives in the process of rank 0, goes through its store of keys and values.
//!
//! The library (`library.rs`) is loaded at run time, and only where the environment says that there is a starter.
//!
//! ```text
//!  every rank        rank 0                              others
//!  put host ─fence─▶ all hosts → provider, coordinator
//!                    put address, secret ───────fence──▶ get address, secret
//! ```
//!
//! Whoever may read the starter's store can join the job, as whoever may read the environment of its processes.

mod library;

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use verbs_shim::provider::Choice;

use super::error::ClusterError;
use super::job::JobEnv;
use super::size::Size;
use super::{Coordinator, CoordinatorConfig, Rank};
use crate::primitives::{Primitives, System};
use library::Library;

/// Variables that tell of a starter with PMI.
const SIGNS: [&str; 3] = ["PMI_RANK", "PMI_ID", "PMI_FD"];

/// Variables of a step of Slurm. Its batch scripts and its allocations, in which programs are started by hand, do
/// not have all of them.
const SLURM_STEP: [&str; 3] = ["SLURM_STEP_ID", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"];

/// Variables that say of how many processes the job consists.
const SIZES: [&str; 2] = ["PMI_SIZE", "SLURM_STEP_NUM_TASKS"];

/// What moves the bytes, if it is not to be the best for where the nodes are.
const PROVIDER: &str = "PANGEA_PROVIDER";

/// How much memory each node contributes.
const MEMORY: &str = "PANGEA_MEMORY";

const JOB: &str = "pangea-job";
const SECRET: &str = "pangea-secret";

/// The job of this process, if a starter with PMI has started it as one of several; and the coordinator, in rank 0. Each
/// node contributes `bytes`, unless `PANGEA_MEMORY` says otherwise.
///
/// # Errors
/// [`ClusterError::Starter`] when there is such a starter and its library cannot be used; and when the coordinator
/// cannot be started.
pub(crate) fn find_job(bytes: u64) -> Result<Option<(JobEnv, Option<Coordinator>)>, ClusterError> {
    let environment = |name: &str| std::env::var_os(name);
    if !is_started(environment) {
        return Ok(None);
    }
    let (library, rank, size) = Library::begin(size_of(environment))?;
    if size <= 1 {
        library.finalize();
        return Ok(None);
    }
    let found = exchange(&library, rank, size, bytes)?;
    library.finalize();
    Ok(Some(found))
}

/// Whether the environment tells of a starter with PMI, and of more than one process.
fn is_started(get: impl Fn(&str) -> Option<OsString> + Copy) -> bool {
    let has = |name: &&str| get(name).is_some();
    let is_told = SIGNS.iter().any(has) || SLURM_STEP.iter().all(has);
    is_told && size_of(get) != Some(1)
}

/// The number of processes, if the environment tells it.
fn size_of(get: impl Fn(&str) -> Option<OsString>) -> Option<u32> {
    SIZES.iter().filter_map(|name| get(name)?.to_str()?.parse().ok()).next()
}

fn exchange(
    library: &Library,
    rank: u32,
    size: u32,
    bytes: u64,
) -> Result<(JobEnv, Option<Coordinator>), ClusterError> {
    let host_of = |rank: u32| format!("pangea-host-{rank}");
    let (_, host) = System::identity();
    library.put(&host_of(rank), &host)?;
    library.fence()?;
    if rank > 0 {
        library.fence()?;
        let job = JobEnv::parse(&library.get(JOB)?, &library.get(SECRET)?)?;
        return Ok((with_cache(job.for_rank(Rank(rank)))?, None));
    }
    let mut one_host = true;
    for rank in 1..size {
        one_host &= library.get(&host_of(rank))? == host;
    }
    let mut config = CoordinatorConfig::local(size, choice(one_host)?, memory(bytes)?);
    if let Some(bytes) = JobEnv::cache_bytes_from_env()? {
        config.cache_bytes = bytes;
    }
    if !one_host {
        config.listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    }
    let coordinator = Coordinator::start(&config)?;
    let [address, secret] = coordinator.job().texts();
    library.put(JOB, &address)?;
    library.put(SECRET, &secret)?;
    library.fence()?;
    Ok((with_cache(coordinator.job().for_rank(Rank(0)))?, Some(coordinator)))
}

/// As its own environment has it.
fn with_cache(job: JobEnv) -> Result<JobEnv, ClusterError> {
    Ok(JobEnv { cache_bytes: JobEnv::cache_bytes_from_env()?, ..job })
}

fn choice(one_host: bool) -> Result<Choice, ClusterError> {
    match std::env::var(PROVIDER) {
        Ok(name) if name != "auto" => name.parse().map_err(|_| ClusterError::Environment {
            variable: PROVIDER,
            problem: format!("is {name:?}, but there are auto, shm and verbs"),
        }),
        _ => Ok(Choice::recommended(one_host)),
    }
}

fn memory(bytes: u64) -> Result<u64, ClusterError> {
    let Ok(text) = std::env::var(MEMORY) else { return Ok(bytes) };
    match text.parse::<Size>() {
        Ok(size) => Ok(size.get() as u64),
        Err(wrong) => Err(ClusterError::Environment {
            variable: MEMORY,
            problem: format!("is {text:?}: {wrong}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(variables: &[(&str, &str)]) -> bool {
        is_started(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn a_starter_is_known_by_its_variables() {
        assert!(!started(&[]));
        assert!(started(&[("PMI_RANK", "0"), ("PMI_SIZE", "2")]));
        assert!(started(&[("PMI_FD", "9")]));
        assert!(!started(&[("PMI_RANK", "0"), ("PMI_SIZE", "1")]), "a job of one");
        let step = [("SLURM_STEP_ID", "0"), ("SLURM_PROCID", "1"), ("SLURM_STEP_NUM_TASKS", "4")];
        assert!(started(&step));
        assert!(!started(&step[..2]), "a batch script");
        assert!(!started(&[step[0], step[1], ("SLURM_STEP_NUM_TASKS", "1")]));
    }
}
