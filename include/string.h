/* SPDX-License-Identifier: MIT */
/* Memory and string functions: lib/string.c. Those with a C namesake behave like it. */
#ifndef STRING_H
#define STRING_H

#include <types.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *haystack, const char *needle);
/* Copies at most size - 1 bytes and a NUL. Returns the length, or -E2BIG if it was cut. */
ssize_t strscpy(char *dst, const char *src, size_t size);
static inline int isspace(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
/* Numbers in base @base (0: by prefix). *end is the first byte not read. */
unsigned long strtoul(const char *s, char **end, int base);

/* The compiler itself copies and clears a few bytes. For more it calls the functions above. */
#define memcpy(...) __builtin_memcpy(__VA_ARGS__)
#define memset(...) __builtin_memset(__VA_ARGS__)

#endif
