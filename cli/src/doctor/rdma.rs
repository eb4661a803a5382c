//! RDMA: devices, soft-RoCE, and the limit of locked memory.

use std::path::Path;

use verbs_shim::provider::{DeviceInfo, PortState, VerbsOptions, devices};

use super::{Finding, Mark};
use crate::machine::limits::LockLimit;
use crate::machine::{kernel_file, kernel_release};
use crate::size;

pub(super) fn findings() -> Vec<Finding> {
    vec![
        device_findings(),
        soft_roce(&SoftRoce::of_this_kernel()),
        locked_memory(LockLimit::of_this_process()),
    ]
}

fn device_findings() -> Finding {
    const NAME: &str = "devices";
    let found = VerbsOptions::from_env().and_then(|options| devices(&options));
    match found {
        Err(error) => Finding::missing(NAME, "none can be used", error.to_string()),
        Ok(devices) => described(NAME, &devices),
    }
}

fn described(name: &'static str, devices: &[DeviceInfo]) -> Finding {
    let active = |device: &DeviceInfo| {
        device.problem.is_none() && device.ports.iter().any(|port| port.state == PortState::Active)
    };
    let found = devices.iter().flat_map(lines_of).collect();
    if devices.iter().any(active) {
        return Finding { mark: Mark::Ok, name, found, mend: None };
    }
    let mend = "no port is active: bring the network interface up (`ip link set DEV up`), plug in \
                the cable, or start a subnet manager (InfiniBand: `opensm`)";
    Finding { mark: Mark::Missing, name, found, mend: Some(mend.to_owned()) }
}

/// A device, its ports below it, and their addresses below them.
fn lines_of(device: &DeviceInfo) -> Vec<String> {
    let kind = if device.soft_roce { " (soft-RoCE)" } else { "" };
    if let Some(problem) = &device.problem {
        return vec![format!("{}{kind}: {problem}", device.name)];
    }
    let mut lines = vec![format!("{}{kind}", device.name)];
    for port in &device.ports {
        let rate = match port.link_gbps {
            // Soft-RoCE makes a rate up.
            Some(rate) if !device.soft_roce => format!(", {rate} Gbit/s"),
            _ => String::new(),
        };
        lines.push(format!(
            "  port {} {}, {}{rate}, MTU {}",
            port.number, port.state, port.link_layer, port.mtu
        ));
        lines.extend(port.gids.iter().map(|gid| format!("    {gid}")));
    }
    lines
}

/// Where the kernel's software device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SoftRoce {
    Loaded,
    Available,
    Absent,
}

impl SoftRoce {
    fn of_this_kernel() -> SoftRoce {
        let release = kernel_release().unwrap_or_default();
        SoftRoce::of(Path::new("/sys/module"), &Path::new("/lib/modules").join(release))
    }

    fn of(loaded: &Path, modules: &Path) -> SoftRoce {
        if loaded.join("rdma_rxe").exists() {
            return SoftRoce::Loaded;
        }
        // The lists name every module of the kernel by its path: as a file, or built in.
        let listed = ["modules.dep", "modules.builtin"].into_iter().any(|list| {
            kernel_file(modules.join(list)).is_some_and(|text| text.contains("/rdma_rxe.ko"))
        });
        if listed { SoftRoce::Available } else { SoftRoce::Absent }
    }
}

fn soft_roce(state: &SoftRoce) -> Finding {
    const NAME: &str = "soft-RoCE (rdma_rxe)";
    match state {
        SoftRoce::Loaded => Finding::ok(NAME, "the module is loaded"),
        SoftRoce::Available => Finding::note(
            NAME,
            "this kernel has the module, but it is not loaded",
            "`scripts/rxe-up` loads it and makes a device; `scripts/rxe-down` takes it away",
        ),
        SoftRoce::Absent => Finding::missing(
            NAME,
            "this kernel does not have the module",
            "`scripts/rxe-vm COMMAND` runs a command over soft-RoCE in a virtual machine; a kernel \
             with CONFIG_RDMA_RXE does it without one",
        ),
    }
}

/// Less than this is too little for the arenas that are usual.
const ENOUGH: u64 = 1 << 30;

fn locked_memory(limit: LockLimit) -> Finding {
    const NAME: &str = "locked memory";
    let shown = |limit: Option<u64>| limit.map_or_else(|| "unlimited".to_owned(), size::text);
    let found = format!("soft limit {}, hard limit {}", shown(limit.soft), shown(limit.hard));
    if limit.exempt {
        return Finding::ok(NAME, format!("{found}; this user may exceed them (CAP_IPC_LOCK)"));
    }
    if limit.allows(ENOUGH) {
        return Finding::ok(NAME, found);
    }
    Finding::note(
        NAME,
        found,
        "provider verbs locks all memory that it registers; raise the limit with `ulimit -l \
         unlimited` as root, `* - memlock unlimited` in /etc/security/limits.conf, or for a service \
         LimitMEMLOCK=infinity",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_roce_is_found_where_kernels_keep_it() {
        let folder = tempfile::tempdir().unwrap();
        let (loaded, modules) = (folder.path().join("sys"), folder.path().join("lib"));
        std::fs::create_dir_all(&loaded).unwrap();
        std::fs::create_dir_all(&modules).unwrap();
        assert_eq!(SoftRoce::of(&loaded, &modules), SoftRoce::Absent);
        let listed = "kernel/drivers/infiniband/sw/rxe/rdma_rxe.ko: kernel/x.ko\n";
        std::fs::write(modules.join("modules.dep"), listed).unwrap();
        assert_eq!(SoftRoce::of(&loaded, &modules), SoftRoce::Available);
        std::fs::create_dir(loaded.join("rdma_rxe")).unwrap();
        assert_eq!(SoftRoce::of(&loaded, &modules), SoftRoce::Loaded);
    }

    #[test]
    fn what_is_missing_comes_with_its_mend() {
        assert!(soft_roce(&SoftRoce::Absent).mend.unwrap().contains("scripts/rxe-vm"));
        assert!(soft_roce(&SoftRoce::Available).mend.unwrap().contains("scripts/rxe-up"));
        let limit = LockLimit { soft: Some(8 << 20), hard: Some(8 << 20), exempt: false };
        let finding = locked_memory(limit);
        assert_eq!(finding.mark, Mark::Note);
        assert_eq!(finding.found, ["soft limit 8 MiB, hard limit 8 MiB"]);
        assert!(finding.mend.unwrap().contains("ulimit -l"));
        assert_eq!(locked_memory(LockLimit { hard: None, ..limit }).mark, Mark::Ok);
        assert_eq!(locked_memory(LockLimit { exempt: true, ..limit }).mark, Mark::Ok);
    }

    #[test]
    fn a_device_that_cannot_be_used_is_no_good_news() {
        let device = DeviceInfo {
            name: "mlx5_0".to_owned(),
            firmware: String::new(),
            soft_roce: false,
            infiniband_transport: true,
            atomicity: None,
            ports: Vec::new(),
            problem: Some("cannot be opened".to_owned()),
        };
        let finding = described("devices", &[device]);
        assert_eq!(finding.mark, Mark::Missing);
        assert_eq!(finding.found, ["mlx5_0: cannot be opened"]);
    }
}
