"""The last scan -> a bundle for others, and the bundles of a team -> its report: share, merge."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fivetimes.cli.answers import AsJson, emit, one_printed, print_json, tell_written
from fivetimes.cli.console import console, say, shown, tell
from fivetimes.cli.context import CONDUCTORS, Config, drafter, folder, last, request, review_context
from fivetimes.errors import FivetimesError

if TYPE_CHECKING:
    from fivetimes.bundles import Sharing


_NOBODY_AGREED = "nothing was written: nobody said yes to this text. Run: fivetimes share --preview"


def _person(config: Path | None, named: str) -> str:
    """Whose work is shared: who was named, the one person of the configuration, or the owner of this machine."""
    from fivetimes.eventlog.identities import OWNER

    persons = [person.name for person in request(config).team.persons]
    who = named or (drafter(config) if persons else OWNER)
    if persons and who not in persons:
        raise FivetimesError(f"whose work is it? Say --person NAME; the configuration has {', '.join(persons)}.")
    return who


def _agreed(sharing: Sharing) -> bool:
    """Show the very text and ask; a pipe is shown it and is never asked."""
    from fivetimes.reports import terminal

    tell(terminal.shared_routines(sharing.listed, held_back=sharing.held_back))
    typer.echo(sharing.text, nl=False)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return typer.confirm("May exactly this text leave this machine?", default=False, err=True)


def share(  # noqa: PLR0913, PLR0917 - the questions of one command
    config: Config = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show the text that would leave, and ask.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the bundle here.", show_default=False)
    ] = None,
    person: Annotated[str, typer.Option(help="Whose work it is, in a configuration of several people.")] = "",
    held_back: Annotated[
        list[str] | None, typer.Option("--except", metavar="ID", help="Hold this routine back.", show_default=False)
    ] = None,
    reviewed: Annotated[bool, typer.Option("--reviewed", help="Share only what you have approved.")] = False,
    names: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="A name of your own that may stand in it.", show_default=False),
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Share nothing any more: an empty bundle.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write what others may know of your routines: no line, no value, no place. Nothing leaves without your yes."""
    from fivetimes import review
    from fivetimes.bundles import Choice, agree, prepared, write

    if not preview and output is None:
        raise typer.BadParameter("--preview shows what would leave, -o FILE writes it")
    scan = None if withdraw else review.as_decided(last(config), CONDUCTORS)
    only = review.approved_ids(CONDUCTORS) if reviewed else None
    choice = Choice(tuple(held_back or ()), only, frozenset(names or ()))
    who = "" if scan is None else _person(config, person)
    sharing = prepared(scan, person=who, choice=choice, folder=folder(), target=output)
    if as_json:
        _share_for_programs(sharing, output)
        return
    if preview or not sharing.agreed:
        if not _agreed(sharing):
            if output is not None:
                raise FivetimesError(_NOBODY_AGREED)
            return
        agree(sharing, folder=folder())
    if output is not None:
        write(sharing, output, folder=folder())
        tell_written(output)


def _share_for_programs(sharing: Sharing, output: Path | None) -> None:
    """The text and what is in it, as JSON; a program is asked nothing: only a text that a person said yes to is written."""
    from fivetimes.bundles import write

    is_written = output is not None and sharing.agreed
    if output is not None and is_written:
        write(sharing, output, folder=folder())
    print_json(
        {
            "text": sharing.text,
            "routines": [{"id": name, "title": title, "times": times} for name, title, times in sharing.listed],
            "held_back": [{"id": name, "why": why} for name, why in sharing.held_back],
            "agreed": sharing.agreed,
            "written": str(output) if is_written else None,
        }
    )
    if output is not None and not is_written:
        typer.echo(_NOBODY_AGREED, err=True)
        raise typer.Exit(1)


def merge(
    files: Annotated[list[Path], typer.Argument(metavar="BUNDLE...", help="Bundles, or folders with bundles.")],
    html: Annotated[Path | None, typer.Option(help="Write the page here; - prints it.", show_default=False)] = None,
    md: Annotated[Path | None, typer.Option(help="Write Markdown here; - prints it.", show_default=False)] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", help="Write JSON here; - prints it.", show_default=False)
    ] = None,
    draft: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Draft this routine, its values left open.", show_default=False),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for the drafts.")] = CONDUCTORS,
) -> None:
    """Show what at least three people of a team do, from the bundles that they shared."""
    from fivetimes import reports, review
    from fivetimes.bundles import merged_scan
    from fivetimes.reports import terminal

    result = merged_scan(files, folder=folder())
    forms = reports.ReportForm
    context = review_context(result, output, by=os.environ.get("USER", ""))
    targets = {
        kind: at for kind, at in ((forms.HTML, html), (forms.MARKDOWN, md), (forms.JSON, as_json)) if at is not None
    }
    one_printed(*targets.values())
    if targets:
        previews = review.preview_drafts(context)
        extras = reports.ReportExtras(names=previews.names, drafts=previews.drafts)
    for kind, target in targets.items():
        emit(reports.report(result, form=kind, extras=extras, at=datetime.now(UTC)), target)
    for name in draft or ():
        conductor = review.draft(name, context, use_live=False)
        path, _ = review.write_draft(conductor, context)
        typer.echo(shown(str(path)))
    if not draft and not targets:
        say(terminal.ladder(result, width=console().width))
