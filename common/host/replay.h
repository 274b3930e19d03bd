/**
 * @file
 * A replay: the stages on the host, over the memory map of any machine.
 *
 * Each lesson adds its step, as its main.c adds its call, and hands its
 * result on to the next by a variable that its header names.  The steps
 * register themselves as tests do: a program runs those it was linked with,
 * by number.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "map_file.h"

/** One lesson's step, as the linker collects them. */
struct replay_step {
	unsigned number;        /**< Of the lesson. */
	void (*run)(bool last); /**< Runs it and lists what it made. */
};

/** Begins the step of lesson @p number; `last`: no other step comes. */
#define REPLAY(lesson)                                                         \
	static void                     replay(bool last);                     \
	static const struct replay_step replay_record __attribute__((          \
		section("replays"), used, aligned(8))) = { lesson, replay };   \
	static void                     replay(bool last)

/** The map that is replayed. */
extern struct map_file replay_file;

#endif
