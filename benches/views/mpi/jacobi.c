/* Jacobi iteration on two grids that change places; the rows beside one's own are exchanged in each round. */
#include "rows.h"

static double at_start(size_t row, size_t column, size_t width, size_t height) {
    int edge = row == 0 || column == 0 || row == height - 1 || column == width - 1;
    return edge ? (double)((row * 31 + column * 17) % 100) : 0.0;
}

int main(int argc, char **argv) {
    begin(&argc, &argv);
    size_t inner = option(argc, argv, "--rows", 200, 1), columns = option(argc, argv, "--columns", 200, 1);
    size_t rounds = option(argc, argv, "--rounds", 50, 0);
    size_t height = inner + 2, width = columns + 2;
    struct rows rows = rows_of(inner, width);

    size_t points = (rows.count + 2) * width;
    double *from = room(points, sizeof *from), *to = room(points, sizeof *to);
    for (size_t at = 0; at < points; at++)
        from[at] = to[at] = at_start(rows.first - 1 + at / width, at % width, width, height);

    double start = meet();
    for (size_t round = 0; round < rounds; round++) {
        exchange(&rows, from);
        for (size_t row = 1; row <= rows.count; row++) {
            const double *here = from + row * width, *up = here - width, *down = here + width;
            double *into = to + row * width;
            for (size_t at = 1; at < width - 1; at++) into[at] = 0.25 * (up[at] + down[at] + here[at - 1] + here[at + 1]);
        }
        double *last = from;
        from = to;
        to = last;
    }
    double seconds = meet() - start;

    char what[100];
    snprintf(what, sizeof what, "jacobi of %zu × %zu, %zu rounds", inner, columns, rounds);
    return finish(what, seconds, checksum(rows.first * width, from + width, rows.count * width));
}
