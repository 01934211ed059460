"""A call of the installed `fivetimes` -> what it cost: CPU seconds, wall seconds and the peak of its memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FIVETIMES = Path(sys.executable).with_name("fivetimes")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call used, its children included."""

    cpu: float  # seconds
    wall: float  # seconds
    peak: int  # bytes


def run(arguments: Sequence[str], *, home: Path) -> Cost:
    """Call fivetimes with its own state in `home`; what it prints is thrown away."""
    if not FIVETIMES.is_file():
        raise SystemExit(f"{FIVETIMES}: not there. Install the package into this environment first: make test does.")
    return cost([FIVETIMES, *arguments], environment={**os.environ, "FIVETIMES_HOME": str(home)})


def cost(words: Sequence[str | Path], *, environment: Mapping[str, str], here: Path | None = None) -> Cost:
    """Call a program; what it prints is thrown away, but for what it complains of before it fails.

    Args:
        words: the program and its arguments.
        environment: all that it finds in its environment.
        here: the folder that it is called in.

    Raises:
        SystemExit: it left with another exit code than 0.
    """
    start = time.perf_counter()
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=environment,
            cwd=here,
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            complaints.seek(0)
            called, text = " ".join(map(str, words)), complaints.read().decode(errors="replace")
            raise SystemExit(f"{called}: left with exit code {process.returncode}: {text}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(cpu=used.ru_utime + used.ru_stime, wall=wall, peak=used.ru_maxrss * unit)
