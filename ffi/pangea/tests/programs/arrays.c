/* Arrays under the model Relaxed: elements of all kinds, all ways of access, atomics, reductions. */

#include "check.h"

struct edge {
    uint64_t from;
    uint64_t to;
    double weight;
};

static void elements(pangea_node *node, size_t rank, size_t size) {
    pangea_spec spec = numbers(PANGEA_TYPE_F64, 1000);
    pangea_array *array, *same;
    pangea_range mine;
    size_t i;
    double value, row[10];
    OK(pangea_array_create(node, "doubles", &spec, &array));
    TRUE(pangea_array_len(array) == 1000 && pangea_array_element_bytes(array) == 8);
    OK(pangea_array_local_range(array, &mine));
    TRUE(mine.end - mine.start == pangea_array_local_len(array));
    for (i = mine.start; i < mine.end; i++) {
        value = 0.5 * (double) i;
        OK(pangea_array_put(array, i, &value));
    }
    OK(pangea_node_barrier(node));
    for (i = 0; i < 1000; i++) {
        OK(pangea_array_get(array, i, &value));
        TRUE(value == 0.5 * (double) i);
    }
    OK(pangea_array_get_range(array, 495, row, 10));
    TRUE(row[0] == 247.5 && row[9] == 252.0);
    /* Attached, whatever its length. */
    spec.len = 0;
    OK(pangea_array_attach(node, "doubles", &spec, &same));
    TRUE(pangea_array_len(same) == 1000 && !pangea_array_is_creator(same));
    OK(pangea_array_get_strided(same, 100, 100, row, 9));
    TRUE(row[0] == 50 && row[8] == 450);
    OK(pangea_node_barrier(node));
    if (rank == size - 1) {
        const size_t places[3] = {999, 1, 500};
        const double written[3] = {1, 2, 3};
        double read[3];
        OK(pangea_array_scatter(same, places, written, 3));
        OK(pangea_array_gather(array, places, read, 3));
        TRUE(memcmp(read, written, sizeof read) == 0);
        OK(pangea_array_put_strided(array, 0, 333, written, 3));
        OK(pangea_array_get(array, 333, &value));
        TRUE(value == 2);
    }
    OK(pangea_array_free(same));
    OK(pangea_array_release(array));
}

static void structures(pangea_node *node, size_t rank, size_t size) {
    pangea_spec spec = {0};
    pangea_array *edges;
    struct edge edge = {rank, rank + 1, 0.25}, there[2];
    pangea_transfer *transfer;
    uint64_t addr;
    size_t next = (rank + 1) % size;
    void *part;
    spec.element_bytes = sizeof edge;
    spec.element_align = 8;
    spec.type_name = "edge";
    spec.len = 2 * size;
    spec.distribution = PANGEA_DISTRIBUTION_CYCLIC;
    OK(pangea_array_create(node, "edges", &spec, &edges));
    /* Begun, and complete after quiet. */
    OK(pangea_array_put_nb(edges, rank, &edge, 1));
    OK(pangea_array_put_nb(edges, rank + size, &edge, 1));
    OK(pangea_node_quiet(node));
    OK(pangea_node_barrier(node));
    OK(pangea_array_get_nb(edges, next, 1, &transfer));
    OK(pangea_transfer_wait(transfer, there));
    TRUE(there[0].from == next && there[0].weight == 0.25);
    OK(pangea_array_get_nb(edges, 0, 2, &transfer));
    OK(pangea_transfer_free(transfer));
    /* In place. */
    OK(pangea_array_segment_of(edges, next, &part, NULL));
    TRUE(((struct edge *) part)[1].to == next + 1);
    TRUE(pangea_array_index_at(edges, next, 1) == next + size);
    TRUE(pangea_array_index_at(edges, next, 2) == SIZE_MAX);
    OK(pangea_array_addr(edges, 1, &addr));
    TRUE(addr != 0 && pangea_array_index_of(edges, addr) == 1);
    TRUE(pangea_array_index_of(edges, 77) == SIZE_MAX);
    OK(pangea_node_barrier(node));
    OK(pangea_array_release(edges));
}

static void atomics(pangea_node *node, size_t rank, size_t size) {
    pangea_spec spec = numbers(PANGEA_TYPE_I64, 64);
    pangea_array *words;
    size_t i, indices[64];
    uint64_t before, values[64];
    int64_t value;
    OK(pangea_array_create(node, "words", &spec, &words));
    for (i = 0; i < 100; i++) {
        OK(pangea_array_fetch_add(words, 7, (uint64_t) -3, NULL));
    }
    for (i = 0; i < 64; i++) {
        indices[i] = i % 2;
        values[i] = 1;
    }
    OK(pangea_array_add_many(words, indices, values, 64));
    OK(pangea_array_fetch_or(words, 9, (uint64_t) 1 << rank, &before));
    TRUE((before >> rank & 1) == 0);
    OK(pangea_array_xor_many(words, &indices[3], &values[3], 0));
    OK(pangea_node_barrier(node));
    OK(pangea_array_load(words, 7, &before));
    TRUE((int64_t) before == -300 * (int64_t) size);
    OK(pangea_array_get(words, 1, &value));
    TRUE(value == 32 * (int64_t) size);
    OK(pangea_array_load(words, 9, &before));
    TRUE(before == ((uint64_t) 1 << size) - 1);
    OK(pangea_node_barrier(node));
    /* One of all wins. */
    OK(pangea_array_compare_swap(words, 20, 0, rank + 1, &before));
    value = before == 0;
    OK(pangea_node_reduce(node, &value, 1, PANGEA_TYPE_I64, PANGEA_OP_SUM));
    TRUE(value == 1);
    if (rank == 0) {
        OK(pangea_array_store(words, 30, 12));
        OK(pangea_array_fetch_and(words, 30, 10, &before));
        TRUE(before == 12);
        OK(pangea_array_fetch_xor(words, 30, 1, &before));
        TRUE(before == 8);
        OK(pangea_array_swap(words, 30, 5, &before));
        TRUE(before == 9);
    }
    OK(pangea_array_release(words));
}

static void larger(void *mine, const void *theirs, void *context) {
    uint64_t *ours = mine;
    const uint64_t *other = theirs;
    ++*(int *) context;
    if (other[0] > ours[0]) {
        memcpy(ours, other, 16);
    }
}

static void reductions(pangea_node *node, size_t rank, size_t size) {
    double sums[2] = {(double) rank, 1};
    uint8_t bits = (uint8_t) (1 << rank);
    uint64_t pair[2] = {rank * 10, rank};
    char text[16] = "";
    int calls = 0;
    OK(pangea_node_reduce(node, sums, 2, PANGEA_TYPE_F64, PANGEA_OP_SUM));
    TRUE(sums[0] == (double) (size * (size - 1) / 2) && sums[1] == (double) size);
    OK(pangea_node_reduce(node, &bits, 1, PANGEA_TYPE_U8, PANGEA_OP_OR));
    TRUE(bits == (1 << size) - 1);
    OK(pangea_node_reduce_with(node, pair, sizeof pair, larger, &calls));
    TRUE(pair[0] == 10 * (size - 1) && pair[1] == size - 1);
    if (rank == size - 1) {
        strcpy(text, "from the last");
    }
    OK(pangea_node_broadcast(node, size - 1, text, sizeof text));
    TRUE(strcmp(text, "from the last") == 0);
}

int main(void) {
    pangea_node *node;
    pangea_counters counts;
    size_t rank, size, dead;
    OK(pangea_join(&node));
    rank = pangea_node_rank(node);
    size = pangea_node_size(node);
    TRUE(rank < size && pangea_node_is_leader(node) == (rank == 0));
    TRUE(strcmp(pangea_node_provider(node), "shm") == 0);
    elements(node, rank, size);
    structures(node, rank, size);
    atomics(node, rank, size);
    reductions(node, rank, size);
    OK(pangea_node_fence(node));
    OK(pangea_node_counts(node, &counts));
    TRUE(counts.atomics > 0);
    OK(pangea_node_dead(node, NULL, 0, &dead));
    TRUE(dead == 0 && pangea_node_is_dead(node, 0) == 0 && pangea_node_is_dead(node, size) == -1);
    OK(pangea_leave(node));
    printf("arrays: good\n");
    return 0;
}
