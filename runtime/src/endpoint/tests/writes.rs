//! Writes that nobody waits for.

use verbs_shim::Status;

use super::work;
use crate::cluster::{ClusterError, Epoch, Rank};
use crate::collections::Array;
use crate::endpoint::Place;
use crate::error::Error;
use crate::testing::{Faults, Job, Paced, TestNode};

/// Runs `program` on rank 0 of a job of three, with an array at rank 1.
fn on_rank_0(program: impl Fn(&TestNode, &Array<u64, Paced>) + Send + Sync + 'static) {
    Job::of(3).run(move |node| {
        let array = node.array("data").len(1 << 10).on_node(1).create().unwrap();
        node.barrier().unwrap();
        if node.rank() == 0 {
            program(node, &array);
        }
    });
}

/// When a device flushes what is behind a failure: late, or not before it is asked to.
const FLUSHES: [fn(&Faults); 2] = [|faults| faults.late_flushes(2000), Faults::flush_on_demand];

#[test]
fn reads_behind_a_lost_write_end_whenever_they_are_flushed() {
    for flushes in FLUSHES {
        on_rank_0(move |node, array| {
            flushes(&node.faults);
            node.faults.fail(1, 0, Status::RetryExceeded);
            array.put_nb(1, &[2]).unwrap();
            let transfers: Vec<_> = (0..3).map(|_| array.get_nb(0, 8).unwrap()).collect();
            for transfer in transfers {
                assert_eq!(work(transfer.wait()).status, Status::Flushed);
            }
            assert_eq!(work(array.put(2, 3)).status, Status::RetryExceeded);
            array.put(2, 3).unwrap();
            assert_eq!([array.get(1).unwrap(), array.get(2).unwrap()], [0, 3]);
        });
    }
}

#[test]
fn the_next_use_of_a_failed_pair_drains_it_whenever_it_is_flushed() {
    for flushes in FLUSHES {
        on_rank_0(move |node, array| {
            flushes(&node.faults);
            node.faults.fail(1, 0, Status::RetryExceeded);
            array.put_nb(1, &[2]).unwrap();
            let transfers: Vec<_> = (0..3).map(|_| array.get_nb(0, 8).unwrap()).collect();
            node.endpoint.with(|thread| thread.progress()).unwrap();
            assert_eq!(work(array.put(2, 3)).status, Status::RetryExceeded);
            for transfer in transfers {
                assert_eq!(work(transfer.wait()).status, Status::Flushed);
            }
            array.put(2, 3).unwrap();
            assert_eq!([array.get(1).unwrap(), array.get(2).unwrap()], [0, 3]);
        });
    }
}

#[test]
fn quiet_reports_a_write_to_a_home_that_dies() {
    for late in [0, 2000] {
        on_rank_0(move |node, array| {
            node.faults.silence(1);
            node.faults.late_flushes(late);
            array.put_nb(1, &[2]).unwrap();
            node.endpoint.health().node_died(Rank(1), "killed".to_owned(), Epoch(9));
            match node.quiet() {
                Err(Error::Cluster(ClusterError::NodeDied { rank: Rank(1), .. })) => {}
                other => panic!("a lost write: {other:?}"),
            }
        });
    }
}

#[test]
fn silent_work_of_a_home_that_dies_ends() {
    on_rank_0(|node, array| {
        let elsewhere = node.array::<u64>("elsewhere").len(8).on_node(2).create().unwrap();
        array.put(0, 1).unwrap();
        // It takes effect, and nobody hears of it.
        array.put_nb(1, &[2]).unwrap();
        node.endpoint.health().node_died(Rank(1), "killed".to_owned(), Epoch(9));
        // A long wait for others, in which the pair to the dead home is failed.
        node.faults.late_flushes(5000);
        node.faults.fail(2, 0, Status::RetryExceeded);
        elsewhere.put_nb(0, &[1]).unwrap();
        assert_eq!(work(elsewhere.get_nb(0, 8).unwrap().wait()).status, Status::Flushed);
        assert_eq!(work(node.quiet()).peer, 2);
        node.quiet().unwrap();
        assert!(matches!(array.put(1, 1), Err(Error::Cluster(ClusterError::NodeDied { .. }))));
    });
}

#[test]
fn a_flag_is_not_written_before_the_loss_of_its_data_is_told() {
    on_rank_0(|node, array| {
        node.faults.fail(1, 0, Status::RetryExceeded);
        array.put_nb(0, &[42]).unwrap();
        // The first of these is flushed with the data, as nobody has heard of the failure yet.
        assert_eq!(work(array.put(1, 1)).status, Status::Flushed);
        assert_eq!(work(array.put(1, 1)).status, Status::RetryExceeded);
        assert_eq!([array.get(0).unwrap(), array.get(1).unwrap()], [0, 0]);
        array.put(1, 1).unwrap();
        assert_eq!([array.get(0).unwrap(), array.get(1).unwrap()], [0, 1]);
    });
}

#[test]
fn a_flag_is_not_written_after_other_work_has_seen_the_failure_of_its_data() {
    on_rank_0(|node, array| {
        let own = node.array::<u64>("own").len(1).on_node(0).create().unwrap();
        node.faults.fail(1, 0, Status::RetryExceeded);
        array.put_nb(0, &[42]).unwrap();
        own.fetch_add(0, 1).unwrap();
        assert_eq!(work(array.put(1, 1)).status, Status::RetryExceeded);
        assert_eq!([array.get(0).unwrap(), array.get(1).unwrap()], [0, 0]);
        array.put(1, 1).unwrap();
        assert_eq!(array.get(1).unwrap(), 1);
    });
}

#[test]
fn a_failure_is_told_once_and_where_it_belongs() {
    on_rank_0(|node, array| {
        let elsewhere = node.array::<u64>("elsewhere").len(8).on_node(2).create().unwrap();
        node.faults.fail(1, 0, Status::RetryExceeded);
        node.faults.fail(2, 0, Status::RemoteOperation);
        array.put_nb(0, &[42]).unwrap();
        elsewhere.put_nb(0, &[42]).unwrap();
        node.endpoint.with(|thread| thread.progress()).unwrap();
        // The use of one home says nothing of the other.
        let first = work(elsewhere.put(1, 1));
        assert_eq!((first.peer, first.status), (2, Status::RemoteOperation));
        elsewhere.put(1, 1).unwrap();
        let other = work(node.quiet());
        assert_eq!((other.peer, other.status), (1, Status::RetryExceeded));
        node.quiet().unwrap();
        array.put(1, 1).unwrap();
    });
}

/// Memory that belongs to no segment, at rank 1.
const PAYLOAD: Place = Place { rank: 1, offset: 1 << 20 };
const FLAG: Place = Place { rank: 1, offset: (1 << 20) + 4096 };

fn payload_and_flag(node: &TestNode, len: usize) -> (Vec<u8>, u64) {
    let (mut payload, mut flag) = (vec![0; len], [0; 8]);
    node.endpoint.read(PAYLOAD, &mut payload).unwrap();
    node.endpoint.read(FLAG, &mut flag).unwrap();
    (payload, u64::from_ne_bytes(flag))
}

/// Inside of the request, and through staging memory.
const LENGTHS: [usize; 2] = [64, 300];

#[test]
fn a_notice_never_arrives_without_its_payload() {
    for len in LENGTHS {
        on_rank_0(move |node, _| {
            let payload = vec![7; len];
            let flag = 5u64.to_ne_bytes();
            let notify = || node.endpoint.notify(Some((PAYLOAD, &payload)), (FLAG, &flag));
            node.faults.fail(1, 0, Status::RetryExceeded);
            notify().unwrap();
            let lost = work(node.quiet());
            assert_eq!((lost.status, lost.len as usize), (Status::RetryExceeded, len));
            assert_eq!(payload_and_flag(node, len), (vec![0; len], 0));
            notify().unwrap();
            node.quiet().unwrap();
            assert_eq!(payload_and_flag(node, len), (payload, 5));
        });
    }
}

#[test]
fn a_notice_is_not_sent_before_the_loss_of_earlier_data_is_told() {
    for len in LENGTHS {
        on_rank_0(move |node, array| {
            let payload = vec![7; len];
            let flag = 5u64.to_ne_bytes();
            let notify = || node.endpoint.notify(Some((PAYLOAD, &payload)), (FLAG, &flag));
            node.faults.fail(1, 0, Status::RetryExceeded);
            array.put_nb(0, &[42]).unwrap();
            node.endpoint.with(|thread| thread.progress()).unwrap();
            assert_eq!(work(notify()).status, Status::RetryExceeded);
            assert_eq!(payload_and_flag(node, len), (vec![0; len], 0));
            notify().unwrap();
            node.quiet().unwrap();
            assert_eq!(payload_and_flag(node, len), (payload, 5));
        });
    }
}

#[test]
fn a_long_write_that_fails_gives_its_slots_back() {
    on_rank_0(|node, _| {
        let bytes = node.array::<u8>("bytes").len(4 << 20).on_node(1).create().unwrap();
        let long = vec![9; 2 << 20];
        for skip in [0, 1, 15, 16, 31] {
            node.faults.fail(1, skip, Status::RetryExceeded);
            let put = bytes.put_nb(0, &long).and_then(|()| node.quiet());
            assert_eq!(work(put).status, Status::RetryExceeded, "after {skip}");
            // A failure that came up in the midst may be told for its end too.
            let _ = node.quiet();
            node.endpoint.assert_nothing_is_held();
            bytes.put_range(0, &long).unwrap();
        }
    });
}
