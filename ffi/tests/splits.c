/* Threads that split teams, and use active sets, at the same time; and teams until there are no more. */

#include <pthread.h>

#include "check.h"

enum { THREADS = 4, TIMES = 12, LONGS = 300, MOST = 100 };

static shmem_team_t bases[THREADS];
static long psync[THREADS][2][SHMEM_SYNC_SIZE], pwrk[THREADS][LONGS];
static long *sources[THREADS], *dests[THREADS];

static long value(int pe, int t, int turn, int i) { return 1000000L * pe + 10000L * t + 100L * turn + i; }

static void fill(int t, int turn, int count)
{
    for (int i = 0; i < count; i++) sources[t][i] = value(me, t, turn, i);
}

/* A part of the thread's team, which it splits while others split theirs. */
static void use_part(int t, int turn)
{
    shmem_team_t part = SHMEM_TEAM_INVALID;
    const int stride = 1 + turn % 2, size = (pes + stride - 1) / stride;
    CHECK(shmem_team_split_strided(bases[t], 0, stride, size, NULL, 0, &part) == 0, "split_strided in threads");
    CHECK((part != SHMEM_TEAM_INVALID) == (me % stride == 0), "split_strided in threads: who is a member");
    if (part == SHMEM_TEAM_INVALID) return;
    CHECK(shmem_team_my_pe(part) == me / stride && shmem_team_n_pes(part) == size, "split_strided in threads");
    for (int i = 0; i < 3; i++) {
        fill(t, turn, i == 2 ? LONGS : 3);
        CHECK(shmem_long_max_reduce(part, dests[t], sources[t], i == 2 ? LONGS : 3) == 0, "reductions in threads");
        CHECK(dests[t][2] == value((size - 1) * stride, t, turn, 2), "reductions in threads");
        CHECK(shmem_long_fcollect(part, dests[t], sources[t], 2) == 0, "fcollect in threads");
        for (int p = 0; p < size; p++)
            CHECK(dests[t][2 * p + 1] == value(p * stride, t, turn, 1), "fcollect in threads");
    }
    CHECK(shmem_team_sync(part) == 0, "shmem_team_sync in threads");
    shmem_team_destroy(part);
}

/* All threads use the active set of all PEs, each with work arrays of its own. */
static void use_active_set(int t, int turn)
{
    long *own = sources[t], *all = dests[t];
    for (int count = 1; count <= LONGS; count += LONGS - 1) {
        const int root = turn % pes;
        fill(t, turn, count);
        all[0] = -1;
        shmem_broadcast64(all, own, (size_t)count, root, 0, 0, pes, psync[t][0]);
        if (me != root)
            CHECK(all[count - 1] == value(root, t, turn, count - 1), "broadcasts over active sets in threads");
        else
            CHECK(all[0] == -1, "broadcasts over active sets: the root's own");
        shmem_long_sum_to_all(all, own, count, 0, 0, pes, pwrk[t], psync[t][1]);
        long sum = 0;
        for (int p = 0; p < pes; p++) sum += value(p, t, turn, count - 1);
        CHECK(all[count - 1] == sum, "reductions over active sets in threads");
        shmem_barrier(0, 0, pes, psync[t][0]);
        shmem_collect64(all, own, (size_t)(me % 2), 0, 0, pes, psync[t][1]);
        for (int p = 1; p < pes; p += 2) CHECK(all[p / 2] == value(p, t, turn, 0), "collect over active sets");
        shmem_sync(0, 0, pes, psync[t][0]);
    }
    for (int w = 0; w < 2; w++)
        for (int i = 0; i < SHMEM_SYNC_SIZE; i++) CHECK(psync[t][w][i] == SHMEM_SYNC_VALUE, "pSync is at rest");
}

static void *work(void *which)
{
    const int t = *(int *)which;
    for (int turn = 0; turn < TIMES; turn++) {
        use_part(t, turn);
        use_active_set(t, turn);
    }
    return NULL;
}

/* There are as many teams on all PEs, and as many again when they have ended. */
static void until_no_more(void)
{
    static long most, of_all;
    shmem_team_t teams[MOST];
    for (int again = 0; again < 2; again++) {
        long count = 0;
        while (count < MOST && shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1, pes, NULL, 0, &teams[count]) == 0)
            count++;
        CHECK(count >= 16 && count < MOST, "teams end at some time");
        CHECK(teams[count] == SHMEM_TEAM_INVALID, "a team that there is not");
        most = count;
        CHECK(shmem_long_min_reduce(teams[count - 1], &of_all, &most, 1) == 0 && of_all == most, "as many on all");
        CHECK(shmem_long_max_reduce(teams[0], &of_all, &most, 1) == 0 && of_all == most, "as many on all");
        while (count > 0) shmem_team_destroy(teams[--count]);
    }
}

int main(void)
{
    int numbers[THREADS];
    pthread_t threads[THREADS];
    begin_as(SHMEM_THREAD_MULTIPLE);
    for (int t = 0; t < THREADS; t++) {
        sources[t] = shmem_malloc(LONGS * sizeof(long));
        dests[t] = shmem_malloc(((size_t)pes + LONGS) * 2 * sizeof(long));
        CHECK(sources[t] && dests[t], "shmem_malloc");
        CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1, pes, NULL, 0, &bases[t]) == 0, "split_strided");
    }
    shmem_barrier_all();
    for (int t = 0; t < THREADS; t++) {
        numbers[t] = t;
        CHECK(pthread_create(&threads[t], NULL, work, &numbers[t]) == 0, "pthread_create");
    }
    for (int t = 0; t < THREADS; t++) pthread_join(threads[t], NULL);
    for (int t = 0; t < THREADS; t++) shmem_team_destroy(bases[t]);
    shmem_barrier_all();
    until_no_more();
    return end("splits");
}
