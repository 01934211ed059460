"""The command on the sample team, built once for all functional tests."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import builders
import commands

COMMAND = Path(sys.executable).with_name("fivetimes")
OFFLINE = Path(__file__).parents[1] / "offline"  # no network for the command either


@dataclass(frozen=True)
class Machine:
    """Somebody's machine: a home folder of their own, a folder of ours, and the command."""

    home: Path
    here: Path

    def environment(self) -> dict[str, str]:
        """What the command can know of the machine."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "FIVETIMES_HOME": str(self.home / "fivetimes"),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(OFFLINE),
            "PAGER": "cat",  # a pager waits for a key
        }

    def carried_out(self, words: list[str], here: Path, environment: Mapping[str, str], files: tuple[Path, ...]) -> int:
        """Have the command carried out with these files as its input, output and errors; returns its exit code."""
        return commands.carried_out(words, here, environment, files)

    def type(
        self, *words: object, answer: str = "", here: Path | None = None, encoding: str = "utf-8"
    ) -> tuple[int, str]:
        """Type a command at a terminal, and an answer; returns the exit code and all that the screen showed."""
        ours, theirs = pty.openpty()
        screen = Path(os.ttyname(theirs))
        os.write(ours, answer.encode())
        with ThreadPoolExecutor(1) as reader:
            shown = reader.submit(commands.all_shown, ours)
            more = {"TERM": "xterm"}
            code = self.carried_out([*map(str, words)], here or self.here, self.environment() | more, 3 * (screen,))
            os.close(theirs)
            text = shown.result().decode(encoding, "replace")
        os.close(ours)
        return code, text

    def run(self, *words: object, here: Path | None = None, columns: int = 160) -> subprocess.CompletedProcess[str]:
        """Type a command; what it reads of this machine is this machine alone."""
        environment = self.environment() | {"COLUMNS": str(columns)}
        return commands.call(*words, here=here or self.here, environment=environment, by=self.carried_out)


@dataclass(frozen=True)
class Scanned:
    """The sample team, scanned."""

    machine: Machine
    team: Path
    output: str
    report: dict[str, Any]
    truth: dict[str, Any]

    @property
    def config(self) -> tuple[str, Path]:
        return "--config", self.team / "fivetimes.toml"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """An empty machine."""
    for name in ("home", "here"):
        (tmp_path / name).mkdir()
    return Machine(tmp_path / "home", tmp_path / "here")


@pytest.fixture(scope="session")
def atelier(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """The sample team after one scan."""
    folder = tmp_path_factory.mktemp("atelier")
    builders.atelier(folder / "team")
    for name in ("home", "here"):
        (folder / name).mkdir()
    machine = Machine(folder / "home", folder / "here")
    done = machine.run("scan", "--config", folder / "team" / "fivetimes.toml", "--json", folder / "report.json")
    assert done.returncode == 0, done.stderr
    report = json.loads((folder / "report.json").read_text())
    truth = json.loads((folder / "team" / "truth.json").read_text())
    return Scanned(machine, folder / "team", done.stdout, report, truth)
