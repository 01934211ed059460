"""A made-up home of some 13,000 events -> a table: what the first minute costs, as CPU seconds of whole processes.

    python -m benchmarks.first [--times 5]

User and system time, children included, the least of so many runs. Before each *first* scan all that compiled code may have left
behind is deleted, and our own folder is new; byte code is there, as `pip install` leaves it (`uvx` and `pipx run` write it in their
first run, which costs that run a few seconds more, for every package in it).

Beside them, in the same run, what a person would hold it against: Python with nothing; two libraries that many programs of its
kind load; a command line that everybody has; and the plainest answer to the same question, a loop that counts the lines of the
same history. No program that finds sequences in a history exists as a Python package.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import team
from benchmarks.command import FIVETIMES, cost
from rich.console import Console
from rich.table import Table

HOME = team.Settings(people=1, weeks=50)  # with its repository, some 13,000 events
NEW_LINES = 20  # typed between two scans: an hour's work
COUNTED = """
import collections, sys
with open(sys.argv[1], encoding="utf-8", errors="replace") as lines:
    print(collections.Counter(line for line in lines if not line.startswith("#")).most_common(10))
"""


@dataclass(frozen=True, slots=True)
class Home:
    """A home folder as a person has it: a shell's history with times, an agent's transcripts, a repository to stand in."""

    folder: Path
    here: Path
    history: Path
    environment: Mapping[str, str]

    def called(self, *words: str) -> float:
        """CPU seconds of a call of fivetimes in there."""
        return cost([FIVETIMES, *words], environment=self.environment, here=self.here).cpu

    def type_more(self) -> None:
        """Add lines to the history, each a minute after the one before: the last ones of it, once more."""
        text = self.history.read_text(encoding="utf-8").splitlines()
        last = max(int(line[1:]) for line in text if line.startswith("#") and line[1:].isdigit())
        commands = [line for line in text if not line.startswith("#")][-NEW_LINES:]
        with self.history.open("a", encoding="utf-8") as lines:
            lines.writelines(f"#{last + 60 * n}\n{command}\n" for n, command in enumerate(commands, 1))

    def fresh(self) -> None:
        """Leave nothing that an earlier call compiled or kept."""
        for name in ("state", "compiled"):
            shutil.rmtree(self.folder / name, ignore_errors=True)


def furnished(folder: Path) -> Home:
    """Make a home in an empty folder."""
    team.make(folder / "team", HOME)
    home, here = folder / "home", folder / "home" / "work"
    (person,) = (folder / "team" / "people").iterdir()
    shutil.copytree(person / "claude", home / ".claude" / "projects" / "work")
    history = home / ".bash_history"
    shutil.copyfile(person / ".bash_history", history)
    largest = max((folder / "team" / "repos").iterdir(), key=lambda path: len(list(path.rglob("*"))))
    shutil.copytree(largest, here)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TMPDIR")}
    own = {"FIVETIMES_HOME": str(folder / "state"), "NUMBA_CACHE_DIR": str(folder / "compiled"), "HOME": str(home)}
    return Home(folder, here, history, {**kept, **own})


def rows(home: Home) -> dict[str, Callable[[], float]]:
    """What is measured, in this order, because each call leaves for the next what it would find."""

    def first() -> float:
        home.fresh()
        return home.called("scan", "--yes")

    def later() -> float:
        home.type_more()
        return home.called("scan", "--yes")

    def peer(*words: str) -> Callable[[], float]:
        return lambda: cost([sys.executable, *words], environment=home.environment, here=home.here).cpu

    return {
        "fivetimes scan, the first ever": first,
        "fivetimes scan, after 20 new lines": later,
        "fivetimes scan, nothing new": lambda: home.called("scan", "--yes"),
        "fivetimes status": lambda: home.called("status"),
        "fivetimes --help": lambda: home.called("--help"),
        "python -c pass": peer("-c", "pass"),
        "python -c 'import pandas'": peer("-c", "import pandas"),
        "python -c 'import sklearn.cluster'": peer("-c", "import sklearn.cluster"),
        "pip --help": peer("-m", "pip", "--help"),
        "counting the lines of the same history": peer("-c", COUNTED, str(home.history)),
    }


def measured(home: Home, times: int) -> Table:
    """Measure everything so many times in turn, so that a busy machine weighs on all, and keep the least."""
    report = home.folder / "report.json"
    home.called("scan", "--yes", "--json", str(report))  # writes the byte code that an installation has
    events = json.loads(report.read_text(encoding="utf-8"))["totals"]["events"]
    found: dict[str, list[float]] = {}
    for _ in range(times):
        for name, call in rows(home).items():
            found.setdefault(name, []).append(call())
    table = Table("what", "CPU s", title=f"{events:,} events")
    for name, seconds in found.items():
        table.add_row(name, f"{min(seconds):.2f}")
    return table


def main(words: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as name:
        Console(width=100).print(measured(furnished(Path(name)), options.times))


if __name__ == "__main__":
    main()
