//! A libibverbs that misbehaves in one way, for `verbs_faces.rs`, which compiles it once for each:
//! `FACE` says which.
//!
//! | face | what it does |
//! | --- | --- |
//! | `enosys`, `empty`, `error` | has no devices: no kernel support, none there, EIO |
//! | `locked` | a device that may not be opened |
//! | `down`, `bare`, `weak-atomics` | a RoCE port that is down, or without address; no atomics |
//! | `roce` | a good RoCE device, with on-demand paging |
//! | `partial` | InfiniBand; takes two requests of each batch; long inline data is refused |
//! | `vague` | InfiniBand; takes nothing, and does not say so; its regions cannot be deregistered |
//! | `stubborn` | InfiniBand; refuses to connect |
#![allow(non_snake_case, unused_variables, reason = "the interface is C's")]
#![allow(dead_code, reason = "the declarations are shared with the provider")]

#[path = "../../src/provider/verbs/abi.rs"]
mod abi;

use std::ffi::{c_char, c_int, c_void};
use std::mem::{offset_of, zeroed};
use std::ptr::null_mut;
use std::sync::Mutex;

use abi::*;

const FACE: &str = env!("FACE");

const EPERM: c_int = 1;
const EIO: c_int = 5;
const ENOMEM: c_int = 12;
const EACCES: c_int = 13;
const EBUSY: c_int = 16;
const EINVAL: c_int = 22;
const ENOSYS: c_int = 38;

unsafe extern "C" {
    fn __errno_location() -> *mut c_int;
}

fn fail<T>(errno: c_int) -> *mut T {
    unsafe { *__errno_location() = errno };
    null_mut()
}

fn is_roce() -> bool {
    ["down", "bare", "weak-atomics", "roce"].contains(&FACE)
}

/// What a queue pair has taken and not yet completed, and whether it is in error state. There is
/// one at a time that is posted to.
static TAKEN: Mutex<(Vec<u64>, bool)> = Mutex::new((Vec::new(), false));

#[unsafe(no_mangle)]
extern "C" fn ibv_get_device_list(count: *mut c_int) -> *mut *mut ibv_device {
    match FACE {
        "enosys" => return fail(ENOSYS),
        "error" => return fail(EIO),
        _ => {}
    }
    let mut device: ibv_device = unsafe { zeroed() };
    device.node_type = 1;
    for (to, from) in device.name.iter_mut().zip(b"fake0") {
        *to = *from as c_char;
    }
    let list = Box::new([Box::into_raw(Box::new(device)), null_mut()]);
    unsafe { *count = if FACE == "empty" { 0 } else { 1 } };
    Box::into_raw(list).cast()
}

#[unsafe(no_mangle)]
extern "C" fn ibv_free_device_list(list: *mut *mut ibv_device) {
    // The device itself stays: an opened context may refer to it.
    drop(unsafe { Box::from_raw(list.cast::<[*mut ibv_device; 2]>()) });
}

#[unsafe(no_mangle)]
extern "C" fn ibv_get_device_name(device: *mut ibv_device) -> *const c_char {
    unsafe { (*device).name.as_ptr() }
}

#[unsafe(no_mangle)]
extern "C" fn ibv_open_device(device: *mut ibv_device) -> *mut ibv_context {
    if FACE == "locked" {
        return fail(EACCES);
    }
    let mut outer: Box<verbs_context> = Box::new(unsafe { zeroed() });
    outer.query_device_ex = Some(query_device_ex);
    outer.sz = size_of::<verbs_context>();
    outer.context.device = device;
    outer.context.ops.poll_cq = Some(poll_cq);
    outer.context.ops.post_send = Some(post_send);
    // Only the good device says that it has the extensions.
    outer.context.abi_compat = (if FACE == "roce" { usize::MAX } else { 0 }) as *mut c_void;
    let outer = Box::into_raw(outer);
    unsafe { &raw mut (*outer).context }
}

#[unsafe(no_mangle)]
extern "C" fn ibv_close_device(context: *mut ibv_context) -> c_int {
    let outer = context.wrapping_byte_sub(offset_of!(verbs_context, context));
    drop(unsafe { Box::from_raw(outer.cast::<verbs_context>()) });
    0
}

unsafe extern "C" fn query_device_ex(
    context: *mut ibv_context,
    input: *const c_void,
    attributes: *mut ibv_device_attr_ex,
    size: usize,
) -> c_int {
    if size < size_of::<ibv_device_attr_ex>() {
        return EINVAL;
    }
    let caps = unsafe { &mut (*attributes).odp_caps };
    caps.general_caps = IBV_ODP_SUPPORT;
    caps.per_transport_caps.rc_odp_caps =
        IBV_ODP_SUPPORT_READ | IBV_ODP_SUPPORT_WRITE | IBV_ODP_SUPPORT_ATOMIC;
    0
}

#[unsafe(no_mangle)]
extern "C" fn ibv_query_device(context: *mut ibv_context, to: *mut ibv_device_attr) -> c_int {
    let to = unsafe { &mut *to };
    to.max_mr_size = 1 << 40;
    to.max_qp_wr = 1000;
    to.max_cqe = 4000;
    to.max_qp_rd_atom = 16;
    to.max_qp_init_rd_atom = 8;
    to.atomic_cap = if FACE == "weak-atomics" { IBV_ATOMIC_NONE } else { IBV_ATOMIC_HCA };
    to.phys_port_cnt = 1;
    0
}

#[unsafe(no_mangle)]
extern "C" fn ibv_query_port(
    context: *mut ibv_context,
    port: u8,
    to: *mut PortAttrBuffer,
) -> c_int {
    let buffer = unsafe { &mut *to };
    // A library from the future that writes past the structure as it is known.
    buffer.room[..100].fill(0xff);
    let attr = &mut buffer.attr;
    attr.state = if FACE == "down" { IBV_PORT_DOWN } else { IBV_PORT_ACTIVE };
    attr.active_mtu = IBV_MTU_4096;
    attr.gid_tbl_len = 3;
    attr.max_msg_sz = 1 << 30;
    attr.active_width = 2;
    attr.active_speed = 32;
    if is_roce() {
        attr.link_layer = IBV_LINK_LAYER_ETHERNET;
    } else {
        attr.link_layer = IBV_LINK_LAYER_INFINIBAND;
        attr.lid = 7;
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn ibv_query_gid(
    context: *mut ibv_context,
    port: u8,
    index: c_int,
    to: *mut ibv_gid,
) -> c_int {
    let first = if index == 0 { 0xfe } else { 0 };
    unsafe { *to = ibv_gid { raw: [first; 16] } };
    0
}

#[unsafe(no_mangle)]
extern "C" fn _ibv_query_gid_table(
    context: *mut ibv_context,
    to: *mut ibv_gid_entry,
    max: usize,
    flags: u32,
    size: usize,
) -> isize {
    if !is_roce() {
        // Has one to be asked for one by one.
        return -(EPERM as isize);
    }
    if FACE == "bare" {
        return 0;
    }
    let mut raw = [0; 16];
    raw[10..].copy_from_slice(&[0xff, 0xff, 192, 168, 1, 9]);
    let entries = [
        (ibv_gid { raw: [0xfe; 16] }, 0, 1, IBV_GID_TYPE_ROCE_V1),
        (ibv_gid { raw }, 3, 1, IBV_GID_TYPE_ROCE_V2),
        (ibv_gid { raw }, 4, 2, IBV_GID_TYPE_ROCE_V2),
    ];
    for (i, (gid, gid_index, port_num, gid_type)) in entries.into_iter().enumerate() {
        let entry = ibv_gid_entry { gid, gid_index, port_num, gid_type, ndev_ifindex: 0 };
        unsafe { *to.add(i) = entry };
    }
    3
}

#[unsafe(no_mangle)]
extern "C" fn ibv_alloc_pd(context: *mut ibv_context) -> *mut ibv_pd {
    Box::into_raw(Box::new(ibv_pd { context, handle: 0 }))
}

#[unsafe(no_mangle)]
extern "C" fn ibv_dealloc_pd(pd: *mut ibv_pd) -> c_int {
    drop(unsafe { Box::from_raw(pd) });
    0
}

#[unsafe(no_mangle)]
extern "C" fn ibv_reg_mr(
    pd: *mut ibv_pd,
    addr: *mut c_void,
    length: usize,
    access: c_int,
) -> *mut ibv_mr {
    let mut mr: ibv_mr = unsafe { zeroed() };
    mr.pd = pd;
    mr.addr = addr;
    mr.length = length;
    mr.lkey = 11;
    mr.rkey = 22;
    Box::into_raw(Box::new(mr))
}

#[unsafe(no_mangle)]
extern "C" fn ibv_dereg_mr(mr: *mut ibv_mr) -> c_int {
    if FACE == "vague" {
        return EBUSY;
    }
    drop(unsafe { Box::from_raw(mr) });
    0
}

#[unsafe(no_mangle)]
extern "C" fn ibv_create_cq(
    context: *mut ibv_context,
    cqe: c_int,
    cq_context: *mut c_void,
    channel: *mut c_void,
    vector: c_int,
) -> *mut ibv_cq {
    Box::into_raw(Box::new(ibv_cq { context, channel, cq_context, handle: 0, cqe }))
}

#[unsafe(no_mangle)]
extern "C" fn ibv_destroy_cq(cq: *mut ibv_cq) -> c_int {
    drop(unsafe { Box::from_raw(cq) });
    0
}

#[unsafe(no_mangle)]
extern "C" fn ibv_create_qp(pd: *mut ibv_pd, init: *mut ibv_qp_init_attr) -> *mut ibv_qp {
    let init = unsafe { &*init };
    if FACE == "partial" && init.cap.max_inline_data > 64 {
        return fail(EINVAL);
    }
    let mut qp: ibv_qp = unsafe { zeroed() };
    qp.context = unsafe { (*pd).context };
    qp.qp_num = 0x1234;
    Box::into_raw(Box::new(qp))
}

#[unsafe(no_mangle)]
extern "C" fn ibv_modify_qp(qp: *mut ibv_qp, to: *mut ibv_qp_attr, mask: c_int) -> c_int {
    let to = unsafe { &*to };
    if FACE == "stubborn" && to.qp_state == IBV_QPS_RTR {
        return EINVAL;
    }
    if to.qp_state == IBV_QPS_ERR {
        TAKEN.lock().unwrap().1 = true;
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn ibv_destroy_qp(qp: *mut ibv_qp) -> c_int {
    drop(unsafe { Box::from_raw(qp) });
    0
}

unsafe extern "C" fn post_send(
    qp: *mut ibv_qp,
    mut wr: *mut ibv_send_wr,
    bad: *mut *mut ibv_send_wr,
) -> c_int {
    if FACE == "vague" {
        return EIO;
    }
    let mut taken = TAKEN.lock().unwrap();
    while !wr.is_null() {
        if FACE == "partial" && taken.0.len() == 2 {
            unsafe { *bad = wr };
            return ENOMEM;
        }
        taken.0.push(unsafe { (*wr).wr_id });
        wr = unsafe { (*wr).next };
    }
    0
}

unsafe extern "C" fn poll_cq(cq: *mut ibv_cq, max: c_int, to: *mut ibv_wc) -> c_int {
    let mut taken = TAKEN.lock().unwrap();
    if !taken.1 || max < 1 || taken.0.is_empty() {
        return 0;
    }
    let wr_id = taken.0.remove(0);
    unsafe { *to = ibv_wc { wr_id, status: IBV_WC_WR_FLUSH_ERR, ..Default::default() } };
    1
}
