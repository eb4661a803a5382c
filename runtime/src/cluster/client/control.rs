//! The control thread: reads what the coordinator says, and does it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use super::super::frame::Decoder;
use super::*;

/// Reads messages; held by one thread at a time.
pub(super) struct Reader {
    decoder: Decoder,
    buffer: Box<[u8]>,
}

impl Reader {
    pub(super) fn new(decoder: Decoder) -> Reader {
        Reader { decoder, buffer: vec![0; 64 << 10].into() }
    }

    /// The next message, as soon as it is there.
    fn next(&mut self, stream: &Stream) -> Result<(ToNode, Files), ClusterError> {
        let lost = |reason: String| ClusterError::CoordinatorLost { reason };
        let mut files = Vec::new();
        loop {
            if let Some((payload, files)) =
                self.decoder.next().map_err(|error| lost(error.to_string()))?
            {
                let message = message::decode(&payload).map_err(lost)?;
                return Ok((message, files));
            }
            match stream.receive(&mut self.buffer, &mut files) {
                Ok(0) if self.decoder.is_amid_frame() => {
                    return Err(lost("the connection ended amid a message".to_owned()));
                }
                Ok(0) => return Err(lost("the connection ended".to_owned())),
                Ok(len) => self.decoder.push(&self.buffer[..len], files.drain(..)),
                Err(error) => return Err(lost(error.to_string())),
            }
        }
    }
}

/// Waits for the arenas of all nodes. Runs before there is a control thread.
pub(super) fn collect_arenas(
    shared: &Shared,
    reader: &mut Reader,
) -> Result<Vec<Card>, ClusterError> {
    let mut arenas = Vec::new();
    while arenas.len() < shared.size as usize {
        match reader.next(&shared.stream) {
            Ok((ToNode::Arena { rank, card, epoch }, fds)) if rank.index() == arenas.len() => {
                shared.health.advance(epoch);
                arenas.push(Card { bytes: card, fds });
            }
            Ok((ToNode::NodeDied { rank, reason, epoch }, _)) => {
                shared.health.node_died(rank, reason, epoch);
                shared.health.check()?;
            }
            Ok((other, _)) => {
                return Err(ClusterError::Protocol(format!(
                    "the coordinator sent something else than the arenas: {other:?}"
                )));
            }
            Err(error) => {
                if let ClusterError::CoordinatorLost { reason } = &error {
                    shared.health.coordinator_lost(reason.clone());
                }
                return Err(error);
            }
        }
    }
    Ok(arenas)
}

/// Starts the control thread, and waits until its handler is made.
pub(super) fn start(
    shared: &Arc<Shared>,
    reader: Reader,
    policy: LostPolicy,
    make_handler: impl FnOnce() -> Box<dyn Handler> + Send + 'static,
) -> Result<JoinHandle<()>, ClusterError> {
    let shared = Arc::clone(shared);
    let (made, is_made) = sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("pangea-control".to_owned())
        .spawn(move || {
            // Whatever happens here, nobody is left waiting for this thread.
            let ended = catch_unwind(AssertUnwindSafe(|| {
                let mut handler = make_handler();
                let _ = made.send(());
                let mut reader = reader;
                serve(&shared, &mut reader, handler.as_mut())
            }));
            let error = match ended {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error,
                Err(_) => ClusterError::CoordinatorLost {
                    reason: "the control thread of this node panicked".to_owned(),
                },
            };
            shared.stream.shutdown();
            if !shared.leaving.load(Ordering::Acquire) {
                shared.health.coordinator_lost(reason_of(&error));
            }
            shared.requests.end(&error);
            shared.survive(policy, &error);
        })
        .map_err(|error| ClusterError::system("start the control thread", &error))?;
    // An error means that the thread ended already; requests will say why.
    let _ = is_made.recv();
    Ok(thread)
}

fn reason_of(error: &ClusterError) -> String {
    match error {
        ClusterError::CoordinatorLost { reason } => reason.clone(),
        other => other.to_string(),
    }
}

/// Until the goodbye.
fn serve(
    shared: &Shared,
    reader: &mut Reader,
    handler: &mut dyn Handler,
) -> Result<(), ClusterError> {
    // Deaths that were heard of before there was a handler.
    for rank in (0..shared.size).map(Rank).filter(|&rank| shared.health.is_dead(rank)) {
        handler.peer_died(rank);
    }
    loop {
        let (message, files) = reader.next(&shared.stream)?;
        match message {
            ToNode::PairRequest { relay, from, card } => {
                let answer = handler.pair_requested(from, &Card { bytes: card, fds: files });
                answer_pair(shared, relay, answer)?;
            }
            ToNode::Reply { request, result } => {
                let result = result.map(|answer| (answer, files)).map_err(ClusterError::from);
                if !shared.requests.answer(request, result) {
                    log::debug!("an answer to request {request}, which nobody waits for");
                }
            }
            ToNode::Clear { clear, offset, len } => {
                handler.clear(offset, len);
                shared.send(&ToCoordinator::Cleared { clear }, &Files::new())?;
            }
            ToNode::NodeDied { rank, reason, epoch } => {
                // The handler first: who sees the death may rely on the fence.
                handler.peer_died(rank);
                shared.health.node_died(rank, reason, epoch);
            }
            ToNode::NodeLeft { rank } => shared.health.node_left(rank),
            ToNode::Goodbye => {
                shared.requests.say_goodbye();
                return Ok(());
            }
            other @ ToNode::Arena { .. } => {
                return Err(ClusterError::Protocol(format!("{other:?} came twice")));
            }
        }
    }
}

fn answer_pair(
    shared: &Shared,
    relay: u64,
    answer: Result<Card, String>,
) -> Result<(), ClusterError> {
    let answer = answer.and_then(|card| shared.check_card(&card).map(|()| card));
    let (result, files) = match answer {
        Ok(card) => (Ok(card.bytes), card.fds),
        Err(reason) => (Err(reason.chars().take(1000).collect()), Files::new()),
    };
    shared.send(&ToCoordinator::PairAnswer { relay, result }, &files)
}

impl Shared {
    /// What a node does whose coordinator is lost.
    fn survive(&self, policy: LostPolicy, error: &ClusterError) {
        match policy {
            LostPolicy::Keep => {}
            LostPolicy::Call(call) => call(error),
            LostPolicy::EndProcess { grace } => {
                let deadline = Instant::now() + grace;
                let mut dropped = lock(&self.dropped);
                while !*dropped {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        let rank = self.rank;
                        eprintln!("pangea: rank {rank}: {error}; this process ends with its job");
                        std::process::exit(LostPolicy::EXIT_CODE);
                    }
                    dropped = self
                        .drop_noticed
                        .wait_timeout(dropped, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
            }
        }
    }
}
