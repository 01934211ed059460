"""The last scan -> files: report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fivetimes.cli.answers import emit, one_printed
from fivetimes.cli.console import next_step, say, say_first, tell
from fivetimes.cli.context import CONDUCTORS, Config, folder, last_work, request, review_context, work_of
from fivetimes.cli.days import DAY, Since, Until, day, span_of

if TYPE_CHECKING:
    from fivetimes.model.conductors import ConductorEffect
    from fivetimes.pipeline import Gathered
    from fivetimes.scan_requests import Request


def report(  # noqa: PLR0913, PLR0917 - the questions of one command
    config: Config = None,
    html: Annotated[Path | None, typer.Option(help="Write the page here; - prints it.", show_default=False)] = None,
    md: Annotated[Path | None, typer.Option(help="Write Markdown here; - prints it.", show_default=False)] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", help="Write JSON here; - prints it.", show_default=False)
    ] = None,
    digest: Annotated[
        Path | None,
        typer.Option(help="Write fifteen lines of Markdown for a chat here; - prints them.", show_default=False),
    ] = None,
    xes: Annotated[
        Path | None,
        typer.Option(help="Write all sessions here as an event log (XES); - prints it.", show_default=False),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(help="Write all sessions here as an event log (CSV); - prints it.", show_default=False),
    ] = None,
    people: Annotated[
        bool, typer.Option("--people", help="On the page: who did what, by alias. For your own eyes.")
    ] = False,
    live: Annotated[
        bool,
        typer.Option("--live", help="On the page: the lines, as far as harmless, and their locations. For you only."),
    ] = False,
    changes_since: Annotated[
        date | None,
        typer.Option(
            parser=day,
            metavar=DAY,
            help="Compare with the report of that day; else with the last one of an earlier day.",
            show_default=False,
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Write the five-times report of the last scan: a page, Markdown, JSON, a digest for a chat; or the work behind it."""
    from fivetimes import reports, review, workspace

    form = reports.ReportForm
    targets = {
        form.HTML: html,
        form.MARKDOWN: md,
        form.JSON: as_json,
        form.DIGEST: digest,
        form.XES: xes,
        form.CSV: csv,
    }
    one_printed(*targets.values())
    if not any(targets.values()):
        targets[form.HTML] = Path("fivetimes-report.html")
    if (people or live) and targets[form.HTML] is None:
        raise typer.BadParameter("--people and --live are for the page; name it with --html FILE")
    span = span_of(since, until)
    if span is not None and changes_since is not None:
        raise typer.BadParameter(
            "--changes-since compares all that was done with an earlier report; a report of a span (--since, --until) is"
            " compared with none"
        )
    at, wanted = datetime.now(UTC), replace(request(config), span=span)
    found, read = last_work(config, span=span)
    if xes or csv:
        read = read or work_of(wanted)
    decided = review.as_decided(found, CONDUCTORS)
    result = workspace.compared(decided, wanted, at=at, since=changes_since, folder=folder())
    context = review_context(result, CONDUCTORS)
    previews = review.preview_drafts(context)
    extras = reports.ReportExtras(
        drafts=previews.drafts,
        names=previews.names,
        effects=tuple(_effects(wanted, read)),
        sessions=None if read is None else read.sessions,
        people=people,
        live=review.read_live_masked(context) if live else None,
    )
    printed = Path("-") in targets.values()  # then nothing else may stand on the output
    say_first(result, tell if printed else say)
    for kind, target in targets.items():
        if target is not None:
            is_log = kind in (form.XES, form.CSV)
            size = reports.sessions_phrase(read.sessions) if is_log and read is not None else ""
            emit(reports.report(result, form=kind, extras=extras, at=at), target, size=size)
    workspace.keep_report(result, wanted, at=at, folder=folder())
    if not printed:
        next_step("fivetimes review")


def _effects(wanted: Request, read: Gathered | None) -> list[ConductorEffect]:
    """What the approved conductors changed, by all work that can be read today; of a span or of many teams nothing."""
    from fivetimes import followup, review

    if wanted.events is not None or wanted.span is not None or not review.approved_ids(CONDUCTORS):
        return []
    return followup.effects(followup.follow(wanted, conductors=CONDUCTORS, folder=folder(), read=read))
