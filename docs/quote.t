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
