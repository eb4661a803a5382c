//! What programs use of the extensions of other implementations: those of `shmemx.h`.

/// Seconds of a clock that only goes forward, the same for all PEs of a machine.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn shmemx_wtime() -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time may be written. There is such a clock on every Linux, so it cannot fail.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// Does nothing: contexts need not know how a program tells its threads apart.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn shmemx_register_gettid(_gettid: Option<extern "C" fn() -> u64>) {}
