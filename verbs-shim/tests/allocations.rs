//! Posting to a bundle and polling it allocate nothing, so a handler of a signal may do it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use verbs_shim::provider::{Counted, Portable, Shm, Verbs, VerbsOptions};
use verbs_shim::{Access, Bundle, Fabric, QueuePairConfig, Unposted, WorkRequest};

/// The system's allocator, which counts what each thread asks of it.
struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that ends has no counter any more.
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: all is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `f` asks the allocator for something, or gives something back.
fn calls(f: impl FnOnce()) -> u64 {
    let before = CALLS.get();
    f();
    CALLS.get() - before
}

const PAGE: usize = 4096;

/// Pairs 0 and 1 of a bundle are connected to each other, and so are 2 and 3.
fn bundle<P: Portable>(fabric: &Fabric<P>) -> Bundle<P> {
    let config = QueuePairConfig { depth: 16, timeout: 12, retries: 1, ..Default::default() };
    let mut bundle = Bundle::new(fabric, 4, &config, 4 * PAGE).unwrap();
    for _ in 0..2 {
        let ((near, near_card), (far, far_card)) = (bundle.add(7).unwrap(), bundle.add(8).unwrap());
        bundle.connect(near, &far_card).unwrap();
        bundle.connect(far, &near_card).unwrap();
    }
    bundle
}

fn works_without_allocation<P: Portable>(fabric: &Fabric<P>) {
    let region = fabric.register(fabric.allocate(2 * PAGE).unwrap(), Access::all()).unwrap();
    let remote = fabric.import(&region.card()).unwrap();
    let mut bundle = bundle(fabric);
    let mut round = |pair: usize, at: u64| {
        let (buffer, mut pairs) = bundle.parts();
        let slice = |at: usize, len: usize| buffer.slice(at..at + len).unwrap();
        for i in 0..50 {
            let batch = [
                WorkRequest::write(slice(64, 100), remote.at(at)),
                WorkRequest::fetch_add(1, slice(0, 8), remote.at(at)),
                WorkRequest::compare_swap(0, 1, slice(8, 8), remote.at(at + 8)),
                WorkRequest::read(slice(PAGE, PAGE / 2), remote.at(at)).signaled(),
            ];
            let batch = if i % 2 == 0 { &batch[..3] } else { &batch };
            while let Err(error) = pairs.post(pair, batch) {
                assert!(error == Unposted::Full || pairs.error(pair).is_some(), "{error}");
                pairs.poll().unwrap();
                if pairs.error(pair).is_some() {
                    break;
                }
            }
        }
        while pairs.outstanding(pair) > 0 && pairs.error(pair).is_none() {
            pairs.poll().unwrap();
        }
    };
    for pair in [0, 2] {
        round(pair, 0);
        assert_eq!(calls(|| round(pair, 0)), 0);
    }
    // Also when it goes wrong.
    assert_eq!(calls(|| round(0, 4 * PAGE as u64)), 0);
    assert_eq!(calls(|| round(2, 0)), 0);
    assert!(bundle.parts().1.error(0).is_some());
    assert!(bundle.parts().1.error(2).is_none());
    assert!(calls(|| drop(bundle)) > 0, "it counts");
}

#[test]
fn over_shm() {
    works_without_allocation(&Fabric::new(Counted::new(Shm::open().unwrap())));
}

/// Where there is no device, the test says so and passes, unless `PANGEA_REQUIRE_VERBS` is set.
#[test]
fn over_verbs() {
    match Verbs::open(&VerbsOptions::from_env().unwrap()) {
        Ok(verbs) => works_without_allocation(&Fabric::new(Counted::new(verbs))),
        Err(error) if std::env::var_os("PANGEA_REQUIRE_VERBS").is_none() => {
            eprintln!("skipped, no RDMA here: {error}");
        }
        Err(error) => panic!("PANGEA_REQUIRE_VERBS is set, but {error}"),
    }
}
