# All text quotes what is there, and quote.py can tell when it does not: TAP.
cd "$(dirname "$0")/.." || exit 1
. common/host/tap.sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
text=$work/text.md

# says TEXT WORDS NAME: the text fails, with these words.
says() {
	printf '%s\n' "$1" > "$text"
	if python3 docs/quote.py --check "$text" > "$work/said"; then
		false
	else
		grep -qF "$2" "$work/said"
	fi
	point $? "$3"
}

printf 'alpha\nbeta\n' > "$work/a.c"
says '[a](a.c#L1 "/^beta/")' stale 'a link to the wrong line is stale'
says '[a](a.c#L1 "/^gamma/")' 'no line matches' 'a line that is gone is named'
says '[a](b.c)' 'b.c, which is not there' 'a link to nothing is named'
says '[a](#the-end)' 'has no such heading' 'a link to no heading is named'
says '<!-- quote a.c /alpha/ -->' stale 'a quotation that is missing is stale'
says '<!-- quote b.c /alpha/ -->' 'b.c: there is no such file' \
	'a file that is gone is named'

says 'It has 2 legs. <!-- says a.c /cat (\d)/ has {a} legs -->' \
	'a.c: nothing matches /cat' 'a number that is gone is named'
printf 'cat 4\ndog 1,024\n' > "$work/a.c"
says 'It has 2
legs. <!-- says a.c /cat (\d)/ has {a} legs -->' stale \
	'a number that is another is stale'
says 'It had 4 legs. <!-- says a.c /cat (\d)/ has {a} legs -->' \
	'it says 0 times: has {a} legs' 'a number that is not told is named'
says 'Cats have 4 legs, dogs have 4 legs. <!-- says a.c /t (.)/ {a} legs -->' \
	'it says 2 times' 'a number that is told twice is named'
printf '2 and\n3.0 and 7. <!-- says a.c /(4).*g (.*)/ {a} and {b/a:,.1f} and {b:.0f} -->\n' \
	> "$text"
python3 docs/quote.py "$text" > "$work/said" &&
	python3 docs/quote.py --check "$text" > "$work/said" &&
	grep -qx '4 and' "$text" && grep -q '^256.0 and 1024[.]' "$text"
point $? 'numbers are renewed'
printf 'alpha\nbeta\n' > "$work/a.c"

printf '# The *end*\n[a](#the-end)\n' > "$text"
python3 docs/quote.py --check "$text" > "$work/said"
point $? 'a link to a heading is followed'

printf '<!-- quote $(printf "1 x\\n2 y\\n") /1/ /2/ -->\n[a](a.c#L1 "/be/")\n' \
	> "$text"
python3 docs/quote.py "$text" > "$work/said" &&
	python3 docs/quote.py --check "$text" > "$work/said" &&
	grep -qF 'a.c#L2' "$text" && grep -qx '2 y' "$text"
point $? 'what is stale is renewed'

python3 docs/quote.py --check > "$work/said"
all=$?
grep "^#" "$work/said"
point $all 'all text quotes what is there'
echo "1..$number"
