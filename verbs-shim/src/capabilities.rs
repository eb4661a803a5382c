//! What a provider can do, as types, so that the code above can decide instead of guess.

/// Against which other accesses an atomic operation on remote memory is atomic.
///
/// The InfiniBand specification calls these `IBV_ATOMIC_HCA` and `IBV_ATOMIC_GLOB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Atomicity {
    /// Only against other atomics of the same NIC. The home of a word that others touch by NIC
    /// atomics must itself go through the NIC (a loopback queue pair).
    Nic,
    /// Against the atomics of every CPU of the home too.
    System,
}

/// Whether two WRITEs of one queue pair are placed in the order in which they were posted, as a CPU
/// of the responder that polls the memory sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOrder {
    /// The earlier WRITE is visible whenever the later one is.
    InOrder,
    /// No order until the earlier WRITE has completed.
    Relaxed,
}

/// What an opened provider can do, and its limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Capabilities {
    /// The provider's name: `verbs`, `shm`.
    pub provider: &'static str,
    /// The device behind it (`mlx5_0`, `rxe0`), or what stands for it.
    pub device: String,
    /// Against what atomics are atomic.
    pub atomicity: Atomicity,
    /// The order of WRITE after WRITE on one queue pair.
    pub write_order: WriteOrder,
    /// Work takes effect within the call that posts it, without a NIC. The `*_in_place` methods of
    /// [`QueuePair`](crate::QueuePair) then execute; otherwise they return `None`.
    pub in_place: bool,
    /// The longest inline WRITE in bytes.
    pub max_inline: usize,
    /// The most READs and atomics that one queue pair keeps in flight; more are queued by the NIC.
    pub max_outstanding_reads: u32,
    /// The longest message (READ or WRITE) in bytes.
    pub max_message: usize,
    /// The most work requests that one queue pair can hold.
    pub max_send_depth: u32,
    /// The most entries that a completion queue can have.
    pub max_completions: u32,
    /// Memory may be registered without being pinned (on-demand paging).
    pub on_demand_paging: bool,
    /// Registering memory pins it, so `RLIMIT_MEMLOCK` counts.
    pub pins_memory: bool,
    /// The rate of the link in Gbit/s, where the device tells.
    pub link_gbps: Option<f64>,
    /// The path MTU in bytes, where there is one.
    pub mtu: Option<u32>,
}
