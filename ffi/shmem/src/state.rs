//! The one state of the process.
//!
//! ```text
//! Before ── setup ──► Running ─┬─ finalize ──► After
//!                              ├─ exit ──────► Ending (until there is no process)
//!                              └─ fork ──────► Child (in the child)
//! ```
//!
//! It is set once and never taken away, because threads may be anywhere; what says whether it may be used is the phase.
//! Memory stays mapped after finalize too, so who is in the midst of an operation then reaches what nobody sees. One thread
//! takes the process to its end; others that come to the library meanwhile, or fail because of it, stay where they are.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use pangea::symmetric::Symmetric;

use crate::address::Space;
use crate::collectives::Reach;
use crate::error::{Problem, problem};
use crate::heap::Heap;
use crate::locks::Locks;
use crate::rendezvous::Rendezvous;
use crate::setup;
use crate::teams::Teams;

/// What there is once between setup and finalize.
pub(crate) struct State {
    /// The node and the symmetric range of all PEs.
    pub symmetric: Symmetric,
    /// The number of this PE.
    pub rank: u32,
    /// How many there are.
    pub size: u32,
    /// The level of threads, `SHMEM_THREAD_…`.
    pub level: c_int,
    /// Which addresses are symmetric.
    pub space: Space,
    /// What is given out of the heap.
    pub heap: Mutex<Heap>,
    /// Where the heap begins.
    pub heap_base: *mut u8,
    /// What addresses of heaps can be divided by on all PEs.
    pub heap_align: u64,
    /// The barrier of collective calls that are compared.
    pub rendezvous: Rendezvous,
    /// The teams.
    pub teams: Teams,
    /// How collectives reach other PEs.
    pub reach: Reach,
    /// The locks of this PE.
    pub locks: Locks,
    /// Whether the environment asks for messages.
    pub is_debugging: bool,
    /// How often the library was set up again, and not finalized since.
    pub setups: AtomicU32,
    /// Whether a thread has begun to finalize.
    pub is_finalizing: AtomicBool,
    /// How often something was looked at in vain, about: see `State::looked_in_vain`.
    pub looks: AtomicU32,
}

// SAFETY: `heap_base` is an address that all threads may use; all else is shared already.
unsafe impl Sync for State {}
// SAFETY: as above.
unsafe impl Send for State {}

/// `SHMEM_THREAD_SINGLE`.
pub(crate) const SINGLE: c_int = 0;
/// `SHMEM_THREAD_FUNNELED`.
pub(crate) const FUNNELED: c_int = 1;
/// `SHMEM_THREAD_MULTIPLE`.
pub(crate) const MULTIPLE: c_int = 3;

static STATE: AtomicPtr<State> = AtomicPtr::new(std::ptr::null_mut());
static PHASE: AtomicU8 = AtomicU8::new(BEFORE);

const BEFORE: u8 = 0;
const SETUP: u8 = 1;
const RUNNING: u8 = 2;
const AFTER: u8 = 3;
const CHILD: u8 = 4;
const ENDING: u8 = 5;

/// Where the process is in its life.
pub(crate) enum Phase {
    /// Before setup, or within it.
    Before,
    /// Between setup and finalize.
    Running(&'static State),
    /// After finalize.
    After,
    /// In a child of a process that was running.
    Child,
    /// A thread is ending the job, and this process.
    Ending(&'static State),
}

/// Where the process is in its life.
pub(crate) fn phase() -> Phase {
    // SAFETY: in both phases in which it is used the pointer was set before the phase, and what it points to is never freed.
    let state = || unsafe { &*STATE.load(Ordering::Relaxed) };
    match PHASE.load(Ordering::Acquire) {
        RUNNING => Phase::Running(state()),
        ENDING => Phase::Ending(state()),
        AFTER => Phase::After,
        CHILD => Phase::Child,
        _ => Phase::Before,
    }
}

/// The state.
///
/// # Errors
/// When there is none: before setup, after finalize, in the child of a fork.
pub(crate) fn state() -> Result<&'static State, Problem> {
    match phase() {
        Phase::Running(state) => Ok(state),
        Phase::Before => Err(problem!("called before shmem_init or shmem_init_thread")),
        Phase::After => Err(problem!("called after shmem_finalize")),
        Phase::Child => Err(problem!(
            "called in a child of a PE: only the process that called shmem_init may use OpenSHMEM"
        )),
        Phase::Ending(state) if setup::is_ender() => Ok(state),
        Phase::Ending(state) => setup::stay(state),
    }
}

/// Begins setup: once in a process.
pub(crate) fn begin() -> Result<(), Problem> {
    let began = PHASE.compare_exchange(BEFORE, SETUP, Ordering::Acquire, Ordering::Acquire);
    began.map(drop).map_err(|phase| match phase {
        SETUP | RUNNING => problem!("called while another thread sets the library up"),
        AFTER | ENDING => problem!("called after shmem_finalize: the library is set up once"),
        _ => problem!("called in a child of a PE: start it by pangea run or oshrun instead"),
    })
}

/// Sets the state, at the end of setup.
pub(crate) fn run(state: State) -> &'static State {
    let state: &'static State = Box::leak(Box::new(state));
    STATE.store(std::ptr::from_ref(state).cast_mut(), Ordering::Relaxed);
    PHASE.store(RUNNING, Ordering::Release);
    state
}

/// The time of the state is over, for it is finalized.
pub(crate) fn finish() {
    // If a thread has begun to end the job, that counts.
    let _ = PHASE.compare_exchange(RUNNING, AFTER, Ordering::AcqRel, Ordering::Relaxed);
}

/// Begins to end the job: `true` for the one thread that does it.
pub(crate) fn begin_end() -> bool {
    PHASE.compare_exchange(RUNNING, ENDING, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}

/// The number of this PE and of all, also after finalize: handlers that are called when the program ends ask for them.
pub(crate) fn rank_and_size() -> Option<(u32, u32)> {
    if PHASE.load(Ordering::Acquire) != AFTER {
        return None;
    }
    // SAFETY: as in `phase`.
    let state = unsafe { &*STATE.load(Ordering::Relaxed) };
    Some((state.rank, state.size))
}

/// The process is a child that has nothing to do with the job; unless its parent had neither.
pub(crate) fn become_child() {
    if PHASE.load(Ordering::Acquire) != BEFORE {
        PHASE.store(CHILD, Ordering::Release);
    }
}

impl State {
    /// What is given out of the heap.
    pub(crate) fn heap(&self) -> std::sync::MutexGuard<'_, Heap> {
        self.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rank of a PE of the world.
    pub(crate) fn pe(&self, pe: c_int) -> Result<u32, Problem> {
        let rank = u32::try_from(pe).ok().filter(|rank| *rank < self.size);
        rank.ok_or_else(|| problem!("there is no PE {pe}: the PEs are 0 to {}", self.size - 1))
    }
}

/// Own words of 64 bits at aligned offsets of the symmetric range.
impl State {
    /// One of this PE's own words, which others write.
    pub(crate) fn own_word(&self, at: u64) -> &AtomicU64 {
        assert!(
            at.is_multiple_of(8) && at as usize <= self.symmetric.len() - 8,
            "the word {at:#x} does not lie in the symmetric range"
        );
        // SAFETY: it lies in the symmetric range, aligned, and that is mapped as long as the state is used. Whoever else
        // writes it does so with whole words.
        unsafe { AtomicU64::from_ptr(self.symmetric.base().add(at as usize).cast()) }
    }

    /// Writes a word of a PE; what was written to that PE before is there when it is.
    pub(crate) fn store_word(&self, rank: u32, at: u64, word: u64) -> Result<(), Problem> {
        if let Some(base) = self.symmetric.mapped(rank) {
            assert!(at.is_multiple_of(8) && at as usize <= self.symmetric.len() - 8);
            // SAFETY: as in `own_word`; all symmetric ranges are of one length.
            let place = unsafe { AtomicU64::from_ptr(base.add(at as usize).cast()) };
            place.store(word, Ordering::Release);
            return Ok(());
        }
        // SAFETY: the source is a word on this thread's stack.
        Ok(unsafe { self.symmetric.write(rank, at, (&raw const word).cast(), 8) }?)
    }
}

/// Failing looks after which the processor is offered to others, where there are more PEs than processors.
const CROWDED_LOOKS: u32 = 16;
/// The same where there are not: what is waited for then comes without this one's processor.
const LOOKS: u32 = 1024;
/// Offers, about, after which it is looked for what has gone wrong.
const OFFERS: u32 = 16;

impl State {
    /// Something was looked at that is not yet as the program wants it, which may be in a loop that waits for it: now and
    /// then the processor is offered to others, and it is seen to that what is waited for can still come.
    ///
    /// # Errors
    /// As `State::wait_until`.
    #[inline]
    pub(crate) fn looked_in_vain(&self) -> Result<(), Problem> {
        // Threads may miss each other's looks; it is about how many there are.
        let looks = self.looks.load(Ordering::Relaxed).wrapping_add(1);
        self.looks.store(looks, Ordering::Relaxed);
        let patience = if self.reach.is_crowded() { CROWDED_LOOKS } else { LOOKS };
        if looks.is_multiple_of(patience) { self.relax(looks / patience) } else { Ok(()) }
    }

    /// Offers the processor, and looks now and then for what has gone wrong.
    ///
    /// # Errors
    /// As `State::wait_until`.
    #[cold]
    pub(crate) fn relax(&self, offers: u32) -> Result<(), Problem> {
        std::thread::yield_now();
        if offers.is_multiple_of(OFFERS) { Ok(self.symmetric.check()?) } else { Ok(()) }
    }
}

impl State {
    /// Whether only one thread uses the library at a time, and always the same.
    pub(crate) fn is_one_thread(&self) -> bool {
        self.level <= FUNNELED
    }
}
