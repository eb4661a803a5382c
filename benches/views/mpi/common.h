/* What the MPI versions of the programs share: options, shares of the work, random numbers, time, how they end. */
#ifndef VIEWS_COMMON_H
#define VIEWS_COMMON_H

#include <inttypes.h>
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, size;

/* Says what is wrong, and ends all processes. */
#define FAIL(...)                          \
    do {                                   \
        fprintf(stderr, "error: ");        \
        fprintf(stderr, __VA_ARGS__);      \
        fprintf(stderr, "\n");             \
        MPI_Abort(MPI_COMM_WORLD, 1);      \
        exit(1);                           \
    } while (0)

static void begin(int *argc, char ***argv) {
    MPI_Init(argc, argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
}

/* The text after an option such as "--size", or NULL. */
static inline const char *text_option(int argc, char **argv, const char *name) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0) {
            if (i + 1 == argc) FAIL("%s wants a value", name);
            return argv[i + 1];
        }
    return NULL;
}

/* The number after an option, from `least` to what an int can count. */
static inline size_t option(int argc, char **argv, const char *name, size_t usual, size_t least) {
    const char *text = text_option(argc, argv, name);
    if (!text) return usual;
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || value < least || value > INT32_MAX)
        FAIL("%s wants a number from %zu to %d, not \"%s\"", name, least, INT32_MAX, text);
    return value;
}

static inline void *room(size_t count, size_t bytes) {
    void *memory = calloc(count ? count : 1, bytes);
    if (!memory) FAIL("no memory for %zu times %zu bytes", count, bytes);
    return memory;
}

/* Where the share of a rank starts, of so many pieces; the shares are those of the programs on views. */
static inline size_t share_start(size_t pieces, int of) { return (size_t)of * pieces / (size_t)size; }

static inline size_t share_len(size_t pieces, int of) { return share_start(pieces, of + 1) - share_start(pieces, of); }

/* Counts and places for the calls with a v, of pieces of `width` elements. */
static inline void shares(size_t pieces, size_t width, int *counts, int *places) {
    for (int i = 0; i < size; i++) {
        counts[i] = (int)(share_len(pieces, i) * width);
        places[i] = (int)(share_start(pieces, i) * width);
    }
}

/* Random number `index` of the sequence that all versions know (splitmix64 with seed 1). */
static inline uint64_t random_word(uint64_t index) {
    uint64_t z = 1 + (index + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* The same as a number from 0 to less than 1. */
static inline double unit(uint64_t index) { return (double)(random_word(index) >> 11) * 0x1p-53; }

/* A term of a checksum: the bits of element `at` of a result, times an odd number of its own. */
static inline uint64_t term(size_t at, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits * (2 * (uint64_t)at + 1);
}

/* The checksum of numbers from element `first` of a result on. Checksums of parts add up. */
static inline uint64_t checksum(size_t first, const double *numbers, size_t count) {
    uint64_t sum = 0;
    for (size_t at = 0; at < count; at++) sum += term(first + at, numbers[at]);
    return sum;
}

/* The moment, when all have come here. */
static inline double meet(void) {
    MPI_Barrier(MPI_COMM_WORLD);
    return MPI_Wtime();
}

/* Prints the result as the programs on views do, and ends. */
static inline int finish(const char *what, double seconds, uint64_t mine) {
    uint64_t sum = 0;
    MPI_Reduce(&mine, &sum, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0) printf("%s, on %d nodes: %.6f s, checksum %016" PRIx64 "\n", what, size, seconds, sum);
    MPI_Finalize();
    return 0;
}

#endif
