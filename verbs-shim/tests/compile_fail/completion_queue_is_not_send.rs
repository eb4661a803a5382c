//! A completion queue stays on its thread, even where the provider's own half could be sent.

use verbs_shim::CompletionQueue;
use verbs_shim::provider::Provider;

fn to_another_thread<P: Provider<CompletionQueue: Send>>(queue: CompletionQueue<P>) {
    std::thread::spawn(move || drop(queue));
}

fn main() {}
