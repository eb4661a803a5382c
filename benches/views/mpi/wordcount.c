/* Counts the words of a text: the first process reads it and deals it out; all count the words of their shares, and
 * send each to the process whose it is by its hash, which adds them up. */
#include "common.h"

struct entry {
    const unsigned char *word;
    uint64_t len, count;
};

/* With more slots than entries; a power of two. */
struct table {
    struct entry *slots;
    size_t size, used;
};

/* Letters and digits; bytes of characters beyond ASCII count as letters. */
static int belongs_to_word(unsigned char byte) {
    return byte >= 128 || (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

/* FNV-1a. */
static uint64_t hash(const unsigned char *word, size_t len) {
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t at = 0; at < len; at++) sum = (sum ^ word[at]) * UINT64_C(0x100000001b3);
    return sum;
}

static void add(struct table *table, struct entry entry) {
    if (2 * table->used >= table->size) {
        struct table larger = {room(2 * table->size, sizeof *larger.slots), 2 * table->size, 0};
        for (size_t at = 0; at < table->size; at++)
            if (table->slots[at].word) add(&larger, table->slots[at]);
        free(table->slots);
        *table = larger;
    }
    size_t at = hash(entry.word, entry.len) & (table->size - 1);
    for (;; at = (at + 1) & (table->size - 1)) {
        struct entry *slot = table->slots + at;
        if (!slot->word) {
            *slot = entry;
            table->used++;
            return;
        }
        if (slot->len == entry.len && memcmp(slot->word, entry.word, entry.len) == 0) {
            slot->count += entry.count;
            return;
        }
    }
}

static struct table empty(void) { return (struct table){room(1024, sizeof(struct entry)), 1024, 0}; }

static void count_words(struct table *table, const unsigned char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        size_t start = at;
        while (at < len && belongs_to_word(text[at])) at++;
        if (at > start) add(table, (struct entry){text + start, at - start, 1});
        else at++;
    }
}

static int owner(struct entry entry) { return (int)((hash(entry.word, entry.len) >> 32) % (uint64_t)size); }

/* Gives every process its share of the file, which the first one reads; shares end where words do. The time is that from when all have
 * theirs. */
static unsigned char *deal_out(const char *name, size_t *len, int *mine, double *start) {
    int *counts = room((size_t)size, sizeof *counts), *places = room((size_t)size, sizeof *places);
    unsigned char *text = NULL;
    uint64_t all = 0;
    if (rank == 0) {
        FILE *file = fopen(name, "rb");
        if (!file || fseek(file, 0, SEEK_END) != 0) FAIL("%s cannot be read", name);
        long end = ftell(file);
        if (end <= 0 || end > INT32_MAX) FAIL("%s: a text of 1 byte to 2 GiB is wanted", name);
        rewind(file);
        all = (uint64_t)end;
        text = room(all, 1);
        if (fread(text, 1, all, file) != all) FAIL("%s cannot be read", name);
        fclose(file);
        for (int i = 1; i < size; i++) {
            size_t start = share_start(all, i);
            while (start > 0 && start < all && belongs_to_word(text[start - 1]) && belongs_to_word(text[start])) start++;
            places[i] = (int)start;
        }
        for (int i = 0; i < size; i++) counts[i] = (i + 1 < size ? places[i + 1] : (int)all) - places[i];
    }
    MPI_Bcast(&all, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    MPI_Scatter(counts, 1, MPI_INT, mine, 1, MPI_INT, 0, MPI_COMM_WORLD);
    unsigned char *share = room((size_t)*mine, 1);
    MPI_Scatterv(text, counts, places, MPI_BYTE, share, *mine, MPI_BYTE, 0, MPI_COMM_WORLD);
    free(text);
    *len = all;
    *start = meet();
    return share;
}

int main(int argc, char **argv) {
    begin(&argc, &argv);
    if (argc < 2) FAIL("usage: wordcount FILE");
    size_t len;
    int mine;
    double start;
    unsigned char *share = deal_out(argv[1], &len, &mine, &start);

    struct table found = empty();
    count_words(&found, share, (size_t)mine);
    /* A record is length, count, and the bytes of the word. */
    int *to = room((size_t)size, sizeof *to), *to_place = room((size_t)size, sizeof *to_place);
    int *from = room((size_t)size, sizeof *from), *from_place = room((size_t)size, sizeof *from_place);
    int *next = room((size_t)size, sizeof *next);
    for (size_t at = 0; at < found.size; at++)
        if (found.slots[at].word) to[owner(found.slots[at])] += (int)(16 + found.slots[at].len);
    MPI_Alltoall(to, 1, MPI_INT, from, 1, MPI_INT, MPI_COMM_WORLD);
    for (int i = 1; i < size; i++) {
        next[i] = to_place[i] = to_place[i - 1] + to[i - 1];
        from_place[i] = from_place[i - 1] + from[i - 1];
    }
    size_t bytes = (size_t)from_place[size - 1] + (size_t)from[size - 1];
    unsigned char *sent = room((size_t)to_place[size - 1] + (size_t)to[size - 1], 1), *received = room(bytes, 1);
    for (size_t at = 0; at < found.size; at++) {
        struct entry entry = found.slots[at];
        if (!entry.word) continue;
        unsigned char *record = sent + next[owner(entry)];
        memcpy(record, &entry.len, 8);
        memcpy(record + 8, &entry.count, 8);
        memcpy(record + 16, entry.word, entry.len);
        next[owner(entry)] += (int)(16 + entry.len);
    }
    MPI_Alltoallv(sent, to, to_place, MPI_BYTE, received, from, from_place, MPI_BYTE, MPI_COMM_WORLD);
    struct table sums = empty();
    for (size_t at = 0; at < bytes;) {
        struct entry entry = {received + at + 16, 0, 0};
        memcpy(&entry.len, received + at, 8);
        memcpy(&entry.count, received + at + 8, 8);
        add(&sums, entry);
        at += 16 + entry.len;
    }
    double seconds = meet() - start;

    uint64_t sum = 0, counted[2] = {0, sums.used}, all[2];
    for (size_t at = 0; at < sums.size; at++) {
        struct entry entry = sums.slots[at];
        if (!entry.word) continue;
        counted[0] += entry.count;
        sum += hash(entry.word, entry.len) * entry.count;
    }
    MPI_Allreduce(counted, all, 2, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    char what[200];
    snprintf(what, sizeof what, "wordcount of %zu bytes, %" PRIu64 " words, %" PRIu64 " different", len, all[0], all[1]);
    return finish(what, seconds, sum);
}
