# Blocks of multiboot2 loaders (common/host/exhaust_boot.c): TAP for prove.
# Here each 65th block of three tags; `make test-all` tries each.
cd "$(dirname "$0")/../.." || exit 1
program=${FAST:-build/fast}/exhaust_boot
number=1

result=$($program "${SHARE:-65}")
status=$?
echo "$result" | grep -E '^(#|not ok)' | sed 's/^not ok/# not ok/'
test $status -eq 0 || printf 'not '
echo 'ok 1 cut, changed and made-up blocks are read as a slow reader does'

# caught BUG SENTENCE: it is found, and for this reason.
caught() {
	number=$((number + 1))
	$program --bug "$1" | grep -q "^not ok.*$2" || printf 'not '
	echo "ok $number a mistake of the kind '$1' is found"
}

caught behind 'a byte beside the block is read'
caught accept "the status is the slow reader's"
caught touch 'a refused block changes nothing'
echo "1..$number"
