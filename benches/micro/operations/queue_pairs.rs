//! What `verbs-shim` costs without the runtime: a pair that is connected to another of this process.

use std::hint::black_box;

use verbs_shim::provider::{AnyProvider, Counted};
use verbs_shim::{
    Access, Atomic, CompletionQueue, Fabric, Memory, QueuePair, QueuePairConfig, Update,
    WorkRequest,
};

use super::Meter;
use crate::ground::Ground;

type Provider = Counted<AnyProvider>;

/// Requests of a batch.
const BATCH: usize = 32;

/// Posts and polls until the last of them is complete.
fn complete(
    pair: &mut QueuePair<Provider>,
    queue: &CompletionQueue<Provider>,
    batch: &[WorkRequest<'_>],
) {
    pair.post(black_box(batch)).expect("there is room");
    queue.wait().expect("the device works").result.expect("succeeds");
}

pub(super) fn all(meter: &mut impl Meter, ground: &Ground) {
    let fabric = Fabric::new(ground.open());
    let queue = fabric.completion_queue(256).expect("is made");
    let config = QueuePairConfig::default();
    let make = || fabric.queue_pair(&queue, &config).expect("is made");
    let (near, far) = (make(), make());
    let (near_card, far_card) = (near.card(), far.card());
    let mut near = near.connect(&far_card).expect("connects");
    let _far = far.connect(&near_card).expect("connects");
    let memory = Memory::allocate(8192).expect("two pages");
    let region = fabric.register(memory, Access::all()).expect("registers");
    let remote = fabric.import(&region.card()).expect("is ours");
    let (at, local) = (remote.at(4096), region.slice(0..8).expect("is inside"));
    let word = [7; 8];

    let single: [(&str, WorkRequest<'_>); 5] = [
        ("read", WorkRequest::read(local, at)),
        ("write", WorkRequest::write(local, at)),
        ("write inline", WorkRequest::write_inline(&word, at)),
        ("fetch-and-add", WorkRequest::fetch_add(1, local, at)),
        ("compare-and-swap", WorkRequest::compare_swap(0, 1, local, at)),
    ];
    for (name, request) in single {
        let batch = [request.signaled()];
        meter.operation(&format!("queue pair/post and poll: {name}"), || {
            complete(&mut near, &queue, &batch);
        });
    }
    let mut batch = [WorkRequest::read(local, at); BATCH];
    batch[BATCH - 1] = batch[BATCH - 1].signaled();
    meter.operation(&format!("queue pair/post and poll: {BATCH} reads"), || {
        complete(&mut near, &queue, &batch);
    });
    meter.operation("queue pair/poll, nothing there", || {
        black_box(queue.poll().expect("the device works"));
    });

    let window = near.window(remote.at(0)).expect("shm has windows");
    let mut into = [0; 8];
    meter.operation("queue pair/read in place", || {
        assert!(window.read(black_box(4096), black_box(&mut into)));
    });
    meter.operation("queue pair/write in place", || {
        assert!(window.write(black_box(&word), black_box(4096)));
    });
    meter.operation("queue pair/fetch-and-add in place", || {
        black_box(window.atomic(Atomic::FetchAdd { add: 1 }, black_box(4096)).expect("is done"));
    });
    meter.operation("queue pair/update in place", || {
        assert!(window.update(Update::Add, 1, black_box(4096)));
    });
}
