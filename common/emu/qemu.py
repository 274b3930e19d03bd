"""QEMU's command line for the machine that the reader asks for."""
import os
import re
import shutil
import subprocess
import sys

from image import find_grub, image
from reader import demand_display
from trouble import Trouble

UNITS = {"": 1 << 20, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
MEM_LEAST = 2 << 20
MEM_LEAST_UEFI = 64 << 20
MEM_MOST = 64 << 40

# From here on the host need not have the memory: only touched pages cost.
MEM_SPARSE = 8 << 30

# From here on the address space is tight: with the vendor string of AMD,
# RAM would move above 1 TiB, and PCI's own window would not fit below it.
MEM_TIGHT = 900 << 30

# From here on a CPU with 40 address bits does not reach all of it.
MEM_WIDE = 1020 << 30

# Below that GRUB 2.06 has no room, for itself or for the larger kernels; QEMU
# can load them without it.
MEM_GRUB = 5 << 20

# The kernel writes 0x10 or 0x11 to port 0xf4; the status is twice that, + 1.
STATUS_OK = 33
STATUS_FAILED = 35

FIRMWARE = [
    "/usr/share/ovmf/OVMF.fd",
    "/usr/share/edk2/x64/OVMF.4m.fd",
    "/usr/share/edk2-ovmf/x64/OVMF.fd",
    "/usr/share/edk2/ovmf/OVMF.fd",
]


def memory_bytes(text):
    """Bytes of 128M, 4G, 1T; a number alone is in MiB, as QEMU has it."""
    match = re.fullmatch(r"([0-9]{1,9})([KMGT]?)(i?B)?", text.strip(),
                         re.IGNORECASE)
    if match is None:
        raise Trouble("MEM=%s: say how much memory as 128M or 4G" % text)
    total = int(match.group(1)) * UNITS[match.group(2).upper()]
    if total < MEM_LEAST:
        raise Trouble("MEM=%s: a PC's firmware needs 2M" % text)
    if total > MEM_MOST:
        raise Trouble("MEM=%s: no more than 64T can be emulated" % text)
    return total


def find_qemu(wanted):
    """Path of the emulator."""
    name = wanted or os.environ.get("QEMU") or "qemu-system-x86_64"
    path = shutil.which(name)
    if path is None:
        raise Trouble("QEMU (%s) is missing; make doctor says what to "
                      "install" % name)
    return path


def find_firmware():
    """Path of UEFI firmware that QEMU can start from."""
    for path in FIRMWARE:
        if os.path.exists(path):
            return path
    raise Trouble("UEFI firmware (OVMF) is missing; make doctor says what "
                  "to install")


def lacks_uefi():
    """None, or what is missing to start by UEFI: tests do without."""
    try:
        find_firmware()
        find_grub("x86_64-efi")
    except Trouble as trouble:
        return str(trouble)
    return None


def memory_options(total, machine):
    """(options for so much memory, name of a CPU that reaches it)."""
    host = {"q35": "q35-pcihost", "pc": "i440FX-pcihost"}[machine]
    options = ["-m", "%dk" % (total >> 10)]
    cpu = "max"
    if total > MEM_SPARSE and sys.platform == "linux":
        options += ["-object", "memory-backend-ram,id=m,size=%dk,reserve=off"
                    % (total >> 10), "-machine", "memory-backend=m"]
    if total > MEM_TIGHT:
        options += ["-global", host + ".pci-hole64-size=1G"]
        cpu += ",vendor=GenuineIntel"
    if total > MEM_WIDE:
        cpu += ",phys-bits=52"
    return options, cpu


def screen_options(options):
    """What shows the machine's screen: nothing, or a window."""
    if not options.gui:
        return ["-display", "none"]
    demand_display()
    done = subprocess.run([find_qemu(options.qemu), "-display", "help"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False)
    for window in "gtk", "sdl", "cocoa":
        if window in done.stdout.decode().split():
            return ["-display", window]
    raise Trouble("GUI=1: this QEMU has no window; on Debian and Ubuntu the "
                  "package qemu-system-gui has it")


def kernel_options(options, words):
    """How the kernel comes into the machine."""
    if options.boot == "grub" and memory_bytes(options.mem) < MEM_GRUB:
        print("boot: GRUB needs 5M of memory, so QEMU loads the kernel "
              "(BOOT=pvh)", flush=True)
        options.boot = "pvh"
    if options.boot == "pvh":
        return pvh_options(options, words)
    path = image(options.kernel, words, options.grub, options.module,
                 options.uefi)
    cdrom = ["-cdrom", path]
    return ["-bios", find_firmware()] + cdrom if options.uefi else cdrom


def pvh_options(options, words):
    """QEMU loads the kernel itself, without firmware's or GRUB's help."""
    if options.uefi or options.grub:
        raise Trouble("BOOT=pvh starts the kernel without GRUB and without "
                      "UEFI: leave one of the two away")
    if len(options.module) > 1:
        raise Trouble("BOOT=pvh can load one module, not %d"
                      % len(options.module))
    # An empty CD drive: with one, SeaBIOS keeps a page more for itself, and
    # both ways to boot shall see the same map.
    arguments = ["-kernel", options.kernel, "-append", " ".join(words),
                 "-drive", "if=ide,media=cdrom"]
    for module in options.module:
        arguments += ["-initrd", module]
    return arguments


def acceleration(options):
    """tcg unless asked: a /dev/kvm that exists may still hang."""
    if not options.kvm:
        return "tcg"
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        raise Trouble("KVM=1: /dev/kvm is missing, or not yours to open")
    return "kvm"


def qemu_command(options, words):
    """The whole command, but for where the serial port goes."""
    total = memory_bytes(options.mem)
    if options.uefi and total < MEM_LEAST_UEFI:
        raise Trouble("MEM=%s: UEFI firmware needs 64M" % options.mem)
    memory, cpu = memory_options(total, options.machine)
    return [find_qemu(options.qemu), "-nodefaults", "-no-user-config",
            "-machine", options.machine + ",accel=" + acceleration(options),
            "-cpu", options.cpu or cpu, *memory,
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-no-reboot", "-vga", "std", *screen_options(options),
            *kernel_options(options, words)]
