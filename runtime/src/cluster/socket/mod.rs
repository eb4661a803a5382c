//! The wires of [`System`](crate::primitives::System): sockets. All system calls of the control plane
//! are here.
//!
//! | file | what |
//! | --- | --- |
//! | `stream.rs` | [`Socket`]: a connection over TCP or a Unix socket, with files over the latter |
//! | `acceptor.rs` | [`SocketAcceptor`]: the coordinator's listeners, and its waiting for all it has |

mod acceptor;
mod stream;

pub use acceptor::{SocketAcceptor, SocketWake};
pub use stream::Socket;
