//! A local buffer lives no longer than the registration of its memory.

use verbs_shim::{Region, Slice};

fn dangling(region: Region) -> Slice<'static> {
    region.slice(0..8).unwrap()
}

fn main() {}
