/* Open MPI's one-sided communication: rank 0 works on the memory of rank 1, which waits in a barrier.
 *
 *   mpicc -O2 rma.c -o rma && mpirun -n 2 --bind-to core ./rma [ROW…]
 *   … ./rma nic [ROW…]         over a network: a window that is not one of shared memory, fewer calls, µs
 *
 * Prints `figure ROW VALUE [VARIANT]`, in the unit of the row: nanoseconds, million updates a second, GB a second. */
#include <mpi.h>

#include "common.h"

static int rank, shared;

/* A word's row, and its figure: on the network they have names and a unit of their own. */
static const char *const words_rows[2][4] = {{"read8", "write8", "faa8", "cas8"}, {"get", "put", "add", "cas"}};
enum { GET, PUT, ADD, CAS };

static const char *row_of(int word) { return words_rows[shared][word]; }

static void word_figure(int word, double ns, const char *variant) {
    figure(row_of(word), shared ? ns : ns / 1e3, variant);
}

/* `words` of each rank, open for all; the window's own memory in `mine`. */
static MPI_Win window_of(size_t words, uint64_t **mine) {
    MPI_Win window;
    MPI_Aint bytes = (MPI_Aint)(words * sizeof **mine);
    if (shared)
        MPI_Win_allocate_shared(bytes, 8, MPI_INFO_NULL, MPI_COMM_WORLD, mine, &window);
    else
        MPI_Win_allocate(bytes, 8, MPI_INFO_NULL, MPI_COMM_WORLD, mine, &window);
    memset(*mine, 0, (size_t)bytes);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, window);
    MPI_Win_sync(window);
    MPI_Barrier(MPI_COMM_WORLD);
    return window;
}

static void close_window(MPI_Win *window) {
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Win_unlock_all(*window);
    MPI_Win_free(window);
}

/* The memory of `of`, in place: MPI allows it for a shared window. */
static uint64_t *in_place(MPI_Win window, int of) {
    MPI_Aint bytes;
    int unit;
    uint64_t *memory;
    MPI_Win_shared_query(window, of, &bytes, &unit, &memory);
    return memory;
}

static void words(int argc, char **argv, long calls) {
    uint64_t *mine, value = 0, one = 1, result, expected = 0;
    double ns;
    MPI_Win window = window_of(1024, &mine);
    if (rank == 0) {
        if (wanted(argc, argv, row_of(GET))) {
            MEASURE(ns, calls, {
                MPI_Get(&value, 1, MPI_UINT64_T, 1, 5, 1, MPI_UINT64_T, window);
                MPI_Win_flush(1, window);
            });
            word_figure(GET, ns, "MPI_Get and flush");
        }
        if (wanted(argc, argv, row_of(PUT))) {
            MEASURE(ns, calls, {
                MPI_Put(&value, 1, MPI_UINT64_T, 1, 5, 1, MPI_UINT64_T, window);
                MPI_Win_flush(1, window);
            });
            word_figure(PUT, ns, "MPI_Put and flush");
        }
        if (wanted(argc, argv, row_of(ADD))) {
            MEASURE(ns, calls, {
                MPI_Fetch_and_op(&one, &result, MPI_UINT64_T, 1, 6, MPI_SUM, window);
                MPI_Win_flush(1, window);
            });
            word_figure(ADD, ns, "MPI_Fetch_and_op and flush");
        }
        if (wanted(argc, argv, row_of(CAS))) {
            MEASURE(ns, calls, {
                uint64_t new = expected + 1;
                MPI_Compare_and_swap(&new, &expected, &result, MPI_UINT64_T, 1, 7, window);
                MPI_Win_flush(1, window);
                expected = result == expected ? new : result;
            });
            word_figure(CAS, ns, "MPI_Compare_and_swap and flush");
        }
        if (shared) {
            volatile uint64_t *far = in_place(window, 1);
            if (wanted(argc, argv, row_of(GET))) {
                MEASURE(ns, calls * 10, value = far[5]);
                word_figure(GET, ns, "load from the shared window");
            }
            if (wanted(argc, argv, row_of(PUT))) {
                MEASURE(ns, calls * 10, far[5] = value);
                word_figure(PUT, ns, "store to the shared window");
            }
        }
    }
    close_window(&window);
}

static void ranges(int argc, char **argv) {
    static const struct { const char *row; int bytes; long calls; } all[] = {
        {"get64k", 64 << 10, 1000}, {"get1m", 1 << 20, 50}};
    uint64_t *mine;
    char *into = malloc(1 << 20);
    MPI_Win window = window_of((1 << 20) / 8, &mine);
    memset(into, 1, 1 << 20);
    for (int i = 0; i < 2 && rank == 0; i++) {
        double ns;
        if (!wanted(argc, argv, all[i].row)) continue;
        MEASURE(ns, all[i].calls, {
            MPI_Get(into, all[i].bytes, MPI_BYTE, 1, 0, all[i].bytes, MPI_BYTE, window);
            MPI_Win_flush(1, window);
        });
        figure(all[i].row, all[i].bytes / ns, "MPI_Get and flush");
    }
    close_window(&window);
    free(into);
}

/* Million updates a second of both ranks together. */
static void table(const char *row, size_t words, int direct) {
    const int gups = strcmp(row, "gups") == 0;
    const size_t half = words / 2;
    uint64_t *mine, *parts[2] = {0}, sum = 0, others = 0;
    const uint64_t one = 1, pattern = PATTERN;
    uint64_t before;
    size_t *list = indices(rank, words);
    double slices[SLICES];
    MPI_Win window = window_of(half, &mine);
    for (int i = 0; i < 2 && direct; i++) parts[i] = in_place(window, i);
    for (int slice = -1; slice < SLICES; slice++) {
        MPI_Barrier(MPI_COMM_WORLD);
        double start = now();
        for (int i = 0; i < UPDATES; i++) {
            int home = list[i] >= half;
            size_t at = list[i] - (home ? half : 0);
            if (direct && gups)
                __atomic_fetch_xor(&parts[home][at], pattern, __ATOMIC_RELAXED);
            else if (direct)
                __atomic_fetch_add(&parts[home][at], one, __ATOMIC_RELAXED);
            else
                MPI_Fetch_and_op(gups ? &pattern : &one, &before, MPI_UINT64_T, home, (MPI_Aint)at,
                                 gups ? MPI_BXOR : MPI_SUM, window);
        }
        MPI_Win_flush_all(window);
        MPI_Barrier(MPI_COMM_WORLD);
        if (slice >= 0) slices[slice] = 2e3 * UPDATES / (now() - start);
    }
    for (size_t i = 0; rank == 1 && i < half; i++) sum += mine[i];
    MPI_Reduce(&sum, &others, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0) {
        verify(row, mine, half, others);
        figure(row, median(slices), direct ? "CPU atomics in the shared window" : "MPI_Fetch_and_op, one flush");
    }
    close_window(&window);
    free(list);
}

int main(int argc, char **argv) {
    int size;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (size != 2) {
        fprintf(stderr, "this measures between 2 ranks, not %d\n", size);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    shared = argc < 2 || strcmp(argv[1], "nic") != 0;
    if (!shared) {
        argc--;
        argv++;
    }
    words(argc, argv, shared ? 100000 : 100);
    if (shared) {
        ranges(argc, argv);
        for (int direct = 0; direct < 2; direct++) {
            if (wanted(argc, argv, "histogram")) table("histogram", HISTOGRAM, direct);
            if (wanted(argc, argv, "gups")) table("gups", GUPS, direct);
        }
        if (wanted(argc, argv, "barrier")) {
            double ns;
            MEASURE(ns, 20000, MPI_Barrier(MPI_COMM_WORLD));
            if (rank == 0) figure("barrier", ns, "MPI_Barrier");
        }
    }
    MPI_Finalize();
    return 0;
}
