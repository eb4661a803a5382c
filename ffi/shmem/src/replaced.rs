//! Whether a tool has taken the place of routines of this library, by a library that is looked at first, or by the program.

use std::ffi::{CStr, c_int, c_void};
use std::ops::Range;
use std::slice;

/// Whether programs that call these functions by name get those of the program or library that this code is in. Where none
/// are to be found, as in a program that is linked statically, there is nobody who could have replaced them at run time.
pub(crate) fn are_own(names: &[&CStr]) -> bool {
    let mut object = Object { holds: (are_own as *const ()).addr(), addresses: 0..0 };
    // SAFETY: the callback takes what it is given for what it is, and the data is `object`.
    unsafe { libc::dl_iterate_phdr(Some(look_at), (&raw mut object).cast()) };
    names.iter().all(|name| {
        // SAFETY: the name ends with 0.
        let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
        found.is_null() || object.addresses.contains(&found.addr())
    })
}

/// The loaded object that is looked for.
struct Object {
    /// An address in it.
    holds: usize,
    /// From its first segment to its last; none if it was not found.
    addresses: Range<usize>,
}

/// 1 ends the iteration.
unsafe extern "C" fn look_at(
    info: *mut libc::dl_phdr_info,
    _size: usize,
    data: *mut c_void,
) -> c_int {
    // SAFETY: `dl_iterate_phdr` calls it with an object that is loaded, and the data that `are_own` gave it.
    let (info, object) = unsafe { (&*info, &mut *data.cast::<Object>()) };
    if info.dlpi_phdr.is_null() {
        return 0;
    }
    // SAFETY: as many headers as it says, which are loaded with the object.
    let headers = unsafe { slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let segments = headers.iter().filter(|header| header.p_type == libc::PT_LOAD).map(|header| {
        let start = (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize);
        start..start.wrapping_add(header.p_memsz as usize)
    });
    let found = segments.reduce(|all, one| all.start.min(one.start)..all.end.max(one.end));
    match found.filter(|addresses| addresses.contains(&object.holds)) {
        Some(addresses) => {
            object.addresses = addresses;
            1
        }
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_other_libraries_are_not_own() {
        assert!(are_own(&[c"nobody_has_this"]));
        assert!(!are_own(&[c"nobody_has_this", c"getpid"]));
    }
}
