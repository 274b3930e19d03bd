# The 84 maps, and files that are none: TAP for prove.  A map must give the
# block of expected.txt; garbage must be named with its line.
cd "$(dirname "$0")/../.." || exit 1
. common/host/tap.sh
replay=${FAST:-build/fast}/lesson-1-replay
maps=lessons/01-e820/maps
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

for map in "$maps"/*.e820; do
	name=$(basename "$map")
	awk -v name="== $name" '/^== / { on = $0 == name; next } on && NF' \
		$maps/expected.txt > "$work/expected"
	$replay "$map" > "$work/result" 2> "$work/errors"
	test -s "$work/expected" && cmp -s "$work/expected" "$work/result"
	point $? "$name gives the expected map"
done

# result FILE-TEXT EXPECTED-TEXT NAME: what a file of that text gives.
result() {
	printf "$1" > "$work/map"
	printf "$2" > "$work/expected"
	$replay "$work/map" > "$work/result" 2>&1
	cmp "$work/expected" "$work/result" ||
		sed 's/^/# got: /' "$work/result"
	point $? "$3"
}

low='entries_in 1 entries_out 1 usable_bytes 654336 usable_pages 159 pages_below_1M 159
0x0000000000000000-0x000000000009fbff usable\n'
result 'Linux version 6.1\n[    0.0] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\r\n[    0.1] user: [mem 0x0-0xfff] usable\n' \
	"$low" 'dmesg of a new kernel: the end is the last byte'
result ' BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)\nMemory: 1k\n' \
	"$low" 'dmesg of an old kernel: the end is one past'
result ' BIOS-e820: 0009fc00 @ 00000000 (usable)\n' \
	"$low" 'dmesg of a very old kernel: length @ start'
result 'BIOS-e820: [mem 0x1000-0x1fff] ACPI data\nBIOS-e820: [mem 0x2000-0x2fff] type 20\nBIOS-e820: [mem 0x3000-0x3fff] persistent (type 12)\n' \
	'entries_in 3 entries_out 3 usable_bytes 0 usable_pages 0 pages_below_1M 0
0x0000000000001000-0x0000000000001fff acpi-data
0x0000000000002000-0x0000000000002fff type-20
0x0000000000003000-0x0000000000003fff type-12\n' \
	'words of Linux for types are understood'
result 'BIOS-e820: [mem 0x1000-0xzz] usable\n' \
	"$work/map:1: cannot be read: \`BIOS-e820: [mem 0xSTART-0xEND] type\` or \`BIOS-e820: START - END (type)\` is expected\n" \
	'garbage in a dmesg is named with its line'
result '# a map\n0x0000-0x0fff usable\n0x1000 usable\n' \
	"$work/map:3: cannot be read: \`0xSTART-0xEND type\` is expected, with a type such as usable, reserved, acpi-data or type-20\n" \
	'garbage in a map file is named with its line'
lost='; where the kernel'"'s log has lost its start, \`sudo journalctl -k -b\` may still have it"
result '' "$work/map:0: the end, and no entry of a memory map$lost\n" \
	'an empty file is named'
result '[ 9.0] usb 1-1: new device\n' \
	"$work/map:1: no line says BIOS-e820 as dmesg does, and this one is not \`0xSTART-0xEND type\`$lost\n" \
	'a log that has lost its start is named'
result '0xfffffffffffff000-0x0000000000000fff usable\n0x1000-0x1fff usable\n' \
	'e820: warning: 1 usable range goes past 2^64: left out
entries_in 2 entries_out 1 usable_bytes 4096 usable_pages 1 pages_below_1M 1
0x0000000000001000-0x0000000000001fff usable\n' \
	'a usable range past 2^64 is named and left out'

$replay "$work/none" 2>&1 | grep -q 'No such file.*; a map is what dmesg' &&
	$replay "$work" 2>&1 | grep -q 'directory; a map is what dmesg'
point $? 'a missing file is named, and a directory'
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "0x%x-0x%x usable\n",
	i * 8192, i * 8192 + 4095; print "0x400-0x43f reserved" }' \
	> "$work/map"
$replay "$work/map" 2>&1 | grep -q \
	'^0x0000000000000400-0x000000000000043f reserved'
point $? '3001 ranges: what is reserved is never left out'
echo "1..$number"
