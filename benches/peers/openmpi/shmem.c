/* Open MPI's OpenSHMEM: PE 0 works on the memory of PE 1, which waits in a barrier.
 *
 *   oshcc -O2 shmem.c -o shmem && oshrun -n 2 --bind-to core ./shmem [ROW…]
 *
 * Prints `figure ROW VALUE [VARIANT]`, in the unit of the row: nanoseconds, million updates a second, GB a second; at
 * last `done`. */
#include <shmem.h>

#include "common.h"

static int pe;

static void *symmetric(size_t bytes) {
    void *memory = shmem_calloc(1, bytes);
    if (!memory) {
        fprintf(stderr, "the symmetric heap has no %zu bytes\n", bytes);
        shmem_global_exit(1);
    }
    return memory;
}

static void words(int argc, char **argv) {
    const long calls = 100000;
    unsigned long *array = symmetric(1024 * sizeof *array), value = 0, expected = 0;
    double ns;
    shmem_barrier_all();
    if (pe == 0) {
        if (wanted(argc, argv, "get")) {
            MEASURE(ns, calls, value = shmem_ulong_g(&array[5], 1));
            figure("get", ns, "shmem_g");
        }
        if (wanted(argc, argv, "put")) {
            MEASURE(ns, calls, {
                shmem_ulong_p(&array[5], value, 1);
                shmem_quiet();
            });
            figure("put", ns, "shmem_p and quiet");
        }
        if (wanted(argc, argv, "add")) {
            MEASURE(ns, calls, value = shmem_ulong_atomic_fetch_add(&array[6], 1, 1));
            figure("add", ns, "shmem_atomic_fetch_add");
        }
        if (wanted(argc, argv, "cas")) {
            MEASURE(ns, calls, {
                unsigned long found = shmem_ulong_atomic_compare_swap(&array[7], expected, expected + 1, 1);
                expected = found == expected ? expected + 1 : found;
            });
            figure("cas", ns, "shmem_atomic_compare_swap");
        }
    }
    shmem_barrier_all();
    shmem_free(array);
}

static void ranges(int argc, char **argv) {
    static const struct { const char *row; size_t bytes; long calls; } all[] = {
        {"get64k", 64 << 10, 1000}, {"get1m", 1 << 20, 50}};
    char *array = symmetric(1 << 20), *into = malloc(1 << 20);
    memset(into, 1, 1 << 20);
    shmem_barrier_all();
    for (int i = 0; i < 2 && pe == 0; i++) {
        double ns;
        if (!wanted(argc, argv, all[i].row)) continue;
        MEASURE(ns, all[i].calls, shmem_getmem(into, array, all[i].bytes, 1));
        figure(all[i].row, (double)all[i].bytes / ns, "shmem_getmem");
    }
    shmem_barrier_all();
    shmem_free(array);
    free(into);
}

static void table(const char *row, size_t words) {
    const int gups = strcmp(row, "gups") == 0;
    const size_t half = words / 2;
    unsigned long *part = symmetric(half * sizeof *part), *sum = symmetric(sizeof *sum);
    size_t *list = indices(pe, words);
    double slices[SLICES];
    for (int slice = -1; slice < SLICES; slice++) {
        shmem_barrier_all();
        double start = now();
        for (int i = 0; i < UPDATES; i++) {
            int home = list[i] >= half;
            unsigned long *word = &part[list[i] - (home ? half : 0)];
            if (gups)
                shmem_ulong_atomic_xor(word, PATTERN, home);
            else
                shmem_ulong_atomic_add(word, 1, home);
        }
        shmem_quiet();
        shmem_barrier_all();
        if (slice >= 0) slices[slice] = 2e3 * UPDATES / (now() - start);
    }
    for (size_t i = 0; pe == 1 && i < half; i++) *sum += part[i];
    shmem_barrier_all();
    if (pe == 0) {
        verify(row, part, half, shmem_ulong_g(sum, 1));
        figure(row, median(slices), gups ? "shmem_atomic_xor, one quiet" : "shmem_atomic_add, one quiet");
    }
    shmem_barrier_all();
    shmem_free(sum);
    shmem_free(part);
    free(list);
}

int main(int argc, char **argv) {
    shmem_init();
    pe = shmem_my_pe();
    if (shmem_n_pes() != 2) {
        fprintf(stderr, "this measures between 2 PEs, not %d\n", shmem_n_pes());
        shmem_global_exit(1);
    }
    words(argc, argv);
    ranges(argc, argv);
    if (wanted(argc, argv, "histogram")) table("histogram", HISTOGRAM);
    if (wanted(argc, argv, "gups")) table("gups", GUPS);
    if (wanted(argc, argv, "barrier")) {
        double ns;
        MEASURE(ns, 20000, shmem_barrier_all());
        if (pe == 0) figure("barrier", ns, "shmem_barrier_all");
    }
    shmem_barrier_all();
    if (pe == 0) puts("done"), fflush(stdout);
    shmem_finalize();
    return 0;
}
