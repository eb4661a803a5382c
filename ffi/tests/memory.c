/* The symmetric heap: sizes, alignment, contents, moving, and that all PEs get the same. */

#include "check.h"

/* The place of an allocation is the same on all PEs: what this one puts there comes to where the next one has it. */
static void is_symmetric(void *place, size_t size)
{
    unsigned char *bytes = (unsigned char *)place;
    CHECK(place != NULL, "an allocation");
    bytes[0] = bytes[size - 1] = 255;
    shmem_barrier_all();
    shmem_uchar_p(&bytes[0], (unsigned char)me, next_pe());
    shmem_uchar_p(&bytes[size - 1], (unsigned char)me, next_pe());
    shmem_barrier_all();
    CHECK(bytes[0] == last_pe() && bytes[size - 1] == last_pe(), "an allocation is symmetric");
    shmem_barrier_all();
}

static void alignment(void)
{
    for (size_t size = 1; size < 100; size += 7) {
        void *place = shmem_malloc(size);
        CHECK((uintptr_t)place % sizeof(long) == 0, "shmem_malloc: alignment for all types");
        is_symmetric(place, size);
        shmem_free(place);
    }
    /* Less than the size of a pointer, too, as older programs ask for it. */
    for (size_t to = 1; to <= 1 << 16; to *= 2) {
        void *place = shmem_align(to, 3 * to + 1);
        CHECK(place != NULL && (uintptr_t)place % to == 0, "shmem_align");
        is_symmetric(place, 3 * to + 1);
        shmem_free(place);
    }
    CHECK(shmem_align(24, 8) == NULL && shmem_align(0, 8) == NULL, "shmem_align: no power of two");
}

/* As programs have it that divide what they have: each PE asks for its own part. */
static void parts(void)
{
    const size_t most = 1000 * (size_t)pes, own = 1000 * ((size_t)me + 1);
    unsigned char *part = (unsigned char *)shmem_malloc(own), *next = (unsigned char *)shmem_align(256, own);
    is_symmetric(part, most);
    is_symmetric(next, most);
    for (size_t i = 0; i < own; i++) part[i] = (unsigned char)(i + (size_t)me);
    part = (unsigned char *)shmem_realloc(part, 8 * own);
    for (size_t i = 0; i < own; i++) CHECK(part[i] == (unsigned char)(i + (size_t)me), "shmem_realloc of parts that differ");
    shmem_barrier_all();
    is_symmetric(part, 8 * most);
    is_symmetric(next, most);
    shmem_free(next);
    shmem_free(part);
    part = (unsigned char *)shmem_calloc(own, 2);
    for (size_t i = 0; i < 2 * most; i++) CHECK(part[i] == 0, "shmem_calloc of parts that differ");
    shmem_barrier_all();
    is_symmetric(part, 2 * most);
    shmem_free(part);
}

static void nothing(void)
{
    CHECK(shmem_malloc(0) == NULL, "shmem_malloc of nothing");
    CHECK(shmem_calloc(0, 8) == NULL && shmem_calloc(8, 0) == NULL, "shmem_calloc of nothing");
    CHECK(shmem_align(64, 0) == NULL, "shmem_align of nothing");
    CHECK(shmem_malloc_with_hints(0, 0) == NULL, "shmem_malloc_with_hints of nothing");
    shmem_free(NULL);
    /* Too much for any heap, and more than size_t holds. */
    CHECK(shmem_malloc((size_t)1 << 50) == NULL, "shmem_malloc of too much");
    CHECK(shmem_calloc(SIZE_MAX / 2, 4) == NULL, "shmem_calloc of too much");
    void *place = shmem_malloc(10);
    CHECK(shmem_realloc(place, (size_t)1 << 50) == NULL, "shmem_realloc to too much");
    is_symmetric(place, 10);
    CHECK(shmem_realloc(place, 0) == NULL, "shmem_realloc to nothing");
}

static void contents(void)
{
    for (int round = 0; round < 3; round++) {
        unsigned char *zero = (unsigned char *)shmem_calloc(1000, 3);
        for (int i = 0; i < 3000; i++) {
            CHECK(zero[i] == 0, "shmem_calloc");
            zero[i] = 7;
        }
        is_symmetric(zero, 3000);
        shmem_free(zero);
    }
    unsigned char *place = (unsigned char *)shmem_realloc(NULL, 50);
    CHECK(place != NULL, "shmem_realloc of NULL");
    for (size_t i = 0; i < 50; i++) place[i] = (unsigned char)number(me, (int)i);
    void *between = shmem_malloc(8);
    for (size_t size = 40; size < 300000; size *= 3) {
        place = (unsigned char *)shmem_realloc(place, size);
        CHECK(place != NULL, "shmem_realloc");
        for (size_t i = 0; i < 40; i++)
            CHECK(place[i] == (unsigned char)number(me, (int)i), "shmem_realloc: contents");
        is_symmetric(place, size);
        place[0] = (unsigned char)number(me, 0), place[size - 1] = 1;
        if (size == 40) place[39] = (unsigned char)number(me, 39);
    }
    shmem_free(between);
    shmem_free(place);
}

/* What is freed is there again, however it is cut. */
static void again(void)
{
    void *all[64];
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 64; i++) {
            all[i] = shmem_malloc((size_t)(1 + i * 37 * (round + 1) % 5000) + 8192 * (i % 3));
            CHECK(all[i] != NULL, "shmem_malloc, after freeing");
        }
        for (int i = 0; i < 64; i++)
            for (int k = 0; k < i; k++) CHECK(all[i] != all[k], "shmem_malloc: places of their own");
        for (int i = round % 2; i < 64; i += 2) shmem_free(all[i]);
        for (int i = 1 - round % 2; i < 64; i += 2) shmem_free(all[i]);
    }
    for (int round = 0; round < 20; round++) {
        void *large = shmem_malloc(8 << 20);
        is_symmetric(large, 8 << 20);
        shmem_free(large);
    }
    const long hints[] = {0, ~0L, SHMEM_MALLOC_ATOMICS_REMOTE, SHMEM_MALLOC_SIGNAL_REMOTE,
                          SHMEM_MALLOC_ATOMICS_REMOTE | SHMEM_MALLOC_SIGNAL_REMOTE};
    for (int i = 0; i < 5; i++) {
        long *place = (long *)shmem_malloc_with_hints(100 * sizeof(long), hints[i]);
        is_symmetric(place, 800);
        place[3] = 0;
        shmem_barrier_all();
        shmem_long_atomic_inc(&place[3], next_pe());
        shmem_barrier_all();
        CHECK(place[3] == 1, "shmem_malloc_with_hints");
        shmem_free(place);
    }
}

int main(void)
{
    begin();
    alignment();
    parts();
    nothing();
    contents();
    again();
    return end("memory");
}
