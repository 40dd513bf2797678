/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command is, and what it is given. */
#ifndef CG_COMMAND_H
#define CG_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum cg_option {
	CG_OPTION_TO = 0x1,
	CG_OPTION_FORCE = 0x2,
	CG_OPTION_SINCE = 0x4,
	CG_OPTION_FIX = 0x8,
	CG_OPTION_CAMERA = 0x10,
	CG_OPTION_URL = 0x20,
	CG_OPTION_SHOW = 0x40,
	CG_OPTION_STOP = 0x80,
	CG_OPTION_LEARNED = 0x100,
	CG_OPTION_FOLLOW = 0x200,
	CG_OPTION_CAM = 0x400,
	CG_OPTION_ONCE = 0x800,
	CG_OPTION_ANCHOR = 0x1000,
	CG_OPTION_YES = 0x2000,
	CG_OPTION_FROM = 0x4000,
	CG_OPTION_FORMAT = 0x8000,
	CG_OPTION_PROBE = 0x10000,
	CG_OPTION_HTML = 0x20000,
	CG_OPTION_CLOSE = 0x40000,
	CG_OPTION_PROFILE = 0x80000,
	CG_OPTION_TRY = 0x100000,
	CG_OPTION_TEXT = 0x2000000,
	CG_OPTION_LAN = 0x200000,
	CG_OPTION_HOME = 0x400000,
	CG_OPTION_ADOPT = 0x800000,
	CG_OPTION_START = 0x1000000,
	CG_OPTION_TEST = 0x4000000,
};

#define CG_WORDS_MAX 16

/* Of an option that may be given more than once. */
struct cg_words {
	const char *v[CG_WORDS_MAX];
	size_t n;
};

/* The command line, options taken out. */
struct cg_cli {
	const char *config;
	const char *pin_dir;
	const char *socket;
	const char *state_dir;
	int timeout_ms; /* 0: the command's own */
	bool json;
	unsigned int given; /* CG_OPTION_* */
	const char *to;
	const char *since;
	const char *camera;
	const char *cam;
	const char *url;
	const char *anchor;
	const char *from;
	const char *format;
	const char *html; /* NULL: stdout */
	const char *profile;
	const char *trial;
	const char *textfile;
	struct cg_words lan, home, adopt;
};

struct cg_command {
	const char *name;
	const char *args;     /* "" = none */
	const char *help;     /* one line; N_() */
	unsigned int options; /* CG_OPTION_* it takes */
	int min, max;	      /* arguments */
	/* argv[0] is the command's name, argv[argc] NULL; returns CG_EXIT_*. */
	int (*run)(const struct cg_cli *cli, int argc, char **argv);
};

#endif
