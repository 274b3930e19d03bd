#!/usr/bin/env python3
"""Prove what the stages' arithmetic claims, for all values of 64 bits.

    proofs.py            each claim; TAP for prove
    proofs.py --bug      a mistake in each: every point must fail

A claim is a formula with unknowns, copied by hand from the function that its
name gives.  z3 looks for values that make it false; where it answers that
there are none, the claim holds for all of them.  First comes the arithmetic
of docs/testing.md, which needs no z3.

Source: de Moura and Bjorner, "Z3: An Efficient SMT Solver".
"""
import itertools
import math
import re
import sys
from pathlib import Path

try:
    import z3
    from z3 import And, BitVec, BitVecVal, If, Implies, Or, UGE, UGT, ULE, ULT
    from z3 import LShR
except ImportError:
    z3 = None

HERE = Path(__file__).resolve().parent
BUG = 1 if "--bug" in sys.argv else 0

# --- Counting ---------------------------------------------------------------


def states(order):
    """States of a block of 2^order pages."""
    return 2 if order == 0 else states(order - 1) ** 2 + 1


def used_blocks(order):
    """Blocks in use, summed over those states."""
    if order == 0:
        return 1
    return 2 * states(order - 1) * used_blocks(order - 1) + 1


def states_without(wanted, order):
    """Of those states, the ones without a free block of an order wanted."""
    if order < wanted:
        return states(order)
    if order == 0:
        return 1
    pair = order == wanted  # of free halves: in states(), to be left out
    return states_without(wanted, order - 1) ** 2 - pair + 1


def kinds(order):
    """{(blocks in use, free blocks of order 0, 1 ...): so many states}."""
    used, free = [tuple(int(i == k) for i in range(6)) for k in (0, order + 1)]
    found = {used: 1, free: 1}
    if order > 0:
        for (a, m), (b, n) in itertools.product(kinds(order - 1).items(),
                                                repeat=2):
            both = tuple(map(sum, zip(a, b)))
            found[both] = found.get(both, 0) + m * n
        found[tuple(2 * (i == order) for i in range(6))] -= 1  # they join
    return found


def rows(counted):
    """What counted(kind) is, summed over all orders of all lists of order 4."""
    return sum(states * counted(kind) * math.prod(map(math.factorial, kind[1:]))
               for kind, states in kinds(4).items())


def ways_of_runs(pages):
    """Ways in which each page is free, begins a run, or goes on with one."""
    free, used = 1, 0  # by what the last page is
    for _ in range(pages):
        free, used = free + used, free + 2 * used
    return free + used


def parts_of_runs():
    """Parts of runs of 16 pages, summed over those ways."""
    return sum(ways_of_runs(first) * ways_of_runs(16 - first - pages) *
               math.comb(pages + 1, 2)
               for first in range(16) for pages in range(1, 17 - first))


def counts():
    """(name, value, value elsewhere) of each count in the text."""
    text = (HERE / "exhaust.h").read_text(encoding="utf-8")
    stated = int(re.search(r"EXHAUST_STATES (\d+)", text).group(1))
    succeed = used_blocks(4) + sum(states(4) - states_without(order, 4)
                                   for order in range(5))
    yield "states of 16 pages", states(4), stated
    yield "calls that succeed in them", succeed, 4491852
    yield "calls that are refused", 98 * states(4) - succeed, 40424488
    largest = [lambda kind, k=k: any(kind[k + 1:]) for k in range(5)]
    yield "states with the order of lists", rows(lambda kind: 1), 52305150
    yield "frees that succeed in them", rows(lambda kind: kind[0]), 407053579
    yield "allocations that succeed in them", sum(map(rows, largest)), 76960533
    yield "ways to be in use by runs", ways_of_runs(16), 3524578
    yield "parts of runs in them", parts_of_runs(), 62066126
    yield "choices of up to 4 of 270 entries", math.comb(274, 4), 229741876
    yield ("sets of 1 to 16 pages at 32 or 16 offsets",
           32 * (2 ** 16 - 2) + 16 * 2 ** 16, 3145664)
    yield ("sets of 1 to 24 pages at 32 or 16 offsets",
           32 * (2 ** 16 - 2) + 16 * (2 ** 25 - 2 ** 16), 537919424)
    yield "blocks of three tags", (14 * 17) ** 3, 13481272


# --- The formulas, as in the code -------------------------------------------


def number(value):
    """A constant of 64 bits."""
    return BitVecVal(value, 64)


def unknowns(names):
    """Unknown numbers of 64 bits."""
    return [BitVec(name, 64) for name in names.split()]


def pfn_down(pa):
    """types.h"""
    return LShR(pa, 12)


def pfn_up(pa):
    """types.h; the bug is the usual idiom, which wraps."""
    if BUG:
        return LShR(pa + 4095, 12)
    return LShR(pa, 12) + If((pa & 4095) != 0, number(1), number(0))


def wide(value):
    """The number with 128 bits, in which sums are what they are on paper."""
    return z3.ZeroExt(64, value)


def rounding():
    """types.h: up and down are the nearest pages, and nothing wraps."""
    pa, pfn = unknowns("pa pfn")
    page = BitVecVal(4096, 128)
    up, down = wide(pfn_up(pa)), wide(pfn_down(pa))

    yield "pfn_up() is the first frame that starts at or after", And(
        UGE(up * page, wide(pa)), ULT(up * page, wide(pa) + page))
    yield "pfn_down() is the last that starts at or before", And(
        ULE(down * page, wide(pa)),
        UGT(down * page + page, wide(pa) + BUG))
    yield "a frame's address is that frame, rounded up or down", Implies(
        ULT(pfn, number(1 << 52)),
        And(pfn_down(pfn << 12) == pfn, pfn_up((pfn << 12) + BUG) == pfn))


def top():
    """e820_read.c: cut_at_top(), and e820.h's e820_last()."""
    base, size = unknowns("base bytes")
    true_end = wide(base) + wide(size)
    limit = BitVecVal(1 << 64, 128)
    past_top = (UGT(base + size, base) == False if BUG  # noqa: E712
                else UGT(size - 1, ~number(0) - base))
    end = If(past_top, number(0), base + size)

    yield "cut_at_top() sees exactly the ranges that go past 2^64", Implies(
        size != 0, past_top == UGT(true_end, limit))
    yield "e820_last() is the last byte, also where the end is 2^64", Implies(
        size != 0, wide(end - 1) + BUG ==
        If(UGT(true_end, limit), limit, true_end) - 1)


def past_page():
    """e820.h: e820_past_page() of a range that may end at 2^64."""
    base, end = unknowns("base end")
    last = end - 1
    past = pfn_down(last) + If((end & 4095) == 0, number(1), number(0))
    past = If(UGT(past, pfn_up(base)), past, pfn_up(base))
    page = BitVecVal(4096, 128)
    whole = UGT(past, pfn_up(base))

    yield "a usable page's bytes are all in the range", Implies(
        And(ULE(base, last), whole),
        And(UGE(wide(pfn_up(base)) * page, wide(base) + BUG),
            ULE(wide(past) * page, wide(last) + 1)))
    yield "a page whose bytes are all in the range is usable", Implies(
        And(ULE(base, last), Or(whole, BUG == 1)),
        UGT((wide(past) + 1) * page, wide(last) + 1 + BUG * page))


def buddies():
    """page_free.c: join()."""
    pfn, order, other = unknowns("pfn order other")
    bit = number(1) << order
    buddy = pfn ^ bit
    low, high = pfn & buddy, pfn | bit
    aligned = And(ULE(order, 17), pfn & (bit - 1) == 0)

    yield "the buddy's buddy is the block", Implies(
        aligned, buddy ^ (bit << BUG) == pfn)
    yield "a block and its buddy touch and do not overlap", Implies(
        aligned, And(high == low + bit, Or(low == pfn, low == buddy),
                     Or(high == pfn, high == buddy + BUG)))
    yield "joined they are an aligned block of the next order", Implies(
        aligned, low & ((bit << (1 + BUG)) - 1) == 0)
    yield "no other block of that order joins with it so", Implies(
        And(aligned, other & (bit - 1) == 0, other != pfn,
            (other & ~bit) == (pfn & ~bit)), other == buddy + BUG)
    yield "a buddy never lies in another area", Implies(
        And(aligned, low != 0 if not BUG else ULE(low, pfn)),
        And(ULT(pfn, number(8192)) == ULT(buddy, number(8192)),
            ULT(pfn, number(1 << 22)) == ULT(buddy, number(1 << 22))))


def descriptors():
    """msadsc.h: msadsc_make() and back; page_free.c: unlink()."""
    state, order, low, high, was, new = unknowns("state order low high was new")
    fits = And(ULT(state, number(8)), ULT(order, number(32)),
               ULT(low, number(1 << 28)), ULT(high, number(1 << 28)),
               ULT(new, number(1 << 28)))
    word = state | order << 3 | low << (8 - BUG) | high << 36

    def low_of(d):
        return LShR(d & 0x0000000fffffff00, 8)

    yield "what is packed into a descriptor comes out again", Implies(
        fits, And(word & 7 == state, LShR(word, 3) & 0x1f == order,
                  low_of(word) == low, LShR(word, 36) == high))
    yield "two descriptors with the same fields are the same word", Implies(
        And(was & 0xff == new & 0xff, low_of(was) == low_of(new),
            Or(BUG == 1, LShR(was, 36) == LShR(new, 36))), was == new)
    changed = word ^ (low ^ new) << 8
    yield "unlink() changes one link and nothing else", Implies(
        fits, And(low_of(changed) == new, changed & 0xff == word & 0xff,
                  LShR(changed, 36) == high))


def find_inverse(odd):
    """obj_cache.c: inverse_of()."""
    inverse, bits = odd, 3
    while bits < (32 if BUG else 64):
        inverse = inverse * (2 - odd * inverse) & (1 << 64) - 1
        bits *= 2
    return inverse


def objects():
    """obj_cache.h: obj_index(), for strides up to 512 bytes and some more."""
    offset, = unknowns("offset")
    for stride in [*range(8, 513, 8), 1024, 1032, 2048, 2728, 4096, 4104,
                   5464, 8192, 8200, 16384]:
        shift = (stride & -stride).bit_length() - 1
        inverse = find_inverse(stride >> shift)
        quotient = offset * number(inverse)
        index = z3.RotateRight(quotient, shift)
        capacity = max(1, 32768 // stride)
        yield "obj_index() finds the objects of a stride, and only them", And(
            Implies(ULT(index, number(capacity)),
                    offset == index * number(stride)),
            *[z3.substitute(index, (offset, number(i * stride))) == i
              for i in (0, 1, capacity - 1)])


def inverses():
    """obj_cache.c: one step of inverse_of() doubles the bits that are right.

    Each odd number is its own inverse modulo 8, and there are 64 bits after
    3, 6, 12, 24, 48 and one step more; what 32 suffice for, 48 do too.
    """
    odd = BitVec("odd", 16)
    yield "an odd number is its own inverse modulo 8", Implies(
        odd & 1 == 1, odd * odd & (15 if BUG else 7) == 1)
    # With odd * inverse = 1 + e * 2^k, a step makes it 1 - e^2 * 2^2k.
    product, e = unknowns("product e")
    for k in 3, 6, 12, 24:
        mask = (1 << 2 * k + BUG) - 1
        yield "a step makes %d right bits %d" % (k, 2 * k), Implies(
            product == 1 + (e << k), product * (2 - product) & mask == 1)
    yield "a step makes 32 right bits 64", Implies(
        product == 1 + (e << 32 - BUG), product * (2 - product) == 1)


# --- TAP --------------------------------------------------------------------

GROUPS = [rounding, top, past_page, buddies, descriptors, inverses, objects]


def false_for(claim):
    """None, or values for which the claim is false."""
    solver = z3.Solver()
    solver.set("timeout", 60000)
    solver.add(z3.Not(claim))
    answer = solver.check()
    if answer == z3.unsat:
        return None
    return "no answer" if answer == z3.unknown else str(solver.model())


def main():
    """The program; returns its exit status."""
    points = []
    for name, value, stated in counts():
        wrong = None if value == stated + BUG else "%d, not %d" % (
            value, stated)
        points.append((wrong, "%s: %d" % (name, value)))
    for group in GROUPS if z3 else []:
        claims = {}
        for name, claim in group():
            claims.setdefault(name, []).append(claim)
        for name, same in claims.items():
            wrong = next(filter(None, map(false_for, same)), None)
            points.append((wrong, name))
    for i, (wrong, name) in enumerate(points, 1):
        if wrong:
            print("# false for %s" % wrong.replace("\n", " "))
        print("%sok %d %s" % ("not " if wrong else "", i, name))
    if not z3:
        points.append((None, ""))
        print("ok %d # skip no z3 (Debian: python3-z3)" % len(points))
    print("1..%d" % len(points))
    return any(wrong for wrong, _ in points)


if __name__ == "__main__":
    sys.exit(main())
