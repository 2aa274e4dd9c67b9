/* links: fs/inflate.c */
/* SPDX-License-Identifier: MIT */
/*
 * The three kinds of DEFLATE blocks, as zlib wrote them, behind a gzip header with and without a
 * name; then the same files cut off at every byte, with every byte changed, and with too little
 * room: an error comes out with a part of the right bytes, or, as nobody looks at the check sum, as
 * on Linux, any bytes; and nothing outside the buffers is touched (ASan looks).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inflate.h>
#include <string.h>

void *malloc(size_t n);
void free(void *p);

#define EINVAL_NEGATIVE (-22)
#define EIO_NEGATIVE	(-5)
#define ENOSPC_NEGATIVE (-28)

/* clang-format off */
/* A header with a name, codes of fixed lengths. */
static const uint8_t fixed[] = {
	31, 139, 8, 8, 0, 0, 0, 0, 0, 3, 110, 97, 109, 101, 0, 243, 44, 81, 40, 79, 44, 86,
	40, 201, 72, 85, 72, 74, 45, 46, 81, 200, 79, 83, 40, 201, 204, 77, 45, 214, 81,
	200, 68, 200, 148, 231, 23, 161, 72, 121, 210, 77, 147, 129, 161, 145, 177, 137,
	169, 153, 185, 133, 165, 149, 181, 141, 173, 157, 189, 131, 163, 147, 179, 139,
	171, 155, 187, 135, 167, 151, 183, 143, 175, 159, 127, 64, 96, 80, 112, 72, 104,
	88, 120, 68, 100, 84, 116, 76, 108, 92, 124, 66, 98, 82, 114, 74, 106, 90, 122, 70,
	102, 86, 118, 78, 110, 94, 126, 65, 33, 208, 188, 210, 178, 242, 138, 202, 170, 68,
	18, 1, 0, 113, 49, 104, 59, 26, 1, 0, 0};
/* A header with flags that Linux ignores; codes of their own. */
static const uint8_t dynamic[] = {
	31, 139, 8, 0xe3, 0, 0, 0, 0, 0, 3, 125, 85, 91, 14, 194, 48, 12, 251, 231, 20, 59, 0, 55,
	224, 52, 99, 26, 124, 76, 19, 213, 224, 131, 227, 163, 182, 40, 118, 156, 116, 63,
	85, 89, 156, 151, 227, 134, 50, 63, 215, 233, 241, 58, 182, 235, 244, 254, 204,
	203, 118, 225, 59, 159, 165, 2, 215, 239, 186, 220, 143, 237, 54, 237, 251, 92,
	254, 160, 250, 173, 253, 172, 151, 238, 13, 72, 187, 153, 107, 187, 24, 182, 187,
	3, 214, 125, 241, 219, 128, 237, 210, 124, 219, 1, 163, 33, 12, 37, 71, 15, 73,
	129, 91, 0, 110, 11, 216, 188, 156, 172, 41, 10, 13, 115, 63, 81, 165, 245, 203,
	217, 114, 39, 138, 207, 48, 148, 66, 38, 97, 26, 60, 82, 16, 75, 77, 125, 248, 65,
	24, 140, 130, 250, 225, 40, 15, 5, 58, 161, 171, 79, 199, 133, 160, 60, 195, 16,
	109, 160, 137, 90, 101, 71, 209, 92, 20, 40, 249, 73, 31, 145, 239, 76, 177, 86,
	52, 136, 178, 26, 41, 249, 96, 64, 94, 159, 136, 170, 58, 214, 112, 244, 219, 167,
	84, 199, 44, 24, 70, 136, 121, 169, 60, 66, 219, 161, 1, 95, 186, 196, 164, 210,
	198, 197, 128, 54, 162, 72, 167, 68, 130, 72, 223, 200, 105, 185, 209, 200, 223,
	209, 189, 239, 32, 34, 67, 224, 65, 234, 145, 103, 78, 71, 248, 74, 177, 229, 37,
	145, 174, 67, 123, 80, 14, 159, 24, 143, 208, 28, 178, 170, 73, 99, 163, 0, 40,
	133, 224, 233, 226, 227, 74, 252, 174, 247, 139, 1, 35, 149, 117, 237, 199, 162,
	251, 71, 94, 181, 240, 148, 175, 72, 141, 1, 218, 68, 125, 99, 69, 170, 37, 168,
	69, 54, 45, 177, 164, 187, 110, 72, 106, 102, 213, 55, 225, 182, 97, 250, 150, 72,
	47, 148, 31, 149, 201, 31, 107, 190, 151, 50, 9, 157, 190, 10, 169, 41, 216, 145,
	176, 130, 126, 67, 195, 6, 81, 50, 8, 0, 0};
/* clang-format on */

/* What is in them, by its length and the sum of its bytes times their places. */
#define FIXED_LEN   282
#define FIXED_SUM   3624038u
#define DYNAMIC_LEN 2098
#define DYNAMIC_SUM 195513864u

/* A copy of exactly @n bytes, so that a read beyond them is seen. */
static uint8_t *exact(const void *bytes, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	memcpy(copy, bytes, n);
	return copy;
}

static uint32_t sum_of(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (uint32_t)(i + 1) * p[i];
	return sum;
}

static void expect(const uint8_t *file, size_t n, size_t len, uint32_t sum)
{
	uint8_t *in = exact(file, n), *out = malloc(len);
	size_t in_len = n, out_len = len;

	assert_int_equal(gunzip(in, &in_len, out, &out_len), 0);
	assert_int_equal(in_len, n);
	assert_int_equal(out_len, len);
	assert_int_equal(sum_of(out, len), sum);
	free(in);
	free(out);
}

static void fixed_codes(void **state)
{
	(void)state;
	expect(fixed, sizeof(fixed), FIXED_LEN, FIXED_SUM);
}

static void codes_of_their_own(void **state)
{
	(void)state;
	expect(dynamic, sizeof(dynamic), DYNAMIC_LEN, DYNAMIC_SUM);
}

/* Two stored blocks, the second one empty, made by hand: "abc", its CRC-32 and its length. */
static void stored_blocks(void **state)
{
	static const uint8_t file[] = {0x1f, 0x8b, 8,	 0,    0,    0,	  0,   0, 0, 3, 0,
				       3,    0,	   0xfc, 0xff, 'a',  'b', 'c', 1, 0, 0, 0xff,
				       0xff, 0xc2, 0x41, 0x24, 0x35, 3,	  0,   0, 0};

	(void)state;
	expect(file, sizeof(file), 3, 'a' + 2 * 'b' + 3 * 'c');
}

/* What follows the member is left alone. */
static void member_ends_where_it_ends(void **state)
{
	uint8_t both[sizeof(fixed) * 2], out[FIXED_LEN];
	size_t in_len = sizeof(both), out_len = sizeof(out);

	(void)state;
	memcpy(both, fixed, sizeof(fixed));
	memcpy(both + sizeof(fixed), fixed, sizeof(fixed));
	assert_int_equal(gunzip(both, &in_len, out, &out_len), 0);
	assert_int_equal(in_len, sizeof(fixed));
}

/* What was unpacked before stays. The check sum and the length may be missing. */
static void cut_off(void **state)
{
	uint8_t whole[DYNAMIC_LEN];
	size_t whole_in = sizeof(dynamic), whole_out = DYNAMIC_LEN;

	(void)state;
	assert_int_equal(gunzip(dynamic, &whole_in, whole, &whole_out), 0);
	for (size_t n = 0; n < sizeof(dynamic); n++) {
		uint8_t *in = exact(dynamic, n), *out = malloc(DYNAMIC_LEN);
		size_t in_len = n, out_len = DYNAMIC_LEN;
		int err = gunzip(in, &in_len, out, &out_len);

		assert_int_equal(err, n < sizeof(dynamic) - 8 ? EIO_NEGATIVE : 0);
		assert_int_equal(in_len, n);
		assert_true(err ? out_len < DYNAMIC_LEN : out_len == DYNAMIC_LEN);
		assert_memory_equal(out, whole, out_len);
		free(in);
		free(out);
	}
}

/*
 * A member that is no gzip, and flags that say what follows the header, which Linux takes
 * for data.
 */
static void odd_headers(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		int err;
	} odd[] = {{1, 158, EINVAL_NEGATIVE}, {2, 7, EINVAL_NEGATIVE}, {3, 0x04, 0}, {3, 0x80, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		uint8_t in[sizeof(dynamic)], out[DYNAMIC_LEN];
		size_t in_len = sizeof(in), out_len = sizeof(out);

		memcpy(in, dynamic, sizeof(in));
		in[odd[i].at] = odd[i].value;
		assert_int_equal(gunzip(in, &in_len, out, &out_len), odd[i].err);
		assert_true(is_gzip(in, sizeof(in)));
	}
}

static void too_little_room(void **state)
{
	(void)state;
	for (size_t room = 0; room < DYNAMIC_LEN; room++) {
		uint8_t *out = malloc(room ? room : 1);
		size_t in_len = sizeof(dynamic), out_len = room;

		assert_int_equal(gunzip(dynamic, &in_len, out, &out_len), ENOSPC_NEGATIVE);
		assert_int_equal(out_len, room);
		free(out);
	}
}

static void changed_bytes(void **state)
{
	(void)state;
	for (size_t at = 0; at < sizeof(dynamic); at++) {
		for (unsigned int value = 1; value < 256; value <<= 1) {
			uint8_t *in = exact(dynamic, sizeof(dynamic)), *out = malloc(DYNAMIC_LEN);
			size_t in_len = sizeof(dynamic), out_len = DYNAMIC_LEN;
			int err;

			in[at] ^= value;
			err = gunzip(in, &in_len, out, &out_len);
			assert_true(out_len <= DYNAMIC_LEN && in_len <= sizeof(dynamic));
			if (!err && (at < 10 || at >= sizeof(dynamic) - 8))
				assert_int_equal(sum_of(out, out_len), DYNAMIC_SUM);
			free(in);
			free(out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_codes),	   cmocka_unit_test(codes_of_their_own),
		cmocka_unit_test(stored_blocks),   cmocka_unit_test(member_ends_where_it_ends),
		cmocka_unit_test(cut_off),	   cmocka_unit_test(odd_headers),
		cmocka_unit_test(too_little_room), cmocka_unit_test(changed_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
