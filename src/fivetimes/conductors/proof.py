"""Candidate -> evidence: the numbers that a draft stands on, and a digest by which they can be checked again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fivetimes.model import Candidate, Location, Moment, Occurrence

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOSTLY = 0.6  # share of the occurrences on one weekday from which it is worth saying


def evidence(candidate: Candidate) -> dict[str, Any]:
    """What the draft says of its evidence: counts and dates, no places and no persons."""
    times = sorted(_dated(candidate.occurrences))
    places = {(p.path, p.line, p.commit) for o in candidate.occurrences for m in o.moments for p in m.locations}
    return {
        "occurrences": candidate.count,
        "sessions": candidate.sessions,
        "days": candidate.days,
        "people": candidate.people,
        "at_least": candidate.at_least,
        "first": times[0].date().isoformat() if times else None,
        "last": times[-1].date().isoformat() if times else None,
        "places": len(places),
        "digest": digest(candidate.occurrences),
    }


def digest(occurrences: Sequence[Occurrence]) -> str:
    """A digest over what was done, not over where it stands: it survives that a history rotates.

    Each moment counts by its commit or its keyed digest; a place that has neither counts by path and line.
    """
    rows = sorted(
        json.dumps([[moment.step, _marks(moment)] for moment in occurrence.moments]) for occurrence in occurrences
    )
    return "blake2b:" + hashlib.blake2b("\n".join(rows).encode(), digest_size=16).hexdigest()


def skeleton(document: Mapping[str, Any]) -> str:
    """A digest of the steps as they are carried out: it changes when somebody edits them, not when they answer a question."""
    said = [
        [step["id"], step.get("run"), step.get("any"), step.get("with"), step["action"]] for step in document["steps"]
    ]
    return _digest([said, document["inputs"]])


def fingerprint(document: Mapping[str, Any]) -> str:
    """A digest of what a person decides on: all that a conductor says, but for its name and its history.

    Example:
        >>> fingerprint({"title": "a", "steps": []}) == fingerprint({"steps": [], "title": "b", "history": [1]})
        True
    """
    said = {key: value for key, value in document.items() if key not in ("title", "history")}
    return _digest(said)


def _digest(said: object) -> str:
    return "blake2b:" + hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=16).hexdigest()


def _marks(moment: Moment) -> list[str]:
    return sorted(_mark(place) for place in moment.locations)


def _mark(place: Location) -> str:
    return place.commit or (f"{place.digest:016x}" if place.digest else f"{place.path}:{place.line}")


def _dated(occurrences: Iterable[Occurrence]) -> list[datetime]:
    return [occurrence.start for occurrence in occurrences if occurrence.start is not None]


def spoken(candidate: Candidate) -> str:
    """The evidence in a phrase.

    Example:
        `17 times by 3 people on 15 days, mostly on Thursdays`
    """
    least = "at least " if candidate.at_least else ""
    people = "1 person" if candidate.people == 1 else f"{candidate.people} people"
    days = "1 day" if candidate.days == 1 else f"{candidate.days} days"
    weekday = _weekday(_dated(candidate.occurrences))
    return f"{least}{candidate.count} times by {people} on {days}" + (f", mostly on {weekday}s" if weekday else "")


def _weekday(times: Sequence[datetime]) -> str | None:
    if not times:
        return None
    day, seen = Counter(time.weekday() for time in times).most_common(1)[0]
    return _DAYS[day] if seen >= _MOSTLY * len(times) and seen > 2 else None
