/**
 * @file
 * A memory map from a file: see map_file.h.
 *
 * The idea: a line that names BIOS-e820 makes the file a dmesg, and then no
 * other line counts.  Only at the end is it known which of the two the file
 * is, so the first line that no map file can have is remembered.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "map_file.h"

struct reader {
	const char *path;
	struct map_file
		 found[2]; /* by dmesg: lines of a map file, of a dmesg */
	uint32_t bad_line; /* first that no map file can have, or 0 */
	bool     dmesg;    /* a line names BIOS-e820 */
};

static _Noreturn void refuse(const char *path, uint32_t line, const char *why)
{
	fprintf(stderr, "%s:%" PRIu32 ": %s\n", path, line, why);
	exit(1);
}

static const char *skip_blanks(const char *text)
{
	while (*text == ' ' || *text == '\t')
		text++;
	return text;
}

/* A hexadecimal number with or without 0x; NULL where there is none that 64
 * bits can hold. */
static const char *read_address(const char *text, uint64_t *address)
{
	char *end;

	text = skip_blanks(text);
	if (strncmp(text, "0x", 2) == 0)
		text += 2;
	if (!isxdigit((unsigned char)*text))
		return NULL;
	errno = 0;
	*address = strtoull(text, &end, 16);
	return errno == 0 ? end : NULL;
}

/* "type-20" or "type 20", to the end of the word. */
static const char *read_numbered_type(const char *text, uint32_t *type)
{
	unsigned long long number;
	char              *end;

	if (strncmp(text, "type", 4) != 0 || (text[4] != '-' && text[4] != ' '))
		return NULL;
	if (!isdigit((unsigned char)text[5]))
		return NULL;
	errno = 0;
	number = strtoull(text + 5, &end, 10);
	if (errno != 0 || number > UINT32_MAX)
		return NULL;
	*type = (uint32_t)number;
	return end;
}

/* The words of the map files and those of Linux, the longest first. */
static const char *read_type(const char *text, uint32_t *type)
{
	static const struct {
		const char *word;
		uint32_t    type;
	} known[] = {
		{ "usable", 1 },
		{ "reserved", 2 },
		{ "acpi-data", 3 },
		{ "acpi-nvs", 4 },
		{ "unusable", 5 },
		{ "persistent", 7 },
		{ "soft-reserved", 0xefffffffU },
		{ "ACPI data", 3 },
		{ "ACPI NVS", 4 },
		{ "persistent (type 7)", 7 },
		{ "persistent (type 12)", 12 },
		{ "soft reserved", 0xefffffffU },
	};

	for (size_t i = sizeof(known) / sizeof(known[0]); i-- > 0;) {
		size_t count = strlen(known[i].word);

		if (strncasecmp(text, known[i].word, count) != 0)
			continue;
		*type = known[i].type;
		return text + count;
	}
	return read_numbered_type(text, type);
}

static bool at_end(const char *text)
{
	text = skip_blanks(text);
	return *text == '\0' || *text == '\n' || *text == '\r';
}

/* `START-END type`, END being the last byte, from where START is. */
static bool read_inclusive(const char *text, struct map_entry *entry)
{
	uint64_t last;

	text = read_address(text, &entry->base);
	if (text == NULL || *text != '-')
		return false;
	text = read_address(text + 1, &last);
	if (text == NULL)
		return false;
	text = skip_blanks(*text == ']' ? text + 1 : text);
	entry->bytes = last - entry->base + 1;
	text = read_type(text, &entry->type);
	return text != NULL && at_end(text);
}

/* `START - END (type)`, END being one past; or `BYTES @ START (type)`. */
static bool read_exclusive(const char *text, struct map_entry *entry)
{
	uint64_t first, second;
	char     between;

	text = read_address(text, &first);
	if (text == NULL)
		return false;
	text = skip_blanks(text);
	between = *text;
	if (between != '-' && between != '@')
		return false;
	text = read_address(text + 1, &second);
	if (text == NULL)
		return false;
	entry->base = between == '@' ? second : first;
	entry->bytes = between == '@' ? first : second - first;
	text = skip_blanks(text);
	text = read_type(*text == '(' ? text + 1 : text, &entry->type);
	if (text != NULL && *text == ')')
		text++;
	return text != NULL && at_end(text);
}

static void append(struct map_file *file, struct map_entry entry)
{
	size_t bytes = (file->count + UINT64_C(1)) * sizeof(entry);

	/* A power of two is where the last doubling ended. */
	if ((file->count & (file->count - 1)) == 0)
		file->entry = realloc(file->entry, 2 * bytes);
	if (file->entry == NULL) {
		fprintf(stderr, "no memory for %zu bytes of map\n", bytes);
		exit(1);
	}
	file->entry[file->count++] = entry;
}

static void read_line(struct reader *reader, const char *text, uint32_t line)
{
	static const char linux_word[] = "BIOS-e820:";
	struct map_entry  entry = { .line = line };
	const char       *found = strstr(text, linux_word);

	if (found != NULL) {
		reader->dmesg = true;
		found = skip_blanks(found + strlen(linux_word));
		if (strncmp(found, "[mem", 4) == 0
		            ? !read_inclusive(found + 4, &entry)
		            : !read_exclusive(found, &entry))
			refuse(reader->path, line,
			       "cannot be read: `BIOS-e820: [mem "
			       "0xSTART-0xEND] type` or `BIOS-e820: START - "
			       "END (type)` is expected");
		append(&reader->found[true], entry);
		return;
	}
	text = skip_blanks(text);
	if (*text == '#' || at_end(text))
		return;
	if (read_inclusive(text, &entry))
		append(&reader->found[false], entry);
	else if (reader->bad_line == 0)
		reader->bad_line = line;
}

/* It cannot be opened, or not be read: errno tells why. */
static void refuse_file(const char *path)
{
	fprintf(stderr,
	        "%s: %s; a map is what dmesg prints, or a file like those of "
	        "lessons/01-e820/maps\n",
	        path, strerror(errno));
	exit(1);
}

/* Why that may be, and what helps. */
#define LOST                                                                   \
	"; where the kernel's log has lost its start, `sudo journalctl -k "    \
	"-b` "                                                                 \
	"may still have it"

struct map_file map_file_read(const char *path)
{
	struct reader   reader = { .path = path };
	struct map_file file;
	FILE           *input = fopen(path, "r");
	size_t          room = 0;
	char           *text = NULL;
	uint32_t        line = 0;

	if (input == NULL)
		refuse_file(path);
	while (getline(&text, &room, input) >= 0)
		read_line(&reader, text, ++line);
	if (ferror(input))
		refuse_file(path);
	free(text);
	fclose(input);

	file = reader.found[reader.dmesg];
	if (file.count == 0 && reader.bad_line > 0)
		refuse(path, reader.bad_line,
		       "no line says BIOS-e820 as dmesg does, and this one is "
		       "not `0xSTART-0xEND type`" LOST);
	if (!reader.dmesg && reader.bad_line > 0)
		refuse(path, reader.bad_line,
		       "cannot be read: `0xSTART-0xEND type` is expected, with "
		       "a type such as usable, reserved, acpi-data or type-20");
	if (file.count == 0)
		refuse(path, line,
		       "the end, and no entry of a memory map" LOST);
	return file;
}
