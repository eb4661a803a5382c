/* What is wrong ends the job with a message: one way of many, by number. */

#include <shmem.h>
#include <stdlib.h>

static long place;

int main(int argc, char **argv)
{
    const int which = argc > 1 ? atoi(argv[1]) : 0;
    if (which == 0) shmem_my_pe();
    shmem_init();
    const int me = shmem_my_pe();
    long here = 0, *heap = shmem_malloc(100);
    shmem_ctx_t context;
    switch (which) {
    case 1: shmem_long_p(&here, 1, 0); break;
    case 2: shmem_long_p(&place, 1, shmem_n_pes()); break;
    case 3: shmem_free(heap), shmem_free(heap); break;
    case 4: shmem_free((char *)heap + 8); break;
    case 5: me == 0 ? shmem_malloc(64) : shmem_align(128, 64); break;
    case 6:
        shmem_ctx_create(0, &context);
        shmem_ctx_destroy(context);
        shmem_ctx_long_p(context, &place, 1, 0);
        break;
    case 7: shmem_long_atomic_inc((long *)((char *)heap + 4), 0); break;
    case 8: shmem_long_put(heap, &here, (size_t)-1, 0); break;
    case 9: shmem_long_get(NULL, heap, 1, 0); break;
    case 10: shmem_finalize(), shmem_long_p(&place, 1, 0); break;
    case 11: shmem_finalize(), shmem_init(); break;
    case 12: shmem_long_iput(heap, &here, 0, 1, 2, 0); break;
    }
    shmem_barrier_all();
    shmem_finalize();
    return 0;
}
