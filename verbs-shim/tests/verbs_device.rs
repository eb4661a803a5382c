//! The verbs provider on a real device (a NIC, or soft-RoCE), connected to itself.
//!
//! Where there is none, the tests say so and pass, unless `PANGEA_REQUIRE_VERBS` is set. What all
//! providers must do is tested by the conformance suite; here stands what only this one has.

use verbs_shim::provider::{LinkLayer, PortState, Verbs, VerbsOptions, devices};
use verbs_shim::{
    Access, Atomicity, Card, Completion, CompletionQueue, Error, Fabric, Memory, OpenError,
    PostError, QueuePair, QueuePairConfig, Status, WorkRequest,
};

fn options() -> VerbsOptions {
    VerbsOptions::from_env().unwrap()
}

/// The fabric, or `None` on a machine without RDMA.
fn open() -> Option<Fabric<Verbs>> {
    match Verbs::open(&options()) {
        Ok(verbs) => Some(Fabric::new(verbs)),
        Err(error) if std::env::var_os("PANGEA_REQUIRE_VERBS").is_none() => {
            assert!(
                matches!(
                    error,
                    OpenError::LibraryAbsent { .. }
                        | OpenError::KernelWithoutRdma
                        | OpenError::NoDevice
                ),
                "{error}"
            );
            eprintln!("skipped, no RDMA here: {error}");
            None
        }
        Err(error) => panic!("PANGEA_REQUIRE_VERBS is set, but {error}"),
    }
}

/// Two queue pairs of one process, connected to each other.
fn connect(
    fabric: &Fabric<Verbs>,
    queue: &CompletionQueue<Verbs>,
) -> (QueuePair<Verbs>, QueuePair<Verbs>) {
    let config = QueuePairConfig { depth: 16, peer: 3, ..Default::default() };
    let here = fabric.queue_pair(queue, &config).unwrap();
    let there = fabric.queue_pair(queue, &config).unwrap();
    let (card_here, card_there) = (here.card(), there.card());
    (here.connect(&card_there).unwrap(), there.connect(&card_here).unwrap())
}

#[test]
fn devices_are_described() {
    let Some(fabric) = open() else { return };
    let verbs = fabric.provider();
    let all = devices(&options()).unwrap();
    let used = all.iter().find(|info| info.name == fabric.capabilities().device).unwrap();
    assert_eq!(used.problem, None);
    assert!(used.atomicity.is_some());
    if used.name.starts_with("rxe") {
        assert!(used.soft_roce, "{used:?}");
    }
    let port = used.ports.iter().find(|port| port.number == verbs.port()).unwrap();
    assert_eq!(port.state, PortState::Active);
    if port.link_layer == LinkLayer::Ethernet {
        let gid = verbs.gid().unwrap();
        assert!(port.gids.contains(&gid));
    }
    let capabilities = fabric.capabilities();
    assert!(capabilities.max_inline >= 8, "{capabilities:?}");
    assert!(capabilities.max_outstanding_reads >= 1);
    assert!(capabilities.max_message >= 1 << 20);
    assert!(capabilities.mtu.unwrap() >= 256);
    if used.soft_roce {
        assert_eq!(capabilities.atomicity, Atomicity::Nic);
        assert!(!capabilities.on_demand_paging);
    }
    println!("{used}\n{capabilities:?}");
}

#[test]
fn each_operation_takes_effect() {
    let Some(fabric) = open() else { return };
    let queue = fabric.completion_queue(65).unwrap();
    let (mut pair, _other) = connect(&fabric, &queue);
    let home = fabric.register(Memory::allocate(1 << 20).unwrap(), Access::all()).unwrap();
    let local = fabric.register(Memory::allocate(1 << 20).unwrap(), Access::local()).unwrap();
    let remote = fabric.import(&home.card()).unwrap();

    let data: Vec<u8> = (0..300_000_u32).map(|i| (i * 7) as u8).collect();
    local.memory().write(0, &data);
    home.memory().write(400_000, &41_u64.to_ne_bytes());
    let longest = vec![0xa5; fabric.capabilities().max_inline];
    pair.post(&[
        WorkRequest::write(local.slice(0..300_000).unwrap(), remote.at(5)),
        WorkRequest::write_inline(&longest, remote.at(300_100)),
        WorkRequest::write_inline(&[], remote.at(0)),
        WorkRequest::write(local.slice(7..7).unwrap(), remote.at(0)),
        WorkRequest::fetch_add(2, local.slice(500_000..500_008).unwrap(), remote.at(400_000)),
        WorkRequest::compare_swap(
            43,
            99,
            local.slice(500_008..500_016).unwrap(),
            remote.at(400_000),
        ),
        WorkRequest::compare_swap(
            43,
            77,
            local.slice(500_016..500_024).unwrap(),
            remote.at(400_000),
        ),
        WorkRequest::read(local.slice(600_000..900_000).unwrap(), remote.at(5)),
        WorkRequest::read(local.slice(8..8).unwrap(), remote.at(0)).token(12).signaled(),
    ])
    .unwrap();
    let completion = queue.wait().unwrap();
    assert_eq!(completion, Completion { token: 12, peer: 3, result: Ok(()) });
    assert_eq!(pair.outstanding(), 0);

    let mut back = vec![0; 300_000];
    home.memory().read(5, &mut back);
    assert!(back == data, "the WRITE did not arrive whole");
    local.memory().read(600_000, &mut back);
    assert!(back == data, "the READ did not come back whole");
    let mut inline = vec![0; longest.len()];
    home.memory().read(300_100, &mut inline);
    assert_eq!(inline, longest);
    let word = |offset| {
        let mut word = [0; 8];
        local.memory().read(offset, &mut word);
        u64::from_ne_bytes(word)
    };
    assert_eq!((word(500_000), word(500_008), word(500_016)), (41, 43, 99));
    let mut word = [0; 8];
    home.memory().read(400_000, &mut word);
    assert_eq!(u64::from_ne_bytes(word), 99);
}

/// The first completion after work that must fail, and the pair's error state.
fn status_of(
    fabric: &Fabric<Verbs>,
    post: impl FnOnce(&mut QueuePair<Verbs>) -> Result<(), PostError>,
) -> Status {
    let queue = fabric.completion_queue(65).unwrap();
    let (mut pair, _other) = connect(fabric, &queue);
    post(&mut pair).unwrap();
    let error = queue.wait().unwrap().result.unwrap_err();
    assert_eq!(error.peer, 3);
    assert_eq!(pair.error(), Some(error));
    let refused = pair.post(&[]).and_then(|()| {
        pair.post(&[WorkRequest::write_inline(
            &[1],
            verbs_shim::RemoteAddr { addr: 0, rkey: verbs_shim::Rkey(0) },
        )])
    });
    assert!(matches!(refused, Err(PostError::InError { .. })), "{refused:?}");
    error.status
}

#[test]
fn refusals_of_the_responder_have_their_status() {
    let Some(fabric) = open() else { return };
    let local = fabric.register(Memory::allocate(4096).unwrap(), Access::local()).unwrap();
    let home = fabric.register(Memory::allocate(4096).unwrap(), Access::all()).unwrap();
    let read_only = fabric.register(Memory::allocate(4096).unwrap(), Access::read_only()).unwrap();
    let remote = fabric.import(&home.card()).unwrap();
    let guarded = fabric.import(&read_only.card()).unwrap();
    let slice = || local.slice(0..64).unwrap();

    let mut bad_key = remote.at(0);
    bad_key.rkey.0 ^= 0x5500;
    let read =
        |at| status_of(&fabric, |pair| pair.post(&[WorkRequest::read(slice(), at).signaled()]));
    let write = |at| status_of(&fabric, |pair| pair.post(&[WorkRequest::write(slice(), at)]));
    assert_eq!(read(bad_key), Status::RemoteAccess);
    assert_eq!(write(bad_key), Status::RemoteAccess);
    assert_eq!(read(remote.at(4096 - 63)), Status::RemoteAccess);
    assert_eq!(write(remote.at(4096 - 63)), Status::RemoteAccess);
    assert_eq!(write(guarded.at(0)), Status::RemoteAccess);
    let word = local.slice(0..8).unwrap();
    let atomic = status_of(&fabric, |pair| {
        pair.post(&[WorkRequest::fetch_add(1, word, guarded.at(0)).signaled()])
    });
    assert_eq!(atomic, Status::RemoteAccess);
}

#[test]
fn work_posted_after_an_error_that_nobody_has_seen_is_flushed() {
    let Some(fabric) = open() else { return };
    let queue = fabric.completion_queue(65).unwrap();
    let (mut pair, _other) = connect(&fabric, &queue);
    let home = fabric.register(Memory::allocate(4096).unwrap(), Access::all()).unwrap();
    let remote = fabric.import(&home.card()).unwrap();
    pair.post(&[WorkRequest::write_inline(&[1; 8], remote.at(4096)).token(1)]).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(100));
    pair.post(&[
        WorkRequest::write_inline(&[1; 8], remote.at(0)).token(2),
        WorkRequest::write_inline(&[1; 8], remote.at(8)).token(3).signaled(),
    ])
    .unwrap();
    let ended = [(); 3].map(|()| {
        let completion = queue.wait().unwrap();
        (completion.token, completion.result.unwrap_err().status)
    });
    assert_eq!(ended, [(1, Status::RemoteAccess), (2, Status::Flushed), (3, Status::Flushed)]);
    let mut bytes = [9; 16];
    home.memory().read(0, &mut bytes);
    assert_eq!(bytes, [0; 16]);
}

#[test]
fn a_region_that_is_gone_is_refused() {
    let Some(fabric) = open() else { return };
    let local = fabric.register(Memory::allocate(4096).unwrap(), Access::local()).unwrap();
    let home = fabric.register(Memory::allocate(4096).unwrap(), Access::all()).unwrap();
    let remote = fabric.import(&home.card()).unwrap();
    drop(home);
    let status = status_of(&fabric, |pair| {
        pair.post(&[WorkRequest::read(local.slice(0..8).unwrap(), remote.at(0)).signaled()])
    });
    assert_eq!(status, Status::RemoteAccess);
}

#[test]
fn a_failed_pair_flushes_and_its_peer_gives_up() {
    let Some(fabric) = open() else { return };
    let queue = fabric.completion_queue(130).unwrap();
    let config = QueuePairConfig { timeout: 10, retries: 2, ..Default::default() };
    let here = fabric.queue_pair(&queue, &config).unwrap();
    let there = fabric.queue_pair(&queue, &config).unwrap();
    let (card_here, card_there) = (here.card(), there.card());
    let mut here = here.connect(&card_there).unwrap();
    let mut there = there.connect(&card_here).unwrap();
    let home = fabric.register(Memory::allocate(4096).unwrap(), Access::all()).unwrap();
    let remote = fabric.import(&home.card()).unwrap();

    there.fail().unwrap();
    assert!(matches!(
        there.post(&[WorkRequest::write_inline(&[1], remote.at(0))]),
        Err(PostError::InError { .. })
    ));
    here.post(&[
        WorkRequest::write_inline(&[7; 8], remote.at(0)),
        WorkRequest::write_inline(&[7; 8], remote.at(8)).signaled(),
    ])
    .unwrap();
    let first = queue.wait().unwrap().result.unwrap_err();
    assert_eq!(first.status, Status::RetryExceeded);
    let second = queue.wait().unwrap().result.unwrap_err();
    assert_eq!(second.status, Status::Flushed);
    let mut bytes = [0; 16];
    home.memory().read(0, &mut bytes);
    assert_eq!(bytes, [0; 16], "a fenced peer has written");
}

#[test]
fn cards_of_others_and_damaged_ones_are_refused() {
    let Some(fabric) = open() else { return };
    let queue = fabric.completion_queue(258).unwrap();
    let region = fabric.register(Memory::allocate(4096).unwrap(), Access::all()).unwrap();
    let make = || fabric.queue_pair(&queue, &QueuePairConfig::default()).unwrap();
    let refused = |card: &Card| make().connect(card).err().unwrap().to_string();
    assert!(refused(&region.card()).contains("card of a region"));
    assert!(refused(&Card::default()).contains("0 bytes"));
    let pair = make();
    let error = fabric.import(&pair.card()).unwrap_err();
    assert!(error.to_string().contains("card of a queue pair"), "{error}");
}

#[test]
fn limits_are_errors_with_numbers() {
    let Some(fabric) = open() else { return };
    let error = fabric.completion_queue(u32::MAX).err().unwrap();
    assert!(matches!(error, Error::Limit { .. }), "{error}");
    let queue = fabric.completion_queue(258).unwrap();
    for config in [
        QueuePairConfig { timeout: 32, ..Default::default() },
        QueuePairConfig { retries: 8, ..Default::default() },
        QueuePairConfig { depth: 0, ..Default::default() },
    ] {
        let error = fabric.queue_pair(&queue, &config).err().unwrap();
        assert!(matches!(error, Error::Limit { .. } | Error::Setting { .. }), "{error}");
    }
}

#[test]
fn a_queue_of_another_opening_is_refused() {
    let (Some(one), Some(two)) = (open(), open()) else { return };
    let queue = one.completion_queue(65).unwrap();
    let error = two.queue_pair(&queue, &QueuePairConfig::default()).err().unwrap();
    assert!(matches!(error, Error::DeviceFailed { .. }), "{error}");
}

#[test]
fn objects_go_in_any_order() {
    let Some(fabric) = open() else { return };
    let queue = fabric.completion_queue(65).unwrap();
    let (mut pair, other) = connect(&fabric, &queue);
    let region = fabric.register(Memory::allocate(1 << 20).unwrap(), Access::all()).unwrap();
    let remote = fabric.import(&region.card()).unwrap();
    drop(fabric);
    drop(other);
    pair.post(&[WorkRequest::write(region.slice(0..1 << 19).unwrap(), remote.at(1 << 19))])
        .unwrap();
    drop(region);
    drop(queue);
    drop(pair);
}

#[test]
fn an_option_that_does_not_fit_names_what_is_there() {
    let Some(fabric) = open() else { return };
    let present = fabric.capabilities().device.clone();
    for (wanted, part) in [
        (VerbsOptions { device: Some("none7".to_owned()), ..options() }, "no device \"none7\""),
        (VerbsOptions { port: Some(99), ..options() }, "has no port 99"),
        (VerbsOptions { gid_index: Some(211), ..options() }, "no address at GID index 211"),
    ] {
        let error = Verbs::open(&wanted).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains(&present), "{error}");
    }
}

/// Run with a low limit, as by `scripts/rxe-vm --memlock 1M`; says so where there is none.
#[test]
fn too_little_locked_memory_is_named() {
    let Some(fabric) = open() else { return };
    let limit = rustix::process::getrlimit(rustix::process::Resource::Memlock).maximum;
    let Some(limit) = limit.filter(|limit| *limit < 1 << 30) else {
        eprintln!("skipped: locked memory has no low limit here");
        return;
    };
    let memory = Memory::allocate(limit as usize + (1 << 20)).unwrap();
    let wanted = memory.len();
    match fabric.register(memory, Access::all()) {
        Err(Error::MemlockTooLow { wanted: named, limit: at, .. }) => {
            assert_eq!((named, at), (wanted, limit));
        }
        other => panic!("{other:?}"),
    }
}
