//! READ brings data to registered memory, not to any buffer.

use verbs_shim::{RemoteAddr, WorkRequest};

fn read(buffer: &mut [u8], remote: RemoteAddr) {
    let _ = WorkRequest::read(buffer, remote);
}

fn read_shared(buffer: &[u8], remote: RemoteAddr) {
    let _ = WorkRequest::read(buffer, remote);
}

fn main() {}
