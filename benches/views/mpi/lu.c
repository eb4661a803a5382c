/* A = L · U, in place, by blocks and without pivoting. The processes form a rectangle, which is laid over the blocks again
 * and again; what a step needs is sent along its rows and its columns. */
#include "common.h"

static size_t n, block, blocks;
static int down, across, my_row, my_column;
static MPI_Comm in_row, in_column;

/* One's own blocks, row by row, in a table of all. */
static double **table;

static double *at(size_t i, size_t j) { return table[i * blocks + j]; }
static int is_mine(size_t i, size_t j) { return (int)(i % (size_t)down) == my_row && (int)(j % (size_t)across) == my_column; }

/* Takes a multiple of a row off another. */
static void subtract(double *restrict row, double factor, const double *restrict other, size_t count) {
    for (size_t k = 0; k < count; k++) row[k] -= factor * other[k];
}

/* Divides element `k` of a row by the pivot, and takes so many times the pivot's row off the rest. */
static void eliminate(double *row, size_t k, const double *pivot) {
    row[k] /= pivot[k];
    subtract(row + k + 1, row[k], pivot + k + 1, block - k - 1);
}

/* A block on the diagonal becomes its two triangles. */
static void factor(double *b) {
    for (size_t k = 0; k < block; k++)
        for (size_t i = k + 1; i < block; i++) eliminate(b + i * block, k, b + k * block);
}

/* A block below the diagonal. */
static void solve_lower(double *b, const double *diagonal) {
    for (size_t i = 0; i < block; i++)
        for (size_t k = 0; k < block; k++) eliminate(b + i * block, k, diagonal + k * block);
}

/* A block to the right of the diagonal. */
static void solve_upper(double *b, const double *diagonal) {
    for (size_t i = 1; i < block; i++)
        for (size_t k = 0; k < i; k++) subtract(b + i * block, diagonal[i * block + k], b + k * block, block);
}

static void update(double *b, const double *left, const double *above) {
    for (size_t i = 0; i < block; i++)
        for (size_t k = 0; k < block; k++) subtract(b + i * block, left[i * block + k], above + k * block, block);
}

/* Random, and heavy on the diagonal; what sticks out of the matrix is an identity matrix. */
static void fill(size_t i, size_t j, double *b) {
    for (size_t k = 0; k < block * block; k++) {
        size_t row = i * block + k / block, column = j * block + k % block;
        int inside = row < n && column < n;
        double heavy = inside ? (double)n : 1.0;
        b[k] = (inside ? unit(row * n + column) : 0.0) + (row == column ? heavy : 0.0);
    }
}

/* The first block from `k` on that belongs to row or column `mine` of the rectangle, of so many. */
static size_t first_from(size_t k, int mine, int of) {
    while ((int)(k % (size_t)of) != mine) k++;
    return k;
}

int main(int argc, char **argv) {
    begin(&argc, &argv);
    n = option(argc, argv, "--size", 500, 1);
    block = option(argc, argv, "--block", 32, 1);
    blocks = (n + block - 1) / block;
    for (int i = 1; i * i <= size; i++)
        if (size % i == 0) down = i;
    across = size / down;
    my_row = rank / across;
    my_column = rank % across;
    MPI_Comm_split(MPI_COMM_WORLD, my_row, my_column, &in_row);
    MPI_Comm_split(MPI_COMM_WORLD, my_column, my_row, &in_column);

    size_t elements = block * block;
    table = room(blocks * blocks, sizeof *table);
    for (size_t i = 0; i < blocks; i++)
        for (size_t j = 0; j < blocks; j++)
            if (is_mine(i, j)) fill(i, j, table[i * blocks + j] = room(elements, sizeof(double)));
    double *diagonal = room(elements, sizeof(double));
    double *left = room(blocks * elements, sizeof(double)), *above = room(blocks * elements, sizeof(double));

    double start = meet();
    for (size_t k = 0; k < blocks; k++) {
        int row = (int)(k % (size_t)down), column = (int)(k % (size_t)across);
        if (is_mine(k, k)) {
            factor(at(k, k));
            memcpy(diagonal, at(k, k), elements * sizeof(double));
        }
        if (my_row == row) MPI_Bcast(diagonal, (int)elements, MPI_DOUBLE, column, in_row);
        if (my_column == column) MPI_Bcast(diagonal, (int)elements, MPI_DOUBLE, row, in_column);
        size_t top = first_from(k + 1, my_row, down), start_column = first_from(k + 1, my_column, across);
        size_t rows = 0, columns = 0;
        for (size_t i = top; i < blocks; i += (size_t)down, rows++)
            if (my_column == column) {
                solve_lower(at(i, k), diagonal);
                memcpy(left + rows * elements, at(i, k), elements * sizeof(double));
            }
        for (size_t j = start_column; j < blocks; j += (size_t)across, columns++)
            if (my_row == row) {
                solve_upper(at(k, j), diagonal);
                memcpy(above + columns * elements, at(k, j), elements * sizeof(double));
            }
        MPI_Bcast(left, (int)(rows * elements), MPI_DOUBLE, column, in_row);
        MPI_Bcast(above, (int)(columns * elements), MPI_DOUBLE, row, in_column);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                update(at(top + i * (size_t)down, start_column + j * (size_t)across), left + i * elements,
                       above + j * elements);
    }
    double seconds = meet() - start;

    uint64_t sum = 0;
    for (size_t i = 0; i < blocks; i++)
        for (size_t j = 0; j < blocks; j++)
            for (size_t k = 0; is_mine(i, j) && k < elements; k++) {
                size_t r = i * block + k / block, c = j * block + k % block;
                if (r < n && c < n) sum += term(r * n + c, at(i, j)[k]);
            }
    char what[100];
    snprintf(what, sizeof what, "lu of %zu × %zu by blocks of %zu", n, n, block);
    return finish(what, seconds, sum);
}
