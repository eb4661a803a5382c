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


#ifndef PANGEA_H
#define PANGEA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What a function answers. Everything but `PANGEA_STATUS_OK` is an error; `pangea_error_message` tells more.
 */
typedef enum pangea_status {
    /**
     * Done.
     */
    PANGEA_STATUS_OK = 0,
    /**
     * A pointer that is needed is NULL.
     */
    PANGEA_STATUS_NULL_POINTER = 1,
    /**
     * A handle that was freed, or is of another type, or is none; any, in a child of `fork`.
     */
    PANGEA_STATUS_BAD_HANDLE = 2,
    /**
     * A handle that belongs to another thread: that of a lock, a transfer, or a batch.
     */
    PANGEA_STATUS_WRONG_THREAD = 3,
    /**
     * An argument that makes no sense; the message names it.
     */
    PANGEA_STATUS_BAD_ARGUMENT = 4,
    /**
     * Elements of another type or length than the function is for.
     */
    PANGEA_STATUS_BAD_TYPE = 5,
    /**
     * The handle is in use right now: a view that is locked, or an object within its own callback.
     */
    PANGEA_STATUS_IN_USE = 6,
    /**
     * What was tried would have to wait.
     */
    PANGEA_STATUS_WOULD_BLOCK = 7,
    /**
     * A mistake in the library itself. The object should not be used any more.
     */
    PANGEA_STATUS_PANIC = 8,
    /**
     * An environment variable that describes the job is missing or malformed.
     */
    PANGEA_STATUS_ENVIRONMENT = 20,
    /**
     * The job cannot be joined.
     */
    PANGEA_STATUS_JOIN = 21,
    /**
     * The coordinator refused: something else of that name exists, or there is no room.
     */
    PANGEA_STATUS_REFUSED = 22,
    /**
     * A node died, and what was asked for with it; see `pangea_error_rank`.
     */
    PANGEA_STATUS_NODE_DIED = 23,
    /**
     * The coordinator is lost, and the job with it.
     */
    PANGEA_STATUS_COORDINATOR_LOST = 24,
    /**
     * The control plane met what it should not.
     */
    PANGEA_STATUS_PROTOCOL = 25,
    /**
     * The operating system refused something.
     */
    PANGEA_STATUS_SYSTEM = 26,
    /**
     * The provider could not do what was asked.
     */
    PANGEA_STATUS_FABRIC = 27,
    /**
     * An operation failed, and its home is not known to be dead.
     */
    PANGEA_STATUS_WORK = 28,
    /**
     * Whether an atomic took effect cannot be told; it happened at most once.
     */
    PANGEA_STATUS_INDETERMINATE = 29,
    /**
     * An index or a range does not lie in the array.
     */
    PANGEA_STATUS_OUT_OF_RANGE = 40,
    /**
     * The object was released by another handle.
     */
    PANGEA_STATUS_RELEASED = 41,
    /**
     * Two lengths that belong together differ.
     */
    PANGEA_STATUS_LENGTH_MISMATCH = 42,
    /**
     * A rank that the job does not have.
     */
    PANGEA_STATUS_NO_SUCH_RANK = 43,
    /**
     * Memory of another node that cannot be reached by loads and stores.
     */
    PANGEA_STATUS_NOT_MAPPED = 44,
    /**
     * A value too large for a reduction or a broadcast.
     */
    PANGEA_STATUS_VALUE_TOO_LARGE = 45,
    /**
     * Elements that cannot be shared.
     */
    PANGEA_STATUS_BAD_ELEMENT = 46,
    /**
     * An array that cannot be, or is not what was expected.
     */
    PANGEA_STATUS_BAD_ARRAY = 47,
    /**
     * A file could not be read.
     */
    PANGEA_STATUS_FILE = 48,
    /**
     * A file has another size than the array.
     */
    PANGEA_STATUS_FILE_SIZE = 49,
    /**
     * An earlier barrier or reduction failed, so no other can follow.
     */
    PANGEA_STATUS_COLLECTIVE_BROKEN = 50,
    /**
     * A node died amid a write; overwrite the whole block.
     */
    PANGEA_STATUS_POISONED = 51,
    /**
     * Memory was changed by something that is no part of the protocol.
     */
    PANGEA_STATUS_DAMAGED = 52,
    /**
     * This node was taken for dead.
     */
    PANGEA_STATUS_EXPELLED = 53,
    /**
     * Somebody who lives has had a block locked for too long.
     */
    PANGEA_STATUS_STUCK = 54,
    /**
     * Whoever had the lock before died or failed. The lock is this thread's all the same, and the guard is given.
     */
    PANGEA_STATUS_LOCK_POISONED = 55,
    /**
     * A synchronization object that cannot be.
     */
    PANGEA_STATUS_BAD_OBJECT = 56,
    /**
     * More permits than a semaphore has.
     */
    PANGEA_STATUS_TOO_MANY_PERMITS = 57,
    /**
     * This thread has locked what it would wait for.
     */
    PANGEA_STATUS_WOULD_DEADLOCK = 58,
    /**
     * A view that cannot be.
     */
    PANGEA_STATUS_BAD_VIEW = 59,
    /**
     * The memory of a view could not be set up.
     */
    PANGEA_STATUS_PAGING = 60,
    /**
     * The array has views that are open.
     */
    PANGEA_STATUS_VIEWS_OPEN = 61,
    /**
     * Elements to be written that are at the same time to be read.
     */
    PANGEA_STATUS_OVERLAP = 62,
    /**
     * The view is for reading alone.
     */
    PANGEA_STATUS_READ_ONLY = 63,
    /**
     * Elements that a lock was not taken for.
     */
    PANGEA_STATUS_NOT_LOCKED = 64,
    /**
     * A stream or file failed.
     */
    PANGEA_STATUS_STREAM = 65,
    /**
     * An error that this version of the interface has no code for.
     */
    PANGEA_STATUS_OTHER = 99,
} pangea_status;

/**
 * Types of elements.
 */
typedef enum pangea_type {
    /**
     * `element_bytes` bytes, aligned to `element_align`: structures of the program.
     */
    PANGEA_TYPE_BYTES = 0,
    /**
     * `uint8_t`
     */
    PANGEA_TYPE_U8 = 1,
    /**
     * `uint16_t`
     */
    PANGEA_TYPE_U16 = 2,
    /**
     * `uint32_t`
     */
    PANGEA_TYPE_U32 = 3,
    /**
     * `uint64_t`
     */
    PANGEA_TYPE_U64 = 4,
    /**
     * `int8_t`
     */
    PANGEA_TYPE_I8 = 5,
    /**
     * `int16_t`
     */
    PANGEA_TYPE_I16 = 6,
    /**
     * `int32_t`
     */
    PANGEA_TYPE_I32 = 7,
    /**
     * `int64_t`
     */
    PANGEA_TYPE_I64 = 8,
    /**
     * `float`
     */
    PANGEA_TYPE_F32 = 9,
    /**
     * `double`
     */
    PANGEA_TYPE_F64 = 10,
    /**
     * `bool`, for atomics alone.
     */
    PANGEA_TYPE_BOOL = 11,
} pangea_type;

/**
 * How elements are spread over the nodes.
 */
typedef enum pangea_distribution {
    /**
     * What is usual for the object.
     */
    PANGEA_DISTRIBUTION_DEFAULT = 0,
    /**
     * Each node has one contiguous piece.
     */
    PANGEA_DISTRIBUTION_BLOCK = 1,
    /**
     * Element `i` is on node `i % size`.
     */
    PANGEA_DISTRIBUTION_CYCLIC = 2,
    /**
     * Blocks of `cyclic_block` elements go round the nodes.
     */
    PANGEA_DISTRIBUTION_BLOCK_CYCLIC = 3,
    /**
     * All elements are on node `on_node`.
     */
    PANGEA_DISTRIBUTION_ON_NODE = 4,
    /**
     * Pages are where they are touched first; for release arrays alone.
     */
    PANGEA_DISTRIBUTION_FIRST_TOUCH = 5,
} pangea_distribution;

/**
 * Consistency models.
 */
typedef enum pangea_model {
    /**
     * What is usual for the object.
     */
    PANGEA_MODEL_DEFAULT = 0,
    /**
     * Every operation goes to the home; `pangea_array`.
     */
    PANGEA_MODEL_RELAXED = 1,
    /**
     * Linearizable; `pangea_shared`, `pangea_shared_array`.
     */
    PANGEA_MODEL_STRICT = 2,
    /**
     * Sequentially consistent, read from the node's cache; the same, and usual for them.
     */
    PANGEA_MODEL_SEQUENTIAL = 3,
    /**
     * Plain memory, by views; `pangea_release_array`.
     */
    PANGEA_MODEL_RELEASE = 4,
} pangea_model;

/**
 * How page faults are told to this process.
 */
typedef enum pangea_mechanism {
    /**
     * As `PANGEA_VIEW` says, or what is best here.
     */
    PANGEA_MECHANISM_DEFAULT = 0,
    /**
     * By userfaultfd.
     */
    PANGEA_MECHANISM_USERFAULTFD = 1,
    /**
     * By SIGSEGV and mprotect.
     */
    PANGEA_MECHANISM_MPROTECT = 2,
} pangea_mechanism;

/**
 * What pages are opened for.
 */
typedef enum pangea_access {
    /**
     * Reading.
     */
    PANGEA_ACCESS_READ = 0,
    /**
     * Reading and writing.
     */
    PANGEA_ACCESS_WRITE = 1,
} pangea_access;

/**
 * What is made of two numbers.
 */
typedef enum pangea_op {
    /**
     * The sum; of integers, wrapping around.
     */
    PANGEA_OP_SUM = 0,
    /**
     * The product; of integers, wrapping around.
     */
    PANGEA_OP_PRODUCT = 1,
    /**
     * The smaller.
     */
    PANGEA_OP_MIN = 2,
    /**
     * The larger.
     */
    PANGEA_OP_MAX = 3,
    /**
     * Bitwise "and" of integers.
     */
    PANGEA_OP_AND = 4,
    /**
     * Bitwise "or" of integers.
     */
    PANGEA_OP_OR = 5,
    /**
     * Bitwise "exclusive or" of integers.
     */
    PANGEA_OP_XOR = 6,
} pangea_op;

/**
 * An array that all nodes share, each holding a part of it; every access goes to the home of the element. May be used from any thread.
 * Got by `pangea_array_create` or `pangea_array_attach`; freed by `pangea_array_free`, `pangea_array_release`, or `pangea_leave`.
 */
typedef struct pangea_array pangea_array;

/**
 * An integer or truth value that all nodes share and change atomically; whoever finds what another left here sees all that it had done before in any
 * coherent object. Values are passed as `uint64_t`: signed ones as what they are converted to. May be used from any thread. Got by `pangea_atomic_create`;
 * freed by `pangea_atomic_free`, `pangea_atomic_release`, or `pangea_leave`.
 */
typedef struct pangea_atomic pangea_atomic;

/**
 * A barrier among some nodes of the job. May be used from any thread. Got by `pangea_node_barrier_among`; freed by `pangea_barrier_free`,
 * `pangea_barrier_release`, or `pangea_leave`.
 */
typedef struct pangea_barrier pangea_barrier;

/**
 * Many reads of cached values, for which what keeps the cache from under them is done once. While it lives, the node's cache cannot give
 * memory back. Of the thread that began it; got by `pangea_batch_begin`, freed by `pangea_batch_end`.
 */
typedef struct pangea_batch pangea_batch;

/**
 * A view whose elements, or some of them, this thread uses under a lock. While it is, the view itself cannot be used. Of the thread that locked it; got by
 * `pangea_view_lock_all` or `pangea_view_lock_range`, freed by `pangea_locked_view_unlock`.
 */
typedef struct pangea_locked_view pangea_locked_view;

/**
 * A lock around a value, for all threads of all nodes; fair, and recovered when its holder dies. May be used from any thread. Got by `pangea_mutex_create`; freed
 * by `pangea_mutex_free`, `pangea_mutex_release`, or `pangea_leave`.
 */
typedef struct pangea_mutex pangea_mutex;

/**
 * A mutex that this thread has, with its value. Of the thread that locked it; got by `pangea_mutex_lock` or `pangea_mutex_try_lock`, freed by
 * `pangea_mutex_guard_unlock`.
 */
typedef struct pangea_mutex_guard pangea_mutex_guard;

/**
 * This process as a node of its job. Got by `pangea_join`, freed by `pangea_leave`.
 */
typedef struct pangea_node pangea_node;

/**
 * Something to be done once, on whatever node comes first, while all others wait. May be used from any thread. Got by `pangea_once_create`; freed by
 * `pangea_once_free`, `pangea_once_release`, or `pangea_leave`.
 */
typedef struct pangea_once pangea_once;

/**
 * Permits of a semaphore. Any thread may give them back. Got by `pangea_semaphore_acquire` or `pangea_semaphore_try_acquire`, freed by
 * `pangea_permits_release`.
 */
typedef struct pangea_permits pangea_permits;

/**
 * An array that each node uses as plain memory, through views (`pangea_view`). Got by `pangea_release_array_create` or
 * `pangea_release_array_attach`; freed by `pangea_release_array_free`, `pangea_release_array_release`, or `pangea_leave`.
 */
typedef struct pangea_release_array pangea_release_array;

/**
 * A lock around a value that any number of threads of all nodes may read at once, or one may write. May be used from any thread. Got by
 * `pangea_rwlock_create`; freed by `pangea_rwlock_free`, `pangea_rwlock_release`, or `pangea_leave`.
 */
typedef struct pangea_rwlock pangea_rwlock;

/**
 * A value that nobody writes as long as this lives. Of the thread that locked it; got by `pangea_rwlock_read` or `pangea_rwlock_try_read`, freed by
 * `pangea_rwlock_read_guard_unlock`.
 */
typedef struct pangea_rwlock_read_guard pangea_rwlock_read_guard;

/**
 * A value that this thread alone may use. Of the thread that locked it; got by `pangea_rwlock_write` or `pangea_rwlock_try_write`, freed by
 * `pangea_rwlock_write_guard_unlock`.
 */
typedef struct pangea_rwlock_write_guard pangea_rwlock_write_guard;

/**
 * A number of permits, which go to nodes in the order in which they asked. May be used from any thread. Got by `pangea_semaphore_create`; freed by
 * `pangea_semaphore_free`, `pangea_semaphore_release`, or `pangea_leave`.
 */
typedef struct pangea_semaphore pangea_semaphore;

/**
 * One value that all nodes share, kept coherent and cached. Each operation is atomic, and takes effect as a whole. May be used from any thread. Got by
 * `pangea_shared_create` or `pangea_shared_attach`; freed by `pangea_shared_free`, `pangea_shared_release`, or
 * `pangea_leave`.
 */
typedef struct pangea_shared pangea_shared;

/**
 * An array that all nodes share, kept coherent in blocks. An operation on an element, or on the part of a range that lies in one block, is atomic and
 * takes effect as a whole. May be used from any thread. Got by `pangea_shared_array_create` or `pangea_shared_array_attach`; freed by
 * `pangea_shared_array_free`, `pangea_shared_array_release`, or `pangea_leave`.
 */
typedef struct pangea_shared_array pangea_shared_array;

/**
 * Elements on their way. Of the thread that began it; got by `pangea_array_get_nb`, freed by `pangea_transfer_wait` or
 * `pangea_transfer_free`.
 */
typedef struct pangea_transfer pangea_transfer;

/**
 * A release array as plain memory of this process, at one range of addresses: a load is a load, a store a store. What the program writes others see after it
 * has released and they have acquired, which `pangea_view_barrier` and view locks do. Threads may share it; they order their accesses among each other
 * themselves. Got by `pangea_view_open`, freed by `pangea_view_close` or `pangea_leave`; the memory is gone then.
 */
typedef struct pangea_view pangea_view;

/**
 * A lock for elements of views. May be used from any thread. Got by `pangea_view_lock_create`; freed by `pangea_view_lock_free`,
 * `pangea_view_lock_release`, or `pangea_leave`.
 */
typedef struct pangea_view_lock pangea_view_lock;

/**
 * What an object is to be. All zero stands for what is usual, so begin with `{0}`, and set what matters. What an object has no use for
 * is to be zero.
 */
typedef struct pangea_spec {
    /**
     * A `pangea_type`.
     */
    int element_type;
    /**
     * Bytes of an element, for `PANGEA_TYPE_BYTES`; for others 0, or what the type has.
     */
    size_t element_bytes;
    /**
     * What the address of an element is a multiple of, for `PANGEA_TYPE_BYTES`; 0 for 1.
     */
    size_t element_align;
    /**
     * The name by which the type is compared between programs, for `PANGEA_TYPE_BYTES`; NULL for "[u8; n]". Numbers are named as Rust
     * programs have them.
     */
    const char *type_name;
    /**
     * How many elements.
     */
    size_t len;
    /**
     * A `pangea_distribution`. Objects that are on one node take `PANGEA_DISTRIBUTION_ON_NODE`, or let the name choose.
     */
    int distribution;
    /**
     * For `PANGEA_DISTRIBUTION_BLOCK_CYCLIC`.
     */
    size_t cyclic_block;
    /**
     * For `PANGEA_DISTRIBUTION_ON_NODE`.
     */
    size_t on_node;
    /**
     * A `pangea_model`.
     */
    int model;
    /**
     * Bytes of a block, for `pangea_shared_array`: a power of two.
     */
    size_t block_bytes;
    /**
     * Bytes of a page, for `pangea_release_array`: a power of two from 4 KiB to 2 MiB.
     */
    size_t page_size;
} pangea_spec;

/**
 * Elements or blocks from `start` to before `end`.
 */
typedef struct pangea_range {
    /**
     * The first.
     */
    size_t start;
    /**
     * The one after the last.
     */
    size_t end;
} pangea_range;

/**
 * Whether a value is as wanted. Must not throw.
 */
typedef bool (*pangea_test)(const void *value, void *context);

/**
 * What has passed between this node and others so far.
 */
typedef struct pangea_counters {
    /**
     * READs.
     */
    uint64_t reads;
    /**
     * WRITEs.
     */
    uint64_t writes;
    /**
     * Compare-and-swaps and fetch-and-adds.
     */
    uint64_t atomics;
    /**
     * Bytes that READs brought.
     */
    uint64_t bytes_read;
    /**
     * Bytes that WRITEs took.
     */
    uint64_t bytes_written;
    /**
     * Batches posted, each with one doorbell.
     */
    uint64_t round_trips;
    /**
     * Queue pairs made, those that are gone included.
     */
    uint64_t queue_pairs;
} pangea_counters;

/**
 * Does what is to be done once; `is_poisoned` says that another began it and did not come to its end. Must not throw.
 */
typedef void (*pangea_call)(bool is_poisoned, void *context);

/**
 * Puts into `mine` what it and `theirs` make together. Must not throw.
 */
typedef void (*pangea_combine)(void *mine, const void *theirs, void *context);

/**
 * Changes a value in place; `context` is what was passed along. Must not throw.
 */
typedef void (*pangea_change)(void *value, void *context);

/**
 * Where a view lies, what it may take, and how it works. All zero stands for what is usual.
 */
typedef struct pangea_view_options {
    /**
     * The address of its first byte, a multiple of the page size; NULL for any.
     */
    void *at;
    /**
     * At the same address in all nodes, so that pointers into it mean the same everywhere. Opening it is collective then.
     */
    bool everywhere_alike;
    /**
     * For reading alone.
     */
    bool read_only;
    /**
     * A `pangea_mechanism`.
     */
    int mechanism;
    /**
     * How many bytes copies of pages may take; 0 for as much as the node's cache.
     */
    size_t cache_bytes;
} pangea_view_options;

/**
 * What a view has done so far. All zero where the memory of the homes is mapped.
 */
typedef struct pangea_view_counters {
    /**
     * Page faults served.
     */
    uint64_t faults;
    /**
     * Pages fetched from their homes, read ahead or not.
     */
    uint64_t fetched;
    /**
     * Pages of these that nobody had asked for yet.
     */
    uint64_t read_ahead;
    /**
     * Twins made.
     */
    uint64_t twins;
    /**
     * Pages that were compared with their twins.
     */
    uint64_t compared;
    /**
     * Changed bytes sent home.
     */
    uint64_t bytes_home;
    /**
     * WRITEs that they were sent by.
     */
    uint64_t writes_home;
    /**
     * Pages dropped because their homes had newer ones.
     */
    uint64_t dropped;
    /**
     * Pages dropped because the cache was full.
     */
    uint64_t evicted;
    /**
     * READs of counters of changes.
     */
    uint64_t counter_reads;
} pangea_view_counters;



#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Creates an array, all zero, or attaches to the one of that name. Not collective: each node calls it when it needs the array, and whoever
 * comes first creates it. Of `spec` it uses the type, `len`, and the distribution (in equal blocks if not said).
 */
enum pangea_status pangea_array_create(const struct pangea_node *node,
                                       const char *name,
                                       const struct pangea_spec *spec,
                                       struct pangea_array **array);

/**
 * Attaches to the array of that name, whatever its length and distribution. Of `spec` it uses the type, which has to be the array's.
 */
enum pangea_status pangea_array_attach(const struct pangea_node *node,
                                       const char *name,
                                       const struct pangea_spec *spec,
                                       struct pangea_array **array);

/**
 * Frees the handle. The array stays, and this node's hold of it.
 */
enum pangea_status pangea_array_free(struct pangea_array *array);

/**
 * Gives this hold of the array back, after this thread's non-blocking work, and frees the handle in any case. When each hold that was got by
 * create or attach, on any node, has been given back, the memory is freed.
 */
enum pangea_status pangea_array_release(struct pangea_array *array);

/**
 * How many elements it has; SIZE_MAX if the handle is not good.
 */
size_t pangea_array_len(const struct pangea_array *array);

/**
 * How many bytes an element has; SIZE_MAX if the handle is not good.
 */
size_t pangea_array_element_bytes(const struct pangea_array *array);

/**
 * Whether this node was the one that created it; false if the handle is not good.
 */
bool pangea_array_is_creator(const struct pangea_array *array);

/**
 * The global address of an element, which may be stored in shared memory: it means the same on all nodes, and is never 0.
 */
enum pangea_status pangea_array_addr(const struct pangea_array *array,
                                     size_t index,
                                     uint64_t *addr);

/**
 * The index of the element at a global address; SIZE_MAX when it is not the address of an element of this array.
 */
size_t pangea_array_index_of(const struct pangea_array *array,
                             uint64_t addr);

/**
 * Copies an element out to `value`. One READ.
 */
enum pangea_status pangea_array_get(const struct pangea_array *array, size_t index, void *value);

/**
 * Copies an element in from `value`, and returns when it is at its home. One WRITE.
 */
enum pangea_status pangea_array_put(const struct pangea_array *array,
                                    size_t index,
                                    const void *value);

/**
 * Copies `count` elements out, from `start` on. If it fails, what `into` holds is unspecified.
 */
enum pangea_status pangea_array_get_range(const struct pangea_array *array,
                                          size_t start,
                                          void *into,
                                          size_t count);

/**
 * Copies `count` elements in, from `start` on, and returns when they are at their homes.
 */
enum pangea_status pangea_array_put_range(const struct pangea_array *array,
                                          size_t start,
                                          const void *from,
                                          size_t count);

/**
 * Copies elements `start`, `start + stride`, … out, `count` of them, in batches.
 */
enum pangea_status pangea_array_get_strided(const struct pangea_array *array,
                                            size_t start,
                                            size_t stride,
                                            void *into,
                                            size_t count);

/**
 * Copies elements in, to `start`, `start + stride`, …, `count` of them, in batches.
 */
enum pangea_status pangea_array_put_strided(const struct pangea_array *array,
                                            size_t start,
                                            size_t stride,
                                            const void *from,
                                            size_t count);

/**
 * Copies the elements of `count` indices out, in batches.
 */
enum pangea_status pangea_array_gather(const struct pangea_array *array,
                                       const size_t *indices,
                                       void *into,
                                       size_t count);

/**
 * Copies elements in, to `count` indices, in batches. Of an index that stands there twice, which element remains is unspecified.
 */
enum pangea_status pangea_array_scatter(const struct pangea_array *array,
                                        const size_t *indices,
                                        const void *from,
                                        size_t count);

/**
 * How many elements this node holds; SIZE_MAX if the handle is not good.
 */
size_t pangea_array_local_len(const struct pangea_array *array);

/**
 * The indices that this node holds, where they are one range: distributions by block, and on one node. Else an error; see
 * `pangea_array_index_at`.
 */
enum pangea_status pangea_array_local_range(const struct pangea_array *array,
                                            struct pangea_range *range);

/**
 * The part that a node holds, in place: the address of its first element, and how many they are (which may be NULL). This node's own, or any that is mapped into
 * this process (all of them with provider "shm"). Anybody may change it at any time. Good as long as the handle.
 */
enum pangea_status pangea_array_segment_of(const struct pangea_array *array,
                                           size_t rank,
                                           void **data,
                                           size_t *len);

/**
 * The index in the array of element `local` of the part of a node; SIZE_MAX when the part has no such element.
 */
size_t pangea_array_index_at(const struct pangea_array *array,
                             size_t rank,
                             size_t local);

/**
 * Adds to an element, wrapping around; `before` (which may be NULL, as for all atomics) is its value before. One round trip.
 */
enum pangea_status pangea_array_fetch_add(const struct pangea_array *array,
                                          size_t index,
                                          uint64_t add,
                                          uint64_t *before);

/**
 * Stores `desired` if the element equals `expected`; `before` is its value before, so it was stored if that equals `expected`. One round trip.
 */
enum pangea_status pangea_array_compare_swap(const struct pangea_array *array,
                                             size_t index,
                                             uint64_t expected,
                                             uint64_t desired,
                                             uint64_t *before);

/**
 * The element, in order with the atomics on it. One round trip.
 */
enum pangea_status pangea_array_load(const struct pangea_array *array,
                                     size_t index,
                                     uint64_t *value);

/**
 * Replaces the element. Two round trips, and one more for each time that somebody else changes it meanwhile.
 */
enum pangea_status pangea_array_store(const struct pangea_array *array,
                                      size_t index,
                                      uint64_t value);

/**
 * Replaces the element, as `pangea_array_store`; `before` is its value before.
 */
enum pangea_status pangea_array_swap(const struct pangea_array *array,
                                     size_t index,
                                     uint64_t value,
                                     uint64_t *before);

/**
 * Bitwise "and" with an element, as `pangea_array_swap`.
 */
enum pangea_status pangea_array_fetch_and(const struct pangea_array *array,
                                          size_t index,
                                          uint64_t bits,
                                          uint64_t *before);

/**
 * Bitwise "or" with an element, as `pangea_array_swap`.
 */
enum pangea_status pangea_array_fetch_or(const struct pangea_array *array,
                                         size_t index,
                                         uint64_t bits,
                                         uint64_t *before);

/**
 * Bitwise "exclusive or" with an element, as `pangea_array_swap`.
 */
enum pangea_status pangea_array_fetch_xor(const struct pangea_array *array,
                                          size_t index,
                                          uint64_t bits,
                                          uint64_t *before);

/**
 * Adds values to the elements of `count` indices, wrapping around, without telling what they were before. Each addition is an atomic by itself,
 * in any order; all are at their homes when it returns. In batches.
 */
enum pangea_status pangea_array_add_many(const struct pangea_array *array,
                                         const size_t *indices,
                                         const uint64_t *values,
                                         size_t count);

/**
 * Bitwise "and" of each of these elements with its value, as `pangea_array_add_many`.
 */
enum pangea_status pangea_array_and_many(const struct pangea_array *array,
                                         const size_t *indices,
                                         const uint64_t *values,
                                         size_t count);

/**
 * Bitwise "or" of each of these elements with its value, as `pangea_array_add_many`.
 */
enum pangea_status pangea_array_or_many(const struct pangea_array *array,
                                        const size_t *indices,
                                        const uint64_t *values,
                                        size_t count);

/**
 * Bitwise "exclusive or" of each of these elements with its value, as `pangea_array_add_many`.
 */
enum pangea_status pangea_array_xor_many(const struct pangea_array *array,
                                         const size_t *indices,
                                         const uint64_t *values,
                                         size_t count);

/**
 * Creates an atomic, zero, or attaches to the one of that name. Of `spec` it uses the type (`PANGEA_TYPE_U64`, `_I64`, `_U32`, `_I32` or `_BOOL`), and the node it
 * is on (chosen by the name if not said).
 */
enum pangea_status pangea_atomic_create(const struct pangea_node *node,
                                        const char *name,
                                        const struct pangea_spec *spec,
                                        struct pangea_atomic **atomic);

/**
 * Frees the handle. The atomic stays, and this node's hold of it.
 */
enum pangea_status pangea_atomic_free(struct pangea_atomic *atomic);

/**
 * Gives this hold of it back, and frees the handle in any case.
 */
enum pangea_status pangea_atomic_release(struct pangea_atomic *atomic);

/**
 * The value.
 */
enum pangea_status pangea_atomic_load(const struct pangea_atomic *atomic, uint64_t *value);

/**
 * Replaces the value.
 */
enum pangea_status pangea_atomic_store(const struct pangea_atomic *atomic, uint64_t value);

/**
 * Replaces the value; `before` (which may be NULL, as for all that follow) is the one before.
 */
enum pangea_status pangea_atomic_swap(const struct pangea_atomic *atomic,
                                      uint64_t value,
                                      uint64_t *before);

/**
 * Adds, wrapping around.
 */
enum pangea_status pangea_atomic_fetch_add(const struct pangea_atomic *atomic,
                                           uint64_t add,
                                           uint64_t *before);

/**
 * Subtracts, wrapping around.
 */
enum pangea_status pangea_atomic_fetch_sub(const struct pangea_atomic *atomic,
                                           uint64_t subtract,
                                           uint64_t *before);

/**
 * Replaces the value by the larger of it and `other`.
 */
enum pangea_status pangea_atomic_fetch_max(const struct pangea_atomic *atomic,
                                           uint64_t other,
                                           uint64_t *before);

/**
 * Replaces the value by the smaller of it and `other`.
 */
enum pangea_status pangea_atomic_fetch_min(const struct pangea_atomic *atomic,
                                           uint64_t other,
                                           uint64_t *before);

/**
 * Bitwise "and".
 */
enum pangea_status pangea_atomic_fetch_and(const struct pangea_atomic *atomic,
                                           uint64_t bits,
                                           uint64_t *before);

/**
 * Bitwise "or".
 */
enum pangea_status pangea_atomic_fetch_or(const struct pangea_atomic *atomic,
                                          uint64_t bits,
                                          uint64_t *before);

/**
 * Bitwise "exclusive or".
 */
enum pangea_status pangea_atomic_fetch_xor(const struct pangea_atomic *atomic,
                                           uint64_t bits,
                                           uint64_t *before);

/**
 * Stores `desired` if the value is `expected`. `found` is the value before, and `exchanged` whether it was replaced; either may be NULL.
 */
enum pangea_status pangea_atomic_compare_exchange(const struct pangea_atomic *atomic,
                                                  uint64_t expected,
                                                  uint64_t desired,
                                                  uint64_t *found,
                                                  bool *exchanged);

/**
 * Waits until the value, which the function gets as a `uint64_t`, is as wanted. `value` is what was found, and may be NULL.
 */
enum pangea_status pangea_atomic_wait_until(const struct pangea_atomic *atomic,
                                            pangea_test function,
                                            void *context,
                                            uint64_t *value);

/**
 * A barrier among the nodes of `count` ranks, of which this node is one. Each of them calls this with the same ranks, in whatever order.
 */
enum pangea_status pangea_node_barrier_among(const struct pangea_node *node,
                                             const char *name,
                                             const size_t *ranks,
                                             size_t count,
                                             struct pangea_barrier **barrier);

/**
 * Waits until all members are here. What any member wrote before, all members see after. One thread of each node calls it. An error when a member died or left;
 * the deaths of others do no harm.
 */
enum pangea_status pangea_barrier_wait(const struct pangea_barrier *barrier);

/**
 * Frees the handle. The barrier stays, and this node's hold of it.
 */
enum pangea_status pangea_barrier_free(struct pangea_barrier *barrier);

/**
 * Gives this hold of it back, and frees the handle in any case.
 */
enum pangea_status pangea_barrier_release(struct pangea_barrier *barrier);

/**
 * Creates a mutex, its value all zero, or attaches to the one of that name. Of `spec` it uses the type of the value, and the node it is on (chosen by the name if
 * not said).
 */
enum pangea_status pangea_mutex_create(const struct pangea_node *node,
                                       const char *name,
                                       const struct pangea_spec *spec,
                                       struct pangea_mutex **mutex);

/**
 * Frees the handle. The mutex stays, and this node's hold of it.
 */
enum pangea_status pangea_mutex_free(struct pangea_mutex *mutex);

/**
 * Gives this hold of the mutex back, and frees the handle. An error while it is locked by this handle.
 */
enum pangea_status pangea_mutex_release(struct pangea_mutex *mutex);

/**
 * Waits until it is this thread's.
 *
 * `PANGEA_STATUS_LOCK_POISONED` says that a holder before died or failed, and that nobody has cleared that yet: the mutex is this thread's all the
 * same, and `guard` is given.
 */
enum pangea_status pangea_mutex_lock(const struct pangea_mutex *mutex,
                                     struct pangea_mutex_guard **guard);

/**
 * Takes it if nobody has it and nobody waits for it; else `PANGEA_STATUS_WOULD_BLOCK`. The rest as `pangea_mutex_lock`.
 */
enum pangea_status pangea_mutex_try_lock(const struct pangea_mutex *mutex,
                                         struct pangea_mutex_guard **guard);

/**
 * The value, which is this thread's until it unlocks; NULL if the handle is not good. Aligned to 16 bytes.
 */
void *pangea_mutex_guard_data(const struct pangea_mutex_guard *guard);

/**
 * The fencing token: greater than that of every holder before, on whatever node. 0 if the handle is not good.
 */
uint64_t pangea_mutex_guard_token(const struct pangea_mutex_guard *guard);

/**
 * Whether a holder before died or failed, so that the value may be in disorder; false if the handle is not good.
 */
bool pangea_mutex_guard_is_poisoned(const struct pangea_mutex_guard *guard);

/**
 * Declares the value sound, once this unlocks.
 */
enum pangea_status pangea_mutex_guard_clear_poison(const struct pangea_mutex_guard *guard);

/**
 * Writes the value to its home, and keeps the lock: if this node dies from now on, whoever comes next finds the value as it is now.
 */
enum pangea_status pangea_mutex_guard_save(const struct pangea_mutex_guard *guard);

/**
 * Unlocks, waits until the value is as wanted, and locks again: what a condition variable is for. The address of the value may be another
 * afterwards. If it fails, but for `PANGEA_STATUS_LOCK_POISONED`, the mutex is not this thread's any more, and the guard is freed.
 */
enum pangea_status pangea_mutex_guard_wait_until(struct pangea_mutex_guard *guard,
                                                 pangea_test function,
                                                 void *context);

/**
 * Unlocks, and frees the handle, also when it fails: then the value could not be written.
 */
enum pangea_status pangea_mutex_guard_unlock(struct pangea_mutex_guard *guard);

/**
 * Declares the value of a mutex sound. Locks and unlocks it.
 */
enum pangea_status pangea_mutex_clear_poison(const struct pangea_mutex *mutex);

/**
 * How many bytes the value has; SIZE_MAX if the handle is not good.
 */
size_t pangea_mutex_element_bytes(const struct pangea_mutex *mutex);

/**
 * Joins the job that this process was started for (`pangea run`), and waits until all of its nodes have joined. A process that
 * was started by itself becomes a job of one node. Called once by a process.
 */
enum pangea_status pangea_join(struct pangea_node **node);

/**
 * Leaves the job. Frees the node and all handles that were got from it, so what it still has is not to be used any more. Waits for
 * the other nodes to leave, because they may still use its memory. A process that ends without this counts as a node that died.
 *
 * An error when another thread has a lock, a transfer or a batch of this node; it stays in the job then.
 */
enum pangea_status pangea_leave(struct pangea_node *node);

/**
 * The number of this node, from 0 to `pangea_node_size` - 1; SIZE_MAX if the handle is not good.
 */
size_t pangea_node_rank(const struct pangea_node *node);

/**
 * How many nodes the job has; SIZE_MAX if the handle is not good.
 */
size_t pangea_node_size(const struct pangea_node *node);

/**
 * Whether this is rank 0, which by custom does what is to be done once; false if the handle is not good.
 */
bool pangea_node_is_leader(const struct pangea_node *node);

/**
 * The provider in use: "shm" or "verbs". NULL if the handle is not good. Never to be freed.
 */
const char *pangea_node_provider(const struct pangea_node *node);

/**
 * Waits until all nodes are here. What any of them wrote before (by blocking calls, by non-blocking ones of the calling thread, or into
 * its own part) all of them see after. One thread of each node calls it. An error when a node died or left; see
 * `pangea_error_rank`.
 */
enum pangea_status pangea_node_barrier(const struct pangea_node *node);

/**
 * Waits until all non-blocking work of this thread is complete at its homes, and tells the first failure of such work since the last call.
 */
enum pangea_status pangea_node_quiet(const struct pangea_node *node);

/**
 * Orders this thread's writes and atomics to each home: those before it take effect before those after it. Makes coherent objects show what
 * this node has heard of by other means than the job's own synchronization.
 */
enum pangea_status pangea_node_fence(const struct pangea_node *node);

/**
 * The value of `root` for all. At most 256 bytes. One thread of each node calls it with as many bytes.
 */
enum pangea_status pangea_node_broadcast(const struct pangea_node *node,
                                         size_t root,
                                         void *value,
                                         size_t bytes);

/**
 * Whether a node has died, as far as this one has been told; -1 if the handle is not good or there is no such rank.
 */
int pangea_node_is_dead(const struct pangea_node *node,
                        size_t rank);

/**
 * The ranks of the nodes that have died, in order: `count` is how many they are, and the first `capacity` of them are put into `ranks`, which
 * may be NULL if that is 0.
 */
enum pangea_status pangea_node_dead(const struct pangea_node *node,
                                    size_t *ranks,
                                    size_t capacity,
                                    size_t *count);

/**
 * What has passed between this node and others so far. Accesses to the node's own memory do not count, except for atomics.
 */
enum pangea_status pangea_node_counts(const struct pangea_node *node,
                                      struct pangea_counters *counts);

/**
 * Creates it, or attaches to the one of that name. Of `spec`, which may be NULL, it uses the node it is on (chosen by the name if not said).
 */
enum pangea_status pangea_once_create(const struct pangea_node *node,
                                      const char *name,
                                      const struct pangea_spec *spec,
                                      struct pangea_once **once);

/**
 * Frees the handle. It stays, and this node's hold of it.
 */
enum pangea_status pangea_once_free(struct pangea_once *once);

/**
 * Gives this hold of it back, and frees the handle. An error while it runs.
 */
enum pangea_status pangea_once_release(struct pangea_once *once);

/**
 * Runs the function if nobody has; else waits until whoever runs it is done. `PANGEA_STATUS_LOCK_POISONED` when another began it and did not come to its
 * end.
 */
enum pangea_status pangea_once_call_once(const struct pangea_once *once,
                                         pangea_call function,
                                         void *context);

/**
 * As `pangea_once_call_once`, and runs the function also when another attempt did not come to its end; it is told.
 */
enum pangea_status pangea_once_call_once_force(const struct pangea_once *once,
                                               pangea_call function,
                                               void *context);

/**
 * Whether it has been done.
 */
enum pangea_status pangea_once_is_completed(const struct pangea_once *once, bool *is_completed);

/**
 * Combines `count` numbers of every node one by one, in the order of the ranks; all get the same result in `values`, also for floating point. `element_type` is a
 * `pangea_type`, `op` a `pangea_op`. At most 256 bytes. One thread of each node calls it, with the same type, count and operation; it is no barrier for other data.
 */
enum pangea_status pangea_node_reduce(const struct pangea_node *node,
                                      void *values,
                                      size_t count,
                                      int element_type,
                                      int op);

/**
 * As `pangea_node_reduce`, of a value of the program's own type, by a function, which must not itself call a barrier, reduction or broadcast.
 */
enum pangea_status pangea_node_reduce_with(const struct pangea_node *node,
                                           void *value,
                                           size_t bytes,
                                           pangea_combine function,
                                           void *context);

/**
 * Creates an array, all zero, or attaches to the one of that name. Of `spec` it uses the type, `len`, the distribution of its pages (each node has as many in a row
 * if not said), and `page_size` (4096 if not said).
 */
enum pangea_status pangea_release_array_create(const struct pangea_node *node,
                                               const char *name,
                                               const struct pangea_spec *spec,
                                               struct pangea_release_array **array);

/**
 * Attaches to the array of that name, whatever its length, pages and distribution. Of `spec` it uses the type, which has to be the array's.
 */
enum pangea_status pangea_release_array_attach(const struct pangea_node *node,
                                               const char *name,
                                               const struct pangea_spec *spec,
                                               struct pangea_release_array **array);

/**
 * Frees the handle. The array stays, this node's hold of it, and its views.
 */
enum pangea_status pangea_release_array_free(struct pangea_release_array *array);

/**
 * Gives this hold of the array back, and frees the handle, unless views of it are open (`PANGEA_STATUS_VIEWS_OPEN`).
 */
enum pangea_status pangea_release_array_release(struct pangea_release_array *array);

/**
 * How many elements it has; SIZE_MAX if the handle is not good.
 */
size_t pangea_release_array_len(const struct pangea_release_array *array);

/**
 * How many bytes an element has; SIZE_MAX if the handle is not good.
 */
size_t pangea_release_array_element_bytes(const struct pangea_release_array *array);

/**
 * Bytes of a page; SIZE_MAX if the handle is not good.
 */
size_t pangea_release_array_page_size(const struct pangea_release_array *array);

/**
 * Whether nodes keep copies of pages; else they map the memory of the homes. False if the handle is not good.
 */
bool pangea_release_array_is_paged(const struct pangea_release_array *array);

/**
 * Whether this node was the one that created it; false if the handle is not good.
 */
bool pangea_release_array_is_creator(const struct pangea_release_array *array);

/**
 * Creates a lock, its value all zero, or attaches to the one of that name. Of `spec` it uses the type of the value, and the node it is on (chosen by the name if
 * not said).
 */
enum pangea_status pangea_rwlock_create(const struct pangea_node *node,
                                        const char *name,
                                        const struct pangea_spec *spec,
                                        struct pangea_rwlock **rwlock);

/**
 * Frees the handle. The lock stays, and this node's hold of it.
 */
enum pangea_status pangea_rwlock_free(struct pangea_rwlock *rwlock);

/**
 * Gives this hold of the lock back, and frees the handle. An error while it is locked by this handle.
 */
enum pangea_status pangea_rwlock_release(struct pangea_rwlock *rwlock);

/**
 * Waits until nobody writes, and reads.
 *
 * `PANGEA_STATUS_LOCK_POISONED` says that a writer before died or failed, and that nobody has cleared that yet: the lock is this thread's all the
 * same, and `guard` is given. So for all functions that lock.
 */
enum pangea_status pangea_rwlock_read(const struct pangea_rwlock *rwlock,
                                      struct pangea_rwlock_read_guard **guard);

/**
 * Reads, if nobody writes or waits for that; else `PANGEA_STATUS_WOULD_BLOCK`.
 */
enum pangea_status pangea_rwlock_try_read(const struct pangea_rwlock *rwlock,
                                          struct pangea_rwlock_read_guard **guard);

/**
 * Waits until it is this thread's alone, and writes.
 */
enum pangea_status pangea_rwlock_write(const struct pangea_rwlock *rwlock,
                                       struct pangea_rwlock_write_guard **guard);

/**
 * Writes, if nobody has it and nobody waits for it; else `PANGEA_STATUS_WOULD_BLOCK`.
 */
enum pangea_status pangea_rwlock_try_write(const struct pangea_rwlock *rwlock,
                                           struct pangea_rwlock_write_guard **guard);

/**
 * The value, which nobody changes until it is unlocked; NULL if the handle is not good. Aligned to 16 bytes.
 */
const void *pangea_rwlock_read_guard_data(const struct pangea_rwlock_read_guard *guard);

/**
 * Whether a writer before died or failed, so that the value may be in disorder; false if the handle is not good.
 */
bool pangea_rwlock_read_guard_is_poisoned(const struct pangea_rwlock_read_guard *guard);

/**
 * Unlocks, and frees the handle.
 */
enum pangea_status pangea_rwlock_read_guard_unlock(struct pangea_rwlock_read_guard *guard);

/**
 * The value, which is this thread's until it unlocks; NULL if the handle is not good. Aligned to 16 bytes.
 */
void *pangea_rwlock_write_guard_data(const struct pangea_rwlock_write_guard *guard);

/**
 * The fencing token: greater than that of every writer before, on whatever node. 0 if the handle is not good.
 */
uint64_t pangea_rwlock_write_guard_token(const struct pangea_rwlock_write_guard *guard);

/**
 * Whether a writer before died or failed, so that the value may be in disorder; false if the handle is not good.
 */
bool pangea_rwlock_write_guard_is_poisoned(const struct pangea_rwlock_write_guard *guard);

/**
 * Declares the value sound, once this unlocks.
 */
enum pangea_status pangea_rwlock_write_guard_clear_poison(const struct pangea_rwlock_write_guard *guard);

/**
 * Unlocks, and frees the handle, also when it fails: then the value could not be written.
 */
enum pangea_status pangea_rwlock_write_guard_unlock(struct pangea_rwlock_write_guard *guard);

/**
 * Declares the value of a lock sound. Locks it for writing, and unlocks it.
 */
enum pangea_status pangea_rwlock_clear_poison(const struct pangea_rwlock *rwlock);

/**
 * Creates a semaphore with so many permits, or attaches to the one of that name, which has as many. Of `spec`, which may be NULL, it uses the node it
 * is on (chosen by the name if not said).
 */
enum pangea_status pangea_semaphore_create(const struct pangea_node *node,
                                           const char *name,
                                           uint32_t permits,
                                           const struct pangea_spec *spec,
                                           struct pangea_semaphore **semaphore);

/**
 * Frees the handle. The semaphore stays, and this node's hold of it.
 */
enum pangea_status pangea_semaphore_free(struct pangea_semaphore *semaphore);

/**
 * Gives this hold of it back, and frees the handle. An error while permits are had by this handle.
 */
enum pangea_status pangea_semaphore_release(struct pangea_semaphore *semaphore);

/**
 * How many permits nobody has; out of date when it arrives.
 */
enum pangea_status pangea_semaphore_available(const struct pangea_semaphore *semaphore,
                                              uint32_t *available);

/**
 * Waits for `count` permits at once.
 */
enum pangea_status pangea_semaphore_acquire(const struct pangea_semaphore *semaphore,
                                            uint32_t count,
                                            struct pangea_permits **permits);

/**
 * Takes `count` permits if they are there and nobody waits for any; else `PANGEA_STATUS_WOULD_BLOCK`.
 */
enum pangea_status pangea_semaphore_try_acquire(const struct pangea_semaphore *semaphore,
                                                uint32_t count,
                                                struct pangea_permits **permits);

/**
 * Gives permits back, and frees the handle in any case.
 */
enum pangea_status pangea_permits_release(struct pangea_permits *permits);

/**
 * Starts the state of a semaphore anew, as if nobody had a permit: the way out of `PANGEA_STATUS_POISONED`.
 */
enum pangea_status pangea_semaphore_reset(const struct pangea_semaphore *semaphore);

/**
 * Creates a value, all zero, or attaches to the one of that name. Of `spec` it uses the type, the model (sequential if not said, or strict), and the node it is
 * on (0 if not said).
 */
enum pangea_status pangea_shared_create(const struct pangea_node *node,
                                        const char *name,
                                        const struct pangea_spec *spec,
                                        struct pangea_shared **shared);

/**
 * Attaches to the value of that name, whatever its model. Of `spec` it uses the type, which has to be the value's.
 */
enum pangea_status pangea_shared_attach(const struct pangea_node *node,
                                        const char *name,
                                        const struct pangea_spec *spec,
                                        struct pangea_shared **shared);

/**
 * Frees the handle. The value stays, and this node's hold of it.
 */
enum pangea_status pangea_shared_free(struct pangea_shared *shared);

/**
 * Gives this hold of the value back, and frees the handle in any case. When each hold that was got by create or attach, on any node, has been given
 * back, the memory is freed.
 */
enum pangea_status pangea_shared_release(struct pangea_shared *shared);

/**
 * Whether this node was the one that created it; false if the handle is not good.
 */
bool pangea_shared_is_creator(const struct pangea_shared *shared);

/**
 * How many bytes the value has; SIZE_MAX if the handle is not good.
 */
size_t pangea_shared_element_bytes(const struct pangea_shared *shared);

/**
 * Copies the value out: from the node's cache, if it may.
 */
enum pangea_status pangea_shared_load(const struct pangea_shared *shared, void *value);

/**
 * As `pangea_shared_load`, within a batch.
 */
enum pangea_status pangea_shared_load_in(const struct pangea_shared *shared,
                                         const struct pangea_batch *batch,
                                         void *value);

/**
 * Replaces the value.
 */
enum pangea_status pangea_shared_store(const struct pangea_shared *shared, const void *value);

/**
 * Changes the value in one step by a function. It is called once, on this thread, and must not use this object itself.
 */
enum pangea_status pangea_shared_update(const struct pangea_shared *shared,
                                        pangea_change function,
                                        void *context);

/**
 * Replaces the value by `desired` if it is `expected`, bytes compared. `found` is what it was, and `exchanged` whether it was replaced; either may be
 * NULL.
 */
enum pangea_status pangea_shared_compare_exchange(const struct pangea_shared *shared,
                                                  const void *expected,
                                                  const void *desired,
                                                  void *found,
                                                  bool *exchanged);

/**
 * Waits until the value is as wanted, looking at it at its home. `value` is what was found, and may be NULL.
 */
enum pangea_status pangea_shared_wait_until(const struct pangea_shared *shared,
                                            pangea_test function,
                                            void *context,
                                            void *value);

/**
 * Begins a batch of reads by this thread.
 */
enum pangea_status pangea_batch_begin(const struct pangea_node *node, struct pangea_batch **batch);

/**
 * Ends a batch.
 */
enum pangea_status pangea_batch_end(struct pangea_batch *batch);

/**
 * Creates an array, all zero, or attaches to the one of that name. Of `spec` it uses the type, `len`, the distribution of its blocks (each node has as many in a row
 * if not said), the model (sequential if not said, or strict), and `block_bytes`.
 */
enum pangea_status pangea_shared_array_create(const struct pangea_node *node,
                                              const char *name,
                                              const struct pangea_spec *spec,
                                              struct pangea_shared_array **array);

/**
 * Attaches to the array of that name, whatever its length, model and distribution. Of `spec` it uses the type, which has to be the array's.
 */
enum pangea_status pangea_shared_array_attach(const struct pangea_node *node,
                                              const char *name,
                                              const struct pangea_spec *spec,
                                              struct pangea_shared_array **array);

/**
 * Frees the handle. The array stays, and this node's hold of it.
 */
enum pangea_status pangea_shared_array_free(struct pangea_shared_array *array);

/**
 * Gives this hold of the array back, and frees the handle in any case. When each hold that was got by create or attach, on any node, has been given
 * back, the memory is freed.
 */
enum pangea_status pangea_shared_array_release(struct pangea_shared_array *array);

/**
 * How many elements it has; SIZE_MAX if the handle is not good.
 */
size_t pangea_shared_array_len(const struct pangea_shared_array *array);

/**
 * How many bytes an element has; SIZE_MAX if the handle is not good.
 */
size_t pangea_shared_array_element_bytes(const struct pangea_shared_array *array);

/**
 * Whether this node was the one that created it; false if the handle is not good.
 */
bool pangea_shared_array_is_creator(const struct pangea_shared_array *array);

/**
 * How many blocks it has; SIZE_MAX if the handle is not good.
 */
size_t pangea_shared_array_blocks(const struct pangea_shared_array *array);

/**
 * The elements of a block.
 */
enum pangea_status pangea_shared_array_block_range(const struct pangea_shared_array *array,
                                                   size_t block,
                                                   struct pangea_range *range);

/**
 * The block of an element; SIZE_MAX if there is no such element.
 */
size_t pangea_shared_array_block_of(const struct pangea_shared_array *array, size_t index);

/**
 * The rank that stores a block; SIZE_MAX if there is no such block.
 */
size_t pangea_shared_array_home_of(const struct pangea_shared_array *array, size_t block);

/**
 * Copies an element out: from the node's cache, if it may.
 */
enum pangea_status pangea_shared_array_get(const struct pangea_shared_array *array,
                                           size_t index,
                                           void *value);

/**
 * As `pangea_shared_array_get`, within a batch.
 */
enum pangea_status pangea_shared_array_get_in(const struct pangea_shared_array *array,
                                              const struct pangea_batch *batch,
                                              size_t index,
                                              void *value);

/**
 * Replaces an element.
 */
enum pangea_status pangea_shared_array_set(const struct pangea_shared_array *array,
                                           size_t index,
                                           const void *value);

/**
 * Copies `count` elements out, from `start` on. What is not in the cache is fetched together.
 */
enum pangea_status pangea_shared_array_get_range(const struct pangea_shared_array *array,
                                                 size_t start,
                                                 void *into,
                                                 size_t count);

/**
 * Copies `count` elements in, from `start` on; those of one block in one step.
 */
enum pangea_status pangea_shared_array_set_range(const struct pangea_shared_array *array,
                                                 size_t start,
                                                 const void *from,
                                                 size_t count);

/**
 * Changes an element in one step by a function. It is called once, on this thread, and must not use this object itself.
 */
enum pangea_status pangea_shared_array_update(const struct pangea_shared_array *array,
                                              size_t index,
                                              pangea_change function,
                                              void *context);

/**
 * Changes all elements of a block in one step, as `pangea_shared_array_update`; the function gets the first of them.
 */
enum pangea_status pangea_shared_array_update_block(const struct pangea_shared_array *array,
                                                    size_t block,
                                                    pangea_change function,
                                                    void *context);

/**
 * Replaces an element by `desired` if it is `expected`, bytes compared. `found` is what it was, and `exchanged` whether it was replaced; either
 * may be NULL.
 */
enum pangea_status pangea_shared_array_compare_exchange(const struct pangea_shared_array *array,
                                                        size_t index,
                                                        const void *expected,
                                                        const void *desired,
                                                        void *found,
                                                        bool *exchanged);

/**
 * Waits until an element is as wanted, looking at it at its home. `value` is what was found, and may be NULL.
 */
enum pangea_status pangea_shared_array_wait_until(const struct pangea_shared_array *array,
                                                  size_t index,
                                                  pangea_test function,
                                                  void *context,
                                                  void *value);

/**
 * What was wrong in the last call of this thread that failed, and how to mend it; "" if none has. Never NULL. It is good until the
 * next call of this thread that fails.
 */
const char *pangea_error_message(void);

/**
 * The code of the last call of this thread that failed; functions that answer something else leave it here, too.
 */
enum pangea_status pangea_error_status(void);

/**
 * The rank that the last error of this thread names as the one who died; -1 if it names none.
 */
int pangea_error_rank(void);

/**
 * Begins to copy `count` elements out, from `start` on. `pangea_transfer_wait` hands them over; other work goes on meanwhile.
 */
enum pangea_status pangea_array_get_nb(const struct pangea_array *array,
                                       size_t start,
                                       size_t count,
                                       struct pangea_transfer **transfer);

/**
 * Waits for elements, copies them to `into`, which has room for all that were asked for, and frees the transfer, also when it fails.
 */
enum pangea_status pangea_transfer_wait(struct pangea_transfer *transfer,
                                        void *into);

/**
 * Forgets elements that are on their way.
 */
enum pangea_status pangea_transfer_free(struct pangea_transfer *transfer);

/**
 * Begins to copy `count` elements in, from `start` on. They have been taken from `from` when it returns, and are at their homes after
 * `pangea_node_quiet` or a barrier, called by the same thread, which also tell if one failed.
 */
enum pangea_status pangea_array_put_nb(const struct pangea_array *array,
                                       size_t start,
                                       const void *from,
                                       size_t count);

/**
 * Makes a view of an array. `options` may be NULL.
 */
enum pangea_status pangea_view_open(const struct pangea_release_array *array,
                                    const struct pangea_view_options *options,
                                    struct pangea_view **view);

/**
 * Releases what was written, and ends the view; its addresses are not to be used any more. An error while it is locked. If what was written could not be released,
 * that is the answer, and the view is gone all the same.
 */
enum pangea_status pangea_view_close(struct pangea_view *view);

/**
 * The address of the first element, which stays the same; NULL if the handle is not good. May be given to libraries that take pointers. System calls do not fetch
 * pages: see `pangea_view_populate`.
 */
void *pangea_view_data(const struct pangea_view *view);

/**
 * How many elements it has; SIZE_MAX if the handle is not good.
 */
size_t pangea_view_len(const struct pangea_view *view);

/**
 * Bytes of a page; SIZE_MAX if the handle is not good.
 */
size_t pangea_view_page_size(const struct pangea_view *view);

/**
 * The elements whose pages this node is the home of, where these are one range; else an error. An element on two pages counts to the first one.
 */
enum pangea_status pangea_view_local_range(const struct pangea_view *view,
                                           struct pangea_range *range);

/**
 * Whether nothing can be written through it; false if the handle is not good.
 */
bool pangea_view_is_read_only(const struct pangea_view *view);

/**
 * The address of `count` elements from `start` on, for reading, until the view is synchronized. Nothing else has to be called before they are used through
 * `pangea_view_data`, but the checked mode and this see to it that they are inside.
 */
enum pangea_status pangea_view_read(const struct pangea_view *view,
                                    size_t start,
                                    size_t count,
                                    const void **elements);

/**
 * The address of `count` elements from `start` on, for reading and writing, until the view is synchronized.
 */
enum pangea_status pangea_view_write(const struct pangea_view *view,
                                     size_t start,
                                     size_t count,
                                     void **elements);

/**
 * Fetches the pages of `count` elements from `start` on, for what `access` (a `pangea_access`) says: many at once, where single accesses would fetch one after
 * the other, and so that system calls find them. They stay as long as the cache has room.
 */
enum pangea_status pangea_view_populate(const struct pangea_view *view,
                                        size_t start,
                                        size_t count,
                                        int access);

/**
 * Makes everything visible that others had released before whatever this node has just synchronized by.
 */
enum pangea_status pangea_view_acquire(const struct pangea_view *view);

/**
 * Makes everything that this node has written visible to those who synchronize with it from now on, and then acquire.
 */
enum pangea_status pangea_view_release(const struct pangea_view *view);

/**
 * Releases, waits for all nodes as `pangea_node_barrier` does, and acquires. One thread of each node calls it.
 */
enum pangea_status pangea_view_barrier(const struct pangea_view *view);

/**
 * One barrier for several views: releases each, waits for all nodes, and acquires each. One thread of each node calls it.
 */
enum pangea_status pangea_node_view_barrier(const struct pangea_node *node,
                                            struct pangea_view *const *views,
                                            size_t count);

/**
 * The rank that stores an element; SIZE_MAX if there is no such element, or nobody has touched it and it is to be placed by first touch. (Then no error is noted.)
 */
size_t pangea_view_home_of(const struct pangea_view *view,
                           size_t index);

/**
 * As `pangea_view_barrier`; and pages move to the nodes that have used them most. All nodes call it, each with a single view of the array. For arrays
 * that are placed by first touch.
 */
enum pangea_status pangea_view_settle(const struct pangea_view *view);

/**
 * As `pangea_view_barrier`; and the pages of `count` elements from `start` on move to a node. All nodes call it with the same elements and node, each
 * with a single view of the array. For arrays that are placed by first touch.
 */
enum pangea_status pangea_view_move_to(const struct pangea_view *view,
                                       size_t start,
                                       size_t count,
                                       size_t rank);

/**
 * What this view has done so far.
 */
enum pangea_status pangea_view_counts(const struct pangea_view *view,
                                      struct pangea_view_counters *counts);

/**
 * How many races this view has met, with `PANGEA_CHECK=races`: each is told on standard error. SIZE_MAX if the handle is not good.
 */
size_t pangea_view_races(const struct pangea_view *view);

/**
 * Creates a lock, or attaches to the one of that name. Of `spec`, which may be NULL, it uses the node it is on (chosen by the name if not said).
 */
enum pangea_status pangea_view_lock_create(const struct pangea_node *node,
                                           const char *name,
                                           const struct pangea_spec *spec,
                                           struct pangea_view_lock **lock);

/**
 * Frees the handle. The lock stays, and this node's hold of it.
 */
enum pangea_status pangea_view_lock_free(struct pangea_view_lock *lock);

/**
 * Gives this hold of the lock back, and frees the handle. An error while a view is locked by it.
 */
enum pangea_status pangea_view_lock_release(struct pangea_view_lock *lock);

/**
 * Waits for a lock, and acquires everything that others have written under it.
 *
 * `PANGEA_STATUS_LOCK_POISONED` says that a holder before died or failed: the lock is this thread's all the same, and `locked` is given.
 */
enum pangea_status pangea_view_lock_all(const struct pangea_view *view,
                                        const struct pangea_view_lock *lock,
                                        struct pangea_locked_view **locked);

/**
 * As `pangea_view_lock_all`, but acquires `count` elements from `start` on alone, which are also all that is released. Others cannot be used until
 * then. The lock stands for these elements: while it is held, no other node may write to any of them, whether the holder does or not.
 */
enum pangea_status pangea_view_lock_range(const struct pangea_view *view,
                                          const struct pangea_view_lock *lock,
                                          size_t start,
                                          size_t count,
                                          struct pangea_locked_view **locked);

/**
 * The address of `count` elements from `start` on, for reading, until it is unlocked. They are to be among those that the lock was taken for.
 */
enum pangea_status pangea_locked_view_read(const struct pangea_locked_view *locked,
                                           size_t start,
                                           size_t count,
                                           const void **elements);

/**
 * The address of `count` elements from `start` on, for reading and writing, until it is unlocked. They are to be among those that the lock was taken
 * for.
 */
enum pangea_status pangea_locked_view_write(const struct pangea_locked_view *locked,
                                            size_t start,
                                            size_t count,
                                            void **elements);

/**
 * Declares the data sound that a holder before left in disorder, once this is unlocked.
 */
enum pangea_status pangea_locked_view_clear_poison(const struct pangea_locked_view *locked);

/**
 * Releases what was written, unlocks, and frees the handle, also when it fails.
 */
enum pangea_status pangea_locked_view_unlock(struct pangea_locked_view *locked);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PANGEA_H */
