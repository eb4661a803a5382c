//! Pangea's own interface beside OpenSHMEM's: `libpangea-shmem` has both, over one node.

use std::ptr;
use std::sync::{Mutex, PoisonError};

use pangea_c::failure::{Failure, answer};
use pangea_c::node::{adopt, object, pangea_node, release};
use pangea_c::pangea_status;

use crate::error::{Problem, problem};
use crate::state::{State, state};

/// The handle that was given out; 0 if there is none. Handles are no addresses.
static HANDLE: Mutex<usize> = Mutex::new(0);

/// The node that this PE is, for the functions of `pangea.h`. Always the same handle, which is good until `shmem_finalize`; it is not
/// for `pangea_leave`. NULL before `shmem_init` and after `shmem_finalize`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn pangea_of_shmem() -> *mut pangea_node {
    answer(ptr::null_mut(), || {
        let state = state()
            .map_err(|problem| Failure::new(pangea_status::BadHandle, problem.to_string()))?;
        let mut handle = HANDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let given = ptr::without_provenance_mut(*handle);
        if *handle != 0 && object(given).is_ok() {
            return Ok(given);
        }
        let given = adopt(state.symmetric.node().clone())?;
        *handle = given.addr();
        Ok(given)
    })
}

impl State {
    /// Takes the handle back, and what was got by it, so that the node can leave.
    ///
    /// # Errors
    /// When another thread has a lock, a transfer or a batch of it.
    pub(crate) fn release_handle(&self) -> Result<(), Problem> {
        let mut handle = HANDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let given: *mut pangea_node = ptr::without_provenance_mut(std::mem::take(&mut *handle));
        if given.is_null() || object(given).is_err() {
            return Ok(());
        }
        release(given).map_err(|failure| problem!("{}", failure.message))
    }
}
