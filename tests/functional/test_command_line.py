"""What every command has in common: help, version, mistakes in typing, the next step, pages, small alphabets."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest
import typer

from fivetimes import cli
from functional.conftest import COMMAND, Machine

DONE = "git pull\nmake test\ngit push\nmake notes\n" * 9


def with_a_routine(folder):
    """A machine with one routine, scanned, and its id."""
    for name in ("home", "here"):
        (folder / name).mkdir(parents=True)
    machine = Machine(folder / "home", folder / "here")
    (machine.home / ".bash_history").write_text(DONE)
    done = machine.run("scan", "--yes", "--json", machine.here / "report.json")
    assert done.returncode == 0, done.stderr
    (routine,) = json.loads((machine.here / "report.json").read_text())["candidates"]
    return machine, routine["id"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A machine with one routine; beside it a copy that nobody changes."""
    folder = tmp_path_factory.mktemp("typed") / "place"
    found = with_a_routine(folder)
    shutil.copytree(folder, folder.with_name("kept"))
    return found


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """A machine with a decision on its one routine, and the folder of a first run; only looked at."""
    machine, name = with_a_routine(tmp_path_factory.mktemp("decided"))
    drafted = machine.run("draft", name)
    assert drafted.returncode == 0, drafted.stderr
    done = machine.run("decide", name, "--defer", "--by", "ana", "--why", "later")
    assert done.returncode == 0, done.stderr
    (machine.here / "conductors" / "runs").mkdir()  # `status` then asks what knows runs
    return machine, name


@pytest.fixture
def scanned(made):
    """The machine as it was made: the kept scan names the paths, so every test has it at the same ones."""
    folder = made[0].home.parent
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name("kept"), folder)
    return made


def test_the_version_is_one_line_and_the_short_help_is_the_help(machine):
    assert re.fullmatch(r"fivetimes \d+\.\d+\.\d+\n", machine.run("--version").stdout)
    assert machine.run("-h").stdout == machine.run("--help").stdout
    assert machine.run("scan", "-h").stdout == machine.run("scan", "--help").stdout
    called = subprocess.run(
        [sys.executable, "-m", "fivetimes", "--version"], env=machine.environment(), capture_output=True, check=True
    )
    assert called.stdout.decode() == machine.run("--version").stdout


def test_a_mistake_in_a_command_or_an_id_gets_what_was_meant(scanned):
    machine, name = scanned
    assert "Did you mean 'scan'?" in machine.run("scann").stderr
    for command in (["show"], ["draft"], ["decide", "--defer", "--by", "ana", "--why", "x"]):
        done = machine.run(command[0], name[:3] + name[4:], *command[1:])
        assert done.returncode == 1
        assert f"Did you mean {name}?" in done.stderr
        assert machine.run(command[0], name[:4], *command[1:]).returncode == 0


def test_shells_get_completion(machine):
    done = subprocess.run(
        [COMMAND],
        env=machine.environment()
        | {"_FIVETIMES_COMPLETE": "complete_bash", "COMP_WORDS": "fivetimes do", "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["doctor"]


def test_every_answer_for_a_person_ends_with_the_next_step_and_no_document_does(scanned):
    machine, name = scanned
    commands = (
        ["scan", "--yes"],
        ["show", name],
        ["explain", name],
        ["doctor"],
        ["sources"],
        ["draft", name],
        ["report"],
    )
    for words in commands:
        done = machine.run(*words)
        assert done.returncode == 0
        assert done.stderr.splitlines()[-1].startswith("Next: fivetimes "), words
    for words in (
        ["scan", "--yes", "--json", "-"],
        ["show", name, "--json"],
        ["doctor", "--json"],
        ["draft", name, "--json"],
    ):
        done = machine.run(*words)
        assert json.loads(done.stdout)
        assert "Next:" not in done.stderr
    page = machine.run("report", "--json", "-", "--html", "page.html")
    assert json.loads(page.stdout)
    assert "wrote page.html" in page.stderr
    assert json.loads(machine.run("forget", "--all", "--yes", "--json").stdout) == {"forgotten": 0}


def test_what_cannot_be_read_stands_in_the_first_line(machine):
    (machine.here / "history").write_text(DONE)
    (machine.here / "broken").write_bytes(bytes(range(256)) * 9)
    done = machine.run("scan", "history", "broken")
    assert done.stdout.startswith("not read: broken: ")
    alone = machine.run("scan", "broken")
    assert (alone.returncode, alone.stdout) == (1, "")
    assert "broken" in alone.stderr


def test_a_long_answer_on_a_terminal_goes_through_the_pager_and_no_other(scanned, monkeypatch):
    machine, name = scanned
    pager = machine.here / "pager"
    pager.write_text('#!/bin/sh\necho "paged, LESS=$LESS"; cat >/dev/null\n')
    pager.chmod(0o755)
    usual = type(machine).environment
    monkeypatch.setattr(
        type(machine), "environment", lambda self: usual(self) | {"PAGER": str(pager), "LINES": "5", "COLUMNS": "80"}
    )
    code, screen = machine.type("show", name)
    assert (code, "paged, LESS=FRX" in screen, "Pull changes" in screen) == (0, True, False)
    assert "paged" not in machine.type("--no-pager", "show", name)[1]
    assert "paged" not in machine.run("show", name).stdout
    monkeypatch.setattr(
        type(machine),
        "environment",
        lambda self: usual(self) | {"PAGER": "no-such-pager", "LINES": "5", "COLUMNS": "80"},
    )
    assert "make test" in machine.type("show", name)[1]


def test_a_console_of_a_small_alphabet_ends_no_command_in_a_fault(scanned):
    machine, name = scanned
    environment = machine.environment() | {
        "PYTHONIOENCODING": "cp1252",
        "PYTHONUTF8": "0",
        "COLUMNS": "80",
        "LC_ALL": "C",
    }
    (machine.here / "später.sh").write_text("→\n")
    for words in (  # what only shows is tried in test_own_machine.py
        ["draft", name],
        ["export", name, "--format", "runbook", "--draft"],
        ["scan", "später.sh"],
    ):
        done = subprocess.run([COMMAND, *words], cwd=machine.here, env=environment, capture_output=True, check=False)
        assert b"fault" not in done.stderr, (words, done.stderr)
        assert done.returncode == (1 if "später.sh" in words else 0), (words, done.stderr)
        done.stdout.decode("cp1252")


def traced(machine, *words):
    """A command, and the modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "fivetimes", *map(str, words)],
        cwd=machine.here,
        env=machine.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert {"fivetimes.cli", "typer"} <= loaded  # it is the list of what was imported
    return done, loaded


def loading(machine, *words):
    """A call, and the modules that it loaded."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "fivetimes", *words],
        cwd=machine.here,
        env=machine.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return done, {line.rpartition("|")[2].strip() for line in lines}


HEAVY = ("numpy", "pandas", "scipy", "sklearn", "wasmtime", "numba", "pyarrow")


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--version"], ["status"], ["status", "--json"], ["runs"], ["ask", "{run}", "state"]],
    ids=" ".join,
)
def test_what_only_looks_at_what_is_kept_loads_nothing_that_computes(decided, words):
    machine, name = decided
    called = [word.format(run=f"{name}-1") for word in words]
    done, loaded = traced(machine, *called)
    assert not loaded.intersection(HEAVY)
    if words[0] in ("status", "runs"):
        assert (name in done.stdout) == (words[0] == "status")
        assert done.returncode == 0


def test_a_report_loads_pandas_for_an_event_log_alone(scanned, tmp_path):
    machine, _ = scanned
    forms = [word for form in ("html", "md", "json", "digest") for word in (f"--{form}", tmp_path / form)]
    done, loaded = traced(machine, "report", *forms)
    assert done.returncode == 0
    assert "pandas" not in loaded
    assert "pandas" in traced(machine, "report", "--csv", tmp_path / "csv")[1]


def test_a_scan_loads_what_is_new_in_it_takes_and_none_loads_tables(scanned):
    machine, _ = scanned
    history = machine.home / ".bash_history"
    redacting = {"fivetimes.eventlog", "fivetimes.shell.lexer", "fivetimes.actions"}
    searching = {"fivetimes.routines.cover", "wasmtime"}
    tables = {"pandas", "scipy", "sklearn", "numba", "pyarrow"}
    text = history.read_text()
    new = "git pull\nmake test\ngit push\nmake notes\n"
    machine.run("scan", "--yes")
    for written, taken in ((None, set()), (text, redacting), (text + new, redacting | searching)):
        if written is not None:
            history.write_text(written)
        done, loaded = loading(machine, "scan", "--yes")
        assert done.returncode == 0, done.stderr
        assert loaded & (redacting | searching) == taken
        assert not loaded & tables
    assert "canonical (10+): 1" in machine.run("scan", "--yes").stdout


@pytest.mark.parametrize("words", [["scan", "--help"], ["--no-pager", "verify-bundle", "--help"]], ids=" ".join)
def test_a_call_that_names_its_command_knows_that_one_alone_and_says_the_same(machine, words):
    name = words[-2]
    whole = typer.main.get_command(cli.app)
    narrow = typer.main.get_command(cli._for(words))
    assert len(whole.commands) == len(cli.COMMANDS) > 1
    assert list(narrow.commands) == [name]
    assert list(typer.main.get_command(cli._for(["--help"])).commands) == list(whole.commands)
    assert list(typer.main.get_command(cli._for(["scann"])).commands) == list(whole.commands)
    assert f"fivetimes {name} [OPTIONS]" in machine.run(*words).stdout


def test_a_history_without_times_is_never_said_to_be_of_no_days(decided):
    machine, name = decided
    exported = machine.run("export", name, "--draft", "--format", "runbook", "-o", machine.here / "out")
    assert exported.returncode == 0, exported.stderr
    said = [machine.run("show", name).stdout, machine.run("report", "--html", machine.here / "page.html").stdout]
    files = [
        *(machine.here / "conductors").glob("*.yaml"),
        *(machine.here / "out").rglob("*.md"),
        machine.here / "page.html",
    ]
    said += [file.read_text(encoding="utf-8") for file in files]
    assert len(files) >= 3
    assert sum("on unknown days" in text for text in said) >= 3
    assert not any(re.search(r"(?<![\d,])0 days", text) for text in said)


def test_explain_knows_own_programs_and_public_aliases_as_they_are_typed(machine):
    (machine.home / ".bash_history").write_text("git pull\nacme-pack all\n./stamp.sh\ngit push\nmake notes\n" * 9)
    assert machine.run("scan", "--yes").returncode == 0
    for typed in ("acme-pack", "gl -> acme-pack -> gp", "./stamp.sh", "git pull -> make notes"):
        (first, *_) = json.loads(machine.run("explain", typed, "--json", "-").stdout)["sequences"]
        assert first["count"] == 9, typed
        assert first["id"], typed
    assert json.loads(machine.run("explain", "acme-unknown", "--json", "-").stdout)["sequences"] == []


def test_a_draft_has_a_persons_own_name_as_it_was_typed_though_a_public_alias_is_called_so(machine):
    days = (f"git status\ngst\nga .\ngm 'mend gate {day}'\ngp\nmake notes\n" for day in range(9))
    (machine.home / ".bash_history").write_text("".join(days))
    (found,) = json.loads(machine.run("scan", "--yes", "--json", "-").stdout)["candidates"]
    assert machine.run("draft", found["id"], "-o", "out").returncode == 0
    draft = (machine.here / "out" / f"{found['id']}.yaml").read_text()
    assert "git push" in draft
    assert "git merge" not in draft
