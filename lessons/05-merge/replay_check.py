"""Replays of lessons 2 to 5, held against numbers made from the map alone.

Nothing is shared with the stages.  From a map file this program works out
which bytes are usable, which pages that makes, and what is left of them when
the ranges that a replay prints as occupied are taken away.  That it cuts at
the areas, and decomposes afresh: by looking into halves, where the stage goes
along.  Then it demands every line, and no other.

Prints TAP.  Files given as arguments take the place of the maps it knows.
"""
import concurrent.futures
import glob
import os
import random
import re
import subprocess
import sys
import tempfile

MAPS = 'lessons/01-e820/maps'
LESSONS = (2, 3, 4, 5)
KIB, MIB, GIB, TIB, PAGE = 1 << 10, 1 << 20, 1 << 30, 1 << 40, 4096
AREAS = (('hardware', 0, 32 * MIB), ('kernel', 32 * MIB, 16 * GIB),
         ('user', 16 * GIB, TIB))
TOP_ORDER = 18
TYPES = {'usable': 1, 'reserved': 2, 'acpi-data': 3, 'acpi-nvs': 4,
         'unusable': 5, 'persistent': 7, 'soft-reserved': 0xefffffff}


# --- Ranges: lists of (base, end), sorted, disjoint, end not in them --------

def union(ranges):
    """The same bytes, sorted, what touches joined."""
    out = []
    for base, end in sorted(r for r in ranges if r[0] < r[1]):
        if out and base <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((base, end))
    return out


def without(ranges, holes):
    """What of @ranges is in none of @holes."""
    out = []
    for base, end in ranges:
        for hole, past in holes:
            if past <= base or hole >= end:
                continue
            if base < hole:
                out.append((base, hole))
            base = past
        if base < end:
            out.append((base, end))
    return out


def within(ranges, base, end):
    """What of @ranges is in [base, end)."""
    return [(max(b, base), min(e, end)) for b, e in ranges
            if max(b, base) < min(e, end)]


def pages(ranges):
    return sum(end - base for base, end in ranges) // PAGE


# --- What must come out -----------------------------------------------------

def usable_ranges(path):
    """Whole usable pages of a map file, and its usable bytes."""
    ram, other = [], []
    for line in open(path):
        found = re.match(r'0x([0-9a-f]+)-0x([0-9a-f]+) (\S+)', line)
        if not found:
            continue
        base, end = int(found[1], 16), int(found[2], 16) + 1
        kind = TYPES.get(found[3]) or int(found[3].split('-')[1])
        if base == end % (1 << 64):
            continue
        if end < base and kind == 1:
            continue
        if end < base:
            end = 1 << 64
        if kind:
            (ram if kind == 1 else other).append((base, end))
    bytes_ = without(union(ram), union(other))
    whole = [(-(-base // PAGE) * PAGE, end // PAGE * PAGE)
             for base, end in bytes_]
    return [r for r in whole if r[0] < r[1]], bytes_


def blocks(ranges, base, order):
    """How many free blocks of each order are in the 2^order pages at @base."""
    bytes_ = PAGE << order
    inside = within(ranges, base, base + bytes_)
    count = [0] * (TOP_ORDER + 1)
    if inside == [(base, base + bytes_)]:
        count[order] = 1
    elif inside:
        for half in (base, base + bytes_ // 2):
            for k, n in enumerate(blocks(inside, half, order - 1)):
                count[k] += n
    return count


def free_lines(free):
    for name, low, high in AREAS:
        inside = within(free, low, high)
        count = [0] * (TOP_ORDER + 1)
        for gib in sorted({g for base, end in inside
                           for g in range(base // GIB, -(-end // GIB))}):
            for k, n in enumerate(blocks(within(inside, gib * GIB,
                                                (gib + 1) * GIB),
                                         gib * GIB, TOP_ORDER)):
                count[k] += n
        for k, n in enumerate(count):
            if n:
                yield f'free {name} order {k} blocks {n}'


def place(described, bytes_):
    """Where the descriptors go: from 32 MiB on, or lowest; None: nowhere."""
    room = without(described, [(0, 2 * MIB)])
    for low in (32 * MIB, 0):
        for base, end in within(room, low, TIB):
            if end - base >= bytes_:
                return base
    return None


def expected(path, lesson):
    """The lines after lesson 1's, or None where no kernel could live."""
    usable, bytes_ = usable_ranges(path)
    described = within(usable, 0, TIB)
    if within(bytes_, MIB, 2 * MIB) != [(MIB, 2 * MIB)]:
        return None
    count = described[-1][1] // PAGE
    base = place(described, count * 8)
    if base is None:
        return None
    end = -(-(base + count * 8) // PAGE) * PAGE
    occupied = [(0, MIB, 'firmware'), (MIB, 2 * MIB, 'image'),
                (base, end, 'descriptors')]
    lines = [f'descriptors {count} bytes {count * 8} at 0x{base:x}',
             f'left_out_pages {pages(within(usable, TIB, 1 << 64))}']
    if lesson >= 4:
        lines += [f'occupied 0x{b:016x}-0x{e - 1:016x} {name}'
                  for b, e, name in occupied]
    taken = [o[:2] for o in occupied] if lesson >= 4 else []
    free = without(described, taken)
    if lesson >= 3:
        for name, low, high in AREAS:
            a, f = (pages(within(r, low, high)) for r in (described, free))
            lines.append(f'area {name} usable {a} occupied {a - f} free {f}')
    if lesson >= 5:
        lines += free_lines(free)
    return lines


# --- Maps that nobody sells -------------------------------------------------

LOW = [(0, 0x9fc00)]


def made_maps():
    """(name, [(base, end)] of usable memory or [(base, end, type)])."""
    yield 'RAM above 4 GiB only, but for 2 MiB', LOW + [
        (MIB, 2 * MIB), (4 * GIB, 6 * GIB + 12345)]
    yield 'RAM at 1 TiB, behind a hole', LOW + [
        (MIB, 3 * GIB), (TIB, TIB + 5 * MIB)]
    yield 'one page at 1023 GiB, behind a hole', LOW + [
        (MIB, 3 * GIB), (1023 * GIB, 1023 * GIB + PAGE)]
    yield 'a range that crosses 1 TiB', LOW + [
        (MIB, 3 * GIB), (TIB - 64 * MIB, TIB + 64 * MIB)]
    yield 'one page at 2^46', LOW + [
        (MIB, GIB), (1 << 46, (1 << 46) + PAGE)]
    yield 'RAM up to 2 TiB', LOW + [(MIB, 3 * GIB), (4 * GIB, 2 * TIB)]
    yield 'one range up to 1 TiB', [(0, TIB)]
    yield 'the last page of all addresses', LOW + [
        (MIB, 16 * MIB), ((1 << 64) - PAGE, 1 << 64)]
    yield '500 pieces of 4 KiB', LOW + [(MIB, 3 * MIB)] + [
        (base, base + PAGE)
        for base in range(4 * MIB, 4 * MIB + 1000 * PAGE, 2 * PAGE)]
    yield '4 KiB pieces, no room', LOW + [(MIB, 2 * MIB)] + [
        (base, base + PAGE)
        for base in range(3 * MIB, 3 * MIB + 1000 * PAGE, 2 * PAGE)]
    yield 'pieces of half pages', LOW + [(MIB, 3 * MIB)] + [
        (base + 1, base + 2 * PAGE - 1)
        for base in range(4 * MIB, 4 * MIB + 900 * PAGE, 3 * PAGE)]
    yield 'bounds inside pages at all areas', [
        (0, 32 * MIB + 1), (32 * MIB + 2 * PAGE - 1, 16 * GIB - 1),
        (16 * GIB + 1, 17 * GIB)]
    yield 'one range over all areas', [(0, 40 * GIB + 7 * PAGE)]
    yield '2 MiB', LOW + [(MIB, 2 * MIB)]
    yield 'a page above 2 MiB, and two are needed', LOW + [
        (MIB, 2 * MIB + PAGE)]
    yield 'two pages above 2 MiB', LOW + [(MIB, 2 * MIB + 2 * PAGE)]
    yield 'a byte is missing at 2 MiB', LOW + [
        (MIB, 2 * MIB - 1), (3 * MIB, 9 * MIB)]
    yield 'a byte is missing at 1 MiB', LOW + [(MIB + 1, 64 * MIB)]
    yield 'no usable memory', [(0, GIB, 'reserved')]
    yield 'page 0 is not usable', [(PAGE, 64 * MIB)]
    yield 'an area of nothing but descriptors', LOW + [
        (MIB, 2 * MIB), (32 * MIB, 32 * MIB + 17 * PAGE)]
    yield from random_maps()


def random_maps():
    """Ranges of all sizes that overlap, from the same seed each time."""
    dice = random.Random(5)
    for number in range(40):
        ranges = [(0, 640 * KIB), (MIB, 2 * MIB + dice.randrange(80) * MIB)]
        for _ in range(dice.randrange(1, 40)):
            base = dice.randrange(2 * MIB, MIB << dice.randrange(2, 15))
            bytes_ = dice.randrange(1, PAGE << dice.randrange(1, 20))
            if dice.randrange(2):
                base &= -PAGE
                bytes_ = (bytes_ + PAGE) & -PAGE
            kind = dice.choice(['usable'] * 3 + ['reserved', 'acpi-nvs',
                                                 'type-20'])
            ranges.append((base, base + bytes_, kind))
        dice.shuffle(ranges)
        yield f'random map {number}', ranges


def write_map(path, ranges):
    with open(path, 'w') as file:
        for base, end, *kind in ranges:
            file.write(f'0x{base:016x}-0x{end - 1:016x} '
                       f'{kind[0] if kind else "usable"}\n')


# --- The comparison ---------------------------------------------------------

def replay(lesson, path):
    return subprocess.run([f'build/fast/lesson-{lesson}-replay', path],
                          capture_output=True, text=True, check=False)


def differences(want, got):
    """A line for the first place where two lists of lines differ."""
    for i in range(max(len(want), len(got))):
        a = want[i] if i < len(want) else 'no line'
        b = got[i] if i < len(got) else 'no line'
        if a != b:
            yield f'line {i + 1} is "{b}", not "{a}"'
            return


def judge(lesson, path, block):
    """What is wrong with one replay; @block is what lesson 1 prints."""
    run = replay(lesson, path)
    want = expected(path, lesson)
    status = 1 if want is None else 0
    if run.returncode != status:
        yield f'exit status {run.returncode}, not {status}: {run.stderr}'
    yield from differences(block + (want or []), run.stdout.splitlines())
    if want is None and not re.fullmatch(
            r'(?s)(.*\n)?refused: [^\n]* [^\n]* [^\n]*\n', run.stderr):
        yield f'refused without a sentence: "{run.stderr}"'


def published_block(name):
    """Lesson 1's lines of a map, as its folder says them."""
    text = open(f'{MAPS}/expected.txt').read()
    found = re.search(rf'^== {re.escape(name)}\n(.*?)(?=^== |\Z)', text,
                      re.M | re.S)
    return [line for line in found[1].splitlines() if line]


def point(name, path):
    """One line of TAP without its number, and what is wrong."""
    if path.startswith(MAPS):
        block = published_block(os.path.basename(path))
    else:
        block = replay(1, path).stdout.splitlines()
    wrong = [f'# lesson {n}: {text.strip()}' for n in LESSONS
             for text in judge(n, path, block)]
    lives = 'is refused' if expected(path, 5) is None else 'is divided'
    return not wrong, f'{name} {lives} as its map says', wrong


def main():
    for n in (1,) + LESSONS:
        if not os.access(f'build/fast/lesson-{n}-replay', os.X_OK):
            print(f'Bail out! First: make build/fast/lesson-{n}-replay')
            return 1
    with tempfile.TemporaryDirectory() as work:
        maps = [(os.path.basename(p), p) for p in sys.argv[1:] or
                sorted(glob.glob(f'{MAPS}/*.e820'))]
        for name, ranges in [] if sys.argv[1:] else made_maps():
            path = f'{work}/{len(maps)}'
            write_map(path, ranges)
            maps.append((name, path))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda m: point(*m), maps))
    for number, (ok, name, wrong) in enumerate(results, 1):
        print(*wrong, sep='\n', end='\n' if wrong else '')
        print('ok' if ok else 'not ok', number, name)
    print(f'1..{len(results)}')
    return 0 if all(r[0] for r in results) else 1


if __name__ == '__main__':
    sys.exit(main())
