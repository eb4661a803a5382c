//! Which memory of the executable holds its global and static variables.
//!
//! That is each segment which can be written, in whole pages, without what the loader makes read-only after relocation.
//! The first page may hold other data of the same segment, the last one ends with nobody's bytes; both are whole pages
//! of one mapping, so they go along. Shared objects are left out, as the specification has it; where a program is linked statically, so is the
//! C library, if it has pages of its own there (`static.ld`). How the pages become symmetric
//! is the runtime's (`pangea::symmetric::Image`).

use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::{fs, slice};

use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Problem, problem};

// Where the C library's variables lie: beginnings and ends, as `static.ld` has them. Elsewhere they are no symbols, and 0.
std::arch::global_asm!(
    ".weak pangea_shmem_c_data, pangea_shmem_c_data_end, pangea_shmem_c_bss, pangea_shmem_c_bss_end",
    ".pushsection .data.rel.ro.pangea_shmem_c_library, \"aw\"",
    ".p2align 3",
    ".hidden pangea_shmem_c_library",
    ".globl pangea_shmem_c_library",
    "pangea_shmem_c_library: .8byte pangea_shmem_c_data, pangea_shmem_c_data_end, pangea_shmem_c_bss, pangea_shmem_c_bss_end",
    ".popsection",
);

unsafe extern "C" {
    static pangea_shmem_c_library: [usize; 4];
}

/// The pages of the C library's variables; empty where they are not apart from those of the program.
fn c_library() -> [Range<usize>; 2] {
    // SAFETY: set by the linker or the loader, and never changed.
    let [data, data_end, bss, bss_end] = unsafe { (&raw const pangea_shmem_c_library).read() };
    [data..data_end, bss..bss_end]
}

/// The writable memory of the executable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Variables {
    /// Whole pages, in order.
    pub ranges: Vec<Range<usize>>,
    /// A number that differs between programs that differ.
    pub program: u64,
}

/// A segment, as the program's headers have it, at the addresses of this process.
#[derive(Clone, Debug)]
struct Segment {
    kind: u32,
    is_writable: bool,
    addresses: Range<usize>,
}

/// Finds them.
///
/// # Errors
/// When a page is not what it should be by `/proc/self/maps`: private, and writable.
pub(crate) fn find() -> Result<Variables, Problem> {
    let mut program = Program::default();
    // SAFETY: the callback takes what it is given for what it is, and the data is `program`.
    unsafe { libc::dl_iterate_phdr(Some(first_object), (&raw mut program).cast()) };
    let page = rustix::param::page_size();
    let mut ranges = writable(&program.segments, page);
    for apart in c_library() {
        ranges = ranges.into_iter().flat_map(|range| without(range, apart.clone())).collect();
    }
    let maps = fs::read_to_string("/proc/self/maps")
        .map_err(|error| problem!("/proc/self/maps cannot be read: {error}"))?;
    for range in &ranges {
        if !is_private(&maps, range) {
            return Err(problem!(
                "the pages {range:#x?} of the program's variables are not its own, or cannot be written; \
                 PANGEA_SHMEM_VARIABLES=0 leaves variables out of what is symmetric"
            ));
        }
    }
    Ok(Variables { ranges, program: program.hash })
}

#[derive(Default)]
struct Program {
    segments: Vec<Segment>,
    hash: u64,
}

/// The first object is the executable; 1 ends the iteration.
unsafe extern "C" fn first_object(
    info: *mut libc::dl_phdr_info,
    _size: usize,
    data: *mut c_void,
) -> c_int {
    // SAFETY: `dl_iterate_phdr` calls it with an object that is loaded, and the data that `find` gave it.
    let (info, program) = unsafe { (&*info, &mut *data.cast::<Program>()) };
    if info.dlpi_phdr.is_null() {
        return 1;
    }
    // SAFETY: as many headers as it says, which are loaded with the object.
    let headers = unsafe { slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let mut identity = Vec::new();
    for header in headers {
        let start = (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize);
        let addresses = start..start.wrapping_add(header.p_memsz as usize);
        for number in [header.p_type.into(), header.p_vaddr, header.p_filesz, header.p_memsz] {
            identity.extend_from_slice(&u64::to_ne_bytes(number));
        }
        if header.p_type == libc::PT_NOTE {
            // SAFETY: notes are loaded; among them is the build id, if there is one.
            let note = unsafe {
                let start = std::ptr::with_exposed_provenance::<u8>(start);
                slice::from_raw_parts(start, header.p_memsz as usize)
            };
            identity.extend_from_slice(note);
        }
        let is_writable = header.p_flags & libc::PF_W != 0;
        program.segments.push(Segment { kind: header.p_type, is_writable, addresses });
    }
    program.hash = xxh3_64(&identity);
    1
}

/// The pages of writable segments without those that are read-only after relocation.
fn writable(segments: &[Segment], page: usize) -> Vec<Range<usize>> {
    let down = |address: usize| address - address % page;
    let of_kind = |kind| segments.iter().filter(move |segment| segment.kind == kind);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for segment in of_kind(libc::PT_LOAD).filter(|segment| segment.is_writable) {
        let addresses = &segment.addresses;
        let pages = down(addresses.start)..addresses.end.next_multiple_of(page);
        let mut rest = vec![pages];
        for relro in of_kind(libc::PT_GNU_RELRO) {
            // As the loader rounds: what is only partly in it stays writable at its end.
            let gone = down(relro.addresses.start)..down(relro.addresses.end);
            rest = rest.into_iter().flat_map(|range| without(range, gone.clone())).collect();
        }
        ranges.extend(rest);
    }
    ranges.sort_by_key(|range| range.start);
    ranges
}

/// What is left of a range.
fn without(range: Range<usize>, gone: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let before = range.start..range.end.min(gone.start);
    let behind = range.start.max(gone.end)..range.end;
    let parts = if gone.is_empty() { [range, 0..0] } else { [before, behind] };
    parts.into_iter().filter(|part| !part.is_empty())
}

/// Whether all of a range is mapped, writable, and private.
fn is_private(maps: &str, range: &Range<usize>) -> bool {
    let mut at = range.start;
    for line in maps.lines() {
        let Some((start, end, flags)) = mapping(line) else { continue };
        if start <= at && at < end && flags.starts_with("rw") && flags.ends_with('p') {
            at = end;
        }
    }
    at >= range.end
}

fn mapping(line: &str) -> Option<(usize, usize, &str)> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let number = |text| usize::from_str_radix(text, 16).ok();
    Some((number(start)?, number(end)?, fields.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 0x1000;

    fn load(addresses: Range<usize>) -> Segment {
        Segment { kind: libc::PT_LOAD, is_writable: true, addresses }
    }

    fn relro(addresses: Range<usize>) -> Segment {
        Segment { kind: libc::PT_GNU_RELRO, is_writable: false, addresses }
    }

    #[test]
    fn edges_are_whole_pages() {
        assert_eq!(writable(&[load(0x3df0..0x4010)], PAGE), vec![0x3000..0x5000]);
        assert_eq!(writable(&[load(0x3000..0x4000)], PAGE), vec![0x3000..0x4000]);
    }

    #[test]
    fn what_is_read_only_after_relocation_is_left_out() {
        let at_start = [load(0x3df0..0x4010), relro(0x3df0..0x4000)];
        assert_eq!(writable(&at_start, PAGE), vec![0x4000..0x5000]);
        let ends_within_a_page = [load(0x3df0..0x4010), relro(0x3df0..0x3fe0)];
        assert_eq!(writable(&ends_within_a_page, PAGE), vec![0x3000..0x5000]);
        let all = [load(0x3000..0x5000), load(0x6000..0x7000), relro(0x3000..0x5000)];
        assert_eq!(writable(&all, PAGE), vec![0x6000..0x7000]);
        let amid = [load(0x3000..0x8000), relro(0x4000..0x6000)];
        assert_eq!(writable(&amid, PAGE), [0x3000..0x4000, 0x6000..0x8000]);
    }

    #[test]
    fn what_cannot_be_written_is_left_out() {
        let code = Segment { is_writable: false, ..load(0x1000..0x2000) };
        assert_eq!(writable(&[code], PAGE), []);
    }

    #[test]
    fn pages_must_be_private_and_writable() {
        let maps = "1000-2000 r--p 0 00:00 0\n2000-3000 rw-p 0 00:00 0 /a\n3000-5000 rw-p 0 00:00 0\n\
                    5000-6000 rw-s 0 00:00 0";
        for (range, expected) in [
            (0x2000..0x3000, true),
            (0x2000..0x5000, true),
            (0x1000..0x3000, false),
            (0x3000..0x6000, false),
            (0x4000..0x4800, true),
            (0x7000..0x8000, false),
        ] {
            assert_eq!(is_private(maps, &range), expected, "{range:#x?}");
        }
    }

    #[test]
    fn a_variable_of_this_program_is_found() {
        static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let variables = find().expect("the pages are its own");
        let address = (&raw const COUNT).addr();
        assert!(variables.ranges.iter().any(|range| range.contains(&address)));
        let local = (&raw const variables).addr();
        assert!(!variables.ranges.iter().any(|range| range.contains(&local)));
    }
}
