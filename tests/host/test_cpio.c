/* links: fs/cpio.c */
/* SPDX-License-Identifier: MIT */
/* The cpio parser: entries, padding, several archives in a row, and every kind of damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <cpio.h>

#define EINVAL_NEGATIVE (-22)

/* An archive under construction. */
static char archive[65536];
static size_t used;

static size_t length(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

static void put(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		archive[used++] = bytes[i];
}

static void pad(size_t to)
{
	while (used % to)
		archive[used++] = '\0';
}

static void add(const char *magic, const char *name, unsigned int mode, const char *body)
{
	char header[111];

	snprintf(header, sizeof(header), "%s%08x%08X%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x",
		 magic, 7u, mode, 1000u, 1001u, 2u, 0x5f000000u, length(body), 8u, 1u, 4u, 64u,
		 length(name) + 1, 0u);
	put(header, 110);
	put(name, length(name) + 1);
	pad(4);
	put(body, length(body));
	pad(4);
}

/* Of the first header. */
static void set_field(int field, unsigned int value)
{
	char digits[9];

	snprintf(digits, sizeof(digits), "%08x", value);
	for (int i = 0; i < 8; i++)
		archive[6 + 8 * field + i] = digits[i];
}

static int start(void **state)
{
	(void)state;
	used = 0;
	return 0;
}

/*
 * Parses a copy of exactly @size bytes on the heap, so that the sanitizer sees any step over the
 * end.
 */
static int parse_all(size_t size, int *entries, size_t *pos, struct cpio_entry *e)
{
	char *copy = malloc(size ? size : 1);
	int kind;

	for (size_t i = 0; i < size; i++)
		copy[i] = archive[i];
	*pos = 0;
	*entries = 0;
	while ((kind = cpio_next(copy, size, pos, e)) > 0)
		*entries += kind == CPIO_ENTRY;
	free(copy);
	return kind;
}

static void reads_every_field(void **state)
{
	struct cpio_entry e;
	size_t pos = 0;

	(void)state;
	add("070701", "bin/sh", 0100755, "hello");
	assert_int_equal(cpio_next(archive, used, &pos, &e), CPIO_ENTRY);
	assert_string_equal(e.name, "bin/sh");
	assert_int_equal(e.mode, 0100755);
	assert_int_equal(e.ino, 7);
	assert_int_equal(e.uid, 1000);
	assert_int_equal(e.gid, 1001);
	assert_int_equal(e.nlink, 2);
	assert_int_equal(e.mtime, 0x5f000000);
	assert_int_equal(e.major, 8);
	assert_int_equal(e.minor, 1);
	assert_int_equal(e.rmajor, 4);
	assert_int_equal(e.rminor, 64);
	assert_int_equal(e.body_len, 5);
	assert_memory_equal(e.body, "hello", 5);
	assert_int_equal(pos, used);
	assert_int_equal(cpio_next(archive, used, &pos, &e), CPIO_END);
}

/* As many as bring the body to a page border. */
static void zeros_behind_a_name_are_skipped(void **state)
{
	struct cpio_entry e;
	size_t pos = 0;

	(void)state;
	add("070701", "bin/sh", 0100755, "");
	pad(4096);
	put("hello", 5);
	pad(4);
	set_field(6, 5);
	set_field(11, 4096 - 110);
	assert_int_equal(cpio_next(archive, used, &pos, &e), CPIO_ENTRY);
	assert_string_equal(e.name, "bin/sh");
	assert_ptr_equal(e.body, archive + 4096);
	assert_int_equal(e.body_len, 5);
	assert_int_equal(pos, used);
}

static void takes_several_archives_and_padding(void **state)
{
	struct cpio_entry e;
	size_t pos;
	int entries;

	(void)state;
	add("070701", "a", 0100644, "x");
	add("070701", "TRAILER!!!", 0, "");
	pad(512);
	add("070702", "b", 0040755, "");
	add("070701", "TRAILER!!!", 0, "");
	pad(4096);
	assert_int_equal(parse_all(used, &entries, &pos, &e), CPIO_END);
	assert_int_equal(entries, 2);
	assert_int_equal(pos, used);
}

static void nothing_and_zeros_are_an_empty_archive(void **state)
{
	struct cpio_entry e;
	size_t pos;
	int entries;

	(void)state;
	assert_int_equal(parse_all(0, &entries, &pos, &e), CPIO_END);
	put("\0\0\0\0\0", 5);
	assert_int_equal(parse_all(used, &entries, &pos, &e), CPIO_END);
	assert_int_equal(entries, 0);
}

/* As on Linux an archive may end anywhere; an entry makes a file when its name is whole. */
static void every_cut_is_noticed(void **state)
{
	struct cpio_entry e;
	size_t pos, body = 120;
	int entries;

	(void)state;
	add("070701", "dir/file", 0100644, "some bytes");
	for (size_t size = 1; size <= used; size++) {
		assert_int_equal(parse_all(size, &entries, &pos, &e), CPIO_END);
		assert_int_equal(entries, size >= body);
		assert_int_equal(e.cut, size < used);
		assert_int_equal(pos, size);
		if (entries)
			assert_int_equal(e.body_here, size - body < 10 ? size - body : 10);
	}
}

static void expect_damage(const char *error, const char *hint, size_t where)
{
	struct cpio_entry e;
	size_t pos;
	int entries;

	assert_int_equal(parse_all(used, &entries, &pos, &e), EINVAL_NEGATIVE);
	assert_string_equal(e.error, error);
	assert_string_equal(e.hint, hint);
	assert_int_equal(pos, where);
}

static void bad_magic_says_where(void **state)
{
	size_t where;

	(void)state;
	add("070701", "a", 0100644, "x");
	where = used;
	put("garbage!", 8);
	expect_damage("invalid magic at start of compressed archive", "no cpio magic", where);
	used = where;
	add("070703", "a", 0100644, "x");
	expect_damage("no cpio magic", "no cpio magic", where);
}

static void broken_padding_is_an_error(void **state)
{
	(void)state;
	put("\0\0", 2);
	add("070701", "a", 0100644, "");
	expect_damage("broken padding", "broken padding", 2);
}

/* A number ends before the first byte that is not a digit. */
static void odd_hexadecimal_is_read_as_far_as_it_goes(void **state)
{
	struct cpio_entry e;
	size_t pos = 0;

	(void)state;
	add("070701", "a", 0100644, "");
	archive[6 + 8 * 3] = 'g';
	archive[6 + 8 * 2 + 3] = ' ';
	archive[6 + 8 * 5 + 1] = 'X';
	assert_int_equal(cpio_next(archive, used, &pos, &e), CPIO_ENTRY);
	assert_int_equal(e.gid, 0);
	assert_int_equal(e.uid, 0);
	assert_int_equal(e.mtime, 5);
}

/* The entry is passed over, with as many bytes as it says. */
static void impossible_names_are_skipped(void **state)
{
	struct cpio_entry e;
	size_t pos, end;
	int entries;

	(void)state;
	add("070701", "", 0100644, "xyz");
	set_field(11, 0);
	end = used;
	add("070701", "next", 0100644, "x");
	assert_int_equal(parse_all(used, &entries, &pos, &e), CPIO_END);
	assert_int_equal(entries, 1);
	assert_int_equal(end, 116);
	set_field(11, 0xffffffff);
	assert_int_equal(parse_all(used, &entries, &pos, &e), CPIO_END);
	assert_int_equal(entries, 0);
	assert_true(e.cut);
}

static void links_to_long_names_are_skipped(void **state)
{
	struct cpio_entry e;
	size_t pos;
	int entries;

	(void)state;
	add("070701", "link", 0120777, "");
	pad(8192);
	set_field(6, 4097);
	assert_int_equal(parse_all(used, &entries, &pos, &e), CPIO_END);
	assert_int_equal(entries, 0);
	set_field(6, 4096);
	assert_int_equal(parse_all(used, &entries, &pos, &e), CPIO_END);
	assert_int_equal(entries, 1);
}

static void directories_have_no_body(void **state)
{
	struct cpio_entry e;
	size_t pos;
	int entries;

	(void)state;
	add("070701", "dir", 0040755, "body");
	assert_int_equal(parse_all(used, &entries, &pos, &e), CPIO_END);
	assert_int_equal(entries, 0);
	assert_false(e.cut);
}

static void name_needs_an_end(void **state)
{
	(void)state;
	add("070701", "abc", 0100644, "");
	archive[110 + 3] = 'd';
	expect_damage("malformed archive", "name without end", 0);
}

static void huge_body_is_cut_off(void **state)
{
	struct cpio_entry e;
	size_t pos = 0;

	(void)state;
	add("070701", "a", 0100644, "x");
	set_field(6, 0xffffffff);
	assert_int_equal(cpio_next(archive, used, &pos, &e), CPIO_ENTRY);
	assert_int_equal(e.body_len, 0xffffffff);
	assert_int_equal(e.body_here, 4);
	assert_int_equal(pos, used);
	assert_true(e.cut);
}

static void other_formats_are_named(void **state)
{
	(void)state;
	put("\x1f\x8b\x08\0", 4);
	expect_damage("no cpio magic",
		      "compressed with gzip twice: unpack it with \"gzip -d\" first", 0);
	used = 0;
	put("\xfd"
	    "7zXZ\0\0\0",
	    8);
	expect_damage("compression method xz not configured",
		      "compressed with xz: unpack it with \"xz -d\" first", 0);
	used = 0;
	put("\x28\xb5\x2f\xfd", 4);
	expect_damage("compression method zstd not configured",
		      "compressed with zstd: unpack it with \"zstd -d\" first", 0);
	used = 0;
	add("070707", "a", 0100644, "x");
	expect_damage("incorrect cpio method used: use -H newc option",
		      "old cpio format: make the archive with \"cpio -H newc\"", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads_every_field, start),
		cmocka_unit_test_setup(zeros_behind_a_name_are_skipped, start),
		cmocka_unit_test_setup(takes_several_archives_and_padding, start),
		cmocka_unit_test_setup(nothing_and_zeros_are_an_empty_archive, start),
		cmocka_unit_test_setup(every_cut_is_noticed, start),
		cmocka_unit_test_setup(bad_magic_says_where, start),
		cmocka_unit_test_setup(broken_padding_is_an_error, start),
		cmocka_unit_test_setup(odd_hexadecimal_is_read_as_far_as_it_goes, start),
		cmocka_unit_test_setup(impossible_names_are_skipped, start),
		cmocka_unit_test_setup(links_to_long_names_are_skipped, start),
		cmocka_unit_test_setup(directories_have_no_body, start),
		cmocka_unit_test_setup(name_needs_an_end, start),
		cmocka_unit_test_setup(huge_body_is_cut_off, start),
		cmocka_unit_test_setup(other_formats_are_named, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
