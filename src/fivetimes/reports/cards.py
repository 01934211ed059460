"""Candidate and its draft -> Card: what a page shows of a routine, in words; no persons, and places only when handed live text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fivetimes.model import PROPOSED, Candidate, Conductor, LiveText, Moment, Occurrence, Standing
from fivetimes.reports.flow import StepRow, Thread, flow, threads
from fivetimes.reports.pictures import Timeline, timeline
from fivetimes.reports.told import Figure, Told, told
from fivetimes.reports.words import counted, day, lasting, percent

_MOST_VARIANTS = 6
_MOST_DATES = 30
_FIRST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """One occurrence: when, how many steps it had, and, on the owner's own page, its lines as (place, text)."""

    when: Figure | str
    steps: Figure
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which it was done; `width` is its share in hundredths."""

    actions: str
    times: Figure
    share: Figure
    width: int


@dataclass(frozen=True, slots=True)
class Card:
    """A routine on the page. `keys` are what the page sorts by."""

    id: str
    title: str
    summary: str
    tier: str
    count: Figure
    people: Figure
    hours: Figure | str
    last: Figure | str
    keys: Mapping[str, str]
    facts: tuple[tuple[str, Told | Figure | str], ...]
    reasons: tuple[Figure, ...]
    confidence: Told
    tests: tuple[Figure, ...]
    timeline: Timeline
    undated: Figure
    steps: tuple[StepRow, ...]
    gates: int
    threads: tuple[Thread, ...]
    variants: tuple[Way, ...]
    more_variants: int
    seen: tuple[Seen, ...]
    more_seen: int
    drafted: bool
    questions: tuple[tuple[Figure, Figure, bool], ...]
    needed: int
    standing: Told


def card(
    candidate: Candidate,
    draft: Conductor | None,
    *,
    first: datetime | None,
    last: datetime | None,
    where: str = "",
    standing: Standing = PROPOSED,
    live: LiveText | None = None,
) -> Card:
    """A routine in words, its times placed between the first and last day of the whole report.

    Args:
        candidate: the routine.
        draft: its draft, None where the rule lets none through.
        first: the first day of the report; `last`: its last.
        where: the JSON pointer of the candidate in report.json.
        standing: how its review stands.
        live: its commands, read again just now, for the owner's own page.
    """
    steps = flow(candidate, draft, where=where)
    asked = _questions(draft, where)
    times = [occurrence.start for occurrence in candidate.occurrences]
    known = [time for time in times if time is not None]
    shown = range(len(candidate.occurrences))[-_MOST_DATES:][::-1]
    return Card(
        id=candidate.id,
        title=candidate.title,
        summary=_summary(candidate),
        tier=candidate.tier.value,
        count=Figure(("at least " if candidate.at_least else "") + counted(candidate.count, "time"), f"{where}/count"),
        people=Figure(f"{candidate.people:,}", f"{where}/people"),
        hours=_hours(candidate, where),
        last=_last(candidate, where),
        keys=_keys(candidate),
        facts=tuple(_facts(candidate, where)),
        reasons=tuple(Figure(reason, f"{where}/reasons/{n}") for n, reason in enumerate(candidate.reasons)),
        confidence=_confidence(candidate, f"{where}/confidence"),
        tests=tuple(_tests(candidate, where)),
        timeline=timeline(times, first, last),
        undated=Figure(f"{len(candidate.occurrences) - len(known)}", f"{where}/undated"),
        steps=steps,
        gates=sum(bool(step.gate) for step in steps),
        threads=threads(draft),
        variants=_variants(candidate, where),
        more_variants=max(0, len(candidate.variants) - _MOST_VARIANTS),
        seen=tuple(_seen(candidate.occurrences[n], live.occurrences[n] if live else (), n, where) for n in shown),
        more_seen=max(0, len(candidate.occurrences) - _MOST_DATES),
        drafted=draft is not None,
        questions=asked,
        needed=sum(required for _, _, required in asked),
        standing=_standing(standing, f"{where}/standing"),
    )


def _summary(candidate: Candidate) -> str:
    """The first steps, by which routines of one title are told apart."""
    shown = [step.action for step in candidate.steps[:_FIRST_STEPS]]
    return " → ".join([*shown, "…"] if len(candidate.steps) > _FIRST_STEPS else shown)


def _hours(candidate: Candidate, where: str) -> Figure | str:
    return "" if candidate.cost is None else Figure(lasting(candidate.cost.hours * 3600), f"{where}/cost/hours")


def _last(candidate: Candidate, where: str) -> Figure | str:
    return "" if candidate.last is None else Figure(day(candidate.last), f"{where}/last")


def _keys(candidate: Candidate) -> Mapping[str, str]:
    return {
        "count": f"{candidate.count}",
        "people": f"{candidate.people}",
        "hours": f"{candidate.cost.hours if candidate.cost is not None else 0}",
        "last": candidate.last.isoformat() if candidate.last is not None else "",
    }


def _facts(candidate: Candidate, where: str) -> Iterator[tuple[str, Told | Figure | str]]:
    yield "sessions", Figure(f"{candidate.sessions:,}", f"{where}/sessions")
    yield "days", Figure(f"{candidate.days:,}", f"{where}/days")
    yield "people", _people(candidate, where)
    if candidate.rhythm is not None:
        yield "rhythm", Figure(candidate.rhythm.phrase, f"{where}/rhythm/says")
    if candidate.duration is not None:
        lower, median, upper = (
            Figure(lasting(seconds), f"{where}/duration/{name}")
            for name, seconds in zip(("lower", "median", "upper"), candidate.duration, strict=True)
        )
        yield "one run", told(median, " (half of them ", lower, " to ", upper, ")")
    if candidate.cost is not None:
        saved = Figure(lasting(candidate.cost.saved * 3600), f"{where}/cost/saved")
        yield "took", told(_hours(candidate, where), " in all; one command would save ", saved)
    _, agent, bot = candidate.by
    for name, share in (("agent", agent), ("bot", bot)):
        if share > 0:
            yield f"by {name}s", told(Figure(percent(share), f"{where}/by/{name}"), " of the steps")
    if candidate.broken:
        yield "broken off", Figure(counted(candidate.broken, "time"), f"{where}/broken_off")
    if candidate.first is not None:
        yield "seen", told(Figure(day(candidate.first), f"{where}/first"), " to ", _last(candidate, where))


def _people(candidate: Candidate, where: str) -> Told:
    people = Figure(f"{candidate.people:,}", f"{where}/people")
    if candidate.people == 1:
        return told(people, ", so it rests on one person")
    if candidate.bus_factor == 1:
        return told(people, ", but one of them did more than half of it")
    return told(people)


def _confidence(candidate: Candidate, at: str) -> Told:
    sure = candidate.confidence
    bits = Figure(f"{sure.bits:,.0f} bits", f"{at}/bits")
    completion = Figure(percent(sure.completion), f"{at}/completion")
    parts: list[str | Figure] = [
        Figure(sure.verdict, f"{at}/word"),
        ": told as one routine it takes ",
        bits,
        " less than as single actions; ",
        completion,
        " of the runs that were begun went to the end",
    ]
    if sure.threaded:
        parts += ["; ", Figure(counted(sure.threaded, "step"), f"{at}/threaded"), " share a value with another"]
    return told(*parts)


def _tests(candidate: Candidate, where: str) -> Iterator[Figure]:
    """What was tried on it, and whether it begins and ends where we think it does."""
    for n, said in enumerate(candidate.confidence.sentences):
        yield Figure(said, f"{where}/confidence/says/{n}")
    if candidate.boundaries is not None:
        yield Figure(candidate.boundaries.phrase, f"{where}/boundaries/says")


def _variants(candidate: Candidate, where: str) -> tuple[Way, ...]:
    """How it was done, how often, and in which share of the occurrences."""
    total = max(1, candidate.count)
    return tuple(
        Way(
            " → ".join(variant.actions),
            Figure(counted(variant.count, "time"), f"{where}/variants/{n}/count"),
            Figure(percent(variant.count / total), f"{where}/variants/{n}/share"),
            round(100 * variant.count / total),
        )
        for n, variant in enumerate(candidate.variants[:_MOST_VARIANTS])
    )


def _seen(occurrence: Occurrence, live: Sequence[object | None], number: int, where: str) -> Seen:
    at = f"{where}/occurrences/{number}"
    steps = Figure(counted(sum(moment.step is not None for moment in occurrence.moments), "step"), f"{at}/steps")
    if occurrence.start is None:
        when: Figure | str = "no time recorded"
    else:
        text = f"{occurrence.start.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        when = Figure(text, f"{at}/start")
    return Seen(when, steps, tuple(_lines(occurrence.moments, live)))


def _lines(moments: Sequence[Moment], live: Sequence[object | None]) -> Iterator[tuple[str, str]]:
    """(place, text) of each moment, once for each line."""
    last = ""
    for moment, command in zip(moments, live, strict=False):
        place = moment.locations[0]
        where = f"{place.path}:{place.line}" if place.commit is None else f"{place.path}@{place.commit[:10]}"
        if where != last:
            yield where, str(getattr(command, "text", "(changed or gone)"))
        last = where


def _questions(draft: Conductor | None, where: str) -> tuple[tuple[Figure, Figure, bool], ...]:
    if draft is None:
        return ()
    waiting = [question for question in draft.document["questions"] if question["answer"] is None]
    at = f"{where}/draft/questions"
    return tuple(
        (Figure(q["ask"], f"{at}/{n}/ask"), Figure(q["evidence"], f"{at}/{n}/evidence"), q["required"])
        for n, q in enumerate(waiting)
    )


def _standing(standing: Standing, at: str) -> Told:
    """How it stands, without who said so."""
    if standing.last is None:
        return told("nobody has decided yet")
    return told(Figure(standing.status, f"{at}/word"), " on ", Figure(day(standing.last.at), f"{at}/at"))
