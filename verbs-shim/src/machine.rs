//! How much memory this machine, or the container that the process is in, can still give.
//!
//! A memfd is reserved whole, and the kernel answers a reservation beyond what there is not with an
//! error but by killing processes. So it is asked before.

use std::path::{Path, PathBuf};

/// The text of a small file of the kernel, trimmed; none when it is absent or unreadable.
fn kernel_file(path: impl AsRef<Path>) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

/// The value of `Name:  value …` in one of the kernel's tables.
fn field<'a>(table: &'a str, name: &str) -> Option<&'a str> {
    table.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key == name).then_some(value.trim())
    })
}

/// The memory of this machine, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachineMemory {
    /// All there is, or all that the container may use.
    pub total: u64,
    /// What can be had without swapping.
    pub available: u64,
    /// Whether a container's limit is what counts.
    pub limited: bool,
}

/// Asks the kernel; none when it does not tell.
pub fn machine_memory() -> Option<MachineMemory> {
    let table = kernel_file("/proc/meminfo")?;
    let mut memory = from_meminfo(&table)?;
    for limit in group_limits() {
        if limit.max < memory.total {
            memory.total = limit.max;
            memory.limited = true;
        }
        memory.available = memory.available.min(limit.max.saturating_sub(limit.used));
    }
    Some(memory)
}

fn from_meminfo(table: &str) -> Option<MachineMemory> {
    let kibibytes = |name| -> Option<u64> {
        field(table, name)?.strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    };
    let total = kibibytes("MemTotal")?;
    let available = kibibytes("MemAvailable").or_else(|| kibibytes("MemFree"))?;
    Some(MachineMemory { total, available, limited: false })
}

/// The limit of one control group.
struct GroupLimit {
    max: u64,
    used: u64,
}

/// The limits of all control groups that this process is in. One that is not set gives none.
fn group_limits() -> Vec<GroupLimit> {
    let Some(groups) = kernel_file("/proc/self/cgroup") else {
        return Vec::new();
    };
    let mut limits = Vec::new();
    for (root, path, max, used) in groups.lines().filter_map(group_files) {
        // A limit counts for all groups below it. Inside a container the path may name groups that
        // only the host can see; then the root is the container's own group.
        for folder in Path::new(path.trim_start_matches('/')).ancestors() {
            let folder = PathBuf::from(root).join(folder);
            let number = |file| kernel_file(folder.join(file))?.parse::<u64>().ok();
            if let Some(max) = number(max) {
                limits.push(GroupLimit { max, used: number(used).unwrap_or(0) });
            }
        }
    }
    limits
}

/// From a line of `/proc/self/cgroup`: where the group's folders start, its path, and the files of
/// limit and use.
fn group_files(line: &str) -> Option<(&'static str, &str, &'static str, &'static str)> {
    let mut parts = line.splitn(3, ':');
    let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    if controllers.is_empty() {
        Some(("/sys/fs/cgroup", path, "memory.max", "memory.current"))
    } else if controllers.split(',').any(|controller| controller == "memory") {
        let (max, used) = ("memory.limit_in_bytes", "memory.usage_in_bytes");
        Some(("/sys/fs/cgroup/memory", path, max, used))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meminfo_is_read() {
        let table = "MemTotal:  1000 kB\nMemFree:   200 kB\nMemAvailable:  300 kB\n";
        let memory = from_meminfo(table).unwrap();
        assert_eq!((memory.total, memory.available), (1_024_000, 307_200));
        let old = from_meminfo("MemTotal:  1000 kB\nMemFree:   200 kB\n").unwrap();
        assert_eq!(old.available, 204_800);
        assert_eq!(from_meminfo("MemTotal: many\n"), None);
    }

    #[test]
    fn groups_of_both_versions_are_understood() {
        let (root, path, max, _) = group_files("0::/user.slice/x").unwrap();
        assert_eq!((root, path, max), ("/sys/fs/cgroup", "/user.slice/x", "memory.max"));
        let (root, path, _, _) = group_files("4:cpu,memory:/docker/1").unwrap();
        assert_eq!((root, path), ("/sys/fs/cgroup/memory", "/docker/1"));
        assert!(group_files("5:cpuset:/").is_none());
        assert!(group_files("nonsense").is_none());
    }

    #[test]
    fn this_machine_has_memory() {
        let memory = machine_memory().expect("Linux has /proc/meminfo");
        assert!(memory.total > 0 && memory.available <= memory.total);
    }
}
