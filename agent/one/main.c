/* SPDX-License-Identifier: GPL-2.0-only */
/* ONE=yes: agent and command as one program, which the name it is called by chooses between. */
#include <string.h>
#include "../cli/commands.h"
#include "../daemon/stages.h"

int main(int argc, char **argv)
{
	const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;

	name = name ? name + 1 : argc > 0 ? argv[0] : "";
	return strcmp(name, "camgated") ? cg_camgate(argc, argv) : cg_camgated(argc, argv);
}
