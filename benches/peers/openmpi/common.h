/* What Open MPI's two programs share: time, medians, and the updates that every contender makes. */
#ifndef PEERS_COMMON_H
#define PEERS_COMMON_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SLICES = 7,             /* of one figure, which is their median */
    UPDATES = 1 << 18,      /* of each process in one slice */
    HISTOGRAM = 1 << 20,    /* words of the tables */
    GUPS = 1 << 24,
};
#define PATTERN UINT64_C(0x5555555555555555)

static double now(void) { /* nanoseconds */
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *slices) {
    qsort(slices, SLICES, sizeof *slices, ascending);
    return slices[SLICES / 2];
}

/* Leaves in `result` the nanoseconds of one of `calls` times `statement`. */
#define MEASURE(result, calls, statement)                        \
    do {                                                         \
        double slices_[SLICES];                                  \
        for (long i_ = 0; i_ < (calls) / 10 + 1; i_++) {         \
            statement;                                           \
        }                                                        \
        for (int s_ = 0; s_ < SLICES; s_++) {                    \
            double start_ = now();                               \
            for (long i_ = 0; i_ < (calls); i_++) {              \
                statement;                                       \
            }                                                    \
            slices_[s_] = (now() - start_) / (double)(calls);    \
        }                                                        \
        (result) = median(slices_);                              \
    } while (0)

/* Whether a row was asked for: by name on the command line, or all where none is named. */
static int wanted(int argc, char **argv, const char *row) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], row) == 0) return 1;
    return argc < 2;
}

static void figure(const char *row, double value, const char *variant) {
    printf("figure %s %.3f %s\n", row, value, variant);
    fflush(stdout);
}

/* The indices that a process updates in a table of `words`, from the same generator in all contenders. */
static size_t *indices(int rank, size_t words) {
    uint64_t state = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(rank + 1);
    size_t *list = malloc(UPDATES * sizeof *list);
    if (!list) {
        fprintf(stderr, "no memory for %d indices\n", UPDATES);
        exit(1);
    }
    for (int i = 0; i < UPDATES; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        list[i] = (size_t)(state % words);
    }
    return list;
}

/* After one warm-up and all slices, from two processes: every increment is there, and an even number of equal
 * exclusive-ors has left nothing. */
static void verify(const char *row, const uint64_t *part, size_t words, uint64_t sum_of_others) {
    uint64_t sum = sum_of_others;
    for (size_t i = 0; i < words; i++) sum += part[i];
    uint64_t expected = strcmp(row, "gups") == 0 ? 0 : (uint64_t)2 * UPDATES * (SLICES + 1);
    if (sum != expected) {
        fprintf(stderr, "%s: the table adds up to %llu, not %llu\n", row, (unsigned long long)sum,
                (unsigned long long)expected);
        exit(1);
    }
}

#endif
