/* What operations of OpenSHMEM cost, by routines that 1.4 has, so that the same program is compiled for any implementation:
 *
 *   operations [SECONDS FOR EACH FIGURE]
 *
 * Prints `NAME BYTES NANOSECONDS`. One-sided operations: PE 0 works on PE 1, the others wait. Collectives: a call by all
 * PEs. Signals: a round trip between two PEs, halved, by put-with-signal where it is there (1.5), else by what programs of
 * 1.4 do: put, fence, set. */

#include <shmem.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 1 << 20 };

static long sync_words[2][SHMEM_REDUCE_SYNC_SIZE + SHMEM_BCAST_SYNC_SIZE + SHMEM_ALLTOALL_SYNC_SIZE +
                          SHMEM_COLLECT_SYNC_SIZE + SHMEM_BARRIER_SYNC_SIZE];
static double work[2][MOST / sizeof(double) / 2 + 1 + SHMEM_REDUCE_MIN_WRKDATA_SIZE];
static long calls, word, lock;
static uint64_t flag;
static char *source, *target;
static int me, pes;
static double limit = 0.03;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

typedef void operation(size_t bytes, long times);

/* How often it fits into the limit, as PE 0 finds it; then it is measured. */
static void measure(const char *name, operation *run, size_t bytes, int by_all)
{
    for (long times = 1;; times *= 4) {
        shmem_barrier_all();
        const double start = now();
        if (by_all || me == 0) run(bytes, times);
        const double spent = now() - start;
        if (me == 0) calls = spent < limit / 4 || times < 64;
        shmem_barrier_all();
        const long next = shmem_long_g(&calls, 0);
        if (next == 0) {
            if (me == 0) printf("%s %zu %.2f\n", name, bytes, 1e9 * spent / (double)times);
            return;
        }
        shmem_barrier_all();
    }
}

#define LOOP(what) \
    for (long i = 0; i < times; i++) { what; }
#define RUN(name, what)                                                  \
    static void name(size_t bytes, long times)                           \
    {                                                                    \
        (void)bytes;                                                     \
        LOOP(what)                                                       \
    }
static volatile long kept;

RUN(put, shmem_putmem(target, source, bytes, 1); shmem_quiet())
RUN(put_many, shmem_putmem(target, source, bytes, 1))
RUN(get, shmem_getmem(target, source, bytes, 1))
RUN(p, shmem_long_p(&word, i, 1))
RUN(g, kept = shmem_long_g(&word, 1))
RUN(fetch_add, kept = shmem_long_atomic_fetch_add(&word, 1, 1))
RUN(add, shmem_long_atomic_add(&word, 1, 1))
RUN(swap, kept = shmem_long_atomic_swap(&word, i, 1))
RUN(compare_swap, kept = shmem_long_atomic_compare_swap(&word, 0, 1, 1))
RUN(fetch, kept = shmem_long_atomic_fetch(&word, 1))
RUN(fetch_add_int, kept = shmem_int_atomic_fetch_add((int *)&word, 1, 1))
RUN(set_and_clear_lock, shmem_set_lock(&lock); shmem_clear_lock(&lock))
RUN(barrier_all, shmem_barrier_all())
RUN(sync_all, shmem_sync_all())
RUN(broadcast, shmem_broadcast64(target, source, bytes / 8, 0, 0, 0, pes, sync_words[i % 2]))
RUN(fcollect, shmem_fcollect64(target, source, bytes / 8 / (size_t)pes, 0, 0, pes, sync_words[i % 2]))
RUN(alltoall, shmem_alltoall64(target, source, bytes / 8 / (size_t)pes, 0, 0, pes, sync_words[i % 2]))
RUN(sum_double, shmem_double_sum_to_all((double *)target, (double *)source, (int)(bytes / 8), 0, 0, pes, work[i % 2],
                                        sync_words[i % 2]))
RUN(max_long, shmem_long_max_to_all((long *)target, (long *)source, (int)(bytes / 8), 0, 0, pes, (long *)work[i % 2],
                                    sync_words[i % 2]))

/* There and back, counted as two. */
static void put_signal(size_t bytes, long times)
{
    static uint64_t round;
    for (long i = 0; i < (times + 1) / 2 && me < 2; i++) {
        round++;
        if (me == 1) shmem_long_wait_until((long *)&flag, SHMEM_CMP_GE, (long)round);
#if SHMEM_MAJOR_VERSION > 1 || SHMEM_MINOR_VERSION >= 5
        shmem_putmem_signal(target, source, bytes, &flag, round, SHMEM_SIGNAL_SET, 1 - me);
#else
        shmem_putmem(target, source, bytes, 1 - me);
        shmem_fence();
        shmem_long_p((long *)&flag, (long)round, 1 - me);
#endif
        if (me == 0) shmem_long_wait_until((long *)&flag, SHMEM_CMP_GE, (long)round);
    }
}

/* The next of a row of pseudo-random numbers (xorshift by Marsaglia). */
static inline uint64_t following(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ x << 17;
}

enum { TABLE = 1 << 21 };
static uint64_t *table;

/* Random updates, as HPC Challenge has them, of a table of 16 MiB on each PE: by loads and stores of its own, by g and p, by
 * atomics, and through shmem_ptr. */
static void gups_local(size_t bytes, long times)
{
    (void)bytes;
    uint64_t x = 88172645463325252u + (uint64_t)me;
    LOOP(x = following(x); table[x >> 20 & (TABLE - 1)] ^= x)
}
static void gups_g_p(size_t bytes, long times)
{
    (void)bytes;
    uint64_t x = 88172645463325252u + (uint64_t)me;
    LOOP(x = following(x); const int pe = (int)((x >> 8 & 0xfff) * (uint64_t)pes >> 12);
         long *place = (long *)&table[x >> 20 & (TABLE - 1)];
         shmem_long_p(place, shmem_long_g(place, pe) ^ (long)x, pe))
}
static void gups_xor(size_t bytes, long times)
{
    (void)bytes;
    uint64_t x = 88172645463325252u + (uint64_t)me;
    LOOP(x = following(x); const int pe = (int)((x >> 8 & 0xfff) * (uint64_t)pes >> 12);
         shmem_uint64_atomic_xor(&table[x >> 20 & (TABLE - 1)], x, pe))
}
static void gups_pointer(size_t bytes, long times)
{
    (void)bytes;
    uint64_t x = 88172645463325252u + (uint64_t)me, *tables[64];
    for (int pe = 0; pe < pes; pe++) tables[pe] = shmem_ptr(table, pe);
    LOOP(x = following(x); tables[(x >> 8 & 0xfff) * (uint64_t)pes >> 12][x >> 20 & (TABLE - 1)] ^= x)
}

/* From the least size on, then 64 B, 1 KiB, 16 KiB, 128 KiB, 1 MiB. */
static void by_size(const char *name, operation *run, size_t least, int by_all)
{
    const size_t sizes[] = {64, 1 << 10, 16 << 10, 128 << 10, MOST};
    measure(name, run, least, by_all);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i] > least) measure(name, run, sizes[i], by_all);
}

int main(int argc, char **argv)
{
    if (argc > 1) limit = atof(argv[1]);
    shmem_init();
    me = shmem_my_pe(), pes = shmem_n_pes();
    if (pes < 2 || pes > 64) {
        if (me == 0) fprintf(stderr, "operations: from 2 to 64 PEs\n");
        shmem_global_exit(2);
    }
    source = shmem_malloc(MOST), target = shmem_malloc(MOST), table = shmem_malloc(TABLE * sizeof *table);
    if (!source || !target || !table) {
        fprintf(stderr, "operations: no room in the symmetric heap\n");
        shmem_global_exit(2);
    }
    memset(source, 0, MOST), memset(target, 0, MOST);
    for (size_t i = 0; i < TABLE; i++) table[i] = i;
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < sizeof sync_words[0] / sizeof(long); i++) sync_words[turn][i] = SHMEM_SYNC_VALUE;
    shmem_barrier_all();

    by_size("put and quiet", put, 8, 0);
    by_size("put", put_many, 8, 0);
    by_size("get", get, 8, 0);
    measure("p", p, 8, 0);
    measure("g", g, 8, 0);
    measure("atomic fetch_add", fetch_add, 8, 0);
    measure("atomic add", add, 8, 0);
    measure("atomic swap", swap, 8, 0);
    measure("atomic compare_swap", compare_swap, 8, 0);
    measure("atomic fetch", fetch, 8, 0);
    measure("atomic fetch_add", fetch_add_int, 4, 0);
    measure("set_lock and clear_lock", set_and_clear_lock, 8, 0);
    by_size("put_signal, one way", put_signal, 8, 1);
    measure("barrier_all", barrier_all, 0, 1);
    measure("sync_all", sync_all, 0, 1);
    by_size("broadcast", broadcast, 8, 1);
    by_size("double sum", sum_double, 8, 1);
    by_size("long max", max_long, 8, 1);
    by_size("fcollect, of all", fcollect, 8 * (size_t)pes, 1);
    by_size("alltoall, of each", alltoall, 8 * (size_t)pes, 1);
    measure("GUPS, local memory", gups_local, 8, 1);
    measure("GUPS, g and p", gups_g_p, 8, 1);
    measure("GUPS, atomic xor", gups_xor, 8, 1);
    if (shmem_ptr(table, 1) && shmem_ptr(table, pes - 1)) measure("GUPS, shmem_ptr", gups_pointer, 8, 1);
    shmem_barrier_all();
    shmem_finalize();
    return 0;
}
