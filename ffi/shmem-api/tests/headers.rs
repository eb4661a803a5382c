//! The headers: that those in the repository are made of the list, that compilers take them, and that the
//! type-generic interfaces choose what they should.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use shmem_api::{HEADERS, List, OPENSHMEM, Routine, Source};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../include")
}

fn list() -> List {
    List::parse(OPENSHMEM).expect("the list is good")
}

#[test]
fn headers_are_those_of_the_list() {
    let list = list();
    for header in &HEADERS {
        let path = folder().join(header.path);
        let there = fs::read_to_string(&path).expect("it is there");
        let mend = "make it anew: cargo run -p shmem-api -- headers ffi/include";
        assert!(there == (header.text)(&list), "{} is not of the list; {mend}", path.display());
    }
}

/// A program in a folder of its own, and a compiler for it.
struct Compilation {
    folder: tempfile::TempDir,
    compiler: &'static str,
    source: &'static str,
}

impl Compilation {
    fn new(compiler: &'static str, source: &'static str, text: &str) -> Compilation {
        let folder = tempfile::tempdir().expect("there is room");
        fs::write(folder.path().join(source), text).expect("there is room");
        Compilation { folder, compiler, source }
    }

    /// `None` when there is no such compiler.
    fn try_run(&self, options: &[&str]) -> Option<Output> {
        let mut command = Command::new(self.compiler);
        command.current_dir(self.folder.path()).arg("-I").arg(folder());
        command.args(options).args(["-c", "-o", "it.o", self.source]);
        command.output().ok()
    }

    /// What it needs of others, by name.
    fn undefined(&self) -> BTreeSet<String> {
        let output = Command::new("nm").arg("-u").arg(self.folder.path().join("it.o")).output();
        let output = output.expect("there is nm where there is a compiler");
        let text = String::from_utf8(output.stdout).expect("names are text");
        text.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect()
    }
}

fn taken(compilation: &Compilation, options: &[&str]) {
    let output = compilation.try_run(options).expect("there is a C compiler where there is rustc");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {options:?}:\n{errors}", compilation.compiler);
}

const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Werror", "-pedantic"];

/// All headers, each twice, and a use of what is good for initializers.
const ALL: &str = "#include <mpp/shmemx.h>\n#include <mpp/shmem.h>\n#include <pshmem.h>\n#include <shmemx.h>\n\
    #include <shmem.h>\n#include <pshmem.h>\n\
    shmem_ctx_t a = SHMEM_CTX_DEFAULT, b = SHMEM_CTX_INVALID;\n\
    shmem_team_t c = SHMEM_TEAM_WORLD, d = SHMEM_TEAM_SHARED, e = SHMEM_TEAM_INVALID;\n\
    long sync[SHMEM_BARRIER_SYNC_SIZE] = { SHMEM_SYNC_VALUE };\n\
    char name[SHMEM_MAX_NAME_LEN] = SHMEM_VENDOR_STRING;\n";

fn has_cpp() -> bool {
    let is_there = Command::new("c++").arg("--version").output().is_ok();
    if !is_there {
        eprintln!("skipped: there is no c++");
    }
    is_there
}

#[test]
fn c_compilers_take_them() {
    let compilation = Compilation::new("cc", "all.c", ALL);
    for standard in ["-std=c99", "-std=c11", "-std=c17", "-std=gnu11"] {
        taken(&compilation, &[&STRICT[..], &[standard]].concat());
        taken(&compilation, &[&STRICT[..], &[standard, "-O2"]].concat());
    }
}

#[test]
fn cpp_compilers_take_them() {
    if !has_cpp() {
        return;
    }
    let inside = format!("extern \"C\" {{\n{ALL}}}\n");
    let inside = Compilation::new("c++", "inside.cpp", &inside);
    taken(&inside, &[&STRICT[..], &["-std=c++17"]].concat());
    let compilation = Compilation::new("c++", "all.cpp", ALL);
    for standard in ["-std=c++11", "-std=c++17", "-std=gnu++14"] {
        taken(&compilation, &[&STRICT[..], &[standard]].concat());
        taken(&compilation, &[&STRICT[..], &[standard, "-O2"]].concat());
    }
}

/// Elements and atomics are taken in when optimizing, unless that is not wanted; addresses are the library's.
#[test]
fn elements_and_atomics_are_taken_in() {
    let text = "#include <shmem.h>\n\
        double use(double *at, unsigned int *bits) {\n\
            shmem_uint_atomic_xor(bits, 5, 1); shmem_double_p(at, shmem_double_g(at, 1) + 1, 0);\n\
            return shmem_double_atomic_swap(at, 2, 1);\n\
        }\n\
        int (*address(void))(int *, int, int) { return shmem_int_atomic_fetch_add; }\n";
    let compilation = Compilation::new("cc", "elements.c", text);
    let reads_ways = |options: &[&str]| {
        taken(&compilation, options);
        let undefined = compilation.undefined();
        assert!(undefined.contains("shmem_int_atomic_fetch_add"), "{options:?}: {undefined:?}");
        undefined.contains("pangea_shmem_ways")
    };
    assert!(reads_ways(&["-O2"]));
    assert!(reads_ways(&["-O1", "-std=c99"]));
    assert!(!reads_ways(&["-O0"]));
    assert!(!reads_ways(&["-O2", "-DPANGEA_SHMEM_NO_INLINE"]));
}

/// The ways are read once for all that a function does, so that loops have them in registers.
#[test]
fn the_ways_are_read_once() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c");
    let folder_of_it = tempfile::tempdir().expect("there is room");
    let program = folder_of_it.path().join("once");
    for optimization in ["-O1", "-O2", "-O3"] {
        let mut command = Command::new("cc");
        command.args([optimization, "-I"]).arg(folder()).arg("-o").arg(&program);
        command.args(["once.c", "once_library.c"].map(|source| sources.join(source)));
        let output = command.output().expect("there is a C compiler where there is rustc");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let status = Command::new(&program).status().expect("it starts");
        assert_eq!(status.code(), Some(0), "{optimization}: calls, or 10 and 20 for wrong results");
    }
}

/// A function that calls a type-generic interface with arguments of the types of a routine.
fn call_of(routine: &Routine, number: usize) -> Option<String> {
    let selector = routine.selector.as_ref()?;
    let mut text = format!("void call{number}(");
    let mut arguments = Vec::new();
    for (position, parameter) in routine.prototype.parameters.iter().enumerate() {
        let comma = if position > 0 { ", " } else { "" };
        // Under names with which -pedantic lets them pass in C++.
        let c_type = parameter.c_type.replace("float _Complex", "complexf");
        let c_type = c_type.replace("double _Complex", "complexd");
        write!(text, "{comma}{c_type} a{position}").expect("strings take all");
        arguments.push(format!("a{position}"));
    }
    let arguments = arguments.join(", ");
    writeln!(text, ") {{ (void) {}({arguments}); }}", selector.generic).expect("strings take all");
    Some(text)
}

/// That each is of the right type is what the compiler says: another would be given wrong pointers.
#[test]
fn generics_choose_a_routine_for_each_type() {
    generics_choose("cc", "generics.c", "-std=c11");
}

#[test]
fn overloads_choose_a_routine_for_each_type() {
    if has_cpp() {
        generics_choose("c++", "overloads.cpp", "-std=c++11");
    }
}

fn generics_choose(compiler: &'static str, source: &'static str, standard: &str) {
    let mut text = "#include <shmem.h>\n__extension__ typedef float _Complex complexf;\n\
        __extension__ typedef double _Complex complexd;\n"
        .to_owned();
    // What is the only one for its type on any platform, and so has to be chosen.
    let mut expected = BTreeSet::from(["shmem_longlong_xor_reduce".to_owned()]);
    let routines = list().routines();
    let of_c: BTreeSet<String> = routines.iter().map(|routine| routine.name().to_owned()).collect();
    for (number, routine) in routines.iter().enumerate() {
        let Some(selector) = &routine.selector else { continue };
        text.push_str(&call_of(routine, number).expect("it has a selector"));
        let is_exact = selector.c_type.contains("_t *");
        // C++ needs no overload for what is a function of C already.
        let is_of_c =
            compiler == "c++" && selector.c_type == "long *" && of_c.contains(&selector.generic);
        if !is_exact && !is_of_c && routine.source == Source::Specification {
            expected.insert(routine.name().to_owned());
        }
    }
    let compilation = Compilation::new(compiler, source, &text);
    taken(&compilation, &[&STRICT[..], &[standard]].concat());
    let chosen = compilation.undefined();
    let missing: Vec<_> = expected.difference(&chosen).collect();
    assert!(missing.is_empty(), "never chosen: {missing:?}");
    assert!(!chosen.contains("shmem_no_such_type_"));
}

#[test]
fn arrays_constants_and_active_sets_are_taken() {
    let text = "#include <shmem.h>\n\
        static long there[4]; static const double fixed[4];\n\
        double use(const long *from, shmem_ctx_t ctx, shmem_team_t team) {\n\
            static long sync[SHMEM_BARRIER_SYNC_SIZE];\n\
            shmem_put(there, from, 4, 1); shmem_put(ctx, there, from, 4, 1);\n\
            shmem_p(&there[1], 7, 0); shmem_wait_until(there, SHMEM_CMP_EQ, 7);\n\
            shmem_sync(0, 0, 2, sync); shmem_sync(team); shmem_sync(SHMEM_TEAM_WORLD);\n\
            return shmem_g(fixed, 0) + shmem_g(SHMEM_CTX_DEFAULT, &fixed[1], 1);\n\
        }\n";
    let compilation = Compilation::new("cc", "arrays.c", text);
    taken(&compilation, &[&STRICT[..], &["-std=c11"]].concat());
    let chosen = compilation.undefined();
    for name in [
        "shmem_long_put",
        "shmem_ctx_long_put",
        "shmem_long_p",
        "shmem_long_wait_until",
        "shmem_sync",
        "shmem_team_sync",
        "shmem_double_g",
        "shmem_ctx_double_g",
    ] {
        assert!(chosen.contains(name), "{name} is not among {chosen:?}");
    }
}

/// Programs have words that others change as `volatile`, and look at them through pointers to `const`.
const QUALIFIED: &str = "#include <shmem.h>\n\
    void use(long *plain, volatile long *one, const volatile long *both, const long *fixed, shmem_ctx_t ctx) {\n\
        volatile uint64_t *word = (volatile uint64_t *) one; const volatile uint64_t *read = word;\n\
        long wanted[1] = {1};\n\
        shmem_long_wait_until(plain, SHMEM_CMP_EQ, 1); shmem_long_wait_until(one, SHMEM_CMP_EQ, 1);\n\
        shmem_long_wait_until(both, SHMEM_CMP_EQ, 1); (void) shmem_long_test(fixed, SHMEM_CMP_EQ, 1);\n\
        (void) shmem_long_wait_until_any_vector(one, 1, NULL, SHMEM_CMP_EQ, wanted);\n\
        shmem_set_lock(one); (void) shmem_test_lock(plain); shmem_clear_lock(one);\n\
        shmem_long_atomic_add(one, 1, 0); (void) shmem_long_atomic_fetch(both, 0);\n\
        shmem_ctx_long_atomic_inc(ctx, one, 0); (void) shmem_long_fadd(one, 1, 0);\n\
        shmem_long_put_signal(plain, fixed, 1, word, 1, SHMEM_SIGNAL_SET, 0);\n\
        (void) shmem_signal_fetch(read); (void) shmem_signal_wait_until(read, SHMEM_CMP_EQ, 1);\n\
        shmem_long_wait(one, 1); shmem_wait(one, 1); (void) shmem_long_swap(one, 1, 0);\n\
    }\n";

/// The same by generics.
const QUALIFIED_GENERICS: &str = "\
    void generic(long *plain, volatile long *one, const volatile long *both, const long *fixed, shmem_ctx_t ctx) {\n\
        volatile uint64_t *word = (volatile uint64_t *) one;\n\
        static volatile int array[2]; size_t found[2];\n\
        shmem_wait_until(plain, SHMEM_CMP_EQ, 1); shmem_wait_until(one, SHMEM_CMP_EQ, 1);\n\
        shmem_wait_until(array, SHMEM_CMP_EQ, 1); (void) shmem_test(both, SHMEM_CMP_EQ, 1);\n\
        (void) shmem_test(fixed, SHMEM_CMP_EQ, 1);\n\
        (void) shmem_wait_until_some(array, 2, found, NULL, SHMEM_CMP_NE, 0);\n\
        shmem_atomic_add(one, 1, 0); shmem_atomic_add(ctx, one, 1, 0); (void) shmem_atomic_fetch(plain, 0);\n\
        (void) shmem_atomic_fetch(fixed, 0); (void) shmem_atomic_fetch(ctx, both, 0);\n\
        (void) shmem_atomic_compare_swap(one, 1, 2, 0); (void) shmem_atomic_fetch_inc(word, 0);\n\
        shmem_put_signal(plain, fixed, 1, word, 1, SHMEM_SIGNAL_SET, 0);\n\
    }\n";

#[test]
fn pointers_to_volatile_and_const_are_taken() {
    let c = Compilation::new("cc", "qualified.c", QUALIFIED);
    taken(&c, &[&STRICT[..], &["-std=c99"]].concat());
    let all = format!("{QUALIFIED}{QUALIFIED_GENERICS}");
    let c = Compilation::new("cc", "generic.c", &all);
    taken(&c, &[&STRICT[..], &["-std=c11"]].concat());
    if has_cpp() {
        let cpp = Compilation::new("c++", "qualified.cpp", &all);
        taken(&cpp, &[&STRICT[..], &["-std=c++11"]].concat());
    }
}

#[test]
fn complex_numbers_of_cpp_are_reduced() {
    let text = "#include <complex>\n#include <shmem.h>\n\
        static std::complex<double> to[2], from[2]; static std::complex<float> less[2];\n\
        int use() { return shmem_sum_reduce(SHMEM_TEAM_WORLD, to, from, 2) +\n\
            shmem_prod_reduce(SHMEM_TEAM_WORLD, less, less, 2); }\n";
    let compilation = Compilation::new("c++", "complex.cpp", text);
    if has_cpp() {
        taken(&compilation, &[&STRICT[..], &["-std=c++11"]].concat());
        let chosen = compilation.undefined();
        for name in ["shmem_complexd_sum_reduce", "shmem_complexf_prod_reduce"] {
            assert!(chosen.contains(name), "{name} is not among {chosen:?}");
        }
    }
}

#[test]
fn what_no_routine_is_for_is_refused() {
    for call in [
        "shmem_put(s, s, 1, 0)",
        "shmem_put(SHMEM_CTX_DEFAULT, s, s, 1, 0)",
        "shmem_atomic_add(f, 1, 0)",
        "shmem_sum_reduce(SHMEM_TEAM_WORLD, s, s, 1)",
    ] {
        let text = format!(
            "#include <shmem.h>\nstruct s {{ int x; }};\n\
             void use(struct s *s, float *f) {{ (void) s; (void) f; (void) {call}; }}\n"
        );
        let compilation = Compilation::new("cc", "wrong.c", &text);
        let output = compilation.try_run(&["-std=c11"]).expect("there is a C compiler");
        assert!(!output.status.success(), "{call} is taken");
        if let Some(output) = Compilation::new("c++", "wrong.cpp", &text).try_run(&[]) {
            assert!(!output.status.success(), "{call} is taken by C++");
        }
    }
}
