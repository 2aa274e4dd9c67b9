/* statx: the number of the mount, as in mountinfo, and whether the file is its root. */
#include "check.h"
#include <linux/stat.h>

static struct statx *of(const char *path)
{
	static struct statx st;

	OK(syscall(SYS_statx, AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_MNT_ID, &st));
	return &st;
}

int main(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "r");
	char line[512], at[256];
	int id, found = 0;

	CHECK(f);
	while (fgets(line, sizeof(line), f)) {
		EQ(sscanf(line, "%d %*d %*s %*s %250s", &id, at), 2);
		CHECK(of(at)->stx_mask & STATX_MNT_ID);
		EQ(of(at)->stx_mnt_id, id);
		EQ(of(at)->stx_attributes, STATX_ATTR_MOUNT_ROOT);
		found++;
	}
	CHECK(found >= 2);
	EQ(of("/init")->stx_attributes, 0);
	EQ(of("/init")->stx_mnt_id, of("/")->stx_mnt_id);
	CHECK(of("/init")->stx_attributes_mask & STATX_ATTR_MOUNT_ROOT);
	return 0;
}
