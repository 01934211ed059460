"""What was named -> PatternSet -> text: the way of `fivetimes patterns`, beside the one that leads to routines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fivetimes import ingest, sequential_patterns
from fivetimes.errors import FivetimesError
from fivetimes.model import PatternSet, Token, Traces
from fivetimes.redaction import show


@dataclass(frozen=True, slots=True)
class Asked:
    """How patterns are to be mined: the task, the engine, what to count besides, how many to keep."""

    task: sequential_patterns.Task
    engine: str
    columns: tuple[str, ...] = ()
    top: int | None = None


def mined(paths: Sequence[Path], asked: Asked, *, otherwise: Callable[[], Traces]) -> PatternSet:
    """Frequent sequences, plainly counted, in an SPMF file or a Parquet table (by Spark).

    Args:
        paths: what was named.
        asked: how to mine it.
        otherwise: gives the traces where the paths are neither.

    Raises:
        FivetimesError: the engine cannot do it, or there are too many patterns.
    """
    if asked.engine == "spark" and any(path.suffix == ".parquet" for path in paths):
        return _parquet(paths, asked)
    traces = _spmf(paths) if any(map(ingest.spmf.is_spmf, paths)) else otherwise()
    return sequential_patterns.search(traces, asked.task, engine=asked.engine, columns=asked.columns, top=asked.top)


def _parquet(paths: Sequence[Path], asked: Asked) -> PatternSet:
    if len(paths) > 1:
        raise FivetimesError(f"{paths[0]}: a Parquet table is mined alone. Name one file or folder.")
    unknown = sorted(set(asked.columns) - {"surprise"})
    if unknown:
        raise FivetimesError(f"{paths[0]}: of a Parquet table no {unknown[0]} are counted. Leave the column out.")
    return sequential_patterns.mine_parquet(paths[0], asked.task, top=asked.top, score="surprise" in asked.columns)


def _spmf(paths: Sequence[Path]) -> Traces:
    if len(paths) > 1:
        raise FivetimesError(f"{paths[0]}: an SPMF file is mined alone. Name one file, or join them.")
    return ingest.spmf.read(paths[0])


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
