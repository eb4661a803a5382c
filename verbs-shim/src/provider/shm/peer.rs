//! Peers, and the thread that hears of their deaths.

use std::collections::HashMap;
use std::fmt;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, epoll};

use super::card::FabricId;
use super::table::Table;
use crate::error::Error;

/// An opened provider that pairs of ours are connected to; also our own.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) fabric: FabricId,
    pub(super) table: Arc<Table>,
    /// Its process has ended. Written by the monitor, read with each operation.
    pub(super) gone: Arc<AtomicBool>,
    /// It executes its own barriers, see [`super::fence`].
    pub(super) fences_itself: bool,
    /// `None` for this process.
    _watch: Option<Watch>,
}

impl Peer {
    pub(super) fn own(fabric: FabricId, table: Arc<Table>, fences_itself: bool) -> Peer {
        Peer { fabric, table, gone: Arc::default(), fences_itself, _watch: None }
    }

    pub(super) fn other(
        fabric: FabricId,
        table: Arc<Table>,
        fences_itself: bool,
        process: &OwnedFd,
        monitor: &Monitor,
    ) -> Result<Peer, Error> {
        let gone = Arc::<AtomicBool>::default();
        let watch = monitor.watch(process, &gone, &table)?;
        Ok(Peer { fabric, table, gone, fences_itself, _watch: Some(watch) })
    }
}

const WAKE: u64 = 0;

/// Watches the processes of peers by their pidfds. The thread starts with the first one, and ends
/// when the monitor is dropped.
#[derive(Default)]
pub(super) struct Monitor {
    running: Mutex<Option<Running>>,
}

struct Running {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

struct Shared {
    epoll: OwnedFd,
    wake: OwnedFd,
    watched: Mutex<Watched>,
}

#[derive(Default)]
struct Watched {
    last: u64,
    peers: HashMap<u64, (Arc<AtomicBool>, Arc<Table>)>,
}

/// One process that is watched, until this is dropped.
pub(super) struct Watch {
    /// A descriptor of our own: what is in the epoll set must not be closed or doubled by others.
    process: OwnedFd,
    token: u64,
    shared: Arc<Shared>,
}

fn failed(operation: &'static str) -> impl Fn(rustix::io::Errno) -> Error {
    move |errno| Error::System { operation: operation.to_owned(), source: errno.into() }
}

impl Monitor {
    fn watch(
        &self,
        process: &OwnedFd,
        gone: &Arc<AtomicBool>,
        table: &Arc<Table>,
    ) -> Result<Watch, Error> {
        let shared = self.shared()?;
        let process = process.try_clone().map_err(|source| Error::System {
            operation: "duplicating the pidfd of a peer".to_owned(),
            source,
        })?;
        let mut watched = shared.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.last += 1;
        let token = watched.last;
        watched.peers.insert(token, (Arc::clone(gone), Arc::clone(table)));
        drop(watched);
        // From here on dropping `watch` takes the entry out again.
        let watch = Watch { process, token, shared: Arc::clone(&shared) };
        epoll::add(
            &shared.epoll,
            &watch.process,
            epoll::EventData::new_u64(token),
            epoll::EventFlags::IN | epoll::EventFlags::ONESHOT,
        )
        .map_err(failed("watching the process of a peer"))?;
        if has_ended(&watch.process) {
            has_died(gone, table);
        }
        Ok(watch)
    }

    fn shared(&self) -> Result<Arc<Shared>, Error> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*running {
            return Ok(Arc::clone(&running.shared));
        }
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(failed("epoll_create"))?;
        let wake = rustix::event::eventfd(0, EventfdFlags::CLOEXEC).map_err(failed("eventfd"))?;
        epoll::add(&epoll, &wake, epoll::EventData::new_u64(WAKE), epoll::EventFlags::IN)
            .map_err(failed("epoll_ctl"))?;
        let shared = Arc::new(Shared { epoll, wake, watched: Mutex::default() });
        let thread = std::thread::Builder::new()
            .name("shm-monitor".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || shared.run()
            })
            .map_err(|source| Error::System {
                operation: "starting the thread that watches peers".to_owned(),
                source,
            })?;
        *running = Some(Running { shared: Arc::clone(&shared), thread });
        Ok(shared)
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let running = self.running.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Some(Running { shared, thread }) = running.take() else { return };
        match rustix::io::write(&shared.wake, &1_u64.to_ne_bytes()) {
            Ok(_) => {
                if thread.join().is_err() {
                    log::error!("the thread that watches peers has panicked");
                }
            }
            Err(error) => log::error!("the thread that watches peers cannot be ended: {error}"),
        }
    }
}

impl Shared {
    fn run(&self) {
        let mut events = Vec::with_capacity(16);
        loop {
            events.clear();
            let buffer = rustix::buffer::spare_capacity(&mut events);
            match epoll::wait(&self.epoll, buffer, None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => {
                    log::error!("peers are not watched any more: epoll_wait: {error}");
                    return;
                }
            }
            for event in &events {
                let token = event.data.u64();
                if token == WAKE {
                    return;
                }
                let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((gone, table)) = watched.peers.get(&token) {
                    has_died(gone, table);
                }
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It may not have been added, when adding failed; then there is nothing to delete.
        let _ = epoll::delete(&self.shared.epoll, &self.process);
        let mut watched = self.shared.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.peers.remove(&self.token);
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Watch({:?})", self.process)
    }
}

/// Says that a peer is dead; in its table too, so that whoever goes by the number of changes looks at the flag.
fn has_died(gone: &AtomicBool, table: &Table) {
    gone.store(true, Ordering::SeqCst);
    table.changes().fetch_add(1, Ordering::SeqCst);
}

/// Whether a process has ended, asked of its pidfd.
fn has_ended(process: &OwnedFd) -> bool {
    let mut fds = [PollFd::new(process, PollFlags::IN)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    matches!(rustix::event::poll(&mut fds, Some(&now)), Ok(1))
}
