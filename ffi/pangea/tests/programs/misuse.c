/* Whatever is wrong is told, and harms nothing. */

#include "check.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static pangea_node *node;
static pangea_mutex *mutex;
static pangea_mutex_guard *guard;
static pangea_array *array;

static void *other_thread(void *unused) {
    (void) unused;
    FAILS(PANGEA_STATUS_WRONG_THREAD, "another thread", pangea_mutex_guard_unlock(guard));
    TRUE(pangea_mutex_guard_data(guard) == NULL);
    FAILS(PANGEA_STATUS_IN_USE, "another thread", pangea_leave(node));
    return NULL;
}

static void release_amid(void *value, void *context) {
    /* The object stays for as long as it is used. */
    *(uint64_t *) value = 9;
    OK(pangea_shared_free(context));
}

static void handles(void) {
    uint64_t value = 0;
    pangea_spec spec = numbers(PANGEA_TYPE_U64, 8);
    pangea_array *freed;
    pangea_node *none = NULL;
    FAILS(PANGEA_STATUS_NULL_POINTER, "pangea_array", pangea_array_get(NULL, 0, &value));
    FAILS(PANGEA_STATUS_NULL_POINTER, "value", pangea_array_get(array, 0, NULL));
    FAILS(PANGEA_STATUS_NULL_POINTER, "name", pangea_array_create(node, NULL, &spec, &freed));
    FAILS(PANGEA_STATUS_NULL_POINTER, "spec", pangea_array_create(node, "a", NULL, &freed));
    FAILS(PANGEA_STATUS_NULL_POINTER, "array", pangea_array_create(node, "a", &spec, NULL));
    FAILS(PANGEA_STATUS_NULL_POINTER, "pangea_node", pangea_node_barrier(none));
    FAILS(PANGEA_STATUS_NULL_POINTER, "function", pangea_mutex_guard_wait_until(guard, NULL, NULL));
    TRUE(pangea_node_rank(NULL) == SIZE_MAX && pangea_error_status() == PANGEA_STATUS_NULL_POINTER);
    OK(pangea_array_attach(node, "words", &spec, &freed));
    OK(pangea_array_free(freed));
    FAILS(PANGEA_STATUS_BAD_HANDLE, "freed before", pangea_array_put(freed, 0, &value));
    FAILS(PANGEA_STATUS_BAD_HANDLE, "freed before", pangea_array_free(freed));
    FAILS(PANGEA_STATUS_BAD_HANDLE, "is a pangea_array, not a pangea_mutex",
          pangea_mutex_free((pangea_mutex *) (void *) array));
    FAILS(PANGEA_STATUS_BAD_HANDLE, "never given", pangea_array_put((pangea_array *) (void *) &value, 0, &value));
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "aligned",
          pangea_array_gather(array, (const size_t *) (const void *) ((const char *) &spec + 1), &value, 1));
}

/* What a process has, its children have not. */
static void children(void) {
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        uint64_t value = 0;
        pangea_node *joined;
        FAILS(PANGEA_STATUS_BAD_HANDLE, "child of fork", pangea_array_put(array, 0, &value));
        FAILS(PANGEA_STATUS_BAD_HANDLE, "child of fork", pangea_mutex_guard_unlock(guard));
        FAILS(PANGEA_STATUS_BAD_HANDLE, "child of fork", pangea_join(&joined));
        FAILS(PANGEA_STATUS_BAD_HANDLE, "child of fork", pangea_leave(node));
        TRUE(pangea_node_size(node) == SIZE_MAX);
        exit(0);
    }
    TRUE(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

static void arguments(void) {
    pangea_spec spec = numbers(PANGEA_TYPE_U64, 8);
    pangea_array *made;
    pangea_shared *shared;
    pangea_atomic *atomic;
    uint64_t value = 1;
    size_t far[2] = {1, 8};
    FAILS(PANGEA_STATUS_OUT_OF_RANGE, "words", pangea_array_get(array, 8, &value));
    FAILS(PANGEA_STATUS_OUT_OF_RANGE, "words", pangea_array_put_range(array, 7, far, 2));
    FAILS(PANGEA_STATUS_OUT_OF_RANGE, "words", pangea_array_get_range(array, SIZE_MAX, far, 2));
    FAILS(PANGEA_STATUS_OUT_OF_RANGE, "words", pangea_array_gather(array, far, far, 2));
    FAILS(PANGEA_STATUS_OUT_OF_RANGE, "words", pangea_array_get_strided(array, 1, SIZE_MAX, far, 2));
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "more than there can be",
          pangea_array_get_range(array, 0, far, SIZE_MAX));
    FAILS(PANGEA_STATUS_NO_SUCH_RANK, "rank 99", pangea_array_segment_of(array, 99, (void **) &made, NULL));
    FAILS(PANGEA_STATUS_NO_SUCH_RANK, "rank 99", pangea_node_broadcast(node, 99, &value, 8));
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "pangea_op", pangea_node_reduce(node, &value, 1, PANGEA_TYPE_U64, 7));
    FAILS(PANGEA_STATUS_BAD_TYPE, "integers", pangea_node_reduce(node, &value, 1, PANGEA_TYPE_F64, PANGEA_OP_AND));
    {
        char large[300] = "";
        FAILS(PANGEA_STATUS_VALUE_TOO_LARGE, "256", pangea_node_broadcast(node, 0, large, sizeof large));
    }
    /* Types: of what is there, and of what is asked for. */
    spec.element_type = PANGEA_TYPE_F64;
    FAILS(PANGEA_STATUS_REFUSED, "words", pangea_array_create(node, "words", &spec, &made));
    FAILS(PANGEA_STATUS_BAD_ARRAY, "u64", pangea_array_attach(node, "words", &spec, &made));
    FAILS(PANGEA_STATUS_BAD_ARRAY, "Array", pangea_shared_attach(node, "words", &(const pangea_spec){.element_type = PANGEA_TYPE_U64}, &shared));
    OK(pangea_array_create(node, "doubles", &spec, &made));
    FAILS(PANGEA_STATUS_BAD_TYPE, "atomics", pangea_array_fetch_add(made, 0, 1, NULL));
    OK(pangea_array_release(made));
    spec.element_type = 12;
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "pangea_type", pangea_array_create(node, "a", &spec, &made));
    spec.element_type = PANGEA_TYPE_BOOL;
    FAILS(PANGEA_STATUS_BAD_TYPE, "bool", pangea_array_create(node, "a", &spec, &made));
    spec.element_type = PANGEA_TYPE_BYTES;
    FAILS(PANGEA_STATUS_BAD_TYPE, "missing", pangea_array_create(node, "a", &spec, &made));
    spec.element_bytes = 12;
    spec.element_align = 8;
    FAILS(PANGEA_STATUS_BAD_ARRAY, "multiple", pangea_array_create(node, "a", &spec, &made));
    spec = numbers(PANGEA_TYPE_U64, 8);
    spec.distribution = 6;
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "pangea_distribution", pangea_array_create(node, "a", &spec, &made));
    spec.distribution = PANGEA_DISTRIBUTION_BLOCK;
    spec.on_node = 3;
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "on_node", pangea_array_create(node, "a", &spec, &made));
    spec = numbers(PANGEA_TYPE_U64, 8);
    spec.model = PANGEA_MODEL_RELEASE;
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "model", pangea_array_create(node, "a", &spec, &made));
    spec.model = PANGEA_MODEL_DEFAULT;
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "len", pangea_atomic_create(node, "a", &spec, &atomic));
    spec.page_size = 4096;
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "page_size", pangea_array_create(node, "a", &spec, &made));
    FAILS(PANGEA_STATUS_BAD_ARGUMENT, "UTF-8", pangea_array_attach(node, "\xff", &spec, &made));
}

int main(void) {
    pangea_spec spec = numbers(PANGEA_TYPE_U64, 8);
    pangea_shared *shared, *again;
    pangea_node *left;
    pthread_t thread;
    uint64_t value = 0;
    OK(pangea_join(&node));
    OK(pangea_array_create(node, "words", &spec, &array));
    spec.len = 0;
    spec.distribution = PANGEA_DISTRIBUTION_ON_NODE;
    OK(pangea_mutex_create(node, pangea_node_is_leader(node) ? "mine" : "theirs", &spec, &mutex));
    OK(pangea_node_barrier(node));
    if (pangea_node_rank(node) <= 1) {
        OK(pangea_mutex_lock(mutex, &guard));
        TRUE(pthread_create(&thread, NULL, other_thread, NULL) == 0);
        TRUE(pthread_join(thread, NULL) == 0);
        handles();
        children();
        FAILS(PANGEA_STATUS_IN_USE, "in use", pangea_mutex_release(mutex));
        OK(pangea_mutex_guard_unlock(guard));
        FAILS(PANGEA_STATUS_BAD_HANDLE, "freed before", pangea_mutex_guard_unlock(guard));
    }
    OK(pangea_node_barrier(node));
    if (pangea_node_is_leader(node)) {
        arguments();
    }
    spec = numbers(PANGEA_TYPE_U64, 0);
    if (pangea_node_is_leader(node)) {
        OK(pangea_shared_create(node, "amid", &spec, &shared));
        OK(pangea_shared_attach(node, "amid", &spec, &again));
        OK(pangea_shared_update(shared, release_amid, shared));
        OK(pangea_shared_load(again, &value));
        TRUE(value == 9);
        FAILS(PANGEA_STATUS_BAD_HANDLE, "freed before", pangea_shared_load(shared, &value));
    }
    OK(pangea_node_barrier(node));
    left = node;
    OK(pangea_leave(node));
    FAILS(PANGEA_STATUS_BAD_HANDLE, "freed before", pangea_node_barrier(left));
    FAILS(PANGEA_STATUS_BAD_HANDLE, "freed before", pangea_array_get(array, 0, &value));
    FAILS(PANGEA_STATUS_BAD_HANDLE, "freed before", pangea_leave(left));
    printf("misuse: good\n");
    return 0;
}
