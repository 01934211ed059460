"""Ledger lines -> Review -> Standing: who decided what, and how each conductor stands now. Lines are only ever added.

Each line names the earlier lines of the same person by their digest. When one of those is changed or removed, that person's next
line names a digest that no line has. Two branches that are merged give that person two ends, and the next line names both.
Nothing is signed: the chain shows tampering with lines that later lines name, and the history of the repository shows the rest.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from fivetimes.config import AGAIN_SHARE, AGAIN_TIMES
from fivetimes.errors import FivetimesError
from fivetimes.model.changes import Identity
from fivetimes.model.decisions import PROPOSED, Decision, Review, Standing, Status
from fivetimes.words import iso

SCHEMA = "fivetimes/review/1"

_STATUS = {
    Decision.APPROVE: Status.APPROVED,
    Decision.REJECT: Status.REJECTED,
    Decision.DEFER: Status.DEFERRED,
}
# the keys of a line, with the types that each value may have
_KEYS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("schema", (str,)),
    ("id", (str,)),
    ("at", (str,)),
    ("by", (str,)),
    ("decision", (str,)),
    ("why", (str,)),
    ("to", (str, type(None))),
    ("on", (str, type(None))),
    ("occurrences", (int,)),
    ("evidence", (str,)),
    ("previous", (list,)),
)


def ledger_line(review: Review) -> str:
    """A review as one line of JSON, without its end.

    Example:
        >>> from datetime import UTC
        >>> at = datetime(2026, 4, 3, 9, tzinfo=UTC)
        >>> print(ledger_line(Review("release-77c1", Decision.DEFER, "ana", at, "after the move", None, 8, "blake2b:00")))
        {"schema": "fivetimes/review/1", "id": "release-77c1", "at": "2026-04-03T09:00:00Z", "by": "ana", \
"decision": "defer", "why": "after the move", "to": null, "on": null, "occurrences": 8, "evidence": "blake2b:00", "previous": [], \
"steps": {}}
    """
    return json.dumps(
        {
            "schema": SCHEMA,
            "id": review.conductor,
            "at": iso(review.at),
            "by": review.by,
            "decision": review.decision.value,
            "why": review.why,
            "to": review.to,
            "on": review.on,
            "occurrences": review.occurrences,
            "evidence": review.evidence,
            "previous": list(review.previous),
            "steps": dict(review.steps),
        }
    )


def mark(text: str) -> str:
    """The digest by which a line is named."""
    return "blake2b:" + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def read(text: str, *, path: str) -> list[Review]:
    """The reviews of a ledger, in its order; a line that a merge repeated counts once.

    Args:
        text: the whole ledger.
        path: of the ledger, for the messages.

    Raises:
        FivetimesError: a line is no review; the message names it.
    """
    found: dict[str, Review] = {}
    for number, row in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if row.strip():
            try:
                review = _review(row)
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise FivetimesError(f"{path}:{number}: no review ({error}). Restore the line from git.") from error
            found.setdefault(review.mark, review)
    return list(found.values())


def _review(row: str) -> Review:
    entry = json.loads(row)
    if not isinstance(entry, dict) or entry.get("schema") != SCHEMA:
        raise ValueError(f"it is not of schema {SCHEMA}")
    for key, types in _KEYS:
        if type(entry.get(key)) not in types:
            raise ValueError(f"{key} is missing or of another type")
    at = datetime.fromisoformat(entry["at"])
    steps = entry.get("steps", {})  # a line of old has none
    if not isinstance(steps, dict) or not all(type(share) in (int, float) for share in steps.values()):
        raise ValueError("steps has another type")
    if at.tzinfo is None or not all(isinstance(name, str) for name in entry["previous"]):
        raise ValueError("at has no time zone, or previous names no lines")
    return Review(
        conductor=entry["id"],
        decision=Decision(entry["decision"]),
        by=entry["by"],
        at=at,
        why=entry["why"],
        on=entry["on"],
        occurrences=entry["occurrences"],
        evidence=entry["evidence"],
        previous=tuple(entry["previous"]),
        to=entry["to"],
        mark=mark(row),
        steps=steps,
    )


# ---- the chain


def added(text: str, review: Review, *, path: str) -> str:
    """The ledger with one more review, chained to the earlier lines of the same person.

    Args:
        text: the whole ledger.
        review: what is added; its `previous` and `mark` are replaced.
        path: of the ledger, for the messages.

    Raises:
        FivetimesError: the ledger was tampered with; then nothing may be added.
    """
    known = read(text, path=path)
    wrong = next(broken(known), None)
    if wrong is not None:
        raise FivetimesError(f"{path}: {wrong} Restore it from git before anything is added.")
    chained = _chained(review, known)
    return text + ("\n" if text and not text.endswith("\n") else "") + ledger_line(chained) + "\n"


def _chained(review: Review, known: Sequence[Review]) -> Review:
    mine = [earlier for earlier in known if earlier.by == review.by]
    named = {name for earlier in mine for name in earlier.previous}
    ends = tuple(sorted(earlier.mark for earlier in mine if earlier.mark not in named))
    fields: dict[str, Any] = {name: getattr(review, name) for name in Review.__slots__}
    return Review(**fields | {"previous": ends, "mark": ""})


def broken(reviews: Iterable[Review]) -> Iterator[str]:
    """The lines that were changed or removed, as messages; none when every line that a later line names is there unchanged."""
    known = list(reviews)
    by_mark = {review.mark: review for review in known}
    for review in known:
        for name in review.previous:
            if name not in by_mark or by_mark[name].by != review.by:
                yield (
                    f"a line of {review.by} before {review.at:%Y-%m-%d %H:%M} ({review.decision.value} {review.conductor}) "
                    "was changed or removed."
                )


# ---- standings


def standings(reviews: Iterable[Review]) -> Mapping[str, Standing]:
    """The standing of each conductor, by id: its last approval, rejection or deferral; of equal times, the later line."""
    found: dict[str, Standing] = {}
    for review in sorted(reviews, key=lambda review: review.at):
        if review.decision in _STATUS:
            found[review.conductor] = Standing(_STATUS[review.decision], review)
    return found


def titles(reviews: Iterable[Review]) -> Mapping[str, str]:
    """The title that a person gave each conductor last, by id."""
    ordered = sorted(reviews, key=lambda review: review.at)
    return {review.conductor: review.to for review in ordered if review.decision is Decision.RENAME and review.to}


def identities(reviews: Iterable[Review]) -> list[Identity]:
    """What each routine that was decided on is recognised by, as the last line that says so has it; by id."""
    found = {review.conductor: review.steps for review in sorted(reviews, key=lambda r: r.at) if review.steps}
    return [Identity(name, steps) for name, steps in sorted(found.items())]


def standing_of(conductor: str, known: Mapping[str, Standing]) -> Standing:
    """The standing of one conductor, which is *proposed* when nobody has decided."""
    return known.get(conductor, PROPOSED)


def returns_at(standing: Standing) -> int:
    """The number of occurrences from which a rejected routine is proposed again.

    Example:
        >>> from datetime import UTC
        >>> at = datetime(2026, 4, 3, 9, tzinfo=UTC)
        >>> rejected = Review("x-1", Decision.REJECT, "ana", at, "done by hand on purpose", None, 8, "")
        >>> returns_at(Standing(Status.REJECTED, rejected))
        13
    """
    seen = standing.last.occurrences if standing.last is not None else 0
    return seen + max(AGAIN_TIMES, math.ceil(AGAIN_SHARE * seen))


def stays_away(standing: Standing, *, count: int) -> bool:
    """Whether a routine with this many occurrences is still not proposed, because a person rejected it."""
    return standing.status is Status.REJECTED and count < returns_at(standing)
