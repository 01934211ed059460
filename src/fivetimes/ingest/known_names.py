"""This machine and its repositories -> Known: names that exist apart from any history, so that no one typed them by mistake."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from fivetimes.ingest.formats.repository import printed
from fivetimes.model.sources import Source
from fivetimes.redaction import Known

_LISTED_BYTES = 32 << 20  # of names of tracked files or branches; half a million files have some 30 MB


def _listed(path: Path, arguments: Sequence[str], separator: bytes) -> Iterator[str]:
    """What a git command lists; nothing where git refuses."""
    *whole, _ = printed(path, arguments, most=_LISTED_BYTES).split(separator)
    yield from (part.decode("utf-8", "surrogateescape") for part in whole if part)


def _executables(environ: Mapping[str, str]) -> Iterator[str]:
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        try:
            with os.scandir(folder or ".") as entries:
                yield from (entry.name for entry in entries if os.access(entry.path, os.X_OK))
        except OSError:
            continue


def known_here(
    sources: Sequence[Source],
    environ: Mapping[str, str],
    *,
    varied: frozenset[str] = frozenset(),
    approved: frozenset[str] = frozenset(),
) -> Known:
    """Collect the names that exist here.

    Args:
        sources: the repositories among them; their tracked files, branches and remotes count.
        environ: names the folders of programs in PATH.
        varied: programs that the histories show with different arguments, never alone.
        approved: names that a person approved.
    """
    repositories = [source for source in sources if source.reader == "git"]
    tracked = {
        r.path: list(_listed(r.path, ("ls-tree", "-r", "-z", "--name-only", "HEAD"), b"\0")) for r in repositories
    }
    refs = ("for-each-ref", "--format=%(refname:lstrip=1)", "refs/heads", "refs/remotes")
    names = {name for r in repositories for name in _listed(r.path, refs, b"\n")}
    heads = {name.removeprefix("heads/") for name in names if name.startswith("heads/")}
    # of a remote's branch what follows the remote is a branch too; of one here `hotfix/x` it is a part of its name
    remote = {name.removeprefix("remotes/") for name in names if name.startswith("remotes/")}
    return Known(
        executables=frozenset(_executables(environ)),
        tracked_files=frozenset(name for names in tracked.values() for name in names),
        targets=frozenset(name for path, names in tracked.items() for name in targets(path, names)),
        branches=frozenset(heads | remote | {name.partition("/")[2] for name in remote}),
        remotes=frozenset(name.partition("/")[0] for name in remote),
        approved=approved,
        programs_with_varied_arguments=varied,
    )


# ---- what build files make

_MOST_FILES = 50  # of one kind in one repository
_MOST_BYTES = 4 << 20
_MAKE = re.compile(r"^([A-Za-z0-9_][^\n:=#$%\t]*):(?![=:])", re.MULTILINE)
_JUST = re.compile(r"^@?([A-Za-z_][\w-]*)(?:[ \t][^\n:]*)?:(?!=)", re.MULTILINE)


def _of_make(text: str) -> Iterator[str]:
    """Targets of one or more Makefiles.

    Example:
        >>> list(_of_make("site proofs: main.tex\\n\\tpdflatex x: y\\nCC := gcc\\n"))
        ['site', 'proofs']
    """
    for match in _MAKE.finditer(text):
        yield from match[1].split()


def _of_just(text: str) -> Iterator[str]:
    """Recipes of one or more justfiles.

    Example:
        >>> list(_of_just("deploy env='eu':\\n  ./x: y\\nversion := '1'\\n@lint:\\n"))
        ['deploy', 'lint']
    """
    yield from (match[1] for match in _JUST.finditer(text))


def _of_package(text: str) -> Iterator[str]:
    """Scripts of one or more package.json, one written behind the other.

    Example:
        >>> list(_of_package('{"scripts": {"build:css": "sass"}}\\n{"name": "x"}{broken'))
        ['build:css']
    """
    decoder, at = json.JSONDecoder(), 0
    while (at := text.find("{", at)) >= 0:
        try:
            package, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        scripts = package.get("scripts")
        yield from scripts if isinstance(scripts, dict) else ()


# last part of a file's path -> how its targets are read
_FILES: Mapping[str, Callable[[str], Iterable[str]]] = {
    **dict.fromkeys(("Makefile", "makefile", "GNUmakefile"), _of_make),
    **dict.fromkeys(("justfile", "Justfile", ".justfile"), _of_just),
    "package.json": _of_package,
}


def targets(repository: Path, tracked: Sequence[str]) -> frozenset[str]:
    """What the build files of a repository make, by name. Nothing of them is run, and the working tree is not looked at.

    Args:
        repository: a working tree or a bare repository.
        tracked: the paths in its last commit.
    """
    found: set[str] = set()
    for read in dict.fromkeys(_FILES.values()):
        paths = [path for path in tracked if _FILES.get(path.rpartition("/")[2]) is read][:_MOST_FILES]
        found |= set(read(_contents(repository, paths)))
    return frozenset(found)


def _contents(repository: Path, paths: Sequence[str]) -> str:
    if not paths:
        return ""
    wanted = ("show", "--no-textconv", "--no-color", *(f"HEAD:{path}" for path in paths))
    return printed(repository, wanted, most=_MOST_BYTES).decode("utf-8", "replace")
