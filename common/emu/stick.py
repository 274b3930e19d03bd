"""An image for a real PC: one file that is a disk and a CD, for a BIOS and for
UEFI, with all of GRUB's modules, because we do not know the PC.
"""
import os
import subprocess
import tempfile

from image import PLATFORMS, fill, find_grub, font_beside, quoted
from trouble import Trouble

SCRIPT = """\
if [ "$grub_platform" = efi ]; then
	insmod efi_gop
	insmod efi_uga
fi
serial --unit=0 --speed=115200
multiboot2 /boot/kernel.elf %s
%sboot
"""


def stick(kernel, words):
    """Path of the image, made anew."""
    for platform in PLATFORMS:
        program, _ = find_grub(platform)
    directory = os.path.join(os.path.dirname(os.path.abspath(kernel)), "image")
    os.makedirs(directory, exist_ok=True)
    target = os.path.join(directory, "%s-stick.iso" % os.path.splitext(
        os.path.basename(kernel))[0])
    with tempfile.TemporaryDirectory(dir=directory) as tree:
        files = os.path.join(tree, "files")
        font = font_beside(kernel)
        fill(files, kernel, SCRIPT % (
            " ".join(map(quoted, words)),
            "module2 /boot/modules/font.psf font.psf\n" if font else ""),
             font)
        part = os.path.join(tree, "stick.iso")
        done = subprocess.run(
            [program, "--locales=", "--fonts=", "--themes=", "-o", part,
             files], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0 or not os.path.exists(part):
            raise Trouble("%s could not make the image; make doctor says "
                          "what is missing:\n%s" % (
                              program, done.stdout.decode(errors="replace")))
        os.replace(part, target)
    return target
