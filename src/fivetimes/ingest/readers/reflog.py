"""A working tree's own diary of where its HEAD stood (`logs/HEAD` of its git folder) -> RawBatch, as the commands that move it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.files import after_newline, blocks, decode
from fivetimes.ingest.formats.repository import git_folder, repository_around
from fivetimes.ingest.formats.values import NAN
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

_LINE = re.compile(r"([0-9a-f]{40,64}) [0-9a-f]{40,64} ([^\t]*?) ?(\d{1,11}) ([+-]\d{4})\t?(.*)", re.ASCII)
_ENTRY = re.compile(r"([a-z-]+)([^:]*):? ?(.*)", re.DOTALL)
_TO = re.compile(r"moving (?:from .+? )?to (\S+)$")


def _moved(command: str) -> Callable[[str, str], str | None]:
    def command_of(_options: str, text: str) -> str | None:
        target = _TO.match(text)
        # `reset: moving to HEAD` is what a stash, too, leaves behind
        return f"git {command} {shlex.quote(target[1])}" if target and target[1] != "HEAD" else None

    return command_of


def _pull(options: str, _text: str) -> str | None:
    # a rebasing pull writes one entry per commit besides; the one with its arguments begins
    return None if "(" in options and "(start)" not in options else "git pull"


def _rebase(options: str, text: str) -> str | None:
    start = re.match(r"checkout (\S+)$", text)
    return f"git rebase {shlex.quote(start[1])}" if "(start)" in options and start else None


def _merge(options: str, text: str) -> str | None:
    # a merge that made a commit is known from that commit
    return f"git merge {shlex.quote(options.strip())}" if text.startswith("Fast-forward") and options.strip() else None


# the first word of an entry -> the command that writes it; commits are read from the repository itself
_COMMANDS: Mapping[str, Callable[[str, str], str | None]] = {
    "checkout": _moved("checkout"),
    "reset": _moved("reset"),
    "pull": _pull,
    "rebase": _rebase,
    "merge": _merge,
}

LAYOUT: records.Layout = {
    "text": ("text", values.command),
    "time": ("time", lambda value: value),
    "person": ("person", values.text_if_known),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield what was done in this very clone and made no commit: checkouts, resets, pulls, rebases, fast-forward merges.

    The person is "Name <address>". git forgets entries after 90 days.
    """
    return records.batches(source, balance, _entries(source, balance), kind=Kind.SHELL, layout=LAYOUT)


def _entries(source: Source, balance: Balance) -> Iterator[tuple[int, Mapping[str, object]]]:
    number = 0
    for block in blocks(source.path, after_newline):
        for row in decode(block).removesuffix("\n").split("\n"):
            number += 1
            found = _LINE.fullmatch(row)
            if found is None:
                balance.records += 1
                balance.bad["no entry"] += 1
            else:
                # a clone is made where nothing was before: that is no step of anybody's work in it
                text = values.Omit("the clone itself") if found[5].startswith("clone:") else _command(found[5])
                yield number, {"text": text, "person": found[2], "time": _moment(found[3], found[4])}


def _command(entry: str) -> str | values.Omit:
    found = _ENTRY.fullmatch(entry)
    make = _COMMANDS.get(found[1]) if found else None
    return (make(found[2], found[3]) if make and found else None) or values.Omit("recorded as a commit, or no step")


def _moment(seconds: str, zone: str) -> tuple[float, float]:
    east = int(zone[:1] + "1") * (int(zone[1:3]) * 60 + int(zone[3:]))
    return values.time_if_known(int(seconds))[0], float(east) if abs(east) <= 14 * 60 else NAN


def _paths(machine: Machine) -> Iterator[Path]:
    for repository in repository_around(machine.here):
        with suppress(ReadError, ValueError):  # a `.git` that names no folder
            yield git_folder(repository) / "logs" / "HEAD"


def _advice(report: SourceReport) -> Iterator[str]:
    if report.balance.events:
        yield "git forgets these entries after 90 days. Keep them longer: git config gc.reflogExpire 1.year"


READER = ReaderSpec(
    "reflog",
    read,
    Signature(
        line=re.compile(r"[0-9a-f]{40,64} [0-9a-f]{40,64} .* \d{1,11} [+-]\d{4}(?:\t|$)"),
        file_name=re.compile(r"/logs/HEAD$"),
    ),
    default_paths=_paths,
    advice=_advice,
)
