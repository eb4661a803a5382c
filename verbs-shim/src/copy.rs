//! Copying between shared memory, which others change at any time, and private memory.
//!
//! Plain reads and writes that race are undefined behavior in Rust, so shared memory is touched in
//! two ways only: aligned words by relaxed atomics, and longer runs by instructions in `asm!`, which
//! the compiler does not look into. Either way no aligned word of 8 bytes of the shared side is ever
//! torn: everything begins with the few bytes that lead up to an aligned word of the shared side, and
//! goes on in multiples of 8 from there. (Vector instructions access the aligned words in them each
//! at once; that is so on all x86-64 processors, though only newer manuals promise it.) Where there
//! are no such instructions (any CPU but x86-64) all of it is words.

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

/// From this length on, vector instructions beat the loop over words.
const MEDIUM: usize = 64;

/// From this length on, the widest vector instructions pay, aligned to where they write.
const LONG: usize = 512;

/// What these move at once.
#[cfg(target_arch = "x86_64")]
const WIDE: usize = 32;

/// Copies `len` bytes from shared memory at `from` to private memory at `to`.
///
/// # Safety
/// `from` is valid for reads of `len` bytes and belongs to memory that is only accessed as shared
/// memory; `to` is valid for writes of `len` bytes and is nobody else's; they do not overlap.
#[inline]
pub(crate) unsafe fn load(from: *const u8, to: *mut u8, len: usize) {
    if len == 8 && from.addr().is_multiple_of(8) {
        // SAFETY: valid for 8 bytes and aligned, as the caller promises and the condition checks.
        return unsafe { FromShared::copy8(from, to) };
    }
    // SAFETY: the caller's promises are passed on.
    unsafe { copy::<FromShared>(from, to, len) }
}

/// Copies `len` bytes from private memory at `from` to shared memory at `to`.
///
/// # Safety
/// As [`load`], the other way round.
#[inline]
pub(crate) unsafe fn store(from: *const u8, to: *mut u8, len: usize) {
    if len == 8 && to.addr().is_multiple_of(8) {
        // SAFETY: valid for 8 bytes and aligned, as the caller promises and the condition checks.
        return unsafe { ToShared::copy8(from, to) };
    }
    // SAFETY: the caller's promises are passed on.
    unsafe { copy::<ToShared>(from, to, len) }
}

/// Copies between two shared places, which may even overlap (then the result is any mix).
///
/// # Safety
/// Both are valid for `len` bytes and belong to memory that is only accessed as shared memory.
pub(crate) unsafe fn transfer(from: *const u8, to: *mut u8, len: usize) {
    // Pieces pass through private memory, which stays in the first cache.
    let mut piece = [MaybeUninit::<u8>::uninit(); 2048];
    for at in (0..len).step_by(piece.len()) {
        let n = piece.len().min(len - at);
        // SAFETY: both ranges lie inside of the caller's; `piece` is private.
        unsafe { load(from.add(at), piece.as_mut_ptr().cast(), n) };
        // SAFETY: as above; as many bytes of `piece` are read as have just been written.
        unsafe { store(piece.as_ptr().cast(), to.add(at), n) };
    }
}

/// Has the processor bring the line of an address for a change to come. Whatever the address, this accesses nothing.
#[inline(always)]
pub(crate) fn prefetch_to_change(at: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which never faults; processors that do not know it do nothing.
    unsafe {
        std::arch::asm!("prefetchw [{at}]", at = in(reg) at, options(nostack, preserves_flags));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// Which side is shared.
trait Direction {
    fn shared(from: *const u8, to: *mut u8) -> usize;

    /// # Safety
    /// Both are valid for one byte.
    unsafe fn copy1(from: *const u8, to: *mut u8);
    /// # Safety
    /// Both are valid for 2 bytes, and the shared side is aligned to them.
    unsafe fn copy2(from: *const u8, to: *mut u8);
    /// # Safety
    /// Both are valid for 4 bytes, and the shared side is aligned to them.
    unsafe fn copy4(from: *const u8, to: *mut u8);
    /// # Safety
    /// Both are valid for 8 bytes, and the shared side is aligned to them.
    unsafe fn copy8(from: *const u8, to: *mut u8);
}

struct FromShared;
struct ToShared;

macro_rules! load {
    ($name:ident, $atomic:ty, $plain:ty) => {
        #[inline(always)]
        unsafe fn $name(from: *const u8, to: *mut u8) {
            // SAFETY: valid and aligned, as the caller promises.
            let value = unsafe { &*from.cast::<$atomic>() }.load(Ordering::Relaxed);
            // SAFETY: valid, as the caller promises.
            unsafe { to.cast::<$plain>().write_unaligned(value) };
        }
    };
}

macro_rules! store {
    ($name:ident, $atomic:ty, $plain:ty) => {
        #[inline(always)]
        unsafe fn $name(from: *const u8, to: *mut u8) {
            // SAFETY: valid, as the caller promises.
            let value = unsafe { from.cast::<$plain>().read_unaligned() };
            // SAFETY: valid and aligned, as the caller promises.
            unsafe { &*to.cast::<$atomic>() }.store(value, Ordering::Relaxed);
        }
    };
}

impl Direction for FromShared {
    #[inline(always)]
    fn shared(from: *const u8, _to: *mut u8) -> usize {
        from.addr()
    }
    load!(copy1, AtomicU8, u8);
    load!(copy2, AtomicU16, u16);
    load!(copy4, AtomicU32, u32);
    load!(copy8, AtomicU64, u64);
}

impl Direction for ToShared {
    #[inline(always)]
    fn shared(_from: *const u8, to: *mut u8) -> usize {
        to.addr()
    }
    store!(copy1, AtomicU8, u8);
    store!(copy2, AtomicU16, u16);
    store!(copy4, AtomicU32, u32);
    store!(copy8, AtomicU64, u64);
}

/// # Safety
/// As [`load`] or [`store()`].
unsafe fn copy<D: Direction>(from: *const u8, to: *mut u8, len: usize) {
    let mut at = 0;
    let head = D::shared(from, to).wrapping_neg() % 8;
    // Up to the first aligned word, in pieces that are aligned themselves: 1, 2, 4 bytes.
    // SAFETY: each piece lies inside, and the one before has aligned it.
    unsafe {
        if head & 1 != 0 && len > at {
            D::copy1(from.add(at), to.add(at));
            at += 1;
        }
        if head & 2 != 0 && len >= at + 2 {
            D::copy2(from.add(at), to.add(at));
            at += 2;
        }
        if head & 4 != 0 && len >= at + 4 {
            D::copy4(from.add(at), to.add(at));
            at += 4;
        }
    }
    let mut words = if at == head { (len - at) & !7 } else { 0 };
    #[cfg(target_arch = "x86_64")]
    if words >= MEDIUM {
        if words >= LONG && std::arch::is_x86_feature_detected!("avx") {
            // Up to where a vector that is written is aligned, if words come to lie there.
            let lead = (to.addr().wrapping_add(at).wrapping_neg() % WIDE) & !7;
            for _ in 0..lead / 8 {
                // SAFETY: the word lies inside, and is aligned in the shared side.
                unsafe { D::copy8(from.add(at), to.add(at)) };
                at += 8;
            }
            let whole = (words - lead) & !(4 * WIDE - 1);
            // SAFETY: so many bytes lie inside of the caller's ranges, and there are such instructions.
            unsafe { wide_copy(from.add(at), to.add(at), whole) };
            at += whole;
            words -= lead + whole;
        }
        let whole = words & !(MEDIUM - 1);
        if whole > 0 {
            // SAFETY: so many bytes lie inside of the caller's ranges.
            unsafe { vector_copy(from.add(at), to.add(at), whole) };
            at += whole;
            words -= whole;
        }
    }
    let words_end = at + words;
    while at < words_end {
        // SAFETY: the word lies inside, and is aligned in the shared side.
        unsafe { D::copy8(from.add(at), to.add(at)) };
        at += 8;
    }
    // What is left has less than 8 bytes, or never reached an aligned word.
    // SAFETY: each piece lies inside; after whole words it is aligned, since pieces get smaller;
    // where no aligned word was reached, `copy1` needs no alignment.
    unsafe {
        if at.wrapping_sub(head).is_multiple_of(8) && at >= head {
            if len - at >= 4 {
                D::copy4(from.add(at), to.add(at));
                at += 4;
            }
            if len - at >= 2 {
                D::copy2(from.add(at), to.add(at));
                at += 2;
            }
        }
        while at < len {
            D::copy1(from.add(at), to.add(at));
            at += 1;
        }
    }
}

/// Copies in blocks of 16 bytes, four at a time.
///
/// # Safety
/// `from` is valid for reads and `to` for writes of `len` bytes, a multiple of 64 above 0.
#[cfg(target_arch = "x86_64")]
#[inline]
unsafe fn vector_copy(from: *const u8, to: *mut u8, len: usize) {
    debug_assert!(len > 0 && len.is_multiple_of(MEDIUM));
    // SAFETY: reads and writes exactly these bytes; the registers it changes are declared.
    unsafe {
        std::arch::asm!(
            "2:",
            "movdqu {a}, [{from} + {at}]",
            "movdqu {b}, [{from} + {at} + 16]",
            "movdqu {c}, [{from} + {at} + 32]",
            "movdqu {d}, [{from} + {at} + 48]",
            "movdqu [{to} + {at}], {a}",
            "movdqu [{to} + {at} + 16], {b}",
            "movdqu [{to} + {at} + 32], {c}",
            "movdqu [{to} + {at} + 48], {d}",
            "add {at}, 64",
            "jnz 2b",
            // Counts up to zero from below, so that one register does.
            from = in(reg) from.wrapping_add(len),
            to = in(reg) to.wrapping_add(len),
            at = inout(reg) len.wrapping_neg() => _,
            a = out(xmm_reg) _,
            b = out(xmm_reg) _,
            c = out(xmm_reg) _,
            d = out(xmm_reg) _,
            options(nostack)
        );
    }
}

/// Copies in blocks of 32 bytes, four at a time.
///
/// # Safety
/// As [`vector_copy`], for a multiple of 128 bytes above 0, on a processor that has AVX.
#[cfg(target_arch = "x86_64")]
unsafe fn wide_copy(from: *const u8, to: *mut u8, len: usize) {
    debug_assert!(len > 0 && len.is_multiple_of(4 * WIDE));
    // SAFETY: reads and writes exactly these bytes. The end of the vector registers' upper halves, which
    // code without AVX would be slow with, is declared by the ABI's clobbers.
    unsafe {
        std::arch::asm!(
            "2:",
            "vmovdqu ymm0, [rsi + rax]",
            "vmovdqu ymm1, [rsi + rax + 32]",
            "vmovdqu ymm2, [rsi + rax + 64]",
            "vmovdqu ymm3, [rsi + rax + 96]",
            "vmovdqu [rdi + rax], ymm0",
            "vmovdqu [rdi + rax + 32], ymm1",
            "vmovdqu [rdi + rax + 64], ymm2",
            "vmovdqu [rdi + rax + 96], ymm3",
            "add rax, 128",
            "jnz 2b",
            "vzeroupper",
            in("rsi") from.wrapping_add(len),
            in("rdi") to.wrapping_add(len),
            inout("rax") len.wrapping_neg() => _,
            clobber_abi("C"),
            options(nostack)
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::Memory;

    #[test]
    fn every_length_and_alignment_arrives_whole_and_alone() {
        const TARGET: usize = 32768;
        let memory = Memory::allocate(65536).unwrap();
        let around = [63, 64, 65, 71, 127, 128, 129, 511, 512, 513, 1000, 2047, 2048, 2049, 5000];
        for len in (0..40).chain(around) {
            for offset in 0..9 {
                let data: Vec<u8> = (0..len).map(|i| (i * 7 + offset + 1) as u8 | 1).collect();
                memory.write(0, &[0; 8192]);
                memory.write(offset, &data);
                let mut got = vec![0; len + offset + 9];
                memory.read(0, &mut got);
                assert!(got[..offset].iter().all(|b| *b == 0), "{len} at {offset}");
                assert_eq!(&got[offset..offset + len], &data[..], "{len} at {offset}");
                assert!(got[offset + len..].iter().all(|b| *b == 0), "{len} at {offset}");

                // The private side at another alignment.
                let mut shifted = vec![0; len + 3];
                memory.read(offset, &mut shifted[3..]);
                assert_eq!(&shifted[3..], &data[..], "{len} at {offset} into an odd place");

                for to in [TARGET + offset, TARGET + offset * 3 + 1] {
                    memory.write(TARGET - 8, &[0; 8192]);
                    let target = memory.as_ptr().wrapping_add(to);
                    // SAFETY: both ranges lie in the memory's 65536 bytes.
                    unsafe { super::transfer(memory.as_ptr().add(offset), target, len) };
                    let mut copied = vec![0; len + 2];
                    memory.read(to - 1, &mut copied);
                    assert_eq!(&copied[1..=len], &data[..], "transfer of {len} at {offset}");
                    assert_eq!((copied[0], copied[len + 1]), (0, 0), "around {len} at {offset}");
                }
            }
        }
    }

    /// One thread writes runs of equal words, another one reads them: each word is one that was
    /// written, at every length that is copied in another way.
    #[test]
    fn aligned_words_are_never_torn() {
        const LEN: usize = 4096;
        let memory = Memory::allocate(LEN + 64).unwrap();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..30_000_usize {
                    let words = [[0_u8; 8], [0xff; 8]][round % 2].repeat(LEN / 8 + 8);
                    // Also from an odd place, and from words that lead up to the middle.
                    let len = [LEN, 1024, 64, 8, LEN - 8][round % 5];
                    memory.write(round % 3 * 8, &words[round % 2..][..len]);
                }
                done.store(true, std::sync::atomic::Ordering::Release);
            });
            let mut bytes = vec![0; LEN + 3];
            while !done.load(std::sync::atomic::Ordering::Acquire) {
                for (at, len) in [(0, LEN), (16, 1024), (8, 64), (8, 8)] {
                    memory.read(at, &mut bytes[3..3 + len]);
                    for word in bytes[3..3 + len].chunks_exact(8) {
                        assert!(word == [0; 8] || word == [0xff; 8], "a word is torn: {word:x?}");
                    }
                }
            }
        });
    }
}
