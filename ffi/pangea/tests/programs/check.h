/* What the test programs share: each ends at the first thing that is not as it should be, and says where. */

#ifndef CHECK_H
#define CHECK_H

#include <pangea.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void stop(int line, const char *what) {
    fprintf(stderr, "line %d: %s\n  last error: %s\n", line, what, pangea_error_message());
    exit(1);
}

static inline void check(int is_so, int line, const char *what) {
    if (!is_so) {
        stop(line, what);
    }
}

#define TRUE(what) check((what) ? 1 : 0, __LINE__, #what)
#define OK(call) check((call) == PANGEA_STATUS_OK, __LINE__, #call)
/* That a call fails with this code, and a message that holds this text. */
#define FAILS(status, text, call)                                                                  \
    do {                                                                                           \
        check((call) == (status), __LINE__, #call " fails");                                       \
        check(pangea_error_status() == (status), __LINE__, #call " notes its code");               \
        check(strstr(pangea_error_message(), (text)) != NULL, __LINE__, #call " says " #text);     \
    } while (0)

static inline pangea_spec numbers(int type, size_t len) {
    pangea_spec spec;
    memset(&spec, 0, sizeof spec);
    spec.element_type = type;
    spec.len = len;
    return spec;
}

#endif
