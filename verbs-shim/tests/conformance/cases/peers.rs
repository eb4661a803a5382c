//! Peers that die, fence, come late, go, or show damaged cards.

use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use verbs_shim::provider::{Choice, Provider};
use verbs_shim::{Access, Card, Error, Fabric, Memory, QueuePairConfig, Status, WorkRequest};

use crate::context::{Context, Outcome, Verdict, impatient};
use crate::protocol::Request;
use crate::testbed::{Kind, Tested};
use crate::wire::Wire;

/// How long a provider may take to notice.
const NOTICE: Duration = Duration::from_secs(30);

pub(super) fn a_dead_peer_is_reported(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    rig.reconnect_with(&QueuePairConfig { peer: 17, ..impatient() })?;
    rig.works(0)?;
    rig.peer.die()?;
    let request = WorkRequest::write_inline(&[1; 8], rig.remote.at(64));
    let until = Instant::now() + NOTICE;
    let error = loop {
        match rig.wire.try_one(request)? {
            Err(error) => break error,
            Ok(()) if Instant::now() > until => return Err("the peer's death goes unseen".into()),
            // Where it is seen by a thread, that takes a moment.
            Ok(()) => {}
        }
    };
    if (error.status, error.peer) != (Status::RetryExceeded, 17) {
        return Err(format!("{error}").into());
    }
    let refused = rig.wire.pair.post(&[request]).err().ok_or("posting went on")?.to_string();
    if !refused.contains("peer 17") {
        return Err(format!("which peer? {refused}").into());
    }
    Ok(Verdict::Passed)
}

/// The fence: once the home has failed its side of a pair, nothing of the initiator arrives.
pub(super) fn a_fenced_initiator_places_nothing(context: &Context) -> Outcome {
    let mut rig = context.rig(128 << 10)?;
    // Where a NIC gives up only after its time limit, each round takes that long.
    let rounds = if rig.fabric.capabilities().in_place { 40 } else { 4 };
    for round in 0..rounds {
        rig.reconnect_with(&impatient())?;
        rig.wire.one(WorkRequest::write_inline(&[1; 8], rig.remote.at(0)))?;
        let (pair, region, len) = (rig.peer_pair, rig.region, rig.remote.len());
        let peer = &mut rig.peer;
        let (wire, local, remote) = (&mut rig.wire, &rig.local, &rig.remote);
        // The home fails its side in the middle of a stream of WRITEs, long and short ones, looks
        // at its memory at once, and again when the initiator has long heard of it.
        let (before, error) = std::thread::scope(|scope| -> Result<_, Failed> {
            let home = scope.spawn(move || -> Result<Vec<u8>, Failed> {
                std::thread::sleep(Duration::from_millis(2 + round % 3));
                peer.tell(Request::FailPair { pair })?;
                peer.read(region, 0, len)
            });
            let error = write_until_refused(wire, local, remote)?;
            let before = home.join().map_err(|_| "the thread of the home has panicked")??;
            Ok((before, error))
        })?;
        if error.status != Status::RetryExceeded {
            return Err(format!("{error}").into());
        }
        if rig.peer.read(region, 0, len)? != before {
            return Err("a WRITE was placed after the fence".into());
        }
    }
    rig.reconnect()?;
    rig.works(0)?;
    Ok(Verdict::Passed)
}

fn write_until_refused<P: Provider>(
    wire: &mut Wire<P>,
    local: &verbs_shim::Region,
    remote: &verbs_shim::RemoteRegion,
) -> Result<verbs_shim::WorkError, Failed> {
    let until = Instant::now() + NOTICE;
    let mut count = 0_u64;
    while Instant::now() < until {
        count += 1;
        local.memory().write(0, &count.to_ne_bytes());
        let len = if count.is_multiple_of(4) { 100_000 } else { 8 };
        let data = local.slice(0..len)?;
        if let Err(error) = wire.try_one(WorkRequest::write(data, remote.at(count % 8 * 8)))? {
            return Ok(error);
        }
    }
    Err("WRITEs went on through a fence".into())
}

pub(super) fn a_pair_that_is_gone_is_reported(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    for initiated in [true, false] {
        rig.reconnect_with(&impatient())?;
        if initiated {
            rig.works(0)?;
        }
        rig.peer.tell(Request::DropPair { pair: rig.peer_pair })?;
        let request = WorkRequest::read(rig.local.slice(0..8)?, rig.remote.at(0));
        rig.wire.one_fails(request, Status::RetryExceeded)?;
    }
    rig.reconnect()?;
    rig.works(0)?;
    Ok(Verdict::Passed)
}

pub(super) fn a_peer_that_connects_late_is_waited_for(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    let config = QueuePairConfig::default();
    let queue = rig.fabric.completion_queue(config.depth + 1)?;
    let pair = rig.fabric.queue_pair(&queue, &config)?;
    let (id, card) = rig.peer.make_pair(&config)?;
    let ours = pair.card();
    let mut late = Wire { pair: pair.connect(&card)?, queue };
    rig.peer.start(Request::Connect { pair: id, card: ours.into(), delay_ms: 150 })?;
    late.one(WorkRequest::write_inline(&[5; 8], rig.remote.at(8)))?;
    rig.peer.finish()?;
    if rig.peer.read(rig.region, 8, 8)? != [5; 8] {
        return Err("the WRITE has not arrived".into());
    }
    // One that never connects is given up.
    let config = impatient();
    let queue = rig.fabric.completion_queue(config.depth + 1)?;
    let pair = rig.fabric.queue_pair(&queue, &config)?;
    let (_id, card) = rig.peer.make_pair(&config)?;
    let mut never = Wire { pair: pair.connect(&card)?, queue };
    let request = WorkRequest::write_inline(&[6; 8], rig.remote.at(8));
    never.one_fails(request, Status::RetryExceeded)?;
    if rig.peer.read(rig.region, 8, 8)? != [5; 8] {
        return Err("a WRITE arrived through a pair that is not connected".into());
    }
    Ok(Verdict::Passed)
}

pub(super) fn a_new_pair_goes_on_after_an_error(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    for round in 0..context.repeat(50, 60) {
        let mut bad = rig.remote.at(0);
        bad.rkey.0 ^= 0x0100_0000;
        rig.refused(|_| Ok(WorkRequest::write_inline(&[1; 8], bad)))?;
        rig.works(round % 8 * 8)?;
    }
    Ok(Verdict::Passed)
}

/// The card, with each byte changed, cut at each length, and with files missing or in the wrong
/// place.
fn damaged(card: &Card) -> Vec<Card> {
    let with = |bytes: Vec<u8>| Card { bytes, fds: card.fds.clone() };
    let mut cards = vec![Card::default(), with(vec![0xff; 300]), with(vec![0; card.bytes.len()])];
    cards.extend((0..card.bytes.len()).map(|len| with(card.bytes[..len].to_vec())));
    let mut longer = card.bytes.clone();
    longer.push(0);
    cards.push(with(longer));
    // The first bytes say what it is; a change further on may be another card that is whole.
    for at in 0..4 {
        let mut bytes = card.bytes.clone();
        bytes[at] ^= 0x20;
        cards.push(with(bytes));
    }
    if !card.fds.is_empty() {
        cards.push(Card { bytes: card.bytes.clone(), fds: vec![] });
        let mut fds = card.fds.clone();
        fds.reverse();
        fds.push(fds[0].clone());
        cards.push(Card { bytes: card.bytes.clone(), fds });
    }
    cards
}

fn connect_is_refused(fabric: &Fabric<Tested>, card: &Card) -> Result<(), Failed> {
    let queue = fabric.completion_queue(9)?;
    let config = QueuePairConfig { depth: 8, ..Default::default() };
    match fabric.queue_pair(&queue, &config)?.connect(card) {
        Ok(_) => Err(format!("connected to the card {:02x?}", card.bytes).into()),
        Err(error) if matches!(error.source, Error::BadCard { .. }) => Ok(()),
        Err(error) => Err(format!("{error}").into()),
    }
}

fn import_is_refused(fabric: &Fabric<Tested>, card: &Card) -> Result<(), Failed> {
    match fabric.import(card) {
        Ok(_) => Err(format!("imported the card {:02x?}", card.bytes).into()),
        Err(Error::BadCard { .. }) => Ok(()),
        Err(error) => Err(format!("{error}").into()),
    }
}

pub(super) fn damaged_cards_are_refused(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    let (_, region) = rig.peer.register(4096, Access::all())?;
    let (_, pair) = rig.peer.make_pair(&QueuePairConfig::default())?;
    for card in damaged(&pair) {
        connect_is_refused(&rig.fabric, &card)?;
        import_is_refused(&rig.fabric, &card)?;
    }
    for card in damaged(&region) {
        import_is_refused(&rig.fabric, &card)?;
        connect_is_refused(&rig.fabric, &card)?;
    }
    // One kind for the other.
    connect_is_refused(&rig.fabric, &region)?;
    import_is_refused(&rig.fabric, &pair)?;
    rig.works(0)?;
    Ok(Verdict::Passed)
}

pub(super) fn cards_of_another_provider_are_refused(context: &Context) -> Outcome {
    let fabric = context.fabric()?;
    let (region, pair) = match context.kind {
        // `shm` opens everywhere, so these are real.
        Kind::Job(Choice::Verbs) | Kind::Sim | Kind::FaultySim => {
            let other = crate::context::open(Choice::Shm)?;
            let memory = other.register(Memory::allocate(4096)?, Access::all())?;
            let queue = other.completion_queue(9)?;
            let config = QueuePairConfig { depth: 8, ..Default::default() };
            let pair = other.queue_pair(&queue, &config)?;
            (memory.card(), pair.card())
        }
        // As `verbs` writes them, where there may be no device to ask.
        Kind::Job(Choice::Shm) => {
            let card = |start: &[u8], len: usize| {
                let mut bytes = start.to_vec();
                bytes.resize(len, 0x11);
                Card { bytes, fds: vec![] }
            };
            (card(b"PGVR\x01\x00", 26), card(b"PGVQ\x01\x00\x02\x03", 38))
        }
    };
    import_is_refused(&fabric, &region)?;
    import_is_refused(&fabric, &pair)?;
    connect_is_refused(&fabric, &region)?;
    connect_is_refused(&fabric, &pair)?;
    Ok(Verdict::Passed)
}
