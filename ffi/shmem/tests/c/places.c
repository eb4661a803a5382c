/* Every kind of place and access; run once the short way, and once the long way (SHMEM_DEBUG). */

#include <pangea.h>
#include <shmemx.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "PE %d: line %d: not so: %s\n", shmem_my_pe(), __LINE__, #condition); \
            shmem_global_exit(7); \
        } \
    } while (0)

static long data = 5, zero;
static char bytes[100001];
static long double exact = 0.25L;
static int narrow[3] = {1, 2, 3};
static _Thread_local long local;

int main(void)
{
    shmem_init();
    const int me = shmem_my_pe(), pes = shmem_n_pes();
    const int next = (me + 1) % pes, last = (me + pes - 1) % pes;
    CHECK(data == 5 && zero == 0 && exact == 0.25L && narrow[1] == 2);
    shmem_barrier_all();

    /* Variables: .data, the middle and the end of .bss, between others. */
    shmem_long_p(&data, 100 + me, next);
    shmem_char_p(&bytes[100000], (char)me, next);
    shmem_longdouble_p(&exact, me + 0.5L, next);
    shmem_int_atomic_add(&narrow[1], 10, next);
    shmem_barrier_all();
    CHECK(data == 100 + last && bytes[100000] == (char)last && bytes[99999] == 0);
    CHECK(exact == last + 0.5L && shmem_longdouble_g(&exact, next) == me + 0.5L);
    CHECK(narrow[0] == 1 && narrow[1] == 12 && narrow[2] == 3);
    CHECK(!shmem_addr_accessible(&local, next) && shmem_addr_accessible(&zero, next));

    /* The heap, aligned and not. */
    char *heap = shmem_calloc(4096, 1);
    long long odd = 0x0102030405060708;
    shmem_longlong_p((long long *)(heap + 3), odd + me, next);
    shmem_putmem(heap + 21, &odd, 7, next);
    shmem_barrier_all();
    long long got;
    memcpy(&got, heap + 3, 8);
    CHECK(got == odd + last && memcmp(heap + 21, &odd, 7) == 0 && heap[28] == 0 && heap[20] == 0);
    CHECK(shmem_longlong_g((long long *)(heap + 3), next) == odd + me);
    shmem_barrier_all();

    /* Every so manieth element. */
    short from[12], into[12] = {0};
    for (int i = 0; i < 12; i++) from[i] = (short)(100 * me + i);
    shmem_short_iput((short *)heap, from, 3, 2, 4, next);
    shmem_barrier_all();
    shmem_short_iget(into, (short *)heap, 2, 3, 4, next);
    for (int i = 0; i < 4; i++) CHECK(((short *)heap)[3 * i] == 100 * last + 2 * i && into[2 * i] == from[2 * i]);
    CHECK(into[1] == 0);
    shmem_barrier_all();

    /* It moves with its contents, and stays while it fits. */
    void *wall = shmem_malloc(64);
    heap[4000] = (char)(me + 1);
    char *moved = shmem_realloc(heap, 100000);
    CHECK(moved != NULL && moved != heap && moved[4000] == (char)(me + 1));
    CHECK(shmem_char_g(&moved[4000], next) == (char)(next + 1));
    CHECK(shmem_realloc(moved, 50) == moved);
    shmem_free(wall);
    shmem_free(moved);

    /* A context of a team numbers PEs as the team does; what was destroyed is told from what came in its place. */
    shmem_team_t team;
    shmem_team_split_strided(SHMEM_TEAM_WORLD, pes - 1, 1, 1, NULL, 0, &team);
    if (me == pes - 1) {
        shmem_ctx_t context, other, of;
        shmem_team_t its;
        CHECK(shmem_team_create_ctx(team, SHMEM_CTX_PRIVATE, &context) == 0);
        shmem_ctx_long_p(context, &zero, 9, 0);
        shmem_ctx_quiet(context);
        CHECK(zero == 9 && shmem_ctx_get_team(context, &its) == 0 && its == team);
        shmem_ctx_destroy(context);
        CHECK(shmem_ctx_create(0, &other) == 0 && other != context);
        CHECK(shmem_ctx_get_team(other, &its) == 0 && its == SHMEM_TEAM_WORLD);
        shmem_ctx_destroy(other);
        CHECK(shmem_team_create_ctx(SHMEM_TEAM_INVALID, 0, &of) != 0 && of == SHMEM_CTX_INVALID);
    }

    /* Pangea's own interface is there for the same node. */
    struct pangea_node *node = pangea_of_shmem();
    CHECK(node != NULL && node == pangea_of_shmem());
    CHECK(pangea_node_rank(node) == (size_t)me && pangea_node_size(node) == (size_t)pes);
    CHECK(pangea_node_barrier(node) == PANGEA_STATUS_OK);
    shmem_finalize();
    return pangea_of_shmem() == NULL ? 0 : 8;
}
