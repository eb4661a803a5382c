//! Work is posted to connected pairs only.

use verbs_shim::provider::Shm;
use verbs_shim::{UnconnectedQueuePair, WorkRequest};

fn post(mut pair: UnconnectedQueuePair<Shm>, request: WorkRequest<'_>) {
    let _ = pair.post(&[request]);
}

fn main() {}
