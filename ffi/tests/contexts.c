/* Contexts: of all kinds, many at once, used by turns, made anew again and again. */

#include "check.h"

static long words[64];

int main(void)
{
    const long options[] = {0, SHMEM_CTX_SERIALIZED, SHMEM_CTX_PRIVATE, SHMEM_CTX_NOSTORE,
                            SHMEM_CTX_PRIVATE | SHMEM_CTX_NOSTORE, SHMEM_CTX_SERIALIZED | SHMEM_CTX_NOSTORE};
    enum { KINDS = sizeof options / sizeof *options };
    shmem_ctx_t ctx[32];
    begin();
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 32; i++) {
            ctx[i] = SHMEM_CTX_INVALID;
            CHECK(shmem_ctx_create(options[i % KINDS], &ctx[i]) == 0 && ctx[i] != SHMEM_CTX_INVALID, "shmem_ctx_create");
            for (int k = 0; k < i; k++) CHECK(ctx[k] != ctx[i], "shmem_ctx_create");
            shmem_team_t team;
            CHECK(shmem_ctx_get_team(ctx[i], &team) == 0 && team == SHMEM_TEAM_WORLD, "shmem_ctx_get_team");
        }
        for (int i = 0; i < 32; i++) shmem_ctx_long_p(ctx[i], &words[i], 100 * round + i + me, next_pe());
        for (int i = 0; i < 32; i++) {
            shmem_ctx_fence(ctx[i]);
            shmem_ctx_long_atomic_inc(ctx[i], &words[32 + i], next_pe());
            shmem_ctx_quiet(ctx[i]);
        }
        for (int i = 0; i < 32; i++)
            CHECK(shmem_ctx_long_g(ctx[31 - i], &words[i], next_pe()) == 100 * round + i + me, "contexts see each other");
        shmem_barrier_all();
        for (int i = 0; i < 32; i++) {
            CHECK(words[i] == 100 * round + i + last_pe(), "puts of contexts");
            CHECK(words[32 + i] == round + 1, "atomics of contexts");
            shmem_ctx_destroy(ctx[i]);
        }
        shmem_barrier_all();
    }
    shmem_ctx_destroy(SHMEM_CTX_INVALID);
    shmem_ctx_quiet(SHMEM_CTX_INVALID);
    shmem_ctx_fence(SHMEM_CTX_INVALID);
    /* Options that there are not cannot be had, which is no error. */
    ctx[0] = SHMEM_CTX_DEFAULT;
    CHECK(shmem_ctx_create(1L << 30, &ctx[0]) != 0 && ctx[0] == SHMEM_CTX_INVALID, "shmem_ctx_create: unknown option");
    CHECK(shmem_team_create_ctx(SHMEM_TEAM_WORLD, ~0L, &ctx[0]) != 0, "shmem_team_create_ctx: unknown option");
    /* The default context by its name. */
    shmem_ctx_long_p(SHMEM_CTX_DEFAULT, &words[0], -5, next_pe());
    shmem_ctx_quiet(SHMEM_CTX_DEFAULT);
    CHECK(shmem_long_g(&words[0], next_pe()) == -5, "SHMEM_CTX_DEFAULT");
    shmem_ctx_fence(SHMEM_CTX_DEFAULT);
    return end("contexts");
}
