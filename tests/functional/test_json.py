"""`--json -` on every command: one JSON document on the standard output and nothing else, whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import typer

from fivetimes import cli
from fivetimes.cli.answers import json_words

TREE: Any = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]  # every command that there is
ABSENT = {"mcp"}  # its output is a protocol, JSON from the first byte on; it answers an agent, not whoever calls it
NAMES = {
    "show": ["ID"],
    "explain": ["ID"],
    "draft": ["ID"],
    "verify": ["conductors/ID.yaml"],
    "decide": ["ID", "--defer", "--by", "ana", "--why", "later"],
    "run": ["ID"],
    "resume": ["ID-1"],
    "answer": ["ID-1", "s1", "--yes", "--by", "ana"],
    "ask": ["ID-1", "why"],
    "revise": ["ID", "--to", "conductors/ID.yaml"],
    "record": ["run", "ID", "--origin", "just"],
    "bundle": ["ID-1", "-o", "-"],
    "verify-bundle": ["bundle.json"],
    "merge": ["bundles"],
    "share": ["--preview"],
    "scan": ["--yes"],
    "export": ["ID", "--format", "runbook", "--draft"],
    "install": ["ID", "--to", "skills", "--yes"],
    "uninstall": ["ID", "--yes"],
    "forget": ["--before", "2020-01-01", "--yes"],
}  # what a command must be given; the others take nothing
ENDS = (0, 1)  # done, or a stated problem
DONE = "git pull\nmake test\ngit push\nmake notes\n" * 9


def document(done: subprocess.CompletedProcess[str]) -> Any:
    """The whole standard output, which is one JSON document."""
    assert "Traceback" not in done.stderr
    assert "fault of fivetimes" not in done.stderr, done.stderr
    return json.loads(done.stdout)


def commands() -> list[str]:
    return sorted(set(TREE) - ABSENT)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """A machine with one routine, its draft and its approval; no test here needs it as it was."""
    from functional.conftest import Machine

    folder = tmp_path_factory.mktemp("json")
    for name in ("home", "here", "here/bundles"):
        (folder / name).mkdir()
    machine = Machine(folder / "home", folder / "here")
    (machine.home / ".bash_history").write_text(DONE)
    done = machine.run("scan", "--yes", "--json", "report.json")
    assert done.returncode == 0, done.stderr
    (routine,) = json.loads((machine.here / "report.json").read_text())["candidates"]
    assert machine.run("draft", routine["id"]).returncode == 0
    return machine, routine["id"]


@pytest.fixture
def called(machine, monkeypatch, capsys):
    """The command line called in this process, which is quicker: gives exit code, document, and what is printed beside it."""
    monkeypatch.setenv("FIVETIMES_HOME", str(machine.home / "fivetimes"))
    monkeypatch.chdir(machine.here)

    def call(*words: str) -> tuple[int, Any, str]:
        monkeypatch.setattr(sys, "argv", ["fivetimes", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, json.loads(printed.out), printed.err

    return call


def given(command: str, name: str) -> list[str]:
    return [word.replace("ID", name) for word in NAMES.get(command, [])]


@pytest.mark.parametrize("command", commands())
def test_the_answer_of_every_command_is_one_document(scanned, command):
    machine, name = scanned
    done = machine.run(command, *given(command, name), "--json", "-")
    answer = document(done)
    assert done.returncode in ENDS, done.stderr
    if done.returncode and "error" in answer:
        assert answer["error"]["message"] in done.stderr
        assert (answer["error"]["kind"], answer["error"]["exit"]) == ("problem", 1)


@pytest.mark.parametrize("command", commands())
def test_the_option_alone_asks_for_the_same(command):
    words = [command, *given(command, "release")]
    called = [json_words([*words, *option], cli.json_options(TREE)) for option in (["--json"], ["--json", "-"])]
    assert called[0] == called[1]
    assert called[0][1]  # whether the answer is one document


@pytest.mark.parametrize("command", commands())
def test_where_nothing_was_ever_read_the_answer_is_a_document_too(machine, command):
    done = machine.run(command, *given(command, "release"), "--json", "-")
    answer = document(done)
    assert done.returncode in ENDS, done.stderr
    assert done.returncode == 0 or "error" in answer or command in ("draft", "export")


@pytest.mark.parametrize("command", commands())
def test_wrong_usage_is_a_document_with_its_sentence(called, command):
    code, answer, beside = called(command, "--no-such-option", "--json", "-")
    assert (code, answer["error"]["kind"], answer["error"]["exit"]) == (2, "usage", 2)
    assert "no-such-option" in answer["error"]["message"]
    assert "no-such-option" in beside


def test_every_command_that_answers_has_the_option_and_help_stays_help(machine):
    missing = {name for name, one in TREE.items() if not any("--json" in param.opts for param in one.params)}
    assert missing == ABSENT
    assert machine.run("scan", "--help", "--json", "-").stdout.startswith("Usage:")
    unknown = machine.run("scann", "--json", "-")
    assert (unknown.returncode, document(unknown)["error"]["kind"]) == (2, "usage")


def test_a_file_that_a_command_reads_is_never_taken_for_one_to_be_written(scanned):
    machine, _ = scanned
    done = machine.run("sources", "--json", machine.home / ".bash_history")
    assert document(done)["sources"][0]["records"] == 36
    assert (machine.home / ".bash_history").read_text() == DONE
    assert machine.run("sources", "--json=-", machine.home / ".bash_history").stdout == done.stdout


def test_two_documents_are_not_printed_one_behind_the_other(scanned):
    machine, name = scanned
    done = machine.run("report", "--md", "-", "--json", "-")
    assert (done.returncode, document(done)["error"]["kind"]) == (2, "usage")
    page = machine.run("report", "--html", "page.html", "--json", "-")
    assert document(page)["candidates"][0]["id"] == name
    assert "wrote page.html" in page.stderr


def test_a_fault_of_our_own_and_a_no_are_documents(called, machine, monkeypatch):
    def broken(*_given: object, **_named: object) -> None:
        raise KeyError("git push --token hidden")

    with monkeypatch.context() as patched:
        patched.setattr("fivetimes.workspace.known_scan", broken)
        code, answer, beside = called("status", "--json", "-")
    assert (code, answer["error"]["kind"]) == (1, "fault")
    assert "hidden" not in answer["error"]["message"] + beside
    monkeypatch.setattr("typer.confirm", lambda *_given, **_named: False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    (machine.here / "fivetimes.toml").write_text("")
    monkeypatch.setenv("HOME", str(machine.home))
    (machine.home / ".bash_history").write_text(DONE)
    code, answer, _ = called("scan", "--json", "-")
    assert (code, answer["error"]["kind"]) == (0, "nothing")
