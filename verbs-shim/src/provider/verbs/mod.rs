//! [`Verbs`]: rdma-core, and so InfiniBand, RoCE and soft-RoCE alike.
//!
//! The library is loaded when the provider is opened, so programs need no rdma-core to be built or
//! started.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `abi.rs` | the library's binary interface |
//! | `library.rs` | loading it |
//! | `options.rs`, `info.rs`, `choice.rs` | what was asked for, what is there, what is taken |
//! | `context.rs` | an opened device, and its protection domain |
//! | `memlock.rs`, `region.rs` | pinning and registering memory |
//! | `card.rs`, `path.rs` | what peers tell each other, and what follows from it |
//! | `queue_pair.rs`, `completion_queue.rs`, `status.rs` | posting and completing |
//!
//! # Who keeps whom alive
//!
//! ```text
//! library <── context <── protection domain <──┬── region ──> memory
//!                                              └── completion queue <── queue pair
//! ```
//!
//! Each object holds what its arrow points to, so whatever the user drops first, the device sees
//! them go in the order that it wants.

#[cfg_attr(
    not(feature = "abi-oracle"),
    expect(dead_code, reason = "fields that only keep others in their place")
)]
#[doc(hidden)]
pub mod abi;
mod card;
mod choice;
mod completion_queue;
mod context;
mod info;
mod library;
mod memlock;
mod options;
mod path;
mod queue_pair;
mod region;
mod status;

use std::fmt;
use std::io;
use std::sync::Arc;

pub use completion_queue::VerbsCompletionQueue;
pub use info::{DeviceInfo, Gid, GidInfo, GidKind, LinkLayer, PortInfo, PortState};
pub use options::VerbsOptions;
pub use queue_pair::VerbsQueuePair;

use self::card::RegionCard;
use self::context::{Context, Device, mtu_code};
use self::library::Library;
use self::path::{Endpoint, MAX_READS};
use self::queue_pair::RawPair;
use super::{Portable, Provider};
use crate::capabilities::{Capabilities, WriteOrder};
use crate::card::Card;
use crate::error::{Error, OpenError};
use crate::memory::Memory;
use crate::queue_pair::QueuePairConfig;
use crate::region::{Access, Registration, RemoteRegion};

/// Inline sizes to try, in bytes, until the device accepts one. The first fills four 64-byte slots
/// of a queue on common NICs; beyond that, fetching the data costs less than carrying it.
const INLINE_SIZES: [u32; 7] = [220, 188, 124, 60, 28, 12, 0];

/// An RDMA device, opened through rdma-core.
pub struct Verbs {
    device: Arc<Device>,
    endpoint: Arc<Endpoint>,
    capabilities: Capabilities,
    max_inline: u32,
    max_region: u64,
    max_completions: u32,
}

impl Verbs {
    /// Loads the library, chooses device, port and address, and opens the device. The limit of
    /// locked memory is raised as far as the process may.
    ///
    /// # Errors
    /// [`OpenError`], which tells the four faces of "no RDMA here" apart, and says for a machine
    /// with devices why none of them can be used.
    pub fn open(options: &VerbsOptions) -> Result<Verbs, OpenError> {
        let mut opened = open_all(options)?;
        let infos: Vec<DeviceInfo> = opened.iter().map(|(info, _)| info.clone()).collect();
        let not_usable = |reason| {
            let present: Vec<String> = infos.iter().map(DeviceInfo::to_string).collect();
            OpenError::NotUsable { reason, present: present.join(" | ") }
        };
        let chosen = choice::choose(&infos, options).map_err(not_usable)?;
        let (info, context) = opened.swap_remove(chosen.device);
        drop(opened);
        // The choice passes over devices that could not be opened or have no atomics.
        let (Some(context), Some(atomicity)) = (context, info.atomicity) else {
            return Err(not_usable(format!("{} cannot be opened", info.name)));
        };
        let failed = |operation| move |source| OpenError::Failed { operation, source };
        let attributes = context.attributes().map_err(failed("ibv_query_device"))?;
        let on_demand_paging = context.on_demand_paging();
        let device = Device::new(context).map_err(failed("ibv_alloc_pd"))?;
        memlock::raise();

        let max_completions = positive(attributes.max_cqe);
        let max_inline = probe_inline(&device)?;
        let port = &info.ports[chosen.port];
        let endpoint = Endpoint::new(
            port,
            chosen.gid,
            options.gid_index.is_some(),
            mtu_code(port.mtu),
            reads(attributes.max_qp_init_rd_atom),
            reads(attributes.max_qp_rd_atom),
        );
        let capabilities = Capabilities {
            provider: "verbs",
            device: info.name,
            atomicity,
            write_order: WriteOrder::InOrder,
            in_place: false,
            max_inline: max_inline as usize,
            max_outstanding_reads: endpoint.initiates.min(endpoint.answers).into(),
            max_message: port.max_message as usize,
            max_send_depth: positive(attributes.max_qp_wr).min(max_completions),
            max_completions,
            on_demand_paging,
            pins_memory: true,
            link_gbps: port.link_gbps,
            mtu: Some(port.mtu),
        };
        Ok(Verbs {
            device,
            endpoint: Arc::new(endpoint),
            capabilities,
            max_inline,
            max_region: attributes.max_mr_size,
            max_completions,
        })
    }

    /// The port in use, counted from 1.
    pub fn port(&self) -> u8 {
        self.endpoint.port
    }

    /// The address in use; on InfiniBand there may be none.
    pub fn gid(&self) -> Option<GidInfo> {
        self.endpoint.gid
    }
}

impl fmt::Debug for Verbs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verbs")
            .field("device", &self.capabilities.device)
            .field("port", &self.endpoint.port)
            .field("gid", &self.endpoint.gid)
            .finish_non_exhaustive()
    }
}

/// Describes every RDMA device of this machine, also those that are not usable. Opens each for a
/// moment.
///
/// # Errors
/// The four faces of "no RDMA here", as [`Verbs::open`].
pub fn devices(options: &VerbsOptions) -> Result<Vec<DeviceInfo>, OpenError> {
    Ok(open_all(options)?.into_iter().map(|(info, _)| info).collect())
}

/// Opens and describes all devices; one that cannot be opened has no context.
fn open_all(options: &VerbsOptions) -> Result<Vec<(DeviceInfo, Option<Context>)>, OpenError> {
    let library = Library::load(options.library.as_ref())?;
    let list = library.devices()?;
    let opened = list.iter().map(|listed| match Context::open(&listed) {
        Ok(context) => (context.describe(listed.transport()), Some(context)),
        Err(error) => (DeviceInfo::closed(listed.name(), &error), None),
    });
    Ok(opened.collect())
}

/// The longest inline WRITE that the device takes, found by making queue pairs.
fn probe_inline(device: &Arc<Device>) -> Result<u32, OpenError> {
    let queue = VerbsCompletionQueue::new(device, 1, 1).map_err(|error| match error {
        Error::System { source, .. } => OpenError::Failed { operation: "ibv_create_cq", source },
        other => OpenError::Failed { operation: "ibv_create_cq", source: io::Error::other(other) },
    })?;
    let mut last = None;
    for size in INLINE_SIZES {
        match RawPair::create(&queue.queue, 1, size) {
            Ok(_) => return Ok(size),
            Err(error) => last = Some(error),
        }
    }
    let source = last.unwrap_or_else(|| io::Error::from_raw_os_error(libc::EINVAL));
    Err(OpenError::Failed { operation: "ibv_create_qp", source })
}

/// A limit as the device gives it; some say 0 or -1 for what they do not have.
fn positive(limit: i32) -> u32 {
    u32::try_from(limit).unwrap_or(0)
}

/// A number of READs and atomics in flight. Every device has one at least, whatever it says.
fn reads(limit: i32) -> u8 {
    limit.clamp(1, MAX_READS.into()) as u8
}

// SAFETY: a completion queue and its pairs share the device's queue object. The library's objects belong to no thread, and
// all else is behind an `Arc`.
unsafe impl Portable for Verbs {}

impl Provider for Verbs {
    type CompletionQueue = VerbsCompletionQueue;
    type QueuePair = VerbsQueuePair;

    #[inline]
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn register(&self, memory: &Arc<Memory>, access: Access) -> Result<Registration, Error> {
        region::register(&self.device, self.max_region, memory, access)
    }

    fn import(&self, card: &Card) -> Result<RemoteRegion, Error> {
        let RegionCard { rkey, addr, len } = RegionCard::decode(card)?;
        Ok(RemoteRegion::new(addr, len, rkey, None, Arc::new(())))
    }

    fn completion_queue(&self, depth: u32) -> Result<VerbsCompletionQueue, Error> {
        VerbsCompletionQueue::new(&self.device, depth, self.max_completions)
    }

    fn queue_pair(
        &self,
        queue: &mut VerbsCompletionQueue,
        config: &QueuePairConfig,
    ) -> Result<VerbsQueuePair, Error> {
        if !Arc::ptr_eq(&queue.queue.device, &self.device) {
            return Err(Error::DeviceFailed {
                device: self.capabilities.device.clone(),
                reason: "the completion queue was made by another opening of a device".to_owned(),
            });
        }
        VerbsQueuePair::new(queue, &self.endpoint, self.max_inline, config)
    }
}
