"""The disk that GRUB boots a kernel from.

One image holds one kernel, one command line and the loader for one kind of
firmware, so it is small (0.9 MB) and made in a blink.  Its name is a digest
of all that went into it, this file too: an image that exists is up to date.
"""
import contextlib
import glob
import hashlib
import os
import re
import shutil
import subprocess
import tempfile

from trouble import Trouble

# What a loader needs and no more: GRUB's default is 20 MB.
COMMON_MODULES = "multiboot2 normal iso9660 serial terminal echo reboot " \
    "mmap"
PLATFORMS = {
    "i386-pc": COMMON_MODULES + " biosdisk vbe",
    "x86_64-efi": COMMON_MODULES + " part_gpt part_msdos fat efi_gop",
}
GRUB_DIRECTORIES = ["/usr/lib/grub", "/usr/local/lib/grub", "/usr/lib/grub2"]
GRUB_FAILED = "GRUB could not start the kernel."

# The kernel's header asks for a picture, and GRUB makes one if it has the
# driver, which on a BIOS comes with multiboot2.  There the script takes the
# wish back unless this word is on the kernel's command line, alone or with a
# size: graphics=1024x768x24.
GRAPHICS = "graphics"
PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
            "0123456789_=.,:/+-")


def quoted(word):
    """The word as GRUB's shell must see it."""
    if set(word) <= PLAIN:
        return word
    return "'" + word.replace("'", "'\\''") + "'"


def checked(command):
    """The command; GRUB would take one that it does not know for a success."""
    words = command.split()
    if words[:1] not in (["cutmem"], ["badram"]) or set(";|&{}\n") & \
            set(command):
        raise Trouble("--grub '%s': it is a cutmem or a badram command"
                      % command)
    return command


def graphics_wanted(words):
    """None, or the size that the reader wants: "" is the kernel's choice."""
    for word in words:
        name, _, size = word.partition("=")
        if name != GRAPHICS:
            continue
        if size and not re.fullmatch(r"[0-9]+x[0-9]+(x[0-9]+)?", size):
            raise Trouble("GRAPHICS=%s: it is 1, or a size such as 1024x768 "
                          "or 1024x768x24" % size)
        return size
    return None


def screen_driver(words, uefi):
    """GRUB's module that draws on this machine's screen, or None."""
    if uefi:
        return "efi_gop"
    return "vbe" if graphics_wanted(words) is not None else None


def screen_mode(words, driver):
    """The script's lines that choose what the screen shows."""
    size = graphics_wanted(words)
    if driver is None:
        return ["set gfxpayload=text"]
    return ["set gfxpayload=%s,auto" % size] if size else []


def grub_cfg(words, commands, modules, driver):
    """The loader's script.

    It speaks on the serial port only when something fails: switching the
    terminal would clear the reader's screen.  Hence each step is tried in
    silence first and repeated aloud.
    """
    steps = [checked(command) for command in commands]
    steps.append(" ".join(["multiboot2 /boot/kernel.elf"] +
                          [quoted(word) for word in words]))
    for name in map(os.path.basename, modules):
        steps.append("module2 /boot/modules/%s %s" % ((quoted(name),) * 2))
    lines = ["insmod " + driver] if driver else []
    lines += ["if %s; then" % step for step in steps]
    lines += screen_mode(words, driver) + ["boot"] + ["fi"] * len(steps)
    lines += ["serial --unit=0 --speed=115200", "terminal_output serial"]
    lines += steps
    lines += ["echo '%s'" % GRUB_FAILED, "reboot"]
    return "\n".join(lines) + "\n"


def find_grub(platform):
    """(grub-mkrescue, the directory of its modules for the platform)."""
    program = shutil.which("grub-mkrescue") or shutil.which("grub2-mkrescue")
    if program is None:
        raise Trouble("grub-mkrescue is missing; make doctor says what to "
                      "install")
    for directory in GRUB_DIRECTORIES:
        path = os.path.join(directory, platform)
        if os.path.isdir(path):
            return program, path
    raise Trouble("GRUB's modules for %s are missing; make doctor says what "
                  "to install" % platform)


def digest(*parts):
    """Eight bytes of a digest, as text that a file name can hold."""
    total = hashlib.sha256()
    for part in parts:
        total.update(b"%d:" % len(part) + part)
    return total.hexdigest()[:16]


def read_file(path):
    """The file's bytes."""
    with open(path, "rb") as file:
        return file.read()


def strip(kernel, target):
    """Copy the kernel without names and lines.

    GRUB would load those too, and a machine of 3 MiB has no room for them.
    """
    program = shutil.which(os.environ.get("CROSS_COMPILE", "") + "objcopy")
    if program is not None and subprocess.run(
            [program, "--strip-all", kernel, target],
            stderr=subprocess.DEVNULL).returncode == 0:
        return
    shutil.copy(kernel, target)


def fill(tree, kernel, script, modules):
    """Lay out the image's files under the directory tree."""
    os.makedirs(os.path.join(tree, "boot", "grub"))
    os.makedirs(os.path.join(tree, "boot", "modules"))
    strip(kernel, os.path.join(tree, "boot", "kernel.elf"))
    for module in modules:
        shutil.copy(module, os.path.join(tree, "boot", "modules"))
    with open(os.path.join(tree, "boot", "grub", "grub.cfg"), "w") as file:
        file.write(script)


def make(program, grub, platform, tree, target):
    """Run grub-mkrescue; the image appears whole or not at all."""
    part = os.path.join(tree, "image.iso")
    command = [program, "-d", grub, "--locales=", "--fonts=", "--themes=",
               "--install-modules=" + PLATFORMS[platform], "-o", part,
               os.path.join(tree, "files")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0 or not os.path.exists(part):
        said = done.stdout.decode(errors="replace").strip().splitlines()
        raise Trouble("%s could not make the image; make doctor says what "
                      "is missing:\n%s" % (os.path.basename(program),
                                           "\n".join(said[-10:])))
    os.replace(part, target)


def font_beside(kernel):
    """The font that make built, in a list, which is empty if it did not."""
    path = os.path.join(os.path.dirname(kernel), "font.psf")
    return [path] if os.path.exists(path) else []


def target_of(kernel, platform, script, modules):
    """(path of the image, what it and its older siblings begin with)."""
    directory, name = os.path.split(os.path.abspath(kernel))
    prefix = os.path.join(directory, "image", "%s-%s-%s-" % (
        os.path.splitext(name)[0], platform, digest(script.encode())[:8]))
    parts = [read_file(path) for path in [__file__, kernel, *modules]]
    return prefix + digest(*parts) + ".iso", prefix


def image(kernel, words, commands=(), modules=(), uefi=False):
    """Path of an image that boots the kernel with these words.

    It lies in image/ beside the kernel.  Older images of the same kernel and
    script are removed: a machine that runs from one keeps it open.
    """
    platform = "x86_64-efi" if uefi else "i386-pc"
    program, grub = find_grub(platform)
    driver = screen_driver(words, uefi)
    modules = [*modules, *(font_beside(kernel) if driver else [])]
    script = grub_cfg(words, commands, modules, driver)
    target, prefix = target_of(kernel, platform, script, modules)
    if os.path.exists(target):
        return target
    directory = os.path.dirname(target)
    os.makedirs(directory, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory) as tree:
        fill(os.path.join(tree, "files"), kernel, script, modules)
        make(program, grub, platform, tree, target)
    for old in glob.glob(glob.escape(prefix) + "*.iso"):
        if old != target:
            with contextlib.suppress(FileNotFoundError):
                os.remove(old)
    return target
