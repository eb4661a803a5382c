/* What operations of OpenSHMEM cost, by routines that 1.4 has, so that the same program is compiled for any implementation:
 *
 *   operations [SECONDS OF A SAMPLE] [PART OF A NAME…]
 *
 * Each operation is done a few times first, and what has come of it is looked at: what is wrong ends the job. Then it is
 * measured, and for each sample a line `NAME BYTES NANOSECONDS` printed; at the end `complete`. With parts of names, only
 * what has one of them in its own.
 *
 * One-sided operations: PE 0 works on PE 1, and the others sleep. Collectives: a call by all PEs. Signals: a round trip
 * between two PEs, halved, by put-with-signal where it is there (1.5), else by what programs of 1.4 do: put, fence, set. */

#include <shmem.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 1 << 20, SAMPLES = 7, TRIED = 3, TABLE = 1 << 21 };
#define WORDS(bytes) ((long)((bytes) / sizeof(long)))

enum {
    SYNC_WORDS = SHMEM_REDUCE_SYNC_SIZE + SHMEM_BCAST_SYNC_SIZE + SHMEM_ALLTOALL_SYNC_SIZE + SHMEM_COLLECT_SYNC_SIZE +
                 SHMEM_BARRIER_SYNC_SIZE,
    WORK = MOST / sizeof(double) / 2 + 1 + SHMEM_REDUCE_MIN_WRKDATA_SIZE
};

/* All that PEs share lies in the heap, as that is where each implementation is at its best. */
static long *sync_words[2], *workers_sync, *next, *turn, *word, *lock, *counter;
static double *work[2];
static uint64_t *flag, table_seed = 88172645463325252u;
static long *source, *target;
static double *numbers;
static uint64_t *table, *local;
static int me, pes;
static double limit = 0.01;
static volatile long kept;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* What PE `pe` has at index `i` of its source, as a whole number and as a double. */
static long given(int pe, long i)
{
    return (pe + 1) * 1000003L + i * 7;
}
static double number(int pe, long i)
{
    return (double)(pe + 1) * 0.5 + (double)(i % 1000);
}

typedef void operation(size_t bytes, long times);
typedef int result(size_t bytes, long times);

#define LOOP(what) \
    for (long i = 0; i < times; i++) { what; }
#define RUN(name, what)                      \
    static void name(size_t bytes, long times) \
    {                                        \
        (void)bytes;                         \
        LOOP(what)                           \
    }
/* Whether `times` operations have done what they should, as far as this PE can see. */
#define RIGHT(name, what)                          \
    static int name##_right(size_t bytes, long times) \
    {                                              \
        (void)bytes, (void)times;                  \
        return what;                               \
    }

static int is_given(const long *at, size_t bytes, int pe, long first)
{
    for (long i = 0; i < WORDS(bytes); i++)
        if (at[i] != given(pe, first + i)) return 0;
    return 1;
}

RUN(put, shmem_putmem(target, source, bytes, 1); shmem_quiet())
RIGHT(put, me != 1 || is_given(target, bytes, 0, 0))
RUN(put_many, shmem_putmem(target, source, bytes, 1))
RUN(get, shmem_getmem(target, source, bytes, 1))
RIGHT(get, me != 0 || is_given(target, bytes, 1, 0))
RUN(p, shmem_long_p(word, i, 1))
RUN(p_quiet, shmem_long_p(word, i, 1); shmem_quiet())
RIGHT(p, me != 1 || *word == times - 1)
RUN(g, kept = shmem_long_g(source, 1))
RUN(fetch, kept = shmem_long_atomic_fetch(source, 1))
RIGHT(g, me != 0 || kept == given(1, 0))
RUN(fetch_add, kept = shmem_long_atomic_fetch_add(word, 3, 1))
RIGHT(fetch_add, me == 1 ? *word == 3 * times : me != 0 || kept == 3 * (times - 1))
RUN(add, shmem_long_atomic_add(word, 3, 1))
RIGHT(add, me != 1 || *word == 3 * times)
RUN(swap, kept = shmem_long_atomic_swap(word, i + 1, 1))
RIGHT(swap, me == 1 ? *word == times : me != 0 || kept == times - 1)
RUN(compare_swap, kept = shmem_long_atomic_compare_swap(word, i, i + 1, 1))
RUN(fetch_add_int, kept = shmem_int_atomic_fetch_add((int *)word, 3, 1))
RUN(set_and_clear_lock, shmem_set_lock(lock); shmem_clear_lock(lock))
RUN(barrier_all, shmem_barrier_all())
RUN(sync_all, shmem_sync_all())
RUN(broadcast, shmem_broadcast64(target, source, bytes / 8, 0, 0, 0, pes, sync_words[i % 2]))
RIGHT(broadcast, me == 0 || is_given(target, bytes, 0, 0))
RUN(fcollect, shmem_fcollect64(target, source, bytes / 8 / (size_t)pes, 0, 0, pes, sync_words[i % 2]))
RUN(alltoall, shmem_alltoall64(target, source, bytes / 8 / (size_t)pes, 0, 0, pes, sync_words[i % 2]))
RUN(sum_double, shmem_double_sum_to_all((double *)target, numbers, (int)(bytes / 8), 0, 0, pes, work[i % 2], sync_words[i % 2]))
RUN(max_long, shmem_long_max_to_all(target, source, (int)(bytes / 8), 0, 0, pes, (long *)work[i % 2], sync_words[i % 2]))

static int fcollect_right(size_t bytes, long times)
{
    const size_t each = bytes / 8 / (size_t)pes;
    (void)times;
    for (int pe = 0; pe < pes; pe++)
        if (!is_given(target + each * (size_t)pe, 8 * each, pe, 0)) return 0;
    return 1;
}
static int alltoall_right(size_t bytes, long times)
{
    const size_t each = bytes / 8 / (size_t)pes;
    (void)times;
    for (int pe = 0; pe < pes; pe++)
        if (!is_given(target + each * (size_t)pe, 8 * each, pe, (long)each * me)) return 0;
    return 1;
}
static int sum_double_right(size_t bytes, long times)
{
    (void)times;
    for (long i = 0; i < WORDS(bytes); i++) {
        double sum = 0;
        for (int pe = 0; pe < pes; pe++) sum += number(pe, i);
        if (((double *)target)[i] != sum) return 0;
    }
    return 1;
}
RIGHT(max_long, is_given(target, bytes, pes - 1, 0))

/* All PEs count at PE 0, each under the lock. */
static int lock_right(size_t bytes, long times)
{
    (void)bytes;
    LOOP(shmem_set_lock(lock); shmem_long_p(counter, shmem_long_g(counter, 0) + 1, 0); shmem_clear_lock(lock))
    shmem_barrier_all();
    return me != 0 || *counter == times * pes;
}

/* Nobody goes on before the one behind it has come. */
static int barrier_right(size_t bytes, long times)
{
    int right = 1;
    (void)bytes;
    LOOP(shmem_long_p(word, i + 1, (me + 1) % pes); shmem_barrier_all(); right &= *word == i + 1; shmem_barrier_all())
    return right;
}
static int sync_right(size_t bytes, long times)
{
    int right = 1;
    (void)bytes;
    LOOP(shmem_long_p(word, i + 1, (me + 1) % pes); shmem_quiet(); shmem_sync_all(); right &= *word == i + 1; shmem_sync_all())
    return right;
}

/* There and back, counted as two. */
static void put_signal(size_t bytes, long times)
{
    static uint64_t round;
    for (long i = 0; i < (times + 1) / 2 && me < 2; i++) {
        round++;
        if (me == 1) shmem_long_wait_until((long *)flag, SHMEM_CMP_GE, (long)round);
#if SHMEM_MAJOR_VERSION > 1 || SHMEM_MINOR_VERSION >= 5
        shmem_putmem_signal(target, source, bytes, flag, round, SHMEM_SIGNAL_SET, 1 - me);
#else
        shmem_putmem(target, source, bytes, 1 - me);
        shmem_fence();
        shmem_long_p((long *)flag, (long)round, 1 - me);
#endif
        if (me == 0) shmem_long_wait_until((long *)flag, SHMEM_CMP_GE, (long)round);
    }
}
RIGHT(put_signal, me > 1 || is_given(target, bytes, 1 - me, 0))

/* Random updates, as HPC Challenge has them, of a table of 16 MiB on each PE: by g and p, by atomics, and through shmem_ptr;
 * and the same loop on as many words of the PE's own, by loads and stores and by atomics of the compiler. */
#define UPDATE(name, what)                                                       \
    static void name(size_t bytes, long times)                                   \
    {                                                                            \
        (void)bytes;                                                             \
        uint64_t x = table_seed, *const shared = table, *const own = local;      \
        const uint64_t all = (uint64_t)pes;                                      \
        (void)shared, (void)own;                                                 \
        LOOP(x ^= x << 13; x ^= x >> 7; x ^= x << 17;                            \
             const int pe = (int)((x >> 8 & 0xfff) * all >> 12);                 \
             const size_t index = x >> 20 & (TABLE - 1);                         \
             what)                                                               \
    }
UPDATE(gups_local, own[(size_t)pe * TABLE + index] ^= x)
UPDATE(gups_local_atomic, __atomic_fetch_xor(&own[(size_t)pe * TABLE + index], x, __ATOMIC_RELAXED))
UPDATE(gups_g_p, shmem_uint64_p(&shared[index], shmem_uint64_g(&shared[index], pe) ^ x, pe))
UPDATE(gups_xor, shmem_uint64_atomic_xor(&shared[index], x, pe))
static uint64_t *tables[64];
UPDATE(gups_pointer, tables[pe][index] ^= x)

/* The same updates once more take them back; each PE in its turn where they are not atomic. */
static int gups_right(operation *update, long times)
{
    int right = 1;
    for (long i = 0; i < TABLE; i++) right &= table[i] != 0;
    (void)times;
    for (int pe = 0; pe < pes; pe++) {
        if (pe == me) update(0, 10000);
        shmem_barrier_all();
    }
    long changed = 0;
    for (long i = 0; i < TABLE; i++) changed += table[i] != (uint64_t)i + 1;
    shmem_barrier_all();
    for (int pe = 0; pe < pes; pe++) {
        if (pe == me) update(0, 10000);
        shmem_barrier_all();
    }
    for (long i = 0; i < TABLE; i++) right &= table[i] == (uint64_t)i + 1;
    return right && changed > 1000;
}
RIGHT(gups_g_p, gups_right(gups_g_p, times))
RIGHT(gups_xor, gups_right(gups_xor, times))
RIGHT(gups_pointer, gups_right(gups_pointer, times))

/* Ends the job if an operation does not do what it should. */
static void check(const char *name, operation *run, result *right, size_t bytes, int workers)
{
    for (long i = 0; i < WORDS(MOST); i++) source[i] = given(me, i), target[i] = 0;
    *word = *counter = 0, kept = -1;
    shmem_barrier_all();
    if (run) {
        for (long i = 0; i < TRIED && workers == pes; i++) {
            run(bytes, 1);
            shmem_barrier_all();
        }
        if (me < workers && workers < pes) run(bytes, workers == 2 ? TRIED + 1 : TRIED);
        shmem_barrier_all();
    }
    if (!right(bytes, TRIED)) {
        fprintf(stderr, "operations: PE %d of %d: %s of %zu bytes does not do what it should\n", me, pes, name, bytes);
        shmem_global_exit(1);
    }
    shmem_barrier_all();
}

static void together(int workers)
{
    if (workers > 1) shmem_barrier(0, 0, workers, workers_sync);
}

/* As often as it fits into the limit, as PE 0 finds it, for each sample; by the first `workers` PEs, while the others sleep. */
static void measure(const char *name, operation *run, size_t bytes, int workers)
{
    static long figure;
    const struct timespec nap = {0, 50000};
    figure++;
    shmem_barrier_all();
    while (me >= workers && shmem_long_g(turn, me) < figure) nanosleep(&nap, 0);
    int samples = 0;
    for (long times = 1; times && me < workers;) {
        together(workers);
        const double start = now();
        run(bytes, times);
        const double spent = now() - start;
        if (samples > 0 && me == 0) printf("%s %zu %.3f\n", name, bytes, 1e9 * spent / (double)times);
        *next = times;
        if (samples > 0 || (spent >= limit / 3 && times >= 16)) samples++;
        else *next = times * 3;
        if (samples > SAMPLES) *next = 0;
        const long said = *next;
        together(workers);
        if (me == 0)
            for (int pe = 1; pe < workers; pe++) shmem_long_p(next, said, pe);
        together(workers);
        times = *next;
    }
    if (me == 0)
        for (int pe = workers; pe < pes; pe++) shmem_long_p(turn, figure, pe);
    shmem_barrier_all();
}

static char **wanted;

static void figure(const char *name, operation *run, result *right, size_t bytes, int workers)
{
    int is_wanted = !*wanted;
    for (char **part = wanted; *part; part++) is_wanted |= strstr(name, *part) != 0;
    if (!is_wanted) return;
    const int own_way = right == lock_right || right == barrier_right || right == sync_right || !strncmp(name, "GUPS", 4);
    if (right) check(name, own_way ? 0 : run, right, bytes, workers);
    measure(name, run, bytes, workers);
}

/* From the least size on, then 64 B, 1 KiB, 16 KiB, 128 KiB, 1 MiB. */
static void by_size(const char *name, operation *run, result *right, size_t least, int workers)
{
    const size_t sizes[] = {64, 1 << 10, 16 << 10, 128 << 10, MOST};
    figure(name, run, right, least, workers);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i] > least) figure(name, run, right, sizes[i], workers);
}

int main(int argc, char **argv)
{
    if (argc > 1) limit = atof(argv[1]);
    wanted = argv + (argc > 1 ? 2 : 1);
    shmem_init();
    me = shmem_my_pe(), pes = shmem_n_pes();
    if (pes < 2 || pes > 64 || !(limit > 0)) {
        if (me == 0) fprintf(stderr, "operations: from 2 to 64 PEs, and more than 0 seconds\n");
        shmem_global_exit(2);
    }
    source = shmem_malloc(MOST), target = shmem_malloc(MOST), numbers = shmem_malloc(MOST);
    table = shmem_malloc(TABLE * sizeof *table), local = malloc((size_t)pes * TABLE * sizeof *local);
    for (int set = 0; set < 2; set++) {
        sync_words[set] = shmem_malloc(SYNC_WORDS * sizeof(long)), work[set] = shmem_malloc(WORK * sizeof(double));
        for (long i = 0; sync_words[set] && i < SYNC_WORDS; i++) sync_words[set][i] = SHMEM_SYNC_VALUE;
    }
    workers_sync = shmem_malloc(SYNC_WORDS * sizeof(long));
    for (long i = 0; workers_sync && i < SYNC_WORDS; i++) workers_sync[i] = SHMEM_SYNC_VALUE;
    /* Each has a cache line for itself. */
    long *words = shmem_malloc(6 * 64);
    if (!source || !target || !numbers || !table || !local || !workers_sync || !work[1] || !words) {
        fprintf(stderr, "operations: no room in the symmetric heap\n");
        shmem_global_exit(2);
    }
    for (long i = 0; i < WORDS(MOST); i++) numbers[i] = number(me, i);
    for (size_t i = 0; i < TABLE; i++) table[i] = i + 1;
    for (size_t i = 0; i < (size_t)pes * TABLE; i++) local[i] = i + 1;
    table_seed += (uint64_t)me;
    for (int pe = 0; pe < pes; pe++) tables[pe] = shmem_ptr(table, pe);
    memset(words, 0, 6 * 64);
    next = words, turn = words + 8, word = words + 16, lock = words + 24, counter = words + 32, flag = (uint64_t *)words + 40;
    shmem_barrier_all();

    const size_t each = 8 * (size_t)pes;
    by_size("put and quiet", put, put_right, 8, 1);
    by_size("put", put_many, put_right, 8, 1);
    by_size("get", get, get_right, 8, 1);
    figure("p", p, p_right, 8, 1);
    figure("p and quiet", p_quiet, p_right, 8, 1);
    figure("g", g, g_right, 8, 1);
    figure("atomic fetch_add", fetch_add, fetch_add_right, 8, 1);
    figure("atomic add", add, add_right, 8, 1);
    figure("atomic swap", swap, swap_right, 8, 1);
    figure("atomic compare_swap", compare_swap, swap_right, 8, 1);
    figure("atomic fetch", fetch, g_right, 8, 1);
    figure("atomic fetch_add", fetch_add_int, fetch_add_right, 4, 1);
    figure("set_lock and clear_lock", set_and_clear_lock, lock_right, 8, 1);
    by_size("put_signal, one way", put_signal, put_signal_right, 8, 2);
    figure("barrier_all", barrier_all, barrier_right, 0, pes);
    figure("sync_all", sync_all, sync_right, 0, pes);
    by_size("broadcast", broadcast, broadcast_right, 8, pes);
    by_size("double sum", sum_double, sum_double_right, 8, pes);
    by_size("long max", max_long, max_long_right, 8, pes);
    by_size("fcollect, of all", fcollect, fcollect_right, each, pes);
    by_size("alltoall, of all", alltoall, alltoall_right, each, pes);
    figure("GUPS, local memory", gups_local, 0, 8, pes);
    figure("GUPS, local memory, atomic", gups_local_atomic, 0, 8, pes);
    figure("GUPS, g and p", gups_g_p, gups_g_p_right, 8, pes);
    /* Lost updates of the last one must not be taken for wrong ones of the next. */
    for (size_t i = 0; i < TABLE; i++) table[i] = i + 1;
    shmem_barrier_all();
    figure("GUPS, atomic xor", gups_xor, gups_xor_right, 8, pes);
    for (size_t i = 0; i < TABLE; i++) table[i] = i + 1;
    shmem_barrier_all();
    if (tables[1] && tables[pes - 1]) figure("GUPS, shmem_ptr", gups_pointer, gups_pointer_right, 8, pes);
    shmem_barrier_all();
    if (me == 0) printf("complete\n");
    fflush(stdout);
    shmem_finalize();
    return 0;
}
