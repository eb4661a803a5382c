//! The kernel: cores, and the calls that the runtime builds on.

use rustix::process::{PidfdFlags, getpid, pidfd_open};

use super::Finding;
use crate::machine::kernel_release;

pub(super) fn findings() -> Vec<Finding> {
    let release = kernel_release().unwrap_or_else(|| "unknown".to_owned());
    let version = Finding::ok("kernel", format!("Linux {release}"));
    vec![version, cores(), pidfd()]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probing_leaves_nothing_behind() {
        let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
        let before = open();
        for _ in 0..50 {
            let _ = pidfd();
        }
        // Other tests open files meanwhile, but not as many.
        assert!(open() < before + 40);
    }
}
