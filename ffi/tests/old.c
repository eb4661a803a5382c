/* What is deprecated and has no test elsewhere: start_pes, _my_pe, _num_pes, shmalloc and its kin, the atomics before
 * 1.4, caches. There is no shmem_finalize here: a program that calls start_pes ends without it. */

#include <mpp/shmem.h>

#include "check.h"

#define EXTENDED(name, type)                                                                                          \
    static type name##_extended;                                                                                      \
    static void name##_extended_test(void)                                                                            \
    {                                                                                                                 \
        const int pe = next_pe();                                                                                     \
        shmem_barrier_all();                                                                                          \
        SHMEM(name, set)(&name##_extended, (type)5, pe);                                                              \
        shmem_quiet();                                                                                                \
        CHECK(SHMEM(name, fetch)(&name##_extended, pe) == (type)5, "shmem_" #name "_set, _fetch");                    \
        CHECK(SHMEM(name, swap)(&name##_extended, (type)6, pe) == (type)5, "shmem_" #name "_swap");                   \
        shmem_barrier_all();                                                                                          \
        CHECK(name##_extended == (type)6, "shmem_" #name "_swap");                                                    \
    }
EACH_old_amo_extended(EXTENDED)
EACH_old_amo_others(EXTENDED)

#define STANDARD(name, type)                                                                                          \
    static type name##_standard;                                                                                      \
    static void name##_standard_test(void)                                                                            \
    {                                                                                                                 \
        const int pe = next_pe();                                                                                     \
        type *word = &name##_standard;                                                                                \
        *word = (type)1;                                                                                              \
        shmem_barrier_all();                                                                                          \
        CHECK(SHMEM(name, cswap)(word, (type)1, (type)4, pe) == (type)1, "shmem_" #name "_cswap");                    \
        CHECK(SHMEM(name, cswap)(word, (type)1, (type)5, pe) == (type)4, "shmem_" #name "_cswap");                    \
        CHECK(SHMEM(name, finc)(word, pe) == (type)4, "shmem_" #name "_finc");                                        \
        CHECK(SHMEM(name, fadd)(word, (type)10, pe) == (type)5, "shmem_" #name "_fadd");                              \
        SHMEM(name, inc)(word, pe);                                                                                   \
        SHMEM(name, add)(word, (type)-6, pe);                                                                         \
        shmem_barrier_all();                                                                                          \
        CHECK(*word == (type)10, "shmem_" #name "_inc, _add");                                                        \
        shmem_barrier_all();                                                                                          \
        SHMEM(name, inc)(word, 0);                                                                                    \
        shmem_barrier_all();                                                                                          \
        if (me == 0) CHECK(*word == (type)(10 + pes), "shmem_" #name "_inc of all PEs");                              \
        shmem_barrier_all();                                                                                          \
    }
EACH_old_amo(STANDARD)
EACH_old_amo_others(STANDARD)

static void allocations(void)
{
    long *place = (long *)shmalloc(10 * sizeof *place);
    CHECK(place != NULL, "shmalloc");
    for (int i = 0; i < 10; i++) place[i] = i;
    place = (long *)shrealloc(place, 1000 * sizeof *place);
    CHECK(place != NULL && place[9] == 9, "shrealloc");
    long *aligned = (long *)shmemalign(4096, sizeof *aligned);
    CHECK(aligned != NULL && (uintptr_t)aligned % 4096 == 0, "shmemalign");
    shmem_long_p(aligned, me, next_pe());
    shmem_long_p(&place[999], me, next_pe());
    shmem_barrier_all();
    CHECK(*aligned == last_pe() && place[999] == last_pe(), "shmalloc, shmemalign");
    shmem_barrier_all();
    shfree(aligned);
    shfree(place);
}

static void swap_of_longs(void)
{
    static long word;
    word = 3;
    shmem_barrier_all();
    CHECK((shmem_swap)(&word, 8, next_pe()) == 3, "shmem_swap");
    shmem_barrier_all();
    CHECK(word == 8, "shmem_swap");
}

static void caches(void)
{
    static long word;
    shmem_set_cache_inv();
    shmem_set_cache_line_inv(&word);
    shmem_clear_cache_line_inv(&word);
    shmem_clear_cache_inv();
    shmem_udcflush();
    shmem_udcflush_line(&word);
}

int main(void)
{
    start_pes(0);
    me = _my_pe();
    pes = _num_pes();
    CHECK(me == shmem_my_pe() && pes == shmem_n_pes(), "_my_pe and _num_pes");
#define RUN_EXTENDED(name, type) name##_extended_test();
#define RUN_STANDARD(name, type) name##_standard_test();
    EACH_old_amo_extended(RUN_EXTENDED)
    EACH_old_amo_others(RUN_EXTENDED)
    EACH_old_amo(RUN_STANDARD)
    EACH_old_amo_others(RUN_STANDARD)
    allocations();
    swap_of_longs();
    caches();
    shmem_long_atomic_add(&checks_of_all, checks_here, 0);
    shmem_barrier_all();
    if (me == 0) printf("ok old: %d PEs, %ld checks\n", pes, checks_of_all);
    return 0;
}
