/**
 * @file
 * Where printed text goes: see console_capture() in console.h.
 */
#include "console.h"

static struct {
	char  *text; /* NULL: the console */
	size_t room, used;
} capture;

void console_capture(char *text, size_t bytes)
{
	capture.text = text;
	capture.room = bytes;
	capture.used = 0;
	if (text != NULL)
		text[0] = '\0';
}

void console_show(const char *text, size_t bytes)
{
	if (capture.text == NULL) {
		console_write(text, bytes);
		return;
	}
	for (size_t i = 0; i < bytes && capture.used + 1 < capture.room; i++)
		capture.text[capture.used++] = text[i];
	capture.text[capture.used] = '\0';
}
