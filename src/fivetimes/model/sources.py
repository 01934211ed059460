"""What readers yield, and what was read of each source (`ingest`). A reader of another package implements `Reader`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from fivetimes.model.events import By, Kind


@dataclass(slots=True)
class Balance:
    """The conservation law of a source: records = events + ignored + duplicates + bad + held back."""

    records: int = 0
    events: int = 0
    duplicates: int = 0
    held_back: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)

    @property
    def holds(self) -> bool:
        """Whether every record is accounted for."""
        spent = self.events + self.duplicates + self.held_back + self.ignored.total() + self.bad.total()
        return self.records == spent


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to read: a file, a folder of transcripts or a repository.

    `origin` is how it is called in every output: the path relative to the configuration or the given root. `person` is its
    owner when the configuration says so; where None, the records themselves must say who it was. `columns` are pairs of a field
    of a generic log (`person`, `time`, `action`, …) and what it is called there. `skip` are files in it that are not read.
    """

    reader: str
    path: Path
    origin: str
    person: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    skip: frozenset[Path] = frozenset()


@dataclass(slots=True)
class RawBatch:
    """Rows as a reader found them, still raw: only `eventlog.redact` may take this.

    All columns that are not None have one entry per row. A column that is None is unknown throughout. `origin` names the very
    file (for a folder source, the file in it).

    Columns:
        text: shell: the command; tool: the tool's name; skill: the skill's name; commit: the subject; action: the action;
            request: its words.
        kind: one Kind for all rows, or one per row.
        args: named arguments of a tool, skill or action. For a shell tool the row is of Kind.SHELL and has no args.
        line: line on which the command's text starts, from 1 (a JSONL record's line). None for repositories.
        commit: full hash of a commit row, or of the tag that the row is about; None where the row is neither.
        person: who, as the record has it (actor name, or "Name <mail>" of a commit); None: the source's owner.
        time: seconds since the epoch, UTC; NaN unknown. `offset`: minutes east of UTC, NaN unknown.
        session: the native session id. `where`: working folder or repository, as the record has it.
        by: one By for all rows, or one per row. `exit`: exit status, NaN unknown. `duration`: seconds, NaN unknown.
        parent: the skill or conductor that called this one. `files`: paths that a commit touched.
        key: the id that the program gave to what was done: equal in every copy of the record, in any source of this reader.
    """

    source: str
    origin: str
    text: Sequence[str]
    kind: Kind | Sequence[Kind] = Kind.SHELL
    args: Sequence[Mapping[str, Any] | None] | None = None
    line: Sequence[int] | None = None
    commit: Sequence[str | None] | None = None
    person: Sequence[str | None] | None = None
    time: Sequence[float] | None = None
    offset: Sequence[float] | None = None
    session: Sequence[str | None] | None = None
    where: Sequence[str | None] | None = None
    by: By | Sequence[By] = By.HUMAN
    exit: Sequence[float] | None = None
    duration: Sequence[float] | None = None
    parent: Sequence[str | None] | None = None
    files: Sequence[Sequence[str]] | None = None
    key: Sequence[str | None] | None = None
    owner: str | None = None  # the source's person, when the configuration names one
    deduplicated: bool = False  # the source keeps one entry per text: counts are "at least"


class Reader(Protocol):
    """Reads one source. Never raises on content; accounts for every record in `balance`.

    Raises:
        ReadError: the source itself cannot be opened or is not of this kind.
    """

    def __call__(self, source: Source, balance: Balance) -> Iterator[RawBatch]:
        """Yield the source's rows in batches, in the order of the file."""
        ...


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What was read of one source. `untimed` counts events whose time the source does not say; the last may be one of them.
    `remembered` counts events that stand in it no more, and are known from memory."""

    source: Source
    balance: Balance
    first: datetime | None
    last: datetime | None
    deduplicated: bool
    untimed: int = 0
    ends_untimed: bool = False
    remembered: int = 0
