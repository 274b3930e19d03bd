# make setup: install what is missing, or say what to type.  For tools.sh.

# Print the line and run it, exactly.
run_line() {
	echo "setup: $1"
	eval "$1"
}

setup_apt() {
	install="${root}env DEBIAN_FRONTEND=noninteractive apt-get install"
	install="$install -y --no-install-recommends"
	if [ -n "$root" ] && ! has sudo; then
		echo "setup: you are not root and there is no sudo; as root, type:"
		echo "  $(root='' && install_line "$1")"
		return 1
	fi
	run_line "${root}apt-get update && $install $1" && return
	set -- "$(missing $NEEDED works | packages)"
	[ -n "$1" ] || return
	echo "setup: that failed; trying without the packages of bochs, debug" \
		"and uefi"
	run_line "$install $1"
}

setup() {
	detect
	gone=$(missing $ALL works)
	if [ -z "$gone" ]; then
		echo "setup: everything is here"
		return 0
	fi
	if [ $manager != apt ]; then
		echo "setup: type this, then go on:"
		echo "  $(install_line "$(echo "$gone" | packages)")"
		foreign_advice
		return 1
	fi
	setup_apt "$(echo "$gone" | packages)" || return 1
	gone=$(missing $ALL works)
	[ -z "$gone" ] && echo "setup: everything is here now" && return
	echo "$gone" | while read -r tool uses _; do
		echo "setup: still missing: $tool (for $uses)"
	done
	[ -z "$(missing $NEEDED works)" ]
}
