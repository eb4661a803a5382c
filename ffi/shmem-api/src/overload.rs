//! The type-generic interfaces in C++: overloads of one name, each of which calls the routine for its types.
//!
//! Exact-width types are other types under another name, as in [`generic`](crate::generic), and what is a function of C already
//! needs no overload.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::generic::basic;
use crate::prototype::Prototype;
use crate::routine::Routine;

/// A function by which overloads differ: its name, and the types of its parameters.
fn signature(name: &str, prototype: &Prototype) -> (String, Vec<String>) {
    let types = prototype.parameters.iter().map(|parameter| basic(&parameter.c_type));
    (name.to_owned(), types.collect())
}

/// The overloads for routines, in the order in which they come.
pub(crate) fn overloads(routines: &[Routine]) -> String {
    let of_c = |routine: &Routine| signature(routine.name(), &routine.prototype);
    let mut there: BTreeSet<_> = routines.iter().map(of_c).collect();
    let mut text = String::new();
    for routine in routines {
        let Some(selector) = &routine.selector else { continue };
        if there.insert(signature(&selector.generic, &routine.prototype)) {
            // Strings can always be written to.
            let _ = writeln!(text, "{}", overload(&selector.generic, routine));
        }
    }
    text
}

fn overload(generic: &str, routine: &Routine) -> String {
    let prototype = Prototype { name: generic.to_owned(), ..routine.prototype.clone() };
    let names: Vec<&str> = prototype.parameters.iter().map(|it| it.name.as_str()).collect();
    let result = if prototype.returns == "void" { "" } else { "return " };
    let extension = if prototype.mentions("_Complex") { "SHMEM_EXTENSION_ " } else { "" };
    format!(
        "{extension}static inline {prototype} {{ {result}{}({}); }}",
        routine.name(),
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::List;

    fn of(list: &str) -> String {
        overloads(&List::parse(list).expect("is good").routines())
    }

    #[test]
    fn there_is_one_for_each_type_with_a_context_and_without() {
        let text = of("types t int=int, int32=int32_t, size=size_t\n\
             call 1.0 - 1.4 shmem_p t void shmem_{N}_p({T} *dest, {T} value, int pe)");
        let expected = "\
            static inline void shmem_p(int *dest, int value, int pe) { shmem_int_p(dest, value, pe); }\n\
            static inline void shmem_p(size_t *dest, size_t value, int pe) { shmem_size_p(dest, value, pe); }\n\
            static inline void shmem_p(shmem_ctx_t ctx, int *dest, int value, int pe) { shmem_ctx_int_p(ctx, dest, value, pe); }\n\
            static inline void shmem_p(shmem_ctx_t ctx, size_t *dest, size_t value, int pe) { shmem_ctx_size_p(ctx, dest, value, pe); }\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_a_function_of_c_is_none() {
        let text = of("types t long=long, ulong=unsigned long\n\
             call 1.0 - - shmem_swap t {T} shmem_{N}_swap(volatile {T} *dest, {T} value, int pe)\n\
             also 1.0 - - - - long shmem_swap(volatile long *dest, long value, int pe)");
        assert_eq!(text.lines().count(), 1);
        assert!(text.contains("{ return shmem_ulong_swap(dest, value, pe); }"), "{text}");
    }
}
