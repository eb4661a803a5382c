//! NICs, as the kernel names them.

use std::path::Path;

use super::kernel_file;

/// Who makes NICs that speak InfiniBand or RoCE, by the number of PCI.
const VENDORS: [(u32, &str); 7] = [
    (0x1077, "Marvell QLogic"),
    (0x14e4, "Broadcom"),
    (0x15b3, "NVIDIA Mellanox"),
    (0x19e5, "Huawei"),
    (0x1d0f, "Amazon"),
    (0x1ded, "Alibaba"),
    (0x8086, "Intel"),
];

/// What a device is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Make {
    /// Who makes it; its number where the name is not known. Software devices have none.
    pub(crate) vendor: Option<String>,
    /// The part: the vendor's name for the chip, and for the board where there is one.
    pub(crate) part: Option<String>,
    pub(crate) firmware: Option<String>,
}

impl Make {
    /// Of a device of this machine, such as `mlx5_0`.
    pub(crate) fn of(device: &str) -> Make {
        Make::at(&Path::new("/sys/class/infiniband").join(device))
    }

    fn at(folder: &Path) -> Make {
        let file = |name: &str| kernel_file(folder.join(name)).filter(|text| !text.is_empty());
        let vendor = file("device/vendor").map(|number| vendor(&number));
        // The same test as the provider's.
        let soft = folder.join("parent").exists() && !folder.join("device").exists();
        let part = match (file("hca_type"), file("board_id")) {
            _ if soft => Some("soft-RoCE".to_owned()),
            (Some(chip), Some(board)) => Some(format!("{chip} ({board})")),
            (chip, board) => chip.or(board).or_else(|| file("device/device")),
        };
        Make { vendor, part, firmware: file("fw_ver").filter(|_| !soft) }
    }
}

fn vendor(number: &str) -> String {
    let digits = number.trim_start_matches("0x");
    let known = u32::from_str_radix(digits, 16)
        .ok()
        .and_then(|number| VENDORS.iter().find(|(vendor, _)| *vendor == number));
    known.map_or_else(|| format!("PCI vendor {number}"), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(files: &[(&str, &str)]) -> Make {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Make::at(folder.path())
    }

    #[test]
    fn cards_have_a_vendor_a_part_and_firmware() {
        let make = device(&[
            ("device/vendor", "0x15b3\n"),
            ("hca_type", "MT4123\n"),
            ("board_id", "MT_0000000223\n"),
            ("fw_ver", "20.31.1014\n"),
        ]);
        assert_eq!(make.vendor.as_deref(), Some("NVIDIA Mellanox"));
        assert_eq!(make.part.as_deref(), Some("MT4123 (MT_0000000223)"));
        assert_eq!(make.firmware.as_deref(), Some("20.31.1014"));
        let make = device(&[("device/vendor", "0xabcd\n"), ("device/device", "0x0001\n")]);
        assert_eq!(make.vendor.as_deref(), Some("PCI vendor 0xabcd"));
        assert_eq!(make.part.as_deref(), Some("0x0001"));
    }

    #[test]
    fn software_has_neither() {
        let make = device(&[("parent", "eth0\n"), ("fw_ver", "\n"), ("hca_type", "\n")]);
        assert_eq!(make, Make { part: Some("soft-RoCE".to_owned()), ..Make::default() });
        assert_eq!(device(&[]), Make::default());
    }
}
