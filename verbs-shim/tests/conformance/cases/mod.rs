//! The tests, one file for each subject.

mod alone;
mod bundles;
mod contention;
mod counted;
mod data;
mod errors;
mod flushing;
mod in_place;
mod order;
mod peers;
mod queues;
mod teardown;
mod threads;
mod windows;

use crate::context::{Context, Outcome};

/// One test, run for each provider.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Context) -> Outcome,
}

macro_rules! cases {
    ($($module:ident :: { $($name:ident),+ $(,)? }),+ $(,)?) => {
        pub(crate) const CASES: &[Case] = &[
            $($(Case {
                name: concat!(stringify!($module), "::", stringify!($name)),
                run: $module::$name,
            }),+),+
        ];
    };
}

cases! {
    data::{
        writes_of_every_size_and_alignment,
        reads_of_every_size_and_alignment,
        inline_writes_up_to_the_limit,
        atomics_return_the_value_before,
        a_gigabyte_is_reached_at_both_ends,
    },
    alone::{
        each_is_done_or_told,
        a_failure_is_told,
        what_is_in_flight_stands_in_the_way,
    },
    in_place::{
        executes_or_says_that_it_does_not,
        errors_are_those_of_posted_work,
    },
    windows::{
        what_is_done_is_there,
        what_is_an_error_is_refused_and_nothing_happens,
        it_closes_with_the_key,
        it_closes_with_the_pair,
        it_closes_when_the_peer_dies,
        nothing_is_placed_behind_a_fence,
    },
    order::{
        a_write_is_seen_before_the_next_one,
        a_read_follows_the_write_before_it,
        a_read_follows_the_atomic_before_it,
        one_signal_vouches_for_the_batch,
        completions_come_in_order_of_posting,
    },
    contention::{
        words_are_atomic_among_processes_and_the_home,
    },
    errors::{
        wrong_keys_are_refused,
        a_deregistered_key_never_comes_back,
        ranges_outside_are_refused,
        missing_rights_are_refused,
        malformed_requests_are_not_posted,
        an_error_flushes_what_follows_and_is_named_afterwards,
        a_failed_pair_takes_no_work,
    },
    flushing::{
        a_failed_pair_tells_all_that_was_signaled,
        a_failed_pair_with_silent_work_empties,
    },
    queues::{
        a_full_queue_recovers_when_polled,
        unsignaled_work_alone_never_gets_stuck,
        room_is_accounted_for_over_many_rounds,
        a_completion_queue_promises_no_more_than_it_has,
        limits_are_named,
    },
    peers::{
        a_dead_peer_is_reported,
        a_fenced_initiator_places_nothing,
        a_pair_that_is_gone_is_reported,
        a_peer_that_connects_late_is_waited_for,
        a_new_pair_goes_on_after_an_error,
        damaged_cards_are_refused,
        cards_of_another_provider_are_refused,
    },
    teardown::{
        objects_go_in_any_order_with_work_outstanding,
        a_pair_goes_while_others_of_its_queue_live,
        many_pairs_come_and_go,
    },
    threads::{
        each_thread_has_its_own_pair,
    },
    bundles::{
        one_goes_from_thread_to_thread,
        a_full_pair_and_a_failed_one_say_so,
    },
    counted::{
        counts_are_exact,
    },
}
