//! Pins: what is retired under one is reclaimed after it, on whatever thread.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::exchanges::on_rank_0_of;
use crate::endpoint::{Endpoint, Pin};
use crate::testing::Paced;

/// Retires something that counts itself when it is reclaimed.
fn retire(endpoint: &Endpoint<Paced>, reclaimed: &Arc<AtomicUsize>) {
    let count = Arc::clone(reclaimed);
    endpoint.pin().guard().defer(move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
}

/// Gives the collector every occasion.
fn collect(endpoint: &Endpoint<Paced>) {
    for _ in 0..64 {
        endpoint.pin().guard().flush();
    }
}

#[test]
fn what_is_retired_is_reclaimed_when_no_pin_is_left() {
    on_rank_0_of(2, |node| {
        let (endpoint, reclaimed) = (&node.endpoint, Arc::default());
        let pin = endpoint.pin();
        #[expect(clippy::disallowed_methods, reason = "another thread of the node")]
        std::thread::scope(|scope| {
            scope.spawn(|| {
                retire(endpoint, &reclaimed);
                collect(endpoint);
            });
        });
        collect(endpoint);
        assert_eq!(reclaimed.load(Ordering::Relaxed), 0);
        drop(pin);
        collect(endpoint);
        assert_eq!(reclaimed.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn nodes_of_one_process_do_not_wait_for_each_other() {
    on_rank_0_of(2, |node| {
        let (endpoint, reclaimed) = (&node.endpoint, Arc::default());
        let other = crossbeam_epoch::pin();
        retire(endpoint, &reclaimed);
        collect(endpoint);
        assert_eq!(reclaimed.load(Ordering::Relaxed), 1);
        drop(other);
    });
}

#[test]
fn one_pin_in_64_of_each_thread_is_due() {
    on_rank_0_of(2, |node| {
        let due = || -> Vec<bool> { (0..256).map(|_| node.endpoint.pin().is_due()).collect() };
        let first = due();
        assert_eq!(first.iter().filter(|due| **due).count(), 4);
        let at = first.iter().position(|due| *due).unwrap();
        assert!((0..256).all(|i| first[i] == (i % 64 == at)));
    });
}

#[test]
fn a_pin_outlives_the_end_of_its_thread_and_can_be_had_then() {
    struct Last(Arc<Endpoint<Paced>>, Arc<AtomicUsize>);
    impl Drop for Last {
        fn drop(&mut self) {
            // The states of the thread may be gone.
            retire(&self.0, &self.1);
            collect(&self.0);
        }
    }
    thread_local! {
        static FIRST: RefCell<Option<Last>> = const { RefCell::new(None) };
        static PIN: RefCell<Option<Pin>> = const { RefCell::new(None) };
    }
    on_rank_0_of(2, |node| {
        let (endpoint, reclaimed) = (Arc::clone(&node.endpoint), Arc::<AtomicUsize>::default());
        let count = Arc::clone(&reclaimed);
        #[expect(clippy::disallowed_methods, reason = "another thread of the node")]
        std::thread::spawn(move || {
            // Both orders of destruction: before and after the thread has its states.
            FIRST.set(Some(Last(Arc::clone(&endpoint), Arc::clone(&count))));
            PIN.set(Some(endpoint.pin()));
            retire(&endpoint, &count);
        })
        .join()
        .unwrap();
        collect(&node.endpoint);
        assert_eq!(reclaimed.load(Ordering::Relaxed), 2);
    });
}
