/* Collectives over teams: synchronization, broadcast, collect, fcollect, alltoall, alltoalls, and reductions of all types
 * and operations, over the world, parts of it, and a team of one; few elements and many; repeated without any
 * synchronization in between. */

#include "check.h"

#define FEW 5
#define MANY 3000

static shmem_team_t team;
static int rank, size, world_of[64];

/* Large enough for what all PEs give. */
static void *from, *to;

/* Data in turns lies at two places, so that the next call may begin while others read what the last one gave. */
#define EXCHANGES(name, type, label, element, broadcast, collect, fcollect, alltoall, alltoalls)                      \
    static void label##_test(size_t count)                                                                            \
    {                                                                                                                 \
        element *own = (element *)from, *all = (element *)to;                                                         \
        const size_t n = count;                                                                                       \
        /* From the last one. */                                                                                      \
        for (int root = 0; root < size; root += size > 1 ? size - 1 : 1) {                                            \
            for (size_t i = 0; i < n; i++) own[i] = (element)number(me, (int)i), all[i] = (element)0;                 \
            shmem_team_sync(team);                                                                                    \
            CHECK(broadcast(team, all, own, n, root) == 0, #broadcast);                                               \
            for (size_t i = 0; i < n; i++) CHECK(all[i] == (element)number(world_of[root], (int)i), #broadcast);      \
            shmem_team_sync(team);                                                                                    \
        }                                                                                                             \
        for (size_t i = 0; i < n * (size_t)size; i++) all[i] = (element)0;                                            \
        shmem_team_sync(team);                                                                                        \
        CHECK(fcollect(team, all, own, n) == 0, #fcollect);                                                           \
        for (int p = 0; p < size; p++)                                                                                \
            for (size_t i = 0; i < n; i++)                                                                            \
                CHECK(all[(size_t)p * n + i] == (element)number(world_of[p], (int)i), #fcollect);                     \
        /* Each gives as many as its rank is, and some more; the first one of a large team gives none. */             \
        const size_t mine = size > 2 && rank == 0 ? 0 : n / 2 + (size_t)rank;                                         \
        shmem_team_sync(team);                                                                                        \
        for (int i = 0; i < (int)mine; i++) own[i] = (element)number(me, i + 3);                                      \
        shmem_team_sync(team);                                                                                        \
        CHECK(collect(team, all, own, mine) == 0, #collect);                                                          \
        size_t at = 0;                                                                                                \
        for (int p = 0; p < size; p++) {                                                                              \
            const size_t its = size > 2 && p == 0 ? 0 : n / 2 + (size_t)p;                                            \
            for (size_t i = 0; i < its; i++, at++)                                                                    \
                CHECK(all[at] == (element)number(world_of[p], (int)i + 3), #collect);                                 \
        }                                                                                                             \
        shmem_team_sync(team);                                                                                        \
        for (size_t i = 0; i < n * (size_t)size; i++) own[i] = (element)number(me, (int)i), all[i] = (element)0;      \
        shmem_team_sync(team);                                                                                        \
        CHECK(alltoall(team, all, own, n) == 0, #alltoall);                                                           \
        for (int p = 0; p < size; p++)                                                                                \
            for (size_t i = 0; i < n; i++)                                                                            \
                CHECK(all[(size_t)p * n + i] == (element)number(world_of[p], (int)((size_t)rank * n + i)), #alltoall); \
        shmem_team_sync(team);                                                                                        \
        for (size_t i = 0; i < 3 * n * (size_t)size; i++) {                                                           \
            own[i] = (element)number(me, (int)i);                                                                     \
            all[i] = (element)101;                                                                                    \
        }                                                                                                             \
        shmem_team_sync(team);                                                                                        \
        CHECK(alltoalls(team, all, own, 2, 3, n) == 0, #alltoalls);                                                   \
        for (int p = 0; p < size; p++)                                                                                \
            for (size_t i = 0; i < n; i++) {                                                                          \
                const size_t place = (size_t)p * n + i;                                                               \
                CHECK(all[2 * place] == (element)number(world_of[p], (int)(3 * ((size_t)rank * n + i))), #alltoalls); \
                CHECK(all[2 * place + 1] == (element)101, #alltoalls ": between");                                    \
            }                                                                                                         \
        shmem_team_sync(team);                                                                                        \
    }

#define TYPED(name, type)                                                                                             \
    EXCHANGES(name, type, name, type, SHMEM(name, broadcast), SHMEM(name, collect), SHMEM(name, fcollect),            \
              SHMEM(name, alltoall), SHMEM(name, alltoalls))
EACH_rma(TYPED)
EXCHANGES(, , mem, unsigned char, shmem_broadcastmem, shmem_collectmem, shmem_fcollectmem, shmem_alltoallmem,
          shmem_alltoallsmem)

/* What reduction of all must be: computed here, in the order of ranks, as the library promises. */
#define AND(a, b) ((a) & (b))
#define OR(a, b) ((a) | (b))
#define XOR(a, b) ((a) ^ (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define SUM(a, b) ((a) + (b))
#define PROD(a, b) ((a) * (b))

/* Operands whose products stay exact: mostly ones. */
#define OPERAND(type, pe, i) ((type)(((pe) + (int)(i)) % 4 == 0 ? 2 : ((pe) + (int)(i)) % 7 == 1 ? 3 : 1))

#define REDUCE(name, type, operation, OPERATION)                                                                      \
    static void name##_##operation##_reduce(size_t n)                                                                 \
    {                                                                                                                 \
        type *own = (type *)from, *all = (type *)to;                                                                  \
        for (size_t i = 0; i < n; i++) own[i] = OPERAND(type, me, i);                                                 \
        shmem_team_sync(team);                                                                                        \
        CHECK(SHMEM(name, operation##_reduce)(team, all, own, n) == 0, #name "_" #operation "_reduce");               \
        for (size_t i = 0; i < n; i++) {                                                                              \
            type must = OPERAND(type, world_of[0], i);                                                                \
            for (int p = 1; p < size; p++) must = (type)OPERATION(must, OPERAND(type, world_of[p], i));               \
            CHECK(all[i] == must, #name "_" #operation "_reduce");                                                    \
            CHECK(own[i] == OPERAND(type, me, i), #name "_" #operation "_reduce: its source");                        \
        }                                                                                                             \
        /* In place. */                                                                                               \
        shmem_team_sync(team);                                                                                        \
        CHECK(SHMEM(name, operation##_reduce)(team, own, own, n) == 0, #name "_" #operation "_reduce");               \
        for (size_t i = 0; i < n; i++) CHECK(own[i] == all[i], #name "_" #operation "_reduce in place");              \
        shmem_team_sync(team);                                                                                        \
    }
#define BITS(name, type) REDUCE(name, type, and, AND) REDUCE(name, type, or, OR) REDUCE(name, type, xor, XOR)
#define ORDER(name, type) REDUCE(name, type, max, MAX) REDUCE(name, type, min, MIN)
#define ARITHMETIC(name, type) REDUCE(name, type, sum, SUM) REDUCE(name, type, prod, PROD)
EACH_reduce_bits(BITS)
EACH_reduce_order(ORDER)
EACH_reduce_sum(ARITHMETIC)
/* Others have them, too. */
#define SIGNED_BITS(name, type) BITS(name, type)
EACH_to_all_bits(SIGNED_BITS)

/* Of floating point: the same bits on all PEs, and each time. */
static void same_everywhere(void)
{
    enum { N = 300 };
    double *own = (double *)from, *all = (double *)to, *first = all + N, *other = all + 2 * N;
    for (int i = 0; i < N; i++) own[i] = 1.0 / (1 + i + 7 * me) * (i % 3 ? 1e12 : 1e-7);
    shmem_team_sync(team);
    CHECK(shmem_double_sum_reduce(team, first, own, N) == 0, "shmem_double_sum_reduce");
    CHECK(shmem_double_sum_reduce(team, all, own, N) == 0, "shmem_double_sum_reduce");
    CHECK(memcmp(first, all, N * sizeof *all) == 0, "shmem_double_sum_reduce: the same each time");
    CHECK(shmem_double_broadcast(team, other, first, N, 0) == 0, "shmem_double_broadcast");
    CHECK(memcmp(other, all, N * sizeof *all) == 0, "shmem_double_sum_reduce: the same on all PEs");
    shmem_team_sync(team);
}

/* Calls in a row, with nothing in between. Targets lie in turns at two places: whoever is two calls ahead knows that all
 * have begun the last one, and so have read what the one before gave. */
static void in_a_row(void)
{
    long *own = (long *)from, *all = (long *)to;
    for (long i = 0; i < 60; i++) {
        long *target = all + 8 * (i % 2);
        long must = 0;
        *own = i * 100 + me;
        CHECK(shmem_long_sum_reduce(team, target, own, 1) == 0, "shmem_long_sum_reduce");
        for (int p = 0; p < size; p++) must += i * 100 + world_of[p];
        CHECK(*target == must, "shmem_long_sum_reduce in a row");
    }
    for (long i = 0; i < 60; i++) {
        long *target = all + 128 * (i % 2);
        *own = i * 100 + me;
        CHECK(shmem_long_fcollect(team, target, own, 1) == 0, "shmem_long_fcollect");
        for (int p = 0; p < size; p++) CHECK(target[p] == i * 100 + world_of[p], "shmem_long_fcollect in a row");
    }
    shmem_team_sync(team);
}

/* Nothing may come from anywhere, and go anywhere. */
static void nothing(void)
{
    CHECK(shmem_broadcastmem(team, NULL, NULL, 0, 0) == 0, "shmem_broadcastmem of nothing");
    CHECK(shmem_collectmem(team, NULL, NULL, 0) == 0, "shmem_collectmem of nothing");
    CHECK(shmem_fcollectmem(team, NULL, NULL, 0) == 0, "shmem_fcollectmem of nothing");
    CHECK(shmem_alltoallmem(team, NULL, NULL, 0) == 0, "shmem_alltoallmem of nothing");
    CHECK(shmem_alltoallsmem(team, NULL, NULL, 1, 1, 0) == 0, "shmem_alltoallsmem of nothing");
    CHECK(shmem_long_sum_reduce(team, NULL, NULL, 0) == 0, "shmem_long_sum_reduce of nothing");
    shmem_team_sync(team);
}

static void on(shmem_team_t which)
{
    team = which;
    if (team != SHMEM_TEAM_INVALID) {
        rank = shmem_team_my_pe(team);
        size = shmem_team_n_pes(team);
        CHECK(size > 0 && rank >= 0 && rank < size, "shmem_team_my_pe and shmem_team_n_pes");
        for (int p = 0; p < size; p++) {
            world_of[p] = shmem_team_translate_pe(team, p, SHMEM_TEAM_WORLD);
            CHECK(world_of[p] >= 0 && world_of[p] < pes, "shmem_team_translate_pe");
        }
        CHECK(world_of[rank] == me, "shmem_team_translate_pe");
#define RUN(name, type) name##_test(FEW);
        EACH_rma(RUN)
        mem_test(FEW);
        mem_test(1);
        mem_test(0);
        mem_test(4 * MANY + 3);
        int_test(MANY);
        longdouble_test(MANY / 3);
#define RUN_BITS(name, type) name##_and_reduce(FEW), name##_or_reduce(FEW), name##_xor_reduce(FEW);
#define RUN_ORDER(name, type) name##_max_reduce(FEW), name##_min_reduce(FEW);
#define RUN_ARITHMETIC(name, type) name##_sum_reduce(FEW), name##_prod_reduce(FEW);
        EACH_reduce_bits(RUN_BITS)
        EACH_to_all_bits(RUN_BITS)
        EACH_reduce_order(RUN_ORDER)
        EACH_reduce_sum(RUN_ARITHMETIC)
        ushort_xor_reduce(MANY), int_max_reduce(MANY), double_sum_reduce(MANY), complexd_prod_reduce(MANY / 4);
        same_everywhere();
        in_a_row();
        nothing();
    }
    shmem_barrier_all();
}

int main(void)
{
    shmem_team_t odd, last, one;
    begin();
    CHECK(pes <= 64, "the test is for 64 PEs");
    from = shmem_align(64, (size_t)pes * 65536);
    to = shmem_align(64, (size_t)pes * 65536);
    CHECK(from && to, "shmem_align");
    on(SHMEM_TEAM_WORLD);
    /* Every other PE; the last two thirds; the first PE alone. Who is not in it has no team, and takes no part. */
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 2, (pes + 1) / 2, NULL, 0, &odd) == 0, "split_strided");
    CHECK((odd != SHMEM_TEAM_INVALID) == (me % 2 == 0), "shmem_team_split_strided: who is in it");
    on(odd);
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, pes / 3, 1, pes - pes / 3, NULL, 0, &last) == 0, "split_strided");
    on(last);
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1, 1, NULL, 0, &one) == 0, "split_strided");
    on(one);
    shmem_team_destroy(one);
    shmem_team_destroy(last);
    shmem_team_destroy(odd);
    shmem_sync_all();
    shmem_free(to);
    shmem_free(from);
    return end("collectives");
}
