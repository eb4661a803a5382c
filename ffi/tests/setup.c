/* Setup and query, ordering, shmem_ptr, pcontrol. */

#include "check.h"

#include <shmemx.h>

static long variable;
static const long constant = 3;

static void names(void)
{
    int major = 0, minor = 0;
    char name[SHMEM_MAX_NAME_LEN];
    shmem_info_get_version(&major, &minor);
    CHECK(major == SHMEM_MAJOR_VERSION && minor == SHMEM_MINOR_VERSION, "shmem_info_get_version");
    memset(name, 'x', sizeof name);
    shmem_info_get_name(name);
    CHECK(memchr(name, 0, sizeof name) != NULL, "shmem_info_get_name");
    CHECK(strcmp(name, SHMEM_VENDOR_STRING) == 0, "shmem_info_get_name");
}

/* Programs of Open MPI ask the preprocessor for it. */
#if !defined(OSHMEM_SPEC_VERSION) || OSHMEM_SPEC_VERSION != 10500
#error "OSHMEM_SPEC_VERSION"
#endif

/* As programs do that are configured for any OpenSHMEM. */
#ifndef HAVE_SHMEMX_WTIME
static double shmemx_wtime(void) { return 0; }
#endif

static uint64_t one_thread(void) { return 1; }

static void extensions(void)
{
    const double start = shmemx_wtime();
    double now = start;
    for (int i = 0; i < 1000000 && now == start; i++) now = shmemx_wtime();
    CHECK(now > start && now - start < 60, "shmemx_wtime");
    shmemx_register_gettid(one_thread);
    CHECK(one_thread() == 1, "shmemx_register_gettid");
}

static void accessible(void)
{
    long own = 0, *heap = (long *)shmem_malloc(4 * sizeof *heap), *plain = (long *)malloc(sizeof *plain);
    for (int pe = 0; pe < pes; pe++) {
        CHECK(shmem_pe_accessible(pe) == 1, "shmem_pe_accessible");
        CHECK(shmem_addr_accessible(&variable, pe) == 1, "shmem_addr_accessible of a variable");
        CHECK(shmem_addr_accessible(&heap[3], pe) == 1, "shmem_addr_accessible of the heap");
        CHECK(shmem_addr_accessible(&own, pe) == 0, "shmem_addr_accessible of the stack");
        CHECK(shmem_addr_accessible(plain, pe) == 0, "shmem_addr_accessible of malloc's");
        CHECK(shmem_addr_accessible(NULL, pe) == 0, "shmem_addr_accessible of NULL");
        CHECK(shmem_ptr(&own, pe) == NULL, "shmem_ptr of the stack");
    }
    CHECK(shmem_pe_accessible(-1) == 0 && shmem_pe_accessible(pes) == 0, "shmem_pe_accessible of no PE");
    CHECK(shmem_addr_accessible(&variable, pes) == 0, "shmem_addr_accessible of no PE");
    CHECK(constant == 3, "constants");
    free(plain);
    shmem_free(heap);
}

/* Loads and stores by shmem_ptr, where there is one, and puts are the same memory. */
static void pointers(void)
{
    long *heap = (long *)shmem_malloc(2 * sizeof *heap);
    heap[0] = heap[1] = variable = -1;
    CHECK(shmem_ptr(&variable, me) == &variable && shmem_ptr(heap, me) == heap, "shmem_ptr of the own PE");
    shmem_barrier_all();
    const int pe = next_pe();
    volatile long *its = (long *)shmem_ptr(heap, pe), *its_variable = (long *)shmem_ptr(&variable, pe);
    CHECK((its == NULL) == (its_variable == NULL), "shmem_ptr of heap and variables");
    if (its) {
        its[1] = 10 + me;
        *its_variable = 20 + me;
        CHECK(shmem_long_g(&heap[1], pe) == 10 + me, "shmem_ptr: a store is seen");
        shmem_long_p(&heap[0], 30 + me, pe);
        shmem_quiet();
        CHECK(its[0] == 30 + me, "shmem_ptr: a put is seen");
        shmem_barrier_all();
        CHECK(heap[1] == 10 + last_pe() && variable == 20 + last_pe(), "shmem_ptr: the home sees stores");
    } else
        shmem_barrier_all();
    shmem_barrier_all();
    shmem_free(heap);
}

/* What is put behind a fence comes behind what was put before; barriers complete puts. */
static void ordering(void)
{
    static long flag, data[500];
    for (int round = 1; round <= 20; round++) {
        long own[500];
        for (int i = 0; i < 500; i++) own[i] = round * 1000L + i;
        shmem_long_put_nbi(data, own, 500, next_pe());
        shmem_fence();
        shmem_long_atomic_set(&flag, round, next_pe());
        shmem_long_wait_until(&flag, SHMEM_CMP_EQ, round);
        for (int i = 0; i < 500; i++) CHECK(data[i] == round * 1000L + i, "shmem_fence");
        shmem_barrier_all();
        shmem_long_put_nbi(data, own, 3, next_pe());
        if (round % 2) shmem_quiet(), shmem_sync_all();
        else shmem_barrier_all();
        CHECK(data[2] == round * 1000L + 2, "shmem_barrier_all, shmem_sync_all");
        shmem_sync_all();
    }
}

int main(void)
{
    int provided = -1;
    begin();
    shmem_query_thread(&provided);
    CHECK(provided >= SHMEM_THREAD_SINGLE && provided <= SHMEM_THREAD_MULTIPLE, "shmem_query_thread");
    names();
    extensions();
    accessible();
    pointers();
    ordering();
    shmem_pcontrol(0);
    shmem_pcontrol(1);
    shmem_pcontrol(2, "more", 3);
    return end("setup");
}
