"""A person's own machine: what is found is listed, asked for once, and read."""

from __future__ import annotations

import json
import pwd
import random
import subprocess
import sys
from itertools import product

import pytest

import builders
from fivetimes import cli
from functional.conftest import COMMAND


def furnish(machine) -> None:
    """Histories and a repository as a person has them."""
    (machine.home / ".zsh_history").write_text("".join(f": {1767600000 + 60 * n}:0;make test\n" for n in range(9)))
    (machine.home / ".bash_history").write_text("git status\nmake\n")
    builders.git_repo(
        'commit = [{author = "A", mail = "a@b.example", time = 2026-02-02T10:00:00+01:00, message = "feat: x"}]',
        machine.here / "repo",
    )


def test_without_arguments_the_sources_are_listed_and_a_pipe_is_told_to_say_yes(machine):
    furnish(machine)
    done = machine.run("scan", here=machine.here / "repo")
    assert done.returncode == 1
    for name in (".zsh_history", ".bash_history", "repo"):
        assert name in done.stderr
    assert "--yes" in done.stderr


def test_with_yes_they_are_read(machine):
    furnish(machine)
    done = machine.run("scan", "--yes", here=machine.here / "repo")
    assert done.returncode == 0, done.stderr
    assert "12 events" in done.stdout


def test_report_and_doctor_use_the_last_scan(machine):
    furnish(machine)
    machine.run("scan", machine.home / ".bash_history")
    assert ".bash_history" in machine.run("doctor").stdout
    assert machine.run("report").returncode == 0
    assert (machine.here / "fivetimes-report.html").is_file()


def test_on_an_empty_machine_it_says_what_to_do(machine):
    done = machine.run("scan", "--yes")
    assert done.returncode == 1
    assert "fivetimes scan PATH" in done.stderr


def test_nothing_is_written_but_in_our_own_folder(machine):
    furnish(machine)
    before = {p for p in machine.home.rglob("*") if "fivetimes" not in p.parts}
    machine.run("scan", machine.home / ".zsh_history")
    assert {p for p in machine.home.rglob("*") if "fivetimes" not in p.parts} == before
    assert [p.name for p in machine.here.iterdir()] == ["repo"]


def test_a_terminal_is_asked_once_and_no_means_no(machine):
    furnish(machine)
    code, screen = machine.type("scan", answer="n\n", here=machine.here / "repo")
    assert code == 0
    assert screen.count("Read them?") == 1
    assert "canonical" not in screen


def test_on_a_terminal_the_owner_sees_the_commands_themselves(atelier):
    name = next(c["id"] for c in atelier.report["candidates"] if c["tier"] == "canonical")
    code, screen = atelier.machine.type("show", name, *atelier.config)
    assert code == 0
    assert "twine upload dist/pressroom-" in screen


def test_json_stands_alone_on_the_output_whoever_named_the_sources(machine):
    (machine.home / ".bash_history").write_text("make\n" * 9)
    done = machine.run("scan", "--yes", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["schema"] == 1
    assert "~/.bash_history" in done.stderr


def test_an_output_of_a_small_alphabet_gets_question_marks_for_what_it_lacks(machine):
    (machine.home / ".bash_history").write_text("git pull\nmake test\ngit push\n" * 9)
    environment = machine.environment() | {"PYTHONIOENCODING": "cp1252", "COLUMNS": "80"}
    done = subprocess.run(
        [COMMAND, "scan", "--yes"], cwd=machine.here, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert b"git pull ? make test ? git push" in done.stdout


def test_where_nobody_has_a_home_one_sentence_names_what_is_missing_and_with_it_a_scan_works(
    tmp_path, monkeypatch, capsys
):
    """As in a container whose user is a number: no HOME, and nobody of that number in the list of users."""

    def unknown(_uid: int) -> object:
        raise KeyError

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("FIVETIMES_HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "history").write_text("git pull\nmake test\ngit push\n" * 9)

    def called(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["fivetimes", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        done = capsys.readouterr()
        return code, done.out + done.err

    for words in (["scan", "history"], ["status"], ["doctor"], ["scan", "--yes"], ["collect"]):
        code, text = called(*words)
        assert code == 1
        assert "FIVETIMES_HOME" in text or "nothing to read" in text
        assert "fault" not in text
    monkeypatch.setenv("FIVETIMES_HOME", str(tmp_path / "state"))
    code, text = called("scan", "history")
    assert (code, "27 events" in text) == (0, True)


def test_init_shows_what_there_is_and_writes_a_file_that_changes_nothing(machine):
    furnish(machine)
    here = machine.here / "repo"
    before = machine.run("scan", "--yes", "--json", "-", here=here).stdout
    done = machine.run("init", here=here)
    assert done.returncode == 0, done.stderr
    assert "~/.zsh_history" in done.stdout
    text = (here / "fivetimes.toml").read_text()
    assert '# sources = ["~/.zsh_history", "~/.bash_history"]' in text
    assert all(not line or line.startswith("#") for line in text.splitlines())
    assert machine.run("scan", "--yes", "--json", "-", here=here).stdout == before
    again = machine.run("init", here=here)
    assert (again.returncode, "--force" in again.stderr) == (1, True)
    assert json.loads(machine.run("init", "--force", "--json", here=here).stdout)["written"] == "fivetimes.toml"


def test_a_file_with_only_a_rule_keeps_discovery_and_its_question(machine):
    furnish(machine)
    here = machine.here / "repo"
    (here / "fivetimes.toml").write_text("[rule]\ncanonical = 8\n")
    for words in ([], ["--config", "fivetimes.toml"]):
        asked = machine.run("scan", *words, here=here)
        assert (asked.returncode, "--yes" in asked.stderr) == (1, True)
        done = machine.run("scan", "--yes", *words, here=here)
        assert "12 events" in done.stdout
        assert "canonical (8+)" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        *(
            "scan --yes",
            "show ID",
            "explain ID",
            "report --md -",
            "report --html -",
            "report --json -",
            "status",
            "doctor",
        ),
        *("sources", "schema", "patterns people/mira/.zsh_history --support 5", "follow", "runs", "--help"),
    ],
)
def test_no_command_ends_in_a_fault_where_the_output_has_a_small_alphabet(atelier, words):
    name = next(c["id"] for c in atelier.report["candidates"] if c["tier"] == "canonical")
    call = [name if word == "ID" else word for word in words.split()]
    small = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "LC_ALL": "C", "COLUMNS": "80"}
    environment = atelier.machine.environment() | small
    done = subprocess.run([COMMAND, *call], cwd=atelier.team, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode("cp1252").strip()


@pytest.mark.parametrize("hours", [0.8, 1.2, 1.9, 2, 3, 5])
def test_a_routine_is_found_whatever_is_done_some_hours_later(machine, hours):
    beside = ["vim a.py", "grep -rn todo src", "make lint", "cd src", "python a.py", "git diff"]
    lines = []
    for week, day in product(range(4), (0, 2, 4)):
        rng, name = random.Random(f"{week} {day}"), f"1.{week}.{day}"
        release = [
            "git pull --ff-only", "pytest -q", f"bump-my-version bump --new-version {name} patch", "python -m build",
            f"twine upload dist/lamp-{name}.tar.gz", f"git push origin v{name}",
        ]  # fmt: skip
        at = 1767600000 + (7 * week + day) * 86_400 + rng.randint(0, 5400)
        for line in [rng.choice(["ls", "git status"]), *release, rng.choice(["ls", "git status"])]:
            lines.append(f"#{at}\n{line}\n")
            at += rng.randint(20, 90)
        at += int(hours * 3600)
        for line in rng.sample(beside, 4):
            lines.append(f"#{at}\n{line}\n")
            at += rng.randint(20, 300)
    (machine.home / ".bash_history").write_text("".join(lines))
    done = machine.run("scan", "--yes", "--json", "found.json")
    assert "canonical (10+): 1   extract (5+): 0" in done.stdout
    shown = json.loads((machine.here / "found.json").read_text())
    (one,) = shown["candidates"]
    steps = [step["action"] for step in one["steps"]]
    assert one["count"] == 12
    assert {"git pull --ff-only", "pytest -q", "python -m build"} <= set(steps)
    # what comes less than two hours after it on each of its days may be taken for optional steps of it
    others = [step for step in steps if step.split()[0] in ("vim", "grep", "make", "python") and "build" not in step]
    assert not others or hours < 2
    assert all(step["share"] < 1 for step in one["steps"] if step["action"] in others)


def test_you_are_one_person_in_the_shell_with_an_agent_and_in_git_and_others_stay_others(machine):
    day = 1767600000
    (machine.home / ".gitconfig").write_text('[user]\n\tname = Ana Roe\n\temail = "ana@example.net"\n')
    (machine.home / ".bash_history").write_text("".join(f"#{day + 60 * n}\nmake test\n" for n in range(5)))
    log = machine.home / ".claude" / "projects" / "-work" / "one.jsonl"
    log.parent.mkdir(parents=True)
    call = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "cargo build"}}
    record = {
        "type": "assistant",
        "uuid": "u1",
        "sessionId": "s",
        "timestamp": "2026-01-06T08:00:00.000Z",
        "message": {"role": "assistant", "content": [call]},
    }
    log.write_text(json.dumps(record) + "\n")
    commits = ", ".join(
        f'{{author = "{name}", mail = "{mail}", time = 2026-02-0{number}T10:00:00+01:00, message = "feat: {number}"}}'
        for number, (name, mail) in enumerate(
            [
                ("Ana", "ana@example.net"),
                ("A. Roe", "ANA@Example.net"),
                ("Ben", "ben@example.org"),
                ("Ana", "roe@work.example"),
            ],
            1,
        )
    )
    builders.git_repo(f"commit = [{commits}]", machine.here / "repo")
    subprocess.run(["git", "-C", machine.here / "repo", "config", "user.email", "roe@work.example"], check=True)
    done = machine.run("scan", "--yes", "--json", "-", here=machine.here / "repo")
    report = json.loads(done.stdout)
    assert {source["reader"] for source in report["sources"]} >= {"bash", "claude_code", "git"}
    assert report["totals"]["people"] == 2  # Ana, by whatever address is hers, and Ben
