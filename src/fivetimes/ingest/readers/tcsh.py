"""tcsh's history -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.text_history import batches, timed_entries
from fivetimes.model.sources import Balance, RawBatch, Source


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a tcsh history; each line of a loop is an entry of its own there, with one time."""
    return batches(source, balance, timed_entries(source.path, "#+", digits=range(10, 11)), keeps_repeats=True)


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_home(".history", ".tcsh_history")


READER = ReaderSpec(
    "tcsh",
    read,
    Signature(
        line=re.compile(r"#\+\d{10}\s*$"),
        file_name=re.compile(r"tcsh[^/]*/[^/]*hist[^/]*$|\.tcsh_history$", re.I),
    ),
    default_paths=_paths,
)
