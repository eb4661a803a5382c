//! Registration of memory with the device.

use std::ffi::c_int;
use std::io;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use super::abi::{self, ibv_mr};
use super::card::RegionCard;
use super::context::Device;
use super::library::error_of;
use super::memlock::Allowance;
use crate::error::Error;
use crate::memory::Memory;
use crate::region::{Access, Registration, Rkey};

/// A memory region of the device.
///
/// It holds the device, so that the device outlives it, and the memory, so that nothing is unmapped
/// that the device may still access.
struct Guard {
    mr: *mut ibv_mr,
    device: Arc<Device>,
    memory: ManuallyDrop<Arc<Memory>>,
}

// SAFETY: the library's calls on a region may be made from any thread; the pointer is only used to
// deregister, once.
unsafe impl Send for Guard {}
// SAFETY: as above; nothing can be done with a shared reference.
unsafe impl Sync for Guard {}

impl Drop for Guard {
    fn drop(&mut self) {
        // SAFETY: registered by `register`, deregistered once.
        let returned = unsafe { (self.device.library().functions.ibv_dereg_mr)(self.mr) };
        if returned == 0 {
            // SAFETY: dropped once, here, and not used again.
            unsafe { ManuallyDrop::drop(&mut self.memory) };
        } else {
            log::error!(
                "ibv_dereg_mr of {} bytes on {}: {}; they stay mapped for good, because the device \
                 may still access them",
                self.memory.len(),
                self.device.name(),
                error_of(returned),
            );
        }
    }
}

/// Registers all of `memory`. It is pinned, and read by the device wherever it stands.
///
/// # Errors
/// [`Error::MemlockTooLow`] when the process may not pin so much, [`Error::Limit`] when the device
/// cannot register so much, [`Error::System`] otherwise.
pub(super) fn register(
    device: &Arc<Device>,
    max_len: u64,
    memory: &Arc<Memory>,
    access: Access,
) -> Result<Registration, Error> {
    let len = memory.len();
    if len as u64 > max_len {
        return Err(Error::Limit {
            what: "the length of a region",
            asked: len as u64,
            limit: max_len,
            device: device.name().to_owned(),
        });
    }
    // SAFETY: the domain lives; the range is a mapping that the guard keeps alive until the device
    // has given it up, and that is only ever accessed as shared memory.
    let mr = unsafe {
        (device.library().functions.ibv_reg_mr)(
            device.pd,
            memory.as_ptr().cast(),
            len,
            access_flags(access),
        )
    };
    if mr.is_null() {
        return Err(refusal(device, len, io::Error::last_os_error()));
    }
    // SAFETY: the library made it, and its keys do not change.
    let (lkey, rkey) = unsafe { ((*mr).lkey, Rkey((*mr).rkey)) };
    let addr = memory.as_ptr().addr() as u64;
    let card = RegionCard { rkey, addr, len: len as u64 }.encode();
    let memory = ManuallyDrop::new(Arc::clone(memory));
    let guard = Guard { mr, device: Arc::clone(device), memory };
    Ok(Registration { lkey, addr, rkey, card, guard: Box::new(guard) })
}

fn refusal(device: &Device, len: usize, source: io::Error) -> Error {
    // What kernels answer when the limit is broken: ENOMEM as a rule, EPERM when it is zero, and
    // EAGAIN as mlock does.
    let may_be_limit =
        matches!(source.raw_os_error(), Some(libc::ENOMEM | libc::EPERM | libc::EAGAIN));
    match Allowance::now().broken_by(len) {
        Some(limit) if may_be_limit => {
            Error::MemlockTooLow { wanted: len, limit, device: device.name().to_owned() }
        }
        _ => Error::System {
            operation: format!("ibv_reg_mr of {len} bytes on {}", device.name()),
            source,
        },
    }
}

/// The device always may write locally: results of READs and atomics arrive in any region, and
/// remote writing needs it. Relaxed ordering is never asked for: protocols poll on what arrives.
fn access_flags(access: Access) -> c_int {
    let flag = |allowed, flag| if allowed { flag } else { 0 };
    abi::IBV_ACCESS_LOCAL_WRITE
        | flag(access.remote_read, abi::IBV_ACCESS_REMOTE_READ)
        | flag(access.remote_write, abi::IBV_ACCESS_REMOTE_WRITE)
        | flag(access.remote_atomic, abi::IBV_ACCESS_REMOTE_ATOMIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_is_what_was_asked_for_and_local_write() {
        assert_eq!(access_flags(Access::local()), 1);
        assert_eq!(access_flags(Access::read_only()), 1 | 4);
        assert_eq!(access_flags(Access::all()), 1 | 2 | 4 | 8);
    }
}
