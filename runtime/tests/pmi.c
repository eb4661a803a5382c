/* A store of keys and values for tests of the way in by PMI: files in a directory. Compiled with -DPMI_TWO as PMI-2,
 * else as PMI-1. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int rank, size, fences;

static int number(const char *name) {
    const char *text = getenv(name);
    return text ? atoi(text) : -1;
}

static void path(char *into, size_t room, const char *name) {
    snprintf(into, room, "%s/%s", getenv("PMI_TEST_DIRECTORY"), name);
}

static int put(const char *key, const char *value) {
    char name[512], hidden[520];
    path(name, sizeof name, key);
    snprintf(hidden, sizeof hidden, "%s.new-%d", name, rank);
    FILE *file = fopen(hidden, "w");
    if (!file) return 1;
    fputs(value, file);
    return fclose(file) || rename(hidden, name);
}

static int get(const char *key, char *value, int room) {
    char name[512];
    path(name, sizeof name, key);
    FILE *file = fopen(name, "r");
    if (!file) return 1;
    size_t len = fread(value, 1, (size_t)room - 1, file);
    value[len] = 0;
    return fclose(file);
}

static int fence(void) {
    char name[64];
    snprintf(name, sizeof name, "fence-%d-%d", ++fences, rank);
    if (put(name, "here")) return 1;
    for (int other = 0; other < size; other++) {
        char full[512];
        snprintf(name, sizeof name, "fence-%d-%d", fences, other);
        path(full, sizeof full, name);
        for (int turns = 0; access(full, F_OK); turns++) {
            if (turns > 60000) return 1;
            usleep(1000);
        }
    }
    return 0;
}

static int start(void) {
    rank = number("PMI_RANK");
    size = number("PMI_SIZE");
    return number("PMI_TEST_FAILS") > 0 ? 14 : 0;
}

static int name_of_store(char *name, int room) {
    snprintf(name, (size_t)room, "store");
    return 0;
}

#ifdef PMI_TWO
int PMI2_Init(int *spawned, int *all, int *own, int *application) {
    int failed = start();
    if (number("PMI_TEST_SILENT") == 2) {
        size = 1;
        rank = 0;
    }
    *spawned = *application = 0;
    *all = size;
    *own = rank;
    return failed;
}
int PMI2_Finalize(void) { return put("finalized-2", "yes"); }
int PMI2_Job_GetId(char *name, int room) { return name_of_store(name, room); }
int PMI2_KVS_Put(const char *key, const char *value) { return put(key, value); }
int PMI2_KVS_Fence(void) { return fence(); }
int PMI2_KVS_Get(const char *store, int from, const char *key, char *value, int room, int *len) {
    if (strcmp(store, "store") || from != -1 || get(key, value, room)) return 1;
    *len = (int)strlen(value);
    return 0;
}
#else
int PMI_Init(int *spawned) {
    *spawned = 0;
    return start();
}
int PMI_Get_rank(int *own) {
    *own = rank;
    return 0;
}
int PMI_Get_size(int *all) {
    *all = size;
    return 0;
}
int PMI_Finalize(void) { return put("finalized-1", "yes"); }
int PMI_KVS_Get_my_name(char *name, int room) { return name_of_store(name, room); }
int PMI_KVS_Put(const char *store, const char *key, const char *value) {
    return strcmp(store, "store") || put(key, value);
}
int PMI_KVS_Commit(const char *store) { return strcmp(store, "store"); }
int PMI_Barrier(void) { return fence(); }
int PMI_KVS_Get(const char *store, const char *key, char *value, int room) {
    return strcmp(store, "store") || get(key, value, room);
}
#endif
