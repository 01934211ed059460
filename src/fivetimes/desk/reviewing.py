"""What a person says while reviewing -> the desk's decisions and revisions: the same for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fivetimes.desk.decisions import answered, decide, edited, open_questions, revise
from fivetimes.desk.drafting import export, keep, sketch
from fivetimes.desk.files import conductor_at, conductor_path, write
from fivetimes.desk.seat import Seat
from fivetimes.errors import RuleError
from fivetimes.model import Candidate, Conductor, Decision


def laid_out(candidate: Candidate, seat: Seat) -> Conductor:
    """The conductor of a routine: its file, or what would be drafted now. Nothing is kept of that.

    Raises:
        RuleError: there is no file, and a person rejected it.
    """
    path = conductor_path(seat.folder, candidate.id)
    if path.exists():
        return conductor_at(path)
    return sketch(candidate, seat)


def decide_on(candidate: Candidate, conductor: Conductor | None, *, decision: Decision, why: str, seat: Seat) -> None:
    """Approve, reject or defer; the file of what is approved is written when there is none yet.

    Raises:
        RuleError: no reason is given, or it is to be approved and a required question is open.
    """
    if decision is Decision.APPROVE and conductor is not None:
        approvable(conductor)
        if seat.by.strip() and why.strip():
            _on_file(candidate, conductor, seat)
    decide(
        candidate.id,
        decision=decision,
        by=seat.by,
        why=why,
        at=seat.clock(),
        folder=seat.folder,
        candidate=candidate,
    )


def approvable(conductor: Conductor) -> None:
    """Refuse what has a required question that is open.

    Raises:
        RuleError: it has one; the sentence names it.
    """
    waiting = [question["id"] for question in open_questions(conductor) if question["required"]]
    if waiting:
        raise RuleError(f"Not approved: {waiting[0]} must be answered first.")


def rename(candidate: Candidate, conductor: Conductor, *, title: str, why: str, seat: Seat) -> Conductor:
    """Give a conductor another title."""
    return _revised(candidate, conductor, {"title": title}, Decision.RENAME, why, title, seat)


def answer(candidate: Candidate, conductor: Conductor, *, question: str, text: str, seat: Seat) -> Conductor:
    """Answer one of the questions of a conductor."""
    change = answered(conductor, question, text)
    return _revised(candidate, conductor, change, Decision.ANSWER, f"the answer to {question}", text, seat)


def edit(candidate: Candidate, conductor: Conductor, *, text: str, why: str, seat: Seat) -> Conductor:
    """Put the text that a person edited in the place of a conductor."""
    return _revised(candidate, conductor, edited(text, conductor), Decision.EDIT, why, None, seat)


def write_constant(
    candidate: Candidate, conductor: Conductor, *, name: str, known: Mapping[str, str], seat: Seat
) -> Conductor:
    """Write a constant into the file, because a person says so who sees it on their own screen.

    Args:
        candidate: the routine.
        conductor: its conductor.
        name: of the constant.
        known: what `withheld` found, which is what the person saw.
        seat: who says so.
    """
    name = name.strip().removeprefix("constants.")
    constants: Mapping[str, Any] = conductor.document.get("constants", {})
    if name not in constants or name not in known:
        raise RuleError(
            f"{name}: no such constant, or it could not be read again. Known: {', '.join(constants) or 'none'}."
        )
    change = {"constants": {**constants, name: known[name]}}
    why = f"constants.{name} may be read by all"
    return _revised(candidate, conductor, change, Decision.EDIT, why, None, seat)


def export_as(candidate: Candidate, conductor: Conductor, *, form: str, seat: Seat) -> list[Path]:
    """Write a conductor and besides the files of a format; returns their paths."""
    new = not conductor_path(seat.folder, conductor.id).exists()
    written = export(conductor, form=form, folder=seat.folder)
    if new:  # what an older file stands on was kept when that was written
        keep(candidate, conductor, home=seat.home)
    return written


def _revised(
    candidate: Candidate,
    conductor: Conductor,
    change: Mapping[str, Any],
    decision: Decision,
    why: str,
    to: str | None,
    seat: Seat,
) -> Conductor:
    new = not conductor_path(seat.folder, conductor.id).exists()
    made = revise(conductor, change, decision=decision, by=seat.by, why=why, at=seat.clock(), folder=seat.folder, to=to)
    if new:
        keep(candidate, conductor, home=seat.home)
    return made


def _on_file(candidate: Candidate, conductor: Conductor, seat: Seat) -> None:
    if not conductor_path(seat.folder, conductor.id).exists():
        write(conductor, folder=seat.folder)
        keep(candidate, conductor, home=seat.home)
