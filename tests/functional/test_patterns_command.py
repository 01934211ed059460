"""`fivetimes patterns` from outside."""

from __future__ import annotations

import json

import pytest

SPMF = "@ITEM=1=build\n@ITEM=2=test\n@ITEM=3=push\n1 -1 2 -1 3 -1 -2\n1 -1 2 -1 -2\n1 -1 3 -1 2 -1 1 -1 2 -1 -2\n"
LOG = "person,time,action\n" + "".join(
    f"ana,2026-01-0{day}T09:0{minute}:00Z,{action}\n"
    for day in range(1, 7)
    for minute, action in enumerate(("pull", "build", "test"))
)


def call(machine, *words) -> tuple[int, str, str]:
    """The exit code, what was printed, what was complained of."""
    done = machine.run("patterns", *words)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def spmf(machine):
    path = machine.here / "db.txt"
    path.write_text(SPMF)
    return path


def test_an_spmf_file_is_mined_by_the_names_it_gives(machine, spmf):
    code, out, _ = call(machine, spmf, "--support", 3, "--max-gap", 0)
    assert (code, out.splitlines()) == (0, ["      3  build → test"])


def test_without_a_gap_limit_more_is_seen(machine, spmf):
    _, out, _ = call(machine, spmf, "--support", 2, "--max-gap", "none", "--json")
    found = {tuple(row["tokens"]): row["support"] for row in json.loads(out)}
    assert found == {("build", "test"): 4, ("build", "push"): 2}


def test_columns_and_lengths_are_as_asked(machine, spmf):
    asked = (
        "--support",
        2,
        "--min-length",
        1,
        "--max-length",
        1,
        "--count",
        "sessions",
        "--column",
        "sessions",
        "--json",
    )
    _, out, _ = call(machine, spmf, *asked)
    assert json.loads(out)[0] == {"tokens": ["build"], "support": 3, "sessions": 3}


def test_what_is_left_out_is_told(machine, spmf):
    code, out, told = call(machine, spmf, "--support", 2, "--min-length", 1, "--top", 1)
    assert (code, len(out.splitlines())) == (0, 1)
    assert "1 of 5 patterns, the most surprising ones" in told


@pytest.mark.parametrize("engine", ["auto", "numpy", "numba"])
def test_the_engine_changes_nothing(machine, spmf, engine):
    _, out, _ = call(machine, spmf, "--support", 1, "--engine", engine, "--keep", "maximal", "--max-length", 9)
    assert out.splitlines() == ["      1  build → push → test → build → test", "      1  build → test → push"]


def test_a_log_is_mined_with_its_days_and_people_into_a_file_of_the_owners(machine):
    (machine.here / "log.csv").write_text(LOG)
    target = machine.here / "out.json"
    asked = ("--support", 6, "--min-length", 3, "--column", "days", "--column", "people", "--json", "-o", target)
    code, out, _ = call(machine, machine.here / "log.csv", *asked)
    assert (code, json.loads(out)) == (0, {"patterns": 1, "written": str(target)})
    wanted = [{"tokens": ["pull", "build", "test"], "support": 6, "days": 6, "people": 1}]
    assert json.loads(target.read_text()) == wanted
    assert target.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (("--max-gap", "many"), 2, "whole number from 0, or none"),
        (("--engine", "prefixspan"), 1, "prefixspan knows no gap limit"),
        (("--min-length", 5, "--max-length", 4), 1, "lengths from 5 to 4"),
        (("--column", "days"), 1, "nothing is known of days"),
        (("--support", 1, "--limit", 2), 1, "the limit is 2"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(machine, spmf, asked, code, words):
    left, _, told = call(machine, spmf, *asked)
    assert left == code
    assert words in told
    assert "Traceback" not in told


def test_an_spmf_file_stands_alone(machine, spmf):
    code, _, told = call(machine, spmf, spmf)
    assert code == 1
    assert "an SPMF file is mined alone" in told


def test_nothing_found_is_said_so(machine, spmf):
    assert call(machine, spmf, "--support", 50) == (0, "", "no pattern is seen that often\n")
    assert call(machine, spmf, "--support", 50, "--json")[:2] == (0, "[]\n")


def test_a_name_that_a_terminal_would_obey_is_shown_escaped(machine, spmf):
    spmf.write_text(SPMF.replace("build", "bu\x1b[2Jild"))
    _, out, _ = call(machine, spmf, "--support", 3)
    assert "bu\\x1b[2Jild → test" in out
