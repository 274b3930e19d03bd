# Lesson 6 gives out all memory, page by page: TAP for prove.  SIZES='4G' more.
cd "$(dirname "$0")/../.." || exit 1
. common/host/tap.sh
report=$(mktemp) || exit 1
trap 'rm -f "$report"' EXIT

# boot MEMORY WORD: the report, with a module that has a page and a bit.
boot() {
	python3 common/emu/boot.py run "${KERNEL:-build/kernel}/lesson-6.elf" --mem "$1" \
		--module README.md --cmdline "$2" --once > "$report" 2>&1
}

for size in ${SIZES:-128M}; do
	boot "$size" all
	status=$?
	free=$(awk '/^occupy: all/ { free = $7 }
		/^page: .* groups of/ { free -= $2 }
		END { print free }' "$report")
	grep "^workout: all $free pages taken" "$report" | sed 's/^/# /'
	test $status -eq 0 &&
		grep -q "^workout: all $free pages taken" "$report" &&
		grep -q '^workout: all pages are back' "$report" &&
		grep -q '^workout: 64 processes came' "$report"
	point $? "$size: all that is free is given out, and nothing else"
done
boot 128M all=forget
grep -q 'workout: page 0x100 belongs to kernel' "$report" &&
	grep -q 'not true that nobody lies in a page' "$report"
point $? "a page of the kernel that is given out is found"
echo "1..$number"
