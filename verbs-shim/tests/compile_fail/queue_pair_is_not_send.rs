//! A queue pair stays on its thread, even where the provider's own half could be sent.

use verbs_shim::QueuePair;
use verbs_shim::provider::Provider;

fn to_another_thread<P: Provider<QueuePair: Send>>(pair: QueuePair<P>) {
    std::thread::spawn(move || drop(pair));
}

fn main() {}
