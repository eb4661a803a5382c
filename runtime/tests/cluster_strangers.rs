//! Strangers on the coordinator's sockets: they learn nothing, change nothing and disturb nobody.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod cluster_support;

use std::io::{self, IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cluster_support::{
    Job, PATIENCE, alone, card, connect, in_time, job, leave_all, nodes, pipe, spec, until,
};
use pangea::cluster::{Address, ClusterError, JobEnv, Rank};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use verbs_shim::provider::Choice;

/// The version of the protocol that is spoken here.
const VERSION: u16 = 6;

trait Socket: Read + Write + Send {
    fn set_timeout(&self, timeout: Duration) -> io::Result<()>;
}

impl Socket for TcpStream {
    fn set_timeout(&self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))
    }
}

impl Socket for UnixStream {
    fn set_timeout(&self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))
    }
}

fn stranger_at(address: &Address) -> Box<dyn Socket> {
    let socket: Box<dyn Socket> = match address {
        Address::Tcp(address) => Box::new(TcpStream::connect(address).expect("connects")),
        Address::Unix(name) => {
            let address = SocketAddr::from_abstract_name(name).expect("a name");
            Box::new(UnixStream::connect_addr(&address).expect("connects"))
        }
    };
    socket.set_timeout(PATIENCE).expect("has a time limit");
    socket
}

fn strangers(job: &Job) -> Vec<Box<dyn Socket>> {
    job.coordinator.job().addresses.iter().map(stranger_at).collect()
}

fn frame(payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).expect("is short");
    [&len.to_le_bytes(), &[0; 4], payload].concat()
}

fn hello(version: u16) -> Vec<u8> {
    frame(&[&b"PNGA"[..], &version.to_le_bytes(), &[7; 32]].concat())
}

/// Everything until the other side closes.
fn answer(socket: &mut Box<dyn Socket>) -> Vec<u8> {
    let mut bytes = Vec::new();
    match socket.read_to_end(&mut bytes) {
        Ok(_) => {}
        // What it sent was not read: TCP says so instead of the plain end.
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the connection is not closed: {error}"),
    }
    bytes
}

/// Bytes that look random and are the same each time.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// A job of two goes on, with requests of all kinds.
fn works(nodes: &[cluster_support::Node], round: usize) {
    let [a, b] = nodes else { panic!("two nodes") };
    let name = format!("round {round}");
    let segment = a.client.create_or_attach(&spec(&name, &[64, 64])).expect("creates");
    assert!(segment.created);
    let same = b.client.attach(&name).expect("attaches");
    assert_eq!(same.id, segment.id);
    a.client.connect_pair(Rank(1), &card("hello")).expect("connects");
    for node in nodes {
        node.client.release(segment.id).expect("releases");
        assert_eq!(node.client.health().check(), Ok(()));
    }
}

#[test]
fn garbage_disturbs_nobody() {
    let _alone = alone();
    let job = job(2, Choice::Shm);
    let nodes = nodes(&job, 2);
    let whole = hello(VERSION);
    let mut garbage: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        vec![0xFF; 8],
        vec![0; 1 << 20],
        frame(&[0; 512]),
        [513_u32.to_le_bytes(), [0; 4]].concat(),
        [38_u32.to_le_bytes(), [1, 0, 0, 0]].concat(),
        [hello(VERSION), frame(&noise(1, 300))].concat(),
        [hello(VERSION), hello(VERSION)].concat(),
        [hello(VERSION), frame(b"")].concat(),
    ];
    garbage.extend((0..20).map(|seed| noise(seed, 3000)));
    garbage.extend((1..whole.len()).step_by(5).map(|len| whole[..len].to_vec()));
    for (round, bytes) in garbage.iter().enumerate() {
        for mut socket in strangers(&job) {
            // It may be turned away before all of it is written.
            let _ = socket.write_all(bytes);
            let _ = socket.flush();
            drop(socket);
        }
        works(&nodes, round);
    }
    leave_all(&nodes);
}

#[test]
fn files_of_a_stranger_are_closed_and_end_its_connection() {
    let _alone = alone();
    let job = job(1, Choice::Shm);
    let (mut reader, file) = pipe();
    let Address::Unix(name) = &job.coordinator.job().addresses[0] else {
        panic!("the first address is the Unix socket's");
    };
    let address = SocketAddr::from_abstract_name(name).expect("a name");
    let mut socket = UnixStream::connect_addr(&address).expect("connects");
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let files = [file.as_fd()];
    assert!(control.push(SendAncillaryMessage::ScmRights(&files)));
    sendmsg(&socket, &[IoSlice::new(&hello(VERSION))], &mut control, SendFlags::NOSIGNAL)
        .expect("sends");
    assert_eq!(socket.read(&mut [0; 64]).expect("is closed"), 0);
    drop(file);
    let rest = in_time("the end of the pipe", move || reader.read(&mut [0]).expect("reads"));
    assert_eq!(rest, 0);
    assert!(connect(&job.env(0)).is_ok());
}

#[test]
fn a_stranger_learns_the_version_and_no_more() {
    let _alone = alone();
    let job = job(1, Choice::Shm);
    for mut socket in strangers(&job) {
        socket.write_all(b"\x04\0\0\0\0\0\0\0what").expect("writes");
        assert_eq!(answer(&mut socket), b"", "no hello, no answer");
    }
    for mut socket in strangers(&job) {
        socket.write_all(&hello(VERSION)).expect("writes");
        socket.write_all(&frame(&[0; 60])).expect("writes");
        let heard = answer(&mut socket);
        assert_eq!(heard.len(), 8 + 38 + 8 + 1, "a challenge, and one byte");
        assert_eq!(&heard[..14], b"\x26\0\0\0\0\0\0\0PNGA\x06\0");
        assert_eq!(&heard[46..], b"\x01\0\0\0\0\0\0\0\0");
    }
    for mut socket in strangers(&job) {
        socket.write_all(&hello(9)).expect("writes");
        let heard = answer(&mut socket);
        assert_eq!((heard.len(), &heard[8..14]), (46, &b"PNGA\x06\0"[..]), "and it is closed");
    }
}

#[test]
fn a_coordinator_of_another_version_is_named() {
    let _alone = alone();
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = listener.local_addr().expect("is bound").to_string();
    let answers = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("accepts");
        let mut heard = [0; 46];
        socket.read_exact(&mut heard).expect("a hello");
        socket.write_all(&hello(VERSION + 1)).expect("writes");
        heard
    });
    let job = job(1, Choice::Verbs);
    let env = JobEnv { addresses: vec![Address::Tcp(address)], ..job.env(0) };
    let error = connect(&env).expect_err("another version");
    assert_eq!(error, ClusterError::Version { node: VERSION, coordinator: VERSION + 1 });
    assert_eq!(&answers.join().expect("no panic")[8..14], b"PNGA\x06\0");
}

#[test]
fn an_impostor_is_noticed() {
    let _alone = alone();
    for reply in [frame(b"HTTP/1.1 400 Bad Request"), frame(&[0; 400]), hello(VERSION)] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
        let address = listener.local_addr().expect("is bound").to_string();
        std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().expect("accepts");
            let mut heard = [0; 46];
            socket.read_exact(&mut heard).expect("a hello");
            // After the hello what was told; after the proof a verdict without a proof.
            socket.write_all(&reply).expect("writes");
            let _ = socket.write_all(&frame(&[3; 80]));
            let _ = socket.read(&mut [0; 512]);
        });
        let job = job(1, Choice::Verbs);
        let env = JobEnv { addresses: vec![Address::Tcp(address)], ..job.env(0) };
        assert_eq!(connect(&env).expect_err("an impostor"), ClusterError::Impostor);
    }
}

/// A recorded handshake, played again, must not let anybody in.
#[test]
fn a_replayed_handshake_is_refused() {
    let _alone = alone();
    let job = job(1, Choice::Verbs);
    let Some(Address::Tcp(real)) = job.coordinator.job().addresses.last().cloned() else {
        panic!("it listens on TCP");
    };
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = listener.local_addr().expect("is bound").to_string();
    let target = real.clone();
    let records = std::thread::spawn(move || {
        let (mut node, _) = listener.accept().expect("accepts");
        let mut coordinator = TcpStream::connect(target).expect("connects");
        let (mut hello, mut challenge) = ([0; 46], [0; 46]);
        node.read_exact(&mut hello).expect("a hello");
        coordinator.write_all(&hello).expect("writes");
        coordinator.read_exact(&mut challenge).expect("a challenge");
        node.write_all(&challenge).expect("writes");
        let mut proof = [0; 512];
        let len = node.read(&mut proof).expect("a proof");
        // The coordinator never gets it: the rank stays free.
        (hello, proof[..len].to_vec())
    });
    let env = JobEnv { addresses: vec![Address::Tcp(address)], ..job.env(0) };
    let gives_up = std::thread::spawn(move || connect(&env).map(drop));
    let (hello, proof) = records.join().expect("no panic");
    let mut replay = stranger_at(&Address::Tcp(real));
    replay.write_all(&hello).expect("writes");
    let mut challenge = [0; 46];
    replay.read_exact(&mut challenge).expect("a challenge");
    replay.write_all(&proof).expect("writes");
    assert_eq!(answer(&mut replay), b"\x01\0\0\0\0\0\0\0\0", "the secret is called wrong");
    assert!(gives_up.join().expect("no panic").is_err(), "nobody let it in");
    assert!(connect(&job.env(0)).is_ok(), "the rank is still free");
}

#[test]
fn silent_strangers_are_cut_off() {
    let _alone = alone();
    let job = job(2, Choice::Shm);
    let nodes = nodes(&job, 2);
    let began = Instant::now();
    let mut silent = strangers(&job);
    let mut slow = strangers(&job);
    for socket in &mut slow {
        socket.write_all(&hello(VERSION)[..20]).expect("writes");
    }
    works(&nodes, 0);
    for mut socket in silent.drain(..).chain(slow) {
        assert_eq!(answer(&mut socket), b"");
    }
    let took = began.elapsed();
    assert!(took > Duration::from_secs(4) && took < Duration::from_secs(15), "{took:?}");
    works(&nodes, 1);
    leave_all(&nodes);
}

#[test]
fn a_flood_of_strangers_stops_nobody_from_joining() {
    let _alone = alone();
    let job = job(2, Choice::Shm);
    let first = job.coordinator.job().addresses[0].clone();
    let flooding = AtomicBool::new(true);
    std::thread::scope(|scope| {
        for address in &job.coordinator.job().addresses {
            scope.spawn(|| {
                let mut held = Vec::new();
                while flooding.load(Ordering::Relaxed) {
                    held.push(stranger_at(address));
                    if held.len() > 200 {
                        held.remove(0);
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_millis(300));
        let nodes = nodes(&job, 2);
        works(&nodes, 0);
        leave_all(&nodes);
        flooding.store(false, Ordering::Relaxed);
        // Whoever floods may be waiting in the kernel's queue.
        drop(stranger_at(&first));
    });
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("is there").count()
}

/// The names of the threads that this project has started here.
fn threads() -> Vec<String> {
    std::fs::read_dir("/proc/self/task")
        .expect("is there")
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|name| name.starts_with("pangea-"))
        .collect()
}

#[test]
fn nothing_is_left_behind() {
    let _alone = alone();
    let name = {
        let job = job(1, Choice::Shm);
        until("its thread", || threads().len() == 1);
        job.coordinator.job().addresses[0].to_string()
    };
    let files = open_files();
    for _ in 0..3 {
        let job = job(4, Choice::Shm);
        let _strangers = strangers(&job);
        let nodes = nodes(&job, 4);
        until("a thread for each", || threads().len() == 5);
        leave_all(&nodes);
    }
    assert_eq!(open_files(), files);
    // The kernel lists a thread for a moment after it was waited for.
    until("the end of all threads", || threads().is_empty());
    let sockets = std::fs::read_to_string("/proc/net/unix").expect("is there");
    let name = name.strip_prefix("unix:").expect("the first address is the Unix socket's");
    assert!(!sockets.contains(name), "{name} is still there");
}
