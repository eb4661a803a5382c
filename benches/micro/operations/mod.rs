//! The operations: what the library does most, one at a time.
//!
//! | file | what |
//! | --- | --- |
//! | `limits.rs` | what the machine does without the library |
//! | `headers.rs` | headers and checks of coherent blocks |
//! | `queue_pairs.rs` | posting, polling, and execution in place, without the runtime |
//! | `arrays.rs` | addresses, and relaxed arrays |
//! | `coherent.rs` | coherent values, arrays and locks |
//! | `memory.rs` | pins, and the allocator |

mod arrays;
mod coherent;
mod headers;
mod limits;
mod memory;
mod queue_pairs;

use super::ground::Ground;

/// What is done with the operations: timed, counted, or repeated for a profiler.
pub(crate) trait Meter {
    /// Measures `run`, which is one operation.
    fn operation(&mut self, name: &str, run: impl FnMut());
}

/// Measures all operations.
pub(crate) fn all(meter: &mut impl Meter, ground: &Ground) {
    limits::all(meter);
    headers::all(meter);
    queue_pairs::all(meter, ground);

    let job = ground.in_place();
    arrays::addresses(meter, &job.node);
    arrays::accesses(meter, "in place", &job.node);
    coherent::hits(meter, "in place", &job.node);
    coherent::at_home(meter, "in place", &job.node);
    memory::pins(meter, &job.node);
    memory::allocation(meter, &job.node);
    job.end();

    let job = ground.posted();
    arrays::accesses(meter, "posted", &job.node);
    coherent::at_home(meter, "posted", &job.node);
    job.end();
}
