/*
 * Every node fills the part of an array that it holds, and reads what another node holds.
 *
 *   cc -o hello hello.c $(pkg-config --cflags --libs pangea)
 *   pangea run -n 4 -- ./hello
 */

#include <inttypes.h>
#include <pangea.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program when something is wrong. */
static void must(pangea_status status) {
    if (status != PANGEA_STATUS_OK) {
        fprintf(stderr, "hello: %s\n", pangea_error_message());
        exit(1);
    }
}

int main(void) {
    pangea_node *node;
    pangea_array *squares, *visits;
    pangea_spec spec = {0};
    pangea_range mine;
    uint64_t value, index;

    must(pangea_join(&node));
    spec.element_type = PANGEA_TYPE_U64;
    spec.len = 1000;
    must(pangea_array_create(node, "squares", &spec, &squares));
    spec.len = 1;
    must(pangea_array_create(node, "visits", &spec, &visits));

    /* Every node fills the part that it holds ... */
    must(pangea_array_local_range(squares, &mine));
    for (index = mine.start; index < mine.end; index++) {
        value = index * index;
        must(pangea_array_put(squares, index, &value));
    }
    must(pangea_node_barrier(node));

    /* ... and reads wherever it likes, with no help from the node that holds it. */
    index = 999 - pangea_node_rank(node);
    must(pangea_array_get(squares, index, &value));
    printf("node %zu of %zu: %" PRIu64 " squared is %" PRIu64 "\n", pangea_node_rank(node),
           pangea_node_size(node), index, value);

    must(pangea_array_fetch_add(visits, 0, 1, NULL));
    must(pangea_node_barrier(node));
    must(pangea_array_load(visits, 0, &value));
    if (value != pangea_node_size(node)) {
        fprintf(stderr, "hello: %" PRIu64 " visits\n", value);
        return 1;
    }
    must(pangea_leave(node));
    return 0;
}
