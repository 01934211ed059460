"""A run's record: a file of JSON lines that is only ever added to, each line naming the one before by its digest.

What is in it comes from the run itself, nobody writes it by hand. Values of the run stand in it only where they are harmless,
else as keyed digests; what people wrote as reasons stands as they wrote it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fivetimes import atomic
from fivetimes.errors import FivetimesError
from fivetimes.review.ledger import mark
from fivetimes.words import id_of

SCHEMA = "fivetimes/run/1"
FOLDER = "runs"  # beside the conductors and their ledger


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One line: which act it is of (`key`, unique in its run), what happened, when, and what belongs to it."""

    key: str
    what: str
    at: datetime
    fields: Mapping[str, Any]
    mark: str


class Record:
    """The record of one run.

    Args:
        path: of its file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run = path.stem

    def entries(self) -> list[RunEntry]:
        """All lines in order; a last one that was cut short by a crash is none.

        Raises:
            FivetimesError: there is no such run, or a line was changed or removed; the message names it.
        """
        if not self.path.exists():
            raise FivetimesError(f"{self.run}: there is no such run. See them with: fivetimes runs")
        return self.checked(self.path.read_bytes())

    def checked(self, text: bytes) -> list[RunEntry]:
        """The lines of a record's text, as `entries` gives them of the file.

        Raises:
            FivetimesError: a line was changed or removed; the message names it.
        """
        found: list[RunEntry] = []
        for number, row in enumerate(text.split(b"\n")[:-1], 1):
            entry = self._entry(row, number)
            before = found[-1].mark if found else ""
            if entry.fields.get("previous") != before:
                raise FivetimesError(
                    f"{self.path}:{number}: the line before it was changed or removed. Restore the record from git or a backup."
                )
            found.append(entry)
        return found

    def _entry(self, row: bytes, number: int) -> RunEntry:
        try:
            line = json.loads(row)
            if line["schema"] != SCHEMA:
                raise ValueError(f"it is not of schema {SCHEMA}")
            at = datetime.fromisoformat(line["at"])
            return RunEntry(str(line["key"]), str(line["what"]), at, line, mark(row.decode()))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise FivetimesError(f"{self.path}:{number}: no line of a run ({error}). Restore the record.") from error

    def add(self, key: str, what: str, **fields: Any) -> bool:
        """Add a line, through to the disk; False if the run has one of this key already, and then nothing is written.

        Raises:
            FivetimesError: the record is broken, or cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with atomic.locked(self.path.parent):
                text = self.path.read_bytes() if self.path.exists() else b""
                known = self.checked(text)
                if any(entry.key == key for entry in known):
                    return False
                self._append(text, key, what, known, fields)
        except OSError as error:
            raise FivetimesError(f"{self.path}: the run cannot be recorded ({error.strerror}). It waits.") from error
        return True

    def _append(self, text: bytes, key: str, what: str, known: Sequence[RunEntry], fields: Mapping[str, Any]) -> None:
        at = datetime.now(UTC)
        if known:  # a clock that went back does not turn the order round
            at = max(at, known[-1].at)
        line = {
            "schema": SCHEMA,
            "run": self.run,
            "key": key,
            "what": what,
            "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            **fields,
            "previous": known[-1].mark if known else "",
        }
        whole = len(text) - len(text.rpartition(b"\n")[2])
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, whole)  # a line that a crash cut short
            os.lseek(descriptor, whole, os.SEEK_SET)
            row = json.dumps(line).encode() + b"\n"
            if os.write(descriptor, row) < len(row):
                os.ftruncate(descriptor, whole)
                raise OSError(28, "No space left on device")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def record_of(run: str, *, folder: Path) -> Record:
    """The record of a run, by its id or the only one that begins so.

    Args:
        run: its id, or the beginning of one.
        folder: of the conductors.

    Raises:
        UnknownId: there is none, or several begin so.
    """
    names = sorted((path.stem for path in (folder / FOLDER).glob("*.jsonl")), reverse=True)
    return Record(folder / FOLDER / f"{id_of(run, names, otherwise='none yet', what='run')}.jsonl")


def records_in(folder: Path) -> list[Record]:
    """The records of all runs, the oldest first; those that cannot be read too."""
    paths = list((folder / FOLDER).glob("*.jsonl"))

    def begun(path: Path) -> str:
        with suppress(FivetimesError, IndexError):
            return Record(path).entries()[0].at.isoformat()
        return ""

    return [Record(path) for path in sorted(paths, key=lambda path: (begun(path), path.name))]
