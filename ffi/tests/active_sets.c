/* The deprecated collectives over active sets: every other PE, all from some PE on, one alone. Work arrays lie in
 * variables and in the heap, and are used again, in turns, without any synchronization in between. */

#include "check.h"

#define FEW 6
#define MANY 2000

static int start, log_stride, size, rank;

static int world_of(int p) { return start + (p << log_stride); }

/* Work arrays in turns, as programs do it. */
static long sync_words[2][SHMEM_SYNC_SIZE];
static int turn;
static long *next_sync(void) { return sync_words[turn++ % 2]; }

static void *from, *to, *work;

static void wait_for_all(void) { shmem_sync(start, log_stride, size, next_sync()); }

#define EXCHANGES(bits)                                                                                        \
    static void exchange##bits(size_t n)                                                                       \
    {                                                                                                          \
        typedef uint##bits##_t element;                                                                        \
        element *own = (element *)from, *all = (element *)to;                                                  \
        for (int root = 0; root < size; root += size > 1 ? size - 1 : 1) {                                     \
            for (size_t i = 0; i < n; i++) own[i] = (element)number(me, (int)i), all[i] = 101;                 \
            wait_for_all();                                                                                    \
            shmem_broadcast##bits(all, own, n, root, start, log_stride, size, next_sync());                    \
            for (size_t i = 0; i < n; i++)                                                                     \
                CHECK(all[i] == (rank == root ? 101 : (element)number(world_of(root), (int)i)),                \
                      "shmem_broadcast" #bits);                                                                \
            wait_for_all();                                                                                    \
        }                                                                                                      \
        shmem_fcollect##bits(all, own, n, start, log_stride, size, next_sync());                               \
        for (int p = 0; p < size; p++)                                                                         \
            for (size_t i = 0; i < n; i++)                                                                     \
                CHECK(all[(size_t)p * n + i] == (element)number(world_of(p), (int)i), "shmem_fcollect" #bits); \
        for (size_t i = 0; i < n + (size_t)size; i++) own[i] = (element)number(me, (int)i);                    \
        wait_for_all();                                                                                        \
        shmem_collect##bits(all, own, n / 2 + (size_t)rank, start, log_stride, size, next_sync());             \
        size_t at = 0;                                                                                         \
        for (int p = 0; p < size; p++)                                                                         \
            for (size_t i = 0; i < n / 2 + (size_t)p; i++, at++)                                               \
                CHECK(all[at] == (element)number(world_of(p), (int)i), "shmem_collect" #bits);                 \
        for (size_t i = 0; i < 2 * n * (size_t)size; i++) own[i] = (element)number(me, (int)i);                \
        wait_for_all();                                                                                        \
        shmem_alltoall##bits(all, own, n, start, log_stride, size, next_sync());                               \
        for (int p = 0; p < size; p++)                                                                         \
            for (size_t i = 0; i < n; i++)                                                                     \
                CHECK(all[(size_t)p * n + i] == (element)number(world_of(p), (int)((size_t)rank * n + i)),     \
                      "shmem_alltoall" #bits);                                                                 \
        wait_for_all();                                                                                        \
        for (size_t i = 0; i < 3 * n * (size_t)size; i++) all[i] = 101;                                        \
        wait_for_all();                                                                                        \
        shmem_alltoalls##bits(all, own, 3, 2, n, start, log_stride, size, next_sync());                        \
        for (int p = 0; p < size; p++)                                                                         \
            for (size_t i = 0; i < n; i++) {                                                                   \
                const size_t place = (size_t)p * n + i;                                                        \
                CHECK(all[3 * place] == (element)number(world_of(p), (int)(2 * ((size_t)rank * n + i))),       \
                      "shmem_alltoalls" #bits);                                                                \
                CHECK(all[3 * place + 1] == 101, "shmem_alltoalls" #bits ": between");                         \
            }                                                                                                  \
        wait_for_all();                                                                                        \
    }
EACH_old_bits(EXCHANGES)

#define AND(a, b) ((a) & (b))
#define OR(a, b) ((a) | (b))
#define XOR(a, b) ((a) ^ (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define SUM(a, b) ((a) + (b))
#define PROD(a, b) ((a) * (b))
#define OPERAND(type, pe, i) ((type)(((pe) + (int)(i)) % 4 == 0 ? 2 : ((pe) + (int)(i)) % 7 == 1 ? 3 : 1))

#define REDUCE(name, type, operation, OPERATION)                                                                       \
    static void name##_##operation(int n)                                                                              \
    {                                                                                                                  \
        type *own = (type *)from, *all = (type *)to;                                                                   \
        for (int i = 0; i < n; i++) own[i] = OPERAND(type, me, i);                                                     \
        wait_for_all();                                                                                                \
        shmem_##name##_##operation##_to_all(all, own, n, start, log_stride, size, (type *)work, next_sync());          \
        for (int i = 0; i < n; i++) {                                                                                  \
            type must = OPERAND(type, world_of(0), i);                                                                 \
            for (int p = 1; p < size; p++) must = (type)OPERATION(must, OPERAND(type, world_of(p), i));                \
            CHECK(all[i] == must, "shmem_" #name "_" #operation "_to_all");                                            \
        }                                                                                                              \
        wait_for_all();                                                                                                \
        shmem_##name##_##operation##_to_all(own, own, n, start, log_stride, size, (type *)work, next_sync());          \
        for (int i = 0; i < n; i++) CHECK(own[i] == all[i], "shmem_" #name "_" #operation "_to_all in place");         \
        wait_for_all();                                                                                                \
    }
#define BITS(name, type) REDUCE(name, type, and, AND) REDUCE(name, type, or, OR) REDUCE(name, type, xor, XOR)
#define ORDER(name, type) REDUCE(name, type, max, MAX) REDUCE(name, type, min, MIN)
#define ARITHMETIC(name, type) REDUCE(name, type, sum, SUM) REDUCE(name, type, prod, PROD)
EACH_to_all_bits(BITS)
EACH_to_all_order(ORDER)
EACH_to_all_sum(ARITHMETIC)

/* Nobody leaves a barrier before all have come, and what was put before is there. */
static void barriers(void)
{
    static long count;
    static long seen[64];
    count = 0;
    wait_for_all();
    for (int i = 1; i <= 30; i++) {
        shmem_long_atomic_inc(&count, world_of(0));
        shmem_long_p(&seen[rank], i, world_of((rank + 1) % size));
        shmem_barrier(start, log_stride, size, next_sync());
        CHECK(shmem_long_g(&count, world_of(0)) == (long)i * size, "shmem_barrier");
        CHECK(seen[(rank + size - 1) % size] == i, "shmem_barrier: what was put");
        shmem_barrier(start, log_stride, size, next_sync());
    }
    count = 0;
}

/* Nothing may come from anywhere, and go anywhere. */
static void nothing(void)
{
    shmem_broadcast64(NULL, NULL, 0, 0, start, log_stride, size, next_sync());
    wait_for_all();
    shmem_collect32(NULL, NULL, 0, start, log_stride, size, next_sync());
    wait_for_all();
    shmem_fcollect64(NULL, NULL, 0, start, log_stride, size, next_sync());
    wait_for_all();
    shmem_alltoall32(NULL, NULL, 0, start, log_stride, size, next_sync());
    wait_for_all();
    shmem_alltoalls64(NULL, NULL, 1, 1, 0, start, log_stride, size, next_sync());
    wait_for_all();
    shmem_int_max_to_all(NULL, NULL, 0, start, log_stride, size, (int *)work, next_sync());
    wait_for_all();
}

static void over(int first, int log, int number_of)
{
    start = first, log_stride = log, size = number_of;
    rank = (me - first) >> log;
    if (me >= first && rank < size && world_of(rank) == me) {
        barriers();
#define RUN(bits) exchange##bits(FEW), exchange##bits(1), exchange##bits(MANY);
        EACH_old_bits(RUN)
#define RUN_BITS(name, type) name##_and(FEW), name##_or(FEW), name##_xor(FEW);
#define RUN_ORDER(name, type) name##_max(FEW), name##_min(FEW);
#define RUN_ARITHMETIC(name, type) name##_sum(FEW), name##_prod(FEW);
        EACH_to_all_bits(RUN_BITS)
        EACH_to_all_order(RUN_ORDER)
        EACH_to_all_sum(RUN_ARITHMETIC)
        int_max(MANY), double_sum(MANY), complexf_sum(MANY), longdouble_prod(MANY);
        nothing();
        barriers();
    }
    shmem_barrier_all();
}

int main(void)
{
    begin();
    CHECK(pes <= 64, "the test is for 64 PEs");
    const size_t room = (size_t)pes * 3 * MANY * 8 + 64;
    from = shmem_malloc(room);
    to = shmem_malloc(room);
    /* As much as any of the reductions may ask for. */
    work = shmem_malloc(16 * (MANY / 2 + 1 + SHMEM_REDUCE_MIN_WRKDATA_SIZE));
    CHECK(from && to && work, "shmem_malloc");
    for (int w = 0; w < 2; w++)
        for (int i = 0; i < SHMEM_SYNC_SIZE; i++) sync_words[w][i] = SHMEM_SYNC_VALUE;
    shmem_barrier_all();
    over(0, 0, pes);
    over(0, 1, (pes + 1) / 2);
    if (pes > 1) over(1, 0, pes - 1);
    if (pes > 2) over(1, 1, pes / 2);
    if (pes > 4) over(0, 2, (pes + 3) / 4);
    over(pes - 1, 0, 1);
    for (int w = 0; w < 2; w++)
        for (int i = 0; i < SHMEM_SYNC_SIZE; i++)
            CHECK(sync_words[w][i] == SHMEM_SYNC_VALUE, "pSync is as it was");
    return end("active_sets");
}
