"""A command of ours, called in a process of its own that has loaded beforehand what commands load.

Most of a short call is loading, and the tests call it very often. Each process is forked from one that has only loaded:
nothing of one call is left in the next. Where loading or the start itself is tested, the installed command is started.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess

_SOURCE = Path(__file__).parents[1] / "src"
_OURS = [".".join(path.relative_to(_SOURCE).with_suffix("").parts) for path in sorted(_SOURCE.rglob("*.py"))]
_SERVER = get_context("forkserver")
_SERVER.set_forkserver_preload(
    ["offline.sitecustomize", "dbos", *(name for name in _OURS if not name.endswith(("__init__", "__main__")))]
)
CarriedOut = Callable[[list[str], Path, Mapping[str, str], tuple[Path, ...]], int]


def carried_out(
    words: list[str], here: Path, environment: Mapping[str, str], files: tuple[Path, ...], seconds: float = 300
) -> int:
    """Call it with three files, or a terminal, as its input, its output and its errors; returns its exit code.

    Raises:
        TimeoutError: it had not ended after so many seconds.
    """
    process = _SERVER.Process(target=_carry_out, args=(words, here, dict(environment), files))
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(words)
    return process.exitcode


def call(
    *words: object, here: Path, environment: Mapping[str, str], by: CarriedOut = carried_out
) -> CompletedProcess[str]:
    """Call it with nothing to read, and keep what it writes."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        typed = [str(word) for word in words]
        code = by(typed, here, environment, (Path(os.devnull), out, err))
        return CompletedProcess(typed, code, out.read_text("utf-8"), err.read_text("utf-8"))


def all_shown(terminal: int) -> bytes:
    """What is written to a terminal until nobody has its other end open any more."""
    shown = b""
    try:
        while piece := os.read(terminal, 65536):
            shown += piece
    except OSError:  # the other end is closed
        pass
    return shown


def _carry_out(words: list[str], here: Path, environment: dict[str, str], files: tuple[Path, ...]) -> None:
    """Be the process that a shell would have started."""
    os.chdir(here)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    encoding, _, errors = environment.get("PYTHONIOENCODING", "utf-8:surrogateescape").partition(":")
    for number, (name, path) in enumerate(zip(("stdin", "stdout", "stderr"), files, strict=True)):
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOCTTY)
        os.dup2(file, number)
        os.close(file)
        how = errors if name != "stderr" else "backslashreplace"
        setattr(sys, name, open(number, "r" if number == 0 else "w", encoding=encoding, errors=how, closefd=False))  # noqa: SIM115
    sys.argv = ["fivetimes", *words]
    from fivetimes.__main__ import main

    main()
