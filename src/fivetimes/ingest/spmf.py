"""SPMF text -> Traces: the file format in which sequence databases are exchanged.

One sequence a line, `item -1 item -1 -2`; `@ITEM=3=build` names item 3; lines that begin with `#`, `%` or `@` say nothing else.
Several items in one itemset are no sequence of steps and are refused. So is every other line that is not of this form: a
database with holes would give other counts, and nobody would know.
"""

from __future__ import annotations

import re
from array import array
from pathlib import Path

import numpy as np

from fivetimes.errors import ReadError
from fivetimes.model import Traces

_SEQUENCE = re.compile(rb"[0-9]+ -1 (?:[0-9]+ -1 )*-2")
_NAME = re.compile(rb"@ITEM=([0-9]+)=(.*)", re.DOTALL)
_HEAD = 1 << 16  # bytes that are looked at to tell what a file is


def is_spmf(path: Path) -> bool:
    """Whether a file is called so, or its first line that is no remark is a sequence in this format."""
    if not path.is_file() or path.suffix == ".spmf":
        return path.suffix == ".spmf"
    with path.open("rb") as file:
        lines = file.read(_HEAD).splitlines()
    known = (b" ".join(line.split()) for line in lines if line.strip() and not line.startswith((b"#", b"%", b"@")))
    first = next(known, b"")
    return bool(_SEQUENCE.match(first))


def read(path: Path) -> Traces:
    """Read a whole file.

    Raises:
        ReadError: a line is no sequence, or the file cannot be opened.
    """
    items, start, names = array("q"), array("q", [0]), dict[int, str]()
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                _take(f"{path}:{number}", b" ".join(line.split()), items, start, names)
    except OSError as error:
        raise ReadError(f"{path}: it cannot be read ({error.strerror}). Name a file that you may read.") from error
    numbers, codes = np.unique(np.frombuffer(items, dtype=np.int64), return_inverse=True)
    labels = tuple(names.get(number, str(number)) if names else number for number in numbers.tolist())
    return Traces(codes.astype(np.int32), np.frombuffer(start, dtype=np.int64), labels)


def _take(place: str, line: bytes, items: array[int], start: array[int], names: dict[int, str]) -> None:
    """Add one line."""
    name = _NAME.fullmatch(line)
    if name:
        names[int(name[1])] = name[2].decode("utf-8", "replace")
    if not line or line.startswith((b"#", b"%", b"@")):
        return
    if not _SEQUENCE.fullmatch(line):
        raise ReadError(f"{place}: no sequence of single items like `1 -1 2 -1 -2`. Correct the line, or remove it.")
    try:
        items.extend(map(int, line[:-3].split(b" ")[::2]))
    except OverflowError:
        raise ReadError(f"{place}: an item is larger than 64 bits hold. Number the items anew.") from None
    start.append(len(items))
