//! A queue pair with its completion queue, and the few ways in which both sides use it.

use libtest_mimic::Failed;
use serde::{Deserialize, Serialize};
use verbs_shim::provider::Provider;
use verbs_shim::{
    Completion, CompletionQueue, QueuePair, Region, RemoteAddr, RemoteRegion, Status, WorkError,
    WorkRequest,
};

use crate::protocol::Histories;

pub(crate) struct Wire<P: Provider> {
    pub(crate) pair: QueuePair<P>,
    pub(crate) queue: CompletionQueue<P>,
}

impl<P: Provider> Wire<P> {
    /// Executes one request and waits for it.
    pub(crate) fn try_one(
        &mut self,
        request: WorkRequest<'_>,
    ) -> Result<Result<(), WorkError>, Failed> {
        self.pair.post(&[request.signaled()])?;
        Ok(self.queue.wait()?.result)
    }

    /// As [`Wire::try_one`], for one that must succeed.
    pub(crate) fn one(&mut self, request: WorkRequest<'_>) -> Result<(), Failed> {
        Ok(self.try_one(request)??)
    }

    /// As [`Wire::try_one`], for one that must fail with this status.
    pub(crate) fn one_fails(
        &mut self,
        request: WorkRequest<'_>,
        want: Status,
    ) -> Result<WorkError, Failed> {
        match self.try_one(request)? {
            Ok(()) => Err(format!("{:?} succeeded, should be: {want}", request.kind()).into()),
            Err(error) if error.status == want => Ok(error),
            Err(error) => Err(format!("{error}; should be: {want}").into()),
        }
    }

    /// Executes a batch whose last request is signaled, and waits for that.
    pub(crate) fn batch(&mut self, requests: &[WorkRequest<'_>]) -> Result<Completion, Failed> {
        self.pair.post(requests)?;
        let completion = self.queue.wait()?;
        completion.result?;
        Ok(completion)
    }

    /// Reads the word at `remote` into the first word of `scratch`, and returns it.
    pub(crate) fn word(&mut self, scratch: &Region, remote: RemoteAddr) -> Result<u64, Failed> {
        self.one(WorkRequest::read(scratch.slice(0..8)?, remote))?;
        Ok(word_at(scratch, 0))
    }
}

/// The word at `offset`, as the CPU sees it.
pub(crate) fn word_at(region: &Region, offset: usize) -> u64 {
    let mut bytes = [0; 8];
    region.memory().read(offset, &mut bytes);
    u64::from_ne_bytes(bytes)
}

/// The words that contention is about.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Arena {
    /// All parties add 1 to it and wait until all have, so that they start together.
    pub(crate) start: u64,
    pub(crate) parties: u64,
    /// Fetch-and-add adds to it.
    pub(crate) faa: u64,
    /// Compare-and-swap counts it up.
    pub(crate) cas: u64,
    /// How often each party does either.
    pub(crate) rounds: u64,
}

/// One process' part of the contention: adds 1 to a word `rounds` times, and counts another one up
/// by compare-and-swap until that has succeeded `rounds` times.
pub(crate) fn contend<P: Provider>(
    wire: &mut Wire<P>,
    scratch: &Region,
    remote: &RemoteRegion,
    arena: Arena,
) -> Result<Histories, Failed> {
    let (start, faa, cas) = (remote.at(arena.start), remote.at(arena.faa), remote.at(arena.cas));
    wire.one(WorkRequest::fetch_add(1, scratch.slice(0..8)?, start))?;
    while wire.word(scratch, start)? < arena.parties {
        std::thread::yield_now();
    }
    let mut histories = Histories::default();
    let mut seen = 0;
    for _ in 0..arena.rounds {
        wire.one(WorkRequest::fetch_add(1, scratch.slice(0..8)?, faa))?;
        histories.added_to.push(word_at(scratch, 0));
        loop {
            wire.one(WorkRequest::compare_swap(seen, seen + 1, scratch.slice(0..8)?, cas))?;
            let before = word_at(scratch, 0);
            if before == seen {
                histories.swapped.push(before);
                seen += 1;
                break;
            }
            seen = before;
        }
    }
    Ok(histories)
}
