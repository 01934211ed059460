"""Candidate, or a table of events -> XES or CSV: the event log that programs of process mining read.

XES is IEEE 1849-2016, and what is written is valid by its schema. Of a routine a run is a case; each thing done at a step of it is
an event with the step's label, its time, and that it is complete. No person, no value and no place is in it; what was done between
the steps is left out. Of all work a session is a case, and each event has the alias of the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

import numpy as np

from fivetimes.columns import SessionLog
from fivetimes.model.candidates import Candidate
from fivetimes.redaction import show
from fivetimes.words import noun

if TYPE_CHECKING:
    import pandas as pd

_VERSION = "1849.2016"  # of the standard; its schema wants a decimal number
_EXTENSIONS = (
    ("Concept", "concept"),
    ("Time", "time"),
    ("Lifecycle", "lifecycle"),
    ("Organizational", "org"),
)


class LoggedEvent(NamedTuple):
    """An event of a log: of which case, what, when (None: unknown), and by whom (empty: nobody is named)."""

    case: str
    label: str
    time: datetime | None
    resource: str = ""


def xes(candidate: Candidate) -> str:
    """The event log of a routine, a case for each run in order; an event without a known time stands in its order."""
    return _log(candidate.title, _runs(candidate))


def xes_of(title: str, table: pd.DataFrame) -> str:
    """The event log of a table with the columns of `frames.LOG_COLUMNS`; rows of one case stand together."""
    rows = zip(*(table[name] for name in table.columns), strict=True)
    known = table["time:timestamp"].notna().tolist()
    named = table["org:resource"].notna().tolist()
    return _log(
        title,
        (
            LoggedEvent(case, label, time.to_pydatetime() if timed else None, who if by else "")
            for (case, label, time, who), timed, by in zip(rows, known, named, strict=True)
        ),
    )


def csv_of(table: pd.DataFrame) -> str:
    """The event log of a table with the columns of `frames.LOG_COLUMNS` as CSV; times are ISO 8601 in UTC, to the second."""
    return table.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ", lineterminator="\n")


def runs_phrase(candidate: Candidate) -> str:
    """How much stands in the event log of a routine, such as `96 events of 12 runs`; a run with nothing at a step is no case."""
    rows = list(_runs(candidate))
    return _size(len(rows), len({row.case for row in rows}), "run")


def sessions_phrase(sessions: SessionLog) -> str:
    """How much stands in the event log of all work, such as `3,403 events of 938 sessions`; one of context alone is no case."""
    steps = sessions.session[~sessions.actions.context]
    return _size(len(steps), len(np.unique(steps)), "session")


def _size(events: int, cases: int, case: str) -> str:
    return f"{events:,} {noun(events, 'event')} of {cases:,} {noun(cases, case)}"


def _runs(candidate: Candidate) -> Iterator[LoggedEvent]:
    for number, occurrence in enumerate(candidate.occurrences, 1):
        for moment in occurrence.moments:
            if moment.step is not None:
                yield LoggedEvent(f"run {number}", candidate.steps[moment.step].action, moment.time)


def _log(title: str, events: Iterable[LoggedEvent]) -> str:
    root = ElementTree.Element("log", {"xes.version": _VERSION, "xes.features": ""})
    for name, prefix in _EXTENSIONS:
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        ElementTree.SubElement(root, "extension", {"name": name, "prefix": prefix, "uri": uri})
    every_case = ElementTree.SubElement(root, "global", {"scope": "trace"})
    _text(every_case, "concept:name", "run")
    every_event = ElementTree.SubElement(root, "global", {"scope": "event"})
    _text(every_event, "concept:name", "step")
    _text(every_event, "lifecycle:transition", "complete")
    keys = {"name": "Step", "keys": "concept:name"}
    ElementTree.SubElement(root, "classifier", keys)
    _text(root, "concept:name", title)
    for case, rows in groupby(events, key=lambda event: event.case):
        trace = ElementTree.SubElement(root, "trace")
        _text(trace, "concept:name", case)
        for row in rows:
            _event(trace, row)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _event(trace: ElementTree.Element, row: LoggedEvent) -> None:
    event = ElementTree.SubElement(trace, "event")
    _text(event, "concept:name", row.label)
    if row.time is not None:
        when = row.time.astimezone(UTC).isoformat(timespec="milliseconds")
        ElementTree.SubElement(event, "date", {"key": "time:timestamp", "value": when})
    if row.resource:
        _text(event, "org:resource", row.resource)
    _text(event, "lifecycle:transition", "complete")


def _text(parent: ElementTree.Element, key: str, value: str) -> None:
    ElementTree.SubElement(parent, "string", {"key": key, "value": " ".join(show(value).split())})
