"""Candidate -> why it stands where it stands, in words that the report shows as they are."""

from __future__ import annotations

from collections.abc import Iterator

from fivetimes.model import Candidate, Effect, Unready


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def reasons(candidate: Candidate) -> tuple[str, ...]:
    """Why this stands where it stands, most telling first."""
    return (
        *_often(candidate),
        *_saves(candidate),
        *_whole(candidate),
        *_goes_out(candidate),
        *_first_mature(candidate),
    )


def _often(candidate: Candidate) -> Iterator[str]:
    least = "at least " if candidate.at_least else ""
    sessions, days = _plural(candidate.sessions, "session"), _plural(candidate.days, "day")
    yield f"seen {least}{candidate.count} times in {sessions} on {days}"
    yield _people(candidate)
    if candidate.rhythm is not None and candidate.rhythm.period not in ("unknown", "irregular"):
        yield f"done {candidate.rhythm.phrase}"


def _people(candidate: Candidate) -> str:
    if not candidate.people:
        return "done by bots alone"
    said = "done by 1 person" if candidate.people == 1 else f"done by {candidate.people} people"
    if candidate.people > 1 and candidate.bus_factor == 1:
        said += ", more than half of it by one"
    _, agents, bots = candidate.by
    said += f"; {agents:.0%} of the steps by agents" if agents else ""
    return said + (f"; {bots:.0%} of the steps by bots" if bots else "")


def _saves(candidate: Candidate) -> Iterator[str]:
    if candidate.cost is not None and candidate.cost.saved >= 0.1:
        yield f"took {candidate.cost.hours:.1f} hours; one command would save {candidate.cost.saved:.1f} of them"
    yield f"saves {candidate.confidence.bits:.0f} bits against independent actions"


def _whole(candidate: Candidate) -> Iterator[str]:
    confidence = candidate.confidence
    if candidate.broken and confidence.completion < 0.9:
        yield f"{confidence.completion:.0%} of the runs that began went to the end ({candidate.broken} broken off)"
    if confidence.threaded:
        yield f"a value runs through {_plural(confidence.threaded + 1, 'step')}"


def _goes_out(candidate: Candidate) -> Iterator[str]:
    out = [step.action for step in candidate.steps if step.effect > Effect.UNKNOWN]
    if out:
        yield f"goes out into the world at: {', '.join(out[:3])}"


def _first_mature(candidate: Candidate) -> Iterator[str]:
    if candidate.unready:
        yield f"to mature first: {'; '.join(unready(one) for one in candidate.unready[:3])}"


def unready(one: Unready) -> str:
    """What a skill still lacks.

    Example:
        >>> unready(Unready(2, "skill:check", 4, 4, 2, "failing")), unready(Unready(0, "skill:draft", 1, 0, 0, "seen once"))
        ('skill:check (failed 2 of 4 times)', 'skill:draft (seen once)')
        >>> unready(Unready(0, "skill:draft", 3, 0, 0, "young"))
        'skill:draft (seen 3 times only)'
    """
    if one.why == "failing":
        return f"{one.name} (failed {one.failed} of {one.known} times)"
    return f"{one.name} (seen once)" if one.uses == 1 else f"{one.name} (seen {one.uses} times only)"
