"""The first week of a new user: a wheel of this checkout, packages that cannot be written, a home, no repository.

The wheel is built from a copy of what it is made of, without a network, and unpacked as `pip` unpacks it, into a folder that nobody
may write to. What it depends on is that of the environment of the tests: to install that anew would need a registry. It is asserted
that the wheel's code answers.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from functional.conftest import OFFLINE, Machine

pytestmark = pytest.mark.skipif(
    int(version("setuptools").split(".")[0]) < 77, reason="setuptools builds our wheel from version 77 on"
)
ROOT = Path(__file__).parents[2]
MADE_OF = ("pyproject.toml", "README.md", "LICENSE", "src")
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
WEEKS = 4  # before the first scan
BEFORE, AFTER = ["ls", "git status", "cat notes.txt"], ["ls", "htop", "git log"]
BESIDES = ["vim a.py", "grep -rn todo src", "make lint", "cd src", "python a.py", "git diff", "ls -la", "df -h"]


def typed_in(week: int) -> str:
    """A week of a shell's history: a release on three days, each between other things, and some more lines later that day."""
    rng, lines = random.Random(week), []
    for day in (0, 2, 4):
        at = MONDAY + timedelta(weeks=week, days=day, minutes=rng.randint(0, 90))
        name = f"1.{week}.{day}"
        release = [
            "git pull --ff-only", "pytest -q", f"bump-my-version bump --new-version {name} patch", "python -m build",
            f"twine upload dist/lamp-{name}.tar.gz", f"git push origin v{name}",
        ]  # fmt: skip
        for line in [rng.choice(BEFORE), *release, rng.choice(AFTER)]:
            lines.append(f"#{at.timestamp():.0f}\n{line}\n")
            at += timedelta(seconds=rng.randint(20, 90))
        at += timedelta(hours=2)
        for line in rng.sample(BESIDES, 4):
            lines.append(f"#{at.timestamp():.0f}\n{line}\n")
            at += timedelta(seconds=rng.randint(20, 300))
    return "".join(lines)


@dataclass(frozen=True)
class Newcomer(Machine):
    """A person with the wheel's packages."""

    packages: Path

    def environment(self) -> dict[str, str]:
        """What the command can know of the machine; where its packages are comes before what they depend on."""
        path = os.pathsep.join([str(self.packages), str(OFFLINE)])
        return {**super().environment(), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}

    def carried_out(self, words: list[str], here: Path, environment: Mapping[str, str], files: tuple[Path, ...]) -> int:
        """Have the command carried out that is loaded from these packages."""
        with files[0].open() as read, files[1].open("w") as written, files[2].open("w") as errors:
            call = [sys.executable, "-m", "fivetimes", *words]
            done = subprocess.run(
                call, cwd=here, env=environment, stdin=read, stdout=written, stderr=errors, check=False
            )
        return done.returncode

    def ran(self, *words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Type a command that ends with this code."""
        done = self.run(*words)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done

    def stands(self, name: str, standing: str) -> bool:
        """Whether `status` shows a conductor so."""
        return bool(re.search(rf"^ {name} +{standing} +canonical", self.ran("status").stdout, re.MULTILINE))

    def type_week(self, week: int) -> None:
        """Work for a week."""
        with (self.home / ".bash_history").open("a", encoding="utf-8") as history:
            history.write(typed_in(week))


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Iterator[Path]:
    """The wheel, built and unpacked; nobody may write there."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    folder = tmp_path_factory.mktemp("environment") / "site-packages"
    for name in MADE_OF:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
        else:
            shutil.copyfile(ROOT / name, source / name)
    build = "import sys, setuptools.build_meta as b; print(b.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", build, out], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    everything = [folder, *folder.rglob("*")]
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in everything:
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.fixture(scope="module")
def newcomer(packages, tmp_path_factory) -> Newcomer:
    """A home with four weeks of history, and an empty folder to stand in."""
    folder = tmp_path_factory.mktemp("newcomer")
    (folder / "home").mkdir()
    (folder / "here").mkdir()
    person = Newcomer(folder / "home", folder / "here", packages)
    for week in range(WEEKS):
        person.type_week(week)
    return person


def first_scan(newcomer: Newcomer) -> str:
    """Monday: what is done again and again; returns the routine's id."""
    refused = newcomer.ran("scan", code=1)
    assert "~/.bash_history" in refused.stderr
    assert "--yes" in refused.stderr
    first = newcomer.ran("scan", "--yes")
    assert "144 events of 1 person" in first.stdout
    assert "canonical (10+): 1   extract (5+): 0" in first.stdout
    (name,) = re.findall(
        r"^ (\S+) +canonical +proposed +Release package +12 +1 +2026-01-30", first.stdout, re.MULTILINE
    )
    assert f"Next: fivetimes show {name}" in first.stderr
    card = newcomer.ran("show", name[:9]).stdout
    assert "seen 12 times in 12 sessions on 12 days" in card
    steps = re.findall(r"^  \d\. (.*?)(?:   \[goes out: publish\])?$", card, re.MULTILINE)
    assert steps == [
        "git pull --ff-only", "pytest -q", "bump-my-version bump --new-version * <str>", "python -m build", "twine upload *",
        "git push <str> *",
    ]  # fmt: skip
    assert "lamp-" not in card  # into a pipe goes no word of one's own
    return name


def draft_and_approval(newcomer: Newcomer, name: str) -> None:
    """Tuesday: a draft, and a person who finishes and approves it."""
    assert f"{name}.yaml" in newcomer.ran("draft", name).stdout
    assert newcomer.stands(name, "proposed")
    early = newcomer.ran("decide", name, "--approve", "--by", "ana", "--why", "it is how we publish", code=1)
    assert "not approved, because a required question is open" in early.stderr
    answers = ["q", "1", "users have what was mended", "a", "it is how we publish"]
    code, screen = newcomer.type("review", name, "--by", "ana", answer="\n".join(answers) + "\n")
    assert code == 0, screen
    assert "twine upload dist/lamp-1.3.4.tar.gz" in screen  # on a terminal the lines themselves
    assert "1 of 1 decided on" in screen
    assert newcomer.stands(name, "approved")


def export(newcomer: Newcomer, name: str) -> None:
    """Wednesday: the approved conductor as a justfile, and as a skill for an agent; not a byte of it changes, nor its standing."""
    folder = newcomer.here / "conductors"
    approved = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert yaml.safe_load(approved[f"{name}.yaml"])["why"]["purpose"] == "users have what was mended"
    newcomer.ran("export", name[:9], "--format", "just")
    recipe = (folder / f"{name}.just").read_text("utf-8")
    assert "pytest -q" in recipe
    assert "draft, not approved" not in recipe
    assert "lamp-" not in recipe
    skill = newcomer.here / ".claude" / "skills" / name / "SKILL.md"
    asked = newcomer.ran("install", name, "--to", "claude", code=1)  # nobody answers
    assert str(skill) in asked.stderr
    assert not skill.exists()
    installed = newcomer.ran("install", name, "--to", "claude", "--yes")
    assert f"Next: fivetimes uninstall {name} --from claude" in installed.stderr
    assert "pytest -q" in skill.read_text("utf-8")
    assert "is there already" in newcomer.ran("install", name, "--to", "claude", "--yes").stdout
    skill.write_text(skill.read_text("utf-8") + "Mine.\n", "utf-8")
    assert "-Mine." in newcomer.ran("install", name, "--to", "claude", "--yes", code=1).stderr  # the difference
    assert "nothing was done" in newcomer.ran("uninstall", name, "--yes", code=1).stderr
    assert skill.is_file()
    newcomer.ran("uninstall", name, "--yes", "--force")
    assert not (newcomer.here / ".claude").exists()
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".just"} == approved
    assert newcomer.stands(name, "approved")


def a_week_later(newcomer: Newcomer, name: str) -> None:
    """The same routine, three more times, by the id that it had, and still approved."""
    newcomer.type_week(WEEKS)
    scanned = newcomer.ran("scan", "--yes").stdout
    assert "180 events of 1 person" in scanned
    assert f"Release package, 15 times, last 2026-02-06: already a conductor: {name}" in scanned
    wrote = newcomer.ran("report", "--html", "report.html", "--md", "report.md")
    assert "wrote report.html" in wrote.stderr
    for form in ("html", "md"):
        shown = (newcomer.here / f"report.{form}").read_text("utf-8")
        assert name in shown
        assert "15 times" in shown
        assert "lamp-" not in shown
    document = json.loads(newcomer.ran("report", "--json", "-").stdout)
    assert [(found["id"], found["count"]) for found in document["candidates"]] == [(name, 15)]
    assert newcomer.stands(name, "approved")


def test_a_first_week_from_the_first_scan_to_the_report_of_a_week_more(newcomer):
    where = [sys.executable, "-c", "import fivetimes; print(fivetimes.__file__)"]
    answered = subprocess.run(
        where, env=newcomer.environment(), cwd=newcomer.here, capture_output=True, text=True, check=True
    )
    assert Path(answered.stdout.strip()).parent == newcomer.packages / "fivetimes"
    installed = sorted(newcomer.packages.rglob("*"))
    name = first_scan(newcomer)
    draft_and_approval(newcomer, name)
    export(newcomer, name)
    a_week_later(newcomer, name)
    assert sorted(newcomer.packages.rglob("*")) == installed
    assert [found.name for found in newcomer.home.iterdir() if found.name != "fivetimes"] == [".bash_history"]
