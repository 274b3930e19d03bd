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
	env LLVM= CROSS_COMPILE=none- sh tools.sh need build

# As somebody who is not root, in places that are not theirs.
chmod a+rx "$work"
tools=$PWD/tools.sh
as_nobody() {
	cd "$1" || return 0
	setpriv --reuid=65534 --regid=65534 --clear-groups sh "$tools" need run
	set -- $?
	cd "$OLDPWD" && return "$1"
}
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	wanted='is not yours to write: copy it'
	point 'a checkout of somebody else is named' as_nobody "$work"
	mkdir -p "$work/build/kernel"
	wanted='^make: build belongs to root, perhaps by sudo make'
	point 'and the output of sudo make' as_nobody "$work"
fi
echo "1..$number"
