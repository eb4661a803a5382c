/* A program with more variables and heap than it uses, and than the machine has. */

#include <shmem.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            fprintf(stderr, "large.c:%d: %s\n", __LINE__, #condition);          \
            shmem_global_exit(3);                                               \
        }                                                                       \
    } while (0)

static double large[1 << 27], small = 4;

/* Kilobytes that this process has touched, of whatever kind. */
static long resident(void)
{
    char line[200];
    long pages = -1;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fgets(line, sizeof line, file) != NULL);
    CHECK(sscanf(line, "%*d %ld", &pages) == 1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(void)
{
    const size_t last = sizeof large / sizeof *large - 1;
    shmem_init();
    const int me = shmem_my_pe(), next = (me + 1) % shmem_n_pes();
    CHECK(resident() < 200 << 10);
    CHECK(small == 4 && large[0] == 0);
    shmem_double_p(&large[last], 1.5 + me, next);
    for (size_t align = 8; align <= 1 << 20; align *= 2) {
        char *place = shmem_align(align, 100);
        CHECK(place != NULL && (uintptr_t)place % align == 0);
        shmem_char_p(place + 99, (char)me, next);
        shmem_barrier_all();
        CHECK((place[99] + 1) % shmem_n_pes() == me);
    }
    CHECK(((uintptr_t)shmem_malloc(1) | (uintptr_t)shmem_calloc(3, 5)) % 64 == 0);
    const double before = large[last];
    const pid_t child = fork();
    if (child == 0) {
        large[last] = large[1 << 20] = 7;
        const pid_t grandchild = fork();
        if (grandchild == 0) exit(large[1 << 20] == 7 && large[last] == 7 ? 0 : 1);
        int grandstatus;
        if (waitpid(grandchild, &grandstatus, 0) != grandchild || grandstatus != 0) exit(2);
        exit(large[last - 1] == 0 && small == 4 && resident() < 200 << 10 ? 0 : 1);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(large[last] == before && large[1 << 20] == 0 && resident() < 200 << 10);
    shmem_finalize();
    return 0;
}
