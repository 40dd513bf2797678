/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages for translation: _() and n_(), plain text where there is no libintl. */
#ifndef CG_I18N_H
#define CG_I18N_H

#include <features.h>

/* glibc has gettext inside; elsewhere CG_NLS says that libintl is linked. */
#if defined(__GLIBC__) || defined(CG_NLS)
#include <libintl.h>
#define _(text)		  gettext(text)
#define n_(one, many, n)  ngettext(one, many, n)
#define CG_I18N_INIT(dir) (bindtextdomain("camgate", dir), textdomain("camgate"))
#else
#define _(text)		  (text)
#define n_(one, many, n)  ((n) == 1 ? (one) : (many))
#define CG_I18N_INIT(dir) ((void)(dir))
#endif

/* Marks a text in a table that is translated where it is printed. */
#define N_(text) (text)

#endif
