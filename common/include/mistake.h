/**
 * @file
 * Mistakes that can be made on purpose, each by its name: "provoke=null" on
 * the command line reads through a null pointer, "provoke=list" says what
 * others there are.
 *
 * Some end the kernel with a screen that explains them.  Others are refused:
 * the stage says why, and nothing has changed.
 */
#ifndef MISTAKE_H
#define MISTAKE_H

#include "types.h"

/** One mistake.  A table of them ends with one that has no name. */
struct mistake {
	const char *name; /**< The word after "provoke=". */

	/** Make it.  What is refused prints why, to the end of the line. */
	void (*make)(void *stage);

	bool ends; /**< It ends the kernel; else it is refused. */
};

#endif
