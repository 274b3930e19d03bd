# The claims of common/host/proofs.py, and that a mistake in each is found: TAP
# for prove.
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp) || exit 1
trap 'rm -f "$work"' EXIT

# Debian's z3 is known to Debian's python3; without one, points are skipped.
for python in python3 /usr/bin/python3 python3; do
	$python -c 'import z3' 2>/dev/null && break
done

$python common/host/proofs.py > "$work"
grep -v '^1\.\.' "$work"
tried=$(grep -c '^ok\|^not ok' "$work")
skipped=$(grep -c '# skip' "$work")

$python common/host/proofs.py --bug > "$work"
grep '^ok' "$work" | grep -v '# skip' | sed 's/^ok/# not found:/'
test "$tried" -gt 0 &&
	[ "$(grep -c '^not ok' "$work")" -eq $((tried - skipped)) ] ||
	printf 'not '
echo "ok $((tried + 1)) a mistake in each claim is found"
echo "1..$((tried + 1))"
