# All states of an arena of 16 pages (common/host/exhaust_pages.c): TAP for
# prove.  `make test-all` flips bits in each state, here in each 1000th.  A mistake that is built in must be found, else nothing is proved.
cd "$(dirname "$0")/../.." || exit 1
program=build/fast/exhaust_pages
number=0

# point OK? NAME: one line of TAP.
point() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number $2"
	else
		echo "not ok $number $2"
	fi
}

# all NAME OPTION...: the program's own count stands before the point.
all() {
	name=$1
	shift
	result=$($program "$@")
	status=$?
	echo "$result" | grep -E '^(#|not ok)' | sed 's/^not ok/# not ok/'
	point $status "$name"
}

all 'all calls on blocks in all states'
all 'all calls on exact counts in all states' --exact
all 'all bits of all descriptors, in a share of the states' \
	--flips "${FLIPS:-1000}"
for bug in lost twice touch; do
	$program --bug $bug | grep -q '^not ok'
	point $? "a mistake of the kind '$bug' is found"
done
echo "1..$number"
