"""Routine -> Candidate: each routine with its counts, the locations of every occurrence, and why it stands where it stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from fivetimes.columns import FORM, Floats, Int32s, SessionLog
from fivetimes.config import FiveTimesRule
from fivetimes.identity.ids import identifier
from fivetimes.identity.phrases import same_action
from fivetimes.identity.titles import title
from fivetimes.model.candidates import Candidate, Confidence, Step, Tier, Variant
from fivetimes.model.events import By, Effect
from fivetimes.model.occurrences import Location, Moment, Occurrence
from fivetimes.model.reliability import Reliability, Unproven, Unready
from fivetimes.routines import measures
from fivetimes.routines.alternatives import FoldedStep, fold
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.matching import Routine
from fivetimes.routines.measures import Uses, rhythm, unready
from fivetimes.words import on_days

SHOWN_VARIANTS = 8  # ways of doing a routine that are listed, the commonest first


@dataclass(frozen=True, slots=True)
class Context:
    """What describing a routine needs besides the routine: the database, the sessions, and further locations of events."""

    database: SequenceDatabase
    sessions: SessionLog
    also: dict[int, list[tuple[int, int, int]]]
    calendar: measures.Calendar
    uses: Uses

    @classmethod
    def of(cls, database: SequenceDatabase, sessions: SessionLog) -> Context:
        """Prepare the look-ups once for all routines."""
        also: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for event, origin, line, commit in sessions.actions.events.also.tolist():
            also[event].append((origin, line, commit))
        return cls(database, sessions, also, measures.Calendar.of(sessions), Uses(sessions.actions))


def moment_time(when: float, timed: bool) -> datetime | None:
    return datetime.fromtimestamp(when, UTC) if timed else None


def _places(context: Context, event: int) -> tuple[Location, ...]:
    log = context.sessions.actions.events
    columns = log.columns
    digest = int(columns["digest"][event])
    own = (int(columns["origin"][event]), int(columns["line"][event]), int(columns["commit"][event]))
    locations = []
    for origin, line, commit in [own, *context.also.get(event, ())]:
        if commit >= 0:
            locations.append(
                Location(log.origins[origin], commit=log.commits[commit], digest=digest if origin == own[0] else 0)
            )
        else:
            locations.append(Location(log.origins[origin], line=line if line >= 0 else None, digest=digest))
    return tuple(locations)


def _part(context: Context, row: int) -> int:
    """Which action of its line a row is."""
    event = context.sessions.actions.event
    part = 0
    while row > part and event[row - part - 1] == event[row]:
        part += 1
    return part


def _occurrence(context: Context, rows: Sequence[tuple[int, int | None]]) -> Occurrence:
    """One occurrence from (database row, step or None), in order of time."""
    actions, database = context.sessions.actions, context.database
    moments = []
    agents = 0
    for row, step in rows:
        at = int(database.rows[row])
        event = int(actions.event[at])
        agents += int(actions.events.columns["by"][event]) == By.AGENT
        moments.append(
            Moment(
                step=step,
                action=actions.labels[int(database.levels[row, FORM])],
                time=moment_time(float(actions.clock[at]), bool(actions.timed[at])),
                locations=_places(context, event),
                part=_part(context, at),
            )
        )
    first = int(database.rows[rows[0][0]])
    return Occurrence(
        person=actions.events.persons[int(actions.person[first])],
        start=moments[0].time,
        end=moments[-1].time,
        session=int(context.sessions.session[first]),
        by_agent=round(agents / len(rows), 3),
        moments=tuple(moments),
    )


def _occurrences(
    context: Context, found: Routine, folded: Sequence[FoldedStep]
) -> tuple[tuple[Occurrence, ...], list[Int32s]]:
    """The occurrences in order of time, and the rows of the action log that each is made of."""
    rows: list[list[tuple[int, int | None]]] = [[] for _ in range(len(found.occurrences))]
    for number, step in enumerate(folded):
        for match, of_match in enumerate(step.rows):
            rows[match] += [(row, number) for row in of_match]
    for match, row in _left_over(found, folded):
        rows[match].append((row, None))
    ordered = [sorted(match, key=lambda pair: pair[0]) for match in rows]
    made = [(_occurrence(context, match), context.database.rows[[row for row, _ in match]]) for match in ordered]
    made.sort(key=lambda pair: in_time(pair[0]))
    return tuple(occurrence for occurrence, _ in made), [run for _, run in made]


def in_time(o: Occurrence) -> tuple[bool, datetime, str, int]:
    """The key by which occurrences are in order of time; those without a time come last."""
    return o.start is None, o.start or datetime.min.replace(tzinfo=UTC), o.person, o.session


def _left_over(found: Routine, folded: Sequence[FoldedStep]) -> list[tuple[int, int]]:
    """(occurrence, row) of what belongs to an occurrence and stands at no step."""
    at_a_step = {row for step in folded for rows in step.rows for row in rows}
    matched = [(match, int(row)) for match, line in enumerate(found.occurrences.rows) for row in line[line >= 0]]
    matched += [(match, row) for match, _, row in found.occurrences.again.tolist()] + found.strays.tolist()
    return [(match, row) for match, row in matched if row not in at_a_step]


def _ways(occurrences: Sequence[Occurrence], folded: Sequence[FoldedStep]) -> Counter[tuple[str, ...]]:
    """The ways it was done, and how often: which steps in which order, repeats once."""
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
    return counts


def _variants(ways: Mapping[tuple[str, ...], int]) -> tuple[Variant, ...]:
    """The commonest ways first."""
    ordered = sorted(ways.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Variant(way, count) for way, count in ordered[:SHOWN_VARIANTS])


def tier(candidate: Candidate, rule: FiveTimesRule) -> Tier:
    """The rung of the ladder, by what the rule counts."""
    count = candidate.counted(rule.by)
    if count >= rule.canonical:
        return Tier.CANONICAL
    return Tier.EXTRACT if count >= rule.extract else Tier.NOTICED


def _spans(occurrences: Sequence[Occurrence]) -> Floats:
    """Seconds from the first step of each occurrence to its last, where both times are known."""
    return np.array(
        [(o.end - o.start).total_seconds() for o in occurrences if o.start is not None and o.end is not None]
    )


def _quartiles(spans: Floats) -> tuple[float, float, float] | None:
    if not len(spans):
        return None
    low, middle, high = np.quantile(spans, [0.25, 0.5, 0.75])
    return round(float(low), 1), round(float(middle), 1), round(float(high), 1)


@dataclass(frozen=True, slots=True)
class RoutineAccount:
    """Everything that a candidate is made of, besides its occurrences one by one and how sure we are.

    The accounts of one routine in several partitions of the work add up to the account of all (`partitions.py`).

    Attributes:
        steps: first to last.
        labels: of each step, the labels of all that is done there.
        tally: what is counted over the occurrences.
        ways: the ways in which it was done, and how often.
        spans: (occurrences with both times,) seconds from the first step to the last.
        first, last: when the first occurrence began, and when the last one ended.
        sessions: how many sessions an occurrence begins in.
        broken: attempts that were broken off.
        specialists: the skills and tools of its steps.
    """

    steps: tuple[Step, ...]
    labels: tuple[tuple[str, ...], ...]
    tally: measures.Tally
    ways: Mapping[tuple[str, ...], int]
    spans: Floats
    first: datetime | None
    last: datetime | None
    sessions: int
    broken: int
    specialists: tuple[measures.StepSpecialist, ...]


def account(context: Context, found: Routine) -> tuple[RoutineAccount, tuple[Occurrence, ...], list[FoldedStep]]:
    """What there is to say of a routine, its occurrences in order of time, and its steps with their rows."""
    folded = fold(context.database, context.sessions.actions, found)
    occurrences, rows = _occurrences(context, found, folded)
    whole = RoutineAccount(
        steps=tuple(step.step for step in folded),
        labels=tuple(step.labels for step in folded),
        tally=measures.tally(context.calendar, rows, at_least=_at_least(context, rows)),
        ways=_ways(occurrences, folded),
        spans=_spans(occurrences),
        first=min((o.start for o in occurrences if o.start is not None), default=None),
        last=max((o.end for o in occurrences if o.end is not None), default=None),
        sessions=len({o.session for o in occurrences}),
        broken=found.occurrences.broken,
        specialists=measures.specialists(context.uses, context.database, folded),
    )
    return whole, occurrences, folded


def matching_steps(first: RoutineAccount, other: RoutineAccount) -> dict[int, int]:
    """Which step of one account is which of another: step of `other` -> step of `first`, each at most once.

    Two steps are the same where they are called the same, else where a label of one is a label of the other at some level of
    detail.
    """
    left = dict(enumerate(first.steps))
    out: dict[int, int] = {}
    for number, step in enumerate(other.steps):
        same = next((n for n, one in left.items() if one.action == step.action), None)
        if same is None:
            labels = other.labels[number]
            alike = (n for n in left if any(same_action(a, b) for a in first.labels[n] for b in labels))
            same = next(alike, None)
        if same is not None:
            out[number] = same
            del left[same]
    return out


def joined_accounts(accounts: Sequence[RoutineAccount]) -> RoutineAccount:
    """The account of one routine over all partitions that have it; of one partition it is the same.

    Args:
        accounts: one at least. The steps are those of the first; what others do at none of these is no step.
    """
    first = accounts[0]
    if len(accounts) == 1:
        return first
    matched = [matching_steps(first, one) for one in accounts]
    ways: Counter[tuple[str, ...]] = Counter()
    reliability: dict[tuple[int, str], Reliability] = {}
    for one, steps in zip(accounts, matched, strict=True):
        called = {one.steps[there].action: first.steps[here].action for there, here in steps.items()}
        for way, count in one.ways.items():
            ways[tuple(called.get(label, label) for label in way)] += count
        for known in one.specialists:
            if known.step in steps:
                key = steps[known.step], known.name
                reliability[key] = _more(reliability.get(key, Reliability(0, 0, 0)), known.reliability)
    firsts, lasts = [a.first for a in accounts], [a.last for a in accounts]
    return RoutineAccount(
        steps=tuple(_joined_step(accounts, matched, here) for here in range(len(first.steps))),
        labels=tuple(_joined_labels(accounts, matched, here) for here in range(len(first.steps))),
        tally=measures.joined(one.tally for one in accounts),
        ways=ways,
        spans=np.concatenate([one.spans for one in accounts]),
        first=min((moment for moment in firsts if moment is not None), default=None),
        last=max((moment for moment in lasts if moment is not None), default=None),
        sessions=sum(one.sessions for one in accounts),
        broken=sum(one.broken for one in accounts),
        specialists=tuple(
            measures.StepSpecialist(step, name, known) for (step, name), known in sorted(reliability.items())
        ),
    )


def _more(one: Reliability, other: Reliability) -> Reliability:
    return Reliability(one.uses + other.uses, one.known + other.known, one.failed + other.failed)


def _at(
    accounts: Sequence[RoutineAccount], matched: Sequence[Mapping[int, int]], here: int
) -> list[tuple[int, RoutineAccount]]:
    """The step of each account that is this one of the first, with the account; where it has one."""
    return [
        (there, one)
        for one, steps in zip(accounts, matched, strict=True)
        for there, step in steps.items()
        if step == here
    ]


def _joined_step(accounts: Sequence[RoutineAccount], matched: Sequence[Mapping[int, int]], here: int) -> Step:
    those = [(one.steps[there], one.tally.count) for there, one in _at(accounts, matched, here)]
    done = sum(step.share * count for step, count in those)
    ways: Counter[str] = Counter()
    for step, count in those:
        # a step that is done in one way lists no alternatives
        for label, share in step.alternatives or ((step.action, 1.0),):
            ways[label] += share * step.share * count  # type: ignore[assignment]
    ordered = sorted(ways.items(), key=lambda pair: (-pair[1], pair[0]))
    several = any(step.alternatives for step, _ in those)
    return replace(
        those[0][0],
        share=round(done / sum(one.tally.count for one in accounts), 3),
        repeat=(min(step.repeat[0] for step, _ in those), max(step.repeat[1] for step, _ in those)),
        alternatives=tuple((label, round(times / done, 3)) for label, times in ordered) if several else (),
        effect=max(step.effect for step, _ in those),
    )


def _joined_labels(
    accounts: Sequence[RoutineAccount], matched: Sequence[Mapping[int, int]], here: int
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for there, one in _at(accounts, matched, here) for label in one.labels[there]))


def candidate(
    whole: RoutineAccount, occurrences: tuple[Occurrence, ...], confidence: Confidence, rule: FiveTimesRule
) -> Candidate:
    """A routine, of which we are so sure, as a person sees it.

    Args:
        whole: what there is to say of it.
        occurrences: in order of time; as many as were counted, or none yet where they are still in their partitions.
        confidence: how sure we are.
        rule: from how many occurrences on it is noticed, extracted, canonical.
    """
    counts = whole.tally
    made = Candidate(
        id=identifier(whole.steps),
        title=title(whole.steps),
        tier=Tier.NOTICED,
        count=counts.count,
        sessions=whole.sessions,
        days=len(counts.days),
        people=counts.people,
        at_least=counts.at_least,
        confidence=confidence,
        reasons=(),
        steps=whole.steps,
        variants=_variants(whole.ways),
        occurrences=occurrences,
        duration=_quartiles(whole.spans),
        score=0.0,
        first=whole.first,
        last=whole.last,
        rhythm=rhythm(counts.days, counts.worked),
        cost=measures.in_hours(counts),
        boundaries=measures.boundaries(counts),
        broken=whole.broken,
        by=measures.shares(counts.by),
        bus_factor=measures.bus_factor(counts.begun),
        unready=unready(whole.specialists, rule),
    )
    return replace(made, tier=tier(made, rule))


def _at_least(context: Context, occurrence_rows: Sequence[Int32s]) -> bool:
    """Whether any of its locations is in a source that keeps one entry per text."""
    log = context.sessions.actions.events
    events = np.unique(context.sessions.actions.event[np.concatenate(occurrence_rows)])
    origins = {*log.columns["origin"][events].tolist()}
    origins |= {origin for event in events.tolist() for origin, _, _ in context.also.get(event, ())}
    return not origins.isdisjoint(log.deduplicated)


# ---- why it stands where it stands, in words that the report shows as they are


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def with_reasons(candidate: Candidate) -> Candidate:
    """The candidate with its reasons; its id and confidence are final."""
    return replace(candidate, reasons=reasons(candidate))


def reasons(candidate: Candidate) -> tuple[str, ...]:
    """Why this stands where it stands, the most important first."""
    return (
        *_often(candidate),
        *_saves(candidate),
        *_whole(candidate),
        *_goes_out(candidate),
        *_first_mature(candidate),
    )


def _often(candidate: Candidate) -> Iterator[str]:
    least = "at least " if candidate.at_least else ""
    yield f"seen {least}{candidate.count} times in {_plural(candidate.sessions, 'session')} {on_days(candidate.days)}"
    yield _people(candidate)
    if candidate.rhythm is not None and candidate.rhythm.period not in ("unknown", "irregular"):
        yield f"done {candidate.rhythm.phrase}"


def _people(candidate: Candidate) -> str:
    if not candidate.people:
        return "done by bots alone"
    text = "done by 1 person" if candidate.people == 1 else f"done by {candidate.people} people"
    if candidate.people > 1 and candidate.bus_factor == 1:
        text += ", more than half of it by one"
    _, agents, bots = candidate.by
    text += f"; {agents:.0%} of the steps by agents" if agents else ""
    return text + (f"; {bots:.0%} of the steps by bots" if bots else "")


def _saves(candidate: Candidate) -> Iterator[str]:
    if candidate.cost is not None and candidate.cost.saved >= 0.1:
        yield f"took {candidate.cost.hours:.1f} hours; one command would save {candidate.cost.saved:.1f} of them"
    yield f"saves {candidate.confidence.bits:.0f} bits against independent actions"


def _whole(candidate: Candidate) -> Iterator[str]:
    confidence = candidate.confidence
    if candidate.broken and confidence.completion < 0.9:
        yield f"{confidence.completion:.0%} of the attempts that began went to the end ({candidate.broken} broken off)"
    if confidence.threaded:
        yield f"a value runs through {_plural(confidence.threaded + 1, 'step')}"


def _goes_out(candidate: Candidate) -> Iterator[str]:
    out = [step.action for step in candidate.steps if step.effect > Effect.UNKNOWN]
    if out:
        yield f"goes out into the world at: {', '.join(out[:3])}"


def _first_mature(candidate: Candidate) -> Iterator[str]:
    if candidate.unready:
        yield f"to mature first: {'; '.join(lacking(one) for one in candidate.unready[:3])}"


def lacking(one: Unready) -> str:
    """What a skill still lacks.

    Example:
        >>> lacking(Unready(2, "skill:check", 4, 4, 2, Unproven.FAILING))
        'skill:check (failed 2 of 4 times)'
        >>> lacking(Unready(0, "skill:draft", 1, 0, 0, Unproven.SEEN_ONCE))
        'skill:draft (seen once)'
        >>> lacking(Unready(0, "skill:draft", 3, 0, 0, Unproven.YOUNG))
        'skill:draft (seen 3 times only)'
    """
    if one.why is Unproven.FAILING:
        return f"{one.name} (failed {one.failed} of {one.known} times)"
    return f"{one.name} (seen once)" if one.uses == 1 else f"{one.name} (seen {one.uses} times only)"
