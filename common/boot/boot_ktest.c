/**
 * @file
 * Tests of the machine part, which only a booted kernel can run.
 */
#include "backtrace.h"
#include "cpu.h"
#include "kstring.h"
#include "layout.h"
#include "lines.h"
#include "paging.h"
#include "phys.h"
#include "symbols.h"
#include "test.h"

/* Pages of [base, end) whose rights are not these; a CPU without NX has no
 * data that it cannot run. */
static unsigned wrong_pages(const char *base, const char *end, bool writable,
                            bool executable)
{
	unsigned wrong = 0;

	for (uint64_t at = (uintptr_t)base; at < (uintptr_t)end;
	     at += PAGE_SIZE) {
		struct paging_view view = paging_look(at);

		if (cpu_guard_of(at) != NULL)
			continue;
		wrong += !view.present || view.writable != writable ||
		         (view.executable != executable && cpu_has_nx()) ||
		         view.paddr != at - KERNEL_VIRT;
	}
	return wrong;
}

TEST(boot_no_page_of_the_image_is_both_written_and_run)
{
	CHECK_EQ(wrong_pages(text_base, text_end, false, true), 0);
	CHECK_EQ(wrong_pages(rodata_base, rodata_end, false, false), 0);
	CHECK_EQ(wrong_pages(data_base, data_end, true, false), 0);
	CHECK_EQ(wrong_pages(symbols_base, symbols_end, false, false), 0);
}

TEST(boot_nothing_but_the_image_is_mapped_beside_the_image)
{
	CHECK(!paging_look((uintptr_t)kernel_base - 1).present);
	CHECK(!paging_look((uintptr_t)symbols_end).present);
	CHECK(!paging_look(KERNEL_VIRT).present);
	CHECK(!paging_look(UINT64_MAX).present);
}

TEST(boot_each_stack_has_a_guard_page)
{
	for (unsigned i = 0; cpu_stack(i) != NULL; i++) {
		uint64_t base = cpu_stack(i)->base;

		CHECK(!paging_look(base - 1).present);
		CHECK(!paging_look(base - GUARD_BYTES).present);
		CHECK(paging_look(base).present);
		CHECK(paging_look(cpu_stack(i)->end - 1).writable);
	}
}

TEST(boot_address_zero_is_not_mapped)
{
	CHECK(!paging_look(0).present);
	CHECK(!paging_look((uintptr_t)kernel_base - KERNEL_VIRT).present);
	CHECK(!paging_look((UINT64_C(1) << 47) - 1).present);
}

TEST(boot_direct_map_shows_the_image)
{
	paddr_t  base = (uintptr_t)kernel_base - KERNEL_VIRT;
	uint64_t bytes = (uint64_t)(rodata_end - kernel_base);

	CHECK(memcmp(phys_to_virt(base, bytes), kernel_base, bytes) == 0);
}

/* Whatever a loader left on: the kernel has set all of these itself. */
TEST(boot_leaves_nothing_of_the_loaders)
{
	uint32_t low, high;
	uint64_t flags, cr0;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0xc0000080));
	CHECK_EQ(high, 0);
	CHECK_EQ(low, cpu_has_nx() ? 0xd00 : 0x500); /* LMA, LME; NXE */
	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	CHECK_EQ(cr0, 0x80010037);
	__asm__ volatile("pushfq\n\tpop %0" : "=r"(flags));
	CHECK_EQ(flags & ~UINT64_C(0x8d5), 0x2); /* but what a sum sets */
}

TEST(boot_direct_map_is_data)
{
	struct paging_view first = paging_look(DIRECT_MAP);
	struct paging_view last =
		paging_look(DIRECT_MAP + DIRECT_GIB_ALWAYS * GiB - 1);

	CHECK(first.present && first.writable);
	CHECK(!first.executable || !cpu_has_nx());
	CHECK_EQ(first.page_bytes, 2 * MiB);
	CHECK_EQ(last.paddr, DIRECT_GIB_ALWAYS * GiB - 1);
}

TEST(boot_phys_to_virt_lends_from_the_first_byte_to_the_last)
{
	uint64_t all = DIRECT_GIB_ALWAYS * GiB;

	CHECK_EQ((uintptr_t)phys_to_virt(0, all), DIRECT_MAP);
	CHECK_EQ((uintptr_t)phys_to_virt(all - 1, 1), DIRECT_MAP + all - 1);
}

TEST(boot_zeroed_memory_is_zero_and_no_more)
{
	static unsigned char bytes[32];
	paddr_t              paddr = (uintptr_t)bytes - KERNEL_VIRT;
	unsigned             wrong = 0;

	memset(bytes, 0xff, sizeof(bytes));
	phys_to_virt_zeroed(paddr + 3, 21);
	for (unsigned i = 0; i < sizeof(bytes); i++)
		wrong += bytes[i] != (i >= 3 && i < 3 + 21 ? 0 : 0xff);
	CHECK_EQ(wrong, 0);
}

static __attribute__((noinline)) unsigned callers(uint64_t *address)
{
	unsigned count = backtrace_collect(
		(uintptr_t)__builtin_frame_address(0), address, 16);

	/* Not a tail call: this frame must be there. */
	__asm__ volatile("");
	return count;
}

TEST(boot_backtrace_names_its_callers_up_to_the_entry)
{
	uint64_t    address[16] = { 0 }, offset;
	unsigned    count = callers(address);
	const char *inner = symbol_find(address[0] - 1, &offset);

	CHECK(count >= 3 && count < 16);
	CHECK_TEXT(inner, "boot_backtrace_names_its_callers_up_to_the_entry");
	CHECK(address[count - 1] >= (uintptr_t)text_base &&
	      address[count - 1] < (uintptr_t)text_end);
}

/* A call of a bad pointer pushes where it returns to, and nothing else. */
TEST(boot_backtrace_of_a_call_to_nowhere_begins_with_its_caller)
{
	static const uint64_t nowhere[] = { 0, 0x123456789abc, UINT64_MAX };
	uint64_t              address[2], caller = (uintptr_t)callers + 1;

	for (unsigned i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		CHECK_EQ(backtrace_collect_from(nowhere[i], (uintptr_t)&caller,
		                                0, address, 2),
		         1);
		CHECK_EQ(address[0], caller);
	}
	CHECK_EQ(backtrace_collect_from(0, 0, 0, address, 2), 0);
}

TEST(boot_broken_frames_end_a_backtrace)
{
	uint64_t address[4];
	uint64_t frame[2] = { 0, 1 };

	frame[0] = (uintptr_t)frame; /* its own caller */
	CHECK_EQ(backtrace_collect((uintptr_t)frame, address, 4), 1);
	frame[0] = 0x123;
	CHECK_EQ(backtrace_collect((uintptr_t)frame, address, 4), 1);
	CHECK_EQ(backtrace_collect((uintptr_t)frame + 1, address, 4), 0);
	CHECK_EQ(backtrace_collect((uintptr_t)kernel_stack_end - 8, address, 4),
	         0);
	CHECK_EQ(backtrace_collect(0, address, 4), 0);
}

TEST(boot_symbols_are_found_by_any_byte_of_theirs)
{
	uint64_t offset = 1;

	CHECK_TEXT(symbol_find((uintptr_t)symbol_find, &offset), "symbol_find");
	CHECK_EQ(offset, 0);
	CHECK_TEXT(symbol_find((uintptr_t)symbol_find + 5, &offset),
	           "symbol_find");
	CHECK_EQ(offset, 5);
	CHECK(symbol_find((uintptr_t)text_base - 1, &offset) == NULL);
	CHECK(symbol_find((uintptr_t)text_end, &offset) == NULL);
}

/* The lines of this file, by a function of it and by one of another. */
TEST(boot_lines_of_code_are_found)
{
	unsigned    line = 0;
	const char *file = line_find((uintptr_t)wrong_pages, &line);

	CHECK_TEXT(file, "boot_ktest.c");
	CHECK(line > 0);
	CHECK_TEXT(line_find((uintptr_t)phys_to_virt, &line), "direct_map.c");
	CHECK(line_find((uintptr_t)text_base - 1, &line) == NULL);
	CHECK(line_find((uintptr_t)text_end, &line) == NULL);
	CHECK(line_find(0, &line) == NULL);
}

/* The allocators count on it: page_alloc.h says who may call. */
TEST(boot_interrupts_are_off_in_the_kernel)
{
	uint64_t flags;

	__asm__ volatile("pushf\n\tpop %0" : "=r"(flags));
	CHECK_EQ(flags >> 9 & 1, 0);
}
