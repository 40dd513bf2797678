/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers of cameras, read as bytes from outside: what is not found is not there, what is found is cut and cleaned. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "audit.h"
#include "civil.h"
#include "utf8.h"

/* The first of needle in the n bytes at s; case is not looked at. */
static const char *find(const char *s, size_t n, const char *needle)
{
	size_t len = strlen(needle);

	for (size_t i = 0; len <= n && i <= n - len; i++)
		if (!strncasecmp(s + i, needle, len))
			return s + i;
	return NULL;
}

/* What does not print is left out; blanks at both ends too. */
static void clean(char dst[static CG_NAME_LEN], const char *s, size_t n)
{
	size_t to = 0, len;
	uint32_t code;

	for (size_t i = 0; i < n; i += len) {
		len = cg_utf8_next(s + i, n - i, &code);
		if (!len || cg_utf8_is_control(code) || (!to && code == ' ')) {
			len = len ? len : 1;
			continue;
		}
		if (to + len >= CG_NAME_LEN)
			break;
		memcpy(dst + to, s + i, len);
		to += len;
	}
	while (to && dst[to - 1] == ' ')
		to--;
	dst[to] = '\0';
}

/* The text in the first <tag> or <x:tag>, with or without attributes. */
static const char *element(const char *s, size_t n, const char *tag, size_t *ret_n)
{
	const char *at = s, *end = s + n, *stop;
	size_t len = strlen(tag);

	while ((at = find(at, (size_t)(end - at), tag))) {
		const char *behind = at + len, *name = at;

		at = behind;
		if (behind == end || (*behind != '>' && *behind != ' '))
			continue;
		/* back over the prefix to its '<'; "</tag>" ends one */
		while (name > s && name[-1] != '<' && name[-1] != '>' && name[-1] != '/')
			name--;
		if (name == s || name[-1] != '<')
			continue;
		behind = memchr(behind, '>', (size_t)(end - behind));
		if (!behind)
			return NULL;
		behind++;
		stop = memchr(behind, '<', (size_t)(end - behind));
		if (!stop)
			return NULL;
		*ret_n = (size_t)(stop - behind);
		return behind;
	}
	return NULL;
}

static void element_copy(const char *s, size_t n, const char *tag, char dst[static CG_NAME_LEN])
{
	size_t len;
	const char *text = element(s, n, tag, &len);

	if (text)
		clean(dst, text, len);
}

static uint8_t element_bool(const char *s, size_t n, const char *tag)
{
	size_t len;
	const char *text = element(s, n, tag, &len);

	if (!text)
		return 0;
	if (len == 4 && !strncasecmp(text, "true", 4))
		return CG_CLUE_YES;
	return len == 5 && !strncasecmp(text, "false", 5) ? CG_CLUE_NO : 0;
}

/* The number behind "HTTP/1.1 "; 0: it is no such answer. */
static int status_of(const char *s, size_t n, const char *protocol)
{
	size_t len = strlen(protocol), i = len;
	int status = 0;

	if (n < len || strncmp(s, protocol, len))
		return 0;
	while (i < n && i < len + 4 && s[i] != ' ')
		i++;
	if (i + 4 > n || s[i] != ' ')
		return 0;
	for (size_t k = i + 1; k < i + 4; k++) {
		if (!isdigit((unsigned char)s[k]))
			return 0;
		status = 10 * status + (s[k] - '0');
	}
	return status;
}

/* The value of a header line; the head ends at an empty one. */
static const char *header(const char *s, size_t n, const char *name, size_t *ret_n)
{
	const char *head_end = find(s, n, "\r\n\r\n"), *at, *end;
	char line[32];

	if (head_end)
		n = (size_t)(head_end + 2 - s);
	(void)snprintf(line, sizeof(line), "\r\n%s:", name);
	at = find(s, n, line);
	if (!at)
		return NULL;
	at += strlen(line);
	end = memchr(at, '\r', n - (size_t)(at - s));
	*ret_n = end ? (size_t)(end - at) : n - (size_t)(at - s);
	return at;
}

static const char *body_of(const char *s, size_t *n)
{
	const char *at = find(s, *n, "\r\n\r\n");

	if (!at)
		return NULL;
	*n -= (size_t)(at + 4 - s);
	return at + 4;
}

static void server_name(const char *s, size_t n, struct cg_audit_answer *a)
{
	size_t len;
	const char *text = header(s, n, "Server", &len);

	if (text)
		clean(a->text, text, len);
}

static void web(const char *s, size_t n, struct cg_audit_answer *a)
{
	int status = status_of(s, n, "HTTP/");
	const char *to;
	size_t len;

	if (!status)
		return;
	to = header(s, n, "Location", &len);
	a->state = status == 401 ? CG_AUDIT_ASKS :
		   to && find(to, len, "https://") && status >= 300 && status < 400 ?
				   CG_AUDIT_MOVED :
				   CG_AUDIT_OPEN;
	server_name(s, n, a);
}

/* A description of media is given to anybody: so are the pictures. */
static void rtsp(const char *s, size_t n, struct cg_audit_answer *a)
{
	int status = status_of(s, n, "RTSP/");
	size_t len = n;
	const char *body = body_of(s, &len);

	if (!status)
		return;
	if (status == 401 || status == 403)
		a->state = CG_AUDIT_ASKS;
	else if (status == 200 && body && find(body, len, "v=0") && find(body, len, "m="))
		a->state = CG_AUDIT_FREE;
	else
		a->state = CG_AUDIT_OPEN;
	server_name(s, n, a);
}

/* ONVIF Core 5.1.2.3: a refusal is 401, or 400 with ter:NotAuthorized in the fault. */
static void onvif(const char *s, size_t n, const char *response, struct cg_audit_answer *a)
{
	int status = status_of(s, n, "HTTP/");
	size_t len = n;
	const char *body = body_of(s, &len);

	if (!status)
		return;
	if (status == 401)
		a->state = CG_AUDIT_ASKS;
	else if (body && find(body, len, "NotAuthorized"))
		a->state = CG_AUDIT_ASKS;
	else if (status == 200 && body && find(body, len, response))
		a->state = CG_AUDIT_FREE;
	server_name(s, n, a);
	if (a->state != CG_AUDIT_FREE || !body)
		return;
	element_copy(body, len, "Manufacturer", a->maker);
	element_copy(body, len, "Model", a->model);
	element_copy(body, len, "FirmwareVersion", a->firmware);
}

static void sadp(const char *s, size_t n, struct cg_audit_answer *a)
{
	uint8_t activated = element_bool(s, n, "Activated");

	if (!find(s, n, "<ProbeMatch"))
		return;
	a->state = CG_AUDIT_OPEN;
	a->not_activated = activated == CG_CLUE_YES ? CG_CLUE_NO :
			   activated == CG_CLUE_NO  ? CG_CLUE_YES :
						      0;
	a->cloud = element_bool(s, n, "HCPlatformEnable");
	element_copy(s, n, "DeviceDescription", a->model);
	element_copy(s, n, "SoftwareVersion", a->firmware);
}

void cg_audit_answer_read(enum cg_audit_ask ask, const char *data, size_t n,
			  struct cg_audit_answer *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (n > CG_AUDIT_ANSWER_MAX)
		n = CG_AUDIT_ANSWER_MAX;
	switch (ask) {
	case CG_AUDIT_CONNECT:
		ret->state = CG_AUDIT_OPEN;
		break;
	case CG_AUDIT_GET:
		web(data, n, ret);
		break;
	case CG_AUDIT_DESCRIBE:
		rtsp(data, n, ret);
		break;
	case CG_AUDIT_INFO:
		onvif(data, n, "GetDeviceInformationResponse", ret);
		break;
	case CG_AUDIT_USERS:
		onvif(data, n, "GetUsersResponse", ret);
		break;
	case CG_AUDIT_PROFILES:
		onvif(data, n, "GetProfilesResponse", ret);
		break;
	case CG_AUDIT_INQUIRY:
		sadp(data, n, ret);
		break;
	case __CG_AUDIT_ASK_MAX:
		break;
	}
}

const char *cg_audit_state_name(unsigned int state)
{
	static const char *const names[__CG_AUDIT_STATE_MAX] = {
		[CG_AUDIT_SHUT] = "shut",      [CG_AUDIT_OPEN] = "open",
		[CG_AUDIT_ASKS] = "password",  [CG_AUDIT_FREE] = "anybody",
		[CG_AUDIT_MOVED] = "to-https",
	};

	return state < __CG_AUDIT_STATE_MAX ? names[state] : "unknown";
}

/* n digits at s as a number, -1: they are not all digits. */
static int digits(const char *s, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s[i]))
			return -1;
		v = 10 * v + (s[i] - '0');
	}
	return v;
}

static int day_of(int year, int month, int day, int64_t *ret_day)
{
	/* No networked camera is older; the year of a build has four digits or the last two. */
	if (year < 2000 || year > 2099 || month < 1 || month > 12 || day < 1 || day > 31)
		return -ENOENT;
	*ret_day = cg_civil_days(year, month, day);
	return 0;
}

int cg_audit_firmware_day(const char *version, int64_t *ret_day)
{
	const char *build;
	size_t run = 0;

	for (const char *s = version; *s; s++) {
		/* 2021-03-15 */
		if (strlen(s) >= 10 && s[4] == '-' && s[7] == '-' &&
		    !day_of(digits(s, 4), digits(s + 5, 2), digits(s + 8, 2), ret_day))
			return 0;
		/* eight digits alone: 20121102 */
		run = isdigit((unsigned char)*s) ? run + 1 : 0;
		if (run == 8 && !isdigit((unsigned char)s[1]) &&
		    !day_of(digits(s - 7, 4), digits(s - 3, 2), digits(s - 1, 2), ret_day))
			return 0;
	}
	/* Hikvision: "build 180719" */
	build = find(version, strlen(version), "build");
	if (!build)
		return -ENOENT;
	build += strlen("build");
	build += strspn(build, " :");
	if (strlen(build) < 6 || isdigit((unsigned char)build[6]) || digits(build, 6) < 0)
		return -ENOENT;
	return day_of(2000 + digits(build, 2), digits(build + 2, 2), digits(build + 4, 2), ret_day);
}
