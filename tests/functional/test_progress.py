"""What takes long says how far it is: on a terminal only."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FIVETIMES = Path(sys.executable).with_name("fivetimes")
STAGES = ("reading", "finding steps", "searching", "scoring what was found", "searching chance histories")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A routine done six times, a day apart."""
    path = tmp_path / ".zsh_history"
    commands = (
        "vim a",
        "make notes",
        "git add CHANGELOG.md",
        "git commit -m release",
        "git tag v1",
        "twine upload dist/x",
    )
    lines = [
        f": {1_767_600_000 + day * 86400 + 60 * n}:0;{line}\n" for day in range(6) for n, line in enumerate(commands)
    ]
    path.write_text("".join(lines))
    return path


def command(history: Path) -> list[str]:
    return [str(FIVETIMES), "scan", str(history), "--calibrate", "--histories", "1"]


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal there")
def test_a_terminal_sees_every_stage_in_order(history, tmp_path):
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "FIVETIMES_HOME": str(tmp_path / "home"), "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(command(history), stdout=subprocess.DEVNULL, stderr=theirs, env=environment) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            seen += piece
    os.close(ours)
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode("utf-8", "replace"))
    told = re.findall("|".join(sorted(STAGES, key=len, reverse=True)), text)
    assert set(told) <= set(STAGES)
    assert [stage for stage in STAGES if stage in told] == list(dict.fromkeys(told))
    assert told[-1] == STAGES[-1]


def test_a_pipe_sees_nothing_of_it(history, tmp_path):
    environment = {**os.environ, "FIVETIMES_HOME": str(tmp_path / "home")}
    done = subprocess.run(command(history), capture_output=True, text=True, env=environment, check=True)
    assert done.stderr.splitlines() == [
        "Next: fivetimes " + done.stderr.split("fivetimes ")[-1].strip()
    ]  # the next step alone
    assert "\x1b" not in done.stdout
    assert "by chance" in done.stdout
