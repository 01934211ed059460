"""Candidate -> CandidateDocument: a routine in plain values, as it stands in report.json and in `show --json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import NotRequired, TypedDict, cast

from fivetimes.model.candidates import Boundaries, Candidate, Confidence, Rhythm, Step
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Standing
from fivetimes.model.occurrences import Moment, Occurrence
from fivetimes.reports.persons import aliases_in
from fivetimes.words import iso


class StepDocument(TypedDict):
    """A step of a routine; shares are of its occurrences, `repeat` is the least and the most times in a row."""

    action: str
    kind: str
    share: float
    repeat: list[int]
    alternatives: list[AlternativeDocument]
    effect: str


class AlternativeDocument(TypedDict):
    """What else was done at a step."""

    action: str
    share: float


class VariantDocument(TypedDict):
    """One way in which a routine was done."""

    actions: list[str]
    count: int
    share: float


class EventDocument(TypedDict):
    """A location of the evidence: a line (from 1) of a file, or a commit of a repository."""

    path: str
    line: NotRequired[int | None]
    commit: NotRequired[str]


class OccurrenceDocument(TypedDict):
    """One time that a routine was done; `person` is an alias, `by_agent` the share of its events that an agent made."""

    person: str
    start: str | None
    end: str | None
    by_agent: float
    steps: int
    events: list[EventDocument]


class QuestionDocument(TypedDict):
    """A question that a draft leaves open."""

    id: str
    required: bool
    about: str
    ask: str
    evidence: str


class ValueDocument(TypedDict):
    """A value of a draft, and the steps that use it."""

    name: str
    to: list[str]


class DraftDocument(TypedDict):
    """What the draft of a routine leaves open, and its values and gates."""

    questions: list[QuestionDocument]
    values: list[ValueDocument]
    gates: list[str]


class StandingDocument(TypedDict):
    """How a routine stands in review; `word` is its status."""

    word: str
    at: str | None


class HeldOutDocument(TypedDict):
    """A routine in the later part of the time; the fields are those of `HeldOut`."""

    mined: int
    seen: int
    bits: float
    q: float


# The tests of a routine; the fields are those of `Confidence`, `word` its verdict and `says` its sentences.
ConfidenceDocument = TypedDict(  # noqa: UP013 - `says` is a key of report.json and no name of ours
    "ConfidenceDocument",
    {
        "word": str,
        "bits": float,
        "completion": float,
        "threaded": int,
        "q": float,
        "tried": int,
        "held_out": HeldOutDocument | None,
        "says": list[str],
    },
)
# When a routine is done; `weekday` 0 is Monday, `word` its period and `says` the phrase for it.
RhythmDocument = TypedDict(  # noqa: UP013 - `says` is a key of report.json and no name of ours
    "RhythmDocument",
    {
        "word": str,
        "weekday": int | None,
        "on_weekday": int,
        "of": int,
        "says": str,
    },
)


class CostDocument(TypedDict):
    """Hours of work, and hours that one command would save."""

    hours: float
    saved: float
    assumes: str


# Shares of the occurrences with a sure start and end, and the phrase for it.
BoundariesDocument = TypedDict(  # noqa: UP013 - `says` is a key of report.json and no name of ours
    "BoundariesDocument",
    {
        "start": float,
        "end": float,
        "says": str,
    },
)


class UnreadyDocument(TypedDict):
    """A step whose skill or tool is not reliable yet; the fields are those of `Unready`."""

    step: int
    name: str
    uses: int
    known: int
    failed: int
    why: str


class DurationDocument(TypedDict):
    """Seconds from the first step to the last: quartiles."""

    lower: float
    median: float
    upper: float


class CandidateDocument(TypedDict):
    """A routine; `draft` stands in a report, not in what `scan --json` and `show --json` write."""

    id: str
    title: str
    tier: str
    count: int
    at_least: bool
    sessions: int
    days: int
    people: int
    bus_factor: int
    by: dict[str, float]
    first: str | None
    last: str | None
    rhythm: RhythmDocument | None
    cost: CostDocument | None
    boundaries: BoundariesDocument | None
    broken_off: int
    unready: list[UnreadyDocument]
    already: str | None
    score: float
    confidence: ConfidenceDocument
    reasons: list[str]
    duration: DurationDocument | None
    steps: list[StepDocument]
    variants: list[VariantDocument]
    undated: int
    occurrences: list[OccurrenceDocument]
    standing: StandingDocument
    draft: NotRequired[DraftDocument | None]


def draft_document(draft: Conductor) -> DraftDocument:
    """What a draft leaves open, and its values and gates."""
    asked: list[QuestionDocument] = [
        {
            "id": question["id"],
            "required": question["required"],
            "about": question["about"],
            "ask": question["ask"],
            "evidence": question["evidence"],
        }
        for question in draft.document["questions"]
        if question["answer"] is None
    ]
    values: list[ValueDocument] = [
        {"name": entry["name"], "to": list(entry["to"])} for entry in draft.document["state"]
    ]
    gates = [step["id"] for step in draft.document["steps"] if "gate" in step]
    return {"questions": asked, "values": values, "gates": gates}


def _standing(standing: Standing) -> StandingDocument:
    last = standing.last
    return {"word": standing.status, "at": iso(last.at) if last else None}


def candidate_document(candidate: Candidate, alias: Mapping[str, str] | None = None) -> CandidateDocument:
    """One candidate as report.json has it, but for its draft.

    Args:
        candidate: the routine.
        alias: of each of its persons; by default it gets aliases of its own.
    """
    known = aliases_in([candidate]) if alias is None else alias
    return {
        "id": candidate.id,
        "title": candidate.title,
        "tier": candidate.tier.value,
        "count": candidate.count,
        "at_least": candidate.at_least,
        "sessions": candidate.sessions,
        "days": candidate.days,
        "people": candidate.people,
        "bus_factor": candidate.bus_factor,
        "by": dict(zip(("human", "agent", "bot"), candidate.by, strict=True)),
        "first": iso(candidate.first),
        "last": iso(candidate.last),
        "rhythm": None if candidate.rhythm is None else _rhythm(candidate.rhythm),
        "cost": None if candidate.cost is None else cast(CostDocument, asdict(candidate.cost)),
        "boundaries": None if candidate.boundaries is None else _boundaries(candidate.boundaries),
        "broken_off": candidate.broken,
        "unready": [cast(UnreadyDocument, asdict(one)) for one in candidate.unready],
        "already": candidate.already or None,
        "standing": _standing(candidate.standing),
        "score": candidate.score,
        "confidence": _confidence(candidate.confidence),
        "reasons": list(candidate.reasons),
        "duration": _duration(candidate.duration),
        "steps": [_step(step) for step in candidate.steps],
        "variants": [
            {"actions": list(way.actions), "count": way.count, "share": round(way.count / max(1, candidate.count), 3)}
            for way in candidate.variants
        ],
        "undated": sum(occurrence.start is None for occurrence in candidate.occurrences),
        "occurrences": [_occurrence(occurrence, known) for occurrence in candidate.occurrences],
    }


# ---- the parts of a candidate


def _rhythm(rhythm: Rhythm) -> RhythmDocument:
    return {
        "word": rhythm.period,
        "weekday": rhythm.weekday,
        "on_weekday": rhythm.on_weekday,
        "of": rhythm.of,
        "says": rhythm.phrase,
    }


def _boundaries(boundaries: Boundaries) -> BoundariesDocument:
    return {"start": boundaries.start, "end": boundaries.end, "says": boundaries.phrase}


def _confidence(confidence: Confidence) -> ConfidenceDocument:
    held_out = confidence.held_out
    return {
        "word": confidence.verdict,
        "bits": confidence.bits,
        "completion": confidence.completion,
        "threaded": confidence.threaded,
        "q": confidence.q,
        "tried": confidence.tried,
        "held_out": None if held_out is None else cast(HeldOutDocument, asdict(held_out)),
        "says": list(confidence.sentences),
    }


def _duration(seconds: tuple[float, float, float] | None) -> DurationDocument | None:
    if seconds is None:
        return None
    lower, median, upper = seconds
    return {"lower": lower, "median": median, "upper": upper}


def _step(step: Step) -> StepDocument:
    return {
        "action": step.action,
        "kind": step.kind.name.lower(),
        "share": step.share,
        "repeat": list(step.repeat),
        "alternatives": [{"action": action, "share": share} for action, share in step.alternatives],
        "effect": step.effect.name.lower(),
    }


def _occurrence(occurrence: Occurrence, alias: Mapping[str, str]) -> OccurrenceDocument:
    return {
        "person": alias[occurrence.person],
        "start": iso(occurrence.start),
        "end": iso(occurrence.end),
        "by_agent": occurrence.by_agent,
        "steps": sum(moment.step is not None for moment in occurrence.moments),
        "events": _events(occurrence.moments),
    }


def _events(moments: Iterable[Moment]) -> list[EventDocument]:
    """Every location once, in order: the steps of one line have the same location."""
    keys = dict.fromkeys(
        (location.path, location.line, location.commit)
        for moment in moments
        if moment.step is not None
        for location in moment.locations
    )
    return [
        {"path": path, "line": line} if commit is None else {"path": path, "commit": commit}
        for path, line, commit in keys
    ]
