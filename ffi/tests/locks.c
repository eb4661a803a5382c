/* Distributed locks: one at a time, in variables and in the heap, several at once, tried and set. */

#include "check.h"

static long lock, other, count, inside;

/* Adds one by load and store, which loses some without a lock. */
static void add_one(void)
{
    CHECK(shmem_long_atomic_fetch_inc(&inside, 0) == 0, "a lock: alone");
    const long seen = shmem_long_g(&count, 0);
    shmem_long_p(&count, seen + 1, 0);
    shmem_quiet();
    shmem_long_atomic_add(&inside, -1, 0);
    shmem_quiet();
}

int main(void)
{
    enum { TIMES = 200 };
    begin();
    long *in_heap = (long *)shmem_calloc(3, sizeof(long));
    long *locks[] = {&lock, &other, &in_heap[1]};
    for (int l = 0; l < 3; l++) {
        count = 0;
        shmem_barrier_all();
        for (int i = 0; i < TIMES; i++) {
            if (i % 3 == 2) {
                while (shmem_test_lock(locks[l]) != 0) {}
            } else
                shmem_set_lock(locks[l]);
            add_one();
            shmem_clear_lock(locks[l]);
        }
        shmem_barrier_all();
        if (me == 0) CHECK(count == (long)TIMES * pes, "a lock: each once");
        shmem_barrier_all();
        CHECK(*locks[l] == 0, "a lock that is free is 0");
    }
    CHECK(in_heap[0] == 0 && in_heap[2] == 0, "beside a lock");
    /* One holds it: others are told so. */
    if (me == 0) CHECK(shmem_test_lock(&lock) == 0, "shmem_test_lock");
    shmem_barrier_all();
    if (me != 0) CHECK(shmem_test_lock(&lock) == 1, "shmem_test_lock of what another holds");
    shmem_barrier_all();
    if (me == 0) {
        shmem_set_lock(&other);
        shmem_clear_lock(&lock);
        shmem_clear_lock(&other);
    }
    shmem_barrier_all();
    /* What was put inside is there when the next one comes in, with no quiet of its own. */
    static long data[100];
    for (int i = 0; i < 30; i++) {
        shmem_set_lock(&lock);
        long got[100];
        shmem_long_get(got, data, 100, 0);
        const long first = got[0];
        for (int k = 0; k < 100; k++) {
            CHECK(got[k] == first, "what was put by who held the lock before");
            got[k]++;
        }
        shmem_long_put_nbi(data, got, 100, 0);
        shmem_clear_lock(&lock);
    }
    shmem_barrier_all();
    if (me == 0) CHECK(data[0] == 30L * pes && data[99] == 30L * pes, "puts under a lock");
    shmem_barrier_all();
    shmem_free(in_heap);
    return end("locks");
}
