//! C's types that Rust has not, and the handles.

use std::ffi::c_int;

/// A `long double`: only ever moved by address, see `long_double`.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub(crate) struct LongDouble(pub [u8; 16]);

/// A complex number: real and imaginary part.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub(crate) struct Complex<T> {
    pub re: T,
    pub im: T,
}

/// `shmem_ctx_t`: a number in a pointer's clothes. 0 is none, 1 the default; the others see `contexts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Context(pub usize);

impl Context {
    pub(crate) const INVALID: Context = Context(0);
    pub(crate) const DEFAULT: Context = Context(1);
}

/// `shmem_team_t`: a number in a pointer's clothes. 0 is none, 1 the world, 2 those that share memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Team(pub usize);

impl Team {
    pub(crate) const INVALID: Team = Team(0);
    pub(crate) const WORLD: Team = Team(1);
    pub(crate) const SHARED: Team = Team(2);
}

/// `shmem_team_config_t`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct TeamConfig {
    pub num_contexts: c_int,
}

/// Ranks of the world at equal distances: what a team and an active set consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Set {
    pub start: u32,
    pub stride: i32,
    pub size: u32,
}

impl Set {
    /// The rank in the world of its `pe`-th member.
    pub(crate) fn rank(self, pe: c_int) -> Option<u32> {
        let pe = u32::try_from(pe).ok().filter(|pe| *pe < self.size)?;
        self.start.checked_add_signed(self.stride.checked_mul(i32::try_from(pe).ok()?)?)
    }
}
