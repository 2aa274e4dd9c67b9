/* SPDX-License-Identifier: MIT */
/*
 * The gzip format (RFC 1952) and the DEFLATE data in it (RFC 1951). Abridges what Linux has in
 * lib/zlib_inflate and lib/decompress_inflate.c. Left out: streams; the whole input and the whole
 * output are in memory. As there, the check sum and the length at the end are not looked at.
 *
 *   gzip:    1f 8b 08 flags time(4) xfl os [extra] [name\0] [comment\0] [crc16] |
 *            blocks | crc32 size
 *   block:   last(1) type(2) | stored: len ~len bytes
 *                            | codes [tables] ( literal | length distance )* end
 *
 * A Huffman code is read bit by bit: the codes of one length are consecutive numbers, so the count
 * of codes of each length is enough to see when a code is complete, and which one it is.
 * Not on the road of an exec.
 */
#include <inflate.h>
#include <errno.h>
#include <string.h>

#define MAX_BITS     15	 /* of a code */
#define NR_LITERALS  288 /* literals, the end of a block, lengths */
#define NR_DISTANCES 30
#define END_OF_BLOCK 256

struct stream {
	const uint8_t *in, *in_end;
	uint8_t *out, *out_start, *out_end;
	uint32_t bits; /* read and not yet used, the next one lowest */
	unsigned int nr_bits;
	int error; /* the first one; what is read afterwards is 0 */
};

/*
 * The codes of one alphabet: how many have each length, and the symbols in the order of their
 * codes.
 */
struct huffman {
	uint16_t count[MAX_BITS + 1], symbol[NR_LITERALS];
};

static unsigned int fail(struct stream *s, int error)
{
	if (!s->error)
		s->error = error;
	return 0;
}

/* The next @n bits, at most 16. */
static unsigned int get_bits(struct stream *s, unsigned int n)
{
	unsigned int value;

	while (s->nr_bits < n) {
		if (s->in == s->in_end)
			return fail(s, -EIO);
		s->bits |= (uint32_t)*s->in++ << s->nr_bits;
		s->nr_bits += 8;
	}
	value = s->bits & ((1U << n) - 1);
	s->bits >>= n;
	s->nr_bits -= n;
	return value;
}

static void put_byte(struct stream *s, uint8_t byte)
{
	if (s->out == s->out_end)
		fail(s, -ENOSPC);
	else
		*s->out++ = byte;
}

/* ---- codes --------------------------------------------------------------- */

/*
 * Makes the codes from the length of each symbol's code (0: not used). False: there are too many
 * codes for these lengths.
 */
static bool build_codes(struct huffman *h, const uint8_t *lengths, unsigned int n)
{
	uint16_t next[MAX_BITS + 1];
	int left = 1;

	memset(h->count, 0, sizeof(h->count));
	for (unsigned int i = 0; i < n; i++)
		h->count[lengths[i]]++;
	h->count[0] = 0;
	next[1] = 0;
	for (unsigned int len = 1; len <= MAX_BITS; len++) {
		left = 2 * left - h->count[len];
		if (left < 0)
			return false;
		if (len < MAX_BITS)
			next[len + 1] = next[len] + h->count[len];
	}
	for (unsigned int i = 0; i < n; i++)
		if (lengths[i])
			h->symbol[next[lengths[i]]++] = i;
	return true;
}

static unsigned int get_symbol(struct stream *s, const struct huffman *h)
{
	int code = 0, first = 0, index = 0;

	for (unsigned int len = 1; len <= MAX_BITS; len++) {
		code |= get_bits(s, 1);
		if (code - first < h->count[len])
			return h->symbol[index + code - first];
		index += h->count[len];
		first = (first + h->count[len]) << 1;
		code <<= 1;
	}
	return fail(s, -EINVAL);
}

/* ---- blocks -------------------------------------------------------------- */

static void stored_block(struct stream *s)
{
	unsigned int len, check;

	get_bits(s, s->nr_bits % 8);
	len = get_bits(s, 16);
	check = get_bits(s, 16);
	if (len != (uint16_t)~check)
		fail(s, -EINVAL);
	while (!s->error && len--)
		put_byte(s, get_bits(s, 8));
}

/* Copies bytes that were output before: reads the length and the distance. */
static void copy_match(struct stream *s, unsigned int symbol, const struct huffman *distances)
{
	/* Symbols 257 to 285: the least length, and how many bits are added to it. */
	static const uint16_t length_base[] = {3,  4,  5,  6,	7,   8,	  9,   10,  11, 13,
					       15, 17, 19, 23,	27,  31,  35,  43,  51, 59,
					       67, 83, 99, 115, 131, 163, 195, 227, 258};
	static const uint8_t length_bits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
					      2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
	unsigned int len, distance, d;

	symbol -= END_OF_BLOCK + 1;
	if (symbol >= sizeof(length_bits)) {
		fail(s, -EINVAL);
		return;
	}
	len = length_base[symbol] + get_bits(s, length_bits[symbol]);
	d = get_symbol(s, distances);
	if (d >= NR_DISTANCES) {
		fail(s, -EINVAL);
		return;
	}
	/* 1, 2, 3, 4, then two of each number of bits: 5 to 6, 7 to 8, 9 to 12, 13 to 16 ... */
	distance = d < 2 ? d + 1 : ((2 + (d & 1)) << (d / 2 - 1)) + 1 + get_bits(s, d / 2 - 1);
	if (distance > (size_t)(s->out - s->out_start))
		fail(s, -EINVAL);
	while (!s->error && len--)
		put_byte(s, s->out[-(long)distance]);
}

static void coded_block(struct stream *s, const struct huffman *literals,
			const struct huffman *distances)
{
	while (!s->error) {
		unsigned int symbol = get_symbol(s, literals);

		if (s->error || symbol == END_OF_BLOCK)
			return;
		if (symbol < END_OF_BLOCK)
			put_byte(s, symbol);
		else
			copy_match(s, symbol, distances);
	}
}

static void fixed_block(struct stream *s, struct huffman *literals, struct huffman *distances)
{
	uint8_t lengths[NR_LITERALS];

	for (unsigned int i = 0; i < NR_LITERALS; i++)
		lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	build_codes(literals, lengths, NR_LITERALS);
	memset(lengths, 5, NR_DISTANCES);
	build_codes(distances, lengths, NR_DISTANCES);
	coded_block(s, literals, distances);
}

/* Reads @n code lengths, which @h encodes: 16 repeats the last one, 17 and 18 are runs of 0. */
static void read_lengths(struct stream *s, const struct huffman *h, uint8_t *lengths,
			 unsigned int n)
{
	unsigned int i = 0;

	while (i < n && !s->error) {
		unsigned int symbol = get_symbol(s, h), times = 1;
		uint8_t value = 0;

		if (symbol < 16) {
			value = symbol;
		} else if (symbol == 16) {
			value = i ? lengths[i - 1] : fail(s, -EINVAL);
			times = 3 + get_bits(s, 2);
		} else {
			times = symbol == 17 ? 3 + get_bits(s, 3) : 11 + get_bits(s, 7);
		}
		if (times > n - i) {
			fail(s, -EINVAL);
			return;
		}
		memset(lengths + i, value, times);
		i += times;
	}
}

static void dynamic_block(struct stream *s, struct huffman *literals, struct huffman *distances)
{
	static const uint8_t order[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
					11, 4,	12, 3, 13, 2, 14, 1, 15};
	uint8_t lengths[NR_LITERALS + 32] = {0};
	unsigned int nr_literals = get_bits(s, 5) + 257, nr_distances = get_bits(s, 5) + 1;
	unsigned int nr_lengths = get_bits(s, 4) + 4;

	if (nr_literals > 286 || nr_distances > NR_DISTANCES) {
		fail(s, -EINVAL);
		return;
	}
	for (unsigned int i = 0; i < nr_lengths; i++)
		lengths[order[i]] = get_bits(s, 3);
	if (!build_codes(literals, lengths, sizeof(order)))
		fail(s, -EINVAL);
	read_lengths(s, literals, lengths, nr_literals + nr_distances);
	if (!lengths[END_OF_BLOCK] || !build_codes(literals, lengths, nr_literals) ||
	    !build_codes(distances, lengths + nr_literals, nr_distances))
		fail(s, -EINVAL);
	coded_block(s, literals, distances);
}

static void inflate(struct stream *s)
{
	struct huffman literals, distances;
	bool last = false;

	while (!last && !s->error) {
		last = get_bits(s, 1);
		switch (get_bits(s, 2)) {
		case 0:
			stored_block(s);
			break;
		case 1:
			fixed_block(s, &literals, &distances);
			break;
		case 2:
			dynamic_block(s, &literals, &distances);
			break;
		default:
			fail(s, -EINVAL);
		}
	}
}

/* ---- gzip ---------------------------------------------------------------- */

#define FLAG_NAME 0x08

bool is_gzip(const void *data, size_t n)
{
	return n >= 2 && (!memcmp(data, "\x1f\x8b", 2) || !memcmp(data, "\x1f\x9e", 2));
}

static void skip_bytes(struct stream *s, unsigned int n)
{
	while (n-- && !s->error)
		get_bits(s, 8);
}

static void skip_string(struct stream *s)
{
	while (get_bits(s, 8) && !s->error)
		;
}

/* As in Linux a name is skipped, and the other flags are ignored. */
static void read_gzip_header(struct stream *s)
{
	unsigned int magic = get_bits(s, 16), method = get_bits(s, 8), flags = get_bits(s, 8);

	if (magic != 0x8b1f || method != 8)
		fail(s, -EINVAL);
	skip_bytes(s, 6);
	if (flags & FLAG_NAME)
		skip_string(s);
}

/* The check sum and the length after the data: skipped, and they may be missing. */
#define TRAILER_SIZE 8

int gunzip(const void *in, size_t *in_len, void *out, size_t *out_len)
{
	struct stream s = {.in = in,
			   .in_end = (const uint8_t *)in + *in_len,
			   .out = out,
			   .out_start = out,
			   .out_end = (uint8_t *)out + *out_len};
	size_t left;

	read_gzip_header(&s);
	inflate(&s);
	if (s.error == -ENOSPC)
		return s.error;
	s.in -= s.nr_bits / 8;
	left = s.in_end - s.in;
	*in_len -= left - (left < TRAILER_SIZE ? left : TRAILER_SIZE);
	*out_len = s.out - s.out_start;
	return s.error;
}
