/* Programs that differ, as PEs of one job: built with a number each, and with more variables. */

#include <shmem.h>
#include <stdio.h>
#include <string.h>

#ifndef MORE
#define MORE 1
#endif

static long variable;
volatile long more[MORE];

#if NUMBER
/* Makes the program's headers those of another. */
__attribute__((used)) static int other(const char *text)
{
    return printf("%s %s %s\n", text, text + NUMBER, strchr(text, NUMBER));
}
#endif

int main(int argc, char **argv)
{
    (void)argv;
    shmem_init();
    const int me = shmem_my_pe(), next = (me + 1) % shmem_n_pes();
    long *heap = shmem_malloc(100 * sizeof *heap);
    shmem_long_p(&heap[3], 10 + me, next);
    shmem_barrier_all();
    if ((heap[3] - 10 + 1) % shmem_n_pes() != me) shmem_global_exit(3);
    if (argc > 1) shmem_long_p(&variable, 1 + more[MORE - 1], next);
    shmem_barrier_all();
    shmem_free(heap);
    shmem_finalize();
    return 0;
}
