/* Sorting of integers by buckets, after IS of the NAS benchmarks: keys are sent to the process whose buckets they fall
 * into, and are counted there. */
#include "common.h"

enum { BUCKET_BITS = 10 };

static size_t *spaces(size_t count) { return room(count, sizeof(size_t)); }
static int *numbers(void) { return room((size_t)size, sizeof(int)); }

/* The mean of four random numbers, so that keys in the middle are more frequent. */
static uint32_t key_at(size_t at, unsigned bits) {
    uint64_t sum = 0;
    for (size_t draw = 0; draw < 4; draw++) sum += random_word(4 * at + draw) >> (64 - bits);
    return (uint32_t)(sum / 4);
}

int main(int argc, char **argv) {
    begin(&argc, &argv);
    size_t n = option(argc, argv, "--keys", 1 << 20, 1);
    unsigned bits = (unsigned)option(argc, argv, "--bits", 19, 1);
    if (bits > 28) FAIL("--bits wants a number from 1 to 28, not %u", bits);
    unsigned upper = bits < BUCKET_BITS ? bits : BUCKET_BITS, lower = bits - upper;
    size_t buckets = (size_t)1 << upper, mine = share_len(n, rank);
    uint32_t *keys = room(mine, sizeof *keys), *sent = room(mine, sizeof *sent);
    for (size_t at = 0; at < mine; at++) keys[at] = key_at(share_start(n, rank) + at, bits);

    double start = meet();
    /* How many keys there are in each bucket, here and everywhere, and so whose it is. */
    uint64_t *lens = room(buckets, sizeof *lens), *all = room(buckets, sizeof *all);
    for (size_t at = 0; at < mine; at++) lens[keys[at] >> lower]++;
    MPI_Allreduce(lens, all, (int)buckets, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    size_t *next = spaces(buckets), first = buckets, end = buckets, before = 0, sum = 0;
    int *to = numbers(), *to_place = numbers(), *from = numbers(), *from_place = numbers();
    int owner = 0;
    for (size_t bucket = 0, here = 0; bucket < buckets; bucket++) {
        /* A bucket belongs to the share that it starts in. */
        while (owner < size - 1 && sum >= share_start(n, owner + 1)) owner++;
        if (owner == rank && first == buckets) first = bucket, before = sum;
        if (owner > rank && end == buckets) end = bucket;
        to[owner] += (int)lens[bucket];
        next[bucket] = here;
        here += lens[bucket];
        sum += all[bucket];
    }
    for (size_t at = 0; at < mine; at++) sent[next[keys[at] >> lower]++] = keys[at];
    for (int i = 1; i < size; i++) to_place[i] = to_place[i - 1] + to[i - 1];

    MPI_Alltoall(to, 1, MPI_INT, from, 1, MPI_INT, MPI_COMM_WORLD);
    for (int i = 1; i < size; i++) from_place[i] = from_place[i - 1] + from[i - 1];
    size_t count = (size_t)from_place[size - 1] + (size_t)from[size - 1];
    uint32_t *sorted = room(count, sizeof *sorted);
    MPI_Alltoallv(sent, to, to_place, MPI_UINT32_T, sorted, from, from_place, MPI_UINT32_T, MPI_COMM_WORLD);

    size_t values = first < end ? (end - first) << lower : 0;
    uint32_t lowest = (uint32_t)(first << lower), *counts = room(values, sizeof *counts);
    for (size_t at = 0; at < count; at++) counts[sorted[at] - lowest]++;
    for (size_t value = 0, at = 0; value < values; value++)
        for (uint32_t i = 0; i < counts[value]; i++) sorted[at++] = lowest + (uint32_t)value;
    double seconds = meet() - start;

    /* The sum of random words, one for each key at its place. */
    uint64_t total = 0;
    for (size_t at = 0; at < count; at++) total += random_word((uint64_t)(before + at) << 32 | sorted[at]);
    char what[100];
    snprintf(what, sizeof what, "is of %zu keys of %u bits", n, bits);
    return finish(what, seconds, total);
}
