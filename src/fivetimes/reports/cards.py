"""Candidate and its draft -> Card: what a page shows of a routine, in words; no persons, and locations only with live text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher

from fivetimes.conductor_document import step_alternatives
from fivetimes.config import USUAL_SHARE
from fivetimes.model.candidates import Candidate, Step
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Standing
from fivetimes.model.events import Effect
from fivetimes.model.live_text import LiveText
from fivetimes.model.occurrences import Moment, Occurrence
from fivetimes.redaction import show
from fivetimes.reports.figures import Figure, Sentence, counted, day, lasting, location_text, percent, sentence
from fivetimes.reports.pictures import Timeline, timeline
from fivetimes.words import doers

_SHADES = 4  # that tell alternatives apart
_LETTERS = "ABCDEF"  # of the values drawn beside the steps: more lines than that cannot be followed

# the verb at the gate of each effect
_GATES: Mapping[Effect, str] = {
    Effect.PUBLISH: "publishes",
    Effect.DEPLOY: "deploys",
    Effect.DELETE: "deletes",
    Effect.SEND: "sends",
    Effect.PAY: "pays",
    Effect.REWRITE: "rewrites history",
}


@dataclass(frozen=True, slots=True)
class Band:
    """A part of the stream through a step, in hundredths of all occurrences; `shade` tells alternatives apart, from 0."""

    x: int
    width: int
    shade: int


@dataclass(frozen=True, slots=True)
class Rail:
    """The line of a value beside a step; `part`: which part of it (`start`, `on`, `end`, `only`, empty: none)."""

    letter: str
    part: str
    used: bool


@dataclass(frozen=True, slots=True)
class SharedValue:
    """A value that several steps use or make, by the name that the draft gives it."""

    letter: str
    name: str
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as the flow shows it.

    `width` is its share in hundredths and `before` that of the step above; `templates` are those of the draft.
    """

    number: int
    action: str
    width: int
    before: int
    bands: tuple[Band, ...]
    share: Figure | str
    optional: bool
    repeat: Sentence | None
    alternatives: tuple[tuple[str, Figure, int], ...]
    gate: str
    unclear: bool
    templates: tuple[str, ...]
    rails: tuple[Rail, ...]


def shared_values(draft: Conductor | None) -> tuple[SharedValue, ...]:
    """The values of a draft that steps use or make, in the order of their first step."""
    if draft is None:
        return ()
    found = []
    for entry in draft.document["state"]:
        made = re.match(r"steps\.s(\d+)\.", str(entry["from"]))
        steps = {int(name[1:]) for name in entry["to"]} | ({int(made[1])} if made else set())
        if steps:
            found.append((tuple(sorted(steps)), str(entry["name"])))
    ordered = sorted(found)
    return tuple(
        SharedValue(_LETTERS[n] if n < len(_LETTERS) else "", name, steps) for n, (steps, name) in enumerate(ordered)
    )


def flow(
    candidate: Candidate, draft: Conductor | None, *, where: str
) -> tuple[tuple[StepRow, ...], tuple[StepRow, ...]]:
    """The usual steps in order, with those that a gate stands before; and the occasional ones.

    Args:
        candidate: the routine.
        draft: its draft, for templates and values; None where there is none.
        where: the JSON pointer of the candidate.
    """
    drawn = [value for value in shared_values(draft) if value.letter]
    numbers = step_numbers(candidate, draft)
    core: list[StepRow] = []
    occasional: list[StepRow] = []
    last: dict[bool, Step] = {}  # the step before it in the same list
    any_usual = any(step.share > USUAL_SHARE for step in candidate.steps)
    for n, (number, step) in enumerate(zip(numbers, candidate.steps, strict=True)):
        usual = step.share > USUAL_SHARE or step.effect in _GATES or not any_usual
        known = draft if number not in numbers[:n] else None
        row = _row(number, step, last.get(usual, step), known, drawn, f"{where}/steps/{n}")
        (core if usual else occasional).append(row)
        last[usual] = step
    return tuple(core), tuple(occasional)


def step_numbers(candidate: Candidate, draft: Conductor | None) -> list[int]:
    """The number that each step has in the draft, which its questions and gates use.

    A step that the draft does not have stands in the clause of one before it, and has the number of that one.
    """
    actions = [show(step.action) for step in candidate.steps]
    drafted = actions if draft is None else [step["action"] for step in draft.document["steps"]]
    if len(drafted) == len(actions):
        return list(range(1, len(actions) + 1))
    found: dict[int, int] = {}
    for a, b, size in SequenceMatcher(None, actions, drafted, autojunk=False).get_matching_blocks():
        found.update((a + n, b + n + 1) for n in range(size))
    numbers: list[int] = []
    for n in range(len(actions)):
        numbers.append(found.get(n, numbers[-1] if numbers else 1))
    return numbers


def _row(
    number: int, step: Step, before: Step, draft: Conductor | None, drawn: Sequence[SharedValue], at: str
) -> StepRow:
    return StepRow(
        number=number,
        action=show(step.action),  # as the draft has it
        width=_hundredths(step.share),
        before=_hundredths(before.share),
        bands=_bands(step),
        share=_how_often(step.share, f"{at}/share"),
        optional=step.optional,
        repeat=_repeat(step.repeat, f"{at}/repeat"),
        alternatives=tuple(
            (action, Figure(percent(share), f"{at}/alternatives/{n}/share"), min(n, _SHADES - 1))
            for n, (action, share) in enumerate(step.alternatives)
        ),
        gate=_GATES.get(step.effect, ""),
        unclear=step.effect == Effect.UNKNOWN,
        templates=_templates(draft, number),
        rails=tuple(_rail(value, number) for value in drawn),
    )


def _hundredths(share: float) -> int:
    return round(min(1.0, share) * 100)


def _bands(step: Step) -> tuple[Band, ...]:
    """One for each alternative, side by side; one alone where there are none."""
    shares = [share for _, share in step.alternatives] or [step.share]
    scale = step.share / max(sum(shares), 1e-9)
    bands, x = [], 0
    for n, share in enumerate(shares):
        width = min(_hundredths(share * scale), 100 - x)
        bands.append(Band(x, width, min(n, _SHADES - 1)))
        x += width
    return tuple(bands)


def _how_often(share: float, at: str) -> Figure:
    return Figure("always" if round(share * 100) == 100 else percent(share), at)


def _repeat(repeat: tuple[int, int], at: str) -> Sentence | None:
    least, most = repeat
    if most <= 1:
        return None
    if least == most:
        return sentence(Figure(f"{most} times", f"{at}/1"), " in a row")
    return sentence(Figure(f"{least}", f"{at}/0"), " to ", Figure(f"{most} times", f"{at}/1"), " in a row")


def _templates(draft: Conductor | None, number: int) -> tuple[str, ...]:
    if draft is None:
        return ()
    step = next((step for step in draft.document["steps"] if step["id"] == f"s{number}"), None)
    if step is None:  # a person has taken it out
        return ()
    return tuple(way["run"] for way in step_alternatives(step))


def _rail(value: SharedValue, number: int) -> Rail:
    first, last = value.steps[0], value.steps[-1]
    if not first <= number <= last:
        return Rail(value.letter, "", used=False)
    part = "only" if first == last else "start" if number == first else "end" if number == last else "on"
    return Rail(value.letter, part, used=number in value.steps)


Fact = Sentence | Figure | str

_MOST_VARIANTS = 6
_MOST_OCCURRENCES = 30
_FIRST_STEPS = 4


@dataclass(frozen=True, slots=True)
class OccurrenceRow:
    """One occurrence: when, how many steps it had, and, on the owner's own page, its lines as (location, text)."""

    when: Figure | str
    steps: Figure
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One variant of the routine; `width` is its share in hundredths."""

    actions: str
    count: Figure
    share: Figure
    width: int


@dataclass(frozen=True, slots=True)
class Card:
    """A routine on the page.

    `at` is its JSON pointer, `anchor` its place on the page, `status` its standing; `keys` are what the page sorts by.
    """

    id: str
    at: str
    anchor: str
    title: str
    summary: str
    tier: str
    status: str
    count: Figure
    people: Figure | str
    people_of: Sentence
    saved: Figure | str
    hours: Figure | str
    last: Figure | str
    keys: Mapping[str, str]
    facts: tuple[tuple[str, Fact], ...]
    reasons: tuple[Figure, ...]
    confidence: Sentence
    tests: tuple[Figure, ...]
    timeline: Timeline
    undated: Figure
    core: tuple[StepRow, ...]
    occasional: tuple[StepRow, ...]
    gates: int
    shared_values: tuple[SharedValue, ...]
    variants: tuple[VariantRow, ...]
    more_variants: int
    occurrences: tuple[OccurrenceRow, ...]
    more_occurrences: int
    drafted: bool
    merged: bool
    questions: tuple[tuple[Figure, Figure, bool], ...]
    needed: int
    standing: Sentence
    already: Figure | str


def card(
    candidate: Candidate,
    draft: Conductor | None,
    *,
    first: datetime | None,
    last: datetime | None,
    where: str = "",
    live: LiveText | None = None,
) -> Card:
    """A routine in words, with a timeline between the first and last day of the whole report.

    Args:
        candidate: the routine.
        draft: its draft, None where the rule lets none through.
        first: the first day of the report.
        last: the last day of the report.
        where: the JSON pointer of the candidate in report.json.
        live: its commands, read again just now, for the owner's own page.
    """
    core, occasional = flow(candidate, draft, where=where)
    asked = _questions(draft, where)
    times = [occurrence.start for occurrence in candidate.occurrences]
    known = [time for time in times if time is not None]
    shown = range(len(candidate.occurrences))[-_MOST_OCCURRENCES:][::-1]
    return Card(
        id=candidate.id,
        at=where,
        anchor=f"card-{int(where.rpartition('/')[2] or 0) + 1}",
        title=candidate.title,
        summary=_summary(candidate),
        tier=candidate.tier.value,
        status=candidate.standing.status.value,
        count=Figure(("at least " if candidate.at_least else "") + counted(candidate.count, "time"), f"{where}/count"),
        people=_people_count(candidate, where),
        people_of=_people_of(candidate, where),
        saved="" if candidate.cost is None else Figure(lasting(candidate.cost.saved * 3600), f"{where}/cost/saved"),
        hours=_hours(candidate, where),
        last=_last(candidate, where),
        keys=_keys(candidate),
        facts=tuple(_facts(candidate, where)),
        reasons=tuple(Figure(reason, f"{where}/reasons/{n}") for n, reason in enumerate(candidate.reasons)),
        confidence=_confidence(candidate, f"{where}/confidence"),
        tests=tuple(_tests(candidate, where)),
        timeline=timeline(times, first, last),
        undated=Figure(f"{len(candidate.occurrences) - len(known)}", f"{where}/undated"),
        core=core,
        occasional=occasional,
        gates=sum(bool(step.gate) for step in (*core, *occasional)),
        shared_values=shared_values(draft),
        variants=_variants(candidate, where),
        more_variants=max(0, len(candidate.variants) - _MOST_VARIANTS),
        occurrences=tuple(
            _occurrence(candidate.occurrences[n], live.occurrences[n] if live else (), n, where) for n in shown
        ),
        more_occurrences=max(0, len(candidate.occurrences) - _MOST_OCCURRENCES),
        drafted=draft is not None,
        merged=candidate.merged,
        questions=asked,
        needed=sum(required for _, _, required in asked),
        standing=_standing(candidate.standing, f"{where}/standing"),
        already=Figure(candidate.already, f"{where}/already") if candidate.already else "",
    )


def _summary(candidate: Candidate) -> str:
    """The first steps, which distinguish routines of one title."""
    shown = [step.action for step in candidate.steps[:_FIRST_STEPS]]
    return " → ".join([*shown, "…"] if len(candidate.steps) > _FIRST_STEPS else shown)


def _people_count(candidate: Candidate, where: str) -> Figure | str:
    if not candidate.people:
        return "bots"
    return Figure(f"{'≥' if candidate.merged else ''}{candidate.people:,}", f"{where}/people")


def _people_of(candidate: Candidate, where: str) -> Sentence:
    who = doers(candidate.people)
    return sentence(Figure(who, f"{where}/people") if candidate.people else f"by {who}")


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


# ---- facts: a function for each, which gives None where there is nothing to state


def _sessions(candidate: Candidate, where: str) -> Fact | None:
    return None if candidate.merged else Figure(f"{candidate.sessions:,}", f"{where}/sessions")


def _days(candidate: Candidate, where: str) -> Fact | None:
    return None if candidate.merged or not candidate.days else Figure(f"{candidate.days:,}", f"{where}/days")


def _people(candidate: Candidate, where: str) -> Fact:
    people = Figure(f"{candidate.people:,}", f"{where}/people")
    if candidate.merged:
        return sentence(people, " or more")
    if not candidate.people:
        return sentence(people, ", for bots did all of it")
    if candidate.people == 1:
        return sentence(people, ", so it rests on one person")
    if candidate.bus_factor == 1:
        return sentence(people, ", but one of them did more than half of it")
    return sentence(people)


def _rhythm(candidate: Candidate, where: str) -> Fact | None:
    return None if candidate.rhythm is None else Figure(candidate.rhythm.phrase, f"{where}/rhythm/says")


def _duration(candidate: Candidate, where: str) -> Fact | None:
    if candidate.duration is None:
        return None
    lower, median, upper = (
        Figure(lasting(seconds), f"{where}/duration/{name}")
        for name, seconds in zip(("lower", "median", "upper"), candidate.duration, strict=True)
    )
    return sentence(median, " (half of them ", lower, " to ", upper, ")")


def _cost(candidate: Candidate, where: str) -> Fact | None:
    if candidate.cost is None:
        return None
    saved = Figure(lasting(candidate.cost.saved * 3600), f"{where}/cost/saved")
    return sentence(_hours(candidate, where), " in all; one command would save ", saved)


def _by_agents(candidate: Candidate, where: str) -> Fact | None:
    return _share_of_steps(candidate.by[1], f"{where}/by/agent")


def _by_bots(candidate: Candidate, where: str) -> Fact | None:
    return _share_of_steps(candidate.by[2], f"{where}/by/bot")


def _share_of_steps(share: float, at: str) -> Fact | None:
    return sentence(Figure(percent(share), at), " of the steps") if share > 0 else None


def _broken_off(candidate: Candidate, where: str) -> Fact | None:
    return Figure(counted(candidate.broken, "time"), f"{where}/broken_off") if candidate.broken else None


def _seen(candidate: Candidate, where: str) -> Fact | None:
    if candidate.first is None:
        return None
    return sentence(Figure(day(candidate.first), f"{where}/first"), " to ", _last(candidate, where))


# in the order of the card: the label, and the function of a candidate and its JSON pointer
FACTS: tuple[tuple[str, Callable[[Candidate, str], Fact | None]], ...] = (
    ("sessions", _sessions),
    ("days", _days),
    ("people", _people),
    ("rhythm", _rhythm),
    ("one occurrence", _duration),
    ("took", _cost),
    ("by agents", _by_agents),
    ("by bots", _by_bots),
    ("broken off", _broken_off),
    ("seen", _seen),
)


def _facts(candidate: Candidate, where: str) -> Iterator[tuple[str, Fact]]:
    for label, fact in FACTS:
        value = fact(candidate, where)
        if value is not None:
            yield label, value


# ---- what speaks for it, and how it was done


def _confidence(candidate: Candidate, at: str) -> Sentence:
    confidence = candidate.confidence
    bits = Figure(f"{confidence.bits:,.0f} bits", f"{at}/bits")
    completion = Figure(percent(confidence.completion), f"{at}/completion")
    parts: list[str | Figure] = [
        Figure(confidence.verdict, f"{at}/word"),
        ": described as one routine it takes ",
        bits,
        " less than as single actions; ",
        completion,
        " of the occurrences that were begun went to the end",
    ]
    if confidence.threaded:
        parts += ["; ", Figure(counted(confidence.threaded, "step"), f"{at}/threaded"), " share a value with another"]
    return sentence(*parts)


def _tests(candidate: Candidate, where: str) -> Iterator[Figure]:
    """The results of its tests, and whether its boundaries are sure."""
    for n, result in enumerate(candidate.confidence.sentences):
        yield Figure(result, f"{where}/confidence/says/{n}")
    if candidate.boundaries is not None:
        yield Figure(candidate.boundaries.phrase, f"{where}/boundaries/says")


def _variants(candidate: Candidate, where: str) -> tuple[VariantRow, ...]:
    """The variants with their counts and their shares of the occurrences."""
    total = max(1, candidate.count)
    return tuple(
        VariantRow(
            " → ".join(variant.actions),
            Figure(counted(variant.count, "time"), f"{where}/variants/{n}/count"),
            Figure(percent(variant.count / total), f"{where}/variants/{n}/share"),
            round(100 * variant.count / total),
        )
        for n, variant in enumerate(candidate.variants[:_MOST_VARIANTS])
    )


def _occurrence(occurrence: Occurrence, live: Sequence[object | None], number: int, where: str) -> OccurrenceRow:
    at = f"{where}/occurrences/{number}"
    steps = Figure(counted(sum(moment.step is not None for moment in occurrence.moments), "step"), f"{at}/steps")
    if occurrence.start is None:
        when: Figure | str = "no time recorded"
    else:
        text = f"{occurrence.start.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        when = Figure(text, f"{at}/start")
    return OccurrenceRow(when, steps, tuple(_lines(occurrence.moments, live)))


def _lines(moments: Sequence[Moment], live: Sequence[object | None]) -> Iterator[tuple[str, str]]:
    """(location, text) of each moment, once for each line."""
    last = ""
    for moment, command in zip(moments, live, strict=False):
        where = location_text(moment.locations[0])
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


def _standing(standing: Standing, at: str) -> Sentence:
    """How it stands, without who decided so."""
    if standing.last is None:
        return sentence("nobody has decided yet")
    return sentence(Figure(standing.status, f"{at}/word"), " on ", Figure(day(standing.last.at), f"{at}/at"))
