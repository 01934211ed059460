"""A log that cannot be read stands in the first line of every answer that rests on it, alone and beside others."""

from __future__ import annotations

import json
import os
import sqlite3

import pytest

DONE = "git pull\nmake test\ngit push\nmake notes\n" * 9


def missing(path) -> None:
    """Nothing is there."""
    del path


def no_log(path) -> None:
    path.write_bytes(bytes(range(256)) * 9)


def no_permission(path) -> None:
    path.write_text("make\n")
    path.chmod(0)


def damaged_records(path) -> None:
    """A log of skills, by its name and its first line, in which no record is whole."""
    path.write_text('{"timestamp": "2026-01-05T08:00:00Z", "skill": \n' * 7)


def damaged_database(path) -> None:
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE history (id TEXT, timestamp INTEGER, duration INTEGER, exit INTEGER, command TEXT)")
        made.executemany("INSERT INTO history VALUES (?, 1, 1, 0, ?)", [(str(n), "make " * 99) for n in range(400)])
    made.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


PROBLEMS = [
    pytest.param("gone.history", missing, id="missing"),
    pytest.param("noise.bin", no_log, id="of no known form"),
    pytest.param("skills.jsonl", damaged_records, id="every record damaged"),
    pytest.param("history.db", damaged_database, id="a damaged database"),
    pytest.param(
        "closed.history",
        no_permission,
        id="without permission",
        marks=pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything"),
    ),
]


def team(machine, *sources: str) -> None:
    named = ", ".join(f'"{source}"' for source in sources)
    (machine.here / "fivetimes.toml").write_text(f'[[person]]\nname = "ana"\nsources = [{named}]\n')


@pytest.mark.parametrize(("name", "spoil"), PROBLEMS)
def test_alone_it_is_the_error_of_every_command(machine, name, spoil):
    spoil(machine.here / name)
    team(machine, name)
    for words in (["scan", "--yes"], ["report"], ["show", "x"], ["explain", "git push"], ["draft", "x"]):
        done = machine.run(*words)
        assert (done.returncode, done.stdout) == (1, ""), (words, done.stdout)
        first = done.stderr.splitlines()[0]
        assert first.startswith("fivetimes: nothing "), words
        assert name in first, words
    answer = json.loads(machine.run("scan", "--yes", "--json", "-").stdout)
    assert (answer["error"]["kind"], name in answer["error"]["message"]) == ("problem", True)
    status = machine.run("status")
    assert status.returncode == 0
    assert status.stdout.startswith(f"not read: {name}: ")
    assert name in json.loads(machine.run("status", "--json").stdout)["skipped"][0]


@pytest.mark.parametrize(("name", "spoil"), PROBLEMS)
def test_beside_others_it_is_the_first_line_and_the_others_are_read(machine, name, spoil):
    (machine.here / "good.history").write_text(DONE)
    spoil(machine.here / name)
    team(machine, name, "good.history")
    scan = machine.run("scan", "--yes")
    assert (scan.returncode, scan.stdout.splitlines()[0].startswith(f"not read: {name}: ")) == (0, True), scan.stdout
    assert "36 events" in scan.stdout
    report = json.loads(machine.run("scan", "--yes", "--json", "-").stdout)
    (routine,) = report["candidates"]
    for words in (
        ["show", routine["id"]],
        ["explain", routine["id"]],
        ["draft", routine["id"]],
        ["report"],
        ["status"],
    ):
        done = machine.run(*words)
        assert done.returncode == 0, (words, done.stderr)
        assert done.stdout.startswith(f"not read: {name}: "), (words, done.stdout)
        if words[0] != "report":
            assert json.loads(machine.run(*words, "--json", "-").stdout)["skipped"] == report["skipped"], words
    printed = machine.run("report", "--md", "-")
    assert printed.stderr.startswith(f"not read: {name}: ")
    assert "1 source could not be read" in printed.stdout


def test_it_is_an_error_until_it_can_be_read(machine):
    team(machine, "late.history")
    assert machine.run("scan", "--yes").returncode == 1
    (machine.here / "late.history").write_text(DONE)
    assert "36 events" in machine.run("scan", "--yes").stdout
    assert "not read" not in machine.run("status").stdout
    (machine.here / "late.history").unlink()
    assert machine.run("scan", "--yes").returncode == 1
    assert machine.run("status").stdout.startswith("not read: late.history: ")


def test_one_that_is_found_on_this_machine_is_named_too(machine):
    (machine.home / ".bash_history").write_bytes(bytes(range(256)) * 9)
    (machine.home / ".zsh_history").write_text(DONE)
    done = machine.run("scan", "--yes")
    assert done.returncode == 0
    assert "36 events" in done.stdout or done.stdout.startswith("not read: ~/.bash_history: "), done.stdout


def test_a_log_of_which_some_records_are_bad_is_read(machine):
    good = '{"timestamp": "2026-01-05T08:00:00Z", "actor": "ana", "skill": "x"}\n'
    (machine.here / "skills.jsonl").write_text(good * 2 + "{broken\n" * 5)
    team(machine, "skills.jsonl")
    done = machine.run("scan", "--yes")
    assert (done.returncode, "not read" in done.stdout, "2 events" in done.stdout) == (0, False, True)
