#!/usr/bin/env python3
"""The workloads of lesson 6 on Linux: what its own allocators cost.

    linux.py build/linux

builds a module against Debian's kernel headers, boots Debian's kernel with
it in QEMU, which counts instructions, and prints the module's rows.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
HERE = TOP / "common/linux"
MACHINE = ["qemu-system-x86_64", "-nodefaults", "-no-user-config",
           "-machine", "q35,accel=tcg", "-cpu", "max", "-m", "4G",
           "-icount", "shift=0,align=off,sleep=off", "-no-reboot",
           "-display", "none", "-serial", "stdio"]

# Debian's kernel clears all that it gives out; ours does not, so neither
# shall this one.
WORDS = "console=ttyS0 quiet panic=-1 init_on_alloc=0"


class Missing(Exception):
    """What is needed is not here."""


def run(command, **more):
    """Run a quiet command, or say what it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=900,
                          stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        raise Missing("%s: %s" % (" ".join(map(str, command)),
                                  done.stdout[-500:]))
    return done.stdout


def headers():
    """The directory of kernel headers, and their version."""
    found = sorted(path for path in Path("/lib/modules").glob("*/build")
                   if (path / "Makefile").exists())
    if not found:
        raise Missing("no kernel headers: apt-get install "
                      "linux-headers-amd64")
    return found[-1], found[-1].parent.name


def image(version, out):
    """The kernel of that version: installed, or unpacked from its package."""
    name = "boot/vmlinuz-" + version
    for path in (Path("/") / name, out / "image" / name):
        if path.exists():
            return path
    run(["apt-get", "download", "linux-image-" + version], cwd=out)
    for package in out.glob("linux-image-*.deb"):
        run(["dpkg-deb", "-x", package, out / "image"])
        package.unlink()
    return out / "image" / name


def build(out):
    """(the kernel, a file system of two files for it)."""
    directory, version = headers()
    out.mkdir(parents=True, exist_ok=True)
    for name in ("Kbuild", "bench_linux.c", "init.c"):
        shutil.copy(HERE / name, out)
    run(["make", "-C", directory, "M=%s" % out, "PAGEWISE=%s" % TOP,
         "modules"], env={key: value for key, value in os.environ.items()
                          if "MAKE" not in key})
    run(["gcc", "-O2", "-static", "init.c", "-o", "init"], cwd=out)
    (out / "initrd").write_bytes(archive(out, ["init", "bench_linux.ko"]))
    return image(version, out), out / "initrd"


def archive(directory, names):
    """A cpio archive of the form "newc", as Linux unpacks it at boot."""
    out = b""
    for number, name in enumerate([*names, "TRAILER!!!"], 1):
        path = directory / name
        data = path.read_bytes() if path.exists() else b""
        fields = [number, 0o100755 if data else 0, 0, 0, 1, 0, len(data),
                  0, 0, 0, 0, len(name) + 1, 0]
        head = b"070701" + b"".join(b"%08X" % f for f in fields)
        out += padded(head + name.encode() + b"\0") + padded(data)
    return out


def padded(data):
    """The data with zeros up to a multiple of four."""
    return data + b"\0" * (-len(data) % 4)


def main(out):
    """The program; returns its exit status."""
    try:
        kernel, initrd = build(out)
        text = run([*MACHINE, "-kernel", kernel, "-initrd", initrd,
                    "-append", WORDS],
                   stdin=subprocess.DEVNULL)
    except (Missing, subprocess.TimeoutExpired) as missing:
        print("linux: %s" % missing, file=sys.stderr)
        return 1
    for line in text.splitlines():
        row = re.search(r"(bench: .*)", line)
        if row:
            print(row[1].strip())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
