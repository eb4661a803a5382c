//! The list itself: what must hold of it as a whole, and what its tables come to.

use std::collections::{BTreeMap, BTreeSet};

use shmem_api::{List, OPENSHMEM, Routine, Source, Version};

fn list() -> List {
    List::parse(OPENSHMEM).expect("the list is good")
}

fn names(source: Source) -> BTreeSet<String> {
    let routines = list().routines();
    let from = routines.iter().filter(|routine| routine.source == source);
    from.map(|routine| routine.name().to_owned()).collect()
}

#[test]
fn no_routine_comes_twice() {
    let mut seen = BTreeMap::new();
    for routine in list().routines() {
        if let Some(other) = seen.insert(routine.name().to_owned(), routine.prototype.to_string()) {
            panic!("{} and {other}", routine.prototype);
        }
    }
}

#[test]
fn nothing_is_newer_than_the_specification_or_older_than_its_end() {
    let last = Version { major: 1, minor: 5 };
    for routine in list().routines() {
        assert!(routine.since <= last, "{}", routine.name());
        let deprecated = routine.deprecated.unwrap_or(last);
        assert!(deprecated >= routine.since && deprecated <= last, "{}", routine.name());
    }
}

#[test]
fn names_are_of_the_standard() {
    let older =
        ["start_pes", "_my_pe", "_num_pes", "shmalloc", "shfree", "shrealloc", "shmemalign"];
    for Routine { prototype, deprecated, .. } in list().routines() {
        let is_older = older.contains(&prototype.name.as_str()) && deprecated.is_some();
        assert!(is_older || prototype.name.starts_with("shmem_"), "{prototype}");
    }
}

/// How many there are, counted from the tables of types by hand.
#[test]
fn tables_come_to_what_they_should() {
    let names = names(Source::Specification);
    let count = |part: &str| names.iter().filter(|name| name.contains(part)).count();
    // 24 types, 5 sizes and bytes, each with a context and without.
    for routine in ["_iput", "_iget"] {
        assert_eq!(count(routine), 2 * (24 + 5), "{routine}");
    }
    for routine in ["put_signal_nbi", "put_signal"] {
        let others = if routine == "put_signal" { 2 * 24 } else { 0 };
        assert_eq!(count(routine), 2 * 24 + others, "{routine}");
    }
    assert_eq!(names.iter().filter(|name| name.ends_with("_g")).count(), 2 * 24);
    assert_eq!(names.iter().filter(|name| name.ends_with("_p")).count(), 2 * 24);
    // Blocking and not: 14 types can be fetched and swapped, 12 added to, 7 have bits.
    assert_eq!(count("_atomic_swap"), 2 * 2 * 14);
    assert_eq!(count("_atomic_compare_swap"), 2 * 2 * 12);
    assert_eq!(count("_atomic_fetch_xor"), 2 * 2 * 7);
    let atomics = 2 * (3 * 14 + 5 * 12 + 6 * 7) + 2 * (2 * 14 + 3 * 12 + 3 * 7);
    assert_eq!(count("_atomic_"), atomics);
    // Three operations on 14 types, two on 24, two on these and the complex ones.
    assert_eq!(count("_reduce"), 3 * 14 + 2 * 24 + 2 * 26);
    assert_eq!(count("_to_all"), 3 * 4 + 2 * 7 + 2 * 9);
    // 12 types in 14 ways, and two short types in two; `shmem_wait_until` itself, and the older waits.
    assert_eq!(count("_test") - count("_test_lock"), 7 * 12 + 2);
    let signal = 1;
    assert_eq!(count("_wait") - signal, 7 * 12 + 2 + 1 + 5);
    for routine in ["broadcast", "alltoalls", "fcollect"] {
        assert_eq!(count(routine), 24 + 1 + 2, "{routine}");
    }
    assert_eq!(names.iter().filter(|name| name.starts_with("shmem_team_")).count(), 9);
}

/// Routines of each section of the specification, and none of 1.6.
#[test]
fn routines_are_there_that_programs_use() {
    let names = names(Source::Specification);
    for name in [
        "shmem_init_thread",
        "shmem_malloc_with_hints",
        "shmem_team_split_2d",
        "shmem_ctx_get_team",
        "shmem_ctx_put128_nbi",
        "shmem_ctx_ptrdiff_atomic_fetch_inc_nbi",
        "shmem_ctx_putmem_signal",
        "shmem_signal_wait_until",
        "shmem_alltoallsmem",
        "shmem_complexd_prod_reduce",
        "shmem_uint64_wait_until_some_vector",
        "shmem_ushort_test",
        "shmem_ctx_quiet",
        "shmem_pcontrol",
        "shmem_udcflush_line",
    ] {
        assert!(names.contains(name), "{name}");
    }
    for name in ["shmem_team_ptr", "shmem_signal_add", "shmem_session_start", "shmem_int_ibput"] {
        assert!(!names.contains(name), "{name}");
    }
}

#[test]
fn what_others_have_is_apart() {
    let others = names(Source::Others);
    for name in ["shmem_longlong_xor_reduce", "shmem_short_test_any_vector", "shmem_size_fadd"] {
        assert!(others.contains(name), "{name}");
    }
    assert!(others.is_disjoint(&names(Source::Specification)));
}

#[test]
fn older_constants_stand_for_newer_ones() {
    let list = list();
    let values: BTreeMap<&str, &str> =
        list.constants.iter().map(|it| (it.name.as_str(), it.value.as_str())).collect();
    for constant in list.constants.iter().filter(|it| it.name.starts_with('_')) {
        assert_eq!(constant.value, constant.name[1..]);
        assert!(values.contains_key(&constant.value.as_str()), "{}", constant.name);
    }
}
