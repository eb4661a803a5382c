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

#ifdef __cplusplus
}
#endif

#endif
