/* Random updates of a table that all PEs share: each xors words anywhere in it. Counted in billions of updates a second, and
 * beside the same loop on a table of the PE's own.
 *
 *   gups [LOG2 OF WORDS ON EACH PE] [UPDATES OF EACH PE] */

#include <shmem.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

static double seconds(void)
{
    struct timeval now;
    gettimeofday(&now, NULL);
    return (double)now.tv_sec + 1e-6 * (double)now.tv_usec;
}

/* The next of a row of pseudo-random numbers (xorshift by Marsaglia). */
static uint64_t following(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ x << 17;
}

static uint64_t wrong_here, wrong;
static double time_here, time_of_all;

static double slowest(double own)
{
    time_here = own;
    shmem_double_max_reduce(SHMEM_TEAM_WORLD, &time_of_all, &time_here, 1);
    return time_of_all;
}

int main(int argc, char **argv)
{
    const int log = argc > 1 ? atoi(argv[1]) : 16;
    const uint64_t updates = argc > 2 ? strtoull(argv[2], NULL, 0) : 200000;
    shmem_init();
    const int me = shmem_my_pe(), pes = shmem_n_pes();
    if (log < 1 || log > 40) {
        if (me == 0) fprintf(stderr, "gups: the first argument is from 1 to 40\n");
        shmem_global_exit(2);
    }
    const uint64_t words = (uint64_t)1 << log;
    uint64_t *table = shmem_malloc(words * sizeof *table), *local = malloc(words * sizeof *local);
    if (!table || !local) {
        fprintf(stderr, "gups: no room for %lu words; SHMEM_SYMMETRIC_SIZE gives more\n", (unsigned long)words);
        shmem_global_exit(2);
    }
    for (uint64_t i = 0; i < words; i++) table[i] = local[i] = (uint64_t)me * words + i;
    shmem_barrier_all();

    const uint64_t seed = 88172645463325252u * (uint64_t)(me + 1);
    double start = seconds();
    uint64_t x = seed;
    for (uint64_t i = 0; i < updates; i++) {
        x = following(x);
        local[x >> 20 & (words - 1)] ^= x;
    }
    const double alone = slowest(seconds() - start);

    start = seconds();
    x = seed;
    for (uint64_t i = 0; i < updates; i++) {
        x = following(x);
        const int pe = (int)((x >> 8 & 0xfff) * (uint64_t)pes >> 12);
        shmem_uint64_atomic_xor(&table[x >> 20 & (words - 1)], x, pe);
    }
    shmem_barrier_all();
    const double together = slowest(seconds() - start);

    /* The same updates once more take them back. */
    x = seed;
    for (uint64_t i = 0; i < updates; i++) {
        x = following(x);
        const int pe = (int)((x >> 8 & 0xfff) * (uint64_t)pes >> 12);
        shmem_uint64_atomic_xor(&table[x >> 20 & (words - 1)], x, pe);
    }
    shmem_barrier_all();
    for (uint64_t i = 0; i < words; i++) wrong_here += table[i] != (uint64_t)me * words + i;
    shmem_uint64_sum_reduce(SHMEM_TEAM_WORLD, &wrong, &wrong_here, 1);
    if (me == 0) {
        printf("%d PEs, %lu words and %lu updates each\n", pes, (unsigned long)words, (unsigned long)updates);
        printf("local, not atomic: %.1f ns an update\n", 1e9 * alone / (double)updates);
        printf("shared, atomic:    %.1f ns an update, %.4f GUPS\n", 1e9 * together / (double)updates,
               1e-9 * (double)updates * pes / together);
        if (wrong == 0) printf("verified\n");
        else printf("%lu words are wrong\n", (unsigned long)wrong);
    }
    const int status = wrong != 0;
    shmem_free(table);
    free(local);
    shmem_finalize();
    return status;
}
