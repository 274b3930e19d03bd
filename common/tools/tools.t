# What tools.sh says where something is wrong: TAP for prove.
cd "$(dirname "$0")" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

# point NAME COMMAND...: the command must fail and its words hold $wanted.
point() {
	name=$1
	shift
	number=$((number + 1))
	if ! "$@" > "$work/said" 2>&1 && grep -q -e "$wanted" "$work/said"; then
		echo "ok $number $name"
	else
		echo "not ok $number $name"
		sed 's/^/# /; 20q' "$work/said"
	fi
}

for file in *.sh; do
	awk '{ printf "%s\r\n", $0 }' "$file" > "$work/$file"
done
wanted='^  git config core.autocrlf false'
for word in doctor setup 'need run'; do
	point "CRLF line ends are named by $word" sh "$work/tools.sh" $word
done
wanted='^make: run needs /none/qemu, which is missing'
point 'a missing QEMU is named' env QEMU=/none/qemu sh tools.sh need run
wanted='^Install it: '
point 'and what to type' env QEMU=/none/qemu sh tools.sh need run
wanted='^make: bochs needs /none/bochs, which is missing'
point 'a missing Bochs is named' env BOCHS=/none/bochs sh tools.sh need bochs
wanted='^make: build needs none-gcc, which is missing'
point 'a missing compiler is named' \
	env CROSS_COMPILE=none- sh tools.sh need build
echo "1..$number"
