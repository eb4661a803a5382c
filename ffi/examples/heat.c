/* Heat in a plate whose upper edge is hot: Jacobi iteration on rows that are divided among the PEs, which put their outer
 * rows to their neighbors, each with a signal behind it. Compared with what one PE alone computes.
 *
 *   heat [ROWS] [COLUMNS] [ROUNDS] */

#include <math.h>
#include <shmem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t from_above, from_below;
static double error_here, error_of_all;

/* One round on rows 1 to `rows` of `old`. */
static void smooth(double *fresh, const double *old, int rows, int columns)
{
    for (int r = 1; r <= rows; r++) {
        const double *row = old + (size_t)r * columns;
        double *out = fresh + (size_t)r * columns;
        out[0] = row[0], out[columns - 1] = row[columns - 1];
        for (int c = 1; c < columns - 1; c++)
            out[c] = 0.25 * (row[c - columns] + row[c + columns] + row[c - 1] + row[c + 1]);
    }
}

int main(int argc, char **argv)
{
    const int rows = argc > 1 ? atoi(argv[1]) : 60, columns = argc > 2 ? atoi(argv[2]) : 70;
    const int rounds = argc > 3 ? atoi(argv[3]) : 100;
    shmem_init();
    const int me = shmem_my_pe(), pes = shmem_n_pes();
    if (rows < pes || columns < 3 || rounds < 0) {
        if (me == 0) fprintf(stderr, "heat: as many rows as PEs, 3 columns, 0 rounds are the least\n");
        shmem_global_exit(2);
    }
    /* The rows of PE p begin at `rows * p / pes`; one above and one below are its neighbors' or the edge. */
    const int first = (int)((long)rows * me / pes), own = (int)((long)rows * (me + 1) / pes) - first;
    const int most = rows / pes + 1;
    double *plate[2];
    for (int i = 0; i < 2; i++) {
        plate[i] = shmem_calloc((size_t)(most + 2) * columns, sizeof(double));
        if (!plate[i]) {
            fprintf(stderr, "heat: no room; SHMEM_SYMMETRIC_SIZE gives more\n");
            shmem_global_exit(2);
        }
        if (me == 0)
            for (int c = 0; c < columns; c++) plate[i][c] = 100;
    }
    shmem_barrier_all();

    const int above = me - 1, below = me + 1;
    const int rows_above = me > 0 ? first - (int)((long)rows * above / pes) : 0;
    for (int round = 1; round <= rounds; round++) {
        double *fresh = plate[round % 2];
        smooth(fresh, plate[1 - round % 2], own, columns);
        /* What is put lies in the plate that the neighbor reads in its next round: it has left its last one, or this PE
         * would not have the rows of it. */
        if (me > 0)
            shmem_double_put_signal(fresh + (size_t)(rows_above + 1) * columns, fresh + columns, (size_t)columns,
                                    &from_below, 1, SHMEM_SIGNAL_ADD, above);
        if (below < pes)
            shmem_double_put_signal(fresh, fresh + (size_t)own * columns, (size_t)columns, &from_above, 1, SHMEM_SIGNAL_ADD,
                                    below);
        if (me > 0) shmem_signal_wait_until(&from_above, SHMEM_CMP_GE, (uint64_t)round);
        if (below < pes) shmem_signal_wait_until(&from_below, SHMEM_CMP_GE, (uint64_t)round);
    }

    /* The whole plate, alone. */
    double *alone[2];
    for (int i = 0; i < 2; i++) {
        alone[i] = calloc((size_t)(rows + 2) * columns, sizeof(double));
        if (!alone[i]) shmem_global_exit(2);
        for (int c = 0; c < columns; c++) alone[i][c] = 100;
    }
    for (int round = 1; round <= rounds; round++) smooth(alone[round % 2], alone[1 - round % 2], rows, columns);
    const double *mine = plate[rounds % 2] + columns, *must = alone[rounds % 2] + (size_t)(first + 1) * columns;
    for (size_t i = 0; i < (size_t)own * columns; i++) error_here = fmax(error_here, fabs(mine[i] - must[i]));
    shmem_double_max_reduce(SHMEM_TEAM_WORLD, &error_of_all, &error_here, 1);
    if (me == 0) {
        printf("%d rows, %d columns, %d rounds on %d PEs: largest difference %g\n", rows, columns, rounds, pes, error_of_all);
        if (error_of_all == 0) printf("verified\n");
    }
    const int status = error_of_all != 0;
    shmem_barrier_all();
    for (int i = 0; i < 2; i++) {
        free(alone[i]);
        shmem_free(plate[1 - i]);
    }
    shmem_finalize();
    return status;
}
