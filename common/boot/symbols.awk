# nm -n kernel.elf | awk -f symbols.awk > symbols.S
#
# The functions of a linked kernel as the table that symbols.h describes.  An
# address is copied as text: awk's numbers do not hold 64 bits, and its lower
# eight digits are all that differs.

BEGIN {
	count = 0
	offset = 0
}

$2 ~ /^[TtWw]$/ && $1 ~ /^ffffffff/ {
	low[count] = substr($1, 9)
	name[count++] = $3
}

END {
	print "\t.section .symbols.table, \"a\""
	print "\t.balign 4"
	for (i = 0; i < count; i++) {
		printf "\t.long 0x%s, %d\n", low[i], offset
		offset += length(name[i]) + 1
	}
	print "\t.section .symbols.names, \"a\""
	for (i = 0; i < count; i++)
		printf "\t.asciz \"%s\"\n", name[i]
	print "\t.section .note.GNU-stack, \"\", @progbits"
}
