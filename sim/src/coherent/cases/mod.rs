//! The cases that are searched.

mod faults;
mod locks;
mod shapes;
mod syncs;

use super::program::Case;

/// All of them.
#[must_use]
pub fn cases() -> Vec<Case> {
    [shapes::cases(), syncs::cases(), locks::cases(), faults::cases()].concat()
}
