/* An element that is got, put, and changed, with something in between that the compiler does not know. */

#include <shmem.h>

void close_ways(void);
long use(long *at);

long use(long *at)
{
    const long value = shmem_long_g(at, 1) + shmem_long_atomic_fetch_add(at, 1, 1);
    close_ways();
    shmem_long_p(at, value + 1, 1);
    close_ways();
    return shmem_long_atomic_fetch_add(at, 1, 1);
}
