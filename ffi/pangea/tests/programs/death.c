/* A node that dies is named to the others. Run with --keep-going. */

#include "check.h"

#include <signal.h>

int main(void) {
    pangea_node *node;
    pangea_spec spec = numbers(PANGEA_TYPE_U64, 1);
    pangea_mutex *mutex;
    pangea_mutex_guard *guard;
    size_t rank, size, dead[2], count;
    pangea_status status;
    spec.len = 0;
    OK(pangea_join(&node));
    rank = pangea_node_rank(node);
    size = pangea_node_size(node);
    spec.distribution = PANGEA_DISTRIBUTION_ON_NODE;
    OK(pangea_mutex_create(node, "held by the dead", &spec, &mutex));
    OK(pangea_node_barrier(node));
    if (rank == size - 1) {
        OK(pangea_mutex_lock(mutex, &guard));
        *(uint64_t *) pangea_mutex_guard_data(guard) = 5;
        OK(pangea_mutex_guard_save(guard));
        OK(pangea_node_barrier(node));
        raise(SIGKILL);
    }
    OK(pangea_node_barrier(node));
    FAILS(PANGEA_STATUS_NODE_DIED, "died", pangea_node_barrier(node));
    TRUE(pangea_error_rank() == (int) size - 1);
    TRUE(pangea_node_is_dead(node, size - 1) == 1 && pangea_node_is_dead(node, 0) == 0);
    OK(pangea_node_dead(node, dead, 2, &count));
    TRUE(count == 1 && dead[0] == size - 1);
    /* What it had locked is poisoned, and had all the same. */
    status = pangea_mutex_lock(mutex, &guard);
    if (status == PANGEA_STATUS_LOCK_POISONED) {
        TRUE(pangea_error_rank() == (int) size - 1);
        TRUE(pangea_mutex_guard_is_poisoned(guard));
        OK(pangea_mutex_guard_clear_poison(guard));
        printf("poison: cleared\n");
    } else {
        OK(status);
    }
    TRUE(*(uint64_t *) pangea_mutex_guard_data(guard) == 5);
    OK(pangea_mutex_guard_unlock(guard));
    OK(pangea_leave(node));
    printf("death: good\n");
    return 0;
}
