/* Grids whose rows are shared out in blocks: each process keeps a copy of the row above its own and of that below. */
#ifndef VIEWS_ROWS_H
#define VIEWS_ROWS_H

#include "common.h"

struct rows {
    size_t width, first, count; /* of a row; the first of one's own rows in the whole grid; how many */
    int above, below;           /* who has the rows beside them */
};

/* The share of the rows that are not edges; the first of them is row 1. */
static inline struct rows rows_of(size_t inner, size_t width) {
    struct rows rows = {width, 1 + share_start(inner, rank), share_len(inner, rank), MPI_PROC_NULL, MPI_PROC_NULL};
    /* Where there are fewer rows than processes, some have none. */
    for (int i = rank - 1; rows.count && i >= 0 && rows.above == MPI_PROC_NULL; i--)
        if (share_len(inner, i)) rows.above = i;
    for (int i = rank + 1; rows.count && i < size && rows.below == MPI_PROC_NULL; i++)
        if (share_len(inner, i)) rows.below = i;
    return rows;
}

/* Gets the rows beside one's own, which begin in row 1 of `grid`. */
static inline void exchange(const struct rows *rows, double *grid) {
    size_t count = rows->count;
    int width = (int)rows->width;
    MPI_Sendrecv(grid + width, width, MPI_DOUBLE, rows->above, 0, grid + (count + 1) * rows->width, width, MPI_DOUBLE,
                 rows->below, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Sendrecv(grid + count * rows->width, width, MPI_DOUBLE, rows->below, 1, grid, width, MPI_DOUBLE, rows->above, 1,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

#endif
