//! `pangea doctor`, and the help.

mod common;

use common::{output_of, pangea};

#[test]
fn the_doctor_looks_at_everything() {
    let finished = output_of(&mut pangea(&["doctor"])).success();
    for part in [
        "RDMA",
        "devices",
        "soft-RoCE (rdma_rxe)",
        "locked memory",
        "Memory",
        "huge pages, reserved",
        "huge pages, transparent",
        "memfd with seals",
        "Kernel",
        "cores",
        "pidfd",
        "Views",
        "userfaultfd",
        "mprotect",
        "what views take",
        "Providers",
        "shm",
        "what `auto` takes",
        "verbs",
    ] {
        assert!(finished.stdout.contains(part), "{part:?} is not in:\n{}", finished.stdout);
    }
    assert_eq!(finished.stderr, "");
}

#[test]
fn the_doctor_names_the_mend_for_a_missing_library() {
    let mut command = pangea(&["doctor"]);
    command.env("PANGEA_VERBS_LIBRARY", "/nowhere/libibverbs.so.1");
    let finished = output_of(&mut command).success();
    assert!(finished.stdout.contains("missing  verbs"), "{}", finished.stdout);
    assert!(finished.stdout.contains("/nowhere/libibverbs.so.1"), "{}", finished.stdout);
}

#[test]
fn help_names_the_commands_and_hides_the_inner_ones() {
    let finished = output_of(&mut pangea(&["--help"])).success();
    for command in ["run", "demo", "doctor"] {
        assert!(finished.stdout.contains(command), "{}", finished.stdout);
    }
    assert!(!finished.stdout.contains("__"), "{}", finished.stdout);
}
