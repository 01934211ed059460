"""Scan -> ReportDocument: everything that was found in plain values, as report.json holds it.

It is for the owner alone, because it has the locations of the evidence; persons stand in it by alias. Times are ISO 8601 in UTC
with `Z`; null is what is not known. The parts: `routine_document`, `source_document`, `search_document`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypedDict, cast

from fivetimes.model.changes import Changes
from fivetimes.model.conductors import Conductor, ConductorEffect
from fivetimes.model.scans import Scan
from fivetimes.reports.figures import (
    HeatMap,
    LastWeek,
    by_rule,
    in_four_weeks,
    people_heat,
    report_figures,
)
from fivetimes.reports.persons import aliases
from fivetimes.reports.routine_document import CandidateDocument, candidate_document, draft_document
from fivetimes.reports.search_document import SuppressedDocument, suppressed_document
from fivetimes.reports.source_document import ReaderDocument, SourceDocument, reader_document, source_document
from fivetimes.words import iso

_SCHEMA = 1  # of report.json: rises when a key that scripts may use changes its meaning or goes


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
    """What an approved conductor changed; the fields are those of `ConductorEffect`, with both rates for four weeks."""

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
    """The days that a scan is confined to, both included, and how many events it left out: `Confined`."""

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
    found = [candidate_document(candidate, alias) for candidate in scan.candidates]
    for each in found:
        if drafts is not None:
            draft = drafts.get(each["id"])
            each["draft"] = None if draft is None else draft_document(draft)
    return {
        "schema": _SCHEMA,
        "candidates": found,
        "suppressed": [suppressed_document(one) for one in scan.not_proposed],
        "habits": [suppressed_document(one) for one in scan.habits],
        "by_rule": {rule.value: count for rule, count in by_rule(scan).items()},
        "sources": [source_document(source) for source in scan.sources],
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
        "readers": [reader_document(reader) for reader in computed.readers],
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


def _heat_rows(scan: Scan, heat: HeatMap) -> list[HeatRow]:
    ids = [candidate.id for candidate in scan.candidates]
    return [{"id": name, "counts": list(row)} for name, row in zip(ids, heat.rows, strict=True)]
