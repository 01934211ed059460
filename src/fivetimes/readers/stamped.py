"""A history in which a line with the time comes before each command (bash, tcsh) -> its entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from fivetimes.readers.histories import Entries
from fivetimes.readers.lines import NAN, after_newline, blocks, decode, starts


def entries(path: Path, mark: str, *, digits: str) -> Iterator[Entries]:
    """Yield the commands: before the first line with a time each line is one, from there on all between two such lines.

    Args:
        path: the history.
        mark: what such a line begins with.
        digits: how many digits follow, as a repetition of a regular expression.
    """
    stamp = re.compile(rf"\n{re.escape(mark)}([0-9]{{{digits}}})(?=\n|\Z)")
    stamp_bytes = re.compile(rf"{re.escape(mark)}[0-9]{{{digits}}}\r?\n".encode())
    line = 1
    for block in blocks(path, partial(_whole, mark=f"\n{mark}".encode(), stamp=stamp_bytes)):
        text = decode(block)
        plain, *timed = stamp.split("\n" + text.removesuffix("\n"))
        if plain:
            yield _plain(plain.removeprefix("\n"), line)
        if timed:
            yield _timed(timed[::2], timed[1::2], line + plain.count("\n"))
        line += text.count("\n")


def _whole(block: bytes, *, mark: bytes, stamp: re.Pattern[bytes]) -> int:
    """Position of the last line with a time, for its command may go on; without one, behind the last line."""
    at = block.rfind(mark)
    while at >= 0 and not stamp.match(block, at + 1):
        at = block.rfind(mark, 0, at)
    if at < 0 and stamp.match(block):
        return 0
    return at + 1 or after_newline(block)


def _plain(text: str, line: int) -> Entries:
    texts = text.split("\n")
    return Entries(texts, range(line, line + len(texts)), [NAN] * len(texts))


def _timed(stamps: Sequence[str], bodies: Sequence[str], line: int) -> Entries:
    return Entries([body.strip("\n") for body in bodies], starts(bodies, line + 1), list(map(float, stamps)))
