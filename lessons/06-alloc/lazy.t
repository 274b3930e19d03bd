# Lesson 6 on a machine whose user area is left in runs: TAP for prove.
cd "$(dirname "$0")/../.." || exit 1
. common/host/tap.sh
report=$(mktemp) || exit 1
trap 'rm -f "$report"' EXIT

python3 common/emu/boot.py run "${KERNEL:-build/kernel}/lesson-6.elf" --mem 20G \
	--cmdline lazy --once > "$report" 2>&1
point $? 'with 20 GiB and the word lazy all checks hold'
left=$(awk '/^merge: left in runs/ { print $7 }' "$report" | uniq | xargs)
test "$left" = '1572864 1310720'
point $? "the user area is left in runs, and 1 GiB of it is asked for: $left"
grep -q '^workout: 0 pages held, and the others are one again' "$report"
point $? 'pages out of runs come back as blocks'
echo "1..$number"
