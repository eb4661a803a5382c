//! Requests that wait for their answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::error::ClusterError;
use super::super::message::{Answer, Files, RequestId};
use crate::primitives::{Condvar, Mutex, Primitives, Slot, System};

/// What a request brings: the answer, and the files of its card.
pub(super) type Reply = (Answer, Files);

/// What is said of requests after the client has left.
pub(super) const AFTER_LEAVE: &str = "this node has left the job";

/// The requests that wait. Filled by any thread, answered by the control thread.
pub(super) struct Requests<P: Primitives = System> {
    state: Mutex<State<P>, P>,
    changed: Condvar<P>,
}

/// Where an answer is left.
type Place<P> = Arc<Slot<Result<Reply, ClusterError>, P>>;

struct State<P: Primitives> {
    next: RequestId,
    /// Whoever takes one out fills its place.
    waiting: BTreeMap<RequestId, Place<P>>,
    /// Set once: nothing is answered any more.
    ended: Option<ClusterError>,
    goodbye: bool,
}

/// Where the answer of one request will come.
pub(super) struct Waiter<P: Primitives = System>(Place<P>);

impl<P: Primitives> Waiter<P> {
    pub(super) fn wait(self) -> Result<Reply, ClusterError> {
        self.0.take()
    }
}

impl<P: Primitives> Default for Requests<P> {
    fn default() -> Self {
        let state = State { next: 0, waiting: BTreeMap::new(), ended: None, goodbye: false };
        Requests { state: Mutex::new(state), changed: Condvar::new() }
    }
}

impl<P: Primitives> Requests<P> {
    /// Enters a request, before it is sent.
    pub(super) fn enter(&self) -> Result<(RequestId, Waiter<P>), ClusterError> {
        let mut state = self.state.lock();
        if let Some(error) = &state.ended {
            return Err(error.clone());
        }
        let id = state.next;
        state.next += 1;
        let place = Arc::new(Slot::new());
        state.waiting.insert(id, Arc::clone(&place));
        Ok((id, Waiter(place)))
    }

    /// Takes a request out that could not be sent.
    pub(super) fn withdraw(&self, id: RequestId) {
        self.state.lock().waiting.remove(&id);
    }

    /// Answers a request. False when there is none of this number.
    pub(super) fn answer(&self, id: RequestId, result: Result<Reply, ClusterError>) -> bool {
        let place = self.state.lock().waiting.remove(&id);
        let known = place.is_some();
        if let Some(place) = place {
            place.fill(result);
        }
        known
    }

    /// Answers all, now and later, with this error. The first error stays.
    pub(super) fn end(&self, error: &ClusterError) {
        let mut state = self.state.lock();
        let error = state.ended.get_or_insert_with(|| error.clone()).clone();
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        for place in waiting.into_values() {
            place.fill(Err(error.clone()));
        }
        self.changed.notify_all();
    }

    pub(super) fn say_goodbye(&self) {
        self.state.lock().goodbye = true;
        self.changed.notify_all();
    }

    /// Waits for the goodbye, or for the end of the connection.
    pub(super) fn wait_for_goodbye(&self) -> Result<(), ClusterError> {
        let mut state = self.state.lock();
        loop {
            if state.goodbye {
                return Ok(());
            }
            if let Some(error) = &state.ended {
                return Err(error.clone());
            }
            state = self.changed.wait(&self.state, state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> ClusterError {
        ClusterError::CoordinatorLost { reason: "test".to_owned() }
    }

    #[test]
    fn answers_find_their_requests_in_any_order() {
        let requests = Requests::<System>::default();
        let (first, first_waiter) = requests.enter().expect("open");
        let (second, second_waiter) = requests.enter().expect("open");
        assert_ne!(first, second);
        assert!(requests.answer(second, Ok((Answer::Released, Files::new()))));
        assert!(requests.answer(first, Err(lost())));
        assert!(!requests.answer(first, Err(lost())), "answered once");
        assert!(second_waiter.wait().is_ok());
        assert_eq!(first_waiter.wait().err(), Some(lost()));
    }

    #[test]
    fn the_end_answers_all_and_stays() {
        let requests = Requests::<System>::default();
        let (_, waiter) = requests.enter().expect("open");
        requests.end(&lost());
        requests.end(&ClusterError::Misuse(AFTER_LEAVE));
        assert_eq!(waiter.wait().err(), Some(lost()));
        assert_eq!(requests.enter().err(), Some(lost()));
        assert_eq!(requests.wait_for_goodbye(), Err(lost()));
        requests.say_goodbye();
        assert_eq!(requests.wait_for_goodbye(), Ok(()));
    }
}
