"""Found -> Candidate: each routine with its counts, its reasons and the places where every occurrence stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from fivetimes.config import Rule
from fivetimes.model import (
    COARSE,
    FORM,
    By,
    Candidate,
    Confidence,
    Int32s,
    Location,
    Moment,
    Occurrence,
    SessionLog,
    Tier,
    Variant,
)
from fivetimes.routines import counting, naming
from fivetimes.routines.maturing import Uses, unready
from fivetimes.routines.ranking import score
from fivetimes.routines.rhythm import rhythm
from fivetimes.routines.search import Found
from fivetimes.routines.steps import FoldedStep, fold
from fivetimes.routines.stream import Stream

_SHOWN_VARIANTS = 8


@dataclass(frozen=True, slots=True)
class Context:
    """What describing a routine needs besides the routine: the stream, the sessions, and further places of events."""

    stream: Stream
    sessions: SessionLog
    also: dict[int, list[tuple[int, int, int]]]
    rule: Rule
    calendar: counting.Calendar
    uses: Uses

    @classmethod
    def of(cls, stream: Stream, sessions: SessionLog, rule: Rule) -> Context:
        """Prepare the look-ups once for all routines."""
        also: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for event, origin, line, commit in sessions.actions.events.also.tolist():
            also[event].append((origin, line, commit))
        return cls(stream, sessions, also, rule, counting.Calendar.of(sessions), Uses(sessions.actions))


def _moment_time(when: float, timed: bool) -> datetime | None:
    return datetime.fromtimestamp(when, UTC) if timed else None


def _places(context: Context, event: int) -> tuple[Location, ...]:
    log = context.sessions.actions.events
    columns = log.columns
    digest = int(columns["digest"][event])
    own = (int(columns["origin"][event]), int(columns["line"][event]), int(columns["commit"][event]))
    places = []
    for origin, line, commit in [own, *context.also.get(event, ())]:
        if commit >= 0:
            places.append(
                Location(log.origins[origin], commit=log.commits[commit], digest=digest if origin == own[0] else 0)
            )
        else:
            places.append(Location(log.origins[origin], line=line, digest=digest))
    return tuple(places)


def _part(context: Context, row: int) -> int:
    """Which action of its line a row is."""
    event = context.sessions.actions.event
    part = 0
    while row > part and event[row - part - 1] == event[row]:
        part += 1
    return part


def _occurrence(context: Context, rows: Sequence[tuple[int, int | None]]) -> Occurrence:
    """One occurrence from (stream row, step or None), in order of time."""
    actions, stream = context.sessions.actions, context.stream
    moments = []
    agents = 0
    for row, step in rows:
        at = int(stream.rows[row])
        event = int(actions.event[at])
        agents += int(actions.events.columns["by"][event]) == By.AGENT
        moments.append(
            Moment(
                step=step,
                action=actions.labels[int(stream.levels[row, FORM])],
                time=_moment_time(float(actions.clock[at]), bool(actions.timed[at])),
                locations=_places(context, event),
                part=_part(context, at),
            )
        )
    first = int(stream.rows[rows[0][0]])
    return Occurrence(
        person=actions.events.persons[int(actions.person[first])],
        start=moments[0].time,
        end=moments[-1].time,
        session=int(context.sessions.session[first]),
        by_agent=round(agents / len(rows), 3),
        moments=tuple(moments),
    )


def _occurrences(
    context: Context, found: Found, folded: Sequence[FoldedStep]
) -> tuple[tuple[Occurrence, ...], list[Int32s]]:
    """The occurrences in order of time, and the rows of the action log that each is made of."""
    rows: list[list[tuple[int, int | None]]] = [[] for _ in range(len(found.matches))]
    for number, step in enumerate(folded):
        for match, of_match in enumerate(step.rows):
            rows[match] += [(row, number) for row in of_match]
    for match, row in _left_over(found, folded):
        rows[match].append((row, None))
    ordered = [sorted(match, key=lambda pair: pair[0]) for match in rows]
    made = [(_occurrence(context, match), context.stream.rows[[row for row, _ in match]]) for match in ordered]
    made.sort(key=lambda pair: _moment_of(pair[0]))
    return tuple(occurrence for occurrence, _ in made), [run for _, run in made]


def _moment_of(o: Occurrence) -> tuple[bool, datetime, str, int]:
    return o.start is None, o.start or datetime.min.replace(tzinfo=UTC), o.person, o.session


def _left_over(found: Found, folded: Sequence[FoldedStep]) -> list[tuple[int, int]]:
    """(match, row) of what belongs to a match and is told by no step."""
    told = {row for step in folded for rows in step.rows for row in rows}
    matched = [(match, int(row)) for match, line in enumerate(found.matches.rows) for row in line[line >= 0]]
    matched += [(match, row) for match, _, row in found.matches.again.tolist()] + found.strays.tolist()
    return [(match, row) for match, row in matched if row not in told]


def _variants(occurrences: Sequence[Occurrence], folded: Sequence[FoldedStep]) -> tuple[Variant, ...]:
    """The ways it was done: which steps in which order, repeats told once, the commonest first."""
    counts: Counter[tuple[str, ...]] = Counter()
    for occurrence in occurrences:
        way: list[str] = []
        for moment in occurrence.moments:
            if moment.step is None:
                continue
            label = moment.action if folded[moment.step].step.alternatives else folded[moment.step].step.action
            if not way or way[-1] != label:
                way.append(label)
        counts[tuple(way)] += 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Variant(way, count) for way, count in ordered[:_SHOWN_VARIANTS])


def tier(candidate: Candidate, rule: Rule) -> Tier:
    """The rung of the ladder, by what the rule counts."""
    count = candidate.counted(rule.by)
    if count >= rule.canonical:
        return Tier.CANONICAL
    return Tier.EXTRACT if count >= rule.extract else Tier.NOTICED


def _quartiles(occurrences: Sequence[Occurrence]) -> tuple[float, float, float] | None:
    spans = [(o.end - o.start).total_seconds() for o in occurrences if o.start is not None and o.end is not None]
    if not spans:
        return None
    low, middle, high = np.quantile(spans, [0.25, 0.5, 0.75])
    return round(float(low), 1), round(float(middle), 1), round(float(high), 1)


def describe(context: Context, found: Found, confidence: Confidence) -> tuple[Candidate, list[FoldedStep]]:
    """Say one routine, of which we are so sure, as a candidate."""
    stream, actions = context.stream, context.sessions.actions
    folded = fold(stream, actions, found)
    steps = tuple(step.step for step in folded)
    rates = [float(np.mean([stream.rate[stream.levels[r, COARSE]] for rows in s.rows for r in rows])) for s in folded]
    telling = naming.telling_step(steps, rates)
    occurrences, runs = _occurrences(context, found, folded)
    candidate = Candidate(
        id=naming.identifier(steps, telling),
        title=naming.title(steps, telling),
        tier=Tier.NOTICED,
        count=len(occurrences),
        sessions=len({o.session for o in occurrences}),
        days=len(context.calendar.days(runs)),
        people=counting.people(context.sessions, runs),
        at_least=_at_least(context, runs),
        confidence=confidence,
        reasons=(),
        steps=steps,
        variants=_variants(occurrences, folded),
        occurrences=occurrences,
        duration=_quartiles(occurrences),
        score=score(found.bits, len(occurrences), confidence),
        broken=found.matches.broken,
        unready=unready(context.uses, stream, folded, context.rule),
    )
    return _counted(context, replace(candidate, tier=tier(candidate, context.rule)), runs), folded


def _at_least(context: Context, runs: Sequence[Int32s]) -> bool:
    """Whether any of its places is in a source that keeps one entry per text."""
    log = context.sessions.actions.events
    events = np.unique(context.sessions.actions.event[np.concatenate(runs)])
    origins = {*log.columns["origin"][events].tolist()}
    origins |= {origin for event in events.tolist() for origin, _, _ in context.also.get(event, ())}
    return not origins.isdisjoint(log.deduplicated)


def _counted(context: Context, candidate: Candidate, runs: Sequence[Int32s]) -> Candidate:
    """With all that is reckoned from its runs."""
    sessions, calendar = context.sessions, context.calendar
    starts = [o.start for o in candidate.occurrences if o.start is not None]
    ends = [o.end for o in candidate.occurrences if o.end is not None]
    return replace(
        candidate,
        first=min(starts, default=None),
        last=max(ends, default=None),
        rhythm=rhythm(calendar.days(runs), calendar.worked),
        cost=counting.cost(sessions, runs),
        boundaries=counting.boundaries(calendar, runs),
        by=counting.done_by(sessions, runs),
        bus_factor=counting.bus_factor([int(sessions.actions.person[run[0]]) for run in runs]),
    )
