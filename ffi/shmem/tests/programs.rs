//! C programs with the library, as processes of a job: each way to memory, threads, children, and what is wrong.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use pangea::cluster::{Coordinator, CoordinatorConfig, Rank};
use verbs_shim::provider::Choice;

const ARENA_BYTES: u64 = 16 << 20;

/// Where the libraries have the names that the linker and the loader look for, and the programs lie.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("can be made");
        let test = std::env::current_exe().expect("is known");
        let built = test.parent().expect("lies in a folder");
        for (file, names) in [
            ("libpangea_shmem.so", &["libpangea-shmem.so", "libpangea-shmem.so.1"][..]),
            ("libpangea_shmem.a", &["libpangea-shmem.a"]),
        ] {
            let library = built.join(file);
            assert!(library.exists(), "{} is built with the tests", library.display());
            for name in names {
                std::os::unix::fs::symlink(&library, folder.path().join(name)).expect("is new");
            }
        }
        folder
    });
    folder.path()
}

fn build(source: &str, name: &str, options: &[&str]) -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = folder().join(name);
    let output = Command::new("cc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-pthread", "-I"])
        .arg(crate_folder.join("../include"))
        .arg(crate_folder.join("tests/c").join(source))
        .arg("-o")
        .arg(&program)
        .arg("-L")
        .arg(folder())
        .args(options)
        .output()
        .expect("there is a compiler for C");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

/// Runs a program as a job of so many PEs.
fn run(program: &Path, arguments: &[&str], pes: u32, environment: &[(&str, &str)]) -> Vec<Output> {
    run_all(&vec![program; pes as usize], arguments, environment)
}

/// Runs programs as a job, each as one PE.
fn run_all(programs: &[&Path], arguments: &[&str], environment: &[(&str, &str)]) -> Vec<Output> {
    let pes = programs.len() as u32;
    let config = CoordinatorConfig::local(pes, Choice::Shm, ARENA_BYTES);
    let coordinator = Coordinator::<pangea::primitives::System>::start(&config).expect("starts");
    let start = |rank| -> Child {
        Command::new(programs[rank as usize])
            .args(arguments)
            .envs(coordinator.job().for_rank(Rank(rank)).to_env())
            .env("SHMEM_SYMMETRIC_SIZE", "4m")
            // Not by a path in the program: such a one is too much for the start of a static one.
            .env("LD_LIBRARY_PATH", folder())
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts")
    };
    let processes: Vec<Child> = (0..pes).map(start).collect();
    processes.into_iter().map(|child| child.wait_with_output().expect("ends")).collect()
}

/// What all of them said on standard error.
fn said(outputs: &[Output]) -> String {
    outputs.iter().map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).collect()
}

fn succeeds(program: &Path, pes: u32, environment: &[(&str, &str)]) {
    let outputs = run(program, &[], pes, environment);
    let all = said(&outputs);
    for (rank, output) in outputs.iter().enumerate() {
        let name = program.file_name().expect("is a file").display();
        assert!(output.status.success(), "{name}, PE {rank} of {pes}: {}: {all}", output.status);
    }
}

const SHARED: &[&str] = &["-lpangea-shmem"];
const STATIC: &[&str] =
    &["-Wl,-Bstatic", "-lpangea-shmem", "-Wl,-Bdynamic", "-lgcc_s", "-lpthread", "-ldl", "-lm"];

#[test]
fn every_place_is_reached_the_short_way_and_the_long_way() {
    let programs = [
        build("places.c", "places", SHARED),
        build("places.c", "places-static", STATIC),
        build("places.c", "places-no-pie", &[&["-no-pie", "-Wl,-z,norelro"], SHARED].concat()),
    ];
    for program in &programs {
        for pes in [1, 3] {
            succeeds(program, pes, &[]);
            succeeds(program, pes, &[("SHMEM_DEBUG", "1")]);
        }
    }
}

#[test]
fn threads_work_at_once_and_a_child_has_variables_of_its_own() {
    let program = build("together.c", "together", SHARED);
    for pes in [1, 2, 3] {
        succeeds(&program, pes, &[]);
    }
    succeeds(&program, 2, &[("SHMEM_DEBUG", "1")]);
}

#[test]
fn children_that_end_leave_the_job_alone() {
    // As `oshcc -static` links it.
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("static.ld").display().to_string();
    let all_static = ["-lpangea-shmem", "-lpthread", "-ldl", "-lm", "-lrt", "-T", &script];
    for (name, options) in [
        ("children", SHARED),
        ("children-static-shmem", STATIC),
        ("children-static", &[&["-static"], &all_static[..]].concat()),
        ("children-static-pie", &[&["-static-pie", "-fPIE"], &all_static[..]].concat()),
    ] {
        let program = build("children.c", name, options);
        for pes in [1, 3] {
            succeeds(&program, pes, &[]);
        }
    }
}

#[test]
fn all_threads_end_with_the_one_that_ends() {
    let program = build("ends.c", "ends", SHARED);
    // The case, the PEs, their status, and what each says.
    for (which, pes, status, output) in [
        ("1", 1, 0, "handled\n"),
        ("1", 3, 0, "handled\n"),
        ("2", 2, 0, "handled\n"),
        ("3", 1, 17, "handled\n"),
        ("3", 3, 17, "handled\n"),
        ("4", 2, 19, "handled\n"),
        ("5", 2, 19, "handled\n"),
        ("6", 1, 0, "handled\n"),
        ("6", 2, 0, "handled\n"),
        ("9", 1, 0, "handled\n"),
        ("9", 3, 0, "handled\n"),
        ("10", 8, 0, "handled\n"),
    ] {
        for _ in 0..5 {
            let outputs = run(&program, &[which], pes, &[]);
            let all = said(&outputs);
            for (rank, ended) in outputs.iter().enumerate() {
                assert_eq!(ended.status.code(), Some(status), "{which}: PE {rank}: {all}");
                assert_eq!(String::from_utf8_lossy(&ended.stdout), output, "{which}: PE {rank}");
            }
            assert!(!all.contains("shmem_"), "{which}: {all}");
        }
    }
}

#[test]
fn who_goes_on_after_the_end_is_told() {
    let program = build("ends.c", "ends-after", SHARED);
    let outputs = run(&program, &["7"], 2, &[]);
    let all = said(&outputs);
    assert!(outputs.iter().all(|output| output.status.code() == Some(1)), "{all}");
    assert!(all.contains(": called after shmem_finalize"), "{all}");
}

#[test]
fn who_looks_for_what_a_dead_pe_was_to_write_hears_of_it() {
    let program = build("ends.c", "ends-dead", SHARED);
    let processors = std::thread::available_parallelism().map_or(1, usize::from) as u32;
    // By single reads it is noticed where there are more PEs than processors.
    let told = [("PANGEA_LOCAL_SIZE", "2"), ("PANGEA_LOCAL_PROCESSORS", "1")];
    for (which, pes, environment) in
        [("8", 2, &[][..]), ("11", processors + 1, &[][..]), ("11", 2, &told[..])]
    {
        let outputs = run(&program, &[which], pes, environment);
        let all = said(&outputs);
        for output in &outputs[..pes as usize - 1] {
            assert_eq!(output.status.code(), Some(1), "{which}: {all}");
        }
        assert!(all.contains(&format!("rank {} died", pes - 1)), "{which}: {all}");
    }
}

#[test]
fn programs_that_differ_have_a_heap() {
    let [first, second, third] = [
        build("mixed.c", "mixed", SHARED),
        build("mixed.c", "mixed-other", &[&["-DNUMBER=1"], SHARED].concat()),
        build("mixed.c", "mixed-more", &[&["-DMORE=100000"], SHARED].concat()),
    ];
    let alone = ("PANGEA_SHMEM_VARIABLES", "0");
    for (programs, environment) in [
        ([&*first, &*second], &[][..]),
        ([&*first, &*third], &[][..]),
        ([&*first, &*third], &[alone][..]),
    ] {
        for output in run_all(&programs, &[], environment) {
            assert!(output.status.success(), "{}", said(&[output]));
        }
        let outputs = run_all(&programs, &["variable"], environment);
        let all = said(&outputs);
        assert!(outputs.iter().all(|output| output.status.code() == Some(1)), "{all}");
        assert!(all.contains("shmem_long_p: ") && all.contains("variables are not: "), "{all}");
    }
}

#[test]
fn what_is_not_touched_takes_no_memory() {
    let program = build("large.c", "large", SHARED);
    for (pes, size) in [(1, "60m"), (2, "4m"), (2, "100g")] {
        succeeds(&program, pes, &[("SHMEM_SYMMETRIC_SIZE", size)]);
    }
}

#[test]
fn a_library_may_set_it_up_before_the_program_begins() {
    let library =
        build("early_library.c", "libearly.so", &[&["-shared", "-fPIC"], SHARED].concat());
    let here = library.parent().expect("lies in a folder").display().to_string();
    let needed = ["-Wl,--no-as-needed", "-learly", "-Wl,-rpath", &here];
    for options in [[&needed[..], SHARED].concat(), [SHARED, &needed[..]].concat()] {
        let program = build("early.c", "early", &options);
        for pes in [1, 2] {
            succeeds(&program, pes, &[]);
        }
    }
}

#[test]
fn what_is_wrong_is_said() {
    let program = build("wrong.c", "wrong", SHARED);
    for (which, pes, message) in [
        ("0", 1, "shmem_my_pe: called before shmem_init"),
        ("1", 1, "PE 0: shmem_long_p: the address 0x"),
        ("2", 1, "PE 0: shmem_long_p: there is no PE 1: the PEs are 0 to 0"),
        ("3", 1, "PE 0: shmem_free: nothing is allocated at 0x"),
        ("4", 1, "lies within the 100 bytes at 0x"),
        ("5", 2, ": all PEs must call this alike"),
        ("6", 1, "PE 0: shmem_ctx_long_p: the context 0x"),
        ("7", 1, "is not a multiple of 8"),
        ("8", 1, "was the number negative?"),
        ("9", 1, "PE 0: shmem_long_get: the address of the destination is NULL"),
        ("10", 1, "shmem_long_p: called after shmem_finalize"),
        ("11", 1, "shmem_init: called after shmem_finalize: the library is set up once"),
        ("12", 1, "PE 0: shmem_long_iput: a stride of 0 is less than 1"),
    ] {
        let outputs = run(&program, &[which], pes, &[]);
        let all = said(&outputs);
        assert!(outputs.iter().all(|output| !output.status.success()), "{which}: {all}");
        assert!(all.contains(message), "{which}: {all}");
    }
}
