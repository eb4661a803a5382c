/* Threads at once, each with its own context and the default one; a child in the midst of it. */

#include <pthread.h>
#include <shmem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, TIMES = 2000 };

static long sum, words[THREADS];
static int narrow;

static void *work(void *which)
{
    const long number = (long)which;
    const int pes = shmem_n_pes(), next = (shmem_my_pe() + 1) % pes;
    shmem_ctx_t context;
    if (shmem_ctx_create(SHMEM_CTX_PRIVATE, &context) != 0) shmem_global_exit(7);
    for (long i = 1; i <= TIMES; i++) {
        shmem_ctx_long_atomic_add(context, &sum, number, 0);
        shmem_int_atomic_inc(&narrow, 0);
        shmem_ctx_long_put(context, &words[number], &i, 1, next);
        shmem_ctx_quiet(context);
        if (shmem_long_g(&words[number], next) != i) shmem_global_exit(8);
    }
    shmem_ctx_destroy(context);
    return NULL;
}

int main(void)
{
    int provided;
    shmem_init_thread(SHMEM_THREAD_MULTIPLE, &provided);
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
    const pid_t child = fork();
    if (child == 0) {
        sum = -1, narrow = -1;
        _exit(sum == -1 && narrow == -1 ? 0 : 1);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status != 0) shmem_global_exit(9);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    shmem_barrier_all();
    const int pes = shmem_n_pes();
    if (shmem_my_pe() == 0 && (sum != 6L * TIMES * pes || narrow != THREADS * TIMES * pes)) {
        fprintf(stderr, "%ld and %d\n", sum, narrow);
        shmem_global_exit(10);
    }
    return 0; /* without shmem_finalize */
}
