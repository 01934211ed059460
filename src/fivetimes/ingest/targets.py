"""A repository's Makefiles, justfiles and package.json, as they are committed -> the names of what they make."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.repositories import stream

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
    decoder, place = json.JSONDecoder(), 0
    while (place := text.find("{", place)) >= 0:
        try:
            package, place = decoder.raw_decode(text, place)
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
    said = bytearray()
    try:
        for piece in stream(repository, ("show", "--no-textconv", "--no-color", *(f"HEAD:{path}" for path in paths))):
            said += piece
            if len(said) > _MOST_BYTES:
                break
    except ReadError:
        return ""
    return said.decode("utf-8", "replace")
