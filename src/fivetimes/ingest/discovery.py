"""A team's configuration, named paths or this machine -> the sources there, and a sentence for each that is missing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fivetimes.config import Team
from fivetimes.errors import ReadError
from fivetimes.ingest.base import Machine
from fivetimes.ingest.readers import generic
from fivetimes.ingest.recognition import sniff, unreadable
from fivetimes.ingest.registry import READERS
from fivetimes.ingest.startup_files import startup_files
from fivetimes.model.sources import Source

_KNOWN = (
    "a shell's history, a history database, a git repository, transcripts of an agent, traces, a skill log, an XES log, or a"
    " log with a column action (called otherwise: --map action=NAME)"
)

_GENERIC = generic.READER.name  # the reader that a map of columns is for

Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A path to look at: the path, how it is called in outputs, whose it is, and what its columns are called.

    `usual`: nobody named it, such things lie there by default; so it is no problem that nothing is there.
    """

    path: Path
    origin: str
    person: str | None = None
    columns: Columns = ()
    usual: bool = False


def sources(team: Team) -> tuple[list[Source], list[str]]:
    """The sources that a configuration names, in its order, and sentences for those that cannot be found or recognised.

    `origin` is the path relative to the team's root. A folder that is neither a repository nor of transcripts is
    searched one level deep.
    """
    named_: list[tuple[str, str | None]] = [(text, person.name) for person in team.persons for text in person.sources]
    named_ += [(text, None) for text in team.repositories]
    paths = [(team.root / os.path.expanduser(text), person) for text, person in named_]
    return _all(_Wanted(path, _relative(path, team.root), person, team.columns) for path, person in paths)


def named(paths: Sequence[Path], *, columns: Columns = ()) -> tuple[list[Source], list[str]]:
    """The sources at some paths, each called as it was named, and sentences for paths where there is none.

    Args:
        paths: files, folders, repositories.
        columns: fields of a generic log and what they are called in these; a log that has that column for the action is
            read so, whatever else it might be.
    """
    return _all(_Wanted(path, path.as_posix(), None, columns) for path in paths)


def discover(home: Path, here: Path, environ: Mapping[str, str]) -> tuple[list[Source], list[str]]:
    """The sources of this machine, and sentences for those that cannot be read.

    They are histories, transcripts of agents, and the repository that `here` is in, with its reflog.

    Args:
        home: the person's home folder.
        here: the folder that they stand in.
        environ: their environment; names the folders where shells and programs keep what is theirs.
    """
    machine = Machine(home, here, environ, startup_files(home, environ).variables)
    paths = [path for reader in READERS.values() for path in reader.default_paths(machine)]
    return _all(_Wanted(path, _tilde(path, home), usual=True) for path in paths)


def _all(wanted: Iterable[_Wanted]) -> tuple[list[Source], list[str]]:
    found: list[Source] = []
    missing: list[str] = []
    for one in wanted:
        there, sentences = _at(one)
        found += there
        missing += sentences
    return _distinct(found), missing


def _at(wanted: _Wanted) -> tuple[list[Source], list[str]]:
    path, origin = wanted.path, wanted.origin
    try:
        if not path.exists():
            return [], [] if wanted.usual else [f"{origin}: there is nothing. Correct the path, or leave it out."]
        source = _source(path, origin, wanted)
        if source is not None:
            return [source], []
        inside = list(_inside(wanted)) if path.is_dir() else []
    except OSError as error:
        return [], [f"{origin}: it cannot be read ({error.strerror}). Let it be read, or leave it out."]
    if inside:
        return inside, []
    problem = unreadable(path, origin=origin)
    if problem is None and not wanted.usual:
        problem = f"{origin}: nothing in it that can be read. Name {_KNOWN}."
    return [], [problem] if problem is not None else []


def _inside(wanted: _Wanted) -> Iterator[Source]:
    for child in sorted(wanted.path.iterdir()):
        source = _source(child, f"{wanted.origin}/{child.name}", wanted)
        if source is not None:
            yield source


def _source(path: Path, origin: str, wanted: _Wanted) -> Source | None:
    action = dict(wanted.columns).get("action")
    if action is not None and path.is_file() and _holds(path, action):
        return Source(_GENERIC, path, origin, wanted.person, wanted.columns)
    reader = sniff(path)
    return None if reader is None else Source(reader, path, origin, wanted.person, _columns_for(reader, wanted))


def _columns_for(reader: str, wanted: _Wanted) -> Columns:
    return wanted.columns if reader == _GENERIC and "action" not in dict(wanted.columns) else ()


def _holds(path: Path, action: str) -> bool:
    try:
        return generic.has_column(path, action)
    except ReadError:
        return False


def _relative(path: Path, root: Path) -> str:
    whole, base = os.path.abspath(path), os.path.abspath(root)
    return Path(os.path.relpath(whole, base)).as_posix() if Path(whole).is_relative_to(base) else Path(whole).as_posix()


def _tilde(path: Path, home: Path) -> str:
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) and path != home else path.as_posix()


def _distinct(found: Iterable[Source]) -> list[Source]:
    """Each file once: the same file by two names would count everything twice. The first name stays."""
    first: dict[str, Source] = {}
    for source in found:
        first.setdefault(os.path.realpath(source.path), source)
    return list(first.values())
