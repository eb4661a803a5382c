/* A tool's routine in the place of the library's, which it calls under the other name. */

#include <pshmem.h>

#include "check.h"

static int calls;

void shmem_sync_all(void)
{
    calls++;
    pshmem_sync_all();
}

/* One that the header defines, too. */
static int gets;

long shmem_long_g(const long *source, int pe)
{
    gets++;
    return pshmem_long_g(source, pe);
}

/* The same, not taken in: programs that were compiled apart call it, too, see profiled.c. */
long get_elsewhere(const long *source, int pe);

int main(void)
{
    begin();
    long *there = shmem_malloc(sizeof *there);
    *there = 7 + shmem_my_pe();
    shmem_barrier_all();
    const int next = (shmem_my_pe() + 1) % shmem_n_pes();
    CHECK(shmem_long_g(there, next) == 7 + next && gets == 1, "a routine of the header that was replaced");
    CHECK(get_elsewhere(there, next) == 7 + next && gets == 2, "one that is called from where nothing is known of it");
    shmem_barrier_all();
    shmem_free(there);
    for (int i = 1; i <= 5; i++) {
        shmem_sync_all();
        CHECK(calls == i, "a routine that was replaced");
    }
    return end("profiling");
}
