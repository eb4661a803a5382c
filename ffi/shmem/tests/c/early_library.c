/* A library that sets OpenSHMEM up before the program has begun. */

#include <shmem.h>

__attribute__((constructor)) static void early(void)
{
    shmem_init();
}
