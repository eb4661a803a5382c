//! The headers.

use std::fmt::Write;

use crate::generic::generics;
use crate::inline::definitions;
use crate::list::List;
use crate::overload::overloads;
use crate::routine::Routine;

/// A header that is made of a list.
#[derive(Debug)]
pub struct Header {
    /// Its path below the folder of headers.
    pub path: &'static str,
    /// Its text.
    pub text: fn(&List) -> String,
}

/// All headers.
pub const HEADERS: [Header; 5] = [
    Header { path: "shmem.h", text: shmem },
    Header { path: "pshmem.h", text: pshmem },
    Header { path: "shmemx.h", text: |_| shmemx() },
    Header { path: "mpp/shmem.h", text: |_| wrapper("mpp/shmem.h", "\"../shmem.h\"", OLD_FOLDER) },
    Header {
        path: "mpp/shmemx.h",
        text: |_| wrapper("mpp/shmemx.h", "\"../shmemx.h\"", OLD_FOLDER),
    },
];

const EXTENSIONS: &str = "\
/* The node that this PE is, for the functions of pangea.h, which libpangea-shmem has as well. Always the same handle, good until
 * shmem_finalize, and not for pangea_leave; NULL before shmem_init. */
struct pangea_node *pangea_of_shmem(void);

/* As Sandia OpenSHMEM has them: seconds of a clock that only goes forward; and how threads are told apart, which is not needed here,
 * so nothing is done with it. */
double shmemx_wtime(void);
void shmemx_register_gettid(uint64_t (*gettid)(void));

/* Programs of it that are configured for any OpenSHMEM define a static shmemx_wtime, unless this says that there is one. */
#ifndef HAVE_SHMEMX_WTIME
#define HAVE_SHMEMX_WTIME 1
#endif
";
const OLD_FOLDER: &str = "The folder that headers were in before OpenSHMEM 1.1.";

const NOTICE: &str =
    "Made by `shmem-api headers` from openshmem-1.5-routines.txt: change that, and make it anew.";

const OPENING: &str = r#"#include <stddef.h>
#include <stdint.h>

#ifndef __LP64__
#error "pointers and long must have 64 bits"
#endif

#if defined(__GNUC__)
#define SHMEM_EXTENSION_ __extension__
#define SHMEM_NORETURN_ __attribute__((__noreturn__))
#else
#define SHMEM_EXTENSION_
#define SHMEM_NORETURN_
#endif

/* Define PANGEA_SHMEM_WARN_DEPRECATED before the first inclusion to be warned of what is deprecated. */
#if defined(__GNUC__) && defined(PANGEA_SHMEM_WARN_DEPRECATED)
#define SHMEM_DEPRECATED_(since) __attribute__((__deprecated__("since OpenSHMEM " since)))
#else
#define SHMEM_DEPRECATED_(since)
#endif
"#;

const SPEC_VERSION: &str = "\
/* The version as Open MPI has it, which programs written to its headers ask for. */
#ifndef OSHMEM_SPEC_VERSION
#define OSHMEM_SPEC_VERSION (SHMEM_MAJOR_VERSION * 10000 + SHMEM_MINOR_VERSION * 100)
#endif
";

const BEGIN_C: &str = "#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
const END_C: &str = "#ifdef __cplusplus\n}\n#endif\n";

const GENERICS: &str = r"#if !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L

#define SHMEM_ARGUMENT_0_(...) SHMEM_FIRST_(__VA_ARGS__, 0)
#define SHMEM_ARGUMENT_1_(...) SHMEM_SECOND_(__VA_ARGS__, 0, 0)
#define SHMEM_FIRST_(first, ...) first
#define SHMEM_SECOND_(first, second, ...) second

/* Not there: what is given to a generic with a context has no type that it is for. */
void shmem_no_such_type_(void);
";

/// Programs may include the header inside of `extern "C"`.
const BEGIN_OVERLOADS: &str = "#ifdef __cplusplus\nextern \"C++\" {\n\n";
const END_OVERLOADS: &str = "\n}\n#endif\n";

/// `std::complex` has the layout of C's complex types. Its header is not included for those who do not need it.
const COMPLEX: &str = r"
/* Sums and products of std::complex<float> and std::complex<double>: of a class with two values of its `value_type`. */
template <typename T> struct shmem_complex_;
SHMEM_EXTENSION_ template <> struct shmem_complex_<float> { typedef float _Complex type; };
SHMEM_EXTENSION_ template <> struct shmem_complex_<double> { typedef double _Complex type; };
template <typename T, bool is_pair> struct shmem_if_pair_;
template <typename T> struct shmem_if_pair_<T, true> { typedef typename shmem_complex_<typename T::value_type>::type type; };
template <typename T> struct shmem_pair_ : shmem_if_pair_<T, sizeof(T) == 2 * sizeof(typename T::value_type)> {};

template <typename T>
inline int shmem_sum_reduce(shmem_team_t team, T *dest, const T *source, size_t nreduce)
{
    typedef typename shmem_pair_<T>::type c_type;
    return shmem_sum_reduce(team, reinterpret_cast<c_type *>(dest), reinterpret_cast<const c_type *>(source), nreduce);
}

template <typename T>
inline int shmem_prod_reduce(shmem_team_t team, T *dest, const T *source, size_t nreduce)
{
    typedef typename shmem_pair_<T>::type c_type;
    return shmem_prod_reduce(team, reinterpret_cast<c_type *>(dest), reinterpret_cast<const c_type *>(source), nreduce);
}
";

/// The name of the macro that guards a header.
fn guard(path: &str) -> String {
    path.to_uppercase().replace(['/', '.'], "_")
}

fn wrapper(path: &str, included: &str, what: &str) -> String {
    let guard = guard(path);
    format!(
        "/* {what}\n * {NOTICE} */\n\n#ifndef {guard}\n#define {guard}\n\n#include {included}\n\n#endif\n"
    )
}

fn shmemx() -> String {
    let guard = guard("shmemx.h");
    format!(
        "/* Extensions of OpenSHMEM.\n * {NOTICE} */\n\n#ifndef {guard}\n#define {guard}\n\n#include \"shmem.h\"\n\n\
         {BEGIN_C}\n{EXTENSIONS}\n{END_C}\n#endif\n"
    )
}

fn shmem(list: &List) -> String {
    let guard = guard("shmem.h");
    let mut text = format!(
        "/* OpenSHMEM 1.5, by Pangea.\n * {NOTICE} */\n\n#ifndef {guard}\n#define {guard}\n\n{OPENING}\n"
    );
    constants(&mut text, list);
    line(&mut text, format_args!("{SPEC_VERSION}"));
    text.push_str(BEGIN_C);
    types(&mut text, list);
    declarations(&mut text, list, "");
    line(&mut text, format_args!("\n{}", definitions(list)));
    text.push_str(END_C);
    text.push('\n');
    text.push_str(GENERICS);
    for generic in generics(&list.routines()) {
        line(&mut text, format_args!("\n{generic}"));
    }
    text.push_str("\n#endif\n\n");
    line(
        &mut text,
        format_args!("{BEGIN_OVERLOADS}{}{COMPLEX}{END_OVERLOADS}", overloads(&list.routines())),
    );
    text.push_str("#endif\n");
    text
}

fn pshmem(list: &List) -> String {
    let guard = guard("pshmem.h");
    let mut text = format!(
        "/* Every routine of OpenSHMEM once more, for tools that take the place of the others.\n * {NOTICE} */\n\n\
         #ifndef {guard}\n#define {guard}\n\n#include \"shmem.h\"\n\n{BEGIN_C}"
    );
    declarations(&mut text, list, "p");
    line(&mut text, format_args!("\n{END_C}\n#endif"));
    text
}

fn constants(text: &mut String, list: &List) {
    for constant in &list.constants {
        line(text, format_args!("#define {} {}", constant.name, constant.value));
    }
    text.push('\n');
}

fn types(text: &mut String, list: &List) {
    for name in &list.opaques {
        let tag = name.trim_end_matches('t');
        line(text, format_args!("\ntypedef struct {tag} *{name};"));
        for handle in list.handles.iter().filter(|handle| handle.c_type == *name) {
            line(text, format_args!("#define {} (({name}) {})", handle.name, handle.value));
        }
    }
    for (name, fields) in &list.structs {
        line(text, format_args!("\ntypedef struct {{"));
        for field in fields {
            line(text, format_args!("    {field};"));
        }
        line(text, format_args!("}} {name};"));
    }
}

/// The declarations of all routines, with something in front of their names. Families stand apart.
fn declarations(text: &mut String, list: &List, prefix: &str) {
    let mut was_family = true;
    for call in &list.calls {
        let routines = list.routines_of(call);
        let is_family = call.family.is_some();
        if is_family || was_family {
            text.push('\n');
        }
        was_family = is_family;
        for routine in &routines {
            declaration(text, routine, prefix);
        }
    }
}

fn declaration(text: &mut String, routine: &Routine, prefix: &str) {
    let mut prototype = routine.prototype.clone();
    prototype.name.insert_str(0, prefix);
    let extension = if prototype.mentions("_Complex") { "SHMEM_EXTENSION_ " } else { "" };
    let noreturn = if prototype.is_noreturn { "SHMEM_NORETURN_ " } else { "" };
    let deprecated = routine.deprecated.map(|since| format!(" SHMEM_DEPRECATED_(\"{since}\")"));
    let deprecated = deprecated.unwrap_or_default();
    line(text, format_args!("{extension}{noreturn}{prototype}{deprecated};"));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Strings can always be written to.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_made_for_each_that_must_be() {
        let list = List::parse(crate::OPENSHMEM).expect("is good");
        let mut made: Vec<&str> = HEADERS.iter().map(|header| header.path).collect();
        let mut must_be: Vec<&str> = list.headers.iter().map(String::as_str).collect();
        made.sort_unstable();
        must_be.sort_unstable();
        assert_eq!(made, must_be);
    }

    #[test]
    fn declarations_say_what_is_to_be_said() {
        let list = "types t int=int, complexf=float _Complex\n\
                    call 1.0 1.5 - - t void shmem_{N}_x({T} *dest)\n\
                    call 1.2 - - - - _Noreturn void shmem_global_exit(int status)\n\
                    call 1.2 - - - - void shmem_init(void)";
        let mut text = String::new();
        declarations(&mut text, &List::parse(list).expect("is good"), "p");
        let expected = "\nvoid pshmem_int_x(int *dest) SHMEM_DEPRECATED_(\"1.5\");\n\
            SHMEM_EXTENSION_ void pshmem_complexf_x(float _Complex *dest) SHMEM_DEPRECATED_(\"1.5\");\n\
            \nSHMEM_NORETURN_ void pshmem_global_exit(int status);\nvoid pshmem_init(void);\n";
        assert_eq!(text, expected);
    }
}
