"""PowerShell's history (PSReadLine) -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.text_history import batches, continued_entries
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a PowerShell history.

    It keeps no times, and leaves out commands that look like secrets: steps may be missing. A newline within a command is
    written as backtick, newline; a typed backtick stays one of two.
    """
    return batches(source, balance, continued_entries(source.path, "`\n"), keeps_repeats=True)


_HISTORIES = "PSReadLine/*_history.txt"  # one for each program that hosts PowerShell


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_data(f"powershell/{_HISTORIES}")
    yield from machine.in_roaming(f"Microsoft/Windows/PowerShell/{_HISTORIES}")


def _advice(report: SourceReport) -> Iterator[str]:
    if report.balance.events:
        yield "PowerShell keeps no times, and leaves out commands that look like secrets: steps may be missing."


READER = ReaderSpec(
    "powershell",
    read,
    Signature(file_name=re.compile(r"host_history\.txt$|psreadline/[^/]*hist[^/]*$", re.I)),
    default_paths=_paths,
    advice=_advice,
)
