"""Conductors -> decisions on them: review, decide, status."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fivetimes.cli.answers import AsJson, print_json, print_text
from fivetimes.cli.console import console, edit, next_step, say, shown
from fivetimes.cli.context import CONDUCTORS, Conductors, Config, approval, folder, last, request, review_context
from fivetimes.errors import FivetimesError

if TYPE_CHECKING:
    from fivetimes.review.overview import StatusDocument


def decide(  # noqa: PLR0913, PLR0917 - the questions of one command
    name: Annotated[str, typer.Argument(metavar="ID", help="A conductor's id, or its beginning.")],
    by: Annotated[str, typer.Option(help="Who decides.")],
    why: Annotated[str, typer.Option(help="And why.")],
    approve: Annotated[bool, typer.Option("--approve", help="It is how this is done.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It is not to be proposed again.")] = False,
    defer: Annotated[bool, typer.Option("--defer", help="Later.")] = False,
    override: Annotated[
        str,
        typer.Option(
            metavar="STEP",
            help="In a run, you passed the gate of this step (s3) without its answer.",
            show_default=False,
        ),
    ] = "",
    answerer: Annotated[
        str, typer.Option(help="Who answers the gates that say nobody yet; alone, it is you.", show_default=False)
    ] = "",
    config: Config = None,
    conductors: Conductors = CONDUCTORS,
    as_json: AsJson = False,
) -> None:
    """Approve, reject or defer a conductor, or record that its gate was passed; it is added to the ledger and never changed."""
    from fivetimes import review as workflow
    from fivetimes.model.decisions import Decision

    chosen = [d for d, on in zip(Decision, (approve, reject, defer), strict=False) if on]
    if len(chosen) + bool(override) != 1:
        raise typer.BadParameter("give one of --approve, --reject, --defer and --override")
    scan = None if workflow.conductor_path(conductors, name).exists() else last(config, conductors)
    full = workflow.full_id(name, folder=conductors, scan=scan)
    candidate = next((c for c in scan.candidates if c.id == full), None) if scan else None
    at = datetime.now(UTC)
    if override:
        workflow.pass_gate(full, override, by=by, why=why, at=at, folder=conductors)
        line = workflow.ledger_line(workflow.read_ledger(conductors)[-1])
        print_text(line if as_json else shown(f"{full}: {by} passed the gate of {override}"))
        return
    allowed = replace(approval(config), answerer=answerer)
    made = workflow.decide(
        full, decision=chosen[0], by=by, why=why, at=at, folder=conductors, candidate=candidate, approval=allowed
    )
    print_text(workflow.ledger_line(made) if as_json else shown(f"{full}: {chosen[0].done} by {by}"))
    if not as_json:
        approved, option = chosen[0] is Decision.APPROVE, workflow.option_of(conductors)
        named = f"{full}{option}"
        next_step(
            f"fivetimes export {named} --format runbook, or fivetimes install {named} --to claude|codex"
            if approved
            else f"fivetimes status{option}"
        )


def review(
    names: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="These only.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides.", show_default=False)] = None,
    config: Config = None,
    conductors: Conductors = CONDUCTORS,
    web: Annotated[bool, typer.Option("--web", help="In a browser of this machine instead.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the page; 0 takes a free one.")] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page, or only print its address.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Go through what waits for a decision, one card after the other."""
    from fivetimes.review import option_of, terminal, to_review, waiting_document

    if as_json:
        result = last(config, conductors)
        rows = [waiting_document(one, conductors) for one in to_review(result, conductors, only=names or [])]
        print_json({"schema": 1, "waiting": rows})
        return
    if web:
        _review_page(names or [], by or "", config, conductors, port, browser=browser)
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise FivetimesError("review asks on a terminal, and this is none. Use: fivetimes decide, fivetimes status")
    result = last(config, conductors)
    stands = f"How each conductor stands: fivetimes status{option_of(conductors)}"
    waiting = to_review(result, conductors, only=names or [])
    if not waiting:
        typer.echo(f"Nothing waits for a decision. {stands}")
        return
    context = review_context(result, conductors, by=by or _ask("Who decides?"), config=config)
    decided = terminal.review_queue(waiting, terminal.ReviewSession(context, _AtTerminal()))
    typer.echo(f"{decided} of {len(waiting)} decided on. {stands}")


def _review_page(names: list[str], by: str, config: Path | None, conductors: Path, port: int, *, browser: bool) -> None:
    import webbrowser

    from fivetimes import atomic, running
    from fivetimes.review import option_of, web

    result, team = last(config, conductors), request(config).team
    runs = running.Runs(conductors, folder(), team.run_url)
    leading = folder().absolute() / f"review-{secrets.token_hex(4)}.html"
    context = review_context(result, conductors, by=by, config=config)
    people = [person.name for person in team.persons]

    def opened(address: str) -> None:
        typer.echo(f"The review page, for this machine only; the address works once:\n{address}\nCtrl-C ends it.")
        if browser:
            # not the address: what a program is called with, every user of the machine can read
            atomic.write_all({leading.name: web.leading_to(address)}, directory=leading.parent, private=True)
            webbrowser.open(leading.as_uri())

    try:
        web.serve(web.to_show(result, names), context, people=people, port=port, opened=opened, runs=runs)
    finally:
        leading.unlink(missing_ok=True)
    typer.echo(f"The page has ended. How each conductor stands: fivetimes status{option_of(conductors)}")


def _ask(question: str) -> str:
    try:
        return input(f"{question} ")
    except EOFError:
        return ""


class _AtTerminal:
    """The person at this terminal."""

    def say(self, shown: object) -> None:
        """Print a text or a card."""
        from fivetimes.reports.terminal import plain

        say(plain(shown) if isinstance(shown, str) else shown)

    def ask(self, question: str) -> str:
        """Ask for one line."""
        return _ask(question)

    def edit(self, text: str) -> str | None:
        """Open the person's own editor."""
        return edit(text)


def status(config: Config = None, conductors: Conductors = CONDUCTORS, as_json: AsJson = False) -> None:
    """Show how each conductor stands: by whose decision, what is open, when it was last seen, and how its runs stand."""
    from fivetimes import review as workflow
    from fivetimes import store, workspace
    from fivetimes.review.status_table import status_table

    known = workspace.known_scan(config, here=Path.cwd(), folder=folder())
    rows = [workflow.status_document(row) for row in workflow.status(conductors, known)]
    problems = workflow.ledger_problems(conductors)
    unread = workspace.known_unread(config, here=Path.cwd(), folder=folder())
    if as_json:
        followed = store.kept_follow_up(conductors=conductors, folder=folder())
        document = [
            {**row, "runs": of_runs, "followed_up": None if followed is None else followed[1].get(row["id"])}
            for row, of_runs in zip(rows, _runs(conductors, rows), strict=True)
        ]
        print_json({"schema": 1, "conductors": document, "trouble": problems, "skipped": unread})
    else:
        if unread:
            from fivetimes.reports.terminal import not_read  # most have nothing unread, and need not load it

            for line in not_read(unread):
                say(line)
        say(status_table(rows, problems, width=console().width))
        for line in _run_lines(conductors):
            typer.echo(shown(line))
    if problems:
        raise typer.Exit(1)


def _runs(conductors: Path, rows: Sequence[StatusDocument]) -> list[dict[str, object]]:
    from fivetimes import running

    runs = running.Runs(conductors, folder()).rows()
    return [running.runs_document(runs, of=row["id"]) for row in rows]


def _run_lines(conductors: Path) -> list[str]:
    """A line for each conductor that was run, or followed up: how its runs stand, and how it fares.

    What knows runs takes half of the time of `status`, and most folders have none.
    """
    from fivetimes import store

    lines = {}
    if (conductors / "runs").is_dir():
        from fivetimes import running

        lines = running.runs_lines(running.Runs(conductors, folder()).rows())
    until, standing = store.kept_follow_up(conductors=conductors, folder=folder()) or ("", {})
    for name, phrase in standing.items():
        lines[name] = f"{lines.get(name, f'{name}: 0 runs')}; {phrase} (work until {until})"
    return list(lines.values())
