# Make of the drawing in font_ascii.txt what the kernel and the loader need:
# the rows as numbers for font_ascii.c, or, with -v bold=1, a PSF2 font with
# each row drawn once more, one pixel to the right, as escapes for printf(1).
#
# Source: "PC Screen Font" of the kbd project, psf.h.

# The number of the eight pixels from column @first on.
function row_of(line, first,    row, x)
{
	row = 0
	for (x = 0; x < 8; x++)
		row = row * 2 + (substr(line, first + x, 1) == "#")
	return row
}

function bolder(row,    wide, bit)
{
	wide = 0
	for (bit = 128; bit >= 1; bit /= 2) {
		if (int(row / bit) % 2 || int(row / bit / 2) % 2)
			wide += bit
	}
	return wide
}

function put_number(value,    i)
{
	for (i = 0; i < 4; i++) {
		printf "\\%03o", value % 256
		value = int(value / 256)
	}
}

# One of 256 glyphs; what is not drawn is a question mark.
function put_glyph(character,    y)
{
	if (!((character, 0) in rows))
		character = 63
	for (y = 0; y < 16; y++)
		printf "\\%03o", bolder(rows[character, y])
}

function put_font(    i)
{
	printf "\\162\\265\\112\\206" # the magic
	put_number(0)   # version
	put_number(32)  # bytes of this head
	put_number(0)   # no table of Unicode
	put_number(256) # glyphs,
	put_number(16)  # bytes of one,
	put_number(16)  # its height
	put_number(8)   # and width
	for (i = 0; i < 256; i++)
		put_glyph(i)
}

function put_rows(    i, y)
{
	for (i = 32; i < 128; i++) {
		for (y = 0; y < 16; y++)
			printf "%d,", rows[i, y]
		printf "\n"
	}
}

/^[.#]+$/ && length($0) == 64 {
	for (i = 0; i < 8; i++)
		rows[32 + int(lines / 16) * 8 + i, lines % 16] = \
			row_of($0, 1 + 8 * i)
	lines++
}

END {
	if (lines != 12 * 16) {
		print "font.awk: " lines " rows, not 192" > "/dev/stderr"
		exit 1
	}
	if (bold)
		put_font()
	else
		put_rows()
}
