"""Conductor files, ledger and last scan -> the queue, and the status of each conductor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict

from fivetimes import conductors, identity
from fivetimes.conductor_document import Question
from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Standing, Status
from fivetimes.model.events import Kind
from fivetimes.model.scans import Scan
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.model.trace import Stage, TraceEvent
from fivetimes.review import ledger
from fivetimes.review.folder import (
    conductor_path,
    conductors_in,
    identity_of,
    open_gates,
    open_questions,
    read_conductor,
    read_ledger,
    standings,
)
from fivetimes.words import id_of
from fivetimes.workspace import candidate_of, renamed

# ---- what waits for a decision


def as_decided(scan: Scan, folder: Path) -> Scan:
    """A scan as people decided.

    Rejected routines are suppressed until they were seen much more often, ids, names and standings are those of the folder
    (`recognised`), and what is a conductor already is marked as such.
    """
    scan = _marked(recognised(scan, folder), folder)
    rejected = {c.id: c.standing for c in scan.candidates if ledger.stays_away(c.standing, count=c.count)}
    if not rejected:
        return scan
    suppressed = {c.id: _suppressed(c, rejected[c.id]) for c in scan.candidates if c.id in rejected}
    left = tuple(c for c in scan.candidates if c.id not in rejected)
    trace = scan.trace.rejected(
        {name: TraceEvent(Stage.REVIEW, one.reason, one.numbers) for name, one in suppressed.items()}
    )
    return replace(scan, candidates=left, suppressed=(*suppressed.values(), *scan.suppressed), trace=trace)


def recognised(scan: Scan, folder: Path) -> Scan:
    """A scan in which each routine that people know has the id that they know it by, their title for it, and its standing.

    What they know are the conductors of a folder and the routines that they decided on, by their steps: the ids stay the same
    on another machine, after our own folder is gone, and with more of the history. The title is that of the conductor's file, else
    the last one that the ledger has.
    """
    reviews, files = read_ledger(folder), conductors_in(folder)
    if not reviews and not files:
        return scan
    documents = [identity_of(conductor) for conductor in files]
    # a decided routine as it was seen then: of a file, a person may have changed the steps
    scan = renamed(scan, identity.recognised(scan.candidates, [*documents, *ledger.identities(reviews)]))
    titles = dict(ledger.titles(reviews)) | {conductor.id: conductor.document["title"] for conductor in files}
    known = ledger.standings(reviews)
    named = (
        replace(c, title=titles.get(c.id, c.title), standing=ledger.standing_of(c.id, known)) for c in scan.candidates
    )
    return replace(scan, candidates=tuple(named))


# ---- what is a conductor already


def _marked(scan: Scan, folder: Path) -> Scan:
    """A scan in which each routine that is a conductor already names it."""
    known = standings(folder)
    approved = [conductor for conductor in conductors_in(folder) if _is_approved(conductor, known)]
    marked = (replace(one, already=_conductor_of(one, approved) or _skill_of(one, scan)) for one in scan.candidates)
    return replace(scan, candidates=tuple(marked))


def _is_approved(conductor: Conductor, known: Mapping[str, Standing]) -> bool:
    """Whether a conductor was approved as its file stands now."""
    standing = ledger.standing_of(conductor.id, known)
    return standing.status is Status.APPROVED and not changed_since(conductor, standing)


def _conductor_of(candidate: Candidate, approved: Sequence[Conductor]) -> str:
    """The approved conductor of a routine: the one of its id, else one of the same steps.

    Steps are the same when each step of the one that may not be left out is a step of the other, both ways: so a routine stays
    known when its title, and with it its id, is another one today.
    """
    every, needed = {step.action for step in candidate.steps}, {s.action for s in candidate.steps if not s.optional}
    for conductor in sorted(approved, key=lambda one: one.id != candidate.id):
        steps = conductor.document["steps"]
        theirs = {step["action"] for step in steps if "optional" not in step}
        if conductor.id == candidate.id or (theirs <= every and needed <= {step["action"] for step in steps}):
            return conductor.id
    return ""


def _skill_of(candidate: Candidate, scan: Scan) -> str:
    """The skill whose calls a routine consists of, as the logs show by `parent`.

    It called each of the steps at least as often as the routine was done: then no run needs anybody to put them in order.
    """
    usual = [step for step in candidate.steps if not step.optional]
    if any(step.kind not in (Kind.SKILL, Kind.TOOL, Kind.ACTION) for step in usual):
        return ""
    names = {name for step in usual for name in (step.action.partition(":")[2] or step.action).split()[:1]}
    for one in scan.compositions:
        calls, called = dict(one.calls), names - {one.name}
        if called and all(calls.get(name, 0) >= candidate.count for name in called):
            return one.name
    return ""


def _suppressed(candidate: Candidate, standing: Standing) -> Suppressed:
    steps = tuple(step.action for step in candidate.steps)
    return Suppressed(steps, candidate.count, SuppressionRule.REJECTED, (("returns_at", ledger.returns_at(standing)),))


def queue(scan: Scan, folder: Path) -> list[Candidate]:
    """The candidates that wait for a decision, the best first and the deferred last.

    Those that are only noticed do not wait, nor do the rejected, nor what is a conductor already.
    """
    known = standings(folder)
    waiting = [c for c in as_decided(scan, folder).to_decide if c.tier is not Tier.NOTICED]
    return sorted(waiting, key=lambda c: ledger.standing_of(c.id, known).status is Status.DEFERRED)


def to_review(scan: Scan, folder: Path, *, only: Sequence[str]) -> list[Candidate]:
    """The named candidates in the order of the names, or the whole queue where none is named."""
    known = recognised(scan, folder)
    return [candidate_of(known, name) for name in only] or queue(scan, folder)


class WaitingDocument(TypedDict):
    """A row of `fivetimes review --json`: what waits, and what has to be answered before it can be approved."""

    id: str
    title: str
    tier: str
    occurrences: int
    standing: Status
    drafted: bool
    questions: list[Question]
    gates: list[str]


def waiting_document(candidate: Candidate, folder: Path) -> WaitingDocument:
    """What waits, in plain values; open questions and gates that nobody answers are those of its file."""
    path = conductor_path(folder, candidate.id)
    conductor = read_conductor(path) if path.exists() else None
    return {
        "id": candidate.id,
        "title": conductor.document["title"] if conductor else candidate.title,
        "tier": candidate.tier.value,
        "occurrences": candidate.count,
        "standing": ledger.standing_of(candidate.id, standings(folder)).status,
        "drafted": conductor is not None,
        "questions": open_questions(conductor) if conductor else [],
        "gates": open_gates(conductor) if conductor else [],
    }


def changed_since(conductor: Conductor, standing: Standing) -> bool:
    """Whether a conductor is not the document that was decided on."""
    last = standing.last
    return last is not None and last.on is not None and last.on != conductors.fingerprint(conductor.document)


# ---- how each conductor stands


@dataclass(frozen=True, slots=True)
class StatusRow:
    """How one conductor stands.

    Attributes:
        id: of the conductor.
        title: of its document, or of the routine.
        standing: by its last decision.
        tier: of the routine today, else of the document; "unknown" without either.
        occurrences: by now, else as the document states.
        open: the questions without an answer; `required`: those of them that must be answered before approval.
        last: the day on which it was last seen, None if unknown.
        changed: whether the file is not the document that was decided on.
        drafted: whether there is a file.
    """

    id: str
    title: str
    standing: Standing
    tier: str
    occurrences: int
    open: tuple[str, ...]
    required: tuple[str, ...]
    last: str | None
    changed: bool
    drafted: bool


class StatusDocument(TypedDict):
    """A row of `fivetimes status --json`."""

    id: str
    title: str
    standing: Status
    changed: bool
    tier: str
    occurrences: int
    by: str | None
    at: str | None
    why: str | None
    open: list[str]
    required: list[str]
    last_seen: str | None
    drafted: bool


def status(folder: Path, scan: Scan | None) -> list[StatusRow]:
    """How every conductor of a folder stands, and every routine that was decided on without a draft; by id.

    Args:
        folder: of the conductors and the ledger.
        scan: the last scan, for today's counts and days; None when there is none.
    """
    known, files = standings(folder), {conductor.id: conductor for conductor in conductors_in(folder)}
    scan = recognised(scan, folder) if scan is not None else None
    seen = {candidate.id: candidate for candidate in scan.candidates} if scan is not None else {}
    names = sorted({*files, *known})
    return [_row(name, files.get(name), seen.get(name), ledger.standing_of(name, known)) for name in names]


def _row(name: str, conductor: Conductor | None, candidate: Candidate | None, standing: Standing) -> StatusRow:
    if conductor is None:
        count = candidate.count if candidate else standing.last.occurrences if standing.last else 0
        title, tier = (candidate.title, candidate.tier.value) if candidate else (name, "unknown")
        return StatusRow(
            name, title, standing, tier, count, (), (), _last_seen(candidate), changed=False, drafted=False
        )
    document = conductor.document
    waiting = open_questions(conductor)
    return StatusRow(
        id=name,
        title=document["title"],
        standing=standing,
        tier=candidate.tier.value if candidate else document["tier"],
        occurrences=candidate.count if candidate else document["evidence"]["occurrences"],
        open=tuple(question["id"] for question in waiting),
        required=tuple(question["id"] for question in waiting if question["required"]),
        last=_last_seen(candidate) or document["evidence"]["last"],
        changed=changed_since(conductor, standing),
        drafted=True,
    )


def _last_seen(candidate: Candidate | None) -> str | None:
    times = [occurrence.start for occurrence in candidate.occurrences if occurrence.start] if candidate else []
    return max(times).date().isoformat() if times else None


def status_document(row: StatusRow) -> StatusDocument:
    """A row in plain values, as `status --json` prints it."""
    last = row.standing.last
    return {
        "id": row.id,
        "title": row.title,
        "standing": row.standing.status,
        "changed": row.changed,
        "tier": row.tier,
        "occurrences": row.occurrences,
        "by": last.by if last else None,
        "at": last.at.isoformat() if last else None,
        "why": last.why if last else None,
        "open": list(row.open),
        "required": list(row.required),
        "last_seen": row.last,
        "drafted": row.drafted,
    }


def ledger_problems(folder: Path) -> Sequence[str]:
    """Signs that the ledger of a folder was tampered with, as messages."""
    return list(ledger.broken(read_ledger(folder)))


def full_id(name: str, *, folder: Path, scan: Scan | None) -> str:
    """The id that begins with a name, of a conductor of the folder or a routine of the scan.

    Raises:
        UnknownId: there is none, or there are several.
    """
    known = {conductor.id for conductor in conductors_in(folder)} | {c.id for c in (scan.candidates if scan else ())}
    return id_of(name, sorted(known), otherwise="none: nothing is drafted here, and the last scan found no routine")
