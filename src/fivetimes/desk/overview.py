"""Conductor files, ledger and last scan -> what waits, what stands, and what stays away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fivetimes import conductors, reviews
from fivetimes.desk.decisions import open_questions
from fivetimes.desk.files import conductor_at, conductor_path, drafted, ledger, standings
from fivetimes.errors import UnknownId
from fivetimes.model import Candidate, Conductor, Scan, Standing, Suppressed, Tier
from fivetimes.pipeline import candidate_of


@dataclass(frozen=True, slots=True)
class Row:
    """What status says of one conductor. `changed`: the file is not what was decided on."""

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


def proposed(scan: Scan, folder: Path) -> Scan:
    """A scan without what a person rejected, until it was seen so much more often that it is worth another look."""
    known = standings(folder)
    away = {c.id for c in scan.candidates if reviews.stays_away(reviews.of(c.id, known), count=c.count)}
    if not away:
        return scan
    gone = tuple(_suppressed(c, known[c.id]) for c in scan.candidates if c.id in away)
    left = tuple(c for c in scan.candidates if c.id not in away)
    return replace(scan, candidates=left, suppressed=(*gone, *scan.suppressed))


def _suppressed(candidate: Candidate, standing: Standing) -> Suppressed:
    rule = f"rejected before; proposed again from {reviews.returns_at(standing)} times on"
    return Suppressed(tuple(step.action for step in candidate.steps), candidate.count, rule)


def queue(scan: Scan, folder: Path) -> list[Candidate]:
    """What waits for a decision, the best first: not what is approved as it stands, not what was rejected, the deferred last."""
    known = standings(folder)
    waiting = [c for c in proposed(scan, folder).candidates if c.tier is not Tier.NOTICED]
    waiting = [c for c in waiting if not _settled(c, reviews.of(c.id, known), folder)]
    return sorted(waiting, key=lambda c: reviews.of(c.id, known).status == "deferred")


def _settled(candidate: Candidate, standing: Standing, folder: Path) -> bool:
    """Whether it is approved and its file is what was approved."""
    path = conductor_path(folder, candidate.id)
    return standing.status == "approved" and path.exists() and not changed(conductor_at(path), standing)


def changed(conductor: Conductor, standing: Standing) -> bool:
    """Whether a conductor is not what was decided on."""
    last = standing.last
    return last is not None and last.on is not None and last.on != conductors.fingerprint(conductor.document)


def status(folder: Path, scan: Scan | None) -> list[Row]:
    """Every conductor of a folder, and what was decided without a draft.

    Args:
        folder: of the conductors and the ledger.
        scan: the last scan, for when it was last seen and how often by now; None when there is none.
    """
    known, files = standings(folder), {conductor.id: conductor for conductor in drafted(folder)}
    seen = {candidate.id: candidate for candidate in scan.candidates} if scan is not None else {}
    names = sorted({*files, *known})
    return [_row(name, files.get(name), seen.get(name), reviews.of(name, known)) for name in names]


def _row(name: str, conductor: Conductor | None, candidate: Candidate | None, standing: Standing) -> Row:
    if conductor is None:
        count = candidate.count if candidate else standing.last.occurrences if standing.last else 0
        title, tier = (candidate.title, candidate.tier.value) if candidate else (name, "unknown")
        return Row(name, title, standing, tier, count, (), (), _last_seen(candidate), changed=False, drafted=False)
    document = conductor.document
    waiting = open_questions(conductor)
    return Row(
        id=name,
        title=document["title"],
        standing=standing,
        tier=candidate.tier.value if candidate else document["tier"],
        occurrences=candidate.count if candidate else document["evidence"]["occurrences"],
        open=tuple(question["id"] for question in waiting),
        required=tuple(question["id"] for question in waiting if question["required"]),
        last=_last_seen(candidate) or document["evidence"]["last"],
        changed=changed(conductor, standing),
        drafted=True,
    )


def _last_seen(candidate: Candidate | None) -> str | None:
    times = [occurrence.start for occurrence in candidate.occurrences if occurrence.start] if candidate else []
    return max(times).date().isoformat() if times else None


def trouble(folder: Path) -> Sequence[str]:
    """What of the ledger does not fit together, as sentences."""
    return list(reviews.broken(ledger(folder)))


def full_id(name: str, *, folder: Path, scan: Scan | None) -> str:
    """The id that begins so, of a conductor of the folder or a routine of the scan.

    Raises:
        UnknownId: there is none, or several begin so.
    """
    known = {conductor.id for conductor in drafted(folder)} | {c.id for c in (scan.candidates if scan else ())}
    begun = [name] if name in known else sorted(one for one in known if one.startswith(name))
    if len(begun) == 1:
        return begun[0]
    listed = (
        ", ".join(begun or sorted(known)[:8]) or "none: nothing is drafted here, and the last scan found no routine"
    )
    raise UnknownId(f"{name}: {'several ids begin so' if begun else 'no such id'}. Known ids: {listed}.")


def waiting(scan: Scan, folder: Path, *, only: Sequence[str]) -> list[Candidate]:
    """The queue, or the named ones in the order in which they were named."""
    return [candidate_of(scan, name) for name in only] or queue(scan, folder)


def row_document(row: Row) -> dict[str, Any]:
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
