"""Scan, SessionLog -> pandas tables: the same facts as the report, to be sorted, joined and drawn in a notebook.

Every table has its columns and their types in a constant, which `docs/python.md` explains; a table without rows has them too.
People stand in them by alias. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from fivetimes.columns import COARSE, FORM, Bytes, Int32s, Ints, SessionLog
from fivetimes.model.candidates import Candidate
from fivetimes.model.events import By, Kind
from fivetimes.model.scans import Scan
from fivetimes.model.suppression import Suppressed

_TEXT, _COUNT, _NUMBER, _YES = "string", "int64", "float64", "bool"
_OPTIONAL = "Int64"  # a count or an index that may be unknown
_TIME = "datetime64[s, UTC]"

ROUTINE_COLUMNS: Mapping[str, str] = {
    "title": _TEXT,
    "tier": _TEXT,
    "count": _COUNT,
    "at_least": _YES,
    "sessions": _COUNT,
    "days": _COUNT,
    "people": _COUNT,
    "steps": _COUNT,
    "confidence": _TEXT,
    "bits": _NUMBER,
    "completion": _NUMBER,
    "minutes": _NUMBER,
    "hours_saved": _NUMBER,
    "conductor": _TEXT,
    "first": _TIME,
    "last": _TIME,
}
RUN_COLUMNS: Mapping[str, str] = {
    "routine": _TEXT,
    "run": _COUNT,
    "title": _TEXT,
    "tier": _TEXT,
    "person": _TEXT,
    "start": _TIME,
    "minutes": _NUMBER,
    "by_agent": _NUMBER,
    "events": _COUNT,
}
STEP_COLUMNS: Mapping[str, str] = {
    "routine": _TEXT,
    "step": _COUNT,
    "action": _TEXT,
    "kind": _TEXT,
    "share": _NUMBER,
    "least": _COUNT,
    "most": _COUNT,
    "alternatives": _TEXT,
    "effect": _TEXT,
}
EVENT_COLUMNS: Mapping[str, str] = {
    "session": _COUNT,
    "event": _COUNT,
    "person": _TEXT,
    "time": _TIME,
    "action": _TEXT,
    "command": _TEXT,
    "kind": _TEXT,
    "by": _TEXT,
    "exit": _NUMBER,
    "seconds": _NUMBER,
    "context": _YES,
    "reader": _TEXT,
    "routine": _TEXT,
    "run": _OPTIONAL,
    "step": _OPTIONAL,
}
SOURCE_COLUMNS: Mapping[str, str] = {
    "reader": _TEXT,
    "origin": _TEXT,
    "records": _COUNT,
    "events": _COUNT,
    "ignored": _COUNT,
    "duplicates": _COUNT,
    "bad": _COUNT,
    "held_back": _COUNT,
    "remembered": _COUNT,
    "deduplicated": _YES,
    "first": _TIME,
    "last": _TIME,
}
SEQUENCE_COLUMNS: Mapping[str, str] = {"steps": _TEXT, "count": _COUNT, "rule": _TEXT}
LOG_COLUMNS: Mapping[str, str] = {
    "case:concept:name": _TEXT,
    "concept:name": _TEXT,
    "time:timestamp": _TIME,
    "org:resource": _TEXT,
}


def _table(rows: Iterable[Sequence[object]], columns: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(columns)).astype(dict(columns))


# ---- of the scan


def routines(scan: Scan) -> pd.DataFrame:
    """One row per candidate, best first, indexed by id: ROUTINE_COLUMNS."""
    names = pd.Index([candidate.id for candidate in scan.candidates], name="id", dtype=_TEXT)
    return _table(map(_row, scan.candidates), ROUTINE_COLUMNS).set_index(names)


def _row(c: Candidate) -> tuple[object, ...]:
    seen = [o.start for o in c.occurrences if o.start is not None]
    return (
        c.title,
        c.tier.value,
        c.count,
        c.at_least,
        c.sessions,
        c.days,
        c.people,
        len(c.steps),
        c.confidence.verdict,
        c.confidence.bits,
        c.confidence.completion,
        c.duration[1] / 60 if c.duration is not None else None,
        c.cost.saved if c.cost is not None else None,
        c.already or None,
        min(seen, default=None),
        max(seen, default=None),
    )


def runs(scan: Scan, alias: Mapping[str, str]) -> pd.DataFrame:
    """One row per occurrence, those of the best candidate first, in their order: RUN_COLUMNS.

    Args:
        scan: what was found.
        alias: what stands for a person's name.
    """
    rows = (
        (
            c.id,
            number,
            c.title,
            c.tier.value,
            alias[o.person],
            o.start,
            (o.end - o.start).total_seconds() / 60 if o.start is not None and o.end is not None else None,
            o.by_agent,
            len(o.moments),
        )
        for c in scan.candidates
        for number, o in enumerate(c.occurrences, 1)
    )
    return _table(rows, RUN_COLUMNS)


def steps(scan: Scan) -> pd.DataFrame:
    """One row per step, those of the best candidate first, in their order: STEP_COLUMNS."""
    rows = (
        (
            c.id,
            number,
            s.action,
            s.kind.name.lower(),
            s.share,
            *s.repeat,
            " | ".join(label for label, _ in s.alternatives),
            s.effect.name.lower(),
        )
        for c in scan.candidates
        for number, s in enumerate(c.steps, 1)
    )
    return _table(rows, STEP_COLUMNS)


def suppressed(scan: Scan) -> pd.DataFrame:
    """One row per sequence that was not proposed: SEQUENCE_COLUMNS. Work habits stand in `habits`."""
    return _sequences(scan.not_proposed)


def habits(scan: Scan) -> pd.DataFrame:
    """One row per work habit, the most frequent first: SEQUENCE_COLUMNS."""
    return _sequences(scan.habits)


def _sequences(found: Sequence[Suppressed]) -> pd.DataFrame:
    return _table(((" → ".join(s.steps), s.count, s.reason) for s in found), SEQUENCE_COLUMNS)


def sources(scan: Scan) -> pd.DataFrame:
    """One row per source, in the order in which they were read: SOURCE_COLUMNS."""
    rows = (
        (
            report.source.reader,
            report.source.origin,
            report.balance.records,
            report.balance.events,
            report.balance.ignored.total(),
            report.balance.duplicates,
            report.balance.bad.total(),
            report.balance.held_back,
            report.remembered,
            report.deduplicated,
            report.first,
            report.last,
        )
        for report in scan.sources
    )
    return _table(rows, SOURCE_COLUMNS)


# ---- of all that was done


def events(sessions: SessionLog, scan: Scan, alias: Mapping[str, str]) -> pd.DataFrame:
    """One row per action, by person and time: EVENT_COLUMNS.

    Args:
        sessions: all work.
        scan: the routines in it.
        alias: what stands for a person's name.
    """
    actions, log = sessions.actions, sessions.actions.events
    columns, event = log.columns, actions.event
    labels = np.array(actions.labels, dtype=object)
    people = np.array([alias[person] for person in log.persons], dtype=object)
    table = pd.DataFrame(
        {
            "session": sessions.session,
            "event": event,
            "person": people[actions.person] if len(people) else [],
            "time": pd.to_datetime(pd.Series(np.floor(columns["time"][event])), unit="s", utc=True),
            "action": labels[actions.levels[:, FORM]] if len(labels) else [],
            "command": labels[actions.levels[:, COARSE]] if len(labels) else [],
            "kind": _named(Kind, actions.kind),
            "by": _named(By, columns["by"][event]),
            "exit": columns["exit"][event],
            "seconds": columns["duration"][event],
            "context": actions.context,
            "reader": np.array(log.sources, dtype=object)[columns["source"][event]] if log.sources else [],
        }
    )
    place = pd.DataFrame(
        {
            "origin": columns["origin"][event].astype(np.int64),
            "line": columns["line"][event],
            "commit": columns["commit"][event].astype(np.int64),
            "part": _parts(event),
        }
    )
    joined = place.merge(_moments(sessions, scan), on=list(place.columns), how="left")
    return pd.concat([table, joined[["routine", "run", "step"]]], axis=1).astype(dict(EVENT_COLUMNS))


def _named(names: type[Kind] | type[By], values: Bytes) -> list[str]:
    words = [name.name.lower() for name in names]
    return [words[value] for value in values.tolist()]


def _parts(event: Int32s) -> Ints:
    """Of each action which one of its line it is, from 0: the actions of one line stand together."""
    row = np.arange(len(event))
    begins = np.ones(len(event), dtype=np.bool_)
    begins[1:] = event[1:] != event[:-1]
    return row - np.maximum.accumulate(np.where(begins, row, 0))


def _moments(sessions: SessionLog, scan: Scan) -> pd.DataFrame:
    """Where the routines' own actions stand: place, routine, run and step, both from 1. An action is in one routine at most."""
    log = sessions.actions.events
    origins = {origin: number for number, origin in enumerate(log.origins)}
    commits = {commit: number for number, commit in enumerate(log.commits)}
    rows: dict[tuple[int, int, int, int], tuple[str, int, int]] = {}
    for candidate in scan.candidates:
        for run, occurrence in enumerate(candidate.occurrences, 1):
            for moment in occurrence.moments:
                for place in moment.locations if moment.step is not None else ():
                    commit = -1 if place.commit is None else commits[place.commit]
                    key = (origins[place.path], -1 if place.line is None else place.line, commit, moment.part)
                    rows.setdefault(key, (candidate.id, run, (moment.step or 0) + 1))
    names = ["origin", "line", "commit", "part", "routine", "run", "step"]
    kinds = {**dict.fromkeys(names, "int64"), "routine": "object"}
    return pd.DataFrame([(*key, *value) for key, value in rows.items()], columns=names).astype(kinds)


# ---- for programs of process mining


def session_log(table: pd.DataFrame) -> pd.DataFrame:
    """Of `events` the actions that may be steps, by what is done without its arguments: a case for each session. LOG_COLUMNS."""
    done = table[~table["context"]]
    cases = pd.Series([f"s{number + 1}" for number in done["session"]], index=done.index, dtype=_TEXT)
    columns = (cases, done["command"], done["time"], done["person"])
    return pd.DataFrame(dict(zip(LOG_COLUMNS, columns, strict=True))).reset_index(drop=True).astype(dict(LOG_COLUMNS))


def run_log(candidate: Candidate) -> pd.DataFrame:
    """The runs of a routine: a case for each, with what was done at a step of it; nobody is named. LOG_COLUMNS."""
    rows = (
        (f"run {number}", candidate.steps[moment.step].action, moment.time, None)
        for number, occurrence in enumerate(candidate.occurrences, 1)
        for moment in occurrence.moments
        if moment.step is not None
    )
    return _table(rows, LOG_COLUMNS)
