"""ksh93's and mksh's history, both binary -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.files import beginning, blocks
from fivetimes.ingest.formats.text_history import Entries, batches
from fivetimes.ingest.formats.values import NAN
from fivetimes.model.sources import Balance, RawBatch, Source

KSH93, MKSH = b"\x81\x01", b"\xab\xcd"

# ksh93: a command ends in newline, NUL; NULs fill up to an even position; six bytes in between hold the next number.
# Each form takes what it can up to the end: that keeps the search linear whatever the file holds.
_KSH93 = re.compile(rb"\x82\x00[\x00-\xff]{3}\x00|([^\x00]+)(\x00|\Z)")
_MKSH = re.compile(rb"\xff([\x00-\xff]{4})([^\x00]*)(\x00|\Z)")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a ksh93 or mksh history; neither keeps times.

    The line of a mksh command is the number that mksh gave it. A command that is cut off at the end is held back.
    """
    return batches(source, balance, _entries(source.path, balance), keeps_repeats=True)


def _entries(path: Path, balance: Balance) -> Iterator[Entries]:
    begun = beginning(path)[:2]
    pattern = _MKSH if begun == MKSH else _KSH93
    line, first = 1, True
    for block in blocks(path, partial(_whole, pattern=pattern)):
        body = block.removeprefix(begun) if first and begun in (KSH93, MKSH) else block
        first = False
        yield _mksh(body, balance) if pattern is _MKSH else _ksh93(body, line, balance)
        line += block.count(b"\n")


def _whole(block: bytes, *, pattern: re.Pattern[bytes]) -> int:
    end = 0
    for found in pattern.finditer(block):
        if found[0].endswith(b"\0"):
            end = found.end()
    return end


def _ksh93(body: bytes, line: int, balance: Balance) -> Entries:
    texts, lines = [], []
    for found in _KSH93.finditer(body):
        if found[1] is not None and found[1].endswith(b"\n") and found[2]:
            texts.append(_text(found[1]))
            lines.append(line)
        elif found[1] is not None:
            _refused(balance, cut_off=not found[2])
        line += found[0].count(b"\n")
    return Entries(texts, lines, [NAN] * len(texts))


def _mksh(body: bytes, balance: Balance) -> Entries:
    texts, numbers = [], []
    for found in _MKSH.finditer(body):
        if found[3]:
            texts.append(_text(found[2]))
            numbers.append(int.from_bytes(found[1], "big") & 0x7FFFFFFF)
        else:
            _refused(balance, cut_off=True)
    return Entries(texts, numbers, [NAN] * len(texts))


def _refused(balance: Balance, *, cut_off: bool) -> None:
    balance.records += 1
    if cut_off:
        balance.held_back += 1
    else:
        balance.bad["no entry"] += 1


def _text(written: bytes) -> str:
    return written.decode("utf-8", "surrogateescape").strip("\n")


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_home(".sh_history", ".mksh_history")


READER = ReaderSpec(
    "ksh",
    read,
    Signature(first_bytes=re.compile(re.escape(KSH93) + rb"|" + re.escape(MKSH))),
    default_paths=_paths,
)
