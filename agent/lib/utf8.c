/* SPDX-License-Identifier: GPL-2.0-only */
/* UTF-8: decodes one code point at a time and knows which ones must not reach a terminal. */
#include <string.h>
#include "utf8.h"

size_t cg_utf8_next(const char *s, size_t len, uint32_t *ret_code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)s;
	uint32_t code;
	size_t n;

	if (!len)
		return 0;
	if (u[0] < 0x80) {
		*ret_code = u[0];
		return 1;
	}
	if (u[0] >= 0xf0 && u[0] < 0xf8) {
		n = 4;
		code = u[0] & 0x07;
	} else if (u[0] >= 0xe0 && u[0] < 0xf0) {
		n = 3;
		code = u[0] & 0x0f;
	} else if (u[0] >= 0xc0 && u[0] < 0xe0) {
		n = 2;
		code = u[0] & 0x1f;
	} else {
		return 0;
	}
	if (len < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (u[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	*ret_code = code;
	return n;
}

bool cg_utf8_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || /* C0, DEL, C1 */
	       code == 0x2028 || code == 0x2029 || code == 0x200e || code == 0x200f ||
	       code == 0x061c || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

void cg_utf8_cut(char *to, size_t room, const char *from)
{
	size_t len = strlen(from), n = 0, step;
	uint32_t code;

	while ((step = cg_utf8_next(from + n, len - n, &code)) && n + step < room)
		n += step;
	memcpy(to, from, n);
	to[n] = '\0';
}
