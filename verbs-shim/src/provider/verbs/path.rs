//! How one queue pair reaches another: a pure function of both ends.

use super::abi::{ibv_ah_attr, ibv_gid, ibv_global_route};
use super::card::PairCard;
use super::info::{GidInfo, LinkLayer, PortInfo};

/// The most READs and atomics in flight that a pair asks for. Devices have 16 to 128; each costs the
/// responder memory for every queue pair.
pub(super) const MAX_READS: u8 = 128;

/// The hops a packet may take between subnets.
const HOP_LIMIT: u8 = 64;

/// The port through which this process talks, and what its queue pairs can do.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Endpoint {
    pub(super) port: u8,
    pub(super) link_layer: LinkLayer,
    pub(super) lid: u16,
    pub(super) gid: Option<GidInfo>,
    /// Packets need a global route header: by order of the subnet, or of the user.
    pub(super) needs_global_routing: bool,
    /// The port's MTU, as `ibv_mtu`.
    pub(super) mtu: u8,
    /// The most READs and atomics in flight that a pair starts.
    pub(super) initiates: u8,
    /// The most that a pair answers.
    pub(super) answers: u8,
}

/// What both ends agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// Use the peer's GID, not just its LID.
    pub(super) global: bool,
    /// The smaller MTU, as `ibv_mtu`.
    pub(super) mtu: u8,
    /// What this end may start and the other answers.
    pub(super) initiates: u8,
    /// What the other end may start and this one answers.
    pub(super) answers: u8,
}

impl Endpoint {
    pub(super) fn new(
        port: &PortInfo,
        gid: Option<GidInfo>,
        gid_was_asked_for: bool,
        mtu: u8,
        initiates: u8,
        answers: u8,
    ) -> Endpoint {
        Endpoint {
            port: port.number,
            link_layer: port.link_layer,
            lid: port.lid,
            gid,
            needs_global_routing: port.needs_global_routing || gid_was_asked_for,
            mtu,
            initiates,
            answers,
        }
    }

    /// The path to a peer.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn path_to(&self, peer: &PairCard) -> Result<Path, String> {
        if self.link_layer != peer.link_layer {
            return Err(format!(
                "its port is on {}, and this one on {}",
                peer.link_layer, self.link_layer
            ));
        }
        Ok(Path {
            global: self.is_global(peer)?,
            mtu: self.mtu.min(peer.mtu),
            initiates: self.initiates.min(peer.answers),
            answers: self.answers.min(peer.initiates),
        })
    }

    fn is_global(&self, peer: &PairCard) -> Result<bool, String> {
        let gids = self.gid.zip(peer.gid);
        if self.link_layer == LinkLayer::InfiniBand {
            let same_subnet = gids.is_none_or(|(own, (its, _))| own.gid.0[..8] == its.0[..8]);
            let has_lids = self.lid != 0 && peer.lid != 0;
            let asked = self.needs_global_routing || peer.needs_global_routing;
            if same_subnet && has_lids && !asked {
                return Ok(false);
            }
            return if gids.is_some() {
                Ok(true)
            } else {
                Err("global routing is needed, and one of both has no GID".to_owned())
            };
        }
        let Some((own, (its, its_kind))) = gids else {
            return Err("RoCE needs a GID on both sides, and one has none".to_owned());
        };
        if own.kind != its_kind || own.gid.is_ipv4() != its.is_ipv4() {
            return Err(format!(
                "its address {its} ({its_kind}) is of another kind than this side's {own}; choose \
                 addresses of one kind (PANGEA_VERBS_GID_INDEX)"
            ));
        }
        Ok(true)
    }

    /// The address vector of a path.
    pub(super) fn address_vector(&self, path: &Path, peer: &PairCard) -> ibv_ah_attr {
        let mut vector = ibv_ah_attr { dlid: peer.lid, port_num: self.port, ..Default::default() };
        if path.global
            && let (Some(own), Some((its, _))) = (self.gid, peer.gid)
        {
            vector.is_global = 1;
            vector.grh = ibv_global_route {
                dgid: ibv_gid { raw: its.0 },
                sgid_index: own.index,
                hop_limit: HOP_LIMIT,
                ..Default::default()
            };
        }
        vector
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::verbs::info::{Gid, GidKind};

    fn gid(last: u8, ipv4: bool) -> Gid {
        let mut gid = [0; 16];
        if ipv4 {
            gid[10..12].fill(0xff);
        } else {
            gid[0] = 0xfe;
            gid[1] = 0x80;
        }
        gid[15] = last;
        Gid(gid)
    }

    fn endpoint(link_layer: LinkLayer, kind: GidKind) -> Endpoint {
        let ipv4 = link_layer == LinkLayer::Ethernet;
        Endpoint {
            port: 1,
            link_layer,
            lid: if ipv4 { 0 } else { 3 },
            gid: Some(GidInfo { index: 5, gid: gid(1, ipv4), kind }),
            needs_global_routing: false,
            mtu: 3,
            initiates: 16,
            answers: 64,
        }
    }

    fn card(link_layer: LinkLayer, kind: GidKind) -> PairCard {
        let ipv4 = link_layer == LinkLayer::Ethernet;
        PairCard {
            link_layer,
            gid: Some((gid(2, ipv4), kind)),
            number: 17,
            psn: 0,
            lid: if ipv4 { 0 } else { 4 },
            mtu: 5,
            initiates: 128,
            answers: 8,
            needs_global_routing: false,
        }
    }

    #[test]
    fn roce_goes_by_gid_and_takes_the_smaller_of_everything() {
        let own = endpoint(LinkLayer::Ethernet, GidKind::RoceV2);
        let peer = card(LinkLayer::Ethernet, GidKind::RoceV2);
        let path = own.path_to(&peer).unwrap();
        assert_eq!(path, Path { global: true, mtu: 3, initiates: 8, answers: 64 });
        let vector = own.address_vector(&path, &peer);
        assert_eq!((vector.is_global, vector.grh.sgid_index, vector.port_num), (1, 5, 1));
        assert_eq!(vector.grh.dgid.raw, gid(2, true).0);
    }

    #[test]
    fn roce_of_two_kinds_does_not_mix() {
        let own = endpoint(LinkLayer::Ethernet, GidKind::RoceV2);
        let reason = own.path_to(&card(LinkLayer::Ethernet, GidKind::RoceV1)).unwrap_err();
        assert!(reason.contains("another kind"), "{reason}");
        let mut ipv6 = card(LinkLayer::Ethernet, GidKind::RoceV2);
        ipv6.gid = Some((gid(2, false), GidKind::RoceV2));
        own.path_to(&ipv6).unwrap_err();
        ipv6.gid = None;
        own.path_to(&ipv6).unwrap_err();
        own.path_to(&card(LinkLayer::InfiniBand, GidKind::InfiniBand)).unwrap_err();
    }

    #[test]
    fn infiniband_goes_by_lid_within_a_subnet_and_by_gid_beyond() {
        let own = endpoint(LinkLayer::InfiniBand, GidKind::InfiniBand);
        let mut peer = card(LinkLayer::InfiniBand, GidKind::InfiniBand);
        let path = own.path_to(&peer).unwrap();
        assert!(!path.global);
        let vector = own.address_vector(&path, &peer);
        assert_eq!((vector.is_global, vector.dlid), (0, 4));

        peer.needs_global_routing = true;
        assert!(own.path_to(&peer).unwrap().global);
        peer.needs_global_routing = false;
        peer.gid = Some((Gid([7; 16]), GidKind::InfiniBand));
        assert!(own.path_to(&peer).unwrap().global);
        peer.gid = None;
        assert!(!own.path_to(&peer).unwrap().global);
        peer.lid = 0;
        own.path_to(&peer).unwrap_err();
    }
}
