/* SPDX-License-Identifier: MIT */
/*
 * Random numbers: a ChaCha20 stream. The first bytes of each batch become the next key, so that
 * earlier numbers cannot be computed from a later look at memory.
 *
 *   RDRAND, TSC --> key --ChaCha20 blocks--> | next key | 224 bytes to hand out |
 *
 * Abridges Linux's drivers/char/random.c. Left out: counting entropy, blocking, other sources: on a
 * processor without RDRAND the seed is only the time-stamp counter.
 */
#include <random.h>
#include <spinlock.h>
#include <string.h>
#include <asm/cpu.h>

#define KEY_WORDS    8
#define BLOCK_WORDS  16
#define BATCH_BLOCKS 4
#define BATCH_BYTES  (BATCH_BLOCKS * BLOCK_WORDS * sizeof(u32))
#define KEY_BYTES    (KEY_WORDS * sizeof(u32))

static u32 key[KEY_WORDS];
static u64 counter;
static u8 batch[BATCH_BYTES] __aligned(8);
static size_t batch_used = BATCH_BYTES;
static bool seeded;
static DEFINE_SPINLOCK(random_lock, LOCK_NONE);

static inline u32 rotl(u32 v, int n) { return v << n | v >> (32 - n); }

static inline void quarter_round(u32 *x, int a, int b, int c, int d)
{
	x[a] += x[b];
	x[d] = rotl(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rotl(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rotl(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rotl(x[b] ^ x[c], 7);
}

/* RFC 8439, with a 64-bit counter and no nonce: every key is used for one batch. */
static void chacha20_block(u32 *out)
{
	static const u32 constants[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
	u32 in[BLOCK_WORDS], i;

	memcpy(in, constants, sizeof(constants));
	memcpy(in + 4, key, sizeof(key));
	in[12] = counter;
	in[13] = counter >> 32;
	in[14] = in[15] = 0;
	counter++;
	memcpy(out, in, sizeof(in));
	for (i = 0; i < 10; i++) {
		quarter_round(out, 0, 4, 8, 12);
		quarter_round(out, 1, 5, 9, 13);
		quarter_round(out, 2, 6, 10, 14);
		quarter_round(out, 3, 7, 11, 15);
		quarter_round(out, 0, 5, 10, 15);
		quarter_round(out, 1, 6, 11, 12);
		quarter_round(out, 2, 7, 8, 13);
		quarter_round(out, 3, 4, 9, 14);
	}
	for (i = 0; i < BLOCK_WORDS; i++)
		out[i] += in[i];
}

static bool cpu_has_rdrand(void) { return cpuid(1, 0).ecx & BIT(30); }

static void seed(void)
{
	bool hw = cpu_has_rdrand();
	u64 x = 0;
	int i;

	for (i = 0; i < KEY_WORDS; i++) {
		if (hw)
			rdrand(&x);
		x ^= rdtsc() * 0x9e3779b97f4a7c15UL;
		key[i] ^= x ^ x >> 32;
	}
	seeded = true;
}

static void refill(void)
{
	int i;

	if (!seeded)
		seed();
	for (i = 0; i < BATCH_BLOCKS; i++)
		chacha20_block((u32 *)batch + i * BLOCK_WORDS);
	memcpy(key, batch, KEY_BYTES);
	memset(batch, 0, KEY_BYTES);
	batch_used = KEY_BYTES;
}

void get_random_bytes(void *buf, size_t n)
{
	u8 *p = buf;

	while (n) { /* interrupts are on between batches */
		unsigned long flags;
		size_t part;

		spin_lock_irqsave(&random_lock, flags);
		if (batch_used == BATCH_BYTES)
			refill();
		part = min(n, BATCH_BYTES - batch_used);
		memcpy(p, batch + batch_used, part);
		memset(batch + batch_used, 0, part);
		batch_used += part;
		spin_unlock_irqrestore(&random_lock, flags);
		p += part;
		n -= part;
	}
}

u64 get_random_u64(void)
{
	u64 x;

	get_random_bytes(&x, sizeof(x));
	return x;
}
