//! Copying from memory that others may change.

use std::ptr::NonNull;

/// Copies `len` bytes, in a way that the compiler does not look into: others may change the source meanwhile.
///
/// # Safety
/// `from` can be read and `to` written for `len` bytes; what is written is nobody else's; they do not overlap; `from` is
/// aligned to 8 bytes, and `len` is a multiple of 8.
pub(crate) unsafe fn copy(from: NonNull<u8>, to: NonNull<u8>, len: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: reads and writes exactly these bytes (the ABI has the direction flag clear); the registers it changes
    // are declared.
    unsafe {
        std::arch::asm!(
            "rep movsb",
            inout("rsi") from.as_ptr() => _,
            inout("rdi") to.as_ptr() => _,
            inout("rcx") len => _,
            options(nostack, preserves_flags)
        );
    }
    #[cfg(not(target_arch = "x86_64"))]
    for at in (0..len).step_by(8) {
        use std::sync::atomic::{AtomicU64, Ordering};
        // SAFETY: inside and aligned, as the caller promises; an atomic load may race with anybody's stores.
        let word = unsafe { from.add(at).cast::<AtomicU64>().as_ref() }.load(Ordering::Relaxed);
        // SAFETY: inside, as the caller promises.
        unsafe { to.add(at).cast::<u64>().write_unaligned(word) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_arrive_and_no_others() {
        let from: Vec<u64> = (1..=600).map(|i| i * 0x0101_0101_0101).collect();
        let mut to = vec![0_u64; 600];
        let source = NonNull::from(&from[3]).cast();
        let target = NonNull::from(&mut to[5]).cast();
        // SAFETY: 512 words lie in both from there on, aligned; the vectors are this test's own.
        unsafe { copy(source, target, 512 * 8) };
        assert_eq!((&to[5..517], to[4], to[517]), (&from[3..515], 0, 0));
    }
}
