#!/usr/bin/env python3
"""The fuzzers' inputs, a file for each fuzzer with an input a line.

    corpus.py unpack FILE FOLDER    make a file of each line
    corpus.py pack FOLDER FILE      make a line of each file

A line is base64; what it holds is the fuzzer's affair.
"""
import base64
import hashlib
import os
import sys


def unpack(path, folder):
    """Files named by what is in them, as libFuzzer names its own."""
    os.makedirs(folder, exist_ok=True)
    with open(path, encoding="ascii") as file:
        for line in file:
            data = base64.b64decode(line)
            name = hashlib.sha1(data).hexdigest()
            with open(os.path.join(folder, name), "wb") as out:
                out.write(data)


def pack(folder, path):
    """Short ones first."""
    inputs = set()
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            inputs.add(file.read())
    with open(path, "w", encoding="ascii") as out:
        for data in sorted(inputs, key=lambda data: (len(data), data)):
            out.write(base64.b64encode(data).decode() + "\n")


def main(arguments):
    """The program; returns its exit status."""
    if len(arguments) != 3 or arguments[0] not in ("pack", "unpack"):
        print(__doc__, file=sys.stderr)
        return 2
    (pack if arguments[0] == "pack" else unpack)(*arguments[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
