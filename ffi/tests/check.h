/* What the tests have in common. Each is a program whose PEs check what they see; what is wrong ends the job with a
 * message. At its end PE 0 says how many checks all PEs have made together, so that a job that did nothing is seen. */

#ifndef CHECK_H
#define CHECK_H

#include <shmem.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "types.h"

/* A routine by type; compiled with GENERIC, the same tests go by C11's type-generic interfaces. */
#ifdef GENERIC
#define SHMEM(name, routine) shmem_##routine
#define SHMEM_CTX(name, routine) shmem_##routine
#define SUFFIX "_generic"
#else
#define SHMEM(name, routine) shmem_##name##_##routine
#define SHMEM_CTX(name, routine) shmem_ctx_##name##_##routine
#define SUFFIX ""
#endif

static int me, pes;
static long checks_here, checks_of_all;

#define CHECK(condition, what)                                                                              \
    do {                                                                                                    \
        checks_here++;                                                                                      \
        if (!(condition)) {                                                                                 \
            fprintf(stderr, "PE %d of %d: %s:%d: %s: not so: %s\n", me, pes, __FILE__, __LINE__, what,      \
                    #condition);                                                                            \
            shmem_global_exit(1);                                                                           \
        }                                                                                                   \
    } while (0)

static inline void begin_as(int level)
{
    int provided;
    CHECK(shmem_init_thread(level, &provided) == 0, "shmem_init_thread");
    me = shmem_my_pe();
    pes = shmem_n_pes();
    CHECK(provided >= level, "shmem_init_thread");
    CHECK(pes >= 1 && me >= 0 && me < pes, "shmem_my_pe and shmem_n_pes");
}

static inline void begin(void)
{
    shmem_init();
    me = shmem_my_pe();
    pes = shmem_n_pes();
    CHECK(pes >= 1 && me >= 0 && me < pes, "shmem_my_pe and shmem_n_pes");
}

static inline int end(const char *name)
{
    shmem_long_atomic_add(&checks_of_all, checks_here, 0);
    shmem_barrier_all();
    if (me == 0) {
        printf("ok %s%s: %d PEs, %ld checks\n", name, SUFFIX, pes, checks_of_all);
        fflush(stdout);
    }
    shmem_finalize();
    return 0;
}

/* PEs around this one in a ring. */
static inline int next_pe(void) { return (me + 1) % pes; }
static inline int last_pe(void) { return (me + pes - 1) % pes; }

/* A number of 0 to 100, which every type can hold, that differs by PE and place. */
static inline int number(int pe, int place) { return (pe * 37 + place * 11 + 5) % 101; }

#endif
