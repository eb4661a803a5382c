/* Ways to end: one by number. The statuses and messages are the test's to see to. */

#include <pthread.h>
#include <shmem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 4 };

static long words[THREADS], seen, never;
static int which, me, pes;

static void busy(long number)
{
    const int next = (me + 1) % pes;
    for (long i = 1;; i++) {
        shmem_long_p(&words[number], i, next);
        shmem_long_atomic_inc(&seen, next);
        shmem_quiet();
        if (shmem_long_g(&words[number], me) < 0 || shmem_my_pe() != me) _exit(90);
    }
}

/* What other threads do while one ends. */
static void *work(void *argument)
{
    const long number = (long)argument;
    switch (number % 3) {
    case 0: busy(number); break;
    case 1: shmem_long_wait_until(&never, SHMEM_CMP_EQ, 1); break;
    case 2: while (!shmem_long_test(&never, SHMEM_CMP_EQ, 1)) {} break;
    }
    _exit(91);
}

static void *finalizes(void *unused)
{
    shmem_finalize();
    return unused;
}

static void *exits(void *unused)
{
    (void)unused;
    shmem_global_exit(19);
}

static void *exits_late(void *unused)
{
    usleep(50000);
    return exits(unused);
}

static void start(void *(*function)(void *), int count)
{
    for (long i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, function, (void *)i) != 0) _exit(92);
    }
}

/* Registered before the library is set up, so called after what it might have registered then. */
static void at_exit(void)
{
    if (shmem_my_pe() != me || shmem_n_pes() != pes) _exit(93);
    if (which == 1) {
        shmem_long_p(&seen, 5, (me + 1) % pes);
        shmem_barrier_all();
        if (seen != 5) _exit(94);
    }
    printf("handled\n");
}

int main(int argc, char **argv)
{
    int provided;
    which = argc > 1 ? atoi(argv[1]) : 0;
    atexit(at_exit);
    shmem_init_thread(SHMEM_THREAD_MULTIPLE, &provided);
    me = shmem_my_pe(), pes = shmem_n_pes();
    shmem_barrier_all();
    switch (which) {
    case 1: return 0; /* A handler works with the others. */
    case 2: shmem_finalize(); return 0; /* It asks, after the end. */
    case 3: /* One ends all, amid the work of all threads. */
        start(work, THREADS);
        usleep(20000);
        if (me == pes - 1) shmem_global_exit(17);
        for (;;) pause();
    case 4: /* All threads of all PEs at once. */
        start(exits, THREADS);
        for (;;) pause();
    case 5: /* The program has returned when a thread ends the job. */
        if (me != 0) start(exits_late, 1);
        else usleep(500000);
        return 0;
    case 6: /* The program returns while a thread finalizes. */
        start(finalizes, 1);
        usleep(1000);
        return 0;
    case 7: /* A thread goes on after finalize, until the program returns. */
        start(work, 1);
        usleep(20000);
        shmem_finalize();
        usleep(100000);
        return 0;
    case 8: /* A PE dies, and the others look for what it was to write. */
        if (me == pes - 1) usleep(20000), _exit(4);
        while (!shmem_long_test(&never, SHMEM_CMP_EQ, 1)) {}
        return 0;
    case 9: /* A library sets up and finalizes, too, and the program finalizes once too often. */
        shmem_init();
        shmem_init_thread(SHMEM_THREAD_SINGLE, &provided);
        if (provided != SHMEM_THREAD_MULTIPLE) return 94;
        shmem_finalize();
        shmem_finalize();
        shmem_long_p(&words[0], me + 1, (me + 1) % pes);
        shmem_barrier_all();
        if (words[0] != (me + pes - 1) % pes + 1) return 93;
        shmem_finalize();
        shmem_finalize();
        return 0;
    case 10: /* All look, in turns, at what others write: more PEs than processors. */
        for (long i = 1; i <= 50; i++) {
            if (me != 0) while (!shmem_long_test(&words[0], SHMEM_CMP_GE, i)) {}
            shmem_long_p(&words[0], i, (me + 1) % pes);
            if (me == 0) while (shmem_long_g(&words[0], 0) < i || shmem_long_atomic_fetch(&words[0], 0) < i) {}
        }
        return 0;
    case 11: /* As case 8, by looking at its memory. */
        if (me == pes - 1) usleep(20000), _exit(4);
        while (shmem_long_g(&never, 0) != 1) {}
        return 0;
    }
    return 95;
}
