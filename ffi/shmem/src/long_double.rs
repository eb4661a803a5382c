//! Entries that take or return a `long double` by value, for which Rust has no type: a few instructions each, which hand
//! over where it lies.
//!
//! On x86-64 it is passed on the stack and returned by the x87; on aarch64 both in `q0`.

use std::ffi::c_int;

use crate::rma;
use crate::types::{Context, LongDouble};

/// # Safety
/// As [`rma::p`]; `value` may be read.
pub(crate) unsafe fn put(
    name: &'static str,
    context: Context,
    dest: *mut LongDouble,
    value: *const LongDouble,
    pe: c_int,
) {
    // SAFETY: promised.
    unsafe { rma::p(name, context, dest, value.read(), pe) }
}

/// # Safety
/// As [`rma::g`]; `value` may be written.
pub(crate) unsafe fn get(
    name: &'static str,
    context: Context,
    source: *const LongDouble,
    pe: c_int,
    value: *mut LongDouble,
) {
    // SAFETY: promised.
    unsafe { value.write(rma::g(name, context, source, pe)) }
}

/// `void NAME(long double *dest, long double value, int pe)`
macro_rules! p {
    ($symbol:ident, $name:literal) => {
        #[doc = concat!("As `", $name, "`.")]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $symbol() {
            unsafe extern "C" fn by_address(
                dest: *mut LongDouble,
                pe: std::ffi::c_int,
                value: *const LongDouble,
            ) {
                // SAFETY: C's caller promises what the generic function asks for.
                unsafe { crate::long_double::put($name, Context::DEFAULT, dest, value, pe) }
            }
            #[cfg(target_arch = "x86_64")]
            std::arch::naked_asm!("lea rdx, [rsp + 8]", "jmp {}", sym by_address);
            #[cfg(target_arch = "aarch64")]
            std::arch::naked_asm!(
                "stp x29, x30, [sp, #-32]!", "str q0, [sp, #16]", "add x2, sp, #16", "bl {}",
                "ldp x29, x30, [sp], #32", "ret", sym by_address
            );
        }
    };
}
pub(crate) use p;

/// `void NAME(shmem_ctx_t ctx, long double *dest, long double value, int pe)`
macro_rules! ctx_p {
    ($symbol:ident, $name:literal) => {
        #[doc = concat!("As `", $name, "`.")]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $symbol() {
            unsafe extern "C" fn by_address(
                context: Context,
                dest: *mut LongDouble,
                pe: std::ffi::c_int,
                value: *const LongDouble,
            ) {
                // SAFETY: C's caller promises what the generic function asks for.
                unsafe { crate::long_double::put($name, context, dest, value, pe) }
            }
            #[cfg(target_arch = "x86_64")]
            std::arch::naked_asm!("lea rcx, [rsp + 8]", "jmp {}", sym by_address);
            #[cfg(target_arch = "aarch64")]
            std::arch::naked_asm!(
                "stp x29, x30, [sp, #-32]!", "str q0, [sp, #16]", "add x3, sp, #16", "bl {}",
                "ldp x29, x30, [sp], #32", "ret", sym by_address
            );
        }
    };
}
pub(crate) use ctx_p;

/// `long double NAME(const long double *source, int pe)`
macro_rules! g {
    ($symbol:ident, $name:literal) => {
        #[doc = concat!("As `", $name, "`.")]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $symbol() {
            unsafe extern "C" fn by_address(
                source: *const LongDouble,
                pe: std::ffi::c_int,
                value: *mut LongDouble,
            ) {
                // SAFETY: C's caller promises what the generic function asks for.
                unsafe { crate::long_double::get($name, Context::DEFAULT, source, pe, value) }
            }
            #[cfg(target_arch = "x86_64")]
            std::arch::naked_asm!(
                "sub rsp, 24", "mov rdx, rsp", "call {}", "fld tbyte ptr [rsp]", "add rsp, 24", "ret",
                sym by_address
            );
            #[cfg(target_arch = "aarch64")]
            std::arch::naked_asm!(
                "stp x29, x30, [sp, #-32]!", "add x2, sp, #16", "bl {}", "ldr q0, [sp, #16]",
                "ldp x29, x30, [sp], #32", "ret", sym by_address
            );
        }
    };
}
pub(crate) use g;

/// `long double NAME(shmem_ctx_t ctx, const long double *source, int pe)`
macro_rules! ctx_g {
    ($symbol:ident, $name:literal) => {
        #[doc = concat!("As `", $name, "`.")]
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $symbol() {
            unsafe extern "C" fn by_address(
                context: Context,
                source: *const LongDouble,
                pe: std::ffi::c_int,
                value: *mut LongDouble,
            ) {
                // SAFETY: C's caller promises what the generic function asks for.
                unsafe { crate::long_double::get($name, context, source, pe, value) }
            }
            #[cfg(target_arch = "x86_64")]
            std::arch::naked_asm!(
                "sub rsp, 24", "mov rcx, rsp", "call {}", "fld tbyte ptr [rsp]", "add rsp, 24", "ret",
                sym by_address
            );
            #[cfg(target_arch = "aarch64")]
            std::arch::naked_asm!(
                "stp x29, x30, [sp, #-32]!", "add x3, sp, #16", "bl {}", "ldr q0, [sp, #16]",
                "ldp x29, x30, [sp], #32", "ret", sym by_address
            );
        }
    };
}
pub(crate) use ctx_g;
