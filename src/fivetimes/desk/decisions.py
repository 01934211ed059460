"""What a person says -> a line of the ledger, and for a revision a new conductor file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from fivetimes import conductors, exporters
from fivetimes.conductor_document import ConductorDocument, HistoryEntry, Question
from fivetimes.desk.files import conductor_at, conductor_path, record, write
from fivetimes.errors import RuleError, UnknownId
from fivetimes.model import Candidate, Conductor, Decision, Review


def open_questions(conductor: Conductor) -> list[Question]:
    """The questions without an answer. What a person wrote under `why` answers the question about it."""
    why: Mapping[str, object] = conductor.document["why"]
    return [q for q in conductor.document["questions"] if not q["answer"] and not why.get(q["about"])]


def decide(
    name: str,
    *,
    decision: Decision,
    by: str,
    why: str,
    at: datetime,
    folder: Path,
    candidate: Candidate | None = None,
) -> Review:
    """Write a decision into the ledger.

    Args:
        name: the conductor's id.
        decision: approve, reject or defer.
        by: who decides.
        why: and why.
        at: when.
        folder: of the conductors and the ledger.
        candidate: the routine, for what was never drafted.

    Raises:
        RuleError: it is to be approved and has an open question that must be answered first, or no draft.
        UnknownId: there is neither a draft nor a candidate of that id.
    """
    path = conductor_path(folder, name)
    conductor = conductor_at(path) if path.exists() else None
    if decision is Decision.APPROVE:
        _approvable(name, conductor, path)
    if conductor is None and candidate is None:
        raise UnknownId(f"{name}: neither a file {path} nor a routine of the last scan. Run: fivetimes status")
    review = _review(conductor, candidate, decision=decision, by=by, why=why, at=at)
    record(review, folder=folder)
    return review


def _approvable(name: str, conductor: Conductor | None, path: Path) -> None:
    if conductor is None:
        raise RuleError(
            f"{name}: there is no draft at {path}, so there is nothing to approve. Run: fivetimes draft {name}"
        )
    waiting = [question for question in open_questions(conductor) if question["required"]]
    if waiting:
        asked = "; ".join(f"{question['id']}: {question['ask']}" for question in waiting)
        raise RuleError(
            f"{name}: not approved, for a required question is open. {asked} Answer it in {path}, or with: fivetimes review {name}"
        )


def _review(
    conductor: Conductor | None,
    candidate: Candidate | None,
    *,
    decision: Decision,
    by: str,
    why: str,
    at: datetime,
    to: str | None = None,
) -> Review:
    for word, says in ((by, "who decides (--by NAME)"), (why, "why (--why TEXT)")):
        if not word.strip():
            raise RuleError(f"a decision says {says}, and this one does not. Say it.")
    if conductor is not None:
        seen = conductor.document["evidence"]
        on = conductors.fingerprint(conductor.document)
        return Review(
            conductor.id, decision, by.strip(), at, why.strip(), on, seen["occurrences"], seen["digest"], to=to
        )
    if candidate is None:
        raise UnknownId("nothing was seen and nothing drafted under this id. Run: fivetimes status")
    digest = conductors.digest(candidate.occurrences)
    return Review(candidate.id, decision, by.strip(), at, why.strip(), None, candidate.count, digest, to=to)


# ---- revisions: the file changes, and the ledger says who changed it


def revise(
    conductor: Conductor,
    change: Mapping[str, Any],
    *,
    decision: Decision,
    by: str,
    why: str,
    at: datetime,
    folder: Path,
    to: str | None = None,
) -> Conductor:
    """Change a conductor and write it, with the change in its history and in the ledger.

    Args:
        conductor: as it is.
        change: the keys of the document that are new.
        decision: rename, answer or edit.
        by: who changes it.
        why: and why.
        at: when.
        folder: of the conductors and the ledger.
        to: what was put in place, as the ledger says it.

    Raises:
        FivetimesError: what would be written is no conductor any more; then nothing is.
    """
    told = {Decision.RENAME: "renamed", Decision.ANSWER: "answered", Decision.EDIT: "edited"}[decision]
    entry: HistoryEntry = {
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "by": by,
        "what": told,
        "tool": conductors.tool(),
    }
    document = cast(ConductorDocument, {**conductor.document, **change})  # held against the schema by `parse`
    document["history"] = [*document["history"], entry]
    path = conductor_path(folder, conductor.id)
    text = exporters.render(replace(conductor, document=document))
    made = conductors.parse(text, place=str(path))
    if made.id != conductor.id:
        raise RuleError(
            f"{path}: the id is what reviews and evidence know it by, and stays {conductor.id}. Put it back."
        )
    review = _review(made, None, decision=decision, by=by, why=why, at=at, to=to)
    record(review, folder=folder)  # first: it refuses where the ledger was tampered with
    write(made, folder=folder)
    return made


def answered(conductor: Conductor, question: str, answer: str) -> Mapping[str, Any]:
    """The change that answers a question; an answer about the why stands there as well."""
    questions = [{**q, "answer": answer} if q["id"] == question else q for q in conductor.document["questions"]]
    about = next((q["about"] for q in conductor.document["questions"] if q["id"] == question), None)
    if about is None:
        known = ", ".join(q["id"] for q in conductor.document["questions"])
        raise UnknownId(f"{question}: no such question. Known: {known}.")
    why = conductor.document["why"]
    return {"questions": questions, **({"why": {**why, about: answer}} if about in why else {})}


def edited(text: str, conductor: Conductor) -> Mapping[str, Any]:
    """The change that a person made in an editor; the history is ours and stays.

    Raises:
        FivetimesError: what they wrote is no conductor.
    """
    made = conductors.parse(text, place=f"your text of {conductor.id}")
    if made.id != conductor.id:
        raise RuleError(f"the id is what reviews and evidence know it by, and stays {conductor.id}. Put it back.")
    return {**made.document, "history": conductor.document["history"]}
