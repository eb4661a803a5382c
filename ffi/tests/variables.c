/* Variables as symmetric objects, however the program is linked: initialized and not, of a library, of a function, constant
 * after relocation, some megabytes; what they hold before shmem_init, and what a child of fork writes. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "variables_library.h"

enum { LARGE = 5 << 20 };

/* The first and the last of .data and .bss are as likely to lie on pages with something else as any. */
long initialized = 41;
long uninitialized;
static char text[] = "text that may change";
static unsigned char large[LARGE];
static long table[1024] = {1, 2, 3};
/* Of the program, but read-only once it is loaded. */
static long *const pointers[] = {&initialized, &uninitialized};

static long *of_function(void)
{
    static long inside = 7;
    return &inside;
}

static void exchange(long *variable, const char *what)
{
    CHECK(shmem_addr_accessible(variable, next_pe()) == 1, what);
    shmem_barrier_all();
    shmem_long_p(variable, 1000 + me, next_pe());
    shmem_barrier_all();
    CHECK(*(volatile long *)variable == 1000 + last_pe(), what);
    CHECK(shmem_long_g(variable, next_pe()) == 1000 + me, what);
    shmem_barrier_all();
    *variable = 2000 + me;
    shmem_barrier_all();
    CHECK(shmem_long_g(variable, last_pe()) == 2000 + last_pe(), what);
    shmem_barrier_all();
    CHECK(shmem_long_atomic_fetch_add(variable, 5, next_pe()) == 2000 + next_pe(), what);
    shmem_barrier_all();
}

static void child(void)
{
    fflush(stdout);
    initialized = 50;
    shmem_barrier_all();
    const pid_t pid = fork();
    CHECK(pid >= 0, "fork");
    if (pid == 0) {
        /* Its variables are what they were, and its own from now on. */
        const int right = initialized == 50 && uninitialized == 51 && large[LARGE - 1] == 52;
        initialized = 60;
        uninitialized = 61;
        large[LARGE - 1] = 62;
        large[LARGE / 2] = 63;
        _exit(right ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(pid, &status, 0) == pid, "waitpid");
    CHECK(status == 0, "what a child sees");
    CHECK(initialized == 50 && uninitialized == 51 && large[LARGE - 1] == 52 && large[LARGE / 2] == 0,
          "what a child writes is its own");
    CHECK(system("true") == 0, "system");
    shmem_barrier_all();
    shmem_long_p(&initialized, 70 + me, next_pe());
    shmem_barrier_all();
    CHECK(initialized == 70 + last_pe(), "variables after fork");
    shmem_barrier_all();
}

int main(void)
{
    /* Before there are other PEs. */
    uninitialized = 42;
    table[1000] = 43;
    large[LARGE - 1] = 44;
    strcpy(text, "changed before");
    *of_function() = 45;
    begin();
    CHECK(initialized == 41 && uninitialized == 42 && table[1000] == 43 && table[2] == 3 && large[LARGE - 1] == 44 &&
              *of_function() == 45 && library_initialized == 46 && strcmp(text, "changed before") == 0,
          "variables keep what they hold");
    CHECK(pointers[0] == &initialized && pointers[1] == &uninitialized, "constants");
    exchange(&initialized, "an initialized variable");
    exchange(&uninitialized, "an uninitialized variable");
    exchange(&table[0], "the first of a table");
    exchange(&table[1023], "the last of a table");
    exchange(of_function(), "a variable of a function");
    exchange(&library_initialized, "an initialized variable of a static library");
    exchange(library_uninitialized(), "an uninitialized variable of a static library");
    for (size_t place = 0; place < LARGE - 8; place += LARGE / 16 + 8) exchange((long *)(large + place / 8 * 8), "large");

    /* The whole of a large variable, from another. */
    for (size_t i = 0; i < LARGE; i++) large[i] = (unsigned char)number(me, (int)i);
    shmem_barrier_all();
    unsigned char *got = (unsigned char *)malloc(LARGE);
    shmem_getmem(got, large, LARGE, next_pe());
    for (size_t i = 0; i < LARGE; i++) CHECK(got[i] == (unsigned char)number(next_pe(), (int)i), "the whole of large");
    free(got);
    shmem_barrier_all();
    memset(large, 0, LARGE);
    uninitialized = 51;
    large[LARGE - 1] = 52;
    child();
    return end("variables");
}
