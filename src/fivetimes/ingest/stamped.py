"""A history in which a line with the time comes before each command (bash, tcsh) -> its entries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from fivetimes.ingest.histories import Entries, moments, packed
from fivetimes.ingest.lines import NAN, after_newline, blocks, decode, heads
from fivetimes.model import Bools, Bytes, Floats, Ints


def entries(path: Path, mark: str, *, digits: range) -> Iterator[Entries]:
    """Yield the commands: before the first line with a time each line is one, from there on all between two such lines.

    Args:
        path: the history.
        mark: what such a line begins with.
        digits: how many digits may follow, and then nothing more.
    """
    stamp = re.compile(rf"{re.escape(mark)}[0-9]{{{digits[0]},{digits[-1]}}}\r?\n".encode())
    line = 1
    for block in blocks(path, partial(_whole, mark=f"\n{mark}".encode(), stamp=stamp)):
        text = decode(block)
        yield from _cut(text.removesuffix("\n"), line, mark.encode(), digits)
        line += text.count("\n")


def _whole(block: bytes, *, mark: bytes, stamp: re.Pattern[bytes]) -> int:
    """Position of the last line with a time, for its command may go on; without one, behind the last line."""
    at = block.rfind(mark)
    while at >= 0 and not stamp.match(block, at + 1):
        at = block.rfind(mark, 0, at)
    if at < 0 and stamp.match(block):
        return 0
    return at + 1 or after_newline(block)


def _cut(text: str, line: int, mark: bytes, digits: range) -> Iterator[Entries]:
    rows = text.split("\n")
    is_stamp, times = _stamps(heads(text, len(mark) + digits[-1] + 1), mark, digits)
    stamps = np.flatnonzero(is_stamp)
    first = int(stamps[0]) if len(stamps) else len(rows)
    if first:
        yield Entries(rows[:first], range(line, line + first), [NAN] * first)
    if first < len(rows):
        ends = np.append(stamps[1:], len(rows))
        yield Entries(_between(rows, stamps + 1, ends), packed(line + 1 + stamps), moments(times))


def _stamps(written: Bytes, mark: bytes, digits: range) -> tuple[Bools, Floats]:
    """(whether a line is one with a time, the times of those that are), by the first bytes of each line."""
    begins = written[0] == mark[0]
    for place, byte in enumerate(mark):
        begins &= written[place] == byte
    candidates = np.flatnonzero(begins)
    numbers = written[len(mark) :, candidates] - ord("0")  # a newline becomes a large number
    times = np.full(len(candidates), NAN)
    is_number, reached = np.ones(len(candidates), dtype=np.bool_), np.zeros(len(candidates))
    for place in range(digits[-1]):
        is_number &= numbers[place] <= 9
        reached = 10 * reached + numbers[place]
        if place + 1 in digits:
            times = np.where(is_number & (written[len(mark) + place + 1, candidates] == ord("\n")), reached, times)
    is_time = ~np.isnan(times)
    begins[candidates[~is_time]] = False
    return begins, times[is_time]


def _between(rows: list[str], begins: Ints, ends: Ints) -> list[str]:
    if (ends - begins == 1).all():
        return rows[begins[0] :: 2]
    return [
        rows[begin] if begin + 1 == end else "\n".join(rows[begin:end]).strip("\n")
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
