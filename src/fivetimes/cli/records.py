"""Records of runs, written for others and given to others: record, bundle, verify-bundle."""

from __future__ import annotations

import os
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fivetimes.cli.answers import AsJson, emit, print_json
from fivetimes.cli.console import shown
from fivetimes.cli.context import CONDUCTORS, Conductors, Config, drafter, folder

if TYPE_CHECKING:
    from fivetimes.running.recording import Caller, Origin, OutsideRun


class Event(StrEnum):
    """What is recorded."""

    RUN = "run"
    BEGAN = "began"
    ENDED = "ended"
    GATE = "gate"
    END = "end"


def record(  # noqa: PLR0913, PLR0917 - one command for a shell's one-liners
    event: Annotated[Event, typer.Argument(metavar="EVENT", help="run, began, ended, gate or end.")],
    name: Annotated[str, typer.Argument(metavar="ID|STEP|RESULT", help="A conductor, a step, or how the run ended.")],
    value: Annotated[str, typer.Argument(metavar="[STATUS|ANSWER]", help="Exit status, or yes, no, back.")] = "",
    run: Annotated[
        str, typer.Option(envvar="FIVETIMES_RUN", help="Of which run; `record run` prints it.", show_default=False)
    ] = "",
    origin: Annotated[str, typer.Option(help="What carries it out: just, skill or workflow.")] = "skill",
    by: Annotated[str, typer.Option(envvar="FIVETIMES_BY", help="Who begins or answers.", show_default=False)] = "",
    because: Annotated[str, typer.Option(envvar="FIVETIMES_BECAUSE", help="Why it is run.", show_default=False)] = "",
    why: Annotated[str, typer.Option(help="Why it was answered so.", show_default=False)] = "",
    config: Config = None,
    conductors: Annotated[
        Path,
        typer.Option("--conductors", envvar="FIVETIMES_CONDUCTORS", metavar="DIR", help="Folder of the conductors."),
    ] = CONDUCTORS,
    as_json: AsJson = False,
) -> None:
    """Record what is carried out elsewhere, by just, an agent or a workflow; exported files call this."""
    made = ""
    if os.environ.get("FIVETIMES_OFF") != "1":
        from fivetimes.running import recording

        caller = recording.Caller(Path.cwd(), folder(), os.environ, by or drafter(config))
        if event is Event.RUN:
            begun = recording.begin(
                name, origin=_origin(origin), folder=conductors, caller=caller, because=because, run=run
            )
            made = begun.run
        else:
            made = _recorded(event, name, value, why, _outside_run(run, conductors, caller))
    if as_json:
        print_json({"run": made or None})
    elif event is Event.RUN and made:
        typer.echo(shown(made))


def _outside_run(run: str, conductors: Path, caller: Caller) -> OutsideRun:
    from fivetimes.running.recording import OutsideRun

    if not run:
        raise typer.BadParameter("of which run? Give --run, or set FIVETIMES_RUN to what `fivetimes record run` prints")
    return OutsideRun.of(run, folder=conductors, caller=caller)


def _recorded(event: Event, name: str, value: str, why: str, run: OutsideRun) -> str:
    """Record what is not the beginning of a run; gives the run's id."""
    if event is Event.BEGAN:
        run.began(name)
    elif event is Event.ENDED:
        run.ended(name, _status(value))
    elif event is Event.GATE:
        run.gate(name, _reply(value), why=why)
    else:
        run.end(name)
    return run.record.run


def bundle(
    name: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to; - prints it.")],
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An SSH key to sign with.", show_default=False)
    ] = None,
    deliverable: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A file that the run made.", show_default=False)
    ] = None,
    conductors: Conductors = CONDUCTORS,
    as_json: AsJson = False,
) -> None:
    """Write what others can verify of a run: its conductor, the decisions on it, its record, signed if a key is named."""
    from fivetimes import running
    from fivetimes.running import provenance

    record = running.record_of(name, folder=conductors)
    emit(provenance.bundle(record, folder=conductors, deliverables=deliverable or (), key=key), output)
    if as_json and str(output) != "-":  # printed, it is JSON itself
        print_json({"run": record.run, "written": str(output)})


def verify_bundle(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A bundle.")],
    allowed_signers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Who may sign, as ssh-keygen reads it.", show_default=False)
    ] = None,
    deliverable: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A file that it is to be of.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a bundle, with nothing but the file: that it is whole, what it states, and who signed it."""
    from fivetimes.running import provenance

    found = provenance.verify(path, allowed_signers=allowed_signers, deliverables=deliverable or ())
    if as_json:
        print_json(asdict(found))
    else:
        typer.echo(shown("\n".join(found.lines)))


def _origin(text: str) -> Origin:
    from fivetimes.running.recording import Origin as Origins

    found = [one for one in Origins if one.value == text and one is not Origins.RUN]
    if not found:
        raise typer.BadParameter("--origin is just, skill or workflow")
    return found[0]


def _status(text: str) -> int:
    if not text.isdigit():
        raise typer.BadParameter("a step ends with an exit status, a number")
    return int(text)


def _reply(text: str) -> Literal["yes", "no", "back"]:
    found: dict[str, Literal["yes", "no", "back"]] = {"yes": "yes", "no": "no", "back": "back"}
    if text not in found:
        raise typer.BadParameter("a gate is answered with yes, no or back")
    return found[text]
