/* Release arrays as plain memory. */

#include "check.h"

struct cell {
    double value;
    uint64_t writer;
    uint64_t unused;
};

int main(void) {
    pangea_node *node;
    pangea_spec spec = {0};
    pangea_view_options options = {0};
    pangea_release_array *array, *counts;
    pangea_view *view, *other, *both[2];
    pangea_view_lock *lock;
    pangea_locked_view *locked;
    pangea_view_counters counters;
    pangea_range mine;
    struct cell *cells;
    const struct cell *all;
    uint64_t *number;
    void *memory;
    const void *shown;
    size_t rank, size, i;
    OK(pangea_join(&node));
    rank = pangea_node_rank(node);
    size = pangea_node_size(node);

    spec.element_bytes = sizeof(struct cell);
    spec.element_align = 8;
    spec.type_name = "cell";
    spec.len = 3000;
    OK(pangea_release_array_create(node, "cells", &spec, &array));
    TRUE(pangea_release_array_len(array) == 3000);
    TRUE(pangea_release_array_element_bytes(array) == sizeof(struct cell));
    TRUE(pangea_release_array_page_size(array) == 4096);
    OK(pangea_view_open(array, NULL, &view));
    TRUE(pangea_view_len(view) == 3000 && !pangea_view_is_read_only(view));
    OK(pangea_view_local_range(view, &mine));
    OK(pangea_view_write(view, mine.start, mine.end - mine.start, &memory));
    cells = memory;
    for (i = mine.start; i < mine.end; i++) {
        cells[i - mine.start].value = (double) i;
        cells[i - mine.start].writer = rank;
    }
    OK(pangea_view_barrier(view));
    OK(pangea_view_populate(view, 0, 3000, PANGEA_ACCESS_READ));
    OK(pangea_view_read(view, 0, 3000, &shown));
    all = shown;
    TRUE(all == pangea_view_data(view));
    for (i = 0; i < 3000; i++) {
        TRUE(all[i].value == (double) i && all[i].writer < size);
        TRUE(all[i].writer == pangea_view_home_of(view, i));
    }
    OK(pangea_view_barrier(view));

    /* Sums under a lock. */
    spec = numbers(PANGEA_TYPE_U64, 100);
    OK(pangea_release_array_create(node, "counts", &spec, &counts));
    OK(pangea_view_open(counts, NULL, &other));
    OK(pangea_view_lock_create(node, "lock of counts", NULL, &lock));
    for (i = 0; i < 20; i++) {
        if (i % 2 == 0) {
            OK(pangea_view_lock_all(other, lock, &locked));
        } else {
            OK(pangea_view_lock_range(other, lock, 10, 5, &locked));
            FAILS(PANGEA_STATUS_NOT_LOCKED, "elements 0..1 of \"counts\" are not among those that the lock was taken for (10..15)",
                  pangea_locked_view_read(locked, 0, 1, &shown));
        }
        FAILS(PANGEA_STATUS_IN_USE, "is locked", pangea_view_barrier(other));
        OK(pangea_locked_view_write(locked, 12, 1, &memory));
        number = memory;
        ++*number;
        OK(pangea_locked_view_read(locked, 12, 1, &shown));
        TRUE(shown == memory);
        OK(pangea_locked_view_unlock(locked));
    }
    both[0] = view;
    both[1] = other;
    OK(pangea_node_view_barrier(node, both, 2));
    OK(pangea_view_read(other, 12, 1, &shown));
    TRUE(*(const uint64_t *) shown == 20 * size);
    both[1] = view;
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "twice", pangea_node_view_barrier(node, both, 2));

    OK(pangea_view_counts(other, &counters));
    /* All of it is on the first page, and so at rank 0. */
    TRUE((counters.fetched > 0) == (pangea_release_array_is_paged(counts) && rank > 0));
    TRUE(pangea_view_races(other) == 0);
    FAILS(PANGEA_STATUS_OUT_OF_RANGE, "array \"counts\" of 100 elements",
          pangea_view_read(other, 99, 2, &shown));
    FAILS(PANGEA_STATUS_OUT_OF_RANGE, "counts", pangea_view_read(other, SIZE_MAX, 2, &shown));
    FAILS(PANGEA_STATUS_VIEWS_OPEN, "counts", pangea_release_array_release(counts));
    OK(pangea_view_close(other));

    /* At one address in all nodes, for reading. */
    options.everywhere_alike = true;
    options.read_only = true;
    OK(pangea_view_open(counts, &options, &other));
    TRUE(pangea_view_is_read_only(other));
    FAILS(PANGEA_STATUS_READ_ONLY, "counts", pangea_view_write(other, 0, 1, &memory));
    memory = pangea_view_data(other);
    OK(pangea_node_broadcast(node, 0, &memory, sizeof memory));
    TRUE(memory == pangea_view_data(other));
    OK(pangea_view_close(other));
    OK(pangea_node_barrier(node));
    OK(pangea_view_lock_release(lock));
    OK(pangea_release_array_release(counts));
    OK(pangea_view_release(view));
    OK(pangea_view_acquire(view));
    /* The view is left to this. */
    OK(pangea_leave(node));
    printf("views: good\n");
    return 0;
}
