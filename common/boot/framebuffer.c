/**
 * @file
 * See framebuffer.h.
 */
#include "framebuffer.h"

#include "framebuffer_strip.h"
#include "layout.h"
#include "phys.h"

static struct text screen;
static bool        present;

/* A range may end at 2^64, or wrap. */
static bool touches(struct boot_range range, paddr_t base, paddr_t end)
{
	return range.bytes > 0 && range.base < end &&
	       (base < range.base || base - range.base < range.bytes);
}

const char *framebuffer_fault(const struct boot_info *boot)
{
	const struct boot_framebuffer *f = &boot->framebuffer;
	paddr_t end = f->base + (uint64_t)f->pitch * f->height;

	if (boot->phys_bits < 64 && (end - 1) >> boot->phys_bits != 0)
		return "it lies where this CPU does not reach";
	for (uint32_t i = 0; i < boot->range_count; i++) {
		struct boot_range range = boot_info_range(boot, i);

		if (range.type == BOOT_RAM && touches(range, f->base, end))
			return "it lies in RAM that the map gives away";
	}
	return NULL;
}

static struct font choose_font(const struct boot_info *boot)
{
	struct font font = font_ascii();

	for (uint32_t i = 0; i < boot->module_count; i++) {
		const struct boot_module *m = &boot->module[i];
		uint64_t                  bytes = m->end - m->base;

		if (m->end <= DIRECT_GIB_ALWAYS * GiB &&
		    font_parse(&font, phys_to_virt(m->base, bytes), bytes) ==
		            FONT_OK)
			break;
	}
	return font;
}

/* What the CPU combines before it writes must not wait for the next line:
 * this may be the last. */
static void drain(void)
{
	__asm__ volatile("sfence" : : : "memory");
}

static void show_strip(const struct strip *strip)
{
	panel_add(&screen, strip);
	drain();
}

const char *framebuffer_init(const struct boot_info *boot)
{
	const struct boot_framebuffer *f = &boot->framebuffer;
	uint64_t                       bytes = (uint64_t)f->pitch * f->height;
	struct picture                 picture = { .pitch = f->pitch,
		                                   .width = f->width,
		                                   .height = f->height,
		                                   .bytes = f->bits / 8 };
	const char                    *fault;

	if (f->width == 0)
		return NULL;
	fault = framebuffer_fault(boot);
	if (fault != NULL)
		return fault;
	picture.memory = framebuffer_map(f->base, bytes);
	present = text_init(&screen, picture, f, choose_font(boot));
	if (!present)
		return "it is smaller than a character";
	if (panel_columns(&screen) > 0)
		console_strip_to(show_strip, panel_columns(&screen));
	return NULL;
}

void framebuffer_write(const char *text, size_t bytes)
{
	if (!present)
		return;
	text_write(&screen, text, bytes);
	drain();
}
