"""fish's history -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fivetimes.model import Balance, RawBatch, Source
from fivetimes.readers.histories import Entries, batches
from fivetimes.readers.lines import NAN, blocks, decode, starts

_STAMP = "\n  when: "
_HEAD = "- cmd: "
_WHEN = re.compile(r"\n *when: *([0-9]{1,11}) *(?=\n|$)")
_WHOLE_TIME = re.compile(r" *when: *[0-9]{10}")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a fish history, which keeps one entry per text: what is counted in it is a lower bound.

    It looks like YAML and is none. As in fish, an unfinished last line is not read; a command in it is held back.
    """
    return batches(source, balance, _entries(source.path, balance), keeps_repeats=False)


def _entries(path: Path, balance: Balance) -> Iterator[Entries]:
    line = 1
    for block in blocks(path, _whole):
        text = decode(block)
        before, *entries = f"\n{_finished(text, balance)}".split(f"\n{_HEAD}")
        if before.strip():
            balance.records += 1
            balance.bad["no entry"] += 1
        if entries:
            yield _cut(entries, line + before.count("\n"))
        line += text.count("\n")


def _whole(block: bytes) -> int:
    return block.rfind(f"\n{_HEAD}".encode()) + 1


def _finished(text: str, balance: Balance) -> str:
    whole, newline, tail = text.rpartition("\n")
    if not tail or _WHOLE_TIME.fullmatch(tail):
        return text
    if tail.startswith(_HEAD):
        balance.records += 1
        balance.held_back += 1
    return whole + newline


def _cut(entries: list[str], line: int) -> Entries:
    return _plainly(entries, line) or _closely(entries, line)


def _plainly(entries: list[str], line: int) -> Entries | None:
    """A block of entries that all are a command and a time of ten digits, nothing else; None for any other."""
    parts = [entry.partition(_STAMP) for entry in entries]
    stamps = [stamp for _, _, stamp in parts]
    stamps[-1] = stamps[-1].removesuffix("\n")
    digits = "".join(stamps)
    if set(map(len, stamps)) != {10} or not (digits.isascii() and digits.isdigit()):
        return None
    commands = [command for command, _, _ in parts]
    said = "".join(commands)
    if "\n" in said:
        return None
    lines = range(line, line + 2 * len(entries), 2)
    return Entries(list(map(_unescaped, commands)) if "\\" in said else commands, lines, list(map(float, stamps)))


def _closely(entries: list[str], line: int) -> Entries:
    ends = [entry.find("\n") for entry in entries]
    commands = [entry[:end] if end >= 0 else entry for entry, end in zip(entries, ends, strict=True)]
    if any("\\" in command for command in commands):
        commands = list(map(_unescaped, commands))
    return Entries(commands, starts(entries, line), _times(entries, ends))


def _times(entries: list[str], ends: list[int]) -> list[float]:
    stamps = [entry[end + 9 : end + 19] for entry, end in zip(entries, ends, strict=True)]
    if _regular(entries, ends, "".join(stamps)):
        return list(map(float, stamps))
    found = map(_WHEN.search, entries, ends)
    return [float(when[1]) or NAN if when else NAN for when in found]


def _regular(entries: list[str], ends: list[int], digits: str) -> bool:
    """Whether the time comes first in every entry, with ten digits: slices are much faster than an expression."""
    if len(digits) != 10 * len(entries) or not (digits.isascii() and digits.isdigit()):
        return False
    around = {entry[end : end + 9] + entry[end + 19 : end + 20] for entry, end in zip(entries, ends, strict=True)}
    return around <= {"\n  when: ", "\n  when: \n"}


def _unescaped(text: str) -> str:
    # two escapes, from left to right: cutting at the doubled backslash first leaves only real `\n` in the pieces
    return "\\".join(piece.replace("\\n", "\n") for piece in text.split("\\\\"))
