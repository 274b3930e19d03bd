/**
 * @file
 * printf: see console.h.
 *
 * The idea: a format is plain text and conversions.  Each conversion is read
 * into a struct spec, turned into digits or text, and laid out once, by
 * put_field(), between its sign, its zeros and its blanks.  All text goes to
 * a sink that counts what it is given and keeps what fits.
 */
#include "console.h"
#include "kstring.h"

/* Text goes to memory while it fits; with flush it goes to the console each
 * time the memory is full. */
struct sink {
	char  *text;
	size_t room;  /* of text, in characters */
	size_t used;  /* of room */
	size_t total; /* characters given */
	bool   flush;
};

struct spec {
	bool left, zero, alternate, upper;
	char plus;      /* '+', ' ' or 0: what a positive number begins with */
	int  width;     /* at least so many characters */
	int  precision; /* -1: none */
	char length;    /* 'H' is hh, 'h', 'l', 'q' is 8 bytes, or 0 */
};

static void put(struct sink *sink, char c)
{
	sink->total++;
	if (sink->used < sink->room)
		sink->text[sink->used++] = c;
	if (sink->flush && sink->used == sink->room) {
		console_show(sink->text, sink->used);
		sink->used = 0;
	}
}

static void put_text(struct sink *sink, const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put(sink, text[i]);
}

static void put_times(struct sink *sink, char c, int times)
{
	while (times-- > 0)
		put(sink, c);
}

/* prefix (sign or 0x), zeros, text: padded to the width of @spec. */
static void put_field(struct sink *sink, const struct spec *spec,
                      const char *prefix, int zeros, const char *text,
                      size_t count)
{
	size_t prefix_count = strlen(prefix);
	int    blanks = spec->width - (int)prefix_count - zeros - (int)count;

	if (!spec->left)
		put_times(sink, ' ', blanks);
	put_text(sink, prefix, prefix_count);
	put_times(sink, '0', zeros);
	put_text(sink, text, count);
	if (spec->left)
		put_times(sink, ' ', blanks);
}

/* Digits of @value, ended at @end; returns the first.  Zero has none. */
static char *digits(char *end, uint64_t value, unsigned base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	for (; value != 0; value /= base)
		*--end = set[value % base];
	return end;
}

static void put_number(struct sink *sink, const struct spec *spec,
                       uint64_t value, unsigned base, const char *prefix)
{
	char  room[22]; /* 2^64 has 22 octal digits */
	char *end = room + sizeof(room);
	char *first = digits(end, value, base, spec->upper);
	int   count = (int)(end - first);
	int   wanted = spec->precision;

	if (wanted < 0) {
		if (spec->zero && !spec->left)
			wanted = spec->width - (int)strlen(prefix);
		if (wanted < 1)
			wanted = 1;
	}
	if (spec->alternate && base == 8 && wanted <= count)
		wanted = count + 1;
	put_field(sink, spec, prefix, wanted > count ? wanted - count : 0,
	          first, (size_t)count);
}

static void put_string(struct sink *sink, const struct spec *spec,
                       const char *text)
{
	size_t count = 0, most = SIZE_MAX;

	if (text == NULL)
		text = "(null)";
	if (spec->precision >= 0)
		most = (size_t)spec->precision;
	while (count < most && text[count] != '\0')
		count++;
	put_field(sink, spec, "", 0, text, count);
}

static int64_t signed_argument(char length, va_list *args)
{
	switch (length) {
	case 'H':
		return (signed char)va_arg(*args, int);
	case 'h':
		return (short)va_arg(*args, int);
	case 'l':
		return va_arg(*args, long);
	case 'q':
		return va_arg(*args, long long);
	default:
		return va_arg(*args, int);
	}
}

static uint64_t unsigned_argument(char length, va_list *args)
{
	switch (length) {
	case 'H':
		return (unsigned char)va_arg(*args, unsigned);
	case 'h':
		return (unsigned short)va_arg(*args, unsigned);
	case 'l':
		return va_arg(*args, unsigned long);
	case 'q':
		return va_arg(*args, unsigned long long);
	default:
		return va_arg(*args, unsigned);
	}
}

static const char *read_flags(const char *f, struct spec *spec)
{
	for (;; f++) {
		if (*f == '-')
			spec->left = true;
		else if (*f == '0')
			spec->zero = true;
		else if (*f == '#')
			spec->alternate = true;
		else if (*f == '+')
			spec->plus = '+';
		else if (*f == ' ')
			spec->plus = spec->plus == '+' ? '+' : ' ';
		else
			return f;
	}
}

/* A number or a star; nothing counts as 0. */
static const char *read_count(const char *f, int *count, va_list *args)
{
	*count = 0;
	if (*f == '*') {
		*count = va_arg(*args, int);
		return f + 1;
	}
	while (*f >= '0' && *f <= '9')
		*count = *count * 10 + (*f++ - '0');
	return f;
}

static const char *read_length(const char *f, struct spec *spec)
{
	if (*f == 'h' && f[1] == 'h') {
		spec->length = 'H';
		return f + 2;
	}
	if (*f == 'l' && f[1] == 'l') {
		spec->length = 'q';
		return f + 2;
	}
	if (*f == 'h' || *f == 'l') {
		spec->length = *f;
		return f + 1;
	}
	/* intmax_t, size_t and ptrdiff_t have 8 bytes here. */
	if (*f == 'j' || *f == 'z' || *f == 't') {
		spec->length = 'q';
		return f + 1;
	}
	return f;
}

static const char *read_spec(const char *f, struct spec *spec, va_list *args)
{
	*spec = (struct spec){ .precision = -1 };
	f = read_flags(f, spec);
	f = read_count(f, &spec->width, args);
	if (spec->width < 0) {
		spec->left = true;
		spec->width = -spec->width;
	}
	if (*f == '.')
		f = read_count(f + 1, &spec->precision, args);
	return read_length(f, spec);
}

static void put_signed(struct sink *sink, const struct spec *spec,
                       int64_t value)
{
	char     sign[2] = { spec->plus, '\0' };
	uint64_t magnitude = (uint64_t)value;

	if (value < 0) {
		sign[0] = '-';
		magnitude = 0 - magnitude;
	}
	put_number(sink, spec, magnitude, 10, sign);
}

static void put_hex(struct sink *sink, const struct spec *spec, uint64_t value)
{
	const char *prefix = spec->upper ? "0X" : "0x";

	put_number(sink, spec, value, 16,
	           spec->alternate && value != 0 ? prefix : "");
}

/* Put the conversion that @kind names; an unknown one is shown as it is. */
static void put_conversion(struct sink *sink, struct spec *spec, char kind,
                           va_list *args)
{
	char c = kind;

	switch (kind) {
	case 'd':
	case 'i':
		put_signed(sink, spec, signed_argument(spec->length, args));
		return;
	case 'u':
	case 'o':
		put_number(sink, spec, unsigned_argument(spec->length, args),
		           kind == 'u' ? 10 : 8, "");
		return;
	case 'X':
	case 'x':
		spec->upper = kind == 'X';
		put_hex(sink, spec, unsigned_argument(spec->length, args));
		return;
	case 'p':
		put_number(sink, spec, (uintptr_t)va_arg(*args, void *), 16,
		           "0x");
		return;
	case 's':
		put_string(sink, spec, va_arg(*args, const char *));
		return;
	case 'c':
		c = (char)va_arg(*args, int);
		put_field(sink, spec, "", 0, &c, 1);
		return;
	case '%':
		put(sink, '%');
		return;
	default:
		put(sink, '%');
		put(sink, kind);
	}
}

static void format_into(struct sink *sink, const char *f, va_list *args)
{
	struct spec spec;

	while (*f != '\0') {
		if (*f != '%') {
			put(sink, *f++);
			continue;
		}
		f = read_spec(f + 1, &spec, args);
		if (*f == '\0')
			return;
		put_conversion(sink, &spec, *f++, args);
	}
}

size_t kvsnprintf(char *text, size_t bytes, const char *format, va_list args)
{
	struct sink sink = { .text = text, .room = bytes == 0 ? 0 : bytes - 1 };
	va_list     copy;

	va_copy(copy, args);
	format_into(&sink, format, &copy);
	va_end(copy);
	if (bytes != 0)
		text[sink.used] = '\0';
	return sink.total;
}

size_t ksnprintf(char *text, size_t bytes, const char *format, ...)
{
	va_list args;
	size_t  total;

	va_start(args, format);
	total = kvsnprintf(text, bytes, format, args);
	va_end(args);
	return total;
}

void kvprintf(const char *format, va_list args)
{
	char        room[128];
	struct sink sink = { .text = room,
		             .room = sizeof(room),
		             .flush = true };
	va_list     copy;

	va_copy(copy, args);
	format_into(&sink, format, &copy);
	va_end(copy);
	if (sink.used != 0)
		console_show(sink.text, sink.used);
}

void kprintf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	kvprintf(format, args);
	va_end(args);
}
