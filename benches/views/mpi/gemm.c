/* C = A · B: each process has the same block of rows of all three, and gathers B. */
#include "common.h"

/* As the program on views has them. */
enum { DEPTH = 64, WIDTH = 256 };

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void multiply_add(size_t n, size_t rows, const double *restrict a, const double *restrict b, double *restrict c) {
    for (size_t left = 0; left < n; left += WIDTH) {
        size_t right = least(n, left + WIDTH);
        for (size_t top = 0; top < n; top += DEPTH) {
            size_t bottom = least(n, top + DEPTH);
            for (size_t row = 0; row < rows; row++)
                for (size_t k = top; k < bottom; k++) {
                    double factor = a[row * n + k];
                    for (size_t at = left; at < right; at++) c[row * n + at] += factor * b[k * n + at];
                }
        }
    }
}

int main(int argc, char **argv) {
    begin(&argc, &argv);
    size_t n = option(argc, argv, "--size", 500, 1);
    size_t first = share_start(n, rank) * n, rows = share_len(n, rank);
    double *a = room(rows * n, sizeof *a), *part = room(rows * n, sizeof *part), *c = room(rows * n, sizeof *c);
    double *b = room(n * n, sizeof *b);
    for (size_t at = 0; at < rows * n; at++) {
        a[at] = unit(2 * (first + at)) - 0.5;
        part[at] = unit(2 * (first + at) + 1) - 0.5;
    }
    int *counts = room((size_t)size, sizeof *counts), *places = room((size_t)size, sizeof *places);
    shares(n, n, counts, places);

    double start = meet();
    MPI_Allgatherv(part, (int)(rows * n), MPI_DOUBLE, b, counts, places, MPI_DOUBLE, MPI_COMM_WORLD);
    multiply_add(n, rows, a, b, c);
    double seconds = meet() - start;

    char what[100];
    snprintf(what, sizeof what, "gemm of %zu × %zu", n, n);
    return finish(what, seconds, checksum(first, c, rows * n));
}
