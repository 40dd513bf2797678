/* SPDX-License-Identifier: GPL-2.0-only */
/* What a camera answers to a question of the audit: HTTP, RTSP, SOAP and SADP, and the date in a version. */
#include <errno.h>
#include <lib/audit.h>
#include <lib/utf8.h>
#include "fuzz.h"

/* Ends within its room, and prints. */
static void is_clean(const char text[static CG_NAME_LEN])
{
	size_t len = 0, n;
	uint32_t code;

	FUZZ_PROMISE(memchr(text, '\0', CG_NAME_LEN));
	for (size_t left = strlen(text); left; left -= n, len += n) {
		n = cg_utf8_next(text + len, left, &code);
		FUZZ_PROMISE(n && !cg_utf8_is_control(code));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t ask = fuzz_number(&data, &size, 1) % __CG_AUDIT_ASK_MAX;
	char *bytes = (char *)fuzz_bytes(data, size);
	struct cg_audit_answer a;
	int64_t day = -1;
	int r;

	cg_audit_answer_read((enum cg_audit_ask)ask, bytes, size, &a);
	free(bytes);
	FUZZ_PROMISE(a.state < __CG_AUDIT_STATE_MAX);
	FUZZ_PROMISE(a.not_activated <= CG_CLUE_NO && a.cloud <= CG_CLUE_NO);
	is_clean(a.text);
	is_clean(a.maker);
	is_clean(a.model);
	is_clean(a.firmware);
	r = cg_audit_firmware_day(a.firmware, &day);
	FUZZ_PROMISE(r == -ENOENT || (!r && day >= 10957 && day < 47482));
	fuzz_plant(strlen(a.firmware), 24);
	return 0;
}
