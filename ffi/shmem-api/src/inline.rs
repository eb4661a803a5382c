//! Routines that are defined in the header, too: single elements and atomics. See `docs/decisions/0021-the-c-libraries.md`.

use std::fmt::Write;

use crate::list::{List, Member};

/// Names in the list, and the macro of the header that defines the routines of the family.
const DEFINED: [(&str, &str); 16] = [
    ("shmem_{N}_p", "SHMEM_P_"),
    ("shmem_{N}_g", "SHMEM_G_"),
    ("shmem_{N}_atomic_fetch", "SHMEM_FETCH_"),
    ("shmem_{N}_atomic_set", "SHMEM_SET_"),
    ("shmem_{N}_atomic_compare_swap", "SHMEM_COMPARE_SWAP_"),
    ("shmem_{N}_atomic_swap", "SHMEM_SWAP_"),
    ("shmem_{N}_atomic_fetch_inc", "SHMEM_FETCH_INC_"),
    ("shmem_{N}_atomic_inc", "SHMEM_INC_"),
    ("shmem_{N}_atomic_fetch_add", "SHMEM_FETCH_ADD_"),
    ("shmem_{N}_atomic_add", "SHMEM_ADD_"),
    ("shmem_{N}_atomic_fetch_and", "SHMEM_FETCH_AND_"),
    ("shmem_{N}_atomic_and", "SHMEM_AND_"),
    ("shmem_{N}_atomic_fetch_or", "SHMEM_FETCH_OR_"),
    ("shmem_{N}_atomic_or", "SHMEM_OR_"),
    ("shmem_{N}_atomic_fetch_xor", "SHMEM_FETCH_XOR_"),
    ("shmem_{N}_atomic_xor", "SHMEM_XOR_"),
];

const OPENING: &str = r#"/* Single elements and atomics are defined here, too, as what is called where it cannot be taken in: so addresses of routines, and
 * routines of a program's own in their place, are as ever. Define PANGEA_SHMEM_NO_INLINE to have every access a call. */
#if defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(PANGEA_SHMEM_NO_INLINE)

/* Set by the library: the heap without its last bytes, so that elements that begin there end in it, and how far it is to where
 * those of the first PEs are mapped. `pes` is 0 where the library has to be called: before shmem_init, over a NIC, for debugging,
 * and where a routine was replaced. `plain` is as many, for loads and stores; 0 also with more PEs than processors, where loops that
 * wait are to give way. Weak, lest a program have a copy. `const`, because a program may look at them once for many accesses: what
 * was read before shmem_init leads to the library, and is never wrong together with what is read later. */
struct pangea_shmem_ways { unsigned int pes, plain; size_t heap, room; };
extern const struct pangea_shmem_ways pangea_shmem_ways __attribute__((__weak__));
extern ptrdiff_t pangea_shmem_away[128] __attribute__((__weak__));

#define SHMEM_INLINE_ extern __inline__ __attribute__((__gnu_inline__))
/* What the compiler may not move across, as it may not across a call. Not by an `asm`, which GCC takes for one that changes
 * constants, too. */
#define SHMEM_BARRIER_() __atomic_signal_fence(__ATOMIC_SEQ_CST)

/* Whether a PE's counterpart of an element is mapped, and where. All is read before anything is compared, so that loops have it in
 * registers. */
SHMEM_INLINE_ __attribute__((__always_inline__)) int shmem_is_among_(const volatile void *address, int pe, unsigned int pes)
{
    const size_t heap = pangea_shmem_ways.heap, room = pangea_shmem_ways.room;
    return __builtin_expect((unsigned int)pe < pes && (size_t)address - heap < room, 1);
}
SHMEM_INLINE_ __attribute__((__always_inline__)) int shmem_is_near_(const volatile void *address, int pe)
{
    return shmem_is_among_(address, pe, pangea_shmem_ways.pes);
}
SHMEM_INLINE_ __attribute__((__always_inline__)) int shmem_is_plain_(const volatile void *address, int pe)
{
    return shmem_is_among_(address, pe, pangea_shmem_ways.plain);
}
SHMEM_INLINE_ __attribute__((__always_inline__)) void *shmem_at_(const volatile void *address, int pe)
{
    return (char *)(size_t)address + pangea_shmem_away[(unsigned int)pe];
}

#define SHMEM_P_(N, T) \
    extern void shmem_##N##_p_far_(T *, T, int) __asm__("shmem_" #N "_p"); \
    SHMEM_INLINE_ void shmem_##N##_p(T *dest, T value, int pe) \
    { \
        SHMEM_BARRIER_(); \
        if (shmem_is_plain_(dest, pe)) *(volatile T *)shmem_at_(dest, pe) = value; \
        else shmem_##N##_p_far_(dest, value, pe); \
    }
#define SHMEM_G_(N, T) \
    extern T shmem_##N##_g_far_(const T *, int) __asm__("shmem_" #N "_g"); \
    SHMEM_INLINE_ T shmem_##N##_g(const T *source, int pe) \
    { \
        T value; \
        if (!shmem_is_plain_(source, pe)) return shmem_##N##_g_far_(source, pe); \
        value = *(const volatile T *)shmem_at_(source, pe); \
        SHMEM_BARRIER_(); \
        return value; \
    }
#define SHMEM_ALIGNED_(address, T) __builtin_expect(((size_t)(address) & (sizeof(T) - 1)) == 0, 1)
/* An atomic without an answer, and one with, of parameters and their names. */
#define SHMEM_PLAIN_(N, T, name, declared, given, what) \
    extern void shmem_##N##_atomic_##name##_far_ declared __asm__("shmem_" #N "_atomic_" #name); \
    SHMEM_INLINE_ void shmem_##N##_atomic_##name declared \
    { \
        if (shmem_is_near_(dest, pe) && SHMEM_ALIGNED_(dest, T)) { \
            T *const at = (T *)shmem_at_(dest, pe); \
            what; \
        } else shmem_##N##_atomic_##name##_far_ given; \
    }
#define SHMEM_ANSWERED_(N, T, name, is, declared, given, what) \
    extern T shmem_##N##_atomic_##name##_far_ declared __asm__("shmem_" #N "_atomic_" #name); \
    SHMEM_INLINE_ T shmem_##N##_atomic_##name declared \
    { \
        T found; \
        if (shmem_is_##is##_(dest, pe) && SHMEM_ALIGNED_(dest, T)) { \
            T *const at = (T *)shmem_at_(dest, pe); \
            what; \
            return found; \
        } \
        return shmem_##N##_atomic_##name##_far_ given; \
    }
#define SHMEM_FETCH_(N, T) \
    SHMEM_ANSWERED_(N, T, fetch, plain, (const volatile T *dest, int pe), (dest, pe), __atomic_load(at, &found, __ATOMIC_ACQUIRE))
#define SHMEM_SET_(N, T) \
    SHMEM_PLAIN_(N, T, set, (volatile T *dest, T value, int pe), (dest, value, pe), __atomic_store(at, &value, __ATOMIC_RELEASE))
#define SHMEM_SWAP_(N, T) \
    SHMEM_ANSWERED_(N, T, swap, near, (volatile T *dest, T value, int pe), (dest, value, pe), \
                    __atomic_exchange(at, &value, &found, __ATOMIC_ACQ_REL))
#define SHMEM_COMPARE_SWAP_(N, T) \
    SHMEM_ANSWERED_(N, T, compare_swap, near, (volatile T *dest, T cond, T value, int pe), (dest, cond, value, pe), \
                    found = cond; __atomic_compare_exchange_n(at, &found, value, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
#define SHMEM_CHANGE_(N, T, name, change) \
    SHMEM_PLAIN_(N, T, name, (volatile T *dest, T value, int pe), (dest, value, pe), (void)change(at, value, __ATOMIC_ACQ_REL))
#define SHMEM_FETCH_CHANGE_(N, T, name, change) \
    SHMEM_ANSWERED_(N, T, name, near, (volatile T *dest, T value, int pe), (dest, value, pe), found = change(at, value, __ATOMIC_ACQ_REL))
#define SHMEM_INC_(N, T) \
    SHMEM_PLAIN_(N, T, inc, (volatile T *dest, int pe), (dest, pe), (void)__atomic_fetch_add(at, 1, __ATOMIC_ACQ_REL))
#define SHMEM_FETCH_INC_(N, T) \
    SHMEM_ANSWERED_(N, T, fetch_inc, near, (volatile T *dest, int pe), (dest, pe), found = __atomic_fetch_add(at, 1, __ATOMIC_ACQ_REL))
#define SHMEM_ADD_(N, T) SHMEM_CHANGE_(N, T, add, __atomic_fetch_add)
#define SHMEM_AND_(N, T) SHMEM_CHANGE_(N, T, and, __atomic_fetch_and)
#define SHMEM_OR_(N, T) SHMEM_CHANGE_(N, T, or, __atomic_fetch_or)
#define SHMEM_XOR_(N, T) SHMEM_CHANGE_(N, T, xor, __atomic_fetch_xor)
#define SHMEM_FETCH_ADD_(N, T) SHMEM_FETCH_CHANGE_(N, T, fetch_add, __atomic_fetch_add)
#define SHMEM_FETCH_AND_(N, T) SHMEM_FETCH_CHANGE_(N, T, fetch_and, __atomic_fetch_and)
#define SHMEM_FETCH_OR_(N, T) SHMEM_FETCH_CHANGE_(N, T, fetch_or, __atomic_fetch_or)
#define SHMEM_FETCH_XOR_(N, T) SHMEM_FETCH_CHANGE_(N, T, fetch_xor, __atomic_fetch_xor)

"#;

/// The macros of `OPENING`, which nobody else is to see.
const HELPERS: [&str; 7] = [
    "SHMEM_BARRIER_",
    "SHMEM_ALIGNED_",
    "SHMEM_PLAIN_",
    "SHMEM_ANSWERED_",
    "SHMEM_CHANGE_",
    "SHMEM_FETCH_CHANGE_",
    "SHMEM_INLINE_",
];

/// The members of each family that are defined in the header.
fn defined(list: &List) -> impl Iterator<Item = (&'static str, &'static str, &Member, &str)> {
    DEFINED.iter().flat_map(|(name, macro_name)| {
        let call = list.calls.iter().find(|call| call.prototype.name == *name);
        let family = call.and_then(|call| call.family.as_ref());
        let members = family.and_then(|family| list.families.get(family));
        members.into_iter().flatten().filter_map(|member| {
            let c_type = member.c_type.as_deref()?;
            // Values of the others fit into registers, and their sizes are what they are aligned to.
            (c_type != "long double").then_some((*name, *macro_name, member, c_type))
        })
    })
}

/// The names of the routines that are defined in the header.
pub fn inlined(list: &List) -> Vec<String> {
    defined(list).map(|(name, _, member, _)| name.replace("{N}", &member.name)).collect()
}

/// The part of the header that defines them.
pub(crate) fn definitions(list: &List) -> String {
    let mut text = OPENING.to_owned();
    for (_, macro_name, member, c_type) in defined(list) {
        // Strings can always be written to.
        let _ = writeln!(text, "{macro_name}({}, {c_type})", member.name);
    }
    text.push('\n');
    for name in DEFINED.iter().map(|(_, macro_name)| *macro_name).chain(HELPERS) {
        let _ = writeln!(text, "#undef {name}");
    }
    text + "\n#endif\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_there() {
        let names = inlined(&List::parse(crate::OPENSHMEM).expect("is good"));
        for (name, _) in DEFINED {
            let name = name.replace("{N}", "uint64");
            assert!(names.contains(&name), "{name}");
        }
        assert!(names.contains(&"shmem_double_atomic_swap".to_owned()));
        assert!(!names.iter().any(|name| name.contains("longdouble")));
    }
}
