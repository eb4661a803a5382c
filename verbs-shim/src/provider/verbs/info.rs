//! What is known of a device before it is used: its ports, addresses and limits, as plain data.

use std::fmt;
use std::net::Ipv6Addr;

use crate::capabilities::Atomicity;

/// A device, as [`devices`](super::devices) describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceInfo {
    /// The kernel's name for it, such as `mlx5_0` or `rxe0`.
    pub name: String,
    /// The version of its firmware; empty where there is none.
    pub firmware: String,
    /// True for soft-RoCE, the kernel's software device `rdma_rxe`.
    pub soft_roce: bool,
    /// Speaks the InfiniBand transport (InfiniBand and RoCE do; iWARP and others do not).
    pub infiniband_transport: bool,
    /// Against what its atomics are atomic; `None` when it has none.
    pub atomicity: Option<Atomicity>,
    /// Its ports.
    pub ports: Vec<PortInfo>,
    /// Why it could not be opened or asked, if so; then the other fields say little.
    pub problem: Option<String>,
}

impl DeviceInfo {
    /// A device of which nothing is known, because it cannot be opened.
    pub(super) fn closed(name: String, error: &std::io::Error) -> DeviceInfo {
        DeviceInfo {
            problem: Some(format!(
                "cannot be opened: {error} (may this user open /dev/infiniband/uverbs*?)"
            )),
            name,
            firmware: String::new(),
            soft_roce: false,
            infiniband_transport: true,
            atomicity: None,
            ports: Vec::new(),
        }
    }
}

/// A port of a device.
#[derive(Clone, Debug, PartialEq)]
pub struct PortInfo {
    /// Its number, counted from 1.
    pub number: u8,
    /// Its state.
    pub state: PortState,
    /// What its wire is.
    pub link_layer: LinkLayer,
    /// Its local identifier on InfiniBand; 0 elsewhere.
    pub lid: u16,
    /// The subnet wants a global route header in every packet.
    pub needs_global_routing: bool,
    /// The MTU in force, in bytes.
    pub mtu: u32,
    /// The longest message in bytes.
    pub max_message: u32,
    /// Its rate in Gbit/s, if known. Soft-RoCE makes one up.
    pub link_gbps: Option<f64>,
    /// Its addresses.
    pub gids: Vec<GidInfo>,
}

/// The state of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PortState {
    /// No link.
    Down,
    /// There is a link, and the subnet manager has not configured the port yet.
    Initializing,
    /// Configured, not yet active.
    Armed,
    /// Ready.
    Active,
    /// Something else; the device's own code.
    Other(i32),
}

/// What the wire of a port is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkLayer {
    /// InfiniBand.
    InfiniBand,
    /// Ethernet: RoCE.
    Ethernet,
    /// Not known.
    Other,
}

/// A 128-bit address of a port. On RoCE it is an IP address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gid(pub [u8; 16]);

impl Gid {
    /// Whether it stands for an IPv4 address.
    pub fn is_ipv4(self) -> bool {
        Ipv6Addr::from(self.0).to_ipv4_mapped().is_some()
    }

    /// Whether it reaches no further than the link (`fe80::/10`).
    pub fn is_link_local(self) -> bool {
        self.0[0] == 0xfe && self.0[1] & 0xc0 == 0x80
    }

    /// Whether it is all zeros, which is no address.
    pub fn is_zero(self) -> bool {
        self.0 == [0; 16]
    }
}

impl fmt::Display for Gid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ipv6Addr::from(self.0).fmt(f)
    }
}

/// An entry of a port's GID table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GidInfo {
    /// Its index in the table.
    pub index: u8,
    /// The address.
    pub gid: Gid,
    /// What packets look like that use it.
    pub kind: GidKind,
}

/// The protocol that goes with a GID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GidKind {
    /// InfiniBand.
    InfiniBand,
    /// RoCE version 1: bare Ethernet, within one broadcast domain.
    RoceV1,
    /// RoCE version 2: UDP, routable.
    RoceV2,
}

impl fmt::Display for PortState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PortState::Down => "down",
            PortState::Initializing => "initializing",
            PortState::Armed => "armed",
            PortState::Active => "active",
            PortState::Other(code) => return write!(f, "in state {code}"),
        })
    }
}

impl fmt::Display for LinkLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LinkLayer::InfiniBand => "InfiniBand",
            LinkLayer::Ethernet => "Ethernet",
            LinkLayer::Other => "unknown link layer",
        })
    }
}

impl fmt::Display for GidKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GidKind::InfiniBand => "InfiniBand",
            GidKind::RoceV1 => "RoCE v1",
            GidKind::RoceV2 => "RoCE v2",
        })
    }
}

impl fmt::Display for GidInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GID {} {} ({})", self.index, self.gid, self.kind)
    }
}

impl fmt::Display for PortInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "port {} {}, {}", self.number, self.state, self.link_layer)?;
        if self.lid != 0 {
            write!(f, ", LID {}", self.lid)?;
        }
        for gid in &self.gids {
            write!(f, ", {gid}")?;
        }
        Ok(())
    }
}

impl fmt::Display for DeviceInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.soft_roce {
            f.write_str(" (soft-RoCE)")?;
        }
        if let Some(problem) = &self.problem {
            return write!(f, ": {problem}");
        }
        for (i, port) in self.ports.iter().enumerate() {
            write!(f, "{} {port}", if i == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}
