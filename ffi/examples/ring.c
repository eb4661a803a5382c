/* A token goes around a ring of PEs, each of which adds its number: data with a signal behind it.
 *
 *   ring [ROUNDS] */

#include <shmem.h>
#include <stdio.h>
#include <stdlib.h>

static long token;
static uint64_t arrived;

int main(int argc, char **argv)
{
    const uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 0) : 100;
    shmem_init();
    const int me = shmem_my_pe(), pes = shmem_n_pes(), next = (me + 1) % pes;

    for (uint64_t round = 1; round <= rounds; round++) {
        /* PE 0 begins each round; what it gets is what went around. */
        if (me != 0) shmem_signal_wait_until(&arrived, SHMEM_CMP_GE, round);
        const long sum = token + me;
        shmem_long_put_signal(&token, &sum, 1, &arrived, 1, SHMEM_SIGNAL_ADD, next);
        if (me == 0) shmem_signal_wait_until(&arrived, SHMEM_CMP_GE, round);
    }
    shmem_barrier_all();
    const long expected = (long)rounds * pes * (pes - 1) / 2;
    if (me == 0) printf("after %lu rounds: %ld\n", (unsigned long)rounds, token);
    if (me == 0 && token == expected) printf("verified\n");
    const int wrong = me == 0 && token != expected;
    shmem_finalize();
    return wrong;
}
