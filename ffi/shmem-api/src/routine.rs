//! [`Routine`]: one function of the library.

use crate::list::{Call, List, Member, Source, Version};
use crate::prototype::{Parameter, Prototype};

/// By which argument a type-generic interface chooses a routine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The name of the interface.
    pub generic: String,
    /// The number of the argument, from 0; a context in front is counted.
    pub argument: usize,
    /// The type that it has.
    pub c_type: String,
    /// Whether it may be a pointer to what is `const`, too.
    pub or_const: bool,
    /// Whether it may be a pointer to what is `volatile`, too.
    pub or_volatile: bool,
}

/// A function of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routine {
    /// Who has it.
    pub source: Source,
    /// The version that it came with.
    pub since: Version,
    /// The version that deprecated it.
    pub deprecated: Option<Version>,
    /// Its declaration.
    pub prototype: Prototype,
    /// Whether its first parameter is a context.
    pub has_ctx: bool,
    /// How its type-generic interface chooses it, if there is one.
    pub selector: Option<Selector>,
}

impl Routine {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.prototype.name
    }
}

impl Call {
    /// The number of the parameter by which a generic chooses: the first that points to the member's type; without a
    /// family, the first.
    pub(crate) fn selecting(&self) -> Option<usize> {
        let parameters = &self.prototype.parameters;
        if self.family.is_none() {
            return (!parameters.is_empty()).then_some(0);
        }
        parameters.iter().position(|parameter| unqualified(&parameter.c_type) == "{T} *")
    }

    fn routine(&self, member: Option<&Member>, has_ctx: bool) -> Routine {
        let name = member.map_or("", |member| &member.name);
        let c_type = member.and_then(|member| member.c_type.as_deref()).unwrap_or_default();
        let mut prototype =
            self.prototype.map(|text| text.replace("{N}", name).replace("{T}", c_type));
        let mut since = self.since;
        if has_ctx {
            let rest = prototype.name.trim_start_matches("shmem_");
            prototype.name = format!("shmem_ctx_{rest}");
            let ctx = Parameter { c_type: "shmem_ctx_t".to_owned(), name: "ctx".to_owned() };
            prototype.parameters.insert(0, ctx);
            since = self.ctx.map_or(since, |ctx| ctx.max(since));
        }
        let selector = self.generic.as_ref().zip(self.selecting()).map(|(generic, number)| {
            let argument = number + usize::from(has_ctx);
            let c_type = &prototype.parameters[argument].c_type;
            Selector {
                generic: generic.clone(),
                argument,
                c_type: unqualified(c_type).to_owned(),
                or_const: c_type.contains("const "),
                or_volatile: c_type.contains("volatile "),
            }
        });
        let (source, deprecated) = (self.source, self.deprecated);
        Routine { source, since, deprecated, prototype, has_ctx, selector }
    }
}

/// A type of pointers without what is said of what they point to.
fn unqualified(c_type: &str) -> &str {
    c_type.trim_start_matches("const ").trim_start_matches("volatile ")
}

impl List {
    /// The routines of one call: one for each member of its family; behind them those with contexts.
    pub fn routines_of(&self, call: &Call) -> Vec<Routine> {
        let family = call.family.as_ref().and_then(|name| self.families.get(name));
        let members: Vec<Option<&Member>> = match family {
            Some(family) => family.iter().map(Some).collect(),
            None => vec![None],
        };
        let contexts = [Some(false), call.ctx.map(|_| true)];
        let with = |has_ctx| members.iter().map(move |member| call.routine(*member, has_ctx));
        contexts.into_iter().flatten().flat_map(with).collect()
    }

    /// All routines, in the order of the list.
    pub fn routines(&self) -> Vec<Routine> {
        self.calls.iter().flat_map(|call| self.routines_of(call)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "types t float=float, int=int\ntypes b 8, 16\n\
        call 1.0 - 1.4 shmem_g t {T} shmem_{N}_g(const {T} *source, int pe)\n\
        call 1.0 - 1.4 - b void shmem_put{N}(void *dest, int pe)\n\
        call 1.5 - 1.5 shmem_x t int shmem_{N}_x(shmem_team_t team, {T} *dest)\n\
        call 1.5 - - shmem_w t void shmem_{N}_w(const volatile {T} *ivar)\n\
        call 1.0 - 1.4 - - void shmem_quiet(void)\n";

    #[test]
    fn families_are_written_out_and_contexts_added() {
        let routines = List::parse(TEXT).expect("is good").routines();
        let declarations: Vec<String> =
            routines.iter().map(|routine| routine.prototype.to_string()).collect();
        let expected = [
            "float shmem_float_g(const float *source, int pe)",
            "int shmem_int_g(const int *source, int pe)",
            "float shmem_ctx_float_g(shmem_ctx_t ctx, const float *source, int pe)",
            "int shmem_ctx_int_g(shmem_ctx_t ctx, const int *source, int pe)",
            "void shmem_put8(void *dest, int pe)",
            "void shmem_put16(void *dest, int pe)",
            "void shmem_ctx_put8(shmem_ctx_t ctx, void *dest, int pe)",
            "void shmem_ctx_put16(shmem_ctx_t ctx, void *dest, int pe)",
            "int shmem_float_x(shmem_team_t team, float *dest)",
            "int shmem_int_x(shmem_team_t team, int *dest)",
            "int shmem_ctx_float_x(shmem_ctx_t ctx, shmem_team_t team, float *dest)",
            "int shmem_ctx_int_x(shmem_ctx_t ctx, shmem_team_t team, int *dest)",
            "void shmem_float_w(const volatile float *ivar)",
            "void shmem_int_w(const volatile int *ivar)",
            "void shmem_quiet(void)",
            "void shmem_ctx_quiet(shmem_ctx_t ctx)",
        ];
        assert_eq!(declarations, expected);
    }

    #[test]
    fn a_generic_chooses_by_the_first_pointer_to_the_type() {
        let routines = List::parse(TEXT).expect("is good").routines();
        let selector = |name: &str| {
            let routine = routines.iter().find(|routine| routine.name() == name);
            routine.and_then(|routine| routine.selector.clone())
        };
        let expected = |generic: &str, argument, c_type: &str, or_const, or_volatile| {
            let (generic, c_type) = (generic.to_owned(), c_type.to_owned());
            Some(Selector { generic, argument, c_type, or_const, or_volatile })
        };
        assert_eq!(selector("shmem_int_g"), expected("shmem_g", 0, "int *", true, false));
        assert_eq!(selector("shmem_ctx_int_g"), expected("shmem_g", 1, "int *", true, false));
        assert_eq!(selector("shmem_float_x"), expected("shmem_x", 1, "float *", false, false));
        assert_eq!(selector("shmem_int_w"), expected("shmem_w", 0, "int *", true, true));
        assert_eq!(selector("shmem_put8"), None);
    }

    #[test]
    fn what_has_a_context_is_as_old_as_both() {
        let routines = List::parse(TEXT).expect("is good").routines();
        let since = |name: &str| {
            let routine = routines.iter().find(|routine| routine.name() == name);
            routine.expect("is there").since.to_string()
        };
        assert_eq!((since("shmem_quiet"), since("shmem_ctx_quiet")), ("1.0".into(), "1.4".into()));
        assert_eq!(since("shmem_ctx_int_x"), "1.5");
    }
}
