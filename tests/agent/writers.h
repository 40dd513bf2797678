/* SPDX-License-Identifier: GPL-2.0-only */
/* Every file the agent and the command write: made as it was, changed, and read as their readers do. */
#ifndef CG_TEST_WRITERS_H
#define CG_TEST_WRITERS_H

#include <stdbool.h>
#include <stddef.h>

#define WRITERS_TEXT 512

struct writer {
	const char *id;	  /* of the fault */
	const char *file; /* whose it is */
	void (*old)(const char *dir);
	int (*change)(const char *dir);
	/* Into text, what a reader makes of dir; "?" where that is neither. */
	void (*read)(const char *dir, char text[static WRITERS_TEXT]);
	const char *was, *is; /* what is read before and after */
	bool many;	      /* of several files, each is the old or the new */
};

extern const struct writer writers[];
extern const size_t nwriters;
/* No file of the agent's: truncated and written anew, as it must not be done. */
extern const struct writer writer_bad;

#endif
