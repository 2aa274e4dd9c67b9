# Exon: build, run, debug and test. `make help` lists the targets.
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

B	:= build
CC	:= gcc
LD	:= ld
NASM	:= nasm
ARCHLIB	:= /usr/include/$(shell $(CC) -print-multiarch)

# The kernel sees its own headers, the compiler's freestanding ones, <elf.h> and Linux's UAPI: nothing of libc.
INCLUDES := -nostdinc -isystem $(shell $(CC) -print-file-name=include) -Iinclude -isystem /usr/include -isystem $(ARCHLIB)
WARN	:= -Wall -Wextra -Wno-sign-compare -Wstrict-prototypes -Wmissing-prototypes $(if $(CI),-Werror)
CFLAGS	:= -std=gnu11 -O2 -g -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
	   -fno-stack-protector -fno-strict-aliasing -fno-omit-frame-pointer -fno-optimize-sibling-calls \
	   -fcf-protection=none -fno-asynchronous-unwind-tables -fno-common $(WARN) $(INCLUDES)
ifdef DEBUG
CFLAGS	+= -DDEBUG
B	:= build/debug
endif

DIRS	:= boot arch/x86 arch/x86/entry kernel kernel/sched mm fs fs/proc lib
CSRC	:= $(foreach d,$(DIRS),$(wildcard $(d)/*.c))
ASRC	:= $(foreach d,$(DIRS),$(wildcard $(d)/*.asm))
OBJS	:= $(CSRC:%.c=$(B)/%.o) $(ASRC:%.asm=$(B)/%.asm.o) $(B)/arch/x86/vdso/image.o

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/%.asm.o: %.asm
	@mkdir -p $(@D)
	@echo "  NASM  $<"
	@$(NASM) -f elf64 -g -F dwarf -I$(<D)/ -MD $(@:.o=.d) -o $@ $<

-include $(shell find $(B) -name '*.d' 2>/dev/null)
