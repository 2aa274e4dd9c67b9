/* SPDX-License-Identifier: MIT */
/*
 * Five instructions store where the kernel's descriptor tables are (SGDT, SIDT, SLDT, STR), or CR0
 * (SMSW). With UMIP they are #GP in user code. Old programs use them, so the kernel stores dummy
 * values for them.
 *
 *   prefixes | REX | 0f 00  modrm /0 SLDT  /1 STR           | sib | displacement
 *                  | 0f 01  modrm /0 SGDT  /1 SIDT  /4 SMSW |
 *
 * Abridges Linux's arch/x86/kernel/umip.c and lib/insn-eval.c. Left out: the warning in the log,
 * 32-bit code. Not on the road of an exec.
 */
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/uaccess.h>
#include <mm_types.h>
#include <sched.h>
#include <string.h>
#include "internal.h"

#define INSN_MAX  15
#define DUMMY_GDT 0xfffffffffffe0000UL
#define DUMMY_IDT 0xffffffffffff0000UL
#define DUMMY_CR0 \
	(X86_CR0_PE | X86_CR0_MP | X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | X86_CR0_PG)

#define NO_ADDRESS -1UL /* Linux takes it for an error, too */

#define PREFIX_FS      0x64
#define PREFIX_GS      0x65
#define PREFIX_OPERAND 0x66
#define PREFIX_ADDRESS 0x67
#define REX_B	       1
#define REX_X	       2
#define REX_W	       8

struct insn {
	struct pt_regs *regs;
	u8 code[INSN_MAX];
	unsigned int len; /* bytes that could be read */
	unsigned int at;  /* bytes decoded so far */
	bool operand_size, address_size;
	u8 rex;
	u8 segment;	  /* its prefix; 0: none */
	u8 opcode, modrm; /* after 0f */
};

/* ---- decoding ------------------------------------------------------------ */

/*
 * The processor has read the instruction, so bytes are missing only if another thread unmaps them.
 */
static u8 next_byte(struct insn *i)
{
	u8 byte = i->at < i->len ? i->code[i->at] : 0;

	i->at++;
	return byte;
}

static long next_displacement(struct insn *i, bool is_byte)
{
	u32 v = 0;

	if (is_byte)
		return (s8)next_byte(i);
	for (int shift = 0; shift < 32; shift += 8)
		v |= (u32)next_byte(i) << shift;
	return (s32)v;
}

/* Returns whether @byte is a prefix. As in Linux, a second segment prefix is not one. */
static bool take_prefix(struct insn *i, u8 byte)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case PREFIX_FS:
	case PREFIX_GS:
		if (i->segment)
			return false;
		i->segment = byte;
		return true;
	case PREFIX_OPERAND:
		i->operand_size = true;
		return true;
	case PREFIX_ADDRESS:
		i->address_size = true;
		return true;
	case 0xf0:
	case 0xf2:
	case 0xf3:
		return true;
	default:
		return false;
	}
}

/* Decodes up to modrm. Returns whether it is one of the five. */
static bool decode(struct insn *i)
{
	u8 byte = next_byte(i), reg;

	while (i->at <= INSN_MAX && take_prefix(i, byte))
		byte = next_byte(i);
	if ((byte & 0xf0) == 0x40) {
		i->rex = byte;
		byte = next_byte(i);
	}
	if (byte != 0x0f)
		return false;
	i->opcode = next_byte(i);
	i->modrm = next_byte(i);
	reg = i->modrm >> 3 & 7;
	if (i->opcode == 0)
		return reg <= 1;
	return i->opcode == 1 && (reg == 4 || (reg <= 1 && i->modrm >> 6 != 3));
}

static unsigned long *reg_of(const struct insn *i, unsigned int n)
{
	struct pt_regs *r = i->regs;
	unsigned long *const regs[] = {&r->ax,	&r->cx,	 &r->dx,  &r->bx, &r->sp,  &r->bp,
				       &r->si,	&r->di,	 &r->r8,  &r->r9, &r->r10, &r->r11,
				       &r->r12, &r->r13, &r->r14, &r->r15};

	return regs[n];
}

static unsigned int extend(const struct insn *i, unsigned int reg, u8 rex_bit)
{
	return (reg & 7) | (i->rex & rex_bit ? 8 : 0);
}

/* Base and index. *disp32: there is a displacement in place of the base. */
static unsigned long sib_address(struct insn *i, bool *disp32)
{
	u8 sib = next_byte(i);
	unsigned int index = extend(i, sib >> 3, REX_X);
	unsigned long addr = index == 4 ? 0 : *reg_of(i, index) << (sib >> 6);

	*disp32 = (sib & 7) == 5 && i->modrm >> 6 == 0;
	return *disp32 ? addr : addr + *reg_of(i, extend(i, sib, REX_B));
}

static unsigned long segment_base(const struct insn *i)
{
	if (i->segment == PREFIX_FS)
		return read_fsbase();
	return i->segment == PREFIX_GS ? read_user_gsbase() : 0;
}

/* Returns the address of the memory operand, the last part of the instruction. */
static unsigned long memory_operand(struct insn *i)
{
	unsigned int mod = i->modrm >> 6, rm = i->modrm & 7;
	bool disp32 = rm == 5 && mod == 0, rip_relative = disp32;
	unsigned long addr = 0;

	if (rm == 4)
		addr = sib_address(i, &disp32);
	else if (!disp32)
		addr = *reg_of(i, extend(i, rm, REX_B));
	if (mod == 1 || mod == 2 || disp32)
		addr += next_displacement(i, mod == 1);
	if (rip_relative)
		addr += i->regs->ip + i->at;
	if (i->address_size)
		addr = (u32)addr;
	return addr + segment_base(i);
}

/* ---- storing ------------------------------------------------------------- */

struct table_register {
	u16 limit;
	u64 base;
} __packed;

/* The value for a register, or for two bytes of memory. */
static unsigned long word_value(const struct insn *i)
{
	if (i->opcode == 1)
		return DUMMY_CR0;
	if (i->modrm >> 3 & 7)
		return GDT_ENTRY_TSS * 8;
	return current->mm->context.ldt ? GDT_ENTRY_LDT * 8 : 0;
}

/* As in Linux, the high half of the register stays; the processor would clear it. */
static void store_register(const struct insn *i)
{
	size_t size = i->rex & REX_W ? 8 : i->operand_size ? 2 : 4;
	unsigned long v = word_value(i);

	memcpy(reg_of(i, extend(i, i->modrm, REX_B)), &v, size);
}

/* False: the address cannot be written, and the signal of such a fault is sent. */
static bool store_memory(const struct insn *i, unsigned long addr)
{
	bool table = i->opcode == 1 && (i->modrm >> 3 & 7) <= 1;
	struct table_register t = {.base = i->modrm >> 3 & 7 ? DUMMY_IDT : DUMMY_GDT};
	unsigned long word = word_value(i);

	if (!copy_to_user((void __user *)addr, table ? (void *)&t : &word,
			  table ? sizeof(t) : sizeof(u16)))
		return true;
	current->thread.trap_nr = X86_TRAP_PF;
	current->thread.error_code = X86_PF_USER | X86_PF_WRITE;
	current->thread.cr2 = addr;
	force_sig_fault(SIGSEGV, SEGV_MAPERR, (void __user *)addr);
	return false;
}

/* A #GP of user code. Returns whether it was one of the five, which is then emulated. */
bool emulate_umip(struct pt_regs *regs)
{
	struct insn i = {.regs = regs};
	unsigned long addr;

	if (!boot_cpu.umip || regs->cs != __USER_CS)
		return false;
	i.len = INSN_MAX - copy_from_user(i.code, (void __user *)regs->ip, INSN_MAX);
	if (!decode(&i))
		return false;
	if (i.modrm >> 6 == 3) {
		store_register(&i);
	} else {
		addr = memory_operand(&i);
		if (addr == NO_ADDRESS)
			return false;
		if (!store_memory(&i, addr))
			return true;
	}
	regs->ip += i.at;
	return true;
}
