"""Every command is in the README, and what the README shows is so."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

import teams
from functional.conftest import Machine

PYTEST = Path(sys.executable).with_name("pytest")

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
COMMANDS = re.findall(r"`fivetimes ([a-z][\w-]*)", README)
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "commands").glob("*.md")))
APPROVED = "release-package"  # the conductor of the sample team that pages export, install and run
ANSWERS = {"scan": "y\n", "share": "y\n", "review": "x\n", "names": "n\n" * 99}  # to what is asked at a terminal


def blocks(page: Path) -> list[tuple[str, str]]:
    """The kind and the text of each block of code on a page."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands(page: Path) -> list[list[str]]:
    """What a page says to type, command by command, as words."""
    lines = [line for kind, text in blocks(page) if kind == "sh" for line in text.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def test_every_command_is_in_the_readme(machine):
    told = machine.run("--help").stdout.partition("Commands:")[2]
    commands = re.findall(r"^  ([\w-]+)  ", told, re.MULTILINE)
    assert len(commands) >= 7
    assert set(commands) <= set(COMMANDS)


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_every_command_of_the_readme_explains_itself_with_the_options_named_there(machine, command):
    done = machine.run(command, "--help")
    assert done.returncode == 0
    row = next(line for line in README.splitlines() if re.match(rf"\| `fivetimes {command}[ `]", line))
    for option in re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", row.split("|")[1]):
        assert option in done.stdout, option


def test_the_ladder_in_the_readme_is_the_one_that_is_printed(atelier):
    shown = README.partition("```text\n")[2].partition("```")[0]
    printed = re.sub(r"\s+", " ", atelier.machine.run("scan", *atelier.config, columns=80).stdout)
    for line in shown.splitlines():
        for part in (p.strip() for p in re.split(r"→ …|  +", line)):
            assert re.sub(r"\s+", " ", part.removesuffix("→ …").strip()) in printed


@pytest.fixture(scope="module")
def table(atelier, tmp_path_factory):
    """The sample team's folder, scanned, with the files that the pages name."""
    folder = tmp_path_factory.mktemp("table")
    team = folder / "team"
    shutil.copytree(atelier.team, team, symlinks=True)
    (folder / "home").mkdir()
    rows = [
        f"ana,2026-03-{day:02}T09:0{place}:00Z,{action}"
        for day in range(2, 9)
        for place, action in enumerate(("pick", "pack", "post"))
    ]
    (team / "orders.csv").write_text("\n".join(["user,ts,activity", *rows]))
    (team / "db.spmf").write_text("1 -1 2 -1 3 -1 -2\n" * 120)
    for name in ("red", "blue"):
        shutil.copytree(atelier.team, folder / "teams" / name, symlinks=True)
    machine = Machine(folder / "home", team)
    assert machine.run("scan", "--yes").returncode == 0
    assert machine.run("draft", APPROVED).returncode == 0
    path = next((team / "conductors").glob(f"{APPROVED}*.yaml"))
    document = yaml.safe_load(path.read_text())
    for question in document["questions"]:
        question["answer"] = "no" if question["about"] == "effect" else "users have what was mended"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    decided = machine.run("decide", APPROVED, "--approve", "--by", "mira", "--why", "so it is", "--answerer", "mira")
    assert decided.returncode == 0, decided.stderr
    shutil.copytree(folder, folder.with_name(f"{folder.name}-kept"), symlinks=True)
    return machine


def restored(machine: Machine) -> Machine:
    """The machine as it was made: the page of a command stands for itself, whatever other pages forget or overwrite."""
    folder = machine.home.parent
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name(f"{folder.name}-kept"), folder, symlinks=True)
    return machine


@pytest.fixture(scope="module")
def five(tmp_path_factory):
    """The machine of one of five people, with the bundles of the others."""
    folder = tmp_path_factory.mktemp("five")
    teams.ana(folder / "here")
    (folder / "home").mkdir()
    return Machine(folder / "home", folder / "here")


@dataclass(frozen=True)
class Windows1252(Machine):
    """A machine with a console of a small alphabet, as Windows has it."""

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PYTHONIOENCODING": "cp1252:strict", "PYTHONUTF8": "0"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_says_to_type_can_be_typed(page, request):
    """The pages of commands are typed on a console of a small alphabet, the others on one that has every letter."""
    table = request.getfixturevalue("five" if page.name == "team.md" else "table")
    if page.parent.name == "commands":
        restored(table)
    small = "commands" in (page.stem, page.parent.name)
    if small:
        table = Windows1252(table.home, table.here)
    for program, *words in commands(page):
        if program == "make":
            assert re.search(rf"^{words[0]}:", MAKEFILE, re.MULTILINE), words
        elif program == ".venv/bin/pytest":
            done = subprocess.run([PYTEST, "--collect-only", *words], cwd=ROOT, capture_output=True, check=False)
            assert done.returncode == 0, words
        else:
            assert program in ("fivetimes", ".venv/bin/fivetimes")
            code, shown = table.type(*words, answer=ANSWERS.get(words[0], ""), encoding="cp1252" if small else "utf-8")
            assert code == 0, (words, shown)
            assert "\ufffd" not in shown, words  # a byte that is no letter of the alphabet


def test_the_pages_of_commands_have_examples_of_every_command_that_is_typed():
    pages = [page for page in PAGES if "commands" in (page.stem, page.parent.name)]
    typed = [words[1] for page in pages for words in commands(page)]
    assert len(typed) > 40
    assert not set(COMMANDS) - set(typed)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_command_stands_in_a_block_that_is_not_run(page):
    for kind, text in blocks(page):
        assert kind == "sh" or not re.search(r"^(?:fivetimes|\.venv/bin/\w+|make) ", text, re.MULTILINE), text


def test_the_configuration_in_the_readme_is_understood(tmp_path):
    from fivetimes.config import load

    (tmp_path / "fivetimes.toml").write_text(README.partition("```toml\n")[2].partition("```")[0])
    assert load(tmp_path / "fivetimes.toml").persons[0].name == "ana"
