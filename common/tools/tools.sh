#!/bin/sh
# The tools that Pagewise needs: which there are, and which package has them.
#
#   sh common/tools/tools.sh setup       install what is missing (Debian,
#                                        Ubuntu), or say what to type
#   sh common/tools/tools.sh need run    silent when that can be done here;
#                                        build image run test host bochs
#                                        debug uefi bench proofs coverage
#                                        docs docs-pdf test-docs
#   sh common/tools/tools.sh doctor      every tool, version and package
#
# CROSS_COMPILE, LLVM, QEMU, BOCHS, GDB, BOOT and UEFI are looked at as
# in the Makefile.  `need` runs before each command, so it starts almost no
# program; `setup` and `doctor` look closely.
#
# With CRLF line ends the shell dies at some line below.  This one works, since
# what ends it is in a comment.
grep -q "$(printf '\r')" "$0" && . "${0%/*}/crlf.sh" #

# What is not in NEEDED is not needed to begin.  What the documentation is
# made with is large, and setup leaves it out, but for Doxygen: a test asks it
# whether all public names are documented.
ALL=build,host,run,image,test,llvm,debug,bochs,uefi,bench,proofs,coverage,names
NEEDED=build,host,run,image,test
DOCS=docs,docs-pdf,test-docs

# Tool, purposes, packages of Debian, Fedora, Arch and Homebrew; a comma
# stands between two, '-' is none.
table() {
	cat <<'EOF'
kernel-cc     build       gcc,libc6-dev gcc gcc x86_64-elf-gcc
kernel-ld     build       binutils binutils binutils x86_64-elf-binutils
kernel-nm     build       binutils binutils binutils x86_64-elf-binutils
objcopy       build       binutils binutils binutils x86_64-elf-binutils
awk           build       mawk gawk gawk -
make          build       make make make make
host-cc       host        gcc,libc6-dev gcc gcc -
host-asan     host        gcc,libc6-dev libasan,libubsan gcc -
python3       run,bochs   python3 python3 python python
qemu          run         qemu-system-x86 qemu-system-x86-core qemu-system-x86 qemu
mkrescue      image       grub-common grub2-tools-extra grub -
grub-bios     image       grub-pc-bin grub2-pc-modules grub -
xorriso       image       xorriso xorriso libisoburn xorriso
mformat       image       mtools mtools mtools mtools
prove         test        perl perl-Test-Harness perl perl
clang         test,llvm   clang clang clang llvm
clang-asan    test        CLANG_RT compiler-rt compiler-rt llvm
ld.lld        llvm        lld lld lld lld
gdb           debug       gdb gdb gdb x86_64-elf-gdb
bochs         bochs       bochs,bochs-sdl bochs bochs bochs
bochs-bios    bochs       bochsbios,vgabios bochs-bios,vgabios bochs bochs
ovmf          uefi        ovmf edk2-ovmf edk2-ovmf qemu
grub-efi      uefi        grub-efi-amd64-bin grub2-efi-x64-modules grub -
valgrind      bench       valgrind valgrind-devel,valgrind valgrind -
z3            proofs      python3-z3 python3-z3 python-z3-solver -
llvm-cov      coverage    clang-19,llvm-19 clang,llvm clang,llvm llvm
doxygen       docs,names  doxygen doxygen doxygen doxygen
dot           docs        graphviz graphviz graphviz graphviz
doxygen-css   docs        doxygen-awesome-css doxygen-awesome-css - -
pandoc        docs-pdf    pandoc pandoc pandoc-cli pandoc
weasyprint    docs-pdf    weasyprint,fonts-liberation weasyprint python-weasyprint weasyprint
chromium      test-docs   chromium chromium chromium chromium
EOF
}

# Whether this machine's own gcc cannot make our kernel.
foreign() {
	case $(uname -s -m) in
	'Linux x86_64' | 'Linux amd64') return 1 ;;
	esac
}

# --- What is there ----------------------------------------------------------

has() {
	command -v "$1" >/dev/null 2>&1
}

# The theme of the documentation.
doxygen_css() {
	first_file "${AWESOME_CSS:-/usr/share/doxygen-awesome-css}/doxygen-awesome.css"
}

# Path of a directory of GRUB's modules for the platform $1.
grub_directory() {
	for d in /usr/lib/grub /usr/local/lib/grub /usr/lib/grub2; do
		[ -d "$d/$1" ] && echo "$d/$1" && return
	done
	return 1
}

# The first of these files that there is.
first_file() {
	for f; do
		[ -e "$f" ] && echo "$f" && return
	done
	return 1
}

ovmf_file() {
	first_file /usr/share/ovmf/OVMF.fd /usr/share/edk2/x64/OVMF.4m.fd \
		/usr/share/edk2-ovmf/x64/OVMF.fd /usr/share/edk2/ovmf/OVMF.fd
}

bochs_bios() {
	first_file /usr/share/bochs/BIOS-bochs-latest \
		/usr/local/share/bochs/BIOS-bochs-latest \
		/opt/homebrew/share/bochs/BIOS-bochs-latest
}

# A guess, because clang itself takes long to answer; works() asks it.
clang_asan() {
	first_file /usr/lib/llvm-*/lib/clang/*/lib/*/libclang_rt.asan*x86_64.a \
		/usr/lib/llvm-*/lib/clang/*/lib/*/libclang_rt.asan.a \
		/usr/lib*/clang/*/lib/*/libclang_rt.asan*.a || sanitizes clang
}

# A python3 that knows z3; Debian's packages are known to Debian's.
python_z3() {
	for p in python3 /usr/bin/python3; do
		"$p" -c 'import z3' && echo "$p" && return
	done
	return 1
}

# MC/DC needs version 18 or newer, with clang of the same version.
llvm_cov() {
	for v in -21 -20 -19 -18 ''; do
		has "clang$v" && has "llvm-cov$v" || continue
		case $("llvm-cov$v" --version) in
		*version\ [1-9].* | *version\ 1[0-7].*) continue ;;
		esac
		command -v "llvm-cov$v" && return
	done
	return 1
}

# The command that the tool $1 is, by the reader's variables.
command_of() {
	case $1 in
	kernel-cc) [ -n "$LLVM" ] && echo clang || echo "${CROSS_COMPILE}gcc" ;;
	kernel-ld) [ -n "$LLVM" ] && echo ld.lld || echo "${CROSS_COMPILE}ld" ;;
	kernel-nm) echo "${CROSS_COMPILE}nm" ;;
	objcopy) echo "${CROSS_COMPILE}objcopy" ;;
	host-cc) [ -n "$LLVM" ] && echo clang || echo gcc ;;
	qemu) echo "${QEMU:-qemu-system-x86_64}" ;;
	gdb) echo "${GDB:-gdb}" ;;
	bochs) echo "${BOCHS:-bochs}" ;;
	mkrescue) has grub2-mkrescue && echo grub2-mkrescue ||
		echo grub-mkrescue ;;
	*) echo "$1" ;;
	esac
}

# Where the tool $1 is; fails where it is not.
where() {
	case $1 in
	grub-bios) grub_directory i386-pc ;;
	grub-efi) grub_directory x86_64-efi ;;
	ovmf) ovmf_file ;;
	bochs-bios) bochs_bios ;;
	host-asan) first_file "$(gcc -print-file-name=libasan.so 2>&1)" ;;
	clang-asan) clang_asan ;;
	z3) python_z3 ;;
	llvm-cov) llvm_cov ;;
	doxygen-css) doxygen_css ;;
	*) command -v "$(command_of "$1")" ;;
	esac 2>/dev/null
}

# Whether the compiler $1 makes programs that check themselves.
sanitizes() {
	out=$(mktemp) || return 1
	echo 'int main(void) { return 0; }' | "$1" -x c - -o "$out" \
		-fsanitize=address,undefined >/dev/null 2>&1
	set -- $?
	rm -f "$out"
	return "$1"
}

# Whether the tool $1 is there and good: a look from close by.
works() {
	where "$1" >/dev/null || return 1
	case $1 in
	python3) python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' ;;
	host-asan) sanitizes gcc ;;
	clang-asan) sanitizes clang ;;
	esac
}

# --- What is missing --------------------------------------------------------

# Whether the lists $1 and $2 (a comma between two words) share a word.
share() {
	case ",$1," in *",${2%%,*},"*) return 0 ;; esac
	[ "$2" != "${2#*,}" ] && share "$1" "${2#*,}"
}

# Name, purpose and package here of each tool that is for one of $1 and for
# which $2 (where: a glance, works: a close look) fails.
missing() {
	table | while read -r tool uses apt dnf pacman brew; do
		share "$1" "$uses" || continue
		"$2" "$tool" >/dev/null && continue
		case $manager in
		apt) package=$apt && foreign && package=$(cross "$tool") ;;
		dnf) package=$dnf ;;
		pacman) package=$pacman ;;
		brew) package=$brew ;;
		*) package=$tool ;;
		esac
		echo "$tool $uses $package"
	done
}

# Debian's package of $apt for a processor that is not x86_64.
cross() {
	case $1 in
	kernel-cc) echo gcc-x86-64-linux-gnu ;;
	kernel-*) echo binutils-x86-64-linux-gnu ;;
	*) echo "$apt" ;;
	esac
}

# The sanitizers' package has the version of the clang that it is for.
clang_rt() {
	version=$(clang -dumpversion 2>/dev/null)
	for p in "libclang-rt-${version%%.*}-dev" libclang-rt-dev \
		"libclang-common-${version%%.*}-dev"; do
		[ -n "$(apt-cache show "$p" 2>/dev/null)" ] && echo "$p" &&
			return
	done
	echo libclang-rt-dev
}

# The packages in lines of missing(), each once, in one line.
packages() {
	once=
	while read -r tool uses package; do
		[ "$package" = CLANG_RT ] && package=$(clang_rt)
		for p in $(echo "$package" | tr ',' ' '); do
			case " $once " in *" $p "*) continue ;; esac
			[ "$p" = - ] || once="${once:+$once }$p"
		done
	done
	echo "$once"
}

detect() {
	manager=none
	for m in brew pacman dnf apt-get; do
		has $m && manager=${m%-get}
	done
	root=
	[ "$(id -u)" = 0 ] || root="sudo "
	foreign || return 0
	# There is no GRUB for a BIOS, and gcc has another name.
	ALL=build,host,run,test,llvm,debug,bochs,names
	NEEDED=build,host,run,test
	[ -n "$CROSS_COMPILE" ] && return
	CROSS_COMPILE=x86_64-linux-gnu-
	[ $manager = brew ] && CROSS_COMPILE=x86_64-elf-
}

# What to type to install the packages $1.
install_line() {
	case $manager in
	apt) echo "${root}apt-get update &&" \
		"${root}apt-get install -y --no-install-recommends $1" ;;
	dnf) echo "${root}dnf install -y $1" ;;
	pacman) echo "${root}pacman -S --needed $1" ;;
	brew) echo "brew install $1" ;;
	*) echo "install, by the names that your system has for them: $1" ;;
	esac
}

foreign_advice() {
	foreign || return 0
	echo "This is $(uname -s -m): build with a compiler for x86_64 and" \
		"start without GRUB:"
	echo "  make CROSS_COMPILE=$CROSS_COMPILE BOOT=pvh lesson N=1 run"
}

# --- need -------------------------------------------------------------------

# The purposes that the purpose $1 includes.
purposes() {
	list=$1
	case $1 in
	test) list=test,run,image ;;
	run) list=run,image ;;
	debug) list=debug,run,image ;;
	bochs) list=bochs,image ;;
	uefi) list=uefi,run,image ;;
	test-docs) list=test-docs,docs,test ;;
	esac
	[ "$BOOT" = pvh ] && list=$(echo "$list" | sed 's/,image//')
	[ -n "$UEFI" ] && [ "$1" = run ] && list=$list,uefi
	[ -n "$LLVM" ] && list=$list,llvm
	echo "$list"
}

# Output goes to build/: it must be ours to write, or not be there.
can_write() {
	for d in build build/kernel build/host; do
		[ -d $d ] && [ ! -w $d ] || continue
		echo "make: $d belongs to $(ls -ld $d | awk '{ print $3 }')," \
			"perhaps by sudo make.  Type: sudo rm -r build"
		return 1
	done
	[ -d build ] || [ -w . ] && return
	echo "make: $PWD is not yours to write: copy it to where you may."
	return 1
}

need() {
	can_write >&2 || return
	case $1 in
	build | image | run | test | host | bochs | debug | uefi | bench) ;;
	proofs | coverage | docs | docs-pdf | test-docs) ;;
	*) echo "tools: need what? build image run test host bochs debug" \
		"uefi bench proofs coverage docs docs-pdf test-docs" >&2; return 2 ;;
	esac
	manager=none
	list=$(purposes "$1")
	gone=$(missing "$list" where)
	[ -z "$gone" ] && ! needs_cross "$1" && return 0
	detect
	gone=$(missing "$list" where)
	complain "$1" "$gone" >&2
	return 1
}

# Whether the build would take a compiler that makes other code.
needs_cross() {
	[ "$1" = build ] && [ -z "$CROSS_COMPILE$LLVM" ] && foreign
}

# Purpose $1 cannot be: the lines $2 of missing() are why.
complain() {
	foreign_advice
	[ -z "$2" ] && return
	echo "$2" | while read -r tool _; do
		echo "make: $1 needs $(command_of "$tool"), which is missing."
	done
	echo "Install it: $(install_line "$(echo "$2" | packages)")"
	case $1 in
	*docs*) echo "(make doctor shows all tools)" ;;
	*) echo "or: make setup (make doctor shows all tools)" ;;
	esac
}

case $1 in
setup) . "${0%/*}/setup.sh" && setup ;;
need) need "$2" ;;
doctor) . "${0%/*}/doctor.sh" && doctor ;;
*) echo "usage: tools.sh setup | need PURPOSE | doctor" >&2; exit 2 ;;
esac
