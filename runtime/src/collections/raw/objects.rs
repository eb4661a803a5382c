//! Locks around values whose type is known at run time alone.

use super::RawType;
use crate::node::Node;
use crate::sync::{Mutex, ObjectBuilder, RwLock};

/// As [`Node::mutex`].
pub fn mutex(node: &Node, name: &str, element: &RawType) -> ObjectBuilder<Mutex<[u128]>> {
    Mutex::builder_of(node.coherence(), name, element.bytes).type_name(&element.name)
}

/// As [`Node::rwlock`].
pub fn rwlock(node: &Node, name: &str, element: &RawType) -> ObjectBuilder<RwLock<[u128]>> {
    RwLock::builder_of(node.coherence(), node.locals(), name, element.bytes)
        .type_name(&element.name)
}
