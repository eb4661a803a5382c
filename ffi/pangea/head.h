/*
 * pangea.h - one memory, many machines: the C interface of Pangea.
 *
 * Made of the Rust source by cbindgen; do not edit.
 *
 * Errors. Most functions answer a pangea_status, and give what they make by their last arguments; nothing is given when they fail, but as
 * they say. Those that answer a number or a pointer have one for "no good handle" (SIZE_MAX, NULL, false), and note the error.
 * pangea_error_message() says what was wrong with the last call of this thread that failed, and how to mend it.
 *
 * Handles (pangea_node *, pangea_array *, ...) are opaque, and no addresses. Each comment says which functions make one and which
 * free it. A handle that was freed, is of another type, or is nonsense is told, and answered with
 * PANGEA_STATUS_BAD_HANDLE. What cannot be told, and so is up to the program: a handle is not to be freed while another thread uses it.
 * Guards, transfers and batches belong to the thread that got them; in others they are PANGEA_STATUS_WRONG_THREAD. pangea_leave
 * frees all that are left.
 *
 * Free and release. *_free frees a handle and nothing else; *_release gives the object back, too: when all nodes have done so, its memory
 * is freed. A node that leaves gives everything back.
 *
 * Memory. Arguments for values (void *) are for as many elements as are told, each of the size that the object was
 * created with, and need no alignment. Others are to be aligned as their type is. Texts are UTF-8, and are copied. Unless a
 * comment says that it may be NULL, an argument may not; it is answered with PANGEA_STATUS_NULL_POINTER.
 *
 * Functions of the program that are called back must return: no exceptions, no longjmp.
 */
