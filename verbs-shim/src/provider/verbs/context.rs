//! An opened device ([`Context`]), what it says of itself, and its protection domain ([`Device`]).

use std::ffi::{CStr, c_char, c_int};
use std::mem::{MaybeUninit, offset_of, zeroed};
use std::path::Path;
use std::sync::Arc;
use std::{fs, io, ptr};

use super::abi::{self, PortAttrBuffer, ibv_context, ibv_device_attr, ibv_device_attr_ex, ibv_pd};
use super::info::{DeviceInfo, Gid, GidInfo, GidKind, LinkLayer, PortInfo, PortState};
use super::library::{Library, ListedDevice, error_of};
use crate::capabilities::Atomicity;

/// A device that was opened, closed again when it is dropped.
pub(super) struct Context {
    pub(super) library: Arc<Library>,
    pub(super) raw: *mut ibv_context,
    pub(super) name: String,
}

// SAFETY: the library's calls on a context may be made from any thread and at the same time, as its
// manual says; the pointer is freed only by `drop`.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: opened by `open`, closed once; what was made from it keeps it alive.
        let returned = unsafe { (self.library.functions.ibv_close_device)(self.raw) };
        if returned != 0 {
            log::error!("ibv_close_device of {}: {}", self.name, error_of(returned));
        }
    }
}

impl Context {
    /// Opens a device.
    ///
    /// # Errors
    /// As the system has it, for example when `/dev/infiniband/uverbs0` may not be opened.
    pub(super) fn open(listed: &ListedDevice<'_>) -> io::Result<Context> {
        let library = Arc::clone(&listed.list.library);
        // SAFETY: the device is one of a list that lives; the context holds it from here on.
        let raw = unsafe { (library.functions.ibv_open_device)(listed.device) };
        if raw.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(Context { library, raw, name: listed.name() })
    }

    /// Its limits.
    pub(super) fn attributes(&self) -> io::Result<ibv_device_attr> {
        // SAFETY: plain integers, for which zeros are a value.
        let mut attributes: ibv_device_attr = unsafe { zeroed() };
        // SAFETY: the context lives, the structure is as the library writes it.
        match unsafe { (self.library.functions.ibv_query_device)(self.raw, &mut attributes) } {
            0 => Ok(attributes),
            code => Err(error_of(code)),
        }
    }

    /// Whether READ, WRITE and atomics on RC queue pairs work on memory that is not pinned.
    pub(super) fn on_demand_paging(&self) -> bool {
        // SAFETY: the context lives.
        let extended = unsafe { (*self.raw).abi_compat }.addr() == usize::MAX;
        if !extended {
            return false;
        }
        let tail = self.raw.wrapping_byte_sub(offset_of!(abi::verbs_context, context));
        let sz = tail.wrapping_byte_add(offset_of!(abi::verbs_context, sz)).cast::<usize>();
        // SAFETY: `abi_compat` of all ones says that the context lies inside of a `verbs_context`,
        // whose `sz` comes right before it.
        if unsafe { *sz } < size_of::<abi::verbs_context>() {
            return false;
        }
        // SAFETY: `sz` says that the structure reaches as far to the front as this field.
        let Some(query) = (unsafe { (*tail.cast::<abi::verbs_context>()).query_device_ex }) else {
            return false;
        };
        // SAFETY: plain integers, for which zeros are a value.
        let mut attributes: ibv_device_attr_ex = unsafe { zeroed() };
        // SAFETY: the context lives, there is no input, and the length tells how much to write.
        let returned = unsafe {
            query(self.raw, ptr::null(), &mut attributes, size_of::<ibv_device_attr_ex>())
        };
        let needed =
            abi::IBV_ODP_SUPPORT_READ | abi::IBV_ODP_SUPPORT_WRITE | abi::IBV_ODP_SUPPORT_ATOMIC;
        let caps = &attributes.odp_caps;
        returned == 0
            && caps.general_caps & abi::IBV_ODP_SUPPORT != 0
            && caps.per_transport_caps.rc_odp_caps & needed == needed
    }

    /// Describes it, and its ports.
    pub(super) fn describe(&self, transport: c_int) -> DeviceInfo {
        let mut info = DeviceInfo {
            name: self.name.clone(),
            firmware: String::new(),
            soft_roce: is_soft_roce(&self.name),
            infiniband_transport: transport == abi::IBV_TRANSPORT_IB,
            atomicity: None,
            ports: Vec::new(),
            problem: None,
        };
        match self.attributes() {
            Ok(attributes) => {
                info.firmware = text(&attributes.fw_ver);
                info.atomicity = atomicity(attributes.atomic_cap);
                for number in 1..=attributes.phys_port_cnt {
                    match self.port(number) {
                        Ok(port) => info.ports.push(port),
                        Err(error) => {
                            info.problem = Some(format!("ibv_query_port of {number}: {error}"));
                        }
                    }
                }
            }
            Err(error) => info.problem = Some(format!("ibv_query_device: {error}")),
        }
        info
    }

    fn port(&self, number: u8) -> io::Result<PortInfo> {
        // SAFETY: plain integers, for which zeros are a value.
        let mut buffer: PortAttrBuffer = unsafe { zeroed() };
        // SAFETY: the context lives, and the buffer is longer than what any library writes.
        match unsafe { (self.library.functions.ibv_query_port)(self.raw, number, &mut buffer) } {
            0 => {}
            code => return Err(error_of(code)),
        }
        let attr = &buffer.attr;
        let link_layer = match attr.link_layer {
            abi::IBV_LINK_LAYER_ETHERNET => LinkLayer::Ethernet,
            // Libraries from before RoCE leave it unspecified.
            abi::IBV_LINK_LAYER_INFINIBAND | abi::IBV_LINK_LAYER_UNSPECIFIED => {
                LinkLayer::InfiniBand
            }
            _ => LinkLayer::Other,
        };
        Ok(PortInfo {
            number,
            state: port_state(attr.state),
            link_layer,
            lid: attr.lid,
            needs_global_routing: attr.flags & abi::IBV_QPF_GRH_REQUIRED != 0,
            mtu: mtu_bytes(attr.active_mtu),
            max_message: attr.max_msg_sz,
            link_gbps: link_gbps(attr.active_width, attr.active_speed),
            gids: self.gids(number, link_layer, attr.gid_tbl_len),
        })
    }

    /// The addresses of a port, by ascending index.
    fn gids(&self, port: u8, link_layer: LinkLayer, table_len: c_int) -> Vec<GidInfo> {
        let mut gids = self
            .gids_by_table(port)
            .unwrap_or_else(|| self.gids_one_by_one(port, link_layer, table_len));
        gids.retain(|entry| !entry.gid.is_zero());
        if link_layer == LinkLayer::InfiniBand {
            // Kernels have one word for the type of InfiniBand and of RoCE v1.
            gids.iter_mut().for_each(|entry| entry.kind = GidKind::InfiniBand);
        }
        gids.sort_by_key(|entry| entry.index);
        gids
    }

    /// All addresses by one call, which libraries since rdma-core 32 have.
    fn gids_by_table(&self, port: u8) -> Option<Vec<GidInfo>> {
        let query = self.library.functions._ibv_query_gid_table?;
        // More than devices have, over all of their ports, and as much as one call to the kernel can
        // bring (64 KiB). Were there more, the call would fail, and they are asked for one by one.
        let mut entries = vec![abi::ibv_gid_entry::default(); 2000];
        // SAFETY: the context lives; the call is told how many entries there are, and how large.
        let count = unsafe {
            query(self.raw, entries.as_mut_ptr(), entries.len(), 0, size_of::<abi::ibv_gid_entry>())
        };
        let entries = entries.get(..usize::try_from(count).ok()?)?;
        let of_port = entries.iter().filter(|entry| entry.port_num == u32::from(port));
        // The index that goes into a packet's path has 8 bits.
        Some(
            of_port
                .filter_map(|entry| {
                    Some(GidInfo {
                        index: u8::try_from(entry.gid_index).ok()?,
                        gid: Gid(entry.gid.raw),
                        kind: match entry.gid_type {
                            abi::IBV_GID_TYPE_IB => GidKind::InfiniBand,
                            abi::IBV_GID_TYPE_ROCE_V1 => GidKind::RoceV1,
                            abi::IBV_GID_TYPE_ROCE_V2 => GidKind::RoceV2,
                            _ => return None,
                        },
                    })
                })
                .collect(),
        )
    }

    /// The kind of an entry; `None` for one that is not in use, which the kernel refuses to tell.
    fn gid_kind(&self, port: u8, index: u16) -> Option<GidKind> {
        let name = &self.name;
        let path = format!("/sys/class/infiniband/{name}/ports/{port}/gid_attrs/types/{index}");
        gid_kind(&fs::read_to_string(path).ok()?)
    }

    fn gids_one_by_one(&self, port: u8, link_layer: LinkLayer, table_len: c_int) -> Vec<GidInfo> {
        let len = table_len.clamp(0, 256) as u16;
        (0..len)
            .filter_map(|index| {
                let mut gid = MaybeUninit::<abi::ibv_gid>::zeroed();
                // SAFETY: the context lives; the call writes one address.
                let returned = unsafe {
                    (self.library.functions.ibv_query_gid)(
                        self.raw,
                        port,
                        c_int::from(index),
                        gid.as_mut_ptr(),
                    )
                };
                if returned != 0 {
                    return None;
                }
                // SAFETY: any bytes are an address, and they were all initialized above.
                let gid = Gid(unsafe { gid.assume_init() }.raw);
                let kind = match link_layer {
                    LinkLayer::InfiniBand => GidKind::InfiniBand,
                    _ => self.gid_kind(port, index)?,
                };
                Some(GidInfo { index: index as u8, gid, kind })
            })
            .collect()
    }
}

/// The address type as sysfs words it. Kernels name InfiniBand and RoCE v1 together.
fn gid_kind(text: &str) -> Option<GidKind> {
    match text.trim() {
        "IB/RoCE v1" => Some(GidKind::RoceV1),
        "RoCE v2" => Some(GidKind::RoceV2),
        "IB" => Some(GidKind::InfiniBand),
        _ => None,
    }
}

/// Soft-RoCE devices say in `parent` on which network interface they sit; others have no such file.
fn is_soft_roce(name: &str) -> bool {
    let directory = Path::new("/sys/class/infiniband").join(name);
    directory.join("parent").exists() && !directory.join("device").exists()
}

fn atomicity(cap: c_int) -> Option<Atomicity> {
    match cap {
        abi::IBV_ATOMIC_GLOB => Some(Atomicity::System),
        abi::IBV_ATOMIC_HCA => Some(Atomicity::Nic),
        // What a newer library may say is at least some atomicity, but which is not known.
        _ => None,
    }
}

fn port_state(state: c_int) -> PortState {
    match state {
        abi::IBV_PORT_DOWN => PortState::Down,
        abi::IBV_PORT_INIT => PortState::Initializing,
        abi::IBV_PORT_ARMED => PortState::Armed,
        abi::IBV_PORT_ACTIVE => PortState::Active,
        other => PortState::Other(other),
    }
}

/// Bytes of an `ibv_mtu`; 256 for a value that does not exist, which every device can do.
pub(super) fn mtu_bytes(code: c_int) -> u32 {
    match code {
        abi::IBV_MTU_256..=abi::IBV_MTU_4096 => 128 << code,
        _ => 256,
    }
}

/// The `ibv_mtu` of so many bytes.
pub(super) fn mtu_code(bytes: u32) -> u8 {
    (bytes.clamp(256, 4096).ilog2() - 7) as u8
}

/// Lanes times data rate of a lane. Each speed is a bit, as is each width.
fn link_gbps(width: u8, speed: u8) -> Option<f64> {
    let lanes = match width {
        1 => 1.0,
        2 => 4.0,
        4 => 8.0,
        8 => 12.0,
        16 => 2.0,
        _ => return None,
    };
    let lane = match speed {
        1 => 2.5,
        2 => 5.0,
        4 | 8 => 10.0,
        16 => 14.0,
        32 => 25.0,
        64 => 50.0,
        128 => 100.0,
        _ => return None,
    };
    Some(lanes * lane)
}

fn text(chars: &[c_char]) -> String {
    let bytes: Vec<u8> = chars.iter().map(|c| c.cast_unsigned()).chain([0]).collect();
    let text = CStr::from_bytes_until_nul(&bytes).unwrap_or_default();
    text.to_string_lossy().into_owned()
}

/// An opened device and its protection domain, to which all regions and queue pairs belong; what is
/// made from it keeps it alive.
pub(super) struct Device {
    pub(super) pd: *mut ibv_pd,
    // Dropped after `drop` has freed the domain.
    pub(super) context: Context,
}

// SAFETY: as for `Context`.
unsafe impl Send for Device {}
// SAFETY: as for `Context`.
unsafe impl Sync for Device {}

impl Device {
    pub(super) fn new(context: Context) -> io::Result<Arc<Device>> {
        // SAFETY: the context lives.
        let pd = unsafe { (context.library.functions.ibv_alloc_pd)(context.raw) };
        if pd.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(Arc::new(Device { pd, context }))
    }

    pub(super) fn library(&self) -> &Library {
        &self.context.library
    }

    pub(super) fn name(&self) -> &str {
        &self.context.name
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // SAFETY: allocated by `new`, freed once, and nothing that was made in it is left, except
        // what the device refused to give up; then this is refused too, and closing the device ends
        // it all.
        let returned = unsafe { (self.library().functions.ibv_dealloc_pd)(self.pd) };
        if returned != 0 {
            log::error!("ibv_dealloc_pd of {}: {}", self.name(), error_of(returned));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mtu_codes_and_bytes_agree() {
        for (code, bytes) in [(1, 256), (2, 512), (3, 1024), (4, 2048), (5, 4096)] {
            assert_eq!(mtu_bytes(code), bytes);
            assert_eq!(c_int::from(mtu_code(bytes)), code);
        }
        assert_eq!(mtu_bytes(0), 256);
        assert_eq!(mtu_bytes(6), 256);
        assert_eq!(mtu_code(0), 1);
        assert_eq!(mtu_code(9000), 5);
    }

    #[test]
    fn link_rates_are_lanes_times_lane() {
        assert_eq!(link_gbps(2, 32), Some(100.0)); // EDR 4x
        assert_eq!(link_gbps(2, 128), Some(400.0)); // NDR 4x
        assert_eq!(link_gbps(1, 1), Some(2.5)); // SDR 1x
        assert_eq!(link_gbps(0, 32), None);
        assert_eq!(link_gbps(2, 0), None);
    }

    #[test]
    fn sysfs_words_for_address_types() {
        assert_eq!(gid_kind("RoCE v2\n"), Some(GidKind::RoceV2));
        assert_eq!(gid_kind("IB/RoCE v1\n"), Some(GidKind::RoceV1));
        assert_eq!(gid_kind(""), None);
    }

    #[test]
    fn firmware_text_ends_at_nul_or_at_the_end() {
        assert_eq!(text(&[b'1', b'.', b'2', 0, b'x'].map(|b: u8| b.cast_signed())), "1.2");
        assert_eq!(text(&[b'9', b'9'].map(|b: u8| b.cast_signed())), "99");
    }
}
