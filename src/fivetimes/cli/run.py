"""Approved conductors -> runs: run, resume, answer, runs, ask."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fivetimes.cli.answers import AsJson, complain, emit, flush, print_json
from fivetimes.cli.console import shown
from fivetimes.cli.context import CONDUCTORS, Conductors, Config, drafter, folder

if TYPE_CHECKING:
    from fivetimes.config import Team
    from fivetimes.review.waiting import Answer
    from fivetimes.running import Performer, Record, Reply, RunEntry, RunRow, Runs

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.")]
By = Annotated[str, typer.Option(help="Who does this; alone, it is you.", show_default=False)]


def run(  # noqa: PLR0913, PLR0917 - the questions of one command
    name: Annotated[str, typer.Argument(metavar="ID", help="An approved conductor's id, or its beginning.")],
    value: Annotated[
        list[str] | None, typer.Option("--input", metavar="NAME=VALUE", help="A value.", show_default=False)
    ] = None,
    because: Annotated[str, typer.Option(help="Why it is run.", show_default=False)] = "",
    by: By = "",
    way: Annotated[
        list[str] | None, typer.Option(metavar="STEP=NUMBER", help="A step in another way.", show_default=False)
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="STEP", help="Leave out an optional step.", show_default=False)
    ] = None,
    config: Config = None,
    conductors: Conductors = CONDUCTORS,
    as_json: AsJson = False,
) -> None:
    """Run an approved conductor, step after step; it stops at every gate and asks."""
    from fivetimes import review, running

    full = review.full_id(name, folder=conductors, scan=None)
    choices = running.Choices({step: _number(step, text) for step, text in _pairs("--way", way).items()}, without or [])
    team, who = _team(config), by or drafter(config)
    wish = running.Wish(
        _pairs("--input", value), because, who or "you", choices, Path.cwd(), dict(team.runners) if team else {}
    )
    kept = _runs(conductors, team)
    _worked(lambda: kept.start(full, wish, asked=_asked(kept, who)), as_json=as_json)


def resume(
    name: Run, by: By = "", config: Config = None, conductors: Conductors = CONDUCTORS, as_json: AsJson = False
) -> None:
    """Go on with a run that waits for an answer, or whose process was ended."""
    kept = _runs(conductors, _team(config))
    _worked(lambda: kept.go_on(name, asked=_asked(kept, by or drafter(config))), as_json=as_json)


def answer(  # noqa: PLR0913, PLR0917 - the questions of one command
    name: Run,
    gate: Annotated[str, typer.Argument(metavar="GATE", help="The question's key, or the step behind the gate.")],
    by: Annotated[str, typer.Option(help="Who answers.")],
    why: Annotated[str, typer.Option(help="And why.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Go on.")] = False,
    no: Annotated[bool, typer.Option("--no", help="Do not.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Go back, where the question offers it.")] = False,
    override: Annotated[
        bool, typer.Option("--override", help="In the place of who is meant to answer; needs --why.")
    ] = False,
    config: Config = None,
    conductors: Conductors = CONDUCTORS,
    as_json: AsJson = False,
) -> None:
    """Answer a question of a run, from anywhere; it goes on if somebody works on it, else with `resume`."""
    from fivetimes import running

    replies: dict[Answer, bool] = {"yes": yes, "no": no, "back": back}
    chosen = [reply for reply, on in replies.items() if on]
    if len(chosen) != 1:
        raise typer.BadParameter("give one of --yes, --no and --back")
    made = _runs(conductors, _team(config)).answer(name, gate, running.Reply(chosen[0], by, why, override))
    at = made.key.removesuffix(":answered")
    if as_json:
        print_json({"run": made.fields["run"], "question": at, "answer": chosen[0], "by": by})
    else:
        typer.echo(shown(f"{made.fields['run']}: {chosen[0]} at {at} by {by}"))


def runs(
    name: Annotated[
        str, typer.Argument(metavar="[ID]", help="Of this conductor only; or one run, with all its answers.")
    ] = "",
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the page of one run; - prints it.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    conductors: Conductors = CONDUCTORS,
) -> None:
    """List the runs: how each ended, or what it waits for, and for whom. Of one run, everything that its record answers."""
    from fivetimes import followup, review, running

    if as_json and html is not None:
        raise typer.BadParameter("give --json or --html, not both")
    rows = _runs(conductors, None).rows()
    # a run's id begins with its conductor's: what both begin with means the conductor
    one = [row for row in rows if row.run.startswith(name) and not row.conductor.startswith(name)]
    if html is not None:
        emit(followup.run_page(running.record_of(name, folder=conductors)), html)
        return
    if len(one) == 1 and not as_json:
        record = running.record_of(one[0].run, folder=conductors)
        for about in running.ABOUT:
            typer.echo(shown("\n".join([f"{about}:", *(f"  {line}" for line in running.ask(record, about))])))
        return
    rows = one or _rows_of(name, rows)
    if as_json:
        document = [{**asdict(row), "began": row.began.isoformat() if row.began else None} for row in rows]
        print_json(document)
        return
    for row in rows:
        typer.echo(shown(row.line))
    if not rows:
        typer.echo(shown(f"No runs yet. Start one: fivetimes run ID{review.option_of(conductors)}"))


def ask(
    name: Run,
    about: Annotated[str, typer.Argument(metavar="QUESTION", help="why, state, alternative, gate or trail.")],
    as_json: AsJson = False,
    conductors: Conductors = CONDUCTORS,
) -> None:
    """Ask a run: why it was run, in what state, what the alternative was, which gate it passed, what its trail is."""
    from fivetimes import running

    record = running.record_of(name, folder=conductors)
    found = running.ask(record, about)
    if as_json:
        print_json({"run": record.run, about: found})
    else:
        typer.echo(shown("\n".join(found)))


# ---- how


def _rows_of(conductor: str, rows: Sequence[RunRow]) -> list[RunRow]:
    """The runs of the conductors whose id begins so.

    Raises:
        UnknownId: there are none.
    """
    from fivetimes.words import id_of

    found = [row for row in rows if row.conductor.startswith(conductor)]
    if not found and conductor:
        known = [known for row in reversed(rows) for known in (row.conductor, row.run)]
        id_of(conductor, known, otherwise="none yet", what="run")
    return found


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    pairs = [text.partition("=") for text in given or ()]
    if any(not sign for _, sign, _ in pairs):
        raise typer.BadParameter(f"{option} has the form NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _number(step: str, text: str) -> int:
    if not text.isdigit():
        raise typer.BadParameter(f"--way {step}={text}: the way is a number from 1")
    return int(text)


def _team(config: Path | None) -> Team | None:
    """The team of the named configuration, or of the one in this folder; None where there is none."""
    from fivetimes.config import load

    path = config or Path("fivetimes.toml")
    return load(path) if config is not None or path.is_file() else None


def _runs(conductors: Path, team: Team | None) -> Runs:
    from fivetimes import running

    return running.Runs(conductors, folder(), team.run_url if team is not None else "")


def _asked(kept: Runs, by: str) -> Callable[[Performer, RunEntry], bool]:
    """Puts a question to the person at the terminal; elsewhere the run waits."""

    def put(performer: Performer, question: RunEntry) -> bool:
        if question.fields["about"] == "gate":
            _show_before(performer, question)
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        kept.answer(performer.order.run, question.key, _prompted(question, by))
        return True

    return put


def _show_before(performer: Performer, question: RunEntry) -> None:
    """What the gate stands before: the command, what it would send, how the last step ended."""
    step, last = question.fields["step"], question.fields["last"]
    command, goes_out = performer.shown_before(step)
    typer.echo(shown(f"\n{step}: {command}"), err=True)
    if goes_out:
        typer.echo(shown(goes_out), err=True)
    if last is not None:
        typer.echo(f"last step: {last['step']}, exit status {last['exit']}", err=True)


def _prompted(question: RunEntry, by: str) -> Reply:
    from fivetimes.running import Reply

    offered = ["yes", "no", "back"] if question.fields["back"] else ["yes", "no"]
    asked = f"{question.fields['question']} [{'/'.join(offered)}]"
    reply = typer.prompt(shown(asked), err=True).strip().lower()
    while reply not in offered:
        reply = typer.prompt(f"one of {', '.join(offered)}", err=True).strip().lower()
    why = typer.prompt("why", default="", show_default=False, err=True)
    who = by or typer.prompt("your name", err=True)
    meant = question.fields["answerer"]
    instead = bool(meant) and who != meant
    override = instead and typer.confirm(f"{meant} is to answer this. Answer in their place?", err=True)
    return Reply(reply, who, why, override)


def _worked(work: Callable[[], Record], *, as_json: bool) -> None:
    """Work on a run, show how it stands, and end: at once, for a thread of the engine may still wait for an answer."""
    from fivetimes.running import RunBroken

    try:
        code = _stands(work(), as_json=as_json)
    except RunBroken as broken:
        complain(broken.__cause__ or broken)
        code = 1
    flush()
    os._exit(code)  # the run survives any end of its process


def _stands(record: Record, *, as_json: bool) -> int:
    """Print how a run stands; the exit status: 0 done, 1 ended otherwise, 3 it waits."""
    from fivetimes.running import open_question

    entries = record.entries()
    question = open_question(entries)
    result = entries[-1].fields["result"] if entries[-1].what == "ended" else "waiting"
    where = (question.fields["step"] or question.key) if question is not None else "GATE"
    if as_json:
        print_json({"run": record.run, "result": result, "waits_for": where if result == "waiting" else None})
    elif result != "waiting":
        typer.echo(shown(f"{record.run}: {result}"))
    else:
        typer.echo(shown(f"{record.run}: waiting. Answer: fivetimes answer {record.run} {where} --yes --by NAME"))
        typer.echo(shown(f"then go on: fivetimes resume {record.run}"))
    return {"done": 0, "waiting": 3}.get(result, 1)
