"""Sources -> memory, and out of it again: collect, forget."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fivetimes.cli.console import AsJson, Config, folder, say, to_scan
from fivetimes.config import collected_at
from fivetimes.errors import FivetimesError


def collect(
    paths: Annotated[list[Path] | None, typer.Argument(help="Histories, logs, folders.", show_default=False)] = None,
    config: Config = None,
    every: Annotated[
        float, typer.Option(metavar="MINUTES", help="Do nothing if something was collected so recently.")
    ] = 0.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but faults: for hooks and timers.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remember, redacted, what shells and agents will forget: adds what is new in the sources to memory."""
    if every and time.time() - collected_at(folder()) < 60 * every:
        return
    from fivetimes import pipeline
    from fivetimes.reports import terminal

    wanted, _ = to_scan(paths or [], config)
    if not wanted.sources:
        raise FivetimesError(pipeline.nothing_found(wanted))
    done = pipeline.collect(wanted, folder=folder())
    if as_json:
        document = {"new": done.new, "uncertain": done.uncertain, "skipped": list(done.unread), "busy": done.busy}
        typer.echo(json.dumps(document, indent=1))
    elif not quiet:
        say(terminal.collected(done.new, uncertain=done.uncertain, skipped=done.unread, busy=done.busy))


def forget(
    before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="What was done before this day.", show_default=False)
    ] = None,
    source: Annotated[
        Path | None, typer.Option(help="What was read of this file or folder.", show_default=False)
    ] = None,
    person: Annotated[str | None, typer.Option(help="What this person did.", show_default=False)] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All of memory, its key, and the scans that were kept.")
    ] = False,
    config: Config = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete from memory for good. The sources themselves stay as they are."""
    from fivetimes import pipeline
    from fivetimes.reports import terminal

    if not (before or source or person or everything):
        raise typer.BadParameter("say what: --before DAY, --source PATH, --person NAME or --all")
    if not yes:
        typer.confirm("Delete this from memory for good?", abort=True)
    moment = before.replace(tzinfo=UTC).timestamp() if before is not None else None
    gone = pipeline.forget(folder(), before=moment, source=source, person=person, everything=everything, config=config)
    typer.echo(terminal.forgotten(gone))
