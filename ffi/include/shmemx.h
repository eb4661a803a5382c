/* Extensions of OpenSHMEM: there are none.
 * Made by `shmem-api headers` from openshmem-1.5-routines.txt: change that, and make it anew. */

#ifndef SHMEMX_H
#define SHMEMX_H

#include "shmem.h"

#endif
