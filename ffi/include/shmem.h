/* OpenSHMEM 1.5, by Pangea.
 * Made by `shmem-api headers` from openshmem-1.5-routines.txt: change that, and make it anew. */

#ifndef SHMEM_H
#define SHMEM_H

#include <stddef.h>
#include <stdint.h>

#ifndef __LP64__
#error "pointers and long must have 64 bits"
#endif

#if defined(__GNUC__)
#define SHMEM_EXTENSION_ __extension__
#define SHMEM_NORETURN_ __attribute__((__noreturn__))
#else
#define SHMEM_EXTENSION_
#define SHMEM_NORETURN_
#endif

/* Define PANGEA_SHMEM_WARN_DEPRECATED before the first inclusion to be warned of what is deprecated. */
#if defined(__GNUC__) && defined(PANGEA_SHMEM_WARN_DEPRECATED)
#define SHMEM_DEPRECATED_(since) __attribute__((__deprecated__("since OpenSHMEM " since)))
#else
#define SHMEM_DEPRECATED_(since)
#endif

#define SHMEM_THREAD_SINGLE 0
#define SHMEM_THREAD_FUNNELED 1
#define SHMEM_THREAD_SERIALIZED 2
#define SHMEM_THREAD_MULTIPLE 3
#define SHMEM_CTX_PRIVATE (1L << 0)
#define SHMEM_CTX_SERIALIZED (1L << 1)
#define SHMEM_CTX_NOSTORE (1L << 2)
#define SHMEM_TEAM_NUM_CONTEXTS (1L << 0)
#define SHMEM_MALLOC_ATOMICS_REMOTE (1L << 0)
#define SHMEM_MALLOC_SIGNAL_REMOTE (1L << 1)
#define SHMEM_SIGNAL_SET 0
#define SHMEM_SIGNAL_ADD 1
#define SHMEM_CMP_EQ 0
#define SHMEM_CMP_NE 1
#define SHMEM_CMP_GT 2
#define SHMEM_CMP_LE 3
#define SHMEM_CMP_LT 4
#define SHMEM_CMP_GE 5
#define SHMEM_MAJOR_VERSION 1
#define SHMEM_MINOR_VERSION 5
#define SHMEM_MAX_NAME_LEN 64
#define SHMEM_VENDOR_STRING "Pangea"
#define SHMEM_SYNC_VALUE 0L
#define SHMEM_SYNC_SIZE 128
#define SHMEM_BCAST_SYNC_SIZE 128
#define SHMEM_REDUCE_SYNC_SIZE 128
#define SHMEM_BARRIER_SYNC_SIZE 128
#define SHMEM_COLLECT_SYNC_SIZE 128
#define SHMEM_ALLTOALL_SYNC_SIZE 128
#define SHMEM_ALLTOALLS_SYNC_SIZE 128
#define SHMEM_REDUCE_MIN_WRKDATA_SIZE 1
#define _SHMEM_SYNC_VALUE SHMEM_SYNC_VALUE
#define _SHMEM_BCAST_SYNC_SIZE SHMEM_BCAST_SYNC_SIZE
#define _SHMEM_REDUCE_SYNC_SIZE SHMEM_REDUCE_SYNC_SIZE
#define _SHMEM_BARRIER_SYNC_SIZE SHMEM_BARRIER_SYNC_SIZE
#define _SHMEM_COLLECT_SYNC_SIZE SHMEM_COLLECT_SYNC_SIZE
#define _SHMEM_REDUCE_MIN_WRKDATA_SIZE SHMEM_REDUCE_MIN_WRKDATA_SIZE
#define _SHMEM_MAJOR_VERSION SHMEM_MAJOR_VERSION
#define _SHMEM_MINOR_VERSION SHMEM_MINOR_VERSION
#define _SHMEM_MAX_NAME_LEN SHMEM_MAX_NAME_LEN
#define _SHMEM_VENDOR_STRING SHMEM_VENDOR_STRING
#define _SHMEM_CMP_EQ SHMEM_CMP_EQ
#define _SHMEM_CMP_NE SHMEM_CMP_NE
#define _SHMEM_CMP_GT SHMEM_CMP_GT
#define _SHMEM_CMP_LE SHMEM_CMP_LE
#define _SHMEM_CMP_LT SHMEM_CMP_LT
#define _SHMEM_CMP_GE SHMEM_CMP_GE

/* The version as Open MPI has it, which programs written to its headers ask for. */
#ifndef OSHMEM_SPEC_VERSION
#define OSHMEM_SPEC_VERSION (SHMEM_MAJOR_VERSION * 10000 + SHMEM_MINOR_VERSION * 100)
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct shmem_ctx_ *shmem_ctx_t;
#define SHMEM_CTX_DEFAULT ((shmem_ctx_t) 1)
#define SHMEM_CTX_INVALID ((shmem_ctx_t) 0)

typedef struct shmem_team_ *shmem_team_t;
#define SHMEM_TEAM_WORLD ((shmem_team_t) 1)
#define SHMEM_TEAM_SHARED ((shmem_team_t) 2)
#define SHMEM_TEAM_INVALID ((shmem_team_t) 0)

typedef struct {
    int num_contexts;
} shmem_team_config_t;

void shmem_init(void);
int shmem_my_pe(void);
int shmem_n_pes(void);
void shmem_finalize(void);
SHMEM_NORETURN_ void shmem_global_exit(int status);
int shmem_pe_accessible(int pe);
int shmem_addr_accessible(const void *addr, int pe);
void *shmem_ptr(const void *dest, int pe);
void shmem_info_get_version(int *major, int *minor);
void shmem_info_get_name(char *name);
void start_pes(int npes) SHMEM_DEPRECATED_("1.2");
int _my_pe(void) SHMEM_DEPRECATED_("1.2");
int _num_pes(void) SHMEM_DEPRECATED_("1.2");
int shmem_init_thread(int requested, int *provided);
void shmem_query_thread(int *provided);
void *shmem_malloc(size_t size);
void shmem_free(void *ptr);
void *shmem_realloc(void *ptr, size_t size);
void *shmem_align(size_t alignment, size_t size);
void *shmem_malloc_with_hints(size_t size, long hints);
void *shmem_calloc(size_t count, size_t size);
void *shmalloc(size_t size) SHMEM_DEPRECATED_("1.2");
void shfree(void *ptr) SHMEM_DEPRECATED_("1.2");
void *shrealloc(void *ptr, size_t size) SHMEM_DEPRECATED_("1.2");
void *shmemalign(size_t alignment, size_t size) SHMEM_DEPRECATED_("1.2");
int shmem_team_my_pe(shmem_team_t team);
int shmem_team_n_pes(shmem_team_t team);
int shmem_team_get_config(shmem_team_t team, long config_mask, shmem_team_config_t *config);
int shmem_team_translate_pe(shmem_team_t src_team, int src_pe, shmem_team_t dest_team);
int shmem_team_split_strided(shmem_team_t parent_team, int start, int stride, int size, const shmem_team_config_t *config, long config_mask, shmem_team_t *new_team);
int shmem_team_split_2d(shmem_team_t parent_team, int xrange, const shmem_team_config_t *xaxis_config, long xaxis_mask, shmem_team_t *xaxis_team, const shmem_team_config_t *yaxis_config, long yaxis_mask, shmem_team_t *yaxis_team);
void shmem_team_destroy(shmem_team_t team);
int shmem_ctx_create(long options, shmem_ctx_t *ctx);
int shmem_team_create_ctx(shmem_team_t team, long options, shmem_ctx_t *ctx);
void shmem_ctx_destroy(shmem_ctx_t ctx);
int shmem_ctx_get_team(shmem_ctx_t ctx, shmem_team_t *team);

void shmem_float_put(float *dest, const float *source, size_t nelems, int pe);
void shmem_double_put(double *dest, const double *source, size_t nelems, int pe);
void shmem_longdouble_put(long double *dest, const long double *source, size_t nelems, int pe);
void shmem_char_put(char *dest, const char *source, size_t nelems, int pe);
void shmem_schar_put(signed char *dest, const signed char *source, size_t nelems, int pe);
void shmem_short_put(short *dest, const short *source, size_t nelems, int pe);
void shmem_int_put(int *dest, const int *source, size_t nelems, int pe);
void shmem_long_put(long *dest, const long *source, size_t nelems, int pe);
void shmem_longlong_put(long long *dest, const long long *source, size_t nelems, int pe);
void shmem_uchar_put(unsigned char *dest, const unsigned char *source, size_t nelems, int pe);
void shmem_ushort_put(unsigned short *dest, const unsigned short *source, size_t nelems, int pe);
void shmem_uint_put(unsigned int *dest, const unsigned int *source, size_t nelems, int pe);
void shmem_ulong_put(unsigned long *dest, const unsigned long *source, size_t nelems, int pe);
void shmem_ulonglong_put(unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe);
void shmem_int8_put(int8_t *dest, const int8_t *source, size_t nelems, int pe);
void shmem_int16_put(int16_t *dest, const int16_t *source, size_t nelems, int pe);
void shmem_int32_put(int32_t *dest, const int32_t *source, size_t nelems, int pe);
void shmem_int64_put(int64_t *dest, const int64_t *source, size_t nelems, int pe);
void shmem_uint8_put(uint8_t *dest, const uint8_t *source, size_t nelems, int pe);
void shmem_uint16_put(uint16_t *dest, const uint16_t *source, size_t nelems, int pe);
void shmem_uint32_put(uint32_t *dest, const uint32_t *source, size_t nelems, int pe);
void shmem_uint64_put(uint64_t *dest, const uint64_t *source, size_t nelems, int pe);
void shmem_size_put(size_t *dest, const size_t *source, size_t nelems, int pe);
void shmem_ptrdiff_put(ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, int pe);
void shmem_ctx_float_put(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, int pe);
void shmem_ctx_double_put(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, int pe);
void shmem_ctx_longdouble_put(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, int pe);
void shmem_ctx_char_put(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, int pe);
void shmem_ctx_schar_put(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, int pe);
void shmem_ctx_short_put(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, int pe);
void shmem_ctx_int_put(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, int pe);
void shmem_ctx_long_put(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, int pe);
void shmem_ctx_longlong_put(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, int pe);
void shmem_ctx_uchar_put(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, int pe);
void shmem_ctx_ushort_put(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, int pe);
void shmem_ctx_uint_put(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, int pe);
void shmem_ctx_ulong_put(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, int pe);
void shmem_ctx_ulonglong_put(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe);
void shmem_ctx_int8_put(shmem_ctx_t ctx, int8_t *dest, const int8_t *source, size_t nelems, int pe);
void shmem_ctx_int16_put(shmem_ctx_t ctx, int16_t *dest, const int16_t *source, size_t nelems, int pe);
void shmem_ctx_int32_put(shmem_ctx_t ctx, int32_t *dest, const int32_t *source, size_t nelems, int pe);
void shmem_ctx_int64_put(shmem_ctx_t ctx, int64_t *dest, const int64_t *source, size_t nelems, int pe);
void shmem_ctx_uint8_put(shmem_ctx_t ctx, uint8_t *dest, const uint8_t *source, size_t nelems, int pe);
void shmem_ctx_uint16_put(shmem_ctx_t ctx, uint16_t *dest, const uint16_t *source, size_t nelems, int pe);
void shmem_ctx_uint32_put(shmem_ctx_t ctx, uint32_t *dest, const uint32_t *source, size_t nelems, int pe);
void shmem_ctx_uint64_put(shmem_ctx_t ctx, uint64_t *dest, const uint64_t *source, size_t nelems, int pe);
void shmem_ctx_size_put(shmem_ctx_t ctx, size_t *dest, const size_t *source, size_t nelems, int pe);
void shmem_ctx_ptrdiff_put(shmem_ctx_t ctx, ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, int pe);

void shmem_put8(void *dest, const void *source, size_t nelems, int pe);
void shmem_put16(void *dest, const void *source, size_t nelems, int pe);
void shmem_put32(void *dest, const void *source, size_t nelems, int pe);
void shmem_put64(void *dest, const void *source, size_t nelems, int pe);
void shmem_put128(void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_put8(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_put16(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_put32(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_put64(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_put128(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);

void shmem_putmem(void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_putmem(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);

void shmem_float_p(float *dest, float value, int pe);
void shmem_double_p(double *dest, double value, int pe);
void shmem_longdouble_p(long double *dest, long double value, int pe);
void shmem_char_p(char *dest, char value, int pe);
void shmem_schar_p(signed char *dest, signed char value, int pe);
void shmem_short_p(short *dest, short value, int pe);
void shmem_int_p(int *dest, int value, int pe);
void shmem_long_p(long *dest, long value, int pe);
void shmem_longlong_p(long long *dest, long long value, int pe);
void shmem_uchar_p(unsigned char *dest, unsigned char value, int pe);
void shmem_ushort_p(unsigned short *dest, unsigned short value, int pe);
void shmem_uint_p(unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_p(unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_p(unsigned long long *dest, unsigned long long value, int pe);
void shmem_int8_p(int8_t *dest, int8_t value, int pe);
void shmem_int16_p(int16_t *dest, int16_t value, int pe);
void shmem_int32_p(int32_t *dest, int32_t value, int pe);
void shmem_int64_p(int64_t *dest, int64_t value, int pe);
void shmem_uint8_p(uint8_t *dest, uint8_t value, int pe);
void shmem_uint16_p(uint16_t *dest, uint16_t value, int pe);
void shmem_uint32_p(uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_p(uint64_t *dest, uint64_t value, int pe);
void shmem_size_p(size_t *dest, size_t value, int pe);
void shmem_ptrdiff_p(ptrdiff_t *dest, ptrdiff_t value, int pe);
void shmem_ctx_float_p(shmem_ctx_t ctx, float *dest, float value, int pe);
void shmem_ctx_double_p(shmem_ctx_t ctx, double *dest, double value, int pe);
void shmem_ctx_longdouble_p(shmem_ctx_t ctx, long double *dest, long double value, int pe);
void shmem_ctx_char_p(shmem_ctx_t ctx, char *dest, char value, int pe);
void shmem_ctx_schar_p(shmem_ctx_t ctx, signed char *dest, signed char value, int pe);
void shmem_ctx_short_p(shmem_ctx_t ctx, short *dest, short value, int pe);
void shmem_ctx_int_p(shmem_ctx_t ctx, int *dest, int value, int pe);
void shmem_ctx_long_p(shmem_ctx_t ctx, long *dest, long value, int pe);
void shmem_ctx_longlong_p(shmem_ctx_t ctx, long long *dest, long long value, int pe);
void shmem_ctx_uchar_p(shmem_ctx_t ctx, unsigned char *dest, unsigned char value, int pe);
void shmem_ctx_ushort_p(shmem_ctx_t ctx, unsigned short *dest, unsigned short value, int pe);
void shmem_ctx_uint_p(shmem_ctx_t ctx, unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_p(shmem_ctx_t ctx, unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_p(shmem_ctx_t ctx, unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int8_p(shmem_ctx_t ctx, int8_t *dest, int8_t value, int pe);
void shmem_ctx_int16_p(shmem_ctx_t ctx, int16_t *dest, int16_t value, int pe);
void shmem_ctx_int32_p(shmem_ctx_t ctx, int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_p(shmem_ctx_t ctx, int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint8_p(shmem_ctx_t ctx, uint8_t *dest, uint8_t value, int pe);
void shmem_ctx_uint16_p(shmem_ctx_t ctx, uint16_t *dest, uint16_t value, int pe);
void shmem_ctx_uint32_p(shmem_ctx_t ctx, uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_p(shmem_ctx_t ctx, uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_size_p(shmem_ctx_t ctx, size_t *dest, size_t value, int pe);
void shmem_ctx_ptrdiff_p(shmem_ctx_t ctx, ptrdiff_t *dest, ptrdiff_t value, int pe);

void shmem_float_iput(float *dest, const float *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_double_iput(double *dest, const double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_longdouble_iput(long double *dest, const long double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_char_iput(char *dest, const char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_schar_iput(signed char *dest, const signed char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_short_iput(short *dest, const short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_int_iput(int *dest, const int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_long_iput(long *dest, const long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_longlong_iput(long long *dest, const long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uchar_iput(unsigned char *dest, const unsigned char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ushort_iput(unsigned short *dest, const unsigned short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uint_iput(unsigned int *dest, const unsigned int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ulong_iput(unsigned long *dest, const unsigned long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ulonglong_iput(unsigned long long *dest, const unsigned long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_int8_iput(int8_t *dest, const int8_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_int16_iput(int16_t *dest, const int16_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_int32_iput(int32_t *dest, const int32_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_int64_iput(int64_t *dest, const int64_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uint8_iput(uint8_t *dest, const uint8_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uint16_iput(uint16_t *dest, const uint16_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uint32_iput(uint32_t *dest, const uint32_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uint64_iput(uint64_t *dest, const uint64_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_size_iput(size_t *dest, const size_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ptrdiff_iput(ptrdiff_t *dest, const ptrdiff_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_float_iput(shmem_ctx_t ctx, float *dest, const float *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_double_iput(shmem_ctx_t ctx, double *dest, const double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_longdouble_iput(shmem_ctx_t ctx, long double *dest, const long double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_char_iput(shmem_ctx_t ctx, char *dest, const char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_schar_iput(shmem_ctx_t ctx, signed char *dest, const signed char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_short_iput(shmem_ctx_t ctx, short *dest, const short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_int_iput(shmem_ctx_t ctx, int *dest, const int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_long_iput(shmem_ctx_t ctx, long *dest, const long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_longlong_iput(shmem_ctx_t ctx, long long *dest, const long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uchar_iput(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_ushort_iput(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uint_iput(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_ulong_iput(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_ulonglong_iput(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_int8_iput(shmem_ctx_t ctx, int8_t *dest, const int8_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_int16_iput(shmem_ctx_t ctx, int16_t *dest, const int16_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_int32_iput(shmem_ctx_t ctx, int32_t *dest, const int32_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_int64_iput(shmem_ctx_t ctx, int64_t *dest, const int64_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uint8_iput(shmem_ctx_t ctx, uint8_t *dest, const uint8_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uint16_iput(shmem_ctx_t ctx, uint16_t *dest, const uint16_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uint32_iput(shmem_ctx_t ctx, uint32_t *dest, const uint32_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uint64_iput(shmem_ctx_t ctx, uint64_t *dest, const uint64_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_size_iput(shmem_ctx_t ctx, size_t *dest, const size_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_ptrdiff_iput(shmem_ctx_t ctx, ptrdiff_t *dest, const ptrdiff_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);

void shmem_iput8(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_iput16(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_iput32(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_iput64(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_iput128(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_iput8(shmem_ctx_t ctx, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_iput16(shmem_ctx_t ctx, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_iput32(shmem_ctx_t ctx, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_iput64(shmem_ctx_t ctx, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_iput128(shmem_ctx_t ctx, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);

void shmem_float_get(float *dest, const float *source, size_t nelems, int pe);
void shmem_double_get(double *dest, const double *source, size_t nelems, int pe);
void shmem_longdouble_get(long double *dest, const long double *source, size_t nelems, int pe);
void shmem_char_get(char *dest, const char *source, size_t nelems, int pe);
void shmem_schar_get(signed char *dest, const signed char *source, size_t nelems, int pe);
void shmem_short_get(short *dest, const short *source, size_t nelems, int pe);
void shmem_int_get(int *dest, const int *source, size_t nelems, int pe);
void shmem_long_get(long *dest, const long *source, size_t nelems, int pe);
void shmem_longlong_get(long long *dest, const long long *source, size_t nelems, int pe);
void shmem_uchar_get(unsigned char *dest, const unsigned char *source, size_t nelems, int pe);
void shmem_ushort_get(unsigned short *dest, const unsigned short *source, size_t nelems, int pe);
void shmem_uint_get(unsigned int *dest, const unsigned int *source, size_t nelems, int pe);
void shmem_ulong_get(unsigned long *dest, const unsigned long *source, size_t nelems, int pe);
void shmem_ulonglong_get(unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe);
void shmem_int8_get(int8_t *dest, const int8_t *source, size_t nelems, int pe);
void shmem_int16_get(int16_t *dest, const int16_t *source, size_t nelems, int pe);
void shmem_int32_get(int32_t *dest, const int32_t *source, size_t nelems, int pe);
void shmem_int64_get(int64_t *dest, const int64_t *source, size_t nelems, int pe);
void shmem_uint8_get(uint8_t *dest, const uint8_t *source, size_t nelems, int pe);
void shmem_uint16_get(uint16_t *dest, const uint16_t *source, size_t nelems, int pe);
void shmem_uint32_get(uint32_t *dest, const uint32_t *source, size_t nelems, int pe);
void shmem_uint64_get(uint64_t *dest, const uint64_t *source, size_t nelems, int pe);
void shmem_size_get(size_t *dest, const size_t *source, size_t nelems, int pe);
void shmem_ptrdiff_get(ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, int pe);
void shmem_ctx_float_get(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, int pe);
void shmem_ctx_double_get(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, int pe);
void shmem_ctx_longdouble_get(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, int pe);
void shmem_ctx_char_get(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, int pe);
void shmem_ctx_schar_get(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, int pe);
void shmem_ctx_short_get(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, int pe);
void shmem_ctx_int_get(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, int pe);
void shmem_ctx_long_get(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, int pe);
void shmem_ctx_longlong_get(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, int pe);
void shmem_ctx_uchar_get(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, int pe);
void shmem_ctx_ushort_get(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, int pe);
void shmem_ctx_uint_get(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, int pe);
void shmem_ctx_ulong_get(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, int pe);
void shmem_ctx_ulonglong_get(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe);
void shmem_ctx_int8_get(shmem_ctx_t ctx, int8_t *dest, const int8_t *source, size_t nelems, int pe);
void shmem_ctx_int16_get(shmem_ctx_t ctx, int16_t *dest, const int16_t *source, size_t nelems, int pe);
void shmem_ctx_int32_get(shmem_ctx_t ctx, int32_t *dest, const int32_t *source, size_t nelems, int pe);
void shmem_ctx_int64_get(shmem_ctx_t ctx, int64_t *dest, const int64_t *source, size_t nelems, int pe);
void shmem_ctx_uint8_get(shmem_ctx_t ctx, uint8_t *dest, const uint8_t *source, size_t nelems, int pe);
void shmem_ctx_uint16_get(shmem_ctx_t ctx, uint16_t *dest, const uint16_t *source, size_t nelems, int pe);
void shmem_ctx_uint32_get(shmem_ctx_t ctx, uint32_t *dest, const uint32_t *source, size_t nelems, int pe);
void shmem_ctx_uint64_get(shmem_ctx_t ctx, uint64_t *dest, const uint64_t *source, size_t nelems, int pe);
void shmem_ctx_size_get(shmem_ctx_t ctx, size_t *dest, const size_t *source, size_t nelems, int pe);
void shmem_ctx_ptrdiff_get(shmem_ctx_t ctx, ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, int pe);

void shmem_get8(void *dest, const void *source, size_t nelems, int pe);
void shmem_get16(void *dest, const void *source, size_t nelems, int pe);
void shmem_get32(void *dest, const void *source, size_t nelems, int pe);
void shmem_get64(void *dest, const void *source, size_t nelems, int pe);
void shmem_get128(void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_get8(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_get16(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_get32(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_get64(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_get128(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);

void shmem_getmem(void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_getmem(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);

float shmem_float_g(const float *source, int pe);
double shmem_double_g(const double *source, int pe);
long double shmem_longdouble_g(const long double *source, int pe);
char shmem_char_g(const char *source, int pe);
signed char shmem_schar_g(const signed char *source, int pe);
short shmem_short_g(const short *source, int pe);
int shmem_int_g(const int *source, int pe);
long shmem_long_g(const long *source, int pe);
long long shmem_longlong_g(const long long *source, int pe);
unsigned char shmem_uchar_g(const unsigned char *source, int pe);
unsigned short shmem_ushort_g(const unsigned short *source, int pe);
unsigned int shmem_uint_g(const unsigned int *source, int pe);
unsigned long shmem_ulong_g(const unsigned long *source, int pe);
unsigned long long shmem_ulonglong_g(const unsigned long long *source, int pe);
int8_t shmem_int8_g(const int8_t *source, int pe);
int16_t shmem_int16_g(const int16_t *source, int pe);
int32_t shmem_int32_g(const int32_t *source, int pe);
int64_t shmem_int64_g(const int64_t *source, int pe);
uint8_t shmem_uint8_g(const uint8_t *source, int pe);
uint16_t shmem_uint16_g(const uint16_t *source, int pe);
uint32_t shmem_uint32_g(const uint32_t *source, int pe);
uint64_t shmem_uint64_g(const uint64_t *source, int pe);
size_t shmem_size_g(const size_t *source, int pe);
ptrdiff_t shmem_ptrdiff_g(const ptrdiff_t *source, int pe);
float shmem_ctx_float_g(shmem_ctx_t ctx, const float *source, int pe);
double shmem_ctx_double_g(shmem_ctx_t ctx, const double *source, int pe);
long double shmem_ctx_longdouble_g(shmem_ctx_t ctx, const long double *source, int pe);
char shmem_ctx_char_g(shmem_ctx_t ctx, const char *source, int pe);
signed char shmem_ctx_schar_g(shmem_ctx_t ctx, const signed char *source, int pe);
short shmem_ctx_short_g(shmem_ctx_t ctx, const short *source, int pe);
int shmem_ctx_int_g(shmem_ctx_t ctx, const int *source, int pe);
long shmem_ctx_long_g(shmem_ctx_t ctx, const long *source, int pe);
long long shmem_ctx_longlong_g(shmem_ctx_t ctx, const long long *source, int pe);
unsigned char shmem_ctx_uchar_g(shmem_ctx_t ctx, const unsigned char *source, int pe);
unsigned short shmem_ctx_ushort_g(shmem_ctx_t ctx, const unsigned short *source, int pe);
unsigned int shmem_ctx_uint_g(shmem_ctx_t ctx, const unsigned int *source, int pe);
unsigned long shmem_ctx_ulong_g(shmem_ctx_t ctx, const unsigned long *source, int pe);
unsigned long long shmem_ctx_ulonglong_g(shmem_ctx_t ctx, const unsigned long long *source, int pe);
int8_t shmem_ctx_int8_g(shmem_ctx_t ctx, const int8_t *source, int pe);
int16_t shmem_ctx_int16_g(shmem_ctx_t ctx, const int16_t *source, int pe);
int32_t shmem_ctx_int32_g(shmem_ctx_t ctx, const int32_t *source, int pe);
int64_t shmem_ctx_int64_g(shmem_ctx_t ctx, const int64_t *source, int pe);
uint8_t shmem_ctx_uint8_g(shmem_ctx_t ctx, const uint8_t *source, int pe);
uint16_t shmem_ctx_uint16_g(shmem_ctx_t ctx, const uint16_t *source, int pe);
uint32_t shmem_ctx_uint32_g(shmem_ctx_t ctx, const uint32_t *source, int pe);
uint64_t shmem_ctx_uint64_g(shmem_ctx_t ctx, const uint64_t *source, int pe);
size_t shmem_ctx_size_g(shmem_ctx_t ctx, const size_t *source, int pe);
ptrdiff_t shmem_ctx_ptrdiff_g(shmem_ctx_t ctx, const ptrdiff_t *source, int pe);

void shmem_float_iget(float *dest, const float *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_double_iget(double *dest, const double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_longdouble_iget(long double *dest, const long double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_char_iget(char *dest, const char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_schar_iget(signed char *dest, const signed char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_short_iget(short *dest, const short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_int_iget(int *dest, const int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_long_iget(long *dest, const long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_longlong_iget(long long *dest, const long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uchar_iget(unsigned char *dest, const unsigned char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ushort_iget(unsigned short *dest, const unsigned short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uint_iget(unsigned int *dest, const unsigned int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ulong_iget(unsigned long *dest, const unsigned long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ulonglong_iget(unsigned long long *dest, const unsigned long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_int8_iget(int8_t *dest, const int8_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_int16_iget(int16_t *dest, const int16_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_int32_iget(int32_t *dest, const int32_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_int64_iget(int64_t *dest, const int64_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uint8_iget(uint8_t *dest, const uint8_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uint16_iget(uint16_t *dest, const uint16_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uint32_iget(uint32_t *dest, const uint32_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_uint64_iget(uint64_t *dest, const uint64_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_size_iget(size_t *dest, const size_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ptrdiff_iget(ptrdiff_t *dest, const ptrdiff_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_float_iget(shmem_ctx_t ctx, float *dest, const float *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_double_iget(shmem_ctx_t ctx, double *dest, const double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_longdouble_iget(shmem_ctx_t ctx, long double *dest, const long double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_char_iget(shmem_ctx_t ctx, char *dest, const char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_schar_iget(shmem_ctx_t ctx, signed char *dest, const signed char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_short_iget(shmem_ctx_t ctx, short *dest, const short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_int_iget(shmem_ctx_t ctx, int *dest, const int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_long_iget(shmem_ctx_t ctx, long *dest, const long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_longlong_iget(shmem_ctx_t ctx, long long *dest, const long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uchar_iget(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_ushort_iget(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uint_iget(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_ulong_iget(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_ulonglong_iget(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_int8_iget(shmem_ctx_t ctx, int8_t *dest, const int8_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_int16_iget(shmem_ctx_t ctx, int16_t *dest, const int16_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_int32_iget(shmem_ctx_t ctx, int32_t *dest, const int32_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_int64_iget(shmem_ctx_t ctx, int64_t *dest, const int64_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uint8_iget(shmem_ctx_t ctx, uint8_t *dest, const uint8_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uint16_iget(shmem_ctx_t ctx, uint16_t *dest, const uint16_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uint32_iget(shmem_ctx_t ctx, uint32_t *dest, const uint32_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_uint64_iget(shmem_ctx_t ctx, uint64_t *dest, const uint64_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_size_iget(shmem_ctx_t ctx, size_t *dest, const size_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_ptrdiff_iget(shmem_ctx_t ctx, ptrdiff_t *dest, const ptrdiff_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);

void shmem_iget8(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_iget16(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_iget32(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_iget64(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_iget128(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_iget8(shmem_ctx_t ctx, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_iget16(shmem_ctx_t ctx, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_iget32(shmem_ctx_t ctx, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_iget64(shmem_ctx_t ctx, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);
void shmem_ctx_iget128(shmem_ctx_t ctx, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe);

void shmem_float_put_nbi(float *dest, const float *source, size_t nelems, int pe);
void shmem_double_put_nbi(double *dest, const double *source, size_t nelems, int pe);
void shmem_longdouble_put_nbi(long double *dest, const long double *source, size_t nelems, int pe);
void shmem_char_put_nbi(char *dest, const char *source, size_t nelems, int pe);
void shmem_schar_put_nbi(signed char *dest, const signed char *source, size_t nelems, int pe);
void shmem_short_put_nbi(short *dest, const short *source, size_t nelems, int pe);
void shmem_int_put_nbi(int *dest, const int *source, size_t nelems, int pe);
void shmem_long_put_nbi(long *dest, const long *source, size_t nelems, int pe);
void shmem_longlong_put_nbi(long long *dest, const long long *source, size_t nelems, int pe);
void shmem_uchar_put_nbi(unsigned char *dest, const unsigned char *source, size_t nelems, int pe);
void shmem_ushort_put_nbi(unsigned short *dest, const unsigned short *source, size_t nelems, int pe);
void shmem_uint_put_nbi(unsigned int *dest, const unsigned int *source, size_t nelems, int pe);
void shmem_ulong_put_nbi(unsigned long *dest, const unsigned long *source, size_t nelems, int pe);
void shmem_ulonglong_put_nbi(unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe);
void shmem_int8_put_nbi(int8_t *dest, const int8_t *source, size_t nelems, int pe);
void shmem_int16_put_nbi(int16_t *dest, const int16_t *source, size_t nelems, int pe);
void shmem_int32_put_nbi(int32_t *dest, const int32_t *source, size_t nelems, int pe);
void shmem_int64_put_nbi(int64_t *dest, const int64_t *source, size_t nelems, int pe);
void shmem_uint8_put_nbi(uint8_t *dest, const uint8_t *source, size_t nelems, int pe);
void shmem_uint16_put_nbi(uint16_t *dest, const uint16_t *source, size_t nelems, int pe);
void shmem_uint32_put_nbi(uint32_t *dest, const uint32_t *source, size_t nelems, int pe);
void shmem_uint64_put_nbi(uint64_t *dest, const uint64_t *source, size_t nelems, int pe);
void shmem_size_put_nbi(size_t *dest, const size_t *source, size_t nelems, int pe);
void shmem_ptrdiff_put_nbi(ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, int pe);
void shmem_ctx_float_put_nbi(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, int pe);
void shmem_ctx_double_put_nbi(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, int pe);
void shmem_ctx_longdouble_put_nbi(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, int pe);
void shmem_ctx_char_put_nbi(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, int pe);
void shmem_ctx_schar_put_nbi(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, int pe);
void shmem_ctx_short_put_nbi(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, int pe);
void shmem_ctx_int_put_nbi(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, int pe);
void shmem_ctx_long_put_nbi(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, int pe);
void shmem_ctx_longlong_put_nbi(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, int pe);
void shmem_ctx_uchar_put_nbi(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, int pe);
void shmem_ctx_ushort_put_nbi(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, int pe);
void shmem_ctx_uint_put_nbi(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, int pe);
void shmem_ctx_ulong_put_nbi(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, int pe);
void shmem_ctx_ulonglong_put_nbi(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe);
void shmem_ctx_int8_put_nbi(shmem_ctx_t ctx, int8_t *dest, const int8_t *source, size_t nelems, int pe);
void shmem_ctx_int16_put_nbi(shmem_ctx_t ctx, int16_t *dest, const int16_t *source, size_t nelems, int pe);
void shmem_ctx_int32_put_nbi(shmem_ctx_t ctx, int32_t *dest, const int32_t *source, size_t nelems, int pe);
void shmem_ctx_int64_put_nbi(shmem_ctx_t ctx, int64_t *dest, const int64_t *source, size_t nelems, int pe);
void shmem_ctx_uint8_put_nbi(shmem_ctx_t ctx, uint8_t *dest, const uint8_t *source, size_t nelems, int pe);
void shmem_ctx_uint16_put_nbi(shmem_ctx_t ctx, uint16_t *dest, const uint16_t *source, size_t nelems, int pe);
void shmem_ctx_uint32_put_nbi(shmem_ctx_t ctx, uint32_t *dest, const uint32_t *source, size_t nelems, int pe);
void shmem_ctx_uint64_put_nbi(shmem_ctx_t ctx, uint64_t *dest, const uint64_t *source, size_t nelems, int pe);
void shmem_ctx_size_put_nbi(shmem_ctx_t ctx, size_t *dest, const size_t *source, size_t nelems, int pe);
void shmem_ctx_ptrdiff_put_nbi(shmem_ctx_t ctx, ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, int pe);

void shmem_put8_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_put16_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_put32_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_put64_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_put128_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_put8_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_put16_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_put32_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_put64_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_put128_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);

void shmem_putmem_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_putmem_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);

void shmem_float_get_nbi(float *dest, const float *source, size_t nelems, int pe);
void shmem_double_get_nbi(double *dest, const double *source, size_t nelems, int pe);
void shmem_longdouble_get_nbi(long double *dest, const long double *source, size_t nelems, int pe);
void shmem_char_get_nbi(char *dest, const char *source, size_t nelems, int pe);
void shmem_schar_get_nbi(signed char *dest, const signed char *source, size_t nelems, int pe);
void shmem_short_get_nbi(short *dest, const short *source, size_t nelems, int pe);
void shmem_int_get_nbi(int *dest, const int *source, size_t nelems, int pe);
void shmem_long_get_nbi(long *dest, const long *source, size_t nelems, int pe);
void shmem_longlong_get_nbi(long long *dest, const long long *source, size_t nelems, int pe);
void shmem_uchar_get_nbi(unsigned char *dest, const unsigned char *source, size_t nelems, int pe);
void shmem_ushort_get_nbi(unsigned short *dest, const unsigned short *source, size_t nelems, int pe);
void shmem_uint_get_nbi(unsigned int *dest, const unsigned int *source, size_t nelems, int pe);
void shmem_ulong_get_nbi(unsigned long *dest, const unsigned long *source, size_t nelems, int pe);
void shmem_ulonglong_get_nbi(unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe);
void shmem_int8_get_nbi(int8_t *dest, const int8_t *source, size_t nelems, int pe);
void shmem_int16_get_nbi(int16_t *dest, const int16_t *source, size_t nelems, int pe);
void shmem_int32_get_nbi(int32_t *dest, const int32_t *source, size_t nelems, int pe);
void shmem_int64_get_nbi(int64_t *dest, const int64_t *source, size_t nelems, int pe);
void shmem_uint8_get_nbi(uint8_t *dest, const uint8_t *source, size_t nelems, int pe);
void shmem_uint16_get_nbi(uint16_t *dest, const uint16_t *source, size_t nelems, int pe);
void shmem_uint32_get_nbi(uint32_t *dest, const uint32_t *source, size_t nelems, int pe);
void shmem_uint64_get_nbi(uint64_t *dest, const uint64_t *source, size_t nelems, int pe);
void shmem_size_get_nbi(size_t *dest, const size_t *source, size_t nelems, int pe);
void shmem_ptrdiff_get_nbi(ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, int pe);
void shmem_ctx_float_get_nbi(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, int pe);
void shmem_ctx_double_get_nbi(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, int pe);
void shmem_ctx_longdouble_get_nbi(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, int pe);
void shmem_ctx_char_get_nbi(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, int pe);
void shmem_ctx_schar_get_nbi(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, int pe);
void shmem_ctx_short_get_nbi(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, int pe);
void shmem_ctx_int_get_nbi(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, int pe);
void shmem_ctx_long_get_nbi(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, int pe);
void shmem_ctx_longlong_get_nbi(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, int pe);
void shmem_ctx_uchar_get_nbi(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, int pe);
void shmem_ctx_ushort_get_nbi(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, int pe);
void shmem_ctx_uint_get_nbi(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, int pe);
void shmem_ctx_ulong_get_nbi(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, int pe);
void shmem_ctx_ulonglong_get_nbi(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe);
void shmem_ctx_int8_get_nbi(shmem_ctx_t ctx, int8_t *dest, const int8_t *source, size_t nelems, int pe);
void shmem_ctx_int16_get_nbi(shmem_ctx_t ctx, int16_t *dest, const int16_t *source, size_t nelems, int pe);
void shmem_ctx_int32_get_nbi(shmem_ctx_t ctx, int32_t *dest, const int32_t *source, size_t nelems, int pe);
void shmem_ctx_int64_get_nbi(shmem_ctx_t ctx, int64_t *dest, const int64_t *source, size_t nelems, int pe);
void shmem_ctx_uint8_get_nbi(shmem_ctx_t ctx, uint8_t *dest, const uint8_t *source, size_t nelems, int pe);
void shmem_ctx_uint16_get_nbi(shmem_ctx_t ctx, uint16_t *dest, const uint16_t *source, size_t nelems, int pe);
void shmem_ctx_uint32_get_nbi(shmem_ctx_t ctx, uint32_t *dest, const uint32_t *source, size_t nelems, int pe);
void shmem_ctx_uint64_get_nbi(shmem_ctx_t ctx, uint64_t *dest, const uint64_t *source, size_t nelems, int pe);
void shmem_ctx_size_get_nbi(shmem_ctx_t ctx, size_t *dest, const size_t *source, size_t nelems, int pe);
void shmem_ctx_ptrdiff_get_nbi(shmem_ctx_t ctx, ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, int pe);

void shmem_get8_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_get16_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_get32_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_get64_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_get128_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_get8_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_get16_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_get32_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_get64_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_get128_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);

void shmem_getmem_nbi(void *dest, const void *source, size_t nelems, int pe);
void shmem_ctx_getmem_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, int pe);

float shmem_float_atomic_fetch(const volatile float *source, int pe);
double shmem_double_atomic_fetch(const volatile double *source, int pe);
int shmem_int_atomic_fetch(const volatile int *source, int pe);
long shmem_long_atomic_fetch(const volatile long *source, int pe);
long long shmem_longlong_atomic_fetch(const volatile long long *source, int pe);
unsigned int shmem_uint_atomic_fetch(const volatile unsigned int *source, int pe);
unsigned long shmem_ulong_atomic_fetch(const volatile unsigned long *source, int pe);
unsigned long long shmem_ulonglong_atomic_fetch(const volatile unsigned long long *source, int pe);
int32_t shmem_int32_atomic_fetch(const volatile int32_t *source, int pe);
int64_t shmem_int64_atomic_fetch(const volatile int64_t *source, int pe);
uint32_t shmem_uint32_atomic_fetch(const volatile uint32_t *source, int pe);
uint64_t shmem_uint64_atomic_fetch(const volatile uint64_t *source, int pe);
size_t shmem_size_atomic_fetch(const volatile size_t *source, int pe);
ptrdiff_t shmem_ptrdiff_atomic_fetch(const volatile ptrdiff_t *source, int pe);
float shmem_ctx_float_atomic_fetch(shmem_ctx_t ctx, const volatile float *source, int pe);
double shmem_ctx_double_atomic_fetch(shmem_ctx_t ctx, const volatile double *source, int pe);
int shmem_ctx_int_atomic_fetch(shmem_ctx_t ctx, const volatile int *source, int pe);
long shmem_ctx_long_atomic_fetch(shmem_ctx_t ctx, const volatile long *source, int pe);
long long shmem_ctx_longlong_atomic_fetch(shmem_ctx_t ctx, const volatile long long *source, int pe);
unsigned int shmem_ctx_uint_atomic_fetch(shmem_ctx_t ctx, const volatile unsigned int *source, int pe);
unsigned long shmem_ctx_ulong_atomic_fetch(shmem_ctx_t ctx, const volatile unsigned long *source, int pe);
unsigned long long shmem_ctx_ulonglong_atomic_fetch(shmem_ctx_t ctx, const volatile unsigned long long *source, int pe);
int32_t shmem_ctx_int32_atomic_fetch(shmem_ctx_t ctx, const volatile int32_t *source, int pe);
int64_t shmem_ctx_int64_atomic_fetch(shmem_ctx_t ctx, const volatile int64_t *source, int pe);
uint32_t shmem_ctx_uint32_atomic_fetch(shmem_ctx_t ctx, const volatile uint32_t *source, int pe);
uint64_t shmem_ctx_uint64_atomic_fetch(shmem_ctx_t ctx, const volatile uint64_t *source, int pe);
size_t shmem_ctx_size_atomic_fetch(shmem_ctx_t ctx, const volatile size_t *source, int pe);
ptrdiff_t shmem_ctx_ptrdiff_atomic_fetch(shmem_ctx_t ctx, const volatile ptrdiff_t *source, int pe);

void shmem_float_atomic_set(volatile float *dest, float value, int pe);
void shmem_double_atomic_set(volatile double *dest, double value, int pe);
void shmem_int_atomic_set(volatile int *dest, int value, int pe);
void shmem_long_atomic_set(volatile long *dest, long value, int pe);
void shmem_longlong_atomic_set(volatile long long *dest, long long value, int pe);
void shmem_uint_atomic_set(volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_atomic_set(volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_atomic_set(volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_int32_atomic_set(volatile int32_t *dest, int32_t value, int pe);
void shmem_int64_atomic_set(volatile int64_t *dest, int64_t value, int pe);
void shmem_uint32_atomic_set(volatile uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_atomic_set(volatile uint64_t *dest, uint64_t value, int pe);
void shmem_size_atomic_set(volatile size_t *dest, size_t value, int pe);
void shmem_ptrdiff_atomic_set(volatile ptrdiff_t *dest, ptrdiff_t value, int pe);
void shmem_ctx_float_atomic_set(shmem_ctx_t ctx, volatile float *dest, float value, int pe);
void shmem_ctx_double_atomic_set(shmem_ctx_t ctx, volatile double *dest, double value, int pe);
void shmem_ctx_int_atomic_set(shmem_ctx_t ctx, volatile int *dest, int value, int pe);
void shmem_ctx_long_atomic_set(shmem_ctx_t ctx, volatile long *dest, long value, int pe);
void shmem_ctx_longlong_atomic_set(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe);
void shmem_ctx_uint_atomic_set(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_set(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_set(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_set(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_atomic_set(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint32_atomic_set(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_set(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_size_atomic_set(shmem_ctx_t ctx, volatile size_t *dest, size_t value, int pe);
void shmem_ctx_ptrdiff_atomic_set(shmem_ctx_t ctx, volatile ptrdiff_t *dest, ptrdiff_t value, int pe);

int shmem_int_atomic_compare_swap(volatile int *dest, int cond, int value, int pe);
long shmem_long_atomic_compare_swap(volatile long *dest, long cond, long value, int pe);
long long shmem_longlong_atomic_compare_swap(volatile long long *dest, long long cond, long long value, int pe);
unsigned int shmem_uint_atomic_compare_swap(volatile unsigned int *dest, unsigned int cond, unsigned int value, int pe);
unsigned long shmem_ulong_atomic_compare_swap(volatile unsigned long *dest, unsigned long cond, unsigned long value, int pe);
unsigned long long shmem_ulonglong_atomic_compare_swap(volatile unsigned long long *dest, unsigned long long cond, unsigned long long value, int pe);
int32_t shmem_int32_atomic_compare_swap(volatile int32_t *dest, int32_t cond, int32_t value, int pe);
int64_t shmem_int64_atomic_compare_swap(volatile int64_t *dest, int64_t cond, int64_t value, int pe);
uint32_t shmem_uint32_atomic_compare_swap(volatile uint32_t *dest, uint32_t cond, uint32_t value, int pe);
uint64_t shmem_uint64_atomic_compare_swap(volatile uint64_t *dest, uint64_t cond, uint64_t value, int pe);
size_t shmem_size_atomic_compare_swap(volatile size_t *dest, size_t cond, size_t value, int pe);
ptrdiff_t shmem_ptrdiff_atomic_compare_swap(volatile ptrdiff_t *dest, ptrdiff_t cond, ptrdiff_t value, int pe);
int shmem_ctx_int_atomic_compare_swap(shmem_ctx_t ctx, volatile int *dest, int cond, int value, int pe);
long shmem_ctx_long_atomic_compare_swap(shmem_ctx_t ctx, volatile long *dest, long cond, long value, int pe);
long long shmem_ctx_longlong_atomic_compare_swap(shmem_ctx_t ctx, volatile long long *dest, long long cond, long long value, int pe);
unsigned int shmem_ctx_uint_atomic_compare_swap(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int cond, unsigned int value, int pe);
unsigned long shmem_ctx_ulong_atomic_compare_swap(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long cond, unsigned long value, int pe);
unsigned long long shmem_ctx_ulonglong_atomic_compare_swap(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long cond, unsigned long long value, int pe);
int32_t shmem_ctx_int32_atomic_compare_swap(shmem_ctx_t ctx, volatile int32_t *dest, int32_t cond, int32_t value, int pe);
int64_t shmem_ctx_int64_atomic_compare_swap(shmem_ctx_t ctx, volatile int64_t *dest, int64_t cond, int64_t value, int pe);
uint32_t shmem_ctx_uint32_atomic_compare_swap(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t cond, uint32_t value, int pe);
uint64_t shmem_ctx_uint64_atomic_compare_swap(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t cond, uint64_t value, int pe);
size_t shmem_ctx_size_atomic_compare_swap(shmem_ctx_t ctx, volatile size_t *dest, size_t cond, size_t value, int pe);
ptrdiff_t shmem_ctx_ptrdiff_atomic_compare_swap(shmem_ctx_t ctx, volatile ptrdiff_t *dest, ptrdiff_t cond, ptrdiff_t value, int pe);

float shmem_float_atomic_swap(volatile float *dest, float value, int pe);
double shmem_double_atomic_swap(volatile double *dest, double value, int pe);
int shmem_int_atomic_swap(volatile int *dest, int value, int pe);
long shmem_long_atomic_swap(volatile long *dest, long value, int pe);
long long shmem_longlong_atomic_swap(volatile long long *dest, long long value, int pe);
unsigned int shmem_uint_atomic_swap(volatile unsigned int *dest, unsigned int value, int pe);
unsigned long shmem_ulong_atomic_swap(volatile unsigned long *dest, unsigned long value, int pe);
unsigned long long shmem_ulonglong_atomic_swap(volatile unsigned long long *dest, unsigned long long value, int pe);
int32_t shmem_int32_atomic_swap(volatile int32_t *dest, int32_t value, int pe);
int64_t shmem_int64_atomic_swap(volatile int64_t *dest, int64_t value, int pe);
uint32_t shmem_uint32_atomic_swap(volatile uint32_t *dest, uint32_t value, int pe);
uint64_t shmem_uint64_atomic_swap(volatile uint64_t *dest, uint64_t value, int pe);
size_t shmem_size_atomic_swap(volatile size_t *dest, size_t value, int pe);
ptrdiff_t shmem_ptrdiff_atomic_swap(volatile ptrdiff_t *dest, ptrdiff_t value, int pe);
float shmem_ctx_float_atomic_swap(shmem_ctx_t ctx, volatile float *dest, float value, int pe);
double shmem_ctx_double_atomic_swap(shmem_ctx_t ctx, volatile double *dest, double value, int pe);
int shmem_ctx_int_atomic_swap(shmem_ctx_t ctx, volatile int *dest, int value, int pe);
long shmem_ctx_long_atomic_swap(shmem_ctx_t ctx, volatile long *dest, long value, int pe);
long long shmem_ctx_longlong_atomic_swap(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe);
unsigned int shmem_ctx_uint_atomic_swap(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe);
unsigned long shmem_ctx_ulong_atomic_swap(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe);
unsigned long long shmem_ctx_ulonglong_atomic_swap(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe);
int32_t shmem_ctx_int32_atomic_swap(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe);
int64_t shmem_ctx_int64_atomic_swap(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe);
uint32_t shmem_ctx_uint32_atomic_swap(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t value, int pe);
uint64_t shmem_ctx_uint64_atomic_swap(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t value, int pe);
size_t shmem_ctx_size_atomic_swap(shmem_ctx_t ctx, volatile size_t *dest, size_t value, int pe);
ptrdiff_t shmem_ctx_ptrdiff_atomic_swap(shmem_ctx_t ctx, volatile ptrdiff_t *dest, ptrdiff_t value, int pe);

int shmem_int_atomic_fetch_inc(volatile int *dest, int pe);
long shmem_long_atomic_fetch_inc(volatile long *dest, int pe);
long long shmem_longlong_atomic_fetch_inc(volatile long long *dest, int pe);
unsigned int shmem_uint_atomic_fetch_inc(volatile unsigned int *dest, int pe);
unsigned long shmem_ulong_atomic_fetch_inc(volatile unsigned long *dest, int pe);
unsigned long long shmem_ulonglong_atomic_fetch_inc(volatile unsigned long long *dest, int pe);
int32_t shmem_int32_atomic_fetch_inc(volatile int32_t *dest, int pe);
int64_t shmem_int64_atomic_fetch_inc(volatile int64_t *dest, int pe);
uint32_t shmem_uint32_atomic_fetch_inc(volatile uint32_t *dest, int pe);
uint64_t shmem_uint64_atomic_fetch_inc(volatile uint64_t *dest, int pe);
size_t shmem_size_atomic_fetch_inc(volatile size_t *dest, int pe);
ptrdiff_t shmem_ptrdiff_atomic_fetch_inc(volatile ptrdiff_t *dest, int pe);
int shmem_ctx_int_atomic_fetch_inc(shmem_ctx_t ctx, volatile int *dest, int pe);
long shmem_ctx_long_atomic_fetch_inc(shmem_ctx_t ctx, volatile long *dest, int pe);
long long shmem_ctx_longlong_atomic_fetch_inc(shmem_ctx_t ctx, volatile long long *dest, int pe);
unsigned int shmem_ctx_uint_atomic_fetch_inc(shmem_ctx_t ctx, volatile unsigned int *dest, int pe);
unsigned long shmem_ctx_ulong_atomic_fetch_inc(shmem_ctx_t ctx, volatile unsigned long *dest, int pe);
unsigned long long shmem_ctx_ulonglong_atomic_fetch_inc(shmem_ctx_t ctx, volatile unsigned long long *dest, int pe);
int32_t shmem_ctx_int32_atomic_fetch_inc(shmem_ctx_t ctx, volatile int32_t *dest, int pe);
int64_t shmem_ctx_int64_atomic_fetch_inc(shmem_ctx_t ctx, volatile int64_t *dest, int pe);
uint32_t shmem_ctx_uint32_atomic_fetch_inc(shmem_ctx_t ctx, volatile uint32_t *dest, int pe);
uint64_t shmem_ctx_uint64_atomic_fetch_inc(shmem_ctx_t ctx, volatile uint64_t *dest, int pe);
size_t shmem_ctx_size_atomic_fetch_inc(shmem_ctx_t ctx, volatile size_t *dest, int pe);
ptrdiff_t shmem_ctx_ptrdiff_atomic_fetch_inc(shmem_ctx_t ctx, volatile ptrdiff_t *dest, int pe);

void shmem_int_atomic_inc(volatile int *dest, int pe);
void shmem_long_atomic_inc(volatile long *dest, int pe);
void shmem_longlong_atomic_inc(volatile long long *dest, int pe);
void shmem_uint_atomic_inc(volatile unsigned int *dest, int pe);
void shmem_ulong_atomic_inc(volatile unsigned long *dest, int pe);
void shmem_ulonglong_atomic_inc(volatile unsigned long long *dest, int pe);
void shmem_int32_atomic_inc(volatile int32_t *dest, int pe);
void shmem_int64_atomic_inc(volatile int64_t *dest, int pe);
void shmem_uint32_atomic_inc(volatile uint32_t *dest, int pe);
void shmem_uint64_atomic_inc(volatile uint64_t *dest, int pe);
void shmem_size_atomic_inc(volatile size_t *dest, int pe);
void shmem_ptrdiff_atomic_inc(volatile ptrdiff_t *dest, int pe);
void shmem_ctx_int_atomic_inc(shmem_ctx_t ctx, volatile int *dest, int pe);
void shmem_ctx_long_atomic_inc(shmem_ctx_t ctx, volatile long *dest, int pe);
void shmem_ctx_longlong_atomic_inc(shmem_ctx_t ctx, volatile long long *dest, int pe);
void shmem_ctx_uint_atomic_inc(shmem_ctx_t ctx, volatile unsigned int *dest, int pe);
void shmem_ctx_ulong_atomic_inc(shmem_ctx_t ctx, volatile unsigned long *dest, int pe);
void shmem_ctx_ulonglong_atomic_inc(shmem_ctx_t ctx, volatile unsigned long long *dest, int pe);
void shmem_ctx_int32_atomic_inc(shmem_ctx_t ctx, volatile int32_t *dest, int pe);
void shmem_ctx_int64_atomic_inc(shmem_ctx_t ctx, volatile int64_t *dest, int pe);
void shmem_ctx_uint32_atomic_inc(shmem_ctx_t ctx, volatile uint32_t *dest, int pe);
void shmem_ctx_uint64_atomic_inc(shmem_ctx_t ctx, volatile uint64_t *dest, int pe);
void shmem_ctx_size_atomic_inc(shmem_ctx_t ctx, volatile size_t *dest, int pe);
void shmem_ctx_ptrdiff_atomic_inc(shmem_ctx_t ctx, volatile ptrdiff_t *dest, int pe);

int shmem_int_atomic_fetch_add(volatile int *dest, int value, int pe);
long shmem_long_atomic_fetch_add(volatile long *dest, long value, int pe);
long long shmem_longlong_atomic_fetch_add(volatile long long *dest, long long value, int pe);
unsigned int shmem_uint_atomic_fetch_add(volatile unsigned int *dest, unsigned int value, int pe);
unsigned long shmem_ulong_atomic_fetch_add(volatile unsigned long *dest, unsigned long value, int pe);
unsigned long long shmem_ulonglong_atomic_fetch_add(volatile unsigned long long *dest, unsigned long long value, int pe);
int32_t shmem_int32_atomic_fetch_add(volatile int32_t *dest, int32_t value, int pe);
int64_t shmem_int64_atomic_fetch_add(volatile int64_t *dest, int64_t value, int pe);
uint32_t shmem_uint32_atomic_fetch_add(volatile uint32_t *dest, uint32_t value, int pe);
uint64_t shmem_uint64_atomic_fetch_add(volatile uint64_t *dest, uint64_t value, int pe);
size_t shmem_size_atomic_fetch_add(volatile size_t *dest, size_t value, int pe);
ptrdiff_t shmem_ptrdiff_atomic_fetch_add(volatile ptrdiff_t *dest, ptrdiff_t value, int pe);
int shmem_ctx_int_atomic_fetch_add(shmem_ctx_t ctx, volatile int *dest, int value, int pe);
long shmem_ctx_long_atomic_fetch_add(shmem_ctx_t ctx, volatile long *dest, long value, int pe);
long long shmem_ctx_longlong_atomic_fetch_add(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe);
unsigned int shmem_ctx_uint_atomic_fetch_add(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe);
unsigned long shmem_ctx_ulong_atomic_fetch_add(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe);
unsigned long long shmem_ctx_ulonglong_atomic_fetch_add(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe);
int32_t shmem_ctx_int32_atomic_fetch_add(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe);
int64_t shmem_ctx_int64_atomic_fetch_add(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe);
uint32_t shmem_ctx_uint32_atomic_fetch_add(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t value, int pe);
uint64_t shmem_ctx_uint64_atomic_fetch_add(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t value, int pe);
size_t shmem_ctx_size_atomic_fetch_add(shmem_ctx_t ctx, volatile size_t *dest, size_t value, int pe);
ptrdiff_t shmem_ctx_ptrdiff_atomic_fetch_add(shmem_ctx_t ctx, volatile ptrdiff_t *dest, ptrdiff_t value, int pe);

void shmem_int_atomic_add(volatile int *dest, int value, int pe);
void shmem_long_atomic_add(volatile long *dest, long value, int pe);
void shmem_longlong_atomic_add(volatile long long *dest, long long value, int pe);
void shmem_uint_atomic_add(volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_atomic_add(volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_atomic_add(volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_int32_atomic_add(volatile int32_t *dest, int32_t value, int pe);
void shmem_int64_atomic_add(volatile int64_t *dest, int64_t value, int pe);
void shmem_uint32_atomic_add(volatile uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_atomic_add(volatile uint64_t *dest, uint64_t value, int pe);
void shmem_size_atomic_add(volatile size_t *dest, size_t value, int pe);
void shmem_ptrdiff_atomic_add(volatile ptrdiff_t *dest, ptrdiff_t value, int pe);
void shmem_ctx_int_atomic_add(shmem_ctx_t ctx, volatile int *dest, int value, int pe);
void shmem_ctx_long_atomic_add(shmem_ctx_t ctx, volatile long *dest, long value, int pe);
void shmem_ctx_longlong_atomic_add(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe);
void shmem_ctx_uint_atomic_add(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_add(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_add(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_add(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_atomic_add(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint32_atomic_add(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_add(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_size_atomic_add(shmem_ctx_t ctx, volatile size_t *dest, size_t value, int pe);
void shmem_ctx_ptrdiff_atomic_add(shmem_ctx_t ctx, volatile ptrdiff_t *dest, ptrdiff_t value, int pe);

unsigned int shmem_uint_atomic_fetch_and(volatile unsigned int *dest, unsigned int value, int pe);
unsigned long shmem_ulong_atomic_fetch_and(volatile unsigned long *dest, unsigned long value, int pe);
unsigned long long shmem_ulonglong_atomic_fetch_and(volatile unsigned long long *dest, unsigned long long value, int pe);
int32_t shmem_int32_atomic_fetch_and(volatile int32_t *dest, int32_t value, int pe);
int64_t shmem_int64_atomic_fetch_and(volatile int64_t *dest, int64_t value, int pe);
uint32_t shmem_uint32_atomic_fetch_and(volatile uint32_t *dest, uint32_t value, int pe);
uint64_t shmem_uint64_atomic_fetch_and(volatile uint64_t *dest, uint64_t value, int pe);
unsigned int shmem_ctx_uint_atomic_fetch_and(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe);
unsigned long shmem_ctx_ulong_atomic_fetch_and(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe);
unsigned long long shmem_ctx_ulonglong_atomic_fetch_and(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe);
int32_t shmem_ctx_int32_atomic_fetch_and(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe);
int64_t shmem_ctx_int64_atomic_fetch_and(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe);
uint32_t shmem_ctx_uint32_atomic_fetch_and(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t value, int pe);
uint64_t shmem_ctx_uint64_atomic_fetch_and(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t value, int pe);

void shmem_uint_atomic_and(volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_atomic_and(volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_atomic_and(volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_int32_atomic_and(volatile int32_t *dest, int32_t value, int pe);
void shmem_int64_atomic_and(volatile int64_t *dest, int64_t value, int pe);
void shmem_uint32_atomic_and(volatile uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_atomic_and(volatile uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_uint_atomic_and(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_and(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_and(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_and(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_atomic_and(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint32_atomic_and(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_and(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t value, int pe);

unsigned int shmem_uint_atomic_fetch_or(volatile unsigned int *dest, unsigned int value, int pe);
unsigned long shmem_ulong_atomic_fetch_or(volatile unsigned long *dest, unsigned long value, int pe);
unsigned long long shmem_ulonglong_atomic_fetch_or(volatile unsigned long long *dest, unsigned long long value, int pe);
int32_t shmem_int32_atomic_fetch_or(volatile int32_t *dest, int32_t value, int pe);
int64_t shmem_int64_atomic_fetch_or(volatile int64_t *dest, int64_t value, int pe);
uint32_t shmem_uint32_atomic_fetch_or(volatile uint32_t *dest, uint32_t value, int pe);
uint64_t shmem_uint64_atomic_fetch_or(volatile uint64_t *dest, uint64_t value, int pe);
unsigned int shmem_ctx_uint_atomic_fetch_or(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe);
unsigned long shmem_ctx_ulong_atomic_fetch_or(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe);
unsigned long long shmem_ctx_ulonglong_atomic_fetch_or(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe);
int32_t shmem_ctx_int32_atomic_fetch_or(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe);
int64_t shmem_ctx_int64_atomic_fetch_or(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe);
uint32_t shmem_ctx_uint32_atomic_fetch_or(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t value, int pe);
uint64_t shmem_ctx_uint64_atomic_fetch_or(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t value, int pe);

void shmem_uint_atomic_or(volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_atomic_or(volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_atomic_or(volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_int32_atomic_or(volatile int32_t *dest, int32_t value, int pe);
void shmem_int64_atomic_or(volatile int64_t *dest, int64_t value, int pe);
void shmem_uint32_atomic_or(volatile uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_atomic_or(volatile uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_uint_atomic_or(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_or(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_or(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_or(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_atomic_or(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint32_atomic_or(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_or(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t value, int pe);

unsigned int shmem_uint_atomic_fetch_xor(volatile unsigned int *dest, unsigned int value, int pe);
unsigned long shmem_ulong_atomic_fetch_xor(volatile unsigned long *dest, unsigned long value, int pe);
unsigned long long shmem_ulonglong_atomic_fetch_xor(volatile unsigned long long *dest, unsigned long long value, int pe);
int32_t shmem_int32_atomic_fetch_xor(volatile int32_t *dest, int32_t value, int pe);
int64_t shmem_int64_atomic_fetch_xor(volatile int64_t *dest, int64_t value, int pe);
uint32_t shmem_uint32_atomic_fetch_xor(volatile uint32_t *dest, uint32_t value, int pe);
uint64_t shmem_uint64_atomic_fetch_xor(volatile uint64_t *dest, uint64_t value, int pe);
unsigned int shmem_ctx_uint_atomic_fetch_xor(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe);
unsigned long shmem_ctx_ulong_atomic_fetch_xor(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe);
unsigned long long shmem_ctx_ulonglong_atomic_fetch_xor(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe);
int32_t shmem_ctx_int32_atomic_fetch_xor(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe);
int64_t shmem_ctx_int64_atomic_fetch_xor(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe);
uint32_t shmem_ctx_uint32_atomic_fetch_xor(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t value, int pe);
uint64_t shmem_ctx_uint64_atomic_fetch_xor(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t value, int pe);

void shmem_uint_atomic_xor(volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_atomic_xor(volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_atomic_xor(volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_int32_atomic_xor(volatile int32_t *dest, int32_t value, int pe);
void shmem_int64_atomic_xor(volatile int64_t *dest, int64_t value, int pe);
void shmem_uint32_atomic_xor(volatile uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_atomic_xor(volatile uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_uint_atomic_xor(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_xor(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_xor(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_xor(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_atomic_xor(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint32_atomic_xor(shmem_ctx_t ctx, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_xor(shmem_ctx_t ctx, volatile uint64_t *dest, uint64_t value, int pe);

void shmem_float_atomic_fetch_nbi(float *fetch, const volatile float *source, int pe);
void shmem_double_atomic_fetch_nbi(double *fetch, const volatile double *source, int pe);
void shmem_int_atomic_fetch_nbi(int *fetch, const volatile int *source, int pe);
void shmem_long_atomic_fetch_nbi(long *fetch, const volatile long *source, int pe);
void shmem_longlong_atomic_fetch_nbi(long long *fetch, const volatile long long *source, int pe);
void shmem_uint_atomic_fetch_nbi(unsigned int *fetch, const volatile unsigned int *source, int pe);
void shmem_ulong_atomic_fetch_nbi(unsigned long *fetch, const volatile unsigned long *source, int pe);
void shmem_ulonglong_atomic_fetch_nbi(unsigned long long *fetch, const volatile unsigned long long *source, int pe);
void shmem_int32_atomic_fetch_nbi(int32_t *fetch, const volatile int32_t *source, int pe);
void shmem_int64_atomic_fetch_nbi(int64_t *fetch, const volatile int64_t *source, int pe);
void shmem_uint32_atomic_fetch_nbi(uint32_t *fetch, const volatile uint32_t *source, int pe);
void shmem_uint64_atomic_fetch_nbi(uint64_t *fetch, const volatile uint64_t *source, int pe);
void shmem_size_atomic_fetch_nbi(size_t *fetch, const volatile size_t *source, int pe);
void shmem_ptrdiff_atomic_fetch_nbi(ptrdiff_t *fetch, const volatile ptrdiff_t *source, int pe);
void shmem_ctx_float_atomic_fetch_nbi(shmem_ctx_t ctx, float *fetch, const volatile float *source, int pe);
void shmem_ctx_double_atomic_fetch_nbi(shmem_ctx_t ctx, double *fetch, const volatile double *source, int pe);
void shmem_ctx_int_atomic_fetch_nbi(shmem_ctx_t ctx, int *fetch, const volatile int *source, int pe);
void shmem_ctx_long_atomic_fetch_nbi(shmem_ctx_t ctx, long *fetch, const volatile long *source, int pe);
void shmem_ctx_longlong_atomic_fetch_nbi(shmem_ctx_t ctx, long long *fetch, const volatile long long *source, int pe);
void shmem_ctx_uint_atomic_fetch_nbi(shmem_ctx_t ctx, unsigned int *fetch, const volatile unsigned int *source, int pe);
void shmem_ctx_ulong_atomic_fetch_nbi(shmem_ctx_t ctx, unsigned long *fetch, const volatile unsigned long *source, int pe);
void shmem_ctx_ulonglong_atomic_fetch_nbi(shmem_ctx_t ctx, unsigned long long *fetch, const volatile unsigned long long *source, int pe);
void shmem_ctx_int32_atomic_fetch_nbi(shmem_ctx_t ctx, int32_t *fetch, const volatile int32_t *source, int pe);
void shmem_ctx_int64_atomic_fetch_nbi(shmem_ctx_t ctx, int64_t *fetch, const volatile int64_t *source, int pe);
void shmem_ctx_uint32_atomic_fetch_nbi(shmem_ctx_t ctx, uint32_t *fetch, const volatile uint32_t *source, int pe);
void shmem_ctx_uint64_atomic_fetch_nbi(shmem_ctx_t ctx, uint64_t *fetch, const volatile uint64_t *source, int pe);
void shmem_ctx_size_atomic_fetch_nbi(shmem_ctx_t ctx, size_t *fetch, const volatile size_t *source, int pe);
void shmem_ctx_ptrdiff_atomic_fetch_nbi(shmem_ctx_t ctx, ptrdiff_t *fetch, const volatile ptrdiff_t *source, int pe);

void shmem_int_atomic_compare_swap_nbi(int *fetch, volatile int *dest, int cond, int value, int pe);
void shmem_long_atomic_compare_swap_nbi(long *fetch, volatile long *dest, long cond, long value, int pe);
void shmem_longlong_atomic_compare_swap_nbi(long long *fetch, volatile long long *dest, long long cond, long long value, int pe);
void shmem_uint_atomic_compare_swap_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int cond, unsigned int value, int pe);
void shmem_ulong_atomic_compare_swap_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long cond, unsigned long value, int pe);
void shmem_ulonglong_atomic_compare_swap_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long cond, unsigned long long value, int pe);
void shmem_int32_atomic_compare_swap_nbi(int32_t *fetch, volatile int32_t *dest, int32_t cond, int32_t value, int pe);
void shmem_int64_atomic_compare_swap_nbi(int64_t *fetch, volatile int64_t *dest, int64_t cond, int64_t value, int pe);
void shmem_uint32_atomic_compare_swap_nbi(uint32_t *fetch, volatile uint32_t *dest, uint32_t cond, uint32_t value, int pe);
void shmem_uint64_atomic_compare_swap_nbi(uint64_t *fetch, volatile uint64_t *dest, uint64_t cond, uint64_t value, int pe);
void shmem_size_atomic_compare_swap_nbi(size_t *fetch, volatile size_t *dest, size_t cond, size_t value, int pe);
void shmem_ptrdiff_atomic_compare_swap_nbi(ptrdiff_t *fetch, volatile ptrdiff_t *dest, ptrdiff_t cond, ptrdiff_t value, int pe);
void shmem_ctx_int_atomic_compare_swap_nbi(shmem_ctx_t ctx, int *fetch, volatile int *dest, int cond, int value, int pe);
void shmem_ctx_long_atomic_compare_swap_nbi(shmem_ctx_t ctx, long *fetch, volatile long *dest, long cond, long value, int pe);
void shmem_ctx_longlong_atomic_compare_swap_nbi(shmem_ctx_t ctx, long long *fetch, volatile long long *dest, long long cond, long long value, int pe);
void shmem_ctx_uint_atomic_compare_swap_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int cond, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_compare_swap_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long cond, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_compare_swap_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long cond, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_compare_swap_nbi(shmem_ctx_t ctx, int32_t *fetch, volatile int32_t *dest, int32_t cond, int32_t value, int pe);
void shmem_ctx_int64_atomic_compare_swap_nbi(shmem_ctx_t ctx, int64_t *fetch, volatile int64_t *dest, int64_t cond, int64_t value, int pe);
void shmem_ctx_uint32_atomic_compare_swap_nbi(shmem_ctx_t ctx, uint32_t *fetch, volatile uint32_t *dest, uint32_t cond, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_compare_swap_nbi(shmem_ctx_t ctx, uint64_t *fetch, volatile uint64_t *dest, uint64_t cond, uint64_t value, int pe);
void shmem_ctx_size_atomic_compare_swap_nbi(shmem_ctx_t ctx, size_t *fetch, volatile size_t *dest, size_t cond, size_t value, int pe);
void shmem_ctx_ptrdiff_atomic_compare_swap_nbi(shmem_ctx_t ctx, ptrdiff_t *fetch, volatile ptrdiff_t *dest, ptrdiff_t cond, ptrdiff_t value, int pe);

void shmem_float_atomic_swap_nbi(float *fetch, volatile float *dest, float value, int pe);
void shmem_double_atomic_swap_nbi(double *fetch, volatile double *dest, double value, int pe);
void shmem_int_atomic_swap_nbi(int *fetch, volatile int *dest, int value, int pe);
void shmem_long_atomic_swap_nbi(long *fetch, volatile long *dest, long value, int pe);
void shmem_longlong_atomic_swap_nbi(long long *fetch, volatile long long *dest, long long value, int pe);
void shmem_uint_atomic_swap_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_atomic_swap_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_atomic_swap_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_int32_atomic_swap_nbi(int32_t *fetch, volatile int32_t *dest, int32_t value, int pe);
void shmem_int64_atomic_swap_nbi(int64_t *fetch, volatile int64_t *dest, int64_t value, int pe);
void shmem_uint32_atomic_swap_nbi(uint32_t *fetch, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_atomic_swap_nbi(uint64_t *fetch, volatile uint64_t *dest, uint64_t value, int pe);
void shmem_size_atomic_swap_nbi(size_t *fetch, volatile size_t *dest, size_t value, int pe);
void shmem_ptrdiff_atomic_swap_nbi(ptrdiff_t *fetch, volatile ptrdiff_t *dest, ptrdiff_t value, int pe);
void shmem_ctx_float_atomic_swap_nbi(shmem_ctx_t ctx, float *fetch, volatile float *dest, float value, int pe);
void shmem_ctx_double_atomic_swap_nbi(shmem_ctx_t ctx, double *fetch, volatile double *dest, double value, int pe);
void shmem_ctx_int_atomic_swap_nbi(shmem_ctx_t ctx, int *fetch, volatile int *dest, int value, int pe);
void shmem_ctx_long_atomic_swap_nbi(shmem_ctx_t ctx, long *fetch, volatile long *dest, long value, int pe);
void shmem_ctx_longlong_atomic_swap_nbi(shmem_ctx_t ctx, long long *fetch, volatile long long *dest, long long value, int pe);
void shmem_ctx_uint_atomic_swap_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_swap_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_swap_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_swap_nbi(shmem_ctx_t ctx, int32_t *fetch, volatile int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_atomic_swap_nbi(shmem_ctx_t ctx, int64_t *fetch, volatile int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint32_atomic_swap_nbi(shmem_ctx_t ctx, uint32_t *fetch, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_swap_nbi(shmem_ctx_t ctx, uint64_t *fetch, volatile uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_size_atomic_swap_nbi(shmem_ctx_t ctx, size_t *fetch, volatile size_t *dest, size_t value, int pe);
void shmem_ctx_ptrdiff_atomic_swap_nbi(shmem_ctx_t ctx, ptrdiff_t *fetch, volatile ptrdiff_t *dest, ptrdiff_t value, int pe);

void shmem_int_atomic_fetch_inc_nbi(int *fetch, volatile int *dest, int pe);
void shmem_long_atomic_fetch_inc_nbi(long *fetch, volatile long *dest, int pe);
void shmem_longlong_atomic_fetch_inc_nbi(long long *fetch, volatile long long *dest, int pe);
void shmem_uint_atomic_fetch_inc_nbi(unsigned int *fetch, volatile unsigned int *dest, int pe);
void shmem_ulong_atomic_fetch_inc_nbi(unsigned long *fetch, volatile unsigned long *dest, int pe);
void shmem_ulonglong_atomic_fetch_inc_nbi(unsigned long long *fetch, volatile unsigned long long *dest, int pe);
void shmem_int32_atomic_fetch_inc_nbi(int32_t *fetch, volatile int32_t *dest, int pe);
void shmem_int64_atomic_fetch_inc_nbi(int64_t *fetch, volatile int64_t *dest, int pe);
void shmem_uint32_atomic_fetch_inc_nbi(uint32_t *fetch, volatile uint32_t *dest, int pe);
void shmem_uint64_atomic_fetch_inc_nbi(uint64_t *fetch, volatile uint64_t *dest, int pe);
void shmem_size_atomic_fetch_inc_nbi(size_t *fetch, volatile size_t *dest, int pe);
void shmem_ptrdiff_atomic_fetch_inc_nbi(ptrdiff_t *fetch, volatile ptrdiff_t *dest, int pe);
void shmem_ctx_int_atomic_fetch_inc_nbi(shmem_ctx_t ctx, int *fetch, volatile int *dest, int pe);
void shmem_ctx_long_atomic_fetch_inc_nbi(shmem_ctx_t ctx, long *fetch, volatile long *dest, int pe);
void shmem_ctx_longlong_atomic_fetch_inc_nbi(shmem_ctx_t ctx, long long *fetch, volatile long long *dest, int pe);
void shmem_ctx_uint_atomic_fetch_inc_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, int pe);
void shmem_ctx_ulong_atomic_fetch_inc_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, int pe);
void shmem_ctx_ulonglong_atomic_fetch_inc_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, int pe);
void shmem_ctx_int32_atomic_fetch_inc_nbi(shmem_ctx_t ctx, int32_t *fetch, volatile int32_t *dest, int pe);
void shmem_ctx_int64_atomic_fetch_inc_nbi(shmem_ctx_t ctx, int64_t *fetch, volatile int64_t *dest, int pe);
void shmem_ctx_uint32_atomic_fetch_inc_nbi(shmem_ctx_t ctx, uint32_t *fetch, volatile uint32_t *dest, int pe);
void shmem_ctx_uint64_atomic_fetch_inc_nbi(shmem_ctx_t ctx, uint64_t *fetch, volatile uint64_t *dest, int pe);
void shmem_ctx_size_atomic_fetch_inc_nbi(shmem_ctx_t ctx, size_t *fetch, volatile size_t *dest, int pe);
void shmem_ctx_ptrdiff_atomic_fetch_inc_nbi(shmem_ctx_t ctx, ptrdiff_t *fetch, volatile ptrdiff_t *dest, int pe);

void shmem_int_atomic_fetch_add_nbi(int *fetch, volatile int *dest, int value, int pe);
void shmem_long_atomic_fetch_add_nbi(long *fetch, volatile long *dest, long value, int pe);
void shmem_longlong_atomic_fetch_add_nbi(long long *fetch, volatile long long *dest, long long value, int pe);
void shmem_uint_atomic_fetch_add_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_atomic_fetch_add_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_atomic_fetch_add_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_int32_atomic_fetch_add_nbi(int32_t *fetch, volatile int32_t *dest, int32_t value, int pe);
void shmem_int64_atomic_fetch_add_nbi(int64_t *fetch, volatile int64_t *dest, int64_t value, int pe);
void shmem_uint32_atomic_fetch_add_nbi(uint32_t *fetch, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_atomic_fetch_add_nbi(uint64_t *fetch, volatile uint64_t *dest, uint64_t value, int pe);
void shmem_size_atomic_fetch_add_nbi(size_t *fetch, volatile size_t *dest, size_t value, int pe);
void shmem_ptrdiff_atomic_fetch_add_nbi(ptrdiff_t *fetch, volatile ptrdiff_t *dest, ptrdiff_t value, int pe);
void shmem_ctx_int_atomic_fetch_add_nbi(shmem_ctx_t ctx, int *fetch, volatile int *dest, int value, int pe);
void shmem_ctx_long_atomic_fetch_add_nbi(shmem_ctx_t ctx, long *fetch, volatile long *dest, long value, int pe);
void shmem_ctx_longlong_atomic_fetch_add_nbi(shmem_ctx_t ctx, long long *fetch, volatile long long *dest, long long value, int pe);
void shmem_ctx_uint_atomic_fetch_add_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_fetch_add_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_fetch_add_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_fetch_add_nbi(shmem_ctx_t ctx, int32_t *fetch, volatile int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_atomic_fetch_add_nbi(shmem_ctx_t ctx, int64_t *fetch, volatile int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint32_atomic_fetch_add_nbi(shmem_ctx_t ctx, uint32_t *fetch, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_fetch_add_nbi(shmem_ctx_t ctx, uint64_t *fetch, volatile uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_size_atomic_fetch_add_nbi(shmem_ctx_t ctx, size_t *fetch, volatile size_t *dest, size_t value, int pe);
void shmem_ctx_ptrdiff_atomic_fetch_add_nbi(shmem_ctx_t ctx, ptrdiff_t *fetch, volatile ptrdiff_t *dest, ptrdiff_t value, int pe);

void shmem_uint_atomic_fetch_and_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_atomic_fetch_and_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_atomic_fetch_and_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_int32_atomic_fetch_and_nbi(int32_t *fetch, volatile int32_t *dest, int32_t value, int pe);
void shmem_int64_atomic_fetch_and_nbi(int64_t *fetch, volatile int64_t *dest, int64_t value, int pe);
void shmem_uint32_atomic_fetch_and_nbi(uint32_t *fetch, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_atomic_fetch_and_nbi(uint64_t *fetch, volatile uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_uint_atomic_fetch_and_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_fetch_and_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_fetch_and_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_fetch_and_nbi(shmem_ctx_t ctx, int32_t *fetch, volatile int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_atomic_fetch_and_nbi(shmem_ctx_t ctx, int64_t *fetch, volatile int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint32_atomic_fetch_and_nbi(shmem_ctx_t ctx, uint32_t *fetch, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_fetch_and_nbi(shmem_ctx_t ctx, uint64_t *fetch, volatile uint64_t *dest, uint64_t value, int pe);

void shmem_uint_atomic_fetch_or_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_atomic_fetch_or_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_atomic_fetch_or_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_int32_atomic_fetch_or_nbi(int32_t *fetch, volatile int32_t *dest, int32_t value, int pe);
void shmem_int64_atomic_fetch_or_nbi(int64_t *fetch, volatile int64_t *dest, int64_t value, int pe);
void shmem_uint32_atomic_fetch_or_nbi(uint32_t *fetch, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_atomic_fetch_or_nbi(uint64_t *fetch, volatile uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_uint_atomic_fetch_or_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_fetch_or_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_fetch_or_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_fetch_or_nbi(shmem_ctx_t ctx, int32_t *fetch, volatile int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_atomic_fetch_or_nbi(shmem_ctx_t ctx, int64_t *fetch, volatile int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint32_atomic_fetch_or_nbi(shmem_ctx_t ctx, uint32_t *fetch, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_fetch_or_nbi(shmem_ctx_t ctx, uint64_t *fetch, volatile uint64_t *dest, uint64_t value, int pe);

void shmem_uint_atomic_fetch_xor_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ulong_atomic_fetch_xor_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ulonglong_atomic_fetch_xor_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_int32_atomic_fetch_xor_nbi(int32_t *fetch, volatile int32_t *dest, int32_t value, int pe);
void shmem_int64_atomic_fetch_xor_nbi(int64_t *fetch, volatile int64_t *dest, int64_t value, int pe);
void shmem_uint32_atomic_fetch_xor_nbi(uint32_t *fetch, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_uint64_atomic_fetch_xor_nbi(uint64_t *fetch, volatile uint64_t *dest, uint64_t value, int pe);
void shmem_ctx_uint_atomic_fetch_xor_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe);
void shmem_ctx_ulong_atomic_fetch_xor_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe);
void shmem_ctx_ulonglong_atomic_fetch_xor_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe);
void shmem_ctx_int32_atomic_fetch_xor_nbi(shmem_ctx_t ctx, int32_t *fetch, volatile int32_t *dest, int32_t value, int pe);
void shmem_ctx_int64_atomic_fetch_xor_nbi(shmem_ctx_t ctx, int64_t *fetch, volatile int64_t *dest, int64_t value, int pe);
void shmem_ctx_uint32_atomic_fetch_xor_nbi(shmem_ctx_t ctx, uint32_t *fetch, volatile uint32_t *dest, uint32_t value, int pe);
void shmem_ctx_uint64_atomic_fetch_xor_nbi(shmem_ctx_t ctx, uint64_t *fetch, volatile uint64_t *dest, uint64_t value, int pe);

float shmem_float_fetch(const volatile float *source, int pe) SHMEM_DEPRECATED_("1.4");
double shmem_double_fetch(const volatile double *source, int pe) SHMEM_DEPRECATED_("1.4");
int shmem_int_fetch(const volatile int *source, int pe) SHMEM_DEPRECATED_("1.4");
long shmem_long_fetch(const volatile long *source, int pe) SHMEM_DEPRECATED_("1.4");
long long shmem_longlong_fetch(const volatile long long *source, int pe) SHMEM_DEPRECATED_("1.4");

void shmem_float_set(volatile float *dest, float value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_double_set(volatile double *dest, double value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_int_set(volatile int *dest, int value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_long_set(volatile long *dest, long value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_longlong_set(volatile long long *dest, long long value, int pe) SHMEM_DEPRECATED_("1.4");

int shmem_int_cswap(volatile int *dest, int cond, int value, int pe) SHMEM_DEPRECATED_("1.4");
long shmem_long_cswap(volatile long *dest, long cond, long value, int pe) SHMEM_DEPRECATED_("1.4");
long long shmem_longlong_cswap(volatile long long *dest, long long cond, long long value, int pe) SHMEM_DEPRECATED_("1.4");

float shmem_float_swap(volatile float *dest, float value, int pe) SHMEM_DEPRECATED_("1.4");
double shmem_double_swap(volatile double *dest, double value, int pe) SHMEM_DEPRECATED_("1.4");
int shmem_int_swap(volatile int *dest, int value, int pe) SHMEM_DEPRECATED_("1.4");
long shmem_long_swap(volatile long *dest, long value, int pe) SHMEM_DEPRECATED_("1.4");
long long shmem_longlong_swap(volatile long long *dest, long long value, int pe) SHMEM_DEPRECATED_("1.4");

int shmem_int_finc(volatile int *dest, int pe) SHMEM_DEPRECATED_("1.4");
long shmem_long_finc(volatile long *dest, int pe) SHMEM_DEPRECATED_("1.4");
long long shmem_longlong_finc(volatile long long *dest, int pe) SHMEM_DEPRECATED_("1.4");

void shmem_int_inc(volatile int *dest, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_long_inc(volatile long *dest, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_longlong_inc(volatile long long *dest, int pe) SHMEM_DEPRECATED_("1.4");

int shmem_int_fadd(volatile int *dest, int value, int pe) SHMEM_DEPRECATED_("1.4");
long shmem_long_fadd(volatile long *dest, long value, int pe) SHMEM_DEPRECATED_("1.4");
long long shmem_longlong_fadd(volatile long long *dest, long long value, int pe) SHMEM_DEPRECATED_("1.4");

void shmem_int_add(volatile int *dest, int value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_long_add(volatile long *dest, long value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_longlong_add(volatile long long *dest, long long value, int pe) SHMEM_DEPRECATED_("1.4");

void shmem_float_put_signal(float *dest, const float *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_double_put_signal(double *dest, const double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_longdouble_put_signal(long double *dest, const long double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_char_put_signal(char *dest, const char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_schar_put_signal(signed char *dest, const signed char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_short_put_signal(short *dest, const short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_int_put_signal(int *dest, const int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_long_put_signal(long *dest, const long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_longlong_put_signal(long long *dest, const long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uchar_put_signal(unsigned char *dest, const unsigned char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ushort_put_signal(unsigned short *dest, const unsigned short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uint_put_signal(unsigned int *dest, const unsigned int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ulong_put_signal(unsigned long *dest, const unsigned long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ulonglong_put_signal(unsigned long long *dest, const unsigned long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_int8_put_signal(int8_t *dest, const int8_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_int16_put_signal(int16_t *dest, const int16_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_int32_put_signal(int32_t *dest, const int32_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_int64_put_signal(int64_t *dest, const int64_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uint8_put_signal(uint8_t *dest, const uint8_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uint16_put_signal(uint16_t *dest, const uint16_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uint32_put_signal(uint32_t *dest, const uint32_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uint64_put_signal(uint64_t *dest, const uint64_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_size_put_signal(size_t *dest, const size_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ptrdiff_put_signal(ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_float_put_signal(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_double_put_signal(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_longdouble_put_signal(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_char_put_signal(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_schar_put_signal(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_short_put_signal(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_int_put_signal(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_long_put_signal(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_longlong_put_signal(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uchar_put_signal(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_ushort_put_signal(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uint_put_signal(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_ulong_put_signal(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_ulonglong_put_signal(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_int8_put_signal(shmem_ctx_t ctx, int8_t *dest, const int8_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_int16_put_signal(shmem_ctx_t ctx, int16_t *dest, const int16_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_int32_put_signal(shmem_ctx_t ctx, int32_t *dest, const int32_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_int64_put_signal(shmem_ctx_t ctx, int64_t *dest, const int64_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uint8_put_signal(shmem_ctx_t ctx, uint8_t *dest, const uint8_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uint16_put_signal(shmem_ctx_t ctx, uint16_t *dest, const uint16_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uint32_put_signal(shmem_ctx_t ctx, uint32_t *dest, const uint32_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uint64_put_signal(shmem_ctx_t ctx, uint64_t *dest, const uint64_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_size_put_signal(shmem_ctx_t ctx, size_t *dest, const size_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_ptrdiff_put_signal(shmem_ctx_t ctx, ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);

void shmem_put8_signal(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_put16_signal(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_put32_signal(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_put64_signal(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_put128_signal(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_put8_signal(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_put16_signal(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_put32_signal(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_put64_signal(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_put128_signal(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);

void shmem_putmem_signal(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_putmem_signal(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);

void shmem_float_put_signal_nbi(float *dest, const float *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_double_put_signal_nbi(double *dest, const double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_longdouble_put_signal_nbi(long double *dest, const long double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_char_put_signal_nbi(char *dest, const char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_schar_put_signal_nbi(signed char *dest, const signed char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_short_put_signal_nbi(short *dest, const short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_int_put_signal_nbi(int *dest, const int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_long_put_signal_nbi(long *dest, const long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_longlong_put_signal_nbi(long long *dest, const long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uchar_put_signal_nbi(unsigned char *dest, const unsigned char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ushort_put_signal_nbi(unsigned short *dest, const unsigned short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uint_put_signal_nbi(unsigned int *dest, const unsigned int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ulong_put_signal_nbi(unsigned long *dest, const unsigned long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ulonglong_put_signal_nbi(unsigned long long *dest, const unsigned long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_int8_put_signal_nbi(int8_t *dest, const int8_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_int16_put_signal_nbi(int16_t *dest, const int16_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_int32_put_signal_nbi(int32_t *dest, const int32_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_int64_put_signal_nbi(int64_t *dest, const int64_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uint8_put_signal_nbi(uint8_t *dest, const uint8_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uint16_put_signal_nbi(uint16_t *dest, const uint16_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uint32_put_signal_nbi(uint32_t *dest, const uint32_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_uint64_put_signal_nbi(uint64_t *dest, const uint64_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_size_put_signal_nbi(size_t *dest, const size_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ptrdiff_put_signal_nbi(ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_float_put_signal_nbi(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_double_put_signal_nbi(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_longdouble_put_signal_nbi(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_char_put_signal_nbi(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_schar_put_signal_nbi(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_short_put_signal_nbi(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_int_put_signal_nbi(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_long_put_signal_nbi(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_longlong_put_signal_nbi(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uchar_put_signal_nbi(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_ushort_put_signal_nbi(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uint_put_signal_nbi(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_ulong_put_signal_nbi(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_ulonglong_put_signal_nbi(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_int8_put_signal_nbi(shmem_ctx_t ctx, int8_t *dest, const int8_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_int16_put_signal_nbi(shmem_ctx_t ctx, int16_t *dest, const int16_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_int32_put_signal_nbi(shmem_ctx_t ctx, int32_t *dest, const int32_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_int64_put_signal_nbi(shmem_ctx_t ctx, int64_t *dest, const int64_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uint8_put_signal_nbi(shmem_ctx_t ctx, uint8_t *dest, const uint8_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uint16_put_signal_nbi(shmem_ctx_t ctx, uint16_t *dest, const uint16_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uint32_put_signal_nbi(shmem_ctx_t ctx, uint32_t *dest, const uint32_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_uint64_put_signal_nbi(shmem_ctx_t ctx, uint64_t *dest, const uint64_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_size_put_signal_nbi(shmem_ctx_t ctx, size_t *dest, const size_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_ptrdiff_put_signal_nbi(shmem_ctx_t ctx, ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);

void shmem_put8_signal_nbi(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_put16_signal_nbi(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_put32_signal_nbi(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_put64_signal_nbi(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_put128_signal_nbi(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_put8_signal_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_put16_signal_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_put32_signal_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_put64_signal_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_put128_signal_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);

void shmem_putmem_signal_nbi(void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
void shmem_ctx_putmem_signal_nbi(shmem_ctx_t ctx, void *dest, const void *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe);
uint64_t shmem_signal_fetch(const volatile uint64_t *sig_addr);
uint64_t shmem_signal_wait_until(const volatile uint64_t *sig_addr, int cmp, uint64_t cmp_value);
void shmem_barrier_all(void);
void shmem_sync_all(void);
int shmem_team_sync(shmem_team_t team);

int shmem_float_alltoall(shmem_team_t team, float *dest, const float *source, size_t nelems);
int shmem_double_alltoall(shmem_team_t team, double *dest, const double *source, size_t nelems);
int shmem_longdouble_alltoall(shmem_team_t team, long double *dest, const long double *source, size_t nelems);
int shmem_char_alltoall(shmem_team_t team, char *dest, const char *source, size_t nelems);
int shmem_schar_alltoall(shmem_team_t team, signed char *dest, const signed char *source, size_t nelems);
int shmem_short_alltoall(shmem_team_t team, short *dest, const short *source, size_t nelems);
int shmem_int_alltoall(shmem_team_t team, int *dest, const int *source, size_t nelems);
int shmem_long_alltoall(shmem_team_t team, long *dest, const long *source, size_t nelems);
int shmem_longlong_alltoall(shmem_team_t team, long long *dest, const long long *source, size_t nelems);
int shmem_uchar_alltoall(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nelems);
int shmem_ushort_alltoall(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nelems);
int shmem_uint_alltoall(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nelems);
int shmem_ulong_alltoall(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nelems);
int shmem_ulonglong_alltoall(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nelems);
int shmem_int8_alltoall(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nelems);
int shmem_int16_alltoall(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nelems);
int shmem_int32_alltoall(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nelems);
int shmem_int64_alltoall(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nelems);
int shmem_uint8_alltoall(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nelems);
int shmem_uint16_alltoall(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nelems);
int shmem_uint32_alltoall(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nelems);
int shmem_uint64_alltoall(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nelems);
int shmem_size_alltoall(shmem_team_t team, size_t *dest, const size_t *source, size_t nelems);
int shmem_ptrdiff_alltoall(shmem_team_t team, ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems);

int shmem_alltoallmem(shmem_team_t team, void *dest, const void *source, size_t nelems);

int shmem_float_alltoalls(shmem_team_t team, float *dest, const float *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_double_alltoalls(shmem_team_t team, double *dest, const double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_longdouble_alltoalls(shmem_team_t team, long double *dest, const long double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_char_alltoalls(shmem_team_t team, char *dest, const char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_schar_alltoalls(shmem_team_t team, signed char *dest, const signed char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_short_alltoalls(shmem_team_t team, short *dest, const short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_int_alltoalls(shmem_team_t team, int *dest, const int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_long_alltoalls(shmem_team_t team, long *dest, const long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_longlong_alltoalls(shmem_team_t team, long long *dest, const long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_uchar_alltoalls(shmem_team_t team, unsigned char *dest, const unsigned char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_ushort_alltoalls(shmem_team_t team, unsigned short *dest, const unsigned short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_uint_alltoalls(shmem_team_t team, unsigned int *dest, const unsigned int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_ulong_alltoalls(shmem_team_t team, unsigned long *dest, const unsigned long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_ulonglong_alltoalls(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_int8_alltoalls(shmem_team_t team, int8_t *dest, const int8_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_int16_alltoalls(shmem_team_t team, int16_t *dest, const int16_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_int32_alltoalls(shmem_team_t team, int32_t *dest, const int32_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_int64_alltoalls(shmem_team_t team, int64_t *dest, const int64_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_uint8_alltoalls(shmem_team_t team, uint8_t *dest, const uint8_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_uint16_alltoalls(shmem_team_t team, uint16_t *dest, const uint16_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_uint32_alltoalls(shmem_team_t team, uint32_t *dest, const uint32_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_uint64_alltoalls(shmem_team_t team, uint64_t *dest, const uint64_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_size_alltoalls(shmem_team_t team, size_t *dest, const size_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);
int shmem_ptrdiff_alltoalls(shmem_team_t team, ptrdiff_t *dest, const ptrdiff_t *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);

int shmem_alltoallsmem(shmem_team_t team, void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems);

int shmem_float_broadcast(shmem_team_t team, float *dest, const float *source, size_t nelems, int PE_root);
int shmem_double_broadcast(shmem_team_t team, double *dest, const double *source, size_t nelems, int PE_root);
int shmem_longdouble_broadcast(shmem_team_t team, long double *dest, const long double *source, size_t nelems, int PE_root);
int shmem_char_broadcast(shmem_team_t team, char *dest, const char *source, size_t nelems, int PE_root);
int shmem_schar_broadcast(shmem_team_t team, signed char *dest, const signed char *source, size_t nelems, int PE_root);
int shmem_short_broadcast(shmem_team_t team, short *dest, const short *source, size_t nelems, int PE_root);
int shmem_int_broadcast(shmem_team_t team, int *dest, const int *source, size_t nelems, int PE_root);
int shmem_long_broadcast(shmem_team_t team, long *dest, const long *source, size_t nelems, int PE_root);
int shmem_longlong_broadcast(shmem_team_t team, long long *dest, const long long *source, size_t nelems, int PE_root);
int shmem_uchar_broadcast(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nelems, int PE_root);
int shmem_ushort_broadcast(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nelems, int PE_root);
int shmem_uint_broadcast(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nelems, int PE_root);
int shmem_ulong_broadcast(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nelems, int PE_root);
int shmem_ulonglong_broadcast(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nelems, int PE_root);
int shmem_int8_broadcast(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nelems, int PE_root);
int shmem_int16_broadcast(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nelems, int PE_root);
int shmem_int32_broadcast(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nelems, int PE_root);
int shmem_int64_broadcast(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nelems, int PE_root);
int shmem_uint8_broadcast(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nelems, int PE_root);
int shmem_uint16_broadcast(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nelems, int PE_root);
int shmem_uint32_broadcast(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nelems, int PE_root);
int shmem_uint64_broadcast(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nelems, int PE_root);
int shmem_size_broadcast(shmem_team_t team, size_t *dest, const size_t *source, size_t nelems, int PE_root);
int shmem_ptrdiff_broadcast(shmem_team_t team, ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems, int PE_root);

int shmem_broadcastmem(shmem_team_t team, void *dest, const void *source, size_t nelems, int PE_root);

int shmem_float_collect(shmem_team_t team, float *dest, const float *source, size_t nelems);
int shmem_double_collect(shmem_team_t team, double *dest, const double *source, size_t nelems);
int shmem_longdouble_collect(shmem_team_t team, long double *dest, const long double *source, size_t nelems);
int shmem_char_collect(shmem_team_t team, char *dest, const char *source, size_t nelems);
int shmem_schar_collect(shmem_team_t team, signed char *dest, const signed char *source, size_t nelems);
int shmem_short_collect(shmem_team_t team, short *dest, const short *source, size_t nelems);
int shmem_int_collect(shmem_team_t team, int *dest, const int *source, size_t nelems);
int shmem_long_collect(shmem_team_t team, long *dest, const long *source, size_t nelems);
int shmem_longlong_collect(shmem_team_t team, long long *dest, const long long *source, size_t nelems);
int shmem_uchar_collect(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nelems);
int shmem_ushort_collect(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nelems);
int shmem_uint_collect(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nelems);
int shmem_ulong_collect(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nelems);
int shmem_ulonglong_collect(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nelems);
int shmem_int8_collect(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nelems);
int shmem_int16_collect(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nelems);
int shmem_int32_collect(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nelems);
int shmem_int64_collect(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nelems);
int shmem_uint8_collect(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nelems);
int shmem_uint16_collect(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nelems);
int shmem_uint32_collect(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nelems);
int shmem_uint64_collect(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nelems);
int shmem_size_collect(shmem_team_t team, size_t *dest, const size_t *source, size_t nelems);
int shmem_ptrdiff_collect(shmem_team_t team, ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems);

int shmem_collectmem(shmem_team_t team, void *dest, const void *source, size_t nelems);

int shmem_float_fcollect(shmem_team_t team, float *dest, const float *source, size_t nelems);
int shmem_double_fcollect(shmem_team_t team, double *dest, const double *source, size_t nelems);
int shmem_longdouble_fcollect(shmem_team_t team, long double *dest, const long double *source, size_t nelems);
int shmem_char_fcollect(shmem_team_t team, char *dest, const char *source, size_t nelems);
int shmem_schar_fcollect(shmem_team_t team, signed char *dest, const signed char *source, size_t nelems);
int shmem_short_fcollect(shmem_team_t team, short *dest, const short *source, size_t nelems);
int shmem_int_fcollect(shmem_team_t team, int *dest, const int *source, size_t nelems);
int shmem_long_fcollect(shmem_team_t team, long *dest, const long *source, size_t nelems);
int shmem_longlong_fcollect(shmem_team_t team, long long *dest, const long long *source, size_t nelems);
int shmem_uchar_fcollect(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nelems);
int shmem_ushort_fcollect(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nelems);
int shmem_uint_fcollect(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nelems);
int shmem_ulong_fcollect(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nelems);
int shmem_ulonglong_fcollect(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nelems);
int shmem_int8_fcollect(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nelems);
int shmem_int16_fcollect(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nelems);
int shmem_int32_fcollect(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nelems);
int shmem_int64_fcollect(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nelems);
int shmem_uint8_fcollect(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nelems);
int shmem_uint16_fcollect(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nelems);
int shmem_uint32_fcollect(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nelems);
int shmem_uint64_fcollect(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nelems);
int shmem_size_fcollect(shmem_team_t team, size_t *dest, const size_t *source, size_t nelems);
int shmem_ptrdiff_fcollect(shmem_team_t team, ptrdiff_t *dest, const ptrdiff_t *source, size_t nelems);

int shmem_fcollectmem(shmem_team_t team, void *dest, const void *source, size_t nelems);

int shmem_uchar_and_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce);
int shmem_ushort_and_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce);
int shmem_uint_and_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce);
int shmem_ulong_and_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce);
int shmem_ulonglong_and_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce);
int shmem_int8_and_reduce(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nreduce);
int shmem_int16_and_reduce(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nreduce);
int shmem_int32_and_reduce(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nreduce);
int shmem_int64_and_reduce(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nreduce);
int shmem_uint8_and_reduce(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nreduce);
int shmem_uint16_and_reduce(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nreduce);
int shmem_uint32_and_reduce(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nreduce);
int shmem_uint64_and_reduce(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nreduce);
int shmem_size_and_reduce(shmem_team_t team, size_t *dest, const size_t *source, size_t nreduce);

int shmem_uchar_or_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce);
int shmem_ushort_or_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce);
int shmem_uint_or_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce);
int shmem_ulong_or_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce);
int shmem_ulonglong_or_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce);
int shmem_int8_or_reduce(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nreduce);
int shmem_int16_or_reduce(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nreduce);
int shmem_int32_or_reduce(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nreduce);
int shmem_int64_or_reduce(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nreduce);
int shmem_uint8_or_reduce(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nreduce);
int shmem_uint16_or_reduce(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nreduce);
int shmem_uint32_or_reduce(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nreduce);
int shmem_uint64_or_reduce(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nreduce);
int shmem_size_or_reduce(shmem_team_t team, size_t *dest, const size_t *source, size_t nreduce);

int shmem_uchar_xor_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce);
int shmem_ushort_xor_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce);
int shmem_uint_xor_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce);
int shmem_ulong_xor_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce);
int shmem_ulonglong_xor_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce);
int shmem_int8_xor_reduce(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nreduce);
int shmem_int16_xor_reduce(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nreduce);
int shmem_int32_xor_reduce(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nreduce);
int shmem_int64_xor_reduce(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nreduce);
int shmem_uint8_xor_reduce(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nreduce);
int shmem_uint16_xor_reduce(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nreduce);
int shmem_uint32_xor_reduce(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nreduce);
int shmem_uint64_xor_reduce(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nreduce);
int shmem_size_xor_reduce(shmem_team_t team, size_t *dest, const size_t *source, size_t nreduce);

int shmem_char_max_reduce(shmem_team_t team, char *dest, const char *source, size_t nreduce);
int shmem_schar_max_reduce(shmem_team_t team, signed char *dest, const signed char *source, size_t nreduce);
int shmem_short_max_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce);
int shmem_int_max_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce);
int shmem_long_max_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce);
int shmem_longlong_max_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce);
int shmem_ptrdiff_max_reduce(shmem_team_t team, ptrdiff_t *dest, const ptrdiff_t *source, size_t nreduce);
int shmem_uchar_max_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce);
int shmem_ushort_max_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce);
int shmem_uint_max_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce);
int shmem_ulong_max_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce);
int shmem_ulonglong_max_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce);
int shmem_int8_max_reduce(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nreduce);
int shmem_int16_max_reduce(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nreduce);
int shmem_int32_max_reduce(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nreduce);
int shmem_int64_max_reduce(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nreduce);
int shmem_uint8_max_reduce(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nreduce);
int shmem_uint16_max_reduce(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nreduce);
int shmem_uint32_max_reduce(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nreduce);
int shmem_uint64_max_reduce(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nreduce);
int shmem_size_max_reduce(shmem_team_t team, size_t *dest, const size_t *source, size_t nreduce);
int shmem_float_max_reduce(shmem_team_t team, float *dest, const float *source, size_t nreduce);
int shmem_double_max_reduce(shmem_team_t team, double *dest, const double *source, size_t nreduce);
int shmem_longdouble_max_reduce(shmem_team_t team, long double *dest, const long double *source, size_t nreduce);

int shmem_char_min_reduce(shmem_team_t team, char *dest, const char *source, size_t nreduce);
int shmem_schar_min_reduce(shmem_team_t team, signed char *dest, const signed char *source, size_t nreduce);
int shmem_short_min_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce);
int shmem_int_min_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce);
int shmem_long_min_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce);
int shmem_longlong_min_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce);
int shmem_ptrdiff_min_reduce(shmem_team_t team, ptrdiff_t *dest, const ptrdiff_t *source, size_t nreduce);
int shmem_uchar_min_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce);
int shmem_ushort_min_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce);
int shmem_uint_min_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce);
int shmem_ulong_min_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce);
int shmem_ulonglong_min_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce);
int shmem_int8_min_reduce(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nreduce);
int shmem_int16_min_reduce(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nreduce);
int shmem_int32_min_reduce(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nreduce);
int shmem_int64_min_reduce(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nreduce);
int shmem_uint8_min_reduce(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nreduce);
int shmem_uint16_min_reduce(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nreduce);
int shmem_uint32_min_reduce(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nreduce);
int shmem_uint64_min_reduce(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nreduce);
int shmem_size_min_reduce(shmem_team_t team, size_t *dest, const size_t *source, size_t nreduce);
int shmem_float_min_reduce(shmem_team_t team, float *dest, const float *source, size_t nreduce);
int shmem_double_min_reduce(shmem_team_t team, double *dest, const double *source, size_t nreduce);
int shmem_longdouble_min_reduce(shmem_team_t team, long double *dest, const long double *source, size_t nreduce);

int shmem_char_sum_reduce(shmem_team_t team, char *dest, const char *source, size_t nreduce);
int shmem_schar_sum_reduce(shmem_team_t team, signed char *dest, const signed char *source, size_t nreduce);
int shmem_short_sum_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce);
int shmem_int_sum_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce);
int shmem_long_sum_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce);
int shmem_longlong_sum_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce);
int shmem_ptrdiff_sum_reduce(shmem_team_t team, ptrdiff_t *dest, const ptrdiff_t *source, size_t nreduce);
int shmem_uchar_sum_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce);
int shmem_ushort_sum_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce);
int shmem_uint_sum_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce);
int shmem_ulong_sum_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce);
int shmem_ulonglong_sum_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce);
int shmem_int8_sum_reduce(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nreduce);
int shmem_int16_sum_reduce(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nreduce);
int shmem_int32_sum_reduce(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nreduce);
int shmem_int64_sum_reduce(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nreduce);
int shmem_uint8_sum_reduce(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nreduce);
int shmem_uint16_sum_reduce(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nreduce);
int shmem_uint32_sum_reduce(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nreduce);
int shmem_uint64_sum_reduce(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nreduce);
int shmem_size_sum_reduce(shmem_team_t team, size_t *dest, const size_t *source, size_t nreduce);
int shmem_float_sum_reduce(shmem_team_t team, float *dest, const float *source, size_t nreduce);
int shmem_double_sum_reduce(shmem_team_t team, double *dest, const double *source, size_t nreduce);
int shmem_longdouble_sum_reduce(shmem_team_t team, long double *dest, const long double *source, size_t nreduce);
SHMEM_EXTENSION_ int shmem_complexd_sum_reduce(shmem_team_t team, double _Complex *dest, const double _Complex *source, size_t nreduce);
SHMEM_EXTENSION_ int shmem_complexf_sum_reduce(shmem_team_t team, float _Complex *dest, const float _Complex *source, size_t nreduce);

int shmem_char_prod_reduce(shmem_team_t team, char *dest, const char *source, size_t nreduce);
int shmem_schar_prod_reduce(shmem_team_t team, signed char *dest, const signed char *source, size_t nreduce);
int shmem_short_prod_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce);
int shmem_int_prod_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce);
int shmem_long_prod_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce);
int shmem_longlong_prod_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce);
int shmem_ptrdiff_prod_reduce(shmem_team_t team, ptrdiff_t *dest, const ptrdiff_t *source, size_t nreduce);
int shmem_uchar_prod_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce);
int shmem_ushort_prod_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce);
int shmem_uint_prod_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce);
int shmem_ulong_prod_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce);
int shmem_ulonglong_prod_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce);
int shmem_int8_prod_reduce(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nreduce);
int shmem_int16_prod_reduce(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nreduce);
int shmem_int32_prod_reduce(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nreduce);
int shmem_int64_prod_reduce(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nreduce);
int shmem_uint8_prod_reduce(shmem_team_t team, uint8_t *dest, const uint8_t *source, size_t nreduce);
int shmem_uint16_prod_reduce(shmem_team_t team, uint16_t *dest, const uint16_t *source, size_t nreduce);
int shmem_uint32_prod_reduce(shmem_team_t team, uint32_t *dest, const uint32_t *source, size_t nreduce);
int shmem_uint64_prod_reduce(shmem_team_t team, uint64_t *dest, const uint64_t *source, size_t nreduce);
int shmem_size_prod_reduce(shmem_team_t team, size_t *dest, const size_t *source, size_t nreduce);
int shmem_float_prod_reduce(shmem_team_t team, float *dest, const float *source, size_t nreduce);
int shmem_double_prod_reduce(shmem_team_t team, double *dest, const double *source, size_t nreduce);
int shmem_longdouble_prod_reduce(shmem_team_t team, long double *dest, const long double *source, size_t nreduce);
SHMEM_EXTENSION_ int shmem_complexd_prod_reduce(shmem_team_t team, double _Complex *dest, const double _Complex *source, size_t nreduce);
SHMEM_EXTENSION_ int shmem_complexf_prod_reduce(shmem_team_t team, float _Complex *dest, const float _Complex *source, size_t nreduce);

void shmem_barrier(int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_sync(int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_broadcast32(void *dest, const void *source, size_t nelems, int PE_root, int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_broadcast64(void *dest, const void *source, size_t nelems, int PE_root, int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_collect32(void *dest, const void *source, size_t nelems, int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_collect64(void *dest, const void *source, size_t nelems, int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_fcollect32(void *dest, const void *source, size_t nelems, int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_fcollect64(void *dest, const void *source, size_t nelems, int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_alltoall32(void *dest, const void *source, size_t nelems, int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_alltoall64(void *dest, const void *source, size_t nelems, int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_alltoalls32(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_alltoalls64(void *dest, const void *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int PE_start, int logPE_stride, int PE_size, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_short_and_to_all(short *dest, const short *source, int nreduce, int PE_start, int logPE_stride, int PE_size, short *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_int_and_to_all(int *dest, const int *source, int nreduce, int PE_start, int logPE_stride, int PE_size, int *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_long_and_to_all(long *dest, const long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longlong_and_to_all(long long *dest, const long long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_short_or_to_all(short *dest, const short *source, int nreduce, int PE_start, int logPE_stride, int PE_size, short *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_int_or_to_all(int *dest, const int *source, int nreduce, int PE_start, int logPE_stride, int PE_size, int *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_long_or_to_all(long *dest, const long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longlong_or_to_all(long long *dest, const long long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_short_xor_to_all(short *dest, const short *source, int nreduce, int PE_start, int logPE_stride, int PE_size, short *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_int_xor_to_all(int *dest, const int *source, int nreduce, int PE_start, int logPE_stride, int PE_size, int *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_long_xor_to_all(long *dest, const long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longlong_xor_to_all(long long *dest, const long long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_short_max_to_all(short *dest, const short *source, int nreduce, int PE_start, int logPE_stride, int PE_size, short *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_int_max_to_all(int *dest, const int *source, int nreduce, int PE_start, int logPE_stride, int PE_size, int *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_long_max_to_all(long *dest, const long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longlong_max_to_all(long long *dest, const long long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_float_max_to_all(float *dest, const float *source, int nreduce, int PE_start, int logPE_stride, int PE_size, float *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_double_max_to_all(double *dest, const double *source, int nreduce, int PE_start, int logPE_stride, int PE_size, double *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longdouble_max_to_all(long double *dest, const long double *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long double *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_short_min_to_all(short *dest, const short *source, int nreduce, int PE_start, int logPE_stride, int PE_size, short *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_int_min_to_all(int *dest, const int *source, int nreduce, int PE_start, int logPE_stride, int PE_size, int *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_long_min_to_all(long *dest, const long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longlong_min_to_all(long long *dest, const long long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_float_min_to_all(float *dest, const float *source, int nreduce, int PE_start, int logPE_stride, int PE_size, float *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_double_min_to_all(double *dest, const double *source, int nreduce, int PE_start, int logPE_stride, int PE_size, double *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longdouble_min_to_all(long double *dest, const long double *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long double *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_short_sum_to_all(short *dest, const short *source, int nreduce, int PE_start, int logPE_stride, int PE_size, short *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_int_sum_to_all(int *dest, const int *source, int nreduce, int PE_start, int logPE_stride, int PE_size, int *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_long_sum_to_all(long *dest, const long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longlong_sum_to_all(long long *dest, const long long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_float_sum_to_all(float *dest, const float *source, int nreduce, int PE_start, int logPE_stride, int PE_size, float *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_double_sum_to_all(double *dest, const double *source, int nreduce, int PE_start, int logPE_stride, int PE_size, double *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longdouble_sum_to_all(long double *dest, const long double *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long double *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
SHMEM_EXTENSION_ void shmem_complexd_sum_to_all(double _Complex *dest, const double _Complex *source, int nreduce, int PE_start, int logPE_stride, int PE_size, double _Complex *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
SHMEM_EXTENSION_ void shmem_complexf_sum_to_all(float _Complex *dest, const float _Complex *source, int nreduce, int PE_start, int logPE_stride, int PE_size, float _Complex *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_short_prod_to_all(short *dest, const short *source, int nreduce, int PE_start, int logPE_stride, int PE_size, short *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_int_prod_to_all(int *dest, const int *source, int nreduce, int PE_start, int logPE_stride, int PE_size, int *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_long_prod_to_all(long *dest, const long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longlong_prod_to_all(long long *dest, const long long *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long long *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_float_prod_to_all(float *dest, const float *source, int nreduce, int PE_start, int logPE_stride, int PE_size, float *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_double_prod_to_all(double *dest, const double *source, int nreduce, int PE_start, int logPE_stride, int PE_size, double *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
void shmem_longdouble_prod_to_all(long double *dest, const long double *source, int nreduce, int PE_start, int logPE_stride, int PE_size, long double *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
SHMEM_EXTENSION_ void shmem_complexd_prod_to_all(double _Complex *dest, const double _Complex *source, int nreduce, int PE_start, int logPE_stride, int PE_size, double _Complex *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");
SHMEM_EXTENSION_ void shmem_complexf_prod_to_all(float _Complex *dest, const float _Complex *source, int nreduce, int PE_start, int logPE_stride, int PE_size, float _Complex *pWrk, long *pSync) SHMEM_DEPRECATED_("1.5");

void shmem_int_wait_until(const volatile int *ivar, int cmp, int cmp_value);
void shmem_long_wait_until(const volatile long *ivar, int cmp, long cmp_value);
void shmem_longlong_wait_until(const volatile long long *ivar, int cmp, long long cmp_value);
void shmem_uint_wait_until(const volatile unsigned int *ivar, int cmp, unsigned int cmp_value);
void shmem_ulong_wait_until(const volatile unsigned long *ivar, int cmp, unsigned long cmp_value);
void shmem_ulonglong_wait_until(const volatile unsigned long long *ivar, int cmp, unsigned long long cmp_value);
void shmem_int32_wait_until(const volatile int32_t *ivar, int cmp, int32_t cmp_value);
void shmem_int64_wait_until(const volatile int64_t *ivar, int cmp, int64_t cmp_value);
void shmem_uint32_wait_until(const volatile uint32_t *ivar, int cmp, uint32_t cmp_value);
void shmem_uint64_wait_until(const volatile uint64_t *ivar, int cmp, uint64_t cmp_value);
void shmem_size_wait_until(const volatile size_t *ivar, int cmp, size_t cmp_value);
void shmem_ptrdiff_wait_until(const volatile ptrdiff_t *ivar, int cmp, ptrdiff_t cmp_value);

void shmem_int_wait_until_all(const volatile int *ivars, size_t nelems, const int *status, int cmp, int cmp_value);
void shmem_long_wait_until_all(const volatile long *ivars, size_t nelems, const int *status, int cmp, long cmp_value);
void shmem_longlong_wait_until_all(const volatile long long *ivars, size_t nelems, const int *status, int cmp, long long cmp_value);
void shmem_uint_wait_until_all(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, unsigned int cmp_value);
void shmem_ulong_wait_until_all(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, unsigned long cmp_value);
void shmem_ulonglong_wait_until_all(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, unsigned long long cmp_value);
void shmem_int32_wait_until_all(const volatile int32_t *ivars, size_t nelems, const int *status, int cmp, int32_t cmp_value);
void shmem_int64_wait_until_all(const volatile int64_t *ivars, size_t nelems, const int *status, int cmp, int64_t cmp_value);
void shmem_uint32_wait_until_all(const volatile uint32_t *ivars, size_t nelems, const int *status, int cmp, uint32_t cmp_value);
void shmem_uint64_wait_until_all(const volatile uint64_t *ivars, size_t nelems, const int *status, int cmp, uint64_t cmp_value);
void shmem_size_wait_until_all(const volatile size_t *ivars, size_t nelems, const int *status, int cmp, size_t cmp_value);
void shmem_ptrdiff_wait_until_all(const volatile ptrdiff_t *ivars, size_t nelems, const int *status, int cmp, ptrdiff_t cmp_value);

size_t shmem_int_wait_until_any(const volatile int *ivars, size_t nelems, const int *status, int cmp, int cmp_value);
size_t shmem_long_wait_until_any(const volatile long *ivars, size_t nelems, const int *status, int cmp, long cmp_value);
size_t shmem_longlong_wait_until_any(const volatile long long *ivars, size_t nelems, const int *status, int cmp, long long cmp_value);
size_t shmem_uint_wait_until_any(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, unsigned int cmp_value);
size_t shmem_ulong_wait_until_any(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, unsigned long cmp_value);
size_t shmem_ulonglong_wait_until_any(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, unsigned long long cmp_value);
size_t shmem_int32_wait_until_any(const volatile int32_t *ivars, size_t nelems, const int *status, int cmp, int32_t cmp_value);
size_t shmem_int64_wait_until_any(const volatile int64_t *ivars, size_t nelems, const int *status, int cmp, int64_t cmp_value);
size_t shmem_uint32_wait_until_any(const volatile uint32_t *ivars, size_t nelems, const int *status, int cmp, uint32_t cmp_value);
size_t shmem_uint64_wait_until_any(const volatile uint64_t *ivars, size_t nelems, const int *status, int cmp, uint64_t cmp_value);
size_t shmem_size_wait_until_any(const volatile size_t *ivars, size_t nelems, const int *status, int cmp, size_t cmp_value);
size_t shmem_ptrdiff_wait_until_any(const volatile ptrdiff_t *ivars, size_t nelems, const int *status, int cmp, ptrdiff_t cmp_value);

size_t shmem_int_wait_until_some(const volatile int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, int cmp_value);
size_t shmem_long_wait_until_some(const volatile long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, long cmp_value);
size_t shmem_longlong_wait_until_some(const volatile long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, long long cmp_value);
size_t shmem_uint_wait_until_some(const volatile unsigned int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned int cmp_value);
size_t shmem_ulong_wait_until_some(const volatile unsigned long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned long cmp_value);
size_t shmem_ulonglong_wait_until_some(const volatile unsigned long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned long long cmp_value);
size_t shmem_int32_wait_until_some(const volatile int32_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, int32_t cmp_value);
size_t shmem_int64_wait_until_some(const volatile int64_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, int64_t cmp_value);
size_t shmem_uint32_wait_until_some(const volatile uint32_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, uint32_t cmp_value);
size_t shmem_uint64_wait_until_some(const volatile uint64_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, uint64_t cmp_value);
size_t shmem_size_wait_until_some(const volatile size_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, size_t cmp_value);
size_t shmem_ptrdiff_wait_until_some(const volatile ptrdiff_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, ptrdiff_t cmp_value);

void shmem_int_wait_until_all_vector(const volatile int *ivars, size_t nelems, const int *status, int cmp, const int *cmp_values);
void shmem_long_wait_until_all_vector(const volatile long *ivars, size_t nelems, const int *status, int cmp, const long *cmp_values);
void shmem_longlong_wait_until_all_vector(const volatile long long *ivars, size_t nelems, const int *status, int cmp, const long long *cmp_values);
void shmem_uint_wait_until_all_vector(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, const unsigned int *cmp_values);
void shmem_ulong_wait_until_all_vector(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, const unsigned long *cmp_values);
void shmem_ulonglong_wait_until_all_vector(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, const unsigned long long *cmp_values);
void shmem_int32_wait_until_all_vector(const volatile int32_t *ivars, size_t nelems, const int *status, int cmp, const int32_t *cmp_values);
void shmem_int64_wait_until_all_vector(const volatile int64_t *ivars, size_t nelems, const int *status, int cmp, const int64_t *cmp_values);
void shmem_uint32_wait_until_all_vector(const volatile uint32_t *ivars, size_t nelems, const int *status, int cmp, const uint32_t *cmp_values);
void shmem_uint64_wait_until_all_vector(const volatile uint64_t *ivars, size_t nelems, const int *status, int cmp, const uint64_t *cmp_values);
void shmem_size_wait_until_all_vector(const volatile size_t *ivars, size_t nelems, const int *status, int cmp, const size_t *cmp_values);
void shmem_ptrdiff_wait_until_all_vector(const volatile ptrdiff_t *ivars, size_t nelems, const int *status, int cmp, const ptrdiff_t *cmp_values);

size_t shmem_int_wait_until_any_vector(const volatile int *ivars, size_t nelems, const int *status, int cmp, const int *cmp_values);
size_t shmem_long_wait_until_any_vector(const volatile long *ivars, size_t nelems, const int *status, int cmp, const long *cmp_values);
size_t shmem_longlong_wait_until_any_vector(const volatile long long *ivars, size_t nelems, const int *status, int cmp, const long long *cmp_values);
size_t shmem_uint_wait_until_any_vector(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, const unsigned int *cmp_values);
size_t shmem_ulong_wait_until_any_vector(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, const unsigned long *cmp_values);
size_t shmem_ulonglong_wait_until_any_vector(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, const unsigned long long *cmp_values);
size_t shmem_int32_wait_until_any_vector(const volatile int32_t *ivars, size_t nelems, const int *status, int cmp, const int32_t *cmp_values);
size_t shmem_int64_wait_until_any_vector(const volatile int64_t *ivars, size_t nelems, const int *status, int cmp, const int64_t *cmp_values);
size_t shmem_uint32_wait_until_any_vector(const volatile uint32_t *ivars, size_t nelems, const int *status, int cmp, const uint32_t *cmp_values);
size_t shmem_uint64_wait_until_any_vector(const volatile uint64_t *ivars, size_t nelems, const int *status, int cmp, const uint64_t *cmp_values);
size_t shmem_size_wait_until_any_vector(const volatile size_t *ivars, size_t nelems, const int *status, int cmp, const size_t *cmp_values);
size_t shmem_ptrdiff_wait_until_any_vector(const volatile ptrdiff_t *ivars, size_t nelems, const int *status, int cmp, const ptrdiff_t *cmp_values);

size_t shmem_int_wait_until_some_vector(const volatile int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const int *cmp_values);
size_t shmem_long_wait_until_some_vector(const volatile long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const long *cmp_values);
size_t shmem_longlong_wait_until_some_vector(const volatile long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const long long *cmp_values);
size_t shmem_uint_wait_until_some_vector(const volatile unsigned int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned int *cmp_values);
size_t shmem_ulong_wait_until_some_vector(const volatile unsigned long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned long *cmp_values);
size_t shmem_ulonglong_wait_until_some_vector(const volatile unsigned long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned long long *cmp_values);
size_t shmem_int32_wait_until_some_vector(const volatile int32_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const int32_t *cmp_values);
size_t shmem_int64_wait_until_some_vector(const volatile int64_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const int64_t *cmp_values);
size_t shmem_uint32_wait_until_some_vector(const volatile uint32_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const uint32_t *cmp_values);
size_t shmem_uint64_wait_until_some_vector(const volatile uint64_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const uint64_t *cmp_values);
size_t shmem_size_wait_until_some_vector(const volatile size_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const size_t *cmp_values);
size_t shmem_ptrdiff_wait_until_some_vector(const volatile ptrdiff_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const ptrdiff_t *cmp_values);

int shmem_int_test(const volatile int *ivar, int cmp, int cmp_value);
int shmem_long_test(const volatile long *ivar, int cmp, long cmp_value);
int shmem_longlong_test(const volatile long long *ivar, int cmp, long long cmp_value);
int shmem_uint_test(const volatile unsigned int *ivar, int cmp, unsigned int cmp_value);
int shmem_ulong_test(const volatile unsigned long *ivar, int cmp, unsigned long cmp_value);
int shmem_ulonglong_test(const volatile unsigned long long *ivar, int cmp, unsigned long long cmp_value);
int shmem_int32_test(const volatile int32_t *ivar, int cmp, int32_t cmp_value);
int shmem_int64_test(const volatile int64_t *ivar, int cmp, int64_t cmp_value);
int shmem_uint32_test(const volatile uint32_t *ivar, int cmp, uint32_t cmp_value);
int shmem_uint64_test(const volatile uint64_t *ivar, int cmp, uint64_t cmp_value);
int shmem_size_test(const volatile size_t *ivar, int cmp, size_t cmp_value);
int shmem_ptrdiff_test(const volatile ptrdiff_t *ivar, int cmp, ptrdiff_t cmp_value);

int shmem_int_test_all(const volatile int *ivars, size_t nelems, const int *status, int cmp, int cmp_value);
int shmem_long_test_all(const volatile long *ivars, size_t nelems, const int *status, int cmp, long cmp_value);
int shmem_longlong_test_all(const volatile long long *ivars, size_t nelems, const int *status, int cmp, long long cmp_value);
int shmem_uint_test_all(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, unsigned int cmp_value);
int shmem_ulong_test_all(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, unsigned long cmp_value);
int shmem_ulonglong_test_all(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, unsigned long long cmp_value);
int shmem_int32_test_all(const volatile int32_t *ivars, size_t nelems, const int *status, int cmp, int32_t cmp_value);
int shmem_int64_test_all(const volatile int64_t *ivars, size_t nelems, const int *status, int cmp, int64_t cmp_value);
int shmem_uint32_test_all(const volatile uint32_t *ivars, size_t nelems, const int *status, int cmp, uint32_t cmp_value);
int shmem_uint64_test_all(const volatile uint64_t *ivars, size_t nelems, const int *status, int cmp, uint64_t cmp_value);
int shmem_size_test_all(const volatile size_t *ivars, size_t nelems, const int *status, int cmp, size_t cmp_value);
int shmem_ptrdiff_test_all(const volatile ptrdiff_t *ivars, size_t nelems, const int *status, int cmp, ptrdiff_t cmp_value);

size_t shmem_int_test_any(const volatile int *ivars, size_t nelems, const int *status, int cmp, int cmp_value);
size_t shmem_long_test_any(const volatile long *ivars, size_t nelems, const int *status, int cmp, long cmp_value);
size_t shmem_longlong_test_any(const volatile long long *ivars, size_t nelems, const int *status, int cmp, long long cmp_value);
size_t shmem_uint_test_any(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, unsigned int cmp_value);
size_t shmem_ulong_test_any(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, unsigned long cmp_value);
size_t shmem_ulonglong_test_any(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, unsigned long long cmp_value);
size_t shmem_int32_test_any(const volatile int32_t *ivars, size_t nelems, const int *status, int cmp, int32_t cmp_value);
size_t shmem_int64_test_any(const volatile int64_t *ivars, size_t nelems, const int *status, int cmp, int64_t cmp_value);
size_t shmem_uint32_test_any(const volatile uint32_t *ivars, size_t nelems, const int *status, int cmp, uint32_t cmp_value);
size_t shmem_uint64_test_any(const volatile uint64_t *ivars, size_t nelems, const int *status, int cmp, uint64_t cmp_value);
size_t shmem_size_test_any(const volatile size_t *ivars, size_t nelems, const int *status, int cmp, size_t cmp_value);
size_t shmem_ptrdiff_test_any(const volatile ptrdiff_t *ivars, size_t nelems, const int *status, int cmp, ptrdiff_t cmp_value);

size_t shmem_int_test_some(const volatile int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, int cmp_value);
size_t shmem_long_test_some(const volatile long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, long cmp_value);
size_t shmem_longlong_test_some(const volatile long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, long long cmp_value);
size_t shmem_uint_test_some(const volatile unsigned int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned int cmp_value);
size_t shmem_ulong_test_some(const volatile unsigned long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned long cmp_value);
size_t shmem_ulonglong_test_some(const volatile unsigned long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned long long cmp_value);
size_t shmem_int32_test_some(const volatile int32_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, int32_t cmp_value);
size_t shmem_int64_test_some(const volatile int64_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, int64_t cmp_value);
size_t shmem_uint32_test_some(const volatile uint32_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, uint32_t cmp_value);
size_t shmem_uint64_test_some(const volatile uint64_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, uint64_t cmp_value);
size_t shmem_size_test_some(const volatile size_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, size_t cmp_value);
size_t shmem_ptrdiff_test_some(const volatile ptrdiff_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, ptrdiff_t cmp_value);

int shmem_int_test_all_vector(const volatile int *ivars, size_t nelems, const int *status, int cmp, const int *cmp_values);
int shmem_long_test_all_vector(const volatile long *ivars, size_t nelems, const int *status, int cmp, const long *cmp_values);
int shmem_longlong_test_all_vector(const volatile long long *ivars, size_t nelems, const int *status, int cmp, const long long *cmp_values);
int shmem_uint_test_all_vector(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, const unsigned int *cmp_values);
int shmem_ulong_test_all_vector(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, const unsigned long *cmp_values);
int shmem_ulonglong_test_all_vector(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, const unsigned long long *cmp_values);
int shmem_int32_test_all_vector(const volatile int32_t *ivars, size_t nelems, const int *status, int cmp, const int32_t *cmp_values);
int shmem_int64_test_all_vector(const volatile int64_t *ivars, size_t nelems, const int *status, int cmp, const int64_t *cmp_values);
int shmem_uint32_test_all_vector(const volatile uint32_t *ivars, size_t nelems, const int *status, int cmp, const uint32_t *cmp_values);
int shmem_uint64_test_all_vector(const volatile uint64_t *ivars, size_t nelems, const int *status, int cmp, const uint64_t *cmp_values);
int shmem_size_test_all_vector(const volatile size_t *ivars, size_t nelems, const int *status, int cmp, const size_t *cmp_values);
int shmem_ptrdiff_test_all_vector(const volatile ptrdiff_t *ivars, size_t nelems, const int *status, int cmp, const ptrdiff_t *cmp_values);

size_t shmem_int_test_any_vector(const volatile int *ivars, size_t nelems, const int *status, int cmp, const int *cmp_values);
size_t shmem_long_test_any_vector(const volatile long *ivars, size_t nelems, const int *status, int cmp, const long *cmp_values);
size_t shmem_longlong_test_any_vector(const volatile long long *ivars, size_t nelems, const int *status, int cmp, const long long *cmp_values);
size_t shmem_uint_test_any_vector(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, const unsigned int *cmp_values);
size_t shmem_ulong_test_any_vector(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, const unsigned long *cmp_values);
size_t shmem_ulonglong_test_any_vector(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, const unsigned long long *cmp_values);
size_t shmem_int32_test_any_vector(const volatile int32_t *ivars, size_t nelems, const int *status, int cmp, const int32_t *cmp_values);
size_t shmem_int64_test_any_vector(const volatile int64_t *ivars, size_t nelems, const int *status, int cmp, const int64_t *cmp_values);
size_t shmem_uint32_test_any_vector(const volatile uint32_t *ivars, size_t nelems, const int *status, int cmp, const uint32_t *cmp_values);
size_t shmem_uint64_test_any_vector(const volatile uint64_t *ivars, size_t nelems, const int *status, int cmp, const uint64_t *cmp_values);
size_t shmem_size_test_any_vector(const volatile size_t *ivars, size_t nelems, const int *status, int cmp, const size_t *cmp_values);
size_t shmem_ptrdiff_test_any_vector(const volatile ptrdiff_t *ivars, size_t nelems, const int *status, int cmp, const ptrdiff_t *cmp_values);

size_t shmem_int_test_some_vector(const volatile int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const int *cmp_values);
size_t shmem_long_test_some_vector(const volatile long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const long *cmp_values);
size_t shmem_longlong_test_some_vector(const volatile long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const long long *cmp_values);
size_t shmem_uint_test_some_vector(const volatile unsigned int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned int *cmp_values);
size_t shmem_ulong_test_some_vector(const volatile unsigned long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned long *cmp_values);
size_t shmem_ulonglong_test_some_vector(const volatile unsigned long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned long long *cmp_values);
size_t shmem_int32_test_some_vector(const volatile int32_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const int32_t *cmp_values);
size_t shmem_int64_test_some_vector(const volatile int64_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const int64_t *cmp_values);
size_t shmem_uint32_test_some_vector(const volatile uint32_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const uint32_t *cmp_values);
size_t shmem_uint64_test_some_vector(const volatile uint64_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const uint64_t *cmp_values);
size_t shmem_size_test_some_vector(const volatile size_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const size_t *cmp_values);
size_t shmem_ptrdiff_test_some_vector(const volatile ptrdiff_t *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const ptrdiff_t *cmp_values);

void shmem_short_wait_until(const volatile short *ivar, int cmp, short cmp_value) SHMEM_DEPRECATED_("1.5");
void shmem_ushort_wait_until(const volatile unsigned short *ivar, int cmp, unsigned short cmp_value) SHMEM_DEPRECATED_("1.5");

int shmem_short_test(const volatile short *ivar, int cmp, short cmp_value) SHMEM_DEPRECATED_("1.5");
int shmem_ushort_test(const volatile unsigned short *ivar, int cmp, unsigned short cmp_value) SHMEM_DEPRECATED_("1.5");

void shmem_wait_until(const volatile long *ivar, int cmp, long cmp_value) SHMEM_DEPRECATED_("1.4");
void shmem_wait(const volatile long *ivar, long cmp_value) SHMEM_DEPRECATED_("1.4");

void shmem_short_wait(const volatile short *ivar, short cmp_value) SHMEM_DEPRECATED_("1.4");
void shmem_int_wait(const volatile int *ivar, int cmp_value) SHMEM_DEPRECATED_("1.4");
void shmem_long_wait(const volatile long *ivar, long cmp_value) SHMEM_DEPRECATED_("1.4");
void shmem_longlong_wait(const volatile long long *ivar, long long cmp_value) SHMEM_DEPRECATED_("1.4");

void shmem_fence(void);
void shmem_ctx_fence(shmem_ctx_t ctx);
void shmem_quiet(void);
void shmem_ctx_quiet(shmem_ctx_t ctx);
void shmem_set_lock(volatile long *lock);
void shmem_clear_lock(volatile long *lock);
int shmem_test_lock(volatile long *lock);
void shmem_pcontrol(int level, ...);
void shmem_clear_cache_inv(void) SHMEM_DEPRECATED_("1.3");
void shmem_set_cache_inv(void) SHMEM_DEPRECATED_("1.3");
void shmem_clear_cache_line_inv(void *dest) SHMEM_DEPRECATED_("1.3");
void shmem_set_cache_line_inv(void *dest) SHMEM_DEPRECATED_("1.3");
void shmem_udcflush(void) SHMEM_DEPRECATED_("1.3");
void shmem_udcflush_line(void *dest) SHMEM_DEPRECATED_("1.3");

int shmem_short_and_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce);
int shmem_int_and_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce);
int shmem_long_and_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce);
int shmem_longlong_and_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce);

int shmem_short_or_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce);
int shmem_int_or_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce);
int shmem_long_or_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce);
int shmem_longlong_or_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce);

int shmem_short_xor_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce);
int shmem_int_xor_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce);
int shmem_long_xor_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce);
int shmem_longlong_xor_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce);

int shmem_int_atomic_fetch_and(volatile int *dest, int value, int pe);
long shmem_long_atomic_fetch_and(volatile long *dest, long value, int pe);
long long shmem_longlong_atomic_fetch_and(volatile long long *dest, long long value, int pe);
int shmem_ctx_int_atomic_fetch_and(shmem_ctx_t ctx, volatile int *dest, int value, int pe);
long shmem_ctx_long_atomic_fetch_and(shmem_ctx_t ctx, volatile long *dest, long value, int pe);
long long shmem_ctx_longlong_atomic_fetch_and(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe);

void shmem_int_atomic_and(volatile int *dest, int value, int pe);
void shmem_long_atomic_and(volatile long *dest, long value, int pe);
void shmem_longlong_atomic_and(volatile long long *dest, long long value, int pe);
void shmem_ctx_int_atomic_and(shmem_ctx_t ctx, volatile int *dest, int value, int pe);
void shmem_ctx_long_atomic_and(shmem_ctx_t ctx, volatile long *dest, long value, int pe);
void shmem_ctx_longlong_atomic_and(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe);

int shmem_int_atomic_fetch_or(volatile int *dest, int value, int pe);
long shmem_long_atomic_fetch_or(volatile long *dest, long value, int pe);
long long shmem_longlong_atomic_fetch_or(volatile long long *dest, long long value, int pe);
int shmem_ctx_int_atomic_fetch_or(shmem_ctx_t ctx, volatile int *dest, int value, int pe);
long shmem_ctx_long_atomic_fetch_or(shmem_ctx_t ctx, volatile long *dest, long value, int pe);
long long shmem_ctx_longlong_atomic_fetch_or(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe);

void shmem_int_atomic_or(volatile int *dest, int value, int pe);
void shmem_long_atomic_or(volatile long *dest, long value, int pe);
void shmem_longlong_atomic_or(volatile long long *dest, long long value, int pe);
void shmem_ctx_int_atomic_or(shmem_ctx_t ctx, volatile int *dest, int value, int pe);
void shmem_ctx_long_atomic_or(shmem_ctx_t ctx, volatile long *dest, long value, int pe);
void shmem_ctx_longlong_atomic_or(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe);

int shmem_int_atomic_fetch_xor(volatile int *dest, int value, int pe);
long shmem_long_atomic_fetch_xor(volatile long *dest, long value, int pe);
long long shmem_longlong_atomic_fetch_xor(volatile long long *dest, long long value, int pe);
int shmem_ctx_int_atomic_fetch_xor(shmem_ctx_t ctx, volatile int *dest, int value, int pe);
long shmem_ctx_long_atomic_fetch_xor(shmem_ctx_t ctx, volatile long *dest, long value, int pe);
long long shmem_ctx_longlong_atomic_fetch_xor(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe);

void shmem_int_atomic_xor(volatile int *dest, int value, int pe);
void shmem_long_atomic_xor(volatile long *dest, long value, int pe);
void shmem_longlong_atomic_xor(volatile long long *dest, long long value, int pe);
void shmem_ctx_int_atomic_xor(shmem_ctx_t ctx, volatile int *dest, int value, int pe);
void shmem_ctx_long_atomic_xor(shmem_ctx_t ctx, volatile long *dest, long value, int pe);
void shmem_ctx_longlong_atomic_xor(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe);

void shmem_short_wait_until_all(const volatile short *ivars, size_t nelems, const int *status, int cmp, short cmp_value) SHMEM_DEPRECATED_("1.5");
void shmem_ushort_wait_until_all(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, unsigned short cmp_value) SHMEM_DEPRECATED_("1.5");

size_t shmem_short_wait_until_any(const volatile short *ivars, size_t nelems, const int *status, int cmp, short cmp_value) SHMEM_DEPRECATED_("1.5");
size_t shmem_ushort_wait_until_any(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, unsigned short cmp_value) SHMEM_DEPRECATED_("1.5");

size_t shmem_short_wait_until_some(const volatile short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, short cmp_value) SHMEM_DEPRECATED_("1.5");
size_t shmem_ushort_wait_until_some(const volatile unsigned short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned short cmp_value) SHMEM_DEPRECATED_("1.5");

void shmem_short_wait_until_all_vector(const volatile short *ivars, size_t nelems, const int *status, int cmp, const short *cmp_values) SHMEM_DEPRECATED_("1.5");
void shmem_ushort_wait_until_all_vector(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, const unsigned short *cmp_values) SHMEM_DEPRECATED_("1.5");

size_t shmem_short_wait_until_any_vector(const volatile short *ivars, size_t nelems, const int *status, int cmp, const short *cmp_values) SHMEM_DEPRECATED_("1.5");
size_t shmem_ushort_wait_until_any_vector(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, const unsigned short *cmp_values) SHMEM_DEPRECATED_("1.5");

size_t shmem_short_wait_until_some_vector(const volatile short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const short *cmp_values) SHMEM_DEPRECATED_("1.5");
size_t shmem_ushort_wait_until_some_vector(const volatile unsigned short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned short *cmp_values) SHMEM_DEPRECATED_("1.5");

int shmem_short_test_all(const volatile short *ivars, size_t nelems, const int *status, int cmp, short cmp_value) SHMEM_DEPRECATED_("1.5");
int shmem_ushort_test_all(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, unsigned short cmp_value) SHMEM_DEPRECATED_("1.5");

size_t shmem_short_test_any(const volatile short *ivars, size_t nelems, const int *status, int cmp, short cmp_value) SHMEM_DEPRECATED_("1.5");
size_t shmem_ushort_test_any(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, unsigned short cmp_value) SHMEM_DEPRECATED_("1.5");

size_t shmem_short_test_some(const volatile short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, short cmp_value) SHMEM_DEPRECATED_("1.5");
size_t shmem_ushort_test_some(const volatile unsigned short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned short cmp_value) SHMEM_DEPRECATED_("1.5");

int shmem_short_test_all_vector(const volatile short *ivars, size_t nelems, const int *status, int cmp, const short *cmp_values) SHMEM_DEPRECATED_("1.5");
int shmem_ushort_test_all_vector(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, const unsigned short *cmp_values) SHMEM_DEPRECATED_("1.5");

size_t shmem_short_test_any_vector(const volatile short *ivars, size_t nelems, const int *status, int cmp, const short *cmp_values) SHMEM_DEPRECATED_("1.5");
size_t shmem_ushort_test_any_vector(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, const unsigned short *cmp_values) SHMEM_DEPRECATED_("1.5");

size_t shmem_short_test_some_vector(const volatile short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const short *cmp_values) SHMEM_DEPRECATED_("1.5");
size_t shmem_ushort_test_some_vector(const volatile unsigned short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned short *cmp_values) SHMEM_DEPRECATED_("1.5");

unsigned int shmem_uint_fetch(const volatile unsigned int *source, int pe) SHMEM_DEPRECATED_("1.4");
unsigned long shmem_ulong_fetch(const volatile unsigned long *source, int pe) SHMEM_DEPRECATED_("1.4");
unsigned long long shmem_ulonglong_fetch(const volatile unsigned long long *source, int pe) SHMEM_DEPRECATED_("1.4");
int32_t shmem_int32_fetch(const volatile int32_t *source, int pe) SHMEM_DEPRECATED_("1.4");
int64_t shmem_int64_fetch(const volatile int64_t *source, int pe) SHMEM_DEPRECATED_("1.4");
uint32_t shmem_uint32_fetch(const volatile uint32_t *source, int pe) SHMEM_DEPRECATED_("1.4");
uint64_t shmem_uint64_fetch(const volatile uint64_t *source, int pe) SHMEM_DEPRECATED_("1.4");
size_t shmem_size_fetch(const volatile size_t *source, int pe) SHMEM_DEPRECATED_("1.4");
ptrdiff_t shmem_ptrdiff_fetch(const volatile ptrdiff_t *source, int pe) SHMEM_DEPRECATED_("1.4");

void shmem_uint_set(volatile unsigned int *dest, unsigned int value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_ulong_set(volatile unsigned long *dest, unsigned long value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_ulonglong_set(volatile unsigned long long *dest, unsigned long long value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_int32_set(volatile int32_t *dest, int32_t value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_int64_set(volatile int64_t *dest, int64_t value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_uint32_set(volatile uint32_t *dest, uint32_t value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_uint64_set(volatile uint64_t *dest, uint64_t value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_size_set(volatile size_t *dest, size_t value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_ptrdiff_set(volatile ptrdiff_t *dest, ptrdiff_t value, int pe) SHMEM_DEPRECATED_("1.4");

unsigned int shmem_uint_cswap(volatile unsigned int *dest, unsigned int cond, unsigned int value, int pe) SHMEM_DEPRECATED_("1.4");
unsigned long shmem_ulong_cswap(volatile unsigned long *dest, unsigned long cond, unsigned long value, int pe) SHMEM_DEPRECATED_("1.4");
unsigned long long shmem_ulonglong_cswap(volatile unsigned long long *dest, unsigned long long cond, unsigned long long value, int pe) SHMEM_DEPRECATED_("1.4");
int32_t shmem_int32_cswap(volatile int32_t *dest, int32_t cond, int32_t value, int pe) SHMEM_DEPRECATED_("1.4");
int64_t shmem_int64_cswap(volatile int64_t *dest, int64_t cond, int64_t value, int pe) SHMEM_DEPRECATED_("1.4");
uint32_t shmem_uint32_cswap(volatile uint32_t *dest, uint32_t cond, uint32_t value, int pe) SHMEM_DEPRECATED_("1.4");
uint64_t shmem_uint64_cswap(volatile uint64_t *dest, uint64_t cond, uint64_t value, int pe) SHMEM_DEPRECATED_("1.4");
size_t shmem_size_cswap(volatile size_t *dest, size_t cond, size_t value, int pe) SHMEM_DEPRECATED_("1.4");
ptrdiff_t shmem_ptrdiff_cswap(volatile ptrdiff_t *dest, ptrdiff_t cond, ptrdiff_t value, int pe) SHMEM_DEPRECATED_("1.4");

unsigned int shmem_uint_swap(volatile unsigned int *dest, unsigned int value, int pe) SHMEM_DEPRECATED_("1.4");
unsigned long shmem_ulong_swap(volatile unsigned long *dest, unsigned long value, int pe) SHMEM_DEPRECATED_("1.4");
unsigned long long shmem_ulonglong_swap(volatile unsigned long long *dest, unsigned long long value, int pe) SHMEM_DEPRECATED_("1.4");
int32_t shmem_int32_swap(volatile int32_t *dest, int32_t value, int pe) SHMEM_DEPRECATED_("1.4");
int64_t shmem_int64_swap(volatile int64_t *dest, int64_t value, int pe) SHMEM_DEPRECATED_("1.4");
uint32_t shmem_uint32_swap(volatile uint32_t *dest, uint32_t value, int pe) SHMEM_DEPRECATED_("1.4");
uint64_t shmem_uint64_swap(volatile uint64_t *dest, uint64_t value, int pe) SHMEM_DEPRECATED_("1.4");
size_t shmem_size_swap(volatile size_t *dest, size_t value, int pe) SHMEM_DEPRECATED_("1.4");
ptrdiff_t shmem_ptrdiff_swap(volatile ptrdiff_t *dest, ptrdiff_t value, int pe) SHMEM_DEPRECATED_("1.4");

unsigned int shmem_uint_finc(volatile unsigned int *dest, int pe) SHMEM_DEPRECATED_("1.4");
unsigned long shmem_ulong_finc(volatile unsigned long *dest, int pe) SHMEM_DEPRECATED_("1.4");
unsigned long long shmem_ulonglong_finc(volatile unsigned long long *dest, int pe) SHMEM_DEPRECATED_("1.4");
int32_t shmem_int32_finc(volatile int32_t *dest, int pe) SHMEM_DEPRECATED_("1.4");
int64_t shmem_int64_finc(volatile int64_t *dest, int pe) SHMEM_DEPRECATED_("1.4");
uint32_t shmem_uint32_finc(volatile uint32_t *dest, int pe) SHMEM_DEPRECATED_("1.4");
uint64_t shmem_uint64_finc(volatile uint64_t *dest, int pe) SHMEM_DEPRECATED_("1.4");
size_t shmem_size_finc(volatile size_t *dest, int pe) SHMEM_DEPRECATED_("1.4");
ptrdiff_t shmem_ptrdiff_finc(volatile ptrdiff_t *dest, int pe) SHMEM_DEPRECATED_("1.4");

void shmem_uint_inc(volatile unsigned int *dest, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_ulong_inc(volatile unsigned long *dest, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_ulonglong_inc(volatile unsigned long long *dest, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_int32_inc(volatile int32_t *dest, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_int64_inc(volatile int64_t *dest, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_uint32_inc(volatile uint32_t *dest, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_uint64_inc(volatile uint64_t *dest, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_size_inc(volatile size_t *dest, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_ptrdiff_inc(volatile ptrdiff_t *dest, int pe) SHMEM_DEPRECATED_("1.4");

unsigned int shmem_uint_fadd(volatile unsigned int *dest, unsigned int value, int pe) SHMEM_DEPRECATED_("1.4");
unsigned long shmem_ulong_fadd(volatile unsigned long *dest, unsigned long value, int pe) SHMEM_DEPRECATED_("1.4");
unsigned long long shmem_ulonglong_fadd(volatile unsigned long long *dest, unsigned long long value, int pe) SHMEM_DEPRECATED_("1.4");
int32_t shmem_int32_fadd(volatile int32_t *dest, int32_t value, int pe) SHMEM_DEPRECATED_("1.4");
int64_t shmem_int64_fadd(volatile int64_t *dest, int64_t value, int pe) SHMEM_DEPRECATED_("1.4");
uint32_t shmem_uint32_fadd(volatile uint32_t *dest, uint32_t value, int pe) SHMEM_DEPRECATED_("1.4");
uint64_t shmem_uint64_fadd(volatile uint64_t *dest, uint64_t value, int pe) SHMEM_DEPRECATED_("1.4");
size_t shmem_size_fadd(volatile size_t *dest, size_t value, int pe) SHMEM_DEPRECATED_("1.4");
ptrdiff_t shmem_ptrdiff_fadd(volatile ptrdiff_t *dest, ptrdiff_t value, int pe) SHMEM_DEPRECATED_("1.4");

void shmem_uint_add(volatile unsigned int *dest, unsigned int value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_ulong_add(volatile unsigned long *dest, unsigned long value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_ulonglong_add(volatile unsigned long long *dest, unsigned long long value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_int32_add(volatile int32_t *dest, int32_t value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_int64_add(volatile int64_t *dest, int64_t value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_uint32_add(volatile uint32_t *dest, uint32_t value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_uint64_add(volatile uint64_t *dest, uint64_t value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_size_add(volatile size_t *dest, size_t value, int pe) SHMEM_DEPRECATED_("1.4");
void shmem_ptrdiff_add(volatile ptrdiff_t *dest, ptrdiff_t value, int pe) SHMEM_DEPRECATED_("1.4");

long shmem_swap(volatile long *dest, long value, int pe) SHMEM_DEPRECATED_("1.4");

/* Single elements and atomics are defined here, too, as what is called where it cannot be taken in: so addresses of routines, and
 * routines of a program's own in their place, are as ever. Define PANGEA_SHMEM_NO_INLINE to have every access a call. */
#if defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(PANGEA_SHMEM_NO_INLINE)

/* Set by the library: the heap without its last bytes, so that elements that begin there end in it, and how far it is to where
 * those of the first PEs are mapped. `pes` is 0 where the library has to be called: before shmem_init, over a NIC, for debugging,
 * and where a routine was replaced. `plain` is as many, for loads and stores; 0 also with more PEs than processors, where loops that
 * wait are to give way. Weak, lest a program have a copy. `const`, because a program may look at them once for many accesses: what
 * was read before shmem_init leads to the library, and is never wrong together with what is read later. */
struct pangea_shmem_ways { unsigned int pes, plain; size_t heap, room; };
extern const struct pangea_shmem_ways pangea_shmem_ways __attribute__((__weak__));
extern ptrdiff_t pangea_shmem_away[128] __attribute__((__weak__));

#define SHMEM_INLINE_ extern __inline__ __attribute__((__gnu_inline__))
/* What the compiler may not move across, as it may not across a call. Not by an `asm`, which GCC takes for one that changes
 * constants, too. */
#define SHMEM_BARRIER_() __atomic_signal_fence(__ATOMIC_SEQ_CST)

/* Whether a PE's counterpart of an element is mapped, and where. All is read before anything is compared, so that loops have it in
 * registers. */
SHMEM_INLINE_ __attribute__((__always_inline__)) int shmem_is_among_(const volatile void *address, int pe, unsigned int pes)
{
    const size_t heap = pangea_shmem_ways.heap, room = pangea_shmem_ways.room;
    return __builtin_expect((unsigned int)pe < pes && (size_t)address - heap < room, 1);
}
SHMEM_INLINE_ __attribute__((__always_inline__)) int shmem_is_near_(const volatile void *address, int pe)
{
    return shmem_is_among_(address, pe, pangea_shmem_ways.pes);
}
SHMEM_INLINE_ __attribute__((__always_inline__)) int shmem_is_plain_(const volatile void *address, int pe)
{
    return shmem_is_among_(address, pe, pangea_shmem_ways.plain);
}
SHMEM_INLINE_ __attribute__((__always_inline__)) void *shmem_at_(const volatile void *address, int pe)
{
    return (char *)(size_t)address + pangea_shmem_away[(unsigned int)pe];
}

#define SHMEM_P_(N, T) \
    extern void shmem_##N##_p_far_(T *, T, int) __asm__("shmem_" #N "_p"); \
    SHMEM_INLINE_ void shmem_##N##_p(T *dest, T value, int pe) \
    { \
        SHMEM_BARRIER_(); \
        if (shmem_is_plain_(dest, pe)) *(volatile T *)shmem_at_(dest, pe) = value; \
        else shmem_##N##_p_far_(dest, value, pe); \
    }
#define SHMEM_G_(N, T) \
    extern T shmem_##N##_g_far_(const T *, int) __asm__("shmem_" #N "_g"); \
    SHMEM_INLINE_ T shmem_##N##_g(const T *source, int pe) \
    { \
        T value; \
        if (!shmem_is_plain_(source, pe)) return shmem_##N##_g_far_(source, pe); \
        value = *(const volatile T *)shmem_at_(source, pe); \
        SHMEM_BARRIER_(); \
        return value; \
    }
#define SHMEM_ALIGNED_(address, T) __builtin_expect(((size_t)(address) & (sizeof(T) - 1)) == 0, 1)
/* An atomic without an answer, and one with, of parameters and their names. */
#define SHMEM_PLAIN_(N, T, name, declared, given, what) \
    extern void shmem_##N##_atomic_##name##_far_ declared __asm__("shmem_" #N "_atomic_" #name); \
    SHMEM_INLINE_ void shmem_##N##_atomic_##name declared \
    { \
        if (shmem_is_near_(dest, pe) && SHMEM_ALIGNED_(dest, T)) { \
            T *const at = (T *)shmem_at_(dest, pe); \
            what; \
        } else shmem_##N##_atomic_##name##_far_ given; \
    }
#define SHMEM_ANSWERED_(N, T, name, is, declared, given, what) \
    extern T shmem_##N##_atomic_##name##_far_ declared __asm__("shmem_" #N "_atomic_" #name); \
    SHMEM_INLINE_ T shmem_##N##_atomic_##name declared \
    { \
        T found; \
        if (shmem_is_##is##_(dest, pe) && SHMEM_ALIGNED_(dest, T)) { \
            T *const at = (T *)shmem_at_(dest, pe); \
            what; \
            return found; \
        } \
        return shmem_##N##_atomic_##name##_far_ given; \
    }
#define SHMEM_FETCH_(N, T) \
    SHMEM_ANSWERED_(N, T, fetch, plain, (const volatile T *dest, int pe), (dest, pe), __atomic_load(at, &found, __ATOMIC_ACQUIRE))
#define SHMEM_SET_(N, T) \
    SHMEM_PLAIN_(N, T, set, (volatile T *dest, T value, int pe), (dest, value, pe), __atomic_store(at, &value, __ATOMIC_RELEASE))
#define SHMEM_SWAP_(N, T) \
    SHMEM_ANSWERED_(N, T, swap, near, (volatile T *dest, T value, int pe), (dest, value, pe), \
                    __atomic_exchange(at, &value, &found, __ATOMIC_ACQ_REL))
#define SHMEM_COMPARE_SWAP_(N, T) \
    SHMEM_ANSWERED_(N, T, compare_swap, near, (volatile T *dest, T cond, T value, int pe), (dest, cond, value, pe), \
                    found = cond; __atomic_compare_exchange_n(at, &found, value, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
#define SHMEM_CHANGE_(N, T, name, change) \
    SHMEM_PLAIN_(N, T, name, (volatile T *dest, T value, int pe), (dest, value, pe), (void)change(at, value, __ATOMIC_ACQ_REL))
#define SHMEM_FETCH_CHANGE_(N, T, name, change) \
    SHMEM_ANSWERED_(N, T, name, near, (volatile T *dest, T value, int pe), (dest, value, pe), found = change(at, value, __ATOMIC_ACQ_REL))
#define SHMEM_INC_(N, T) \
    SHMEM_PLAIN_(N, T, inc, (volatile T *dest, int pe), (dest, pe), (void)__atomic_fetch_add(at, 1, __ATOMIC_ACQ_REL))
#define SHMEM_FETCH_INC_(N, T) \
    SHMEM_ANSWERED_(N, T, fetch_inc, near, (volatile T *dest, int pe), (dest, pe), found = __atomic_fetch_add(at, 1, __ATOMIC_ACQ_REL))
#define SHMEM_ADD_(N, T) SHMEM_CHANGE_(N, T, add, __atomic_fetch_add)
#define SHMEM_AND_(N, T) SHMEM_CHANGE_(N, T, and, __atomic_fetch_and)
#define SHMEM_OR_(N, T) SHMEM_CHANGE_(N, T, or, __atomic_fetch_or)
#define SHMEM_XOR_(N, T) SHMEM_CHANGE_(N, T, xor, __atomic_fetch_xor)
#define SHMEM_FETCH_ADD_(N, T) SHMEM_FETCH_CHANGE_(N, T, fetch_add, __atomic_fetch_add)
#define SHMEM_FETCH_AND_(N, T) SHMEM_FETCH_CHANGE_(N, T, fetch_and, __atomic_fetch_and)
#define SHMEM_FETCH_OR_(N, T) SHMEM_FETCH_CHANGE_(N, T, fetch_or, __atomic_fetch_or)
#define SHMEM_FETCH_XOR_(N, T) SHMEM_FETCH_CHANGE_(N, T, fetch_xor, __atomic_fetch_xor)

SHMEM_P_(float, float)
SHMEM_P_(double, double)
SHMEM_P_(char, char)
SHMEM_P_(schar, signed char)
SHMEM_P_(short, short)
SHMEM_P_(int, int)
SHMEM_P_(long, long)
SHMEM_P_(longlong, long long)
SHMEM_P_(uchar, unsigned char)
SHMEM_P_(ushort, unsigned short)
SHMEM_P_(uint, unsigned int)
SHMEM_P_(ulong, unsigned long)
SHMEM_P_(ulonglong, unsigned long long)
SHMEM_P_(int8, int8_t)
SHMEM_P_(int16, int16_t)
SHMEM_P_(int32, int32_t)
SHMEM_P_(int64, int64_t)
SHMEM_P_(uint8, uint8_t)
SHMEM_P_(uint16, uint16_t)
SHMEM_P_(uint32, uint32_t)
SHMEM_P_(uint64, uint64_t)
SHMEM_P_(size, size_t)
SHMEM_P_(ptrdiff, ptrdiff_t)
SHMEM_G_(float, float)
SHMEM_G_(double, double)
SHMEM_G_(char, char)
SHMEM_G_(schar, signed char)
SHMEM_G_(short, short)
SHMEM_G_(int, int)
SHMEM_G_(long, long)
SHMEM_G_(longlong, long long)
SHMEM_G_(uchar, unsigned char)
SHMEM_G_(ushort, unsigned short)
SHMEM_G_(uint, unsigned int)
SHMEM_G_(ulong, unsigned long)
SHMEM_G_(ulonglong, unsigned long long)
SHMEM_G_(int8, int8_t)
SHMEM_G_(int16, int16_t)
SHMEM_G_(int32, int32_t)
SHMEM_G_(int64, int64_t)
SHMEM_G_(uint8, uint8_t)
SHMEM_G_(uint16, uint16_t)
SHMEM_G_(uint32, uint32_t)
SHMEM_G_(uint64, uint64_t)
SHMEM_G_(size, size_t)
SHMEM_G_(ptrdiff, ptrdiff_t)
SHMEM_FETCH_(float, float)
SHMEM_FETCH_(double, double)
SHMEM_FETCH_(int, int)
SHMEM_FETCH_(long, long)
SHMEM_FETCH_(longlong, long long)
SHMEM_FETCH_(uint, unsigned int)
SHMEM_FETCH_(ulong, unsigned long)
SHMEM_FETCH_(ulonglong, unsigned long long)
SHMEM_FETCH_(int32, int32_t)
SHMEM_FETCH_(int64, int64_t)
SHMEM_FETCH_(uint32, uint32_t)
SHMEM_FETCH_(uint64, uint64_t)
SHMEM_FETCH_(size, size_t)
SHMEM_FETCH_(ptrdiff, ptrdiff_t)
SHMEM_SET_(float, float)
SHMEM_SET_(double, double)
SHMEM_SET_(int, int)
SHMEM_SET_(long, long)
SHMEM_SET_(longlong, long long)
SHMEM_SET_(uint, unsigned int)
SHMEM_SET_(ulong, unsigned long)
SHMEM_SET_(ulonglong, unsigned long long)
SHMEM_SET_(int32, int32_t)
SHMEM_SET_(int64, int64_t)
SHMEM_SET_(uint32, uint32_t)
SHMEM_SET_(uint64, uint64_t)
SHMEM_SET_(size, size_t)
SHMEM_SET_(ptrdiff, ptrdiff_t)
SHMEM_COMPARE_SWAP_(int, int)
SHMEM_COMPARE_SWAP_(long, long)
SHMEM_COMPARE_SWAP_(longlong, long long)
SHMEM_COMPARE_SWAP_(uint, unsigned int)
SHMEM_COMPARE_SWAP_(ulong, unsigned long)
SHMEM_COMPARE_SWAP_(ulonglong, unsigned long long)
SHMEM_COMPARE_SWAP_(int32, int32_t)
SHMEM_COMPARE_SWAP_(int64, int64_t)
SHMEM_COMPARE_SWAP_(uint32, uint32_t)
SHMEM_COMPARE_SWAP_(uint64, uint64_t)
SHMEM_COMPARE_SWAP_(size, size_t)
SHMEM_COMPARE_SWAP_(ptrdiff, ptrdiff_t)
SHMEM_SWAP_(float, float)
SHMEM_SWAP_(double, double)
SHMEM_SWAP_(int, int)
SHMEM_SWAP_(long, long)
SHMEM_SWAP_(longlong, long long)
SHMEM_SWAP_(uint, unsigned int)
SHMEM_SWAP_(ulong, unsigned long)
SHMEM_SWAP_(ulonglong, unsigned long long)
SHMEM_SWAP_(int32, int32_t)
SHMEM_SWAP_(int64, int64_t)
SHMEM_SWAP_(uint32, uint32_t)
SHMEM_SWAP_(uint64, uint64_t)
SHMEM_SWAP_(size, size_t)
SHMEM_SWAP_(ptrdiff, ptrdiff_t)
SHMEM_FETCH_INC_(int, int)
SHMEM_FETCH_INC_(long, long)
SHMEM_FETCH_INC_(longlong, long long)
SHMEM_FETCH_INC_(uint, unsigned int)
SHMEM_FETCH_INC_(ulong, unsigned long)
SHMEM_FETCH_INC_(ulonglong, unsigned long long)
SHMEM_FETCH_INC_(int32, int32_t)
SHMEM_FETCH_INC_(int64, int64_t)
SHMEM_FETCH_INC_(uint32, uint32_t)
SHMEM_FETCH_INC_(uint64, uint64_t)
SHMEM_FETCH_INC_(size, size_t)
SHMEM_FETCH_INC_(ptrdiff, ptrdiff_t)
SHMEM_INC_(int, int)
SHMEM_INC_(long, long)
SHMEM_INC_(longlong, long long)
SHMEM_INC_(uint, unsigned int)
SHMEM_INC_(ulong, unsigned long)
SHMEM_INC_(ulonglong, unsigned long long)
SHMEM_INC_(int32, int32_t)
SHMEM_INC_(int64, int64_t)
SHMEM_INC_(uint32, uint32_t)
SHMEM_INC_(uint64, uint64_t)
SHMEM_INC_(size, size_t)
SHMEM_INC_(ptrdiff, ptrdiff_t)
SHMEM_FETCH_ADD_(int, int)
SHMEM_FETCH_ADD_(long, long)
SHMEM_FETCH_ADD_(longlong, long long)
SHMEM_FETCH_ADD_(uint, unsigned int)
SHMEM_FETCH_ADD_(ulong, unsigned long)
SHMEM_FETCH_ADD_(ulonglong, unsigned long long)
SHMEM_FETCH_ADD_(int32, int32_t)
SHMEM_FETCH_ADD_(int64, int64_t)
SHMEM_FETCH_ADD_(uint32, uint32_t)
SHMEM_FETCH_ADD_(uint64, uint64_t)
SHMEM_FETCH_ADD_(size, size_t)
SHMEM_FETCH_ADD_(ptrdiff, ptrdiff_t)
SHMEM_ADD_(int, int)
SHMEM_ADD_(long, long)
SHMEM_ADD_(longlong, long long)
SHMEM_ADD_(uint, unsigned int)
SHMEM_ADD_(ulong, unsigned long)
SHMEM_ADD_(ulonglong, unsigned long long)
SHMEM_ADD_(int32, int32_t)
SHMEM_ADD_(int64, int64_t)
SHMEM_ADD_(uint32, uint32_t)
SHMEM_ADD_(uint64, uint64_t)
SHMEM_ADD_(size, size_t)
SHMEM_ADD_(ptrdiff, ptrdiff_t)
SHMEM_FETCH_AND_(uint, unsigned int)
SHMEM_FETCH_AND_(ulong, unsigned long)
SHMEM_FETCH_AND_(ulonglong, unsigned long long)
SHMEM_FETCH_AND_(int32, int32_t)
SHMEM_FETCH_AND_(int64, int64_t)
SHMEM_FETCH_AND_(uint32, uint32_t)
SHMEM_FETCH_AND_(uint64, uint64_t)
SHMEM_AND_(uint, unsigned int)
SHMEM_AND_(ulong, unsigned long)
SHMEM_AND_(ulonglong, unsigned long long)
SHMEM_AND_(int32, int32_t)
SHMEM_AND_(int64, int64_t)
SHMEM_AND_(uint32, uint32_t)
SHMEM_AND_(uint64, uint64_t)
SHMEM_FETCH_OR_(uint, unsigned int)
SHMEM_FETCH_OR_(ulong, unsigned long)
SHMEM_FETCH_OR_(ulonglong, unsigned long long)
SHMEM_FETCH_OR_(int32, int32_t)
SHMEM_FETCH_OR_(int64, int64_t)
SHMEM_FETCH_OR_(uint32, uint32_t)
SHMEM_FETCH_OR_(uint64, uint64_t)
SHMEM_OR_(uint, unsigned int)
SHMEM_OR_(ulong, unsigned long)
SHMEM_OR_(ulonglong, unsigned long long)
SHMEM_OR_(int32, int32_t)
SHMEM_OR_(int64, int64_t)
SHMEM_OR_(uint32, uint32_t)
SHMEM_OR_(uint64, uint64_t)
SHMEM_FETCH_XOR_(uint, unsigned int)
SHMEM_FETCH_XOR_(ulong, unsigned long)
SHMEM_FETCH_XOR_(ulonglong, unsigned long long)
SHMEM_FETCH_XOR_(int32, int32_t)
SHMEM_FETCH_XOR_(int64, int64_t)
SHMEM_FETCH_XOR_(uint32, uint32_t)
SHMEM_FETCH_XOR_(uint64, uint64_t)
SHMEM_XOR_(uint, unsigned int)
SHMEM_XOR_(ulong, unsigned long)
SHMEM_XOR_(ulonglong, unsigned long long)
SHMEM_XOR_(int32, int32_t)
SHMEM_XOR_(int64, int64_t)
SHMEM_XOR_(uint32, uint32_t)
SHMEM_XOR_(uint64, uint64_t)

#undef SHMEM_P_
#undef SHMEM_G_
#undef SHMEM_FETCH_
#undef SHMEM_SET_
#undef SHMEM_COMPARE_SWAP_
#undef SHMEM_SWAP_
#undef SHMEM_FETCH_INC_
#undef SHMEM_INC_
#undef SHMEM_FETCH_ADD_
#undef SHMEM_ADD_
#undef SHMEM_FETCH_AND_
#undef SHMEM_AND_
#undef SHMEM_FETCH_OR_
#undef SHMEM_OR_
#undef SHMEM_FETCH_XOR_
#undef SHMEM_XOR_
#undef SHMEM_BARRIER_
#undef SHMEM_ALIGNED_
#undef SHMEM_PLAIN_
#undef SHMEM_ANSWERED_
#undef SHMEM_CHANGE_
#undef SHMEM_FETCH_CHANGE_
#undef SHMEM_INLINE_

#endif

#ifdef __cplusplus
}
#endif

#if !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L

#define SHMEM_ARGUMENT_0_(...) SHMEM_FIRST_(__VA_ARGS__, 0)
#define SHMEM_ARGUMENT_1_(...) SHMEM_SECOND_(__VA_ARGS__, 0, 0)
#define SHMEM_FIRST_(first, ...) first
#define SHMEM_SECOND_(first, second, ...) second

/* Not there: what is given to a generic with a context has no type that it is for. */
void shmem_no_such_type_(void);

#define shmem_put(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_put, \
            double *: shmem_ctx_double_put, \
            long double *: shmem_ctx_longdouble_put, \
            char *: shmem_ctx_char_put, \
            signed char *: shmem_ctx_schar_put, \
            short *: shmem_ctx_short_put, \
            int *: shmem_ctx_int_put, \
            long *: shmem_ctx_long_put, \
            long long *: shmem_ctx_longlong_put, \
            unsigned char *: shmem_ctx_uchar_put, \
            unsigned short *: shmem_ctx_ushort_put, \
            unsigned int *: shmem_ctx_uint_put, \
            unsigned long *: shmem_ctx_ulong_put, \
            unsigned long long *: shmem_ctx_ulonglong_put, \
            default: shmem_no_such_type_), \
        float *: shmem_float_put, \
        double *: shmem_double_put, \
        long double *: shmem_longdouble_put, \
        char *: shmem_char_put, \
        signed char *: shmem_schar_put, \
        short *: shmem_short_put, \
        int *: shmem_int_put, \
        long *: shmem_long_put, \
        long long *: shmem_longlong_put, \
        unsigned char *: shmem_uchar_put, \
        unsigned short *: shmem_ushort_put, \
        unsigned int *: shmem_uint_put, \
        unsigned long *: shmem_ulong_put, \
        unsigned long long *: shmem_ulonglong_put)(__VA_ARGS__)

#define shmem_p(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_p, \
            double *: shmem_ctx_double_p, \
            long double *: shmem_ctx_longdouble_p, \
            char *: shmem_ctx_char_p, \
            signed char *: shmem_ctx_schar_p, \
            short *: shmem_ctx_short_p, \
            int *: shmem_ctx_int_p, \
            long *: shmem_ctx_long_p, \
            long long *: shmem_ctx_longlong_p, \
            unsigned char *: shmem_ctx_uchar_p, \
            unsigned short *: shmem_ctx_ushort_p, \
            unsigned int *: shmem_ctx_uint_p, \
            unsigned long *: shmem_ctx_ulong_p, \
            unsigned long long *: shmem_ctx_ulonglong_p, \
            default: shmem_no_such_type_), \
        float *: shmem_float_p, \
        double *: shmem_double_p, \
        long double *: shmem_longdouble_p, \
        char *: shmem_char_p, \
        signed char *: shmem_schar_p, \
        short *: shmem_short_p, \
        int *: shmem_int_p, \
        long *: shmem_long_p, \
        long long *: shmem_longlong_p, \
        unsigned char *: shmem_uchar_p, \
        unsigned short *: shmem_ushort_p, \
        unsigned int *: shmem_uint_p, \
        unsigned long *: shmem_ulong_p, \
        unsigned long long *: shmem_ulonglong_p)(__VA_ARGS__)

#define shmem_iput(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_iput, \
            double *: shmem_ctx_double_iput, \
            long double *: shmem_ctx_longdouble_iput, \
            char *: shmem_ctx_char_iput, \
            signed char *: shmem_ctx_schar_iput, \
            short *: shmem_ctx_short_iput, \
            int *: shmem_ctx_int_iput, \
            long *: shmem_ctx_long_iput, \
            long long *: shmem_ctx_longlong_iput, \
            unsigned char *: shmem_ctx_uchar_iput, \
            unsigned short *: shmem_ctx_ushort_iput, \
            unsigned int *: shmem_ctx_uint_iput, \
            unsigned long *: shmem_ctx_ulong_iput, \
            unsigned long long *: shmem_ctx_ulonglong_iput, \
            default: shmem_no_such_type_), \
        float *: shmem_float_iput, \
        double *: shmem_double_iput, \
        long double *: shmem_longdouble_iput, \
        char *: shmem_char_iput, \
        signed char *: shmem_schar_iput, \
        short *: shmem_short_iput, \
        int *: shmem_int_iput, \
        long *: shmem_long_iput, \
        long long *: shmem_longlong_iput, \
        unsigned char *: shmem_uchar_iput, \
        unsigned short *: shmem_ushort_iput, \
        unsigned int *: shmem_uint_iput, \
        unsigned long *: shmem_ulong_iput, \
        unsigned long long *: shmem_ulonglong_iput)(__VA_ARGS__)

#define shmem_get(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_get, \
            double *: shmem_ctx_double_get, \
            long double *: shmem_ctx_longdouble_get, \
            char *: shmem_ctx_char_get, \
            signed char *: shmem_ctx_schar_get, \
            short *: shmem_ctx_short_get, \
            int *: shmem_ctx_int_get, \
            long *: shmem_ctx_long_get, \
            long long *: shmem_ctx_longlong_get, \
            unsigned char *: shmem_ctx_uchar_get, \
            unsigned short *: shmem_ctx_ushort_get, \
            unsigned int *: shmem_ctx_uint_get, \
            unsigned long *: shmem_ctx_ulong_get, \
            unsigned long long *: shmem_ctx_ulonglong_get, \
            default: shmem_no_such_type_), \
        float *: shmem_float_get, \
        double *: shmem_double_get, \
        long double *: shmem_longdouble_get, \
        char *: shmem_char_get, \
        signed char *: shmem_schar_get, \
        short *: shmem_short_get, \
        int *: shmem_int_get, \
        long *: shmem_long_get, \
        long long *: shmem_longlong_get, \
        unsigned char *: shmem_uchar_get, \
        unsigned short *: shmem_ushort_get, \
        unsigned int *: shmem_uint_get, \
        unsigned long *: shmem_ulong_get, \
        unsigned long long *: shmem_ulonglong_get)(__VA_ARGS__)

#define shmem_g(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_g, \
            const float *: shmem_ctx_float_g, \
            double *: shmem_ctx_double_g, \
            const double *: shmem_ctx_double_g, \
            long double *: shmem_ctx_longdouble_g, \
            const long double *: shmem_ctx_longdouble_g, \
            char *: shmem_ctx_char_g, \
            const char *: shmem_ctx_char_g, \
            signed char *: shmem_ctx_schar_g, \
            const signed char *: shmem_ctx_schar_g, \
            short *: shmem_ctx_short_g, \
            const short *: shmem_ctx_short_g, \
            int *: shmem_ctx_int_g, \
            const int *: shmem_ctx_int_g, \
            long *: shmem_ctx_long_g, \
            const long *: shmem_ctx_long_g, \
            long long *: shmem_ctx_longlong_g, \
            const long long *: shmem_ctx_longlong_g, \
            unsigned char *: shmem_ctx_uchar_g, \
            const unsigned char *: shmem_ctx_uchar_g, \
            unsigned short *: shmem_ctx_ushort_g, \
            const unsigned short *: shmem_ctx_ushort_g, \
            unsigned int *: shmem_ctx_uint_g, \
            const unsigned int *: shmem_ctx_uint_g, \
            unsigned long *: shmem_ctx_ulong_g, \
            const unsigned long *: shmem_ctx_ulong_g, \
            unsigned long long *: shmem_ctx_ulonglong_g, \
            const unsigned long long *: shmem_ctx_ulonglong_g, \
            default: shmem_no_such_type_), \
        float *: shmem_float_g, \
        const float *: shmem_float_g, \
        double *: shmem_double_g, \
        const double *: shmem_double_g, \
        long double *: shmem_longdouble_g, \
        const long double *: shmem_longdouble_g, \
        char *: shmem_char_g, \
        const char *: shmem_char_g, \
        signed char *: shmem_schar_g, \
        const signed char *: shmem_schar_g, \
        short *: shmem_short_g, \
        const short *: shmem_short_g, \
        int *: shmem_int_g, \
        const int *: shmem_int_g, \
        long *: shmem_long_g, \
        const long *: shmem_long_g, \
        long long *: shmem_longlong_g, \
        const long long *: shmem_longlong_g, \
        unsigned char *: shmem_uchar_g, \
        const unsigned char *: shmem_uchar_g, \
        unsigned short *: shmem_ushort_g, \
        const unsigned short *: shmem_ushort_g, \
        unsigned int *: shmem_uint_g, \
        const unsigned int *: shmem_uint_g, \
        unsigned long *: shmem_ulong_g, \
        const unsigned long *: shmem_ulong_g, \
        unsigned long long *: shmem_ulonglong_g, \
        const unsigned long long *: shmem_ulonglong_g)(__VA_ARGS__)

#define shmem_iget(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_iget, \
            double *: shmem_ctx_double_iget, \
            long double *: shmem_ctx_longdouble_iget, \
            char *: shmem_ctx_char_iget, \
            signed char *: shmem_ctx_schar_iget, \
            short *: shmem_ctx_short_iget, \
            int *: shmem_ctx_int_iget, \
            long *: shmem_ctx_long_iget, \
            long long *: shmem_ctx_longlong_iget, \
            unsigned char *: shmem_ctx_uchar_iget, \
            unsigned short *: shmem_ctx_ushort_iget, \
            unsigned int *: shmem_ctx_uint_iget, \
            unsigned long *: shmem_ctx_ulong_iget, \
            unsigned long long *: shmem_ctx_ulonglong_iget, \
            default: shmem_no_such_type_), \
        float *: shmem_float_iget, \
        double *: shmem_double_iget, \
        long double *: shmem_longdouble_iget, \
        char *: shmem_char_iget, \
        signed char *: shmem_schar_iget, \
        short *: shmem_short_iget, \
        int *: shmem_int_iget, \
        long *: shmem_long_iget, \
        long long *: shmem_longlong_iget, \
        unsigned char *: shmem_uchar_iget, \
        unsigned short *: shmem_ushort_iget, \
        unsigned int *: shmem_uint_iget, \
        unsigned long *: shmem_ulong_iget, \
        unsigned long long *: shmem_ulonglong_iget)(__VA_ARGS__)

#define shmem_put_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_put_nbi, \
            double *: shmem_ctx_double_put_nbi, \
            long double *: shmem_ctx_longdouble_put_nbi, \
            char *: shmem_ctx_char_put_nbi, \
            signed char *: shmem_ctx_schar_put_nbi, \
            short *: shmem_ctx_short_put_nbi, \
            int *: shmem_ctx_int_put_nbi, \
            long *: shmem_ctx_long_put_nbi, \
            long long *: shmem_ctx_longlong_put_nbi, \
            unsigned char *: shmem_ctx_uchar_put_nbi, \
            unsigned short *: shmem_ctx_ushort_put_nbi, \
            unsigned int *: shmem_ctx_uint_put_nbi, \
            unsigned long *: shmem_ctx_ulong_put_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_put_nbi, \
            default: shmem_no_such_type_), \
        float *: shmem_float_put_nbi, \
        double *: shmem_double_put_nbi, \
        long double *: shmem_longdouble_put_nbi, \
        char *: shmem_char_put_nbi, \
        signed char *: shmem_schar_put_nbi, \
        short *: shmem_short_put_nbi, \
        int *: shmem_int_put_nbi, \
        long *: shmem_long_put_nbi, \
        long long *: shmem_longlong_put_nbi, \
        unsigned char *: shmem_uchar_put_nbi, \
        unsigned short *: shmem_ushort_put_nbi, \
        unsigned int *: shmem_uint_put_nbi, \
        unsigned long *: shmem_ulong_put_nbi, \
        unsigned long long *: shmem_ulonglong_put_nbi)(__VA_ARGS__)

#define shmem_get_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_get_nbi, \
            double *: shmem_ctx_double_get_nbi, \
            long double *: shmem_ctx_longdouble_get_nbi, \
            char *: shmem_ctx_char_get_nbi, \
            signed char *: shmem_ctx_schar_get_nbi, \
            short *: shmem_ctx_short_get_nbi, \
            int *: shmem_ctx_int_get_nbi, \
            long *: shmem_ctx_long_get_nbi, \
            long long *: shmem_ctx_longlong_get_nbi, \
            unsigned char *: shmem_ctx_uchar_get_nbi, \
            unsigned short *: shmem_ctx_ushort_get_nbi, \
            unsigned int *: shmem_ctx_uint_get_nbi, \
            unsigned long *: shmem_ctx_ulong_get_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_get_nbi, \
            default: shmem_no_such_type_), \
        float *: shmem_float_get_nbi, \
        double *: shmem_double_get_nbi, \
        long double *: shmem_longdouble_get_nbi, \
        char *: shmem_char_get_nbi, \
        signed char *: shmem_schar_get_nbi, \
        short *: shmem_short_get_nbi, \
        int *: shmem_int_get_nbi, \
        long *: shmem_long_get_nbi, \
        long long *: shmem_longlong_get_nbi, \
        unsigned char *: shmem_uchar_get_nbi, \
        unsigned short *: shmem_ushort_get_nbi, \
        unsigned int *: shmem_uint_get_nbi, \
        unsigned long *: shmem_ulong_get_nbi, \
        unsigned long long *: shmem_ulonglong_get_nbi)(__VA_ARGS__)

#define shmem_atomic_fetch(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_atomic_fetch, \
            const float *: shmem_ctx_float_atomic_fetch, \
            volatile float *: shmem_ctx_float_atomic_fetch, \
            const volatile float *: shmem_ctx_float_atomic_fetch, \
            double *: shmem_ctx_double_atomic_fetch, \
            const double *: shmem_ctx_double_atomic_fetch, \
            volatile double *: shmem_ctx_double_atomic_fetch, \
            const volatile double *: shmem_ctx_double_atomic_fetch, \
            int *: shmem_ctx_int_atomic_fetch, \
            const int *: shmem_ctx_int_atomic_fetch, \
            volatile int *: shmem_ctx_int_atomic_fetch, \
            const volatile int *: shmem_ctx_int_atomic_fetch, \
            long *: shmem_ctx_long_atomic_fetch, \
            const long *: shmem_ctx_long_atomic_fetch, \
            volatile long *: shmem_ctx_long_atomic_fetch, \
            const volatile long *: shmem_ctx_long_atomic_fetch, \
            long long *: shmem_ctx_longlong_atomic_fetch, \
            const long long *: shmem_ctx_longlong_atomic_fetch, \
            volatile long long *: shmem_ctx_longlong_atomic_fetch, \
            const volatile long long *: shmem_ctx_longlong_atomic_fetch, \
            unsigned int *: shmem_ctx_uint_atomic_fetch, \
            const unsigned int *: shmem_ctx_uint_atomic_fetch, \
            volatile unsigned int *: shmem_ctx_uint_atomic_fetch, \
            const volatile unsigned int *: shmem_ctx_uint_atomic_fetch, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch, \
            const unsigned long *: shmem_ctx_ulong_atomic_fetch, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_fetch, \
            const volatile unsigned long *: shmem_ctx_ulong_atomic_fetch, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch, \
            const unsigned long long *: shmem_ctx_ulonglong_atomic_fetch, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_fetch, \
            const volatile unsigned long long *: shmem_ctx_ulonglong_atomic_fetch, \
            default: shmem_no_such_type_), \
        float *: shmem_float_atomic_fetch, \
        const float *: shmem_float_atomic_fetch, \
        volatile float *: shmem_float_atomic_fetch, \
        const volatile float *: shmem_float_atomic_fetch, \
        double *: shmem_double_atomic_fetch, \
        const double *: shmem_double_atomic_fetch, \
        volatile double *: shmem_double_atomic_fetch, \
        const volatile double *: shmem_double_atomic_fetch, \
        int *: shmem_int_atomic_fetch, \
        const int *: shmem_int_atomic_fetch, \
        volatile int *: shmem_int_atomic_fetch, \
        const volatile int *: shmem_int_atomic_fetch, \
        long *: shmem_long_atomic_fetch, \
        const long *: shmem_long_atomic_fetch, \
        volatile long *: shmem_long_atomic_fetch, \
        const volatile long *: shmem_long_atomic_fetch, \
        long long *: shmem_longlong_atomic_fetch, \
        const long long *: shmem_longlong_atomic_fetch, \
        volatile long long *: shmem_longlong_atomic_fetch, \
        const volatile long long *: shmem_longlong_atomic_fetch, \
        unsigned int *: shmem_uint_atomic_fetch, \
        const unsigned int *: shmem_uint_atomic_fetch, \
        volatile unsigned int *: shmem_uint_atomic_fetch, \
        const volatile unsigned int *: shmem_uint_atomic_fetch, \
        unsigned long *: shmem_ulong_atomic_fetch, \
        const unsigned long *: shmem_ulong_atomic_fetch, \
        volatile unsigned long *: shmem_ulong_atomic_fetch, \
        const volatile unsigned long *: shmem_ulong_atomic_fetch, \
        unsigned long long *: shmem_ulonglong_atomic_fetch, \
        const unsigned long long *: shmem_ulonglong_atomic_fetch, \
        volatile unsigned long long *: shmem_ulonglong_atomic_fetch, \
        const volatile unsigned long long *: shmem_ulonglong_atomic_fetch)(__VA_ARGS__)

#define shmem_atomic_set(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_atomic_set, \
            volatile float *: shmem_ctx_float_atomic_set, \
            double *: shmem_ctx_double_atomic_set, \
            volatile double *: shmem_ctx_double_atomic_set, \
            int *: shmem_ctx_int_atomic_set, \
            volatile int *: shmem_ctx_int_atomic_set, \
            long *: shmem_ctx_long_atomic_set, \
            volatile long *: shmem_ctx_long_atomic_set, \
            long long *: shmem_ctx_longlong_atomic_set, \
            volatile long long *: shmem_ctx_longlong_atomic_set, \
            unsigned int *: shmem_ctx_uint_atomic_set, \
            volatile unsigned int *: shmem_ctx_uint_atomic_set, \
            unsigned long *: shmem_ctx_ulong_atomic_set, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_set, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_set, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_set, \
            default: shmem_no_such_type_), \
        float *: shmem_float_atomic_set, \
        volatile float *: shmem_float_atomic_set, \
        double *: shmem_double_atomic_set, \
        volatile double *: shmem_double_atomic_set, \
        int *: shmem_int_atomic_set, \
        volatile int *: shmem_int_atomic_set, \
        long *: shmem_long_atomic_set, \
        volatile long *: shmem_long_atomic_set, \
        long long *: shmem_longlong_atomic_set, \
        volatile long long *: shmem_longlong_atomic_set, \
        unsigned int *: shmem_uint_atomic_set, \
        volatile unsigned int *: shmem_uint_atomic_set, \
        unsigned long *: shmem_ulong_atomic_set, \
        volatile unsigned long *: shmem_ulong_atomic_set, \
        unsigned long long *: shmem_ulonglong_atomic_set, \
        volatile unsigned long long *: shmem_ulonglong_atomic_set)(__VA_ARGS__)

#define shmem_atomic_compare_swap(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            int *: shmem_ctx_int_atomic_compare_swap, \
            volatile int *: shmem_ctx_int_atomic_compare_swap, \
            long *: shmem_ctx_long_atomic_compare_swap, \
            volatile long *: shmem_ctx_long_atomic_compare_swap, \
            long long *: shmem_ctx_longlong_atomic_compare_swap, \
            volatile long long *: shmem_ctx_longlong_atomic_compare_swap, \
            unsigned int *: shmem_ctx_uint_atomic_compare_swap, \
            volatile unsigned int *: shmem_ctx_uint_atomic_compare_swap, \
            unsigned long *: shmem_ctx_ulong_atomic_compare_swap, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_compare_swap, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_compare_swap, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_compare_swap, \
            default: shmem_no_such_type_), \
        int *: shmem_int_atomic_compare_swap, \
        volatile int *: shmem_int_atomic_compare_swap, \
        long *: shmem_long_atomic_compare_swap, \
        volatile long *: shmem_long_atomic_compare_swap, \
        long long *: shmem_longlong_atomic_compare_swap, \
        volatile long long *: shmem_longlong_atomic_compare_swap, \
        unsigned int *: shmem_uint_atomic_compare_swap, \
        volatile unsigned int *: shmem_uint_atomic_compare_swap, \
        unsigned long *: shmem_ulong_atomic_compare_swap, \
        volatile unsigned long *: shmem_ulong_atomic_compare_swap, \
        unsigned long long *: shmem_ulonglong_atomic_compare_swap, \
        volatile unsigned long long *: shmem_ulonglong_atomic_compare_swap)(__VA_ARGS__)

#define shmem_atomic_swap(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_atomic_swap, \
            volatile float *: shmem_ctx_float_atomic_swap, \
            double *: shmem_ctx_double_atomic_swap, \
            volatile double *: shmem_ctx_double_atomic_swap, \
            int *: shmem_ctx_int_atomic_swap, \
            volatile int *: shmem_ctx_int_atomic_swap, \
            long *: shmem_ctx_long_atomic_swap, \
            volatile long *: shmem_ctx_long_atomic_swap, \
            long long *: shmem_ctx_longlong_atomic_swap, \
            volatile long long *: shmem_ctx_longlong_atomic_swap, \
            unsigned int *: shmem_ctx_uint_atomic_swap, \
            volatile unsigned int *: shmem_ctx_uint_atomic_swap, \
            unsigned long *: shmem_ctx_ulong_atomic_swap, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_swap, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_swap, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_swap, \
            default: shmem_no_such_type_), \
        float *: shmem_float_atomic_swap, \
        volatile float *: shmem_float_atomic_swap, \
        double *: shmem_double_atomic_swap, \
        volatile double *: shmem_double_atomic_swap, \
        int *: shmem_int_atomic_swap, \
        volatile int *: shmem_int_atomic_swap, \
        long *: shmem_long_atomic_swap, \
        volatile long *: shmem_long_atomic_swap, \
        long long *: shmem_longlong_atomic_swap, \
        volatile long long *: shmem_longlong_atomic_swap, \
        unsigned int *: shmem_uint_atomic_swap, \
        volatile unsigned int *: shmem_uint_atomic_swap, \
        unsigned long *: shmem_ulong_atomic_swap, \
        volatile unsigned long *: shmem_ulong_atomic_swap, \
        unsigned long long *: shmem_ulonglong_atomic_swap, \
        volatile unsigned long long *: shmem_ulonglong_atomic_swap)(__VA_ARGS__)

#define shmem_atomic_fetch_inc(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            int *: shmem_ctx_int_atomic_fetch_inc, \
            volatile int *: shmem_ctx_int_atomic_fetch_inc, \
            long *: shmem_ctx_long_atomic_fetch_inc, \
            volatile long *: shmem_ctx_long_atomic_fetch_inc, \
            long long *: shmem_ctx_longlong_atomic_fetch_inc, \
            volatile long long *: shmem_ctx_longlong_atomic_fetch_inc, \
            unsigned int *: shmem_ctx_uint_atomic_fetch_inc, \
            volatile unsigned int *: shmem_ctx_uint_atomic_fetch_inc, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_inc, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_fetch_inc, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_inc, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_inc, \
            default: shmem_no_such_type_), \
        int *: shmem_int_atomic_fetch_inc, \
        volatile int *: shmem_int_atomic_fetch_inc, \
        long *: shmem_long_atomic_fetch_inc, \
        volatile long *: shmem_long_atomic_fetch_inc, \
        long long *: shmem_longlong_atomic_fetch_inc, \
        volatile long long *: shmem_longlong_atomic_fetch_inc, \
        unsigned int *: shmem_uint_atomic_fetch_inc, \
        volatile unsigned int *: shmem_uint_atomic_fetch_inc, \
        unsigned long *: shmem_ulong_atomic_fetch_inc, \
        volatile unsigned long *: shmem_ulong_atomic_fetch_inc, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_inc, \
        volatile unsigned long long *: shmem_ulonglong_atomic_fetch_inc)(__VA_ARGS__)

#define shmem_atomic_inc(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            int *: shmem_ctx_int_atomic_inc, \
            volatile int *: shmem_ctx_int_atomic_inc, \
            long *: shmem_ctx_long_atomic_inc, \
            volatile long *: shmem_ctx_long_atomic_inc, \
            long long *: shmem_ctx_longlong_atomic_inc, \
            volatile long long *: shmem_ctx_longlong_atomic_inc, \
            unsigned int *: shmem_ctx_uint_atomic_inc, \
            volatile unsigned int *: shmem_ctx_uint_atomic_inc, \
            unsigned long *: shmem_ctx_ulong_atomic_inc, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_inc, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_inc, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_inc, \
            default: shmem_no_such_type_), \
        int *: shmem_int_atomic_inc, \
        volatile int *: shmem_int_atomic_inc, \
        long *: shmem_long_atomic_inc, \
        volatile long *: shmem_long_atomic_inc, \
        long long *: shmem_longlong_atomic_inc, \
        volatile long long *: shmem_longlong_atomic_inc, \
        unsigned int *: shmem_uint_atomic_inc, \
        volatile unsigned int *: shmem_uint_atomic_inc, \
        unsigned long *: shmem_ulong_atomic_inc, \
        volatile unsigned long *: shmem_ulong_atomic_inc, \
        unsigned long long *: shmem_ulonglong_atomic_inc, \
        volatile unsigned long long *: shmem_ulonglong_atomic_inc)(__VA_ARGS__)

#define shmem_atomic_fetch_add(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            int *: shmem_ctx_int_atomic_fetch_add, \
            volatile int *: shmem_ctx_int_atomic_fetch_add, \
            long *: shmem_ctx_long_atomic_fetch_add, \
            volatile long *: shmem_ctx_long_atomic_fetch_add, \
            long long *: shmem_ctx_longlong_atomic_fetch_add, \
            volatile long long *: shmem_ctx_longlong_atomic_fetch_add, \
            unsigned int *: shmem_ctx_uint_atomic_fetch_add, \
            volatile unsigned int *: shmem_ctx_uint_atomic_fetch_add, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_add, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_fetch_add, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_add, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_add, \
            default: shmem_no_such_type_), \
        int *: shmem_int_atomic_fetch_add, \
        volatile int *: shmem_int_atomic_fetch_add, \
        long *: shmem_long_atomic_fetch_add, \
        volatile long *: shmem_long_atomic_fetch_add, \
        long long *: shmem_longlong_atomic_fetch_add, \
        volatile long long *: shmem_longlong_atomic_fetch_add, \
        unsigned int *: shmem_uint_atomic_fetch_add, \
        volatile unsigned int *: shmem_uint_atomic_fetch_add, \
        unsigned long *: shmem_ulong_atomic_fetch_add, \
        volatile unsigned long *: shmem_ulong_atomic_fetch_add, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_add, \
        volatile unsigned long long *: shmem_ulonglong_atomic_fetch_add)(__VA_ARGS__)

#define shmem_atomic_add(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            int *: shmem_ctx_int_atomic_add, \
            volatile int *: shmem_ctx_int_atomic_add, \
            long *: shmem_ctx_long_atomic_add, \
            volatile long *: shmem_ctx_long_atomic_add, \
            long long *: shmem_ctx_longlong_atomic_add, \
            volatile long long *: shmem_ctx_longlong_atomic_add, \
            unsigned int *: shmem_ctx_uint_atomic_add, \
            volatile unsigned int *: shmem_ctx_uint_atomic_add, \
            unsigned long *: shmem_ctx_ulong_atomic_add, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_add, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_add, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_add, \
            default: shmem_no_such_type_), \
        int *: shmem_int_atomic_add, \
        volatile int *: shmem_int_atomic_add, \
        long *: shmem_long_atomic_add, \
        volatile long *: shmem_long_atomic_add, \
        long long *: shmem_longlong_atomic_add, \
        volatile long long *: shmem_longlong_atomic_add, \
        unsigned int *: shmem_uint_atomic_add, \
        volatile unsigned int *: shmem_uint_atomic_add, \
        unsigned long *: shmem_ulong_atomic_add, \
        volatile unsigned long *: shmem_ulong_atomic_add, \
        unsigned long long *: shmem_ulonglong_atomic_add, \
        volatile unsigned long long *: shmem_ulonglong_atomic_add)(__VA_ARGS__)

#define shmem_atomic_fetch_and(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            unsigned int *: shmem_ctx_uint_atomic_fetch_and, \
            volatile unsigned int *: shmem_ctx_uint_atomic_fetch_and, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_and, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_fetch_and, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_and, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_and, \
            int32_t *: shmem_ctx_int32_atomic_fetch_and, \
            volatile int32_t *: shmem_ctx_int32_atomic_fetch_and, \
            int64_t *: shmem_ctx_int64_atomic_fetch_and, \
            volatile int64_t *: shmem_ctx_int64_atomic_fetch_and, \
            long long *: shmem_ctx_longlong_atomic_fetch_and, \
            volatile long long *: shmem_ctx_longlong_atomic_fetch_and, \
            default: shmem_no_such_type_), \
        unsigned int *: shmem_uint_atomic_fetch_and, \
        volatile unsigned int *: shmem_uint_atomic_fetch_and, \
        unsigned long *: shmem_ulong_atomic_fetch_and, \
        volatile unsigned long *: shmem_ulong_atomic_fetch_and, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_and, \
        volatile unsigned long long *: shmem_ulonglong_atomic_fetch_and, \
        int32_t *: shmem_int32_atomic_fetch_and, \
        volatile int32_t *: shmem_int32_atomic_fetch_and, \
        int64_t *: shmem_int64_atomic_fetch_and, \
        volatile int64_t *: shmem_int64_atomic_fetch_and, \
        long long *: shmem_longlong_atomic_fetch_and, \
        volatile long long *: shmem_longlong_atomic_fetch_and)(__VA_ARGS__)

#define shmem_atomic_and(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            unsigned int *: shmem_ctx_uint_atomic_and, \
            volatile unsigned int *: shmem_ctx_uint_atomic_and, \
            unsigned long *: shmem_ctx_ulong_atomic_and, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_and, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_and, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_and, \
            int32_t *: shmem_ctx_int32_atomic_and, \
            volatile int32_t *: shmem_ctx_int32_atomic_and, \
            int64_t *: shmem_ctx_int64_atomic_and, \
            volatile int64_t *: shmem_ctx_int64_atomic_and, \
            long long *: shmem_ctx_longlong_atomic_and, \
            volatile long long *: shmem_ctx_longlong_atomic_and, \
            default: shmem_no_such_type_), \
        unsigned int *: shmem_uint_atomic_and, \
        volatile unsigned int *: shmem_uint_atomic_and, \
        unsigned long *: shmem_ulong_atomic_and, \
        volatile unsigned long *: shmem_ulong_atomic_and, \
        unsigned long long *: shmem_ulonglong_atomic_and, \
        volatile unsigned long long *: shmem_ulonglong_atomic_and, \
        int32_t *: shmem_int32_atomic_and, \
        volatile int32_t *: shmem_int32_atomic_and, \
        int64_t *: shmem_int64_atomic_and, \
        volatile int64_t *: shmem_int64_atomic_and, \
        long long *: shmem_longlong_atomic_and, \
        volatile long long *: shmem_longlong_atomic_and)(__VA_ARGS__)

#define shmem_atomic_fetch_or(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            unsigned int *: shmem_ctx_uint_atomic_fetch_or, \
            volatile unsigned int *: shmem_ctx_uint_atomic_fetch_or, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_or, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_fetch_or, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_or, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_or, \
            int32_t *: shmem_ctx_int32_atomic_fetch_or, \
            volatile int32_t *: shmem_ctx_int32_atomic_fetch_or, \
            int64_t *: shmem_ctx_int64_atomic_fetch_or, \
            volatile int64_t *: shmem_ctx_int64_atomic_fetch_or, \
            long long *: shmem_ctx_longlong_atomic_fetch_or, \
            volatile long long *: shmem_ctx_longlong_atomic_fetch_or, \
            default: shmem_no_such_type_), \
        unsigned int *: shmem_uint_atomic_fetch_or, \
        volatile unsigned int *: shmem_uint_atomic_fetch_or, \
        unsigned long *: shmem_ulong_atomic_fetch_or, \
        volatile unsigned long *: shmem_ulong_atomic_fetch_or, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_or, \
        volatile unsigned long long *: shmem_ulonglong_atomic_fetch_or, \
        int32_t *: shmem_int32_atomic_fetch_or, \
        volatile int32_t *: shmem_int32_atomic_fetch_or, \
        int64_t *: shmem_int64_atomic_fetch_or, \
        volatile int64_t *: shmem_int64_atomic_fetch_or, \
        long long *: shmem_longlong_atomic_fetch_or, \
        volatile long long *: shmem_longlong_atomic_fetch_or)(__VA_ARGS__)

#define shmem_atomic_or(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            unsigned int *: shmem_ctx_uint_atomic_or, \
            volatile unsigned int *: shmem_ctx_uint_atomic_or, \
            unsigned long *: shmem_ctx_ulong_atomic_or, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_or, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_or, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_or, \
            int32_t *: shmem_ctx_int32_atomic_or, \
            volatile int32_t *: shmem_ctx_int32_atomic_or, \
            int64_t *: shmem_ctx_int64_atomic_or, \
            volatile int64_t *: shmem_ctx_int64_atomic_or, \
            long long *: shmem_ctx_longlong_atomic_or, \
            volatile long long *: shmem_ctx_longlong_atomic_or, \
            default: shmem_no_such_type_), \
        unsigned int *: shmem_uint_atomic_or, \
        volatile unsigned int *: shmem_uint_atomic_or, \
        unsigned long *: shmem_ulong_atomic_or, \
        volatile unsigned long *: shmem_ulong_atomic_or, \
        unsigned long long *: shmem_ulonglong_atomic_or, \
        volatile unsigned long long *: shmem_ulonglong_atomic_or, \
        int32_t *: shmem_int32_atomic_or, \
        volatile int32_t *: shmem_int32_atomic_or, \
        int64_t *: shmem_int64_atomic_or, \
        volatile int64_t *: shmem_int64_atomic_or, \
        long long *: shmem_longlong_atomic_or, \
        volatile long long *: shmem_longlong_atomic_or)(__VA_ARGS__)

#define shmem_atomic_fetch_xor(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            unsigned int *: shmem_ctx_uint_atomic_fetch_xor, \
            volatile unsigned int *: shmem_ctx_uint_atomic_fetch_xor, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_xor, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_fetch_xor, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_xor, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_xor, \
            int32_t *: shmem_ctx_int32_atomic_fetch_xor, \
            volatile int32_t *: shmem_ctx_int32_atomic_fetch_xor, \
            int64_t *: shmem_ctx_int64_atomic_fetch_xor, \
            volatile int64_t *: shmem_ctx_int64_atomic_fetch_xor, \
            long long *: shmem_ctx_longlong_atomic_fetch_xor, \
            volatile long long *: shmem_ctx_longlong_atomic_fetch_xor, \
            default: shmem_no_such_type_), \
        unsigned int *: shmem_uint_atomic_fetch_xor, \
        volatile unsigned int *: shmem_uint_atomic_fetch_xor, \
        unsigned long *: shmem_ulong_atomic_fetch_xor, \
        volatile unsigned long *: shmem_ulong_atomic_fetch_xor, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_xor, \
        volatile unsigned long long *: shmem_ulonglong_atomic_fetch_xor, \
        int32_t *: shmem_int32_atomic_fetch_xor, \
        volatile int32_t *: shmem_int32_atomic_fetch_xor, \
        int64_t *: shmem_int64_atomic_fetch_xor, \
        volatile int64_t *: shmem_int64_atomic_fetch_xor, \
        long long *: shmem_longlong_atomic_fetch_xor, \
        volatile long long *: shmem_longlong_atomic_fetch_xor)(__VA_ARGS__)

#define shmem_atomic_xor(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            unsigned int *: shmem_ctx_uint_atomic_xor, \
            volatile unsigned int *: shmem_ctx_uint_atomic_xor, \
            unsigned long *: shmem_ctx_ulong_atomic_xor, \
            volatile unsigned long *: shmem_ctx_ulong_atomic_xor, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_xor, \
            volatile unsigned long long *: shmem_ctx_ulonglong_atomic_xor, \
            int32_t *: shmem_ctx_int32_atomic_xor, \
            volatile int32_t *: shmem_ctx_int32_atomic_xor, \
            int64_t *: shmem_ctx_int64_atomic_xor, \
            volatile int64_t *: shmem_ctx_int64_atomic_xor, \
            long long *: shmem_ctx_longlong_atomic_xor, \
            volatile long long *: shmem_ctx_longlong_atomic_xor, \
            default: shmem_no_such_type_), \
        unsigned int *: shmem_uint_atomic_xor, \
        volatile unsigned int *: shmem_uint_atomic_xor, \
        unsigned long *: shmem_ulong_atomic_xor, \
        volatile unsigned long *: shmem_ulong_atomic_xor, \
        unsigned long long *: shmem_ulonglong_atomic_xor, \
        volatile unsigned long long *: shmem_ulonglong_atomic_xor, \
        int32_t *: shmem_int32_atomic_xor, \
        volatile int32_t *: shmem_int32_atomic_xor, \
        int64_t *: shmem_int64_atomic_xor, \
        volatile int64_t *: shmem_int64_atomic_xor, \
        long long *: shmem_longlong_atomic_xor, \
        volatile long long *: shmem_longlong_atomic_xor)(__VA_ARGS__)

#define shmem_atomic_fetch_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_atomic_fetch_nbi, \
            double *: shmem_ctx_double_atomic_fetch_nbi, \
            int *: shmem_ctx_int_atomic_fetch_nbi, \
            long *: shmem_ctx_long_atomic_fetch_nbi, \
            long long *: shmem_ctx_longlong_atomic_fetch_nbi, \
            unsigned int *: shmem_ctx_uint_atomic_fetch_nbi, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_nbi, \
            default: shmem_no_such_type_), \
        float *: shmem_float_atomic_fetch_nbi, \
        double *: shmem_double_atomic_fetch_nbi, \
        int *: shmem_int_atomic_fetch_nbi, \
        long *: shmem_long_atomic_fetch_nbi, \
        long long *: shmem_longlong_atomic_fetch_nbi, \
        unsigned int *: shmem_uint_atomic_fetch_nbi, \
        unsigned long *: shmem_ulong_atomic_fetch_nbi, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_nbi)(__VA_ARGS__)

#define shmem_atomic_compare_swap_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            int *: shmem_ctx_int_atomic_compare_swap_nbi, \
            long *: shmem_ctx_long_atomic_compare_swap_nbi, \
            long long *: shmem_ctx_longlong_atomic_compare_swap_nbi, \
            unsigned int *: shmem_ctx_uint_atomic_compare_swap_nbi, \
            unsigned long *: shmem_ctx_ulong_atomic_compare_swap_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_compare_swap_nbi, \
            default: shmem_no_such_type_), \
        int *: shmem_int_atomic_compare_swap_nbi, \
        long *: shmem_long_atomic_compare_swap_nbi, \
        long long *: shmem_longlong_atomic_compare_swap_nbi, \
        unsigned int *: shmem_uint_atomic_compare_swap_nbi, \
        unsigned long *: shmem_ulong_atomic_compare_swap_nbi, \
        unsigned long long *: shmem_ulonglong_atomic_compare_swap_nbi)(__VA_ARGS__)

#define shmem_atomic_swap_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_atomic_swap_nbi, \
            double *: shmem_ctx_double_atomic_swap_nbi, \
            int *: shmem_ctx_int_atomic_swap_nbi, \
            long *: shmem_ctx_long_atomic_swap_nbi, \
            long long *: shmem_ctx_longlong_atomic_swap_nbi, \
            unsigned int *: shmem_ctx_uint_atomic_swap_nbi, \
            unsigned long *: shmem_ctx_ulong_atomic_swap_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_swap_nbi, \
            default: shmem_no_such_type_), \
        float *: shmem_float_atomic_swap_nbi, \
        double *: shmem_double_atomic_swap_nbi, \
        int *: shmem_int_atomic_swap_nbi, \
        long *: shmem_long_atomic_swap_nbi, \
        long long *: shmem_longlong_atomic_swap_nbi, \
        unsigned int *: shmem_uint_atomic_swap_nbi, \
        unsigned long *: shmem_ulong_atomic_swap_nbi, \
        unsigned long long *: shmem_ulonglong_atomic_swap_nbi)(__VA_ARGS__)

#define shmem_atomic_fetch_inc_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            int *: shmem_ctx_int_atomic_fetch_inc_nbi, \
            long *: shmem_ctx_long_atomic_fetch_inc_nbi, \
            long long *: shmem_ctx_longlong_atomic_fetch_inc_nbi, \
            unsigned int *: shmem_ctx_uint_atomic_fetch_inc_nbi, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_inc_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_inc_nbi, \
            default: shmem_no_such_type_), \
        int *: shmem_int_atomic_fetch_inc_nbi, \
        long *: shmem_long_atomic_fetch_inc_nbi, \
        long long *: shmem_longlong_atomic_fetch_inc_nbi, \
        unsigned int *: shmem_uint_atomic_fetch_inc_nbi, \
        unsigned long *: shmem_ulong_atomic_fetch_inc_nbi, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_inc_nbi)(__VA_ARGS__)

#define shmem_atomic_fetch_add_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            int *: shmem_ctx_int_atomic_fetch_add_nbi, \
            long *: shmem_ctx_long_atomic_fetch_add_nbi, \
            long long *: shmem_ctx_longlong_atomic_fetch_add_nbi, \
            unsigned int *: shmem_ctx_uint_atomic_fetch_add_nbi, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_add_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_add_nbi, \
            default: shmem_no_such_type_), \
        int *: shmem_int_atomic_fetch_add_nbi, \
        long *: shmem_long_atomic_fetch_add_nbi, \
        long long *: shmem_longlong_atomic_fetch_add_nbi, \
        unsigned int *: shmem_uint_atomic_fetch_add_nbi, \
        unsigned long *: shmem_ulong_atomic_fetch_add_nbi, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_add_nbi)(__VA_ARGS__)

#define shmem_atomic_fetch_and_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            unsigned int *: shmem_ctx_uint_atomic_fetch_and_nbi, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_and_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_and_nbi, \
            int32_t *: shmem_ctx_int32_atomic_fetch_and_nbi, \
            int64_t *: shmem_ctx_int64_atomic_fetch_and_nbi, \
            default: shmem_no_such_type_), \
        unsigned int *: shmem_uint_atomic_fetch_and_nbi, \
        unsigned long *: shmem_ulong_atomic_fetch_and_nbi, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_and_nbi, \
        int32_t *: shmem_int32_atomic_fetch_and_nbi, \
        int64_t *: shmem_int64_atomic_fetch_and_nbi)(__VA_ARGS__)

#define shmem_atomic_fetch_or_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            unsigned int *: shmem_ctx_uint_atomic_fetch_or_nbi, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_or_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_or_nbi, \
            int32_t *: shmem_ctx_int32_atomic_fetch_or_nbi, \
            int64_t *: shmem_ctx_int64_atomic_fetch_or_nbi, \
            default: shmem_no_such_type_), \
        unsigned int *: shmem_uint_atomic_fetch_or_nbi, \
        unsigned long *: shmem_ulong_atomic_fetch_or_nbi, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_or_nbi, \
        int32_t *: shmem_int32_atomic_fetch_or_nbi, \
        int64_t *: shmem_int64_atomic_fetch_or_nbi)(__VA_ARGS__)

#define shmem_atomic_fetch_xor_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            unsigned int *: shmem_ctx_uint_atomic_fetch_xor_nbi, \
            unsigned long *: shmem_ctx_ulong_atomic_fetch_xor_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_atomic_fetch_xor_nbi, \
            int32_t *: shmem_ctx_int32_atomic_fetch_xor_nbi, \
            int64_t *: shmem_ctx_int64_atomic_fetch_xor_nbi, \
            default: shmem_no_such_type_), \
        unsigned int *: shmem_uint_atomic_fetch_xor_nbi, \
        unsigned long *: shmem_ulong_atomic_fetch_xor_nbi, \
        unsigned long long *: shmem_ulonglong_atomic_fetch_xor_nbi, \
        int32_t *: shmem_int32_atomic_fetch_xor_nbi, \
        int64_t *: shmem_int64_atomic_fetch_xor_nbi)(__VA_ARGS__)

#define shmem_fetch(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        float *: shmem_float_fetch, \
        const float *: shmem_float_fetch, \
        volatile float *: shmem_float_fetch, \
        const volatile float *: shmem_float_fetch, \
        double *: shmem_double_fetch, \
        const double *: shmem_double_fetch, \
        volatile double *: shmem_double_fetch, \
        const volatile double *: shmem_double_fetch, \
        int *: shmem_int_fetch, \
        const int *: shmem_int_fetch, \
        volatile int *: shmem_int_fetch, \
        const volatile int *: shmem_int_fetch, \
        long *: shmem_long_fetch, \
        const long *: shmem_long_fetch, \
        volatile long *: shmem_long_fetch, \
        const volatile long *: shmem_long_fetch, \
        long long *: shmem_longlong_fetch, \
        const long long *: shmem_longlong_fetch, \
        volatile long long *: shmem_longlong_fetch, \
        const volatile long long *: shmem_longlong_fetch, \
        unsigned int *: shmem_uint_fetch, \
        const unsigned int *: shmem_uint_fetch, \
        volatile unsigned int *: shmem_uint_fetch, \
        const volatile unsigned int *: shmem_uint_fetch, \
        unsigned long *: shmem_ulong_fetch, \
        const unsigned long *: shmem_ulong_fetch, \
        volatile unsigned long *: shmem_ulong_fetch, \
        const volatile unsigned long *: shmem_ulong_fetch, \
        unsigned long long *: shmem_ulonglong_fetch, \
        const unsigned long long *: shmem_ulonglong_fetch, \
        volatile unsigned long long *: shmem_ulonglong_fetch, \
        const volatile unsigned long long *: shmem_ulonglong_fetch)(__VA_ARGS__)

#define shmem_set(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        float *: shmem_float_set, \
        volatile float *: shmem_float_set, \
        double *: shmem_double_set, \
        volatile double *: shmem_double_set, \
        int *: shmem_int_set, \
        volatile int *: shmem_int_set, \
        long *: shmem_long_set, \
        volatile long *: shmem_long_set, \
        long long *: shmem_longlong_set, \
        volatile long long *: shmem_longlong_set, \
        unsigned int *: shmem_uint_set, \
        volatile unsigned int *: shmem_uint_set, \
        unsigned long *: shmem_ulong_set, \
        volatile unsigned long *: shmem_ulong_set, \
        unsigned long long *: shmem_ulonglong_set, \
        volatile unsigned long long *: shmem_ulonglong_set)(__VA_ARGS__)

#define shmem_cswap(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_cswap, \
        volatile int *: shmem_int_cswap, \
        long *: shmem_long_cswap, \
        volatile long *: shmem_long_cswap, \
        long long *: shmem_longlong_cswap, \
        volatile long long *: shmem_longlong_cswap, \
        unsigned int *: shmem_uint_cswap, \
        volatile unsigned int *: shmem_uint_cswap, \
        unsigned long *: shmem_ulong_cswap, \
        volatile unsigned long *: shmem_ulong_cswap, \
        unsigned long long *: shmem_ulonglong_cswap, \
        volatile unsigned long long *: shmem_ulonglong_cswap)(__VA_ARGS__)

#define shmem_swap(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        float *: shmem_float_swap, \
        volatile float *: shmem_float_swap, \
        double *: shmem_double_swap, \
        volatile double *: shmem_double_swap, \
        int *: shmem_int_swap, \
        volatile int *: shmem_int_swap, \
        long *: shmem_long_swap, \
        volatile long *: shmem_long_swap, \
        long long *: shmem_longlong_swap, \
        volatile long long *: shmem_longlong_swap, \
        unsigned int *: shmem_uint_swap, \
        volatile unsigned int *: shmem_uint_swap, \
        unsigned long *: shmem_ulong_swap, \
        volatile unsigned long *: shmem_ulong_swap, \
        unsigned long long *: shmem_ulonglong_swap, \
        volatile unsigned long long *: shmem_ulonglong_swap)(__VA_ARGS__)

#define shmem_finc(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_finc, \
        volatile int *: shmem_int_finc, \
        long *: shmem_long_finc, \
        volatile long *: shmem_long_finc, \
        long long *: shmem_longlong_finc, \
        volatile long long *: shmem_longlong_finc, \
        unsigned int *: shmem_uint_finc, \
        volatile unsigned int *: shmem_uint_finc, \
        unsigned long *: shmem_ulong_finc, \
        volatile unsigned long *: shmem_ulong_finc, \
        unsigned long long *: shmem_ulonglong_finc, \
        volatile unsigned long long *: shmem_ulonglong_finc)(__VA_ARGS__)

#define shmem_inc(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_inc, \
        volatile int *: shmem_int_inc, \
        long *: shmem_long_inc, \
        volatile long *: shmem_long_inc, \
        long long *: shmem_longlong_inc, \
        volatile long long *: shmem_longlong_inc, \
        unsigned int *: shmem_uint_inc, \
        volatile unsigned int *: shmem_uint_inc, \
        unsigned long *: shmem_ulong_inc, \
        volatile unsigned long *: shmem_ulong_inc, \
        unsigned long long *: shmem_ulonglong_inc, \
        volatile unsigned long long *: shmem_ulonglong_inc)(__VA_ARGS__)

#define shmem_fadd(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_fadd, \
        volatile int *: shmem_int_fadd, \
        long *: shmem_long_fadd, \
        volatile long *: shmem_long_fadd, \
        long long *: shmem_longlong_fadd, \
        volatile long long *: shmem_longlong_fadd, \
        unsigned int *: shmem_uint_fadd, \
        volatile unsigned int *: shmem_uint_fadd, \
        unsigned long *: shmem_ulong_fadd, \
        volatile unsigned long *: shmem_ulong_fadd, \
        unsigned long long *: shmem_ulonglong_fadd, \
        volatile unsigned long long *: shmem_ulonglong_fadd)(__VA_ARGS__)

#define shmem_add(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_add, \
        volatile int *: shmem_int_add, \
        long *: shmem_long_add, \
        volatile long *: shmem_long_add, \
        long long *: shmem_longlong_add, \
        volatile long long *: shmem_longlong_add, \
        unsigned int *: shmem_uint_add, \
        volatile unsigned int *: shmem_uint_add, \
        unsigned long *: shmem_ulong_add, \
        volatile unsigned long *: shmem_ulong_add, \
        unsigned long long *: shmem_ulonglong_add, \
        volatile unsigned long long *: shmem_ulonglong_add)(__VA_ARGS__)

#define shmem_put_signal(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_put_signal, \
            double *: shmem_ctx_double_put_signal, \
            long double *: shmem_ctx_longdouble_put_signal, \
            char *: shmem_ctx_char_put_signal, \
            signed char *: shmem_ctx_schar_put_signal, \
            short *: shmem_ctx_short_put_signal, \
            int *: shmem_ctx_int_put_signal, \
            long *: shmem_ctx_long_put_signal, \
            long long *: shmem_ctx_longlong_put_signal, \
            unsigned char *: shmem_ctx_uchar_put_signal, \
            unsigned short *: shmem_ctx_ushort_put_signal, \
            unsigned int *: shmem_ctx_uint_put_signal, \
            unsigned long *: shmem_ctx_ulong_put_signal, \
            unsigned long long *: shmem_ctx_ulonglong_put_signal, \
            default: shmem_no_such_type_), \
        float *: shmem_float_put_signal, \
        double *: shmem_double_put_signal, \
        long double *: shmem_longdouble_put_signal, \
        char *: shmem_char_put_signal, \
        signed char *: shmem_schar_put_signal, \
        short *: shmem_short_put_signal, \
        int *: shmem_int_put_signal, \
        long *: shmem_long_put_signal, \
        long long *: shmem_longlong_put_signal, \
        unsigned char *: shmem_uchar_put_signal, \
        unsigned short *: shmem_ushort_put_signal, \
        unsigned int *: shmem_uint_put_signal, \
        unsigned long *: shmem_ulong_put_signal, \
        unsigned long long *: shmem_ulonglong_put_signal)(__VA_ARGS__)

#define shmem_put_signal_nbi(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_ctx_t: _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
            float *: shmem_ctx_float_put_signal_nbi, \
            double *: shmem_ctx_double_put_signal_nbi, \
            long double *: shmem_ctx_longdouble_put_signal_nbi, \
            char *: shmem_ctx_char_put_signal_nbi, \
            signed char *: shmem_ctx_schar_put_signal_nbi, \
            short *: shmem_ctx_short_put_signal_nbi, \
            int *: shmem_ctx_int_put_signal_nbi, \
            long *: shmem_ctx_long_put_signal_nbi, \
            long long *: shmem_ctx_longlong_put_signal_nbi, \
            unsigned char *: shmem_ctx_uchar_put_signal_nbi, \
            unsigned short *: shmem_ctx_ushort_put_signal_nbi, \
            unsigned int *: shmem_ctx_uint_put_signal_nbi, \
            unsigned long *: shmem_ctx_ulong_put_signal_nbi, \
            unsigned long long *: shmem_ctx_ulonglong_put_signal_nbi, \
            default: shmem_no_such_type_), \
        float *: shmem_float_put_signal_nbi, \
        double *: shmem_double_put_signal_nbi, \
        long double *: shmem_longdouble_put_signal_nbi, \
        char *: shmem_char_put_signal_nbi, \
        signed char *: shmem_schar_put_signal_nbi, \
        short *: shmem_short_put_signal_nbi, \
        int *: shmem_int_put_signal_nbi, \
        long *: shmem_long_put_signal_nbi, \
        long long *: shmem_longlong_put_signal_nbi, \
        unsigned char *: shmem_uchar_put_signal_nbi, \
        unsigned short *: shmem_ushort_put_signal_nbi, \
        unsigned int *: shmem_uint_put_signal_nbi, \
        unsigned long *: shmem_ulong_put_signal_nbi, \
        unsigned long long *: shmem_ulonglong_put_signal_nbi)(__VA_ARGS__)

#define shmem_sync(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        shmem_team_t: shmem_team_sync, \
        default: shmem_sync)(__VA_ARGS__)

#define shmem_alltoall(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        float *: shmem_float_alltoall, \
        double *: shmem_double_alltoall, \
        long double *: shmem_longdouble_alltoall, \
        char *: shmem_char_alltoall, \
        signed char *: shmem_schar_alltoall, \
        short *: shmem_short_alltoall, \
        int *: shmem_int_alltoall, \
        long *: shmem_long_alltoall, \
        long long *: shmem_longlong_alltoall, \
        unsigned char *: shmem_uchar_alltoall, \
        unsigned short *: shmem_ushort_alltoall, \
        unsigned int *: shmem_uint_alltoall, \
        unsigned long *: shmem_ulong_alltoall, \
        unsigned long long *: shmem_ulonglong_alltoall)(__VA_ARGS__)

#define shmem_alltoalls(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        float *: shmem_float_alltoalls, \
        double *: shmem_double_alltoalls, \
        long double *: shmem_longdouble_alltoalls, \
        char *: shmem_char_alltoalls, \
        signed char *: shmem_schar_alltoalls, \
        short *: shmem_short_alltoalls, \
        int *: shmem_int_alltoalls, \
        long *: shmem_long_alltoalls, \
        long long *: shmem_longlong_alltoalls, \
        unsigned char *: shmem_uchar_alltoalls, \
        unsigned short *: shmem_ushort_alltoalls, \
        unsigned int *: shmem_uint_alltoalls, \
        unsigned long *: shmem_ulong_alltoalls, \
        unsigned long long *: shmem_ulonglong_alltoalls)(__VA_ARGS__)

#define shmem_broadcast(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        float *: shmem_float_broadcast, \
        double *: shmem_double_broadcast, \
        long double *: shmem_longdouble_broadcast, \
        char *: shmem_char_broadcast, \
        signed char *: shmem_schar_broadcast, \
        short *: shmem_short_broadcast, \
        int *: shmem_int_broadcast, \
        long *: shmem_long_broadcast, \
        long long *: shmem_longlong_broadcast, \
        unsigned char *: shmem_uchar_broadcast, \
        unsigned short *: shmem_ushort_broadcast, \
        unsigned int *: shmem_uint_broadcast, \
        unsigned long *: shmem_ulong_broadcast, \
        unsigned long long *: shmem_ulonglong_broadcast)(__VA_ARGS__)

#define shmem_collect(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        float *: shmem_float_collect, \
        double *: shmem_double_collect, \
        long double *: shmem_longdouble_collect, \
        char *: shmem_char_collect, \
        signed char *: shmem_schar_collect, \
        short *: shmem_short_collect, \
        int *: shmem_int_collect, \
        long *: shmem_long_collect, \
        long long *: shmem_longlong_collect, \
        unsigned char *: shmem_uchar_collect, \
        unsigned short *: shmem_ushort_collect, \
        unsigned int *: shmem_uint_collect, \
        unsigned long *: shmem_ulong_collect, \
        unsigned long long *: shmem_ulonglong_collect)(__VA_ARGS__)

#define shmem_fcollect(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        float *: shmem_float_fcollect, \
        double *: shmem_double_fcollect, \
        long double *: shmem_longdouble_fcollect, \
        char *: shmem_char_fcollect, \
        signed char *: shmem_schar_fcollect, \
        short *: shmem_short_fcollect, \
        int *: shmem_int_fcollect, \
        long *: shmem_long_fcollect, \
        long long *: shmem_longlong_fcollect, \
        unsigned char *: shmem_uchar_fcollect, \
        unsigned short *: shmem_ushort_fcollect, \
        unsigned int *: shmem_uint_fcollect, \
        unsigned long *: shmem_ulong_fcollect, \
        unsigned long long *: shmem_ulonglong_fcollect)(__VA_ARGS__)

#define shmem_and_reduce(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        unsigned char *: shmem_uchar_and_reduce, \
        unsigned short *: shmem_ushort_and_reduce, \
        unsigned int *: shmem_uint_and_reduce, \
        unsigned long *: shmem_ulong_and_reduce, \
        unsigned long long *: shmem_ulonglong_and_reduce, \
        int8_t *: shmem_int8_and_reduce, \
        int16_t *: shmem_int16_and_reduce, \
        int32_t *: shmem_int32_and_reduce, \
        int64_t *: shmem_int64_and_reduce, \
        long long *: shmem_longlong_and_reduce)(__VA_ARGS__)

#define shmem_or_reduce(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        unsigned char *: shmem_uchar_or_reduce, \
        unsigned short *: shmem_ushort_or_reduce, \
        unsigned int *: shmem_uint_or_reduce, \
        unsigned long *: shmem_ulong_or_reduce, \
        unsigned long long *: shmem_ulonglong_or_reduce, \
        int8_t *: shmem_int8_or_reduce, \
        int16_t *: shmem_int16_or_reduce, \
        int32_t *: shmem_int32_or_reduce, \
        int64_t *: shmem_int64_or_reduce, \
        long long *: shmem_longlong_or_reduce)(__VA_ARGS__)

#define shmem_xor_reduce(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        unsigned char *: shmem_uchar_xor_reduce, \
        unsigned short *: shmem_ushort_xor_reduce, \
        unsigned int *: shmem_uint_xor_reduce, \
        unsigned long *: shmem_ulong_xor_reduce, \
        unsigned long long *: shmem_ulonglong_xor_reduce, \
        int8_t *: shmem_int8_xor_reduce, \
        int16_t *: shmem_int16_xor_reduce, \
        int32_t *: shmem_int32_xor_reduce, \
        int64_t *: shmem_int64_xor_reduce, \
        long long *: shmem_longlong_xor_reduce)(__VA_ARGS__)

#define shmem_max_reduce(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        char *: shmem_char_max_reduce, \
        signed char *: shmem_schar_max_reduce, \
        short *: shmem_short_max_reduce, \
        int *: shmem_int_max_reduce, \
        long *: shmem_long_max_reduce, \
        long long *: shmem_longlong_max_reduce, \
        unsigned char *: shmem_uchar_max_reduce, \
        unsigned short *: shmem_ushort_max_reduce, \
        unsigned int *: shmem_uint_max_reduce, \
        unsigned long *: shmem_ulong_max_reduce, \
        unsigned long long *: shmem_ulonglong_max_reduce, \
        float *: shmem_float_max_reduce, \
        double *: shmem_double_max_reduce, \
        long double *: shmem_longdouble_max_reduce)(__VA_ARGS__)

#define shmem_min_reduce(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        char *: shmem_char_min_reduce, \
        signed char *: shmem_schar_min_reduce, \
        short *: shmem_short_min_reduce, \
        int *: shmem_int_min_reduce, \
        long *: shmem_long_min_reduce, \
        long long *: shmem_longlong_min_reduce, \
        unsigned char *: shmem_uchar_min_reduce, \
        unsigned short *: shmem_ushort_min_reduce, \
        unsigned int *: shmem_uint_min_reduce, \
        unsigned long *: shmem_ulong_min_reduce, \
        unsigned long long *: shmem_ulonglong_min_reduce, \
        float *: shmem_float_min_reduce, \
        double *: shmem_double_min_reduce, \
        long double *: shmem_longdouble_min_reduce)(__VA_ARGS__)

#define shmem_sum_reduce(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        char *: shmem_char_sum_reduce, \
        signed char *: shmem_schar_sum_reduce, \
        short *: shmem_short_sum_reduce, \
        int *: shmem_int_sum_reduce, \
        long *: shmem_long_sum_reduce, \
        long long *: shmem_longlong_sum_reduce, \
        unsigned char *: shmem_uchar_sum_reduce, \
        unsigned short *: shmem_ushort_sum_reduce, \
        unsigned int *: shmem_uint_sum_reduce, \
        unsigned long *: shmem_ulong_sum_reduce, \
        unsigned long long *: shmem_ulonglong_sum_reduce, \
        float *: shmem_float_sum_reduce, \
        double *: shmem_double_sum_reduce, \
        long double *: shmem_longdouble_sum_reduce, \
        double _Complex *: shmem_complexd_sum_reduce, \
        float _Complex *: shmem_complexf_sum_reduce)(__VA_ARGS__)

#define shmem_prod_reduce(...) \
    _Generic(SHMEM_ARGUMENT_1_(__VA_ARGS__), \
        char *: shmem_char_prod_reduce, \
        signed char *: shmem_schar_prod_reduce, \
        short *: shmem_short_prod_reduce, \
        int *: shmem_int_prod_reduce, \
        long *: shmem_long_prod_reduce, \
        long long *: shmem_longlong_prod_reduce, \
        unsigned char *: shmem_uchar_prod_reduce, \
        unsigned short *: shmem_ushort_prod_reduce, \
        unsigned int *: shmem_uint_prod_reduce, \
        unsigned long *: shmem_ulong_prod_reduce, \
        unsigned long long *: shmem_ulonglong_prod_reduce, \
        float *: shmem_float_prod_reduce, \
        double *: shmem_double_prod_reduce, \
        long double *: shmem_longdouble_prod_reduce, \
        double _Complex *: shmem_complexd_prod_reduce, \
        float _Complex *: shmem_complexf_prod_reduce)(__VA_ARGS__)

#define shmem_wait_until(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_wait_until, \
        const int *: shmem_int_wait_until, \
        volatile int *: shmem_int_wait_until, \
        const volatile int *: shmem_int_wait_until, \
        long *: shmem_long_wait_until, \
        const long *: shmem_long_wait_until, \
        volatile long *: shmem_long_wait_until, \
        const volatile long *: shmem_long_wait_until, \
        long long *: shmem_longlong_wait_until, \
        const long long *: shmem_longlong_wait_until, \
        volatile long long *: shmem_longlong_wait_until, \
        const volatile long long *: shmem_longlong_wait_until, \
        unsigned int *: shmem_uint_wait_until, \
        const unsigned int *: shmem_uint_wait_until, \
        volatile unsigned int *: shmem_uint_wait_until, \
        const volatile unsigned int *: shmem_uint_wait_until, \
        unsigned long *: shmem_ulong_wait_until, \
        const unsigned long *: shmem_ulong_wait_until, \
        volatile unsigned long *: shmem_ulong_wait_until, \
        const volatile unsigned long *: shmem_ulong_wait_until, \
        unsigned long long *: shmem_ulonglong_wait_until, \
        const unsigned long long *: shmem_ulonglong_wait_until, \
        volatile unsigned long long *: shmem_ulonglong_wait_until, \
        const volatile unsigned long long *: shmem_ulonglong_wait_until, \
        short *: shmem_short_wait_until, \
        const short *: shmem_short_wait_until, \
        volatile short *: shmem_short_wait_until, \
        const volatile short *: shmem_short_wait_until, \
        unsigned short *: shmem_ushort_wait_until, \
        const unsigned short *: shmem_ushort_wait_until, \
        volatile unsigned short *: shmem_ushort_wait_until, \
        const volatile unsigned short *: shmem_ushort_wait_until)(__VA_ARGS__)

#define shmem_wait_until_all(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_wait_until_all, \
        const int *: shmem_int_wait_until_all, \
        volatile int *: shmem_int_wait_until_all, \
        const volatile int *: shmem_int_wait_until_all, \
        long *: shmem_long_wait_until_all, \
        const long *: shmem_long_wait_until_all, \
        volatile long *: shmem_long_wait_until_all, \
        const volatile long *: shmem_long_wait_until_all, \
        long long *: shmem_longlong_wait_until_all, \
        const long long *: shmem_longlong_wait_until_all, \
        volatile long long *: shmem_longlong_wait_until_all, \
        const volatile long long *: shmem_longlong_wait_until_all, \
        unsigned int *: shmem_uint_wait_until_all, \
        const unsigned int *: shmem_uint_wait_until_all, \
        volatile unsigned int *: shmem_uint_wait_until_all, \
        const volatile unsigned int *: shmem_uint_wait_until_all, \
        unsigned long *: shmem_ulong_wait_until_all, \
        const unsigned long *: shmem_ulong_wait_until_all, \
        volatile unsigned long *: shmem_ulong_wait_until_all, \
        const volatile unsigned long *: shmem_ulong_wait_until_all, \
        unsigned long long *: shmem_ulonglong_wait_until_all, \
        const unsigned long long *: shmem_ulonglong_wait_until_all, \
        volatile unsigned long long *: shmem_ulonglong_wait_until_all, \
        const volatile unsigned long long *: shmem_ulonglong_wait_until_all, \
        short *: shmem_short_wait_until_all, \
        const short *: shmem_short_wait_until_all, \
        volatile short *: shmem_short_wait_until_all, \
        const volatile short *: shmem_short_wait_until_all, \
        unsigned short *: shmem_ushort_wait_until_all, \
        const unsigned short *: shmem_ushort_wait_until_all, \
        volatile unsigned short *: shmem_ushort_wait_until_all, \
        const volatile unsigned short *: shmem_ushort_wait_until_all)(__VA_ARGS__)

#define shmem_wait_until_any(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_wait_until_any, \
        const int *: shmem_int_wait_until_any, \
        volatile int *: shmem_int_wait_until_any, \
        const volatile int *: shmem_int_wait_until_any, \
        long *: shmem_long_wait_until_any, \
        const long *: shmem_long_wait_until_any, \
        volatile long *: shmem_long_wait_until_any, \
        const volatile long *: shmem_long_wait_until_any, \
        long long *: shmem_longlong_wait_until_any, \
        const long long *: shmem_longlong_wait_until_any, \
        volatile long long *: shmem_longlong_wait_until_any, \
        const volatile long long *: shmem_longlong_wait_until_any, \
        unsigned int *: shmem_uint_wait_until_any, \
        const unsigned int *: shmem_uint_wait_until_any, \
        volatile unsigned int *: shmem_uint_wait_until_any, \
        const volatile unsigned int *: shmem_uint_wait_until_any, \
        unsigned long *: shmem_ulong_wait_until_any, \
        const unsigned long *: shmem_ulong_wait_until_any, \
        volatile unsigned long *: shmem_ulong_wait_until_any, \
        const volatile unsigned long *: shmem_ulong_wait_until_any, \
        unsigned long long *: shmem_ulonglong_wait_until_any, \
        const unsigned long long *: shmem_ulonglong_wait_until_any, \
        volatile unsigned long long *: shmem_ulonglong_wait_until_any, \
        const volatile unsigned long long *: shmem_ulonglong_wait_until_any, \
        short *: shmem_short_wait_until_any, \
        const short *: shmem_short_wait_until_any, \
        volatile short *: shmem_short_wait_until_any, \
        const volatile short *: shmem_short_wait_until_any, \
        unsigned short *: shmem_ushort_wait_until_any, \
        const unsigned short *: shmem_ushort_wait_until_any, \
        volatile unsigned short *: shmem_ushort_wait_until_any, \
        const volatile unsigned short *: shmem_ushort_wait_until_any)(__VA_ARGS__)

#define shmem_wait_until_some(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_wait_until_some, \
        const int *: shmem_int_wait_until_some, \
        volatile int *: shmem_int_wait_until_some, \
        const volatile int *: shmem_int_wait_until_some, \
        long *: shmem_long_wait_until_some, \
        const long *: shmem_long_wait_until_some, \
        volatile long *: shmem_long_wait_until_some, \
        const volatile long *: shmem_long_wait_until_some, \
        long long *: shmem_longlong_wait_until_some, \
        const long long *: shmem_longlong_wait_until_some, \
        volatile long long *: shmem_longlong_wait_until_some, \
        const volatile long long *: shmem_longlong_wait_until_some, \
        unsigned int *: shmem_uint_wait_until_some, \
        const unsigned int *: shmem_uint_wait_until_some, \
        volatile unsigned int *: shmem_uint_wait_until_some, \
        const volatile unsigned int *: shmem_uint_wait_until_some, \
        unsigned long *: shmem_ulong_wait_until_some, \
        const unsigned long *: shmem_ulong_wait_until_some, \
        volatile unsigned long *: shmem_ulong_wait_until_some, \
        const volatile unsigned long *: shmem_ulong_wait_until_some, \
        unsigned long long *: shmem_ulonglong_wait_until_some, \
        const unsigned long long *: shmem_ulonglong_wait_until_some, \
        volatile unsigned long long *: shmem_ulonglong_wait_until_some, \
        const volatile unsigned long long *: shmem_ulonglong_wait_until_some, \
        short *: shmem_short_wait_until_some, \
        const short *: shmem_short_wait_until_some, \
        volatile short *: shmem_short_wait_until_some, \
        const volatile short *: shmem_short_wait_until_some, \
        unsigned short *: shmem_ushort_wait_until_some, \
        const unsigned short *: shmem_ushort_wait_until_some, \
        volatile unsigned short *: shmem_ushort_wait_until_some, \
        const volatile unsigned short *: shmem_ushort_wait_until_some)(__VA_ARGS__)

#define shmem_wait_until_all_vector(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_wait_until_all_vector, \
        const int *: shmem_int_wait_until_all_vector, \
        volatile int *: shmem_int_wait_until_all_vector, \
        const volatile int *: shmem_int_wait_until_all_vector, \
        long *: shmem_long_wait_until_all_vector, \
        const long *: shmem_long_wait_until_all_vector, \
        volatile long *: shmem_long_wait_until_all_vector, \
        const volatile long *: shmem_long_wait_until_all_vector, \
        long long *: shmem_longlong_wait_until_all_vector, \
        const long long *: shmem_longlong_wait_until_all_vector, \
        volatile long long *: shmem_longlong_wait_until_all_vector, \
        const volatile long long *: shmem_longlong_wait_until_all_vector, \
        unsigned int *: shmem_uint_wait_until_all_vector, \
        const unsigned int *: shmem_uint_wait_until_all_vector, \
        volatile unsigned int *: shmem_uint_wait_until_all_vector, \
        const volatile unsigned int *: shmem_uint_wait_until_all_vector, \
        unsigned long *: shmem_ulong_wait_until_all_vector, \
        const unsigned long *: shmem_ulong_wait_until_all_vector, \
        volatile unsigned long *: shmem_ulong_wait_until_all_vector, \
        const volatile unsigned long *: shmem_ulong_wait_until_all_vector, \
        unsigned long long *: shmem_ulonglong_wait_until_all_vector, \
        const unsigned long long *: shmem_ulonglong_wait_until_all_vector, \
        volatile unsigned long long *: shmem_ulonglong_wait_until_all_vector, \
        const volatile unsigned long long *: shmem_ulonglong_wait_until_all_vector, \
        short *: shmem_short_wait_until_all_vector, \
        const short *: shmem_short_wait_until_all_vector, \
        volatile short *: shmem_short_wait_until_all_vector, \
        const volatile short *: shmem_short_wait_until_all_vector, \
        unsigned short *: shmem_ushort_wait_until_all_vector, \
        const unsigned short *: shmem_ushort_wait_until_all_vector, \
        volatile unsigned short *: shmem_ushort_wait_until_all_vector, \
        const volatile unsigned short *: shmem_ushort_wait_until_all_vector)(__VA_ARGS__)

#define shmem_wait_until_any_vector(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_wait_until_any_vector, \
        const int *: shmem_int_wait_until_any_vector, \
        volatile int *: shmem_int_wait_until_any_vector, \
        const volatile int *: shmem_int_wait_until_any_vector, \
        long *: shmem_long_wait_until_any_vector, \
        const long *: shmem_long_wait_until_any_vector, \
        volatile long *: shmem_long_wait_until_any_vector, \
        const volatile long *: shmem_long_wait_until_any_vector, \
        long long *: shmem_longlong_wait_until_any_vector, \
        const long long *: shmem_longlong_wait_until_any_vector, \
        volatile long long *: shmem_longlong_wait_until_any_vector, \
        const volatile long long *: shmem_longlong_wait_until_any_vector, \
        unsigned int *: shmem_uint_wait_until_any_vector, \
        const unsigned int *: shmem_uint_wait_until_any_vector, \
        volatile unsigned int *: shmem_uint_wait_until_any_vector, \
        const volatile unsigned int *: shmem_uint_wait_until_any_vector, \
        unsigned long *: shmem_ulong_wait_until_any_vector, \
        const unsigned long *: shmem_ulong_wait_until_any_vector, \
        volatile unsigned long *: shmem_ulong_wait_until_any_vector, \
        const volatile unsigned long *: shmem_ulong_wait_until_any_vector, \
        unsigned long long *: shmem_ulonglong_wait_until_any_vector, \
        const unsigned long long *: shmem_ulonglong_wait_until_any_vector, \
        volatile unsigned long long *: shmem_ulonglong_wait_until_any_vector, \
        const volatile unsigned long long *: shmem_ulonglong_wait_until_any_vector, \
        short *: shmem_short_wait_until_any_vector, \
        const short *: shmem_short_wait_until_any_vector, \
        volatile short *: shmem_short_wait_until_any_vector, \
        const volatile short *: shmem_short_wait_until_any_vector, \
        unsigned short *: shmem_ushort_wait_until_any_vector, \
        const unsigned short *: shmem_ushort_wait_until_any_vector, \
        volatile unsigned short *: shmem_ushort_wait_until_any_vector, \
        const volatile unsigned short *: shmem_ushort_wait_until_any_vector)(__VA_ARGS__)

#define shmem_wait_until_some_vector(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_wait_until_some_vector, \
        const int *: shmem_int_wait_until_some_vector, \
        volatile int *: shmem_int_wait_until_some_vector, \
        const volatile int *: shmem_int_wait_until_some_vector, \
        long *: shmem_long_wait_until_some_vector, \
        const long *: shmem_long_wait_until_some_vector, \
        volatile long *: shmem_long_wait_until_some_vector, \
        const volatile long *: shmem_long_wait_until_some_vector, \
        long long *: shmem_longlong_wait_until_some_vector, \
        const long long *: shmem_longlong_wait_until_some_vector, \
        volatile long long *: shmem_longlong_wait_until_some_vector, \
        const volatile long long *: shmem_longlong_wait_until_some_vector, \
        unsigned int *: shmem_uint_wait_until_some_vector, \
        const unsigned int *: shmem_uint_wait_until_some_vector, \
        volatile unsigned int *: shmem_uint_wait_until_some_vector, \
        const volatile unsigned int *: shmem_uint_wait_until_some_vector, \
        unsigned long *: shmem_ulong_wait_until_some_vector, \
        const unsigned long *: shmem_ulong_wait_until_some_vector, \
        volatile unsigned long *: shmem_ulong_wait_until_some_vector, \
        const volatile unsigned long *: shmem_ulong_wait_until_some_vector, \
        unsigned long long *: shmem_ulonglong_wait_until_some_vector, \
        const unsigned long long *: shmem_ulonglong_wait_until_some_vector, \
        volatile unsigned long long *: shmem_ulonglong_wait_until_some_vector, \
        const volatile unsigned long long *: shmem_ulonglong_wait_until_some_vector, \
        short *: shmem_short_wait_until_some_vector, \
        const short *: shmem_short_wait_until_some_vector, \
        volatile short *: shmem_short_wait_until_some_vector, \
        const volatile short *: shmem_short_wait_until_some_vector, \
        unsigned short *: shmem_ushort_wait_until_some_vector, \
        const unsigned short *: shmem_ushort_wait_until_some_vector, \
        volatile unsigned short *: shmem_ushort_wait_until_some_vector, \
        const volatile unsigned short *: shmem_ushort_wait_until_some_vector)(__VA_ARGS__)

#define shmem_test(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_test, \
        const int *: shmem_int_test, \
        volatile int *: shmem_int_test, \
        const volatile int *: shmem_int_test, \
        long *: shmem_long_test, \
        const long *: shmem_long_test, \
        volatile long *: shmem_long_test, \
        const volatile long *: shmem_long_test, \
        long long *: shmem_longlong_test, \
        const long long *: shmem_longlong_test, \
        volatile long long *: shmem_longlong_test, \
        const volatile long long *: shmem_longlong_test, \
        unsigned int *: shmem_uint_test, \
        const unsigned int *: shmem_uint_test, \
        volatile unsigned int *: shmem_uint_test, \
        const volatile unsigned int *: shmem_uint_test, \
        unsigned long *: shmem_ulong_test, \
        const unsigned long *: shmem_ulong_test, \
        volatile unsigned long *: shmem_ulong_test, \
        const volatile unsigned long *: shmem_ulong_test, \
        unsigned long long *: shmem_ulonglong_test, \
        const unsigned long long *: shmem_ulonglong_test, \
        volatile unsigned long long *: shmem_ulonglong_test, \
        const volatile unsigned long long *: shmem_ulonglong_test, \
        short *: shmem_short_test, \
        const short *: shmem_short_test, \
        volatile short *: shmem_short_test, \
        const volatile short *: shmem_short_test, \
        unsigned short *: shmem_ushort_test, \
        const unsigned short *: shmem_ushort_test, \
        volatile unsigned short *: shmem_ushort_test, \
        const volatile unsigned short *: shmem_ushort_test)(__VA_ARGS__)

#define shmem_test_all(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_test_all, \
        const int *: shmem_int_test_all, \
        volatile int *: shmem_int_test_all, \
        const volatile int *: shmem_int_test_all, \
        long *: shmem_long_test_all, \
        const long *: shmem_long_test_all, \
        volatile long *: shmem_long_test_all, \
        const volatile long *: shmem_long_test_all, \
        long long *: shmem_longlong_test_all, \
        const long long *: shmem_longlong_test_all, \
        volatile long long *: shmem_longlong_test_all, \
        const volatile long long *: shmem_longlong_test_all, \
        unsigned int *: shmem_uint_test_all, \
        const unsigned int *: shmem_uint_test_all, \
        volatile unsigned int *: shmem_uint_test_all, \
        const volatile unsigned int *: shmem_uint_test_all, \
        unsigned long *: shmem_ulong_test_all, \
        const unsigned long *: shmem_ulong_test_all, \
        volatile unsigned long *: shmem_ulong_test_all, \
        const volatile unsigned long *: shmem_ulong_test_all, \
        unsigned long long *: shmem_ulonglong_test_all, \
        const unsigned long long *: shmem_ulonglong_test_all, \
        volatile unsigned long long *: shmem_ulonglong_test_all, \
        const volatile unsigned long long *: shmem_ulonglong_test_all, \
        short *: shmem_short_test_all, \
        const short *: shmem_short_test_all, \
        volatile short *: shmem_short_test_all, \
        const volatile short *: shmem_short_test_all, \
        unsigned short *: shmem_ushort_test_all, \
        const unsigned short *: shmem_ushort_test_all, \
        volatile unsigned short *: shmem_ushort_test_all, \
        const volatile unsigned short *: shmem_ushort_test_all)(__VA_ARGS__)

#define shmem_test_any(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_test_any, \
        const int *: shmem_int_test_any, \
        volatile int *: shmem_int_test_any, \
        const volatile int *: shmem_int_test_any, \
        long *: shmem_long_test_any, \
        const long *: shmem_long_test_any, \
        volatile long *: shmem_long_test_any, \
        const volatile long *: shmem_long_test_any, \
        long long *: shmem_longlong_test_any, \
        const long long *: shmem_longlong_test_any, \
        volatile long long *: shmem_longlong_test_any, \
        const volatile long long *: shmem_longlong_test_any, \
        unsigned int *: shmem_uint_test_any, \
        const unsigned int *: shmem_uint_test_any, \
        volatile unsigned int *: shmem_uint_test_any, \
        const volatile unsigned int *: shmem_uint_test_any, \
        unsigned long *: shmem_ulong_test_any, \
        const unsigned long *: shmem_ulong_test_any, \
        volatile unsigned long *: shmem_ulong_test_any, \
        const volatile unsigned long *: shmem_ulong_test_any, \
        unsigned long long *: shmem_ulonglong_test_any, \
        const unsigned long long *: shmem_ulonglong_test_any, \
        volatile unsigned long long *: shmem_ulonglong_test_any, \
        const volatile unsigned long long *: shmem_ulonglong_test_any, \
        short *: shmem_short_test_any, \
        const short *: shmem_short_test_any, \
        volatile short *: shmem_short_test_any, \
        const volatile short *: shmem_short_test_any, \
        unsigned short *: shmem_ushort_test_any, \
        const unsigned short *: shmem_ushort_test_any, \
        volatile unsigned short *: shmem_ushort_test_any, \
        const volatile unsigned short *: shmem_ushort_test_any)(__VA_ARGS__)

#define shmem_test_some(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_test_some, \
        const int *: shmem_int_test_some, \
        volatile int *: shmem_int_test_some, \
        const volatile int *: shmem_int_test_some, \
        long *: shmem_long_test_some, \
        const long *: shmem_long_test_some, \
        volatile long *: shmem_long_test_some, \
        const volatile long *: shmem_long_test_some, \
        long long *: shmem_longlong_test_some, \
        const long long *: shmem_longlong_test_some, \
        volatile long long *: shmem_longlong_test_some, \
        const volatile long long *: shmem_longlong_test_some, \
        unsigned int *: shmem_uint_test_some, \
        const unsigned int *: shmem_uint_test_some, \
        volatile unsigned int *: shmem_uint_test_some, \
        const volatile unsigned int *: shmem_uint_test_some, \
        unsigned long *: shmem_ulong_test_some, \
        const unsigned long *: shmem_ulong_test_some, \
        volatile unsigned long *: shmem_ulong_test_some, \
        const volatile unsigned long *: shmem_ulong_test_some, \
        unsigned long long *: shmem_ulonglong_test_some, \
        const unsigned long long *: shmem_ulonglong_test_some, \
        volatile unsigned long long *: shmem_ulonglong_test_some, \
        const volatile unsigned long long *: shmem_ulonglong_test_some, \
        short *: shmem_short_test_some, \
        const short *: shmem_short_test_some, \
        volatile short *: shmem_short_test_some, \
        const volatile short *: shmem_short_test_some, \
        unsigned short *: shmem_ushort_test_some, \
        const unsigned short *: shmem_ushort_test_some, \
        volatile unsigned short *: shmem_ushort_test_some, \
        const volatile unsigned short *: shmem_ushort_test_some)(__VA_ARGS__)

#define shmem_test_all_vector(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_test_all_vector, \
        const int *: shmem_int_test_all_vector, \
        volatile int *: shmem_int_test_all_vector, \
        const volatile int *: shmem_int_test_all_vector, \
        long *: shmem_long_test_all_vector, \
        const long *: shmem_long_test_all_vector, \
        volatile long *: shmem_long_test_all_vector, \
        const volatile long *: shmem_long_test_all_vector, \
        long long *: shmem_longlong_test_all_vector, \
        const long long *: shmem_longlong_test_all_vector, \
        volatile long long *: shmem_longlong_test_all_vector, \
        const volatile long long *: shmem_longlong_test_all_vector, \
        unsigned int *: shmem_uint_test_all_vector, \
        const unsigned int *: shmem_uint_test_all_vector, \
        volatile unsigned int *: shmem_uint_test_all_vector, \
        const volatile unsigned int *: shmem_uint_test_all_vector, \
        unsigned long *: shmem_ulong_test_all_vector, \
        const unsigned long *: shmem_ulong_test_all_vector, \
        volatile unsigned long *: shmem_ulong_test_all_vector, \
        const volatile unsigned long *: shmem_ulong_test_all_vector, \
        unsigned long long *: shmem_ulonglong_test_all_vector, \
        const unsigned long long *: shmem_ulonglong_test_all_vector, \
        volatile unsigned long long *: shmem_ulonglong_test_all_vector, \
        const volatile unsigned long long *: shmem_ulonglong_test_all_vector, \
        short *: shmem_short_test_all_vector, \
        const short *: shmem_short_test_all_vector, \
        volatile short *: shmem_short_test_all_vector, \
        const volatile short *: shmem_short_test_all_vector, \
        unsigned short *: shmem_ushort_test_all_vector, \
        const unsigned short *: shmem_ushort_test_all_vector, \
        volatile unsigned short *: shmem_ushort_test_all_vector, \
        const volatile unsigned short *: shmem_ushort_test_all_vector)(__VA_ARGS__)

#define shmem_test_any_vector(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_test_any_vector, \
        const int *: shmem_int_test_any_vector, \
        volatile int *: shmem_int_test_any_vector, \
        const volatile int *: shmem_int_test_any_vector, \
        long *: shmem_long_test_any_vector, \
        const long *: shmem_long_test_any_vector, \
        volatile long *: shmem_long_test_any_vector, \
        const volatile long *: shmem_long_test_any_vector, \
        long long *: shmem_longlong_test_any_vector, \
        const long long *: shmem_longlong_test_any_vector, \
        volatile long long *: shmem_longlong_test_any_vector, \
        const volatile long long *: shmem_longlong_test_any_vector, \
        unsigned int *: shmem_uint_test_any_vector, \
        const unsigned int *: shmem_uint_test_any_vector, \
        volatile unsigned int *: shmem_uint_test_any_vector, \
        const volatile unsigned int *: shmem_uint_test_any_vector, \
        unsigned long *: shmem_ulong_test_any_vector, \
        const unsigned long *: shmem_ulong_test_any_vector, \
        volatile unsigned long *: shmem_ulong_test_any_vector, \
        const volatile unsigned long *: shmem_ulong_test_any_vector, \
        unsigned long long *: shmem_ulonglong_test_any_vector, \
        const unsigned long long *: shmem_ulonglong_test_any_vector, \
        volatile unsigned long long *: shmem_ulonglong_test_any_vector, \
        const volatile unsigned long long *: shmem_ulonglong_test_any_vector, \
        short *: shmem_short_test_any_vector, \
        const short *: shmem_short_test_any_vector, \
        volatile short *: shmem_short_test_any_vector, \
        const volatile short *: shmem_short_test_any_vector, \
        unsigned short *: shmem_ushort_test_any_vector, \
        const unsigned short *: shmem_ushort_test_any_vector, \
        volatile unsigned short *: shmem_ushort_test_any_vector, \
        const volatile unsigned short *: shmem_ushort_test_any_vector)(__VA_ARGS__)

#define shmem_test_some_vector(...) \
    _Generic(SHMEM_ARGUMENT_0_(__VA_ARGS__), \
        int *: shmem_int_test_some_vector, \
        const int *: shmem_int_test_some_vector, \
        volatile int *: shmem_int_test_some_vector, \
        const volatile int *: shmem_int_test_some_vector, \
        long *: shmem_long_test_some_vector, \
        const long *: shmem_long_test_some_vector, \
        volatile long *: shmem_long_test_some_vector, \
        const volatile long *: shmem_long_test_some_vector, \
        long long *: shmem_longlong_test_some_vector, \
        const long long *: shmem_longlong_test_some_vector, \
        volatile long long *: shmem_longlong_test_some_vector, \
        const volatile long long *: shmem_longlong_test_some_vector, \
        unsigned int *: shmem_uint_test_some_vector, \
        const unsigned int *: shmem_uint_test_some_vector, \
        volatile unsigned int *: shmem_uint_test_some_vector, \
        const volatile unsigned int *: shmem_uint_test_some_vector, \
        unsigned long *: shmem_ulong_test_some_vector, \
        const unsigned long *: shmem_ulong_test_some_vector, \
        volatile unsigned long *: shmem_ulong_test_some_vector, \
        const volatile unsigned long *: shmem_ulong_test_some_vector, \
        unsigned long long *: shmem_ulonglong_test_some_vector, \
        const unsigned long long *: shmem_ulonglong_test_some_vector, \
        volatile unsigned long long *: shmem_ulonglong_test_some_vector, \
        const volatile unsigned long long *: shmem_ulonglong_test_some_vector, \
        short *: shmem_short_test_some_vector, \
        const short *: shmem_short_test_some_vector, \
        volatile short *: shmem_short_test_some_vector, \
        const volatile short *: shmem_short_test_some_vector, \
        unsigned short *: shmem_ushort_test_some_vector, \
        const unsigned short *: shmem_ushort_test_some_vector, \
        volatile unsigned short *: shmem_ushort_test_some_vector, \
        const volatile unsigned short *: shmem_ushort_test_some_vector)(__VA_ARGS__)

#endif

#ifdef __cplusplus
extern "C++" {

static inline void shmem_put(float *dest, const float *source, size_t nelems, int pe) { shmem_float_put(dest, source, nelems, pe); }
static inline void shmem_put(double *dest, const double *source, size_t nelems, int pe) { shmem_double_put(dest, source, nelems, pe); }
static inline void shmem_put(long double *dest, const long double *source, size_t nelems, int pe) { shmem_longdouble_put(dest, source, nelems, pe); }
static inline void shmem_put(char *dest, const char *source, size_t nelems, int pe) { shmem_char_put(dest, source, nelems, pe); }
static inline void shmem_put(signed char *dest, const signed char *source, size_t nelems, int pe) { shmem_schar_put(dest, source, nelems, pe); }
static inline void shmem_put(short *dest, const short *source, size_t nelems, int pe) { shmem_short_put(dest, source, nelems, pe); }
static inline void shmem_put(int *dest, const int *source, size_t nelems, int pe) { shmem_int_put(dest, source, nelems, pe); }
static inline void shmem_put(long *dest, const long *source, size_t nelems, int pe) { shmem_long_put(dest, source, nelems, pe); }
static inline void shmem_put(long long *dest, const long long *source, size_t nelems, int pe) { shmem_longlong_put(dest, source, nelems, pe); }
static inline void shmem_put(unsigned char *dest, const unsigned char *source, size_t nelems, int pe) { shmem_uchar_put(dest, source, nelems, pe); }
static inline void shmem_put(unsigned short *dest, const unsigned short *source, size_t nelems, int pe) { shmem_ushort_put(dest, source, nelems, pe); }
static inline void shmem_put(unsigned int *dest, const unsigned int *source, size_t nelems, int pe) { shmem_uint_put(dest, source, nelems, pe); }
static inline void shmem_put(unsigned long *dest, const unsigned long *source, size_t nelems, int pe) { shmem_ulong_put(dest, source, nelems, pe); }
static inline void shmem_put(unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe) { shmem_ulonglong_put(dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, int pe) { shmem_ctx_float_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, int pe) { shmem_ctx_double_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, int pe) { shmem_ctx_longdouble_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, int pe) { shmem_ctx_char_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, int pe) { shmem_ctx_schar_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, int pe) { shmem_ctx_short_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, int pe) { shmem_ctx_int_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, int pe) { shmem_ctx_long_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, int pe) { shmem_ctx_longlong_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, int pe) { shmem_ctx_uchar_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, int pe) { shmem_ctx_ushort_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, int pe) { shmem_ctx_uint_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, int pe) { shmem_ctx_ulong_put(ctx, dest, source, nelems, pe); }
static inline void shmem_put(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe) { shmem_ctx_ulonglong_put(ctx, dest, source, nelems, pe); }
static inline void shmem_p(float *dest, float value, int pe) { shmem_float_p(dest, value, pe); }
static inline void shmem_p(double *dest, double value, int pe) { shmem_double_p(dest, value, pe); }
static inline void shmem_p(long double *dest, long double value, int pe) { shmem_longdouble_p(dest, value, pe); }
static inline void shmem_p(char *dest, char value, int pe) { shmem_char_p(dest, value, pe); }
static inline void shmem_p(signed char *dest, signed char value, int pe) { shmem_schar_p(dest, value, pe); }
static inline void shmem_p(short *dest, short value, int pe) { shmem_short_p(dest, value, pe); }
static inline void shmem_p(int *dest, int value, int pe) { shmem_int_p(dest, value, pe); }
static inline void shmem_p(long *dest, long value, int pe) { shmem_long_p(dest, value, pe); }
static inline void shmem_p(long long *dest, long long value, int pe) { shmem_longlong_p(dest, value, pe); }
static inline void shmem_p(unsigned char *dest, unsigned char value, int pe) { shmem_uchar_p(dest, value, pe); }
static inline void shmem_p(unsigned short *dest, unsigned short value, int pe) { shmem_ushort_p(dest, value, pe); }
static inline void shmem_p(unsigned int *dest, unsigned int value, int pe) { shmem_uint_p(dest, value, pe); }
static inline void shmem_p(unsigned long *dest, unsigned long value, int pe) { shmem_ulong_p(dest, value, pe); }
static inline void shmem_p(unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_p(dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, float *dest, float value, int pe) { shmem_ctx_float_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, double *dest, double value, int pe) { shmem_ctx_double_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, long double *dest, long double value, int pe) { shmem_ctx_longdouble_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, char *dest, char value, int pe) { shmem_ctx_char_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, signed char *dest, signed char value, int pe) { shmem_ctx_schar_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, short *dest, short value, int pe) { shmem_ctx_short_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, int *dest, int value, int pe) { shmem_ctx_int_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, long *dest, long value, int pe) { shmem_ctx_long_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, long long *dest, long long value, int pe) { shmem_ctx_longlong_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, unsigned char *dest, unsigned char value, int pe) { shmem_ctx_uchar_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, unsigned short *dest, unsigned short value, int pe) { shmem_ctx_ushort_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_p(ctx, dest, value, pe); }
static inline void shmem_p(shmem_ctx_t ctx, unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_p(ctx, dest, value, pe); }
static inline void shmem_iput(float *dest, const float *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_float_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(double *dest, const double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_double_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(long double *dest, const long double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_longdouble_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(char *dest, const char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_char_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(signed char *dest, const signed char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_schar_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(short *dest, const short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_short_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(int *dest, const int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_int_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(long *dest, const long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_long_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(long long *dest, const long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_longlong_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(unsigned char *dest, const unsigned char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_uchar_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(unsigned short *dest, const unsigned short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ushort_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(unsigned int *dest, const unsigned int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_uint_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(unsigned long *dest, const unsigned long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ulong_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(unsigned long long *dest, const unsigned long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ulonglong_iput(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, float *dest, const float *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_float_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, double *dest, const double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_double_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, long double *dest, const long double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_longdouble_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, char *dest, const char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_char_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, signed char *dest, const signed char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_schar_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, short *dest, const short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_short_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, int *dest, const int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_int_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, long *dest, const long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_long_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, long long *dest, const long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_longlong_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_uchar_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_ushort_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_uint_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_ulong_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iput(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_ulonglong_iput(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_get(float *dest, const float *source, size_t nelems, int pe) { shmem_float_get(dest, source, nelems, pe); }
static inline void shmem_get(double *dest, const double *source, size_t nelems, int pe) { shmem_double_get(dest, source, nelems, pe); }
static inline void shmem_get(long double *dest, const long double *source, size_t nelems, int pe) { shmem_longdouble_get(dest, source, nelems, pe); }
static inline void shmem_get(char *dest, const char *source, size_t nelems, int pe) { shmem_char_get(dest, source, nelems, pe); }
static inline void shmem_get(signed char *dest, const signed char *source, size_t nelems, int pe) { shmem_schar_get(dest, source, nelems, pe); }
static inline void shmem_get(short *dest, const short *source, size_t nelems, int pe) { shmem_short_get(dest, source, nelems, pe); }
static inline void shmem_get(int *dest, const int *source, size_t nelems, int pe) { shmem_int_get(dest, source, nelems, pe); }
static inline void shmem_get(long *dest, const long *source, size_t nelems, int pe) { shmem_long_get(dest, source, nelems, pe); }
static inline void shmem_get(long long *dest, const long long *source, size_t nelems, int pe) { shmem_longlong_get(dest, source, nelems, pe); }
static inline void shmem_get(unsigned char *dest, const unsigned char *source, size_t nelems, int pe) { shmem_uchar_get(dest, source, nelems, pe); }
static inline void shmem_get(unsigned short *dest, const unsigned short *source, size_t nelems, int pe) { shmem_ushort_get(dest, source, nelems, pe); }
static inline void shmem_get(unsigned int *dest, const unsigned int *source, size_t nelems, int pe) { shmem_uint_get(dest, source, nelems, pe); }
static inline void shmem_get(unsigned long *dest, const unsigned long *source, size_t nelems, int pe) { shmem_ulong_get(dest, source, nelems, pe); }
static inline void shmem_get(unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe) { shmem_ulonglong_get(dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, int pe) { shmem_ctx_float_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, int pe) { shmem_ctx_double_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, int pe) { shmem_ctx_longdouble_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, int pe) { shmem_ctx_char_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, int pe) { shmem_ctx_schar_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, int pe) { shmem_ctx_short_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, int pe) { shmem_ctx_int_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, int pe) { shmem_ctx_long_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, int pe) { shmem_ctx_longlong_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, int pe) { shmem_ctx_uchar_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, int pe) { shmem_ctx_ushort_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, int pe) { shmem_ctx_uint_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, int pe) { shmem_ctx_ulong_get(ctx, dest, source, nelems, pe); }
static inline void shmem_get(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe) { shmem_ctx_ulonglong_get(ctx, dest, source, nelems, pe); }
static inline float shmem_g(const float *source, int pe) { return shmem_float_g(source, pe); }
static inline double shmem_g(const double *source, int pe) { return shmem_double_g(source, pe); }
static inline long double shmem_g(const long double *source, int pe) { return shmem_longdouble_g(source, pe); }
static inline char shmem_g(const char *source, int pe) { return shmem_char_g(source, pe); }
static inline signed char shmem_g(const signed char *source, int pe) { return shmem_schar_g(source, pe); }
static inline short shmem_g(const short *source, int pe) { return shmem_short_g(source, pe); }
static inline int shmem_g(const int *source, int pe) { return shmem_int_g(source, pe); }
static inline long shmem_g(const long *source, int pe) { return shmem_long_g(source, pe); }
static inline long long shmem_g(const long long *source, int pe) { return shmem_longlong_g(source, pe); }
static inline unsigned char shmem_g(const unsigned char *source, int pe) { return shmem_uchar_g(source, pe); }
static inline unsigned short shmem_g(const unsigned short *source, int pe) { return shmem_ushort_g(source, pe); }
static inline unsigned int shmem_g(const unsigned int *source, int pe) { return shmem_uint_g(source, pe); }
static inline unsigned long shmem_g(const unsigned long *source, int pe) { return shmem_ulong_g(source, pe); }
static inline unsigned long long shmem_g(const unsigned long long *source, int pe) { return shmem_ulonglong_g(source, pe); }
static inline float shmem_g(shmem_ctx_t ctx, const float *source, int pe) { return shmem_ctx_float_g(ctx, source, pe); }
static inline double shmem_g(shmem_ctx_t ctx, const double *source, int pe) { return shmem_ctx_double_g(ctx, source, pe); }
static inline long double shmem_g(shmem_ctx_t ctx, const long double *source, int pe) { return shmem_ctx_longdouble_g(ctx, source, pe); }
static inline char shmem_g(shmem_ctx_t ctx, const char *source, int pe) { return shmem_ctx_char_g(ctx, source, pe); }
static inline signed char shmem_g(shmem_ctx_t ctx, const signed char *source, int pe) { return shmem_ctx_schar_g(ctx, source, pe); }
static inline short shmem_g(shmem_ctx_t ctx, const short *source, int pe) { return shmem_ctx_short_g(ctx, source, pe); }
static inline int shmem_g(shmem_ctx_t ctx, const int *source, int pe) { return shmem_ctx_int_g(ctx, source, pe); }
static inline long shmem_g(shmem_ctx_t ctx, const long *source, int pe) { return shmem_ctx_long_g(ctx, source, pe); }
static inline long long shmem_g(shmem_ctx_t ctx, const long long *source, int pe) { return shmem_ctx_longlong_g(ctx, source, pe); }
static inline unsigned char shmem_g(shmem_ctx_t ctx, const unsigned char *source, int pe) { return shmem_ctx_uchar_g(ctx, source, pe); }
static inline unsigned short shmem_g(shmem_ctx_t ctx, const unsigned short *source, int pe) { return shmem_ctx_ushort_g(ctx, source, pe); }
static inline unsigned int shmem_g(shmem_ctx_t ctx, const unsigned int *source, int pe) { return shmem_ctx_uint_g(ctx, source, pe); }
static inline unsigned long shmem_g(shmem_ctx_t ctx, const unsigned long *source, int pe) { return shmem_ctx_ulong_g(ctx, source, pe); }
static inline unsigned long long shmem_g(shmem_ctx_t ctx, const unsigned long long *source, int pe) { return shmem_ctx_ulonglong_g(ctx, source, pe); }
static inline void shmem_iget(float *dest, const float *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_float_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(double *dest, const double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_double_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(long double *dest, const long double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_longdouble_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(char *dest, const char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_char_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(signed char *dest, const signed char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_schar_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(short *dest, const short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_short_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(int *dest, const int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_int_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(long *dest, const long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_long_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(long long *dest, const long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_longlong_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(unsigned char *dest, const unsigned char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_uchar_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(unsigned short *dest, const unsigned short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ushort_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(unsigned int *dest, const unsigned int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_uint_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(unsigned long *dest, const unsigned long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ulong_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(unsigned long long *dest, const unsigned long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ulonglong_iget(dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, float *dest, const float *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_float_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, double *dest, const double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_double_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, long double *dest, const long double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_longdouble_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, char *dest, const char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_char_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, signed char *dest, const signed char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_schar_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, short *dest, const short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_short_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, int *dest, const int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_int_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, long *dest, const long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_long_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, long long *dest, const long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_longlong_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_uchar_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_ushort_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_uint_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_ulong_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_iget(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems, int pe) { shmem_ctx_ulonglong_iget(ctx, dest, source, dst, sst, nelems, pe); }
static inline void shmem_put_nbi(float *dest, const float *source, size_t nelems, int pe) { shmem_float_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(double *dest, const double *source, size_t nelems, int pe) { shmem_double_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(long double *dest, const long double *source, size_t nelems, int pe) { shmem_longdouble_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(char *dest, const char *source, size_t nelems, int pe) { shmem_char_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(signed char *dest, const signed char *source, size_t nelems, int pe) { shmem_schar_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(short *dest, const short *source, size_t nelems, int pe) { shmem_short_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(int *dest, const int *source, size_t nelems, int pe) { shmem_int_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(long *dest, const long *source, size_t nelems, int pe) { shmem_long_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(long long *dest, const long long *source, size_t nelems, int pe) { shmem_longlong_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(unsigned char *dest, const unsigned char *source, size_t nelems, int pe) { shmem_uchar_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(unsigned short *dest, const unsigned short *source, size_t nelems, int pe) { shmem_ushort_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(unsigned int *dest, const unsigned int *source, size_t nelems, int pe) { shmem_uint_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(unsigned long *dest, const unsigned long *source, size_t nelems, int pe) { shmem_ulong_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe) { shmem_ulonglong_put_nbi(dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, int pe) { shmem_ctx_float_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, int pe) { shmem_ctx_double_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, int pe) { shmem_ctx_longdouble_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, int pe) { shmem_ctx_char_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, int pe) { shmem_ctx_schar_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, int pe) { shmem_ctx_short_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, int pe) { shmem_ctx_int_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, int pe) { shmem_ctx_long_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, int pe) { shmem_ctx_longlong_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, int pe) { shmem_ctx_uchar_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, int pe) { shmem_ctx_ushort_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, int pe) { shmem_ctx_uint_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, int pe) { shmem_ctx_ulong_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_put_nbi(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe) { shmem_ctx_ulonglong_put_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(float *dest, const float *source, size_t nelems, int pe) { shmem_float_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(double *dest, const double *source, size_t nelems, int pe) { shmem_double_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(long double *dest, const long double *source, size_t nelems, int pe) { shmem_longdouble_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(char *dest, const char *source, size_t nelems, int pe) { shmem_char_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(signed char *dest, const signed char *source, size_t nelems, int pe) { shmem_schar_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(short *dest, const short *source, size_t nelems, int pe) { shmem_short_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(int *dest, const int *source, size_t nelems, int pe) { shmem_int_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(long *dest, const long *source, size_t nelems, int pe) { shmem_long_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(long long *dest, const long long *source, size_t nelems, int pe) { shmem_longlong_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(unsigned char *dest, const unsigned char *source, size_t nelems, int pe) { shmem_uchar_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(unsigned short *dest, const unsigned short *source, size_t nelems, int pe) { shmem_ushort_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(unsigned int *dest, const unsigned int *source, size_t nelems, int pe) { shmem_uint_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(unsigned long *dest, const unsigned long *source, size_t nelems, int pe) { shmem_ulong_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe) { shmem_ulonglong_get_nbi(dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, int pe) { shmem_ctx_float_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, int pe) { shmem_ctx_double_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, int pe) { shmem_ctx_longdouble_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, int pe) { shmem_ctx_char_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, int pe) { shmem_ctx_schar_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, int pe) { shmem_ctx_short_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, int pe) { shmem_ctx_int_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, int pe) { shmem_ctx_long_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, int pe) { shmem_ctx_longlong_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, int pe) { shmem_ctx_uchar_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, int pe) { shmem_ctx_ushort_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, int pe) { shmem_ctx_uint_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, int pe) { shmem_ctx_ulong_get_nbi(ctx, dest, source, nelems, pe); }
static inline void shmem_get_nbi(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, int pe) { shmem_ctx_ulonglong_get_nbi(ctx, dest, source, nelems, pe); }
static inline float shmem_atomic_fetch(const volatile float *source, int pe) { return shmem_float_atomic_fetch(source, pe); }
static inline double shmem_atomic_fetch(const volatile double *source, int pe) { return shmem_double_atomic_fetch(source, pe); }
static inline int shmem_atomic_fetch(const volatile int *source, int pe) { return shmem_int_atomic_fetch(source, pe); }
static inline long shmem_atomic_fetch(const volatile long *source, int pe) { return shmem_long_atomic_fetch(source, pe); }
static inline long long shmem_atomic_fetch(const volatile long long *source, int pe) { return shmem_longlong_atomic_fetch(source, pe); }
static inline unsigned int shmem_atomic_fetch(const volatile unsigned int *source, int pe) { return shmem_uint_atomic_fetch(source, pe); }
static inline unsigned long shmem_atomic_fetch(const volatile unsigned long *source, int pe) { return shmem_ulong_atomic_fetch(source, pe); }
static inline unsigned long long shmem_atomic_fetch(const volatile unsigned long long *source, int pe) { return shmem_ulonglong_atomic_fetch(source, pe); }
static inline float shmem_atomic_fetch(shmem_ctx_t ctx, const volatile float *source, int pe) { return shmem_ctx_float_atomic_fetch(ctx, source, pe); }
static inline double shmem_atomic_fetch(shmem_ctx_t ctx, const volatile double *source, int pe) { return shmem_ctx_double_atomic_fetch(ctx, source, pe); }
static inline int shmem_atomic_fetch(shmem_ctx_t ctx, const volatile int *source, int pe) { return shmem_ctx_int_atomic_fetch(ctx, source, pe); }
static inline long shmem_atomic_fetch(shmem_ctx_t ctx, const volatile long *source, int pe) { return shmem_ctx_long_atomic_fetch(ctx, source, pe); }
static inline long long shmem_atomic_fetch(shmem_ctx_t ctx, const volatile long long *source, int pe) { return shmem_ctx_longlong_atomic_fetch(ctx, source, pe); }
static inline unsigned int shmem_atomic_fetch(shmem_ctx_t ctx, const volatile unsigned int *source, int pe) { return shmem_ctx_uint_atomic_fetch(ctx, source, pe); }
static inline unsigned long shmem_atomic_fetch(shmem_ctx_t ctx, const volatile unsigned long *source, int pe) { return shmem_ctx_ulong_atomic_fetch(ctx, source, pe); }
static inline unsigned long long shmem_atomic_fetch(shmem_ctx_t ctx, const volatile unsigned long long *source, int pe) { return shmem_ctx_ulonglong_atomic_fetch(ctx, source, pe); }
static inline void shmem_atomic_set(volatile float *dest, float value, int pe) { shmem_float_atomic_set(dest, value, pe); }
static inline void shmem_atomic_set(volatile double *dest, double value, int pe) { shmem_double_atomic_set(dest, value, pe); }
static inline void shmem_atomic_set(volatile int *dest, int value, int pe) { shmem_int_atomic_set(dest, value, pe); }
static inline void shmem_atomic_set(volatile long *dest, long value, int pe) { shmem_long_atomic_set(dest, value, pe); }
static inline void shmem_atomic_set(volatile long long *dest, long long value, int pe) { shmem_longlong_atomic_set(dest, value, pe); }
static inline void shmem_atomic_set(volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_atomic_set(dest, value, pe); }
static inline void shmem_atomic_set(volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_atomic_set(dest, value, pe); }
static inline void shmem_atomic_set(volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_atomic_set(dest, value, pe); }
static inline void shmem_atomic_set(shmem_ctx_t ctx, volatile float *dest, float value, int pe) { shmem_ctx_float_atomic_set(ctx, dest, value, pe); }
static inline void shmem_atomic_set(shmem_ctx_t ctx, volatile double *dest, double value, int pe) { shmem_ctx_double_atomic_set(ctx, dest, value, pe); }
static inline void shmem_atomic_set(shmem_ctx_t ctx, volatile int *dest, int value, int pe) { shmem_ctx_int_atomic_set(ctx, dest, value, pe); }
static inline void shmem_atomic_set(shmem_ctx_t ctx, volatile long *dest, long value, int pe) { shmem_ctx_long_atomic_set(ctx, dest, value, pe); }
static inline void shmem_atomic_set(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe) { shmem_ctx_longlong_atomic_set(ctx, dest, value, pe); }
static inline void shmem_atomic_set(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_atomic_set(ctx, dest, value, pe); }
static inline void shmem_atomic_set(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_atomic_set(ctx, dest, value, pe); }
static inline void shmem_atomic_set(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_set(ctx, dest, value, pe); }
static inline int shmem_atomic_compare_swap(volatile int *dest, int cond, int value, int pe) { return shmem_int_atomic_compare_swap(dest, cond, value, pe); }
static inline long shmem_atomic_compare_swap(volatile long *dest, long cond, long value, int pe) { return shmem_long_atomic_compare_swap(dest, cond, value, pe); }
static inline long long shmem_atomic_compare_swap(volatile long long *dest, long long cond, long long value, int pe) { return shmem_longlong_atomic_compare_swap(dest, cond, value, pe); }
static inline unsigned int shmem_atomic_compare_swap(volatile unsigned int *dest, unsigned int cond, unsigned int value, int pe) { return shmem_uint_atomic_compare_swap(dest, cond, value, pe); }
static inline unsigned long shmem_atomic_compare_swap(volatile unsigned long *dest, unsigned long cond, unsigned long value, int pe) { return shmem_ulong_atomic_compare_swap(dest, cond, value, pe); }
static inline unsigned long long shmem_atomic_compare_swap(volatile unsigned long long *dest, unsigned long long cond, unsigned long long value, int pe) { return shmem_ulonglong_atomic_compare_swap(dest, cond, value, pe); }
static inline int shmem_atomic_compare_swap(shmem_ctx_t ctx, volatile int *dest, int cond, int value, int pe) { return shmem_ctx_int_atomic_compare_swap(ctx, dest, cond, value, pe); }
static inline long shmem_atomic_compare_swap(shmem_ctx_t ctx, volatile long *dest, long cond, long value, int pe) { return shmem_ctx_long_atomic_compare_swap(ctx, dest, cond, value, pe); }
static inline long long shmem_atomic_compare_swap(shmem_ctx_t ctx, volatile long long *dest, long long cond, long long value, int pe) { return shmem_ctx_longlong_atomic_compare_swap(ctx, dest, cond, value, pe); }
static inline unsigned int shmem_atomic_compare_swap(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int cond, unsigned int value, int pe) { return shmem_ctx_uint_atomic_compare_swap(ctx, dest, cond, value, pe); }
static inline unsigned long shmem_atomic_compare_swap(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long cond, unsigned long value, int pe) { return shmem_ctx_ulong_atomic_compare_swap(ctx, dest, cond, value, pe); }
static inline unsigned long long shmem_atomic_compare_swap(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long cond, unsigned long long value, int pe) { return shmem_ctx_ulonglong_atomic_compare_swap(ctx, dest, cond, value, pe); }
static inline float shmem_atomic_swap(volatile float *dest, float value, int pe) { return shmem_float_atomic_swap(dest, value, pe); }
static inline double shmem_atomic_swap(volatile double *dest, double value, int pe) { return shmem_double_atomic_swap(dest, value, pe); }
static inline int shmem_atomic_swap(volatile int *dest, int value, int pe) { return shmem_int_atomic_swap(dest, value, pe); }
static inline long shmem_atomic_swap(volatile long *dest, long value, int pe) { return shmem_long_atomic_swap(dest, value, pe); }
static inline long long shmem_atomic_swap(volatile long long *dest, long long value, int pe) { return shmem_longlong_atomic_swap(dest, value, pe); }
static inline unsigned int shmem_atomic_swap(volatile unsigned int *dest, unsigned int value, int pe) { return shmem_uint_atomic_swap(dest, value, pe); }
static inline unsigned long shmem_atomic_swap(volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ulong_atomic_swap(dest, value, pe); }
static inline unsigned long long shmem_atomic_swap(volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ulonglong_atomic_swap(dest, value, pe); }
static inline float shmem_atomic_swap(shmem_ctx_t ctx, volatile float *dest, float value, int pe) { return shmem_ctx_float_atomic_swap(ctx, dest, value, pe); }
static inline double shmem_atomic_swap(shmem_ctx_t ctx, volatile double *dest, double value, int pe) { return shmem_ctx_double_atomic_swap(ctx, dest, value, pe); }
static inline int shmem_atomic_swap(shmem_ctx_t ctx, volatile int *dest, int value, int pe) { return shmem_ctx_int_atomic_swap(ctx, dest, value, pe); }
static inline long shmem_atomic_swap(shmem_ctx_t ctx, volatile long *dest, long value, int pe) { return shmem_ctx_long_atomic_swap(ctx, dest, value, pe); }
static inline long long shmem_atomic_swap(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe) { return shmem_ctx_longlong_atomic_swap(ctx, dest, value, pe); }
static inline unsigned int shmem_atomic_swap(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe) { return shmem_ctx_uint_atomic_swap(ctx, dest, value, pe); }
static inline unsigned long shmem_atomic_swap(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ctx_ulong_atomic_swap(ctx, dest, value, pe); }
static inline unsigned long long shmem_atomic_swap(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ctx_ulonglong_atomic_swap(ctx, dest, value, pe); }
static inline int shmem_atomic_fetch_inc(volatile int *dest, int pe) { return shmem_int_atomic_fetch_inc(dest, pe); }
static inline long shmem_atomic_fetch_inc(volatile long *dest, int pe) { return shmem_long_atomic_fetch_inc(dest, pe); }
static inline long long shmem_atomic_fetch_inc(volatile long long *dest, int pe) { return shmem_longlong_atomic_fetch_inc(dest, pe); }
static inline unsigned int shmem_atomic_fetch_inc(volatile unsigned int *dest, int pe) { return shmem_uint_atomic_fetch_inc(dest, pe); }
static inline unsigned long shmem_atomic_fetch_inc(volatile unsigned long *dest, int pe) { return shmem_ulong_atomic_fetch_inc(dest, pe); }
static inline unsigned long long shmem_atomic_fetch_inc(volatile unsigned long long *dest, int pe) { return shmem_ulonglong_atomic_fetch_inc(dest, pe); }
static inline int shmem_atomic_fetch_inc(shmem_ctx_t ctx, volatile int *dest, int pe) { return shmem_ctx_int_atomic_fetch_inc(ctx, dest, pe); }
static inline long shmem_atomic_fetch_inc(shmem_ctx_t ctx, volatile long *dest, int pe) { return shmem_ctx_long_atomic_fetch_inc(ctx, dest, pe); }
static inline long long shmem_atomic_fetch_inc(shmem_ctx_t ctx, volatile long long *dest, int pe) { return shmem_ctx_longlong_atomic_fetch_inc(ctx, dest, pe); }
static inline unsigned int shmem_atomic_fetch_inc(shmem_ctx_t ctx, volatile unsigned int *dest, int pe) { return shmem_ctx_uint_atomic_fetch_inc(ctx, dest, pe); }
static inline unsigned long shmem_atomic_fetch_inc(shmem_ctx_t ctx, volatile unsigned long *dest, int pe) { return shmem_ctx_ulong_atomic_fetch_inc(ctx, dest, pe); }
static inline unsigned long long shmem_atomic_fetch_inc(shmem_ctx_t ctx, volatile unsigned long long *dest, int pe) { return shmem_ctx_ulonglong_atomic_fetch_inc(ctx, dest, pe); }
static inline void shmem_atomic_inc(volatile int *dest, int pe) { shmem_int_atomic_inc(dest, pe); }
static inline void shmem_atomic_inc(volatile long *dest, int pe) { shmem_long_atomic_inc(dest, pe); }
static inline void shmem_atomic_inc(volatile long long *dest, int pe) { shmem_longlong_atomic_inc(dest, pe); }
static inline void shmem_atomic_inc(volatile unsigned int *dest, int pe) { shmem_uint_atomic_inc(dest, pe); }
static inline void shmem_atomic_inc(volatile unsigned long *dest, int pe) { shmem_ulong_atomic_inc(dest, pe); }
static inline void shmem_atomic_inc(volatile unsigned long long *dest, int pe) { shmem_ulonglong_atomic_inc(dest, pe); }
static inline void shmem_atomic_inc(shmem_ctx_t ctx, volatile int *dest, int pe) { shmem_ctx_int_atomic_inc(ctx, dest, pe); }
static inline void shmem_atomic_inc(shmem_ctx_t ctx, volatile long *dest, int pe) { shmem_ctx_long_atomic_inc(ctx, dest, pe); }
static inline void shmem_atomic_inc(shmem_ctx_t ctx, volatile long long *dest, int pe) { shmem_ctx_longlong_atomic_inc(ctx, dest, pe); }
static inline void shmem_atomic_inc(shmem_ctx_t ctx, volatile unsigned int *dest, int pe) { shmem_ctx_uint_atomic_inc(ctx, dest, pe); }
static inline void shmem_atomic_inc(shmem_ctx_t ctx, volatile unsigned long *dest, int pe) { shmem_ctx_ulong_atomic_inc(ctx, dest, pe); }
static inline void shmem_atomic_inc(shmem_ctx_t ctx, volatile unsigned long long *dest, int pe) { shmem_ctx_ulonglong_atomic_inc(ctx, dest, pe); }
static inline int shmem_atomic_fetch_add(volatile int *dest, int value, int pe) { return shmem_int_atomic_fetch_add(dest, value, pe); }
static inline long shmem_atomic_fetch_add(volatile long *dest, long value, int pe) { return shmem_long_atomic_fetch_add(dest, value, pe); }
static inline long long shmem_atomic_fetch_add(volatile long long *dest, long long value, int pe) { return shmem_longlong_atomic_fetch_add(dest, value, pe); }
static inline unsigned int shmem_atomic_fetch_add(volatile unsigned int *dest, unsigned int value, int pe) { return shmem_uint_atomic_fetch_add(dest, value, pe); }
static inline unsigned long shmem_atomic_fetch_add(volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ulong_atomic_fetch_add(dest, value, pe); }
static inline unsigned long long shmem_atomic_fetch_add(volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ulonglong_atomic_fetch_add(dest, value, pe); }
static inline int shmem_atomic_fetch_add(shmem_ctx_t ctx, volatile int *dest, int value, int pe) { return shmem_ctx_int_atomic_fetch_add(ctx, dest, value, pe); }
static inline long shmem_atomic_fetch_add(shmem_ctx_t ctx, volatile long *dest, long value, int pe) { return shmem_ctx_long_atomic_fetch_add(ctx, dest, value, pe); }
static inline long long shmem_atomic_fetch_add(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe) { return shmem_ctx_longlong_atomic_fetch_add(ctx, dest, value, pe); }
static inline unsigned int shmem_atomic_fetch_add(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe) { return shmem_ctx_uint_atomic_fetch_add(ctx, dest, value, pe); }
static inline unsigned long shmem_atomic_fetch_add(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ctx_ulong_atomic_fetch_add(ctx, dest, value, pe); }
static inline unsigned long long shmem_atomic_fetch_add(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ctx_ulonglong_atomic_fetch_add(ctx, dest, value, pe); }
static inline void shmem_atomic_add(volatile int *dest, int value, int pe) { shmem_int_atomic_add(dest, value, pe); }
static inline void shmem_atomic_add(volatile long *dest, long value, int pe) { shmem_long_atomic_add(dest, value, pe); }
static inline void shmem_atomic_add(volatile long long *dest, long long value, int pe) { shmem_longlong_atomic_add(dest, value, pe); }
static inline void shmem_atomic_add(volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_atomic_add(dest, value, pe); }
static inline void shmem_atomic_add(volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_atomic_add(dest, value, pe); }
static inline void shmem_atomic_add(volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_atomic_add(dest, value, pe); }
static inline void shmem_atomic_add(shmem_ctx_t ctx, volatile int *dest, int value, int pe) { shmem_ctx_int_atomic_add(ctx, dest, value, pe); }
static inline void shmem_atomic_add(shmem_ctx_t ctx, volatile long *dest, long value, int pe) { shmem_ctx_long_atomic_add(ctx, dest, value, pe); }
static inline void shmem_atomic_add(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe) { shmem_ctx_longlong_atomic_add(ctx, dest, value, pe); }
static inline void shmem_atomic_add(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_atomic_add(ctx, dest, value, pe); }
static inline void shmem_atomic_add(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_atomic_add(ctx, dest, value, pe); }
static inline void shmem_atomic_add(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_add(ctx, dest, value, pe); }
static inline unsigned int shmem_atomic_fetch_and(volatile unsigned int *dest, unsigned int value, int pe) { return shmem_uint_atomic_fetch_and(dest, value, pe); }
static inline unsigned long shmem_atomic_fetch_and(volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ulong_atomic_fetch_and(dest, value, pe); }
static inline unsigned long long shmem_atomic_fetch_and(volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ulonglong_atomic_fetch_and(dest, value, pe); }
static inline int32_t shmem_atomic_fetch_and(volatile int32_t *dest, int32_t value, int pe) { return shmem_int32_atomic_fetch_and(dest, value, pe); }
static inline int64_t shmem_atomic_fetch_and(volatile int64_t *dest, int64_t value, int pe) { return shmem_int64_atomic_fetch_and(dest, value, pe); }
static inline unsigned int shmem_atomic_fetch_and(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe) { return shmem_ctx_uint_atomic_fetch_and(ctx, dest, value, pe); }
static inline unsigned long shmem_atomic_fetch_and(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ctx_ulong_atomic_fetch_and(ctx, dest, value, pe); }
static inline unsigned long long shmem_atomic_fetch_and(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ctx_ulonglong_atomic_fetch_and(ctx, dest, value, pe); }
static inline int32_t shmem_atomic_fetch_and(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe) { return shmem_ctx_int32_atomic_fetch_and(ctx, dest, value, pe); }
static inline int64_t shmem_atomic_fetch_and(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe) { return shmem_ctx_int64_atomic_fetch_and(ctx, dest, value, pe); }
static inline void shmem_atomic_and(volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_atomic_and(dest, value, pe); }
static inline void shmem_atomic_and(volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_atomic_and(dest, value, pe); }
static inline void shmem_atomic_and(volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_atomic_and(dest, value, pe); }
static inline void shmem_atomic_and(volatile int32_t *dest, int32_t value, int pe) { shmem_int32_atomic_and(dest, value, pe); }
static inline void shmem_atomic_and(volatile int64_t *dest, int64_t value, int pe) { shmem_int64_atomic_and(dest, value, pe); }
static inline void shmem_atomic_and(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_atomic_and(ctx, dest, value, pe); }
static inline void shmem_atomic_and(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_atomic_and(ctx, dest, value, pe); }
static inline void shmem_atomic_and(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_and(ctx, dest, value, pe); }
static inline void shmem_atomic_and(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe) { shmem_ctx_int32_atomic_and(ctx, dest, value, pe); }
static inline void shmem_atomic_and(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe) { shmem_ctx_int64_atomic_and(ctx, dest, value, pe); }
static inline unsigned int shmem_atomic_fetch_or(volatile unsigned int *dest, unsigned int value, int pe) { return shmem_uint_atomic_fetch_or(dest, value, pe); }
static inline unsigned long shmem_atomic_fetch_or(volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ulong_atomic_fetch_or(dest, value, pe); }
static inline unsigned long long shmem_atomic_fetch_or(volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ulonglong_atomic_fetch_or(dest, value, pe); }
static inline int32_t shmem_atomic_fetch_or(volatile int32_t *dest, int32_t value, int pe) { return shmem_int32_atomic_fetch_or(dest, value, pe); }
static inline int64_t shmem_atomic_fetch_or(volatile int64_t *dest, int64_t value, int pe) { return shmem_int64_atomic_fetch_or(dest, value, pe); }
static inline unsigned int shmem_atomic_fetch_or(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe) { return shmem_ctx_uint_atomic_fetch_or(ctx, dest, value, pe); }
static inline unsigned long shmem_atomic_fetch_or(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ctx_ulong_atomic_fetch_or(ctx, dest, value, pe); }
static inline unsigned long long shmem_atomic_fetch_or(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ctx_ulonglong_atomic_fetch_or(ctx, dest, value, pe); }
static inline int32_t shmem_atomic_fetch_or(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe) { return shmem_ctx_int32_atomic_fetch_or(ctx, dest, value, pe); }
static inline int64_t shmem_atomic_fetch_or(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe) { return shmem_ctx_int64_atomic_fetch_or(ctx, dest, value, pe); }
static inline void shmem_atomic_or(volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_atomic_or(dest, value, pe); }
static inline void shmem_atomic_or(volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_atomic_or(dest, value, pe); }
static inline void shmem_atomic_or(volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_atomic_or(dest, value, pe); }
static inline void shmem_atomic_or(volatile int32_t *dest, int32_t value, int pe) { shmem_int32_atomic_or(dest, value, pe); }
static inline void shmem_atomic_or(volatile int64_t *dest, int64_t value, int pe) { shmem_int64_atomic_or(dest, value, pe); }
static inline void shmem_atomic_or(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_atomic_or(ctx, dest, value, pe); }
static inline void shmem_atomic_or(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_atomic_or(ctx, dest, value, pe); }
static inline void shmem_atomic_or(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_or(ctx, dest, value, pe); }
static inline void shmem_atomic_or(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe) { shmem_ctx_int32_atomic_or(ctx, dest, value, pe); }
static inline void shmem_atomic_or(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe) { shmem_ctx_int64_atomic_or(ctx, dest, value, pe); }
static inline unsigned int shmem_atomic_fetch_xor(volatile unsigned int *dest, unsigned int value, int pe) { return shmem_uint_atomic_fetch_xor(dest, value, pe); }
static inline unsigned long shmem_atomic_fetch_xor(volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ulong_atomic_fetch_xor(dest, value, pe); }
static inline unsigned long long shmem_atomic_fetch_xor(volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ulonglong_atomic_fetch_xor(dest, value, pe); }
static inline int32_t shmem_atomic_fetch_xor(volatile int32_t *dest, int32_t value, int pe) { return shmem_int32_atomic_fetch_xor(dest, value, pe); }
static inline int64_t shmem_atomic_fetch_xor(volatile int64_t *dest, int64_t value, int pe) { return shmem_int64_atomic_fetch_xor(dest, value, pe); }
static inline unsigned int shmem_atomic_fetch_xor(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe) { return shmem_ctx_uint_atomic_fetch_xor(ctx, dest, value, pe); }
static inline unsigned long shmem_atomic_fetch_xor(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ctx_ulong_atomic_fetch_xor(ctx, dest, value, pe); }
static inline unsigned long long shmem_atomic_fetch_xor(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ctx_ulonglong_atomic_fetch_xor(ctx, dest, value, pe); }
static inline int32_t shmem_atomic_fetch_xor(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe) { return shmem_ctx_int32_atomic_fetch_xor(ctx, dest, value, pe); }
static inline int64_t shmem_atomic_fetch_xor(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe) { return shmem_ctx_int64_atomic_fetch_xor(ctx, dest, value, pe); }
static inline void shmem_atomic_xor(volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_atomic_xor(dest, value, pe); }
static inline void shmem_atomic_xor(volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_atomic_xor(dest, value, pe); }
static inline void shmem_atomic_xor(volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_atomic_xor(dest, value, pe); }
static inline void shmem_atomic_xor(volatile int32_t *dest, int32_t value, int pe) { shmem_int32_atomic_xor(dest, value, pe); }
static inline void shmem_atomic_xor(volatile int64_t *dest, int64_t value, int pe) { shmem_int64_atomic_xor(dest, value, pe); }
static inline void shmem_atomic_xor(shmem_ctx_t ctx, volatile unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_atomic_xor(ctx, dest, value, pe); }
static inline void shmem_atomic_xor(shmem_ctx_t ctx, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_atomic_xor(ctx, dest, value, pe); }
static inline void shmem_atomic_xor(shmem_ctx_t ctx, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_xor(ctx, dest, value, pe); }
static inline void shmem_atomic_xor(shmem_ctx_t ctx, volatile int32_t *dest, int32_t value, int pe) { shmem_ctx_int32_atomic_xor(ctx, dest, value, pe); }
static inline void shmem_atomic_xor(shmem_ctx_t ctx, volatile int64_t *dest, int64_t value, int pe) { shmem_ctx_int64_atomic_xor(ctx, dest, value, pe); }
static inline void shmem_atomic_fetch_nbi(float *fetch, const volatile float *source, int pe) { shmem_float_atomic_fetch_nbi(fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(double *fetch, const volatile double *source, int pe) { shmem_double_atomic_fetch_nbi(fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(int *fetch, const volatile int *source, int pe) { shmem_int_atomic_fetch_nbi(fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(long *fetch, const volatile long *source, int pe) { shmem_long_atomic_fetch_nbi(fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(long long *fetch, const volatile long long *source, int pe) { shmem_longlong_atomic_fetch_nbi(fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(unsigned int *fetch, const volatile unsigned int *source, int pe) { shmem_uint_atomic_fetch_nbi(fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(unsigned long *fetch, const volatile unsigned long *source, int pe) { shmem_ulong_atomic_fetch_nbi(fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(unsigned long long *fetch, const volatile unsigned long long *source, int pe) { shmem_ulonglong_atomic_fetch_nbi(fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(shmem_ctx_t ctx, float *fetch, const volatile float *source, int pe) { shmem_ctx_float_atomic_fetch_nbi(ctx, fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(shmem_ctx_t ctx, double *fetch, const volatile double *source, int pe) { shmem_ctx_double_atomic_fetch_nbi(ctx, fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(shmem_ctx_t ctx, int *fetch, const volatile int *source, int pe) { shmem_ctx_int_atomic_fetch_nbi(ctx, fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(shmem_ctx_t ctx, long *fetch, const volatile long *source, int pe) { shmem_ctx_long_atomic_fetch_nbi(ctx, fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(shmem_ctx_t ctx, long long *fetch, const volatile long long *source, int pe) { shmem_ctx_longlong_atomic_fetch_nbi(ctx, fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(shmem_ctx_t ctx, unsigned int *fetch, const volatile unsigned int *source, int pe) { shmem_ctx_uint_atomic_fetch_nbi(ctx, fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(shmem_ctx_t ctx, unsigned long *fetch, const volatile unsigned long *source, int pe) { shmem_ctx_ulong_atomic_fetch_nbi(ctx, fetch, source, pe); }
static inline void shmem_atomic_fetch_nbi(shmem_ctx_t ctx, unsigned long long *fetch, const volatile unsigned long long *source, int pe) { shmem_ctx_ulonglong_atomic_fetch_nbi(ctx, fetch, source, pe); }
static inline void shmem_atomic_compare_swap_nbi(int *fetch, volatile int *dest, int cond, int value, int pe) { shmem_int_atomic_compare_swap_nbi(fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(long *fetch, volatile long *dest, long cond, long value, int pe) { shmem_long_atomic_compare_swap_nbi(fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(long long *fetch, volatile long long *dest, long long cond, long long value, int pe) { shmem_longlong_atomic_compare_swap_nbi(fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int cond, unsigned int value, int pe) { shmem_uint_atomic_compare_swap_nbi(fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long cond, unsigned long value, int pe) { shmem_ulong_atomic_compare_swap_nbi(fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long cond, unsigned long long value, int pe) { shmem_ulonglong_atomic_compare_swap_nbi(fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(shmem_ctx_t ctx, int *fetch, volatile int *dest, int cond, int value, int pe) { shmem_ctx_int_atomic_compare_swap_nbi(ctx, fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(shmem_ctx_t ctx, long *fetch, volatile long *dest, long cond, long value, int pe) { shmem_ctx_long_atomic_compare_swap_nbi(ctx, fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(shmem_ctx_t ctx, long long *fetch, volatile long long *dest, long long cond, long long value, int pe) { shmem_ctx_longlong_atomic_compare_swap_nbi(ctx, fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int cond, unsigned int value, int pe) { shmem_ctx_uint_atomic_compare_swap_nbi(ctx, fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long cond, unsigned long value, int pe) { shmem_ctx_ulong_atomic_compare_swap_nbi(ctx, fetch, dest, cond, value, pe); }
static inline void shmem_atomic_compare_swap_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long cond, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_compare_swap_nbi(ctx, fetch, dest, cond, value, pe); }
static inline void shmem_atomic_swap_nbi(float *fetch, volatile float *dest, float value, int pe) { shmem_float_atomic_swap_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(double *fetch, volatile double *dest, double value, int pe) { shmem_double_atomic_swap_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(int *fetch, volatile int *dest, int value, int pe) { shmem_int_atomic_swap_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(long *fetch, volatile long *dest, long value, int pe) { shmem_long_atomic_swap_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(long long *fetch, volatile long long *dest, long long value, int pe) { shmem_longlong_atomic_swap_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_atomic_swap_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_atomic_swap_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_atomic_swap_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(shmem_ctx_t ctx, float *fetch, volatile float *dest, float value, int pe) { shmem_ctx_float_atomic_swap_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(shmem_ctx_t ctx, double *fetch, volatile double *dest, double value, int pe) { shmem_ctx_double_atomic_swap_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(shmem_ctx_t ctx, int *fetch, volatile int *dest, int value, int pe) { shmem_ctx_int_atomic_swap_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(shmem_ctx_t ctx, long *fetch, volatile long *dest, long value, int pe) { shmem_ctx_long_atomic_swap_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(shmem_ctx_t ctx, long long *fetch, volatile long long *dest, long long value, int pe) { shmem_ctx_longlong_atomic_swap_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_atomic_swap_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_atomic_swap_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_swap_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_swap_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_inc_nbi(int *fetch, volatile int *dest, int pe) { shmem_int_atomic_fetch_inc_nbi(fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(long *fetch, volatile long *dest, int pe) { shmem_long_atomic_fetch_inc_nbi(fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(long long *fetch, volatile long long *dest, int pe) { shmem_longlong_atomic_fetch_inc_nbi(fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(unsigned int *fetch, volatile unsigned int *dest, int pe) { shmem_uint_atomic_fetch_inc_nbi(fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(unsigned long *fetch, volatile unsigned long *dest, int pe) { shmem_ulong_atomic_fetch_inc_nbi(fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(unsigned long long *fetch, volatile unsigned long long *dest, int pe) { shmem_ulonglong_atomic_fetch_inc_nbi(fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(shmem_ctx_t ctx, int *fetch, volatile int *dest, int pe) { shmem_ctx_int_atomic_fetch_inc_nbi(ctx, fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(shmem_ctx_t ctx, long *fetch, volatile long *dest, int pe) { shmem_ctx_long_atomic_fetch_inc_nbi(ctx, fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(shmem_ctx_t ctx, long long *fetch, volatile long long *dest, int pe) { shmem_ctx_longlong_atomic_fetch_inc_nbi(ctx, fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, int pe) { shmem_ctx_uint_atomic_fetch_inc_nbi(ctx, fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, int pe) { shmem_ctx_ulong_atomic_fetch_inc_nbi(ctx, fetch, dest, pe); }
static inline void shmem_atomic_fetch_inc_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, int pe) { shmem_ctx_ulonglong_atomic_fetch_inc_nbi(ctx, fetch, dest, pe); }
static inline void shmem_atomic_fetch_add_nbi(int *fetch, volatile int *dest, int value, int pe) { shmem_int_atomic_fetch_add_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(long *fetch, volatile long *dest, long value, int pe) { shmem_long_atomic_fetch_add_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(long long *fetch, volatile long long *dest, long long value, int pe) { shmem_longlong_atomic_fetch_add_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_atomic_fetch_add_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_atomic_fetch_add_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_atomic_fetch_add_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(shmem_ctx_t ctx, int *fetch, volatile int *dest, int value, int pe) { shmem_ctx_int_atomic_fetch_add_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(shmem_ctx_t ctx, long *fetch, volatile long *dest, long value, int pe) { shmem_ctx_long_atomic_fetch_add_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(shmem_ctx_t ctx, long long *fetch, volatile long long *dest, long long value, int pe) { shmem_ctx_longlong_atomic_fetch_add_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_atomic_fetch_add_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_atomic_fetch_add_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_add_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_fetch_add_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_and_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_atomic_fetch_and_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_and_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_atomic_fetch_and_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_and_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_atomic_fetch_and_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_and_nbi(int32_t *fetch, volatile int32_t *dest, int32_t value, int pe) { shmem_int32_atomic_fetch_and_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_and_nbi(int64_t *fetch, volatile int64_t *dest, int64_t value, int pe) { shmem_int64_atomic_fetch_and_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_and_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_atomic_fetch_and_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_and_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_atomic_fetch_and_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_and_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_fetch_and_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_and_nbi(shmem_ctx_t ctx, int32_t *fetch, volatile int32_t *dest, int32_t value, int pe) { shmem_ctx_int32_atomic_fetch_and_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_and_nbi(shmem_ctx_t ctx, int64_t *fetch, volatile int64_t *dest, int64_t value, int pe) { shmem_ctx_int64_atomic_fetch_and_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_or_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_atomic_fetch_or_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_or_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_atomic_fetch_or_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_or_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_atomic_fetch_or_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_or_nbi(int32_t *fetch, volatile int32_t *dest, int32_t value, int pe) { shmem_int32_atomic_fetch_or_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_or_nbi(int64_t *fetch, volatile int64_t *dest, int64_t value, int pe) { shmem_int64_atomic_fetch_or_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_or_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_atomic_fetch_or_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_or_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_atomic_fetch_or_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_or_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_fetch_or_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_or_nbi(shmem_ctx_t ctx, int32_t *fetch, volatile int32_t *dest, int32_t value, int pe) { shmem_ctx_int32_atomic_fetch_or_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_or_nbi(shmem_ctx_t ctx, int64_t *fetch, volatile int64_t *dest, int64_t value, int pe) { shmem_ctx_int64_atomic_fetch_or_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_xor_nbi(unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_atomic_fetch_xor_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_xor_nbi(unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_atomic_fetch_xor_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_xor_nbi(unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_atomic_fetch_xor_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_xor_nbi(int32_t *fetch, volatile int32_t *dest, int32_t value, int pe) { shmem_int32_atomic_fetch_xor_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_xor_nbi(int64_t *fetch, volatile int64_t *dest, int64_t value, int pe) { shmem_int64_atomic_fetch_xor_nbi(fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_xor_nbi(shmem_ctx_t ctx, unsigned int *fetch, volatile unsigned int *dest, unsigned int value, int pe) { shmem_ctx_uint_atomic_fetch_xor_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_xor_nbi(shmem_ctx_t ctx, unsigned long *fetch, volatile unsigned long *dest, unsigned long value, int pe) { shmem_ctx_ulong_atomic_fetch_xor_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_xor_nbi(shmem_ctx_t ctx, unsigned long long *fetch, volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ctx_ulonglong_atomic_fetch_xor_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_xor_nbi(shmem_ctx_t ctx, int32_t *fetch, volatile int32_t *dest, int32_t value, int pe) { shmem_ctx_int32_atomic_fetch_xor_nbi(ctx, fetch, dest, value, pe); }
static inline void shmem_atomic_fetch_xor_nbi(shmem_ctx_t ctx, int64_t *fetch, volatile int64_t *dest, int64_t value, int pe) { shmem_ctx_int64_atomic_fetch_xor_nbi(ctx, fetch, dest, value, pe); }
static inline float shmem_fetch(const volatile float *source, int pe) { return shmem_float_fetch(source, pe); }
static inline double shmem_fetch(const volatile double *source, int pe) { return shmem_double_fetch(source, pe); }
static inline int shmem_fetch(const volatile int *source, int pe) { return shmem_int_fetch(source, pe); }
static inline long shmem_fetch(const volatile long *source, int pe) { return shmem_long_fetch(source, pe); }
static inline long long shmem_fetch(const volatile long long *source, int pe) { return shmem_longlong_fetch(source, pe); }
static inline void shmem_set(volatile float *dest, float value, int pe) { shmem_float_set(dest, value, pe); }
static inline void shmem_set(volatile double *dest, double value, int pe) { shmem_double_set(dest, value, pe); }
static inline void shmem_set(volatile int *dest, int value, int pe) { shmem_int_set(dest, value, pe); }
static inline void shmem_set(volatile long *dest, long value, int pe) { shmem_long_set(dest, value, pe); }
static inline void shmem_set(volatile long long *dest, long long value, int pe) { shmem_longlong_set(dest, value, pe); }
static inline int shmem_cswap(volatile int *dest, int cond, int value, int pe) { return shmem_int_cswap(dest, cond, value, pe); }
static inline long shmem_cswap(volatile long *dest, long cond, long value, int pe) { return shmem_long_cswap(dest, cond, value, pe); }
static inline long long shmem_cswap(volatile long long *dest, long long cond, long long value, int pe) { return shmem_longlong_cswap(dest, cond, value, pe); }
static inline float shmem_swap(volatile float *dest, float value, int pe) { return shmem_float_swap(dest, value, pe); }
static inline double shmem_swap(volatile double *dest, double value, int pe) { return shmem_double_swap(dest, value, pe); }
static inline int shmem_swap(volatile int *dest, int value, int pe) { return shmem_int_swap(dest, value, pe); }
static inline long long shmem_swap(volatile long long *dest, long long value, int pe) { return shmem_longlong_swap(dest, value, pe); }
static inline int shmem_finc(volatile int *dest, int pe) { return shmem_int_finc(dest, pe); }
static inline long shmem_finc(volatile long *dest, int pe) { return shmem_long_finc(dest, pe); }
static inline long long shmem_finc(volatile long long *dest, int pe) { return shmem_longlong_finc(dest, pe); }
static inline void shmem_inc(volatile int *dest, int pe) { shmem_int_inc(dest, pe); }
static inline void shmem_inc(volatile long *dest, int pe) { shmem_long_inc(dest, pe); }
static inline void shmem_inc(volatile long long *dest, int pe) { shmem_longlong_inc(dest, pe); }
static inline int shmem_fadd(volatile int *dest, int value, int pe) { return shmem_int_fadd(dest, value, pe); }
static inline long shmem_fadd(volatile long *dest, long value, int pe) { return shmem_long_fadd(dest, value, pe); }
static inline long long shmem_fadd(volatile long long *dest, long long value, int pe) { return shmem_longlong_fadd(dest, value, pe); }
static inline void shmem_add(volatile int *dest, int value, int pe) { shmem_int_add(dest, value, pe); }
static inline void shmem_add(volatile long *dest, long value, int pe) { shmem_long_add(dest, value, pe); }
static inline void shmem_add(volatile long long *dest, long long value, int pe) { shmem_longlong_add(dest, value, pe); }
static inline void shmem_put_signal(float *dest, const float *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_float_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(double *dest, const double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_double_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(long double *dest, const long double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_longdouble_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(char *dest, const char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_char_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(signed char *dest, const signed char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_schar_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(short *dest, const short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_short_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(int *dest, const int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_int_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(long *dest, const long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_long_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(long long *dest, const long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_longlong_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(unsigned char *dest, const unsigned char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_uchar_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(unsigned short *dest, const unsigned short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ushort_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(unsigned int *dest, const unsigned int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_uint_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(unsigned long *dest, const unsigned long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ulong_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(unsigned long long *dest, const unsigned long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ulonglong_put_signal(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_float_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_double_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_longdouble_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_char_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_schar_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_short_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_int_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_long_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_longlong_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_uchar_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_ushort_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_uint_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_ulong_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_ulonglong_put_signal(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(float *dest, const float *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_float_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(double *dest, const double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_double_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(long double *dest, const long double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_longdouble_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(char *dest, const char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_char_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(signed char *dest, const signed char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_schar_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(short *dest, const short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_short_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(int *dest, const int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_int_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(long *dest, const long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_long_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(long long *dest, const long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_longlong_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(unsigned char *dest, const unsigned char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_uchar_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(unsigned short *dest, const unsigned short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ushort_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(unsigned int *dest, const unsigned int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_uint_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(unsigned long *dest, const unsigned long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ulong_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(unsigned long long *dest, const unsigned long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ulonglong_put_signal_nbi(dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, float *dest, const float *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_float_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, double *dest, const double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_double_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, long double *dest, const long double *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_longdouble_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, char *dest, const char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_char_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, signed char *dest, const signed char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_schar_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, short *dest, const short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_short_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, int *dest, const int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_int_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, long *dest, const long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_long_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, long long *dest, const long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_longlong_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, unsigned char *dest, const unsigned char *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_uchar_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, unsigned short *dest, const unsigned short *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_ushort_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, unsigned int *dest, const unsigned int *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_uint_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, unsigned long *dest, const unsigned long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_ulong_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline void shmem_put_signal_nbi(shmem_ctx_t ctx, unsigned long long *dest, const unsigned long long *source, size_t nelems, volatile uint64_t *sig_addr, uint64_t signal, int sig_op, int pe) { shmem_ctx_ulonglong_put_signal_nbi(ctx, dest, source, nelems, sig_addr, signal, sig_op, pe); }
static inline int shmem_sync(shmem_team_t team) { return shmem_team_sync(team); }
static inline int shmem_alltoall(shmem_team_t team, float *dest, const float *source, size_t nelems) { return shmem_float_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, double *dest, const double *source, size_t nelems) { return shmem_double_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, long double *dest, const long double *source, size_t nelems) { return shmem_longdouble_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, char *dest, const char *source, size_t nelems) { return shmem_char_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, signed char *dest, const signed char *source, size_t nelems) { return shmem_schar_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, short *dest, const short *source, size_t nelems) { return shmem_short_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, int *dest, const int *source, size_t nelems) { return shmem_int_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, long *dest, const long *source, size_t nelems) { return shmem_long_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, long long *dest, const long long *source, size_t nelems) { return shmem_longlong_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nelems) { return shmem_uchar_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nelems) { return shmem_ushort_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nelems) { return shmem_uint_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nelems) { return shmem_ulong_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoall(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nelems) { return shmem_ulonglong_alltoall(team, dest, source, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, float *dest, const float *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_float_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, double *dest, const double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_double_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, long double *dest, const long double *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_longdouble_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, char *dest, const char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_char_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, signed char *dest, const signed char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_schar_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, short *dest, const short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_short_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, int *dest, const int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_int_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, long *dest, const long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_long_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, long long *dest, const long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_longlong_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, unsigned char *dest, const unsigned char *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_uchar_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, unsigned short *dest, const unsigned short *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_ushort_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, unsigned int *dest, const unsigned int *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_uint_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, unsigned long *dest, const unsigned long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_ulong_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_alltoalls(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, ptrdiff_t dst, ptrdiff_t sst, size_t nelems) { return shmem_ulonglong_alltoalls(team, dest, source, dst, sst, nelems); }
static inline int shmem_broadcast(shmem_team_t team, float *dest, const float *source, size_t nelems, int PE_root) { return shmem_float_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, double *dest, const double *source, size_t nelems, int PE_root) { return shmem_double_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, long double *dest, const long double *source, size_t nelems, int PE_root) { return shmem_longdouble_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, char *dest, const char *source, size_t nelems, int PE_root) { return shmem_char_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, signed char *dest, const signed char *source, size_t nelems, int PE_root) { return shmem_schar_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, short *dest, const short *source, size_t nelems, int PE_root) { return shmem_short_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, int *dest, const int *source, size_t nelems, int PE_root) { return shmem_int_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, long *dest, const long *source, size_t nelems, int PE_root) { return shmem_long_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, long long *dest, const long long *source, size_t nelems, int PE_root) { return shmem_longlong_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nelems, int PE_root) { return shmem_uchar_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nelems, int PE_root) { return shmem_ushort_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nelems, int PE_root) { return shmem_uint_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nelems, int PE_root) { return shmem_ulong_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_broadcast(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nelems, int PE_root) { return shmem_ulonglong_broadcast(team, dest, source, nelems, PE_root); }
static inline int shmem_collect(shmem_team_t team, float *dest, const float *source, size_t nelems) { return shmem_float_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, double *dest, const double *source, size_t nelems) { return shmem_double_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, long double *dest, const long double *source, size_t nelems) { return shmem_longdouble_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, char *dest, const char *source, size_t nelems) { return shmem_char_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, signed char *dest, const signed char *source, size_t nelems) { return shmem_schar_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, short *dest, const short *source, size_t nelems) { return shmem_short_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, int *dest, const int *source, size_t nelems) { return shmem_int_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, long *dest, const long *source, size_t nelems) { return shmem_long_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, long long *dest, const long long *source, size_t nelems) { return shmem_longlong_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nelems) { return shmem_uchar_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nelems) { return shmem_ushort_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nelems) { return shmem_uint_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nelems) { return shmem_ulong_collect(team, dest, source, nelems); }
static inline int shmem_collect(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nelems) { return shmem_ulonglong_collect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, float *dest, const float *source, size_t nelems) { return shmem_float_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, double *dest, const double *source, size_t nelems) { return shmem_double_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, long double *dest, const long double *source, size_t nelems) { return shmem_longdouble_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, char *dest, const char *source, size_t nelems) { return shmem_char_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, signed char *dest, const signed char *source, size_t nelems) { return shmem_schar_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, short *dest, const short *source, size_t nelems) { return shmem_short_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, int *dest, const int *source, size_t nelems) { return shmem_int_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, long *dest, const long *source, size_t nelems) { return shmem_long_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, long long *dest, const long long *source, size_t nelems) { return shmem_longlong_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nelems) { return shmem_uchar_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nelems) { return shmem_ushort_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nelems) { return shmem_uint_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nelems) { return shmem_ulong_fcollect(team, dest, source, nelems); }
static inline int shmem_fcollect(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nelems) { return shmem_ulonglong_fcollect(team, dest, source, nelems); }
static inline int shmem_and_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce) { return shmem_uchar_and_reduce(team, dest, source, nreduce); }
static inline int shmem_and_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce) { return shmem_ushort_and_reduce(team, dest, source, nreduce); }
static inline int shmem_and_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce) { return shmem_uint_and_reduce(team, dest, source, nreduce); }
static inline int shmem_and_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce) { return shmem_ulong_and_reduce(team, dest, source, nreduce); }
static inline int shmem_and_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce) { return shmem_ulonglong_and_reduce(team, dest, source, nreduce); }
static inline int shmem_and_reduce(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nreduce) { return shmem_int8_and_reduce(team, dest, source, nreduce); }
static inline int shmem_and_reduce(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nreduce) { return shmem_int16_and_reduce(team, dest, source, nreduce); }
static inline int shmem_and_reduce(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nreduce) { return shmem_int32_and_reduce(team, dest, source, nreduce); }
static inline int shmem_and_reduce(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nreduce) { return shmem_int64_and_reduce(team, dest, source, nreduce); }
static inline int shmem_or_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce) { return shmem_uchar_or_reduce(team, dest, source, nreduce); }
static inline int shmem_or_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce) { return shmem_ushort_or_reduce(team, dest, source, nreduce); }
static inline int shmem_or_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce) { return shmem_uint_or_reduce(team, dest, source, nreduce); }
static inline int shmem_or_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce) { return shmem_ulong_or_reduce(team, dest, source, nreduce); }
static inline int shmem_or_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce) { return shmem_ulonglong_or_reduce(team, dest, source, nreduce); }
static inline int shmem_or_reduce(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nreduce) { return shmem_int8_or_reduce(team, dest, source, nreduce); }
static inline int shmem_or_reduce(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nreduce) { return shmem_int16_or_reduce(team, dest, source, nreduce); }
static inline int shmem_or_reduce(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nreduce) { return shmem_int32_or_reduce(team, dest, source, nreduce); }
static inline int shmem_or_reduce(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nreduce) { return shmem_int64_or_reduce(team, dest, source, nreduce); }
static inline int shmem_xor_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce) { return shmem_uchar_xor_reduce(team, dest, source, nreduce); }
static inline int shmem_xor_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce) { return shmem_ushort_xor_reduce(team, dest, source, nreduce); }
static inline int shmem_xor_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce) { return shmem_uint_xor_reduce(team, dest, source, nreduce); }
static inline int shmem_xor_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce) { return shmem_ulong_xor_reduce(team, dest, source, nreduce); }
static inline int shmem_xor_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce) { return shmem_ulonglong_xor_reduce(team, dest, source, nreduce); }
static inline int shmem_xor_reduce(shmem_team_t team, int8_t *dest, const int8_t *source, size_t nreduce) { return shmem_int8_xor_reduce(team, dest, source, nreduce); }
static inline int shmem_xor_reduce(shmem_team_t team, int16_t *dest, const int16_t *source, size_t nreduce) { return shmem_int16_xor_reduce(team, dest, source, nreduce); }
static inline int shmem_xor_reduce(shmem_team_t team, int32_t *dest, const int32_t *source, size_t nreduce) { return shmem_int32_xor_reduce(team, dest, source, nreduce); }
static inline int shmem_xor_reduce(shmem_team_t team, int64_t *dest, const int64_t *source, size_t nreduce) { return shmem_int64_xor_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, char *dest, const char *source, size_t nreduce) { return shmem_char_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, signed char *dest, const signed char *source, size_t nreduce) { return shmem_schar_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce) { return shmem_short_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce) { return shmem_int_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce) { return shmem_long_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce) { return shmem_longlong_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce) { return shmem_uchar_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce) { return shmem_ushort_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce) { return shmem_uint_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce) { return shmem_ulong_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce) { return shmem_ulonglong_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, float *dest, const float *source, size_t nreduce) { return shmem_float_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, double *dest, const double *source, size_t nreduce) { return shmem_double_max_reduce(team, dest, source, nreduce); }
static inline int shmem_max_reduce(shmem_team_t team, long double *dest, const long double *source, size_t nreduce) { return shmem_longdouble_max_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, char *dest, const char *source, size_t nreduce) { return shmem_char_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, signed char *dest, const signed char *source, size_t nreduce) { return shmem_schar_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce) { return shmem_short_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce) { return shmem_int_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce) { return shmem_long_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce) { return shmem_longlong_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce) { return shmem_uchar_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce) { return shmem_ushort_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce) { return shmem_uint_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce) { return shmem_ulong_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce) { return shmem_ulonglong_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, float *dest, const float *source, size_t nreduce) { return shmem_float_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, double *dest, const double *source, size_t nreduce) { return shmem_double_min_reduce(team, dest, source, nreduce); }
static inline int shmem_min_reduce(shmem_team_t team, long double *dest, const long double *source, size_t nreduce) { return shmem_longdouble_min_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, char *dest, const char *source, size_t nreduce) { return shmem_char_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, signed char *dest, const signed char *source, size_t nreduce) { return shmem_schar_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce) { return shmem_short_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce) { return shmem_int_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce) { return shmem_long_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce) { return shmem_longlong_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce) { return shmem_uchar_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce) { return shmem_ushort_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce) { return shmem_uint_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce) { return shmem_ulong_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce) { return shmem_ulonglong_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, float *dest, const float *source, size_t nreduce) { return shmem_float_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, double *dest, const double *source, size_t nreduce) { return shmem_double_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_sum_reduce(shmem_team_t team, long double *dest, const long double *source, size_t nreduce) { return shmem_longdouble_sum_reduce(team, dest, source, nreduce); }
SHMEM_EXTENSION_ static inline int shmem_sum_reduce(shmem_team_t team, double _Complex *dest, const double _Complex *source, size_t nreduce) { return shmem_complexd_sum_reduce(team, dest, source, nreduce); }
SHMEM_EXTENSION_ static inline int shmem_sum_reduce(shmem_team_t team, float _Complex *dest, const float _Complex *source, size_t nreduce) { return shmem_complexf_sum_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, char *dest, const char *source, size_t nreduce) { return shmem_char_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, signed char *dest, const signed char *source, size_t nreduce) { return shmem_schar_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, short *dest, const short *source, size_t nreduce) { return shmem_short_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, int *dest, const int *source, size_t nreduce) { return shmem_int_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, long *dest, const long *source, size_t nreduce) { return shmem_long_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce) { return shmem_longlong_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, unsigned char *dest, const unsigned char *source, size_t nreduce) { return shmem_uchar_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, unsigned short *dest, const unsigned short *source, size_t nreduce) { return shmem_ushort_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, unsigned int *dest, const unsigned int *source, size_t nreduce) { return shmem_uint_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, unsigned long *dest, const unsigned long *source, size_t nreduce) { return shmem_ulong_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, unsigned long long *dest, const unsigned long long *source, size_t nreduce) { return shmem_ulonglong_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, float *dest, const float *source, size_t nreduce) { return shmem_float_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, double *dest, const double *source, size_t nreduce) { return shmem_double_prod_reduce(team, dest, source, nreduce); }
static inline int shmem_prod_reduce(shmem_team_t team, long double *dest, const long double *source, size_t nreduce) { return shmem_longdouble_prod_reduce(team, dest, source, nreduce); }
SHMEM_EXTENSION_ static inline int shmem_prod_reduce(shmem_team_t team, double _Complex *dest, const double _Complex *source, size_t nreduce) { return shmem_complexd_prod_reduce(team, dest, source, nreduce); }
SHMEM_EXTENSION_ static inline int shmem_prod_reduce(shmem_team_t team, float _Complex *dest, const float _Complex *source, size_t nreduce) { return shmem_complexf_prod_reduce(team, dest, source, nreduce); }
static inline void shmem_wait_until(const volatile int *ivar, int cmp, int cmp_value) { shmem_int_wait_until(ivar, cmp, cmp_value); }
static inline void shmem_wait_until(const volatile long long *ivar, int cmp, long long cmp_value) { shmem_longlong_wait_until(ivar, cmp, cmp_value); }
static inline void shmem_wait_until(const volatile unsigned int *ivar, int cmp, unsigned int cmp_value) { shmem_uint_wait_until(ivar, cmp, cmp_value); }
static inline void shmem_wait_until(const volatile unsigned long *ivar, int cmp, unsigned long cmp_value) { shmem_ulong_wait_until(ivar, cmp, cmp_value); }
static inline void shmem_wait_until(const volatile unsigned long long *ivar, int cmp, unsigned long long cmp_value) { shmem_ulonglong_wait_until(ivar, cmp, cmp_value); }
static inline void shmem_wait_until_all(const volatile int *ivars, size_t nelems, const int *status, int cmp, int cmp_value) { shmem_int_wait_until_all(ivars, nelems, status, cmp, cmp_value); }
static inline void shmem_wait_until_all(const volatile long *ivars, size_t nelems, const int *status, int cmp, long cmp_value) { shmem_long_wait_until_all(ivars, nelems, status, cmp, cmp_value); }
static inline void shmem_wait_until_all(const volatile long long *ivars, size_t nelems, const int *status, int cmp, long long cmp_value) { shmem_longlong_wait_until_all(ivars, nelems, status, cmp, cmp_value); }
static inline void shmem_wait_until_all(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, unsigned int cmp_value) { shmem_uint_wait_until_all(ivars, nelems, status, cmp, cmp_value); }
static inline void shmem_wait_until_all(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, unsigned long cmp_value) { shmem_ulong_wait_until_all(ivars, nelems, status, cmp, cmp_value); }
static inline void shmem_wait_until_all(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, unsigned long long cmp_value) { shmem_ulonglong_wait_until_all(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_any(const volatile int *ivars, size_t nelems, const int *status, int cmp, int cmp_value) { return shmem_int_wait_until_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_any(const volatile long *ivars, size_t nelems, const int *status, int cmp, long cmp_value) { return shmem_long_wait_until_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_any(const volatile long long *ivars, size_t nelems, const int *status, int cmp, long long cmp_value) { return shmem_longlong_wait_until_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_any(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, unsigned int cmp_value) { return shmem_uint_wait_until_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_any(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, unsigned long cmp_value) { return shmem_ulong_wait_until_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_any(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, unsigned long long cmp_value) { return shmem_ulonglong_wait_until_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_some(const volatile int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, int cmp_value) { return shmem_int_wait_until_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_some(const volatile long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, long cmp_value) { return shmem_long_wait_until_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_some(const volatile long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, long long cmp_value) { return shmem_longlong_wait_until_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_some(const volatile unsigned int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned int cmp_value) { return shmem_uint_wait_until_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_some(const volatile unsigned long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned long cmp_value) { return shmem_ulong_wait_until_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_some(const volatile unsigned long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned long long cmp_value) { return shmem_ulonglong_wait_until_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline void shmem_wait_until_all_vector(const volatile int *ivars, size_t nelems, const int *status, int cmp, const int *cmp_values) { shmem_int_wait_until_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline void shmem_wait_until_all_vector(const volatile long *ivars, size_t nelems, const int *status, int cmp, const long *cmp_values) { shmem_long_wait_until_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline void shmem_wait_until_all_vector(const volatile long long *ivars, size_t nelems, const int *status, int cmp, const long long *cmp_values) { shmem_longlong_wait_until_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline void shmem_wait_until_all_vector(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, const unsigned int *cmp_values) { shmem_uint_wait_until_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline void shmem_wait_until_all_vector(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, const unsigned long *cmp_values) { shmem_ulong_wait_until_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline void shmem_wait_until_all_vector(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, const unsigned long long *cmp_values) { shmem_ulonglong_wait_until_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_any_vector(const volatile int *ivars, size_t nelems, const int *status, int cmp, const int *cmp_values) { return shmem_int_wait_until_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_any_vector(const volatile long *ivars, size_t nelems, const int *status, int cmp, const long *cmp_values) { return shmem_long_wait_until_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_any_vector(const volatile long long *ivars, size_t nelems, const int *status, int cmp, const long long *cmp_values) { return shmem_longlong_wait_until_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_any_vector(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, const unsigned int *cmp_values) { return shmem_uint_wait_until_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_any_vector(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, const unsigned long *cmp_values) { return shmem_ulong_wait_until_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_any_vector(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, const unsigned long long *cmp_values) { return shmem_ulonglong_wait_until_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_some_vector(const volatile int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const int *cmp_values) { return shmem_int_wait_until_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_some_vector(const volatile long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const long *cmp_values) { return shmem_long_wait_until_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_some_vector(const volatile long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const long long *cmp_values) { return shmem_longlong_wait_until_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_some_vector(const volatile unsigned int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned int *cmp_values) { return shmem_uint_wait_until_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_some_vector(const volatile unsigned long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned long *cmp_values) { return shmem_ulong_wait_until_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_some_vector(const volatile unsigned long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned long long *cmp_values) { return shmem_ulonglong_wait_until_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline int shmem_test(const volatile int *ivar, int cmp, int cmp_value) { return shmem_int_test(ivar, cmp, cmp_value); }
static inline int shmem_test(const volatile long *ivar, int cmp, long cmp_value) { return shmem_long_test(ivar, cmp, cmp_value); }
static inline int shmem_test(const volatile long long *ivar, int cmp, long long cmp_value) { return shmem_longlong_test(ivar, cmp, cmp_value); }
static inline int shmem_test(const volatile unsigned int *ivar, int cmp, unsigned int cmp_value) { return shmem_uint_test(ivar, cmp, cmp_value); }
static inline int shmem_test(const volatile unsigned long *ivar, int cmp, unsigned long cmp_value) { return shmem_ulong_test(ivar, cmp, cmp_value); }
static inline int shmem_test(const volatile unsigned long long *ivar, int cmp, unsigned long long cmp_value) { return shmem_ulonglong_test(ivar, cmp, cmp_value); }
static inline int shmem_test_all(const volatile int *ivars, size_t nelems, const int *status, int cmp, int cmp_value) { return shmem_int_test_all(ivars, nelems, status, cmp, cmp_value); }
static inline int shmem_test_all(const volatile long *ivars, size_t nelems, const int *status, int cmp, long cmp_value) { return shmem_long_test_all(ivars, nelems, status, cmp, cmp_value); }
static inline int shmem_test_all(const volatile long long *ivars, size_t nelems, const int *status, int cmp, long long cmp_value) { return shmem_longlong_test_all(ivars, nelems, status, cmp, cmp_value); }
static inline int shmem_test_all(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, unsigned int cmp_value) { return shmem_uint_test_all(ivars, nelems, status, cmp, cmp_value); }
static inline int shmem_test_all(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, unsigned long cmp_value) { return shmem_ulong_test_all(ivars, nelems, status, cmp, cmp_value); }
static inline int shmem_test_all(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, unsigned long long cmp_value) { return shmem_ulonglong_test_all(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_test_any(const volatile int *ivars, size_t nelems, const int *status, int cmp, int cmp_value) { return shmem_int_test_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_test_any(const volatile long *ivars, size_t nelems, const int *status, int cmp, long cmp_value) { return shmem_long_test_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_test_any(const volatile long long *ivars, size_t nelems, const int *status, int cmp, long long cmp_value) { return shmem_longlong_test_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_test_any(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, unsigned int cmp_value) { return shmem_uint_test_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_test_any(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, unsigned long cmp_value) { return shmem_ulong_test_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_test_any(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, unsigned long long cmp_value) { return shmem_ulonglong_test_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_test_some(const volatile int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, int cmp_value) { return shmem_int_test_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_test_some(const volatile long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, long cmp_value) { return shmem_long_test_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_test_some(const volatile long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, long long cmp_value) { return shmem_longlong_test_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_test_some(const volatile unsigned int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned int cmp_value) { return shmem_uint_test_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_test_some(const volatile unsigned long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned long cmp_value) { return shmem_ulong_test_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_test_some(const volatile unsigned long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned long long cmp_value) { return shmem_ulonglong_test_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline int shmem_test_all_vector(const volatile int *ivars, size_t nelems, const int *status, int cmp, const int *cmp_values) { return shmem_int_test_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline int shmem_test_all_vector(const volatile long *ivars, size_t nelems, const int *status, int cmp, const long *cmp_values) { return shmem_long_test_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline int shmem_test_all_vector(const volatile long long *ivars, size_t nelems, const int *status, int cmp, const long long *cmp_values) { return shmem_longlong_test_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline int shmem_test_all_vector(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, const unsigned int *cmp_values) { return shmem_uint_test_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline int shmem_test_all_vector(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, const unsigned long *cmp_values) { return shmem_ulong_test_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline int shmem_test_all_vector(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, const unsigned long long *cmp_values) { return shmem_ulonglong_test_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_test_any_vector(const volatile int *ivars, size_t nelems, const int *status, int cmp, const int *cmp_values) { return shmem_int_test_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_test_any_vector(const volatile long *ivars, size_t nelems, const int *status, int cmp, const long *cmp_values) { return shmem_long_test_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_test_any_vector(const volatile long long *ivars, size_t nelems, const int *status, int cmp, const long long *cmp_values) { return shmem_longlong_test_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_test_any_vector(const volatile unsigned int *ivars, size_t nelems, const int *status, int cmp, const unsigned int *cmp_values) { return shmem_uint_test_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_test_any_vector(const volatile unsigned long *ivars, size_t nelems, const int *status, int cmp, const unsigned long *cmp_values) { return shmem_ulong_test_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_test_any_vector(const volatile unsigned long long *ivars, size_t nelems, const int *status, int cmp, const unsigned long long *cmp_values) { return shmem_ulonglong_test_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_test_some_vector(const volatile int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const int *cmp_values) { return shmem_int_test_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_test_some_vector(const volatile long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const long *cmp_values) { return shmem_long_test_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_test_some_vector(const volatile long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const long long *cmp_values) { return shmem_longlong_test_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_test_some_vector(const volatile unsigned int *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned int *cmp_values) { return shmem_uint_test_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_test_some_vector(const volatile unsigned long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned long *cmp_values) { return shmem_ulong_test_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_test_some_vector(const volatile unsigned long long *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned long long *cmp_values) { return shmem_ulonglong_test_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline void shmem_wait_until(const volatile short *ivar, int cmp, short cmp_value) { shmem_short_wait_until(ivar, cmp, cmp_value); }
static inline void shmem_wait_until(const volatile unsigned short *ivar, int cmp, unsigned short cmp_value) { shmem_ushort_wait_until(ivar, cmp, cmp_value); }
static inline int shmem_test(const volatile short *ivar, int cmp, short cmp_value) { return shmem_short_test(ivar, cmp, cmp_value); }
static inline int shmem_test(const volatile unsigned short *ivar, int cmp, unsigned short cmp_value) { return shmem_ushort_test(ivar, cmp, cmp_value); }
static inline int shmem_and_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce) { return shmem_longlong_and_reduce(team, dest, source, nreduce); }
static inline int shmem_or_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce) { return shmem_longlong_or_reduce(team, dest, source, nreduce); }
static inline int shmem_xor_reduce(shmem_team_t team, long long *dest, const long long *source, size_t nreduce) { return shmem_longlong_xor_reduce(team, dest, source, nreduce); }
static inline long long shmem_atomic_fetch_and(volatile long long *dest, long long value, int pe) { return shmem_longlong_atomic_fetch_and(dest, value, pe); }
static inline long long shmem_atomic_fetch_and(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe) { return shmem_ctx_longlong_atomic_fetch_and(ctx, dest, value, pe); }
static inline void shmem_atomic_and(volatile long long *dest, long long value, int pe) { shmem_longlong_atomic_and(dest, value, pe); }
static inline void shmem_atomic_and(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe) { shmem_ctx_longlong_atomic_and(ctx, dest, value, pe); }
static inline long long shmem_atomic_fetch_or(volatile long long *dest, long long value, int pe) { return shmem_longlong_atomic_fetch_or(dest, value, pe); }
static inline long long shmem_atomic_fetch_or(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe) { return shmem_ctx_longlong_atomic_fetch_or(ctx, dest, value, pe); }
static inline void shmem_atomic_or(volatile long long *dest, long long value, int pe) { shmem_longlong_atomic_or(dest, value, pe); }
static inline void shmem_atomic_or(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe) { shmem_ctx_longlong_atomic_or(ctx, dest, value, pe); }
static inline long long shmem_atomic_fetch_xor(volatile long long *dest, long long value, int pe) { return shmem_longlong_atomic_fetch_xor(dest, value, pe); }
static inline long long shmem_atomic_fetch_xor(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe) { return shmem_ctx_longlong_atomic_fetch_xor(ctx, dest, value, pe); }
static inline void shmem_atomic_xor(volatile long long *dest, long long value, int pe) { shmem_longlong_atomic_xor(dest, value, pe); }
static inline void shmem_atomic_xor(shmem_ctx_t ctx, volatile long long *dest, long long value, int pe) { shmem_ctx_longlong_atomic_xor(ctx, dest, value, pe); }
static inline void shmem_wait_until_all(const volatile short *ivars, size_t nelems, const int *status, int cmp, short cmp_value) { shmem_short_wait_until_all(ivars, nelems, status, cmp, cmp_value); }
static inline void shmem_wait_until_all(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, unsigned short cmp_value) { shmem_ushort_wait_until_all(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_any(const volatile short *ivars, size_t nelems, const int *status, int cmp, short cmp_value) { return shmem_short_wait_until_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_any(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, unsigned short cmp_value) { return shmem_ushort_wait_until_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_some(const volatile short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, short cmp_value) { return shmem_short_wait_until_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_wait_until_some(const volatile unsigned short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned short cmp_value) { return shmem_ushort_wait_until_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline void shmem_wait_until_all_vector(const volatile short *ivars, size_t nelems, const int *status, int cmp, const short *cmp_values) { shmem_short_wait_until_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline void shmem_wait_until_all_vector(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, const unsigned short *cmp_values) { shmem_ushort_wait_until_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_any_vector(const volatile short *ivars, size_t nelems, const int *status, int cmp, const short *cmp_values) { return shmem_short_wait_until_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_any_vector(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, const unsigned short *cmp_values) { return shmem_ushort_wait_until_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_some_vector(const volatile short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const short *cmp_values) { return shmem_short_wait_until_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_wait_until_some_vector(const volatile unsigned short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned short *cmp_values) { return shmem_ushort_wait_until_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline int shmem_test_all(const volatile short *ivars, size_t nelems, const int *status, int cmp, short cmp_value) { return shmem_short_test_all(ivars, nelems, status, cmp, cmp_value); }
static inline int shmem_test_all(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, unsigned short cmp_value) { return shmem_ushort_test_all(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_test_any(const volatile short *ivars, size_t nelems, const int *status, int cmp, short cmp_value) { return shmem_short_test_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_test_any(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, unsigned short cmp_value) { return shmem_ushort_test_any(ivars, nelems, status, cmp, cmp_value); }
static inline size_t shmem_test_some(const volatile short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, short cmp_value) { return shmem_short_test_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline size_t shmem_test_some(const volatile unsigned short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, unsigned short cmp_value) { return shmem_ushort_test_some(ivars, nelems, indices, status, cmp, cmp_value); }
static inline int shmem_test_all_vector(const volatile short *ivars, size_t nelems, const int *status, int cmp, const short *cmp_values) { return shmem_short_test_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline int shmem_test_all_vector(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, const unsigned short *cmp_values) { return shmem_ushort_test_all_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_test_any_vector(const volatile short *ivars, size_t nelems, const int *status, int cmp, const short *cmp_values) { return shmem_short_test_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_test_any_vector(const volatile unsigned short *ivars, size_t nelems, const int *status, int cmp, const unsigned short *cmp_values) { return shmem_ushort_test_any_vector(ivars, nelems, status, cmp, cmp_values); }
static inline size_t shmem_test_some_vector(const volatile short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const short *cmp_values) { return shmem_short_test_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline size_t shmem_test_some_vector(const volatile unsigned short *ivars, size_t nelems, size_t *indices, const int *status, int cmp, const unsigned short *cmp_values) { return shmem_ushort_test_some_vector(ivars, nelems, indices, status, cmp, cmp_values); }
static inline unsigned int shmem_fetch(const volatile unsigned int *source, int pe) { return shmem_uint_fetch(source, pe); }
static inline unsigned long shmem_fetch(const volatile unsigned long *source, int pe) { return shmem_ulong_fetch(source, pe); }
static inline unsigned long long shmem_fetch(const volatile unsigned long long *source, int pe) { return shmem_ulonglong_fetch(source, pe); }
static inline void shmem_set(volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_set(dest, value, pe); }
static inline void shmem_set(volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_set(dest, value, pe); }
static inline void shmem_set(volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_set(dest, value, pe); }
static inline unsigned int shmem_cswap(volatile unsigned int *dest, unsigned int cond, unsigned int value, int pe) { return shmem_uint_cswap(dest, cond, value, pe); }
static inline unsigned long shmem_cswap(volatile unsigned long *dest, unsigned long cond, unsigned long value, int pe) { return shmem_ulong_cswap(dest, cond, value, pe); }
static inline unsigned long long shmem_cswap(volatile unsigned long long *dest, unsigned long long cond, unsigned long long value, int pe) { return shmem_ulonglong_cswap(dest, cond, value, pe); }
static inline unsigned int shmem_swap(volatile unsigned int *dest, unsigned int value, int pe) { return shmem_uint_swap(dest, value, pe); }
static inline unsigned long shmem_swap(volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ulong_swap(dest, value, pe); }
static inline unsigned long long shmem_swap(volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ulonglong_swap(dest, value, pe); }
static inline unsigned int shmem_finc(volatile unsigned int *dest, int pe) { return shmem_uint_finc(dest, pe); }
static inline unsigned long shmem_finc(volatile unsigned long *dest, int pe) { return shmem_ulong_finc(dest, pe); }
static inline unsigned long long shmem_finc(volatile unsigned long long *dest, int pe) { return shmem_ulonglong_finc(dest, pe); }
static inline void shmem_inc(volatile unsigned int *dest, int pe) { shmem_uint_inc(dest, pe); }
static inline void shmem_inc(volatile unsigned long *dest, int pe) { shmem_ulong_inc(dest, pe); }
static inline void shmem_inc(volatile unsigned long long *dest, int pe) { shmem_ulonglong_inc(dest, pe); }
static inline unsigned int shmem_fadd(volatile unsigned int *dest, unsigned int value, int pe) { return shmem_uint_fadd(dest, value, pe); }
static inline unsigned long shmem_fadd(volatile unsigned long *dest, unsigned long value, int pe) { return shmem_ulong_fadd(dest, value, pe); }
static inline unsigned long long shmem_fadd(volatile unsigned long long *dest, unsigned long long value, int pe) { return shmem_ulonglong_fadd(dest, value, pe); }
static inline void shmem_add(volatile unsigned int *dest, unsigned int value, int pe) { shmem_uint_add(dest, value, pe); }
static inline void shmem_add(volatile unsigned long *dest, unsigned long value, int pe) { shmem_ulong_add(dest, value, pe); }
static inline void shmem_add(volatile unsigned long long *dest, unsigned long long value, int pe) { shmem_ulonglong_add(dest, value, pe); }

/* Sums and products of std::complex<float> and std::complex<double>: of a class with two values of its `value_type`. */
template <typename T> struct shmem_complex_;
SHMEM_EXTENSION_ template <> struct shmem_complex_<float> { typedef float _Complex type; };
SHMEM_EXTENSION_ template <> struct shmem_complex_<double> { typedef double _Complex type; };
template <typename T, bool is_pair> struct shmem_if_pair_;
template <typename T> struct shmem_if_pair_<T, true> { typedef typename shmem_complex_<typename T::value_type>::type type; };
template <typename T> struct shmem_pair_ : shmem_if_pair_<T, sizeof(T) == 2 * sizeof(typename T::value_type)> {};

template <typename T>
inline int shmem_sum_reduce(shmem_team_t team, T *dest, const T *source, size_t nreduce)
{
    typedef typename shmem_pair_<T>::type c_type;
    return shmem_sum_reduce(team, reinterpret_cast<c_type *>(dest), reinterpret_cast<const c_type *>(source), nreduce);
}

template <typename T>
inline int shmem_prod_reduce(shmem_team_t team, T *dest, const T *source, size_t nreduce)
{
    typedef typename shmem_pair_<T>::type c_type;
    return shmem_prod_reduce(team, reinterpret_cast<c_type *>(dest), reinterpret_cast<const c_type *>(source), nreduce);
}

}
#endif

#endif
