//! What nodes ask for: queue pairs with each other, and segments.

use verbs_shim::Card;

use super::super::super::Rank;
use super::super::super::catalog::{ClearOrder, Granted};
use super::super::super::error::Refusal;
use super::super::super::message::{Answer, RequestId, ToCoordinator, ToNode};
use super::super::super::segment::SegmentSpec;
use super::{MAX_REASON, Member, State, Violation};

/// A request to connect a pair, on its way to the peer and back.
#[derive(Debug)]
pub(super) struct Relay {
    from: Rank,
    request: RequestId,
    to: Rank,
}

/// A request for a segment that waits for memory to be cleared.
#[derive(Debug)]
pub(super) struct Parked {
    from: Rank,
    request: RequestId,
    spec: SegmentSpec,
}

impl State {
    pub(super) fn connect_pair(&mut self, from: Rank, request: RequestId, to: Rank, card: Card) {
        let refusal = match self.members.get(to.index()) {
            Some(Member::Present { .. }) => None,
            Some(Member::Dead { reason }) => {
                Some(Refusal::NodeDied { rank: to, reason: reason.clone() })
            }
            // While anybody asks, nobody has been told to go.
            Some(Member::Vacant | Member::Gone) | None => Some(Refusal::PairRefused {
                rank: to,
                reason: format!("it is no member of this job of {} nodes", self.size),
            }),
        };
        if let Some(refusal) = refusal {
            self.reply(from, request, Err(refusal));
            return;
        }
        let relay = self.next_relay;
        self.next_relay += 1;
        self.relays.insert(relay, Relay { from, request, to });
        self.send_with(to, ToNode::PairRequest { relay, from, card: card.bytes }, card.fds);
    }

    pub(super) fn pair_answered(
        &mut self,
        by: Rank,
        relay: u64,
        result: Result<Card, String>,
    ) -> Result<(), Violation> {
        match self.relays.get(&relay) {
            // Whoever asked has died.
            None => return Ok(()),
            Some(asked) if asked.to != by => return Err("it answers for another node".to_owned()),
            Some(_) => {}
        }
        let Some(Relay { from, request, .. }) = self.relays.remove(&relay) else {
            return Ok(());
        };
        match result {
            Ok(card) => {
                let result = Ok(Answer::Pair { card: card.bytes });
                self.send_with(from, ToNode::Reply { request, result }, card.fds);
            }
            Err(reason) => {
                let reason = reason.chars().take(5 * MAX_REASON).collect();
                self.reply(from, request, Err(Refusal::PairRefused { rank: by, reason }));
            }
        }
        Ok(())
    }

    /// Requests about segments, of a node that may make them.
    pub(super) fn serve(&mut self, from: Rank, message: ToCoordinator) {
        let Some(catalog) = &mut self.catalog else { return };
        match message {
            ToCoordinator::CreateOrAttach { request, spec } => self.create(from, request, spec),
            ToCoordinator::Attach { request, name } => {
                let result = catalog.attach(from, &name).map(Answer::Segment);
                self.reply(from, request, result);
            }
            ToCoordinator::Release { request, id } => match catalog.release(from, id) {
                Ok(orders) => {
                    self.reply(from, request, Ok(Answer::Released));
                    self.order_clearing(orders);
                }
                Err(refusal) => self.reply(from, request, Err(refusal)),
            },
            ToCoordinator::Catalog { request, after } => {
                let (entries, more) = catalog.page(after.as_deref());
                self.reply(from, request, Ok(Answer::Catalog { entries, more }));
            }
            _ => {}
        }
    }

    fn create(&mut self, from: Rank, request: RequestId, spec: SegmentSpec) {
        let Some(catalog) = &mut self.catalog else { return };
        match catalog.create_or_attach(from, &spec, self.epoch) {
            Ok(Granted::Segment(descriptor)) => {
                self.reply(from, request, Ok(Answer::Segment(descriptor)));
            }
            Ok(Granted::Later) => self.parked.push_back(Parked { from, request, spec }),
            Err(refusal) => self.reply(from, request, Err(refusal)),
        }
    }

    pub(super) fn order_clearing(&mut self, orders: Vec<ClearOrder>) {
        for ClearOrder { clear, home, offset, len } in orders {
            self.send(home, ToNode::Clear { clear, offset, len });
        }
    }

    pub(super) fn cleared(&mut self, home: Rank, clear: u64) -> Result<(), Violation> {
        let known = self.catalog.as_mut().is_some_and(|catalog| catalog.cleared(home, clear));
        if !known {
            return Err("it cleared what it was not asked to".to_owned());
        }
        self.retry_parked();
        Ok(())
    }

    /// Those who still have to wait are parked again, in the same order.
    pub(super) fn retry_parked(&mut self) {
        for Parked { from, request, spec } in std::mem::take(&mut self.parked) {
            self.create(from, request, spec);
        }
    }

    pub(super) fn forget_requests_of(&mut self, rank: Rank) {
        self.parked.retain(|parked| parked.from != rank);
        self.relays.retain(|_, relay| relay.from != rank);
    }

    /// Answers what a node was asked that died.
    pub(super) fn refuse_requests_to(&mut self, rank: Rank, reason: &str) {
        let to_it = self.relays.extract_if(.., |_, relay| relay.to == rank);
        for (_, Relay { from, request, .. }) in to_it.collect::<Vec<_>>() {
            let refusal = Refusal::NodeDied { rank, reason: reason.to_owned() };
            self.reply(from, request, Err(refusal));
        }
    }
}
