/* What a program may do wrong, one thing in each job: the job ends with a message that names routine and reason, and not
 * with status 0. Without an argument the program lists the cases, each with a pattern that its message must match. */

#include <string.h>

#include "check.h"

static long variable, words[8], sync_words[SHMEM_SYNC_SIZE];
static uint64_t signal_word;
static long *heap;

#define ROUTINE(name, pattern, ...)                                                                                     \
    static void name(void) { __VA_ARGS__; }
#define CASES(X)                                                                                                        \
    X(put_to_stack, "shmem_long_put: .*not symmetric: use memory of shmem_malloc", long on_stack[2]; shmem_long_put(on_stack, &variable, 1, next_pe())) \
    X(get_from_malloc, "shmem_long_get: .*not symmetric", void *place = calloc(1, 800);                                 \
      shmem_long_get(words, (long *)place, 1, next_pe()))                                                               \
    X(put_to_null, "shmem_int_p: .*NULL", shmem_int_p(NULL, 1, next_pe()))                                              \
    X(atomic_to_stack, "shmem_long_atomic_inc: .*not symmetric", long on_stack = 0; shmem_long_atomic_inc(&on_stack, 0)) \
    X(put_beyond_the_heap, "shmem_putmem: ", shmem_putmem(heap, heap, (size_t)1 << 45, next_pe()))                      \
    X(count_that_overflows, "shmem_double_put: ", shmem_double_put((double *)heap, (double *)heap, SIZE_MAX / 4, 0))    \
    X(pe_too_large, "shmem_long_p: .*PE", shmem_long_p(&variable, 1, pes))                                              \
    X(pe_negative, "shmem_long_g: .*-1", (void)shmem_long_g(&variable, -1))                                             \
    X(pe_of_atomic, "shmem_int_atomic_fetch_add: .*PE", (void)shmem_int_atomic_fetch_add((int *)heap, 1, 1000))         \
    X(free_twice, "shmem_free: ", long *place = (long *)shmem_malloc(64); shmem_free(place); shmem_free(place))         \
    X(free_inside, "shmem_free: ", shmem_free(heap + 1))                                                                \
    X(free_of_variable, "shmem_free: ", shmem_free(&variable))                                                          \
    X(free_of_malloc, "shmem_free: ", shmem_free(malloc(8)))                                                            \
    X(realloc_of_freed, "shmem_realloc: ", long *place = (long *)shmem_malloc(64); shmem_free(place);                   \
      (void)shmem_realloc(place, 128))                                                                                  \
    X(context_destroyed, "shmem_ctx_long_p: ", shmem_ctx_t ctx; shmem_ctx_create(0, &ctx); shmem_ctx_destroy(ctx);      \
      shmem_ctx_long_p(ctx, &variable, 1, 0))                                                                           \
    X(context_invalid, "shmem_ctx_long_p: ", shmem_ctx_long_p(SHMEM_CTX_INVALID, &variable, 1, 0))                      \
    X(context_of_nowhere, "shmem_ctx_putmem: ", shmem_ctx_putmem((shmem_ctx_t)(void *)&variable, heap, heap, 8, 0))     \
    X(destroy_default_context, "shmem_ctx_destroy: ", shmem_ctx_destroy(SHMEM_CTX_DEFAULT))                             \
    X(destroy_world, "shmem_team_destroy: ", shmem_team_destroy(SHMEM_TEAM_WORLD))                                      \
    X(signal_operation, "shmem_putmem_signal: ", shmem_putmem_signal(heap, heap, 8, &signal_word, 1, 77, 0))            \
    X(signal_on_stack, "shmem_putmem_signal: .*not symmetric", uint64_t own = 0;                                        \
      shmem_putmem_signal(heap, heap, 8, &own, 1, SHMEM_SIGNAL_SET, 0))                                                 \
    X(comparison, "shmem_long_wait_until: .*use one of SHMEM_CMP_EQ", shmem_long_wait_until(&variable, 99, 1))                                   \
    X(comparison_of_test, "shmem_int_test: ", (void)shmem_int_test((int *)heap, -1, 1))                                 \
    X(lock_not_held, "shmem_clear_lock: ", shmem_clear_lock(&variable))                                                 \
    X(lock_set_twice, "shmem_set_lock: ", if (me == 0) { shmem_set_lock(&variable); shmem_set_lock(&variable); }        \
      shmem_barrier_all())                                                                                              \
    X(lock_on_stack, "shmem_set_lock: .*not symmetric", long own = 0; shmem_set_lock(&own))                             \
    X(lock_not_aligned, "shmem_set_lock: .*multiple of 8 bytes: make it a variable of type long",                       \
      shmem_set_lock((long *)(void *)((char *)heap + 4)))                                                               \
    X(wait_not_aligned, "shmem_long_wait_until: .*multiple of 8 bytes",                                                 \
      shmem_long_wait_until((long *)(void *)((char *)heap + 4), SHMEM_CMP_EQ, 77))                                      \
    X(active_set_too_large, "shmem_barrier: ", shmem_barrier(0, 0, pes + 1, sync_words))                                \
    X(active_set_negative, "shmem_broadcast64: ", shmem_broadcast64(heap, words, 1, 0, -1, 0, pes, sync_words))         \
    X(active_set_without_me, "shmem_sync: ", shmem_sync((me + 1) % pes, 0, pes > 1 ? 1 : 0, sync_words))                \
    X(root_too_large, "shmem_broadcast32: ", shmem_broadcast32(heap, words, 1, pes, 0, 0, pes, sync_words))             \
    X(reduction_negative, "shmem_long_sum_to_all: ",                                                                    \
      shmem_long_sum_to_all(heap, words, -1, 0, 0, pes, heap + 8, sync_words))                                          \
    X(reduction_of_stack, "shmem_long_sum_to_all: .*not symmetric", long own[2] = {1, 2};                               \
      shmem_long_sum_to_all(own, words, 1, 0, 0, pes, heap + 8, sync_words))                                            \
    X(after_finalize, "shmem_long_p: ", shmem_finalize(); shmem_long_p(&variable, 1, 0))

CASES(ROUTINE)

/* It needs more than one PE. */
static void calls_differ(void)
{
    if (me == 0) (void)shmem_malloc(64);
    else (void)shmem_calloc(8, 8);
}

static const struct {
    const char *name, *pattern;
    void (*run)(void);
} cases[] = {
#define ROW(name, pattern, ...) {#name, pattern, name},
    CASES(ROW){"calls_differ", "shmem_(malloc|calloc)", calls_differ},
};

int main(int argc, char **argv)
{
    const size_t count = sizeof cases / sizeof *cases;
    if (argc < 2) {
        printf("before_init shmem_long_p: .*shmem_init\n");
        for (size_t i = 0; i < count; i++) printf("%s %s\n", cases[i].name, cases[i].pattern);
        return 0;
    }
    if (strcmp(argv[1], "before_init") == 0) shmem_long_p(&variable, 1, 0);
    begin();
    heap = (long *)shmem_malloc(1024);
    CHECK(heap != NULL, "shmem_malloc");
    for (size_t i = 0; i < count; i++)
        if (strcmp(cases[i].name, argv[1]) == 0) cases[i].run();
    /* Nobody comes as far as this. */
    shmem_barrier_all();
    printf("went on\n");
    shmem_finalize();
    return 0;
}
