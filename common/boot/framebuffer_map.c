/**
 * @file
 * See framebuffer.h: where the picture is in virtual memory.
 *
 * Source: Intel SDM volume 3, "Page Attribute Table".
 */
#include "framebuffer.h"

#include "check.h"
#include "cpu.h"
#include "layout.h"
#include "paging.h"

#define LARGE_BYTES (2 * MiB)
#define FIRST       ((FRAMEBUFFER_WINDOW - KERNEL_VIRT) / LARGE_BYTES)
#define PAGES       129 /* 256 MiB that begin within a page */

#define PAT_MSR     0x277
#define PAT_ENTRY   32 /* entry 4: the first that PTE_LARGE_PAT chooses */
#define PAT_COMBINE 1  /* write combining */

extern uint64_t kernel_pd[512]; /* tables.S */

/* No page uses entry 4 yet, so no cache needs to be flushed. */
static void set_pat(void)
{
	uint32_t low, high;
	uint64_t pat;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(PAT_MSR));
	pat = (uint64_t)high << 32 | low;
	pat &= ~(UINT64_C(0xff) << PAT_ENTRY);
	pat |= (uint64_t)PAT_COMBINE << PAT_ENTRY;
	__asm__ volatile("wrmsr"
	                 :
	                 : "a"((uint32_t)pat), "d"((uint32_t)(pat >> 32)),
	                   "c"(PAT_MSR));
}

void *framebuffer_map(paddr_t base, uint64_t bytes)
{
	paddr_t  first = base / LARGE_BYTES * LARGE_BYTES;
	uint64_t rights = PTE_PRESENT | PTE_WRITE | PTE_LARGE | PTE_LARGE_PAT;
	uint64_t pages = pieces_for(base - first + bytes, LARGE_BYTES);

	ASSERT(bytes > 0 && bytes <= 256 * MiB, "%llu bytes",
	       (unsigned long long)bytes);

	set_pat();
	if (cpu_has_nx())
		rights |= PTE_NX;
	/* Nothing was mapped there, so the CPU has nothing to forget. */
	for (uint64_t i = 0; i < pages; i++)
		kernel_pd[FIRST + i] = (first + i * LARGE_BYTES) | rights;
	return (void *)(FRAMEBUFFER_WINDOW + (base - first));
}

void framebuffer_unmap(void)
{
	for (uint64_t i = 0; i < PAGES; i++) {
		kernel_pd[FIRST + i] = 0;
		__asm__ volatile("invlpg (%0)"
		                 :
		                 : "r"(FRAMEBUFFER_WINDOW + i * LARGE_BYTES)
		                 : "memory");
	}
}
