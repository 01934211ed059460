"""A sentence with the place and the way out, or a skipped record that is counted; never a traceback."""

from __future__ import annotations

import json
import os

import pytest


def make(folder, name: str, content: bytes | str):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sentence(done) -> str:
    """What it says on standard error, which is one stated problem and no traceback."""
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("fivetimes: ")
    return done.stderr


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[[person]\n", "fivetimes.toml"),
        ('[[person]]\nnome = "x"\n', "nome"),
        ("[rule]\nextract = 3\n", "override"),
        ('[rule]\nextract = "five"\n', "extract"),
        ('[[person]]\nname = "ana"\nsources = ["missing/.zsh_history"]\n', "missing/.zsh_history"),
    ],
)
def test_a_configuration_that_cannot_be_used(machine, toml, says):
    path = make(machine.here, "fivetimes.toml", toml)
    assert says in sentence(machine.run("scan", "--config", path))


def test_a_configuration_that_is_not_there(machine):
    assert "nowhere.toml" in sentence(machine.run("scan", "--config", "nowhere.toml"))


def test_a_folder_that_is_no_repository(machine):
    (machine.here / "plain").mkdir()
    assert "plain" in sentence(machine.run("scan", machine.here / "plain"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(machine):
    path = make(machine.here, ".bash_history", "make\n")
    path.chmod(0)
    assert ".bash_history" in sentence(machine.run("scan", path))


def test_nothing_else_is_lost_when_one_source_is_bad(machine):
    make(machine.here, "ana/.bash_history", "make\n" * 3)
    make(
        machine.here,
        "ana/skills.jsonl",
        '{"timestamp": "2026-01-05T08:00:00Z", "actor": "ana", "skill": "x"}\n{broken\n[]\n',
    )
    toml = '[[person]]\nname = "ana"\nsources = ["ana/.bash_history", "ana/skills.jsonl", "ana/gone"]\n'
    done = machine.run("scan", "--config", make(machine.here, "fivetimes.toml", toml), "--json", "-")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    balances = {source["origin"]: source for source in report["sources"]}
    assert balances["ana/.bash_history"]["events"] == 3
    assert balances["ana/skills.jsonl"]["events"] == 1
    assert sum(balances["ana/skills.jsonl"]["bad"].values()) == 2
    assert any("ana/gone" in line for line in report["skipped"])


def test_bytes_that_are_no_utf8_and_an_empty_history_are_read(machine):
    for content in (b"make\n\xff\xfe\xe9t\xe9\n", b"", b"\n\n"):
        done = machine.run("scan", make(machine.here, ".bash_history", content), "--json", "-")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["candidates"] == []


def test_a_repository_without_a_commit_is_read_as_empty_or_refused_in_a_sentence(machine):
    import subprocess

    subprocess.run(["git", "init", "-q", str(machine.here / "empty")], check=True)
    done = machine.run("scan", machine.here / "empty")
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


def test_the_last_scan_before_the_first_one(machine):
    for command in ("report", "doctor"):
        assert "fivetimes scan" in sentence(machine.run(command))


def test_wrong_usage_is_exit_code_two(machine):
    assert machine.run("scan", "--engine", "magic").returncode == 2
    assert machine.run("scan", "x", "--config", "y").returncode == 2
    assert machine.run("nonsense").returncode == 2


def test_a_report_that_cannot_be_written(machine):
    history = make(machine.here, ".bash_history", "make\n")
    assert machine.run("scan", history).returncode == 0
    make(machine.here, "file", "x")
    assert "file" in sentence(machine.run("report", "--html", machine.here / "file" / "r.html"))
