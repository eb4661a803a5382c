/* put, get, p, g, iput, iget, also non-blocking ones, of all types and sizes, on the default context and on another, to
 * the heap and to variables, by itself and others. */

#include "check.h"

#define MANY 9
#define ROOM 30

/* A routine on the default context, or on the one that is said. */
#define BY(name, routine, ...)                                                                                        \
    do {                                                                                                              \
        if (ctx == SHMEM_CTX_INVALID)                                                                                 \
            SHMEM(name, routine)(__VA_ARGS__);                                                                      \
        else                                                                                                          \
            SHMEM_CTX(name, routine)(ctx, __VA_ARGS__);                                                             \
    } while (0)

static void quiet(shmem_ctx_t ctx)
{
    if (ctx == SHMEM_CTX_INVALID)
        shmem_quiet();
    else
        shmem_ctx_quiet(ctx);
}

/* All puts are done, and are seen by those who got them. */
static void done(shmem_ctx_t ctx)
{
    quiet(ctx);
    shmem_barrier_all();
}

#define TYPED(name, type)                                                                                             \
    static type name##_variable[ROOM];                                                                                \
    static void name##_clear(type *at)                                                                                \
    {                                                                                                                 \
        for (int i = 0; i < ROOM; i++) at[i] = (type)0;                                                               \
        shmem_barrier_all();                                                                                          \
    }                                                                                                                 \
    static void name##_test(shmem_ctx_t ctx, type *there, int to, int from)                                           \
    {                                                                                                                 \
        type own[ROOM], got[ROOM];                                                                                    \
        for (int i = 0; i < ROOM; i++) own[i] = (type)number(me, i);                                                  \
        name##_clear(there);                                                                                          \
        BY(name, put, there, own, MANY, to);                                                                          \
        BY(name, put_nbi, there + MANY + 1, own + MANY, MANY, to);                                                    \
        BY(name, put, there + ROOM - 1, own, 0, to);                                                                  \
        done(ctx);                                                                                                    \
        for (int i = 0; i < 2 * MANY; i++)                                                                            \
            CHECK(there[i < MANY ? i : i + 1] == (type)number(from, i), "shmem_" #name "_put, _put_nbi");             \
        CHECK(there[MANY] == (type)0 && there[2 * MANY + 1] == (type)0 && there[ROOM - 1] == (type)0,                 \
              "shmem_" #name "_put: beyond");                                                                         \
        /* What was put there is fetched again. */                                                                    \
        for (int i = 0; i < ROOM; i++) got[i] = (type)0;                                                              \
        BY(name, get, got, there, MANY, to);                                                                          \
        for (int i = 0; i < MANY; i++) CHECK(got[i] == own[i], "shmem_" #name "_get");                                \
        CHECK(got[MANY] == (type)0, "shmem_" #name "_get: beyond");                                                   \
        BY(name, get_nbi, got, there + MANY + 1, MANY, to);                                                           \
        quiet(ctx);                                                                                                   \
        for (int i = 0; i < MANY; i++) CHECK(got[i] == own[MANY + i], "shmem_" #name "_get_nbi");                     \
        for (int i = 0; i < MANY; i++) {                                                                              \
            type one = ctx == SHMEM_CTX_INVALID ? SHMEM(name, g)(there + i, to)                                       \
                                                : SHMEM_CTX(name, g)(ctx, there + i, to);                             \
            CHECK(one == own[i], "shmem_" #name "_g");                                                                \
        }                                                                                                             \
        shmem_barrier_all();                                                                                          \
        name##_clear(there);                                                                                          \
        for (int i = 0; i < MANY; i++) BY(name, p, there + 2 * i, own[i], to);                                        \
        done(ctx);                                                                                                    \
        for (int i = 0; i < MANY; i++) {                                                                              \
            CHECK(there[2 * i] == (type)number(from, i), "shmem_" #name "_p");                                        \
            CHECK(there[2 * i + 1] == (type)0, "shmem_" #name "_p: beside");                                          \
        }                                                                                                             \
        shmem_barrier_all();                                                                                          \
        name##_clear(there);                                                                                          \
        BY(name, iput, there, own, 3, 2, MANY, to);                                                                   \
        done(ctx);                                                                                                    \
        for (int i = 0; i < 3 * MANY; i++)                                                                            \
            CHECK(there[i] == (i % 3 == 0 ? (type)number(from, 2 * (i / 3)) : (type)0),                               \
                  "shmem_" #name "_iput");                                                                            \
        for (int i = 0; i < ROOM; i++) got[i] = (type)0;                                                              \
        BY(name, iget, got, there, 2, 3, MANY, to);                                                                   \
        for (int i = 0; i < 2 * MANY; i++)                                                                            \
            CHECK(got[i] == (i % 2 == 0 ? own[i] : (type)0), "shmem_" #name "_iget");                                 \
        shmem_barrier_all();                                                                                          \
    }
EACH_rma(TYPED)

#define BY_SIZE(routine, suffix, ...)                                                                                 \
    do {                                                                                                              \
        if (ctx == SHMEM_CTX_INVALID)                                                                                 \
            shmem_##routine##suffix(__VA_ARGS__);                                                                     \
        else                                                                                                          \
            shmem_ctx_##routine##suffix(ctx, __VA_ARGS__);                                                            \
    } while (0)

static void fill(unsigned char *bytes, size_t count, int pe)
{
    for (size_t i = 0; i < count; i++) bytes[i] = (unsigned char)number(pe, (int)i);
}

static int filled(const unsigned char *bytes, size_t count, int pe, size_t start)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != (unsigned char)number(pe, (int)(start + i))) return 0;
    return 1;
}

#define STRIDED(bits)                                                                                                 \
    static void strided##bits##_test(shmem_ctx_t ctx, unsigned char *there, int to, int from)                         \
    {                                                                                                                 \
        enum { SIZE = bits / 8 };                                                                                     \
        unsigned char own[ROOM * 16], got[ROOM * 16];                                                                 \
        fill(own, sizeof own, me);                                                                                    \
        memset(there, 255, ROOM * 16);                                                                                \
        shmem_barrier_all();                                                                                          \
        BY_SIZE(iput, bits, there, own, 2, 3, MANY, to);                                                              \
        done(ctx);                                                                                                    \
        for (int i = 0; i < MANY; i++) {                                                                              \
            CHECK(filled(there + 2 * i * SIZE, SIZE, from, 3 * i * SIZE), "shmem_iput" #bits);                        \
            CHECK(there[(2 * i + 1) * SIZE] == 255, "shmem_iput" #bits ": between");                                  \
        }                                                                                                             \
        memset(got, 254, sizeof got);                                                                                 \
        BY_SIZE(iget, bits, got, there, 3, 2, MANY, to);                                                              \
        for (int i = 0; i < MANY; i++) {                                                                              \
            CHECK(filled(got + 3 * i * SIZE, SIZE, me, 3 * i * SIZE), "shmem_iget" #bits);                            \
            CHECK(got[(3 * i + 1) * SIZE] == 254, "shmem_iget" #bits ": between");                                    \
        }                                                                                                             \
        shmem_barrier_all();                                                                                          \
    }
EACH_bits(STRIDED)

#define BITS(bits)                                                                                                    \
    static void put##bits(shmem_ctx_t ctx, void *a, const void *b, size_t n, int pe)                                  \
    {                                                                                                                 \
        BY_SIZE(put, bits, a, b, n, pe);                                                                              \
    }                                                                                                                 \
    static void get##bits(shmem_ctx_t ctx, void *a, const void *b, size_t n, int pe)                                  \
    {                                                                                                                 \
        BY_SIZE(get, bits, a, b, n, pe);                                                                              \
    }                                                                                                                 \
    static void put##bits##_nbi(shmem_ctx_t ctx, void *a, const void *b, size_t n, int pe)                            \
    {                                                                                                                 \
        BY_SIZE(put, bits##_nbi, a, b, n, pe);                                                                        \
    }                                                                                                                 \
    static void get##bits##_nbi(shmem_ctx_t ctx, void *a, const void *b, size_t n, int pe)                            \
    {                                                                                                                 \
        BY_SIZE(get, bits##_nbi, a, b, n, pe);                                                                        \
    }
EACH_bits(BITS) BITS(mem)

typedef void transfer(shmem_ctx_t, void *, const void *, size_t, int);

static const struct {
    size_t size;
    transfer *put, *get, *put_nbi, *get_nbi;
} of_sizes[] = {
#define ROW(bits) {bits / 8, put##bits, get##bits, put##bits##_nbi, get##bits##_nbi},
    EACH_bits(ROW){1, putmem, getmem, putmem_nbi, getmem_nbi},
};

static void sized_test(shmem_ctx_t ctx, unsigned char *there, int to, int from)
{
    for (size_t row = 0; row < sizeof of_sizes / sizeof *of_sizes; row++) {
        const size_t bytes = MANY * of_sizes[row].size;
        unsigned char own[ROOM * 16], got[ROOM * 16];
        fill(own, sizeof own, me);
        memset(there, 255, ROOM * 16);
        shmem_barrier_all();
        of_sizes[row].put(ctx, there, own, MANY, to);
        of_sizes[row].put_nbi(ctx, there + bytes, own + bytes, MANY, to);
        done(ctx);
        CHECK(filled(there, 2 * bytes, from, 0), "put and put_nbi by size");
        CHECK(there[2 * bytes] == 255, "put by size: beyond");
        memset(got, 254, sizeof got);
        of_sizes[row].get(ctx, got, there, MANY, to);
        CHECK(filled(got, bytes, me, 0) && got[bytes] == 254, "get by size");
        of_sizes[row].get_nbi(ctx, got, there + bytes, MANY, to);
        quiet(ctx);
        CHECK(filled(got, bytes, me, bytes) && got[bytes] == 254, "get_nbi by size");
        shmem_barrier_all();
    }
}

/* Many bytes, at odd places, from and to symmetric memory. */
static void megabytes_test(shmem_ctx_t ctx)
{
    enum { BYTES = 3 * 1000 * 1000 + 17 };
    unsigned char *there = (unsigned char *)shmem_malloc(BYTES + 8);
    unsigned char *own = (unsigned char *)shmem_malloc(BYTES + 8);
    CHECK(there && own, "shmem_malloc");
    fill(own, BYTES + 8, me);
    memset(there, 255, BYTES + 8);
    shmem_barrier_all();
    putmem(ctx, there + 3, own + 1, BYTES, next_pe());
    done(ctx);
    CHECK(filled(there + 3, BYTES, last_pe(), 1), "putmem of megabytes");
    CHECK(there[2] == 255 && there[BYTES + 3] == 255, "putmem of megabytes: beside");
    shmem_barrier_all();
    memset(there, 255, BYTES + 8);
    getmem_nbi(ctx, there + 5, own + 2, BYTES, next_pe());
    quiet(ctx);
    CHECK(filled(there + 5, BYTES, next_pe(), 2), "getmem_nbi of megabytes");
    shmem_barrier_all();
    shmem_free(own);
    shmem_free(there);
}

/* Nothing may come from anywhere, and go anywhere. */
static void nothing_test(shmem_ctx_t ctx)
{
    for (size_t row = 0; row < sizeof of_sizes / sizeof *of_sizes; row++) {
        of_sizes[row].put(ctx, NULL, NULL, 0, next_pe());
        of_sizes[row].get(ctx, NULL, NULL, 0, next_pe());
        of_sizes[row].put_nbi(ctx, NULL, NULL, 0, next_pe());
        of_sizes[row].get_nbi(ctx, NULL, NULL, 0, next_pe());
    }
    shmem_int_iput(NULL, NULL, 1, 1, 0, next_pe());
    shmem_int_iget(NULL, NULL, 1, 1, 0, next_pe());
    done(ctx);
}

static unsigned char variable_bytes[ROOM * 16];

int main(void)
{
    shmem_ctx_t ctx;
    begin();
    CHECK(shmem_ctx_create(0, &ctx) == 0, "shmem_ctx_create");
    void *heap = shmem_malloc(ROOM * 16);
    CHECK(heap != NULL, "shmem_malloc");

    /* Who puts to whom: the next one, and each PE to itself. */
    const int shifts[] = {1, 0};
    for (int i = 0; i < 2; i++) {
        const int to = (me + shifts[i]) % pes, from = (me + pes - shifts[i]) % pes;
#define RUN(name, type)                                                                                               \
    name##_test(SHMEM_CTX_INVALID, name##_variable, to, from);                                                        \
    name##_test(ctx, (type *)heap, to, from);
        EACH_rma(RUN)
        sized_test(SHMEM_CTX_INVALID, (unsigned char *)heap, to, from);
        sized_test(ctx, variable_bytes, to, from);
#define RUN_STRIDED(bits)                                                                                             \
    strided##bits##_test(SHMEM_CTX_INVALID, variable_bytes, to, from);                                                \
    strided##bits##_test(ctx, (unsigned char *)heap, to, from);
        EACH_bits(RUN_STRIDED)
    }
    nothing_test(SHMEM_CTX_INVALID);
    nothing_test(ctx);
    megabytes_test(SHMEM_CTX_INVALID);
    megabytes_test(ctx);
    shmem_fence();
    shmem_ctx_fence(ctx);
    shmem_ctx_destroy(ctx);
    shmem_free(heap);
    return end("rma");
}
