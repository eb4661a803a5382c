/* Teams: splits, translation, configurations, contexts of teams; what does not fit is refused. */

#include "check.h"

static void of_world(void)
{
    CHECK(shmem_team_my_pe(SHMEM_TEAM_WORLD) == me, "shmem_team_my_pe");
    CHECK(shmem_team_n_pes(SHMEM_TEAM_WORLD) == pes, "shmem_team_n_pes");
    CHECK(shmem_team_my_pe(SHMEM_TEAM_INVALID) == -1, "shmem_team_my_pe of none");
    CHECK(shmem_team_n_pes(SHMEM_TEAM_INVALID) == -1, "shmem_team_n_pes of none");
    CHECK(shmem_team_n_pes(SHMEM_TEAM_SHARED) >= 1, "SHMEM_TEAM_SHARED");
    const int own = shmem_team_my_pe(SHMEM_TEAM_SHARED);
    CHECK(shmem_team_translate_pe(SHMEM_TEAM_SHARED, own, SHMEM_TEAM_WORLD) == me, "SHMEM_TEAM_SHARED");
    static long word;
    for (int p = 0; p < shmem_team_n_pes(SHMEM_TEAM_SHARED); p++)
        CHECK(shmem_ptr(&word, shmem_team_translate_pe(SHMEM_TEAM_SHARED, p, SHMEM_TEAM_WORLD)) != NULL,
              "SHMEM_TEAM_SHARED: shmem_ptr is there");
    CHECK(shmem_team_translate_pe(SHMEM_TEAM_WORLD, pes, SHMEM_TEAM_WORLD) == -1, "translate no PE");
    CHECK(shmem_team_translate_pe(SHMEM_TEAM_WORLD, -1, SHMEM_TEAM_WORLD) == -1, "translate no PE");
    CHECK(shmem_team_translate_pe(SHMEM_TEAM_INVALID, 0, SHMEM_TEAM_WORLD) == -1, "translate no team");
    CHECK(shmem_team_translate_pe(SHMEM_TEAM_WORLD, 0, SHMEM_TEAM_INVALID) == -1, "translate to no team");
    shmem_team_destroy(SHMEM_TEAM_INVALID);
    CHECK(shmem_team_sync(SHMEM_TEAM_INVALID) != 0, "shmem_team_sync of none");
    CHECK(shmem_team_sync(SHMEM_TEAM_WORLD) == 0 && shmem_team_sync(SHMEM_TEAM_SHARED) == 0, "shmem_team_sync");
}

/* A team of PEs `start`, `start + stride`, … of the world is right. */
static void is_right(shmem_team_t team, int start, int stride, int size)
{
    int rank = -1;
    for (int p = 0; p < size; p++)
        if (start + p * stride == me) rank = p;
    CHECK((team != SHMEM_TEAM_INVALID) == (rank >= 0), "who is in a team");
    CHECK(shmem_team_my_pe(team) == rank, "shmem_team_my_pe");
    CHECK(shmem_team_n_pes(team) == (rank >= 0 ? size : -1), "shmem_team_n_pes");
    if (rank < 0) return;
    for (int p = 0; p < size; p++) {
        const int world = start + p * stride;
        CHECK(shmem_team_translate_pe(team, p, SHMEM_TEAM_WORLD) == world, "shmem_team_translate_pe");
        CHECK(shmem_team_translate_pe(SHMEM_TEAM_WORLD, world, team) == p, "shmem_team_translate_pe");
    }
    for (int pe = 0; pe < pes; pe++) {
        const int in = (pe - start) % stride == 0 && (pe - start) / stride >= 0 && (pe - start) / stride < size;
        CHECK((shmem_team_translate_pe(SHMEM_TEAM_WORLD, pe, team) >= 0) == in, "shmem_team_translate_pe");
    }
    for (int i = 0; i < 10; i++) CHECK(shmem_team_sync(team) == 0, "shmem_team_sync");
}

static void strided(void)
{
    for (int round = 0; round < 8; round++) {
        for (int stride = 1; stride <= 3; stride++) {
            const int start = round % pes, size = (pes - start + stride - 1) / stride;
            shmem_team_t team, part;
            shmem_team_config_t config, got;
            config.num_contexts = 2;
            const long mask = round % 2 ? SHMEM_TEAM_NUM_CONTEXTS : 0;
            CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, start, stride, size, &config, mask, &team) == 0,
                  "shmem_team_split_strided");
            is_right(team, start, stride, size);
            if (team != SHMEM_TEAM_INVALID) {
                got.num_contexts = -1;
                CHECK(shmem_team_get_config(team, SHMEM_TEAM_NUM_CONTEXTS, &got) == 0, "shmem_team_get_config");
                CHECK(got.num_contexts == 2, "shmem_team_get_config");
                /* A team of a team: every other of its PEs, from its second. */
                const int first = size > 1, half = (size - first + 1) / 2;
                CHECK(shmem_team_split_strided(team, first, 2, half, NULL, 0, &part) == 0, "split of a team");
                is_right(part, start + first * stride, 2 * stride, half);
                if (part != SHMEM_TEAM_INVALID)
                    CHECK(shmem_team_translate_pe(part, 0, team) == first, "shmem_team_translate_pe of teams");
                shmem_team_destroy(part);
            }
            shmem_team_destroy(team);
            shmem_barrier_all();
        }
    }
    shmem_team_t team = SHMEM_TEAM_WORLD;
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1, pes + 1, NULL, 0, &team) != 0, "too many PEs");
    CHECK(team == SHMEM_TEAM_INVALID, "too many PEs");
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, pes, 1, 1, NULL, 0, &team) != 0, "no such PE");
    CHECK(shmem_team_split_strided(SHMEM_TEAM_INVALID, 0, 1, 1, NULL, 0, &team) != 0, "a split of no team");
    CHECK(team == SHMEM_TEAM_INVALID, "a split of no team");
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, -1, 1, 1, NULL, 0, &team) != 0, "a split from no PE");
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1, 0, NULL, 0, &team) != 0, "a split of no PEs");
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 0, 2, NULL, 0, &team) != 0, "a stride of 0");
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1 << 30, 1 << 30, NULL, 0, &team) != 0, "far too many PEs");
    /* A stride of 0 is good for one, and a negative one turns the order around. */
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 0, 1, NULL, 0, &team) == 0, "a team of one");
    CHECK(shmem_team_my_pe(team) == (me == 0 ? 0 : -1), "a team of one");
    shmem_team_destroy(team);
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, pes - 1, -1, pes, NULL, 0, &team) == 0, "a negative stride");
    CHECK(shmem_team_my_pe(team) == pes - 1 - me, "a negative stride");
    shmem_team_destroy(team);
    shmem_barrier_all();
}

/* What a configuration cannot be makes no team, on no PE, and is no end. */
static void configurations(void)
{
    shmem_team_t team, other;
    shmem_team_config_t config;
    config.num_contexts = 3;
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1, pes, &config, 1L << 20, &team) != 0, "an unknown mask");
    CHECK(team == SHMEM_TEAM_INVALID, "an unknown mask");
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1, pes, NULL, SHMEM_TEAM_NUM_CONTEXTS, &team) != 0, "NULL");
    CHECK(shmem_team_split_2d(SHMEM_TEAM_WORLD, 1, &config, 1L << 20, &team, NULL, 0, &other) != 0, "an unknown mask");
    CHECK(team == SHMEM_TEAM_INVALID && other == SHMEM_TEAM_INVALID, "an unknown mask");
    CHECK(shmem_team_split_2d(SHMEM_TEAM_WORLD, 0, NULL, 0, &team, NULL, 0, &other) != 0, "rows of none");
    CHECK(shmem_team_split_2d(SHMEM_TEAM_INVALID, 1, NULL, 0, &team, NULL, 0, &other) != 0, "a split of no team");
    CHECK(shmem_team_get_config(SHMEM_TEAM_WORLD, 1L << 20, &config) != 0, "an unknown mask");
    CHECK(shmem_team_get_config(SHMEM_TEAM_INVALID, 0, &config) != 0, "the configuration of no team");
    CHECK(shmem_team_get_config(SHMEM_TEAM_WORLD, 0, NULL) == 0, "nothing of a configuration");
    CHECK(shmem_team_get_config(SHMEM_TEAM_WORLD, SHMEM_TEAM_NUM_CONTEXTS, &config) == 0, "shmem_team_get_config");
    config.num_contexts = -1;
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1, pes, &config, SHMEM_TEAM_NUM_CONTEXTS, &team) != 0,
          "less contexts than none");
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 1, pes, &config, 0, &team) == 0, "what is not asked for");
    shmem_team_destroy(team);
    shmem_barrier_all();
}

static void in_2d(void)
{
    for (int range = 1; range <= pes + 1; range++) {
        shmem_team_t x, y;
        const int width = range < pes ? range : pes;
        CHECK(shmem_team_split_2d(SHMEM_TEAM_WORLD, range, NULL, 0, &x, NULL, 0, &y) == 0, "shmem_team_split_2d");
        const int row = me / width, column = me % width;
        const int left = pes - row * width;
        is_right(x, row * width, 1, left < width ? left : width);
        is_right(y, column, width, (pes - column + width - 1) / width);
        CHECK(shmem_team_my_pe(x) == column && shmem_team_my_pe(y) == row, "shmem_team_split_2d");
        shmem_team_destroy(y);
        shmem_team_destroy(x);
        shmem_barrier_all();
    }
}

/* Contexts of a team count its PEs. */
static void contexts(void)
{
    static long word;
    shmem_team_t odd, of;
    shmem_ctx_t ctx;
    word = -1;
    shmem_team_config_t config;
    config.num_contexts = 1;
    CHECK(shmem_team_split_strided(SHMEM_TEAM_WORLD, 0, 2, (pes + 1) / 2, &config, SHMEM_TEAM_NUM_CONTEXTS, &odd) == 0,
          "shmem_team_split_strided");
    shmem_barrier_all();
    if (odd != SHMEM_TEAM_INVALID) {
        CHECK(shmem_team_create_ctx(odd, SHMEM_CTX_PRIVATE, &ctx) == 0, "shmem_team_create_ctx");
        CHECK(shmem_ctx_get_team(ctx, &of) == 0 && of == odd, "shmem_ctx_get_team");
        const int rank = shmem_team_my_pe(odd), size = shmem_team_n_pes(odd), to = (rank + 1) % size;
        shmem_ctx_long_p(ctx, &word, rank, to);
        shmem_ctx_quiet(ctx);
        CHECK(shmem_ctx_long_g(ctx, &word, to) == rank, "a context of a team");
        CHECK(shmem_ctx_long_atomic_fetch_add(ctx, &word, 100, to) == rank, "a context of a team");
        shmem_team_sync(odd);
        CHECK(word == 100 + (rank + size - 1) % size, "a context of a team");
        shmem_ctx_destroy(ctx);
    } else {
        ctx = SHMEM_CTX_DEFAULT;
        CHECK(shmem_team_create_ctx(odd, 0, &ctx) != 0 && ctx == SHMEM_CTX_INVALID, "a context of no team");
        CHECK(word == -1, "a context of a team");
    }
    CHECK(shmem_ctx_get_team(SHMEM_CTX_DEFAULT, &of) == 0 && of == SHMEM_TEAM_WORLD, "shmem_ctx_get_team");
    CHECK(shmem_ctx_get_team(SHMEM_CTX_INVALID, &of) != 0 && of == SHMEM_TEAM_INVALID, "shmem_ctx_get_team");
    shmem_team_destroy(odd);
    shmem_barrier_all();
}

int main(void)
{
    begin();
    of_world();
    strided();
    configurations();
    in_2d();
    contexts();
    return end("teams");
}
