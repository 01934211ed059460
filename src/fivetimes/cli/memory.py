"""Sources -> memory, and out of it again: collect, forget."""

from __future__ import annotations

import os
import shutil
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fivetimes.cli.answers import AsJson, print_json
from fivetimes.cli.console import next_step, say
from fivetimes.cli.context import Config, folder, to_scan
from fivetimes.cli.days import DAY, day
from fivetimes.config import HookTarget, collected_within, home_of_person


def collect(
    paths: Annotated[list[Path] | None, typer.Argument(help="Histories, logs, folders.", show_default=False)] = None,
    config: Config = None,
    every: Annotated[
        float, typer.Option(metavar="MINUTES", help="Do nothing if something was collected so recently.")
    ] = 0.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but faults: for hooks and timers.")] = False,
    as_json: AsJson = False,
    install: Annotated[
        HookTarget | None, typer.Option(help="Let this start the collection by itself.", show_default=False)
    ] = None,
    uninstall: Annotated[
        HookTarget | None, typer.Option(help="Take out again what --install wrote.", show_default=False)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a file is changed.")] = False,
) -> None:
    """Remember, redacted, what shells and agents will forget: adds what is new in the sources to memory."""
    if install or uninstall:
        changed = _hook(install, uninstall, [str(path.absolute()) for path in paths or []], config, yes=yes)
        if as_json:
            print_json({"changed": changed})
        return
    if every and collected_within(folder(), every, now=time.time()):
        if as_json:
            print_json({"due": False, "new": 0, "uncertain": 0, "skipped": [], "busy": False})
        return
    from fivetimes import scan_requests, workspace
    from fivetimes.reports import terminal

    wanted, _ = to_scan(paths or [], config)
    if not wanted.sources:
        raise scan_requests.nothing_found(wanted)
    done = workspace.collect(wanted, folder=folder())
    if as_json:
        counts = {"new": done.new, "uncertain": done.uncertain, "skipped": list(done.unread), "busy": done.busy}
        print_json({"due": True, **counts})
    elif not quiet:
        say(terminal.collected(done.new, uncertain=done.uncertain, skipped=done.unread, busy=done.busy))
        next_step("fivetimes scan")


def _hook(
    install: HookTarget | None, uninstall: HookTarget | None, words: list[str], config: Path | None, *, yes: bool
) -> list[str]:
    """Show what is written where, ask, and write it; or take it out. Gives the files that were changed."""
    from fivetimes import atomic
    from fivetimes.memory import hooks

    if install and uninstall:
        raise typer.BadParameter("give --install or --uninstall, not both")
    program = Path(shutil.which("fivetimes") or sys.argv[0]).absolute()
    words += ["--config", str(config.absolute())] if config is not None else []
    target = install or uninstall or HookTarget.BASH
    wanted = hooks.hooks_of(target, hooks.HookCall(program, tuple(words), os.environ, home_of_person()))
    change = hooks.installed if install else hooks.uninstalled
    changed = [hook for hook in wanted.files if change(text := atomic.text_of(hook.path), hook) != text]
    if not changed:
        typer.echo("Nothing to do: it is there already." if install else "Nothing to do: it is not there.")
        return []
    for hook in changed:
        typer.echo(f"{hook.path}\n\n{hook.text}")
    if uninstall and wanted.before_leaving:
        typer.echo(wanted.before_leaving)
    if not yes:
        typer.confirm("Write this there?" if install else "Take this out?", abort=True)
    for hook in changed:
        atomic.edit(hook.path, partial(change, hook=hook))
    typer.echo(wanted.then if install and wanted.then else "Done.")
    return [str(hook.path) for hook in changed]


def forget(
    before: Annotated[
        date | None, typer.Option(parser=day, metavar=DAY, help="What was done before this day.", show_default=False)
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
    as_json: AsJson = False,
) -> None:
    """Delete from memory for good. The sources themselves stay as they are."""
    from fivetimes import workspace
    from fivetimes.model.spans import Span
    from fivetimes.reports import terminal

    if not (before or source or person or everything):
        raise typer.BadParameter("say what: --before DAY, --source PATH, --person NAME or --all")
    if not yes:
        typer.confirm("Delete this from memory for good?", abort=True, err=True)
    moment = Span(first=before).ends[0] if before is not None else None
    gone = workspace.forget(folder(), before=moment, source=source, person=person, everything=everything, config=config)
    if as_json:
        print_json({"forgotten": gone})
    else:
        typer.echo(terminal.forgotten(gone))
