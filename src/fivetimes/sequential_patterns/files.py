"""What was named on the command line -> PatternSet -> text: the way of `fivetimes patterns`, and the SPMF file format.

SPMF text is the format in which sequence databases are exchanged: one sequence a line, `item -1 item -1 -2`; `@ITEM=3=build` names
item 3; other lines that begin with `#`, `%` or `@` are remarks. Several items in one itemset are no sequence of steps and are
refused. So is every other line that is not of this form: a database with holes would give other counts, and nobody would know.

Source:
    Fournier-Viger et al., The SPMF open-source data mining library version 2, ECML PKDD 2016.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fivetimes.columns import PatternSet, Token, Traces
from fivetimes.errors import FivetimesError, ReadError
from fivetimes.redaction import show
from fivetimes.sequential_patterns.database import Task
from fivetimes.sequential_patterns.mining import search
from fivetimes.sequential_patterns.spark import mine_parquet

_SEQUENCE = re.compile(rb"[0-9]+ -1 (?:[0-9]+ -1 )*-2")
_NAME = re.compile(rb"@ITEM=([0-9]+)=(.*)", re.DOTALL)
_HEAD = 1 << 16  # bytes that are looked at to recognise a file


@dataclass(frozen=True, slots=True)
class PatternRequest:
    """How patterns are to be mined.

    Attributes:
        task: what to look for.
        engine: see `mining.py`.
        columns: what to count besides support.
        top: keep so many, the most surprising ones; None for all.
    """

    task: Task
    engine: str
    columns: tuple[str, ...] = ()
    top: int | None = None


def mine_files(paths: Sequence[Path], request: PatternRequest, *, otherwise: Callable[[], Traces]) -> PatternSet:
    """Frequent sequences, plainly counted, in an SPMF file or a Parquet table (by Spark).

    Args:
        paths: what was named.
        request: how to mine it.
        otherwise: gives the traces where the paths are neither.

    Raises:
        FivetimesError: the engine cannot do it, or there are too many patterns.
    """
    if request.engine == "spark" and any(path.suffix == ".parquet" for path in paths):
        return _mine_parquet(paths, request)
    traces = _read_alone(paths) if any(map(is_spmf, paths)) else otherwise()
    return search(traces, request.task, engine=request.engine, columns=request.columns, top=request.top)


def _mine_parquet(paths: Sequence[Path], request: PatternRequest) -> PatternSet:
    if len(paths) > 1:
        raise FivetimesError(f"{paths[0]}: a Parquet table is mined alone. Name one file or folder.")
    unknown = sorted(set(request.columns) - {"surprise"})
    if unknown:
        raise FivetimesError(f"{paths[0]}: of a Parquet table no {unknown[0]} are counted. Leave the column out.")
    return mine_parquet(paths[0], request.task, top=request.top, score="surprise" in request.columns)


def _read_alone(paths: Sequence[Path]) -> Traces:
    if len(paths) > 1:
        raise FivetimesError(f"{paths[0]}: an SPMF file is mined alone. Name one file, or join them.")
    return read_spmf(paths[0])


# ---- SPMF text


def is_spmf(path: Path) -> bool:
    """Whether a file is called so, or its first line that is no remark is a sequence in this format."""
    if not path.is_file() or path.suffix == ".spmf":
        return path.suffix == ".spmf"
    with path.open("rb") as file:
        lines = file.read(_HEAD).splitlines()
    known = (b" ".join(line.split()) for line in lines if line.strip() and not line.startswith((b"#", b"%", b"@")))
    first = next(known, b"")
    return bool(_SEQUENCE.match(first))


def read_spmf(path: Path) -> Traces:
    """The sequence database of a whole file.

    Raises:
        ReadError: a line is no sequence, or the file cannot be opened.
    """
    items, start, names = array("q"), array("q", [0]), dict[int, str]()
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                _take_line(f"{path}:{number}", b" ".join(line.split()), items, start, names)
    except OSError as error:
        raise ReadError(f"{path}: it cannot be read ({error.strerror}). Name a file that you may read.") from error
    numbers, codes = np.unique(np.frombuffer(items, dtype=np.int64), return_inverse=True)
    labels = tuple(names.get(number, str(number)) if names else number for number in numbers.tolist())
    return Traces(codes.astype(np.int32), np.frombuffer(start, dtype=np.int64), labels)


def _take_line(location: str, line: bytes, items: array[int], start: array[int], names: dict[int, str]) -> None:
    """Add one line."""
    name = _NAME.fullmatch(line)
    if name:
        names[int(name[1])] = name[2].decode("utf-8", "replace")
    if not line or line.startswith((b"#", b"%", b"@")):
        return
    if not _SEQUENCE.fullmatch(line):
        raise ReadError(f"{location}: no sequence of single items like `1 -1 2 -1 -2`. Correct the line, or remove it.")
    try:
        items.extend(map(int, line[:-3].split(b" ")[::2]))
    except OverflowError:
        raise ReadError(f"{location}: an item is larger than 64 bits hold. Number the items anew.") from None
    start.append(len(items))


# ---- what is printed


def as_json(found: PatternSet) -> str:
    """A list with an object per pattern: tokens, support, and the columns asked for."""
    rows: list[dict[str, Any]] = [{"tokens": p.tokens, "support": p.support} for p in found.records()]
    for name, values in found.columns.items():
        for row, value in zip(rows, values.tolist(), strict=True):
            row[name] = value
    return json.dumps(rows)


def as_text(found: PatternSet) -> str:
    """A line per pattern for a person, with a heading where columns were asked for."""
    shown: dict[Token, str] = {label: show(str(label)) for label in found.labels}
    columns = [found.support.tolist(), *(values.tolist() for values in found.columns.values())]
    lines = [
        "".join([f"{numbers[0]:7}", *map(_number, numbers[1:]), "  ", " → ".join(shown[token] for token in p.tokens)])
        for p, *numbers in zip(found.records(), *columns, strict=True)
    ]
    heading = "".join(["support", *(f"{name:>10}" for name in found.columns), "  pattern"])
    return "\n".join([heading, *lines] if found.columns else lines)


def _number(value: float) -> str:
    return f"{value:10.1f}" if isinstance(value, float) else f"{value:10}"
