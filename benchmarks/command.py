"""A call of the installed `fivetimes` -> what it cost: CPU seconds, wall seconds and the peak of its memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
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
    """Call fivetimes with its own state in `home`; what it prints is thrown away, what it complains of is not."""
    if not FIVETIMES.is_file():
        raise SystemExit(f"{FIVETIMES}: not there. Install the package into this environment first: make test does.")
    environment = {**os.environ, "FIVETIMES_HOME": str(home)}
    start = time.perf_counter()
    with subprocess.Popen([FIVETIMES, *arguments], stdout=subprocess.DEVNULL, env=environment) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(
            f"fivetimes {' '.join(arguments)}: left with exit code {process.returncode}; its words stand above."
        )
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(cpu=used.ru_utime + used.ru_stime, wall=wall, peak=used.ru_maxrss * unit)
