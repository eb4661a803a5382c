//! Connecting takes the unconnected pair: it cannot be connected twice.

use verbs_shim::provider::Shm;
use verbs_shim::{Card, UnconnectedQueuePair};

fn connect_twice(pair: UnconnectedQueuePair<Shm>, peer: &Card) {
    let _connected = pair.connect(peer);
    let _again = pair.connect(peer);
}

fn main() {}
