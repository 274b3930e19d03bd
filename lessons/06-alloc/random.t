# Random operations beside models (common/host/random.h): TAP for prove.  Ten
# million in all; OPERATIONS=1000000000 makes it a thousand million.  A mistake
# that is built in must be found, made short, and found again by its moves.
cd "$(dirname "$0")/../.." || exit 1
. common/host/tap.sh
program=${FAST:-build/fast}/random
small=${SMALL:-build/small}/random
operations=${OPERATIONS:-10000000}

# play GAME PERCENT [PROGRAM]: so many of the operations.
play() {
	result=$(${3:-$program} "$1" --operations $((operations / 100 * $2)) \
		--seed "${SEED:-1}")
	status=$?
	echo "$result" | grep '^#'
	point $status "$1${3:+, groups of four}: the model agrees after each operation"
}

# find GAME BUG: within ten moves.
find() {
	result=$($program "$1" --bug "$2")
	moves=$(echo "$result" | sed -n 's/.*--replay //p')
	$program "$1" --bug "$2" --replay "$moves" | grep -q '^not ok' &&
		$program "$1" --replay "$moves" | grep -q '^ok' &&
		[ "$(echo "$moves" | tr ',' '\n' | wc -l)" -le 10 ]
	point $? "$1: a mistake of the kind '$2' is found and made short"
}

play pages 15
play areas 5
play pages 50 "$small"
play areas 10 "$small"
play objects 3
play objects 3 "$small"
play zones 4
play memm 3
play memm 3 "$small"
play mapped 4
for bug in share touch lost; do find pages $bug; done
for game in objects memm; do
	for bug in twice leak; do find $game $bug; done
done
echo "1..$number"
