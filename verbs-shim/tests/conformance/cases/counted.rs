//! The decorator that counts.

use verbs_shim::provider::{Counted, Counts};
use verbs_shim::{Atomic, Fabric, Update, WorkRequest};

use crate::context::{Context, Outcome, Rig, Verdict};
use crate::testbed::Tested;

pub(super) fn counts_are_exact(context: &Context) -> Outcome {
    let fabric = Fabric::new(Counted::new(context.provider()?));
    let mut rig = Rig::new(fabric, context.peer()?, 65536)?;
    let mut want = Counts { queue_pairs: 1, ..Counts::default() };
    let check = |rig: &Rig<Counted<Tested>>, want: Counts, what: &str| {
        let counts = rig.fabric.provider().counts();
        if counts == want {
            Ok(())
        } else {
            Err(format!("{what}: counted {counts:?}, should be {want:?}"))
        }
    };
    check(&rig, want, "before any work")?;

    let (a, b) = (rig.local.slice(0..100)?, rig.local.slice(128..136)?);
    rig.wire.batch(&[
        WorkRequest::write(a, rig.remote.at(0)),
        WorkRequest::write_inline(&[1; 16], rig.remote.at(200)),
        WorkRequest::read(a, rig.remote.at(300)),
        WorkRequest::fetch_add(1, b, rig.remote.at(1024)),
        WorkRequest::compare_swap(1, 2, b, rig.remote.at(1024)).signaled(),
    ])?;
    want = Counts {
        reads: 1,
        writes: 2,
        atomics: 2,
        bytes_read: 100,
        bytes_written: 116,
        round_trips: 1,
        queue_pairs: 1,
    };
    check(&rig, want, "a batch")?;

    // What is refused is not counted.
    let misaligned = WorkRequest::fetch_add(1, b, rig.remote.at(1025));
    if rig.wire.pair.post(&[WorkRequest::read(a, rig.remote.at(0)), misaligned]).is_ok() {
        return Err("a misaligned atomic was posted".into());
    }
    check(&rig, want, "a refused batch")?;

    let in_place = rig.fabric.capabilities().in_place;
    let wrote = rig.wire.pair.write_in_place(&[1; 24], rig.remote.at(0));
    let read = rig.wire.pair.read_in_place(rig.remote.at(0), &mut [0; 40]);
    let added = rig.wire.pair.atomic_in_place(Atomic::FetchAdd { add: 1 }, rig.remote.at(8));
    if in_place {
        wrote.ok_or("no WRITE")??;
        read.ok_or("no READ")??;
        added.ok_or("no atomic")??;
        want = want
            + Counts {
                reads: 1,
                writes: 1,
                atomics: 1,
                bytes_read: 40,
                bytes_written: 24,
                round_trips: 3,
                ..Counts::default()
            };
    }
    check(&rig, want, "operations in place")?;

    if let Some(window) = rig.wire.pair.window(rig.remote.at(0)) {
        let done = window.read(0, &mut [0; 40])
            && window.load(0).is_some()
            && window.write(&[1; 24], 0)
            && window.write(&[1; 8], 0)
            && window.atomic(Atomic::FetchAdd { add: 1 }, 8).is_some()
            && window.update(Update::Xor, 1, 8);
        let refused = [window.read(65536, &mut [0; 8]), window.update(Update::Add, 1, 65536)];
        if !done || refused != [false; 2] {
            return Err("a window was wrong".into());
        }
        want = want
            + Counts {
                reads: 2,
                writes: 2,
                atomics: 2,
                bytes_read: 48,
                bytes_written: 32,
                round_trips: 6,
                ..Counts::default()
            };
    }
    check(&rig, want, "operations through a window")?;

    // Pairs that are gone stay counted.
    rig.reconnect()?;
    want.queue_pairs += 1;
    check(&rig, want, "a new pair")?;
    rig.wire.one(WorkRequest::read(rig.local.slice(0..100)?, rig.remote.at(0)))?;
    let one = Counts { reads: 1, bytes_read: 100, round_trips: 1, ..Counts::default() };
    check(&rig, want + one, "work on a new pair")?;
    Ok(Verdict::Passed)
}
