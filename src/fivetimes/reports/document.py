"""Scan -> document: everything that was found, as `report.json` holds it; the owner's own, for it carries places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from fivetimes.model import (
    PROPOSED,
    Boundaries,
    Candidate,
    Changes,
    Conductor,
    Confidence,
    Cost,
    Location,
    Moment,
    Occurrence,
    Rhythm,
    Scan,
    SourceReport,
    Standing,
    Step,
)
from fivetimes.reports.figures import HeatMap, ReaderBalance, people_heat, report_figures

_SCHEMA = 1


def document(
    scan: Scan, *, drafts: Mapping[str, Conductor] | None = None, standings: Mapping[str, Standing] | None = None
) -> dict[str, Any]:
    """The scan in plain values, best candidate first. Persons stand by alias, the same throughout.

    Times are ISO 8601 in UTC with `Z`; what is not known is null. `events` of an occurrence lists every place of its
    moments: `path` with `line` (from 1) or with `commit`. Every figure that the page shows stands here too.

    Args:
        scan: what was found.
        drafts: the drafts by candidate id; where given, a candidate carries what its draft leaves open.
        standings: how conductors stand, by id; where given, a candidate carries its own.
    """
    alias = aliases(scan)
    computed = report_figures(scan)
    found = [_candidate(candidate, alias) for candidate in scan.candidates]
    for each in found:
        if drafts is not None:
            each["draft"] = _draft(drafts.get(each["id"]))
        if standings is not None:
            each["standing"] = _standing(standings.get(each["id"], PROPOSED))
    return {
        "schema": _SCHEMA,
        "candidates": found,
        "suppressed": [
            {"steps": list(found.steps), "count": found.count, "rule": found.reason} for found in scan.suppressed
        ],
        "sources": [_source(source) for source in scan.sources],
        "changes": None if scan.changes is None else _changes(scan.changes),
        "compositions": [
            {"name": c.name, "level": c.level, "uses": c.uses, "calls": dict(c.calls)} for c in scan.compositions
        ],
        "chance": [asdict(one) for one in scan.chance],
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
        "ladder": {tier.value: count for tier, count in computed.ladder.items()},
        "readers": [_reader(reader) for reader in computed.readers],
        "heat": _heat(scan, "readers", computed.heat),
        "people": _heat(scan, "aliases", people_heat(scan.candidates, alias)),
        "trend": [{**asdict(week), "start": week.start.isoformat()} for week in computed.trend],
        "follows": [asdict(pair) for pair in computed.follows],
    }


def _changes(changes: Changes) -> dict[str, Any]:
    return {
        "new": list(changes.new),
        "promoted": [{"id": p.id, "before": p.before.value, "after": p.after.value} for p in changes.promoted],
        "gone": [{"id": name, "title": title} for name, title in changes.gone],
    }


def _reader(balance: ReaderBalance) -> dict[str, Any]:
    return {**asdict(balance), "ignored": dict(balance.ignored), "bad": dict(balance.bad)}


def _heat(scan: Scan, columns: str, heat: HeatMap) -> dict[str, Any]:
    ids = [candidate.id for candidate in scan.candidates]
    rows = [{"id": name, "counts": list(row)} for name, row in zip(ids, heat.rows, strict=True)]
    return {columns: list(heat.columns), "routines": rows}


def _draft(draft: Conductor | None) -> dict[str, Any] | None:
    if draft is None:
        return None
    asked = [
        {name: question[name] for name in ("id", "required", "about", "ask", "evidence")}
        for question in draft.document["questions"]
        if question["answer"] is None
    ]
    values = [{"name": entry["name"], "to": list(entry["to"])} for entry in draft.document["state"]]
    gates = [step["id"] for step in draft.document["steps"] if "gate" in step]
    return {"questions": asked, "values": values, "gates": gates}


def _standing(standing: Standing) -> dict[str, Any]:
    last = standing.last
    return {"word": standing.status, "at": iso(last.at) if last else None}


def sources_document(
    reports: Sequence[SourceReport], advice: Sequence[Sequence[str]], skipped: Sequence[str]
) -> dict[str, Any]:
    """What `fivetimes sources --json` writes: each source with its balance and the sentences about it."""
    told = [
        {**_source(report), "untimed": report.untimed, "advice": list(said)}
        for report, said in zip(reports, advice, strict=True)
    ]
    return {"schema": _SCHEMA, "sources": told, "skipped": list(skipped)}


def candidate_document(candidate: Candidate) -> dict[str, Any]:
    """One candidate as the report has it, its persons by aliases of their own."""
    return _candidate(candidate, _aliases([candidate]))


def aliases(scan: Scan) -> dict[str, str]:
    """`p1`, `p2`, … for the persons of the occurrences, in the order of their names."""
    return _aliases(scan.candidates)


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


def _candidate(candidate: Candidate, alias: Mapping[str, str]) -> dict[str, Any]:
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
        "rhythm": _fields(candidate.rhythm),
        "cost": _fields(candidate.cost),
        "boundaries": _fields(candidate.boundaries),
        "broken_off": candidate.broken,
        "unready": [asdict(one) for one in candidate.unready],
        "score": candidate.score,
        "confidence": _fields(candidate.confidence),
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


# fields of our records -> their keys in report.json, which scripts stand on
_KEYS = {"verdict": "word", "sentences": "says", "period": "word", "phrase": "says"}


def _fields(record: Confidence | Rhythm | Cost | Boundaries | None) -> dict[str, Any] | None:
    return None if record is None else {_KEYS.get(name, name): value for name, value in asdict(record).items()}


def _duration(seconds: tuple[float, float, float] | None) -> dict[str, float] | None:
    return None if seconds is None else dict(zip(("lower", "median", "upper"), seconds, strict=True))


def _step(step: Step) -> dict[str, Any]:
    return {
        "action": step.action,
        "kind": step.kind.name.lower(),
        "share": step.share,
        "repeat": list(step.repeat),
        "alternatives": [{"action": action, "share": share} for action, share in step.alternatives],
        "effect": step.effect.name.lower(),
    }


def _occurrence(occurrence: Occurrence, alias: Mapping[str, str]) -> dict[str, Any]:
    return {
        "person": alias[occurrence.person],
        "start": iso(occurrence.start),
        "end": iso(occurrence.end),
        "by_agent": occurrence.by_agent,
        "steps": sum(moment.step is not None for moment in occurrence.moments),
        "events": _events(occurrence.moments),
    }


def _events(moments: Iterable[Moment]) -> list[dict[str, Any]]:
    """Every place once, in order: steps of one line stand on the same place."""
    places = dict.fromkeys(
        (place.path, place.line, place.commit)
        for moment in moments
        if moment.step is not None
        for place in moment.locations
    )
    return [_event(Location(*place)) for place in places]


def _event(place: Location) -> dict[str, Any]:
    if place.commit is not None:
        return {"path": place.path, "commit": place.commit}
    return {"path": place.path, "line": place.line}


def _source(report: SourceReport) -> dict[str, Any]:
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
    }
