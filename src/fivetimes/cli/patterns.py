"""Words typed about frequent sequences -> one call -> what is printed: patterns."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fivetimes.cli.answers import AsJson, emit, print_json
from fivetimes.cli.context import Config, folder, to_scan


class Miner(StrEnum):
    """What looks for patterns."""

    AUTO = "auto"
    NUMBA = "numba"
    NUMPY = "numpy"
    PREFIXSPAN = "prefixspan"
    SPARK = "spark"


class Count(StrEnum):
    """What a pattern's support counts."""

    OCCURRENCES = "occurrences"
    SESSIONS = "sessions"


class Keep(StrEnum):
    """Which patterns are kept."""

    ALL = "all"
    CLOSED = "closed"
    MAXIMAL = "maximal"


class Column(StrEnum):
    """What may be counted besides support."""

    SESSIONS = "sessions"
    DAYS = "days"
    PEOPLE = "people"
    SURPRISE = "surprise"


def _gap(text: str) -> int | None:
    """A gap limit as it is typed: a number, or `none`."""
    if text == "none":
        return None
    if not text.isdecimal():
        raise typer.BadParameter("give a whole number from 0, or none")
    return int(text)


def patterns(  # noqa: PLR0913, PLR0917 - the questions of one command
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Histories, logs, folders, repositories; or one SPMF file.")
    ] = None,
    config: Config = None,
    support: Annotated[int, typer.Option(min=1, help="How often a pattern must be seen.")] = 5,
    max_gap: Annotated[
        str, typer.Option(metavar="N|none", help="Foreign actions between two neighbours; none: any number.")
    ] = "1",
    min_length: Annotated[int, typer.Option(min=1, help="Steps in a pattern, at least.")] = 2,
    max_length: Annotated[int, typer.Option(min=1, help="Steps in a pattern, at most.")] = 4,
    count: Annotated[Count, typer.Option(help="Count disjoint occurrences, or sessions.")] = Count.OCCURRENCES,
    keep: Annotated[Keep, typer.Option(help="All patterns, or those that no longer one covers.")] = Keep.ALL,
    engine: Annotated[Miner, typer.Option(help="What looks for patterns; the answer is the same.")] = Miner.AUTO,
    column: Annotated[
        list[Column] | None, typer.Option(help="Count this besides; may be given more than once.", show_default=False)
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Keep the most surprising.", show_default=False)] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="More patterns than this are refused.", show_default=False)
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Write to this file.")] = Path("-"),
    as_json: AsJson = False,
) -> None:
    """Print frequent sequences, plainly counted: what the ladder is not."""
    from fivetimes import pipeline, sequential_patterns, store
    from fivetimes.config import Mining

    most = limit or Mining().limit
    task = sequential_patterns.Task(support, _gap(max_gap), min_length, max_length, count.value, keep.value, most)
    found = sequential_patterns.mine_files(
        paths or [],
        sequential_patterns.PatternRequest(task, engine.value, tuple(name.value for name in column or ()), top),
        otherwise=lambda: pipeline.sequences(to_scan(paths or [], config)[0], key=store.local_key(folder())),
    )
    if len(found) or as_json:
        emit(sequential_patterns.as_json(found) if as_json else sequential_patterns.as_text(found), output)
        if as_json and str(output) != "-":
            print_json({"patterns": len(found), "written": str(output)})
    else:
        typer.echo("no pattern is seen that often", err=True)
    if len(found) < found.found:
        typer.echo(f"{len(found):,} of {found.found:,} patterns, the most surprising ones", err=True)
