/* The folder that headers were in before OpenSHMEM 1.1.
 * Made by `shmem-api headers` from openshmem-1.5-routines.txt: change that, and make it anew. */

#ifndef MPP_SHMEMX_H
#define MPP_SHMEMX_H

#include "../shmemx.h"

#endif
