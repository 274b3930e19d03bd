#!/bin/sh
# What the tests on the host reach of the stages and of the loader's parsers.
#
#   sh common/host/coverage.sh TEST-SOURCE... -- DRIVER-SOURCE...
#
# `make coverage` names the sources: of all unit tests, and of the stages that
# each exhaustive program is linked with.  Prints lines, branches and (clang 18
# or newer) MC/DC of each file; build/coverage/html/ shows them in the code.
#
# Source: Clang, "Source-based Code Coverage".
cd "$(dirname "$0")/../.." || exit 1
work=build/coverage
mcdc=
llvm=
for version in -21 -20 -19 -18; do
	if command -v clang$version llvm-cov$version >/dev/null; then
		llvm=$version
		mcdc=-fcoverage-mcdc
		break
	fi
done
mkdir -p $work && rm -f $work/*.profraw

# build NAME SOURCE...: a program that counts.  -O0, so that nothing is merged.
build() {
	name=$1
	shift
	clang$llvm -std=c11 -O0 -g -fprofile-instr-generate \
		-fcoverage-mapping $mcdc -Icommon/include \
		$(printf ' -I%s' lessons/*/) "$@" -o "$work/$name"
}

# run NAME ARGUMENT...: its counts are added to those of other runs.
run() {
	name=$1
	shift
	LLVM_PROFILE_FILE=$work/%p.profraw "$work/$name" "$@" \
		>$work/log || { cat $work/log; exit 1; }
}

tests=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	tests="$tests $1"
	shift
done
shift
build tests $tests && run tests || exit 1
build exhaust_pages common/host/exhaust_pages.c common/host/exhaust.c "$@" &&
	run exhaust_pages && run exhaust_pages --exact || exit 1
build exhaust_merge common/host/exhaust_merge.c "$@" &&
	run exhaust_merge 12 || exit 1
build exhaust_e820 common/host/exhaust_e820.c "$@" &&
	run exhaust_e820 0 4096 && run exhaust_e820 0xffffffffffffc000 4096 ||
	exit 1

# Only what is judged: tests, benchmarks and the host's own files are not.
judged=$(echo "$tests" | tr ' ' '\n' | grep -E '^(lessons|common/boot)/' |
	grep -v -E '_test\.c$|_bench\.c$|workout|occupy_break')
headers=$(ls lessons/*/*.h | grep -v -E 'test|bench|work')
objects=$(printf ' -object %s' $work/exhaust_pages $work/exhaust_merge \
	$work/exhaust_e820)
llvm-profdata$llvm merge $work/*.profraw -o $work/all.profdata || exit 1
llvm-cov$llvm report $work/tests $objects ${mcdc:+-show-mcdc-summary} \
	-instr-profile $work/all.profdata $judged $headers >$work/report || exit 1
llvm-cov$llvm show $work/tests $objects -format html -show-branches=count \
	${mcdc:+-show-mcdc} -instr-profile $work/all.profdata \
	-output-dir $work/html $judged $headers || exit 1

# Of each group of three columns (all, missed, per cent): reached of all.
awk -v mcdc="$mcdc" '
	NR == 1 { printf "%-36s %12s %12s %12s\n", "file", "lines", "branches",
		mcdc ? "MC/DC" : "" }
	$2 ~ /^[0-9]+$/ {
		printf "%-36s %5d/%-6d %5d/%-6d", $1, $8 - $9, $8, $11 - $12, $11
		if (mcdc) printf " %5d/%-6d", $14 - $15, $14
		print ""
	}' $work/report
[ -n "$mcdc" ] || echo "MC/DC needs clang 18 or newer (Debian: clang-19 llvm-19)"
