//! Where and when the figures were taken, in one paragraph.

use std::path::Path;

use crate::options::{Class, Options};
use pangea_benches::process::first_line;

/// The paragraph below the tables.
pub(crate) fn describe(versions: &[String], options: &Options) -> String {
    let read = |path: &str| std::fs::read_to_string(Path::new(path)).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let kernel = read("/proc/sys/kernel/osrelease");
    let told = |program: &str, args: &[&str]| {
        first_line(program, args).unwrap_or_else(|_| "unknown".to_owned())
    };
    let under = if cpuinfo.contains("hypervisor") { " in a virtual machine" } else { "" };
    let place = match options.class {
        Class::Shm => "",
        Class::Rxe => ", soft-RoCE within it",
    };
    format!(
        "{}{under}{place}, {} processors, Linux {}; {}, release; commit {}; {}; {} samples each, made by `{}`. \
         Versions: {}.",
        model(&cpuinfo).unwrap_or("unknown processor"),
        std::thread::available_parallelism().map_or(0, usize::from),
        kernel.trim(),
        std::env::var("PEERS_RUSTC").unwrap_or_else(|_| told("rustc", &["--version"])),
        std::env::var("PEERS_COMMIT")
            .unwrap_or_else(|_| told("git", &["describe", "--always", "--dirty"])),
        told("date", &["+%Y-%m-%d"]),
        options.samples,
        options.command(),
        versions.join("; "),
    )
}

fn model(cpuinfo: &str) -> Option<&str> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_found() {
        assert_eq!(model("processor\t: 0\nmodel name\t: AMD EPYC\nflags\t: x\n"), Some("AMD EPYC"));
        assert_eq!(model("flags\t: x\n"), None);
    }
}
