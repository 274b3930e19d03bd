/**
 * @file
 * A test of printing: what nobody captures reaches the console.
 */
#include "console.h"
#include "host.h"
#include "kstring.h"
#include "test.h"

TEST(host_console_shows_what_is_printed)
{
	char  text[16] = "";
	FILE *file = tmpfile(), *before;

	CHECK(file != NULL);
	before = host_print_to(file);
	console_capture(NULL, 0);
	kprintf("%d pages\n", 12);
	host_print_to(before);
	rewind(file);
	CHECK(fgets(text, sizeof(text), file) != NULL);
	CHECK_TEXT(text, "12 pages\n");
	fclose(file);
}
