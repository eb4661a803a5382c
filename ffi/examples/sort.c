/* Integer sort: keys are put into buckets, one for each PE, and sent to it; each PE sorts what it got by counting.
 *
 *   sort [KEYS OF EACH PE] [BITS OF A KEY] */

#include <shmem.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t received, sum_here[2], sum[2], wrong_here, wrong;
static uint32_t largest;

static uint64_t following(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ x << 17;
}

int main(int argc, char **argv)
{
    const size_t keys = argc > 1 ? strtoull(argv[1], NULL, 0) : 30011;
    const int bits = argc > 2 ? atoi(argv[2]) : 17;
    shmem_init();
    const int me = shmem_my_pe(), pes = shmem_n_pes();
    if (bits < 1 || bits > 26 || keys < 1) {
        if (me == 0) fprintf(stderr, "sort: keys have from 1 to 26 bits\n");
        shmem_global_exit(2);
    }
    const uint32_t values = (uint32_t)1 << bits;
    /* All keys might go to one PE. */
    uint32_t *bucket = shmem_malloc(keys * (size_t)pes * sizeof *bucket);
    uint32_t *own = malloc(keys * sizeof *own), *sorted = malloc(keys * sizeof *sorted);
    size_t *start = calloc((size_t)pes + 1, sizeof *start), *next = calloc((size_t)pes + 1, sizeof *next);
    uint32_t *counts = calloc(values, sizeof *counts);
    if (!bucket || !own || !sorted || !start || !next || !counts) {
        fprintf(stderr, "sort: no room; SHMEM_SYMMETRIC_SIZE gives more\n");
        shmem_global_exit(2);
    }

    uint64_t x = 88172645463325252u * (uint64_t)(me + 1);
    for (size_t i = 0; i < keys; i++) {
        x = following(x);
        own[i] = (uint32_t)(x >> 20) & (values - 1);
        sum_here[0] += own[i];
    }
    /* By the PE that a key belongs to. */
#define HOME(key) ((size_t)((uint64_t)(key) * (uint64_t)pes >> bits))
    for (size_t i = 0; i < keys; i++) start[HOME(own[i]) + 1]++;
    for (int p = 0; p < pes; p++) start[p + 1] += start[p];
    memcpy(next, start, ((size_t)pes + 1) * sizeof *next);
    for (size_t i = 0; i < keys; i++) sorted[next[HOME(own[i])]++] = own[i];

    shmem_barrier_all();
    for (int i = 0; i < pes; i++) {
        const int to = (me + i) % pes;
        const size_t count = start[to + 1] - start[to];
        const uint64_t at = shmem_uint64_atomic_fetch_add(&received, count, to);
        shmem_uint32_put_nbi(bucket + at, sorted + start[to], count, to);
    }
    shmem_barrier_all();

    for (uint64_t i = 0; i < received; i++) {
        counts[bucket[i]]++;
        sum_here[1] += bucket[i];
        wrong_here += HOME(bucket[i]) != (size_t)me;
    }
    uint64_t at = 0;
    for (uint32_t value = 0; value < values; value++)
        for (uint32_t i = 0; i < counts[value]; i++) bucket[at++] = value;

    /* Sorted here, nothing lost, and none is smaller than the largest of the PE before. */
    for (uint64_t i = 1; i < received; i++) wrong_here += bucket[i - 1] > bucket[i];
    largest = received ? bucket[received - 1] : 0;
    shmem_barrier_all();
    for (int p = 0; p < me && received; p++) wrong_here += shmem_uint32_g(&largest, p) > bucket[0];
    shmem_uint64_sum_reduce(SHMEM_TEAM_WORLD, sum, sum_here, 2);
    shmem_uint64_sum_reduce(SHMEM_TEAM_WORLD, &wrong, &wrong_here, 1);
    if (me == 0) {
        printf("%zu keys of %d bits on each of %d PEs\n", keys, bits, pes);
        if (wrong == 0 && sum[0] == sum[1]) printf("verified\n");
    }
    const int status = wrong != 0 || sum[0] != sum[1];
    shmem_free(bucket);
    free(own), free(sorted), free(start), free(next), free(counts);
    shmem_finalize();
    return status;
}
