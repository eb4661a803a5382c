/* Data with a signal behind it, of all types and sizes, and waiting for signals. */

#include "check.h"

#define MANY 7

static uint64_t signals[4];

static void quiet(shmem_ctx_t ctx)
{
    if (ctx == SHMEM_CTX_INVALID)
        shmem_quiet();
    else
        shmem_ctx_quiet(ctx);
}

/* What stands in front of the arguments on a context of the program's own, and on the default one. */
#define ON_CTX ctx,
#define ON_DEFAULT

/* Data and signal come to the next PE, which waits for the signal alone. */
#define AROUND(label, type, put, put_nbi, on)                                                                         \
    static type label##_there[2 * MANY + 1];                                                                          \
    static void label##_test(shmem_ctx_t ctx)                                                                         \
    {                                                                                                                 \
        type own[2 * MANY];                                                                                           \
        const int to = next_pe(), from = last_pe();                                                                   \
        for (int i = 0; i < 2 * MANY; i++) own[i] = (type)number(me, i);                                              \
        memset(label##_there, 0, sizeof label##_there);                                                               \
        signals[0] = signals[1] = signals[2] = signals[3] = 0;                                                        \
        shmem_barrier_all();                                                                                          \
        put(on label##_there, own, MANY, &signals[0], 5, SHMEM_SIGNAL_SET, to);                                       \
        CHECK(shmem_signal_wait_until(&signals[0], SHMEM_CMP_EQ, 5) == 5, #label ": signal");                         \
        for (int i = 0; i < MANY; i++)                                                                                \
            CHECK(label##_there[i] == (type)number(from, i), #label ": before its signal");                           \
        put_nbi(on label##_there + MANY, own + MANY, MANY, &signals[1], 6, SHMEM_SIGNAL_ADD, to);                     \
        CHECK(shmem_signal_wait_until(&signals[1], SHMEM_CMP_GE, 6) == 6, #label "_nbi: signal");                     \
        for (int i = MANY; i < 2 * MANY; i++)                                                                         \
            CHECK(label##_there[i] == (type)number(from, i), #label "_nbi: before its signal");                       \
        CHECK(label##_there[2 * MANY] == (type)0, #label ": beyond");                                                 \
        CHECK(shmem_signal_fetch(&signals[0]) == 5 && shmem_signal_fetch(&signals[1]) == 6, #label);                  \
        /* No data is allowed. */                                                                                     \
        put(on label##_there, own, 0, &signals[2], 7, SHMEM_SIGNAL_SET, to);                                          \
        CHECK(shmem_signal_wait_until(&signals[2], SHMEM_CMP_NE, 0) == 7, #label ": signal alone");                   \
        quiet(ctx);                                                                                                   \
        shmem_barrier_all();                                                                                          \
    }

#define OF_TYPE(name, type)                                                                                           \
    AROUND(name, type, SHMEM(name, put_signal), SHMEM(name, put_signal_nbi), ON_DEFAULT)                              \
    AROUND(ctx_##name, type, SHMEM_CTX(name, put_signal), SHMEM_CTX(name, put_signal_nbi), ON_CTX)
EACH_rma(OF_TYPE)

/* A type of each size. */
typedef uint8_t bits_8;
typedef uint16_t bits_16;
typedef uint32_t bits_32;
typedef uint64_t bits_64;
typedef long double bits_128;
typedef char bits_mem;

#define OF_SIZE(bits)                                                                                                 \
    AROUND(by_##bits, bits_##bits, shmem_put##bits##_signal, shmem_put##bits##_signal_nbi, ON_DEFAULT)                \
    AROUND(ctx_by_##bits, bits_##bits, shmem_ctx_put##bits##_signal, shmem_ctx_put##bits##_signal_nbi, ON_CTX)
EACH_bits(OF_SIZE)
OF_SIZE(mem)

/* Signals of all PEs add up at PE 0, which finds the data of all. */
static void many_test(void)
{
    static uint64_t arrived;
    long *there = (long *)shmem_calloc((size_t)pes * 1000, sizeof(long));
    long own[1000];
    for (int i = 0; i < 1000; i++) own[i] = 1000L * me + i;
    CHECK(there != NULL, "shmem_calloc");
    for (int round = 1; round <= 5; round++) {
        shmem_long_put_signal(there + 1000 * me, own, 1000, &arrived, 1, SHMEM_SIGNAL_ADD, 0);
        if (me == 0) {
            shmem_signal_wait_until(&arrived, SHMEM_CMP_EQ, (uint64_t)(round * pes));
            for (long i = 0; i < 1000L * pes; i++) {
                CHECK(there[i] == i, "the data of all signals");
                there[i] = -1;
            }
        }
        shmem_barrier_all();
    }
    shmem_free(there);
}

int main(void)
{
    shmem_ctx_t ctx;
    begin();
    CHECK(shmem_ctx_create(0, &ctx) == 0, "shmem_ctx_create");
#define RUN_TYPE(name, type) name##_test(SHMEM_CTX_INVALID), ctx_##name##_test(ctx);
    EACH_rma(RUN_TYPE)
#define RUN_SIZE(bits) by_##bits##_test(SHMEM_CTX_INVALID), ctx_by_##bits##_test(ctx);
    EACH_bits(RUN_SIZE)
    RUN_SIZE(mem)
    many_test();
    shmem_ctx_destroy(ctx);
    return end("signals");
}
