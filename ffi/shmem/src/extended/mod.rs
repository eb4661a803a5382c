//! Arithmetic on `long double`, which Rust has not: on x86-64 by the x87, whose floats have 80 bits; on aarch64, where they
//! have 128, by the functions that its compilers call.

use crate::types::LongDouble;

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(crate) use aarch64::{is_above, product, sum};
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{is_above, product, sum};

/// A function of two `long double`.
type Binary = fn(&LongDouble, &LongDouble) -> LongDouble;

const _: (Binary, Binary, fn(&LongDouble, &LongDouble) -> bool) = (sum, product, is_above);
