/* Extensions of OpenSHMEM.
 * Made by `shmem-api headers` from openshmem-1.5-routines.txt: change that, and make it anew. */

#ifndef SHMEMX_H
#define SHMEMX_H

#include "shmem.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The node that this PE is, for the functions of pangea.h, which libpangea-shmem has as well. Always the same handle, good until
 * shmem_finalize, and not for pangea_leave; NULL before shmem_init. */
struct pangea_node *pangea_of_shmem(void);

/* As Sandia OpenSHMEM has them: seconds of a clock that only goes forward; and how threads are told apart, which is not needed here,
 * so nothing is done with it. */
double shmemx_wtime(void);
void shmemx_register_gettid(uint64_t (*gettid)(void));

/* Programs of it that are configured for any OpenSHMEM define a static shmemx_wtime, unless this says that there is one. */
#ifndef HAVE_SHMEMX_WTIME
#define HAVE_SHMEMX_WTIME 1
#endif

#ifdef __cplusplus
}
#endif

#endif
