/**
 * @file
 * The few functions on bytes and text that stages use, and that compilers
 * call by themselves.  As in ISO C11, "String handling".
 */
#ifndef KSTRING_H
#define KSTRING_H

#include "types.h"

void  *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void  *memmove(void *to, const void *from, size_t bytes);
void  *memset(void *to, int value, size_t bytes);
int    memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);
int    strcmp(const char *a, const char *b);
int    strncmp(const char *a, const char *b, size_t most);
char  *strstr(const char *text, const char *word);

#endif
