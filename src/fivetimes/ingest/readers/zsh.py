"""zsh's history (plain or with times) -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fivetimes.columns import Ints
from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.files import blocks, decode, heads
from fivetimes.ingest.formats.text_history import (
    Entries,
    advice_on_repeats,
    advice_on_times,
    batches,
    joined,
    moments,
    packed,
    whole,
)
from fivetimes.ingest.formats.values import NAN
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

_ENTRY = re.compile(r"^(?:: *(?:([0-9]{1,11})|-?[0-9]+):(?:([0-9]{1,11})|-?[0-9]+);|\\(?=:))?(.*)$", re.MULTILINE)
_TAIL = re.compile(r"(\\ *) $", re.MULTILINE)
_SPAN = re.compile(r"([0-9]{1,7});").match
_WIDTH = 17  # bytes of `: 1795237659:240;`
_MARKS = np.array([[ord(":")], [ord(" ")], [ord(":")]], dtype=np.uint8)
_POWERS = 10.0 ** np.arange(9, -1, -1)
_META = 0x83  # zsh's escape byte
# exactly the bytes that zsh writes after it, so that a stray one stays what it is
_ESCAPED = np.isin(np.arange(256), (0x20, *range(0x80, 0x83), *range(0xA3, 0xC0)))


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
    return decode(_plain(block) if b"\x83" in block else block)


def _plain(block: bytes) -> bytes:
    """Lines as they were typed. Those of other writers are UTF-8 as they stand, and never so without what looks escaped in them."""
    found = _unmetafied(block)
    if len(found) == len(block) or _is_utf8(found):
        return found
    last = len(block) - 1  # a newline there parts nothing
    middle = block.find(b"\n", len(block) // 2, last) + 1 or block.rfind(b"\n", 0, last) + 1
    if not middle:
        return block if _is_utf8(block) else found
    return _plain(block[:middle]) + _plain(block[middle:])


def _unmetafied(block: bytes) -> bytes:
    written = np.frombuffer(block, dtype=np.uint8)
    escapes = np.flatnonzero(written == _META)
    escapes = escapes[_ESCAPED[written[np.minimum(escapes + 1, len(block) - 1)]]]
    plain = written.copy()
    plain[escapes + 1] ^= 0x20
    return np.delete(plain, escapes).tobytes()


def _is_utf8(block: bytes) -> bool:
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


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
    if text.startswith(": ") and (found := _regular(text)):
        return found
    if not text.startswith((":", "\\:")) and "\n:" not in text and "\n\\:" not in text:
        rows = text.split("\n")
        return Entries(rows, (), [NAN] * len(rows))
    return _irregular(text)


def _regular(text: str) -> Entries | None:
    """The columns of `: 1795237659:17;ls` and nothing else: by positions, which is much faster than by an expression."""
    written = heads(text, _WIDTH)
    stamps = written[2:12] - ord("0")  # what stands before the digits becomes a large number
    if (written[(0, 1, 12), :] != _MARKS).any() or (stamps > 9).any():
        return None
    rows = text.split("\n")
    spans = _spans(rows, written[13:])
    if spans is None:
        return None
    ends, seconds = spans
    texts = [row[end:] for row, end in zip(rows, ends, strict=True)]
    durations = packed(np.where(seconds == 0, NAN, seconds)) if seconds.any() else None
    return Entries(texts, (), moments(stamps.astype(np.float64).T @ _POWERS), durations)


def _spans(rows: list[str], written: npt.NDArray[np.uint8]) -> tuple[list[int], Ints] | None:
    """(where the command begins, seconds) by what is written from the duration on; None if one of them is no number."""
    number, over = written.astype(np.int64) - ord("0"), written == ord(";")
    ends = seconds = reached = np.zeros(len(rows), dtype=np.int64)
    is_number = np.ones(len(rows), dtype=np.bool_)
    for width in range(1, len(written)):
        digit = number[width - 1]
        reached, is_number = 10 * reached + digit, is_number & (digit >= 0) & (digit <= 9)
        here = is_number & over[width]
        ends, seconds = ends + (14 + width) * here, seconds + reached * here
    for row in np.flatnonzero(ends == 0).tolist():
        span = _SPAN(rows[row], 13)
        if span is None:
            return None
        ends[row], seconds[row] = span.end(), int(span[1])
    return ends.tolist(), seconds


def _irregular(text: str) -> Entries:
    starts, spans, texts = zip(*_ENTRY.findall(text), strict=True)
    times = [float(start or 0) or NAN for start in starts]
    durations = [float(span or 0) or NAN for span in spans]
    return Entries(texts, (), times, [_elapsed(time, span) for time, span in zip(times, durations, strict=True)])


def _elapsed(time: float, span: float) -> float:
    # an old zsh wrote the moment of the end instead
    return (span - time or NAN) if span >= time else span


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.named_by("HISTFILE")
    yield from machine.in_home(".zsh_history", ".zhistory", ".histfile")
    yield from machine.in_home(".zsh_sessions/*.history")  # macOS: one for each shell
    names = (".zsh_history", "zsh_history", "history", ".zhistory", ".histfile")
    yield from machine.in_home(*(f".zsh/{name}" for name in names))
    for places in (machine.in_settings, machine.in_state, machine.in_data):
        yield from places(*(f"zsh/{name}" for name in names))


def _advice(report: SourceReport) -> Iterator[str]:
    yield from advice_on_times(
        report,
        "Put `setopt EXTENDED_HISTORY` into .zshrc: with SHARE_HISTORY alone, zsh drops the times when it exits.",
    )
    yield from advice_on_repeats(
        report, "Take HIST_IGNORE_ALL_DUPS and HIST_SAVE_NO_DUPS out of .zshrc, and repeats are kept."
    )


READER = ReaderSpec(
    "zsh",
    read,
    Signature(
        line=re.compile(r": *\d{9,11}:\d+;"),
        file_name=re.compile(r"zsh_history$|zhistory$|\.histfile$|zsh[^/]*/[^/]*hist[^/]*$", re.I),
    ),
    default_paths=_paths,
    advice=_advice,
)
