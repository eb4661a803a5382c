//! Which device, port and address to use: a pure function of what is there and what was asked for.

use super::info::{DeviceInfo, GidInfo, GidKind, LinkLayer, PortInfo, PortState};
use super::options::VerbsOptions;

/// What was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Position of the device in the list.
    pub(super) device: usize,
    /// Position of the port in the device's list.
    pub(super) port: usize,
    /// The address, where the port has one.
    pub(super) gid: Option<GidInfo>,
}

/// Chooses the first usable port of the first usable device that the options allow.
///
/// # Errors
/// Why none is usable, for each device that was looked at.
pub(super) fn choose(devices: &[DeviceInfo], options: &VerbsOptions) -> Result<Chosen, String> {
    let mut reasons = Vec::new();
    for (position, device) in devices.iter().enumerate() {
        if options.device.as_ref().is_some_and(|wanted| *wanted != device.name) {
            continue;
        }
        match choose_port(device, options) {
            Ok((port, gid)) => return Ok(Chosen { device: position, port, gid }),
            Err(reason) => reasons.push(reason),
        }
    }
    Err(match &options.device {
        Some(wanted) if reasons.is_empty() => format!("there is no device {wanted:?}"),
        _ => reasons.join("; "),
    })
}

fn choose_port(
    device: &DeviceInfo,
    options: &VerbsOptions,
) -> Result<(usize, Option<GidInfo>), String> {
    let name = &device.name;
    if let Some(problem) = &device.problem {
        return Err(format!("{name}: {problem}"));
    }
    if !device.infiniband_transport {
        return Err(format!(
            "{name} does not speak the InfiniBand transport (iWARP is not supported)"
        ));
    }
    if device.atomicity.is_none() {
        return Err(format!("{name} has no atomic operations"));
    }
    let mut reasons = Vec::new();
    for (position, port) in device.ports.iter().enumerate() {
        if options.port.is_some_and(|wanted| wanted != port.number) {
            continue;
        }
        match choose_gid(port, options) {
            Ok(gid) => return Ok((position, gid)),
            Err(reason) => reasons.push(format!("{name} port {} {reason}", port.number)),
        }
    }
    Err(match options.port {
        Some(wanted) if reasons.is_empty() => format!("{name} has no port {wanted}"),
        _ if reasons.is_empty() => format!("{name} has no ports"),
        _ => reasons.join("; "),
    })
}

fn choose_gid(port: &PortInfo, options: &VerbsOptions) -> Result<Option<GidInfo>, String> {
    if port.state != PortState::Active {
        return Err(format!("is {}, not active", port.state));
    }
    if let Some(index) = options.gid_index {
        return match port.gids.iter().find(|entry| entry.index == index) {
            Some(entry) => Ok(Some(*entry)),
            None => Err(format!("has no address at GID index {index}")),
        };
    }
    // The first among equals: indices ascend.
    let best = port.gids.iter().copied().min_by_key(|entry| (rank(*entry), entry.index));
    match port.link_layer {
        LinkLayer::InfiniBand if port.lid == 0 && best.is_none() => {
            Err("has neither a LID nor a GID; is a subnet manager running?".to_owned())
        }
        LinkLayer::InfiniBand => Ok(best),
        LinkLayer::Ethernet | LinkLayer::Other => best.map(Some).ok_or_else(|| {
            "has no GID; give its network interface an IP address and bring it up".to_owned()
        }),
    }
}

/// How welcome an address is; less is better. Peers must all choose the same kind, so what is most
/// widely configured comes first.
fn rank(entry: GidInfo) -> u8 {
    match (entry.kind, entry.gid.is_ipv4(), entry.gid.is_link_local()) {
        (GidKind::RoceV2, true, _) => 0,
        (GidKind::RoceV2, false, false) => 1,
        (GidKind::RoceV1, true, _) => 2,
        (GidKind::RoceV1, false, false) => 3,
        // The subnet manager's own prefix is fe80::/64, so on InfiniBand it is the usual one.
        (GidKind::InfiniBand, ..) => 4,
        (GidKind::RoceV2, false, true) => 5,
        (GidKind::RoceV1, false, true) => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::Atomicity;
    use crate::provider::verbs::info::Gid;

    const LINK_LOCAL: Gid = Gid([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
    const GLOBAL: Gid = Gid([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
    const IPV4: Gid = Gid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 7]);

    fn gid(index: u8, gid: Gid, kind: GidKind) -> GidInfo {
        GidInfo { index, gid, kind }
    }

    fn port(number: u8, link_layer: LinkLayer, gids: Vec<GidInfo>) -> PortInfo {
        PortInfo {
            number,
            state: PortState::Active,
            link_layer,
            lid: if link_layer == LinkLayer::InfiniBand { 9 } else { 0 },
            needs_global_routing: false,
            mtu: 1024,
            max_message: 1 << 23,
            link_gbps: None,
            gids,
        }
    }

    fn device(name: &str, ports: Vec<PortInfo>) -> DeviceInfo {
        DeviceInfo {
            name: name.to_owned(),
            firmware: String::new(),
            soft_roce: false,
            infiniband_transport: true,
            atomicity: Some(Atomicity::Nic),
            ports,
            problem: None,
        }
    }

    fn roce(name: &str) -> DeviceInfo {
        let gids = vec![
            gid(0, LINK_LOCAL, GidKind::RoceV1),
            gid(1, LINK_LOCAL, GidKind::RoceV2),
            gid(2, IPV4, GidKind::RoceV1),
            gid(3, IPV4, GidKind::RoceV2),
            gid(4, GLOBAL, GidKind::RoceV2),
        ];
        device(name, vec![port(1, LinkLayer::Ethernet, gids)])
    }

    fn chosen_index(device: DeviceInfo) -> Option<u8> {
        choose(&[device], &VerbsOptions::default()).unwrap().gid.map(|entry| entry.index)
    }

    #[test]
    fn roce_v2_with_ipv4_comes_first_wherever_it_stands() {
        let mut device = roce("mlx5_0");
        assert_eq!(chosen_index(device.clone()), Some(3));
        device.ports[0].gids.reverse();
        assert_eq!(chosen_index(device.clone()), Some(3));
        device.ports[0].gids.retain(|entry| entry.index != 3);
        assert_eq!(chosen_index(device.clone()), Some(4));
        device.ports[0].gids.retain(|entry| entry.index != 4);
        assert_eq!(chosen_index(device.clone()), Some(2));
        device.ports[0].gids.retain(|entry| entry.index < 2);
        assert_eq!(chosen_index(device), Some(1));
    }

    #[test]
    fn ports_that_are_not_active_are_passed_over() {
        let mut first = roce("mlx5_0");
        first.ports[0].state = PortState::Down;
        let mut second = roce("mlx5_1");
        second.ports.push(port(2, LinkLayer::InfiniBand, Vec::new()));
        second.ports[0].state = PortState::Armed;
        let list = [first, second];
        let chosen = choose(&list, &VerbsOptions::default()).unwrap();
        assert_eq!(chosen, Chosen { device: 1, port: 1, gid: None });

        let wanted = VerbsOptions { device: Some("mlx5_0".to_owned()), ..Default::default() };
        assert_eq!(choose(&list, &wanted).unwrap_err(), "mlx5_0 port 1 is down, not active");
    }

    #[test]
    fn options_decide_and_what_is_missing_is_named() {
        let list = [roce("mlx5_0"), roce("mlx5_1")];
        let by_name = |name: &str, port, gid_index| VerbsOptions {
            library: None,
            device: Some(name.to_owned()),
            port,
            gid_index,
        };
        let chosen = choose(&list, &by_name("mlx5_1", Some(1), Some(4))).unwrap();
        assert_eq!(chosen.device, 1);
        assert_eq!(chosen.gid.unwrap().gid, GLOBAL);
        let refused = |options| choose(&list, &options).unwrap_err();
        assert_eq!(refused(by_name("mlx4_0", None, None)), "there is no device \"mlx4_0\"");
        assert_eq!(refused(by_name("mlx5_0", Some(2), None)), "mlx5_0 has no port 2");
        assert_eq!(
            refused(by_name("mlx5_0", None, Some(9))),
            "mlx5_0 port 1 has no address at GID index 9"
        );
    }

    #[test]
    fn what_a_device_lacks_is_said() {
        let mut iwarp = roce("siw0");
        iwarp.infiniband_transport = false;
        let mut without_atomics = roce("old0");
        without_atomics.atomicity = None;
        let mut without_address = roce("rxe0");
        without_address.ports[0].gids.clear();
        let mut broken = roce("mlx5_0");
        broken.problem = Some("cannot be opened: Permission denied".to_owned());
        let mut unmanaged = device("ib0", vec![port(1, LinkLayer::InfiniBand, Vec::new())]);
        unmanaged.ports[0].lid = 0;
        let list = [iwarp, without_atomics, without_address, broken, unmanaged];
        let reasons = choose(&list, &VerbsOptions::default()).unwrap_err();
        for part in [
            "siw0 does not speak the InfiniBand transport",
            "old0 has no atomic operations",
            "rxe0 port 1 has no GID",
            "mlx5_0: cannot be opened: Permission denied",
            "ib0 port 1 has neither a LID nor a GID",
        ] {
            assert!(reasons.contains(part), "{part} is not in: {reasons}");
        }
    }

    #[test]
    fn infiniband_takes_the_first_gid_of_its_subnet() {
        let gids =
            vec![gid(0, LINK_LOCAL, GidKind::InfiniBand), gid(1, GLOBAL, GidKind::InfiniBand)];
        let device = device("mlx5_0", vec![port(1, LinkLayer::InfiniBand, gids)]);
        assert_eq!(chosen_index(device), Some(0));
    }
}
