"""What an agent's transcript tells, call by call -> RawBatch: what the readers of transcripts have in common.

A call and its place are tuples, which are made in six tenths of the time of frozen records: there is one for each line.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fivetimes.config import BATCH_ROWS
from fivetimes.model import Balance, By, Kind, RawBatch, Source
from fivetimes.readers.lines import NAN, moment

Record = Mapping[str, Any]

_LONG_ID = 16  # characters; a shorter id is counted anew in each conversation

# tools that run a command, and their arguments that may hold it
_SHELLS: Mapping[str, Sequence[str]] = {
    "Bash": ("command",),
    "bash": ("command",),
    "shell": ("command",),
    "container.exec": ("command", "cmd"),
    "shell_command": ("command",),
    "exec_command": ("cmd", "command"),
    "local_shell": ("command",),
    "run_shell_command": ("command",),
}


class Call(NamedTuple):
    """One call of a tool, or one thing that the user typed. `key` is the same in every copy of it."""

    key: str | None
    text: str
    kind: Kind
    args: Mapping[str, Any] | None = None
    by: By = By.AGENT
    folder: str | None = None  # where it says that it works, if it says so
    exit: float = NAN
    duration: float = NAN  # seconds


class Result(NamedTuple):
    """How a call ended: exit status, moment, seconds; NaN where unknown."""

    exit: float = NAN
    time: float = NAN
    duration: float = NAN


class Where(NamedTuple):
    """Where a record stands: its line, its time, its conversation and working folder."""

    line: int
    time: float = NAN
    session: str | None = None
    folder: str | None = None


@dataclass(slots=True)
class Transcript:
    """Collects the calls of one transcript, with the results that come later, and hands them on in batches."""

    source: Source
    balance: Balance
    seen: set[object]  # keys of calls in all transcripts of the source
    calls: list[tuple[Call, Where]] = field(default_factory=list)
    results: dict[str, Result] = field(default_factory=dict)

    def add(self, calls: Sequence[Call], where: Where) -> Iterator[RawBatch]:
        """Take the calls of one record; yields a batch when there are enough."""
        self.balance.records += len(calls)
        for call in calls:
            self._keep(call, where)
        if len(self.calls) >= BATCH_ROWS:
            yield from self.end()

    def skip(self) -> None:
        """Count a record without a call."""
        self.balance.records += 1
        self.balance.ignored["not a call"] += 1

    def refuse(self, calls: Sequence[Call], reason: str) -> None:
        """Count the calls of a record that cannot be used."""
        self.balance.records += len(calls)
        self.balance.bad[reason] += len(calls)

    def end(self) -> Iterator[RawBatch]:
        """Yield what was taken since the last batch."""
        if self.calls:
            yield self._batch()
        self.calls, self.results = [], {}

    def _keep(self, call: Call, where: Where) -> None:
        # a resumed conversation carries its calls on under another name; a short id says nothing outside its own
        key = call.key if call.key is None or len(call.key) >= _LONG_ID else (where.session, call.key)
        if not call.text:
            self.balance.bad["no name"] += 1
        elif key is not None and key in self.seen:
            self.balance.duplicates += 1
        else:
            self.balance.events += 1
            self.calls.append((call, where))
            if key is not None:
                self.seen.add(key)

    def _batch(self) -> RawBatch:
        calls = [call for call, _ in self.calls]
        places = [where for _, where in self.calls]
        ends = [
            _ended(call, where, self.results.get(call.key) if call.key else None)
            for call, where in zip(calls, places, strict=True)
        ]
        return RawBatch(
            self.source.reader,
            self.source.origin,
            [call.text for call in calls],
            kind=[call.kind for call in calls],
            args=[call.args for call in calls],
            line=[where.line for where in places],
            time=[where.time for where in places],
            session=[where.session for where in places],
            where=[call.folder or where.folder for call, where in self.calls],
            by=[call.by for call in calls],
            exit=[end for end, _ in ends],
            duration=[seconds for _, seconds in ends],
            owner=self.source.person,
        )


def _ended(call: Call, where: Where, result: Result | None) -> tuple[float, float]:
    """(exit, duration) of a call; without a stated duration, it is the time until the result was written."""
    if result is None:
        return call.exit, call.duration
    waited = max(result.time - where.time, 0.0)
    return result.exit, waited if math.isnan(result.duration) else result.duration


def called(key: str | None, name: str, args: Record, *, folder: str | None = None) -> Call:
    """A call of a tool by its name: of a shell it is the command.

    Example:
        >>> called("c1", "run_shell_command", {"command": "make all"}).text
        'make all'
        >>> called("c1", "shell", {"command": ["bash", "-lc", "make all"]}).text
        'make all'
        >>> called("c1", "read_file", {"path": "a.md"}).kind.name
        'TOOL'
    """
    for argument in _SHELLS.get(name, ()):
        if command := command_of(args.get(argument)):
            return Call(key, command, Kind.SHELL, folder=folder)
    return Call(key, name, Kind.TOOL, dict(args) or None, folder=folder)


def command_of(value: object) -> str:
    """A command line as it was given: as text, or as words; what a shell was told by `-c` stands for itself.

    Example:
        >>> command_of(["git", "commit", "-m", "a b"]), command_of(None)
        ("git commit -m 'a b'", '')
    """
    if isinstance(value, str):
        return value.strip()
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        return ""
    if len(value) == 3 and value[0].rpartition("/")[2] in ("bash", "sh", "zsh") and value[1] in ("-lc", "-c"):
        return str(value[2]).strip()
    return shlex.join(value)


def time_of(record: Record, key: str = "timestamp") -> float:
    """The moment of a record, NaN where it has none.

    Raises:
        ValueError: it has one that cannot be understood.
    """
    return moment(record.get(key))[0]


def text_of(record: Record, key: str) -> str:
    """A text field, empty where there is none.

    Example:
        >>> text_of({"id": 7}, "id")
        ''
    """
    value = record.get(key)
    return value if isinstance(value, str) else ""


def object_of(record: Record, key: str) -> Record:
    """A field that is an object, empty where there is none.

    Example:
        >>> object_of({"payload": []}, "payload")
        {}
    """
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def objects_of(record: Record, key: str) -> list[Record]:
    """The objects in a field that is a list.

    Example:
        >>> objects_of({"content": [1, {"type": "text"}]}, "content")
        [{'type': 'text'}]
    """
    value = record.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
