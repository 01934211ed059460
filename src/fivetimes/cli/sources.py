"""Sources -> what there is, what was read of it and what was not: init, doctor, names, sources."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fivetimes.cli.answers import AsJson, print_json
from fivetimes.cli.console import next_step, page, say, shown
from fivetimes.cli.context import CONDUCTORS, Columns, Config, folder, last, request, review_context, to_scan
from fivetimes.config import home_of_person
from fivetimes.errors import FivetimesError

_DOCTOR_KEYS = ("sources", "skipped", "redactions", "suppressed", "habits")  # of the report document


def init(
    force: Annotated[bool, typer.Option("--force", help="Overwrite a fivetimes.toml that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what can be read on this machine, and write a fivetimes.toml in which every setting is explained. Reads no line."""
    from fivetimes import atomic, scan_requests
    from fivetimes.config import commented
    from fivetimes.reports import terminal

    here = Path.cwd()
    target = here / "fivetimes.toml"
    if target.exists() and not force:
        raise FivetimesError("fivetimes.toml: it is there already. Edit it, or write it anew with --force.")
    found = scan_requests.from_machine(os.environ, home=home_of_person(), here=here)
    text = commented(
        [source.origin for source in found.sources if source.reader not in ("git", "reflog")],
        name=os.environ.get("USER", "you"),
        emails=scan_requests.own_addresses(found),
    )
    atomic.write_all({target.name: text}, directory=here, private=False)
    if as_json:
        rows = [{"reader": source.reader, "source": source.origin} for source in found.sources]
        print_json({"written": target.name, "sources": rows, "skipped": list(found.skipped)})
        return
    say(terminal.sources_found(found.sources, stats=scan_requests.sizes(found)))
    for line in found.skipped:
        typer.echo(shown(f"not read: {line}"))
    typer.echo(f"wrote {target.name}; as it stands it changes nothing")
    next_step("fivetimes scan")


def doctor(config: Config = None, as_json: AsJson = False) -> None:
    """Say what was read, skipped and taken out, and what was not proposed, each by its rule."""
    from fivetimes import memory, reports
    from fivetimes.reports import terminal

    result, kept = last(config), memory.kept(folder())
    if as_json:
        document = {key: value for key, value in reports.document(result).items() if key in _DOCTOR_KEYS}
        print_json({**document, "memory": None if kept is None else asdict(kept)})
        return
    if kept is not None:
        since = None if kept.since is None else datetime.fromtimestamp(kept.since, UTC)
        say(
            terminal.kept_in_memory(
                kept.files, kept.events, kept.size, since=since, uncertain=kept.uncertain, unread=kept.unread
            )
        )
    page(terminal.doctor(result))
    next_step("fivetimes explain ID|STEPS")


def names(config: Config = None, as_json: AsJson = False) -> None:
    """Show names that no vocabulary knows, or that reports keep from others, on a terminal only; keep those that you say yes to."""
    from fivetimes import reports, review, workspace
    from fivetimes.reports import terminal

    found = workspace.unknown_names(request(config), folder=folder())
    result = last(config)
    previews = review.preview_drafts(review_context(result, CONDUCTORS))
    withheld = reports.withheld_names(result, previews.drafts, previews.names, asked=[one.word for one in found])
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        counts = {"unknown": len(found), "withheld": len(withheld)}
        if as_json:
            print_json(counts)
        else:
            typer.echo(terminal.names_elsewhere(len(found), len(withheld)))
        return
    asked = len(found) + len(withheld)
    questions = [
        *((n.word, partial(terminal.unknown_name, n.word, lines=n.lines, alone=n.alone)) for n in found),
        *((word, partial(terminal.withheld_name, word)) for word in withheld),
    ]
    for number, (word, question) in enumerate(questions, 1):
        # kept one by one: an answer given is not lost when the next question is left with Ctrl-C
        if typer.confirm(question(number=number, of=asked), default=False):
            workspace.approve([word], folder=folder())
    typer.echo(terminal.names_done(asked))
    next_step("fivetimes scan")


def sources(
    paths: Annotated[list[Path] | None, typer.Argument(help="Histories, logs, folders, repositories.")] = None,
    config: Config = None,
    columns: Columns = "",
    as_json: AsJson = False,
) -> None:
    """Show what can be read here: reader, span of time, every record accounted for, and what would help. Keeps nothing."""
    from fivetimes import pipeline, reports, scan_requests
    from fivetimes.reports import terminal

    wanted, _ = to_scan(paths or [], config, columns=columns)
    if not wanted.sources:
        raise scan_requests.nothing_found(wanted)
    surveyed, skipped = pipeline.survey(wanted)
    advice = pipeline.advice(surveyed)
    if as_json:
        print_json(reports.sources_document(surveyed, advice, skipped))
    else:
        page(terminal.source_balances(surveyed, advice=advice, skipped=skipped))
        next_step("fivetimes scan")
