#!/usr/bin/env python3
"""Proves that no disk but a stick is written.

The disks are files of a system that we make up, as sysfs shows them.  Prints
TAP.
"""
import os
import sys
import tempfile

sys.dont_write_bytecode = True

from judge import Tap  # noqa: E402
from trouble import Trouble  # noqa: E402
from usb import Disk, candidates, device_of, write  # noqa: E402

GB = 1 << 30

# Name, what is special, the words of the refusal (None: we would write).
DISKS = [
    ("sdb", {"removable": "1"}, None),
    ("sdc", {"usb": True}, None),
    ("sda", {}, "neither removable nor on USB"),
    ("nvme0n1", {}, "neither removable nor on USB"),
    ("sdd", {"removable": "1", "mounted": "/dev/sdd"}, "in use (/mnt)"),
    ("sde", {"removable": "1", "mounted": "/dev/sde1"}, "in use (/mnt)"),
    ("sdf", {"removable": "1", "swap": "/dev/sdf1"}, "in use (swap)"),
    ("sdg", {"removable": "1", "holder": "dm-0"}, "in use (dm-0)"),
    ("sdh", {"removable": "1", "ro": "1"}, "read-only"),
    ("sdi", {"removable": "1", "size": 1 << 20}, "too small"),
    ("sr0", {"removable": "1", "size": 0}, "too small"),
]


def put(text, *path):
    """Make a file and the directories above it."""
    path = os.path.join(*path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def make_disk(root, name, special):
    """One disk of the made-up system."""
    place = os.path.join(root, "sys", "devices",
                         "usb1" if special.get("usb") else "pci0", name)
    os.makedirs(place)
    os.makedirs(os.path.join(root, "sys", "block"), exist_ok=True)
    os.symlink(place, os.path.join(root, "sys", "block", name))
    put("%d\n" % (special.get("size", 8 * GB) // 512), place, "size")
    put(special.get("removable", "0") + "\n", place, "removable")
    put(special.get("ro", "0") + "\n", place, "ro")
    put("1\n", place, name + "1", "partition")
    if "holder" in special:
        put("", place, name + "1", "holders", special["holder"])
    if "mounted" in special:
        put("%s /mnt vfat rw 0 0\n" % special["mounted"], root, "proc",
            "mounts")
    if "swap" in special:
        put("%s partition 1 0 -2\n" % special["swap"], root, "proc", "swaps")


def judge_disks(tap, root):
    """A point for each disk, and one for the list that readers see."""
    places = os.path.join(root, "sys"), os.path.join(root, "proc")
    for name, special, words in DISKS:
        said = Disk(name, *places).refusal(16 << 20)
        good = said is None if words is None else said and words in said
        tap.point("usb: %s is %s" % (name, words or "written"),
                  None if good else "it says: %s" % said)
    said = Disk("sdb1", *places).refusal(1) or ""
    tap.point("usb: a partition is refused",
              None if "no whole disk" in said else said)
    names = [disk.name for disk in candidates(*places)]
    tap.point("usb: only disks that would be written are offered",
              None if names == ["sdb", "sdc", "sdi"] else str(names))


def judge_write(tap, root):
    """A point for the copy, and one for what is no disk."""
    source, target = (os.path.join(root, name) for name in ("from", "to"))
    text = "image" * 500000
    put(text, source)
    put("x" * 3000000, target)
    write(source, target)
    with open(target, encoding="utf-8") as file:
        got = file.read()
    tap.point("usb: the image is copied and nothing behind it",
              None if got == text + "x" * 500000 else "it differs")
    try:
        device_of(target)
        tap.point("usb: a file is refused", "it was taken for a disk")
    except Trouble as trouble:
        tap.point("usb: a file is refused",
                  None if "is no disk" in str(trouble) else str(trouble))


def main():
    """The program; returns its exit status."""
    tap = Tap()
    with tempfile.TemporaryDirectory() as root:
        for name, special, _ in DISKS:
            make_disk(root, name, special)
        judge_disks(tap, root)
        judge_write(tap, root)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
