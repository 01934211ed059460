"""zsh's history (plain or with times) -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fivetimes.model import Balance, Ints, RawBatch, Source
from fivetimes.readers.continued import joined, whole
from fivetimes.readers.histories import Entries, batches
from fivetimes.readers.lines import NAN, blocks, decode

_ENTRY = re.compile(r"^(?:: *(?:([0-9]{1,11})|-?[0-9]+):(?:([0-9]{1,11})|-?[0-9]+);|\\(?=:))?(.*)$", re.MULTILINE)
_TAIL = re.compile(r"(\\ *) $", re.MULTILINE)
_SPAN = re.compile(r"([0-9]{1,7});").match
_WIDTH = 17  # characters of `: 1795237659:240;`
_HEAD = itemgetter(slice(0, _WIDTH))
_MARKS = np.array([ord(":"), ord(" "), ord(":")], dtype=np.uint32)
_POWERS = 10 ** np.arange(9, -1, -1)
# exactly the bytes that zsh writes after its escape byte 0x83, so that a stray 0x83 stays what it is
_META = re.compile(rb"\x83([\x20\x80-\x82\xa3-\xbf])")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a zsh history.

    A recorded duration of 0 is unknown: zsh writes it where it did not wait for the end. Bytes are un-metafied line by
    line, and only in lines that are no UTF-8 as they stand (UTF-8 that zsh has metafied never is), so that files of other
    writers are read as well.
    """
    return batches(source, balance, _entries(source.path), keeps_repeats=True)


def _entries(path: Path) -> Iterator[Entries]:
    line = 1
    for block in blocks(path, partial(whole, mark=b"\\\n")):
        text = _text(block)
        yield _cut(text.removesuffix("\n"), line)
        line += text.count("\n")


def _text(block: bytes) -> str:
    if b"\x83" in block:
        block = b"\n".join(map(_unmetafied, block.split(b"\n")))
    return decode(block)


def _unmetafied(line: bytes) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return _META.sub(lambda found: bytes([found[1][0] ^ 0x20]), line)
    return line


def _cut(text: str, line: int) -> Entries:
    if "\\" not in text:
        found = _columns(text)
        return replace(found, lines=range(line, line + len(found.texts)))
    commands = joined(text, "\\\n")
    one_a_line = commands.text
    if "\\" in one_a_line:
        # zsh adds a space to a command that ends in a backslash, and takes it away again
        one_a_line = _TAIL.sub(r"\1", one_a_line)
    return commands.without_joins(_columns(one_a_line), line)


def _columns(text: str) -> Entries:
    rows = text.split("\n")
    if text.startswith(": ") and (found := _regular(rows)):
        return found
    if not text.startswith((":", "\\:")) and "\n:" not in text and "\n\\:" not in text:
        return Entries(rows, (), [NAN] * len(rows))
    return _irregular(text)


def _regular(rows: list[str]) -> Entries | None:
    """The columns of `: 1795237659:17;ls` and nothing else: by places, which is much faster than by an expression."""
    heads = _written(rows)
    digits = heads[:, 2:12].astype(np.int64) - ord("0")
    if (heads[:, (0, 1, 12)] != _MARKS).any() or (digits < 0).any() or (digits > 9).any():
        return None
    spans = _spans(rows, heads[:, 13:].astype(np.int64))
    if spans is None:
        return None
    lengths, seconds = spans
    texts = [row[end:] for row, end in zip(rows, (14 + lengths).tolist(), strict=True)]
    durations = np.where(seconds == 0, NAN, seconds).tolist() if seconds.any() else None
    return Entries(texts, (), np.dot(digits, _POWERS).astype(np.float64).tolist(), durations)


def _written(rows: list[str]) -> npt.NDArray[np.uint32]:
    """The first characters of each row, as numbers: a row each."""
    heads = list(map(_HEAD, rows))
    together = "".join(heads)
    if len(together) != _WIDTH * len(rows):
        together = "".join([head.ljust(_WIDTH) for head in heads])
    return np.frombuffer(together.encode("utf-32-le", "surrogatepass"), dtype="<u4").reshape(-1, _WIDTH)


def _spans(rows: list[str], written: Ints) -> tuple[Ints, Ints] | None:
    """(digits, seconds) of each duration up to its semicolon, None if one is written otherwise; one to three digits mostly."""
    lengths = (written == ord(";")).argmax(axis=1)
    seconds = np.zeros(len(rows), dtype=np.int64)
    for place in range(written.shape[1] - 1):
        within = place < lengths
        digit = written[:, place] - ord("0")
        if (within & ((digit < 0) | (digit > 9))).any():
            return None
        seconds = np.where(within, 10 * seconds + digit, seconds)
    for row in np.flatnonzero(lengths == 0).tolist():
        span = _SPAN(rows[row], 13)
        if span is None:
            return None
        lengths[row], seconds[row] = len(span[1]), int(span[1])
    return lengths, seconds


def _irregular(text: str) -> Entries:
    starts, spans, texts = zip(*_ENTRY.findall(text), strict=True)
    times = [float(start or 0) or NAN for start in starts]
    durations = [float(span or 0) or NAN for span in spans]
    return Entries(texts, (), times, [_elapsed(time, span) for time, span in zip(times, durations, strict=True)])


def _elapsed(time: float, span: float) -> float:
    # an old zsh wrote the moment of the end instead
    return (span - time or NAN) if span >= time else span
