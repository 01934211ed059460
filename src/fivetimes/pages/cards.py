"""Candidate and its draft -> Card: what a page shows of a routine, in words; no places, no persons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fivetimes.model import Candidate, Conductor, Effect, Occurrence, Step
from fivetimes.pages.pictures import Timeline, timeline
from fivetimes.pages.words import counted, day, lasting, percent
from fivetimes.privacy import show

_ALWAYS = 0.95
_MOST_VARIANTS = 6
_FIRST_STEPS = 4
_MOSTLY = 0.6
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# (effect, the word at the gate)
_GATES: Mapping[Effect, str] = {
    Effect.PUBLISH: "publishes",
    Effect.DEPLOY: "deploys",
    Effect.DELETE: "deletes",
    Effect.SEND: "sends",
    Effect.PAY: "pays",
    Effect.REWRITE: "rewrites history",
}


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as the flow shows it: `width` is its share in hundredths, `ways` the templates of the draft."""

    number: int
    action: str
    width: int
    share: str
    optional: bool
    repeat: str
    alternatives: tuple[tuple[str, str], ...]
    gate: str
    unclear: bool
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A routine on the page."""

    id: str
    title: str
    summary: str
    tier: str
    count: str
    facts: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    confidence: str
    timeline: Timeline
    steps: tuple[StepRow, ...]
    gates: int
    inputs: tuple[tuple[str, str], ...]
    variants: tuple[tuple[str, str, int], ...]
    more_variants: int
    dates: tuple[str, ...]
    drafted: bool
    questions: tuple[tuple[str, str, bool], ...]


def card(candidate: Candidate, draft: Conductor | None, *, first: datetime | None, last: datetime | None) -> Card:
    """A routine in words, its times placed between the first and last day of the whole report."""
    known = sorted(occurrence.start for occurrence in candidate.occurrences if occurrence.start is not None)
    steps = tuple(_step(number, step, draft) for number, step in enumerate(candidate.steps, 1))
    return Card(
        id=candidate.id,
        title=candidate.title,
        summary=_summary(candidate),
        tier=candidate.tier.value,
        count=("at least " if candidate.at_least else "") + counted(candidate.count, "time"),
        facts=(*_facts(candidate), *_seen(known)),
        reasons=candidate.reasons,
        confidence=_confidence(candidate),
        timeline=timeline([occurrence.start for occurrence in candidate.occurrences], first, last),
        steps=steps,
        gates=sum(bool(step.gate) for step in steps),
        inputs=_inputs(draft),
        variants=_variants(candidate),
        more_variants=max(0, len(candidate.variants) - _MOST_VARIANTS),
        dates=tuple(_date(occurrence) for occurrence in candidate.occurrences),
        drafted=draft is not None,
        questions=_questions(draft),
    )


def _summary(candidate: Candidate) -> str:
    """The first steps, by which routines of one title are told apart."""
    more = len(candidate.steps) - _FIRST_STEPS
    shown = " → ".join(step.action for step in candidate.steps[:_FIRST_STEPS])
    return f"{shown} → {more} more" if more > 0 else shown


def _facts(candidate: Candidate) -> tuple[tuple[str, str], ...]:
    facts = [
        ("sessions", f"{candidate.sessions:,}"),
        ("days", f"{candidate.days:,}"),
        ("people", _people(candidate.people)),
        ("takes", _takes(candidate)),
        ("rhythm", _rhythm(candidate)),
        ("by agents", _by_agents(candidate)),
    ]
    return tuple((name, value) for name, value in facts if value)


def _seen(known: Sequence[datetime]) -> Iterator[tuple[str, str]]:
    if known:
        yield "seen", f"{day(known[0])} to {day(known[-1])}"


def _people(people: int) -> str:
    return "1, so it rests on one person" if people == 1 else f"{people:,}"


def _takes(candidate: Candidate) -> str:
    if candidate.duration is None:
        return ""
    lower, median, upper = candidate.duration
    return f"{lasting(median)} (half of them {lasting(lower)} to {lasting(upper)})"


def _rhythm(candidate: Candidate) -> str:
    days = [occurrence.start.weekday() for occurrence in candidate.occurrences if occurrence.start is not None]
    if len(days) < 3:
        return ""
    weekday, seen = Counter(days).most_common(1)[0]
    return f"mostly on {_DAYS[weekday]}s ({seen} of {len(days)})" if seen >= _MOSTLY * len(days) else "on changing days"


def _by_agents(candidate: Candidate) -> str:
    share = sum(occurrence.by_agent for occurrence in candidate.occurrences) / max(1, len(candidate.occurrences))
    return f"{percent(share)} of the steps" if share > 0 else ""


def _confidence(candidate: Candidate) -> str:
    sure = candidate.confidence
    threaded = f"; {counted(sure.threaded, 'step')} share a value with another" if sure.threaded else ""
    return (
        f"{sure.word}: told as one routine it takes {sure.bits:,.0f} bits less than as single actions; "
        f"{percent(sure.completion)} of the runs that were begun went to the end{threaded}"
    )


def _step(number: int, step: Step, draft: Conductor | None) -> StepRow:
    least, most = step.repeat
    return StepRow(
        number=number,
        action=show(step.action),  # as the draft has it
        width=round(step.share * 100),
        share=_how_often(step.share),
        optional=step.share < _ALWAYS,
        repeat=f"{least} to {most} times" if most > 1 else "",
        alternatives=tuple((action, percent(share)) for action, share in step.alternatives),
        gate=_GATES.get(step.effect, ""),
        unclear=step.effect == Effect.UNKNOWN,
        ways=_ways(draft, number),
    )


def _how_often(share: float) -> str:
    return "always" if round(share * 100) == 100 else f"in {percent(share)}"


def _ways(draft: Conductor | None, number: int) -> tuple[str, ...]:
    if draft is None:
        return ()
    step = draft.document["steps"][number - 1]
    return tuple(way["run"] for way in step.get("any") or [step])


def _inputs(draft: Conductor | None) -> tuple[tuple[str, str], ...]:
    if draft is None:
        return ()
    users = {entry["name"]: entry["to"] for entry in draft.document["state"]}
    return tuple((name, ", ".join(users.get(name, ()))) for name in draft.document["inputs"])


def _variants(candidate: Candidate) -> tuple[tuple[str, str, int], ...]:
    """How it was done, how often, and the share in hundredths."""
    total = max(1, sum(variant.count for variant in candidate.variants))
    return tuple(
        (" → ".join(variant.actions), counted(variant.count, "time"), round(100 * variant.count / total))
        for variant in candidate.variants[:_MOST_VARIANTS]
    )


def _date(occurrence: Occurrence) -> str:
    steps = counted(sum(moment.step is not None for moment in occurrence.moments), "step")
    if occurrence.start is None:
        return f"no time recorded, {steps}"
    return f"{occurrence.start.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {steps}"


def _questions(draft: Conductor | None) -> tuple[tuple[str, str, bool], ...]:
    if draft is None:
        return ()
    return tuple((q["ask"], q["evidence"], q["required"]) for q in draft.document["questions"] if q["answer"] is None)
