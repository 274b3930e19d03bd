"""A stick from which a real PC starts the lesson, by BIOS or UEFI.

Writing to the wrong disk is the worst that this project could do to anybody.
So we write only to a whole disk that is removable or on USB, that nothing has
mounted or holds, that the kernel gives to us alone (O_EXCL), and whose name
the reader has typed twice.

Source: Linux "Documentation/ABI/stable/sysfs-block"; open(2), "O_EXCL".
"""
import os
import stat
import sys

from reader import stem
from stick import stick
from trouble import Trouble

BLOCK_BYTES = 1 << 20
SECTOR_BYTES = 512  # the unit of sysfs, whatever the disk's own is


def read_line(*path):
    """The first line of a file of sysfs, or ""."""
    try:
        with open(os.path.join(*path), encoding="utf-8") as file:
            return file.readline().strip()
    except OSError:
        return ""


class Disk:
    """What the system knows of a disk."""

    def __init__(self, name, sys_root="/sys", proc_root="/proc"):
        self.name = name
        self.proc_root = proc_root
        self.path = os.path.join(sys_root, "block", name)
        self.exists = os.path.isdir(self.path)
        if not self.exists:
            return
        self.bytes = int(read_line(self.path, "size") or 0) * SECTOR_BYTES
        self.read_only = read_line(self.path, "ro") == "1"
        self.removable = read_line(self.path, "removable") == "1" or \
            "/usb" in os.path.realpath(self.path)
        self.model = " ".join([
            read_line(self.path, "device", "vendor"),
            read_line(self.path, "device", "model")]).strip() or "no name"

    def parts(self):
        """Names of the disk and of its partitions."""
        return [self.name] + [
            entry for entry in os.listdir(self.path)
            if os.path.exists(os.path.join(self.path, entry, "partition"))]

    def users(self):
        """Who uses it: places where it is mounted, swap, other devices."""
        parts = self.parts()
        found = []
        for table in "mounts", "swaps":
            try:
                with open(os.path.join(self.proc_root, table),
                          encoding="utf-8") as file:
                    rows = [line.split() for line in file]
            except OSError:
                rows = []
            found += [row[1] if table == "mounts" else "swap" for row in rows
                      if row and os.path.basename(
                          os.path.realpath(row[0])) in parts]
        for part in parts:
            holders = os.path.join(
                self.path, *([part] if part != self.name else []), "holders")
            if os.path.isdir(holders):
                found += os.listdir(holders)
        return found

    def describe(self):
        """In words."""
        return "%s: %s, %.1f GB" % (self.name, self.model, self.bytes / 1e9)

    def refusal(self, image_bytes):
        """None, or why we do not write to it."""
        if not self.exists:
            return "is no whole disk: name the disk and not a partition"
        if not self.removable:
            return "is neither removable nor on USB"
        users = self.users()
        if users:
            return "is in use (%s): unmount it first" % ", ".join(users)
        if self.read_only:
            return "is read-only"
        if self.bytes < image_bytes:
            return "is too small: the image has %d bytes" % image_bytes
        return None


def candidates(sys_root="/sys", proc_root="/proc"):
    """Disks that we would write to."""
    directory = os.path.join(sys_root, "block")
    names = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
    disks = [Disk(name, sys_root, proc_root) for name in names]
    return [disk for disk in disks if disk.refusal(1) is None]


def ask(disk):
    """Let the reader type the disk's name; anything else ends it."""
    if not sys.stdin.isatty():
        raise Trouble("usb asks before it writes, and standard input is no "
                      "terminal")
    print("usb: all that is on %s will be lost." % disk.describe())
    try:
        answer = input("usb: type %s to write, anything else not to: "
                       % disk.name)
    except (EOFError, KeyboardInterrupt):
        answer = ""
    if answer.strip() not in (disk.name, "/dev/" + disk.name):
        raise Trouble("nothing was written")


def write(source, target):
    """Copy the image; target is opened for us alone."""
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_EXCL)
    except PermissionError as error:
        raise Trouble("%s is not yours to write: try sudo make ..."
                      % target) from error
    except OSError as error:
        raise Trouble("%s: %s" % (target, error.strerror)) from error
    with open(source, "rb") as image, open(descriptor, "wb") as disk:
        while True:
            block = image.read(BLOCK_BYTES)
            if not block:
                break
            disk.write(block)
        disk.flush()
        os.fsync(disk.fileno())


def device_of(path):
    """The disk behind a path such as /dev/sdb or /dev/disk/by-id/..."""
    real = os.path.realpath(path)
    try:
        mode = os.stat(real).st_mode
    except OSError as error:
        raise Trouble("DEV=%s: %s" % (path, error.strerror)) from error
    if not stat.S_ISBLK(mode):
        raise Trouble("DEV=%s is no disk" % path)
    return Disk(os.path.basename(real)), real


def demand(disk, path, image_bytes):
    """End it if the disk, where one is named, is not for us to write."""
    refusal = disk.refusal(image_bytes) if disk else None
    if refusal is not None:
        raise Trouble("DEV=%s %s" % (path, refusal))


def command_usb(options):
    """Make the image; write it if a disk is named and the reader agrees."""
    disk, real = device_of(options.dev) if options.dev else (None, "")
    demand(disk, options.dev, 1)
    path = stick(options.kernel, options.cmdline.split())
    image_bytes = os.path.getsize(path)
    print("usb: %s starts by BIOS and by UEFI: %s, %.1f MB" % (
        stem(options.kernel), path, image_bytes / 1e6))
    if not options.dev:
        found = candidates()
        print("usb: to write it to a stick, add DEV=/dev/sdX; %s" % (
            "here that could be:" if found else "there is none here now"))
        for disk in found:
            print("usb:   DEV=/dev/%s" % disk.describe())
        return 0
    demand(disk, options.dev, image_bytes)
    ask(disk)
    write(path, real)
    print("usb: written; start the PC from it, the kernel's text is on its "
          "screen and on its first serial port")
    return 0
