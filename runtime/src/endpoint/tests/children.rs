//! What a thread has is its process's: in a child of `fork` it is left alone.

use super::exchanges::on_rank_0_of;
use crate::endpoint::Place;
use crate::primitives::Primitives;
use crate::testing::Paced;

/// A thread works, and its states end in a process of that number: so many pairs are noted as left behind.
fn leaves_behind(pairs: usize, in_process: u32) {
    on_rank_0_of(2, move |node| {
        let endpoint = &node.endpoint;
        #[expect(clippy::disallowed_methods, reason = "another thread of the node")]
        std::thread::scope(|scope| {
            scope.spawn(|| {
                endpoint.write_by_pair(Place::new(1, 4096), &[1; 8]).expect("is written");
                let known =
                    <Paced as Primitives>::with_states(|states| states.clear_in(in_process));
                known.expect("the thread does not end yet");
            });
        });
        assert_eq!(endpoint.abandoned.lock().len(), pairs);
    });
}

#[test]
fn the_end_of_a_thread_ends_its_pairs() {
    leaves_behind(1, <Paced as Primitives>::process());
}

#[test]
fn the_end_of_a_childs_thread_ends_no_pair() {
    leaves_behind(0, <Paced as Primitives>::process() + 1);
}
