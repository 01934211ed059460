"""Sources -> whose aliases each record was typed with (`aliases_of`): of shells' startup files and of git's configuration.

A person's own files lie in their home folder: the nearest one above a history that holds such files. Of a team's copy of somebody's
history only the folder in which it lies is asked, for what lies above is another person's. They are read as text and never run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from fivetimes.errors import ReadError
from fivetimes.ingest.formats.files import blocks, decode
from fivetimes.ingest.formats.repository import git_folder, repository_around
from fivetimes.ingest.startup_files import startup_files
from fivetimes.model.sources import Source

_SECTION = re.compile(r"\[\s*([\w.-]+)(?:\s+\"((?:[^\"\\]|\\.)*)\")?\s*\]")
_ENTRY = re.compile(r"\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|\\(.)|([^"\\#;]+)|([#;].*)')
_DEEPEST = 10  # includes of includes, as in git
_LONGEST = 1 << 20  # bytes of a configuration

Aliases = Mapping[str, str]

# the names that git's own book gives as examples, and those that Subversion and Mercurial have for the same
USUAL_IN_GIT: Aliases = MappingProxyType(
    {
        "git br": "branch",
        "git ci": "commit",
        "git co": "checkout",
        "git di": "diff",
        "git last": "log -1 HEAD",
        "git st": "status",
        "git unstage": "reset HEAD --",
    }
)


def aliases_of(
    sources: Sequence[Source], environ: Mapping[str, str], *, public: Callable[[str], Aliases | None]
) -> Callable[[str], Aliases]:
    """From the origin of a record to the aliases of the person who typed it: what files say, above what is usual in git.

    Args:
        sources: of the scan.
        environ: of who scans; what it says of a home folder holds for that one alone.
        public: of a framework that startup files load the aliases that it brings, None where it brings none.
    """
    own = Path(environ.get("HOME") or "/")
    in_repositories = {
        name: line for source in sources if source.reader == "git" for name, line in _of_repository(source.path, own)
    }

    @cache
    def aliases_in_folder(folder: Path) -> dict[str, str]:
        known = environ if folder == own else {}
        startup = startup_files(folder, known)
        brought = (public(framework) or {} for framework in sorted(startup.frameworks))
        loaded = {name: line for aliases in brought for name, line in aliases.items()}
        return {**loaded, **startup.aliases, **_of_git(folder, known)}

    def of_source(source: Source) -> dict[str, str]:
        path = source.path.absolute()
        folders = (path, *path.parents) if source.person is None else (path, path.parent)
        return next(filter(None, map(aliases_in_folder, (folder for folder in folders if folder.is_dir()))), {})

    by_origin = {source.origin: source for source in sources if source.reader not in _NOT_TYPED}

    @cache
    def found(origin: str) -> Aliases:
        name = next((name for name in by_origin if origin == name or origin.startswith(name.rstrip("/") + "/")), None)
        if name is None:
            return {}
        own = {**of_source(by_origin[name]), **in_repositories}
        # most have no more than these: one table for all, for which each line is expanded once
        return {**USUAL_IN_GIT, **own} if own else USUAL_IN_GIT

    return found


_NOT_TYPED = frozenset({"git", "reflog"})  # what git writes itself


# ---- git's own


def _of_git(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    settings = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    found = dict(_aliases_in(settings / "git" / "config", home))
    return found | dict(_aliases_in(Path(environ.get("GIT_CONFIG_GLOBAL") or home / ".gitconfig"), home))


def _of_repository(path: Path, home: Path) -> Iterator[tuple[str, str]]:
    for repository in repository_around(path):
        try:
            folder = git_folder(repository)
        except ReadError:
            continue
        yield from _aliases_in(folder / "config", home)


def _aliases_in(path: Path, home: Path, depth: int = 0) -> Iterator[tuple[str, str]]:
    """(`git NAME`, what it stands for) in a configuration and in those that it includes, whatever the condition."""
    section = ""
    for row in _lines(path):
        line = row
        if (head := _SECTION.match(line.strip())) is not None:
            section = (
                head[1].lower() if head[2] is None or head[1].lower() == "includeif" else f"{head[1]}.{head[2]}".lower()
            )
            line = line.strip()[head.end() :]
        entry = _ENTRY.match(line)
        if entry is None or entry[2] is None:
            continue
        value = _value(entry[2])
        if section == "alias" and value:
            yield f"git {entry[1]}", value
        elif section in ("include", "includeif") and entry[1].lower() == "path" and depth < _DEEPEST:
            inner = home / value[2:] if value.startswith("~/") else path.parent / value
            yield from _aliases_in(inner, home, depth + 1)


def _lines(path: Path) -> list[str]:
    try:
        if not path.is_file() or path.stat().st_size > _LONGEST:
            return []
        text = "".join(decode(block) for block in blocks(path, len))
    except (OSError, ReadError, ValueError):
        return []
    return text.replace("\\\n", "").split("\n")


def _value(written: str) -> str:
    """A value as git reads it: quotes and comments taken off.

    Example:
        >>> _value('"!f() { git push \\\\"$1\\\\"; }; f" # often'), _value("commit -am ; note")
        ('!f() { git push "$1"; }; f', 'commit -am')
    """
    out = []
    for found in _QUOTED.finditer(written):
        if found[4] is not None:
            break
        out.append(re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2] or found[3])
    return "".join(out).strip()
