# make doctor: each tool, its version and package.  For tools.sh.

# The first number with a dot that the tool $1, at $2, says of itself.
version() {
	case $1 in
	*asan | grub-bios | grub-efi | ovmf | bochs-bios | z3 | *-css) echo - && return ;;
	awk) "$2" -W version ;;
	dot) "$2" -V ;;
	bochs) "$2" --help 2>&1 | sed 's/x86//' ;;
	*) "$2" --version ;;
	esac </dev/null 2>&1 | sed -n \
		's/^[^0-9]*\([0-9][0-9]*\.[0-9][0-9.]*\).*/\1/p' |
		sed -n 1p | grep . || echo -
}

row() {
	printf '%-8s %-19s %-8s %-20s %s\n' "$@"
}

# What the reader types who needs the purposes $1.
goals() {
	case $1 in
	build | run* | image) echo "make lesson N=1 run" ;;
	host | test | test,*) echo "make test" ;;
	llvm) echo "LLVM=1" ;;
	uefi) echo "UEFI=1" ;;
	bench | proofs | coverage | *docs*) echo "make ${1%,*}" ;;
	*) echo "make lesson N=1 $1" ;;
	esac
}

# One tool: $1 name, $2 purposes, $3 packages.
examine() {
	shown=$(command_of "$1")
	case $1 in kernel-* | host-*) shown=$1 ;; esac
	package=$(echo "$1 $2 $3" | packages)
	if works "$1" >/dev/null; then
		path=$(where "$1")
		row ok "$shown" "$(version "$1" "$path")" "$package" "$path"
	else
		row MISSING "$shown" - "$package" "needed for $(goals "$2")"
	fi
}

place() {
	if [ -r /etc/os-release ]; then
		(. /etc/os-release && echo "system   $PRETTY_NAME, $(uname -m)")
	else
		echo "system   $(uname -srm)"
	fi
	case $DISPLAY$WAYLAND_DISPLAY in
	'') echo "display  none: fine, the serial port is the terminal" ;;
	*) echo "display  ${WAYLAND_DISPLAY:-$DISPLAY}" ;;
	esac
	case $PWD in
	*' '*) echo "checkout $PWD (spaces are fine)" ;;
	*) echo "checkout $PWD" ;;
	esac
}

# Git for Windows may have turned the line ends.
line_ends() {
	files=$(find Makefile common lessons -name '*.[chS]' -o -name '*.sh' \
		-o -name '*.py' -o -name '*.ld' -o -name Makefile |
		xargs -I '{}' grep -l "$(printf '\r')$" '{}' | sed -n 1p)
	[ -z "$files" ] && return
	echo "MISTAKE  $files has CRLF line ends.  Save your changes, then:"
	echo "  git config core.autocrlf false && git rm -rq --cached . &&" \
		"git reset --hard"
	return 1
}

doctor() {
	detect
	row '' tool version package path
	table | while read -r tool uses apt dnf pacman brew; do
		case $manager in
		dnf) apt=$dnf ;;
		pacman) apt=$pacman ;;
		brew) apt=$brew ;;
		esac
		examine "$tool" "$uses" "$apt"
	done
	place
	foreign_advice
	line_ends || return 1
	gone=$(missing $DOCS works)
	[ -z "$gone" ] || echo "doctor: the documentation needs more, type:" \
		"$(install_line "$(echo "$gone" | packages)")"
	gone=$(missing $ALL works)
	[ -z "$gone" ] && echo "doctor: everything is here" && return
	echo "doctor: to install what is missing, type: make setup, or"
	echo "  $(install_line "$(echo "$gone" | packages)")"
	[ -z "$(missing $NEEDED works)" ]
}
