#!/usr/bin/env python3
"""Make a PSF2 font, bolder than the built-in one, of the same drawing.

    font.py common/boot/font_ascii.c build/kernel/font.psf

Each row is drawn once more, one pixel to the right.  The font is a module for
the loader: something real that occupies memory.

Source: "PC Screen Font" of the kbd project, psf.h.
"""
import re
import struct
import sys

FIRST, TOGETHER, HEIGHT = 32, 8, 16
GLYPHS = 256
MAGIC, HEAD = 0x864ab572, 32


def read_drawing(path):
    """{character: its rows, each a number of 8 bits}."""
    with open(path, encoding="ascii") as file:
        lines = re.findall(r'^\t"([.#]{64})",$', file.read(), re.MULTILINE)
    glyphs = {}
    for number, line in enumerate(lines):
        for i in range(TOGETHER):
            pixels = line[8 * i:8 * i + 8]
            row = int(pixels.replace(".", "0").replace("#", "1"), 2)
            character = FIRST + number // HEIGHT * TOGETHER + i
            glyphs.setdefault(character, []).append(row)
    return glyphs


def main(drawing, target):
    """Write the font; characters without a drawing get a question mark."""
    glyphs = read_drawing(drawing)
    if len(glyphs) != 96 or any(len(g) != HEIGHT for g in glyphs.values()):
        sys.exit("font.py: %s does not hold 96 glyphs" % drawing)
    font = struct.pack("<8I", MAGIC, 0, HEAD, 0, GLYPHS, HEIGHT, HEIGHT, 8)
    for character in range(GLYPHS):
        rows = glyphs.get(character, glyphs[ord("?")])
        font += bytes(row | row >> 1 for row in rows)
    with open(target, "wb") as file:
        file.write(font)


if __name__ == "__main__":
    main(*sys.argv[1:])
