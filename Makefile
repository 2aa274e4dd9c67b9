# Exon: build, run, debug and test. `make help` lists the targets.
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:

# A build uses all cores; -j on the command line overrides this.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
endif
# When make only builds, it prints the messages file by file. It needs a writable /tmp for that:
# without one make 4.3 overflows its stack. `test -w` knows nothing of Landlock, with which a grader closes /tmp.
ifeq ($(filter-out all iso build/% built-%,$(or $(MAKECMDGOALS),help))$(shell f=$$(mktemp 2>/dev/null -p /tmp) && rm "$$f" || echo no),)
MAKEFLAGS += -Otarget
endif
# `make clean run`: several goals that are not only files are made one after the other.
ifneq ($(and $(word 2,$(MAKECMDGOALS)),$(filter-out all iso build/%,$(MAKECMDGOALS))),)
.NOTPARALLEL:
endif
.DEFAULT_GOAL := help

# make would expand the `$$` in a command: the variables that are text for the user's tools keep theirs.
TEXT	:= PROG PROG2 CMDLINE CMDLINE2 FILES GUESS CMD OUT DIR ZIP CSV TEST
GIVEN_TEXT := $(foreach v,$(TEXT),$(if $(filter command,$(firstword $(origin $v))),$v))
$(foreach v,$(TEXT),$(if $(filter command environment,$(firstword $(origin $v))),$(eval override $v := $$(value $v))))

# The targets that a user types (make help), each with the second make that it calls.
TYPED	:= $(shell sed -n 's/^\([a-z-]*\):[^\#]*\#\# .*/\1/p' $(MAKEFILE_LIST) labs/labs.mk)
$(TYPED) do-% prepare-% build/%: private SHELL := tools/recipe.sh

B	:= build
quote	= '$(subst ','\'',$(1))'
# The kernel and all programs of the guest are for x86_64, on every host. HOSTCC is for tests that run on the host.
CROSS	:= $(if $(filter-out x86_64 amd64,$(shell uname -m)),x86_64-linux-gnu-)
CC	:= $(CROSS)gcc
LD	:= $(CROSS)ld
NM	:= $(CROSS)nm
HOSTCC	:= gcc
NASM	:= nasm
HEADERS	:= $(if $(CROSS),/usr/$(CROSS:-=)/include,/usr/include /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null))
# Debian's gdb supports only the processor of the host.
GDB	:= $(if $(CROSS),gdb-multiarch,gdb)
export CROSS GDB

# The kernel sees its own headers, the compiler's freestanding ones, <elf.h> and Linux's UAPI: nothing of libc.
INCLUDES := -nostdinc -isystem $(shell $(CC) -print-file-name=include 2>/dev/null) -Iinclude $(addprefix -isystem ,$(HEADERS))
WARN	:= -Wall -Wextra -Wno-sign-compare -Wstrict-prototypes -Wmissing-prototypes $(if $(CI),-Werror)
CFLAGS	:= -std=gnu11 -O2 -g -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -mpreferred-stack-boundary=3 \
	   -fno-stack-protector -fno-strict-aliasing -fno-omit-frame-pointer -fno-optimize-sibling-calls \
	   -fcf-protection=none -fno-asynchronous-unwind-tables -fno-common $(WARN) $(INCLUDES)
# The objects do not depend on the name of the folder, which may have blanks.
HERE	= -ffile-prefix-map=$(call quote,$(CURDIR))=.
# A starter: the stubs leave parameters and helpers unused.
STARTER	:= $(if $(wildcard labs/starter.h),-include labs/starter.h -Wno-unused-parameter -Wno-unused-function -Wno-unused-const-variable)
CFLAGS	+= $(STARTER)
ifdef KASAN
DEBUG	:= 1
endif
ifdef DEBUG
# A user's address may be NULL, or wrap around: only its use counts, and that faults. memcpy of no bytes may get NULL.
CFLAGS	+= -DDEBUG -fsanitize=undefined \
	   -fno-sanitize=alignment,null,pointer-overflow,nonnull-attribute,returns-nonnull-attribute
B	:= $(if $(COVERAGE),build/coverage,$(if $(KASAN),build/kasan,build/debug))
# What they report must not be reported again.
$(B)/lib/ubsan.o $(B)/lib/sanitize.o $(B)/lib/kasan.o $(B)/lib/vsprintf.o $(B)/lib/printk.o $(B)/lib/panic.o: CFLAGS += -fno-sanitize=undefined
endif
# Each read and write calls lib/kasan.c first, but for what writes into free objects, and the other checks, which read very much.
ifdef KASAN
SHADOWED := -fsanitize=kernel-address -fasan-shadow-offset=0xdffffc0000000000 --param asan-instrumentation-with-call-threshold=0 \
	   --param asan-stack=1 --param asan-globals=1
CFLAGS	+= -DKASAN
$(addprefix $(B)/,lib/kasan.o lib/sanitize.o mm/frames/kasan.o mm/frames/slab.o mm/verify.o kernel/sched/lockdep.o): SHADOWED :=
endif
# Counters in .bss, which tools/coverage.py reads from the RAM of the machine: no code of a library.
ifdef COVERAGE
CFLAGS	+= -fprofile-arcs -ftest-coverage -fprofile-update=single -fprofile-info-section=.data.gcov_info
COVERED	:= --defsym=__gcov_merge_add=0
endif
EXEC_CFLAGS := -Og

DIRS	:= $(shell find boot arch exec kernel mm fs lib -name vdso -prune -o -type d -print)
CSRC	:= $(foreach d,$(DIRS),$(wildcard $(d)/*.c))
ifndef DEBUG
CSRC	:= $(filter-out kernel/sched/lockdep.c mm/frames/ptdump.c mm/frames/fault_inject.c lib/sanitize.c lib/ubsan.c \
		   mm/verify.c kernel/provoke.c,$(CSRC))
endif
ifndef KASAN
CSRC	:= $(filter-out lib/kasan.c mm/frames/kasan.c,$(CSRC))
endif
ASRC	:= $(foreach d,$(DIRS),$(wildcard $(d)/*.asm))
# By name: the same sources make the same kernel, in whatever order the file system lists them.
OBJS	:= $(sort $(CSRC:%.c=$(B)/%.o) $(ASRC:%.asm=$(B)/%.asm.o) $(B)/arch/x86/vdso/image.o)

# exec/ is compiled for the debugger: each function has a symbol, and variables can be printed.
EXEC_OBJS := $(patsubst %.c,$(B)/%.o,$(wildcard exec/*.c))
$(EXEC_OBJS): CFLAGS += $(EXEC_CFLAGS)

# Changed flags rebuild everything. The file is among the objects, so a copy of them (with the times) needs no rebuild.
# Flags for warnings and the path of the tree do not count.
FLAGS	:= $(CC) $(filter-out -Werror $(STARTER),$(CFLAGS)) $(SHADOWED) $(EXEC_CFLAGS)
STAMP	:= $(B)/boot/flags
$(STAMP): FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@
FORCE:
.PHONY: FORCE

$(B)/%.o: %.c $(STAMP)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CFLAGS) $(SHADOWED) $(HERE) -MMD -MP -c -o $@ $<

$(B)/%.asm.o: %.asm
	@mkdir -p $(@D)
	@echo "  NASM  $<"
	@$(NASM) -f elf64 -g -F dwarf -I$(<D)/ -MD $(@:.o=.d) -o $@ $<

# The vdso is user code: a shared object with its own flags, contained in the kernel as data.
VDSO	:= $(B)/arch/x86/vdso
VDSO_CFLAGS := -std=gnu11 -O2 -g -ffreestanding -fPIC -mgeneral-regs-only -fno-stack-protector -fcf-protection=none \
	   -fasynchronous-unwind-tables -fno-common -fvisibility=hidden $(WARN) $(INCLUDES)

VDSO_LDFLAGS := -Bsymbolic -soname linux-vdso.so.1 --hash-style=both --build-id=sha1 --eh-frame-hdr \
	   --no-undefined -z max-page-size=4096 -z noexecstack -T arch/x86/vdso/vdso.lds

$(VDSO)/vclock.o: arch/x86/vdso/vclock.c $(STAMP)
	@mkdir -p $(@D)
	@echo "  VDSO  $<"
	@$(CC) $(VDSO_CFLAGS) -MMD -MP -c -o $@ $<

$(VDSO)/vdso.so: $(VDSO)/vclock.o arch/x86/vdso/vdso.lds
	@$(LD) -shared -s $(VDSO_LDFLAGS) -o $@ $<

$(VDSO)/image.o: arch/x86/vdso/image.asm $(VDSO)/vdso.so
	@echo "  NASM  $<"
	@$(NASM) -f elf64 -I$(VDSO)/ -o $@ $<

# The same with its symbols, for the debugger.
$(VDSO)/vdso.debug: $(VDSO)/vclock.o arch/x86/vdso/vdso.lds
	@$(LD) -shared $(VDSO_LDFLAGS) -o $@ $<

# Otherwise the compiler may replace the loop in memcpy by a call of memcpy, which never returns.
$(B)/lib/string.o: CFLAGS += -fno-tree-loop-distribute-patterns

# ---- the kernel image: linked twice, the second time with the table of its own functions ----------

# binutils before 2.39 do not have this option, and do not warn.
RWX	= $(shell $(LD) --help | grep -o -m 1 -e --no-warn-rwx-segments)
LDFLAGS	= -nostdlib -z max-page-size=4096 -z noexecstack --build-id=none $(RWX) $(COVERED) -T boot/kernel.lds

help: ## this list
	@tools/help.sh $(MAKEFILE_LIST)

all: $(B)/exon.elf ## build the kernel: build/exon.elf (DEBUG=1: with lock checks, build/debug/exon.elf)

$(B)/kallsyms0.asm: tools/kallsyms.sh
	@mkdir -p $(@D)
	@tools/kallsyms.sh </dev/null >$@
$(B)/exon0.elf: $(OBJS) $(B)/kallsyms0.o boot/kernel.lds
	@$(LD) $(LDFLAGS) -o $@ $(OBJS) $(B)/kallsyms0.o
$(B)/kallsyms.asm: $(B)/exon0.elf tools/kallsyms.sh
	@$(NM) -n $< | tools/kallsyms.sh >$@
$(B)/kallsyms%o: $(B)/kallsyms%asm
	@$(NASM) -f elf64 -o $@ $<
$(B)/exon.elf: $(OBJS) $(B)/kallsyms.o boot/kernel.lds
	@echo "  LD    $@"
	@$(LD) $(LDFLAGS) -o $@ $(OBJS) $(B)/kallsyms.o

# For tools: there are other objects below build/, too.
objects:
	@printf '%s\n' $(OBJS:$(B)/%=%)

# In a build without DEBUG: also the kernel with DEBUG.
ifndef DEBUG
build/debug/exon.elf: FORCE
	@$(MAKE) DEBUG=1 $@
build/kasan/exon.elf: FORCE
	@$(MAKE) KASAN=1 $@
build/coverage/exon.elf: FORCE
	@$(MAKE) DEBUG=1 COVERAGE=1 $@
endif

# ---- the ISO image: GRUB for BIOS and UEFI ----------------------------------------------------------

ISO	?= $(B)/exon.iso
INITRD	?= build/rootfs.cpio
export CMDLINE
iso: ## bootable image: INITRD=FILE.cpio CMDLINE='words' ISO=FILE DEBUG=1
	@tools/deps.sh run iso
	@$(MAKE) do-iso
do-iso: $(B)/exon.elf $(if $(filter build/rootfs.cpio,$(INITRD)),build/rootfs.cpio)
	@INITRD=$(call quote,$(INITRD)) ISO=$(call quote,$(ISO)) tools/mkiso.sh $(B)/exon.elf $(B)/iso

.PHONY: help all objects iso

# ---- the root tree: Debian's programs, ours, /init ---------------------------

DEBIAN_PACKAGES := busybox-static bash dash coreutils libc6 libtinfo6 libselinux1 libacl1 libattr1 libgmp10 \
		   libpcre2-8-0 libgcc-s1
USER_BIN := $(patsubst user/%.c,build/user/%,$(wildcard user/*.c)) $(patsubst user/%.S,build/user/%,$(wildcard user/*.S))

# Freestanding and static: they also run where there is no Debian at all.
build/user/%: user/%.c $(wildcard user/*.h)
	@mkdir -p $(@D)
	@echo "  USER  $<"
	@$(CC) -std=gnu11 -Os -Wall -Wextra -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector \
		-fcf-protection=none -Wl,--build-id=none -o $@ $<

build/user/%: user/%.S
	@mkdir -p $(@D)
	@echo "  USER  $<"
	@$(CC) $(LINK) -nostdlib -o $@ $<
# The film of the smallest program is that of the smallest exec: no interpreter.
build/user/two: LINK := -static -no-pie

# The test programs run in the guest, so they are built with the C library of the guest.
SYSROOT_PACKAGES := libc6 libc6-dev linux-libc-dev
SYSROOT	:= build/sysroot
GUEST_CC := $(CC) --sysroot=$(SYSROOT)

# ROOT: a larger root tree, of these packages and what they depend on (-package: not that one). programs is for the tests.
ifneq ($(origin ROOT),command line)
ROOT	:=
endif
PROGRAMS := bc binutils bsdutils diffutils file findutils gcc git grep gzip less libc-bin libc6-dev ltrace lua5.4 make mawk ncurses-base openssl \
	    perl-base procps python3 sed sqlite3 strace tar tcc util-linux
FULL	:= $(PROGRAMS) gdb gron hostname klibc-utils lsof musl nano ncurses-bin nodejs perl psmisc ripgrep stress-ng tmux valgrind vim xz-utils
PACKAGES_full := $(DEBIAN_PACKAGES) $(FULL)
PACKAGES_programs := $(DEBIAN_PACKAGES) $(PROGRAMS) -libasan8 -libcurl3-gnutls -liberror-perl -liblsan0 -libtsan2 -perl
PACKAGES_chosen := $(DEBIAN_PACKAGES) $(ROOT)

# Fetched while the kernel is compiled. The file has the list of packages: if that changes, the folder is made again.
ifneq ($(shell cat build/debian.complete 2>/dev/null),$(DEBIAN_PACKAGES))
.PHONY: build/debian.complete
endif
# For the debugger: the symbols of ld.so and of the C library are a package of their own in Debian.
SYMBOL_PACKAGES := libc6-dbg
ifneq ($(shell cat build/symbols.complete 2>/dev/null),$(SYMBOL_PACKAGES))
.PHONY: build/symbols.complete
endif
LARGER	:= full programs chosen
changed	= $(subst $(1),,$(2))$(subst $(2),,$(1))
$(foreach t,$(LARGER),$(if $(call changed,$(PACKAGES_$t),$(shell cat build/debian-$t.complete 2>/dev/null)),$(eval .PHONY: build/debian-$t.complete)))
ifneq ($(shell cat build/sysroot.complete 2>/dev/null),$(SYSROOT_PACKAGES))
.PHONY: build/sysroot.complete
endif
build/debian.complete:
	@tools/debian.py tree build/debian $(DEBIAN_PACKAGES) && echo '$(DEBIAN_PACKAGES)' >$@ || \
		echo "rootfs: going on without new programs of Debian's" >&2
build/sysroot.complete:
	@tools/debian.py sysroot $(SYSROOT) $(SYSROOT_PACKAGES) && echo '$(SYSROOT_PACKAGES)' >$@

build/symbols.complete:
	@tools/debian.py tree build/symbols $(SYMBOL_PACKAGES) && echo '$(SYMBOL_PACKAGES)' >$@ || \
		echo "gdb: going on without the symbols of ld.so and of the C library" >&2

$(LARGER:%=build/debian-%.complete): build/debian-%.complete:
	@tools/debian.py whole build/debian-$* $(PACKAGES_$*) && echo '$(PACKAGES_$*)' >$@

MADE_OF	:= $(USER_BIN) $(wildcard iso/rootfs/* iso/rootfs/*/*) tools/rootfs.sh tools/mkcpio.py
build/rootfs.cpio: build/debian.complete $(MADE_OF)
	@tools/rootfs.sh $@ build/debian
$(LARGER:%=build/debian-%.cpio): build/debian-%.cpio: build/debian-%.complete $(MADE_OF)
	@tools/rootfs.sh $@ build/debian-$*

# ---- run, compare, test -------------------------------------------------------

# A target installs its groups of tools/packages.txt, then calls make again, because the compiler may be new.
RAM	?= $(if $(ROOT),2048,256)
CMDLINE	?=
QEMU	:= tools/qemu.py --ram=$(RAM)
# KVM=no: emulated in any case.
RUN	:= tools/run.py --ram=$(RAM) $(if $(filter no,$(KVM)),,--kvm=$(B)/exon.elf)
OVMF	:= /usr/share/ovmf/OVMF.fd
# MiB: the least that the root tree and the kernel need.
LEAST_RAM := 56
ifeq ($(ROOT),full)
LEAST_RAM := 1536
endif

# ROOT: Debian's programs come from another folder, which all tools are told. FILES: the user's own programs are added.
export ROOT_TREE := $(if $(ROOT),debian-$(if $(filter full programs,$(ROOT)),$(ROOT),chosen))
OWN	:= $(if $(FILES),--files)
DEBIANS	:= build/$(or $(ROOT_TREE),rootfs).cpio
TREE	:= $(if $(FILES),build/files.cpio,$(DEBIANS))
DEPS_OF_FILES := $(if $(FILES),files)
build/files.cpio: $(DEBIANS) FORCE
	@/usr/bin/python3 tools/files.py $(call quote,$(FILES))

run: ## boot to a shell on this terminal ('poweroff' ends; FILES='a.out dir': with your own programs, in /root; ROOT=full: gdb, gcc, python3, vim and so on, ROOT='package package' for others of Debian 12; CMDLINE='words' RAM=MiB DEBUG=1 KVM=no)
	@tools/deps.sh run $(DEPS_OF_FILES)
	@$(MAKE) built-run
	@$(MAKE) do-run
built-run: $(B)/exon.elf build/rootfs.cpio
	@:
do-run: built-run $(TREE)
	@echo "Starting QEMU; 'poweroff' in the shell ends it, and so does Ctrl-A X."
	@$(RUN) -kernel $(B)/exon.elf -initrd $(TREE) -append $(call quote,console=ttyS0 panic=-1 $(CMDLINE))

run-vga: ## the same in a window: VGA text and PS/2 keyboard (ROOT=full CMDLINE='words' RAM=MiB DEBUG=1 KVM=no)
	@[ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ] || { \
		echo "run-vga: no desktop here (neither DISPLAY nor WAYLAND_DISPLAY is set); 'make run' uses this terminal" >&2; exit 1; }
	@tools/deps.sh run vga
	@$(MAKE) built-run
	@$(MAKE) do-run-vga
do-run-vga: built-run $(DEBIANS)
	@$(RUN) --window -vga std -serial none -kernel $(B)/exon.elf -initrd $(DEBIANS) -append $(call quote,console=tty0 $(CMDLINE))

run-iso: ## the same through GRUB, by BIOS; UEFI=1: by UEFI (CMDLINE='words' RAM=MiB DEBUG=1 KVM=no INITRD=FILE.cpio ISO=FILE)
	@tools/deps.sh run iso
	@$(MAKE) do-run-iso
do-run-iso: do-iso
	@test -z "$(UEFI)" -o -f $(OVMF) || { echo "run-iso: $(OVMF) is missing (package ovmf)" >&2; exit 1; }
	@$(RUN) $(if $(UEFI),-bios $(OVMF)) -cdrom $(call quote,$(ISO))

compare: ## PROG='command': run it on Exon and on Linux 6.1 and show both side by side (FILES='a.out dir': your own programs; ROOT=full; CMDLINE='words'; SHOW=stack: the initial stack and auxv instead)
	@$(if $(PROG),,echo "usage: make compare PROG='/bin/cat /proc/self/maps' [FILES='a.out dir'] [CMDLINE='words'] [SHOW=stack]" >&2; exit 2)
	@tools/deps.sh run $(DEPS_OF_FILES) $(if $(SHOW),debug)
	@$(MAKE) do-compare
do-compare: build/exon.elf $(TREE) build/linux/vmlinux $(if $(SHOW),build/film/peek)
	@/usr/bin/python3 tools/compare.py $(OWN) $(if $(CMDLINE),--cmdline $(call quote,$(CMDLINE))) $(if $(SHOW),--$(SHOW)) -- $(call quote,$(PROG))

film: ## PROG='command': run it on Exon and draw how its address space grows, compared with Linux: build/film.html (FILES='a.out dir': your own programs; ROOT=full; CMDLINE='words'; PROG2='command' CMDLINE2='words': compared with that exec)
	@$(if $(PROG),,echo "usage: make film PROG='/bin/cat /proc/version' [FILES='a.out dir'] [CMDLINE='words']" >&2; exit 2)
	@tools/deps.sh run debug $(DEPS_OF_FILES)
	@$(MAKE) do-film
build/film/peek: tools/peek.c user/mini.h
	@mkdir -p $(@D)
	@$(CC) -std=gnu11 -Os -Wall -Wextra -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector \
		-fcf-protection=none -Wl,--build-id=none -o $@ $<
do-film: build/exon.elf $(TREE) build/film/peek build/linux/vmlinux
	@/usr/bin/python3 tools/film.py --linux $(OWN) $(if $(CMDLINE),--cmdline $(call quote,$(CMDLINE))) \
		$(if $(PROG2),--prog2 $(call quote,$(PROG2))) $(if $(CMDLINE2),--cmdline2 $(call quote,$(CMDLINE2))) -- $(call quote,$(PROG))

film-svg: ## PROG='command': each step of its film as one SVG, for slides: build/film-svg/ (FILES='a.out dir' ROOT=full CMDLINE='words')
	@$(if $(PROG),,echo "usage: make film-svg PROG='/bin/cat /proc/version' [FILES='a.out dir'] [CMDLINE='words']" >&2; exit 2)
	@tools/deps.sh run debug $(DEPS_OF_FILES)
	@$(MAKE) do-film-svg
do-film-svg: build/exon.elf $(TREE)
	@/usr/bin/python3 tools/film.py --svg build/film-svg $(OWN) $(if $(CMDLINE),--cmdline $(call quote,$(CMDLINE))) -- $(call quote,$(PROG))

films: ## make the films in docs/films/ and the picture docs/exec.svg again
	@tools/deps.sh run debug
	@$(MAKE) do-films
do-films: build/exon.elf build/rootfs.cpio build/film/peek build/linux/vmlinux
	@/usr/bin/python3 tools/film.py --kept

# ---- speed --------------------------------------------------------------------

# One static binary for both kernels, and the two smallest files that an exec can load.
build/bench/%: tools/bench/%.c build/sysroot.complete
	@mkdir -p $(@D)
	@echo "  BENCH $<"
	@$(GUEST_CC) -std=gnu11 -O2 -Wall -Wextra -static -s -o $@ $<
build/bench/tiny: tools/bench/tiny.asm
	@mkdir -p $(@D)
	@$(NASM) -f bin -o $@ $< && chmod 755 $@

bench: ## measure Exon and Linux 6.1 with the same program: instructions, wall time, ratio (BENCH=row KVM=1; FILM=1: what the records of the film cost)
	@tools/deps.sh run
	@$(MAKE) do-bench
BENCH_BUILT := build/bench/kbench build/bench/hello build/bench/tiny
do-bench: build/exon.elf build/debian.complete build/linux/vmlinux $(BENCH_BUILT)
	@/usr/bin/python3 tools/bench/bench.py $(if $(BENCH),--row $(call quote,$(BENCH))) $(if $(filter 1,$(KVM)),--kvm) $(if $(FILM),--film)

profile: ## PROG='command': run it on Exon and count the instructions of each kernel function: build/profile.svg (CMDLINE='words')
	@$(if $(PROG),,echo "usage: make profile PROG='/bin/cat /proc/self/maps' [CMDLINE='words']" >&2; exit 2)
	@tools/deps.sh run
	@$(MAKE) do-profile
do-profile: build/exon.elf build/rootfs.cpio
	@/usr/bin/python3 tools/bench/flame.py $(if $(CMDLINE),--cmdline $(call quote,$(CMDLINE))) -- $(call quote,$(PROG))

build/linux/vmlinux:
	@tools/debian.py linux build/linux

# ---- debug ---------------------------------------------------------------------

SOCKET	:= build/gdb.socket
# QEMU for the debugger, without KVM, with a disk for snapshots only. $(1) is debug or replay; the files are
# build/$(1).*. The socket needs no TCP port. build/gdb.prog tells GDB which program PROG is.
debugged = $(QEMU) --snapshots=build/$(1).qcow2 -kernel build/exon.elf -initrd build/$(1).cpio \
	   -append $(call quote,console=ttyS0 norandmaps $(CMDLINE))
GDBSTUB	:= --gdb=$(SOCKET)
waiting = cp build/$(1).prog build/gdb.prog && rm -f $(SOCKET) && \
	   echo "QEMU waits for the debugger: type 'make gdb' in another terminal."
# The clock counts instructions; all other input is written to a file, or read from it.
RR	= -icount shift=3,rr=$(1),rrfile=build/replay.bin,rrsnapshot=init -display none -monitor none -serial stdio

debug: ## start QEMU stopped, waiting for `make gdb` in another terminal (PROG='command': stops at its exec; FILES='a.out dir': your own programs; ROOT=full CMDLINE='words' RAM=MiB)
	@tools/deps.sh run debug $(DEPS_OF_FILES)
	@$(MAKE) do-debug
do-debug: prepare-debug
	@$(call waiting,debug)
	@$(call debugged,debug) -nographic $(GDBSTUB)

gdb: ## GDB on the QEMU of `make debug` or `make replay`, with the commands for watching an exec (xhelp)
	@test -f build/exon.elf -a -S $(SOCKET) || { \
		echo "gdb: no machine waits yet: 'make debug' (or debug-test, or replay) in another terminal first" >&2; exit 1; }
	@$(GDB) -q -nx -iex 'set auto-load no' build/exon.elf -x tools/gdb/exon.py -ex xconnect $(GDBFLAGS)

record: ## run, and record all input from outside, for `make replay` (PROG='command': runs it and ends; FILES='a.out dir' CMDLINE='words' RAM=MiB)
	@tools/deps.sh run debug $(DEPS_OF_FILES)
	@$(MAKE) do-record
do-record: prepare-replay
	@$(call debugged,replay) $(call RR,record)
	@echo "Recorded: 'make replay', then 'make gdb' in another terminal, runs the same instructions again."

replay: ## the run of `make record` again, instruction by instruction, stopped, waiting for `make gdb` (RAM=, CMDLINE= as for record)
	@test -f build/replay.bin || { echo "replay: nothing is recorded; make record PROG='/bin/cat /proc/self/maps'" >&2; exit 1; }
	@test build/replay.bin -nt build/exon.elf || { echo "replay: the kernel has changed since; 'make record' again" >&2; exit 1; }
	@$(call waiting,replay)
	@$(call debugged,replay) $(call RR,replay) $(GDBSTUB)

# The root tree, and after it PROG as /run.sh.
prepare-%: build/exon.elf $(TREE) build/arch/x86/vdso/vdso.debug build/symbols.complete
	@qemu-img create -q -f qcow2 build/$*.qcow2 64M || { echo "$*: end the QEMU that still runs here first" >&2; exit 1; }
	@$(if $(PROG),tools/prog.py $(TREE) $(call quote,$(PROG)) $(if $(FILES),/root),:) >build/$*.prog
	@sed '1$(if $(FILES),s/.*/cd/,d)' build/$*.prog >build/$*.sh
	@$(if $(PROG),tools/mkcpio.py -o build/$*.run --file run.sh:755=build/$*.sh,: >build/$*.run)
	@cat $(TREE) build/$*.run >build/$*.cpio

.PHONY: debug do-debug gdb record do-record replay

# ---- tests ---------------------------------------------------------------------

HOST_TESTS	:= $(patsubst %.c,build/%,$(wildcard tests/host/test_*.c))
GUEST_TESTS	:= $(patsubst %.c,build/%,$(wildcard tests/guest/*/*.c)) \
		   $(patsubst %.c,build/%,$(wildcard tests/programs/*/*.c))

# A test names in its first comment what it needs: "links: kernel files" (host, one line; flags may stand before them),
# "flags: compiler flags" (guest, and programs of labs).
FLAGS_OF := awk '{ end = sub(/ \*\/.*/, ""); sub(/^(\/\*| \*)/, ""); text = text " " $$0 } \
		 end { if (sub(/.*flags: /, "", text)) print text; exit }'
# Kernel code on the host still sees only the kernel's headers.
.SECONDEXPANSION:
links	= $(shell sed -n '1s/.*links: \(.*\) \*\//\1/p' $(1))
tested	= $(filter %.c,$(call links,$(1))) $(shell sed -n 's,^\#include "../../\(.*\.c\)".*,\1,p' $(1))
# A host of another processor has other UAPI headers: the kernel's files see x86's, and char has a sign, as there.
build/uapi/asm:
	@mkdir -p $(@D)
	@ln -sfn $(HEADERS)/asm $@
HOSTFLAGS := -g -fno-omit-frame-pointer -fno-strict-aliasing -fsigned-char -Wall -Wextra -Wno-sign-compare -Itests/host -Iinclude $(if $(CROSS),-isystem build/uapi)
UAPI	:= $(if $(CROSS),build/uapi/asm)
# ends.c sees only libc's headers: the kernel's have the same names.
build/tests/host/ends.o: tests/host/ends.c tests/host/ends.h
	@mkdir -p $(@D)
	@$(HOSTCC) -std=gnu11 -g -O1 -Wall -Wextra $(HERE) -c -o $@ $<
build/tests/host/test_%: tests/host/test_%.c tests/host/shims.c build/tests/host/ends.o $$(call tested,tests/host/test_$$*.c) \
		$(UAPI) $(wildcard tests/host/*.h tests/host/asm/*.h include/*.h include/asm/*.h fs/internal.h mm/internal.h mm/frames/internal.h)
	@mkdir -p $(@D)
	@echo "  HOST  $<"
	@$(HOSTCC) -std=gnu11 -Og -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		$(HERE) $(HOSTFLAGS) $(STARTER) -o $@ $< tests/host/shims.c build/tests/host/ends.o $(call links,$<) -lcmocka -Wl,--wrap=_fail

# The same without sanitizers, which ends.c asks only after they have found something.
comma	:= ,
SANITIZER := __real__fail __sanitizer_symbolize_pc __asan_get_report_description __ubsan_get_current_report_data
build/prove/test_%: tests/host/test_%.c tests/host/shims.c build/tests/host/ends.o $$(call tested,tests/host/test_$$*.c)
	@mkdir -p $(@D)
	@echo "  HOST  $<"
	@$(HOSTCC) -std=gnu11 -O2 -no-pie $(HERE) $(HOSTFLAGS) -o $@ $< tests/host/shims.c build/tests/host/ends.o $(call links,$<) \
		-lcmocka $(addprefix -Wl$(comma)--defsym=,$(SANITIZER:%=%=0))

prove: ## the VMAs after all sequences of up to 4 calls in 6 pages (about half a minute of processor time)
	@tools/deps.sh run test
	@$(MAKE) do-prove
do-prove: build/prove/test_vma_sequences
	@$< 4

eva: ## Frama-C's EVA over the ELF planner, the cpio parser, the search for room and the page tables (a package of 200 MB)
	@tools/deps.sh run eva
	@$(MAKE) do-eva
do-eva:
	@tools/eva.py

# libFuzzer looks for a file for which the planner breaks a rule of elf_image.h.
SECONDS	:= 60
FUZZ	:= build/tests/host/fuzz_elf_plan
build/tests/host/fuzz_%: tests/host/fuzz_%.c exec/elf_plan.c $(UAPI) $(wildcard tests/host/asm/*.h include/*.h include/asm/*.h)
	@mkdir -p $(@D)
	@echo "  FUZZ  $<"
	@clang -std=gnu11 -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		$(HOSTFLAGS) $(STARTER) -o $@ $< $$(sed -n '1s/.*links: \(.*\) \*\//\1/p' $<)

fuzz: ## fuzz the ELF planner for SECONDS=60; what it finds is left in build/fuzz
	@tools/deps.sh run fuzz
	@$(MAKE) do-fuzz
do-fuzz: $(FUZZ)
	@mkdir -p build/fuzz/found
	@$(FUZZ) -max_total_time=$(SECONDS) -max_len=4608 -artifact_prefix=build/fuzz/ build/fuzz/found tests/host/corpus/elf

TWINS	:= $(patsubst %.c,build/%,$(wildcard tests/programs/twin/*.c))
twin: ## random programs, the same on Exon and on Linux 6.1, must say the same: SECONDS=60 a family (SEED=n FAMILY=name); what differs is left in build/twin
	@tools/deps.sh run test
	@$(MAKE) do-twin
do-twin: build/exon.elf build/rootfs.cpio build/linux/vmlinux $(TWINS)
	@/usr/bin/python3 tools/twin.py --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(if $(FAMILY),--family $(FAMILY))

coverage: ## which lines of the kernel no test reaches, as text and as build/coverage.html (ONLY=guest,oracle,failures,attacks,oom,twin)
	@tools/deps.sh run test
	@$(MAKE) do-coverage
do-coverage: build/coverage/exon.elf build/exon.elf build/rootfs.cpio $(GUEST_TESTS)
	@/usr/bin/python3 tools/coverage.py $(if $(ONLY),--only $(ONLY))

soak: ## execs of all kinds and forks for SECONDS=60 in 64 MiB (RUNS=100000: of each at least so many), storms that take all of one thing, 10,000 processes: is a page missing afterwards?
	@tools/deps.sh run test
	@$(MAKE) do-soak
do-soak: build/debug/exon.elf build/rootfs.cpio build/user/two $(addprefix build/tests/programs/fuzz/,soak storms many)
	@/usr/bin/python3 tools/soak.py --seconds $(SECONDS) $(if $(RUNS),--runs $(RUNS))

define BUILD_GUEST
	@mkdir -p $(@D)
	@echo "  GUEST $<"
	@$(GUEST_CC) -std=gnu11 -O1 -Wall -Wextra -Itests/guest -Itests/guest/mm -o $@ $< -lpthread $$($(FLAGS_OF) $<)
endef
build/tests/%: tests/%.c $(wildcard tests/guest/*.h tests/guest/*/*.h tests/programs/*/*.h) build/sysroot.complete
	$(BUILD_GUEST)
# What make twin has written. It includes what it needs as if it were in a folder of tests/guest, such as mm.
build/twin/%: build/twin/%.c $(wildcard tests/guest/*.h tests/programs/twin/*.h) build/sysroot.complete
	$(BUILD_GUEST)

# The parts of the tests (each is a folder of tests/), and what must be built for each.
PARTS	:= host kernel gdb labs hosts
NEEDS_host := $(HOST_TESTS) $(FUZZ)
NEEDS_kernel := build/debian-programs.cpio $(BENCH_BUILT) build/film/peek build/exon.elf build/debug/exon.elf build/kasan/exon.elf build/rootfs.cpio build/linux/vmlinux $(GUEST_TESTS)
NEEDS_gdb := build/exon.elf build/arch/x86/vdso/vdso.debug build/symbols.complete build/rootfs.cpio $(GUEST_TESTS)
GROUPS_host := fuzz grade
GROUPS_kernel := iso debug
GROUPS_gdb := debug grade
GROUPS_labs := debug grade
NEEDS_hosts := build/exon.elf build/rootfs.cpio
NEEDS_labs := $(filter-out build/debian-programs.cpio,$(NEEDS_kernel)) $(NEEDS_gdb) $(HOST_TESTS) build/tests/labs/traced build/labs/kit/labrun \
	   $(patsubst %.c,build/%,$(wildcard labs/*/programs/*.c labs/*/hidden/*.c))
PYTEST	:= env -u MAKEFLAGS -u MAKELEVEL /usr/bin/python3 -m pytest -p no:cacheprovider -q $(TESTFLAGS)

test: ## all tests, and the checks of the source (10 to 20 minutes on two processors; ALONE=no: a test that fails is not tried again, alone)
	@tools/deps.sh run iso debug fuzz grade test
	@$(MAKE) do-test
test-host: ## only the host tests: pure functions, on this machine
test-kernel: ## only the guest tests: claims, comparisons with Linux 6.1, malformed programs, boots, keystrokes
test-gdb: ## only the GDB commands
test-hosts: ## only the set-up of a host: packages, Debian's programs, fresh systems of Debian 12 and 13
test-labs: ## only the course's tools: starters, grading, predict, break
$(PARTS:%=test-%):
	@tools/deps.sh run test $(GROUPS_$(@:test-%=%))
	@$(MAKE) do-$@
do-test: $(foreach p,$(PARTS),$(NEEDS_$(p)))
	@tools/check-floors
	@tools/check-words
	@tools/format --check
	@$(PYTEST) $(if $(filter no,$(ALONE)),,--alone) tests
$(PARTS:%=do-test-%): do-test-%: $$(NEEDS_$$*)
	@$(PYTEST) tests/$*

include labs/labs.mk

# ---- tools --------------------------------------------------------------------

deps: ## install all packages of tools/packages.txt that are missing; other targets install those that they need
	@tools/deps.sh
format: ## clang-format over all C; format-check only says what it would change, and which lines are too long
	@tools/format
format-check:
	@tools/format --check
container: ## CMD='make run': runs a command in a container of Debian 12, by docker or podman
	@tools/container.sh $(call quote,$(or $(CMD),make run))
doctor: ## the version of each tool, beside the versions that Exon was tested with
	@tools/doctor.sh
clean: ## remove what was built; downloads stay (build/debs, build/hosts)
	@find build -mindepth 1 -maxdepth 1 ! -name debs ! -name hosts -exec rm -rf {} + 2>/dev/null || true

.PHONY: fuzz do-fuzz prove do-prove eva do-eva coverage do-coverage soak do-soak twin do-twin run built-run do-run run-vga do-run-vga run-iso do-run-iso compare do-compare film do-film bench do-bench profile do-profile film-svg do-film-svg films do-films test do-test $(PARTS:%=test-%) $(PARTS:%=do-test-%) deps format format-check container doctor clean

# ---- the command line ---------------------------------------------------------------

ifeq ($(MAKELEVEL),0)
GIVEN	:= $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $v))),$v))
GIVEN	+= $(GIVEN_TEXT) $(if $(filter environment,$(origin RAM)),RAM)
GOALS	:= $(if $(filter grade-class,$(firstword $(MAKECMDGOALS))),grade-class,$(MAKECMDGOALS))
UNKNOWN	:= $(filter-out $(TYPED) do-% built-% prepare-% build/% objects format-check,$(GOALS))
ifneq ($(strip $(GIVEN) $(UNKNOWN)),)
WRONG	:= $(shell tools/variables.py $(MAKEFILE_LIST) -- $(foreach g,$(GOALS),$(call quote,$g)) -- LEAST_RAM=$(LEAST_RAM) \
		$(foreach v,$(GIVEN),$(call quote,$v=$(value $v))) 2>/dev/null)
# On SIGQUIT make ends without a word of its own (tools/recipe.sh); where that is ignored it says the same again.
$(if $(WRONG),$(shell echo $(call quote,$(WRONG)) >&2; kill -QUIT $$PPID)$(error $(WRONG)))
endif
endif

-include $(shell find $(B) -path '$(B)/hosts' -prune -o -name 'debian*' -prune -o -name '*.d' -type f -print 2>/dev/null)
