/* Variables of a static library. */

#ifdef __cplusplus
extern "C" {
#endif
extern long library_initialized;
long *library_uninitialized(void);
#ifdef __cplusplus
}
#endif
