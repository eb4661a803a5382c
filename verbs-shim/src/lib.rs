//! A thin, safe, typed layer over one-sided RDMA.
//!
//! The layer has the semantics of verbs on a reliable connection (RC) and nothing that a real NIC
//! cannot do in hardware: READ, WRITE, compare-and-swap and fetch-and-add on registered memory of
//! another process, posted in batches to a queue pair and completed on a completion queue. It knows
//! nothing of jobs, segments or coherence, and can be used alone.
//!
//! | object | what it is | threads |
//! | --- | --- | --- |
//! | [`Fabric`] | an opened provider | shared by all threads |
//! | [`Region`] | registered memory; owns its mapping | shared by all threads |
//! | [`CompletionQueue`] | where signaled work ends up | stays on its thread |
//! | [`QueuePair`] | a connection to one peer; work is posted here | stays on its thread |
//! | [`Bundle`] | a completion queue, its queue pairs and a buffer as one | goes from thread to thread |
//!
//! A process shows its peers a [`Card`] for each region ([`Region::card`]) and for each queue pair
//! ([`UnconnectedQueuePair::card`]); how cards travel is the business of whoever uses the layer.
//!
//! # Example
//!
//! One process that reads its own memory through the software NIC:
//!
//! ```
//! use verbs_shim::{Access, Fabric, Memory, QueuePairConfig, WorkRequest, provider::Shm};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fabric = Fabric::new(Shm::open()?);
//! let region = fabric.register(Memory::allocate(4096)?, Access::all())?;
//! region.memory().write(0, b"hello");
//!
//! let queue = fabric.completion_queue(130)?;
//! let here = fabric.queue_pair(&queue, &QueuePairConfig::default())?;
//! let there = fabric.queue_pair(&queue, &QueuePairConfig::default())?;
//! let (card_here, card_there) = (here.card(), there.card());
//! let mut here = here.connect(&card_there)?;
//! let _there = there.connect(&card_here)?;
//!
//! let remote = fabric.import(&region.card())?;
//! here.post(&[WorkRequest::read(region.slice(64..69)?, remote.at(0)).signaled()])?;
//! let completion = queue.wait()?;
//! completion.result?;
//!
//! let mut copy = [0; 5];
//! region.memory().read(64, &mut copy);
//! assert_eq!(&copy, b"hello");
//! # Ok(())
//! # }
//! ```

mod bundle;
mod capabilities;
mod card;
mod cell;
mod completion;
mod copy;
mod error;
mod fabric;
mod local;
mod machine;
mod memory;
pub mod provider;
mod queue_pair;
mod region;
mod window;
mod work_request;

pub use bundle::{Bundle, Pairs, Unposted};
pub use capabilities::{Atomicity, Capabilities, WriteOrder};
pub use card::Card;
pub use cell::SharedCell;
pub use completion::{Completion, CompletionQueue};
pub use error::{ConnectError, Error, OpenError, PostError, Status, WorkError};
pub use fabric::Fabric;
pub use local::with_local;
pub use machine::{MachineMemory, machine_memory};
pub use memory::{HugePages, Memory};
pub use queue_pair::{Executed, QueuePair, QueuePairConfig, UnconnectedQueuePair};
pub use region::{Access, Region, Registration, RemoteAddr, RemoteRegion, Rkey, Slice};
pub use window::{Update, Window, Windows, WindowsByPeer};
pub use work_request::{Atomic, OperationKind, WorkRequest};
