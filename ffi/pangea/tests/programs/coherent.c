/* Coherent values and arrays of both models, and what synchronizes. */

#include "check.h"

static void add_one(void *value, void *context) {
    *(uint64_t *) value += *(uint64_t *) context;
}

static void double_all(void *values, void *context) {
    uint64_t *elements = values;
    size_t i;
    for (i = 0; i < *(size_t *) context; i++) {
        elements[i] *= 2;
    }
}

static bool is_at_least(const void *value, void *context) {
    return *(const uint64_t *) value >= *(uint64_t *) context;
}

static void values(pangea_node *node, size_t size, int model, const char *name) {
    pangea_spec spec = numbers(PANGEA_TYPE_U64, 0);
    pangea_shared *shared, *same;
    pangea_batch *batch;
    uint64_t one = 1, all = 100 * size, expected, desired, found;
    bool exchanged;
    int i;
    spec.model = model;
    OK(pangea_shared_create(node, name, &spec, &shared));
    for (i = 0; i < 100; i++) {
        OK(pangea_shared_update(shared, add_one, &one));
    }
    OK(pangea_shared_wait_until(shared, is_at_least, &all, &found));
    TRUE(found == all);
    OK(pangea_node_barrier(node));
    OK(pangea_batch_begin(node, &batch));
    for (i = 0; i < 10; i++) {
        OK(pangea_shared_load_in(shared, batch, &found));
        TRUE(found == all);
    }
    OK(pangea_batch_end(batch));
    OK(pangea_node_barrier(node));
    expected = all + 5;
    desired = 1;
    OK(pangea_shared_compare_exchange(shared, &expected, &desired, &found, &exchanged));
    TRUE(found == all && !exchanged);
    OK(pangea_node_barrier(node));
    OK(pangea_shared_attach(node, name, &spec, &same));
    if (pangea_node_is_leader(node)) {
        expected = all;
        OK(pangea_shared_compare_exchange(same, &expected, &desired, NULL, &exchanged));
        TRUE(exchanged);
        OK(pangea_shared_store(same, &one));
    }
    OK(pangea_node_barrier(node));
    OK(pangea_shared_load(shared, &found));
    TRUE(found == 1);
    OK(pangea_node_barrier(node));
    OK(pangea_shared_free(same));
    OK(pangea_shared_release(shared));
}

static void arrays(pangea_node *node, size_t rank, size_t size, int model, const char *name) {
    pangea_spec spec = numbers(PANGEA_TYPE_U64, 200);
    pangea_shared_array *array;
    pangea_range range;
    uint64_t numbers_[50], found, one = 1;
    size_t i, count;
    spec.model = model;
    spec.block_bytes = 512;
    OK(pangea_shared_array_create(node, name, &spec, &array));
    TRUE(pangea_shared_array_len(array) == 200 && pangea_shared_array_element_bytes(array) == 8);
    OK(pangea_shared_array_set(array, rank, &rank));
    if (rank == 0) {
        for (i = 0; i < 50; i++) {
            numbers_[i] = i;
        }
        OK(pangea_shared_array_set_range(array, 30, numbers_, 50));
    }
    OK(pangea_node_barrier(node));
    for (i = 0; i < size; i++) {
        OK(pangea_shared_array_get(array, i, &found));
        TRUE(found == i);
    }
    memset(numbers_, 0, sizeof numbers_);
    OK(pangea_shared_array_get_range(array, 30, numbers_, 50));
    TRUE(numbers_[0] == 0 && numbers_[49] == 49);
    OK(pangea_shared_array_update(array, 199, add_one, &one));
    OK(pangea_node_barrier(node));
    OK(pangea_shared_array_get(array, 199, &found));
    TRUE(found == size);
    TRUE(pangea_shared_array_block_of(array, 199) == pangea_shared_array_blocks(array) - 1);
    TRUE(pangea_shared_array_home_of(array, 0) < size);
    TRUE(pangea_shared_array_home_of(array, 99) == SIZE_MAX);
    OK(pangea_shared_array_block_range(array, pangea_shared_array_block_of(array, 199), &range));
    TRUE(range.end == 200);
    OK(pangea_node_barrier(node));
    if (rank == size - 1) {
        count = range.end - range.start;
        OK(pangea_shared_array_update_block(
            array, pangea_shared_array_block_of(array, 199), double_all, &count));
    }
    OK(pangea_node_barrier(node));
    found = 2 * size;
    OK(pangea_shared_array_wait_until(array, 199, is_at_least, &found, &numbers_[0]));
    TRUE(numbers_[0] == 2 * size);
    OK(pangea_shared_array_release(array));
}

struct account {
    int64_t sum;
    int32_t count;
    int32_t unused;
};

static bool is_full(const void *value, void *context) {
    return ((const struct account *) value)->count >= *(int32_t *) context;
}

static void locks(pangea_node *node, size_t rank, size_t size) {
    pangea_spec spec = {0};
    pangea_mutex *mutex;
    pangea_mutex_guard *guard, *second;
    pangea_rwlock *lock;
    pangea_rwlock_read_guard *reading;
    pangea_rwlock_write_guard *writing;
    struct account *account;
    uint64_t token = 0;
    int32_t all = (int32_t) (50 * size);
    int i;
    spec.element_bytes = sizeof(struct account);
    spec.element_align = 8;
    spec.type_name = "account";
    OK(pangea_mutex_create(node, "account", &spec, &mutex));
    TRUE(pangea_mutex_element_bytes(mutex) == sizeof(struct account));
    for (i = 0; i < 50; i++) {
        OK(pangea_mutex_lock(mutex, &guard));
        account = pangea_mutex_guard_data(guard);
        account->sum += (int64_t) rank;
        account->count++;
        TRUE(pangea_mutex_guard_token(guard) > token);
        token = pangea_mutex_guard_token(guard);
        TRUE(!pangea_mutex_guard_is_poisoned(guard));
        OK(pangea_mutex_guard_unlock(guard));
    }
    OK(pangea_mutex_lock(mutex, &guard));
    FAILS(PANGEA_STATUS_WOULD_DEADLOCK, "account", pangea_mutex_lock(mutex, &second));
    OK(pangea_mutex_guard_save(guard));
    OK(pangea_mutex_guard_wait_until(guard, is_full, &all));
    account = pangea_mutex_guard_data(guard);
    TRUE(account->sum == 50 * (int64_t) (size * (size - 1) / 2));
    OK(pangea_mutex_guard_unlock(guard));
    OK(pangea_node_barrier(node));
    if (rank == 0) {
        OK(pangea_mutex_try_lock(mutex, &guard));
        OK(pangea_mutex_guard_unlock(guard));
    }
    OK(pangea_rwlock_create(node, "table", &spec, &lock));
    for (i = 0; i < 20; i++) {
        OK(pangea_rwlock_write(lock, &writing));
        account = pangea_rwlock_write_guard_data(writing);
        account->sum += 3;
        OK(pangea_rwlock_write_guard_unlock(writing));
    }
    OK(pangea_node_barrier(node));
    OK(pangea_rwlock_read(lock, &reading));
    TRUE(((const struct account *) pangea_rwlock_read_guard_data(reading))->sum == (int64_t) (60 * size));
    /* All read at once. */
    OK(pangea_node_barrier(node));
    if (rank == 0) {
        FAILS(PANGEA_STATUS_WOULD_DEADLOCK, "table", pangea_rwlock_try_write(lock, &writing));
    }
    OK(pangea_node_barrier(node));
    OK(pangea_rwlock_read_guard_unlock(reading));
    OK(pangea_node_barrier(node));
    OK(pangea_rwlock_release(lock));
    OK(pangea_mutex_release(mutex));
}

static void count_call(bool is_poisoned, void *context) {
    if (!is_poisoned) {
        ++*(int *) context;
    }
}

static bool is_even(const void *value, void *context) {
    (void) context;
    return *(const uint64_t *) value % 2 == 0;
}

static void objects(pangea_node *node, size_t rank, size_t size) {
    pangea_spec spec = numbers(PANGEA_TYPE_I32, 0);
    pangea_atomic *atomic, *flag;
    pangea_semaphore *semaphore;
    pangea_permits *permits, *more;
    pangea_once *once;
    pangea_barrier *barrier;
    uint64_t before;
    uint32_t available;
    size_t ranks[8], i;
    int calls = 0;
    bool done, exchanged;
    OK(pangea_atomic_create(node, "number", &spec, &atomic));
    OK(pangea_atomic_fetch_add(atomic, (uint64_t) -2, NULL));
    OK(pangea_node_barrier(node));
    OK(pangea_atomic_load(atomic, &before));
    TRUE((int32_t) before == -2 * (int32_t) size && (int64_t) before == -2 * (int64_t) size);
    OK(pangea_node_barrier(node));
    OK(pangea_atomic_fetch_max(atomic, rank, NULL));
    OK(pangea_node_barrier(node));
    OK(pangea_atomic_load(atomic, &before));
    TRUE(before == size - 1);
    OK(pangea_node_barrier(node));
    if (rank == 0) {
        OK(pangea_atomic_store(atomic, 6));
        OK(pangea_atomic_fetch_min(atomic, 4, NULL));
        OK(pangea_atomic_fetch_or(atomic, 3, &before));
        TRUE(before == 4);
        OK(pangea_atomic_fetch_and(atomic, 6, &before));
        TRUE(before == 7);
        OK(pangea_atomic_compare_exchange(atomic, 6, 8, &before, &exchanged));
        TRUE(before == 6 && exchanged);
        OK(pangea_atomic_fetch_sub(atomic, 1, NULL));
        OK(pangea_atomic_swap(atomic, 2, &before));
        TRUE(before == 7);
    }
    OK(pangea_atomic_wait_until(atomic, is_even, NULL, NULL));
    spec.element_type = PANGEA_TYPE_BOOL;
    OK(pangea_atomic_create(node, "flag", &spec, &flag));
    FAILS(PANGEA_STATUS_BAD_TYPE, "truth value", pangea_atomic_fetch_add(flag, 1, NULL));
    OK(pangea_semaphore_create(node, "licenses", 2, NULL, &semaphore));
    OK(pangea_semaphore_acquire(semaphore, 2, &permits));
    FAILS(PANGEA_STATUS_WOULD_BLOCK, "licenses", pangea_semaphore_try_acquire(semaphore, 1, &more));
    FAILS(PANGEA_STATUS_TOO_MANY_PERMITS, "3 permits", pangea_semaphore_acquire(semaphore, 3, &more));
    OK(pangea_permits_release(permits));
    OK(pangea_node_barrier(node));
    OK(pangea_semaphore_available(semaphore, &available));
    TRUE(available == 2);
    OK(pangea_once_create(node, "setup", NULL, &once));
    OK(pangea_once_call_once(once, count_call, &calls));
    OK(pangea_once_call_once_force(once, count_call, &calls));
    OK(pangea_once_is_completed(once, &done));
    TRUE(done);
    OK(pangea_node_reduce(node, &calls, 1, PANGEA_TYPE_I32, PANGEA_OP_SUM));
    TRUE(calls == 1);
    for (i = 0; i < size; i++) {
        ranks[i] = i;
    }
    OK(pangea_node_barrier_among(node, "some", ranks, size, &barrier));
    OK(pangea_barrier_wait(barrier));
    OK(pangea_barrier_wait(barrier));
    OK(pangea_barrier_release(barrier));
    OK(pangea_once_release(once));
    OK(pangea_semaphore_release(semaphore));
    OK(pangea_atomic_release(flag));
    OK(pangea_atomic_release(atomic));
}

int main(void) {
    pangea_node *node;
    size_t rank, size;
    OK(pangea_join(&node));
    rank = pangea_node_rank(node);
    size = pangea_node_size(node);
    values(node, size, PANGEA_MODEL_SEQUENTIAL, "sequential");
    values(node, size, PANGEA_MODEL_STRICT, "strict");
    arrays(node, rank, size, PANGEA_MODEL_SEQUENTIAL, "sequential array");
    arrays(node, rank, size, PANGEA_MODEL_STRICT, "strict array");
    locks(node, rank, size);
    objects(node, rank, size);
    OK(pangea_leave(node));
    printf("coherent: good\n");
    return 0;
}
