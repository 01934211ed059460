"""The page docs/weekly.md: its lines for cron, a chat and GitHub Actions are carried out as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from fixtures.build import make_repository, read_commits

from functional.conftest import COMMAND, Machine

PAGE = (Path(__file__).parents[2] / "docs" / "weekly.md").read_text(encoding="utf-8")
WEEK = "release notes", "bump version", "publish docs"


def block(kind: str) -> str:
    """The only block of this kind on the page."""
    (text,) = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(text)


def carry_out(machine: Machine, line: str, **more: str) -> None:
    """Run a line as cron and GitHub's runners do, by `sh`."""
    environment = machine.environment() | {"PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"} | more
    done = subprocess.run(
        ["sh", "-e", "-c", line], cwd=machine.here, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def worked(machine: Machine) -> Machine:
    """A machine with a zsh history in which something was done on six Fridays."""
    lines = [
        f": {1_767_945_600 + week * 604_800 + 60 * n}:0;{command}\n"
        for week in range(6)
        for n, command in enumerate(("git checkout main", "make test", f"git tag v1.{week}", "git push --tags", "top"))
    ]
    (machine.home / ".zsh_history").write_text("".join(lines))
    return machine


def test_the_line_for_cron_writes_the_digest_and_the_page(worked: Machine) -> None:
    (line,) = block("crontab").splitlines()
    when, command = line[: line.index("fivetimes")], line[line.index("fivetimes") :]
    assert re.fullmatch(r"(\S+ ){5} *", when)
    carry_out(worked, command)
    assert (worked.here / "digest.md").read_text().startswith("**")
    assert "<h1>" in (worked.here / "report.html").read_text()


def test_the_lines_for_a_chat_make_a_message_of_the_digest(worked: Machine) -> None:
    assert worked.run("scan", "--yes").returncode == 0
    assert worked.run("report", "--digest", "digest.md").returncode == 0
    message, sending = block("bash").splitlines()
    carry_out(worked, message)
    text = json.loads((worked.here / "message.json").read_text())["text"]
    assert text.startswith("**")
    assert len(text.splitlines()) <= 15
    assert re.fullmatch(r'curl --fail --silent --json @message\.json "\$CHAT_HOOK"', sending)


def test_the_action_writes_the_digest_to_the_page_of_the_run(machine: Machine, tmp_path: Path) -> None:
    workflow = yaml.safe_load(block("yaml"))
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands[0] == "pipx install fivetimes"
    commits = "\n".join(
        '[[commit]]\nauthor = "Ana"\nmail = "ana@example.org"\n'
        f'time = 2026-01-{day:02}T1{n}:00:00Z\nmessage = "docs: {word} {day}"\n'
        for day in (2, 9, 16, 23, 30)
        for n, word in enumerate(WEEK)
    )
    make_repository(machine.here, read_commits(commits))
    summary = tmp_path / "summary.md"
    for command in commands[1:]:
        carry_out(machine, command, GITHUB_STEP_SUMMARY=str(summary), FIVETIMES_HOME=str(machine.here / ".fivetimes"))
    assert summary.read_text().startswith("**")
    assert list((machine.here / ".fivetimes" / "reports").glob("*.json"))
