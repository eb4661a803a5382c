/* Threads: each level is given; with SHMEM_THREAD_MULTIPLE all work at once, on the default context and on their own. */

#include <pthread.h>

#include "check.h"

enum { THREADS = 4, TIMES = 150, PLACES = 64 };

static long counts[THREADS], shared_count, lock, locked_count;
static long there[THREADS][PLACES];
static uint64_t signals[THREADS];
static int flags[THREADS];
static shmem_ctx_t shared_ctx;
static shmem_team_t teams[THREADS];
static long sums[THREADS][2];

/* A thread works with its like of the next PE. */
static void *work(void *which)
{
    const int t = *(int *)which, pe = next_pe();
    shmem_ctx_t own;
    CHECK(shmem_ctx_create(SHMEM_CTX_PRIVATE, &own) == 0, "shmem_ctx_create in threads");
    long values[PLACES], got[PLACES];
    for (int i = 0; i < TIMES; i++) {
        for (int k = 0; k < PLACES; k++) values[k] = 10000L * i + 100 * t + k;
        const shmem_ctx_t ctx = i % 3 == 0 ? own : i % 3 == 1 ? shared_ctx : SHMEM_CTX_DEFAULT;
        shmem_ctx_long_put_nbi(ctx, there[t], values, PLACES, pe);
        shmem_ctx_quiet(ctx);
        shmem_ctx_long_get(ctx, got, there[t], PLACES, pe);
        for (int k = 0; k < PLACES; k++) CHECK(got[k] == values[k], "put and get in threads");
        shmem_ctx_long_atomic_inc(ctx, &counts[t], 0);
        CHECK(shmem_ctx_long_atomic_fetch_add(ctx, &shared_count, 1, pes - 1) >= 0, "atomics in threads");
        shmem_ctx_quiet(ctx);
        if (i % 10 == 0) {
            shmem_set_lock(&lock);
            const long seen = shmem_long_g(&locked_count, 0);
            shmem_long_p(&locked_count, seen + 1, 0);
            shmem_clear_lock(&lock);
        }
    }
    /* Signals and waiting go around the ring, in each thread apart. */
    for (int i = 1; i <= 20; i++) {
        const uint64_t round = (uint64_t)i;
        if (me != 0) shmem_signal_wait_until(&signals[t], SHMEM_CMP_GE, round);
        shmem_long_put_signal(&there[t][0], &values[0], 1, &signals[t], round, SHMEM_SIGNAL_SET, pe);
        if (me == 0) shmem_signal_wait_until(&signals[t], SHMEM_CMP_GE, round);
    }
    shmem_int_p(&flags[t], 1, pe);
    shmem_int_wait_until(&flags[t], SHMEM_CMP_EQ, 1);
    /* Collectives of different teams at once. */
    for (long i = 0; i < 20; i++) {
        long *source = &sums[t][0], *target = &sums[t][1];
        *source = i + me;
        CHECK(shmem_long_sum_reduce(teams[t], target, source, 1) == 0, "reductions in threads");
        CHECK(*target == i * pes + pes * (pes - 1L) / 2, "reductions in threads");
        CHECK(shmem_team_sync(teams[t]) == 0, "shmem_team_sync in threads");
    }
    shmem_quiet();
    shmem_ctx_destroy(own);
    return NULL;
}

int main(int argc, char **argv)
{
    int provided = -1, numbers[THREADS];
    pthread_t threads[THREADS];
    const int level = argc > 1 ? atoi(argv[1]) : SHMEM_THREAD_MULTIPLE;
    /* There is no such level, which is no error; nothing has begun. */
    int unset = -5;
    CHECK(shmem_init_thread(SHMEM_THREAD_MULTIPLE + 1, &unset) != 0 && unset == -5, "shmem_init_thread");
    begin_as(level);
    shmem_query_thread(&provided);
    CHECK(provided >= level, "shmem_query_thread");
    if (level != SHMEM_THREAD_MULTIPLE) return end("threads, one at a time");

    CHECK(shmem_ctx_create(0, &shared_ctx) == 0, "shmem_ctx_create");
    for (int t = 0; t < THREADS; t++) {
        shmem_team_config_t config;
        config.num_contexts = 0;
        CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1, pes, &config, 0, &teams[t]) == 0, "split_strided");
    }
    shmem_barrier_all();
    for (int t = 0; t < THREADS; t++) {
        numbers[t] = t;
        CHECK(pthread_create(&threads[t], NULL, work, &numbers[t]) == 0, "pthread_create");
    }
    for (int t = 0; t < THREADS; t++) pthread_join(threads[t], NULL);
    shmem_barrier_all();
    if (me == 0) {
        for (int t = 0; t < THREADS; t++) CHECK(counts[t] == (long)TIMES * pes, "atomics in threads: none is lost");
        CHECK(locked_count == THREADS * (TIMES / 10L) * pes, "locks in threads");
    }
    if (me == pes - 1) CHECK(shared_count == (long)THREADS * TIMES * pes, "atomics in threads: none is lost");
    shmem_barrier_all();
    for (int t = 0; t < THREADS; t++) shmem_team_destroy(teams[t]);
    shmem_ctx_destroy(shared_ctx);
    return end("threads");
}
