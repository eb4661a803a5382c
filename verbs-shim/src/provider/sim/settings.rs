//! How the network behaves: latencies, and which faults happen how often.

use super::Nanos;

/// How the network behaves. The default is a sound network with figures like those of hardware: READs
/// tear, atomics have a gap, failed pairs leave requests in flight, but no fault happens by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long things take.
    pub latency: Latency,
    /// What goes wrong by itself, and how often.
    pub faults: Faults,
    /// Atomics are two events, a load and a later store, with only the atomics of the same NIC kept
    /// out in between. Otherwise one event.
    pub atomic_gap: bool,
    /// The cache lines of one READ or WRITE are taken in any order. Otherwise in that of addresses.
    pub line_reordering: bool,
    /// So many cache lines of a READ are taken at the same moment. A search of programs that read whole pages takes many.
    pub lines_at_once: u32,
    /// Requests still in flight when their initiator fails or dies arrive within this time, as many of
    /// them (from the oldest on) as chance has it. 0: none of them arrives.
    pub late: Nanos,
    /// Memory that is registered has files, as that of real nodes has. It counts from the beginning then, and each piece of it
    /// takes a file descriptor, so this is for few nodes.
    pub files: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            latency: Latency::default(),
            faults: Faults::default(),
            atomic_gap: true,
            line_reordering: true,
            lines_at_once: 1,
            late: 100_000,
            files: false,
        }
    }
}

/// How long things take, in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latency {
    /// One way, at least.
    pub one_way: Nanos,
    /// Up to so much more, each time anew.
    pub jitter: Nanos,
    /// From one cache line of a READ or WRITE to the next, at most.
    pub line: Nanos,
    /// From the load of an atomic to its store, at most.
    pub atomic: Nanos,
    /// A straggler, and a request that is interrupted, takes up to so much more.
    pub straggler: Nanos,
}

impl Default for Latency {
    fn default() -> Latency {
        Latency { one_way: 800, jitter: 400, line: 40, atomic: 150, straggler: 50_000 }
    }
}

/// What goes wrong by itself: each a chance per million, drawn for each request. 0, the default,
/// is never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// A request takes much longer than others, and all behind it on its pair wait.
    pub straggler: u32,
    /// A request is sent again though it had arrived.
    pub duplicate: u32,
    /// A request is lost, and sent again after the pair's timeout.
    pub lost_request: u32,
    /// An answer is lost, and the request sent again after the pair's timeout.
    pub lost_answer: u32,
    /// Between two cache lines of a READ or WRITE, or between an atomic's load and its store, much time
    /// passes; drawn each time.
    pub interrupted: u32,
    /// From this request on nothing arrives at the responder any more: it ends as
    /// [`Status::RetryExceeded`](crate::Status::RetryExceeded), without effect until then.
    pub broken_before: u32,
    /// From this request on no answer arrives any more: it ends as
    /// [`Status::RetryExceeded`](crate::Status::RetryExceeded), having taken effect.
    pub broken_after: u32,
    /// In the midst of a WRITE nothing arrives at the responder any more: it ends as
    /// [`Status::RetryExceeded`](crate::Status::RetryExceeded), with some of its cache lines placed;
    /// drawn for each but the last.
    pub broken_midway: u32,
}

impl Faults {
    /// All faults that a connection absorbs, each with this chance per million: to programs they look
    /// like a slow network.
    pub fn absorbed(chance: u32) -> Faults {
        Faults {
            straggler: chance,
            duplicate: chance,
            lost_request: chance,
            lost_answer: chance,
            interrupted: chance,
            ..Faults::default()
        }
    }
}

/// How often each fault really happened since the network was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCounts {
    /// Requests that took much longer than others.
    pub stragglers: u64,
    /// Requests that arrived again, and were absorbed by the responder.
    pub duplicates: u64,
    /// Requests that were lost and sent again.
    pub lost_requests: u64,
    /// Answers that were lost, their requests sent again.
    pub lost_answers: u64,
    /// READs, WRITEs and atomics that stopped for long when they had begun.
    pub interrupted: u64,
    /// Requests that ended as `RetryExceeded` without having taken effect until then.
    pub given_up_before: u64,
    /// WRITEs that ended as `RetryExceeded` with some of their cache lines placed.
    pub given_up_midway: u64,
    /// Requests that ended as `RetryExceeded` and had taken effect.
    pub given_up_after: u64,
    /// READs with a change of their range between their first and their last cache line.
    pub torn_reads: u64,
    /// READs that were passed: a later WRITE or atomic of their pair began before their last line.
    pub passed_reads: u64,
    /// Requests executed after one that the same machine had posted later on another pair.
    pub reordered: u64,
    /// Requests executed after their initiator had failed or died.
    pub late_arrivals: u64,
    /// WRITEs and atomics in flight that the responder's end refused because it had been failed or
    /// was gone.
    pub fenced: u64,
    /// Stores to a word between load and store of a NIC's atomic, by a CPU or a WRITE, that the atomic
    /// overwrote.
    pub lost_to_atomics: u64,
}
