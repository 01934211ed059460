"""An XES event log (process mining's exchange form, also gzipped) -> RawBatch."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from fivetimes.config import BLOCK_BYTES, DEEPEST
from fivetimes.errors import ReadError
from fivetimes.ingest.base import ReaderSpec, Signature
from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.budget import more
from fivetimes.ingest.formats.files import beginning
from fivetimes.ingest.formats.values import moment
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
_GZIP = b"\x1f\x8b"
_LONGEST_TAG = 1 << 20  # bytes of one tag with its attributes; a title is far shorter
_STAGES = ("complete", "start")  # of an activity, the one that counts first; an event without one is a completion

_Event = tuple[int, dict[str, object]]  # line, fields

LAYOUT: records.Layout = {
    "text": ("concept:name", values.name),
    "time": ("time:timestamp", moment),
    "person": ("org:resource", values.text),
    "session": ("case", values.text),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the events of a log: the activity is the action, the case its session, the resource the person.

    Of an activity that a case records several times (scheduled, started, completed) the completion counts; where a case records
    no completion of it, its start does, and where there is none either, what stands first. A document type declaration is
    refused: nothing in a log needs one, and attacks do.
    """
    return records.batches(source, balance, _events(source.path, balance), kind=Kind.ACTION, layout=LAYOUT)


class _EventsOfLog:
    """Takes the elements of a log as the parser finds them, and gives out whole events."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        self.open: list[str] = []
        self.case: str | None = None
        self.cases = 0
        self.event: dict[str, object] | None = None
        self.line = 0
        self.of_case: list[_Event] = []
        self.found: list[_Event] = []
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.StartDoctypeDeclHandler = self.refuse

    def refuse(self, *_: object) -> None:
        raise ValueError("a document type declaration")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self.open.append(name)
        if len(self.open) > DEEPEST:
            raise ValueError("nesting without end")
        if name == "trace":
            self.cases += 1
            self.case = f"trace {self.cases}"
        elif name == "event":
            self.event, self.line = {}, self.parser.CurrentLineNumber
        elif name in _VALUES and len(self.open) > 1:
            self.value(self.open[-2], attributes)

    def value(self, of: str, attributes: dict[str, str]) -> None:
        key, value = attributes.get("key"), attributes.get("value")
        if of == "event" and self.event is not None and key is not None:
            self.event[key] = value
        elif of == "trace" and key == "concept:name" and value:
            self.case = value

    def end(self, _name: str) -> None:
        name = self.open.pop()
        if name == "event" and self.event is not None:
            of = self.of_case if self.case is not None else self.found
            of.append((self.line, {**self.event, "case": self.case}))
            self.event = None
        elif name == "trace":
            self.case = None
            self.end_case()

    def end_case(self) -> None:
        """Give out the events of the case that has ended."""
        self.found += _counted(self.of_case)
        self.of_case = []


def _events(path: Path, balance: Balance) -> Iterator[tuple[int, dict[str, object]]]:
    parser = expat.ParserCreate()
    log = _EventsOfLog(parser)
    try:
        with _opened(path) as file:
            fed = 0
            while block := file.read(BLOCK_BYTES):
                if not more(len(block)):
                    break
                parser.Parse(block, False)
                yield from _completed(log)
                fed += len(block)
                if (
                    fed - parser.CurrentByteIndex > _LONGEST_TAG
                ):  # expat looks through what is unfinished each time anew
                    raise ValueError("a tag without end")
            else:
                parser.Parse(b"", True)
    except (
        expat.ExpatError,
        ValueError,
        LookupError,
        EOFError,
        zlib.error,
        gzip.BadGzipFile,
    ):  # LookupError: of encodings
        balance.records += 1
        balance.bad["no XML from here on"] += 1
    log.end_case()
    yield from _completed(log)


def _opened(path: Path) -> BinaryIO:
    begun = beginning(path)
    try:
        return gzip.open(path, "rb") if begun.startswith(_GZIP) else path.open("rb")  # type: ignore[return-value]
    except OSError as error:
        raise ReadError(f"{path}: it cannot be read ({error.strerror}). Let it be read, or leave it out.") from error


def _completed(log: _EventsOfLog) -> Iterator[_Event]:
    yield from log.found
    log.found = []


def _counted(events: list[_Event]) -> Iterator[_Event]:
    """The events of a case; those that are another stage of an activity than the one that counts are marked as left out."""
    stages: dict[object, dict[str, None]] = {}  # in the order in which they come first
    for _, event in events:
        stages.setdefault(event.get("concept:name"), {})[_stage(event)] = None
    counts = {
        name: next((stage for stage in _STAGES if stage in there), next(iter(there))) for name, there in stages.items()
    }
    for line, event in events:
        own = _stage(event)
        left_out = (
            {"concept:name": values.Omit(f"lifecycle: {own[:20]}")} if own != counts[event.get("concept:name")] else {}
        )
        yield line, event | left_out


def _stage(event: dict[str, object]) -> str:
    found = event.get("lifecycle:transition")
    return found.strip().lower() if isinstance(found, str) and found.strip() else _STAGES[0]


READER = ReaderSpec(
    "xes",
    read,
    Signature(
        first_bytes=re.compile(rb"\s*<(?:log[\s>]|(?:\?xml|!--)[^\0]{0,8000}?<log[\s>])"),
        file_name=re.compile(r"\.xes(?:\.gz)?$"),
    ),
)
