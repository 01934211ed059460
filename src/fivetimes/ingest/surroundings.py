"""This machine and its repositories -> Known: names that exist apart from any history, so that no one typed them by mistake."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.repositories import stream
from fivetimes.ingest.targets import targets
from fivetimes.model import Source
from fivetimes.redaction import Known


def _listed(path: Path, arguments: Sequence[str], separator: bytes) -> Iterator[str]:
    """What a git command lists; nothing where git refuses."""
    try:
        said = b"".join(stream(path, arguments))
    except ReadError:
        return
    yield from (part.decode("utf-8", "surrogateescape") for part in said.split(separator) if part)


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
        approved: names that a person said yes to.
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
