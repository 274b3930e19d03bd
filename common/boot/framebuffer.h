/**
 * @file
 * The screen of a machine in graphics mode, which UEFI always is: text, and
 * the strips of strip.h above it.
 *
 * Source: "Multiboot2 Specification version 2.0", "Framebuffer info".
 */
#ifndef FRAMEBUFFER_H
#define FRAMEBUFFER_H

#include "boot_info.h"

/**
 * Take the picture that the loader has set up, and clear it.  The font is the
 * first module below 4 GiB that is one, or ours.
 *
 * @param boot  is not changed; modules must stay where they are
 * @return NULL, also where there is no picture; or why it is not used
 */
const char *framebuffer_init(const struct boot_info *boot);

/**
 * Why boot->framebuffer, which is there, must not be drawn on; NULL: it may.
 * Its form has been looked at by the loader's parser, its place has not.
 */
const char *framebuffer_fault(const struct boot_info *boot);

/** Show @p bytes characters; without a screen, nothing. */
void framebuffer_write(const char *text, size_t bytes);

/**
 * Map a picture at FRAMEBUFFER_WINDOW, wherever it lies, so that the CPU
 * gathers what is written into long bursts (write combining).
 *
 * @param base   its first byte, at any address
 * @param bytes  1 to 256 MiB
 */
void *framebuffer_map(paddr_t base, uint64_t bytes);

/** Take away what framebuffer_map() has mapped. */
void framebuffer_unmap(void);

#endif
