//! What a process shows its peers so that they can reach its regions and queue pairs.

use std::os::fd::OwnedFd;
use std::sync::Arc;

/// The address of a region or of a queue pair, to be carried to a peer by whoever uses the layer.
///
/// The bytes mean something only to the same kind of provider. The `shm` provider also needs its
/// file descriptors carried (`SCM_RIGHTS` over a Unix socket); for NICs there are none. Bytes may
/// come from anywhere: a provider that is given a card checks all of it and answers with an error.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// The provider's own encoding; at most [`Card::MAX_BYTES`].
    pub bytes: Vec<u8>,
    /// Open files that go with it; at most [`Card::MAX_FDS`].
    pub fds: Vec<Arc<OwnedFd>>,
}

impl Card {
    /// The longest encoding that any provider makes.
    pub const MAX_BYTES: usize = 256;
    /// The most files that any provider sends along.
    pub const MAX_FDS: usize = 2;
}
