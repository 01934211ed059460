"""What was typed into Python, psql, sqlite3 or node -> RawBatch: one call of that tool per entry, with what was typed as input.

They share one file, for they share one format: lines as readline and libedit keep them (node: from the last to the first).

These are no shells: `import os` is no program called import. So each entry is a call of the tool, and what was typed is an
argument like any other: its value is never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from fivetimes.config import BLOCK_BYTES
from fivetimes.ingest.base import ReaderSpec, Signature
from fivetimes.ingest.formats.files import blocks, decode
from fivetimes.ingest.formats.text_history import Entries, batches, continued_entries
from fivetimes.ingest.formats.values import NAN
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

_LIBEDIT = "_HiStOrY_V2_"  # the first line of a history that libedit wrote instead of readline
_OCTAL = re.compile(r"\\([0-7]{3})")


def python(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield what was typed into Python; since 3.13 a line that goes on ends in CR LF, before that each line is one entry."""
    return _calls(
        "python",
        batches(source, balance, _readline(continued_entries(source.path, "\r\n")), keeps_repeats=True, hidden=None),
    )


def psql(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield what was typed into psql, which writes a newline within a statement as byte 1."""
    return _calls(
        "psql", batches(source, balance, _readline(_lines(source.path), "\x01"), keeps_repeats=True, hidden=None)
    )


def sqlite(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield what was typed into sqlite3, line by line."""
    return _calls("sqlite3", batches(source, balance, _readline(_lines(source.path)), keeps_repeats=True, hidden=None))


def node(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield what was typed into node, oldest first: its file begins with the newest."""
    return _calls("node", batches(source, balance, _backwards(source.path), keeps_repeats=True, hidden=None))


def _calls(tool: str, found: Iterable[RawBatch]) -> Iterator[RawBatch]:
    for batch in found:
        batch.args = [{"input": text} for text in batch.text]
        batch.text = [tool] * len(batch.text)
        batch.kind = Kind.TOOL
        yield batch


def _lines(path: Path) -> Iterator[Entries]:
    return continued_entries(path, "\0\n")  # a NUL cannot be typed: no line goes on


def _readline(found: Iterable[Entries], newline: str = "\n") -> Iterator[Entries]:
    libedit = False
    for number, part in enumerate(found):
        texts = part.texts
        if number == 0 and texts and texts[0] == _LIBEDIT:
            libedit, texts = True, ["", *texts[1:]]
        if libedit:
            texts = [_OCTAL.sub(lambda octal: chr(int(octal[1], 8) & 0xFF), text) for text in texts]
        # the indent of a line is no wish that it be forgotten, as it would be in a shell
        yield Entries([text.replace(newline, "\n") for text in texts], part.lines, part.times)


def _backwards(path: Path) -> Iterator[Entries]:
    """The lines from the last to the first, a block at a time."""
    line = sum(block.count(b"\n") for block in blocks(path, len))
    rest, position = b"", path.stat().st_size
    with path.open("rb") as file:
        while position:
            start = max(0, position - max(BLOCK_BYTES, len(rest)))
            file.seek(start)
            block = file.read(position - start) + rest
            if position == path.stat().st_size and not block.endswith(b"\n"):
                line += 1
            rest, position = (block[: block.find(b"\n") + 1], start) if start else (b"", 0)
            texts = decode(block[len(rest) :]).removesuffix("\n").split("\n")[::-1]
            yield Entries(texts, range(line, line - len(texts), -1), [NAN] * len(texts))
            line -= len(texts)


PYTHON = ReaderSpec("python", python, Signature(file_name=re.compile(r"\.?python_history$")))
PSQL = ReaderSpec("psql", psql, Signature(file_name=re.compile(r"\.?psql_history$")))
SQLITE = ReaderSpec("sqlite", sqlite, Signature(file_name=re.compile(r"\.?sqlite_history$")))
NODE = ReaderSpec("node", node, Signature(file_name=re.compile(r"\.?node_repl_history$")))
