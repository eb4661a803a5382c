/* How a job ends: `ends CASE`. What it must print and give back stands in the script that runs it. */

#include <signal.h>
#include <unistd.h>

#include "check.h"

static long word;

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    const int last = (shmem_init(), shmem_my_pe() == shmem_n_pes() - 1);
    me = shmem_my_pe();
    pes = shmem_n_pes();
    shmem_barrier_all();
    /* One PE ends, the others wait for it in different ways. */
    if (last) {
        if (strcmp(what, "killed") == 0) raise(SIGKILL);
        if (strcmp(what, "segmentation") == 0) raise(SIGSEGV);
        if (strcmp(what, "aborted") == 0) abort();
        if (strcmp(what, "exited") == 0) _exit(4);
        if (strcmp(what, "global_exit") == 0) shmem_global_exit(17);
        if (strcmp(what, "global_exit_0") == 0) shmem_global_exit(0);
        if (strcmp(what, "global_exit_busy") == 0) shmem_global_exit(18);
    }
    if (strcmp(what, "return") == 0) {
        /* No shmem_finalize: what was put is there nevertheless. */
        shmem_long_p(&word, me, next_pe());
        return 0;
    }
    if (strcmp(what, "exit") == 0) exit(0);
    if (strcmp(what, "status") == 0) {
        shmem_finalize();
        return last ? 5 : 0;
    }
    if (strcmp(what, "global_exit_busy") == 0) {
        volatile unsigned long spin = 0;
        for (;;) spin = spin + 1;
    }
    if (me % 2) shmem_long_wait_until(&word, SHMEM_CMP_EQ, -1);
    shmem_barrier_all();
    printf("went on\n");
    shmem_finalize();
    return 0;
}
