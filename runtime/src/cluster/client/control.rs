//! The control thread: reads what the coordinator says, and does it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super::frame::Decoder;
use super::*;
use crate::primitives::Slot;

/// Reads messages; held by one thread at a time.
pub(super) struct Reader {
    decoder: Decoder,
    buffer: Box<[u8]>,
}

impl Reader {
    pub(super) fn new(decoder: Decoder) -> Reader {
        Reader { decoder, buffer: vec![0; 16 << 10].into() }
    }

    /// The next message, as soon as it is there.
    fn next(&mut self, stream: &impl Stream) -> Result<(ToNode, Files), ClusterError> {
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
pub(super) fn collect_arenas<P: Primitives>(
    shared: &Shared<P>,
    reader: &mut Reader,
) -> Result<Arenas, ClusterError> {
    let mut arenas = Arenas::default();
    while arenas.len() < shared.size as usize {
        match reader.next(&shared.stream) {
            Ok((ToNode::Arenas { first, ends, bytes, epoch }, files)) => {
                shared.health.advance(epoch);
                arenas.extend(first, &ends, &bytes, files).map_err(ClusterError::Protocol)?;
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
    arenas.shrink_to_fit();
    Ok(arenas)
}

/// Starts the control thread, and waits until its handler is made.
pub(super) fn start<P: Primitives>(
    shared: &Arc<Shared<P>>,
    reader: Reader,
    policy: LostPolicy,
    make_handler: impl FnOnce() -> Box<dyn Handler> + Send + 'static,
) -> Result<P::JoinHandle, ClusterError> {
    let shared = Arc::clone(shared);
    let is_made = Arc::new(Slot::<(), P>::new());
    let made = Arc::clone(&is_made);
    let thread = P::spawn("pangea-control", move || {
        // Whatever happens here, nobody is left waiting for this thread.
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let mut handler = make_handler();
            made.fill(());
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
        // If there is no handler, requests say why.
        made.fill(());
        shared.survive(policy, &error);
    })
    .map_err(|error| ClusterError::system("start the control thread", &error))?;
    is_made.take();
    Ok(thread)
}

fn reason_of(error: &ClusterError) -> String {
    match error {
        ClusterError::CoordinatorLost { reason } => reason.clone(),
        other => other.to_string(),
    }
}

/// Until the goodbye.
fn serve<P: Primitives>(
    shared: &Shared<P>,
    reader: &mut Reader,
    handler: &mut dyn Handler,
) -> Result<(), ClusterError> {
    // Deaths that were heard of before there was a handler.
    for rank in shared.health.dead() {
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
            ToNode::NodesLeft { ranks } => {
                for rank in ranks {
                    shared.health.node_left(rank);
                }
            }
            ToNode::Goodbye => {
                shared.requests.say_goodbye();
                return Ok(());
            }
            ToNode::Exit { code } => {
                // Not a loss: the coordinator may be gone before this process is.
                shared.leaving.store(true, Ordering::Release);
                let before = shared.note_end(ENDED, code);
                if before & ENDED_HERE == 0 {
                    P::exit(code, "");
                }
            }
            other @ ToNode::Arenas { .. } => {
                return Err(ClusterError::Protocol(format!("{other:?} came twice")));
            }
        }
    }
}

fn answer_pair<P: Primitives>(
    shared: &Shared<P>,
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

impl<P: Primitives> Shared<P> {
    /// What a node does whose coordinator is lost.
    fn survive(&self, policy: LostPolicy, error: &ClusterError) {
        match policy {
            LostPolicy::Keep => {}
            LostPolicy::Call(call) => call(error),
            LostPolicy::EndProcess { grace } => {
                let deadline = P::now() + grace;
                let mut dropped = self.dropped.lock();
                while !*dropped {
                    let left = deadline.saturating_sub(P::now());
                    if left.is_zero() {
                        let rank = self.rank;
                        let last =
                            format!("pangea: rank {rank}: {error}; this process ends with its job");
                        P::exit(LostPolicy::EXIT_CODE, &last);
                    }
                    dropped = self.drop_noticed.wait_for(&self.dropped, dropped, left);
                }
            }
        }
    }
}
