/* Every PE says who it is, in the order of their numbers. */

#include <shmem.h>
#include <stdio.h>

static int turn;

int main(void)
{
    shmem_init();
    const int me = shmem_my_pe(), pes = shmem_n_pes();
    char name[SHMEM_MAX_NAME_LEN];
    int major, minor;
    shmem_info_get_name(name);
    shmem_info_get_version(&major, &minor);

    shmem_int_wait_until(&turn, SHMEM_CMP_EQ, me);
    printf("Hello from PE %d of %d, by %s's OpenSHMEM %d.%d\n", me, pes, name, major, minor);
    fflush(stdout);
    if (me + 1 < pes) shmem_int_p(&turn, me + 1, me + 1);
    shmem_barrier_all();
    if (me == 0) printf("verified: %d PEs\n", pes);
    shmem_finalize();
    return 0;
}
