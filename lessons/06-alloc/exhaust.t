# All states of an arena of 16 pages (common/host/exhaust_pages.c, _runs.c,
# _lists.c and _cache.c): TAP for prove.  `make test-all` tries all of what has
# a share or a smaller arena here.  A mistake that is built in must be found,
# else nothing is proved.
cd "$(dirname "$0")/../.." || exit 1
. common/host/tap.sh
fast=${FAST:-build/fast}
small=${SMALL:-build/small}

# all NAME PROGRAM...: the program's own count stands before the point.
all() {
	name=$1
	shift
	result=$("$@")
	status=$?
	echo "$result" | grep -E '^(#|not ok)' | sed 's/^not ok/# not ok/'
	point $status "$name"
}

# caught PROGRAM BUG: the program must say so.
caught() {
	"$1" --bug "$2" | grep -q '^not ok'
	point $? "a mistake of the kind '$2' is found by ${1##*/}"
}

all 'all calls on blocks in all states' "$fast/exhaust_pages"
all 'all calls on exact counts in all states' "$fast/exhaust_pages" --exact
all 'all exact counts, and all parts of runs' "$fast/exhaust_runs" "${SHARE:-65}"
all 'all orders of all lists' "$fast/exhaust_lists" "${UNITS:-8}"
all 'all states of lists, groups of four and stack on 8 pages' \
	"$small/exhaust_cache"
all 'all bits of all descriptors, in a share of the states' \
	"$fast/exhaust_pages" --flips "${FLIPS:-1000}"
for bug in lost twice touch; do
	caught "$fast/exhaust_pages" $bug
done
caught "$fast/exhaust_runs" short
for bug in order lost touch; do
	caught "$fast/exhaust_lists" $bug
done
for bug in lost touch; do
	caught "$small/exhaust_cache" $bug
done
echo "1..$number"
