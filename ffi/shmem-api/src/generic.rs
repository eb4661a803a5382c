//! C11's type-generic interfaces: for each a macro that chooses a routine by the type of an argument.
//!
//! With a context in front it is the argument behind it that counts. All associations of a `_Generic` must be of
//! different types, and exact-width types are other types under another name. Which, is the platform's: where pointers and
//! `long` have 64 bits, as glibc and musl have it.

use std::fmt::{self, Write};

use crate::routine::{Routine, Selector};

/// What stands for a type on the platform.
pub(crate) fn basic(c_type: &str) -> String {
    let last = c_type.trim_end_matches([' ', '*']);
    let qualified =
        ["const ", "volatile "].map(|word| last.rfind(word).map_or(0, |at| at + word.len()));
    let start = qualified.into_iter().max().unwrap_or_default();
    let word = &last[start..];
    let basic = match word {
        "int8_t" => "signed char",
        "int16_t" => "short",
        "int32_t" => "int",
        "int64_t" | "ptrdiff_t" => "long",
        "uint8_t" => "unsigned char",
        "uint16_t" => "unsigned short",
        "uint32_t" => "unsigned int",
        "uint64_t" | "size_t" => "unsigned long",
        other => other,
    };
    format!("{}{basic}{}", &c_type[..start], &c_type[last.len()..])
}

/// A type and the routine for it.
#[derive(Debug, PartialEq, Eq)]
struct Choice {
    c_type: String,
    routine: String,
}

/// A type-generic interface.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Generic {
    name: String,
    /// The number of the argument that counts, from 0, when there is no context in front.
    argument: usize,
    plain: Vec<Choice>,
    with_ctx: Vec<Choice>,
    /// The routine of the same name, which is for all other types.
    otherwise: Option<String>,
}

/// The type-generic interfaces of routines, in the order in which they come.
pub(crate) fn generics(routines: &[Routine]) -> Vec<Generic> {
    let mut generics: Vec<Generic> = Vec::new();
    for routine in routines {
        let Some(selector) = &routine.selector else { continue };
        let known = generics.iter().position(|generic| generic.name == selector.generic);
        let number = known.unwrap_or_else(|| {
            generics.push(Generic::new(selector, routines));
            generics.len() - 1
        });
        generics[number].add(routine, selector);
    }
    generics
}

impl Generic {
    fn new(selector: &Selector, routines: &[Routine]) -> Generic {
        // One that chooses among pointers has an answer for all that there is.
        let same_name = routines.iter().find(|routine| routine.name() == selector.generic);
        let otherwise = same_name.filter(|_| !selector.c_type.ends_with('*'));
        Generic {
            name: selector.generic.clone(),
            argument: selector.argument,
            plain: Vec::new(),
            with_ctx: Vec::new(),
            otherwise: otherwise.map(|routine| routine.name().to_owned()),
        }
    }

    /// Adds a routine, unless there is one for its type.
    fn add(&mut self, routine: &Routine, selector: &Selector) {
        let choices = if routine.has_ctx { &mut self.with_ctx } else { &mut self.plain };
        let is_there = |choice: &Choice| basic(&choice.c_type) == basic(&selector.c_type);
        if choices.iter().any(is_there) {
            return;
        }
        for (is_taken, qualifier) in [
            (true, ""),
            (selector.or_const, "const "),
            (selector.or_volatile, "volatile "),
            (selector.or_const && selector.or_volatile, "const volatile "),
        ] {
            if is_taken {
                let c_type = format!("{qualifier}{}", selector.c_type);
                choices.push(Choice { c_type, routine: routine.name().to_owned() });
            }
        }
    }
}

/// The macro.
impl fmt::Display for Generic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        let choice = |choice: &Choice| format!("{}: {}", choice.c_type, choice.routine);
        if !self.with_ctx.is_empty() {
            let mut inner: Vec<String> = self.with_ctx.iter().map(choice).collect();
            inner.push("default: shmem_no_such_type_".to_owned());
            let mut text = format!("shmem_ctx_t: _Generic({}", nth(self.argument + 1));
            for line in inner {
                write!(text, ", \\\n            {line}")?;
            }
            lines.push(text + ")");
        }
        lines.extend(self.plain.iter().map(choice));
        lines.extend(self.otherwise.iter().map(|routine| format!("default: {routine}")));
        write!(f, "#define {}(...) \\\n    _Generic({}", self.name, nth(self.argument))?;
        for line in lines {
            write!(f, ", \\\n        {line}")?;
        }
        f.write_str(")(__VA_ARGS__)")
    }
}

/// The argument of that number, from 0.
fn nth(argument: usize) -> String {
    format!("SHMEM_ARGUMENT_{argument}_(__VA_ARGS__)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::List;

    fn texts(list: &str) -> Vec<String> {
        let routines = List::parse(list).expect("is good").routines();
        generics(&routines).iter().map(Generic::to_string).collect()
    }

    #[test]
    fn a_type_under_two_names_is_chosen_once() {
        let list = "types t int=int, int32=int32_t, size=size_t\n\
                    call 1.0 - - shmem_p t void shmem_{N}_p({T} *dest, int pe)";
        let expected = "#define shmem_p(...) \\\n    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \\\n        \
                        int *: shmem_int_p, \\\n        size_t *: shmem_size_p)(__VA_ARGS__)";
        assert_eq!(texts(list), [expected]);
    }

    #[test]
    fn a_context_may_come_first() {
        let list = "types t int=int\ncall 1.0 - 1.4 shmem_g t {T} shmem_{N}_g(const {T} *source)";
        let expected = "#define shmem_g(...) \\\n    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \\\n        \
            shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \\\n            \
            int *: shmem_ctx_int_g, \\\n            const int *: shmem_ctx_int_g, \\\n            \
            default: shmem_no_such_type_), \\\n        \
            int *: shmem_int_g, \\\n        const int *: shmem_int_g)(__VA_ARGS__)";
        assert_eq!(texts(list), [expected]);
    }

    #[test]
    fn other_types_go_to_the_routine_of_that_name() {
        let list = "call 1.5 - - shmem_sync - int shmem_team_sync(shmem_team_t team)\n\
                    call 1.4 - - - - void shmem_sync(int start)";
        let expected = "#define shmem_sync(...) \\\n    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \\\n        \
            shmem_team_t: shmem_team_sync, \\\n        default: shmem_sync)(__VA_ARGS__)";
        assert_eq!(texts(list), [expected]);
    }
}
