//! What must be right before anything is started.

use verbs_shim::provider::{AnyProvider, Choice, VerbsOptions};

use super::Job;
use crate::failure::Failure;
use crate::machine::limits::{LockLimit, allow_open_files, raise_lock_limit};
use crate::size::{self, Size};
use verbs_shim::{MachineMemory, machine_memory};

/// Files that the launcher has open for each node: two pipes, and the coordinator's connection with
/// the descriptors that pass through it.
const FILES_PER_NODE: u64 = 6;
/// Files that it has open anyway, generously.
const FILES_BESIDES: u64 = 64;

/// Less memory than this leaves a node nothing to share: barriers and collectives take some.
const LEAST_MEMORY: Size = Size::bytes(64 << 10);

/// Everything that can be told beforehand, when so many of the nodes are on this machine.
pub(crate) fn all(job: &Job, here: u32) -> Result<(), Failure> {
    if job.memory < LEAST_MEMORY {
        return Err(Failure::usage(format_args!(
            "each node needs {LEAST_MEMORY} of memory at least, not {}; give it more (--memory, \
             PANGEA_MEMORY)",
            job.memory
        )));
    }
    files(job)?;
    provider_opens(job)?;
    if let Some(machine) = machine_memory() {
        memory(job, here, machine)?;
    }
    if job.provider == Choice::Verbs {
        locked_memory(job, LockLimit::of_this_process())?;
    }
    Ok(())
}

/// Whether nodes will be able to open the provider.
fn provider_opens(job: &Job) -> Result<(), Failure> {
    let choice = job.provider;
    let options = job.verbs.clone().map_or_else(VerbsOptions::from_env, Ok);
    let opened = options.and_then(|options| AnyProvider::open(choice, &options));
    match opened {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::usage(format_args!(
            "the provider {choice} cannot be used here: {error}{}",
            match choice {
                Choice::Verbs =>
                    "\n  `pangea doctor` shows what this machine offers; `--provider \
                                  shm` needs no device",
                Choice::Shm => "",
            }
        ))),
    }
}

fn files(job: &Job) -> Result<(), Failure> {
    let wanted = FILES_BESIDES + FILES_PER_NODE * u64::from(job.size);
    allow_open_files(wanted).map_err(|limit| {
        Failure::usage(format_args!(
            "a job of {} nodes needs {wanted} open files, but the limit is {limit}; raise it \
             (`ulimit -n {wanted}`) or start fewer nodes",
            job.size
        ))
    })
}

fn memory(job: &Job, here: u32, machine: MachineMemory) -> Result<(), Failure> {
    let wanted = u64::from(here).saturating_mul(job.memory.get() as u64);
    if wanted <= machine.available {
        return Ok(());
    }
    let whose = if machine.limited { "this container may use" } else { "this machine has" };
    Err(Failure::usage(format_args!(
        "{} nodes with {} each take {}, but {whose} {} of memory, of which {} are free; give each \
         node less (--memory, PANGEA_MEMORY) or start fewer nodes (-n)",
        here,
        job.memory,
        size::text(wanted),
        size::text(machine.total),
        size::text(machine.available),
    )))
}

/// Registered memory is locked. The limit counts for each process by itself.
fn locked_memory(job: &Job, limit: LockLimit) -> Result<(), Failure> {
    let wanted = job.memory.get() as u64;
    if !limit.allows(wanted) {
        return Err(Failure::usage(format_args!(
            "registering {} of memory locks it, but RLIMIT_MEMLOCK allows {}; raise it (`ulimit -l \
             unlimited` as root, or `* - memlock unlimited` in /etc/security/limits.conf, for a \
             service LimitMEMLOCK=infinity), or give each node less (--memory)",
            job.memory,
            size::text(limit.hard.unwrap_or(0)),
        )));
    }
    if !limit.exempt && limit.soft != limit.hard {
        // Nodes need some more than the arena; so let them have all they can.
        if let Err(error) = raise_lock_limit() {
            log::warn!("the limit of locked memory stays at {:?}: {error}", limit.soft);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::job::{Manner, Program};

    fn job(size: u32, mebibytes: usize) -> Job {
        Job {
            size,
            provider: Choice::Shm,
            verbs: None,
            memory: Size::mebibytes(mebibytes),
            cache: Size::mebibytes(1),
            keep_going: false,
            listen: None,
            grace: Duration::from_secs(1),
            program: Program::Own(Vec::new()),
            manner: Manner::Launcher,
        }
    }

    #[test]
    fn more_memory_than_there_is_is_refused() {
        let machine = MachineMemory { total: 8 << 30, available: 4 << 30, limited: false };
        assert!(memory(&job(4, 1024), 4, machine).is_ok());
        let failure = memory(&job(5, 1024), 5, machine).unwrap_err();
        assert_eq!(failure.status(), crate::failure::USAGE);
        for part in ["5 nodes", "1 GiB", "5 GiB", "8 GiB", "4 GiB are free", "--memory"] {
            assert!(failure.message().contains(part), "{part}: {}", failure.message());
        }
        assert!(
            memory(&job(u32::MAX, usize::MAX >> 20), u32::MAX, machine).is_err(),
            "no overflow"
        );
    }

    #[test]
    fn a_low_lock_limit_is_named_with_its_mend() {
        let limit = LockLimit { soft: Some(8 << 20), hard: Some(8 << 20), exempt: false };
        assert!(locked_memory(&job(1, 8), limit).is_ok());
        let failure = locked_memory(&job(1, 9), limit).unwrap_err();
        for part in ["RLIMIT_MEMLOCK allows 8 MiB", "ulimit -l", "--memory"] {
            assert!(failure.message().contains(part), "{part}: {}", failure.message());
        }
    }

    #[test]
    fn too_many_nodes_for_the_open_files_are_refused() {
        let failure = files(&job(u32::MAX, 1));
        match rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum {
            Some(maximum) if maximum < FILES_PER_NODE * u64::from(u32::MAX) => {
                assert!(failure.unwrap_err().message().contains("ulimit -n"));
            }
            _ => assert!(failure.is_ok()),
        }
    }
}
