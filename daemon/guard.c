/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATORS " ,\t"

/*
 * What is never out in the open (IANA's special-purpose registries). NAT64, Teredo and 6to4 are in
 * it since they hide an IPv4 address that nobody has looked at.
 */
static const char inner[] =
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
    "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
    "224.0.0.0/3 ::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 "
    "fc00::/7 fe80::/10 fec0::/10 ff00::/8";

/* An address as 16 bytes. False: the text is none. */
static bool
read_address(const char *text, unsigned char ret[GUARD_BYTES], bool *ret_v4)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct in_addr v4;

	*ret_v4 = inet_pton(AF_INET, text, &v4) == 1;
	if (!*ret_v4)
		return inet_pton(AF_INET6, text, ret) == 1;
	memcpy(ret, mapped, sizeof(mapped));
	memcpy(ret + sizeof(mapped), &v4, sizeof(v4));
	return true;
}

static bool
read_net(const char *text, struct guard_net *ret)
{
	char address[GUARD_TEXT_SIZE];
	size_t len = strcspn(text, "/");
	char *end = NULL;
	long bits;
	bool v4;

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (!read_address(address, ret->address, &v4))
		return false;
	bits = v4 ? 32 : 128;
	if (text[len] == '/') {
		long given = strtol(text + len + 1, &end, 10);

		if (end == text + len + 1 || *end != '\0' || given < 0 || given > bits)
			return false;
		bits = given;
	}
	ret->bits = (int)bits + (v4 ? 96 : 0);
	return true;
}

int
guard_read(struct guard *g, const char *list, char *why, size_t why_size)
{
	char word[GUARD_TEXT_SIZE];

	memset(g, 0, sizeof(*g));
	for (list += strspn(list, SEPARATORS); *list != '\0'; list += strspn(list, SEPARATORS)) {
		size_t len = strcspn(list, SEPARATORS);

		snprintf(word, sizeof(word), "%.*s", (int)(len < 60 ? len : 60), list);
		if (g->nets == GUARD_NETS_MAX) {
			snprintf(why, why_size, "at most %d networks, got more", GUARD_NETS_MAX);
			return -EINVAL;
		}
		if (len > 60 || !read_net(word, &g->net[g->nets])) {
			snprintf(why, why_size,
			    "expected networks like 10.1.0.0/16 or ::1, with blanks between, got "
			    "\"%s\"",
			    word);
			return -EINVAL;
		}
		g->nets++;
		list += len;
	}
	return 0;
}

static bool
is_in(const struct guard_net *net, const unsigned char address[GUARD_BYTES])
{
	int whole = net->bits / 8, rest = net->bits % 8;
	unsigned mask = 0xff00u >> rest & 0xffu;

	if (memcmp(net->address, address, (size_t)whole) != 0)
		return false;
	return rest == 0 || ((net->address[whole] ^ address[whole]) & mask) == 0;
}

static bool
is_in_any(const struct guard *g, const unsigned char address[GUARD_BYTES])
{
	for (int i = 0; i < g->nets; i++) {
		if (is_in(&g->net[i], address))
			return true;
	}
	return false;
}

static enum guard_verdict
look(const struct guard *g, const unsigned char address[GUARD_BYTES])
{
	struct guard bad;
	char why[160];

	if (is_in_any(g, address))
		return GUARD_LISTED;
	if (guard_read(&bad, inner, why, sizeof(why)) < 0)
		return GUARD_INNER; /* cannot be: tested */
	return is_in_any(&bad, address) ? GUARD_INNER : GUARD_OPEN;
}

/* False: neither IPv4 nor IPv6. */
static bool
bytes_of(const struct sockaddr *to, unsigned char ret[GUARD_BYTES])
{
	char text[GUARD_TEXT_SIZE];
	bool v4;

	guard_text(to, text);
	return read_address(text, ret, &v4);
}

enum guard_verdict
guard_look(const struct guard *g, const struct sockaddr *to)
{
	unsigned char address[GUARD_BYTES];

	return bytes_of(to, address) ? look(g, address) : GUARD_INNER;
}

bool
guard_look_text(const struct guard *g, const char *host, enum guard_verdict *ret)
{
	unsigned char address[GUARD_BYTES];
	bool v4;

	if (!read_address(host, address, &v4))
		return false;
	*ret = look(g, address);
	return true;
}

void
guard_text(const struct sockaddr *to, char ret[GUARD_TEXT_SIZE])
{
	const void *at = NULL;

	if (to->sa_family == AF_INET)
		at = &((const struct sockaddr_in *)(const void *)to)->sin_addr;
	else if (to->sa_family == AF_INET6)
		at = &((const struct sockaddr_in6 *)(const void *)to)->sin6_addr;
	if (at == NULL || inet_ntop(to->sa_family, at, ret, GUARD_TEXT_SIZE) == NULL)
		snprintf(ret, GUARD_TEXT_SIZE, "?");
}
