/* Red-black successive over-relaxation, in place: the rows beside one's own are exchanged before each colour. */
#include "rows.h"

#define OMEGA 1.5

int main(int argc, char **argv) {
    begin(&argc, &argv);
    size_t inner = option(argc, argv, "--rows", 500, 1), columns = option(argc, argv, "--columns", 500, 1);
    size_t rounds = option(argc, argv, "--rounds", 50, 0);
    size_t height = inner + 2, width = columns + 2;
    struct rows rows = rows_of(inner, width);

    double *grid = room((rows.count + 2) * width, sizeof *grid);
    for (size_t at = 0; at < (rows.count + 2) * width; at++) {
        size_t row = rows.first - 1 + at / width, column = at % width;
        int edge = row == 0 || column == 0 || row == height - 1 || column == width - 1;
        grid[at] = edge ? unit(row * width + column) : 0.0;
    }

    double start = meet();
    for (size_t half = 0; half < 2 * rounds; half++) {
        exchange(&rows, grid);
        for (size_t row = 1; row <= rows.count; row++) {
            double *here = grid + row * width, *up = here - width, *down = here + width;
            for (size_t at = 1 + (rows.first + row - 1 + half) % 2; at < width - 1; at += 2) {
                double mean = 0.25 * (up[at] + down[at] + here[at - 1] + here[at + 1]);
                here[at] += OMEGA * (mean - here[at]);
            }
        }
    }
    double seconds = meet() - start;

    char what[100];
    snprintf(what, sizeof what, "sor of %zu × %zu, %zu rounds", inner, columns, rounds);
    return finish(what, seconds, checksum(rows.first * width, grid + width, rows.count * width));
}
