//! Facts about this machine, read from the kernel.

pub(crate) mod limits;
pub(crate) mod nic;
pub(crate) mod processor;

use std::path::Path;

/// The text of a small file of the kernel, trimmed; none when it is absent or unreadable.
pub(crate) fn kernel_file(path: impl AsRef<Path>) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

/// The release of the kernel, such as `6.1.0-18-amd64`.
pub(crate) fn kernel_release() -> Option<String> {
    kernel_file("/proc/sys/kernel/osrelease")
}

/// The value of `Name:  value …` in one of the kernel's tables.
pub(crate) fn field<'a>(table: &'a str, name: &str) -> Option<&'a str> {
    table.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim_end() == name).then_some(value.trim())
    })
}

/// The word in brackets, as in `always [madvise] never`.
pub(crate) fn chosen(text: &str) -> Option<&str> {
    let start = text.find('[')? + 1;
    let end = start + text[start..].find(']')?;
    Some(&text[start..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read() {
        let table = "MemTotal:       24689156 kB\nMemFree:        23000000 kB\n";
        assert_eq!(field(table, "MemTotal"), Some("24689156 kB"));
        assert_eq!(field(table, "Mem"), None);
        assert_eq!(field("model name\t: AMD EPYC\n", "model name"), Some("AMD EPYC"));
    }

    #[test]
    fn choices_are_read() {
        assert_eq!(chosen("always [madvise] never"), Some("madvise"));
        assert_eq!(chosen("always"), None);
        assert_eq!(chosen("al]w[ays"), None);
    }
}
