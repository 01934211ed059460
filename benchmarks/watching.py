"""A call -> everything it printed, also past Python, and everything it wrote, also what was gone again before it ended.

An audit hook sees each file that this process opens for writing, removes or replaces. What is written by a library in C
without Python's knowledge (SQLite's journals, git) is not seen in passing; where it is left behind, the search finds it.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_NOWHERE = ("/dev/null", "/dev/tty", "/proc/self/fd/")
# compiled code of Python and of numba, which holds nothing that was read
_COMPILED = (".pyc", ".nbi", ".nbc")


@dataclass(slots=True)
class Seen:
    """What was written outside the allowed folders, and contents that were removed or replaced."""

    allowed: tuple[Path, ...]
    strays: set[str] = field(default_factory=set)
    gone: dict[str, bytes] = field(default_factory=dict)


_now: list[Seen] = []  # the innermost last; empty: nobody watches


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if not _now or event not in ("open", "os.remove", "os.rename"):
        return
    seen = _now[-1]
    if event == "open" and isinstance(args[0], str | bytes | os.PathLike) and (args[2] or 0) & _WRITES:
        path = os.path.abspath(os.fsdecode(args[0]))
        compiled = path.rpartition(".")[0].endswith(_COMPILED) or path.endswith(_COMPILED) or "__pycache__" in path
        if not compiled and not path.startswith(_NOWHERE) and not _inside(path, seen.allowed):
            seen.strays.add(path)
    elif event == "os.remove":
        _kept(seen, args[0], args[1])
    elif event == "os.rename":
        _kept(seen, args[1], args[3])


def _inside(path: str, folders: Sequence[Path]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _kept(seen: Seen, name: Any, folder: int) -> None:
    """Keep what a file holds that is about to go."""
    path = os.fsdecode(name) if folder in (-1, None) else f"/proc/self/fd/{folder}/{os.fsdecode(name)}"
    real = os.path.realpath(path)
    if not _inside(real, seen.allowed) or not os.path.isfile(real):
        return
    descriptor = os.open(real, os.O_RDONLY)
    try:
        content = b"".join(iter(lambda: os.read(descriptor, 1 << 20), b""))
    finally:
        os.close(descriptor)
    seen.gone[f"gone {len(seen.gone)} {real}"] = content + os.path.basename(real).encode()


@contextlib.contextmanager
def watched(*allowed: Path) -> Iterator[Seen]:
    """Note what is written while this is open.

    Args:
        allowed: folders in which files may be written.
    """
    if not getattr(watched, "installed", False):
        sys.addaudithook(_hook)  # which can never be taken away again; it does nothing while nobody watches
        watched.installed = True  # type: ignore[attr-defined]
    seen = Seen(tuple(Path(os.path.realpath(folder)) for folder in allowed))
    _now.append(seen)
    try:
        yield seen
    finally:
        _now.pop()


@contextlib.contextmanager
def printed(into: list[str], folder: Path) -> Iterator[None]:
    """Append to a list all that is printed: by Python, and by whatever else writes to the descriptors 1 and 2."""
    out = io.StringIO()
    sys.stdout.flush()
    sys.stderr.flush()
    before = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile(dir=folder) as below:
        try:
            for descriptor in (1, 2):
                os.dup2(below.fileno(), descriptor)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                yield
        finally:
            for descriptor, kept in zip((1, 2), before, strict=True):
                os.dup2(kept, descriptor)
                os.close(kept)
            below.seek(0)
            into.append(out.getvalue() + below.read().decode("utf-8", "replace"))
