"""Candidate -> XES: the runs of a routine as the event log that programs of process mining read.

XES is IEEE 1849-2016. A run is a case; each thing done at a step of the routine is an event with the step's label, its time, and
that it is complete. No person, no value and no place is in it; what was done between the steps is left out.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

from fivetimes.model import Candidate, Occurrence
from fivetimes.redaction import show

_EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Lifecycle", "lifecycle"))


def xes(candidate: Candidate) -> str:
    """The event log of a routine, a case for each run in order; an event without a known time stands in its order."""
    root = ElementTree.Element("log", {"xes.version": "1849-2016", "xes.features": ""})
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
    _text(root, "concept:name", candidate.title)
    for number, occurrence in enumerate(candidate.occurrences, 1):
        case = ElementTree.SubElement(root, "trace")
        _text(case, "concept:name", f"run {number}")
        for label, time in _events(candidate, occurrence):
            event = ElementTree.SubElement(case, "event")
            _text(event, "concept:name", label)
            if time is not None:
                when = time.astimezone(UTC).isoformat(timespec="milliseconds")
                ElementTree.SubElement(event, "date", {"key": "time:timestamp", "value": when})
            _text(event, "lifecycle:transition", "complete")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _events(candidate: Candidate, occurrence: Occurrence) -> Iterator[tuple[str, datetime | None]]:
    for moment in occurrence.moments:
        if moment.step is not None:
            yield candidate.steps[moment.step].action, moment.time


def _text(parent: ElementTree.Element, key: str, value: str) -> None:
    ElementTree.SubElement(parent, "string", {"key": key, "value": " ".join(show(value).split())})
