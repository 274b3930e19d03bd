/**
 * @file
 * Tests of sgr.h.
 */
#include "sgr.h"

#include "test.h"

/* How many characters of @text are to be shown. */
static unsigned shown(struct sgr *sgr, const char *text)
{
	unsigned count = 0;

	for (; *text != '\0'; text++)
		count += !sgr_take(sgr, *text);
	return count;
}

TEST(sgr_sequences_are_not_shown_and_set_colours)
{
	static const struct {
		const char *text;
		unsigned    shown, ink, paper;
	} row[] = {
		{ "plain", 5, 7, 0 },
		{ "\033[31mred", 3, 1, 0 },
		{ "\033[91mred", 3, 9, 0 },
		{ "\033[1;33;44m", 0, 11, 4 },
		{ "\033[1;31;0m", 0, 7, 0 },
		{ "\033[90m\033[32m", 0, 2, 0 }, /* grey is not bold */
		{ "\033[32m\033[39m", 0, 7, 0 },
		{ "\033[42m\033[49m", 0, 7, 0 },
		{ "\033[m", 0, 7, 0 },
		{ "\033[29m\033[38m\033[48m", 0, 7, 0 }, /* not colours */
		{ "\033[89m\033[98m", 0, 7, 0 },
		{ "\033[37m\033[47m", 0, 7, 7 },
		{ "\033[30m\033[40m", 0, 0, 0 },
		{ "\033[97m", 0, 15, 0 },
		{ "\033[99999999999931m-", 1, 7, 0 }, /* 931 is no code */
		{ "\033c-", 1, 7, 0 },
		{ "\033[2J-", 1, 7, 0 }, /* not a colour */
		{ "\033[3", 0, 7, 0 },   /* goes on later */
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct sgr sgr = SGR_PLAIN;

		CHECK_EQ(shown(&sgr, row[i].text), row[i].shown);
		CHECK_EQ(sgr.ink, row[i].ink);
		CHECK_EQ(sgr.paper, row[i].paper);
	}
}
