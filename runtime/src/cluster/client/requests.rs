//! Requests that wait for their answers.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, PoisonError};

use super::super::error::ClusterError;
use super::super::lock;
use super::super::message::{Answer, Files, RequestId};

/// What a request brings: the answer, and the files of its card.
pub(super) type Reply = (Answer, Files);

/// What is said of requests after the client has left.
pub(super) const AFTER_LEAVE: &str = "this node has left the job";

/// The requests that wait. Filled by any thread, answered by the control thread.
#[derive(Default)]
pub(super) struct Requests {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    next: RequestId,
    waiting: BTreeMap<RequestId, SyncSender<Result<Reply, ClusterError>>>,
    /// Set once: nothing is answered any more.
    ended: Option<ClusterError>,
    goodbye: bool,
}

/// Where the answer of one request will come.
pub(super) struct Waiter(Receiver<Result<Reply, ClusterError>>);

impl Waiter {
    pub(super) fn wait(self) -> Result<Reply, ClusterError> {
        self.0.recv().unwrap_or_else(|_| {
            // Whoever takes a request out answers it; an error is still better than a panic.
            Err(ClusterError::Protocol("a request was given up without an answer".to_owned()))
        })
    }
}

impl Requests {
    /// Enters a request, before it is sent.
    pub(super) fn enter(&self) -> Result<(RequestId, Waiter), ClusterError> {
        let mut state = lock(&self.state);
        if let Some(error) = &state.ended {
            return Err(error.clone());
        }
        let id = state.next;
        state.next += 1;
        let (sender, receiver) = sync_channel(1);
        state.waiting.insert(id, sender);
        Ok((id, Waiter(receiver)))
    }

    /// Takes a request out that could not be sent.
    pub(super) fn withdraw(&self, id: RequestId) {
        lock(&self.state).waiting.remove(&id);
    }

    /// Answers a request. False when there is none of this number.
    pub(super) fn answer(&self, id: RequestId, result: Result<Reply, ClusterError>) -> bool {
        let sender = lock(&self.state).waiting.remove(&id);
        // The channel has room for the one answer; the waiter may have given up.
        sender.is_some_and(|sender| {
            let _ = sender.try_send(result);
            true
        })
    }

    /// Answers all, now and later, with this error. The first error stays.
    pub(super) fn end(&self, error: &ClusterError) {
        let mut state = lock(&self.state);
        let error = state.ended.get_or_insert_with(|| error.clone()).clone();
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        for sender in waiting.into_values() {
            let _ = sender.try_send(Err(error.clone()));
        }
        self.changed.notify_all();
    }

    pub(super) fn say_goodbye(&self) {
        lock(&self.state).goodbye = true;
        self.changed.notify_all();
    }

    /// Waits for the goodbye, or for the end of the connection.
    pub(super) fn wait_for_goodbye(&self) -> Result<(), ClusterError> {
        let mut state = lock(&self.state);
        loop {
            if state.goodbye {
                return Ok(());
            }
            if let Some(error) = &state.ended {
                return Err(error.clone());
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
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
        let requests = Requests::default();
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
        let requests = Requests::default();
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
