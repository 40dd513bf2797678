/* SPDX-License-Identifier: GPL-2.0-only */
/* `camgate allow`: a rule added to any text; the first line of the input is the rule, the rest the config. */
#include <errno.h>
#include <lib/confedit.h>
#include <lib/lex.h>
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *lf = size ? memchr(data, '\n', size) : NULL;
	size_t at = lf ? (size_t)(lf - data) : 0, len, skip = lf ? at + 1 : 0;
	_cleanup_free_ char *rule = fuzz_text(data, at), *out = NULL;
	uint8_t *text = fuzz_bytes(data + skip, size - skip);
	struct cg_confedit edit = {
		.camera = "nursery", .key = "allow", .rule = rule, .comment = "by hand"
	};
	struct cg_tokens tokens = { 0 }, before = { 0 };
	struct cg_diag diag = { "" };
	int line, err;

	err = cg_confedit_add((char *)text, size - skip, "camgate.conf", &edit, &diag, &out, &len,
			      &line);
	FUZZ_PROMISE(!err || err == -ENOENT || err == -EINVAL || err == -ENOMEM);
	if (!err) {
		/* One rule more, nothing else touched. */
		FUZZ_PROMISE(strlen(out) == len && line > 0);
		FUZZ_PROMISE(!cg_lex_read((char *)text, size - skip, "before", &diag, &before));
		FUZZ_PROMISE(!cg_lex_read(out, len, "after", &diag, &tokens));
		FUZZ_PROMISE(tokens.n == before.n + 5);
		fuzz_plant(strlen(rule), 24);
		cg_lex_free(&tokens);
		cg_lex_free(&before);
	}
	free(text);
	return 0;
}
