//! What was measured on, and by what build: no figure means anything without it.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use verbs_shim::provider::{AnyProvider, Provider, Verbs, VerbsOptions, devices};

use super::figures;
use crate::machine::nic::Make;
use crate::machine::processor::Processor;
use crate::machine::{kernel_file, kernel_release};
use crate::size;

/// The machine of rank 0, and the build of the program. What cannot be found out is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// The release of the Linux kernel.
    pub(crate) kernel: Option<String>,
    pub(crate) architecture: String,
    pub(crate) cpu: Option<String>,
    /// Processors that this process may use.
    pub(crate) processors: u32,
    /// What runs this machine if it is a virtual one.
    pub(crate) hypervisor: Option<String>,
    /// Its instructions are translated by a program.
    pub(crate) emulated: bool,
    /// How the frequency of the processor is governed.
    pub(crate) governor: Option<String>,
    /// How many processes wanted a processor, on average over the minute before.
    pub(crate) load: Option<f64>,
    pub(crate) memory_bytes: Option<u64>,
    /// The NIC, if the provider uses one.
    pub(crate) nic: Option<Nic>,
    pub(crate) provider: String,
    pub(crate) rustc: Option<String>,
    /// `release` or `debug`.
    pub(crate) profile: String,
    /// The commit, with `-dirty` if a source was changed since.
    pub(crate) commit: Option<String>,
    /// When measuring began, as RFC 3339 has it, in UTC.
    pub(crate) date: String,
}

/// A NIC, and the port that is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Nic {
    pub(crate) device: String,
    pub(crate) vendor: Option<String>,
    pub(crate) part: Option<String>,
    pub(crate) firmware: Option<String>,
    pub(crate) port: u8,
    pub(crate) state: Option<String>,
    pub(crate) link_layer: Option<String>,
    /// What the device says; soft-RoCE has none.
    pub(crate) link_gbps: Option<f64>,
    pub(crate) mtu_bytes: Option<u32>,
    pub(crate) gid_index: Option<u8>,
    /// The protocol that goes with the address: RoCE v1 or v2, InfiniBand.
    pub(crate) gid_kind: Option<String>,
}

impl Machine {
    /// This machine and this build, and what the provider uses.
    pub(crate) fn here(provider: &AnyProvider) -> Machine {
        let processor = Processor::here();
        let load = kernel_file("/proc/loadavg");
        Machine {
            kernel: kernel_release(),
            architecture: std::env::consts::ARCH.to_owned(),
            cpu: processor.model,
            processors: std::thread::available_parallelism().map_or(1, |count| count.get() as u32),
            hypervisor: processor.hypervisor,
            emulated: processor.emulated,
            governor: processor.governor,
            load: load.and_then(|load| load.split(' ').next()?.parse().ok()),
            memory_bytes: verbs_shim::machine_memory().map(|memory| memory.total),
            nic: match provider {
                AnyProvider::Verbs(verbs) => Some(Nic::of(verbs)),
                AnyProvider::Shm(_) => None,
            },
            provider: provider.capabilities().provider.to_owned(),
            rustc: known(env!("PANGEA_BUILD_RUSTC")),
            profile: env!("PANGEA_BUILD_PROFILE").to_owned(),
            commit: known(env!("PANGEA_BUILD_COMMIT")),
            date: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or_else(|_| String::new(), |since| date(since.as_secs())),
        }
    }

    /// The same for people, in few lines: the machine, the NIC, the build.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.machine_line()];
        lines.extend(self.nic.iter().map(Nic::line));
        lines.push(self.build_line());
        lines
    }

    fn machine_line(&self) -> String {
        let hypervisor = match (&self.hypervisor, self.emulated) {
            (Some(name), true) => Some(format!("emulated by {name}")),
            (None, true) => Some("emulated".to_owned()),
            (Some(name), false) if name == "unknown" => Some("virtual machine".to_owned()),
            (Some(name), false) => Some(format!("virtual machine ({name})")),
            (None, false) => None,
        };
        let processors = match self.processors {
            1 => "1 processor".to_owned(),
            count => format!("{count} processors"),
        };
        joined([
            Some(self.cpu.clone().unwrap_or_else(|| self.architecture.clone())),
            Some(processors),
            self.memory_bytes.map(size::text),
            hypervisor,
            self.governor.as_ref().map(|governor| format!("governor {governor}")),
            self.kernel.as_ref().map(|release| format!("Linux {release}")),
        ])
    }

    fn build_line(&self) -> String {
        joined([
            Some(match &self.commit {
                Some(commit) => format!("commit {commit}"),
                None => "commit unknown".to_owned(),
            }),
            Some(self.profile.clone()),
            // The commit and date of the compiler are for machines.
            self.rustc.as_ref().map(|rustc| rustc.split(" (").next().unwrap_or(rustc).to_owned()),
            self.date
                .split_once('T')
                .map(|(day, time)| format!("{day} {} UTC", time.get(..5).unwrap_or(time))),
        ])
    }

    /// What spoils the figures.
    pub(crate) fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if self.profile != "release" {
            doubts.push(
                "built without optimization: build with --release for figures that mean something"
                    .to_owned(),
            );
        }
        if self.emulated {
            doubts.push(
                "this processor is emulated: ratios within one run are all that counts".to_owned(),
            );
        }
        if let Some(load) = self.load.filter(|load| *load > 0.5 * f64::from(self.processors)) {
            let (load, processors) = (figures::three(load), self.processors);
            doubts.push(format!(
                "load {load} on {processors} processors: other work disturbs what is measured"
            ));
        }
        if let Some(governor) = self.governor.as_ref().filter(|governor| *governor != "performance")
        {
            doubts.push(format!(
                "the governor {governor} changes the frequency of the processor while it is measured; as root, \
                 `cpupower frequency-set -g performance`"
            ));
        }
        doubts
    }
}

impl Nic {
    fn of(verbs: &Verbs) -> Nic {
        let capabilities = verbs.capabilities();
        let name = &capabilities.device;
        let make = Make::of(name);
        // What the provider does not keep is asked for once more.
        let options = VerbsOptions { device: Some(name.clone()), ..VerbsOptions::default() };
        let info =
            devices(&options).ok().and_then(|all| all.into_iter().find(|it| it.name == *name));
        let port =
            info.as_ref().and_then(|it| it.ports.iter().find(|port| port.number == verbs.port()));
        let soft = info.as_ref().is_some_and(|it| it.soft_roce);
        Nic {
            device: name.clone(),
            vendor: make.vendor,
            part: make.part,
            firmware: make.firmware,
            port: verbs.port(),
            state: port.map(|port| port.state.to_string()),
            link_layer: port.map(|port| port.link_layer.to_string()),
            // Soft-RoCE makes a rate up.
            link_gbps: capabilities.link_gbps.filter(|_| !soft),
            mtu_bytes: capabilities.mtu,
            gid_index: verbs.gid().map(|gid| gid.index),
            gid_kind: verbs.gid().map(|gid| gid.kind.to_string()),
        }
    }

    fn line(&self) -> String {
        let make = [&self.vendor, &self.part].into_iter().flatten();
        let make: Vec<&str> = make.map(String::as_str).collect();
        let device = match make.is_empty() {
            true => self.device.clone(),
            false => format!("{}: {}", self.device, make.join(" ")),
        };
        joined([
            Some(device),
            self.firmware.as_ref().map(|version| format!("firmware {version}")),
            Some(match &self.state {
                Some(state) => format!("port {} {state}", self.port),
                None => format!("port {}", self.port),
            }),
            self.link_layer.clone(),
            self.link_gbps.map(|rate| format!("{rate} Gbit/s")),
            self.mtu_bytes.map(|mtu| format!("MTU {mtu}")),
            self.gid_index.map(|index| match &self.gid_kind {
                Some(kind) => format!("GID {index} ({kind})"),
                None => format!("GID {index}"),
            }),
        ])
    }
}

/// What there is of these, with commas.
fn joined<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What the build script found out.
fn known(fact: &str) -> Option<String> {
    (fact != "unknown").then(|| fact.to_owned())
}

/// A date as RFC 3339 has it, from the seconds since 1970.
fn date(seconds: u64) -> String {
    let (mut day, second) = (seconds / 86_400, seconds % 86_400);
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    loop {
        let days = if leap(year) { 366 } else { 365 };
        if day < days {
            break;
        }
        day -= days;
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", day + 1)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A machine with a NIC.
    pub(crate) fn machine() -> Machine {
        Machine {
            kernel: Some("6.1.0-18-amd64".to_owned()),
            architecture: "x86_64".to_owned(),
            cpu: Some("AMD EPYC 9654".to_owned()),
            processors: 96,
            memory_bytes: Some(256 << 30),
            nic: Some(Nic {
                device: "mlx5_0".to_owned(),
                vendor: Some("NVIDIA Mellanox".to_owned()),
                part: Some("MT4123".to_owned()),
                firmware: Some("20.31.1014".to_owned()),
                port: 1,
                state: Some("active".to_owned()),
                link_layer: Some("Ethernet".to_owned()),
                link_gbps: Some(100.0),
                mtu_bytes: Some(4096),
                gid_index: Some(3),
                gid_kind: Some("RoCE v2".to_owned()),
            }),
            provider: "verbs".to_owned(),
            rustc: Some("rustc 1.95.0 (59807616e 2026-04-14)".to_owned()),
            profile: "release".to_owned(),
            commit: Some("0123456789ab".to_owned()),
            date: "2026-11-21T17:30:59Z".to_owned(),
            ..Machine::default()
        }
    }

    #[test]
    fn a_machine_fits_few_lines() {
        assert_eq!(
            machine().lines(),
            [
                "AMD EPYC 9654, 96 processors, 256 GiB, Linux 6.1.0-18-amd64",
                "mlx5_0: NVIDIA Mellanox MT4123, firmware 20.31.1014, port 1 active, Ethernet, 100 Gbit/s, MTU 4096, \
                 GID 3 (RoCE v2)",
                "commit 0123456789ab, release, rustc 1.95.0, 2026-11-21 17:30 UTC",
            ]
        );
        assert_eq!(machine().doubts(), [""; 0]);
        assert_eq!(Machine::default().lines(), [", 0 processors", "commit unknown, "]);
    }

    #[test]
    fn what_spoils_figures_is_said() {
        let bad = Machine {
            hypervisor: Some("QEMU".to_owned()),
            emulated: true,
            profile: "debug".to_owned(),
            load: Some(95.0),
            governor: Some("powersave".to_owned()),
            ..machine()
        };
        let doubts = bad.doubts().join("\n");
        for part in ["--release", "emulated", "load 95.0 on 96", "powersave"] {
            assert!(doubts.contains(part), "{part} is not in {doubts}");
        }
        assert!(bad.lines()[0].contains("emulated by QEMU"), "{:?}", bad.lines());
    }

    #[test]
    fn this_machine_is_described() {
        let shm = verbs_shim::provider::Shm::open().unwrap();
        let machine = Machine::here(&AnyProvider::Shm(shm));
        assert!(
            machine.processors > 0 && machine.kernel.is_some() && machine.memory_bytes > Some(0)
        );
        assert_eq!((machine.provider.as_str(), &machine.nic), ("shm", &None));
        assert!(machine.rustc.unwrap().starts_with("rustc 1."));
        assert!(machine.date.starts_with("20"), "{}", machine.date);
    }

    #[test]
    fn dates_have_leap_days() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (978_307_199, "2000-12-31T23:59:59Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(date(seconds), text);
        }
    }
}
