"""Sources -> routines, as they are printed: scan, show."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fivetimes.cli.answers import AsJson, emit, one_printed, print_json
from fivetimes.cli.console import console, next_step, page, progress, tell
from fivetimes.cli.context import CONDUCTORS, Columns, Config, folder, last, to_scan
from fivetimes.cli.days import Since, Until, options_of, span_of
from fivetimes.config import HISTORIES, SearchEngine
from fivetimes.errors import FivetimesError

if TYPE_CHECKING:
    from fivetimes.model.scans import Scan
    from fivetimes.model.spans import Span
    from fivetimes.scan_requests import Request

_OCCURRENCES_SHOWN = 3  # without --all: enough to recognise the routine


def _agreed(request: Request, *, yes: bool) -> bool:
    """Show what would be read and ask once; a pipe is never asked and must say --yes.

    The question stands beside what is printed, not in it: on the standard error.
    """
    from fivetimes import scan_requests
    from fivetimes.reports import terminal

    tell(terminal.sources_found(request.sources, stats=scan_requests.sizes(request)))
    if yes:
        return True
    if not sys.stdin.isatty():
        raise FivetimesError(
            "reading these needs a yes, and this is no terminal. Add --yes, or name the paths to read."
        )
    return typer.confirm("Read them? Nothing leaves this machine, and no raw line is kept", err=True)


def scan(  # noqa: PLR0913, PLR0917 - the questions of one command
    paths: Annotated[list[Path] | None, typer.Argument(help="Histories, logs, folders, repositories.")] = None,
    config: Config = None,
    yes: Annotated[bool, typer.Option("--yes", help="Read what was found without asking.")] = False,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the report as JSON; - prints it.")] = None,
    engine: Annotated[SearchEngine, typer.Option(help="What looks for routines.")] = SearchEngine.PROFILE,
    columns: Columns = "",
    events: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A folder with a sub-folder for each team.", show_default=False),
    ] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Search made-up histories of the same team too: what does chance give?")
    ] = False,
    histories: Annotated[int, typer.Option(min=1, help="How many of each sort --calibrate makes.")] = HISTORIES,
    since: Since = None,
    until: Until = None,
) -> None:
    """Find what is repeated, and show the five-times ladder."""
    from fivetimes import reports, review, workspace
    from fivetimes.reports import terminal

    span = span_of(since, until)
    if events is not None:
        if paths or config or columns or calibrate or span:
            raise typer.BadParameter(
                "--events goes with --engine, --json and --yes alone: each team has its own settings"
            )
        wanted, found = _teams(events, engine)
    else:
        asked = partial(to_scan, paths or [], config, engine, columns)
        wanted, found = _here(asked, span, engine, histories if calibrate else 0, yes=yes)
    result = workspace.compared(
        review.as_decided(found, CONDUCTORS), wanted, at=datetime.now(UTC), since=None, folder=folder()
    )
    if as_json is not None:
        emit(json.dumps(reports.document(result), indent=1), as_json)
    if as_json is None or str(as_json) != "-":
        page(terminal.ladder(result, width=console().width))
        named = f"fivetimes show {result.to_decide[0].id}{options_of(span)}" if result.to_decide else ""
        next_step(named or "fivetimes doctor")


def _here(
    asked: Callable[[], tuple[Request, bool]], span: Span | None, engine: SearchEngine, histories: int, *, yes: bool
) -> tuple[Request, Scan]:
    """What was named, or what is here once its owner has agreed, and the scan of it."""
    from fivetimes import scan_requests, workspace

    if engine is SearchEngine.SPARK:
        raise typer.BadParameter("--engine spark is for a folder of teams: --events FOLDER")
    found, asked_for = asked()
    request = replace(found, span=span)
    if not request.sources:
        raise workspace.unread(request, scan_requests.nothing_found(request), folder=folder())
    if not asked_for and not _agreed(request, yes=yes):
        raise typer.Exit(0)
    with progress() as tick:
        return request, workspace.scan(request, folder=folder(), tick=tick, histories=histories)


def _teams(events: Path, engine: SearchEngine) -> tuple[Request, Scan]:
    """A folder of teams, and the scan of it."""
    from fivetimes import company, scan_requests

    if engine is SearchEngine.PREFIXSPAN:
        raise typer.BadParameter("--engine prefixspan is for one team; for --events there are profile and spark")
    wanted = scan_requests.from_events(events, engine=engine)
    with progress() as tick:
        return wanted, company.scan(wanted, folder=folder(), tick=tick)


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A candidate's id, or its beginning.")],
    config: Config = None,
    as_json: AsJson = False,
    every: Annotated[bool, typer.Option("--all", help="Show every occurrence.")] = False,
    xes: Annotated[
        Path | None, typer.Option(help="Write its runs here as an event log (XES); - prints it.", show_default=False)
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write its runs here as an event log (CSV); - prints it.", show_default=False)
    ] = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Show one routine, with the lines behind it: on a terminal the commands themselves, read again just now."""
    from fivetimes import reports, review, workspace
    from fivetimes.model.candidates import Tier
    from fivetimes.reports import terminal

    one_printed(Path("-") if as_json else None, xes, csv)
    span = span_of(since, until)
    result = last(config, span=span)
    candidate = workspace.candidate_of(result, name)
    if xes is not None:
        emit(reports.xes(candidate), xes, size=reports.runs_phrase(candidate))
    if csv is not None:
        from fivetimes.reports import frames  # which loads pandas

        emit(reports.csv_of(frames.run_log(candidate)), csv, size=reports.runs_phrase(candidate))
    if as_json:
        about = reports.reservations_document(result)
        print_json({**reports.candidate_document(candidate), **about})
    if as_json or xes is not None or csv is not None:
        return
    # into a pipe goes nothing raw
    live = review.read_live(result, candidate, home=folder()) if sys.stdout.isatty() else None
    most = len(candidate.occurrences) if every else _OCCURRENCES_SHOWN
    page(terminal.answer_about(result, terminal.candidate_card(candidate, live=live, most=most)))
    # a draft is of all that was done: what only a span holds may have no id there
    explained = candidate.tier is Tier.NOTICED or span is not None
    next_step(f"fivetimes {'explain' if explained else 'draft'} {candidate.id}{options_of(span)}")
