#!/bin/sh
# SPDX-License-Identifier: MIT
# mkiso.sh KERNEL WORKDIR: makes $ISO, which boots KERNEL with the archive $INITRD and the
# words of $CMDLINE, by BIOS and by UEFI. Only the GRUB modules that this needs go in: 5 MB.
set -eu
kernel=$1 dir=$2

die() {
	echo "make iso: $*" >&2
	exit 1
}

[ -f "$INITRD" ] || die "no such file: INITRD=$INITRD (a cpio archive of format newc is wanted)"
[ -d "$INITRD" ] && die "INITRD=$INITRD is a directory; pack it first: (cd DIR && find . | cpio -o -H newc) >FILE.cpio"
for tool in grub-mkrescue:grub-common xorriso:xorriso mformat:mtools xz:xz-utils; do
	command -v "${tool%:*}" >/dev/null || die "${tool%:*} is missing (Debian package ${tool#*:})"
done
# GRUB's modules for a PC are no package of other processors' releases.
grub=/usr/lib/grub modules=
if [ ! -d $grub/i386-pc ] && [ "$(uname -m)" != x86_64 ]; then
	grub=build/grub/usr/lib/grub
	modules=--directory=$grub/i386-pc
	[ -d $grub ] || tools/debian.py tree build/grub grub-pc-bin
fi
[ -d $grub/i386-pc ] || die "GRUB for BIOS is missing (Debian package grub-pc-bin)"
[ -d $grub/x86_64-efi ] || echo "make iso: no grub-efi-amd64-bin: the image will not boot by UEFI" >&2

rm -rf "$dir"
mkdir -p "$dir/boot/grub"
[ ! -d "$ISO" ] && mkdir -p "$(dirname "$ISO")" 2>/dev/null && touch "$ISO" 2>/dev/null ||
	die "ISO=$ISO cannot be written; name a file in a folder of your own"
cp "$kernel" "$dir/boot/exon.elf"
cp "$INITRD" "$dir/boot/initramfs.cpio"

# GRUB's script language must not see the words' own $ ; { and so on.
words=$(printf '%s' "${CMDLINE:-}" | sed 's/[$;&|<>{}#\\]/\\&/g')
WORDS=$words awk '{
	i = index($0, "@CMDLINE@")
	if (i && $0 !~ /^#/)
		$0 = substr($0, 1, i - 1) ENVIRON["WORDS"] substr($0, i + 9)
	print
}' iso/grub.cfg >"$dir/boot/grub/grub.cfg"

# shellcheck disable=SC2086
grub-mkrescue $modules -o "$ISO" "$dir" --fonts= --locales= --themes= --compress=xz \
	--install-modules="normal multiboot2 gzio xzio iso9660 part_msdos part_gpt fat search serial terminal test all_video \
		part_acorn part_amiga part_apple part_bsd part_dfly part_dvh part_plan part_sun part_sunpc" \
	>"$dir.log" 2>&1 || { tail -n 4 "$dir.log" >&2; die "grub-mkrescue failed (is the disk full?); all that it says is in $dir.log"; }
echo "  ISO   $ISO ($(($(wc -c <"$ISO") / 1024)) KiB)"
