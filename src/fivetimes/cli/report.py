"""The last scan -> files: report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fivetimes.cli.console import CONDUCTORS, Config, emit, last, next_step, review_context, shown


def report(
    config: Config = None,
    html: Annotated[Path | None, typer.Option(help="Write the page here; - prints it.", show_default=False)] = None,
    md: Annotated[Path | None, typer.Option(help="Write Markdown here; - prints it.", show_default=False)] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", help="Write JSON here; - prints it.", show_default=False)
    ] = None,
    people: Annotated[
        bool, typer.Option("--people", help="On the page: who did what, by alias. For your own eyes.")
    ] = False,
    live: Annotated[
        bool,
        typer.Option("--live", help="On the page: the lines, as far as harmless, and their locations. For you only."),
    ] = False,
) -> None:
    """Write the five-times report of the last scan: a page, Markdown, JSON."""
    from fivetimes import pipeline, review

    form = pipeline.ReportForm
    targets = {form.HTML: html, form.MARKDOWN: md, form.JSON: as_json}
    if not any(targets.values()):
        targets[form.HTML] = Path("fivetimes-report.html")
    if (people or live) and targets[form.HTML] is None:
        raise typer.BadParameter("--people and --live are for the page; name it with --html FILE")
    result, at = review.as_decided(last(config), CONDUCTORS), datetime.now(UTC)
    context = review_context(result, CONDUCTORS)
    previews = review.preview_drafts(context)
    extras = pipeline.ReportExtras(
        drafts=previews.drafts,
        names=previews.names,
        standings=review.standings(CONDUCTORS),
        people=people,
        live=review.read_live_masked(context) if live else None,
    )
    printed = Path("-") in targets.values()  # then nothing else may stand on the output
    for kind, target in targets.items():
        if target is not None:
            emit(pipeline.report(result, form=kind, extras=extras, at=at), target)
            if str(target) != "-":
                typer.echo(shown(f"wrote {target}"), err=printed)
    if not printed:
        next_step("fivetimes review")
