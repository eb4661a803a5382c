//! Teardown in any order, with work outstanding, while others live.

use libtest_mimic::Failed;
use verbs_shim::{QueuePairConfig, WorkRequest};

use super::data::home;
use crate::context::{Context, Outcome, Verdict, loopback};
use crate::testbed::Tested;
use crate::wire::word_at;

/// The objects of a connection to ourselves, each to be dropped on its own.
const OBJECTS: usize = 6;

pub(super) fn objects_go_in_any_order_with_work_outstanding(context: &Context) -> Outcome {
    let orders = permutations(OBJECTS);
    let wanted = context.repeat(orders.len() as u64, 20) as usize;
    // All of them, or ones that are spread evenly over them.
    for order in orders.iter().step_by(orders.len().div_ceil(wanted)) {
        drop_in_order(context, order).map_err(|e| format!("{order:?}: {}", text(&e)))?;
    }
    let mut rig = context.rig(4096)?;
    rig.works(0)?;
    Ok(Verdict::Passed)
}

fn text(error: &Failed) -> String {
    error.message().unwrap_or_default().to_owned()
}

fn drop_in_order(context: &Context, order: &[usize]) -> Result<(), Failed> {
    let fabric = context.fabric()?;
    let remote_home = home(&fabric, 65536)?;
    let local = home(&fabric, 65536)?;
    let remote = fabric.import(&remote_home.card())?;
    let config = QueuePairConfig::default();
    let queue = fabric.completion_queue(2 * (config.depth + 1))?;
    let here = fabric.queue_pair(&queue, &config)?;
    let there = fabric.queue_pair(&queue, &config)?;
    let (card_here, card_there) = (here.card(), there.card());
    let (mut here, there) = (here.connect(&card_there)?, there.connect(&card_here)?);
    for i in 0..20 {
        let read = WorkRequest::read(local.slice(0..30_000)?, remote.at(0));
        let write = WorkRequest::write(local.slice(30_000..60_000)?, remote.at(30_000));
        let add = WorkRequest::fetch_add(1, local.slice(60_000..60_008)?, remote.at(65_528));
        here.post(&[read, write, if i % 2 == 0 { add.signaled() } else { add }])?;
    }
    let mut objects: [Option<Box<dyn std::any::Any>>; OBJECTS] = [
        Some(Box::new(fabric)),
        Some(Box::new((remote_home, remote))),
        Some(Box::new(local)),
        Some(Box::new(queue)),
        Some(Box::new(here)),
        Some(Box::new(there)),
    ];
    for object in order {
        objects[*object] = None;
    }
    Ok(())
}

fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![vec![]];
    }
    let insert = |order: &Vec<usize>, at: usize| {
        let mut order = order.clone();
        order.insert(at, n - 1);
        order
    };
    let shorter = permutations(n - 1);
    shorter.iter().flat_map(|order| (0..n).map(move |at| insert(order, at))).collect()
}

pub(super) fn a_pair_goes_while_others_of_its_queue_live(context: &Context) -> Outcome {
    let fabric = context.fabric()?;
    let region = home(&fabric, 65536)?;
    let remote = fabric.import(&region.card())?;
    let config = QueuePairConfig { depth: 16, ..Default::default() };
    let queue = fabric.completion_queue(5 * (config.depth + 1))?;
    let connect = || -> Result<_, Failed> {
        let (a, b) = (fabric.queue_pair(&queue, &config)?, fabric.queue_pair(&queue, &config)?);
        let (card_a, card_b) = (a.card(), b.card());
        Ok((a.connect(&card_b)?, b.connect(&card_a)?))
    };
    let (mut stays, _other) = connect()?;
    let (local, add) = (region.slice(0..8)?, remote.at(1024));
    let rounds = context.repeat(200, 20);
    for round in 0..rounds {
        let (mut goes, other) = connect()?;
        goes.post(
            &[WorkRequest::read(region.slice(8..16)?, remote.at(64)).token(1).signaled(); 9],
        )?;
        stays.post(&[WorkRequest::fetch_add(1, local, add).token(2).signaled()])?;
        if round % 2 == 0 {
            drop(other);
        }
        drop(goes);
        // Work of a pair that is gone concerns nobody any more; that of the other one comes. Then
        // room is given back, so that the next round's pairs fit.
        loop {
            let completion = queue.wait()?;
            if completion.token == 2 {
                completion.result?;
                break;
            }
        }
        while queue.poll()?.is_some() {}
    }
    if word_at(&region, 1024) != rounds {
        return Err(format!("{rounds} additions left {}", word_at(&region, 1024)).into());
    }
    Ok(Verdict::Passed)
}

pub(super) fn many_pairs_come_and_go(context: &Context) -> Outcome {
    let mut rig = context.rig(4096)?;
    for round in 0..context.repeat(300, 60) {
        rig.reconnect()?;
        rig.works(round % 64 * 8)?;
    }
    // And many at once.
    let fabric = rig.fabric.clone();
    let count = context.repeat(100, 60);
    let mut pairs = Vec::new();
    for _ in 0..count {
        pairs.push(loopback::<Tested>(&fabric, &QueuePairConfig::default())?);
    }
    let region = home(&fabric, 4096)?;
    let remote = fabric.import(&region.card())?;
    for (wire, other) in &mut pairs {
        wire.one(WorkRequest::fetch_add(1, region.slice(0..8)?, remote.at(64)))?;
        other.one(WorkRequest::fetch_add(1, region.slice(0..8)?, remote.at(64)))?;
    }
    if word_at(&region, 64) != 2 * count {
        return Err(format!("{count} pairs counted to {}", word_at(&region, 64)).into());
    }
    Ok(Verdict::Passed)
}
