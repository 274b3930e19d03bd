# All sets of free pages (common/host/exhaust_merge.c): TAP for prove.
cd "$(dirname "$0")/../.." || exit 1
program=${FAST:-build/fast}/exhaust_merge

result=$($program "${PAGES:-16}")
status=$?
echo "$result" | grep '^#'
test $status -eq 0 || printf 'not '
echo 'ok 1 each set of free pages is in its largest aligned blocks'
$program --bug | grep -q '^not ok' || printf 'not '
echo 'ok 2 a judge that is wrong is found out'
echo '1..2'
