"""The page docs/friday.md, typed line by line: the sample team's Friday routine, from the scan to what its run answers."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

import builders
import commands
from functional.conftest import COMMAND, Machine

pytest.importorskip("dbos")

PAGE = Path(__file__).parents[2] / "docs" / "friday.md"
GIT = shutil.which("git")
LATER = 12  # Fridays by hand after the run
STANDS_IN = '#!/bin/sh\n{aside}echo "{name} $*" >> "$LOGGED"\nsleep "${{SLOW:-0}}"\n'


class Friday:
    """Somebody who types the page."""

    def __init__(self, folder: Path) -> None:
        self.machine = Machine(folder / "home", folder / "here")
        self.log = folder / "log"
        (folder / "home").mkdir()
        (folder / "here").mkdir()
        (folder / "bin").mkdir()
        for name in ("agent", "vim", "git", "hugo"):
            aside = f'case "$1" in commit|push) ;; *) exec {GIT} "$@" ;; esac\n' if name == "git" else ""
            (folder / "bin" / name).write_text(STANDS_IN.format(name=name, aside=aside))
            (folder / "bin" / name).chmod(0o755)
        self.environment = self.machine.environment() | {
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "LOGGED": str(self.log),
        }
        builders.atelier(self.machine.here / "team")
        with (self.machine.here / "team" / "fivetimes.toml").open("a") as file:
            file.write('\n[run]\nskill = "agent"\n')

    def done(self) -> list[str]:
        """What the stand-ins were asked to do."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def run(self) -> str:
        """The id of the only run."""
        return next((self.machine.here / "conductors" / "runs").glob("*.jsonl")).stem


def typed() -> Iterator[list[str]]:
    for block in re.findall(r"^```text\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            yield shlex.split(line.removeprefix("$ fivetimes "))


def play(friday: Friday) -> tuple[dict[str, str], list[int]]:
    """Type every line of the page: what each showed (by the line without RUN), and the exit statuses."""
    shown: dict[str, str] = {}
    codes = []
    for line in typed():
        words = [friday.run() if word == "RUN" else word for word in line]
        if words[0] == "decide":
            answered(friday.machine.here / "conductors")
        if words[0] == "run":
            killed(friday, words)
            continue
        if words[-1] == "altered.bundle.json":
            altered(friday.machine.here)
        if words[0] == "follow":
            later(friday.machine.here / "team")
        done = commands.call(*words, here=friday.machine.here, environment=friday.environment)
        codes.append(done.returncode)
        assert done.returncode in (0, 3) or words[-1] == "altered.bundle.json", done.stderr
        shown[" ".join(word for word in line if word != "RUN")] = done.stdout + done.stderr
    return shown, codes


@pytest.mark.slow
def test_s39_the_friday_routine_from_the_scan_to_its_answers(tmp_path: Path) -> None:
    friday = Friday(tmp_path)
    shown, codes = play(friday)
    assert codes.count(3) == 2  # it waited at a check and at a gate
    assert friday.done() == [
        "agent harvest-commits since=2026-W15",
        "agent harvest-commits since=2026-W15",
        "agent summarise source=commits-2026-W15.md",
        "agent draft-post slug=amber-fjord notes=summary-2026-W15.md",
        "vim content/posts/amber-fjord.md",
        "agent queue-images post=content/posts/amber-fjord.md",
        "agent rigour-check post=content/posts/amber-fjord.md",
        "git commit -m post: amber-fjord",
        "git push --dry-run origin main",  # what the gate shows
        "git push origin main",
        "hugo deploy --target production",
    ]
    assert "waits at" in shown["status"]
    (runbook,) = (friday.machine.here / "team" / "runbooks").iterdir()
    (skill,) = (friday.machine.here / ".claude" / "skills").glob("*/SKILL.md")
    for exported in (runbook, skill):
        assert "readers have something to read on Friday" in exported.read_text()
        assert "draft, not approved" not in exported.read_text()
    assert "mira began it" in shown["ask why"]
    assert "because: it is Friday" in shown["ask why"]
    assert "Its purpose: readers have something to read on Friday" in shown["ask why"]
    assert "At the start" in shown["ask state"]
    assert "Taken: s1" in shown["ask alternative"]
    assert "because: read it twice" in shown["ask gate"]
    assert "resumed" in shown["ask trail"]
    assert "is whole" in shown["ask trail"]
    assert "because: read it twice" in (friday.machine.here / "run.html").read_text()
    catalogue = (friday.machine.here / "catalogue.html").read_text()
    assert "1 passed, 0 refused, 0 overridden" in catalogue
    assert "mira" not in catalogue.split("</style>")[1]
    assert ": done" in shown["verify-bundle friday.bundle.json"]
    end = re.search(r"Its record ends with (blake2b:\w+)", shown["verify-bundle friday.bundle.json"])
    assert end is not None
    assert end[1] in catalogue  # whoever has the bundle finds its run there
    assert codes.count(1) == 1  # the altered one
    assert "predicate" in shown["verify-bundle altered.bundle.json"]  # its place
    followed = shown["follow --config team/fivetimes.toml"]
    assert "Worked around: 1 run since the approval, 1 done" in followed
    assert f"and {LATER} times by hand" in followed
    assert f"s6 (skill:rigour-check post *) is skipped in {LATER} of {LATER}, before 0 of 6" in followed
    assert "worked around, by hand 12 of 13 times" in shown["status --config team/fivetimes.toml"]
    assert "id: s6" in shown["revise deploy-site --config team/fivetimes.toml"]


def answered(folder: Path) -> None:
    """A person answers the questions of the draft that have to be answered."""
    path = next(folder.glob("*.yaml"))
    document = yaml.safe_load(path.read_text())
    answers = {"purpose": "readers have something to read on Friday", "effect": "no"}
    for question in document["questions"]:
        question["answer"] = answers.get(question["about"])
    path.write_text(yaml.safe_dump(document, sort_keys=False))


def altered(here: Path) -> None:
    """A copy of the bundle in which one letter of a reason is another."""
    envelope = json.loads((here / "friday.bundle.json").read_text())
    payload = base64.b64decode(envelope["payload"])
    assert b"read it twice" in payload
    changed = payload.replace(b"read it twice", b"read it twicE", 1)
    envelope["payload"] = base64.b64encode(changed).decode()
    (here / "altered.bundle.json").write_text(json.dumps(envelope))


def later(team: Path) -> None:
    """Twelve more Fridays by hand, of which none has a rigour-check."""
    begin = int(time.time()) + 7 * 86_400
    with (
        (team / "skills" / "mira.jsonl").open("a") as skills,
        (team / "people" / "mira" / ".zsh_history").open("a") as history,
    ):
        for week in range(LATER):
            at, slug = begin + week * 7 * 86_400, f"amber-{'fjord moss reed vale wren'.split()[week % 5]}-{week}"
            post = f"content/posts/{slug}.md"
            for number, (skill, arguments) in enumerate(
                [
                    ("harvest-commits", {"since": f"2027-W{week:02}"}),
                    ("summarise", {"source": f"commits-2027-W{week:02}.md"}),
                    ("draft-post", {"slug": slug, "notes": f"summary-2027-W{week:02}.md"}),
                    ("queue-images", {"post": post}),
                ]
            ):
                when = datetime.fromtimestamp(at + 60 * number + 240 * (number > 2), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                line = {"timestamp": when, "actor": "mira", "skill": skill, "args": arguments, "status": "ok"}
                skills.write(json.dumps(line) + "\n")
            lines = [
                f"vim {post}",
                f'git commit -m "post: {slug}"',
                "git push origin main",
                "hugo deploy --target production",
            ]
            for second, text in zip((200, 600, 640, 700), lines, strict=True):
                history.write(f": {at + second}:0;{text}\n")


def killed(friday: Friday, words: list[str]) -> None:
    """The run begins, and its machine is switched off while the first skill works."""
    process = subprocess.Popen(
        [str(COMMAND), *words], cwd=friday.machine.here, env=friday.environment | {"SLOW": "30"}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not friday.done() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert friday.done(), process.communicate()[1]
    os.killpg(process.pid, signal.SIGKILL)  # the skill too
    process.communicate()
    record = next((friday.machine.here / "conductors" / "runs").glob("*.jsonl"))
    assert [json.loads(row)["what"] for row in record.read_text().splitlines()][-1] == "step began"
