/* Waiting for words and testing them: one, all, any, some, by one value or by a vector of them, of all types. */

#include "check.h"

#define MANY 6

static const int skip_two[MANY] = {0, 1, 0, 0, 1, 0};
static const int skip_all[MANY] = {1, 1, 1, 1, 1, 1};

/* Whether a comparison holds, by the operators of C. */
static int holds(long a, int cmp, long b)
{
    switch (cmp) {
    case SHMEM_CMP_EQ: return a == b;
    case SHMEM_CMP_NE: return a != b;
    case SHMEM_CMP_GT: return a > b;
    case SHMEM_CMP_LE: return a <= b;
    case SHMEM_CMP_LT: return a < b;
    default: return a >= b;
    }
}

static const int comparisons[] = {SHMEM_CMP_EQ, SHMEM_CMP_NE, SHMEM_CMP_GT, SHMEM_CMP_LE, SHMEM_CMP_LT, SHMEM_CMP_GE};

#define TYPED(name, type)                                                                                             \
    static type name##_words[MANY];                                                                                   \
    static void name##_reset(void)                                                                                    \
    {                                                                                                                 \
        shmem_barrier_all();                                                                                          \
        for (int i = 0; i < MANY; i++) name##_words[i] = (type)0;                                                     \
        shmem_barrier_all();                                                                                          \
    }                                                                                                                 \
    /* What words of this PE say, which nobody changes. */                                                            \
    static void name##_still(void)                                                                                    \
    {                                                                                                                 \
        size_t indices[MANY];                                                                                         \
        type values[MANY];                                                                                            \
        name##_reset();                                                                                               \
        for (int i = 0; i < MANY; i++) name##_words[i] = (type)(10 + i), values[i] = (type)(10 + i);                  \
        for (size_t c = 0; c < sizeof comparisons / sizeof *comparisons; c++) {                                       \
            const int cmp = comparisons[c];                                                                           \
            for (int value = 12; value <= 14; value++) {                                                              \
                const int right = holds(13, cmp, value);                                                              \
                CHECK(SHMEM(name, test)(&name##_words[3], cmp, (type)value) == right, #name "_test");                 \
                if (right) SHMEM(name, wait_until)(&name##_words[3], cmp, (type)value);                               \
                int all = 1, count = 0;                                                                               \
                for (int i = 0; i < MANY; i++)                                                                        \
                    if (!skip_two[i]) {                                                                               \
                        if (holds(10 + i, cmp, value)) count++;                                                       \
                        else all = 0;                                                                                 \
                    }                                                                                                 \
                CHECK(SHMEM(name, test_all)(name##_words, MANY, skip_two, cmp, (type)value) == all,                   \
                      #name "_test_all");                                                                             \
                const size_t any = SHMEM(name, test_any)(name##_words, MANY, skip_two, cmp, (type)value);             \
                CHECK(count ? any < MANY && !skip_two[any] && holds(10 + (long)any, cmp, value)                       \
                            : any == SIZE_MAX, #name "_test_any");                                                    \
                const size_t some =                                                                                   \
                    SHMEM(name, test_some)(name##_words, MANY, indices, skip_two, cmp, (type)value);                  \
                CHECK(some == (size_t)count, #name "_test_some");                                                     \
                for (size_t i = 0; i < some; i++)                                                                     \
                    CHECK(indices[i] < MANY && !skip_two[indices[i]] &&                                               \
                              holds(10 + (long)indices[i], cmp, value) && (i == 0 || indices[i] != indices[i - 1]),   \
                          #name "_test_some: indices");                                                               \
            }                                                                                                         \
        }                                                                                                             \
        CHECK(SHMEM(name, test_all_vector)(name##_words, MANY, NULL, SHMEM_CMP_EQ, values) == 1,                      \
              #name "_test_all_vector");                                                                              \
        values[1]++, values[4]++;                                                                                     \
        CHECK(SHMEM(name, test_all_vector)(name##_words, MANY, NULL, SHMEM_CMP_EQ, values) == 0,                      \
              #name "_test_all_vector");                                                                              \
        CHECK(SHMEM(name, test_all_vector)(name##_words, MANY, skip_two, SHMEM_CMP_EQ, values) == 1,                  \
              #name "_test_all_vector with a status");                                                                \
        size_t any = SHMEM(name, test_any_vector)(name##_words, MANY, NULL, SHMEM_CMP_LT, values);                    \
        CHECK(any == 1 || any == 4, #name "_test_any_vector");                                                        \
        CHECK(SHMEM(name, test_any_vector)(name##_words, MANY, skip_two, SHMEM_CMP_LT, values) == SIZE_MAX,           \
              #name "_test_any_vector with a status");                                                                \
        CHECK(SHMEM(name, test_some_vector)(name##_words, MANY, indices, NULL, SHMEM_CMP_NE, values) == 2 &&          \
                  indices[0] + indices[1] == 5, #name "_test_some_vector");                                           \
        CHECK(SHMEM(name, test_some_vector)(name##_words, MANY, indices, skip_two, SHMEM_CMP_NE, values) == 0,        \
              #name "_test_some_vector with a status");                                                               \
        /* Nothing to look at. */                                                                                     \
        CHECK(SHMEM(name, test_all)(name##_words, 0, NULL, SHMEM_CMP_EQ, (type)1) == 1, #name "_test_all");           \
        CHECK(SHMEM(name, test_all)(name##_words, MANY, skip_all, SHMEM_CMP_EQ, (type)1) == 1,                        \
              #name "_test_all");                                                                                     \
        CHECK(SHMEM(name, test_any)(name##_words, MANY, skip_all, SHMEM_CMP_GT, (type)1) == SIZE_MAX,                 \
              #name "_test_any");                                                                                     \
        CHECK(SHMEM(name, test_some)(name##_words, 0, indices, NULL, SHMEM_CMP_GT, (type)1) == 0,                     \
              #name "_test_some");                                                                                    \
        SHMEM(name, wait_until_all)(name##_words, 0, NULL, SHMEM_CMP_EQ, (type)1);                                    \
        CHECK(SHMEM(name, wait_until_any)(name##_words, MANY, skip_all, SHMEM_CMP_EQ, (type)1) == SIZE_MAX,           \
              #name "_wait_until_any");                                                                               \
        CHECK(SHMEM(name, wait_until_some)(name##_words, MANY, indices, skip_all, SHMEM_CMP_EQ, (type)1) == 0,        \
              #name "_wait_until_some");                                                                              \
    }                                                                                                                 \
    /* Gives the next PE its words, the later ones first. */                                                          \
    static void name##_give(int add)                                                                                  \
    {                                                                                                                 \
        for (int i = MANY - 1; i >= 0; i--) SHMEM(name, p)(&name##_words[i], (type)(i + add), next_pe());             \
        shmem_quiet();                                                                                                \
    }                                                                                                                 \
    static void name##_waits(void)                                                                                    \
    {                                                                                                                 \
        size_t indices[MANY], got;                                                                                    \
        type values[MANY];                                                                                            \
        int status[MANY] = {0};                                                                                       \
        for (int i = 0; i < MANY; i++) values[i] = (type)(i + 3);                                                     \
        name##_reset();                                                                                               \
        name##_give(1);                                                                                               \
        SHMEM(name, wait_until)(&name##_words[0], SHMEM_CMP_EQ, (type)1);                                             \
        SHMEM(name, wait_until_all)(name##_words, MANY, NULL, SHMEM_CMP_GT, (type)0);                                 \
        for (int i = 0; i < MANY; i++) CHECK(name##_words[i] == (type)(i + 1), #name "_wait_until_all");              \
        name##_reset();                                                                                               \
        name##_give(3);                                                                                               \
        SHMEM(name, wait_until_all_vector)(name##_words, MANY, skip_two, SHMEM_CMP_EQ, values);                       \
        for (int i = 0; i < MANY; i++)                                                                                \
            CHECK(skip_two[i] || name##_words[i] == values[i], #name "_wait_until_all_vector");                       \
        name##_reset();                                                                                               \
        name##_give(3);                                                                                               \
        for (int i = 0; i < MANY; i++) {                                                                              \
            got = i % 2 ? SHMEM(name, wait_until_any)(name##_words, MANY, status, SHMEM_CMP_NE, (type)0)              \
                        : SHMEM(name, wait_until_any_vector)(name##_words, MANY, status, SHMEM_CMP_EQ, values);       \
            CHECK(got < MANY && !status[got] && name##_words[got] == values[got], #name "_wait_until_any");           \
            status[got] = 1;                                                                                          \
        }                                                                                                             \
        CHECK(SHMEM(name, wait_until_any_vector)(name##_words, MANY, status, SHMEM_CMP_EQ, values) == SIZE_MAX,       \
              #name "_wait_until_any_vector, none");                                                                  \
        for (int form = 0; form < 2; form++) {                                                                        \
            memset(status, 0, sizeof status);                                                                         \
            name##_reset();                                                                                           \
            name##_give(3);                                                                                           \
            for (size_t all = 0; all < MANY; all += got) {                                                            \
                got = form ? SHMEM(name, wait_until_some)(name##_words, MANY, indices, status, SHMEM_CMP_GE, (type)3) \
                           : SHMEM(name, wait_until_some_vector)(name##_words, MANY, indices, status,                 \
                                                                   SHMEM_CMP_EQ, values);                             \
                CHECK(got >= 1 && got <= MANY - all, #name "_wait_until_some");                                       \
                for (size_t i = 0; i < got; i++) {                                                                    \
                    CHECK(indices[i] < MANY && !status[indices[i]] &&                                                 \
                              name##_words[indices[i]] == values[indices[i]], #name "_wait_until_some");              \
                    status[indices[i]] = 1;                                                                           \
                }                                                                                                     \
            }                                                                                                         \
        }                                                                                                             \
        /* Polling comes to an end, too. */                                                                           \
        name##_reset();                                                                                               \
        name##_give(3);                                                                                               \
        while (!SHMEM(name, test)(&name##_words[0], SHMEM_CMP_EQ, (type)3)) {}                                        \
        while (!SHMEM(name, test_all)(name##_words, MANY, NULL, SHMEM_CMP_GE, (type)3)) {}                            \
        shmem_barrier_all();                                                                                          \
    }
EACH_amo(TYPED)
EACH_p2p_short(TYPED)

/* Waiting for another value than this one, as it was before 1.4. */
#define OLD(name, type)                                                                                               \
    static type name##_old;                                                                                           \
    static void name##_old_wait(void)                                                                                 \
    {                                                                                                                 \
        name##_old = (type)0;                                                                                         \
        shmem_barrier_all();                                                                                          \
        SHMEM(name, p)(&name##_old, (type)9, next_pe());                                                              \
        shmem_##name##_wait(&name##_old, (type)0);                                                                      \
        CHECK(name##_old == (type)9, "shmem_" #name "_wait");                                                         \
        shmem_barrier_all();                                                                                          \
    }
EACH_wait(OLD)

static void untyped(void)
{
    static long word;
    word = 0;
    shmem_barrier_all();
    shmem_long_p(&word, 4, next_pe());
    shmem_wait(&word, 0);
    CHECK(word == 4, "shmem_wait");
    shmem_barrier_all();
    shmem_long_p(&word, 5, next_pe());
    (shmem_wait_until)(&word, SHMEM_CMP_GT, 4);
    CHECK(word == 5, "shmem_wait_until");
    shmem_barrier_all();
}

/* Programs wait for the last byte of a message as for a long, wherever it is. */
static void bytes(void)
{
    static long room[3];
    char *buffer = (char *)room;
    for (int length = 1; length <= 16; length++) {
        const char mark = 7;
        memset(room, 0, sizeof room);
        shmem_barrier_all();
        shmem_putmem(&buffer[length - 1], &mark, 1, next_pe());
        shmem_wait((long *)(void *)&buffer[length - 1], 0);
        CHECK(buffer[length - 1] == mark, "shmem_wait for a byte");
        shmem_barrier_all();
    }
}

int main(void)
{
    begin();
#define RUN(name, type) name##_still(), name##_waits();
    EACH_amo(RUN)
    EACH_p2p_short(RUN)
#define RUN_OLD(name, type) name##_old_wait();
    EACH_wait(RUN_OLD)
    untyped();
    bytes();
    return end("p2p");
}
