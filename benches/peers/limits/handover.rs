//! A cache line that two processors hand to each other.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use pangea_benches::figures::{pin, take_turns};

/// A line of its own, and the one that the prefetcher takes with it.
#[repr(align(128))]
struct Line(AtomicU64);

const SLICES: usize = 11;
const CALLS: u64 = 20_000;

/// Nanoseconds from a store by one thread to its sight of the store with which another has answered.
pub(crate) fn there_and_back() -> Result<f64, String> {
    let (there, back, over) =
        (Line(AtomicU64::new(0)), Line(AtomicU64::new(0)), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let answering = scope.spawn(|| {
            pin(1)?;
            let mut seen = 0;
            while !over.load(Ordering::Relaxed) {
                let value = there.0.load(Ordering::Acquire);
                if value == seen {
                    spin_loop();
                } else {
                    seen = value;
                    back.0.store(value, Ordering::Release);
                }
            }
            Ok(())
        });
        let mut value = 0;
        let mut hand_over = |calls| {
            for _ in 0..calls {
                value += 1;
                there.0.store(value, Ordering::Release);
                while back.0.load(Ordering::Acquire) != value && !answering.is_finished() {
                    spin_loop();
                }
            }
        };
        let nanoseconds = take_turns(SLICES, CALLS, &mut [&mut hand_over])[0];
        over.store(true, Ordering::Relaxed);
        answering
            .join()
            .map_err(|_| "the answering thread has panicked".to_owned())?
            .map(|()| nanoseconds)
    })
}
