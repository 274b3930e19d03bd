"""Bochs's configuration and debugger script for the machine we want.

Both are generated for each run, into a directory in which Bochs then works:
so no path in them can hold a space or a comma.  Its debugger is always on:
the script loads the kernel's symbols and lets the machine run.

Source: Bochs User Manual, "The configuration file bochsrc" and "Using the
Bochs internal debugger".
"""
import os
import re
import shutil
import subprocess

from image import image
from qemu import memory_bytes
from reader import demand_display
from trouble import Trouble

BIOS_DIRECTORIES = ["/usr/share/bochs", "/usr/local/share/bochs",
                    "/opt/homebrew/share/bochs"]
VGA_BIOSES = ["VGABIOS-lgpl-latest", "VGABIOS-lgpl-latest.bin"]
ENDED_WELL = "Shutdown port: shutdown requested"
MEM_LEAST = 3 << 20
MEM_MOST = 3 << 30

# 20 million instructions a second of the machine's own time: timers of BIOS
# and GRUB then cost few instructions, and lesson 1 is there in a second.
BOCHSRC = """\
config_interface: textconfig
display_library: %(display)s
cpu: model=%(cpu)s, ips=20000000, reset_on_triple_fault=0
memory: guest=%(mem)d, host=%(host)d
romimage: file="%(bios)s"
vgaromimage: file="%(vga)s"
ata0-master: type=cdrom, path=kernel.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=/dev/stdout
port_e9_hack: enabled=%(debug)d
magic_break: enabled=%(debug)d
clock: sync=none
plugin_ctrl: speaker=0
panic: action=fatal
error: action=report
info: action=ignore
debug: action=ignore
log: bochs.log
"""


def find_bochs(wanted):
    """Path of the emulator."""
    name = wanted or os.environ.get("BOCHS") or "bochs"
    path = shutil.which(name)
    if path is None:
        raise Trouble("Bochs (%s) is missing; make doctor says what to "
                      "install" % name)
    return path


def find_bios(names):
    """Path of the first of these files."""
    for directory in BIOS_DIRECTORIES:
        for name in names:
            path = os.path.join(directory, name)
            if os.path.exists(path):
                return path
    raise Trouble("Bochs's %s is missing; make doctor says what to install"
                  % names[0])


def megabytes(options):
    """The machine's memory, as Bochs counts it."""
    total = memory_bytes(options.mem)
    if total % (1 << 20) or not MEM_LEAST <= total <= MEM_MOST:
        raise Trouble("MEM=%s: Bochs takes whole MiB, from 3M to 3G"
                      % options.mem)
    return total >> 20


def display(options):
    """What shows the machine's screen."""
    if not options.gui:
        return "sdl2"
    demand_display()
    return 'sdl2, options="gui_debug"'


def symbols(kernel):
    """Lines of address and name, for ldsym.

    Of two that share a name, main.c's is the one that the reader means.
    """
    program = os.environ.get("CROSS_COMPILE", "") + "readelf"
    done = subprocess.run([program, "-sW", kernel], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    address, file = {}, ""
    for line in done.stdout.decode().splitlines():
        row = line.split()
        if len(row) != 8 or not row[1].startswith(("ffffffff", "0000")):
            continue
        if row[3] == "FILE":
            file = row[7]
        elif row[1].startswith("ffffffff") and row[3] != "SECTION":
            if file.endswith("main.c") or row[7] not in address:
                address[row[7]] = row[1]
    return "".join("%s %s\n" % (value, name)
                   for name, value in address.items())


def write(directory, name, text):
    """Make one of Bochs's files."""
    with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
        file.write(text)


def prepare(options, words, directory, debug):
    """Fill the directory with all that Bochs needs."""
    if options.uefi or options.boot == "pvh":
        raise Trouble("Bochs starts kernels by BIOS and GRUB: leave UEFI=1 "
                      "and BOOT=pvh away")
    size = megabytes(options)
    os.makedirs(directory, exist_ok=True)
    path = image(options.kernel, words, options.grub, options.module)
    shutil.copy(path, os.path.join(directory, "kernel.iso"))
    write(directory, "bochsrc", BOCHSRC % {
        "display": display(options), "mem": size, "host": min(size, 1024),
        "cpu": options.cpu or "corei7_haswell_4770", "debug": debug,
        "bios": find_bios(["BIOS-bochs-latest"]),
        "vga": find_bios(VGA_BIOSES)})
    write(directory, "bochs.log", "")  # not that of the run before
    write(directory, "symbols", symbols(options.kernel) if debug else "")
    write(directory, "rc", 'ldsym global "symbols"\nc\n' if debug else "c\n")


def demand_good_end(directory, cpu=""):
    """Say why Bochs has ended, where it ended itself: its screen does not."""
    for name in "bochs.err", "bochs.log":
        try:
            with open(os.path.join(directory, name), encoding="utf-8",
                      errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        why = re.search(r"exiting with the following message:\n(?:\[.*\] *)?"
                        r"(.*)", text)
        if why and ENDED_WELL not in text:
            raise Trouble("Bochs ended: %s; all that it said is in %s%s" % (
                why.group(1).strip(),
                os.path.join(os.path.relpath(directory), name),
                "; bochs --help cpu lists what CPU= may be" if cpu else ""))


def environment(options):
    """Variables for Bochs: without a window unless one is asked for."""
    variables = dict(os.environ)
    if not options.gui:
        variables.update(SDL_VIDEODRIVER="dummy", SDL_AUDIODRIVER="dummy")
    return variables


def bochs_command(options):
    """The command, to be run in the prepared directory."""
    return [find_bochs(options.bochs), "-q", "-f", "bochsrc", "-rc", "rc"]
