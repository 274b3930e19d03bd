/**
 * @file
 * The kernel's memcpy and friends; on the host the C library has them.
 *
 * The string instructions move any number of bytes in one line, and modern
 * processors run them at full width ("fast string operation" in Intel's
 * Software Developer's Manual).  They also keep the compiler from turning a
 * loop in memset() into a call of memset().
 */
#include "kstring.h"

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	void *start = to;

	__asm__ volatile("rep movsb"
	                 : "+D"(to), "+S"(from), "+c"(bytes)
	                 :
	                 : "memory");
	return start;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	unsigned char       *t = to;
	const unsigned char *f = from;

	if ((uintptr_t)t - (uintptr_t)f >= bytes)
		return memcpy(to, from, bytes);
	/* The target begins inside the source: go backwards. */
	while (bytes-- > 0)
		t[bytes] = f[bytes];
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	void *start = to;

	__asm__ volatile("rep stosb"
	                 : "+D"(to), "+c"(bytes)
	                 : "a"(value)
	                 : "memory");
	return start;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const unsigned char *x = a, *y = b;

	for (size_t i = 0; i < bytes; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

size_t strlen(const char *text)
{
	size_t count = 0;

	while (text[count] != '\0')
		count++;
	return count;
}

int strncmp(const char *a, const char *b, size_t most)
{
	for (size_t i = 0; i < most; i++) {
		unsigned char x = (unsigned char)a[i], y = (unsigned char)b[i];

		if (x != y)
			return x < y ? -1 : 1;
		if (x == '\0')
			return 0;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strstr(const char *text, const char *word)
{
	size_t count = strlen(word);

	for (; strncmp(text, word, count) != 0; text++)
		if (*text == '\0')
			return NULL;
	return (char *)(uintptr_t)text;
}
