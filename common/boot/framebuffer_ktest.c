/**
 * @file
 * Tests of framebuffer.h that need page tables.
 */
#include "framebuffer.h"

#include "cpu.h"
#include "kstring.h"
#include "layout.h"
#include "paging.h"
#include "test.h"

/* The window belongs to the picture: on a machine that shows one, look only. */
static bool is_in_use(void)
{
	return paging_look(FRAMEBUFFER_WINDOW).present;
}

TEST(boot_picture_is_data)
{
	struct paging_view view = paging_look(FRAMEBUFFER_WINDOW);

	if (!view.present)
		return;
	CHECK(view.writable);
	CHECK(!view.executable || !cpu_has_nx());
}

/* The kernel's image stands for the picture, which is not there. */
TEST(boot_picture_is_mapped_wherever_it_lies)
{
	const paddr_t      high = 700 * GiB + 0x345678;
	paddr_t            base = (uintptr_t)kernel_base - KERNEL_VIRT;
	const void        *seen;
	struct paging_view view;

	if (is_in_use())
		return;
	seen = framebuffer_map(base + 16, PAGE_SIZE);
	CHECK(memcmp(seen, kernel_base + 16, PAGE_SIZE) == 0);

	/* Its last byte, and that no page follows. */
	view = paging_look((uintptr_t)framebuffer_map(high, 256 * MiB) +
	                   256 * MiB - 1);
	CHECK(view.present);
	CHECK_EQ(view.paddr, high + 256 * MiB - 1);
	CHECK(!paging_look(FRAMEBUFFER_WINDOW + 258 * MiB).present);
	framebuffer_unmap();
	CHECK(!is_in_use());
}

/* A picture of 1 MiB at 16 MiB, against one range of the map. */
TEST(boot_picture_in_RAM_is_not_used)
{
	static const struct {
		uint64_t base, bytes, type;
		bool     fits;
	} row[] = {
		{ 0, 16 * MiB, 1, true },      { 17 * MiB, MiB, 1, true },
		{ 0, 16 * MiB + 1, 1, false }, { 17 * MiB - 1, 1, 1, false },
		{ 16 * MiB + 5, 1, 1, false }, { 16 * MiB + 5, 0, 1, true },
		{ MiB, UINT64_MAX, 1, false }, /* it wraps */
		{ 0, 32 * MiB, 2, true },      /* it is a device */
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct boot_info boot = {
			.ranges = (const unsigned char *)&row[i],
			.range_count = 1,
			.range_stride = 24,
			.phys_bits = 40,
			.framebuffer = { .base = 16 * MiB,
			                 .pitch = 4096,
			                 .height = 256 },
		};

		CHECK((framebuffer_fault(&boot) == NULL) == row[i].fits);
		boot.framebuffer.base = TiB - MiB;
		boot.range_count = 0;
		CHECK(framebuffer_fault(&boot) == NULL);
		boot.framebuffer.base++;
		CHECK(framebuffer_fault(&boot) != NULL);
	}
}
