//! The processor, and whether it is a real one.

use std::path::Path;

use super::{field, kernel_file};

/// What the kernel tells of the processor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Processor {
    /// Its model.
    pub(crate) model: Option<String>,
    /// What runs this machine if it is a virtual one: its name where it has one, else `unknown`.
    pub(crate) hypervisor: Option<String>,
    /// Its instructions are translated by a program (QEMU without hardware virtualization).
    pub(crate) emulated: bool,
    /// How its frequency is governed: `performance`, `powersave` …
    pub(crate) governor: Option<String>,
}

impl Processor {
    /// Of this machine.
    pub(crate) fn here() -> Processor {
        Processor::of(Path::new("/"))
    }

    /// Of the machine whose `/proc` and `/sys` are below `root`.
    fn of(root: &Path) -> Processor {
        let file = |path: &str| kernel_file(root.join(path)).filter(|text| !text.is_empty());
        let table = file("proc/cpuinfo").unwrap_or_default();
        let key = |name| field(&table, name);
        let model = key("model name").map(str::to_owned).or_else(|| {
            let (implementer, part) = (key("CPU implementer")?, key("CPU part")?);
            Some(format!("implementer {implementer}, part {part}"))
        });
        // Not every architecture has a flag for it; those without name their hypervisor in the device tree.
        let flagged =
            key("flags").is_some_and(|flags| flags.split(' ').any(|it| it == "hypervisor"));
        let named = file("sys/hypervisor/type")
            .or_else(|| file("proc/device-tree/hypervisor/compatible"))
            .map(|name| name.trim_matches('\0').to_owned());
        let product = || {
            let product = file("sys/class/dmi/id/product_name")?;
            let vendor = file("sys/class/dmi/id/sys_vendor").unwrap_or_default();
            Some(format!("{vendor} {product}").trim().to_owned())
        };
        let virtual_machine = || product().unwrap_or_else(|| "unknown".to_owned());
        Processor {
            emulated: model.as_deref().is_some_and(|model| model.contains("TCG")),
            hypervisor: named.or_else(|| flagged.then(virtual_machine)),
            governor: file("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            model,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine of these files.
    fn machine(files: &[(&str, &str)]) -> Processor {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Processor::of(root.path())
    }

    #[test]
    fn a_real_processor_has_no_hypervisor() {
        let processor = machine(&[
            ("proc/cpuinfo", "processor\t: 0\nmodel name\t: AMD EPYC 9654\nflags\t\t: fpu vme\n"),
            ("sys/class/dmi/id/product_name", "PowerEdge\n"),
            ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"),
        ]);
        let expected = Processor {
            model: Some("AMD EPYC 9654".to_owned()),
            governor: Some("powersave".to_owned()),
            ..Processor::default()
        };
        assert_eq!(processor, expected);
    }

    #[test]
    fn virtual_machines_are_noticed() {
        let cpu = (
            "proc/cpuinfo",
            "model name\t: QEMU TCG CPU version 2.5+\nflags\t\t: fpu hypervisor lm\n",
        );
        let processor = machine(&[
            cpu,
            ("sys/class/dmi/id/product_name", "Standard PC\n"),
            ("sys/class/dmi/id/sys_vendor", "QEMU\n"),
        ]);
        assert_eq!(processor.hypervisor.as_deref(), Some("QEMU Standard PC"));
        assert!(processor.emulated);
        assert_eq!(machine(&[cpu]).hypervisor.as_deref(), Some("unknown"));
        let processor = machine(&[("sys/hypervisor/type", "xen\n")]);
        assert_eq!(processor.hypervisor.as_deref(), Some("xen"));
    }

    #[test]
    fn processors_without_a_name_have_numbers() {
        let processor =
            machine(&[("proc/cpuinfo", "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n")]);
        assert_eq!(processor.model.as_deref(), Some("implementer 0x41, part 0xd0c"));
        assert_eq!(machine(&[]), Processor::default());
    }
}
