/**
 * @file
 * Bytes for people: see console.h.
 */
#include "console.h"

const char *bytes_text(char text[BYTES_TEXT_BYTES], uint64_t bytes)
{
	static const char unit[][4] = {
		"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"
	};
	unsigned shift = 10, i = 0;
	uint64_t tenths;

	if (bytes < KiB) {
		ksnprintf(text, BYTES_TEXT_BYTES, "%u B", (unsigned)bytes);
		return text;
	}
	for (; bytes >> shift >= 1024; i++)
		shift += 10;
	tenths = ((bytes >> (shift - 10)) % 1024) * 10 / 1024;
	if (bytes % (UINT64_C(1) << shift) == 0)
		ksnprintf(text, BYTES_TEXT_BYTES, "%u %s",
		          (unsigned)(bytes >> shift), unit[i]);
	else
		ksnprintf(text, BYTES_TEXT_BYTES, "%u.%u %s",
		          (unsigned)(bytes >> shift), (unsigned)tenths,
		          unit[i]);
	return text;
}
