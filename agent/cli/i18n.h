/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages for translation: _() and n_(), plain text where the build has no gettext. */
#ifndef CG_I18N_H
#define CG_I18N_H

#include "../lib/told.h"

#ifdef CG_NLS
#include <libintl.h>
#define _(text)		  gettext(text)
#define n_(one, many, n)  ngettext(one, many, n)
#define CG_I18N_INIT(dir) (bindtextdomain("camgate", dir), textdomain("camgate"))
#else
#define _(text)		  (text)
#define n_(one, many, n)  ((n) == 1 ? (one) : (many))
#define CG_I18N_INIT(dir) ((void)(dir))
#endif

#endif
