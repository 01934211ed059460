"""Text in which a mark before a line's end says that a command goes on (zsh, PowerShell, Python) -> whole commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path

import numpy as np

from fivetimes.ingest.histories import Entries, packed
from fivetimes.ingest.lines import NAN, blocks, decode

# While commands are cut, one of these stands where one goes on: one that the text does not hold (the last it cannot hold;
# the first ones keep the text narrow, and so fast).
_JOINS = "\x00\x01\ud800"


def entries(path: Path, mark: str) -> Iterator[Entries]:
    """Yield the commands of a history without times.

    Args:
        path: the history.
        mark: what stands for a newline within a command: its last character is the newline. If it begins with CR, a CR
            before a newline is that mark; else it is a part of the line's end.
    """
    line = 1
    for block in blocks(path, partial(whole, mark=mark.encode())):
        text = block.decode("utf-8", "surrogateescape") if mark[0] == "\r" else decode(block)
        commands = joined(text.removesuffix("\n"), mark)
        yield commands.without_joins(Entries(commands.text.split("\n"), (), ()), line)
        line += text.count("\n")


def whole(block: bytes, *, mark: bytes) -> int:
    r"""Position behind the last line that no mark continues; a line may end in CR LF where the mark has no CR.

    Example:
        >>> whole(b"ls\nmake \\\n all\nfor \\\n", mark=b"\\\n")
        15
    """
    end = block.rfind(b"\n")
    while end > 0 and block.endswith((mark, mark[:-1] + b"\r\n"), 0, end + 1):
        end = block.rfind(b"\n", 0, end)
    return end + 1


@dataclass(frozen=True, slots=True)
class Joined:
    """Some text with each command on one line: `join` stands for the newlines within, as often as `at` names its command."""

    text: str
    join: str
    at: list[int]

    def without_joins(self, found: Entries, line: int) -> Entries:
        """The entries of this text, one a line, with their newlines put back and the line of each, the first being `line`."""
        texts, times = found.texts, found.times or [NAN] * len(found.texts)
        if not self.at:
            return Entries(texts, range(line, line + len(texts)), times, found.durations)
        heights = np.bincount(self.at, minlength=len(texts)) + 1
        texts = list(texts)
        for at in set(self.at):
            texts[at] = texts[at].replace(self.join, "\n")
        return Entries(texts, packed(line + np.cumsum(heights) - heights), times, found.durations)


def joined(text: str, mark: str) -> Joined:
    r"""Put each command on one line.

    Example:
        >>> joined("ls\nmake \\\n all", "\\\n")
        Joined(text='ls\nmake \x00 all', join='\x00', at=[1])
    """
    join = next(character for character in _JOINS if character not in text)
    pieces = text.split(mark)
    # the newlines before the end of a piece count the commands that are over
    return Joined(join.join(pieces), join, list(accumulate(piece.count("\n") for piece in pieces[:-1])))
