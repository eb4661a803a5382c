/* A tool's routine in the place of the library's, which it calls under the other name. */

#include <pshmem.h>

#include "check.h"

static int calls;

void shmem_sync_all(void)
{
    calls++;
    pshmem_sync_all();
}

int main(void)
{
    begin();
    for (int i = 1; i <= 5; i++) {
        shmem_sync_all();
        CHECK(calls == i, "a routine that was replaced");
    }
    return end("profiling");
}
