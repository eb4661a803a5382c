#include "variables_library.h"

long library_initialized = 46;
static long uninitialized;

long *library_uninitialized(void) { return &uninitialized; }
