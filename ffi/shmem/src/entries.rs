//! What C sees. Each function is a call of a generic one, with its own name for messages.
#![allow(
    missing_docs,
    clippy::missing_safety_doc,
    clippy::too_many_arguments,
    clippy::used_underscore_items,
    unreachable_pub,
    unused_unsafe,
    reason = "made from the list, where each is declared; the specification says what they do"
)]

use std::ffi::{c_char, c_void};

use crate::types::{Complex, Context, LongDouble, Team, TeamConfig};

include!(concat!(env!("OUT_DIR"), "/entries.rs"));
