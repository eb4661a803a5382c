//! Memory: how much, in which pages, and whether processes can share it.

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

use super::Finding;
use crate::machine::{chosen, field, kernel_file};
use crate::size;
use verbs_shim::machine_memory;

pub(super) fn findings() -> Vec<Finding> {
    let meminfo = kernel_file("/proc/meminfo").unwrap_or_default();
    let shmem = kernel_file("/sys/kernel/mm/transparent_hugepage/shmem_enabled");
    vec![amount(), huge_page_pool(&meminfo), transparent_huge_pages(shmem.as_deref()), memfd()]
}

fn amount() -> Finding {
    const NAME: &str = "memory";
    let Some(memory) = machine_memory() else {
        return Finding::missing(NAME, "the kernel does not tell", "is /proc mounted?");
    };
    let limited = if memory.limited { " (the limit of this container)" } else { "" };
    let (total, available) = (size::text(memory.total), size::text(memory.available));
    Finding::ok(NAME, format!("{total}{limited}, of which {available} are free"))
}

fn huge_page_pool(meminfo: &str) -> Finding {
    const NAME: &str = "huge pages, reserved";
    let number = |name| field(meminfo, name).and_then(|value| value.parse::<u64>().ok());
    let size = field(meminfo, "Hugepagesize").unwrap_or("2048 kB");
    match (number("HugePages_Total"), number("HugePages_Free")) {
        (Some(total @ 1..), free) => {
            Finding::ok(NAME, format!("{total} of {size}, {} free", free.unwrap_or(0)))
        }
        (Some(0), _) => Finding::note(
            NAME,
            "none",
            "arenas use ordinary pages then, which cost a NIC more translations; reserve some as \
             root with `sysctl vm.nr_hugepages=512` (1 GiB of 2 MiB pages)",
        ),
        (None, _) => Finding::note(NAME, "this kernel has none", "it needs CONFIG_HUGETLBFS"),
    }
}

fn transparent_huge_pages(setting: Option<&str>) -> Finding {
    const NAME: &str = "huge pages, transparent";
    match setting.and_then(chosen) {
        Some(setting @ ("always" | "advise" | "within_size" | "force")) => {
            Finding::ok(NAME, format!("for shared memory: {setting}"))
        }
        Some(setting) => Finding::note(
            NAME,
            format!("for shared memory: {setting}"),
            "`echo advise > /sys/kernel/mm/transparent_hugepage/shmem_enabled` as root lets arenas \
             have them",
        ),
        None => Finding::note(
            NAME,
            "this kernel has none for shared memory",
            "it needs CONFIG_TRANSPARENT_HUGEPAGE",
        ),
    }
}

/// Tries what arenas are made of.
fn memfd() -> Finding {
    const NAME: &str = "memfd with seals";
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let seals = SealFlags::SHRINK | SealFlags::GROW;
    let tried = memfd_create("pangea-doctor", flags).and_then(|file| fcntl_add_seals(file, seals));
    match tried {
        Ok(()) => Finding::ok(NAME, "works"),
        Err(error) => Finding::missing(
            NAME,
            format!("{error}"),
            "provider shm needs it: Linux 3.17 or newer, not forbidden by a seccomp filter",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Mark;

    #[test]
    fn the_pool_is_read() {
        let meminfo = "HugePages_Total:     512\nHugePages_Free:      500\nHugepagesize: 2048 kB";
        assert_eq!(huge_page_pool(meminfo).found, ["512 of 2048 kB, 500 free"]);
        let empty = huge_page_pool("HugePages_Total:  0\n");
        assert_eq!(empty.mark, Mark::Note);
        assert!(empty.mend.unwrap().contains("nr_hugepages"));
    }

    #[test]
    fn the_setting_of_transparent_pages_is_read() {
        let mark = |setting| transparent_huge_pages(setting).mark;
        assert_eq!(mark(Some("always within_size [advise] never deny force")), Mark::Ok);
        assert_eq!(mark(Some("always within_size advise [never] deny force")), Mark::Note);
        assert_eq!(mark(None), Mark::Note);
    }

    #[test]
    fn memfd_works_wherever_tests_run() {
        assert_eq!(memfd().mark, Mark::Ok);
    }
}
