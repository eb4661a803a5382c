/* Atomics of all types, blocking or not, on both kinds of contexts: what each does alone, and that none is lost when all
 * PEs work on the same words. Neighbors of 32-bit words are left as they are, and may be put to meanwhile. */

#include "check.h"

#define TIMES 60

#define BY(name, routine, ...)                                                                                        \
    do {                                                                                                              \
        if (ctx == SHMEM_CTX_INVALID)                                                                                 \
            SHMEM(name, atomic_##routine)(__VA_ARGS__);                                                               \
        else                                                                                                          \
            SHMEM_CTX(name, atomic_##routine)(ctx, __VA_ARGS__);                                                      \
    } while (0)

#define OF(name, routine, ...)                                                                                        \
    (ctx == SHMEM_CTX_INVALID ? SHMEM(name, atomic_##routine)(__VA_ARGS__)                                            \
                              : SHMEM_CTX(name, atomic_##routine)(ctx, __VA_ARGS__))

static void quiet(shmem_ctx_t ctx)
{
    if (ctx == SHMEM_CTX_INVALID)
        shmem_quiet();
    else
        shmem_ctx_quiet(ctx);
}

/* A word of each type between two others, which nobody changes; on the next PE this one alone works. */
#define EXTENDED(name, type)                                                                                          \
    static type name##_extended[3];                                                                                   \
    static void name##_extended_test(shmem_ctx_t ctx)                                                                 \
    {                                                                                                                 \
        const int pe = next_pe();                                                                                     \
        type *word = &name##_extended[1], got = (type)0, later = (type)0;                                             \
        name##_extended[0] = name##_extended[2] = (type)77;                                                           \
        *word = (type)1;                                                                                              \
        shmem_barrier_all();                                                                                          \
        CHECK(OF(name, fetch, word, pe) == (type)1, "shmem_" #name "_atomic_fetch");                                  \
        BY(name, set, word, (type)2, pe);                                                                             \
        quiet(ctx);                                                                                                   \
        got = OF(name, swap, word, (type)3, pe);                                                                      \
        CHECK(got == (type)2, "shmem_" #name "_atomic_set, _swap");                                                   \
        BY(name, swap_nbi, &got, word, (type)4, pe);                                                                  \
        quiet(ctx);                                                                                                   \
        BY(name, fetch_nbi, &later, word, pe);                                                                        \
        quiet(ctx);                                                                                                   \
        CHECK(got == (type)3, "shmem_" #name "_atomic_swap_nbi");                                                     \
        CHECK(later == (type)4, "shmem_" #name "_atomic_fetch_nbi");                                                  \
        shmem_barrier_all();                                                                                          \
        CHECK(*word == (type)4, "shmem_" #name "_atomic_swap_nbi");                                                   \
        CHECK(name##_extended[0] == (type)77 && name##_extended[2] == (type)77, "beside a word of " #name);           \
        shmem_barrier_all();                                                                                          \
    }
EACH_amo_extended(EXTENDED)

#define STANDARD(name, type)                                                                                          \
    static type name##_standard[3];                                                                                   \
    static void name##_standard_test(shmem_ctx_t ctx)                                                                 \
    {                                                                                                                 \
        const int pe = next_pe();                                                                                     \
        type *word = &name##_standard[1], got = (type)0;                                                              \
        name##_standard[0] = name##_standard[2] = (type)-1;                                                           \
        *word = (type)10;                                                                                             \
        shmem_barrier_all();                                                                                          \
        CHECK(OF(name, compare_swap, word, (type)9, (type)5, pe) == (type)10, #name "_atomic_compare_swap");          \
        CHECK(OF(name, compare_swap, word, (type)10, (type)-20, pe) == (type)10,                                      \
              #name "_atomic_compare_swap");                                                                          \
        CHECK(OF(name, fetch_add, word, (type)25, pe) == (type)-20, #name "_atomic_fetch_add");                       \
        CHECK(OF(name, fetch_inc, word, pe) == (type)5, #name "_atomic_fetch_inc");                                   \
        BY(name, add, word, (type)-4, pe);                                                                            \
        BY(name, inc, word, pe);                                                                                      \
        quiet(ctx);                                                                                                   \
        BY(name, fetch_inc_nbi, &got, word, pe);                                                                      \
        quiet(ctx);                                                                                                   \
        CHECK(got == (type)3, #name "_atomic_add, _inc, _fetch_inc_nbi");                                             \
        BY(name, fetch_add_nbi, &got, word, (type)6, pe);                                                             \
        quiet(ctx);                                                                                                   \
        CHECK(got == (type)4, #name "_atomic_fetch_add_nbi");                                                         \
        BY(name, compare_swap_nbi, &got, word, (type)10, (type)11, pe);                                               \
        quiet(ctx);                                                                                                   \
        CHECK(got == (type)10, #name "_atomic_compare_swap_nbi");                                                     \
        shmem_barrier_all();                                                                                          \
        CHECK(*word == (type)11, #name "_atomic_compare_swap_nbi");                                                   \
        CHECK(name##_standard[0] == (type)-1 && name##_standard[2] == (type)-1, "beside a word of " #name);           \
        /* All at once, at PE 0. Every fetched value differs: their sum is known. */                                  \
        name##_standard[0] = name##_standard[1] = name##_standard[2] = (type)0;                                       \
        shmem_barrier_all();                                                                                          \
        type sum = (type)0;                                                                                           \
        for (int i = 0; i < TIMES; i++) {                                                                             \
            sum += OF(name, fetch_inc, word, 0);                                                                      \
            BY(name, add, word + 1, (type)3, 0);                                                                      \
            type seen = OF(name, fetch, word - 1, 0), before;                                                         \
            while ((before = OF(name, compare_swap, word - 1, seen, (type)(seen + 2), 0)) != seen)                    \
                seen = before;                                                                                        \
        }                                                                                                             \
        BY(name, add, &name##_sum, sum, 0);                                                                           \
        quiet(ctx);                                                                                                   \
        shmem_barrier_all();                                                                                          \
        const int all = TIMES * pes;                                                                                  \
        if (me == 0) {                                                                                                \
            CHECK(*word == (type)all, #name "_atomic_fetch_inc of all PEs");                                          \
            CHECK(name##_sum == (type)(all * (all - 1) / 2), #name "_atomic_fetch_inc: each value once");             \
            CHECK(word[1] == (type)(3 * all), #name "_atomic_add of all PEs");                                        \
            CHECK(word[-1] == (type)(2 * all), #name "_atomic_compare_swap of all PEs");                              \
            name##_sum = (type)0;                                                                                     \
        }                                                                                                             \
        shmem_barrier_all();                                                                                          \
    }
#define SUM(name, type) static type name##_sum;
EACH_amo(SUM)
EACH_amo(STANDARD)

#define BITWISE(name, type)                                                                                           \
    static type name##_bits[3];                                                                                       \
    static void name##_bits_test(shmem_ctx_t ctx)                                                                     \
    {                                                                                                                 \
        const int pe = next_pe();                                                                                     \
        type *word = &name##_bits[1], got = (type)0;                                                                  \
        name##_bits[0] = name##_bits[2] = (type)-1;                                                                   \
        *word = (type)0xf0;                                                                                           \
        shmem_barrier_all();                                                                                          \
        CHECK(OF(name, fetch_or, word, (type)0x0c, pe) == (type)0xf0, #name "_atomic_fetch_or");                      \
        CHECK(OF(name, fetch_and, word, (type)0x3f, pe) == (type)0xfc, #name "_atomic_fetch_and");                    \
        CHECK(OF(name, fetch_xor, word, (type)0xff, pe) == (type)0x3c, #name "_atomic_fetch_xor");                    \
        BY(name, or, word, (type)0x01, pe);                                                                           \
        BY(name, and, word, (type)0xc1, pe);                                                                          \
        BY(name, xor, word, (type)0x80, pe);                                                                          \
        quiet(ctx);                                                                                                   \
        BY(name, fetch_or_nbi, &got, word, (type)0x02, pe);                                                           \
        quiet(ctx);                                                                                                   \
        CHECK(got == (type)0x41, #name "_atomic_or, _and, _xor, _fetch_or_nbi");                                      \
        BY(name, fetch_and_nbi, &got, word, (type)0x42, pe);                                                          \
        quiet(ctx);                                                                                                   \
        CHECK(got == (type)0x43, #name "_atomic_fetch_and_nbi");                                                      \
        BY(name, fetch_xor_nbi, &got, word, (type)0x03, pe);                                                          \
        quiet(ctx);                                                                                                   \
        CHECK(got == (type)0x42, #name "_atomic_fetch_xor_nbi");                                                      \
        shmem_barrier_all();                                                                                          \
        CHECK(*word == (type)0x41, #name "_atomic_fetch_xor_nbi");                                                    \
        CHECK(name##_bits[0] == (type)-1 && name##_bits[2] == (type)-1, "beside a word of " #name);                   \
        /* Each PE has a bit of its own. */                                                                           \
        name##_bits[0] = (type)0, name##_bits[1] = (type)-1, name##_bits[2] = (type)0;                                \
        shmem_barrier_all();                                                                                          \
        const type bit = (type)((type)1 << (me % 31));                                                                \
        for (int i = 0; i < TIMES + 1; i++) {                                                                         \
            BY(name, xor, word - 1, bit, 0);                                                                          \
            BY(name, and, word, (type)~bit, 0);                                                                       \
            BY(name, or, word + 1, bit, 0);                                                                           \
        }                                                                                                             \
        quiet(ctx);                                                                                                   \
        shmem_barrier_all();                                                                                          \
        if (me == 0 && pes < 31) {                                                                                    \
            const type all = (type)(((type)1 << pes) - 1);                                                            \
            CHECK(word[-1] == all, #name "_atomic_xor of all PEs");                                                   \
            CHECK(word[0] == (type)~all, #name "_atomic_and of all PEs");                                             \
            CHECK(word[1] == all, #name "_atomic_or of all PEs");                                                     \
        }                                                                                                             \
        shmem_barrier_all();                                                                                          \
    }
EACH_amo_bitwise(BITWISE)

/* Bitwise atomics of signed types: not of the specification, but of others. */
#define SIGNED_BITS(name, type)                                                                                       \
    static type name##_signed_bits;                                                                                   \
    static void name##_signed_bits_test(shmem_ctx_t ctx)                                                              \
    {                                                                                                                 \
        const int pe = next_pe();                                                                                     \
        type *word = &name##_signed_bits;                                                                             \
        *word = (type)-1;                                                                                             \
        shmem_barrier_all();                                                                                          \
        CHECK(OF(name, fetch_and, word, (type)0x3f, pe) == (type)-1, #name "_atomic_fetch_and");                      \
        CHECK(OF(name, fetch_or, word, (type)0x40, pe) == (type)0x3f, #name "_atomic_fetch_or");                      \
        CHECK(OF(name, fetch_xor, word, (type)0x0f, pe) == (type)0x7f, #name "_atomic_fetch_xor");                    \
        BY(name, and, word, (type)0x30, pe);                                                                          \
        BY(name, or, word, (type)0x03, pe);                                                                           \
        BY(name, xor, word, (type)-1, pe);                                                                            \
        quiet(ctx);                                                                                                   \
        shmem_barrier_all();                                                                                          \
        CHECK(*word == (type)~0x33, #name "_atomic_and, _or, _xor");                                                  \
        shmem_barrier_all();                                                                                          \
    }
EACH_old_amo(SIGNED_BITS)

/* Puts to one half of eight bytes, the home's own stores to the next one's, and atomics of all PEs to another. */
static void halves_test(void)
{
    enum { ROUNDS = 300 };
    static uint32_t half[4] __attribute__((aligned(16)));
    memset(half, 0, sizeof half);
    shmem_barrier_all();
    volatile uint32_t *own = &half[3];
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        shmem_uint32_atomic_inc(&half[0], 0);
        if (me == pes - 1) {
            shmem_uint32_p(&half[1], i, 0);
            shmem_quiet();
            CHECK(shmem_uint32_g(&half[1], 0) == i, "a put beside an atomic");
        }
        shmem_uint32_atomic_fetch_add(&half[2], 2, 0);
        if (me == 0) {
            *own = i;
            CHECK(*own == i, "a store beside an atomic");
        }
    }
    shmem_quiet();
    shmem_barrier_all();
    if (me == 0) {
        CHECK(half[0] == (uint32_t)(ROUNDS * pes), "an atomic beside puts");
        CHECK(half[1] == ROUNDS, "a put beside an atomic");
        CHECK(half[2] == (uint32_t)(2 * ROUNDS * pes), "an atomic beside stores");
        CHECK(half[3] == ROUNDS, "a store beside an atomic");
    }
    shmem_barrier_all();
}

int main(void)
{
    shmem_ctx_t other;
    begin();
    CHECK(shmem_ctx_create(SHMEM_CTX_PRIVATE, &other) == 0, "shmem_ctx_create");
    const shmem_ctx_t contexts[] = {SHMEM_CTX_INVALID, other};
    for (int i = 0; i < 2; i++) {
        const shmem_ctx_t ctx = contexts[i];
#define RUN_EXTENDED(name, type) name##_extended_test(ctx);
#define RUN_STANDARD(name, type) name##_standard_test(ctx);
#define RUN_BITWISE(name, type) name##_bits_test(ctx);
#define RUN_SIGNED(name, type) name##_signed_bits_test(ctx);
        EACH_amo_extended(RUN_EXTENDED)
        EACH_amo(RUN_STANDARD)
        EACH_amo_bitwise(RUN_BITWISE)
        EACH_old_amo(RUN_SIGNED)
    }
    halves_test();
    shmem_ctx_destroy(other);
    return end("atomics");
}
