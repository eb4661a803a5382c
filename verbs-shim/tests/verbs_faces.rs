//! How the verbs provider meets machines without RDMA, and libraries and devices that misbehave.
//!
//! Each test compiles a small false libibverbs with one fault (`fake_libibverbs/`), with nothing but
//! the compiler, and opens the provider with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use verbs_shim::provider::{GidKind, LinkLayer, PortState, Verbs, VerbsOptions, devices};
use verbs_shim::{
    Access, Error, Fabric, Memory, OpenError, PostError, QueuePair, QueuePairConfig, Status,
    WorkRequest,
};

/// The provider's options with the false library of that face.
fn fake(face: &str) -> VerbsOptions {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake_libibverbs/lib.rs");
    let library = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("libfake-{face}-{}.so", std::process::id()));
    let beside_cargo = Path::new(env!("CARGO")).with_file_name("rustc");
    let compiler = if beside_cargo.exists() { beside_cargo } else { PathBuf::from("rustc") };
    let output = Command::new(compiler)
        .args(["--edition=2024", "--crate-type=cdylib", "--crate-name=fake", "-Cdebuginfo=0"])
        .arg("-o")
        .arg(&library)
        .arg(source)
        .env("FACE", face)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    VerbsOptions { library: Some(library.into_os_string()), ..Default::default() }
}

/// The false library is no longer needed once it is loaded, or was refused.
fn open(face: &str) -> Result<Verbs, OpenError> {
    let options = fake(face);
    let opened = Verbs::open(&options);
    std::fs::remove_file(options.library.unwrap()).unwrap();
    opened
}

#[test]
fn an_absent_library_is_named() {
    let file = "/nowhere/libibverbs.so.1";
    let options = VerbsOptions { library: Some(file.into()), ..Default::default() };
    let error = Verbs::open(&options).unwrap_err();
    assert!(matches!(&error, OpenError::LibraryAbsent { library, .. } if library == file));
    for part in ["cannot open shared object file", "apt-get install"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(matches!(devices(&options).unwrap_err(), OpenError::LibraryAbsent { .. }));
}

#[test]
fn another_library_is_refused_by_the_symbol_it_lacks() {
    let options = VerbsOptions { library: Some("libc.so.6".into()), ..Default::default() };
    let error = Verbs::open(&options).unwrap_err();
    assert!(matches!(error, OpenError::LibraryAbsent { .. }));
    assert!(error.to_string().contains("ibv_get_device_list"), "{error}");
}

#[test]
fn a_kernel_without_rdma_is_told_from_an_empty_list_and_from_an_error() {
    assert!(matches!(open("enosys").unwrap_err(), OpenError::KernelWithoutRdma));
    assert!(matches!(open("empty").unwrap_err(), OpenError::NoDevice));
    let error = open("error").unwrap_err();
    let OpenError::Failed { operation, source } = error else { panic!("{error}") };
    assert_eq!((operation, source.raw_os_error()), ("ibv_get_device_list", Some(libc::EIO)));
}

#[test]
fn devices_that_are_of_no_use_are_listed_with_the_reason() {
    for (face, why, seen) in [
        ("locked", "fake0: cannot be opened: Permission denied", "uverbs"),
        ("down", "fake0 port 1 is down, not active", "port 1 down, Ethernet"),
        ("bare", "fake0 port 1 has no GID", "port 1 active, Ethernet"),
        ("weak-atomics", "fake0 has no atomic operations", "192.168.1.9 (RoCE v2)"),
    ] {
        let error = open(face).unwrap_err();
        let OpenError::NotUsable { reason, present } = &error else { panic!("{face}: {error}") };
        assert!(reason.contains(why), "{face}: {reason}");
        assert!(present.contains("fake0") && present.contains(seen), "{face}: {present}");
    }
}

#[test]
fn a_good_device_is_read_right() {
    let options = fake("roce");
    let info = devices(&options).unwrap().remove(0);
    let verbs = Verbs::open(&options).unwrap();
    std::fs::remove_file(options.library.unwrap()).unwrap();

    let port = &info.ports[0];
    assert_eq!((port.state, port.link_layer), (PortState::Active, LinkLayer::Ethernet));
    assert_eq!((port.mtu, port.link_gbps), (4096, Some(100.0)));
    // The entry of port 2 is not among them.
    assert_eq!(port.gids.iter().map(|entry| entry.index).collect::<Vec<_>>(), [0, 3]);
    let gid = verbs.gid().unwrap();
    assert_eq!((gid.index, gid.kind, gid.gid.is_ipv4()), (3, GidKind::RoceV2, true));

    let fabric = Fabric::new(verbs);
    let capabilities = fabric.capabilities();
    assert!(capabilities.on_demand_paging);
    assert_eq!(capabilities.max_inline, 220);
    assert_eq!(capabilities.max_outstanding_reads, 8);
    assert_eq!(capabilities.max_send_depth, 1000);
    assert_eq!(capabilities.max_message, 1 << 30);
    let error = fabric.completion_queue(4001).err().unwrap();
    assert!(matches!(error, Error::Limit { limit: 4000, .. }), "{error}");
}

/// A pair on a false device, connected to one of its own kind.
fn connected(fabric: &Fabric<Verbs>) -> (verbs_shim::CompletionQueue<Verbs>, QueuePair<Verbs>) {
    let queue = fabric.completion_queue(130).unwrap();
    let config = QueuePairConfig { peer: 5, ..Default::default() };
    let pair = fabric.queue_pair(&queue, &config).unwrap();
    let card = pair.card();
    let pair = pair.connect(&card).unwrap();
    (queue, pair)
}

/// Posts four requests, of which the last is signaled, and one more, and collects what comes of them.
fn post_five(fabric: &Fabric<Verbs>) -> Vec<(u64, Status)> {
    let (queue, mut pair) = connected(fabric);
    let region = fabric.register(Memory::allocate(4096).unwrap(), Access::all()).unwrap();
    let at = fabric.import(&region.card()).unwrap().at(0);
    let write = |token| WorkRequest::write_inline(&[1, 2], at).token(token);
    pair.post(&[write(1), write(2), write(3), write(4).signaled()]).unwrap();
    // The failure is not known yet, so this is taken, and flushed behind the others.
    pair.post(&[write(5)]).unwrap();
    let ended = (0..5).map(|_| {
        let completion = queue.wait().unwrap();
        (completion.token, completion.result.unwrap_err().status)
    });
    let ended = ended.collect();
    assert_eq!(queue.poll().unwrap(), None);
    assert_eq!(pair.outstanding(), 0);
    let refused = pair.post(&[write(6)]).unwrap_err();
    assert!(matches!(refused, PostError::InError { peer: 5, .. }), "{refused}");
    ended
}

#[test]
fn a_batch_that_is_taken_in_part_ends_whole_and_in_error() {
    let fabric = Fabric::new(open("partial").unwrap());
    assert_eq!(fabric.capabilities().max_inline, 60, "longer inline data was refused");
    assert!(!fabric.capabilities().on_demand_paging);
    // Two are flushed by the device, and three were never taken.
    let ended = post_five(&fabric);
    assert_eq!(ended, [1, 2, 3, 4, 5].map(|token| (token, Status::Flushed)));
}

#[test]
fn a_device_that_does_not_say_what_it_took_is_not_waited_for_in_vain() {
    let fabric = Fabric::new(open("vague").unwrap());
    let ended = post_five(&fabric);
    assert_eq!(ended, [1, 2, 3, 4, 5].map(|token| (token, Status::Flushed)));
}

#[test]
fn memory_that_the_device_does_not_give_up_stays_mapped() {
    // By its file, because another test may map something at the same address meanwhile.
    let mapped = |inode: u64| {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        maps.lines().any(|line| line.split_whitespace().nth(4) == Some(&inode.to_string()))
    };
    for (face, stays) in [("vague", true), ("partial", false)] {
        let fabric = Fabric::new(open(face).unwrap());
        let region = fabric.register(Memory::allocate(1 << 20).unwrap(), Access::all()).unwrap();
        let inode = rustix::fs::fstat(region.memory().fd().unwrap()).unwrap().st_ino;
        assert!(mapped(inode), "{face}");
        drop(region);
        assert_eq!(mapped(inode), stays, "{face}");
    }
}

#[test]
fn a_refused_connection_is_explained() {
    let fabric = Fabric::new(open("stubborn").unwrap());
    let queue = fabric.completion_queue(130).unwrap();
    let pair = fabric.queue_pair(&queue, &QueuePairConfig::default()).unwrap();
    let card = pair.card();
    let error = pair.connect(&card).err().unwrap();
    let message = format!("{error}");
    for part in ["INIT to RTR", "peer queue pair 4660", "LID 7", "path MTU 4096", "present state"] {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
}
