/* PageRank of an edge list: each process reads a share of the file, and becomes the owner of a range of vertices and of the
 * edges that lead there. In each round all gather what the vertices of all contribute. */
#include <math.h>

#include "common.h"

struct words {
    uint64_t *at;
    size_t len, room;
};

static void push(struct words *words, uint64_t word) {
    if (words->len == words->room) {
        words->room = words->room ? 2 * words->room : 1 << 12;
        words->at = realloc(words->at, words->room * sizeof *words->at);
        if (!words->at) FAIL("no memory for %zu words", words->room);
    }
    words->at[words->len++] = word;
}

static int ascending(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void sort_distinct(struct words *words) {
    if (words->len) qsort(words->at, words->len, sizeof *words->at, ascending);
    size_t kept = 0;
    for (size_t at = 0; at < words->len; at++)
        if (at == 0 || words->at[at] != words->at[at - 1]) words->at[kept++] = words->at[at];
    words->len = kept;
}

/* The edges of those lines that start in one's share of the file, two words for each. */
static struct words read_share(const char *name) {
    FILE *file = fopen(name, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) FAIL("%s cannot be read", name);
    long len = ftell(file);
    if (len < 0) FAIL("%s cannot be read", name);
    long start = (long)share_start((size_t)len, rank), end = (long)share_start((size_t)len, rank + 1);
    char line[256];
    /* The line that goes on from the share before belongs there. */
    if (fseek(file, start ? start - 1 : 0, SEEK_SET) != 0) FAIL("%s cannot be read", name);
    if (start)
        for (int c = 0; c != '\n' && c != EOF;) c = getc(file);
    struct words edges = {0};
    while (ftell(file) < end && fgets(line, sizeof line, file)) {
        uint64_t from, to;
        if (strchr("#%", line[0]) || line[0] == '\n' || line[0] == '\r') {
            while (!strchr(line, '\n') && fgets(line, sizeof line, file)) {}
        } else {
            char *second, *rest;
            from = strtoull(line, &second, 10);
            to = strtoull(second, &rest, 10);
            if (second == line || rest == second) FAIL("%s has a line that is no edge: %s", name, line);
            push(&edges, from);
            push(&edges, to);
        }
    }
    fclose(file);
    return edges;
}

static int *numbers(void) { return room((size_t)size, sizeof(int)); }

static void places_of(const int *counts, int *places) {
    for (int i = 1; i < size; i++) places[i] = places[i - 1] + counts[i - 1];
}

/* The ids of all vertices, the same in all processes. */
static struct words all_ids(const struct words *edges) {
    struct words mine = {0}, all;
    for (size_t at = 0; at < edges->len; at++) push(&mine, edges->at[at]);
    sort_distinct(&mine);
    int *counts = numbers(), *places = numbers(), count = (int)mine.len;
    MPI_Allgather(&count, 1, MPI_INT, counts, 1, MPI_INT, MPI_COMM_WORLD);
    places_of(counts, places);
    all.len = all.room = (size_t)places[size - 1] + (size_t)counts[size - 1];
    all.at = room(all.len, sizeof *all.at);
    MPI_Allgatherv(mine.at, count, MPI_UINT64_T, all.at, counts, places, MPI_UINT64_T, MPI_COMM_WORLD);
    sort_distinct(&all);
    free(mine.at);
    return all;
}

static uint64_t index_of(const struct words *ids, uint64_t id) {
    const uint64_t *found = bsearch(&id, ids->at, ids->len, sizeof id, ascending);
    return (uint64_t)(found - ids->at);
}

/* Where the vertices of each process start, so that all have about as many vertices and edges that lead to them. */
static size_t *owners(const struct words *packed, size_t vertices) {
    uint64_t *degrees = room(vertices, sizeof *degrees), total = vertices, before = 0;
    for (size_t at = 0; at < packed->len; at++) degrees[packed->at[at] >> 32]++;
    MPI_Allreduce(MPI_IN_PLACE, degrees, (int)vertices, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    for (size_t v = 0; v < vertices; v++) total += degrees[v];
    size_t *starts = room((size_t)size + 1, sizeof *starts);
    int of = 1;
    for (size_t v = 0; v < vertices; v++) {
        while (of < size && before >= total * (uint64_t)of / (uint64_t)size) starts[of++] = v;
        before += degrees[v] + 1;
    }
    while (of <= size) starts[of++] = vertices;
    free(degrees);
    return starts;
}

/* Sends each edge to the owner of the vertex that it leads to. */
static struct words exchange(const struct words *packed, const size_t *starts) {
    int *to = numbers(), *to_place = numbers(), *from = numbers(), *from_place = numbers();
    int owner = 0;
    for (size_t at = 0; at < packed->len; at++) {
        while (packed->at[at] >> 32 >= starts[owner + 1]) owner++;
        to[owner]++;
    }
    MPI_Alltoall(to, 1, MPI_INT, from, 1, MPI_INT, MPI_COMM_WORLD);
    places_of(to, to_place);
    places_of(from, from_place);
    struct words mine = {NULL, (size_t)from_place[size - 1] + (size_t)from[size - 1], 0};
    mine.at = room(mine.len, sizeof *mine.at);
    MPI_Alltoallv(packed->at, to, to_place, MPI_UINT64_T, mine.at, from, from_place, MPI_UINT64_T, MPI_COMM_WORLD);
    sort_distinct(&mine);
    return mine;
}

int main(int argc, char **argv) {
    begin(&argc, &argv);
    if (argc < 2) FAIL("usage: pagerank FILE [--output FILE]");
    const char *output = text_option(argc, argv, "--output");
    const double damping = 0.85, tolerance = 1e-10;
    struct words edges = read_share(argv[1]);

    double start = meet();
    struct words ids = all_ids(&edges), packed = {0};
    size_t vertices = ids.len;
    if (vertices == 0) FAIL("%s has no edges", argv[1]);
    for (size_t at = 0; at < edges.len; at += 2)
        push(&packed, index_of(&ids, edges.at[at + 1]) << 32 | index_of(&ids, edges.at[at]));
    sort_distinct(&packed);
    size_t *starts = owners(&packed, vertices), first = starts[rank], count = starts[rank + 1] - first;
    struct words mine = exchange(&packed, starts);
    uint32_t *degrees = room(vertices, sizeof *degrees);
    size_t *rows = room(count + 1, sizeof *rows);
    uint32_t *sources = room(mine.len, sizeof *sources);
    for (size_t at = 0; at < mine.len; at++) {
        sources[at] = (uint32_t)mine.at[at];
        degrees[sources[at]]++;
        rows[(mine.at[at] >> 32) - first + 1]++;
    }
    for (size_t row = 0; row < count; row++) rows[row + 1] += rows[row];
    MPI_Allreduce(MPI_IN_PLACE, degrees, (int)vertices, MPI_UINT32_T, MPI_SUM, MPI_COMM_WORLD);
    double built = meet();

    int *counts = numbers(), *places = numbers();
    for (int i = 0; i < size; i++) {
        counts[i] = (int)(starts[i + 1] - starts[i]);
        places[i] = (int)starts[i];
    }
    double *ranks = room(count, sizeof *ranks), *own = room(count, sizeof *own);
    double *contributions = room(vertices, sizeof *contributions), change = INFINITY;
    for (size_t row = 0; row < count; row++) ranks[row] = 1.0 / (double)vertices;
    int rounds = 0;
    for (; change >= tolerance; rounds++) {
        if (rounds == 10000) FAIL("the ranks have not settled");
        double dangling = 0.0, moved = 0.0;
        for (size_t row = 0; row < count; row++) {
            uint32_t degree = degrees[first + row];
            own[row] = degree ? ranks[row] / degree : 0.0;
            if (!degree) dangling += ranks[row];
        }
        MPI_Allgatherv(own, counts[rank], MPI_DOUBLE, contributions, counts, places, MPI_DOUBLE, MPI_COMM_WORLD);
        MPI_Allreduce(MPI_IN_PLACE, &dangling, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
        double base = (1.0 - damping + damping * dangling) / (double)vertices;
        for (size_t row = 0; row < count; row++) {
            double sum = 0.0;
            for (size_t at = rows[row]; at < rows[row + 1]; at++) sum += contributions[sources[at]];
            double next = base + damping * sum;
            moved += fabs(next - ranks[row]);
            ranks[row] = next;
        }
        MPI_Allreduce(&moved, &change, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    }
    double end = meet();

    MPI_Gatherv(ranks, counts[rank], MPI_DOUBLE, contributions, counts, places, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    if (rank == 0 && output) {
        FILE *file = fopen(output, "w");
        if (!file) FAIL("%s cannot be written", output);
        for (size_t v = 0; v < vertices; v++) fprintf(file, "%" PRIu64 "\t%.14e\n", ids.at[v], contributions[v]);
        if (fclose(file) != 0) FAIL("%s cannot be written", output);
    }
    if (rank == 0)
        printf("pagerank of %zu vertices, %d rounds, on %d nodes\n  build    %.6f s\n  iterate  %.6f s\n", vertices, rounds,
               size, built - start, end - built);
    MPI_Finalize();
    return 0;
}
