"""bash's history (plain, with times, or first one and then the other) -> RawBatch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.files import beginning
from fivetimes.ingest.formats.text_history import advice_on_repeats, advice_on_times, batches, timed_entries
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

_STAMP = re.compile(rb"^([!-/:-@\[-`{-~])[0-9]{9,10}\r?$", re.MULTILINE)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a bash history.

    Before the first line with a time each line is a command, with the here-document that follows it: of other commands of several
    lines the file does not say where they end. Behind it the grammar of the shell says where one ends.
    """
    # Nine digits begin in 1973, ten end in 2286: `#42` and `#2024 roadmap` are what somebody typed.
    found = timed_entries(source.path, _mark(source.path), digits=range(9, 11), several=True)
    return batches(source, balance, found, keeps_repeats=True)


def _mark(path: Path) -> str:
    """The character before a time: the third one of `histchars`, which is # unless somebody chose another."""
    marks = Counter(_STAMP.findall(beginning(path)))
    return max(marks, key=lambda mark: (marks[mark], mark == b"#")).decode() if marks else "#"


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.named_by("HISTFILE")
    yield from machine.in_home(".bash_history", ".bash_eternal_history", ".eternal_bash_history", ".bash_history.d/*")
    yield from machine.in_home(".bash_sessions/*.history")  # macOS: one for each shell
    for places in (machine.in_settings, machine.in_state, machine.in_data):
        yield from places("bash/history", "bash/.bash_history", "bash/bash_history")


def _advice(report: SourceReport) -> Iterator[str]:
    yield from advice_on_times(report, "Put `export HISTTIMEFORMAT='%F %T '` into .bashrc.")
    yield from advice_on_repeats(report, "Take `erasedups` out of HISTCONTROL in .bashrc, and repeats are kept.")


READER = ReaderSpec(
    "bash",
    read,
    Signature(
        line=re.compile(r"#\d{9,10}\s*$"),
        file_name=re.compile(r"bash_history(?:\.d/[^/]*)?$|bash[^/]*/[^/]*hist[^/]*$", re.I),
        vague_name=re.compile(r"hist(?:ory|file)?(?:\.txt)?$", re.I),  # the commonest shell's, if nothing else is known
    ),
    default_paths=_paths,
    advice=_advice,
)
