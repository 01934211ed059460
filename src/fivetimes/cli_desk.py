"""Words typed about conductors -> one call to the desk -> what is printed: verify, review, decide, status."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fivetimes.console import (
    CONDUCTORS,
    AsJson,
    Conductors,
    Config,
    console,
    edit,
    folder,
    last,
    request,
    say,
    seated,
    shown,
)
from fivetimes.errors import FivetimesError


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A conductor's YAML.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the evidence of a conductor from its sources, and say what has moved or changed since."""
    from fivetimes import desk
    from fivetimes.reports import review as pages

    told = desk.verified_document(desk.verify(file, last(config), home=folder()))
    if as_json:
        typer.echo(json.dumps(told, indent=1))
    else:
        say(pages.verified(told))
    if told["differs"]:
        raise typer.Exit(1)


def decide(
    name: Annotated[str, typer.Argument(metavar="ID", help="A conductor's id, or its beginning.")],
    by: Annotated[str, typer.Option(help="Who decides.")],
    why: Annotated[str, typer.Option(help="And why.")],
    approve: Annotated[bool, typer.Option("--approve", help="It is how this is done.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It is not to be proposed again.")] = False,
    defer: Annotated[bool, typer.Option("--defer", help="Later.")] = False,
    config: Config = None,
    conductors: Conductors = CONDUCTORS,
) -> None:
    """Approve, reject or defer a conductor; the decision is added to the ledger and never changed."""
    from fivetimes import desk
    from fivetimes.model import Decision

    chosen = [d for d, on in zip(Decision, (approve, reject, defer), strict=False) if on]
    if len(chosen) != 1:
        raise typer.BadParameter("give one of --approve, --reject and --defer")
    scan = None if desk.conductor_path(conductors, name).exists() else last(config)
    full = desk.full_id(name, folder=conductors, scan=scan)
    candidate = next((c for c in scan.candidates if c.id == full), None) if scan else None
    at = datetime.now(UTC)
    desk.decide(full, decision=chosen[0], by=by, why=why, at=at, folder=conductors, candidate=candidate)
    typer.echo(shown(f"{full}: {chosen[0].value} by {by}"))


def review(
    names: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="These only.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides.", show_default=False)] = None,
    config: Config = None,
    conductors: Conductors = CONDUCTORS,
    web: Annotated[bool, typer.Option("--web", help="In a browser of this machine instead.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the page; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page, or only say where.")] = True,
) -> None:
    """Walk through what waits for a decision, one card after the other."""
    from fivetimes import desk, walk

    if web:
        _review_page(names or [], by or "", config, conductors, port, browser=browser)
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise FivetimesError("review asks on a terminal, and this is none. Use: fivetimes decide, fivetimes status")
    result = last(config)
    waiting = desk.waiting(result, conductors, only=names or [])
    if not waiting:
        typer.echo("Nothing waits for a decision. What stands: fivetimes status")
        return
    person = by or _ask("Who decides?")
    seat = seated(result, conductors, by=person)
    around = walk.Round(seat, _Terminal())
    typer.echo(f"{walk.walk(waiting, around)} of {len(waiting)} decided on. What stands: fivetimes status")


def _review_page(names: list[str], by: str, config: Path | None, conductors: Path, port: int, *, browser: bool) -> None:
    import webbrowser

    from fivetimes import web as page

    result = last(config)
    seat = seated(result, conductors, by=by)
    people = [person.name for person in request(config).team.persons]

    def opened(address: str) -> None:
        typer.echo(f"The review page, for this machine alone; the address is good once:\n{address}\nCtrl-C ends it.")
        if browser:
            webbrowser.open(address)

    page.serve(page.reviewed(result, names), seat, people=people, port=port, opened=opened)
    typer.echo("The page has ended. What stands: fivetimes status")


def _ask(question: str) -> str:
    try:
        return input(f"{question} ")
    except EOFError:
        return ""


class _Terminal:
    """The person at this terminal."""

    def say(self, shown: object) -> None:
        """Print a text or a card."""
        from fivetimes.reports.review import sentence

        say(sentence(shown) if isinstance(shown, str) else shown)

    def ask(self, question: str) -> str:
        """Ask for one line."""
        return _ask(question)

    def edit(self, text: str) -> str | None:
        """Open the person's own editor."""
        return edit(text)


def status(config: Config = None, conductors: Conductors = CONDUCTORS, as_json: AsJson = False) -> None:
    """Say of every conductor how it stands, by whose word, what is open, and when it was last seen."""
    from fivetimes import desk, pipeline
    from fivetimes.reports import review as pages

    known = pipeline.known_scan(config, here=Path.cwd(), folder=folder())
    rows = [desk.row_document(row) for row in desk.status(conductors, known)]
    trouble = desk.trouble(conductors)
    if as_json:
        typer.echo(json.dumps({"schema": 1, "conductors": rows, "trouble": trouble}, indent=1))
    else:
        say(pages.status(rows, trouble, width=console().width))
    if trouble:
        raise typer.Exit(1)
