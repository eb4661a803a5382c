/* A program for which a library has set OpenSHMEM up. */

#include <shmem.h>

static long place = 3, other;

int main(void)
{
    const int me = shmem_my_pe(), pes = shmem_n_pes();
    if (place != 3) return 1;
    shmem_long_p(&other, 10 + me, (me + 1) % pes);
    shmem_barrier_all();
    return other == 10 + (me + pes - 1) % pes ? 0 : 2;
}
