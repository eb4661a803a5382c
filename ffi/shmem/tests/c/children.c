/* Children that end as any program does, by exit or from main, with handlers and thread-local destructors, and programs
 * that are started: the PE goes on as if there had been none. */

#include <pangea.h>
#include <pthread.h>
#include <shmem.h>
#include <shmemx.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            fprintf(stderr, "children.c:%d: %s\n", __LINE__, #condition);       \
            shmem_global_exit(3);                                               \
        }                                                                       \
    } while (0)

static long count, place = 7, signs[3];
static int me, pes;
static pangea_barrier *together;

/* What goes by memory, and what goes by the runtime's queue pairs and its line to the coordinator. */
static void go_on(void)
{
    static long round;
    shmem_long_p(&signs[0], ++round, (me + 1) % pes);
    shmem_long_put_nbi(&signs[1], &round, 1, (me + 1) % pes);
    shmem_long_atomic_inc(&count, 0);
    shmem_barrier_all();
    CHECK(signs[0] == round && signs[1] == round);
    CHECK(shmem_long_g(&count, 0) == round * pes);
    CHECK(pangea_barrier_wait(together) == PANGEA_STATUS_OK);
    shmem_barrier_all();
}

static void ends_well(pid_t child)
{
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
}

static void at_exit(void)
{
    if (place == 8) _exit(5);
}

static void *forking(void *unused)
{
    (void)unused;
    shmem_long_p(&signs[2], 1, (me + 1) % pes);
    const pid_t child = fork();
    if (child == 0) exit(5);
    ends_well(child);
    /* A thread that ends in the child. */
    const pid_t other = fork();
    if (other == 0) place = 8, pthread_exit(NULL);
    ends_well(other);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "started") == 0) return 6;
    int provided;
    atexit(at_exit);
    shmem_init_thread(SHMEM_THREAD_MULTIPLE, &provided);
    me = shmem_my_pe(), pes = shmem_n_pes();
    size_t all[8];
    for (int pe = 0; pe < pes; pe++) all[pe] = (size_t)pe;
    CHECK(pangea_node_barrier_among(pangea_of_shmem(), "all", all, (size_t)pes, &together) == PANGEA_STATUS_OK);
    go_on();

    pid_t child = fork();
    if (child == 0) exit(place == 7 ? 5 : 1);
    ends_well(child);
    go_on();

    /* Of a child, too. */
    child = fork();
    if (child == 0) {
        place = 1;
        const pid_t grandchild = fork();
        if (grandchild == 0) exit(place == 1 ? 5 : 1);
        int status;
        waitpid(grandchild, &status, 0);
        exit(WEXITSTATUS(status));
    }
    ends_well(child);
    CHECK(place == 7);
    go_on();

    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, forking, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    go_on();

    char command[4200], line[16] = "";
    snprintf(command, sizeof command, "%s started", argv[0]);
    CHECK(WEXITSTATUS(system(command)) == 6);
    FILE *said = popen("echo said", "r");
    CHECK(said != NULL && fgets(line, sizeof line, said) != NULL && strcmp(line, "said\n") == 0);
    CHECK(pclose(said) == 0);
    go_on();

    child = fork();
    if (child == 0) {
        place = 1;
        return 5;
    }
    ends_well(child);
    go_on();
    pangea_barrier_free(together);
    shmem_finalize();

    child = fork();
    if (child == 0) return place == 7 ? 5 : 1;
    int status;
    return waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 5 ? 0 : 4;
}
