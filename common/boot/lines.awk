# objdump --dwarf=decodedline kernel.elf | awk -f lines.awk > lines.S
#
# Which line of which file each piece of a linked kernel's code comes from, as
# the bytes that lines.h describes.  Of several rows for one address the last
# counts; a row that changes nothing is left out.

function number(digits,    i, value) {
	value = 0
	for (i = 1; i <= length(digits); i++)
		value = 16 * value + \
			index("0123456789abcdef", substr(digits, i, 1)) - 1
	return value
}

# A piece begins at `at`, in line `line` of `file`.
function piece(at, file, line,    step) {
	if (file == before_file && line == before_line && !first)
		return
	if (!(file in place)) {
		place[file] = room
		name[names++] = file
		room += length(file) + 1
	}
	step = at - before
	if (first || step > 255)
		printf "\t.byte 0\n\t.long 0x%s\n", low
	else
		printf "\t.byte %d\n", step
	if (!first && file == before_file && line - before_line <= 127 &&
	    line - before_line >= -127)
		printf "\t.byte %d\n", line - before_line
	else
		printf "\t.byte 0x80\n\t.short %d, %d\n", place[file], line
	first = 0
	before = at
	before_file = file
	before_line = line
}

# The row that waited for its address to end.
function flush_row() {
	if (waiting)
		piece(waiting_at, waiting_file, waiting_line)
	waiting = 0
}

BEGIN {
	print "\t.section .symbols.lines, \"a\""
	first = 1
	room = names = 0
}

$3 ~ /^0xffffffff/ {
	at = number(substr($3, 11, 8))
	if (waiting && at != waiting_at)
		flush_row()
	low = substr($3, 11, 8)
	if ($2 == "-") {
		waiting = 0
		print "\t.byte 0\n\t.long 0x" low "\n\t.byte 0x80\n\t.short 0, 0"
		first = 1
		next
	}
	file = $1
	sub(/^.*\//, "", file)
	waiting = 1
	waiting_at = at
	waiting_file = file
	waiting_line = $2
}

END {
	flush_row()
	print "\t.section .symbols.files, \"a\""
	for (i = 0; i < names; i++)
		printf "\t.asciz \"%s\"\n", name[i]
}
