"""What was named -> Request: the sources to scan, whose they are, and by which rule.

A configuration, files and folders named one by one, a folder of teams, or whatever is found on this machine. Nothing is read here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fivetimes import store
from fivetimes.config import SearchEngine, Team, columns_of, home_of_person, load
from fivetimes.errors import FivetimesError, NothingRead
from fivetimes.model.sources import Source
from fivetimes.model.spans import Span

if TYPE_CHECKING:
    from fivetimes import ingest

_MAP = "--map="  # begins the line of a request's name that holds what columns are called
_THIS_MACHINE = "this machine"  # the name of a request for whatever is found here
_EVENTS = "--events="  # begins the name of a request for a folder of teams


def _nothing_ignored() -> ingest.IgnoreRules:
    from fivetimes import ingest

    return ingest.IgnoreRules()


@dataclass(frozen=True, slots=True)
class Request:
    """What to scan: sources, whose they are, and by which rule. `name` is how the store finds its last scan.

    `events` is a folder of teams (`company.py`): their sources are found by those who read them, and none is listed here.
    `discovered`: nobody named the sources, they were found on this machine. `span`: only what was done on these days is looked at;
    a scan of it is never kept, for decisions, later reports and the follow-up are about all that was done.
    """

    name: str
    team: Team
    sources: tuple[Source, ...]
    skipped: tuple[str, ...] = ()
    engine: SearchEngine = SearchEngine.PROFILE
    unwanted: ingest.IgnoreRules = field(default_factory=_nothing_ignored)
    events: Path | None = None
    discovered: bool = False
    span: Span | None = None


# ---- a configuration


def from_config(path: Path, *, engine: SearchEngine = SearchEngine.PROFILE) -> Request:
    """A team, as a `fivetimes.toml` describes it; where that names no source, this machine, by its settings."""
    from fivetimes import ingest

    named = of_team(path, engine=engine)
    if named.team.persons or named.team.repositories:
        return named
    found, skipped = ingest.discover(home_of_person(), Path(os.path.abspath(path)).parent, os.environ)
    return replace(named, sources=tuple(found), skipped=tuple(skipped), discovered=True)


def of_team(path: Path, *, engine: SearchEngine = SearchEngine.PROFILE) -> Request:
    """A team with the sources that its `fivetimes.toml` names, and no others."""
    from fivetimes import ingest

    team = load(path)
    found, skipped = ingest.sources(team)
    unwanted = _unwanted(team, os.environ, home_of_person())
    return Request(str(path.resolve()), team, _anywhere(found), tuple(skipped), engine, unwanted)


def _unwanted(team: Team, environ: Mapping[str, str], home: Path) -> ingest.IgnoreRules:
    from fivetimes import ingest

    return ingest.ignore_rules(
        environ, root=team.root, home=home, histignore=team.histignore, history_ignore=team.history_ignore
    )


def _anywhere(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The sources by full paths: a kept scan is read again from whatever folder the next command is typed in."""
    return tuple(replace(source, path=source.path.absolute()) for source in sources)


# ---- a folder of teams


def from_events(folder: Path, *, engine: SearchEngine = SearchEngine.PROFILE) -> Request:
    """A folder of teams, one sub-folder each; a `fivetimes.toml` beside them has the rule for all.

    Raises:
        FivetimesError: there is no such folder, or its `fivetimes.toml` names sources: then it is a team, and no folder of teams.
    """
    if not folder.is_dir():
        raise FivetimesError(f"{folder}: there is no such folder. Name one that has a sub-folder for each team.")
    path = folder / "fivetimes.toml"
    team = load(path) if path.is_file() else Team(root=folder)
    if team.persons or team.repositories:
        raise FivetimesError(
            f"{path}: it names sources, so this folder is one team. Name the folder above, or use --config."
        )
    return Request(f"{_EVENTS}{folder.resolve()}", team, (), engine=engine, events=folder)


# ---- files, folders and repositories


def from_paths(paths: Sequence[Path], *, columns: str = "", engine: SearchEngine = SearchEngine.PROFILE) -> Request:
    """Files, folders and repositories named one by one.

    Args:
        paths: what was named.
        columns: what generic logs among them call their fields, as `person=user,time=ts,action=activity`.
        engine: what looks for routines.

    Raises:
        ConfigError: there is no such field.
    """
    from fivetimes import ingest

    pairs = [pair.partition("=") for pair in columns.split(",") if pair.strip()]
    called = columns_of("--map", {field.strip(): column.strip() for field, _, column in pairs})
    found, skipped = ingest.named(paths, columns=called)
    named = sorted({str(path.resolve()) for path in paths})  # whichever way they were typed, and in whatever order
    name = "\n".join([*named, *([_MAP + columns] if called else ())])
    team = Team(root=Path())
    return Request(name, team, _anywhere(found), tuple(skipped), engine, _unwanted(team, os.environ, home_of_person()))


# ---- this machine


def from_machine(
    environ: Mapping[str, str], *, home: Path, here: Path, engine: SearchEngine = SearchEngine.PROFILE
) -> Request:
    """The histories, agent logs and repository found on this machine."""
    from fivetimes import ingest

    team, (found, skipped) = Team(root=here), ingest.discover(home, here, environ)
    unwanted = _unwanted(team, environ, home)
    return Request(_THIS_MACHINE, team, tuple(found), tuple(skipped), engine, unwanted, discovered=True)


# ---- whatever was scanned last


def requested(config: Path | None, *, environ: Mapping[str, str], home: Path, here: Path, folder: Path) -> Request:
    """What `show`, `draft` and `report` are about: the named configuration, the one in this folder, or the last scan.

    Raises:
        FivetimesError: nothing was scanned yet.
    """
    if config is not None:
        return from_config(config)
    if (here / "fivetimes.toml").is_file():
        return from_config(here / "fivetimes.toml")
    name = store.last_name(folder)
    if name is None:
        raise FivetimesError("nothing was scanned yet. Run: fivetimes scan")
    if name.startswith(_EVENTS):
        return from_events(Path(name.removeprefix(_EVENTS)))
    if name == _THIS_MACHINE:
        return from_machine(environ, home=home, here=here)
    paths = [Path(line) for line in name.split("\n") if not line.startswith(_MAP)]
    columns = next((line.removeprefix(_MAP) for line in name.split("\n") if line.startswith(_MAP)), "")
    return from_config(paths[0]) if paths[0].suffix == ".toml" else from_paths(paths, columns=columns)


# ---- before anything is read


def sizes(request: Request) -> list[tuple[str, str]]:
    """(size on disk, last change) of each source, as text."""
    from fivetimes.ingest.formats.budget import size_on_disk

    found = []
    for source in request.sources:
        changed = datetime.fromtimestamp(source.path.stat().st_mtime, UTC)
        found.append((_size_text(size_on_disk(source.path)), changed.strftime("%Y-%m-%d")))
    return found


def _size_text(size: int) -> str:
    """A number of bytes as text, the small ones in kB: a history is not 0.0 MB.

    Example:
        >>> _size_text(9_164), _size_text(1_234_567_890)
        ('9.2 kB', '1,234.6 MB')
    """
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"


def own_addresses(request: Request) -> list[str]:
    """The addresses under which whoever runs this commits in the repositories of a request, sorted."""
    from fivetimes import ingest

    repositories = [source.path for source in request.sources if source.reader == "git"]
    return sorted({mail for path in repositories for mail in ingest.own_addresses(path)})


def nothing_found(request: Request) -> NothingRead:
    """The error for a scan that has nothing to read."""
    if request.skipped:
        return NothingRead("nothing to read. " + " ".join(request.skipped), request.skipped)
    return NothingRead(
        "nothing to read: no shell history, agent log or repository was found here. Name one: fivetimes scan PATH"
    )
