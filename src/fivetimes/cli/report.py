"""The last scan -> files: report."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fivetimes.cli.console import (
    CONDUCTORS,
    Config,
    emit,
    folder,
    last,
    next_step,
    request,
    review_context,
    shown,
)

if TYPE_CHECKING:
    from fivetimes.model import ConductorEffect
    from fivetimes.pipeline import Request


def report(
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
    people: Annotated[
        bool, typer.Option("--people", help="On the page: who did what, by alias. For your own eyes.")
    ] = False,
    live: Annotated[
        bool,
        typer.Option("--live", help="On the page: the lines, as far as harmless, and their locations. For you only."),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--changes-since",
            metavar="DATE|4w",
            help="Compare with the report of that day; else with the last one of an earlier day.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write the five-times report of the last scan: a page, Markdown, JSON, a digest for a chat."""
    from fivetimes import pipeline, review

    form = pipeline.ReportForm
    targets = {form.HTML: html, form.MARKDOWN: md, form.JSON: as_json, form.DIGEST: digest}
    if not any(targets.values()):
        targets[form.HTML] = Path("fivetimes-report.html")
    if (people or live) and targets[form.HTML] is None:
        raise typer.BadParameter("--people and --live are for the page; name it with --html FILE")
    at, wanted = datetime.now(UTC), request(config)
    earlier = None if since is None else _day(since, at)
    decided = review.as_decided(last(config), CONDUCTORS)
    result = pipeline.compared(decided, wanted, at=at, since=earlier, folder=folder())
    context = review_context(result, CONDUCTORS)
    previews = review.preview_drafts(context)
    extras = pipeline.ReportExtras(
        drafts=previews.drafts,
        names=previews.names,
        effects=tuple(_effects(wanted)) if wanted.events is None and review.approved_ids(CONDUCTORS) else (),
        people=people,
        live=review.read_live_masked(context) if live else None,
    )
    printed = Path("-") in targets.values()  # then nothing else may stand on the output
    for kind, target in targets.items():
        if target is not None:
            emit(pipeline.report(result, form=kind, extras=extras, at=at), target)
            if str(target) != "-":
                typer.echo(shown(f"wrote {target}"), err=printed)
    pipeline.keep_report(result, wanted, at=at, folder=folder())
    if not printed:
        next_step("fivetimes review")


def _effects(wanted: Request) -> list[ConductorEffect]:
    """What the approved conductors changed, by all work that can be read today."""
    from fivetimes import followup

    return followup.effects(followup.follow(wanted, conductors=CONDUCTORS, folder=folder()))


_SPAN = re.compile(r"([1-9][0-9]{0,3})([dw])")
_DAYS = {"d": 1, "w": 7}


def _day(text: str, now: datetime) -> datetime:
    """The day that a text means: a date, or so many days or weeks before now."""
    span = _SPAN.fullmatch(text)
    if span is not None:
        return now - timedelta(days=int(span[1]) * _DAYS[span[2]])
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise typer.BadParameter(f"{text}: no day. Give one as 2026-03-06, or a span as 4w or 10d.") from error
