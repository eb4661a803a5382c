//! How the library begins and ends.

use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pangea::symmetric::{Image, Options, Symmetric, SymmetricError};

use crate::address::{Piece, Space};
use crate::collectives::Reach;
use crate::error::{Problem, ending, problem};
use crate::heap::Heap;
use crate::locks::{Locks, this_thread};
use crate::rendezvous::Rendezvous;
use crate::settings::{SPARSE_SYMMETRIC_BYTES, SYMMETRIC_BYTES, Settings};
use crate::state::{self, FUNNELED, MULTIPLE, Phase, SINGLE, State, state};
use crate::teams::Teams;
use crate::variables::{self, Variables};
use crate::{fork, ways, words};

unsafe extern "C" {
    fn on_exit(handler: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
}

/// Sets the library up, for one thread; once more, only counts: a program and libraries of it may each set it up and finalize it.
pub(crate) unsafe fn init(name: &'static str) {
    ending(name, || set_up(SINGLE).map(drop));
}

/// As [`init`]; nothing when called again, for the programs that call it never finalize.
pub(crate) unsafe fn start_pes(name: &'static str, _pes: c_int) {
    ending(name, || match state::phase() {
        Phase::Running(_) => Ok(()),
        _ => begin(SINGLE),
    });
}

/// Sets the library up, for threads of that level: 0, or nonzero, and nothing is done, if there is no such level.
///
/// # Safety
/// `provided` may be written.
pub(crate) unsafe fn init_thread(
    name: &'static str,
    requested: c_int,
    provided: *mut c_int,
) -> c_int {
    ending(name, || {
        if !(SINGLE..=MULTIPLE).contains(&requested) {
            return Ok(1);
        }
        let level = set_up(requested)?;
        if !provided.is_null() {
            // SAFETY: promised.
            unsafe { provided.write(level) };
        }
        Ok(0)
    })
}

/// The level of threads that there is then.
fn set_up(level: c_int) -> Result<c_int, Problem> {
    if let Phase::Running(state) = state::phase() {
        state.setups.fetch_add(1, Ordering::Relaxed);
        return Ok(state.level);
    }
    begin(level)?;
    Ok(level)
}

/// The level of threads.
///
/// # Safety
/// `provided` may be written.
pub(crate) unsafe fn query_thread(name: &'static str, provided: *mut c_int) {
    ending(name, || {
        let state = state()?;
        if provided.is_null() {
            return Err(problem!("the address for the level is NULL"));
        }
        // SAFETY: promised.
        unsafe { provided.write(state.level) };
        Ok(())
    });
}

/// Ends the library when all PEs do, and all is complete; only waits for them as often as it was set up more than once, and does
/// nothing after the end, since there are programs that finalize twice.
pub(crate) unsafe fn finalize(name: &'static str) {
    ending(name, || {
        if matches!(state::phase(), Phase::After) {
            return Ok(());
        }
        let state = state()?;
        let less_one = |setups: u32| setups.checked_sub(1);
        if state.setups.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less_one).is_ok() {
            return state.meet(format_args!("shmem_finalize"));
        }
        finish(state)
    });
}

fn finish(state: &State) -> Result<(), Problem> {
    if state.is_finalizing.swap(true, Ordering::AcqRel) {
        if ENDER.load(Ordering::Acquire) != 0 {
            // The program has ended meanwhile, and what this thread wants is done.
            stay(state);
        }
        return Err(problem!("called by two threads"));
    }
    // However it is called: the end of one program may meet the call of another.
    state.meet(format_args!("shmem_finalize"))?;
    state.release_handle()?;
    ways::close();
    let departed = state.symmetric.depart();
    state::finish();
    Ok(departed?)
}

/// Ends the job with that code.
pub(crate) unsafe fn global_exit(_name: &'static str, status: c_int) -> ! {
    exit(status)
}

/// The thread within `exit`, by [`this_thread`]; 0 if there is none yet.
static ENDER: AtomicUsize = AtomicUsize::new(0);
/// Whether the coordinator knows that the job is to end.
static IS_TOLD: AtomicBool = AtomicBool::new(false);

/// How long another thread may take to end this process: its handlers may have work to do.
const TIME_TO_END: Duration = Duration::from_secs(10);
/// The same where another PE has ended the job.
const TIME_TO_OBEY: Duration = Duration::from_secs(1);

/// Ends the job with that code, or, without a job, the process.
pub(crate) fn exit(status: c_int) -> ! {
    match state::phase() {
        Phase::Running(state) => {
            if let Some(status) = state.symmetric.end_status() {
                // Another PE was first, and the thread that heard of it ends this process.
                leave_it_to_others(TIME_TO_OBEY);
                end_process(status);
            }
            ways::close();
            if !state::begin_end() {
                exit(status);
            }
            state.symmetric.end_job(status);
            IS_TOLD.store(true, Ordering::Release);
            end_process(status)
        }
        Phase::Ending(state) => stay(state),
        Phase::Before | Phase::After | Phase::Child => end_process(status),
    }
}

/// Whether this thread is within `exit`. Handlers of the program, which it calls, may still ask for this and that.
pub(crate) fn is_ender() -> bool {
    ENDER.load(Ordering::Relaxed) == this_thread()
}

/// Stays here while another thread ends the job, and this process.
#[cold]
pub(crate) fn stay(state: &State) -> ! {
    if is_ender() {
        wait_until_told();
    }
    leave_it_to_others(TIME_TO_END);
    // Whoever was to end it cannot: perhaps a handler of the program waits for this thread.
    end_process(state.symmetric.end_status().unwrap_or(1))
}

/// Waits until the thread that ends the job has said so: with this process its message would be lost.
fn wait_until_told() {
    let until = Instant::now() + TIME_TO_END;
    while !IS_TOLD.load(Ordering::Acquire) && Instant::now() < until {
        thread::sleep(Duration::from_millis(1));
    }
}

fn leave_it_to_others(time: Duration) {
    if !is_ender() {
        thread::sleep(time);
    }
}

/// Ends the process, as `exit` does. That must not be called twice: who is within it ends the process at once, and others leave
/// it to that one, whose handlers are to come to their end.
fn end_process(status: c_int) -> ! {
    if ENDER.compare_exchange(0, this_thread(), Ordering::AcqRel, Ordering::Relaxed).is_ok() {
        std::process::exit(status)
    }
    leave_it_to_others(TIME_TO_END);
    // SAFETY: writes what streams have still to write, and ends the process.
    unsafe {
        libc::fflush(ptr::null_mut());
        libc::_exit(status)
    }
}

/// A program that ends well without finalize is finalized. One that fails is not waited for: the launcher sees it. Nor is
/// anybody when another PE has ended the job, which is why this process ends.
///
/// Registered when the library is loaded, before handlers of the program and destructors of its objects, and so called after
/// them: they may use the library still.
extern "C" fn at_exit(status: c_int, _argument: *mut c_void) {
    match state::phase() {
        Phase::Running(state) if status == 0 && state.symmetric.end_status().is_none() => {
            ENDER.store(this_thread(), Ordering::Release);
            ending(AT_END, || {
                if !state.is_finalizing.load(Ordering::Acquire) {
                    return finish(state);
                }
                // By another thread, which the end of this one must not cut short.
                Ok(state.symmetric.wait(|| matches!(state::phase(), Phase::After))?)
            });
        }
        Phase::Ending(state) if !is_ender() => {
            // The status is that of the thread that ends the job.
            wait_until_told();
            ENDER.store(this_thread(), Ordering::Release);
            end_process(state.symmetric.end_status().unwrap_or(status));
        }
        _ => {}
    }
}

const AT_END: &str = "the end of the program without shmem_finalize";

/// Registers what has to be called when the process ends.
pub(crate) fn register() {
    // It fails for want of memory alone; then a program has to finalize.
    // SAFETY: the handler may be called at any time, and needs no argument.
    unsafe { on_exit(at_exit, ptr::null_mut()) };
}

fn begin(level: c_int) -> Result<(), Problem> {
    state::begin()?;
    let settings = Settings::from_env()?;
    let found = if settings.variables { variables::find()? } else { Variables::default() };
    let bytes = words::LEN + settings.symmetric_bytes.unwrap_or(SYMMETRIC_BYTES);
    let sparse_bytes = words::LEN + settings.symmetric_bytes.unwrap_or(SPARSE_SYMMETRIC_BYTES);
    // SAFETY: the pages are the executable's, private and writable, as `find` has seen to; the specification has
    // setup called before other threads use the library, and a thread that writes variables meanwhile ends with a signal.
    let image = unsafe { Image::new(found.ranges.clone()) };
    let options = Options { bytes, bytes_in_place: Some(sparse_bytes), image, job: None };
    let symmetric =
        Symmetric::join(options).map_err(|error| with_sizes(error, &settings, &found))?;
    fork::protect(found.ranges.clone(), &symmetric);
    let is_same_program = all_equal(&symmetric, found.program)?;
    // Heaps and variables that differ may be as long together.
    if !is_same_program && !all_equal(&symmetric, symmetric.image_at())? {
        return Err(problem!(
            "the symmetric heaps of the PEs differ in size: SHMEM_SYMMETRIC_SIZE is to be the same for all"
        ));
    }
    let space = space(&symmetric, &found, &settings, is_same_program);
    let heap_base = symmetric.base().wrapping_add(space.heap.offset as usize);
    let heap_align = heap_align(&symmetric, heap_base.addr())?;
    let phase = heap_base.addr() as u64 % heap_align;
    let heap = Heap::new(space.heap.addresses.len() as u64, phase);
    settings.report(&symmetric, &space);
    let state = state::run(State {
        rank: symmetric.rank(),
        size: symmetric.size(),
        teams: Teams::new(symmetric.rank(), symmetric.size(), symmetric.in_place()),
        reach: Reach::new(&symmetric),
        locks: Locks::default(),
        symmetric,
        level,
        space,
        heap: Mutex::new(heap),
        heap_base,
        heap_align,
        rendezvous: Rendezvous::default(),
        is_debugging: settings.debug,
        setups: AtomicU32::new(0),
        is_finalizing: AtomicBool::new(false),
        looks: AtomicU32::new(0),
    });
    state.meet(format_args!("shmem_init"))?;
    if !settings.debug {
        ways::open(state);
    }
    Ok(())
}

/// Why a job could not be joined, with what decides how much memory there is to be, if that is the reason.
fn with_sizes(error: pangea::Error, settings: &Settings, found: &Variables) -> Problem {
    let heap = match settings.symmetric_bytes {
        Some(bytes) => format!("{bytes} bytes"),
        None => format!(
            "{SPARSE_SYMMETRIC_BYTES} bytes on shared memory and {SYMMETRIC_BYTES} over a NIC"
        ),
    };
    match &error {
        pangea::Error::Symmetric(SymmetricError::Sizes { .. }) => problem!(
            "{error}; the symmetric heap of this PE is to have {heap}: SHMEM_SYMMETRIC_SIZE says how many, the same for \
             all PEs"
        ),
        pangea::Error::Fabric(
            verbs_shim::Error::OutOfMemory { .. } | verbs_shim::Error::MemlockTooLow { .. },
        )
        | pangea::Error::Symmetric(SymmetricError::TooLarge { .. }) => {
            let variables: usize = found.ranges.iter().map(Range::len).sum();
            problem!(
                "{error}; of it {heap} are the symmetric heap (SHMEM_SYMMETRIC_SIZE), and {variables} the global and \
                 static variables of the program (PANGEA_SHMEM_VARIABLES=0 leaves them out)"
            )
        }
        _ => error.into(),
    }
}

/// Whether all PEs have the same number.
fn all_equal(symmetric: &Symmetric, number: u64) -> Result<bool, Problem> {
    let node = symmetric.node();
    Ok(node.reduce(number, u64::min)? == node.reduce(number, u64::max)?)
}

/// The largest power of two by which the addresses of heaps leave the same rest on all PEs.
fn heap_align(symmetric: &Symmetric, address: usize) -> Result<u64, Problem> {
    let (node, address) = (symmetric.node(), address as u64);
    let differs = node.reduce(address, |a, b| a & b)? ^ node.reduce(address, |a, b| a | b)?;
    // No address has all of these bits.
    Ok(1 << differs.trailing_zeros().min(47))
}

fn space(
    symmetric: &Symmetric,
    found: &Variables,
    settings: &Settings,
    is_same_program: bool,
) -> Space {
    let offset = words::LEN;
    let start = symmetric.base().addr() + offset as usize;
    // Sizes are whole pages, so this is what was asked for.
    let len = (symmetric.image_at() - offset) as usize;
    let heap = Piece { addresses: start..start + len, offset };
    let without_image = match (settings.variables, is_same_program) {
        (true, true) => None,
        (true, false) => Some("the PEs run programs that differ".to_owned()),
        (false, _) => Some("PANGEA_SHMEM_VARIABLES says so".to_owned()),
    };
    let mut image = Vec::new();
    if without_image.is_none() {
        let mut offset = symmetric.image_at();
        for addresses in found.ranges.iter().cloned() {
            let len = addresses.len() as u64;
            image.push(Piece { addresses, offset });
            offset += len;
        }
    }
    Space { heap, image, without_image }
}

const _: () = assert!(SINGLE < FUNNELED && FUNNELED < MULTIPLE);
