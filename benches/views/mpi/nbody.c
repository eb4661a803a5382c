/* Bodies that attract each other: all pairs, leapfrog. Each process moves its share, and gathers all before each step. */
#include <math.h>

#include "common.h"

/* Where a body is, and its mass. */
enum { BODY = 4 };

static const double STEP = 1.0 / 1024.0, SOFT = 1.0 / 1024.0;

/* How all bodies pull at one. */
static void acceleration(const double *body, const double *bodies, size_t n, double *sum) {
    double ax = 0.0, ay = 0.0, az = 0.0;
    for (const double *other = bodies; other < bodies + n * BODY; other += BODY) {
        double x = other[0] - body[0], y = other[1] - body[1], z = other[2] - body[2];
        double square = x * x + y * y + z * z + SOFT;
        double strength = other[3] / (square * sqrt(square));
        ax += strength * x;
        ay += strength * y;
        az += strength * z;
    }
    sum[0] = ax;
    sum[1] = ay;
    sum[2] = az;
}

int main(int argc, char **argv) {
    begin(&argc, &argv);
    size_t n = option(argc, argv, "--bodies", 2000, 1), steps = option(argc, argv, "--steps", 10, 0);
    size_t first = share_start(n, rank), count = share_len(n, rank);
    double *all = room(n * BODY, sizeof *all), *mine = room(count * BODY, sizeof *mine);
    double *speeds = room(count * 3, sizeof *speeds);
    for (size_t at = 0; at < count; at++) {
        for (size_t axis = 0; axis < 3; axis++) mine[at * BODY + axis] = unit(3 * (first + at) + axis);
        mine[at * BODY + 3] = 1.0 / (double)n;
    }
    int *counts = room((size_t)size, sizeof *counts), *places = room((size_t)size, sizeof *places);
    shares(n, BODY, counts, places);

    double start = meet();
    for (size_t step = 0; step < steps; step++) {
        MPI_Allgatherv(mine, counts[rank], MPI_DOUBLE, all, counts, places, MPI_DOUBLE, MPI_COMM_WORLD);
        double kick = step == 0 ? STEP / 2.0 : STEP;
        for (size_t at = 0; at < count; at++) {
            double *body = mine + at * BODY, *speed = speeds + at * 3, pull[3];
            acceleration(all + (first + at) * BODY, all, n, pull);
            for (size_t axis = 0; axis < 3; axis++) {
                speed[axis] += pull[axis] * kick;
                body[axis] += speed[axis] * STEP;
            }
        }
    }
    double seconds = meet() - start;

    char what[100];
    snprintf(what, sizeof what, "nbody of %zu bodies, %zu steps", n, steps);
    return finish(what, seconds, checksum(first * BODY, mine, count * BODY));
}
