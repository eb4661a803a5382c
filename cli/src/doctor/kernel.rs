//! The kernel: cores, and the calls that the runtime builds on.

use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::io::Errno;
use rustix::ioctl::{Updater, ioctl, opcode};
use rustix::mm::{UserfaultfdFlags, userfaultfd};
use rustix::process::{PidfdFlags, getpid, pidfd_open};

use super::Finding;
use crate::machine::{kernel_file, kernel_release};

pub(super) fn findings() -> Vec<Finding> {
    let release = kernel_release().unwrap_or_else(|| "unknown".to_owned());
    let version = Finding::ok("kernel", format!("Linux {release}"));
    vec![version, cores(), pidfd(), faults(user_faults())]
}

fn cores() -> Finding {
    const NAME: &str = "cores";
    match std::thread::available_parallelism() {
        Ok(count) if count.get() > 1 => Finding::ok(NAME, count.to_string()),
        Ok(_) => Finding::note(NAME, "1", "nodes of one machine will take turns"),
        Err(error) => Finding::note(NAME, error.to_string(), "is /proc mounted?"),
    }
}

fn pidfd() -> Finding {
    const NAME: &str = "pidfd";
    match pidfd_open(getpid(), PidfdFlags::empty()) {
        Ok(_) => Finding::ok(NAME, "works"),
        Err(error) => Finding::missing(
            NAME,
            error.to_string(),
            "the death of a node is then noticed by its connection alone; Linux 5.3 has pidfd_open, \
             unless a seccomp filter forbids it",
        ),
    }
}

/// `struct uffdio_api` of the kernel.
#[repr(C)]
struct Api {
    version: u64,
    features: u64,
    ioctls: u64,
}

/// The version of the interface, from `linux/userfaultfd.h`.
const API: u64 = 0xaa;
/// Faults come as `SIGBUS` to the thread itself.
const FEATURE_SIGBUS: u64 = 1 << 7;
/// Only faults of user mode, which needs no privilege.
const USER_MODE_ONLY: UserfaultfdFlags = UserfaultfdFlags::from_bits_retain(1);

/// What the kernel can do with page faults, by trying.
fn user_faults() -> Result<u64, Errno> {
    // SAFETY: the descriptor is used for one question and closed; no memory is registered with it.
    let file: OwnedFd = unsafe { userfaultfd(UserfaultfdFlags::CLOEXEC | USER_MODE_ONLY) }?;
    let mut api = Api { version: API, features: 0, ioctls: 0 };
    // SAFETY: the opcode is that of UFFDIO_API (type 0xAA, number 0x3F), which reads and writes
    // the structure that it is given here.
    unsafe {
        ioctl(&file, Updater::<{ opcode::read_write::<Api>(0xAA, 0x3F) }, Api>::new(&mut api))
    }?;
    Ok(api.features)
}

fn faults(probed: Result<u64, Errno>) -> Finding {
    const NAME: &str = "userfaultfd";
    let setting = kernel_file("/proc/sys/vm/unprivileged_userfaultfd");
    let privileged = match setting.as_deref() {
        Some("1") => "; also for faults inside the kernel (vm.unprivileged_userfaultfd=1)",
        _ if Path::new("/dev/userfaultfd").exists() => {
            "; /dev/userfaultfd serves faults inside the kernel, too"
        }
        _ => "",
    };
    match probed {
        Ok(features) if features & FEATURE_SIGBUS != 0 => {
            Finding::ok(NAME, format!("works, with SIGBUS{privileged}"))
        }
        Ok(_) => Finding::note(
            NAME,
            format!("works, without SIGBUS{privileged}"),
            "views will use SIGSEGV and mprotect; Linux 4.14 has the feature",
        ),
        Err(error) => Finding::missing(
            NAME,
            error.to_string(),
            "views will use SIGSEGV and mprotect; it needs CONFIG_USERFAULTFD, Linux 5.11 for \
             unprivileged use, and no seccomp filter that forbids it (containers often have one)",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Mark;

    #[test]
    fn answers_of_the_kernel_are_judged() {
        assert_eq!(faults(Ok(FEATURE_SIGBUS)).mark, Mark::Ok);
        assert_eq!(faults(Ok(0)).mark, Mark::Note);
        let missing = faults(Err(Errno::PERM));
        assert_eq!(missing.mark, Mark::Missing);
        assert!(missing.mend.unwrap().contains("seccomp"));
    }

    #[test]
    fn probing_leaves_nothing_behind() {
        let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
        let before = open();
        for _ in 0..50 {
            let _ = (user_faults(), pidfd());
        }
        // Other tests open files meanwhile, but not as many.
        assert!(open() < before + 40);
    }
}
