"""Scan -> ReportDocument: everything that was found in plain values, as report.json holds it.

It is for the owner alone, because it has the locations of the evidence; persons stand in it by alias.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, NotRequired, TypedDict, cast

from fivetimes.model.candidates import Boundaries, Candidate, Confidence, Rhythm, Step
from fivetimes.model.changes import Changes
from fivetimes.model.conductors import Conductor, ConductorEffect
from fivetimes.model.decisions import Standing
from fivetimes.model.occurrences import Moment, Occurrence
from fivetimes.model.scans import Scan
from fivetimes.model.sources import SourceReport
from fivetimes.model.suppression import Suppressed
from fivetimes.model.trace import Explanation
from fivetimes.reports.figures import (
    HeatMap,
    LastWeek,
    ReaderBalance,
    by_rule,
    in_four_weeks,
    people_heat,
    report_figures,
)

_SCHEMA = 1  # of report.json: rises when a key that scripts may use changes its meaning or goes

# ---- the keys of report.json. Times are ISO 8601 in UTC with `Z`; null is what is not known.


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
    """A routine in the later part of the time; the fields are those of `model.HeldOut`."""

    mined: int
    seen: int
    bits: float
    q: float


# The tests of a routine; the fields are those of `model.Confidence`, `word` its verdict and `says` its sentences.
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
    """A step whose skill or tool is not reliable yet; the fields are those of `model.Unready`."""

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


class SuppressedDocument(TypedDict):
    """A sequence that was not proposed, or a work habit, with the rule that it failed."""

    steps: list[str]
    count: int
    rule: str


class SourceDocument(TypedDict):
    """A source and its balance; `untimed` and `advice` stand in what `sources --json` writes."""

    reader: str
    origin: str
    first: str | None
    last: str | None
    deduplicated: bool
    records: int
    events: int
    ignored: dict[str, int]
    duplicates: int
    bad: dict[str, int]
    held_back: int
    remembered: int
    untimed: NotRequired[int]
    advice: NotRequired[list[str]]


class SourcesDocument(TypedDict):
    """The output of `fivetimes sources --json`."""

    schema: int
    sources: list[SourceDocument]
    skipped: list[str]


class StageDocument(TypedDict):
    """What one stage of the search found of a sequence, and the numbers it decided by."""

    stage: str
    text: str
    numbers: dict[str, float]


class SequenceDocument(TypedDict):
    """What became of one sequence. `rule` is the code of the rule that it failed, null for what is proposed; `why` explains it."""

    steps: list[str]
    count: int
    id: str | None
    rule: str | None
    why: str | None
    stages: list[StageDocument]


class LeftOutDocument(TypedDict):
    """An action that can be no step."""

    action: str
    rule: str
    count: int


class ExplanationDocument(TypedDict):
    """The output of `fivetimes explain --json`."""

    schema: int
    asked: str
    sequences: list[SequenceDocument]
    more: int
    left_out: list[LeftOutDocument]
    pairs_below: int


class ReaderDocument(TypedDict):
    """The balance of all sources of a reader; `deduplicated` counts sources that keep each text once."""

    reader: str
    sources: int
    records: int
    events: int
    duplicates: int
    held_back: int
    ignored: dict[str, int]
    bad: dict[str, int]
    deduplicated: int


class PromotionDocument(TypedDict):
    """A routine that climbed the ladder since the earlier report."""

    id: str
    before: str
    after: str


class GoneDocument(TypedDict):
    """A routine that is not proposed any more: its count then, the rule that keeps it away, and the id that it is a part of now."""

    id: str
    title: str
    count: int
    why: str
    into: str | None


class ChangesDocument(TypedDict):
    """The differences from the report that was written at `since`; `new` has ids, `times` the counts of that report by id."""

    since: str | None
    new: list[str]
    promoted: list[PromotionDocument]
    gone: list[GoneDocument]
    times: dict[str, int]


class CompositionDocument(TypedDict):
    """A skill and what it calls; level 1 calls nothing, 2 calls skills, 3 calls compositions."""

    name: str
    level: int
    uses: int
    calls: dict[str, int]


class ChanceDocument(TypedDict):
    """What the search finds in made-up histories: the mean count of each tier over `runs` histories."""

    how: str
    runs: int
    noticed: float
    extract: float
    canonical: float


class HeatRow(TypedDict):
    """A routine with its count for each column."""

    id: str
    counts: list[int]


class HeatDocument(TypedDict):
    """How often each routine was done, by reader."""

    readers: list[str]
    routines: list[HeatRow]


class PeopleDocument(TypedDict):
    """How often each routine was done, by alias."""

    aliases: list[str]
    routines: list[HeatRow]


class WeekDocument(TypedDict):
    """Occurrences that began in the week from `start`, a Monday, by the tier of their routine."""

    start: str
    noticed: int
    extract: int
    canonical: int


class LastWeekDocument(TypedDict):
    """The seven days up to the last one that was read; the fields are those of `reports.figures.LastWeek`, `change` the runs more
    than in the seven days before."""

    first: str
    last: str
    runs: int
    before: int
    change: int
    hours: float
    to_decide: int


class RecentDocument(TypedDict):
    """Runs of a routine in each of the last twelve weeks, the last at the end; `change` compares the last two."""

    id: str
    weeks: list[int]
    change: int


class EffectDocument(TypedDict):
    """What an approved conductor changed; the fields are those of `model.ConductorEffect`, with both rates for four weeks."""

    id: str
    title: str
    before: int
    since: int
    runs: int
    standing: str
    before_in_four_weeks: float | None
    since_in_four_weeks: float | None


class FollowsDocument(TypedDict):
    """Two routines, by id, that were done one after the other."""

    first: str
    then: str
    count: int


class TotalsDocument(TypedDict):
    """Sums over the scan; `routines`, `occurrences`, `hours` and `saved` leave out routines that are only noticed."""

    events: int
    actions: int
    sessions: int
    people: int
    sources: int
    records: int
    set_aside: int
    skipped: int
    routines: int
    occurrences: int
    hours: float
    saved: float
    most_in_a_week: int


class PeriodDocument(TypedDict):
    """The first and last moment of all sources."""

    first: str | None
    last: str | None


class ConfinedDocument(TypedDict):
    """The days that a scan is confined to, both included, and how many events it left out: `model.Confined`."""

    first: str | None
    last: str | None
    before: int
    after: int
    untimed: int


class ReservationsDocument(TypedDict):
    """What an answer about a scan holds besides: sentences for what could not be read, and the span that it is confined to."""

    skipped: list[str]
    confined: ConfinedDocument | None


class ReportDocument(TypedDict):
    """report.json."""

    schema: int
    candidates: list[CandidateDocument]
    suppressed: list[SuppressedDocument]
    habits: list[SuppressedDocument]
    by_rule: dict[str, int]
    sources: list[SourceDocument]
    changes: ChangesDocument | None
    compositions: list[CompositionDocument]
    chance: list[ChanceDocument]
    skipped: list[str]
    redactions: dict[str, int]
    rule: dict[str, Any]
    totals: TotalsDocument
    period: PeriodDocument
    confined: ConfinedDocument | None
    ladder: dict[str, int]
    readers: list[ReaderDocument]
    heat: HeatDocument
    people: PeopleDocument
    trend: list[WeekDocument]
    follows: list[FollowsDocument]
    week: LastWeekDocument | None
    recent: list[RecentDocument]
    effects: list[EffectDocument]


# ---- the document of a scan


def document(
    scan: Scan, *, drafts: Mapping[str, Conductor] | None = None, effects: Sequence[ConductorEffect] = ()
) -> ReportDocument:
    """The scan in plain values, best candidate first; each person has the same alias throughout.

    Every figure that the page shows is here too.

    Args:
        scan: what was found.
        drafts: the drafts by candidate id; where given, a candidate carries what its draft leaves open.
        effects: what approved conductors changed.
    """
    alias = aliases(scan)
    computed, by_alias = report_figures(scan), people_heat(scan.candidates, alias)
    found = [_candidate(candidate, alias) for candidate in scan.candidates]
    for each in found:
        if drafts is not None:
            each["draft"] = _draft(drafts.get(each["id"]))
    return {
        "schema": _SCHEMA,
        "candidates": found,
        "suppressed": [_suppressed(one) for one in scan.not_proposed],
        "habits": [_suppressed(one) for one in scan.habits],
        "by_rule": {rule.value: count for rule, count in by_rule(scan).items()},
        "sources": [_source(source) for source in scan.sources],
        "changes": None if scan.changes is None else _changes(scan.changes),
        "compositions": [
            {"name": c.name, "level": c.level, "uses": c.uses, "calls": dict(c.calls)} for c in scan.compositions
        ],
        "chance": [cast(ChanceDocument, asdict(one)) for one in scan.chance],
        "skipped": list(scan.skipped),
        "redactions": dict(sorted(scan.redactions.items())),
        "rule": {name: value for name, value in asdict(scan.rule).items() if value is not None},
        "totals": {
            "events": scan.events,
            "actions": scan.actions,
            "sessions": scan.sessions,
            "people": scan.persons,
            "sources": len(scan.sources),
            "records": computed.records,
            "set_aside": computed.set_aside,
            "skipped": len(scan.skipped),
            "routines": computed.routines,
            "occurrences": computed.occurrences,
            "hours": computed.hours,
            "saved": computed.saved,
            "most_in_a_week": computed.most_in_a_week,
        },
        "period": {"first": iso(computed.first), "last": iso(computed.last)},
        "confined": _confined(scan),
        "ladder": {tier.value: count for tier, count in computed.ladder.items()},
        "readers": [_reader(reader) for reader in computed.readers],
        "heat": {"readers": list(computed.heat.columns), "routines": _heat_rows(scan, computed.heat)},
        "people": {"aliases": list(by_alias.columns), "routines": _heat_rows(scan, by_alias)},
        "trend": [cast(WeekDocument, {**asdict(week), "start": week.start.isoformat()}) for week in computed.trend],
        "follows": [cast(FollowsDocument, asdict(pair)) for pair in computed.follows],
        "week": None if computed.week is None else _last_week(computed.week),
        "recent": [
            {"id": candidate.id, "weeks": list(weeks), "change": weeks[-1] - weeks[-2]}
            for candidate, weeks in zip(scan.candidates, computed.recent, strict=True)
        ],
        "effects": [_effect(one) for one in effects],
    }


def reservations_document(scan: Scan) -> ReservationsDocument:
    """What an answer about a scan holds besides, as `terminal.reservations` shows it."""
    return {"skipped": list(scan.skipped), "confined": _confined(scan)}


def _confined(scan: Scan) -> ConfinedDocument | None:
    """The span that a scan is confined to, as plain values; None: it is of all that was read."""
    confined = scan.confined
    if confined is None:
        return None
    first, last = (None if day is None else day.isoformat() for day in (confined.span.first, confined.span.last))
    return {
        "first": first,
        "last": last,
        "before": confined.before,
        "after": confined.after,
        "untimed": confined.untimed,
    }


def _last_week(week: LastWeek) -> LastWeekDocument:
    return {
        "first": week.first.isoformat(),
        "last": week.last.isoformat(),
        "runs": week.runs,
        "before": week.before,
        "change": week.runs - week.before,
        "hours": week.hours,
        "to_decide": week.to_decide,
    }


def _effect(one: ConductorEffect) -> EffectDocument:
    return {
        "id": one.id,
        "title": one.title,
        "before": one.before,
        "since": one.since,
        "runs": one.runs,
        "standing": one.standing,
        "before_in_four_weeks": in_four_weeks(one.before, one.days_before),
        "since_in_four_weeks": in_four_weeks(one.since, one.days_since),
    }


def _suppressed(one: Suppressed) -> SuppressedDocument:
    return {"steps": list(one.steps), "count": one.count, "rule": one.reason}


def _changes(changes: Changes) -> ChangesDocument:
    return {
        "since": iso(changes.since),
        "new": list(changes.new),
        "promoted": [{"id": p.id, "before": p.before.value, "after": p.after.value} for p in changes.promoted],
        "gone": [
            {"id": one.id, "title": one.title, "count": one.count, "why": one.why, "into": one.into or None}
            for one in changes.gone
        ],
        "times": dict(changes.times),
    }


def _reader(balance: ReaderBalance) -> ReaderDocument:
    return cast(ReaderDocument, {**asdict(balance), "ignored": dict(balance.ignored), "bad": dict(balance.bad)})


def _heat_rows(scan: Scan, heat: HeatMap) -> list[HeatRow]:
    ids = [candidate.id for candidate in scan.candidates]
    return [{"id": name, "counts": list(row)} for name, row in zip(ids, heat.rows, strict=True)]


def _draft(draft: Conductor | None) -> DraftDocument | None:
    if draft is None:
        return None
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


def sources_document(
    reports: Sequence[SourceReport], advice: Sequence[Sequence[str]], skipped: Sequence[str]
) -> SourcesDocument:
    """The output of `fivetimes sources --json`: each source with its balance and its advice."""
    described: list[SourceDocument] = [
        {**_source(report), "untimed": report.untimed, "advice": list(sentences)}
        for report, sentences in zip(reports, advice, strict=True)
    ]
    return {"schema": _SCHEMA, "sources": described, "skipped": list(skipped)}


def candidate_document(candidate: Candidate) -> CandidateDocument:
    """One candidate as report.json has it, with aliases of its own."""
    return _candidate(candidate, _aliases([candidate]))


def aliases(scan: Scan, persons: Iterable[str] = ()) -> dict[str, str]:
    """`p1`, `p2`, … for the persons of the occurrences, in the order of their names; then likewise for others of `persons`."""
    known = _aliases(scan.candidates)
    others = sorted(set(persons) - set(known))
    return known | {person: f"p{number}" for number, person in enumerate(others, len(known) + 1)}


def _aliases(candidates: Iterable[Candidate]) -> dict[str, str]:
    persons = sorted({occurrence.person for candidate in candidates for occurrence in candidate.occurrences})
    return {person: f"p{number}" for number, person in enumerate(persons, 1)}


def iso(time: datetime | None) -> str | None:
    """A moment as text, in UTC.

    Example:
        >>> iso(datetime(2026, 3, 6, 14, 2, tzinfo=UTC))
        '2026-03-06T14:02:00Z'
    """
    return None if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _candidate(candidate: Candidate, alias: Mapping[str, str]) -> CandidateDocument:
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
        "occurrences": [_occurrence(occurrence, alias) for occurrence in candidate.occurrences],
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


def _source(report: SourceReport) -> SourceDocument:
    balance = report.balance
    return {
        "reader": report.source.reader,
        "origin": report.source.origin,
        "first": iso(report.first),
        "last": iso(report.last),
        "deduplicated": report.deduplicated,
        "records": balance.records,
        "events": balance.events,
        "ignored": dict(sorted(balance.ignored.items())),
        "duplicates": balance.duplicates,
        "bad": dict(sorted(balance.bad.items())),
        "held_back": balance.held_back,
        "remembered": report.remembered,
    }


def explanation_document(found: Explanation) -> ExplanationDocument:
    """What became of the sequences that somebody asked for, as plain JSON values."""
    return {
        "schema": _SCHEMA,
        "asked": found.asked,
        "sequences": [
            {
                "steps": list(one.steps),
                "count": one.count,
                "id": one.id,
                "rule": one.rule.value if one.rule is not None else None,
                "why": one.rule.doc if one.rule is not None else None,
                "stages": [
                    {"stage": event.stage.value, "text": event.text, "numbers": dict(event.numbers)}
                    for event in one.events
                ],
            }
            for one in found.sequences
        ],
        "more": found.more,
        "left_out": [{"action": out.action, "rule": out.rule.value, "count": out.count} for out in found.left_out],
        "pairs_below": found.pairs_below,
    }
