/**
 * @file
 * The few functions on bytes and text that stages use, and that compilers
 * call by themselves.  As in ISO C11, "String handling".
 */
#ifndef KSTRING_H
#define KSTRING_H

#include "types.h"

/** Copy @p bytes bytes between two places that do not overlap.  Takes O(bytes)
 * time, as all of these that are told how many. @return @p to */
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);

/** Copy @p bytes bytes as if by way of a third place. @return @p to */
void *memmove(void *to, const void *from, size_t bytes);

/** Fill @p bytes bytes with the lowest byte of @p value. @return @p to */
void *memset(void *to, int value, size_t bytes);

/** 0 where all are equal, or the sign of the first difference of two bytes. */
int memcmp(const void *a, const void *b, size_t bytes);

/** Bytes before the NUL.  Takes time by these, as the next two do. */
size_t strlen(const char *text);

/** As memcmp(), up to the NUL. */
int strcmp(const char *a, const char *b);

/** As strcmp(), for at most @p most bytes. */
int strncmp(const char *a, const char *b, size_t most);

/** Where @p word first stands in @p text, or NULL.  Takes O(n * m) time for n
 * bytes of text and m of the word. */
char *strstr(const char *text, const char *word);

#endif
