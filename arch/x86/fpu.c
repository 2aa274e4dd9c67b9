/* SPDX-License-Identifier: MIT */
/*
 * The x87, SSE and AVX registers of user code. The kernel itself never uses them
 * (-mgeneral-regs-only), so they keep the user's values until another task runs. Every switch saves
 * and loads them.
 *
 * Abridges Linux's arch/x86/kernel/fpu/{core,init,signal,xstate}.c. Left out: compacted and
 * supervisor states, PKRU, AMX, lazy loading, 32-bit frames.
 *
 *   512 bytes FXSAVE layout | 64 bytes header | AVX and AVX-512 at the offsets of CPUID 0xD
 *        464..511: free; a signal frame writes _fpx_sw_bytes there
 */
#include <asm/cpu.h>
#include <asm/processor.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/uaccess.h>
#include <string.h>

#define XFEATURE_FPSSE 0x3
#define XFEATURE_AVX   0x4
/* Bounds registers: used as in Linux 6.1, so that frames have the same size. */
#define XFEATURE_MPX	0x18
#define XFEATURE_AVX512 0xe0
#define MXCSR_DEFAULT	0x1f80
#define FCW_DEFAULT	0x37f
#define TRAP_MF		16
/* AT_MINSIGSTKSZ has room for i386 frames, as in Linux: struct sigframe_ia32, the FSAVE header. */
#define SIGFRAME_IA32_SIZE 736 /* as Linux's sizes on five processor models show */
#define FREGS_STATE_SIZE   112

struct fpu {
	struct _fpstate_64 fx;
	struct _header header; /* absent on a CPU without XSAVE */
	u8 extended[];
} __aligned(64);

static struct fpu init_fpstate = {.fx = {.cwd = FCW_DEFAULT, .mxcsr = MXCSR_DEFAULT}};

static void xsetbv(u32 reg, u64 v)
{
	__asm__ volatile("xsetbv" : : "c"(reg), "a"((u32)v), "d"((u32)(v >> 32)));
}

/* Enables the register sets that the CPU has, and finds out their size. */
static void choose_xfeatures(void)
{
	struct cpuid_regs r = cpuid(0xd, 0);
	u64 wanted = XFEATURE_FPSSE | (r.eax & XFEATURE_AVX);

	if ((wanted & XFEATURE_AVX) && (r.eax & XFEATURE_AVX512) == XFEATURE_AVX512)
		wanted |= XFEATURE_AVX512;
	if ((r.eax & XFEATURE_MPX) == XFEATURE_MPX)
		wanted |= XFEATURE_MPX;
	xsetbv(0, wanted);
	boot_cpu.xfeatures = wanted;
	boot_cpu.xstate_size = cpuid(0xd, 0).ebx;
}

/* After cpu_init. */
void fpu_init(void)
{
	boot_cpu.xfeatures = XFEATURE_FPSSE;
	boot_cpu.xstate_size = sizeof(struct _fpstate_64);
	if (boot_cpu.xsave)
		choose_xfeatures();
	init_fpstate.fx.sw_reserved = (struct _fpx_sw_bytes){
		.magic1 = FP_XSTATE_MAGIC1,
		.extended_size = boot_cpu.xstate_size + FP_XSTATE_MAGIC2_SIZE,
		.xfeatures = boot_cpu.xfeatures,
		.xstate_size = boot_cpu.xstate_size,
	};
	fpu_restore(&init_fpstate); /* whatever the firmware has left there */
}

size_t fpu_size(void) { return ALIGN((size_t)boot_cpu.xstate_size, 64); }

void fpu_reset(struct fpu *f)
{
	memset(f, 0, fpu_size());
	f->fx.cwd = FCW_DEFAULT;
	f->fx.mxcsr = MXCSR_DEFAULT;
}

void fpu_save(struct fpu *f)
{
	u64 mask = boot_cpu.xfeatures;

	if (boot_cpu.xsave)
		__asm__ volatile("xsave64 (%0)"
				 :
				 : "r"(f), "a"((u32)mask), "d"((u32)(mask >> 32))
				 : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" : : "r"(f) : "memory");
}

void fpu_restore(const struct fpu *f)
{
	u64 mask = boot_cpu.xfeatures;

	if (boot_cpu.xsave)
		__asm__ volatile("xrstor64 (%0)"
				 :
				 : "r"(f), "a"((u32)mask), "d"((u32)(mask >> 32))
				 : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" : : "r"(f) : "memory");
}

/*
 * These two copy between registers and user memory directly. A page fault that can be handled
 * restarts the instruction. False: it cannot, or the CPU rejects the contents.
 */
static bool xsave_user(void __user *buf)
{
	u64 mask = boot_cpu.xfeatures;

	if (!boot_cpu.xsave)
		return FAULTABLE("fxsave64 (%1)", buf);
	return FAULTABLE("xsave64 (%1)", buf, "a"((u32)mask), "d"((u32)(mask >> 32)));
}

static bool xrstor_user(const void __user *buf, u64 mask, bool fx_only)
{
	if (fx_only)
		return FAULTABLE("fxrstor64 (%1)", buf);
	return FAULTABLE("xrstor64 (%1)", buf, "a"((u32)mask), "d"((u32)(mask >> 32)));
}

size_t fpu_sigframe_size(void)
{
	return boot_cpu.xstate_size + (boot_cpu.xsave ? FP_XSTATE_MAGIC2_SIZE : 0);
}

unsigned long get_sigframe_size(void)
{
	return ALIGN(SIGFRAME_IA32_SIZE + 15 + fpu_sigframe_size() + FREGS_STATE_SIZE + 63, 16UL);
}

/* @buf is 64-byte aligned and has fpu_sigframe_size() bytes of room. */
bool fpu_save_sigframe(void __user *buf)
{
	struct fpu __user *f = buf;
	struct _fpx_sw_bytes *sw = &init_fpstate.fx.sw_reserved;
	u32 size = boot_cpu.xstate_size;
	u64 present;

	if (!access_ok(buf, fpu_sigframe_size()))
		return false;
	/* XSAVE leaves these and the rest of the header as they are; XRSTOR needs zeros there. */
	if (copy_to_user(&f->fx.sw_reserved, sw,
			 sizeof(*sw) + (boot_cpu.xsave ? sizeof(f->header) : 0)) ||
	    !xsave_user(buf))
		return false;
	if (!boot_cpu.xsave)
		return true;
	if (put_user(FP_XSTATE_MAGIC2, (u32 __user *)(buf + size)) ||
	    get_user(present, &f->header.xfeatures))
		return false;
	return !put_user(present | XFEATURE_FPSSE, &f->header.xfeatures);
}

/* False: the frame cannot be read. *fx_only: it has only the FXSAVE part. */
static bool check_sigframe(const void __user *buf, struct _fpx_sw_bytes *sw, bool *fx_only)
{
	const struct _fpstate_64 __user *fx = buf;
	u32 magic2;

	*fx_only = true;
	if (!boot_cpu.xsave)
		return true;
	if (copy_from_user(sw, &fx->sw_reserved, sizeof(*sw)))
		return false;
	if (sw->magic1 != FP_XSTATE_MAGIC1 || sw->xstate_size > boot_cpu.xstate_size ||
	    sw->xstate_size < sizeof(struct _fpstate_64) + sizeof(struct _header) ||
	    sw->xstate_size > sw->extended_size)
		return true;
	if (get_user(magic2, (u32 __user *)(buf + sw->xstate_size)))
		return false;
	*fx_only = magic2 != FP_XSTATE_MAGIC2;
	return true;
}

static bool load_sigframe(const void __user *buf)
{
	struct _fpx_sw_bytes sw;
	bool fx_only;
	u64 mask;

	if (!access_ok(buf, fpu_sigframe_size()) || !check_sigframe(buf, &sw, &fx_only))
		return false;
	mask = fx_only ? XFEATURE_FPSSE : sw.xfeatures & boot_cpu.xfeatures;
	/* Registers that are not in the frame get their initial values. */
	if (mask != boot_cpu.xfeatures)
		fpu_restore(&init_fpstate);
	return xrstor_user(buf, mask, fx_only);
}

bool fpu_restore_sigframe(void __user *buf)
{
	bool ok = !buf || load_sigframe(buf);

	if (!buf || !ok)
		fpu_restore(&init_fpstate);
	return ok;
}

int fpu_exception_code(int trap_nr)
{
	u16 cwd, swd;
	u32 mxcsr, err;

	if (trap_nr == TRAP_MF) {
		__asm__ volatile("fnstcw %0" : "=m"(cwd));
		__asm__ volatile("fnstsw %0" : "=m"(swd));
		err = swd & ~cwd;
	} else {
		__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
		err = ~(mxcsr >> 7) & mxcsr;
	}
	if (err & 0x01)
		return FPE_FLTINV;
	if (err & 0x04)
		return FPE_FLTDIV;
	if (err & 0x08)
		return FPE_FLTOVF;
	if (err & 0x12)
		return FPE_FLTUND;
	if (err & 0x20)
		return FPE_FLTRES;
	return 0;
}
