//! Every declaration of the verbs provider's ABI module, compared with the installed headers.
//!
//! There are two judges. `rdma-sys` generates Rust from the headers, but has a few structures with
//! unions written by hand; so the C compiler is asked too, by assertions on the headers themselves.
//! A declaration that is not compared is an error, so nothing is forgotten.

use std::fmt::Write;
use std::mem::{align_of, offset_of, size_of};
use std::process::Command;

use verbs_shim::provider::abi;

const SOURCE: &str = include_str!("../../src/provider/verbs/abi.rs");

/// What was compared, what differs, and what the C compiler is to judge.
#[derive(Default)]
struct Found {
    compared: Vec<&'static str>,
    differences: Vec<String>,
    c: String,
}

impl Found {
    /// Compares a number of ours with that of `rdma-sys`.
    fn same(&mut self, what: &str, ours: i128, theirs: i128) {
        if ours != theirs {
            self.differences.push(format!("{what}: {ours} here, {theirs} in rdma-sys"));
        }
    }

    /// Has a number of ours compared with an expression in C.
    fn ask_c(&mut self, expression: &str, ours: i128) {
        writeln!(
            self.c,
            "_Static_assert(({expression}) == {ours}, \"{expression} is not {ours}\");"
        )
        .unwrap();
    }

    fn field(&mut self, name: &str, field: &str, ours: (usize, usize), theirs: (usize, usize)) {
        self.same(&format!("offset of {name}.{field}"), ours.0 as i128, theirs.0 as i128);
        self.same(&format!("size of {name}.{field}"), ours.1 as i128, theirs.1 as i128);
        self.ask_c(&format!("offsetof(struct {name}, {field})"), ours.0 as i128);
        self.ask_c(&format!("sizeof(((struct {name} *)0)->{field})"), ours.1 as i128);
    }
}

fn size_of_field<S, F>(_: fn(&S) -> &F) -> usize {
    size_of::<F>()
}

macro_rules! field {
    ($found:ident, $name:ident, $field:ident) => {
        field!($found, $name, $field, $field)
    };
    ($found:ident, $name:ident, $field:ident, $theirs:ident) => {
        $found.field(
            stringify!($name),
            stringify!($field),
            (offset_of!(abi::$name, $field), size_of_field(|s: &abi::$name| &s.$field)),
            (offset_of!(rdma_sys::$name, $theirs), size_of_field(|s: &rdma_sys::$name| &s.$theirs)),
        )
    };
}

/// Compares a structure: all of its fields, in brackets what `rdma-sys` calls them if otherwise. A
/// `head` is the beginning of a longer one.
macro_rules! layout {
    ($found:ident, whole $name:ident { $($fields:tt)* }) => {
        layout!($found, head $name { $($fields)* });
        let what = concat!("size of ", stringify!($name));
        let ours = size_of::<abi::$name>() as i128;
        $found.same(what, ours, size_of::<rdma_sys::$name>() as i128);
        $found.ask_c(concat!("sizeof(struct ", stringify!($name), ")"), ours);
    };
    ($found:ident, head $name:ident { $($field:ident $(($theirs:ident))?),* $(,)? }) => {
        $found.compared.push(stringify!($name));
        // Does not compile when a field is missing in the list.
        let _all_of_them = |s: abi::$name| { let abi::$name { $($field: _),* } = s; };
        $( field!($found, $name, $field $(, $theirs)?); )*
        let what = concat!("alignment of ", stringify!($name));
        let ours = align_of::<abi::$name>() as i128;
        $found.same(what, ours, align_of::<rdma_sys::$name>() as i128);
        $found.ask_c(concat!("_Alignof(struct ", stringify!($name), ")"), ours);
    };
}

/// Compares constants; `rdma-sys` has them as constants of a module, as bits of a type, or plainly.
macro_rules! constants {
    ($found:ident, module $enumeration:ident { $($name:ident),* $(,)? }) => {
        $( constant!($found, $name, rdma_sys::$enumeration::$name); )*
    };
    ($found:ident, bits $enumeration:ident { $($name:ident),* $(,)? }) => {
        $( constant!($found, $name, rdma_sys::$enumeration::$name.0); )*
    };
    ($found:ident, plain { $($name:ident),* $(,)? }) => {
        $( constant!($found, $name, rdma_sys::$name); )*
    };
    // Not in `rdma-sys`: nameless enumerations and macros.
    ($found:ident, only_c { $($name:ident),* $(,)? }) => {
        $( constant!($found, $name, abi::$name); )*
    };
}

macro_rules! constant {
    ($found:ident, $name:ident, $theirs:expr) => {
        $found.compared.push(stringify!($name));
        $found.same(stringify!($name), abi::$name as i128, $theirs as i128);
        $found.ask_c(stringify!($name), abi::$name as i128);
    };
}

fn structures(found: &mut Found) {
    layout!(found, whole ibv_gid_entry { gid, gid_index, port_num, gid_type, ndev_ifindex });
    layout!(found, whole ibv_device { _ops, node_type, transport_type, name, dev_name, dev_path, ibdev_path });
    layout!(found, whole ibv_device_attr { fw_ver, node_guid, sys_image_guid, max_mr_size, page_size_cap, vendor_id, vendor_part_id, hw_ver, max_qp, max_qp_wr, device_cap_flags, max_sge, max_sge_rd, max_cq, max_cqe, max_mr, max_pd, max_qp_rd_atom, max_ee_rd_atom, max_res_rd_atom, max_qp_init_rd_atom, max_ee_init_rd_atom, atomic_cap, max_ee, max_rdd, max_mw, max_raw_ipv6_qp, max_raw_ethy_qp, max_mcast_grp, max_mcast_qp_attach, max_total_mcast_qp_attach, max_ah, max_fmr, max_map_per_fmr, max_srq, max_srq_wr, max_srq_sge, max_pkeys, local_ca_ack_delay, phys_port_cnt });
    layout!(found, whole ibv_odp_caps { general_caps, per_transport_caps });
    layout!(found, head ibv_device_attr_ex { orig_attr, comp_mask, odp_caps });
    layout!(found, whole ibv_port_attr { state, max_mtu, active_mtu, gid_tbl_len, port_cap_flags, max_msg_sz, bad_pkey_cntr, qkey_viol_cntr, pkey_tbl_len, lid, sm_lid, lmc, max_vl_num, sm_sl, subnet_timeout, init_type_reply, active_width, active_speed, phys_state, link_layer, flags, port_cap_flags2 });
    layout!(found, whole ibv_pd { context, handle });
    layout!(found, whole ibv_mr { context, pd, addr, length, handle, lkey, rkey });
    layout!(found, head ibv_cq { context, channel, cq_context, handle, cqe });
    layout!(found, head ibv_qp { context, qp_context, pd, send_cq, recv_cq, srq, handle, qp_num, state, qp_type });
    layout!(found, whole ibv_qp_cap { max_send_wr, max_recv_wr, max_send_sge, max_recv_sge, max_inline_data });
    layout!(found, whole ibv_qp_init_attr { qp_context, send_cq, recv_cq, srq, cap, qp_type, sq_sig_all });
    layout!(found, whole ibv_global_route { dgid, flow_label, sgid_index, hop_limit, traffic_class });
    layout!(found, whole ibv_ah_attr { grh, dlid, sl, src_path_bits, static_rate, is_global, port_num });
    layout!(found, whole ibv_qp_attr { qp_state, cur_qp_state, path_mtu, path_mig_state, qkey, rq_psn, sq_psn, dest_qp_num, qp_access_flags, cap, ah_attr, alt_ah_attr, pkey_index, alt_pkey_index, en_sqd_async_notify, sq_draining, max_rd_atomic, max_dest_rd_atomic, min_rnr_timer, port_num, timeout, retry_cnt, rnr_retry, alt_port_num, alt_timeout, rate_limit });
    layout!(found, whole ibv_sge { addr, length, lkey });
    layout!(found, whole ibv_send_wr { wr_id, next, sg_list, num_sge, opcode, send_flags, imm_data(imm_data_invalidated_rkey_union), wr, qp_type, bind_mw(bind_mw_tso_union) });
    layout!(found, whole ibv_wc { wr_id, status, opcode, vendor_err, byte_len, imm_data(imm_data_invalidated_rkey_union), qp_num, src_qp, wc_flags, pkey_index, slid, sl, dlid_path_bits });
    layout!(found, whole ibv_context_ops { _compat_query_device, _compat_query_port, _compat_alloc_pd, _compat_dealloc_pd, _compat_reg_mr, _compat_rereg_mr, _compat_dereg_mr, alloc_mw, bind_mw, dealloc_mw, _compat_create_cq, poll_cq, req_notify_cq, _compat_cq_event, _compat_resize_cq, _compat_destroy_cq, _compat_create_srq, _compat_modify_srq, _compat_query_srq, _compat_destroy_srq, post_srq_recv, _compat_create_qp, _compat_query_qp, _compat_modify_qp, _compat_destroy_qp, post_send, post_recv, _compat_create_ah, _compat_destroy_ah, _compat_attach_mcast, _compat_detach_mcast, _compat_async_event });
    layout!(found, whole ibv_context { device, ops, cmd_fd, async_fd, num_comp_vectors, mutex, abi_compat });
}

/// Structures that have no name in C, or of which only a part is declared here.
fn nameless_structures(found: &mut Found) {
    found.compared.extend([
        "ibv_gid",
        "ibv_wr_rdma",
        "ibv_wr_atomic",
        "ibv_odp_transport_caps",
        "verbs_context",
        // For storage only, and not from the headers.
        "PortAttrBuffer",
        "libc_pthread_mutex",
    ]);
    let gid = (size_of::<abi::ibv_gid>(), align_of::<abi::ibv_gid>());
    found.same("size of ibv_gid", gid.0 as i128, size_of::<rdma_sys::ibv_gid>() as i128);
    found.same("alignment of ibv_gid", gid.1 as i128, align_of::<rdma_sys::ibv_gid>() as i128);
    found.ask_c("sizeof(union ibv_gid)", gid.0 as i128);
    found.ask_c("_Alignof(union ibv_gid)", gid.1 as i128);
    found.ask_c("offsetof(union ibv_gid, raw)", offset_of!(abi::ibv_gid, raw) as i128);

    macro_rules! inner {
        ($ours:ident at $base:expr, $outer:literal, $path:literal;
         $theirs:ident { $($field:ident),* }) => {
            $(
                let offset = offset_of!(abi::$ours, $field) as i128;
                let what = concat!(stringify!($ours), ".", stringify!($field));
                found.same(what, offset, offset_of!(rdma_sys::$theirs, $field) as i128);
                found.ask_c(
                    concat!("offsetof(struct ", $outer, ", ", $path, ".", stringify!($field), ")"),
                    $base as i128 + offset,
                );
            )*
        };
    }
    inner!(ibv_wr_rdma at offset_of!(abi::ibv_send_wr, wr), "ibv_send_wr", "wr.rdma";
        rdma_t { remote_addr, rkey });
    inner!(ibv_wr_atomic at offset_of!(abi::ibv_send_wr, wr), "ibv_send_wr", "wr.atomic";
        atomic_t { remote_addr, compare_add, swap, rkey });
    inner!(
        ibv_odp_transport_caps at offset_of!(abi::ibv_odp_caps, per_transport_caps),
        "ibv_odp_caps", "per_transport_caps";
        ibv_odp_caps__bindgen_ty_1 { rc_odp_caps, uc_odp_caps, ud_odp_caps }
    );

    // It grows at its head, so what counts is the distance to the `context` at its end.
    macro_rules! before_context {
        ($($field:ident as $theirs:ident),* $(,)?) => {
            let _all_of_them = |s: abi::verbs_context| {
                let abi::verbs_context { context: _, $($field: _),* } = s;
            };
            $(
                let ours = offset_of!(abi::verbs_context, context)
                    - offset_of!(abi::verbs_context, $field);
                let theirs = offset_of!(rdma_sys::verbs_context, context)
                    - offset_of!(rdma_sys::verbs_context, $theirs);
                let what = concat!("distance of verbs_context.", stringify!($field));
                found.same(what, ours as i128, theirs as i128);
                found.ask_c(
                    concat!(
                        "offsetof(struct verbs_context, context) - offsetof(struct verbs_context, ",
                        stringify!($theirs), ")"
                    ),
                    ours as i128,
                );
            )*
        };
    }
    before_context!(
        query_device_ex as query_device_ex,
        ibv_destroy_flow as ibv_destroy_flow,
        abi_placeholder2 as ABI_placeholder2,
        ibv_create_flow as ibv_create_flow,
        abi_placeholder1 as ABI_placeholder1,
        open_qp as open_qp,
        create_qp_ex as create_qp_ex,
        get_srq_num as get_srq_num,
        create_srq_ex as create_srq_ex,
        open_xrcd as open_xrcd,
        close_xrcd as close_xrcd,
        abi_placeholder3 as _ABI_placeholder3,
        sz as sz,
    );
}

fn all_constants(found: &mut Found) {
    constants!(found, module ibv_transport_type { IBV_TRANSPORT_IB });
    constants!(found, module ibv_atomic_cap { IBV_ATOMIC_NONE, IBV_ATOMIC_HCA, IBV_ATOMIC_GLOB });
    constants!(found, module ibv_port_state {
        IBV_PORT_DOWN, IBV_PORT_INIT, IBV_PORT_ARMED, IBV_PORT_ACTIVE
    });
    constants!(found, module ibv_mtu { IBV_MTU_256, IBV_MTU_4096 });
    constants!(
        found,
        only_c {
            IBV_LINK_LAYER_UNSPECIFIED,
            IBV_LINK_LAYER_INFINIBAND,
            IBV_LINK_LAYER_ETHERNET,
            IBV_QPF_GRH_REQUIRED
        }
    );
    constants!(found, plain { IBV_GID_TYPE_IB, IBV_GID_TYPE_ROCE_V1, IBV_GID_TYPE_ROCE_V2 });
    constants!(found, bits ibv_access_flags {
        IBV_ACCESS_LOCAL_WRITE, IBV_ACCESS_REMOTE_WRITE, IBV_ACCESS_REMOTE_READ,
        IBV_ACCESS_REMOTE_ATOMIC
    });
    constants!(found, module ibv_qp_type { IBV_QPT_RC });
    constants!(found, module ibv_qp_state {
        IBV_QPS_INIT, IBV_QPS_RTR, IBV_QPS_RTS, IBV_QPS_ERR
    });
    constants!(found, bits ibv_qp_attr_mask {
        IBV_QP_STATE, IBV_QP_ACCESS_FLAGS, IBV_QP_PKEY_INDEX, IBV_QP_PORT, IBV_QP_AV,
        IBV_QP_PATH_MTU, IBV_QP_TIMEOUT, IBV_QP_RETRY_CNT, IBV_QP_RNR_RETRY, IBV_QP_RQ_PSN,
        IBV_QP_MAX_QP_RD_ATOMIC, IBV_QP_MIN_RNR_TIMER, IBV_QP_SQ_PSN, IBV_QP_MAX_DEST_RD_ATOMIC,
        IBV_QP_DEST_QPN
    });
    constants!(found, module ibv_wr_opcode {
        IBV_WR_RDMA_WRITE, IBV_WR_RDMA_READ, IBV_WR_ATOMIC_CMP_AND_SWP,
        IBV_WR_ATOMIC_FETCH_AND_ADD
    });
    constants!(found, bits ibv_send_flags { IBV_SEND_SIGNALED, IBV_SEND_INLINE });
    constants!(found, module ibv_wc_status {
        IBV_WC_SUCCESS, IBV_WC_LOC_LEN_ERR, IBV_WC_LOC_QP_OP_ERR, IBV_WC_LOC_PROT_ERR,
        IBV_WC_WR_FLUSH_ERR, IBV_WC_LOC_ACCESS_ERR, IBV_WC_REM_INV_REQ_ERR,
        IBV_WC_REM_ACCESS_ERR, IBV_WC_REM_OP_ERR, IBV_WC_RETRY_EXC_ERR, IBV_WC_RNR_RETRY_EXC_ERR,
        IBV_WC_RESP_TIMEOUT_ERR
    });
    constants!(found, bits ibv_odp_general_caps { IBV_ODP_SUPPORT });
    constants!(found, bits ibv_odp_transport_cap_bits {
        IBV_ODP_SUPPORT_WRITE, IBV_ODP_SUPPORT_READ, IBV_ODP_SUPPORT_ATOMIC
    });
}

fn compare() -> Found {
    let mut found = Found::default();
    structures(&mut found);
    nameless_structures(&mut found);
    all_constants(&mut found);
    found
}

#[test]
fn rdma_sys_agrees() {
    let found = compare();
    assert!(found.differences.is_empty(), "{}", found.differences.join("\n"));
}

#[test]
fn the_c_compiler_agrees() {
    let found = compare();
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("abi.c");
    let head = "#include <stddef.h>\n#include <infiniband/verbs.h>\n";
    std::fs::write(&file, format!("{head}{}", found.c)).unwrap();
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let output = Command::new(&compiler)
        .args(["-std=c11", "-fsyntax-only", "-D_GNU_SOURCE"])
        .arg(&file)
        .output()
        .unwrap_or_else(|error| panic!("no C compiler ({}): {error}", compiler.display()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn nothing_is_forgotten() {
    let found = compare();
    let declared = SOURCE.lines().filter_map(|line| {
        let rest = line.strip_prefix("pub const ").or_else(|| line.strip_prefix("pub struct "))?;
        rest.split([':', ' ', '{']).next()
    });
    let declared: Vec<&str> = declared.collect();
    assert!(declared.len() > 80, "the declarations were not found in the source");
    for name in declared {
        assert!(found.compared.contains(&name), "{name} is declared, but not compared");
    }
}
