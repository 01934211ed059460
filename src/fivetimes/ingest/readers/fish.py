"""fish's history -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from fivetimes.columns import Bools, Bytes, Floats, Ints
from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.files import beginning, blocks, decode, heads
from fivetimes.ingest.formats.text_history import Entries, batches, moments, packed, timed_entries
from fivetimes.ingest.formats.values import NAN
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

_STAMP = "  when: "
_HEAD = "- cmd: "
_WIDTH = len(_STAMP) + 11  # bytes of a time of ten digits, and the newline behind it
_POWERS = 10.0 ** np.arange(9, -1, -1)
_WHEN = re.compile(r"\n *when: *([0-9]{1,11}) *(?=\n|$)")
_WHOLE_TIME = re.compile(r" *when: *[0-9]{10}")
_FIRST_FORM = re.compile(r"# [0-9]{9,10}\r?$", re.MULTILINE)  # what a history of fish 1 begins with; now it is `- cmd`


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a fish history, which keeps one entry per text: what is counted in it is a lower bound.

    It looks like YAML and is none. As in fish, an unfinished last line is not read; a command in it is held back. The form of
    fish 1 (until 2012) has a line with the time before each command, and a backslash before a newline within one.
    """
    begun = beginning(source.path)[:_WIDTH].decode("ascii", "replace")
    first_form = _FIRST_FORM.match(begun) is not None
    entries = _entries_of_fish_1(source.path) if first_form else _entries(source.path, balance)
    return batches(source, balance, entries, keeps_repeats=False)


def _entries_of_fish_1(path: Path) -> Iterator[Entries]:
    for part in timed_entries(path, "# ", digits=range(9, 11)):
        yield replace(part, texts=[text.replace("\\\n", "\n") for text in part.texts])


def _entries(path: Path, balance: Balance) -> Iterator[Entries]:
    line = 1
    for block in blocks(path, _whole):
        text = decode(block)
        whole = _finished(text, balance)
        begin = 0 if whole.startswith(_HEAD) else whole.find(f"\n{_HEAD}") + 1 or len(whole)
        if whole[:begin].strip():
            balance.records += 1
            balance.bad["no entry"] += 1
        if begin < len(whole):
            yield _cut(whole[begin:], line + whole.count("\n", 0, begin))
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


def _cut(text: str, line: int) -> Entries:
    """The entries of a text that begins with one."""
    rows = text.removesuffix("\n").split("\n")
    written = heads(text.removesuffix("\n"), _WIDTH)
    begins = np.flatnonzero(_is(written, _HEAD))
    times = _stamped(written, begins)
    if times is None:
        entries = f"\n{text}".split(f"\n{_HEAD}")[1:]
        times = np.array([_time(entry) for entry in entries])
    rows = (
        rows[::2] if 2 * len(begins) == len(rows) and not (begins % 2).any() else [rows[at] for at in begins.tolist()]
    )
    commands = [row[len(_HEAD) :] for row in rows]
    if "\\" in text:
        commands = [_unescaped(command) if "\\" in command else command for command in commands]
    return Entries(commands, packed(line + begins), moments(times))


def _stamped(written: Bytes, begins: Ints) -> Floats | None:
    """The time of each entry by the first bytes of all lines; None if a line is none of those that fish writes."""
    stamps = written[len(_STAMP) : -1] - ord("0")  # what stands before the digits becomes a large number
    is_time = _is(written, _STAMP) & (stamps <= 9).all(axis=0) & (written[-1] == ord("\n"))
    known = is_time | _is(written, "    - ") | _is(written, "  paths:\n") | _is(written, "  added_when: ")
    if np.count_nonzero(known) + len(begins) != written.shape[1]:
        return None
    at = np.flatnonzero(is_time)[::-1]  # of several the first one is written last
    times = np.full(len(begins), NAN)
    times[np.searchsorted(begins, at) - 1] = _POWERS @ stamps[:, at].astype(np.float64)
    return times


def _is(written: Bytes, begin: str) -> Bools:
    found = np.ones(written.shape[1], dtype=np.bool_)
    for row, character in zip(written, begin, strict=False):
        found &= row == ord(character)
    return found


def _time(entry: str) -> float:
    when = _WHEN.search(entry)
    return float(when[1]) or NAN if when else NAN


def _unescaped(text: str) -> str:
    # two escapes, from left to right: with the doubled backslash out of the way only real `\n` are left
    if "\0" not in text:
        return text.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")
    return "\\".join(piece.replace("\\n", "\n") for piece in text.split("\\\\"))


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_data("fish/*_history")  # one for each session name
    yield from machine.in_settings("fish/*_history")  # until fish 2.2


def _advice(report: SourceReport) -> Iterator[str]:
    if report.balance.events:
        yield "fish keeps one entry per command, however often it was given: counts from here are lower bounds."


READER = ReaderSpec(
    "fish",
    read,
    Signature(
        line=re.compile(re.escape(_HEAD)),
        file_name=re.compile(r"fish_history$|fish[^/]*/[^/]*_history$", re.I),
    ),
    default_paths=_paths,
    advice=_advice,
    drops_repeats=True,
)
