/* Part of profiling.c: a program's own file, which knows of no tool, and is compiled with optimization. */

#include <shmem.h>

long get_elsewhere(const long *source, int pe);

long get_elsewhere(const long *source, int pe)
{
    return shmem_long_g(source, pe);
}
