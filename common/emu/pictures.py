#!/usr/bin/env python3
"""Read back what a machine's screen shows, and compare it with its serial port.

    pictures.py build/kernel/lesson-5.elf

Pixels are compared with the font's: a letter that is drawn wrong, or covered
by another, is no letter.  Above the text there must be a strip for each stage,
with its name, its total and its colours.  Prints TAP.

Source: QEMU "QEMU Monitor", screendump and pmemsave; "PC Screen Font" of the
kbd project, psf.h.
"""
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True

from boot import check, parse  # noqa: E402
from capture import plain  # noqa: E402
from judge import Tap  # noqa: E402
from qemu import lacks_uefi, qemu_command  # noqa: E402
from reader import kernel_words  # noqa: E402
from stick import stick  # noqa: E402

PATIENCE = 60
TRIES = 20  # in each the screen may still be on its way
FREE, HOLE = b"\x62\xb8\x4a", b"\x34\x3c\x4a"  # as framebuffer_text.c has them
STAGES = "e820 msadsc memarea occupy memmgrob".split()
TOTALS = [("e820", r"e820: usable +(\S+ \S+) in", " usable"),
          ("msadsc", r"descriptors at \S+, (.*)", " taken"),
          ("memmgrob", r"memmgrob: (\S+ \S+) free", " free")]
NAME, TOTAL = 9, 19  # columns on both sides of a strip
VGA = 0xb8000, 80, 25


class Font:
    """Letters of a PSF file."""

    def __init__(self, data):
        if data[:2] == b"\x36\x04":  # version 1
            self.width, self.height, head, count = 8, data[3], 4, 256
        else:
            head, _, count, _, self.height, self.width = struct.unpack_from(
                "<6I", data, 8)
        row = (self.width + 7) // 8
        self.letters = {}
        for code in range(32, min(count, 127)):
            at = head + code * self.height * row
            bits = "".join(
                "".join("{:08b}".format(byte) for byte in
                        data[at + y * row:at + y * row + row])[:self.width]
                for y in range(self.height))
            self.letters.setdefault(bits, chr(code))
        self.seen = {}

    def letter(self, cell, paper):
        """The letter that these pixels are, NUL if they are none."""
        if cell not in self.seen:
            bits = "".join("01"[pixel != paper] for pixel in cell)
            self.seen[cell] = self.letters.get(bits, "\0")
        return self.seen[cell]


class Picture:
    """A screen, from a file of QEMU's."""

    def __init__(self, data, font):
        self.width, self.height = map(int, data.split(maxsplit=3)[1:3])
        self.pixels = data[-3 * self.width * self.height:]
        self.font = font
        self.red = self.pixels[::3]  # enough to tell ink from paper
        self.paper = self.red[-1]
        columns = self.width // font.width
        self.scale = max(columns // 100, 1)
        self.columns = columns // self.scale
        self.rows = self.height // font.height // self.scale

    def at(self, x, y):
        """One pixel."""
        first = 3 * (y * self.width + x)
        return self.pixels[first:first + 3]

    def letter(self, row, column):
        """What stands in a cell, NUL for what is no letter."""
        left = column * self.font.width * self.scale
        top = row * self.font.height * self.scale
        width = self.font.width * self.scale
        cell = b"".join(
            self.red[y * self.width + left:y * self.width + left + width:
                     self.scale]
            for y in range(top, top + self.font.height * self.scale,
                           self.scale))
        return self.font.letter(cell, self.paper)

    def line(self, row):
        """The text of a row."""
        return "".join(self.letter(row, column)
                       for column in range(self.columns)).rstrip()

    def colours(self, row):
        """Those of a strip."""
        y = (row * self.font.height + self.font.height // 2) * self.scale
        return {self.at(x, y) for x in range(
            NAME * self.font.width * self.scale,
            (self.columns - TOTAL) * self.font.width * self.scale)}


def usual(*arguments):
    """QEMU's command for what boot.py would start."""
    options = parse(["test", *arguments])
    check(options)
    return qemu_command(options, kernel_words(options))


def from_stick(kernel, *arguments):
    """The same machine, but it starts from a USB stick."""
    command = usual(kernel, *arguments)
    at = command.index("-cdrom")
    command[at:at + 2] = [
        "-device", "qemu-xhci", "-drive", "if=none,id=stick,format=raw,"
        "readonly=on,file=" + stick(kernel, []).replace(",", ",,"),
        "-device", "usb-storage,drive=stick"]
    return command


class Machine:
    """One that runs until we have seen enough."""

    def __init__(self, command, directory):
        self.directory = directory
        self.lines = []
        path = os.path.join(directory, "monitor")
        self.process = subprocess.Popen(
            command + ["-serial", "stdio", "-monitor",
                       "unix:%s,server=on,wait=off" % path],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        timer = threading.Timer(PATIENCE, self.process.kill)
        timer.daemon = True
        timer.start()
        for raw in self.process.stdout:
            self.lines.append(plain(raw))
            if "the kernel waits" in self.lines[-1]:
                break
        timer.cancel()
        self.monitor = socket.socket(socket.AF_UNIX)
        self.monitor.connect(path)

    def saved(self, command):
        """The file that a command of the monitor makes."""
        path = os.path.join(self.directory, "saved")
        self.ask('%s "%s"' % (command, path))
        with open(path, "rb") as file:
            return file.read()

    def ask(self, command):
        """Give a command, and wait until the prompt is back."""
        self.monitor.sendall(b"%s\nprint 4711\n" % command.encode())
        said = b""
        while b"\n0x1267" not in said.replace(b"\r", b""):
            said += self.monitor.recv(4096)

    def end(self):
        """No more."""
        self.process.kill()
        self.process.wait()


def wrapped(lines, columns):
    """The lines as a screen breaks them."""
    return [line[at:at + columns].rstrip() for line in lines
            for at in range(0, max(len(line), 1), columns)]


def same_end(shown, lines, columns):
    """None if the rows are the last lines, or what is wrong."""
    while shown and not shown[-1]:
        shown.pop()
    wanted = wrapped(lines, columns)[-len(shown):]
    if len(shown) < 10:
        return "only %d rows of text" % len(shown)
    for got, want in zip(shown, wanted):
        if got != want:
            return "the screen shows %r, the serial port said %r" % (got, want)
    return None


def panel_problem(picture, lines):
    """None, or what the strips do not say."""
    legend = picture.line(0).replace("\0", " ").split()
    if legend != "free used reserved firmware nothing".split():
        return "the legend is %s" % legend
    report = "\n".join(lines)
    stages = [name for name in STAGES if "\n%s: " % name in report]
    totals = {name: re.search(pattern, report).group(1) + word
              for name, pattern, word in TOTALS if name in stages}
    for row, name in enumerate(stages, 2):
        line = picture.line(row)
        total = line[picture.columns - TOTAL:].strip()
        if line[:NAME].strip("\0 ") != name:
            return "strip %d is named %r" % (row, line[:NAME])
        if total != totals.get(name, total) or not total or "\0" in total:
            return "strip %s has the total %r" % (name, total)
        if not {FREE, HOLE} <= picture.colours(row):
            return "strip %s lacks what is free, or nothing" % name
    return same_end([picture.line(row) for row in range(
        len(stages) + 3, picture.rows)], lines, picture.columns)


def text_problem(machine):
    """None, or how text mode differs from the serial port."""
    base, columns, rows = VGA
    cells = machine.saved("pmemsave %d %d" % (base, 2 * columns * rows))
    text = cells[::2].decode("ascii", "replace").replace("\0", " ")
    return same_end([text[at:at + columns].rstrip() for at in range(
        0, columns * rows, columns)], machine.lines, columns)


def screen_problem(machine, size, font):
    """None, or what is wrong with the picture."""
    picture = Picture(machine.saved("screendump"), font)
    if (picture.width, picture.height) != size:
        return "it has %d x %d pixels" % (picture.width, picture.height)
    return panel_problem(picture, machine.lines)


def judge(tap, name, size, font, command):
    """The point for one machine: size None is that of text mode."""
    with tempfile.TemporaryDirectory() as directory:
        machine = Machine(command, directory)
        try:
            for _ in range(TRIES):
                if size is None:
                    problem = text_problem(machine)
                else:
                    problem = screen_problem(machine, size, font)
                if problem is None:
                    break
                time.sleep(0.2)
        finally:
            machine.end()
    tap.point("the screen shows what the serial port says: " + name, problem)


def judge_uefi(tap, kernel, font):
    """The points for what needs UEFI; a stick can start by both."""
    if lacks_uefi():
        tap.point("UEFI and sticks # SKIP " + lacks_uefi())
        return
    judge(tap, "UEFI, 4 GiB", (1280, 1024), font, usual(
        kernel, "--uefi", "--mem", "4G", "--cmdline", "graphics=1280x1024"))
    judge(tap, "BIOS, a USB stick", (800, 600), font, from_stick(kernel))
    judge(tap, "UEFI, a USB stick", (800, 600), font,
          from_stick(kernel, "--uefi"))


def psf1(font):
    """Of our own font's letters, a file of version 1, with its table."""
    return b"\x36\x04\x02\x10" + b"".join(
        bytes((byte & 0x7f) << 1 for byte in font[at:at + 16])
        for at in range(32, 32 + 256 * 16, 16)) + b"\0\0\xff\xff" * 256


def psf2(font):
    """The same, of version 2, twice as wide and high."""
    def wide(byte):
        return int("".join(bit * 2 for bit in "{:08b}".format(byte)), 2)
    return struct.pack("<8I", 0x864ab572, 0, 32, 1, 256, 64, 32, 16) + \
        b"".join(struct.pack(">H", wide(byte)) * 2
                 for byte in font[32:32 + 256 * 16]) + b"A\xff" * 256


def built_in():
    """The kernel's own font as a file."""
    here = os.path.dirname(os.path.abspath(__file__))
    boot = os.path.join(here, "..", "boot")
    done = subprocess.run(["awk", "-f", os.path.join(boot, "font.awk"),
                           os.path.join(boot, "font_ascii.txt")],
                          stdout=subprocess.PIPE, check=True)
    rows = bytes(map(int, done.stdout.decode().replace(",", " ").split()))
    return b"\x36\x04\x00\x10" + bytes(32 * 16) + rows + \
        bytes(4096 - 32 * 16 - len(rows))


def main(arguments):
    """The program; returns its exit status."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    kernel = arguments[0]
    with open(os.path.join(os.path.dirname(kernel), "font.psf"), "rb") as file:
        ours = file.read()
    tap = Tap()
    judge(tap, "BIOS, text mode", None, None, usual(kernel))
    judge(tap, "BIOS, 4 GiB, 24 bits a pixel", (1024, 768), Font(ours),
          usual(kernel, "--mem", "4G", "--cmdline", "graphics=1024x768x24"))
    judge_uefi(tap, kernel, Font(ours))
    with tempfile.TemporaryDirectory() as directory:
        alone = shutil.copy(kernel, directory)
        for name, font in [("the built-in font", None),
                           ("a font of version 1", psf1(ours)),
                           ("a font of version 2", psf2(ours))]:
            more = ["--cmdline", "graphics=1600x1200x32"]
            if font is not None:
                more += ["--module", os.path.join(directory, "other.psf")]
                with open(more[-1], "wb") as file:
                    file.write(font)
            judge(tap, name, (1600, 1200), Font(font or built_in()),
                  usual(alone, *more))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
