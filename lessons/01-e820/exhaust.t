# All small memory maps (common/host/exhaust_e820.c): TAP for prove.  Here each
# 64th of them at four places; `make test-all` tries each.
cd "$(dirname "$0")/../.." || exit 1
program=${FAST:-build/fast}/exhaust_e820
share=${SHARE:-64}
number=0

for base in 0 0x100000 0xffffe000 0xffffffffffffc000; do
	number=$((number + 1))
	result=$($program $base $share)
	status=$?
	echo "$result" | grep '^#'
	test $status -eq 0 || printf 'not '
	echo "ok $number all small maps from $base on"
done
$program --bug | grep -q '^not ok' || printf 'not '
echo "ok $((number + 1)) a table that lets the lower type win is found out"
echo "1..$((number + 1))"
